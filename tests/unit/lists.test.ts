import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { linesOf } from '../../lib/json.ts';
import {
  largestFile,
  previewRows,
  previewTargets,
  rowsAsCsv,
  rowsAsJson,
  targetsAsCsv,
  type ListPreview,
  type Unread,
} from '../../lib/lists.ts';
import { namesOf } from '../../lib/offer.ts';
import { normalise } from '../../lib/route.ts';
import { inherited, type Row } from '../../lib/schema.ts';
import { inOrder } from '../../lib/sheet.ts';
import { parseSettings } from '../../lib/settings.ts';

// Many files on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const settings = parseSettings({
  contacts: [
    {
      id: 'dana',
      name: 'Dana Reyes',
      link: 'worklink://resource?action=fetch_user&user=497',
      licence: 'expert',
      hours: { zone: 'Europe/Berlin', week: [{ days: [1, 2], from: '08:00', to: '18:00' }] },
      fallback: ['liu'],
    },
    { id: 'liu', name: 'Liu Wei', kind: 'user', value: '512' },
    { id: 'twin-1', name: 'Twin', kind: 'contact_list' },
    { id: 'twin-2', name: 'Twin', kind: 'contact_list' },
  ],
  catalogs: [{ id: 'manuals', name: 'Manuals; all', kind: 'asset', field: 'asset' }],
}).settings;
const names = namesOf([...settings.contacts, ...settings.catalogs]);
const row = (key: string, ...offer: string[]): Row => ({ table: 'sites', key, offer });
const now = [row('P7', 'dana'), row('P8', 'dana', 'liu'), row('P9', 'gone')];
const watch = { progress: () => {}, stop: new AbortController().signal };
const link = 'worklink://resource?action=fetch_user&user=1';

function sound<T>(preview: ListPreview<T> | Unread): ListPreview<T> {
  if ('unread' in preview) throw new Error(JSON.stringify(preview.unread));
  return preview;
}
const rowsOf = async (text: string, old = now) =>
  sound(await previewRows(new Blob([text]), 'sites', old, names, watch));
const unreadRows = async (text: string) => {
  const preview = await previewRows(new Blob([text]), 'sites', now, names, watch);
  return 'unread' in preview ? preview.unread : 'read';
};
const slug = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z]+/g, '-')
    .replace(/^-|-$/g, '');
const targetsOf = async (text: string, part: 'contacts' | 'catalogs' = 'contacts') =>
  sound(await previewTargets(new Blob([text]), { part, settings, slug }, watch));
const told = ({
  added,
  changed,
  missing,
  rejected,
}: Pick<ListPreview<unknown>, 'added' | 'changed' | 'missing' | 'rejected'>) => ({
  added: added.map((line) => line.name),
  changed: changed.map((line) => line.name),
  missing: missing.map((line) => line.name),
  rejected: rejected.map((line) => [line.line, line.why]),
});

describe('a lookup table as a file', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.string({ unit: fc.constantFrom('"', ',', ';', '\t', '\r', '\n', "'", '=', '+', '-', '@', ' ', 'a') }),
  );
  const key = text.map((any) => any.trim().slice(0, 300).trim()).filter((any) => any !== '' && !inherited(any));
  const targets = fc
    .uniqueArray(
      text.map((any) => any.trim() || 'x'),
      { minLength: 1, maxLength: 6 },
    )
    .map((all) => all.map((name, n) => ({ id: `t${n}`, name })));
  const tables = targets.chain((all) =>
    fc.record({
      all: fc.constant(all),
      rows: fc.uniqueArray(fc.record({ key, offer: fc.subarray(all.map(({ id }) => id)) }), {
        selector: (each) => normalise(each.key),
        maxLength: 8,
      }),
    }),
  );

  test.each([
    ['CSV', rowsAsCsv],
    ['JSON', rowsAsJson],
  ])('comes back from %s as it was, whatever keys and names hold', async (_, write) => {
    await fc.assert(
      fc.asyncProperty(tables, async ({ all, rows }) => {
        const own = namesOf(all);
        const written = rows.map((each): Row => ({ table: 'sites', ...each }));
        // As strings: what is no letter in any encoding cannot be in a file.
        const file = new Blob([write(written, own).toWellFormed()]);
        const read = sound(await previewRows(file, 'sites', [], own, watch));
        expect(read.rejected).toEqual([]);
        const wellFormed = written.map((each) => ({ ...each, key: each.key.toWellFormed() }));
        fc.pre(new Set(wellFormed.map((each) => normalise(each.key))).size === rows.length);
        expect(inOrder(read.next([], true)).map((each) => [each.key, each.offer.toSorted()])).toEqual(
          inOrder(wellFormed).map((each) => [each.key, each.offer.toSorted()]),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('shows what is added, changed and missing; replacing alone removes', async () => {
    const preview = await rowsOf('offer,key\nLiu Wei,p8\nDana Reyes,P7\n"dana, LIU",P10\n');
    expect(told(preview)).toEqual({ added: ['P10'], changed: ['p8'], missing: ['P9'], rejected: [] });
    expect(preview.changed[0]).toEqual({ line: 2, name: 'p8', before: 'Dana Reyes; Liu Wei', after: 'Liu Wei' });
    const other: Row = { table: 'queues', key: 'P9', offer: ['liu'] };
    const mine = row('P11', 'liu');
    expect(preview.next([...now, other, mine], false)).toEqual([
      row('P9', 'gone'),
      other,
      mine,
      row('p8', 'liu'),
      row('P7', 'dana'),
      row('P10', 'dana', 'liu'),
    ]);
    expect(preview.next([...now, other], true)).toEqual([
      other,
      row('p8', 'liu'),
      row('P7', 'dana'),
      row('P10', 'dana', 'liu'),
    ]);
  });

  test('a row that names a target that is gone comes back as it was', async () => {
    expect(told(await rowsOf(rowsAsCsv(now, names)))).toEqual({ added: [], changed: [], missing: [], rejected: [] });
  });

  test('a rejected line changes nothing: what stands stays, even where all is replaced', async () => {
    const preview = await rowsOf('key,offer\nP7,nobody\nP8,Twin\nP9,gone\n');
    expect(preview.rejected).toEqual([
      { line: 2, name: 'P7', cells: ['P7', 'nobody'], why: 'unknown', with: ['nobody'] },
      { line: 3, name: 'P8', cells: ['P8', 'Twin'], why: 'several', with: ['Twin', 'twin-1, twin-2'] },
    ]);
    expect(inOrder(preview.next(now, true))).toEqual(now);
  });

  test('is found in a file of all settings', async () => {
    const preview = await rowsOf(
      JSON.stringify({ contacts: [], rows: [...now, row('N', 'liu'), { table: 'queues', key: 'Q', offer: ['liu'] }] }),
    );
    expect(told(preview)).toEqual({ added: ['N'], changed: [], missing: [], rejected: [] });
  });
});

describe('a bad file is refused with its line and the reason', () => {
  test.each([
    ['key,offer\nP10,"Dana Reyes', { why: 'cut', with: ['2'] }],
    ['key,offer\nP10,Dana Reyes\nP1', { why: 'cut', with: ['3'] }],
    ['[\n{"key": "P10", "offer": ["dana"]},\n{"key": "P1', { why: 'cut', with: ['3'] }],
    ['', { why: 'empty', with: [] }],
    ['\uFEFF \n', { why: 'empty', with: [] }],
    ['{"a": 1}', { why: 'no_list', with: ['rows'] }],
    ['[1,]', { why: 'not_json', with: [] }],
    ['key,offer,__proto__\nP10,dana,x\n', { why: 'column', with: ['__proto__', 'key, offer'] }],
    ['key,constructor\nP10,x\n', { why: 'column', with: ['constructor', 'key, offer'] }],
    ['key,offer,key\nP10,dana,P11\n', { why: 'column_twice', with: ['key'] }],
    ['key\nP10\n', { why: 'column_missing', with: ['offer'] }],
  ])('%j', async (text, reason) => expect(await unreadRows(text)).toEqual(reason));

  test('before it is read where it is too large', async () => {
    const unread = () => Promise.reject(new Error('was read'));
    const file = { size: 100 * 1024 * 1024, arrayBuffer: unread } as unknown as Blob;
    expect(await previewRows(file, 'sites', now, names, watch)).toEqual({
      unread: { why: 'large', with: ['100', String(largestFile / 1024 / 1024)] },
    });
  });

  test('not at all where reading was stopped', async () => {
    const stop = new AbortController();
    const file = new Blob([`key,offer\n${Array.from({ length: 50_000 }, (_, n) => `P${n},dana`).join('\n')}\n`]);
    const progress = () => stop.abort();
    expect(await previewRows(file, 'sites', now, names, { progress, stop: stop.signal })).toEqual({ unread: null });
  });

  test.each([
    [
      'wrong types',
      '[\n{"key": 5, "offer": ["dana"]},\n7,\n{"key": "P7", "offer": {"dana": 1}}\n]',
      [
        [2, 'not_text'],
        [3, 'not_text'],
        [4, 'not_list'],
      ],
    ],
    ['a key that comes twice', 'key,offer\nP7,dana\n p7 ,dana\n', [[3, 'same']]],
    [
      'a key that every object has',
      'key,offer\n__proto__,dana\nconstructor,dana\n',
      [
        [2, 'key_inherited'],
        [3, 'key_inherited'],
      ],
    ],
    ['the same as a name', '[{"__proto__": {"key": "P7", "offer": []}}]', [[1, 'not_text']]],
    ['a long key', `key,offer\n${'x'.repeat(301)},dana\n`, [[2, 'key_long']]],
    ['no key', 'key,offer\n,dana\n', [[2, 'key_missing']]],
    ['too many cells', 'key,offer\nP7,dana,liu\n', [[2, 'cells']]],
    ['too few cells', 'key,offer\nP7\nP9,gone\n', [[2, 'cells']]],
    ['text behind a quoted cell', 'key,offer\n"P"7,"dana"\nP9,gone\n', [[2, 'quotes']]],
    ['another table', '[{"table": "queues", "key": "Q", "offer": ["dana"]}]', [[1, 'other_table']]],
  ])('%s', async (_, text, rejected) => {
    const preview = await rowsOf(text);
    expect(told(preview).rejected).toEqual(rejected);
    expect(preview.added).toEqual([]);
    expect(preview.changed).toEqual([]);
    expect(inOrder(preview.next(now, false))).toEqual(now);
  });
});

describe('contacts and catalogs as a file', () => {
  test('come back as they were', async () => {
    for (const part of ['contacts', 'catalogs'] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is as good
      const preview = await targetsOf(targetsAsCsv(part, settings[part]), part);
      expect(told(preview)).toEqual({ added: [], changed: [], missing: [], rejected: [] });
      expect(preview.next([], true)).toEqual(settings[part]);
    }
  });

  test('name and link alone make new ones and change those of that name, and nothing else of them', async () => {
    const preview = await targetsOf(`Link;NAME\n${link};Dana Reyes\n${link};Ann Oh\n${link};Liu Wei\n`);
    expect(told(preview)).toMatchObject({ added: ['Ann Oh'], changed: ['Dana Reyes', 'Liu Wei'], rejected: [] });
    expect(preview.missing.map((line) => line.name)).toEqual(['Twin', 'Twin']);
    const next = preview.next(settings.contacts, false);
    expect(next[0]).toEqual({ ...settings.contacts[0], link });
    expect(next[1]).toEqual({ id: 'liu', name: 'Liu Wei', link });
    expect(next[4]).toEqual({ id: 'ann-oh', name: 'Ann Oh', link });
    expect(preview.next(settings.contacts, true)).toHaveLength(3);
  });

  test('a name that comes twice needs ids; an id may rename', async () => {
    const preview = await targetsOf('id,name,kind\ntwin-1,Twin One,contact_list\n,Twin,contact_list\n');
    expect(told(preview)).toMatchObject({ changed: ['Twin One'], rejected: [[3, 'several']] });
    expect(preview.next(settings.contacts, true).map(({ id }) => id)).toEqual(['twin-1', 'twin-2']);
  });

  test('licences are taken as people write them', async () => {
    const preview = await targetsOf(
      `name,link,licence\nA,${link},Tech+\nB,${link},GUEST\nC,${link},\nD,${link},Boss\n`,
    );
    expect(preview.next([], true).map((item) => ('licence' in item ? item.licence : null))).toEqual([
      'tech-plus',
      'guest',
      null,
    ]);
    expect(preview.rejected.map(({ line, problem }) => [line, problem?.path, problem?.code])).toEqual([
      [5, 'licence', 'one_of'],
    ]);
  });

  test('markup in a name is text', async () => {
    const name = '<script>alert(1)</script>';
    const preview = await targetsOf(JSON.stringify([{ name, link }]));
    expect(preview.added.map((line) => line.name)).toEqual([name]);
    expect(preview.next([], true)).toEqual([{ id: 'script-alert-script', name, link }]);
  });

  test.each([
    ['a link that is none of ours', 'name,link\nEvil,javascript:alert(1)\n', [[2, 'wrong']]],
    ['the same twice', `name,link\nA,${link}\na,${link}\n`, [[3, 'same']]],
    ['no name', `name,link\n,${link}\n`, [[2, 'name_missing']]],
    ['no link', 'name,link\nA,\n', [[2, 'wrong']]],
    ['an id of a catalog', `id,name,link\nmanuals,A,${link}\n`, [[2, 'id_other']]],
    ['an id that every object has', `id,name,link\nconstructor,A,${link}\n`, [[2, 'wrong']]],
    ['a name that every object has', `[{"__proto__": {}, "name": "A", "link": "${link}"}]`, [[1, 'wrong']]],
    ['a property that is not known', `[\n{"name": "A", "link": "${link}", "evil": 1}\n]`, [[2, 'wrong']]],
    [
      'wrong types',
      '[\n5,\n{"name": 7},\n{"name": "A", "link": ["x"]}\n]',
      [
        [2, 'not_object'],
        [3, 'name_missing'],
        [4, 'wrong'],
      ],
    ],
  ])('%s is rejected', async (_, text, rejected) => {
    const preview = await targetsOf(text);
    expect(told(preview).rejected).toEqual(rejected);
    expect(preview.next(settings.contacts, false).length).toBeLessThanOrEqual(settings.contacts.length + 1);
    expect(preview.changed).toEqual([]);
  });
});

test('the lines of values in JSON are found, by their paths', () => {
  const text = '{\n "a": [\n  {"b": "x,\\n]"}, {\n   "b": [1,\n 2]}],\n "a.b": "}", "c": {}\n}';
  expect(Object.fromEntries(linesOf(text, () => true))).toEqual({
    '': 1,
    a: 2,
    'a[0]': 3,
    'a[0].b': 3,
    'a[1]': 3,
    'a[1].b': 4,
    'a[1].b[0]': 4,
    'a[1].b[1]': 5,
    'a.b': 6,
    c: 6,
  });
});
