/** One embedded PostgreSQL for all tests of the bridge; each world has a database of its own in it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../bridge/postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgres: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-bridge-'));
  const { url, data, stop } = await startPostgres(dir);
  project.provide('postgres', url);
  return async () => {
    await stop();
    rmSync(dir, { recursive: true, force: true });
    // As root the data do not lie in a folder that is closed to others.
    if (data.startsWith('/var/tmp/deskcall-data-')) rmSync(dirname(data), { recursive: true, force: true });
  };
}
