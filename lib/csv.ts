/**
 * Tables as text: comma-separated files (RFC 4180) and the tab-separated cells that spreadsheets put on the clipboard.
 * Line numbers are those of an editor, from 1.
 */
import Papa from 'papaparse';

/**
 * What a spreadsheet would take for a formula, as it stands or behind the apostrophes that were put before it.
 * Source: OWASP, CSV Injection: `=`, `+`, `-`, `@`, tab, carriage return and line feed. Checked 2026-11.
 */
const formula = /^'*[=+\-@\t\r\n]/;

/** An apostrophe before what would be a formula: spreadsheets then show it as text. */
const guard = (cell: string): string => (formula.test(cell) ? `'${cell}` : cell);
const unguard = (cell: string): string => (cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell);

/** @returns a file that spreadsheets open with the right letters, and in which no cell is a formula */
export const writeCsv = (rows: string[][]): string =>
  `\uFEFF${Papa.unparse(
    rows.map((row) => row.map(guard)),
    { newline: '\r\n' },
  )}\r\n`;

/** A line of a file; `bad` where a quoted cell goes on behind its closing quote. */
export type CsvLine = { line: number; cells: string[]; bad?: true };
export type Csv = {
  /** The first line that is not blank. */
  header: string[];
  /** The lines below it that are not blank. */
  lines: CsvLine[];
  /** The line in the middle of which the file ends. */
  cut: number | null;
};

/** How a long reading is watched and ended; `progress` is told the share, 0 to 1. */
export type Watch = { progress: (share: number) => void; stop: AbortSignal };

/** Characters read at once, between two turns of the page. */
const chunkSize = 256 * 1024;
const delimiters = [',', ';', '\t', '|'];
const breaks = /\r\n|[\r\n]/g;

/**
 * Reads a file in pieces, so that the page stays alive.
 * @param known whether a column may be called so: the delimiter that finds the most of them is the file's
 * @returns null if it was stopped
 */
export async function readCsv(text: string, known: (name: string) => boolean, watch: Watch): Promise<Csv | null> {
  const body = text.replace(/^\uFEFF/, '');
  const marked = /^sep=(.)\r?\n/i.exec(body);
  const newline = newlineOf(body);
  const delimiter = marked?.[1] ?? delimiterOf(body, newline, known);
  const found: Csv = { header: [], lines: [], cut: null };
  let line = 1;
  let last = 1;
  const take = ({ data, errors }: Papa.ParseResult<string[]>) => {
    const bad = new Set(errors.flatMap(({ code, row }) => (code === 'InvalidQuotes' ? (row ?? []) : [])));
    for (const [n, raw] of data.entries()) {
      const cells = raw.map((cell, place) =>
        unguard(newline === '\n' && place === raw.length - 1 ? cell.replace(/\r$/, '') : cell),
      );
      const blank = cells.every((cell) => !cell.trim());
      const isMark = marked !== null && line === 1;
      if (!blank && !isMark) {
        if (!found.header.length) found.header = cells.map((cell) => cell.trim());
        else found.lines.push({ line, cells, ...(bad.has(n) ? { bad: true as const } : {}) });
        last = line;
      }
      line += 1 + raw.reduce((sum, cell) => sum + (cell.match(breaks)?.length ?? 0), 0);
    }
    if (errors.some(({ code }) => code === 'MissingQuotes')) found.cut = last;
  };

  const whole = await new Promise<boolean>((done) => {
    Papa.parse<string[]>(body, {
      delimiter,
      newline,
      chunkSize,
      chunk(results: Papa.ParseResult<string[]>, parser: Papa.Parser) {
        take(results);
        watch.progress(Math.min(1, results.meta.cursor / body.length));
        parser.pause();
        setTimeout(() => {
          if (!watch.stop.aborted) return parser.resume();
          done(false);
          parser.abort();
        });
      },
      complete: () => done(true),
    });
  });
  if (!whole) return null;
  const end = found.lines.at(-1);
  if (end && end.cells.length < found.header.length && !/[\r\n]$/.test(body)) found.cut ??= end.line;
  return found;
}

/** Lines may end in three ways, and lines inside of quoted cells in another than those of the file. */
function newlineOf(text: string): '\r\n' | '\n' | '\r' {
  const outside = text.slice(0, 1024 * 1024).replace(/"[^"]*"/g, '');
  if (/(^|[^\r])\n/.test(outside)) return '\n';
  return outside.includes('\r\n') ? '\r\n' : outside.includes('\r') ? '\r' : '\n';
}

function delimiterOf(text: string, newline: '\r\n' | '\n' | '\r', known: (name: string) => boolean): string {
  const start = text.slice(0, 64 * 1024).trimStart();
  const counts = delimiters.map((delimiter) => {
    const [header = []] = Papa.parse<string[]>(start, { delimiter, newline, preview: 1 }).data;
    return header.filter((name) => known(name.trim())).length;
  });
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}

/** @returns the letters of a file: UTF-8, UTF-16 with its mark, or what Windows' spreadsheets write besides */
export function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Cells for the clipboard, as spreadsheets write them. */
export const writeCells = (rows: string[][]): string =>
  rows
    .map((row) =>
      row
        .map(guard)
        .map((cell) => (/[\t\r\n]|^"/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
        .join('\t'),
    )
    .join('\n');

/** A quoted cell up to its delimiter, or a plain one: spreadsheets leave quotes alone that stand in one line. */
const cell = /"((?:[^"]|"")*)"(?=[\t\r\n]|$)|([^\t\r\n]*)/y;

/** The other way round, for the clipboard of any spreadsheet. */
export function readCells(text: string): string[][] {
  const rows: string[][] = [[]];
  let at = 0;
  for (;;) {
    cell.lastIndex = at;
    const [all = '', quoted, plain = ''] = cell.exec(text) ?? [];
    rows.at(-1)?.push(unguard(quoted === undefined ? plain : quoted.replaceAll('""', '"')));
    at += all.length;
    if (at >= text.length) break;
    const next = text.startsWith('\r\n', at) ? '\r\n' : text.charAt(at);
    at += next.length;
    if (next === '\t') continue;
    // Spreadsheets end the last row like all others.
    if (at >= text.length) break;
    rows.push([]);
  }
  return rows;
}
