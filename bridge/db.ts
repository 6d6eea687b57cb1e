/** The one database: its tables as types, a connection, and the migrations, which one process at a time performs. */
import { Kysely, PostgresDialect, sql, type CompiledQuery, type Generated, type Transaction } from 'kysely';
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
    reopened: number | null;
    reopened_at: Date | null;
    source: 'desk' | 'file';
    seen_at: Date;
    lost: Generated<boolean>;
  };
  times_reading: {
    desk: string;
    /** Where to go on: the desk's file knows what it means. */
    place: unknown;
    read_to: Date | null;
    at: Now;
    trouble: string | null;
    checked: Generated<string>;
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

/** Has the database do statements, in the order in which they are given. */
export type Send = <Row>(statement: { compile(by: Db): CompiledQuery<Row> }) => Promise<{ rows: Row[] }>;

export const sendIn =
  (db: Db): Send =>
  (statement) =>
    db.executeQuery(statement.compile(db));

/** All of them, then the first that failed: nothing of a transaction may come after its end. */
export async function together<Works extends readonly Promise<unknown>[] | []>(
  works: Works,
): Promise<{ -readonly [N in keyof Works]: Awaited<Works[N]> }> {
  await Promise.allSettled(works);
  return Promise.all(works);
}

/** Ours beside pg-boss' own, so that a database may be shared with others. */
export const schema = 'deskcall';

type OnError = (error: Error) => void;

/** A bridge that vanishes without a word, with its machine or its network, holds locks for minutes and not for hours. */
const upright = [
  'idle_in_transaction_session_timeout=5min',
  'tcp_keepalives_idle=30',
  'tcp_keepalives_interval=10',
  'tcp_keepalives_count=3',
];

function openPool(connectionString: string, onError: OnError, more: pg.PoolConfig, settings = ''): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    application_name: applicationName,
    options: `-c search_path=${schema} -c ${upright.join(' -c ')}${settings}`,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    ...more,
  });
  // A connection that breaks while it is in use says so as well, and that would end the process if nobody heard it.
  pool.on('connect', (client) => client.on('error', onError)).on('error', () => {});
  return pool;
}

/** @param onError is told of each connection that breaks */
export function openDb(connectionString: string, onError: OnError, max = 10): { db: Db; pool: pg.Pool } {
  const pool = openPool(connectionString, onError, { max });
  return { db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }), pool };
}

export type Pipe = ReturnType<typeof openPipe>;

/**
 * Statements that come all the time: planned once, and sent behind each other without waiting for answers. In a
 * transaction none can be made from what another one answered.
 * @param patience in ms: a connection on which an answer takes longer is given up, as its database may have vanished
 */
export function openPipe(connectionString: string, onError: OnError, db: Db, patience = 30_000) {
  // One connection for those in transactions, one for the others. A plan must do when its table has grown as well.
  const how = { max: 2, pipeline: true, query_timeout: patience };
  const pool = openPool(connectionString, onError, how, ' -c enable_seqscan=off');
  const names = new Map<string, string>();
  const sendBy =
    (to: pg.Pool | pg.PoolClient): Send =>
    async (statement) => {
      const { sql: text, parameters } = statement.compile(db);
      const name = names.get(text) ?? `s${names.size}`;
      names.set(text, name);
      const { rows } = await to.query({ name, text, values: [...parameters] });
      return { rows };
    };
  return {
    send: sendBy(pool),
    async transaction<T>(work: (send: Send) => Promise<T>): Promise<T> {
      const client = await pool.connect();
      let isBroken = false;
      try {
        const begun = client.query('begin');
        const [result] = await together([work(sendBy(client)), begun]);
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch(() => (isBroken = true));
        throw error;
      } finally {
        client.release(isBroken);
      }
    },
    end: () => pool.end(),
  };
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
