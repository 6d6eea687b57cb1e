/** Uses of links, told by the extension. */
import { sql } from 'kysely';
import type { Launch } from '../lib/api.ts';
import type { Db, Trx } from './db.ts';
import { askToRead } from './inbox.ts';
import type { JobRunner } from './jobs.ts';

/**
 * Who stores a launch and who keeps a session that names it come one after the other, so that the later one sees what
 * the other did. Before any row is touched.
 */
export const lockLaunches = async (trx: Trx, ids: readonly string[]): Promise<void> =>
  void (await sql`select pg_advisory_xact_lock(hashtextextended(id, 0)) from unnest(${ids.toSorted()}::text[]) as one (id)`.execute(
    trx,
  ));

/**
 * Stores those that are new. The first word on a launch id counts: a second cannot move it to another case. A session
 * that came before its launch is looked at again.
 */
export async function storeLaunches(db: Db, jobs: JobRunner, launches: readonly Launch[]): Promise<number> {
  const rows = launches.map(({ launchId, desk, kind, id, number, target, surface, at }) => ({
    id: launchId,
    desk,
    kind,
    case_id: id,
    number: number ?? null,
    target: target ?? null,
    surface: surface ?? null,
    launched_at: new Date(at),
    swept_at: null,
  }));
  return db.transaction().execute(async (trx) => {
    await lockLaunches(
      trx,
      rows.map(({ id }) => id),
    );
    const stored = await trx
      .insertInto('launch')
      .values(rows)
      .onConflict((it) => it.column('id').doNothing())
      .returning('id')
      .execute();
    if (!stored.length) return 0;
    const early = await trx
      .selectFrom('session')
      .select('resource_id')
      .where(
        'launch_id',
        'in',
        stored.map(({ id }) => id),
      )
      .execute();
    // oxlint-disable-next-line no-await-in-loop -- one transaction is one connection
    for (const { resource_id: resource } of early) await askToRead(trx, jobs, resource, 0);
    return stored.length;
  });
}

/** Launches of which no session was seen by then. @param after seconds since the launch reached the bridge */
export async function expireLaunches(db: Db, after: number): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('launch')
    .set({ state: 'expired' })
    .where('state', '=', 'open')
    .where('received_at', '<', sql<Date>`now() - make_interval(secs => ${after})`)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}
