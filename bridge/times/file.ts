/** Cases from a CSV file: read line by line, every fault named by its line, and nothing saved before it was seen. */
import { createReadStream } from 'node:fs';
import Papa from 'papaparse';
import type { Db } from '../db.ts';
import { compareTimes, storeTimes, type CaseTime, type Stored } from './store.ts';

/** A column by the names that it may have in the first line, in any case. */
const columns = {
  desk: ['desk'],
  kind: ['kind', 'type'],
  id: ['id', 'case_id', 'case'],
  number: ['number'],
  queue: ['queue', 'group'],
  priority: ['priority'],
  assetClass: ['asset_class', 'asset class'],
  status: ['status', 'state'],
  opened: ['opened', 'opened_at', 'created'],
  assigned: ['assigned', 'assigned_at'],
  resolved: ['resolved', 'resolved_at', 'closed'],
  reopened: ['reopened'],
  reopenedAt: ['reopened_at'],
  seen: ['seen', 'seen_at'],
} as const;
type Column = keyof typeof columns;
const needed: Column[] = ['desk', 'kind', 'id', 'opened'];

/** At most so many faults are told. */
const mostFaults = 20;

export type Read = {
  rows: CaseTime[];
  /** `Line 7: …`; none of them is in rows. */
  faults: string[];
  /** How many lines had a fault, those that are not told as well. */
  faulty: number;
};

/** Desks are younger; and a day after now, in ms, is no clock that is a little off. */
const earliest = Date.UTC(1980, 0, 1);
const latest = 86_400_000;

/** A time with a zone. Without one, nobody knows which hour is meant. */
const zoned = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s?(Z|[+-]\d\d(:?\d\d)?)$/;

function timeOf(text: string): Date | null | { fault: string } {
  // Request Tracker and others write 1970 for "not yet", and what is made with .NET the year 1.
  if (!text || /^(?:1970|0001)-01-01/.test(text)) return null;
  if (!zoned.test(text))
    return { fault: `${JSON.stringify(text.slice(0, 40))} is no time with a zone, such as 2026-01-31T08:00:00Z` };
  const time = new Date(
    text
      .replace(' ', 'T')
      .replace(/\s/, '')
      .replace(/([+-]\d\d)$/, '$1:00'),
  );
  // A day that is not in the calendar becomes one of the next month.
  const day = new Date(`${text.slice(0, 10)}T00:00Z`);
  if (Number.isNaN(time.getTime()) || day.toJSON()?.slice(0, 10) !== text.slice(0, 10))
    return { fault: `${JSON.stringify(text.slice(0, 40))} is no time` };
  if (time.getTime() < earliest) return { fault: `${JSON.stringify(text.slice(0, 40))} is before 1980` };
  if (time.getTime() > Date.now() + latest) return { fault: `${JSON.stringify(text.slice(0, 40))} is in the future` };
  return time;
}

const notUtf8 = 'it is not in UTF-8: save the file as CSV in UTF-8';

const clean = (text: string | undefined): string =>
  (text ?? '').replaceAll('\0', '').toWellFormed().trim().slice(0, 256);

/** One line as a case, or what is wrong with it. */
function caseOf(line: ReadonlyMap<Column, string>, seenAt: Date | undefined): CaseTime | { fault: string } {
  const text = (column: Column): string => clean(line.get(column));
  for (const column of needed) if (!text(column)) return { fault: `it has no ${column}` };
  if ([...line.values()].some((cell) => cell.includes('\uFFFD'))) return { fault: notUtf8 };
  if (!/^[a-z0-9-]{1,24}$/.test(text('desk'))) return { fault: `${JSON.stringify(text('desk'))} is no key of a desk` };
  const times = new Map<Column, Date | null>();
  for (const column of ['opened', 'assigned', 'resolved', 'reopenedAt', 'seen'] as const) {
    const time = timeOf(text(column));
    if (time && 'fault' in time) return { fault: `${column}: ${time.fault}` };
    times.set(column, time);
  }
  const [openedAt, resolvedAt] = [times.get('opened'), times.get('resolved') ?? null];
  if (!openedAt) return { fault: 'it has no opened' };
  if (resolvedAt && resolvedAt < openedAt) return { fault: 'it was resolved before it was opened' };
  const seen = times.get('seen') ?? seenAt ?? resolvedAt;
  if (!seen)
    return {
      fault:
        'it is open, and nothing says when that was known: add a column seen, or --seen with the time of the export',
    };
  const reopened = text('reopened') ? Number(text('reopened')) : null;
  if (reopened !== null && (!Number.isInteger(reopened) || reopened < 0 || reopened > 1000))
    return { fault: 'reopened is no number of times' };
  const or = (column: Column): string | null => text(column) || null;
  return {
    desk: text('desk'),
    kind: text('kind'),
    id: text('id'),
    number: or('number'),
    queue: or('queue'),
    priority: or('priority'),
    assetClass: or('assetClass'),
    status: or('status'),
    openedAt,
    assignedAt: times.get('assigned') ?? null,
    resolvedAt,
    reopened,
    reopenedAt: times.get('reopenedAt') ?? null,
    seenAt: seen,
  };
}

/** Which column stands at which place of the first line; or what is missing. */
function placesOf(first: readonly string[]): Map<number, Column> | { fault: string } {
  const places = new Map<number, Column>();
  for (const [n, name] of first.entries()) {
    const known = (Object.keys(columns) as Column[]).find((column) =>
      (columns[column] as readonly string[]).includes(name.trim().toLowerCase()),
    );
    if (known && ![...places.values()].includes(known)) places.set(n, known);
  }
  const missing = needed.filter((column) => ![...places.values()].includes(column));
  return missing.length ? { fault: `The first line names no ${missing.join(', no ')}.` } : places;
}

/** What is wrong with a row's quotation marks: by these, cells and lines are told apart. */
const quoteFaults: Record<string, string> = {
  MissingQuotes: 'a quotation mark is not closed, so that nothing after it could be read',
  InvalidQuotes: 'a quotation mark within text has to be written twice',
};

/** Reads a file of cases. @param seenAt up to when open cases are known to be open, where no column says so */
export async function readFile(path: string, seenAt?: Date): Promise<Read> {
  const read: Read = { rows: [], faults: [], faulty: 0 };
  const lines = new Map<string, number>();
  let places: Map<number, Column> | undefined;
  /** Cells of the first line. */
  let width = 0;
  /** Where a row begins; one may go on over several lines. */
  let n = 1;
  const say = (text: string): void => {
    read.faulty += 1;
    if (read.faults.length < mostFaults) read.faults.push(text);
  };
  /** @returns false where the file can't be read */
  function take(cells: string[], quotes: string | undefined): boolean {
    if (cells.every((cell) => !cell.trim())) return true;
    if (!places) {
      const found = placesOf(cells.map((cell, at) => (at ? cell : cell.replace(/^\uFEFF/, ''))));
      if (cells.some((cell) => /[\uFFFD\0]/.test(cell))) say(`The first line: ${notUtf8}.`);
      else if ('fault' in found) say(found.fault);
      else {
        places = found;
        width = cells.length;
      }
      return places !== undefined;
    }
    const line = new Map([...places].map(([at, column]) => [column, cells[at] ?? '']));
    const made = quotes
      ? { fault: quotes }
      : cells.slice(width).some((cell) => cell.trim())
        ? { fault: 'it has more cells than the first line: text with a comma has to stand between quotation marks' }
        : caseOf(line, seenAt);
    if ('fault' in made) {
      say(`Line ${n}: ${made.fault}.`);
      return true;
    }
    const key = JSON.stringify([made.desk, made.kind, made.id]);
    const before = lines.get(key);
    if (before) say(`Line ${n}: the same case as line ${before}. Keep one of the two.`);
    else {
      lines.set(key, n);
      read.rows.push(made);
    }
    return true;
  }
  const stream = createReadStream(path, 'utf8');
  try {
    await new Promise<void>((resolve, reject) => {
      Papa.parse<string[]>(stream, {
        step({ data, errors }, parser) {
          const quotes = errors.find(({ type }) => type === 'Quotes');
          const goesOn = take(data, quotes && quoteFaults[quotes.code]);
          n += 1 + data.join('').split('\n').length - 1;
          if (!goesOn) parser.abort();
        },
        complete: () => resolve(),
        error: reject,
      });
    });
  } finally {
    stream.destroy();
  }
  if (!places && !read.faulty) say('The file is empty.');
  return read;
}

const n = (count: number): string => count.toLocaleString('en-US');

/** What importing would do, in words. */
export function describeImport({ rows, faults, faulty }: Read, stored: Stored): string {
  const open = rows.filter(({ resolvedAt }) => !resolvedAt).length;
  return [
    `${n(rows.length)} cases, ${n(open)} of them open: ${n(stored.added)} new, ${n(stored.changed)} changed, ${n(stored.same)} as they are here already.`,
    stored.kept && `${n(stored.kept)} stay as their desk's own API told them.`,
    faulty && `${n(faulty)} lines have a fault and are left out:`,
    ...faults.map((fault) => `- ${fault}`),
    faulty > faults.length && `- and ${n(faulty - faults.length)} more.`,
  ]
    .filter(Boolean)
    .join('\n');
}

/** Imports a file, or says what importing it would do. All of it is saved at once, or nothing. */
export async function importFile(db: Db, path: string, save: boolean, seenAt?: Date): Promise<string> {
  const read = await readFile(path, seenAt);
  const words = describeImport(read, await compareTimes(db, read.rows, 'file'));
  if (!save) return `${words}\nNothing is saved yet. With --save it is, all at once.`;
  await db.transaction().execute((trx) => storeTimes(trx, read.rows, 'file'));
  return `${words}\nSaved.`;
}
