import { expect, test } from 'vitest';
import { firstProblem, preview } from '../../lib/import.ts';
import type { Row } from '../../lib/schema.ts';
import { parseSettings } from '../../lib/settings.ts';

const now = parseSettings({
  contacts: [
    { id: 'dana', name: 'Dana', link: 'worklink://resource?action=fetch_user&user=497' },
    { id: 'liu', name: 'Liu', kind: 'user', value: '512' },
  ],
  rules: [
    { id: 'a', when: { queue: 'Field' }, offer: ['dana'] },
    { id: 'b', when: {}, offer: ['liu'] },
  ],
}).settings;
const rows: Row[] = [{ table: 'sites', key: 'Plant 7', offer: ['dana'] }];

const of = (file: unknown, locked: string[] = []) => {
  const result = preview(JSON.stringify(file), now, rows, locked);
  if ('unreadable' in result) throw new Error(result.unreadable);
  return result;
};

test('what was exported changes nothing', () => {
  const result = of({ ...now, rows });
  expect(result.changes).toEqual([]);
  expect(result.rejected).toEqual([]);
  expect(result.rows).toBeNull();
});

test('a part that the file does not name stays, a named one is replaced whole', () => {
  const { changes, settings } = of({ contacts: [{ id: 'dana', name: 'Dana Reyes', kind: 'user', value: '497' }] });
  expect(changes).toEqual([
    { part: 'contacts', name: 'Dana Reyes', how: 'changed' },
    { part: 'contacts', name: 'Liu', how: 'removed' },
  ]);
  expect(settings.rules).toEqual(now.rules);
});

test('rules that only moved count as changed', () => {
  expect(of({ rules: now.rules.toReversed() }).changes.map((c) => c.how)).toEqual(['changed', 'changed']);
});

test('rows are compared by table and key, ignoring case', () => {
  const result = of({
    rows: [
      { table: 'sites', key: 'plant 7', offer: ['dana'] },
      { table: 'sites', key: 'Plant 8', offer: ['liu'] },
      { table: 'sites', key: 'PLANT 8', offer: ['dana'] },
    ],
  });
  expect(result.changes.map((c) => [c.name, c.how])).toEqual([
    ['sites: plant 7', 'changed'],
    ['sites: Plant 8', 'added'],
  ]);
  expect(result.rejected.map((p) => p.path)).toEqual(['rows[2]']);
});

test('a bad value costs itself, a part of the wrong kind stays as it was', () => {
  const result = of({
    contacts: 'none',
    catalogs: [{ id: 'x', name: 'X', link: 'javascript:alert(1)' }],
    rows: 7,
  });
  expect(result.settings.contacts).toEqual(now.contacts);
  expect(result.settings.catalogs).toEqual([]);
  expect(result.rejected.map((p) => p.path)).toEqual(['contacts', 'catalogs[0].link', 'rows']);
  expect(result.changes).toEqual([]);
});

test('what the organisation sets is rejected with a sentence', () => {
  const result = of({ match: 'all', rules: [] }, ['rules']);
  expect(result.rejected).toEqual([{ path: 'rules', code: 'locked', line: 1 }]);
  expect(result.changes).toEqual([{ part: 'match', name: 'match', how: 'changed' }]);
});

test.each([
  ['', 'empty', 1],
  ['{"contacts": [\n{"id": "da', 'cut', 2],
  ['name,link', 'not-json', 1],
  ['[1]', 'not-settings', 1],
])('%j is unreadable: %s', (text, unreadable, ends) => {
  expect(preview(text, now, rows, [])).toEqual({ unreadable, ends });
});

test('what is rejected has its line, and that of its surroundings where it is missing', () => {
  const text = `{
  "contacts": [
    { "id": "a", "name": "A", "link": "javascript:alert(1)" },
    { "id": "b",
      "name": "B" },
    { "id": "dana", "name": "<script>alert(1)</script>", "link": "worklink://resource?action=fetch_user&user=1" }
  ],
  "match": 7,
  "rows": [
    { "table": "sites", "key": "P1", "offer": ["dana"] },
    { "table": "sites", "key": "__proto__", "offer": ["dana"] },
    { "table": "sites", "key": "p1", "offer": ["dana"] }
  ]
}`;
  const result = preview(text, now, rows, []);
  if ('unreadable' in result) throw new Error(result.unreadable);
  expect(result.rejected.map(({ path, line }) => [line, path])).toEqual([
    [4, 'contacts[1]'],
    [8, 'match'],
    [3, 'contacts[0].link'],
    [11, 'rows[1].key'],
    [12, 'rows[2]'],
  ]);
  expect(result.settings.contacts.map(({ name }) => name)).toEqual(['<script>alert(1)</script>']);
});

test('the first problem comes with its place', () => {
  expect(firstProblem(now)).toBeNull();
  const [desk] = parseSettings({ desks: [{ key: 'rt', product: 'marked', origins: [] }] }).settings.desks;
  if (!desk) throw new Error('no desk');
  expect(firstProblem({ ...now, desks: [{ ...desk, key: 'Not A Key' }] })).toEqual({
    path: 'desks[0].key',
    code: 'key',
  });
});
