import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Case, Rule, Target } from '../../lib/model.ts';
import { route, type Lookup } from '../../lib/route.ts';
import type { Row } from '../../lib/schema.ts';
import { entryOf, parseSettings, targetsOf } from '../../lib/settings.ts';
import { flawsOf, rowFlaws, type Facts, type Flaw } from '../../lib/flaws.ts';
import { readTyped, simulate } from '../../lib/simulate.ts';

const now = Date.parse('2026-01-14T12:00Z');
const link = (id: string) => `worklink://resource?action=fetch_user&user=${id}`;
const base = {
  desks: [
    { key: 'rt', product: 'request-tracker', origins: ['https://rt.example'] },
    { key: 'jira', product: 'jira', origins: [] },
  ],
  contacts: ['dana', 'liu', 'ana'].map((id) => ({ id, name: id, link: link(id) })),
  catalogs: [{ id: 'manuals', name: 'Manuals', kind: 'asset', field: 'asset' }],
  tables: [{ id: 'sites' }],
};
const parse = (raw: object) => {
  const { settings, problems } = parseSettings({ ...base, ...raw });
  expect(problems).toEqual([]);
  return settings;
};
const record = {
  kind: 'ticket',
  id: '1',
  number: '1',
  queue: 'Field Service',
  priority: 'Low',
  fields: { Site: 'P7' },
};
const noRow: Lookup = async () => null;
const run = async (raw: object, given: Omit<Case, 'desk'> = record, lookup = noRow, desk = 'rt') =>
  simulate(parse(raw), desk, given, () => lookup, now);

describe('each rule, in order', () => {
  test('what matched, what failed and by what, and what is not read', async () => {
    const outcome = await run({
      rules: [
        { id: 'high', when: { priority: 'High', queue: 'Field*', fields: { site: 'P8', Hall: '2' } }, offer: ['dana'] },
        { id: 'jira', when: { desk: 'jira', kind: 'issue' }, offer: ['dana'] },
        { id: 'field', when: { queue: 'field*' }, offer: ['liu', 'manuals'] },
        { id: 'rest', when: {}, offer: ['ana'] },
      ],
    });
    expect(outcome?.steps.map(({ state, failed }) => [state, failed])).toEqual([
      [
        'failed',
        [
          { field: 'priority', wanted: 'High', got: 'Low' },
          { field: 'site', wanted: 'P8', got: 'P7' },
          { field: 'Hall', wanted: '2', got: undefined },
        ],
      ],
      [
        'failed',
        [
          { field: 'desk', wanted: 'jira', got: 'rt' },
          { field: 'kind', wanted: 'issue', got: 'ticket' },
        ],
      ],
      ['matched', []],
      ['unread', []],
    ]);
    expect(outcome?.steps[2]?.targets).toEqual([
      { id: 'liu', name: 'liu' },
      { id: 'manuals', name: 'Manuals' },
    ]);
    expect(outcome?.offers?.map(({ id, refused }) => [id, refused])).toEqual([
      ['liu', undefined],
      ['manuals', 'refused_empty_field'],
    ]);
  });

  test.each(['queue', 'Queue'])('a named field and the label "%s" fail each for itself', async (label) => {
    const when = { queue: 'A', fields: { [label]: 'B' } };
    const outcome = await run({ rules: [{ id: 'r', when, offer: ['dana'] }] });
    expect(outcome?.steps[0]?.failed).toEqual([
      { field: 'queue', wanted: 'A', got: 'Field Service' },
      { field: label, wanted: 'B', got: 'Field Service' },
    ]);
  });

  test('table rules: the row that was found, none, or nothing to look up', async () => {
    const offer = (field: string) => ({ table: 'sites', field });
    const rules = [
      { id: 'a', when: {}, offer: offer('asset') },
      { id: 'b', when: {}, offer: offer('queue') },
      { id: 'c', when: {}, offer: offer('Site') },
    ];
    const lookup: Lookup = async (_, key) =>
      key === 'P7' ? [{ id: 'liu', name: 'liu', group: 'contact', link: link('liu') }] : null;
    const outcome = await run({ rules }, record, lookup);
    expect(outcome?.steps.map(({ state, key, targets }) => [state, key, targets.map(({ id }) => id)])).toEqual([
      ['empty', undefined, []],
      ['no-row', 'Field Service', []],
      ['matched', 'P7', ['liu']],
    ]);
  });

  test('a case that no rule covers', async () => {
    const outcome = await run({ rules: [{ id: 'r', when: { queue: 'X' }, offer: ['dana'] }] });
    expect(outcome?.offers).toBeNull();
  });

  test('a desk without an address, and one that is not there', async () => {
    const rules = [{ id: 'r', when: {}, offer: ['dana'] }];
    expect((await run({ rules }, record, noRow, 'jira'))?.offers).toHaveLength(1);
    expect(await run({ rules }, record, noRow, 'gone')).toBeNull();
  });
});

describe('what is offered', () => {
  const rules = [{ id: 'r', when: {}, offer: ['dana'] }];

  test('the exact links, with where each parameter comes from', async () => {
    const links = { external: { site_name: 'Site', equipment_id: 'asset' } };
    const outcome = await run({ rules, links });
    const [dana] = outcome?.offers ?? [];
    expect(dana?.params).toEqual([
      { name: 'action', value: 'fetch_user', from: 'link' },
      { name: 'user', value: 'dana', from: 'link' },
      { name: 'work_order_id', value: '1', from: 'case' },
      { name: 'case_id', value: 'ticket:1', from: 'case' },
      { name: 'desk', value: 'rt', from: 'case' },
      { name: 'launch_id', value: expect.stringMatching(/^[A-Z2-7]{12}$/), from: 'launch' },
      { name: 'site_name', value: 'P7', from: 'external', field: 'Site' },
    ]);
    expect(dana?.href).toMatch(/^worklink:\/\/resource\?action=fetch_user&user=dana&work_order_id=1&/);
    expect(dana?.phone).toContain(encodeURIComponent('work_order_id=1'));
    expect(dana?.versions.app).toBeGreaterThan(4);
    expect(dana?.versions.phone).toBeGreaterThan(dana?.versions.app ?? 99);
    expect(outcome?.missing).toEqual([{ name: 'equipment_id', field: 'asset' }]);
  });

  test('a link that is only for phones has its parameters, too', async () => {
    const https = `https://getworklink.com/deferred?deep_link=${encodeURIComponent(link('7'))}`;
    const outcome = await run({ rules, contacts: [{ id: 'dana', name: 'Dana', link: https }] });
    expect(outcome?.offers?.[0]?.params.map(({ name }) => name)).toEqual([
      'action',
      'user',
      'work_order_id',
      'case_id',
      'desk',
      'launch_id',
    ]);
  });

  test('hours and licences, as a page shows them', async () => {
    const hours = { zone: 'UTC', week: [{ days: [3], from: '08:00', to: '10:00' }] };
    const contacts = [
      { id: 'dana', name: 'Dana', link: link('1'), hours, fallback: ['liu'] },
      { id: 'liu', name: 'Liu', link: link('2'), licence: 'guest' },
    ];
    const outcome = await run({ rules, contacts, me: { licence: 'tech' } });
    expect(outcome?.offers).toMatchObject([{ id: 'liu', instead: 'Dana', warn: { me: 'tech', evidence: 'help' } }]);
    expect(outcome?.closed).toMatchObject([{ name: 'Dana', until: Date.parse('2026-01-21T08:00Z'), zone: 'UTC' }]);
  });

  test('a case without an id has no link, and says so', async () => {
    const outcome = await run({ rules }, { kind: '', id: '', fields: {} });
    expect(outcome?.offers?.[0]).toMatchObject({ refused: 'refused_no_id', params: [] });
  });
});

const word = fc.constantFrom('a', 'ab', 'abc', 'b', 'a*', 'ab*', '*', 'A B');
const when = fc.record(
  { queue: word, asset: word, kind: word, desk: fc.constantFrom('rt', 'r*', 'jira', '*') },
  { requiredKeys: [] },
);
const labels = fc.dictionary(fc.constantFrom('Site', 'site', 'Queue'), word, { maxKeys: 2 });
const offer = fc.oneof(
  fc.constantFrom(['dana'], ['liu', 'ana'], ['gone'], []),
  fc.record({ table: fc.constantFrom('sites', 'no'), field: fc.constantFrom('asset', 'Site', 'site') }),
);
const oneRule = fc.tuple(when, labels, offer).map(([named, fields, of]) => ({ when: { ...named, fields }, offer: of }));
const someRules = fc.array(oneRule, { maxLength: 8 });
const plainWord = fc.constantFrom('a', 'ab', 'abc', 'abcd', 'b', 'A  b', '');
const someCase = fc.record({
  kind: plainWord,
  id: fc.constant('1'),
  queue: plainWord,
  asset: plainWord,
  fields: fc.dictionary(fc.constantFrom('Site', 'Queue', 'Hall'), plainWord),
});
const settingsOf = (rules: object[], match: string) =>
  parse({ match, rules: rules.map((rule, n) => ({ ...rule, id: `r${n}` })) });
const targets = targetsOf(parse({}), now);
const rowFor: Lookup = async (table, key) => {
  const found = table === 'sites' && key.startsWith('a') ? targets.get('ana') : undefined;
  return found ? [found] : null;
};

describe('of any rules and any case', () => {
  test('it offers what a page would, and each rule says truly what became of it', () =>
    fc.assert(
      fc.asyncProperty(someRules, someCase, fc.constantFrom('first', 'all'), async (rules, given, match) => {
        const settings = settingsOf(rules, match);
        const outcome = await simulate(settings, 'rt', given, () => rowFor, now);
        const [desk] = settings.desks;
        const entry = desk && entryOf(settings, desk, now);
        const wanted = entry && (await route(entry, { ...given, desk: 'rt' }, rowFor));
        expect(outcome?.offers?.map(({ id }) => id)).toEqual(wanted?.map(({ id }) => id));
        const matched = outcome?.steps.filter(({ state }) => state === 'matched') ?? [];
        expect(matched.length > 0).toBe(wanted !== null);
        const ids = matched.flatMap((step) => step.targets.map(({ id }) => id));
        expect([...new Set(ids)]).toEqual(wanted?.map(({ id }) => id) ?? []);
        for (const { state, failed } of outcome?.steps ?? []) {
          if (state === 'failed') expect(failed).not.toEqual([]);
          if (state === 'matched' || state === 'no-row' || state === 'empty') expect(failed).toEqual([]);
        }
      }),
      { numRuns: 200 },
    ));

  const deskWhen = fc.record({ desk: fc.constantFrom('rt', 'jira', 'r*'), queue: word }, { requiredKeys: [] });
  test.each([
    ['of any kind', oneRule, /^(shadowed|no_desk)$/, 15],
    ['of desks and queues', fc.record({ when: deskWhen, offer: fc.constant(['dana']) }), /^shadowed_desks$/, 15],
  ] as const)(
    'a rule that is said to be in the shadow of others never decides: rules %s',
    async (_, kind, code, least) => {
      let shadows = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array<object>(kind, { minLength: 6, maxLength: 8 }),
          fc.array(someCase, { minLength: 5, maxLength: 5 }),
          async (rules, cases) => {
            const settings = settingsOf(rules, 'first');
            const dark = flawsOf(settings, facts).filter((flaw) => code.test(flaw.code));
            shadows += dark.length;
            for (const given of dark.length ? cases : [])
              for (const desk of ['rt', 'jira']) {
                const outcome = await simulate(settings, desk, given, () => rowFor, now);
                for (const { rule = -1 } of dark) expect(outcome?.steps[rule]?.state).not.toBe('matched');
              }
          },
        ),
        { numRuns: 300 },
      );
      expect(shadows).toBeGreaterThan(least);
    },
  );
});

const facts: Facts = { tables: new Set(['sites']), rowTargets: [] };
const codes = (raw: object, more: Partial<Facts> = {}, only?: Flaw['code']) =>
  flawsOf(parse(raw), { ...facts, ...more })
    .filter(({ code }) => only === undefined || code === only)
    .map((flaw) => [flaw.code, flaw.rule ?? flaw.target, ...flaw.with]);
const all = { id: 'all', when: {}, offer: ['dana', 'liu', 'ana', 'manuals'] };
const rule = (id: string, of: Rule['when'], offers: Rule['offer'] = ['dana']) => ({ id, when: of, offer: offers });

describe('flaws of the whole set', () => {
  test('a sound set has none', () => expect(codes({ rules: [rule('a', { queue: 'x' }), all] })).toEqual([]));

  test.each<[string, object[], unknown[]]>([
    [
      'a wider rule above',
      [rule('a', { queue: 'x*' }), rule('b', { queue: 'XY', asset: '1' })],
      [['shadowed', 1, '1']],
    ],
    ['the same rule again', [rule('a', { queue: 'x' }), rule('b', { queue: ' X ' })], [['shadowed', 1, '1']]],
    [
      'a label in place of the field',
      [rule('a', { fields: { Queue: 'x' } }), rule('b', { queue: 'x' })],
      [['shadowed', 1, '1']],
    ],
    [
      'a field and its label above, which must both hold',
      [rule('a', { queue: 'x', fields: { Queue: 'y' } }), rule('b', { queue: 'y' })],
      [],
    ],
    ['a narrower rule above', [rule('a', { queue: 'xy' }), rule('b', { queue: 'x*' })], []],
    ['another condition above', [rule('a', { queue: 'x', asset: '1' }), rule('b', { queue: 'x' })], []],
    [
      'any value above',
      [rule('a', { queue: '*' }), rule('b', { queue: 'x' }), rule('c', { asset: 'x' })],
      [['shadowed', 1, '1']],
    ],
    ['a table above, which may have no row', [rule('a', {}, { table: 'sites', field: 'asset' }), rule('b', {})], []],
    [
      'the same row above',
      [
        rule('a', {}, { table: 'sites', field: 'asset' }),
        rule('b', { queue: 'x' }, { table: 'sites', field: 'ASSET' }),
      ],
      [['shadowed', 1, '1']],
    ],
    ['another desk above', [rule('a', { desk: 'jira' }), rule('b', { desk: 'rt' })], []],
  ])('%s', (_, rules, wanted) => expect(codes({ rules }, {}, 'shadowed')).toEqual(wanted));

  test.each<[string, object[], unknown[]]>([
    [
      'a rule for each desk above',
      [rule('a', { desk: 'rt' }), rule('b', { desk: 'jira' }), rule('c', {})],
      [['shadowed_desks', 2, '1, 2']],
    ],
    [
      'among others, and narrower on one of them',
      [rule('a', { desk: 'rt' }), rule('b', { asset: '1' }), rule('c', { desk: 'j*' }), rule('d', { queue: 'x' })],
      [['shadowed_desks', 3, '1, 3']],
    ],
    [
      'a condition more on one desk',
      [rule('a', { desk: 'rt' }), rule('b', { desk: 'jira', queue: 'x' }), rule('c', {})],
      [],
    ],
    [
      'a table on one desk, which may have no row',
      [rule('a', { desk: 'rt' }), rule('b', { desk: 'jira' }, { table: 'sites', field: 'asset' }), rule('c', {})],
      [],
    ],
  ])('%s', (_, rules, wanted) => expect(codes({ rules }, {}, 'shadowed_desks')).toEqual(wanted));

  test('where all rules count, none is in another’s shadow', () =>
    expect(codes({ rules: [rule('a', {}), rule('b', {})], match: 'all' }, {}, 'shadowed')).toEqual([]));

  test('rules that lead nowhere', () =>
    expect(
      codes({
        rules: [
          rule('a', { desk: 'rt5' }),
          rule('b', { queue: '1' }, []),
          rule('c', { queue: '2' }, ['gone']),
          rule('d', { queue: '3' }, { table: 'no', field: 'asset' }),
          all,
        ],
      }),
    ).toEqual([
      ['no_desk', 0, 'rt5'],
      ['offers_none', 1],
      ['target_gone', 2, 'gone'],
      ['table_gone', 3, 'no'],
    ]));

  test('names that are nearly ours', () =>
    expect(
      codes({
        rules: [
          rule('a', { fields: { Assets: '1', 'Asset ID': '1', Site: '1', Requestor: '1' } }),
          rule('b', {}, { table: 'sites', field: 'assset' }),
          all,
        ],
        catalogs: [{ id: 'manuals', name: 'Manuals', kind: 'asset', field: 'aset' }],
        links: { external: { site: 'Site', who: 'asignee' } },
      }),
    ).toEqual([
      ['field_like', 0, 'Assets', 'asset'],
      ['field_like', 0, 'Requestor', 'requester'],
      ['field_like', 1, 'assset', 'asset'],
      ['field_like', 'manuals', 'aset', 'asset'],
      ['field_like', undefined, 'asignee', 'assignee'],
    ]));

  test('targets that nobody is offered', () => {
    const rules = [rule('a', {}, ['dana']), rule('b', { queue: 'x' }, ['liu'])];
    // The second rule is in the shadow of the first.
    expect(codes({ rules }, {}, 'never_offered').map(([, id]) => id)).toEqual(['liu', 'ana', 'manuals']);
    // Rows count only if a rule looks into their table.
    expect(codes({ rules }, { rowTargets: ['ana'] }, 'never_offered')).toHaveLength(3);
    const withTable = [...rules, rule('c', {}, { table: 'sites', field: 'asset' })];
    expect(codes({ rules: withTable }, { rowTargets: ['ana'] }, 'never_offered').map(([, id]) => id)).toEqual([
      'liu',
      'manuals',
    ]);
  });

  test('who stands in is offered', () => {
    const hours = { zone: 'UTC', week: [{ days: [1], from: '08:00', to: '09:00' }] };
    const contacts = [
      { id: 'dana', name: 'D', link: link('1'), hours, fallback: ['liu', 'nobody'] },
      { id: 'liu', name: 'L', link: link('2'), hours, fallback: ['ana', 'dana'] },
      { id: 'ana', name: 'A', link: link('3'), fallback: ['dana'] },
    ];
    expect(codes({ contacts, catalogs: [], rules: [rule('a', {}, ['dana'])] })).toEqual([
      ['fallback_gone', 'dana', 'nobody'],
      ['fallback_idle', 'ana'],
    ]);
  });

  test.each<[string, string | null]>([
    ['worklink://resource?action=fetch_user&user=1', null],
    ['worklink://resource?action=fetch_user', 'no_id'],
    ['worklink://resource?action=fetch_user&user=', 'no_id'],
    ['worklink://resource?action=fetch_user&desk=rt&launch_id=ABCDEFGH2345', 'no_id'],
    ['worklink://resource?user=1', 'no_action'],
    ['worklink://resource', 'no_action'],
    ['worklink://resource?action=fetch_contact_list', null],
    ['worklink://resource?action=fetch_company_contacts', null],
    [
      `https://getworklink.com/deferred?deep_link=${encodeURIComponent('worklink://resource?action=fetch_user')}`,
      'no_id',
    ],
    ['https://getworklink.com/abc', null],
  ])('%s: %s', (address, wanted) =>
    expect(
      codes({
        contacts: [{ id: 'dana', name: 'D', link: address }],
        catalogs: [],
        rules: [rule('a', {}, ['dana'])],
      }).map(([code]) => code),
    ).toEqual(wanted ? [wanted] : []),
  );

  test('rows that name a target that is not there', () =>
    expect(codes({ rules: [all] }, { rowTargets: ['dana', 'gone'] })).toEqual([['row_gone', undefined, 'gone']]));
});

describe('assets without a catalog', () => {
  const rows = (...offers: string[][]): Row[] =>
    offers.map((each, n) => ({ table: 'sites', key: `A-${n}`, offer: each }));
  const rules = [rule('a', {}, { table: 'sites', field: 'Asset' })];
  const found = (of: Row[], raw: object = { rules }) => rowFlaws(parse(raw), of).map((flaw) => flaw.with);

  test('are counted, with one of them', () =>
    expect(found(rows(['manuals'], ['dana'], ['liu', 'manuals'], []))).toEqual([['sites', '2', '4', 'A-1']]));
  test('in a table without any catalog, none is missing', () => expect(found(rows(['dana'], ['liu']))).toEqual([]));
  test('in a table that no rule asks for assets, none is missing', () => {
    const of = rows(['manuals'], ['dana']);
    expect(found(of, { rules: [rule('a', {}, { table: 'sites', field: 'queue' })] })).toEqual([]);
    expect(found(of, { rules: [] })).toEqual([]);
  });
});

describe('a case that was pasted', () => {
  const wanted: Target | object = {
    record: { kind: 'ticket', id: '12', number: '12', queue: 'Field Service', fields: { Site: 'P 7' } },
    desk: 'rt',
  };
  test.each<[string, string]>([
    [
      'as npm run read prints it',
      JSON.stringify({
        desk: 'request-tracker',
        case: { desk: 'rt', kind: 'ticket', id: '12', number: '12', queue: 'Field Service', fields: { Site: 'P 7' } },
        sources: { number: 'url' },
        problems: [],
      }),
    ],
    [
      'as Copy for admin has it',
      JSON.stringify({
        configured: 'rt',
        read: {
          case: { desk: 'rt', kind: 'ticket', id: '12', number: 12, queue: 'Field Service', fields: { Site: 'P 7' } },
        },
        rules: [],
      }),
    ],
    [
      'as it is',
      JSON.stringify({ desk: 'rt', kind: 'ticket', id: 12, number: '12', queue: 'Field Service', Site: 'P 7' }),
    ],
    ['as lines', ' Kind: ticket\nid:12\r\nNUMBER = 12\nQueue:\tField Service\n\nSite\tP 7\nDesk: rt\nnothing here\n'],
  ])('%s', (_, text) => expect(readTyped(text)).toEqual(wanted));

  test.each(['', '   ', '{', '{}', '[]', 'nothing to see', '{"case": null}', ': x', 'Desk: rt'])('%j is none', (text) =>
    expect(readTyped(text)).toBeNull(),
  );

  test('whatever is pasted, it ends with a case or with none', () =>
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'grapheme' })), (text) => {
        const typed = readTyped(text);
        if (typed) expect(Object.getPrototypeOf(typed.record.fields)).toBe(Object.prototype);
      }),
    ));

  test('names of every object are labels like others', () => {
    const typed = readTyped('__proto__: x\nconstructor: y');
    expect(Object.entries(typed?.record.fields ?? {})).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });
});
