/** How long things are kept: what is past its time is deleted, in the order in which things hang on each other. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Db } from './db.ts';

const days = (standard: number) => z.number().int().min(1).max(36_500).default(standard);

/** In days. What is raw (deliveries, pops) has `waits.keep`, in seconds. */
export const keepShape = z.strictObject({
  /** Names and whatever else WorkLink told of a call, and the texts of notes that were written. */
  people: days(90),
  /** Launches, sessions, what became of their notes, wrap-ups, and what a job's pushes said without their bodies. */
  calls: days(1095),
  /** Times of cases that are over, since they ended, and of those that their desk does not show any more. */
  cases: days(1095),
});
export type Keep = z.infer<typeof keepShape>;

/** At most so many of a kind at a time: the rest goes with the next sweep. */
const most = 10_000;

const before = (n: number) => sql`now() - make_interval(days => ${n})`;
const ids = (table: string, condition: ReturnType<typeof sql>) =>
  sql`id in (select id from ${sql.table(table)} where ${condition} limit ${most})`;

/** Deletes what is past its time. @returns how many rows of each kind */
export async function forgetOld(db: Db, keep: Keep): Promise<Record<string, number>> {
  const run = async (statement: ReturnType<typeof sql>): Promise<number> =>
    Number((await statement.execute(db)).numAffectedRows ?? 0);
  // A call is as old as what was read of it last, by our own clock: those of phones and headsets may be years off. One
  // that was over before the bridge was connected is as old as WorkLink says.
  const age = sql`case when quiet then least(coalesce(ended_at, started_at, first_at), first_at)
    else coalesce(read_at, first_at) end`;
  // One that still waits for something is not old.
  const old = sql`state <> 'waiting' and ${age} < ${before(keep.calls)}`;
  const settled = sql`state in ('done', 'parked')`;
  return {
    people:
      (await run(
        sql`update session set data = null where ${ids(
          'session',
          sql`data is not null and state = 'read' and ${age} < ${before(keep.people)}`,
        )}`,
      )) +
      (await run(
        sql`update outbox set body = '' where ${ids(
          'outbox',
          sql`body <> '' and ${settled} and coalesce(done_at, created_at) < ${before(keep.people)}`,
        )}`,
      )),
    notes: await run(
      sql`delete from outbox where ${ids('outbox', sql`${settled} and session_id in (select id from session where ${old})`)}`,
    ),
    sessions: await run(
      sql`delete from session where ${ids(
        'session',
        sql`${old} and not exists (select from outbox where outbox.session_id = session.id)`,
      )}`,
    ),
    launches: await run(
      sql`delete from launch where ${ids('launch', sql`state <> 'open' and received_at < ${before(keep.calls)}`)}`,
    ),
    wrapups: await run(sql`delete from wrapup where ${ids('wrapup', sql`received_at < ${before(keep.calls)}`)}`),
    jobs: await run(sql`delete from event where ${ids('event', sql`received_at < ${before(keep.calls)}`)}`),
    // One that its desk does not show any more does not end any more.
    cases: await run(
      sql`delete from case_time where ${ids(
        'case_time',
        sql`resolved_at < ${before(keep.cases)} or (lost and seen_at < ${before(keep.cases)})`,
      )}`,
    ),
  };
}
