import { describe, expect, test, vi } from 'vitest';
import { namesOf } from '../../lib/offer.ts';
import type { Row } from '../../lib/schema.ts';
import { openSheet, type LineEdit, type RowChange } from '../../lib/sheet.ts';

// Fifty thousand rows on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const targets = [
  { id: 'dana', name: 'Dana Reyes' },
  { id: 'liu', name: 'Liu Wei' },
  { id: 'twin-1', name: 'Twin' },
  { id: 'twin-2', name: 'Twin' },
  { id: 'pumps', name: 'Pumps, valves' },
  { id: 'odd', name: 'Odd; one' },
  { id: 'like', name: 'liu' },
];
const names = namesOf(targets);
const row = (key: string, ...offer: string[]): Row => ({ table: 'sites', key, offer });
const sheetOf = (...rows: Row[]) => openSheet('sites', rows, names);
const small = () => sheetOf(row('P-10', 'liu'), row('P-9', 'dana'), row('P-1', 'gone'));

type Sheet = ReturnType<typeof openSheet>;
const keys = (sheet: Sheet) => sheet.lines().map(({ key }) => key);
const at = (sheet: Sheet, key: string) => {
  const line = sheet.lines().find((each) => each.key === key);
  if (!line) throw new Error(`no ${key}`);
  return line;
};
function changes(sheet: Sheet, ...edits: LineEdit[]): RowChange[] {
  const plan = sheet.plan(edits);
  if ('refused' in plan) throw new Error(JSON.stringify(plan.refused));
  return plan.changes;
}
const refused = (sheet: Sheet, ...edits: LineEdit[]) => {
  const plan = sheet.plan(edits);
  return 'refused' in plan ? plan.refused : null;
};

describe('offers', () => {
  test('are shown by names, and by ids where a name would be taken for something else', () => {
    expect(names.text(targets.map(({ id }) => id))).toBe(
      'Dana Reyes; Liu Wei; twin-1; twin-2; Pumps, valves; odd; like',
    );
    for (const { id } of targets) expect(names.read(names.text([id]))).toEqual({ offer: [id] });
    expect(names.text(['gone'])).toBe('gone');
  });

  test.each([
    ['dana reyes', ['dana']],
    ['LIU; Dana  Reyes', ['liu', 'dana']],
    ['Dana Reyes, liu', ['dana', 'liu']],
    ['Pumps, valves; dana', ['pumps', 'dana']],
    ['dana\nliu\r\n', ['dana', 'liu']],
    ['dana; dana', ['dana']],
    [' ; ', []],
  ])('%j is read', (text, offer) => expect(names.read(text)).toEqual({ offer }));

  test('that nobody has are refused, unless the row has them already', () => {
    expect(names.read('Dana Reyes; Nobody')).toEqual({ why: 'unknown', with: ['Nobody'] });
    expect(names.read('Twin')).toEqual({ why: 'several', with: ['Twin', 'twin-1, twin-2'] });
    expect(names.read('gone; dana', ['gone'])).toEqual({ offer: ['gone', 'dana'] });
  });

  test('of more than fifty are refused', () => {
    const many = namesOf(Array.from({ length: 51 }, (_, n) => ({ id: `t${n}`, name: `T${n}` })));
    expect(many.read(Array.from({ length: 51 }, (_, n) => `t${n}`).join(';'))).toEqual({
      why: 'too_many',
      with: ['50'],
    });
  });

  test('are completed behind the last semicolon', () => {
    expect(names.complete('Dana Reyes; tw', 5)).toEqual(['Dana Reyes; twin-1', 'Dana Reyes; twin-2']);
    expect(names.complete('', 5)).toEqual([]);
    expect(names.complete('n', 2)).toHaveLength(2);
  });
});

describe('a table in memory', () => {
  test('has its keys in the order in which people count', () => {
    expect(keys(small())).toEqual(['P-1', 'P-9', 'P-10']);
    expect(
      small()
        .lines()
        .map(({ place }) => place),
    ).toEqual([0, 1, 2]);
  });

  test('is searched by key, by name and by id', () => {
    const sheet = small();
    expect(sheet.search('p-1').map(({ key }) => key)).toEqual(['P-1', 'P-10']);
    expect(sheet.search(' REYES ').map(({ key }) => key)).toEqual(['P-9']);
    expect(sheet.search('gone').map(({ key }) => key)).toEqual(['P-1']);
    expect(sheet.search('')).toBe(sheet.lines());
  });

  test('finds a row by the new name of what it offers', () => {
    const sheet = small();
    sheet.rename(namesOf([{ id: 'dana', name: 'Dana Smith' }]));
    expect(sheet.search('smith').map(({ key }) => key)).toEqual(['P-9']);
  });

  test('changes, adds, renames and removes, and takes each back to where it was', () => {
    const sheet = small();
    const first = at(sheet, 'P-9');
    const all = () => sheet.lines().map(({ id: _id, ...line }) => line);
    const before = structuredClone(all());
    const back = [
      sheet.apply(changes(sheet, { line: first, offer: 'Liu Wei' }, { line: null, key: 'N', offer: 'dana' })),
      sheet.apply(changes(sheet, { line: first, key: 'P-90' })),
      sheet.apply([
        { before: row('P-1', 'gone'), after: null },
        { before: row('P-90', 'liu'), after: null },
      ]),
    ];
    expect(keys(sheet)).toEqual(['P-10', 'N']);
    expect(first.key).toBe('P-90');
    for (const undo of back.toReversed()) sheet.apply(undo);
    expect(all()).toEqual(before);
    expect(sheet.search('dana').map(({ key }) => key)).toEqual(['P-9']);
  });

  test('lets rows take each other’s key', () => {
    const sheet = small();
    const [a, b] = [at(sheet, 'P-1'), at(sheet, 'P-9')];
    const back = sheet.apply(changes(sheet, { line: a, key: 'P-9' }, { line: b, key: 'P-1' }));
    expect([a.key, b.key]).toEqual(['P-9', 'P-1']);
    expect(refused(sheet, { line: null, key: 'p-1' })?.why).toBe('key_taken');
    sheet.apply(back);
    expect([a.key, b.key]).toEqual(['P-1', 'P-9']);
  });

  test('what is typed as it was is no change, and so is an empty new row', () => {
    const sheet = small();
    expect(changes(sheet, { line: at(sheet, 'P-9'), key: ' P-9 ', offer: 'dana' }, { line: null, key: ' ' })).toEqual(
      [],
    );
    expect(changes(sheet, { line: at(sheet, 'P-9'), key: 'p-9' })).toHaveLength(1);
  });

  test.each([
    [
      { line: null, key: 'p-9' },
      { why: 'key_taken', with: ['P-9', '2'], field: 'key' },
    ],
    [
      { line: null, key: '', offer: 'dana' },
      { why: 'key_missing', field: 'key' },
    ],
    [
      { line: null, key: 'x'.repeat(301) },
      { why: 'key_long', field: 'key' },
    ],
    [
      { line: null, key: '__proto__' },
      { why: 'key_inherited', field: 'key' },
    ],
    [
      { line: null, key: 'N', offer: 'Nobody' },
      { why: 'unknown', field: 'offer' },
    ],
  ])('refuses %j', (edit, reason) => {
    const sheet = small();
    expect(refused(sheet, { line: null, key: 'fine' }, edit)).toMatchObject({ ...reason, edit: 1 });
  });

  test('refuses the same key twice in one block', () => {
    const sheet = small();
    expect(refused(sheet, { line: null, key: 'N' }, { line: null, key: ' n ' })).toMatchObject({
      edit: 1,
      why: 'key_twice',
    });
    expect(refused(sheet, { line: at(sheet, 'P-1'), key: 'P-9' }, { line: at(sheet, 'P-9'), offer: '' })?.why).toBe(
      'key_twice',
    );
  });

  test('tells its views of changes, and takes news from elsewhere but for rows that are being written', () => {
    const sheet = small();
    let told = 0;
    const end = sheet.subscribe(() => (told += 1));
    const own = changes(sheet, { line: at(sheet, 'P-9'), offer: 'liu' });
    sheet.apply(own);
    sheet.learn([
      { id: 'p-9', row: row('P-9', 'dana') },
      { id: 'p-10', row: null },
      { id: 'n', row: row('N', 'liu') },
    ]);
    expect(keys(sheet)).toEqual(['P-1', 'P-9', 'N']);
    expect(at(sheet, 'P-9').offer).toEqual(['liu']);
    sheet.settled(own);
    sheet.learn([{ id: 'p-9', row: row('P-9', 'dana') }]);
    expect(at(sheet, 'P-9').offer).toEqual(['dana']);
    const version = sheet.version();
    sheet.learn([{ id: 'p-9', row: row('P-9', 'dana') }]);
    expect(sheet.version()).toBe(version);
    expect(told).toBe(3);
    end();
    sheet.reset([row('A')]);
    expect(keys(sheet)).toEqual(['A']);
    expect(told).toBe(3);
  });
});

describe('a table of 50,000 rows', () => {
  const rows = Array.from({ length: 50_000 }, (_, n) => row(`ASSET-${n}`, n % 3 ? 'dana' : 'liu'));

  test('is searched without making anything anew', () => {
    let texts = 0;
    const counting = { ...names, text: (offer: readonly string[]) => ((texts += 1), names.text(offer)) };
    const sheet = openSheet('sites', rows, counting);
    const lines = sheet.lines();
    expect(texts).toBe(50_000);
    const found = sheet.search('asset-4999');
    expect(found.map(({ key }) => key)).toEqual([
      'ASSET-4999',
      ...Array.from({ length: 10 }, (_, n) => `ASSET-4999${n}`),
    ]);
    expect(found.every((line) => lines[line.place] === line)).toBe(true);
    expect(texts).toBe(50_000);
    sheet.apply(changes(sheet, { line: lines[7] ?? null, offer: 'Twin-1' }));
    expect(sheet.lines()).toBe(lines);
    expect(texts).toBe(50_001);
  });

  test('takes so long', () => {
    const time = (what: string, job: () => unknown) => {
      const times = Array.from({ length: 9 }, () => {
        const start = performance.now();
        job();
        return performance.now() - start;
      }).toSorted((a, b) => a - b);
      return `${what}: ${times[4]?.toFixed(1)} ms (${times[8]?.toFixed(1)} at most)`;
    };
    const sheet = openSheet('sites', rows, names);
    const line = sheet.lines()[100] ?? null;
    const edit = () => sheet.apply(changes(sheet, { line, offer: line?.offer[0] === 'liu' ? 'dana' : 'liu' }));
    console.log(
      [
        time('open', () => openSheet('sites', rows, names)),
        ...['a', 'asset-2', 'asset-204', 'reyes', 'nothing of this'].map((text) =>
          time(`search "${text}"`, () => sheet.search(text)),
        ),
        time('edit', edit),
        time('add and remove', () => sheet.apply(sheet.apply([{ before: null, after: row('N', 'liu') }]))),
      ].join('\n'),
    );
    expect(sheet.lines()).toHaveLength(50_000);
  });
});
