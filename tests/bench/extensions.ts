/**
 * The extensions of a run: the store build, and small ones that are measured beside it. Each runs on a host of its own,
 * so that all are in one browser and take turns.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { root, Trouble } from '../../scripts/bootstrap.mjs';

/** How many rows the lookup tables have. */
export const rowCounts = [10, 1000, 50_000] as const;

export type Extensions = { folders: string[]; store: string; remove(): void };

/** One file of code, as a content script or a worker wants it. */
async function bundle(entry: string, folder: string, name: string): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    mode: 'production',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir: folder,
      emptyOutDir: false,
      copyPublicDir: false,
      cssTarget: ['chrome123'],
      rolldownOptions: {
        input: join(root, 'tests', 'bench', 'scripts', entry),
        output: { format: 'iife', entryFileNames: name },
      },
    },
  });
}

function manifest(folder: string, name: string, variant: string, js: string[], more: object): void {
  const scripts = [{ matches: [`http://${variant}.localhost/*`], js, run_at: 'document_idle' }];
  const content = { manifest_version: 3, name: `bench-${name}`, version: '1', content_scripts: scripts, ...more };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(content));
}

/** The store build is copied as it is; only its manifest gains the host, which stands for the person's grant. */
function copyStore(folder: string): string {
  const store = join(root, '.output', 'chrome-mv3');
  cpSync(store, folder, { recursive: true });
  const file = join(folder, 'manifest.json');
  const known = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...known, host_permissions: ['http://deskcall.localhost/*'] }));
  return folder;
}

function buildStore(): void {
  const wxt = join(root, 'node_modules', 'wxt', 'bin', 'wxt.mjs');
  const done = spawnSync(process.execPath, [wxt, 'build'], { cwd: root, encoding: 'utf8' });
  if (done.status !== 0) throw new Trouble(`${done.stdout}${done.stderr}\nThe extension does not build.`);
}

export async function makeExtensions(): Promise<Extensions> {
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-bench-'));
  const folder = (name: string) => {
    mkdirSync(join(dir, name));
    return join(dir, name);
  };
  buildStore();
  const store = copyStore(join(dir, 'deskcall'));
  const folders = [store];
  for (const name of ['empty', 'plain', 'naive', 'read']) {
    const at = folder(name);
    manifest(at, name, name, ['content.js'], {});
    folders.push(at);
    // oxlint-disable-next-line no-await-in-loop -- two builds at once are no quicker here
    await bundle(`${name}.ts`, at, 'content.js');
  }

  const react = folder('react');
  await bundle('react.tsx', react, 'core.js');
  cpSync(join(store, '_locales'), join(react, '_locales'), { recursive: true });
  writeFileSync(join(react, 'worker.js'), '');
  const worker = { permissions: ['storage', 'unlimitedStorage'], background: { service_worker: 'worker.js' } };
  manifest(react, 'react', 'react', ['core.js'], { ...worker, default_locale: 'en' });
  folders.push(react);

  await bundle('rows.ts', dir, 'rows.js');
  await bundle('rows-worker.ts', dir, 'rows-worker.js');
  for (const count of rowCounts) {
    const at = folder(`rows-${count}`);
    cpSync(join(dir, 'rows.js'), join(at, 'content.js'));
    cpSync(join(dir, 'rows-worker.js'), join(at, 'worker.js'));
    manifest(at, `rows-${count}`, 'rows', ['content.js'], worker);
    folders.push(at);
  }
  return { folders, store, remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }) };
}
