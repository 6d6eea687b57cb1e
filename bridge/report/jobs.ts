/** ServiceOptimizer's jobs: which stages they came to, and how long it took from one to the next. */
import { sql } from 'kysely';
import type { Db } from '../db.ts';
import { numbers } from './data.ts';
import { asksForTraits, conditions, type Filter } from './filter.ts';

/** Whatever is of fewer jobs than may be shown is left out, and counted. */
export type Jobs = {
  /** Those whose first push came in the view's days. */
  jobs: number;
  /** In the order in which jobs come to them. `now`: how many were not pushed with another one since. */
  stages: { name: string; jobs: number; now: number }[];
  /** From one stage to the next, in seconds, by when the pushes came. */
  moves: { from: string; to: string; jobs: number; seconds: Float64Array }[];
  /** Statuses that no stage is named for. */
  unnamed: { instance: string; raw: string; jobs: number }[];
  hidden: { stages: number; moves: number; unnamed: number };
};

/**
 * @param show of fewer jobs nothing is told
 * @returns null where there are none; `apart` where the view asks for what only a desk can tell of its cases
 */
export async function readJobs(db: Db, filter: Filter, show: number): Promise<Jobs | 'apart' | null> {
  if (asksForTraits(filter)) {
    const { rows } = await sql`select from report_v1.job_events limit 1`.execute(db);
    return rows.length ? 'apart' : null;
  }
  type Row = { stage: string | null; next: string | null; instance: string | null; raw: string | null };
  const { rows } = await db.transaction().execute(async (trx) => {
    // As for cases: what is sorted stays in memory.
    await sql`set local work_mem = '64MB'`.execute(trx);
    // A stage begins with the first of its pushes in a row; those that no stage is named for are passed over.
    return sql<Row & { kind: 'all' | 'stage' | 'move' | 'unnamed'; jobs: string; now: string; seconds: string | null }>`
      with job as materialized (
        select row_number() over () as job, one.* from (
          select instance, number, min(at) as first_at from report_v1.job_events group by 1, 2
        ) one where ${conditions(filter, 'first_at')}
      ), push as materialized (
        select job, first_at, e.instance, e.id, e.at, e.raw, e.stage
        from report_v1.job_events e join job using (instance, number)
      ), named as (
        select *, lag(stage) over (partition by job order by at, id) as before from push where stage is not null
      ), step as (
        select *, lead(stage) over steps as next, extract(epoch from lead(at) over steps - at)::int as seconds
        from named where before is distinct from stage window steps as (partition by job order by at, id)
      ), told as (
        select case grouping(next) when 0 then 'move' else 'stage' end as kind, stage, next,
          null as instance, null as raw, count(distinct job) as jobs, count(*) filter (where next is null) as now,
          array_agg(seconds)::text as seconds, avg(extract(epoch from at - first_at)) as place
        from step group by grouping sets ((stage), (stage, next))
        union all
        select 'unnamed', null, null, instance, raw, count(distinct job), 0, null, -count(distinct job)
        from push where stage is null and raw is not null group by instance, raw
        union all
        select 'all', null, null, null, null, count(*), 0, null, 0 from job
      )
      select * from told where kind <> 'move' or next is not null order by place, stage, next, instance, raw`.execute(
      trx,
    );
  });
  const of = (kind: (typeof rows)[number]['kind']) =>
    rows.flatMap((row) => (row.kind === kind ? [{ ...row, jobs: Number(row.jobs), now: Number(row.now) }] : []));
  const jobs = of('all')[0]?.jobs ?? 0;
  if (!jobs) return null;
  const stages = of('stage').map(({ stage, jobs: n, now }) => ({ name: stage ?? '', jobs: n, now }));
  const moves = of('move').map(({ stage, next, jobs: n, seconds }) => ({
    from: stage ?? '',
    to: next ?? '',
    jobs: n,
    seconds: Float64Array.from(numbers(seconds ?? '{}')),
  }));
  const unnamed = of('unnamed').map(({ instance, raw, jobs: n }) => ({
    instance: instance ?? '',
    raw: raw ?? '',
    jobs: n,
  }));
  const enough = (row: { jobs: number }): boolean => row.jobs >= show;
  const left = (list: { jobs: number }[]): number => list.length - list.filter(enough).length;
  return {
    jobs,
    stages: stages.filter(enough),
    moves: moves.filter(enough),
    unnamed: unnamed.filter(enough),
    hidden: { stages: left(stages), moves: left(moves), unnamed: left(unnamed) },
  };
}
