import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { firstOwn, mergePolicy, nobody, ownParts, parts, readPolicy, type Part } from '../../lib/policy.ts';
import { jsonSchema } from '../../lib/schema.ts';
import { parseSettings } from '../../lib/settings.ts';

const link = 'worklink://resource?action=fetch_user&user=497';
const boss = { id: 'boss', name: 'Boss', link };
const mine = { contacts: [{ id: 'dana', name: 'Dana', link }], match: 'all', rules: [{ id: 'a', offer: ['dana'] }] };
const row = { table: 'sites', key: 'P7', offer: ['boss'] };

const read = (policy: unknown) => readPolicy([policy]);
const problemsOf = (policy: unknown) => read(policy).organisation.problems;
/** What counts for a person under a policy. */
function under(policy: unknown, own: unknown = mine) {
  const { organisation } = read(policy);
  const { merged, ...who } = mergePolicy(own, organisation);
  return { ...parseSettings(merged), ...who, organisation };
}

describe('mandated', () => {
  const settings = { version: 1, $schema: 'x', contacts: [boss] };

  test.each([
    ['the object', settings],
    ['its text', JSON.stringify(settings)],
  ])('as %s a part replaces the person’s and is locked; the others stay', (_, set) => {
    const now = under({ settings: set });
    expect(now.organisation.problems).toEqual([]);
    expect(now.locked).toEqual(['contacts']);
    expect(now.settings.contacts).toEqual([boss]);
    expect(now.settings.match).toBe('all');
    expect(now.settings.rules).toHaveLength(1);
  });

  test('rows come along, checked, and lock the tables they stand in', () => {
    const { organisation, rows } = read({ settings: { rows: [row, { table: 'sites' }], match: 'all' } });
    expect(rows).toEqual([row]);
    expect(organisation.problems.map((p) => p.path)).toEqual(['policy.settings.rows[1].key']);
    expect(mergePolicy(mine, organisation).locked).toEqual(['tables', 'match', 'rows']);
    // What is stored and merged has none: they lie one by one.
    expect(JSON.stringify(mergePolicy(mine, organisation).merged)).not.toContain('P7');
  });
});

describe('defaults', () => {
  const policy = { defaults: JSON.stringify({ contacts: [boss], match: 'all', rows: [row] }) };

  test('count where the person has set nothing, and are not locked', () => {
    const now = under(policy, {});
    expect(now.settings.contacts).toEqual([boss]);
    expect(now.settings.match).toBe('all');
    expect(now.locked).toEqual([]);
    expect(now.defaults).toEqual(['contacts', 'match', 'rows']);
    expect(now.organisation.rows).toBe('default');
  });

  test('give way to what the person has set, also to nothing at all', () => {
    expect(under(policy, { contacts: [] }).settings.contacts).toEqual([]);
    expect(under(policy, { contacts: [] }).settings.match).toBe('all');
  });

  test('give way to a mandate for the same part', () => {
    const now = under({ ...policy, settings: { match: 'first', rows: [] } });
    expect(now.settings.match).toBe('first');
    expect(now.locked).toEqual(['tables', 'match', 'rows']);
    expect(now.defaults).toEqual(['contacts']);
  });
});

test('a part of a later layer replaces that of an earlier one: policy over what a build carries', () => {
  const { organisation } = readPolicy([
    { settings: { contacts: [], match: 'first' }, defaults: { rules: [] } },
    { settings: { match: 'all' } },
  ]);
  expect(organisation.mandated).toEqual({ contacts: [], match: 'all' });
  expect(organisation.defaults).toEqual({ rules: [] });
});

describe('what does not hold is left out and named', () => {
  test.each([undefined, null, {}, 'x', 7])('%j is no policy', (policy) => {
    expect(read(policy)).toEqual({ organisation: nobody, rows: [] });
    expect(mergePolicy(mine, nobody)).toEqual({ merged: mine, locked: [], defaults: [] });
  });

  test.each(['{"contacts": [', '[]', '7', 7, [], null])('a text that is none (%j)', (set) => {
    for (const key of ['settings', 'defaults']) {
      const now = under({ [key]: set });
      expect(now.settings.contacts).toEqual(parseSettings(mine).settings.contacts);
      expect(now.locked).toEqual([]);
      expect(now.organisation.problems).toEqual([{ path: `policy.${key}`, code: 'not_settings' }]);
    }
  });

  test('a part of a wrong shape leaves the person’s as it is, unlocked', () => {
    const now = under({ settings: { contacts: 'none', match: 'best', rows: 7 } });
    expect(now.settings.contacts).toHaveLength(1);
    expect(now.settings.match).toBe('all');
    expect(now.locked).toEqual([]);
    expect(now.organisation.problems.map((p) => p.path)).toEqual([
      'policy.settings.contacts',
      'policy.settings.match',
      'policy.settings.rows',
    ]);
  });

  test('a bad value inside costs itself', () => {
    const now = under({ settings: { contacts: [boss, { id: 'x', name: 'X', link: 'javascript:alert(1)' }] } });
    expect(now.settings.contacts).toEqual([boss]);
    expect(now.problems.map((p) => p.path)).toEqual(['contacts[1].link']);
    expect(now.locked).toEqual(['contacts']);
  });

  test('names that are not known', () => {
    expect(problemsOf({ settings: { unheard: 1 }, other: 1 }).map((p) => p.path)).toEqual([
      'policy.other',
      'policy.settings.unheard',
    ]);
    expect(under({ settings: { contacts: [{ ...boss, phone: '1' }] } }).problems.map((p) => p.path)).toEqual([
      'contacts[0].phone',
    ]);
  });

  test('a forged prototype sets nothing', () => {
    const text = '{"__proto__":{"match":"first"},"constructor":1,"hasOwnProperty":[]}';
    const now = under({ settings: text, defaults: text });
    expect(now.locked).toEqual([]);
    expect(now.defaults).toEqual([]);
    expect(now.settings.match).toBe('all');
  });
});

describe('secrets are never taken from policy', () => {
  const secrets = ['token', 'apiKey', 'bridge_token', 'Password', 'client-secret', 'key', 'credentials', 'privateKey'];
  const places: [where: string, path: string, put: (name: string) => object][] = [
    ['as a part', '', (name) => ({ [name]: 'S3CRET' })],
    ['in an item', 'contacts[0].', (name) => ({ contacts: [{ ...boss, [name]: 'S3CRET' }] })],
    ['deep in an object', 'links.templates.', (name) => ({ links: { templates: { [name]: 'S3CRET' } } })],
    [
      'in a desk’s description',
      'desks[0].custom.read.',
      (name) => ({
        desks: [
          { key: 'd', product: 'custom', origins: [], custom: { addresses: ['/{id}'], read: { [name]: 'S3CRET' } } },
        ],
      }),
    ],
    ['as an object', 'links.', (name) => ({ links: { [name]: { value: 'S3CRET' } } })],
  ];

  test.each(places.flatMap((place) => ['settings', 'defaults'].map((key) => [...place, key] as const)))(
    '%s of %s',
    (_, path, put, key) => {
      for (const name of secrets) {
        const { organisation } = read({ [key]: JSON.stringify(put(name)) });
        expect(organisation.problems.map((p) => p.path)).toEqual([`policy.${key}.${path}${name}`]);
        expect(organisation.problems[0]?.code).toBe('secret');
        expect(JSON.stringify(organisation.mandated) + JSON.stringify(organisation.defaults)).not.toContain('S3CRET');
      }
    },
  );

  test('beside the texts', () => {
    expect(problemsOf({ bridgeToken: 'x' })).toEqual([{ path: 'policy.bridgeToken', code: 'secret' }]);
  });

  test('as external data, and as a condition: then the whole rule goes, for without it the rule would match more', () => {
    const now = under({
      settings: {
        links: { external: { sessionToken: 'Token', site: 'Site' } },
        rules: [
          { id: 'a', when: { queue: 'Pumps', fields: { 'API key': 'x' } }, offer: ['boss'] },
          { id: 'b', when: { fields: { 'Key account': 'yes', Author: 'Sam' } }, offer: ['boss'] },
        ],
      },
    });
    expect(now.settings.links.external).toEqual({ site: 'Site' });
    expect(now.settings.rules.map((rule) => rule.id)).toEqual(['b']);
    expect(now.organisation.problems.map((p) => p.path)).toEqual([
      'policy.settings.links.external.sessionToken',
      'policy.settings.rules[0].when.fields.API key',
    ]);
  });

  test('and nothing that the schema knows looks like one', () => {
    // Every name of the schema at its place, with a value that survives being looked at.
    const filled = (node: unknown): unknown => {
      const { type, properties, items, anyOf, oneOf } = node as Record<string, unknown>;
      const choices = (anyOf ?? oneOf) as unknown[] | undefined;
      if (choices) return filled(choices.at(-1));
      if (type === 'array') return [filled(items)];
      if (type !== 'object') return 'x';
      return Object.fromEntries(
        Object.entries((properties ?? {}) as Record<string, unknown>).map(([name, child]) => [name, filled(child)]),
      );
    };
    const everything = filled(jsonSchema());
    expect(JSON.stringify(everything)).toContain('"key"');
    const about = problemsOf({ settings: everything }).filter((p) => p.code === 'secret');
    expect(about).toEqual([]);
  });
});

describe('what a person has set', () => {
  const policy = { defaults: { contacts: [boss] }, settings: { match: 'first' } };
  const { organisation } = read(policy);
  const shown = (own: unknown) => parseSettings(mergePolicy(own, organisation).merged).settings;

  test('is nothing, as long as nothing is changed', () => {
    expect(ownParts(shown({}), {}, organisation)).toEqual({ version: 1 });
  });

  test('is the part that was changed, and no longer once it is as the default again', () => {
    const changed = { ...shown({}), contacts: [] };
    const own = ownParts(changed, {}, organisation);
    expect(own).toEqual({ version: 1, contacts: [] });
    expect(ownParts({ ...shown(own), contacts: shown({}).contacts }, own, organisation)).toEqual({ version: 1 });
  });

  test('stays under a lock as it was last set, and what did not change as it was stored', () => {
    const own = { ...mine, rules: [{ id: 'a', offer: ['dana'], fromTheFuture: 1 }] };
    const now = ownParts({ ...shown(own), catalogs: [{ id: 'c', name: 'C', link }] }, own, organisation);
    expect(now).toEqual({ version: 1, ...own, catalogs: [{ id: 'c', name: 'C', link }] });
  });

  test('follows the organisation where it was never set here', () => {
    const later = read({ defaults: { contacts: [{ ...boss, name: 'New' }] } }).organisation;
    const own = ownParts({ ...shown({}), rules: [] }, {}, organisation);
    expect(parseSettings(mergePolicy(own, later).merged).settings.contacts[0]?.name).toBe('New');
  });

  test('of version 0.1, which kept all parts, are those that differ from our defaults', () => {
    const all = parseSettings(mine).settings;
    expect(Object.keys(firstOwn(all)).toSorted()).toEqual(['contacts', 'match', 'rules']);
    expect(firstOwn(undefined)).toEqual({});
    expect(firstOwn(parseSettings({}).settings)).toEqual({});
  });
});

test('the browser’s schema of the policy names the two texts, and the parts are all there', () => {
  const managed = JSON.parse(readFileSync('public/managed-schema.json', 'utf8')) as { properties: object };
  expect(Object.keys(managed.properties)).toEqual(['settings', 'defaults']);
  const expected: Part[] = ['desks', 'contacts', 'catalogs', 'rules', 'tables', 'match', 'links', 'rows'];
  expect(parts).toEqual(expect.arrayContaining(expected));
});
