/** Builds the store's builds, unless they are younger than all that they are made of. */
import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const sources = ['entrypoints', 'components', 'lib', 'public', 'wxt.config.ts', 'package.json', 'globals.d.ts'];

function youngest(path: string): number {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => youngest(join(path, name))));
}

function builtAt(browser: string): number {
  try {
    return statSync(join('.output', `${browser}-mv3`, 'manifest.json')).mtimeMs;
  } catch {
    return 0;
  }
}

export default async function setup(): Promise<void> {
  const changed = Math.max(...sources.map(youngest));
  // What vitest sets for its own run would make it another build.
  const { VITEST: _, NODE_ENV: __, TEST: ___, MODE: ____, DEV: _____, PROD: ______, ...env } = process.env;
  for (const browser of ['chrome', 'firefox'])
    if (builtAt(browser) < changed)
      // oxlint-disable-next-line no-await-in-loop -- both write the same generated types
      await promisify(execFile)(join('node_modules', '.bin', 'wxt'), ['build', '-b', browser], {
        env,
        shell: process.platform === 'win32',
      });
}
