/**
 * `npm run --silent read -- <url> [page.html] [--desk <id>]`: what the extension reads on that page, as one JSON object.
 * Without a page only the address is read. `--batch` answers JSON lines `{ "url", "file"?, "desk"? }` of standard input.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { deskIds, readPage, type Answer } from '../lib/which.ts';
import { parsePage } from './page.ts';

type Ask = { url: string; file?: string | undefined; desk?: string | undefined };

/** @throws Error with a sentence about what was asked */
async function answer({ url, file, desk }: Ask): Promise<Answer> {
  if (!URL.canParse(url)) throw new Error(`"${url}" is not an absolute address.`);
  if (desk !== undefined && !deskIds.includes(desk))
    throw new Error(`"${desk}" is no desk that Deskcall knows; it knows ${deskIds.join(', ')}.`);
  let html = '';
  try {
    if (file !== undefined) html = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`"${file}" cannot be read: ${(error as NodeJS.ErrnoException).code}.`, { cause: error });
  }
  const { document, close } = parsePage(url, html);
  const read = readPage({ url, document }, desk);
  await close();
  return read;
}

function askOf(line: string): Ask {
  let ask: unknown;
  try {
    ask = JSON.parse(line);
  } catch {
    throw new Error('This line is no JSON.');
  }
  if (typeof ask !== 'object' || ask === null) throw new Error('This line is no JSON object.');
  const { url, file, desk } = ask as Record<string, unknown>;
  for (const [name, value] of Object.entries({ url, file, desk }))
    if (typeof value !== 'string' && (value !== undefined || name === 'url'))
      throw new Error(`"${name}" must be a text.`);
  return { url, file, desk } as Ask;
}

const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function batch(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    if (!line.trim()) continue;
    try {
      print(await answer(askOf(line)));
    } catch (error) {
      print({ error: sentence(error) });
    }
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { batch: { type: 'boolean' }, desk: { type: 'string' } },
  });
  if (values.batch) return batch();
  const [url, file, more] = positionals;
  if (url === undefined || more !== undefined)
    throw new Error('Give an address and at most one page: npm run --silent read -- <url> [page.html] [--desk <id>]');
  print(await answer({ url, file, desk: values.desk }));
}

main().catch((error: unknown) => {
  console.error(sentence(error));
  process.exitCode = 2;
});
