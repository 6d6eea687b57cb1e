import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { decode, readCells, readCsv, writeCells, writeCsv } from '../../lib/csv.ts';

// Many files on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const watch = { progress: () => {}, stop: new AbortController().signal };
const known = (name: string) => ['key', 'offer', 'name', 'link'].includes(name);
async function read(text: string) {
  const csv = await readCsv(text, known, watch);
  if (!csv) throw new Error('stopped');
  return csv;
}
const cells = async (text: string) => (await read(text)).lines.map((line) => line.cells);

/** Any text, with many of the letters that mean something in these files. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({
    unit: fc.constantFrom('"', ',', ';', '\t', '\r', '\n', "'", '=', '+', '-', '@', ' ', '|', 'a', '\uFEFF'),
  }),
);

describe('a CSV file', () => {
  test('read back holds what was written, for any text', async () => {
    const row = fc.tuple(anyText, anyText).filter((pair) => pair.some((cell) => cell.trim()));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 8 }), async (rows) => {
        expect(await cells(writeCsv([['key', 'offer'], ...rows]))).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  });

  test.each(['=1+1', '+49 30', '-5', '@SUM(A1)', '\t=x', '\r=x', '\n=x', "'=x", "''@x"])(
    'holds no formula, and %j is still the same',
    async (cell) => {
      const text = writeCsv([['key'], [cell]]);
      const [written = ''] = text.split(/\r\n/).slice(1);
      expect(written.replace(/^"/, '')).toMatch(/^'/);
      expect(await cells(text)).toEqual([[cell]]);
    },
  );

  test('an apostrophe that guards nothing stays', async () => {
    expect(writeCsv([["'tis"]])).toBe("\uFEFF'tis\r\n");
    expect(await cells("key\n'tis\n")).toEqual([["'tis"]]);
  });

  test.each([
    ['commas', 'key,offer\r\nP7,Dana\r\n'],
    ['semicolons', 'key;offer\nP7;Dana\n'],
    ['tabs', 'key\toffer\rP7\tDana\r'],
    ['bars and a mark', '\uFEFFkey|offer\nP7|Dana'],
    ['the delimiter in a line of its own', 'sep=;\r\nkey;offer\r\nP7;Dana\r\n'],
    ['lines that end in two ways', 'key,offer\r\nP7,Dana\nP8,Liu\r\n'],
    ['blank lines', '\n\nkey,offer\n\n , \nP7,Dana\n\n'],
  ])('with %s is read', async (_, text) => {
    const csv = await read(text);
    expect(csv.header).toEqual(['key', 'offer']);
    expect(csv.lines[0]?.cells).toEqual(['P7', 'Dana']);
    expect(csv.cut).toBeNull();
  });

  test('names lines as an editor does, with line breaks inside of cells', async () => {
    const { lines } = await read('key,offer\r\n"P\r\n7","a\nb"\r\n\r\nP8,Liu\r\n');
    expect(lines).toEqual([
      { line: 2, cells: ['P\r\n7', 'a\nb'] },
      { line: 6, cells: ['P8', 'Liu'] },
    ]);
  });

  test.each([
    ['inside of a quoted cell', 'key,offer\nP7,Dana\nP8,"Liu', 3],
    ['before the last column', 'key,offer\nP7,Dana\nP8', 3],
  ])('that ends %s is cut', async (_, text, line) => {
    expect((await read(text)).cut).toBe(line);
  });

  test('with text behind a closing quote says where', async () => {
    const { lines, cut } = await read('key,offer\nP7,Dana\n"P" 8,"Liu"\nP9,Dana\n');
    expect(lines.map(({ line, bad }) => [line, bad ?? false])).toEqual([
      [2, false],
      [3, true],
      [4, false],
    ]);
    expect(cut).toBeNull();
  });

  test('is read piece by piece: it tells how far it is, stays in order over the seams, and can be stopped', async () => {
    const rows = Array.from({ length: 60_000 }, (_, n) => [`ASSET-${n}`, `"Dana", ${n % 7 ? 'Liu' : 'Löwe\n'}`]);
    const text = writeCsv([['key', 'offer'], ...rows]);
    const shares: number[] = [];
    const csv = await readCsv(text, known, { ...watch, progress: (share) => void shares.push(share) });
    expect(csv?.lines.map((line) => line.cells)).toEqual(rows);
    expect(shares.length).toBeGreaterThan(3);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    const stop = new AbortController();
    expect(await readCsv(text, known, { progress: () => stop.abort(), stop: stop.signal })).toBeNull();
  });
});

test.each([
  ['UTF-8', [0xc3, 0xa4]],
  ['UTF-8 with its mark', [0xef, 0xbb, 0xbf, 0xc3, 0xa4]],
  ['UTF-16, little end first', [0xff, 0xfe, 0xe4, 0]],
  ['UTF-16, big end first', [0xfe, 0xff, 0, 0xe4]],
  ['Windows-1252', [0xe4]],
])('%s is decoded', (_, bytes) => expect(decode(new Uint8Array(bytes))).toBe('ä'));

describe('cells of the clipboard', () => {
  test('read back are what was written, for any text', () => {
    const row = fc.array(anyText, { minLength: 1, maxLength: 4 });
    const rows = fc.array(row, { minLength: 1, maxLength: 5 });
    // One empty cell at the end looks like the line break that ends the row above.
    fc.assert(
      fc.property(rows, (written) => {
        expect(readCells(`${writeCells(written)}\n`)).toEqual(written);
      }),
      { numRuns: 1000 },
    );
  });

  test('come as spreadsheets write them', () => {
    expect(readCells('P7\t"Dana\nReyes"\r\nP8\tsay "hi"\r\n')).toEqual([
      ['P7', 'Dana\nReyes'],
      ['P8', 'say "hi"'],
    ]);
    expect(readCells('"7" wide\tx')).toEqual([['"7" wide', 'x']]);
    expect(readCells('')).toEqual([['']]);
  });

  test('hold no formula', () => expect(writeCells([['=1', 'x']])).toBe("'=1\tx"));
});
