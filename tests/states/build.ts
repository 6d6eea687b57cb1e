/** Builds the page of states; by itself it builds it into .output/states and prints the page's address. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A desk's grey room: a title to stand beside, and its own background for the panel to follow. */
const html = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>States</title>
<style>
  body { margin: 0; padding: 16px; min-block-size: 100vh; box-sizing: border-box; font: 14px/20px system-ui, sans-serif; background: #e4e6e9; color: #33373d; }
  h1 { margin: 0; font-size: 19px; line-height: 40px; font-weight: 400; white-space: nowrap; }
  [data-scheme='dark'] body { background: #2a2d31; color: #d6d9dd; }
</style>
<main><h1>Case</h1></main>
${['plain', 'preact', 'react', 'page'].map((name) => `<script src="${name}.js"></script>`).join('\n')}
</html>
`;

const preact = [
  { find: /^react-dom\/client$/, replacement: 'preact/compat/client' },
  { find: /^react(-dom)?$/, replacement: 'preact/compat' },
  { find: /^react\/jsx-(dev-)?runtime$/, replacement: 'preact/jsx-runtime' },
];
const plain = [{ find: /^react\/jsx-(dev-)?runtime$/, replacement: join(root, 'lib', 'browser', 'jsx.ts') }];

/** Classic scripts, so that the page opens from a file. */
const script = (folder: string, name: string, entry: string, alias: { find: RegExp; replacement: string }[]) =>
  build({
    root,
    configFile: false,
    logLevel: 'warn',
    mode: 'production',
    define: {
      'process.env.NODE_ENV': '"production"',
      ENGINE: JSON.stringify(name === 'react' ? 'onReact' : 'onPreact'),
    },
    resolve: { alias },
    build: {
      outDir: folder,
      emptyOutDir: false,
      copyPublicDir: false,
      minify: false,
      cssTarget: ['chrome123'],
      rolldownOptions: {
        input: join(root, 'tests', 'states', entry),
        output: { format: 'iife', entryFileNames: `${name}.js` },
      },
    },
  });

/**
 * @param into a folder of .output
 * @returns the page's address
 */
export async function buildStates(into = 'states'): Promise<string> {
  const folder = join(root, '.output', into);
  mkdirSync(folder, { recursive: true });
  await Promise.all([
    script(folder, 'plain', 'plain.ts', plain),
    script(folder, 'preact', 'whole.ts', preact),
    script(folder, 'react', 'whole.ts', []),
    script(folder, 'page', 'page.ts', []),
  ]);
  const page = join(folder, 'index.html');
  writeFileSync(page, html);
  return pathToFileURL(page).href;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(`${await buildStates()}?state=full+panel`);
