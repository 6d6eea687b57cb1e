/** A bridge that holds the simulated year, made once for each file of tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importFile } from '../../bridge/times/file.ts';
import { makeYear } from '../../sandbox/year.ts';
import { makeWorld, type World } from '../bridge/world.ts';

/** `-- --full` takes the long sizes. */
export const size = process.env.DESKCALL_FULL
  ? { cases: 200_000, sessions: 30_000 }
  : { cases: 20_000, sessions: 3000 };

export async function makeYearWorld(file: object = {}, of = size): Promise<World> {
  const world = await makeWorld(file);
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-year-'));
  try {
    const path = join(dir, 'cases.csv');
    await makeYear(world.db, path, of);
    await importFile(world.db, path, true);
  } finally {
    rmSync(dir, { recursive: true });
  }
  return world;
}

/** Signs in by the form, as a browser does. @returns the cookie */
export async function signIn(world: World): Promise<string> {
  const token = await world.token('report');
  const response = await fetch(`${world.url}/report/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: world.url },
    body: new URLSearchParams({ token, next: '' }),
  });
  return response.headers.get('set-cookie')?.split(';')[0] ?? '';
}
