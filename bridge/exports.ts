/**
 * Rows for the analyst's own tools, in an order that loses nothing: a row gets its place when somebody asks, and places
 * are given under a lock, by one transaction after the other. Whoever has read up to a place has read all below it.
 */
import { sql } from 'kysely';
import type { ExportKind } from '../lib/api.ts';
import type { Db } from './db.ts';

type Kind = {
  table: string;
  /** Which of its rows are told, where not all are. */
  of?: string;
  /** Those without a place get one in this order. */
  order: string;
  /** The names in exports, each with its expression. They stay: tools are built on them. */
  columns: Record<string, string>;
};

/** Times as ISO 8601, in UTC. */
const time = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const record = { desk: 'desk', kind: 'kind', caseId: 'case_id' };

const kinds: Record<ExportKind, Kind> = {
  sessions: {
    table: 'session',
    order: 'id',
    columns: {
      id: 'id::text',
      resourceId: 'resource_id',
      type: 'type',
      state: 'state',
      reason: 'reason',
      startedAt: time('started_at'),
      endedAt: time('ended_at'),
      milliseconds: 'milliseconds::double precision',
      outcome: "coalesce(data ->> 'state', data ->> 'status')",
      launchId: 'launch_id',
      match: 'match',
      matchReason: 'match_reason',
      ...record,
      number: 'number',
      firstAt: time('first_at'),
      readAt: time('read_at'),
    },
  },
  launches: {
    table: 'launch',
    order: 'received_at',
    columns: {
      id: 'id',
      ...record,
      number: 'number',
      target: 'target',
      surface: 'surface',
      state: 'state',
      launchedAt: time('launched_at'),
      receivedAt: time('received_at'),
    },
  },
  notes: {
    table: 'outbox',
    order: 'id',
    columns: {
      id: 'id::text',
      ...record,
      sessionId: 'session_id::text',
      action: 'action',
      marker: 'marker',
      state: 'state',
      reason: 'reason',
      tries: 'tries',
      createdAt: time('created_at'),
      doneAt: time('done_at'),
    },
  },
  cases: {
    table: 'case_time',
    order: 'id',
    columns: {
      id: 'id::text',
      ...record,
      number: 'number',
      queue: 'queue',
      priority: 'priority',
      assetClass: 'asset_class',
      status: 'status',
      openedAt: time('opened_at'),
      assignedAt: time('assigned_at'),
      resolvedAt: time('resolved_at'),
      reopened: 'reopened',
      reopenedAt: time('reopened_at'),
      source: 'source',
      seenAt: time('seen_at'),
    },
  },
  wrapups: {
    table: 'wrapup',
    order: 'id',
    columns: {
      id: 'id::text',
      ...record,
      launchId: 'launch_id',
      outcome: 'outcome',
      tripAvoided: 'trip_avoided',
      at: time('at'),
      receivedAt: time('received_at'),
    },
  },
  // Without its place when the configuration names another stage: stages.ts.
  jobs: {
    table: 'event',
    of: "source = 'serviceoptimizer' and state = 'taken'",
    order: 'id',
    columns: {
      id: 'id::text',
      instance: 'via',
      number: 'subject',
      verb: 'verb',
      raw: 'detail',
      stage: '(select stage from stage where instance = event.via and raw = event.detail)',
      at: time('received_at'),
    },
  },
};

export type Row = Record<string, string | number | boolean | null>;
export type Rows = { rows: Row[]; cursor: string; more: boolean };

export const columnsOf = (kind: ExportKind): string[] => Object.keys(kinds[kind].columns);

/** @param cursor what the page before said; 0 for the first */
export async function exportRows(db: Db, kind: ExportKind, cursor: string, limit: number): Promise<Rows> {
  const { table, of = 'true', order, columns } = kinds[kind];
  const list = Object.entries(columns).map(([name, expression]) => sql`${sql.raw(expression)} as ${sql.id(name)}`);
  const page = async (): Promise<(Row & { told: string })[]> => {
    const { rows } = await sql<Row & { told: string }>`
      select told, ${sql.join(list)} from ${sql.table(table)}
      where told > ${cursor}::bigint order by told limit ${limit + 1}`.execute(db);
    return rows;
  };
  let rows = await page();
  if (rows.length <= limit) {
    await db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(7360222)`.execute(trx);
      // What somebody else is changing right now gets its place later.
      await sql`
        with next as materialized (
          select id from ${sql.table(table)} where told is null and ${sql.raw(of)}
          order by ${sql.ref(order)} limit ${limit + 1} for update skip locked
        )
        update ${sql.table(table)} as row set told = nextval('told') from next where row.id = next.id
      `.execute(trx);
    });
    rows = await page();
  }
  const shown = rows.slice(0, limit);
  return {
    rows: shown.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'told'))),
    cursor: shown.at(-1)?.told ?? cursor,
    more: rows.length > limit,
  };
}
