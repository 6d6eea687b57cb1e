/** One view of the report: read, counted, and refused where there is too little. The page only says it. */
import type { Db } from '../db.ts';
import type { ReportConfig } from './config.ts';
import { readCells, readChoices, readFreshness, readPath, type Cell, type Path } from './data.ts';
import { callsPerCase, compare, groups, type Comparison, type Group } from './figures.ts';
import { readJobs, type Jobs } from './jobs.ts';
import { starts, type Filter, type Trait } from './filter.ts';

type Head = {
  filter: Filter;
  limits: { compare: number; show: number };
  choices: Record<Trait, string[]>;
  fresh: Awaited<ReturnType<typeof readFreshness>>;
  /** ServiceOptimizer's; `apart` where the view asks for what they don't have. */
  jobs: Jobs | 'apart' | null;
  /** Seconds since it was begun. Asked for last, so that all the counting is in it. */
  took: () => number;
};
/** A view with enough cases to say something of. */
export type Found = Head & {
  empty: null;
  cases: number;
  /** Cases with a call before their end. */
  called: number;
  comparison: Comparison;
  /** The same comparison from some hours after opening on. */
  later: { start: number; comparison: Comparison }[];
  groups: { shown: Group[]; hidden: number };
  perCase: number[];
  path: Path;
};
/** `none`: there are no cases at all. `few`: the filters leave fewer than may be shown. */
export type Report = Found | (Head & { empty: 'none' | 'few' });

const casesIn = (cells: readonly Cell[]): number => cells.reduce((sum, { seconds }) => sum + seconds.length, 0);

export async function makeReport(db: Db, config: ReportConfig, filter: Filter): Promise<Report> {
  const began = performance.now();
  const limits = { compare: config.compare, show: config.show };
  const [cells, choices, fresh, path, jobs] = await Promise.all([
    readCells(db, filter),
    readChoices(db, limits.show),
    readFreshness(db),
    readPath(db, filter),
    readJobs(db, filter, limits.show),
  ]);
  const cases = casesIn(cells);
  const took = (): number => (performance.now() - began) / 1000;
  if (cases < limits.show)
    return { filter, limits, choices, fresh, jobs, empty: choices.desk.length ? 'few' : 'none', took };
  const seconds = filter.start * 3600;
  const perCase = callsPerCase(cells);
  const made = {
    filter,
    limits,
    choices,
    fresh,
    jobs,
    empty: null,
    cases,
    called: cases - (perCase[0] ?? 0),
    comparison: compare(cells, limits, seconds),
    later: starts
      .filter((start) => start > 0)
      .map((start) => ({ start, comparison: compare(cells, limits, start * 3600) })),
    groups: groups(cells, filter.within, limits, seconds),
    perCase,
    path,
  };
  return { ...made, took };
}
