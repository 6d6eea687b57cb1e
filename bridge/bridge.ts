/** The bridge as a whole: database, queue, doors; started in that order and ended in the other. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { sql } from 'kysely';
import type { Config } from './config.ts';
import { migrate, openDb, openPipe, type Db, type Pipe } from './db.ts';
import { startJobs } from './jobs.ts';
import { said, type Log } from './log.ts';
import { makeMetrics } from './metrics.ts';
import { startPostgres } from './postgres.ts';
import { makeServer } from './server.ts';
import { watchMetrics } from './watch.ts';
import { makeWork } from './work.ts';

type Database = { url: string; db: Db; pipe: Pipe; close: () => Promise<void> };

/** The database that the configuration names, or the embedded one, with its tables up to date. */
export async function openDatabase(config: Config, log: Log): Promise<Database> {
  const embedded = config.databaseUrl ? undefined : await startPostgres(config.dataDir);
  const url = config.databaseUrl ?? embedded?.url ?? '';
  const lost = (error: Error): void => log.error('database: connection lost', { error: said(error) });
  const { db } = openDb(url, lost);
  const pipe = openPipe(url, lost, db);
  const steps = await migrate(db);
  /** Starts the embedded server again where it was killed: nobody else does. */
  async function revive(): Promise<void> {
    try {
      await sql`select 1`.execute(db);
    } catch (error) {
      log.error('database: gone, and is started again', { error: said(error) });
      const again = await startPostgres(config.dataDir);
      if (again.url !== url)
        throw new Error('The database has another port now: start the bridge again.', { cause: error });
    }
  }
  let reviving: Promise<void> | undefined;
  const timer =
    embedded &&
    setInterval(() => {
      reviving ??= revive()
        .catch((error: unknown) => log.error('database: not back yet', { error: said(error) }))
        .finally(() => (reviving = undefined));
    }, config.waits.poll * 1000);
  log.info('database ready', { embedded: embedded !== undefined, steps, ...(embedded && { data: embedded.data }) });
  return {
    url,
    db,
    pipe,
    async close() {
      clearInterval(timer);
      await reviving;
      await pipe.end();
      await db.destroy();
      await embedded?.stop();
    },
  };
}

export type Bridge = { url: string; db: Db; stop(): Promise<void> };

/** Starts everything. `stop` takes no more, ends what is in hand, and closes the database last. */
export async function startBridge(config: Config, log: Log): Promise<Bridge> {
  const database = await openDatabase(config, log);
  try {
    return await open(config, log, database);
  } catch (error) {
    // What was started for this bridge alone does not outlive it.
    await database.close().catch(() => {});
    throw error;
  }
}

async function open(config: Config, log: Log, { url, db, pipe, close }: Database): Promise<Bridge> {
  const metrics = makeMetrics();
  const jobs = await startJobs(url, log, config.waits.poll);
  let stopping = false;
  const parts = { config, db, pipe, jobs, log, metrics };
  watchMetrics(parts);
  await makeWork(parts);
  const app = makeServer(parts, () => stopping);
  const server = createAdaptorServer({ fetch: app.fetch });
  server.listen(config.port, config.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  let ended: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    stopping = true;
    log.info('stopping');
    const closed = new Promise((resolve) => server.close(resolve));
    if ('closeIdleConnections' in server) server.closeIdleConnections();
    // Whoever keeps a request open for longer than the work in hand may take is cut off.
    const timer = setTimeout(
      () => 'closeAllConnections' in server && server.closeAllConnections(),
      config.waits.shutdown * 1000,
    );
    await Promise.all([closed, jobs.stop(config.waits.shutdown)]);
    clearTimeout(timer);
    await close();
    log.info('stopped');
  };
  return { url: `http://${host}:${port}`, db, stop: () => (ended ??= end()) };
}
