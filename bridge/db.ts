/** The one database: its tables as types, a connection, and the migrations, which one process at a time performs. */
import { Kysely, PostgresDialect, sql, type Generated, type Transaction } from 'kysely';
import pg from 'pg';
import { migrations } from './migrations.ts';
import { applicationName } from './postgres.ts';

export type Source = 'worklink' | 'serviceoptimizer' | 'awaken';
export type HookKind = 'worklink' | 'awaken';

type Id = Generated<string>;
type Now = Generated<Date>;

/** As migrations.ts has them. A bigint comes as text. */
export type Tables = {
  hook: { id: Id; kind: HookKind; hash: Buffer; created_at: Now; revoked_at: Date | null };
  token: {
    id: Id;
    name: string;
    scopes: string[];
    hash: Buffer;
    created_at: Now;
    revoked_at: Date | null;
    username: string | null;
  };
  event: {
    id: Id;
    source: Source;
    via: string;
    received_at: Now;
    seen_at: Now;
    times: Generated<number>;
    same: Buffer;
    remote: string | null;
    signed: Generated<boolean>;
    headers: string;
    body: Buffer;
    kind: string | null;
    subject: string | null;
    verb: string | null;
    detail: string | null;
    state: 'taken' | 'ignored' | 'parked';
    reason: string | null;
  };
  stage: { instance: string; raw: string; stage: string };
  launch: {
    id: string;
    desk: string;
    kind: string;
    case_id: string;
    number: string | null;
    target: string | null;
    surface: string | null;
    launched_at: Date;
    received_at: Now;
    swept_at: Date | null;
    state: Generated<'open' | 'seen' | 'expired'>;
  };
  session: {
    id: Id;
    resource_id: string;
    type: string | null;
    state: Generated<'waiting' | 'read' | 'parked'>;
    reason: string | null;
    asked: Generated<number>;
    tries: Generated<number>;
    next_at: Now;
    first_at: Now;
    read_at: Date | null;
    data: unknown;
    started_at: Date | null;
    ended_at: Date | null;
    milliseconds: string | number | null;
    launch_id: string | null;
    match: 'launch' | 'case' | 'hand' | 'none' | null;
    match_reason: string | null;
    desk: string | null;
    kind: string | null;
    case_id: string | null;
    number: string | null;
    url: string | null;
    quiet: Generated<boolean>;
    unseen: Generated<number>;
    turn: Generated<number>;
  };
  connected: { here: Generated<boolean>; at: Now };
  listing: {
    name: string;
    since: Date | null;
    cursor: string | null;
    found: Generated<number>;
    done_at: Date | null;
  };
  outbox: {
    id: Id;
    desk: string;
    kind: string;
    case_id: string;
    session_id: string;
    action: 'start' | 'note' | 'fields' | 'moved';
    turn: Generated<number>;
    marker: string;
    body: string;
    state: Generated<'waiting' | 'writing' | 'done' | 'parked'>;
    reason: string | null;
    tries: Generated<number>;
    next_at: Now;
    created_at: Now;
    done_at: Date | null;
    accepted_at: Date | null;
    looks: Generated<number>;
  };
  pop: {
    id: Id;
    token_id: string;
    key: string;
    asked: Buffer;
    desk: string;
    kind: string;
    case_id: string;
    pop_id: string;
    username: string;
    campaign: string;
    reference: string;
    record: Buffer | null;
    state: Generated<'sending' | 'sent' | 'failed' | 'unknown'>;
    verdict: unknown;
    at: Now;
    lease: Date;
    done_at: Date | null;
    opened_at: Date | null;
  };
  case_time: {
    id: Id;
    desk: string;
    kind: string;
    case_id: string;
    number: string | null;
    queue: string | null;
    priority: string | null;
    asset_class: string | null;
    status: string | null;
    opened_at: Date;
    assigned_at: Date | null;
    resolved_at: Date | null;
    reopened: Generated<number>;
    reopened_at: Date | null;
    source: 'desk' | 'file';
    seen_at: Date;
  };
  times_reading: {
    desk: string;
    /** Where to go on: the desk's file knows what it means. */
    place: unknown;
    read_to: Date | null;
    at: Now;
    trouble: string | null;
  };
  handover: { target: string; kind: string; cursor: Id };
  report_visit: { hash: Buffer; token_id: string; ends_at: Date };
  wrapup: {
    id: Id;
    desk: string;
    kind: string;
    case_id: string;
    launch_id: string | null;
    outcome: 'solved' | 'visit' | 'no-answer';
    trip_avoided: boolean;
    at: Date;
    received_at: Now;
  };
  stopped: { desk: string; credential: Buffer; reason: string; at: Now };
};

export type Db = Kysely<Tables>;
export type Trx = Transaction<Tables>;

/** Ours beside pg-boss' own, so that a database may be shared with others. */
export const schema = 'deskcall';

/** @param onError of a connection that breaks while nobody uses it; without a listener that would end the process */
export function openDb(connectionString: string, onError: (error: Error) => void, max = 10): { db: Db; pool: pg.Pool } {
  const pool = new pg.Pool({
    connectionString,
    max,
    application_name: applicationName,
    options: `-c search_path=${schema}`,
    connectionTimeoutMillis: 10_000,
  });
  pool.on('error', onError);
  return { db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }), pool };
}

/**
 * Brings the tables up to date, under a lock: of several processes that start, one does it and the others wait.
 * @throws where the database is newer than this bridge
 */
export async function migrate(db: Db, steps: readonly string[] = migrations): Promise<number> {
  return db.connection().execute(async (one) => {
    // Each step in a transaction of its own, all under one lock of the session. The number is ours alone.
    await sql`select pg_advisory_lock(7360221)`.execute(one);
    try {
      await sql`create schema if not exists ${sql.id(schema)}`.execute(one);
      await sql`create table if not exists migration (step integer primary key, at timestamptz not null default now())`.execute(
        one,
      );
      const { rows } = await sql<{ step: number | null }>`select max(step) as step from migration`.execute(one);
      const done = rows[0]?.step ?? 0;
      if (done > steps.length)
        throw new Error(
          `The database is at step ${done} and this bridge knows ${steps.length}: it was written by a newer one. Start that.`,
        );
      for (const [n, text] of steps.entries()) {
        if (n < done) continue;
        // oxlint-disable-next-line no-await-in-loop -- each step builds on the one before
        await one.transaction().execute(async (trx) => {
          await sql.raw(text).execute(trx);
          await sql`insert into migration (step) values (${n + 1})`.execute(trx);
        });
      }
      return steps.length - done;
    } finally {
      await sql`select pg_advisory_unlock(7360221)`.execute(one);
    }
  });
}
