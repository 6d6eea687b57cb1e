/**
 * `npm run bench:bridge`: how many webhooks the bridge accepts and commits beside the least that could, what it keeps in
 * memory, and how long a note takes, with few and with many stored sessions. Sender, servers and PostgreSQL (the
 * embedded one, or that of DATABASE_URL) share the machine. `--full` takes the long sizes, `--json FILE` says where the
 * figures go, `--only throughput,memory,notes` takes some of the measures. Aims are printed, never enforced.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startPostgres } from '../../../bridge/postgres.ts';
import { fail, root } from '../../../scripts/bootstrap.mjs';
import { table, writeJson, type Figure } from '../report.ts';
import * as measure from './measures.ts';

const { values: options } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    json: { type: 'string', default: join(root, '.data', 'bench-bridge.json') },
    only: { type: 'string' },
  },
});
const { full } = options;

const sizes = full ? [10_000, 100_000, 1_000_000] : [10_000];
const measures: Record<string, (server: measure.Server, stored: number) => Promise<Figure[]>> = {
  throughput: (server, stored) => measure.throughput(server, stored, full ? 7 : 3, full ? 10 : 4),
  memory: (server, stored) => measure.memory(server, stored, full ? 100_000 : 10_000),
  notes: (server, stored) =>
    measure.notes(
      server,
      stored,
      full
        ? [
            { perMinute: 1, count: 4 },
            { perMinute: 100, count: 100 },
            { perMinute: 1000, count: 1000 },
          ]
        : [
            { perMinute: 100, count: 20 },
            { perMinute: 1000, count: 200 },
          ],
    ),
};

async function main(): Promise<void> {
  const only = options.only?.split(',') ?? Object.keys(measures);
  const start = performance.now();
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-bench-'));
  const embedded = process.env.DATABASE_URL ? undefined : await startPostgres(dir);
  const url = process.env.DATABASE_URL ?? embedded?.url ?? '';
  const figures: Figure[] = [];
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const stored of sizes) {
      // oxlint-disable-next-line no-await-in-loop -- one at a time is the point
      const server = await measure.openServer(client, url, stored);
      try {
        for (const name of only) {
          const began = performance.now();
          // oxlint-disable-next-line no-await-in-loop -- as above
          figures.push(...((await measures[name]?.(server, stored)) ?? []));
          console.error(`${name}, ${stored} stored: ${((performance.now() - began) / 1000).toFixed(0)} s`);
        }
      } finally {
        // oxlint-disable-next-line no-await-in-loop -- as above
        await server.close();
      }
    }
    const version = await client.query<{ server_version: string }>('show server_version');
    const fsync = await client.query<{ fsync: string }>('show fsync');
    const run = {
      date: new Date().toISOString().slice(0, 10),
      processor: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`,
      database: `PostgreSQL ${version.rows[0]?.server_version}, fsync ${fsync.rows[0]?.fsync}`,
      seconds: Math.round((performance.now() - start) / 1000),
    };
    console.log(`\n${run.date} · ${run.processor} · ${run.database} · ${run.seconds} s\n\n${table(figures)}`);
    writeJson(options.json, run, figures);
  } finally {
    await client.end();
    await embedded?.stop();
    rmSync(dir, { recursive: true, force: true });
    if (embedded?.data.startsWith('/var/tmp/deskcall-data-'))
      rmSync(dirname(embedded.data), { recursive: true, force: true });
  }
}

main().catch(fail);
