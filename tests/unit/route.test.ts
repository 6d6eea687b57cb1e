import { describe, expect, test } from 'vitest';
import type { Case, PageEntry, Rule, Target } from '../../lib/model.ts';
import { failing, matches, route, type Lookup } from '../../lib/route.ts';
import { parseSettings } from '../../lib/settings.ts';

const target = (id: string): Target => ({ id, name: id, group: 'contact', kind: 'user', value: '1' });
const targets = Object.fromEntries(['dana', 'liu', 'list'].map((id) => [id, target(id)]));
const record: Case = {
  desk: 'rt5',
  kind: 'ticket',
  id: '1',
  queue: 'Field  Service',
  priority: 'High',
  fields: { 'Asset ID': 'A-204', Site: 'Plant 7' },
};
const entry = (match: 'first' | 'all', ...rules: Rule[]): PageEntry => ({
  v: 2,
  key: 'rt5',
  product: 'request-tracker',
  name: 'RT',
  desk: { addresses: [] },
  match,
  rules,
  targets,
  links: parseSettings({}).settings.links,
});
const rule = (id: string, when: Rule['when'], offer: Rule['offer']): Rule => ({ id, when, offer });
const noRow: Lookup = async () => null;
const ids = async (of: PageEntry, lookup = noRow) => (await route(of, record, lookup))?.map((t) => t.id) ?? null;

test.each<[string, string | undefined, boolean]>([
  ['field service', 'Field  Service', true],
  [' FIELD   SERVICE ', 'field service', true],
  ['field', 'Field Service', false],
  ['field*', 'Field Service', true],
  ['field s*', 'Field  Service', true],
  ['*', 'anything', true],
  ['*', '', false],
  ['*', undefined, false],
  ['a.c', 'abc', false],
  ['*service', 'Field Service', false],
  ['straße', 'STRASSE', false],
  ['ämter', 'ÄMTER', true],
])('"%s" asked of %j: %s', (wanted, actual, holds) => expect(matches(wanted, actual)).toBe(holds));

describe('conditions', () => {
  test.each<[string, Rule['when'], string | null]>([
    ['none', {}, null],
    ['all hold', { desk: 'RT5', kind: 'ticket', queue: 'field*', fields: { site: 'plant 7' } }, null],
    ['another desk', { desk: 'rt4', queue: 'field*' }, 'desk'],
    ['another kind', { kind: 'asset' }, 'kind'],
    ['one of two', { queue: 'field*', priority: 'low' }, 'priority'],
    ['a field by its label', { fields: { 'ASSET id': 'a-2*' } }, null],
    ['a field that is not there', { fields: { Building: '*' } }, 'Building'],
    ['a named field that is empty', { asset: '*' }, 'asset'],
    ['a field of every object', { fields: { constructor: '*' } }, 'constructor'],
  ])('%s', (_, when, field) => expect(failing(when, record)?.[0] ?? null).toBe(field));
});

describe('targets', () => {
  const dana = rule('a', { queue: 'field*' }, ['dana', 'list']);
  const liu = rule('b', { priority: 'high' }, ['list', 'liu', 'dana']);
  const low = rule('c', { priority: 'low' }, ['liu']);

  test('first: the first rule that matches decides', async () => {
    expect(await ids(entry('first', low, dana, liu))).toEqual(['dana', 'list']);
  });

  test('all: in the order of the rules, each once', async () => {
    expect(await ids(entry('all', low, dana, liu))).toEqual(['dana', 'list', 'liu']);
  });

  test('no rule, no targets; a rule that offers none still covers the case', async () => {
    expect(await ids(entry('all', low))).toBeNull();
    expect(await ids(entry('first', rule('none', {}, []), dana))).toEqual([]);
  });

  test('ids that name no target are left out, whatever they are called', async () => {
    expect(await ids(entry('first', rule('x', {}, ['gone', 'constructor', 'toString', 'liu'])))).toEqual(['liu']);
  });
});

describe('a rule that looks into a table', () => {
  const asked: string[][] = [];
  const rows: Lookup = async (table, key) => {
    asked.push([table, key]);
    return key === 'A-204' ? [target('liu')] : null;
  };
  const byAsset = rule('asset', {}, { table: 'assets', field: 'asset id' });
  const rest = rule('rest', {}, ['dana']);

  test('offers what the row offers', async () => {
    expect(await ids(entry('first', byAsset, rest), rows)).toEqual(['liu']);
    expect(asked).toEqual([['assets', 'A-204']]);
  });

  test('without a row the next rule is asked', async () => {
    expect(await ids(entry('first', rule('site', {}, { table: 'sites', field: 'Site' }), rest), rows)).toEqual([
      'dana',
    ]);
  });

  test('without a value, or where its conditions fail, no table is asked', async () => {
    asked.length = 0;
    expect(await ids(entry('first', rule('x', {}, { table: 't', field: 'Building' })), rows)).toBeNull();
    expect(await ids(entry('first', { ...byAsset, when: { priority: 'low' } }), rows)).toBeNull();
    expect(asked).toEqual([]);
  });
});
