/** `npm run desks`: writes docs/desks.md from the desks' own files. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { declared } from '../lib/desks/index.ts';
import type { DeskFile, Reading } from '../lib/model.ts';

const code = (text: string): string => `\`${text}\``;
/** A row of a table, in which a bar would begin the next cell. */
const row = (...cells: string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

/** How one value is found, in words. */
function spell({ css, label, attr, after, before }: Reading): string {
  const from = label === undefined ? code(css ?? '') : `the row labelled “${label}”`;
  const part = [after && `what follows ${code(after)}`, before && `what stands before ${code(before)}`].filter(Boolean);
  return `${attr ? `attribute ${code(attr)} of ` : ''}${from}${part.length ? `, ${part.join(', ')}` : ''}`;
}

function rowsOf(what: string, readings: Reading[] | undefined): string[] {
  return (readings ?? []).map((reading, n) => row(n ? '' : what, spell(reading), reading.seen ?? 'not dated'));
}

/** Its header's words on where the knowledge is from and when it was last gone through. */
function headOf(id: string): { source: string; checked: string } {
  const text = readFileSync(join('lib', 'desks', `${id}.ts`), 'utf8');
  const head = (/^\/\*\*(.*?)\*\//s.exec(text)?.[1] ?? '').replace(/\n \*/g, ' ').replace(/\s+/g, ' ');
  return {
    source: /Source: (.*?)\s*Checked \d{4}-\d\d/.exec(head)?.[1]?.replace(/\.$/, '') ?? '',
    checked: /Checked (\d{4}-\d\d)/.exec(head)?.[1] ?? '',
  };
}

function section({ id, name, hosts, data, code: more, rest }: DeskFile): string {
  const { source, checked } = headOf(id);
  const list = (items: string[]): string => items.map(code).join(', ');
  const addresses = data.addresses.map((address) => (typeof address === 'string' ? address : address.is));
  const pages = (data.pages ?? []).map((address) => (typeof address === 'string' ? address : address.is));
  const facts = [
    `Knowledge: ${source}. Checked ${checked}.`,
    hosts.length ? `Hosts: ${list(hosts)}.` : 'Hosts: whatever the admin sets up.',
    more?.locate ? 'Addresses: by code, see the file.' : addresses.length > 0 && `Addresses: ${list(addresses)}.`,
    pages.length > 0 && `Addresses that name no record, where the page does: ${list(pages)}.`,
    data.identity === 'page' && 'The page itself names its record; the address does not.',
    data.frames && `Read in a frame of the page: ${list(data.frames)}.`,
    data.deep && 'Open shadow roots are searched.',
    data.scope && `Only in the record’s own container: ${list(data.scope)}.`,
    data.ignore && `Nothing is read in: ${list(data.ignore)}.`,
    rest
      ? 'Its own API can be asked with the person’s session; off until an admin turns it on.'
      : 'Its own API is not asked.',
    `The panel’s place: ${data.anchors?.length ? list(data.anchors.map(({ css }) => css)) : 'the edge of the page'}.`,
  ].filter(Boolean);
  const table = [
    ...rowsOf('id, to compare', data.shows?.id),
    ...rowsOf('number', data.shows?.number),
    ...rowsOf('kind', data.shows?.kind),
    ...Object.entries(data.read ?? {}).flatMap(([field, readings]) => rowsOf(field, readings)),
    ...(data.rows ?? []).map((spec, n) =>
      row(
        n ? '' : 'further fields',
        `rows ${code(spec.row)}: label ${spec.label ? code(spec.label) : 'the row’s text'}, value ${code(spec.value)}`,
        '',
      ),
    ),
  ];
  return [
    `## ${name} (\`${id}\`)`,
    facts.map((fact) => `- ${fact}`).join('\n'),
    ...(table.length
      ? [['| what | read from, in this order | seen to hold |', '| --- | --- | --- |', ...table].join('\n')]
      : []),
  ].join('\n\n');
}

/** docs/desks.md, whole. */
export const desksDocument = (): string =>
  `${[
    '# What is read from where',
    'Written by `npm run desks` from the files in lib/desks; a test keeps it equal. “Seen to hold” is the month in which the\nsource says that the reading held on a real page; “not dated” means that nobody says so, or that it was inferred.',
    ...Object.values(declared).map(section),
  ].join('\n\n')}\n`;

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(join('docs', 'desks.md'), desksDocument());
