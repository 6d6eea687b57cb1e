import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { declared, formOf } from '../../lib/desks/index.ts';
import { prepare } from '../../lib/desks/pattern.ts';
import { jsonSchema } from '../../lib/schema.ts';
import { compile, parseRows, parseSettings, warnings } from '../../lib/settings.ts';
import { problemWords } from '../../components/options/problems.ts';
import { say, sayGerman } from '../states/say.ts';

const link = 'worklink://resource?action=fetch_user&user=497';
const good = {
  desks: [
    { key: 'rt5', product: 'request-tracker', origins: ['https://rt.example'] },
    { key: 'plant', product: 'custom', origins: ['https://plant.example'], custom: { addresses: ['/case/{id}'] } },
  ],
  contacts: [
    { id: 'dana', name: 'Dana', link },
    { id: 'liu', name: 'Liu', kind: 'user', value: '512', licence: 'expert' },
  ],
  catalogs: [{ id: 'manuals', name: 'Manuals', kind: 'asset', field: 'asset' }],
  rules: [
    { id: 'a', when: { queue: 'Field' }, offer: ['dana'] },
    { id: 'b', offer: { table: 'sites', field: 'Site' } },
  ],
  tables: [{ id: 'sites' }],
};
type Draft = Record<string, unknown>;
/** The good settings with one value set. */
function withValue(path: (string | number)[], value: unknown): unknown {
  const draft = structuredClone(good) as Draft;
  let at = draft;
  for (const step of path.slice(0, -1)) at = (at[step] ??= {}) as Draft;
  // As JSON.parse would: also a key named __proto__ is an own one.
  Object.defineProperty(at, path.at(-1) ?? '', { value, enumerable: true, configurable: true, writable: true });
  return draft;
}

test('nothing stored yet means defaults', () => {
  for (const input of [undefined, null, {}]) {
    const { settings, problems } = parseSettings(input);
    expect(problems).toEqual([]);
    expect(settings).toMatchObject({ version: 1, desks: [], contacts: [], rules: [], match: 'first' });
    expect(settings.links).toMatchObject({
      deferred: 'https://getworklink.com/deferred?deep_link={link}',
      linkHosts: ['getworklink.com'],
      external: {},
    });
    expect(settings.links.templates.catalog).toBe('worklink://resource?action=fetch_catalog&catalog={id}');
  }
});

test('good settings hold as they are, with defaults added', () => {
  const { settings, problems } = parseSettings(good);
  expect(problems).toEqual([]);
  expect(settings).toMatchObject(good);
  expect(settings.desks[0]?.on).toBe(true);
  expect(settings.rules[1]?.when).toEqual({});
  expect(parseSettings(settings)).toEqual({ settings, problems: [] });
});

test.each(['x', 7, [], [good], () => 0])('%o is no settings object, and says so', (input) => {
  const { settings, problems } = parseSettings(input);
  expect(settings).toEqual(parseSettings({}).settings);
  expect(problems.map((p) => p.path)).toEqual(['settings']);
});

test('the file that version 1 wrote is read for ever', () => {
  const file = JSON.parse(readFileSync('tests/unit/fixtures/settings-1.json', 'utf8')) as Draft;
  const { settings, problems } = parseSettings(file);
  expect(problems).toEqual([]);
  const { rows, ...rest } = file;
  // What came later has its default.
  expect(settings).toEqual({ ...parseSettings({}).settings, ...rest });
  expect(parseRows(rows)).toEqual({ rows, problems: [] });
});

/** What a bad value costs: itself, or, where it is required, the item it stands in. */
const costs: [name: string, path: (string | number)[], value: unknown, at: string, left: (now: Draft) => void][] = [
  [
    'a licence that is none',
    ['contacts', 1, 'licence'],
    'boss',
    'contacts[1].licence',
    (s) => drop(s, 'contacts', 1, 'licence'),
  ],
  ['a name of a wrong type', ['contacts', 1, 'name'], 7, 'contacts[1].name', (s) => drop(s, 'contacts', 1)],
  ['an unknown key', ['extra'], 1, 'extra', () => {}],
  ['an unknown key of an item', ['contacts', 0, 'phone'], '112', 'contacts[0].phone', () => {}],
  ['a prototype', ['__proto__'], { desks: 'x' }, '__proto__', () => {}],
  ['a prototype of an item', ['contacts', 0, '__proto__'], { kind: 'user' }, 'contacts[0].__proto__', () => {}],
  ['a constructor', ['constructor'], { prototype: {} }, 'constructor', () => {}],
  ['a list that is none', ['catalogs'], 'none', 'catalogs', (s) => void (s.catalogs = [])],
  [
    'a javascript: link',
    ['contacts', 0, 'link'],
    'javascript:alert(1)',
    'contacts[0].link',
    (s) => drop(s, 'contacts', 0),
  ],
  [
    'an http link',
    ['contacts', 0, 'link'],
    'http://getworklink.com/x',
    'contacts[0].link',
    (s) => drop(s, 'contacts', 0),
  ],
  [
    'a foreign host',
    ['contacts', 0, 'link'],
    'https://evil.example/x',
    'contacts[0].link',
    (s) => drop(s, 'contacts', 0),
  ],
  [
    'a user at a host',
    ['contacts', 0, 'link'],
    'https://a@getworklink.com/',
    'contacts[0].link',
    (s) => drop(s, 'contacts', 0),
  ],
  ['an id used twice', ['contacts', 1, 'id'], 'DANA', 'contacts[1]', (s) => drop(s, 'contacts', 1)],
  ['an id used by a contact', ['catalogs', 0, 'id'], 'dana', 'catalogs[0]', (s) => drop(s, 'catalogs', 0)],
  ['a rule of the same id', ['rules', 1, 'id'], 'a', 'rules[1]', (s) => drop(s, 'rules', 1)],
  ['a desk of the same key', ['desks', 1, 'key'], 'rt5', 'desks[1]', (s) => drop(s, 'desks', 1)],
  [
    'an origin of another desk',
    ['desks', 1, 'origins', 0],
    'https://rt.example',
    'desks[1].origins[0]',
    (s) => drop(s, 'desks', 1, 'origins', 0),
  ],
  ['a desk key with capitals', ['desks', 0, 'key'], 'RT5', 'desks[0].key', (s) => drop(s, 'desks', 0)],
  ['a desk key that is too long', ['desks', 0, 'key'], 'x'.repeat(25), 'desks[0].key', (s) => drop(s, 'desks', 0)],
  [
    'an origin with a path',
    ['desks', 0, 'origins', 0],
    'https://rt.example/',
    'desks[0].origins[0]',
    (s) => drop(s, 'desks', 0, 'origins', 0),
  ],
  [
    'an origin that is no address',
    ['desks', 0, 'origins', 0],
    'rt',
    'desks[0].origins[0]',
    (s) => drop(s, 'desks', 0, 'origins', 0),
  ],
  [
    'an origin of a file',
    ['desks', 0, 'origins', 0],
    'file://',
    'desks[0].origins[0]',
    (s) => drop(s, 'desks', 0, 'origins', 0),
  ],
  [
    'a bad address pattern',
    ['desks', 1, 'custom', 'addresses', 0],
    '/a/{id',
    'desks[1].custom.addresses[0]',
    (s) => drop(s, 'desks', 1, 'custom', 'addresses', 0),
  ],
  ['a custom desk undescribed', ['desks', 0, 'product'], 'custom', 'desks[0].custom', (s) => drop(s, 'desks', 0)],
  [
    'a reading of nothing',
    ['desks', 1, 'custom', 'read'],
    { title: [{}, { css: 'h1' }] },
    'desks[1].custom.read.title[0]',
    (s) => put(s, ['desks', 1, 'custom', 'read'], { title: [{ css: 'h1' }] }),
  ],
  ['an offer of a wrong shape', ['rules', 0, 'offer'], 7, 'rules[0].offer', (s) => drop(s, 'rules', 0)],
  ['a target that leads nowhere', ['contacts', 0, 'link'], undefined, 'contacts[0]', (s) => drop(s, 'contacts', 0)],
  ['a match that is none', ['match'], 'best', 'match', () => {}],
  ['a version to come', ['version'], 2, 'version', () => {}],
  ['a template that runs', ['links'], { templates: { user: 'javascript:{id}' } }, 'links.templates.user', () => {}],
  ['a wrapper without its place', ['links'], { deferred: 'https://getworklink.com/' }, 'links.deferred', () => {}],
  [
    'a wrapper on a foreign host',
    ['links'],
    { deferred: 'https://evil.example/?deep_link={link}' },
    'links.deferred',
    (s) => put(s, ['links', 'deferred'], null),
  ],
  ['a reserved parameter', ['links'], { external: { Launch_ID: 'title' } }, 'links.external.Launch_ID', () => {}],
];

function drop(root: Draft, ...path: (string | number)[]): void {
  let at = root;
  for (const step of path.slice(0, -1)) at = at[step] as Draft;
  const last = path.at(-1) ?? '';
  if (Array.isArray(at)) at.splice(Number(last), 1);
  else delete at[last];
}
function put(root: Draft, path: (string | number)[], value: unknown): void {
  let at = root;
  for (const step of path.slice(0, -1)) at = (at[step] ??= {}) as Draft;
  at[path.at(-1) ?? ''] = value;
}

describe('a bad value costs itself, says where it stood, and nothing else', () => {
  test.each(costs)('%s', (_, path, value, at, left) => {
    const { settings, problems } = parseSettings(withValue(path, value));
    const expected = parseSettings(good).settings as unknown as Draft;
    left(expected);
    expect(settings).toEqual(expected);
    expect(problems.map((p) => p.path)).toContain(at);
    // Once as a bad value, and once more where it is required.
    expect(problems.length).toBeLessThanOrEqual(2);
    for (const problem of problems) for (const words of [say, sayGerman]) problemWords(problem, words);
  });

  test('several in one item cost that item, never its neighbours', () => {
    const bad = () => ({ id: 7, name: 7, link: 7 });
    const { settings, problems } = parseSettings({
      ...good,
      contacts: [bad(), good.contacts[0], bad(), good.contacts[1]],
    });
    expect(settings.contacts).toEqual(good.contacts);
    expect(problems.every(({ path }) => /^contacts\[[02]\]/.test(path))).toBe(true);
  });

  test('many of them at once, each by its place in the file', () => {
    const contacts = Array.from({ length: 20_000 }, (_, n) => ({ id: `c${n}`, name: n % 2 ? 'ok' : '', link, odd: n }));
    const { settings, problems } = parseSettings({ ...good, contacts });
    expect(settings.contacts).toHaveLength(10_000);
    expect(new Set(problems.map((p) => p.path)).has('contacts[19998].name')).toBe(true);
    expect(settings.rules).toHaveLength(2);
  });

  test('whatever is given, parsing ends with settings that hold', () => {
    const part = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(...Object.values(good)));
    const keys = ['desks', 'contacts', 'catalogs', 'rules', 'tables', 'match', 'links', 'version', '__proto__', 'x'];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), part), (input) => {
        const { settings } = parseSettings(input);
        expect(parseSettings(settings)).toEqual({ settings, problems: [] });
      }),
    );
  });

  test('what was given is never changed', () => {
    const input = structuredClone({ ...good, extra: 1 });
    parseSettings(input);
    expect(input).toEqual({ ...good, extra: 1 });
  });
});

test('what is left out moves no place that is told', () => {
  const { settings, problems } = parseSettings({
    contacts: [
      { id: 'a', name: 'A', link: 'javascript:alert(1)' },
      7,
      { id: 'b', name: 'B', link },
      { id: 'c' },
      { id: 'b', name: 'B again', link },
      { id: 'd', name: 'D', link, evil: 1 },
    ],
  });
  expect(settings.contacts.map((t) => t.id)).toEqual(['b', 'd']);
  expect(problems.map((p) => p.path).toSorted()).toEqual([
    'contacts[0].link',
    'contacts[1]',
    'contacts[3].name',
    'contacts[4]',
    'contacts[5].evil',
  ]);
});

describe('a name that every object has by birth', () => {
  test('costs itself', () => {
    const { settings, problems } = parseSettings(
      JSON.parse('{"__proto__": {"match": "all"}, "links": {"external": {"__proto__": "asset"}}, "match": "first"}'),
    );
    expect(settings.match).toBe('first');
    expect(problems.map((p) => p.path).toSorted()).toEqual(['__proto__', 'links.external.__proto__']);
  });

  test('costs the rule whose condition it names, which would match more cases without', () => {
    const { settings, problems } = parseSettings(
      JSON.parse(`{"rules": [
        {"id": "a", "when": {"fields": {"__proto__": "x"}}, "offer": ["dana"]},
        {"id": "b", "when": {"__proto__": {"queue": "x"}}, "offer": ["dana"]},
        {"id": "c", "offer": ["dana"]}
      ]}`),
    );
    expect(settings.rules.map((r) => r.id)).toEqual(['c']);
    expect(problems.map((p) => p.path)).toContain('rules[0].when.fields.__proto__');
  });

  test.each(['__proto__', 'constructor', 'toString', 'prototype'])('%s is no id and no key', (name) => {
    const { settings } = parseSettings({
      tables: [{ id: name }],
      contacts: [{ id: name, name: 'X', kind: 'contact_list' }],
    });
    expect([...settings.tables, ...settings.contacts]).toEqual([]);
    expect(parseRows([{ table: 'sites', key: name, offer: [] }]).problems.map((p) => p.path)).toEqual(['rows[0].key']);
  });
});

test('rows: a bad or repeated one is left out with a sentence', () => {
  const row = { table: 'sites', key: 'Plant 7', offer: ['dana'] };
  const { rows, problems } = parseRows([
    row,
    { ...row, key: ' plant  7 ' },
    { ...row, offer: 'dana' },
    5,
    { ...row, key: 'P8', offer: [] },
  ]);
  expect(rows.map((r) => r.key)).toEqual(['Plant 7', 'P8']);
  expect(problems.map((p) => p.path)).toEqual(['rows[1]', 'rows[2].offer', 'rows[3]']);
});

test('warnings name what holds but leads nowhere', () => {
  const { settings } = parseSettings({
    ...good,
    desks: [
      { key: 'x', product: 'sharepoint', origins: [] },
      { key: 'y', product: 'marked', origins: ['https://y.example'] },
    ],
    rules: [
      { id: 'a', offer: ['gone', 'dana'] },
      { id: 'b', offer: { table: 'no', field: 'x' } },
    ],
  });
  expect(warnings(settings).map((p) => p.path)).toEqual([
    'rules[0].offer',
    'rules[1].offer',
    'desks[0].product',
    'desks[0].origins',
  ]);
  expect(warnings(parseSettings(good).settings)).toEqual([]);
});

describe('compiled for one origin', () => {
  const of = (raw: object, at = 'https://rt.example') => compile(parseSettings({ ...good, ...raw }).settings, at);

  test('an entry has the desk, its rules and only the targets that they name', () => {
    const entry = of({
      rules: [
        { id: 'mine', when: { desk: 'RT5' }, offer: ['dana', 'gone'] },
        { id: 'some', when: { desk: 'r*' }, offer: ['manuals'] },
        { id: 'other', when: { desk: 'plant' }, offer: ['liu'] },
      ],
    });
    expect(entry).toMatchObject({
      v: 2,
      key: 'rt5',
      product: 'request-tracker',
      name: 'Request Tracker',
      match: 'first',
    });
    expect(entry?.desk).toEqual(declared['request-tracker'] && formOf(declared['request-tracker']));
    expect(entry?.rules.map((r) => r.id)).toEqual(['mine', 'some']);
    expect(Object.keys(entry?.targets ?? {})).toEqual(['dana', 'manuals']);
    expect(entry?.targets.dana?.group).toBe('contact');
    expect(entry?.targets.manuals?.group).toBe('catalog');
  });

  test('a custom desk brings its own description', () => {
    expect(of({}, 'https://plant.example')?.desk).toEqual(prepare({ addresses: ['/case/{id}'] }));
  });

  test.each([
    'https://other.example',
    'http://rt.example',
    'https://rt.example:8443',
    'https://rt.example.evil.example',
  ])('nothing for %s', (at) => expect(of({}, at)).toBeNull());

  test('nothing for a desk that is off, and nothing for a product that is not known', () => {
    const [desk] = good.desks;
    expect(of({ desks: [{ ...desk, on: false }] })).toBeNull();
    for (const product of ['sharepoint', 'constructor', 'toString'])
      expect(of({ desks: [{ ...desk, product }] })).toBeNull();
  });

  test('its size does not grow with the lists', () => {
    const contacts = Array.from({ length: 20_000 }, (_, n) => ({ id: `c${n}`, name: `Contact ${n}`, link }));
    const entry = of({ contacts: [...good.contacts.slice(0, 1), ...contacts.slice(1)] });
    expect(Object.keys(entry?.targets ?? {})).toEqual(['dana']);
    expect(JSON.stringify(entry)).toBe(JSON.stringify(of({})));
  });
});

test('docs/settings.schema.json is current: npm run schema writes it', () => {
  expect(JSON.parse(readFileSync('docs/settings.schema.json', 'utf8'))).toEqual(jsonSchema());
});

test('a rule goes whole with a condition that is not known, which is named', () => {
  const { settings, problems } = parseSettings({ rules: [{ id: 'r', when: { nope: '1' }, offer: [] }] });
  expect(settings.rules).toEqual([]);
  expect(problems).toEqual([
    { path: 'rules[0].when.nope', code: 'unknown', outcome: { code: 'left', with: ['rules[0]'] } },
  ]);
});
