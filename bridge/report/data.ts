/** The report's numbers as the database has them: few rows of long lists, since 200,000 rows would take seconds. */
import { sql, type RawBuilder } from 'kysely';
import type { Db } from '../db.ts';
import { asksForTraits, conditions, type Filter, type Trait } from './filter.ts';

/** Cases that are alike in all traits. The lists have one place for each case. */
export type Cell = Record<Trait, string | null> & {
  /** From opening to resolution, or to when it was last known to be open. */
  seconds: Int32Array;
  /** 1 where it was resolved. */
  over: Uint8Array;
  /** From opening to the first call; -1 where there was none before the end. */
  call: Int32Array;
  /** Calls before the end. */
  calls: Int32Array;
};

/** PostgreSQL's text of a list of numbers: `{1,2,-1}`. */
export function numbers(text: string): Int32Array {
  const list: number[] = [];
  let value = 0;
  let sign = 1;
  for (let n = 1; n < text.length; n += 1) {
    const code = text.charCodeAt(n);
    if (code === 45) sign = -1;
    else if (code >= 48 && code <= 57) value = value * 10 + code - 48;
    else {
      list.push(sign * value);
      value = 0;
      sign = 1;
    }
  }
  return text === '{}' ? new Int32Array() : Int32Array.from(list);
}

/**
 * Seconds as a number that fits, whatever a clock said. What lies before the beginning is at it: a case may be written
 * down when its call has begun.
 */
const secondsOf = (span: RawBuilder<unknown>) =>
  sql<
    number | null
  >`(case when ${span} is not null then round(greatest(0, least(extract(epoch from ${span}), 2000000000)))::int end)`;

/** A record of WorkLink's that is a call with somebody, and not a scenario that one works through alone. */
const isCall = sql<boolean>`coalesce(session.type, '') !~* 'scenario' and session.match in ('launch', 'case', 'hand')`;

/**
 * One row a case: when it ended or was last known to be open, and its calls until then. A desk that was read up to some
 * time says of all its cases that nothing changed until then, but for those that it does not show any more.
 */
export const casesOf = (filter: Filter) => sql`
  select t.id, t.desk, t.kind, t.case_id, t.number, t.queue, t.priority, t.asset_class, t.status,
    t.opened_at, t.assigned_at, t.resolved_at, t.reopened, known.until,
    coalesce(c.calls, 0)::int as calls, c.first_call_at
  from case_time t
  left join times_reading r on r.desk = t.desk and t.source = 'desk' and not t.lost
  cross join lateral (
    select greatest(t.opened_at, coalesce(t.resolved_at, greatest(t.seen_at, r.read_to))) as until
  ) known
  left join (
    select session.desk, session.kind, session.case_id,
      array_agg(coalesce(session.started_at, session.first_at)) as at
    from session where ${isCall} and session.desk is not null
    group by 1, 2, 3
  ) s on s.desk = t.desk and s.kind = t.kind and s.case_id = t.case_id
  left join lateral (
    select count(*) as calls, min(at) as first_call_at
    from unnest(s.at) as at where at < known.until
  ) c on s.at is not null
  where ${conditions(filter, 't.opened_at', 't')}`;

/** The cases of a view, by what they are alike in. */
export async function readCells(db: Db, filter: Filter): Promise<Cell[]> {
  type Row = Record<Trait, string | null> & { seconds: string; over: string; call: string; calls: string };
  const rows = await db.transaction().execute(async (trx) => {
    // So that 200,000 cases are gathered in memory; the standard of 4 MB would write them to the disk and back.
    await sql`set local work_mem = '64MB'`.execute(trx);
    const answer = await sql<Row>`
    select desk, queue, priority, asset_class,
      array_agg(least(extract(epoch from until - opened_at), 2000000000)::int)::text as seconds,
      array_agg((resolved_at is not null)::int)::text as over,
      array_agg(coalesce(${secondsOf(sql`first_call_at - opened_at`)}, -1))::text as call,
      array_agg(calls)::text as calls
    from (${casesOf(filter)}) one
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4`.execute(trx);
    return answer.rows;
  });
  return rows.map(({ seconds, over, call, calls, ...alike }) => ({
    ...alike,
    seconds: numbers(seconds),
    over: Uint8Array.from(numbers(over)),
    call: numbers(call),
    calls: numbers(calls),
  }));
}

/** Each value of each trait that there is, however the view is filtered; those of fewer than `hidden` cases are not said. */
export async function readChoices(db: Db, hidden: number): Promise<Record<Trait, string[]>> {
  const { rows } = await sql<{ trait: Trait; value: string }>`
    select case grouping(desk, queue, priority, asset_class)
        when 7 then 'desk' when 11 then 'queue' when 13 then 'priority' else 'asset_class' end as trait,
      coalesce(desk, queue, priority, asset_class) as value
    from case_time
    group by grouping sets (desk, queue, priority, asset_class)
    having coalesce(desk, queue, priority, asset_class) is not null and count(*) >= ${hidden}
    order by 2`.execute(db);
  const of = (trait: Trait): string[] => rows.filter((row) => row.trait === trait).map(({ value }) => value);
  return { desk: of('desk'), queue: of('queue'), priority: of('priority'), asset_class: of('asset_class') };
}

/** What became of launches and calls. */
export type Path = {
  launches: number;
  seen: number;
  matched: number;
  written: number;
  /** From a launch to the start of its first call, in seconds. */
  waits: Float64Array;
  /** Lengths of calls, in seconds. */
  lengths: Float64Array;
  /** Calls that belong to no case, by why. Only of a view of all cases: nobody knows their desk. */
  unmatched: { why: string; n: number }[];
  /** Notes that were not written, by why. */
  unwritten: { why: string; n: number }[];
  said: Said;
};

/** What technicians said on coming back to a case: the last word on each launch. */
export type Said = {
  solved: number;
  visit: number;
  noAnswer: number;
  /** Cases of which something was said, and those of them where a trip was avoided. */
  cases: number;
  avoided: number;
};

export async function readPath(db: Db, filter: Filter): Promise<Path> {
  const ofCase = (table: string) =>
    asksForTraits(filter)
      ? sql`and exists (select from case_time t where t.desk = ${sql.ref(`${table}.desk`)}
          and t.kind = ${sql.ref(`${table}.kind`)} and t.case_id = ${sql.ref(`${table}.case_id`)}
          and ${conditions({ is: filter.is }, 't.opened_at', 't')})`
      : sql``;
  const [launches, calls, unmatched, unwritten, said] = await Promise.all([
    sql<{ launches: string; seen: string; matched: string; written: string; waits: string | null }>`
      select count(*) as launches, count(s.id) as seen, count(*) filter (where s.matched) as matched,
        count(*) filter (where s.written) as written,
        (array_agg(${secondsOf(sql`s.started_at - launch.launched_at`)})
          filter (where s.started_at >= launch.launched_at))::text as waits
      from launch
      left join (
        select session.launch_id, min(session.id) as id, bool_or(session.match in ('launch', 'case', 'hand')) as matched,
          bool_or(outbox.state = 'done') as written, min(session.started_at) as started_at
        from session left join outbox on outbox.session_id = session.id and outbox.action = 'note'
            and outbox.turn = session.turn
        where session.launch_id is not null
        group by 1
      ) s on s.launch_id = launch.id
      where ${conditions(filter, 'launch.launched_at')} ${ofCase('launch')}`.execute(db),
    sql<{ lengths: string | null }>`
      select array_agg(round(least(milliseconds, 2000000000000) / 1000.0)::int)::text as lengths
      from session where ${isCall} and milliseconds is not null
        and ${conditions(filter, 'session.started_at')} ${ofCase('session')}`.execute(db),
    asksForTraits(filter)
      ? { rows: [] }
      : sql<{ why: string; n: string }>`
          select coalesce(match_reason, 'No reason was noted.') as why, count(*) as n from session
          where match = 'none' and ${conditions(filter, 'session.first_at')} group by 1 order by 2 desc, 1`.execute(db),
    sql<{ why: string; n: string }>`
      select coalesce(outbox.reason, 'It waits for its turn.') as why, count(*) as n
      from outbox join session on session.id = outbox.session_id
      where outbox.state <> 'done' and outbox.action = 'note' and ${conditions(filter, 'session.first_at')}
        ${ofCase('outbox')}
      group by 1 order by 2 desc, 1`.execute(db),
    sql<Record<keyof Said, string>>`
      with last as (
        select distinct on (desk, kind, case_id, launch_id) desk, kind, case_id, outcome, trip_avoided
        from wrapup where ${conditions(filter, 'wrapup.at')} ${ofCase('wrapup')}
        order by desk, kind, case_id, launch_id, at desc
      ), one as (select bool_or(trip_avoided) as avoided from last group by desk, kind, case_id)
      select count(*) filter (where outcome = 'solved') as solved, count(*) filter (where outcome = 'visit') as visit,
        count(*) filter (where outcome = 'no-answer') as "noAnswer", (select count(*) from one) as cases,
        (select count(*) filter (where avoided) from one) as avoided
      from last`.execute(db),
  ]);
  const words = said.rows[0];
  const row = launches.rows[0];
  const counted = (rows: { why: string; n: string }[]) => rows.map(({ why, n }) => ({ why, n: Number(n) }));
  return {
    launches: Number(row?.launches ?? 0),
    seen: Number(row?.seen ?? 0),
    matched: Number(row?.matched ?? 0),
    written: Number(row?.written ?? 0),
    waits: Float64Array.from(numbers(row?.waits ?? '{}')),
    lengths: Float64Array.from(numbers(calls.rows[0]?.lengths ?? '{}')),
    unmatched: counted(unmatched.rows),
    unwritten: counted(unwritten.rows),
    said: {
      solved: Number(words?.solved ?? 0),
      visit: Number(words?.visit ?? 0),
      noAnswer: Number(words?.noAnswer ?? 0),
      cases: Number(words?.cases ?? 0),
      avoided: Number(words?.avoided ?? 0),
    },
  };
}

/** Up to when each desk's cases are known, and what is wrong with those that can't be read. */
export async function readFreshness(db: Db): Promise<{ desk: string; read_to: Date | null; trouble: string | null }[]> {
  return db.selectFrom('times_reading').select(['desk', 'read_to', 'trouble']).orderBy('desk').execute();
}
