/**
 * `npm run --silent redact -- page.html [--url URL]`: a saved page reduced to its structure, fit to be sent to whoever
 * repairs the reading of a desk. Without an address, the one that browsers write into pages they save is taken.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { redact } from '../lib/redact.ts';
import { readPage } from '../lib/which.ts';
import { parsePage } from './page.ts';

/** The address that Chromium and Edge note when they save a page. */
const savedFrom = (html: string): string => /<!-- saved from url=\(\d+\)(\S+) -->/.exec(html.slice(0, 2000))?.[1] ?? '';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { url: { type: 'string' } } });
  const [file, more] = positionals;
  if (file === undefined || more !== undefined)
    throw new Error('Give one saved page: npm run --silent redact -- page.html [--url URL]');
  if (values.url !== undefined && !URL.canParse(values.url))
    throw new Error(`"${values.url}" is not an absolute address.`);
  let html: string;
  try {
    html = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`"${file}" cannot be read: ${(error as NodeJS.ErrnoException).code}.`, { cause: error });
  }
  const url = values.url ?? savedFrom(html);
  const { document, close } = parsePage(url || 'about:blank', html);
  process.stdout.write(redact({ url, document }, url ? readPage({ url, document }) : undefined));
  await close();
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
});
