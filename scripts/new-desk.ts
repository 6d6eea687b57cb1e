/**
 * `npm run new-desk <id> ["Name"]`: a desk's file, its pages and addresses, its place in the list and its row in the
 * README, all of which pass the tests as they are; then they are made true, one by one.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { declared } from '../lib/desks/index.ts';
import { root } from './bootstrap.mjs';

const deskFile = (id: string, name: string, month: string): string => `/**
 * ${name}.
 *
 * Addresses: \`/records/N\`. Lists and new records name no number: no case.
 * Read: number from the address, checked against the record's own element; the rest by test id.
 * Source: nothing yet; say what this rests on, and whether it was run. Checked ${month}.
 */
import type { DeskData, DeskFile } from '../model.ts';

const data: DeskData = {
  addresses: ['/records/{id:digits}'],
  kind: 'record',
  scope: ['[data-record="{id}"]'],
  shows: { id: [{ css: '[data-testid="number"]', after: '#' }] },
  read: {
    title: [{ css: '[data-testid="title"]' }],
    queue: [{ css: '[data-testid="queue"]' }],
  },
  anchors: [{ css: '[data-testid="title"]', place: 'after' }],
};

const desk: DeskFile = { id: '${id}', name: '${name.replaceAll("'", '’')}', hosts: ['https://*.${id}.example/*'], data };
export default desk;
`;

/** A page of some size: what surrounds a record is where decoys live. */
const pageOf = (name: string, content: string): string => `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>${name}</title></head>
  <body>
    <nav>${Array.from({ length: 40 }, (_, n) => `<li><a href="/records/${900 + n}">Record ${900 + n}</a></li>`).join('')}</nav>
    <main>${content}</main>
    <table>${Array.from({ length: 20 }, (_, n) => `<tr><td>#${700 + n}</td><td>Earlier record ${n}</td><td>Closed</td></tr>`).join('')}</table>
  </body>
</html>
`;

const record = (id: number, title: string, queue: string): string =>
  `<section data-record="${id}"><b data-testid="number">#${id}</b><h1 data-testid="title">${title}</h1><i data-testid="queue">${queue}</i></section>`;

/**
 * The files of a new desk.
 * @param now what lib/desks/index.ts and README.md hold
 * @returns paths from the repository's root, with their texts
 */
export function scaffold(
  id: string,
  name: string,
  now: { index: string; readme: string },
  month = new Date().toISOString().slice(0, 7),
): Record<string, string> {
  const variable = id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const at = `https://acme.${id}.example`;
  const ref = (n: number) => ({ kind: 'record', id: String(n), number: String(n) });
  const modelled = 'nothing yet: say which page this was made after, and how sure that is';
  const sources = { id: 'url', kind: 'url', number: 'url', title: 'css#1', queue: 'css#1' };
  const read = (n: number, title: string, queue: string) => ({
    desk: id,
    case: { desk: id, ...ref(n), title, queue, fields: {} },
    sources,
    problems: [],
  });
  const none = {
    desk: id,
    case: null,
    sources: {},
    problems: [{ code: 'no-case', message: 'No case is open on this page.' }],
  };
  const anchor = '[data-record="7"] [data-testid="title"]';
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  const folder = `tests/desks/${id}`;
  return {
    [`lib/desks/${id}.ts`]: deskFile(id, name, month),
    [`${folder}/case.html`]: pageOf(name, record(7, 'Pump P-17 leaking', 'Pumps')),
    [`${folder}/console.html`]: pageOf(
      name,
      record(8, 'Valve stuck', 'Valves') + record(7, 'Pump P-17 leaking', 'Pumps'),
    ),
    [`${folder}/list.html`]: pageOf(name, '<h1>All records</h1>'),
    [`${folder}/expect.json`]: json({
      'case.html': { url: `${at}/records/7`, modelled, anchor, read: read(7, 'Pump P-17 leaking', 'Pumps') },
      'console.html': { url: `${at}/records/7`, modelled, anchor, read: read(7, 'Pump P-17 leaking', 'Pumps') },
      // The address of one record with the pane of another.
      'list.html': { url: `${at}/records`, modelled, read: none },
    }),
    [`${folder}/urls.json`]: json({
      [`${at}/records/7`]: ref(7),
      [`${at}/records/7/`]: ref(7),
      [`${at}/records/7?tab=notes`]: ref(7),
      [`${at}/records/7#note-2`]: ref(7),
      [`desk https://desk.example/records/7`]: ref(7),
      [`${at}/records`]: null,
      [`${at}/records/new`]: null,
      [`${at}/users/7`]: null,
      [`https://${id}.example.evil.example/records/7`]: null,
    }),
    'lib/desks/index.ts': now.index
      .replace(/(import marked from)/, `import ${variable} from './${id}.ts';\n$1`)
      .replace(/(\bmarked,?\s*\])/, `${variable}, $1`),
    'README.md': now.readme.replace(/(\| `marked`)/, `| \`${id}\` | ${name} | not run yet |\n$1`),
  };
}

function main(): number {
  const [id = '', name = id] = process.argv.slice(2);
  const say = (sentence: string): number => (console.error(sentence), 2);
  if (!/^[a-z][a-z0-9-]{1,23}$/.test(id))
    return say('Give an id of lower-case letters, digits and dashes: npm run new-desk <id> ["Name"]');
  if (Object.hasOwn(declared, id) || id === 'custom' || existsSync(join(root, 'lib', 'desks', `${id}.ts`)))
    return say(`There is a desk "${id}" already.`);
  const text = (path: string): string => readFileSync(join(root, path), 'utf8');
  const files = scaffold(id, name, { index: text('lib/desks/index.ts'), readme: text('README.md') });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    console.log(path);
  }
  console.log(
    'Next: npm run format && npm run desks; then make each file true, and see npm test fail where it is not.',
  );
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main();
