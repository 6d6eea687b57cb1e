/** What was delivered is stored as it came, together with the work that follows from it, in one transaction. */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db, Source, Trx } from './db.ts';
import type { JobRunner } from './jobs.ts';

export type Delivery = {
  source: Source;
  /** The hook's id, or the instance's key. */
  via: string;
  remote?: string;
  signed?: boolean;
  /** Those that say something; never one that holds a secret. */
  headers: Record<string, string>;
  body: Buffer;
  /** What two deliveries of the same thing have in common. */
  same: readonly (string | Buffer)[];
  kind?: string;
  subject?: string;
  verb?: string;
  /** What else is known, as it was said. */
  detail?: string;
  state: 'taken' | 'ignored' | 'parked';
  reason?: string;
};

/**
 * Stores a delivery; a repetition within the given time is counted on the one that is there.
 * @param within seconds
 * @returns whether it is new
 */
export async function store(trx: Trx, delivery: Delivery, within: number): Promise<boolean> {
  const { source, via, headers, body, state } = delivery;
  const hash = createHash('sha256');
  // Each with its length, so that no two lists run together to the same.
  for (const part of [source, via, ...delivery.same]) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  const same = hash.digest();
  // Of two that come at once the second waits for the first, and so sees it.
  await sql`select pg_advisory_xact_lock(${same.readInt32BE(0)}, ${same.readInt32BE(4)})`.execute(trx);
  const known = await trx
    .updateTable('event')
    .set(({ eb }) => ({ times: eb('times', '+', 1), seen_at: sql<Date>`now()` }))
    .where('same', '=', same)
    .where('received_at', '>', sql<Date>`now() - make_interval(secs => ${within})`)
    .executeTakeFirst();
  if (known.numUpdatedRows > 0n) return false;
  await trx
    .insertInto('event')
    .values({
      source,
      via,
      same,
      remote: delivery.remote ?? null,
      signed: delivery.signed ?? false,
      headers: JSON.stringify(headers),
      body,
      kind: delivery.kind ?? null,
      subject: delivery.subject ?? null,
      verb: delivery.verb ?? null,
      detail: delivery.detail ?? null,
      state,
      reason: delivery.reason ?? null,
    })
    .execute();
  return true;
}

/**
 * A record of WorkLink's is to be read, soon.
 * @param settle seconds until it is; more hints by then cost nothing
 */
export async function askToRead(trx: Trx, jobs: JobRunner, resource: string, settle: number): Promise<void> {
  await trx
    .insertInto('session')
    .values({ resource_id: resource, next_at: sql<Date>`now() + make_interval(secs => ${settle})` })
    .onConflict((it) =>
      it.column('resource_id').doUpdateSet((set) => ({
        asked: set.eb('session.asked', '+', 1),
        state: 'waiting',
        reason: null,
        tries: 0,
        // A storm must not put it off for ever.
        next_at: sql<Date>`case when session.state = 'waiting' then least(session.next_at, excluded.next_at) else excluded.next_at end`,
      })),
    )
    .execute();
  await jobs.ask('read', resource, { resource }, settle, trx);
}

/** Takes away raw deliveries that are older than `keep` seconds. @returns how many */
export async function forget(db: Db, keep: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('event')
    .where('received_at', '<', sql<Date>`now() - make_interval(secs => ${keep})`)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
