/**
 * The rows of lookup tables, one by one in `storage.local`: `row:<generation>:<table>:<normalised key>`.
 *
 * An import writes a new generation beside the old one and switches by one `set`. A change of some rows is one `set`
 * too, of these rows and of the counts: a row that goes becomes null in it, and its name is deleted afterwards. So
 * whatever ends the page or the worker in the middle, the rows that count are whole. Only one page writes at a time.
 */
import { browser } from 'wxt/browser';
import type { Names } from '../offer.ts';
import { normalise } from '../route.ts';
import type { Row } from '../schema.ts';
import { openSheet, type RowChange, type Sheet } from '../sheet.ts';
import { rowKey, type Generation } from './keys.ts';

/** A row as it is stored; null: it was removed. */
type Stored = Omit<Row, 'table'> | null;
/** How many rows name each target. Written by the same `set` as the generation, but apart: pages have no use for it. */
type Named = Record<string, number>;
/** Which rows count: whoever sets both in `storage.local`, by one `set`, has switched. */
export type RowState = { generation: Generation; named: Named };

const { local } = browser.storage;
/** One writer of rows at a time, in whichever page or worker. */
export const alone = <T>(job: () => Promise<T>): Promise<T> => navigator.locks.request('deskcall-rows', job);

/** Rows written at once: large enough to be quick, small enough to show progress and to be interrupted. */
const batch = 2000;

async function state(): Promise<RowState> {
  const { generation = { n: 0, tables: {} }, named } = await local.get<Partial<RowState>>(['generation', 'named']);
  // Version 0.1.0 did not count.
  return { generation, named: named ?? tally(await stored(generation.n)).named };
}

/** @returns rows in each table, and the ids of all targets that rows name */
export async function rowCounts(): Promise<{ tables: Record<string, number>; targets: string[] }> {
  const { generation, named } = await state();
  return { tables: generation.tables, targets: Object.keys(named) };
}

function tally(rows: Row[]): Pick<Generation, 'tables'> & { named: Named } {
  const tables = new Map<string, number>();
  const named = new Map<string, number>();
  for (const { table, offer } of rows) {
    tables.set(table, (tables.get(table) ?? 0) + 1);
    for (const id of offer) named.set(id, (named.get(id) ?? 0) + 1);
  }
  return { tables: Object.fromEntries(tables), named: Object.fromEntries(named) };
}

const prefixOf = (generation: number): string => `row:${generation}:`;

/** What pages can write as well is a row only if it looks like one. */
const isRow = (value: unknown): value is Omit<Row, 'table'> => {
  const { key, offer } = (value ?? {}) as Partial<Row>;
  return typeof key === 'string' && Array.isArray(offer) && offer.every((id) => typeof id === 'string');
};

async function stored(generation: number): Promise<Row[]> {
  const prefix = prefixOf(generation);
  return Object.entries(await local.get(null)).flatMap(([name, value]) =>
    name.startsWith(prefix) && isRow(value)
      ? [{ table: name.slice(prefix.length).split(':')[0] ?? '', key: value.key, offer: value.offer }]
      : [],
  );
}

/** Every row of every table, in no particular order. */
export async function readRows(): Promise<Row[]> {
  const { generation } = await local.get<Partial<RowState>>('generation');
  return stored(generation?.n ?? 0);
}

/**
 * Replaces all rows: writes a new generation beside the old one, switches by one `set`, then deletes the old.
 * Ended in the middle it leaves the old generation whole.
 * @param next the rows, or what makes them from the rows that count once it is this page's turn
 * @param progress told the share that is written, 0 to 1
 * @param stop ends it while the old rows still count
 * @returns whether the new rows count; false if it was stopped
 */
export async function replaceRows(
  next: Row[] | ((now: Row[]) => Row[]),
  progress: (share: number) => void = () => {},
  stop?: AbortSignal,
): Promise<boolean> {
  return alone(async () => {
    const made = await writeRows(next, progress, stop);
    if (made) await local.set(made);
    await dropRows();
    return made !== null;
  });
}

/**
 * Writes rows beside those that count, for whoever is {@link alone}. They count once what is returned is set.
 * @param next as for {@link replaceRows}
 * @returns null if it was stopped
 */
export async function writeRows(
  next: Row[] | ((now: Row[]) => Row[]),
  progress: (share: number) => void = () => {},
  stop?: AbortSignal,
): Promise<RowState | null> {
  // What an import that was ended left behind.
  await dropRows();
  const { generation } = await state();
  const n = generation.n + 1;
  const rows = Array.isArray(next) ? next : next(await stored(generation.n));
  for (let at = 0; at < rows.length; at += batch) {
    if (stop?.aborted) break;
    const part = rows.slice(at, at + batch).map(({ table, key, offer }) => [rowKey(n, table, key), { key, offer }]);
    // oxlint-disable-next-line no-await-in-loop -- in order, so that progress is true and memory stays small
    await local.set(Object.fromEntries(part));
    progress(Math.min(1, (at + batch) / rows.length));
  }
  const { tables, named } = tally(rows);
  return stop?.aborted ? null : { generation: { n, tables }, named };
}

/** Chrome before 130 and Firefox before 143 cannot tell names without all that they hold. */
async function allNames(): Promise<string[]> {
  try {
    return await local.getKeys();
  } catch {
    return Object.keys(await local.get(null));
  }
}

/** Deletes all rows but those that count, for whoever is {@link alone}. */
export async function dropRows(): Promise<void> {
  const { generation } = await state();
  const names = await allNames();
  const keep = prefixOf(generation.n);
  const old = names.filter((name) => name.startsWith('row:') && !name.startsWith(keep));
  if (old.length) await local.remove(old);
}

const same = (a: Stored | undefined, b: Stored): boolean =>
  a ? a.key === b?.key && a.offer.join() === b.offer.join() : !b;

/** `clash`: the first change whose row was changed elsewhere meanwhile. `renamed`: rows name other targets than before. */
export type Edited = { clash: RowChange | null; renamed: boolean };

/** Changes some rows of the generation that counts: all of them or, if one is no longer what it was, none. */
export async function editRows(changes: RowChange[]): Promise<Edited> {
  return alone(async () => {
    const { generation, named } = await state();
    const nameOf = ({ table, key }: Row) => rowKey(generation.n, table, key);
    const asStored = (row: Row | null): Stored => row && { key: row.key, offer: row.offer };
    // By name: what each row was, and what it becomes. A row whose key changes goes under one name and comes under another.
    const before = new Map(
      changes.flatMap((c): [string, Stored][] => (c.before ? [[nameOf(c.before), asStored(c.before)]] : [])),
    );
    const after = new Map(
      changes.flatMap((c): [string, Stored][] => (c.after ? [[nameOf(c.after), asStored(c.after)]] : [])),
    );
    const names = [...new Set([...before.keys(), ...after.keys()])];
    const now = await local.get<Record<string, Stored>>(names);
    const clash = names.find((name) => !same(now[name], before.get(name) ?? null));
    if (clash !== undefined) {
      const late = changes.find((c) => [c.before, c.after].some((row) => row && nameOf(row) === clash));
      return { clash: late ?? null, renamed: false };
    }

    const rows = new Map(Object.entries(generation.tables));
    const uses = new Map(Object.entries(named));
    const add = (counts: Map<string, number>, name: string, by: number) => {
      const n = (counts.get(name) ?? 0) + by;
      if (n > 0) counts.set(name, n);
      else counts.delete(name);
    };
    const count = (row: Row | null, by: number) => {
      if (!row) return;
      add(rows, row.table, by);
      for (const id of row.offer) add(uses, id, by);
    };
    for (const change of changes) {
      count(change.before, -1);
      count(change.after, 1);
    }
    const gone = names.filter((name) => !after.has(name));
    await local.set({
      ...Object.fromEntries([...gone.map((name): [string, null] => [name, null]), ...after]),
      generation: { n: generation.n, tables: Object.fromEntries(rows) },
      named: Object.fromEntries(uses),
    });
    if (gone.length) await local.remove(gone);
    const renamed = uses.size !== Object.keys(named).length || Object.keys(named).some((id) => !uses.has(id));
    return { clash: null, renamed };
  });
}

/** What became of one row: null if it is gone. `id` is its normalised key. */
export type RowNews = { id: string; row: Row | null };

/**
 * Tells what becomes of the rows of one table, whichever page changes them.
 * @param changed told the rows that changed; null if all may have
 * @returns a function that ends it
 */
export function watchRows(table: string, changed: (news: RowNews[] | null) => void): () => void {
  type Changes = Record<string, { oldValue?: unknown; newValue?: unknown }>;
  const listener = async (changes: Changes) => {
    const { oldValue, newValue } = (changes.generation ?? {}) as { oldValue?: Generation; newValue?: Generation };
    if (changes.generation && oldValue?.n !== newValue?.n) return changed(null);
    const { generation } = await local.get<Partial<RowState>>('generation');
    const prefix = `${prefixOf(generation?.n ?? 0)}${table}:`;
    const news = Object.entries(changes).flatMap(([name, { newValue: value }]): RowNews[] => {
      if (!name.startsWith(prefix)) return [];
      const id = name.slice(prefix.length);
      const row = isRow(value) ? { table, key: value.key, offer: value.offer } : null;
      return !row || normalise(row.key) === id ? [{ id, row }] : [];
    });
    if (news.length) changed(news);
  };
  const heard = (changes: Changes) => void listener(changes);
  local.onChanged.addListener(heard);
  return () => local.onChanged.removeListener(heard);
}

/** A table in memory that follows what is stored. `refresh` takes what is stored in place of all that is in memory. */
export type OpenTable = { sheet: Sheet; refresh: () => Promise<void>; end: () => void };

/** Opens one table for a page that shows and edits it. */
export async function openTable(table: string, names: Names): Promise<OpenTable> {
  const mine = async () => (await readRows()).filter((row) => row.table === table);
  const opened: { sheet?: Sheet } = {};
  let missed = false;
  const refresh = async () => opened.sheet?.reset(await mine());
  const end = watchRows(table, (news) => {
    if (!opened.sheet) missed = true;
    else if (news) opened.sheet.learn(news);
    else void refresh();
  });
  const sheet = openSheet(table, await mine(), names);
  opened.sheet = sheet;
  // What changed while the rows were read.
  if (missed) await refresh();
  return { sheet, refresh, end };
}
