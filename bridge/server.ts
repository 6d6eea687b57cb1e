/** The doors of the bridge: hooks, the API, and what watches over it. Each group stands in a file of its own. */
import { Hono } from 'hono';
import { sql } from 'kysely';
import { makeApi } from './api/api.ts';
import { cases } from './api/cases.ts';
import { exports } from './api/exports.ts';
import { launches } from './api/launches.ts';
import { pops } from './api/pops.ts';
import { sessions } from './api/sessions.ts';
import { token } from './api/token.ts';
import { wrapups } from './api/wrapups.ts';
import type { Config } from './config.ts';
import type { Db, Pipe } from './db.ts';
import { notFound, type App } from './door.ts';
import { awaken } from './hooks/awaken.ts';
import { makeHooks } from './hooks/hooks.ts';
import { serviceoptimizer } from './hooks/serviceoptimizer.ts';
import { worklink } from './hooks/worklink.ts';
import type { JobRunner } from './jobs.ts';
import { said, type Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { report } from './report/door.ts';

export type Parts = { config: Config; db: Db; pipe: Pipe; jobs: JobRunner; log: Log; metrics: Metrics };

/** @param stopping whether the bridge is on its way out, and so not ready for more */
export function makeServer(parts: Parts, stopping: () => boolean): App {
  const { db, log, metrics } = parts;
  const app: App = new Hono();
  const hooks = makeHooks(app, parts);
  const api = makeApi(app, parts);

  app.notFound(notFound);
  app.onError((error, c) => {
    // The address may hold a token, so it is not said.
    log.error('request failed', { error: said(error) });
    return api.fail(c, 500, 'internal', 'Something went wrong in the bridge.', 'Look at its log, then try again.');
  });

  app.get('/healthz', (c) => c.text('ok\n'));
  app.get('/readyz', async (c) => {
    if (stopping()) return c.text('stopping\n', 503);
    try {
      await sql`select 1`.execute(db);
      return c.text('ready\n');
    } catch (error) {
      log.warn('not ready', { error: said(error) });
      return c.text('the database does not answer\n', 503);
    }
  });
  app.get('/metrics', async (c) => c.text(await metrics.text(), 200, { 'content-type': 'text/plain; version=0.0.4' }));

  for (const door of [worklink, awaken, serviceoptimizer]) door(hooks);
  for (const door of [token, launches, pops, cases, sessions, wrapups, exports]) door(api);
  report(app, parts);
  app.all('/api/*', (c) =>
    api.fail(
      c,
      404,
      'not-found',
      'There is nothing at this address.',
      'Bring extension and bridge to the same version.',
    ),
  );
  return app;
}
