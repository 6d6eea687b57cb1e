// @vitest-environment node
import { beforeEach, describe, expect, test } from 'vitest';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import { rowsOf } from '../../lib/browser/keys.ts';
import { editRows, readRows, replaceRows, rowCounts, watchRows, type RowNews } from '../../lib/browser/rows.ts';
import type { PageEntry, Target } from '../../lib/model.ts';
import type { Row } from '../../lib/schema.ts';

const { local } = fakeBrowser.storage;
const row = (key: string, ...offer: string[]): Row => ({ table: 'sites', key, offer });
const keys = async () => (await readRows()).map(({ key }) => key).toSorted();
const dana: Target = { id: 'dana', name: 'Dana', group: 'contact' };
const lookup = rowsOf({ targets: { dana } } as unknown as PageEntry);

beforeEach(async () => {
  fakeBrowser.reset();
  await replaceRows([row('P7', 'dana'), row('P8', 'dana', 'liu'), { table: 'queues', key: 'Field', offer: ['liu'] }]);
});

test('rows are counted by table and by target, and found by key', async () => {
  expect(await rowCounts()).toEqual({ tables: { sites: 2, queues: 1 }, targets: ['dana', 'liu'] });
  expect(await lookup('sites', ' p7 ')).toEqual([dana]);
  expect(await lookup('queues', 'P7')).toBeNull();
});

test('rows of version 0.1.0, which did not count targets, are counted', async () => {
  await local.remove('named');
  await local.set({ generation: { n: 1, tables: { sites: 2, queues: 1 }, targets: ['dana', 'liu'] } });
  expect(await rowCounts()).toEqual({ tables: { sites: 2, queues: 1 }, targets: ['dana', 'liu'] });
  expect((await editRows([{ before: row('P7', 'dana'), after: null }])).clash).toBeNull();
  expect(await rowCounts()).toEqual({ tables: { sites: 1, queues: 1 }, targets: ['dana', 'liu'] });
});

describe('a change of some rows', () => {
  test('adds, changes, renames and removes, and keeps the counts right', async () => {
    const done = await editRows([
      { before: null, after: row('P9', 'manuals') },
      { before: row('P7', 'dana'), after: row('P70', 'liu') },
      { before: row('P8', 'dana', 'liu'), after: null },
    ]);
    expect(done).toEqual({ clash: null, renamed: true });
    expect(await keys()).toEqual(['Field', 'P70', 'P9']);
    expect(await rowCounts()).toEqual({ tables: { sites: 2, queues: 1 }, targets: ['liu', 'manuals'] });
    expect(await lookup('sites', 'P7')).toBeNull();
    expect(Object.keys(await local.get(null)).filter((name) => name.startsWith('row:'))).toHaveLength(3);
  });

  test('says whether rows name other targets than before', async () => {
    const change = async (before: Row | null, after: Row | null) => (await editRows([{ before, after }])).renamed;
    expect(await change(row('P7', 'dana'), row('P7', 'liu'))).toBe(false);
    expect(await change(row('P8', 'dana', 'liu'), row('P8', 'liu'))).toBe(true);
    expect(await change(null, row('P9', 'dana'))).toBe(true);
    expect(await change(row('P9', 'dana'), row('P9', 'manuals'))).toBe(true);
    expect(await change(null, row('P1', 'liu'))).toBe(false);
  });

  test('lets two rows take each other’s key', async () => {
    await editRows([
      { before: row('P7', 'dana'), after: row('P8', 'dana') },
      { before: row('P8', 'dana', 'liu'), after: row('P7', 'dana', 'liu') },
    ]);
    expect(
      (await readRows()).filter(({ table }) => table === 'sites').map(({ key, offer }) => [key, offer.length]),
    ).toEqual(
      expect.arrayContaining([
        ['P8', 1],
        ['P7', 2],
      ]),
    );
    expect((await rowCounts()).tables).toEqual({ sites: 2, queues: 1 });
  });

  test('is written by one set, the counts with it', async () => {
    const seen: string[][] = [];
    const listener = (changes: object) => void seen.push(Object.keys(changes).toSorted());
    local.onChanged.addListener(listener);
    await editRows([{ before: row('P7', 'dana'), after: row('P70', 'liu') }]);
    local.onChanged.removeListener(listener);
    expect(seen[0]).toEqual(['generation', 'named', 'row:1:sites:p7', 'row:1:sites:p70']);
  });

  test('is refused whole where a row was changed elsewhere', async () => {
    await editRows([{ before: row('P8', 'dana', 'liu'), after: row('P8', 'liu') }]);
    const late = { before: row('P8', 'dana', 'liu'), after: null };
    expect((await editRows([{ before: null, after: row('P9', 'dana') }, late])).clash).toBe(late);
    const twice = { before: null, after: row('p7', 'dana') };
    expect((await editRows([twice])).clash).toBe(twice);
    expect(await keys()).toEqual(['Field', 'P7', 'P8']);
  });

  test('waits for the one before it', async () => {
    const added = Array.from({ length: 20 }, (_, n) => editRows([{ before: null, after: row(`N${n}`, 'dana') }]));
    expect((await Promise.all(added)).every(({ clash }) => clash === null)).toBe(true);
    expect((await rowCounts()).tables.sites).toBe(22);
  });
});

describe('an import', () => {
  test('sees the rows that count when its turn comes', async () => {
    const edit = editRows([{ before: null, after: row('P9', 'dana') }]);
    const imported = replaceRows((now) => now.filter(({ table }) => table === 'sites'));
    await Promise.all([edit, imported]);
    expect(await keys()).toEqual(['P7', 'P8', 'P9']);
  });

  test('that is stopped leaves the old rows whole and nothing of its own', async () => {
    const stop = new AbortController();
    const many = Array.from({ length: 5000 }, (_, n) => row(`N${n}`, 'dana'));
    const whole = await replaceRows(many, () => stop.abort(), stop.signal);
    expect(whole).toBe(false);
    expect(await keys()).toEqual(['Field', 'P7', 'P8']);
    expect((await rowCounts()).tables).toEqual({ sites: 2, queues: 1 });
    expect(Object.keys(await local.get(null)).filter((name) => name.startsWith('row:'))).toHaveLength(3);
  });

  test('that was ended in the middle counts for nothing, and is cleared away by the next', async () => {
    await local.set({ 'row:2:sites:p7': { key: 'P7', offer: ['evil'] } });
    expect(await lookup('sites', 'P7')).toEqual([dana]);
    expect(await keys()).toEqual(['Field', 'P7', 'P8']);
    await replaceRows([row('P1', 'dana')]);
    expect(Object.keys(await local.get(null)).filter((name) => name.startsWith('row:'))).toEqual(['row:2:sites:p1']);
  });
});

test('a row that offers nobody is none for the rules', async () => {
  await editRows([{ before: row('P7', 'dana'), after: row('P7') }]);
  expect(await lookup('sites', 'P7')).toBeNull();
  expect((await rowCounts()).tables.sites).toBe(2);
});

test('what does not look like a row is none', async () => {
  await local.set({ 'row:1:sites:x': { key: 'X', offer: [7] }, 'row:1:sites:y': 'Y' });
  expect(await keys()).toEqual(['Field', 'P7', 'P8']);
});

test('another page hears what becomes of the rows of its table', async () => {
  const heard: (RowNews[] | null)[] = [];
  const end = watchRows('sites', (news) => void heard.push(news));
  await editRows([{ before: row('P7', 'dana'), after: row('P70', 'liu') }]);
  await editRows([{ before: null, after: { table: 'queues', key: 'Pumps', offer: ['liu'] } }]);
  await replaceRows([row('P1', 'dana')]);
  end();
  await replaceRows([row('P2', 'dana')]);
  expect(heard).toContainEqual(
    expect.arrayContaining([
      { id: 'p7', row: null },
      { id: 'p70', row: row('P70', 'liu') },
    ]),
  );
  expect(heard.filter((news) => news === null)).toHaveLength(1);
  expect(heard.flat().some((news) => news?.id === 'pumps')).toBe(false);
});
