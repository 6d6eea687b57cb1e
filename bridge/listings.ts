/**
 * WorkLink's lists of sessions. Those that began before the bridge was connected are filled in from the day that the
 * configuration names, page by page: how far it got is stored with what was found, so that a bridge that is killed goes on
 * where it was, and nobody waits for it whose call has just ended.
 */
import { sql, type Selectable } from 'kysely';
import { sendIn, type Db, type Tables, type Trx } from './db.ts';
import { askToReadAll, type Wanted } from './inbox.ts';
import type { Parts } from './server.ts';
import type { WorkLink } from './worklink.ts';

type Listing = Selectable<Tables['listing']>;

/** While so many of them wait to be read, no further page is asked for. */
const mostWaiting = 100;

/**
 * The lists as they are kept, made where they are new.
 * @param since where an earlier day than before is named, it is begun anew
 */
async function listings(db: Db, names: readonly string[], since: Date): Promise<Listing[]> {
  if (!names.length) return [];
  return db
    .insertInto('listing')
    .values(names.map((name) => ({ name, since, cursor: null, done_at: null })))
    .onConflict((it) =>
      it.column('name').doUpdateSet({
        since: sql`least(listing.since, excluded.since)`,
        cursor: sql`case when excluded.since < coalesce(listing.since, 'infinity') then null else listing.cursor end`,
        done_at: sql`case when excluded.since < coalesce(listing.since, 'infinity') then null else listing.done_at end`,
      }),
    )
    .returningAll()
    .execute();
}

/** When a bridge was connected to WorkLink first; now, if never. */
export async function connectedAt(db: Db | Trx): Promise<Date> {
  await db
    .insertInto('connected')
    .values({ here: true })
    .onConflict((it) => it.doNothing())
    .execute();
  return (await db.selectFrom('connected').select('at').executeTakeFirstOrThrow()).at;
}

/** Those of which there is no session yet. */
export async function unknown(trx: Trx, ids: readonly string[]): Promise<Wanted[]> {
  if (!ids.length) return [];
  const rows = await trx.selectFrom('session').select('resource_id').where('resource_id', 'in', ids).execute();
  const known = new Set(rows.map((row) => row.resource_id));
  return ids.filter((id) => !known.has(id)).map((resource) => ({ resource }));
}

/** @returns what one `fill` job does; it asks for the next */
export function makeFill({ config, db, jobs, log }: Parts, worklink: WorkLink): () => Promise<void> {
  const { waits } = config;
  const day = config.worklink?.since;
  const since = day === undefined ? undefined : new Date(`${day}T00:00:00Z`);
  const again = (seconds: number): Promise<void> => jobs.ask('fill', 'fill', {}, seconds);

  return async () => {
    if (!since) return;
    const names = await worklink.lists();
    if ('trouble' in names) return again(names.after ?? waits.retry);
    const [listing] = (await listings(db, names, since)).filter((each) => each.since && !each.done_at);
    if (!listing) return;
    const { n } = await db
      .selectFrom('session')
      .select((it) => it.fn.countAll<string>().as('n'))
      .where('quiet', '=', true)
      .where('state', '=', 'waiting')
      // Those that were tried may wait for long: for a desk that is down.
      .where('tries', '=', 0)
      .executeTakeFirstOrThrow();
    if (Number(n) >= mostWaiting) return again(Math.max(waits.settle, waits.poll));
    const page = await worklink.page(listing.name, listing.cursor ?? undefined);
    if ('trouble' in page) return again(page.after ?? waits.retry);
    // A session is never older than its last change, so that this holds for either order.
    const oldest = page.ordered && page.nodes.at(-1);
    const done =
      page.next === undefined ||
      page.next === listing.cursor ||
      Boolean(oldest && (oldest.changed ?? oldest.at ?? since) < since);
    await db.transaction().execute(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('listing')
        .set(({ eb }) => ({
          cursor: page.next ?? null,
          found: eb('found', '+', page.nodes.length),
          done_at: done ? sql<Date>`now()` : null,
        }))
        .where('name', '=', listing.name)
        .where('cursor', 'is not distinct from', listing.cursor)
        .where('done_at', 'is', null)
        .executeTakeFirst();
      // Another bridge was faster.
      if (!numUpdatedRows) return;
      const ids = page.nodes.filter(({ at }) => !at || at >= since).map(({ id }) => id);
      await askToReadAll(sendIn(trx), jobs, await unknown(trx, ids), 0, true);
    });
    if (done) log.info('older sessions are filled in', { list: listing.name, since: day });
    return again(0);
  };
}
