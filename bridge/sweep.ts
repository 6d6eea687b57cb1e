/**
 * Webhooks are hints, and those that get lost are never told of. So what may have been missed is looked for at intervals:
 * sessions of open launches, what has changed in WorkLink's lists, and what should have been read by now.
 */
import { sql } from 'kysely';
import { sendIn } from './db.ts';
import { askToRead, askToReadAll } from './inbox.ts';
import { connectedAt, unknown } from './listings.ts';
import type { Parts } from './server.ts';
import type { Listed, Trouble, WorkLink } from './worklink.ts';

/** Of a list at most so many pages in one sweep: what is left comes in the next. */
const mostPages = 10;
/** Of anything else in our own tables. */
const most = 500;

export function makeSweep({ config, db, jobs }: Parts, worklink: WorkLink): () => Promise<void> {
  const { waits } = config;
  const since = (seconds: number) => sql<Date>`now() - make_interval(secs => ${seconds})`;

  /** What should have been read by now: its job was lost, or is of a bridge that was killed. */
  async function late(): Promise<void> {
    const rows = await db
      .selectFrom('session')
      .select(['resource_id', 'quiet'])
      .where('state', '=', 'waiting')
      .where('next_at', '<', sql<Date>`now()`)
      .orderBy('quiet')
      .orderBy('next_at')
      .limit(most)
      .execute();
    for (const quiet of [false, true]) {
      const works = rows
        .filter((row) => row.quiet === quiet)
        .map(({ resource_id: resource }) => ({ key: quiet ? `${resource} quiet` : resource, data: { resource } }));
      // oxlint-disable-next-line no-await-in-loop -- two
      if (works.length) await jobs.askAll('read', works, 0, undefined, quiet);
    }
  }

  /** What has not ended, but may have. */
  async function running(): Promise<void> {
    const rows = await db
      .selectFrom('session')
      .select(['resource_id', 'quiet'])
      .where('state', '=', 'read')
      .where('ended_at', 'is', null)
      .where('first_at', '>', since(7 * 86_400))
      .where('read_at', '<', since(waits.sweep))
      .orderBy('read_at')
      .limit(most)
      .execute();
    for (const quiet of [false, true]) {
      const wanted = rows.filter((row) => row.quiet === quiet).map(({ resource_id: resource }) => ({ resource }));
      // oxlint-disable-next-line no-await-in-loop -- two
      await db.transaction().execute((trx) => askToReadAll(sendIn(trx), jobs, wanted, 0, quiet));
    }
  }

  /**
   * Looks for the sessions of one launch. After its time it has led to a call or to none.
   * @param over whether its time is over
   */
  async function launch(id: string, over: boolean): Promise<Trouble | undefined> {
    const ids = await worklink.find('launch_id', id);
    if ('trouble' in ids) return ids;
    await db.transaction().execute(async (trx) => {
      await askToReadAll(sendIn(trx), jobs, await unknown(trx, ids), 0);
      await trx
        .updateTable('launch')
        .set({ swept_at: sql<Date>`now()`, ...(over && { state: ids.length ? 'seen' : 'expired' }) })
        .where('id', '=', id)
        // A webhook may have told of it meanwhile.
        .$if(over, (it) => it.where('state', '=', 'open'))
        .execute();
    });
    return undefined;
  }

  /**
   * Each launch is looked for at growing intervals: one that has led to a session as well, since two people may scan one
   * code. One that has not, once more when its time is over.
   */
  async function launches(until: number): Promise<void> {
    const rows = await db
      .selectFrom('launch')
      .select(['id', sql<boolean>`received_at < ${since(waits.launch)}`.as('over')])
      .where((it) =>
        it.or([
          it('state', '=', 'open'),
          it.and([it('state', '=', 'seen'), it('received_at', '>', since(waits.launch))]),
        ]),
      )
      .where(
        sql<boolean>`case when received_at < ${since(waits.launch)} then true
          when swept_at is null then received_at < ${since(waits.sweep)}
          else swept_at + greatest(make_interval(secs => ${waits.sweep}), swept_at - received_at) < now() end`,
      )
      .orderBy(sql`swept_at nulls first`)
      .limit(most)
      .execute();
    for (const { id, over } of rows) {
      if (Date.now() > until) return;
      // oxlint-disable-next-line no-await-in-loop -- WorkLink is asked so many times a second
      if (await launch(id, over)) return;
    }
  }

  /** Asks for what is new or has changed in a page. @returns whether what comes after it is older than what is known */
  async function take(nodes: Listed[], ordered: string, connected: Date): Promise<boolean> {
    const known = new Map(
      nodes.length
        ? (
            await db
              .selectFrom('session')
              .select(['resource_id', 'quiet', 'state', sql<string | null>`data ->> 'updatedAt'`.as('changed')])
              .where(
                'resource_id',
                'in',
                nodes.map(({ id }) => id),
              )
              .execute()
          ).map((row) => [row.resource_id, row])
        : [],
    );
    let old = false;
    for (const { id, at, changed } of nodes) {
      const row = known.get(id);
      const latest = changed ?? at;
      if (!row && latest && latest >= connected)
        // oxlint-disable-next-line no-await-in-loop -- one transaction each
        await db.transaction().execute((trx) => askToRead(trx, jobs, id, 0));
      // By WorkLink's own clock, which need not be ours.
      else if (row?.state === 'read' && changed && row.changed && changed > new Date(row.changed))
        // oxlint-disable-next-line no-await-in-loop -- as above
        await db.transaction().execute((trx) => askToRead(trx, jobs, id, 0, row.quiet));
      else if (row?.state !== 'waiting' || ordered !== 'updatedAt') old = true;
    }
    return old;
  }

  /** Looks at what is newest in WorkLink's lists, where they can be ordered. */
  async function recent(): Promise<void> {
    const lists = await worklink.lists();
    if ('trouble' in lists) return;
    const connected = await connectedAt(db);
    for (const name of lists) {
      let cursor: string | undefined;
      for (let pages = 0; pages < mostPages; pages += 1) {
        // oxlint-disable-next-line no-await-in-loop -- each page names the next
        const page = await worklink.page(name, cursor);
        if ('trouble' in page || !page.ordered) break;
        // oxlint-disable-next-line no-await-in-loop -- as above
        if ((await take(page.nodes, page.ordered, connected)) || page.next === undefined) break;
        cursor = page.next;
      }
    }
  }

  return async () => {
    // The queue takes a job away from whoever works on it for too long.
    const until = Date.now() + Math.min(waits.sweep, 240) * 1000;
    await late();
    await running();
    await recent();
    await launches(until);
  };
}
