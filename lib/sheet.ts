/** One lookup table in memory: searched, changed and taken back here, stored by lib/browser/rows.ts. */
import type { Names, Reason } from './offer.ts';
import { normalise } from './route.ts';
import { inherited, longestKey, type Row } from './schema.ts';

/** One row before and after; null where there is none. */
export type RowChange = { before: Row | null; after: Row | null };

/** A change that knows where among the others a row comes back. */
export type Undo = RowChange & { place?: number };

/** A row in memory: one object for as long as the table is open, however it is changed. */
export type Line = {
  /** Its own for as long as the table is open. */
  readonly id: string;
  key: string;
  offer: readonly string[];
  /** Where it stands, from 0. */
  place: number;
};

/** What is typed into a row; `line` is null where it makes a new one. What is not given stays. */
export type LineEdit = { line: Line | null; key?: string; offer?: string };

/** A refused edit: which, in which field, and why. */
export type Refused = Reason & { edit: number; field: 'key' | 'offer' };

const byKey = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Keys in the order in which people count: `P-9` before `P-10`. */
export const inOrder = <T extends { key: string }>(rows: readonly T[]): T[] =>
  rows.toSorted((a, b) => byKey.compare(a.key, b.key));

export type Sheet = {
  readonly table: string;
  /** Grows with every change: a view of an older one must be drawn again. */
  version: () => number;
  /** @returns a function that ends it */
  subscribe: (changed: () => void) => () => void;
  lines: () => readonly Line[];
  /** The lines whose key or offer holds these letters, in order. */
  search: (letters: string) => readonly Line[];
  text: (line: Line) => string;
  /** What edits come to, checked as a whole: one that is refused refuses all. */
  plan: (edits: readonly LineEdit[]) => { changes: RowChange[] } | { refused: Refused };
  /** Changes the lines at once. They are held against news from elsewhere until {@link settled}. @returns the way back */
  apply: (changes: readonly Undo[]) => Undo[];
  settled: (changes: readonly RowChange[]) => void;
  /** Takes what other pages stored. */
  learn: (news: readonly { id: string; row: Row | null }[]) => void;
  /** Takes what is stored in place of all that is here. */
  reset: (rows: readonly Row[]) => void;
  /** Contacts or catalogs are called something else now. */
  rename: (names: Names) => void;
};

/**
 * @param rows the rows of this table, in any order
 * @param called the names of what they offer
 */
export function openSheet(table: string, rows: readonly Row[], called: Names): Sheet {
  let names = called;
  let lines: Line[] = [];
  let byId = new Map<string, Line>();
  // What is searched: made when a line is, so that a search makes nothing.
  const letters = new WeakMap<Line, string>();
  const held = new Map<string, number>();
  const listeners = new Set<() => void>();
  let version = 0;
  let made = 0;
  const lineOf = ({ key, offer }: Row, place: number): Line => ({ id: String((made += 1)), key, offer, place });

  const remember = (line: Line) =>
    letters.set(line, `${line.key}\n${names.text(line.offer)}\n${line.offer.join('\n')}`.toLowerCase());
  const number = () => {
    for (const [place, line] of lines.entries()) line.place = place;
  };
  const changed = () => {
    version += 1;
    for (const listener of listeners) listener();
  };
  const rowOf = ({ key, offer }: Pick<Line, 'key' | 'offer'>): Row => ({ table, key, offer: [...offer] });
  const idsOf = (changes: readonly RowChange[]) =>
    new Set(changes.flatMap(({ before, after }) => [before, after].flatMap((row) => (row ? normalise(row.key) : []))));

  const reset = (next: readonly Row[]) => {
    lines = inOrder(next).map(lineOf);
    byId = new Map(lines.map((line) => [normalise(line.key), line]));
    for (const line of lines) remember(line);
    changed();
  };

  /** @returns the way back */
  const make = (changes: readonly Undo[]): Undo[] => {
    const gone = new Set<Line>();
    const come: { line: Line; place: number }[] = [];
    const back: Undo[] = [];
    const touched = changes.map((change) => ({
      ...change,
      line: change.before && byId.get(normalise(change.before.key)),
    }));
    // All old keys first: rows may take each other's.
    for (const { before, line } of touched) if (before && line) byId.delete(normalise(before.key));
    for (const { before, after, place, line } of touched) {
      if (before && line && after) {
        line.key = after.key;
        line.offer = after.offer;
        remember(line);
        byId.set(normalise(after.key), line);
      } else if (before && line) gone.add(line);
      else if (after) {
        const one = lineOf(after, 0);
        remember(one);
        byId.set(normalise(after.key), one);
        come.push({ line: one, place: place ?? Number.POSITIVE_INFINITY });
      }
      back.push({ before: after, after: before, ...(line && !after ? { place: line.place } : {}) });
    }
    if (gone.size) lines = lines.filter((line) => !gone.has(line));
    if (come.length) lines = merged(lines, come);
    if (gone.size || come.length) number();
    changed();
    return back;
  };

  reset(rows);
  return {
    table,
    version: () => version,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    lines: () => lines,
    search(wanted) {
      const small = wanted.trim().toLowerCase();
      return small ? lines.filter((line) => letters.get(line)?.includes(small)) : lines;
    },
    text: (line) => names.text(line.offer),
    plan: (edits) => planned(edits, table, byId, names),
    apply(changes) {
      for (const id of idsOf(changes)) held.set(id, (held.get(id) ?? 0) + 1);
      return make(changes);
    },
    settled(changes) {
      for (const id of idsOf(changes)) {
        const n = (held.get(id) ?? 0) - 1;
        if (n > 0) held.set(id, n);
        else held.delete(id);
      }
    },
    learn(news) {
      const changes = news.flatMap(({ id, row }): RowChange[] => {
        const line = byId.get(id);
        const before = line ? rowOf(line) : null;
        if (held.has(id) || JSON.stringify(before) === JSON.stringify(row)) return [];
        return [{ before, after: row }];
      });
      if (changes.length) make(changes);
    },
    reset,
    rename(next) {
      names = next;
      for (const line of lines) remember(line);
      changed();
    },
  };
}

/** Puts lines back where they stood; those without a place come last. */
function merged(lines: Line[], come: { line: Line; place: number }[]): Line[] {
  const sorted = come.toSorted((a, b) => a.place - b.place);
  if ((sorted[0]?.place ?? 0) >= lines.length) return [...lines, ...sorted.map(({ line }) => line)];
  const all: Line[] = [];
  let next = 0;
  for (const line of lines) {
    for (let here = sorted[next]; here && here.place <= all.length; here = sorted[next]) {
      all.push(here.line);
      next += 1;
    }
    all.push(line);
  }
  return [...all, ...sorted.slice(next).map(({ line }) => line)];
}

function planned(
  edits: readonly LineEdit[],
  table: string,
  byId: ReadonlyMap<string, Line>,
  names: Names,
): ReturnType<Sheet['plan']> {
  const edited = new Set(edits.flatMap(({ line }) => line ?? []));
  const taken = new Set<string>();
  const changes: RowChange[] = [];
  for (const [edit, { line, key: typed, offer: text }] of edits.entries()) {
    const key = (typed ?? line?.key ?? '').trim();
    // A new row that nothing was typed into.
    if (!line && !key && !text?.trim()) continue;
    const refuse = (field: 'key' | 'offer', reason: Reason) => ({ refused: { ...reason, edit, field } });
    const why = keyProblem(key);
    if (why) return refuse('key', why);
    const id = normalise(key);
    const there = byId.get(id);
    if (there && !edited.has(there))
      return refuse('key', { why: 'key_taken', with: [there.key, String(there.place + 1)] });
    if (taken.has(id)) return refuse('key', { why: 'key_twice', with: [key] });
    taken.add(id);
    const before = line && { table, key: line.key, offer: [...line.offer] };
    const read = text === undefined ? { offer: before?.offer ?? [] } : names.read(text, line?.offer);
    if ('why' in read) return refuse('offer', read);
    const after = { table, key, offer: read.offer };
    if (JSON.stringify(before) !== JSON.stringify(after)) changes.push({ before, after });
  }
  return { changes };
}

/** @returns why this text is no key of a row; null if it is */
export function keyProblem(key: string): Reason | null {
  if (!key.trim()) return { why: 'key_missing', with: [] };
  if (key.length > longestKey) return { why: 'key_long', with: [String(longestKey)] };
  if (inherited(key.trim())) return { why: 'key_inherited', with: [] };
  return null;
}
