/** A PostgreSQL server of its own, which may be killed. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startPostgres } from '../../bridge/postgres.ts';
import { until } from './wait.ts';

/** How bridges are told of it, and how it is killed. */
export type Database = {
  env: Record<string, string>;
  url: string;
  /** Kills the server; resolves when it answers again. Absent where it is not ours. */
  kill?: () => Promise<void>;
  close(): Promise<void>;
};

/**
 * A server of its own.
 * @param installed the folder of an installed PostgreSQL's programs; without it the embedded one, which bridges start
 * again themselves
 */
export async function makeServer(installed?: string): Promise<Database> {
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-server-'));
  const { url, data, stop } = await startPostgres(dir, installed);
  return {
    url,
    env: installed ? { DATABASE_URL: url } : { DATA_DIR: dir },
    async kill() {
      const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
      process.kill(pid, 'SIGKILL');
      // As an init system would. What is left of the old server may still be on its way out.
      if (installed)
        await until(async () =>
          startPostgres(dir, installed).then(
            ({ url: again }) => again === url,
            () => false,
          ),
        );
    },
    async close() {
      await stop();
      rmSync(dir, { recursive: true, force: true });
      if (data.startsWith('/var/tmp/deskcall-data-')) rmSync(dirname(data), { recursive: true, force: true });
    },
  };
}
