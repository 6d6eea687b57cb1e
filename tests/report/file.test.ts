/** Cases from a CSV file: what is wrong is said by its line, and nothing is saved before it was seen. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportRows } from '../../bridge/exports.ts';
import { csvOf } from '../../bridge/report/csv.ts';
import { readFilter } from '../../bridge/report/filter.ts';
import { importFile, readFile } from '../../bridge/times/file.ts';
import { storeTimes } from '../../bridge/times/store.ts';
import { makeWorld, type World } from '../bridge/world.ts';

let world: World;
const dir = mkdtempSync(join(tmpdir(), 'deskcall-file-'));
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(async () => {
  await world.end();
  rmSync(dir, { recursive: true });
});

let n = 0;
function file(...lines: string[]): string {
  const path = join(dir, `${(n += 1)}.csv`);
  writeFileSync(path, lines.join('\r\n'));
  return path;
}
const seen = new Date('2026-10-31T00:00:00Z');
const all = () => world.db.selectFrom('case_time').selectAll().orderBy('id').execute();

test('a preview saves nothing; then all of it at once, and again nothing changes', async () => {
  const path = file(
    '\uFEFFDesk,Kind,ID,Opened,Resolved,Queue,Something else',
    'rt,ticket,7,2026-01-01T08:00:00Z,2026-01-01T10:00:00+01:00,"Field, Service",x',
    'rt,ticket,8,2026-01-02 08:00 +0000,1970-01-01T00:00:00Z,,y',
    '',
  );
  const preview = await importFile(world.db, path, false, seen);
  expect(preview).toContain('2 cases, 1 of them open: 2 new, 0 changed, 0 as they are here already.');
  expect(preview).toContain('Nothing is saved yet.');
  expect(await all()).toEqual([]);
  expect(await importFile(world.db, path, true, seen)).toContain('Saved.');
  const rows = await all();
  expect(rows).toMatchObject([
    { case_id: '7', queue: 'Field, Service', resolved_at: new Date('2026-01-01T09:00:00Z'), source: 'file' },
    // Request Tracker's 1970 is "not yet".
    { case_id: '8', queue: null, resolved_at: null, opened_at: new Date('2026-01-02T08:00:00Z'), seen_at: seen },
  ]);
  expect(await importFile(world.db, path, true, seen)).toContain('0 new, 0 changed, 2 as they are here already.');
  expect(await all()).toEqual(rows);
});

test('what changed keeps its id; what did not is not touched, so that exports do not tell it again', async () => {
  await sql`update case_time set told = id`.execute(world.db);
  const places = async () =>
    (await sql<{ id: string; told: string | null }>`select id, told from case_time order by id`.execute(world.db)).rows;
  const before = await places();
  expect(before.map(({ told }) => told)).toEqual(before.map(({ id }) => id));
  const line = 'rt,ticket,8,2026-01-02T08:00Z,2026-11-01T08:00Z,';
  await importFile(world.db, file('desk,kind,id,opened,resolved,queue', line), true);
  await importFile(
    world.db,
    file('desk,kind,id,opened,resolved,queue', 'rt,ticket,7,2026-01-01T08:00Z,2026-01-01T09:00Z,"Field, Service"'),
    true,
  );
  expect(await places()).toEqual([before[0], { id: before[1]?.id, told: null }]);
  expect((await all())[1]).toMatchObject({ resolved_at: new Date('2026-11-01T08:00:00Z') });
});

test.each([
  ['no zone', '2026-01-01T08:00:00,', 'opened: "2026-01-01T08:00:00" is no time with a zone'],
  ['another notation', '01.02.2026 08:00,', 'is no time with a zone'],
  ['no day', '2026-02-31T08:00:00Z,', 'is no time'],
  ['none', ',', 'it has no opened'],
  ['an end before the beginning', '2026-01-02T08:00:00Z,2026-01-01T08:00:00Z', 'resolved before it was opened'],
  ['a year long ago', '1899-12-31T00:00:00Z,', 'is before 1980'],
  ['an end that is to come', '2026-01-02T08:00:00Z,2999-01-01T00:00:00Z', 'is in the future'],
  ['open, since when is not known', '2026-01-02T08:00:00Z,', 'nothing says when that was known'],
])('a time with %s costs its line, and the line is named', async (_, cells, fault) => {
  const read = await readFile(
    file('desk,kind,id,opened,resolved', 'rt,ticket,1,2026-01-01T00:00Z,2026-01-02T00:00Z', `rt,ticket,2,${cells}`),
  );
  expect(read.rows).toHaveLength(1);
  expect(read.faults).toEqual([expect.stringContaining('Line 3: ')]);
  expect(read.faults[0]).toContain(fault);
});

test.each([
  ['a quotation mark that is not closed', 'A,"2', /^Line 4: a quotation mark is not closed/],
  ['a quotation mark within text', 'A,"2" x" y', /^Line 4: a quotation mark within text/],
  ['a comma within text', 'A, B,2', /^Line 4: it has more cells than the first line/],
  ['letters that are not in UTF-8', 'Gr\uFFFD\uFFFDe,2', /^Line 4: it is not in UTF-8/],
])('%s costs its line and is said; no line is lost without a word', async (_, cells, fault) => {
  const times = '2026-01-01T00:00Z,2026-01-02T00:00Z';
  const read = await readFile(
    file(
      'desk,kind,id,opened,resolved,queue,priority',
      `rt,ticket,1,${times},"A`,
      'B",',
      `rt,ticket,2,${times},${cells}`,
    ),
  );
  expect(read.rows.map(({ id, queue }) => [id, queue])).toEqual([['1', 'A\r\nB']]);
  expect(read.faults).toEqual([expect.stringMatching(fault)]);
});

test('after a quotation mark that is not closed nothing is taken for a case', async () => {
  const line = (id: number, note: string) => `rt,ticket,${id},2026-01-01T00:00Z,2026-01-02T00:00Z,${note}`;
  const read = await readFile(file('desk,kind,id,opened,resolved,note', line(1, ''), line(2, '"oops'), line(3, '')));
  expect(read.rows.map(({ id }) => id)).toEqual(['1']);
  expect(read.faulty).toBe(1);
});

test('an empty line is none, and is counted', async () => {
  const read = await readFile(file('desk,kind,id,opened,resolved', ' , ,', '', 'rt,ticket,1,soon,'));
  expect(read).toMatchObject({ rows: [], faulty: 1, faults: [expect.stringMatching(/^Line 4: opened:/)] });
});

test('a case that comes twice is kept once; a desk that is no key is none', async () => {
  const line = 'rt,ticket,1,2026-01-01T00:00Z,2026-01-02T00:00Z';
  const read = await readFile(file('desk,kind,id,opened,resolved', line, line, line.replace('rt', 'R T')));
  expect(read.rows).toHaveLength(1);
  expect(read.faults).toEqual([
    'Line 3: the same case as line 2. Keep one of the two.',
    'Line 4: "R T" is no key of a desk.',
  ]);
});

test.each([
  ['', 'The file is empty.'],
  ['a;b;c', 'The first line names no desk, no kind, no id, no opened.'],
  ['d\0e\0s\0k\0', 'The first line: it is not in UTF-8: save the file as CSV in UTF-8.'],
])('%j is no file of cases', async (text, fault) => {
  expect(await readFile(file(text))).toEqual({ rows: [], faults: [fault], faulty: 1 });
});

test('how often a case was opened again is not known where the file does not say; never is 0', async () => {
  const line = (id: string, times: string) => `again,ticket,${id},2026-01-01T00:00Z,2026-01-02T00:00Z,${times}`;
  await importFile(
    world.db,
    file('desk,kind,id,opened,resolved,reopened', line('1', ''), line('2', '0'), line('3', '2')),
    true,
  );
  const told = [null, 0, 2];
  expect((await all()).filter(({ desk }) => desk === 'again').map(({ reopened }) => reopened)).toEqual(told);
  const { rows } = await sql<{ reopened: number | null }>`
    select reopened from report_v1.cases where desk = 'again' order by case_id`.execute(world.db);
  expect(rows.map(({ reopened }) => reopened)).toEqual(told);
  // A test above gave places of its own.
  await sql`update case_time set told = null`.execute(world.db);
  const exported = (await exportRows(world.db, 'cases', '0', 5000)).rows.filter(({ desk }) => desk === 'again');
  expect(exported.map(({ reopened }) => reopened)).toEqual(told);
  const lines = (await Array.fromAsync(csvOf(world.db, readFilter(new URLSearchParams('desk=again')))))
    .join('')
    .trim()
    .split('\r\n');
  const place = lines[0]?.split(',').indexOf('reopened') ?? -1;
  expect(lines.slice(1).map((each) => each.split(',')[place])).toEqual(['', '0', '2']);
});

test('what a desk’s own API told is not overwritten by a file', async () => {
  const [row] = (
    await readFile(file('desk,kind,id,opened,resolved', 'rt,ticket,9,2026-01-01T00:00Z,2026-01-02T00:00Z'))
  ).rows;
  if (!row) throw new Error('no row');
  await storeTimes(world.db, [{ ...row, queue: 'Told' }], 'desk');
  const said = await importFile(
    world.db,
    file('desk,kind,id,opened,resolved,queue', 'rt,ticket,9,2026-01-01T00:00Z,2026-01-02T00:00Z,Written'),
    true,
  );
  expect(said).toContain("1 stay as their desk's own API told them.");
  const kept = await world.db.selectFrom('case_time').selectAll().where('case_id', '=', '9').executeTakeFirst();
  expect(kept).toMatchObject({ queue: 'Told', source: 'desk' });
});
