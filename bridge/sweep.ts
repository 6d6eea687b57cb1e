/**
 * Webhooks are hints, and those that get lost are never told of. So what may have been missed is looked for at intervals:
 * sessions of open launches, what has changed in WorkLink's lists, and what should have been read by now.
 */
import { sql } from 'kysely';
import { sendIn } from './db.ts';
import { askToReadAll } from './inbox.ts';
import { connectedAt, unknown } from './listings.ts';
import type { Parts } from './server.ts';
import type { Listed, Trouble, WorkLink } from './worklink.ts';

/** Of our own tables at most so many rows in one sweep: what is left comes in the next. */
const most = 500;
/** What is committed at WorkLink later than what is newer by its time is found as well, in ms. */
const overlap = 60_000;

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
      // The longer it lasts, the later it is known to have ended: many never do.
      .where(
        sql<boolean>`read_at + greatest(make_interval(secs => ${waits.sweep}),
          least(interval '1 hour', (read_at - first_at) / 4)) < now()`,
      )
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

  /** Asks for what is new or has changed in a page. */
  async function take(nodes: Listed[], connected: Date): Promise<void> {
    if (!nodes.length) return;
    const rows = await db
      .selectFrom('session')
      .select(['resource_id', 'quiet', 'state', sql<string | null>`data ->> 'updatedAt'`.as('changed')])
      .where(
        'resource_id',
        'in',
        nodes.map(({ id }) => id),
      )
      .execute();
    const known = new Map(rows.map((row) => [row.resource_id, row]));
    const wanted = nodes.filter(({ id, at, changed }) => {
      const row = known.get(id);
      const latest = changed ?? at;
      if (!row) return latest !== undefined && latest >= connected;
      // By WorkLink's own clock, which need not be ours.
      return row.state === 'read' && changed && row.changed && changed > new Date(row.changed);
    });
    for (const quiet of [false, true]) {
      const some = wanted.filter(({ id }) => (known.get(id)?.quiet ?? false) === quiet);
      const resources = some.map(({ id: resource }) => ({ resource }));
      // oxlint-disable-next-line no-await-in-loop -- two
      await db.transaction().execute((trx) => askToReadAll(sendIn(trx), jobs, resources, 0, quiet));
    }
  }

  /**
   * Looks at what is newest in one of WorkLink's lists, back to where the last whole look began: not only to what is
   * known, since a webhook may have told of what came after many that nobody told of.
   */
  async function newest(name: string, connected: Date, until: number): Promise<void> {
    const { rows } = await sql<{ to: Date }>`select seen_to as to from listing
      where name = ${name} and seen_to is not null`.execute(db);
    const back = (rows[0]?.to ?? connected).getTime() - overlap;
    const begun = new Date();
    let first: Date | undefined;
    let cursor: string | undefined;
    for (let whole = false; !whole; ) {
      if (cursor !== undefined && Date.now() > until) return;
      // oxlint-disable-next-line no-await-in-loop -- each page names the next
      const page = await worklink.page(name, cursor);
      if ('trouble' in page || !page.ordered) return;
      const times = page.nodes.flatMap(({ at, changed }) => (page.ordered === 'updatedAt' ? changed : at) ?? []);
      const last = times.at(-1);
      // Without times nobody knows how far back it is.
      if (page.nodes.length && !last) return;
      first ??= times[0];
      // oxlint-disable-next-line no-await-in-loop -- as above
      await take(page.nodes, connected);
      whole = page.next === undefined || page.next === cursor || (last !== undefined && last.getTime() < back);
      cursor = page.next;
    }
    // One whose clock is ahead would have all others taken for known.
    if (first)
      await sql`insert into listing (name, seen_to) values (${name}, ${first < begun ? first : begun})
        on conflict (name) do update set seen_to = greatest(listing.seen_to, excluded.seen_to)`.execute(db);
  }

  /** Looks at what is newest in WorkLink's lists, where they can be ordered; each gets its share of the time. */
  async function recent(until: number): Promise<void> {
    const lists = await worklink.lists();
    if ('trouble' in lists) return;
    const connected = await connectedAt(db);
    for (const [n, name] of lists.entries()) {
      const share = (until - Date.now()) / (lists.length - n);
      // oxlint-disable-next-line no-await-in-loop -- WorkLink is asked so many times a second
      await newest(name, connected, Date.now() + share);
    }
  }

  return async () => {
    // The queue takes a job away from whoever works on it for too long.
    const start = Date.now();
    const until = start + Math.min(waits.sweep, 240) * 1000;
    await late();
    await running();
    await recent((start + until) / 2);
    await launches(until);
  };
}
