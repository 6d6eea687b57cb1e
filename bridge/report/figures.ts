/** From cases to what the page says of them. Pure: rows in, numbers out, and a refusal where the numbers are too few. */
import type { Cell } from './data.ts';
import type { Trait } from './filter.ts';
import { kaplanMeier, logRank, quantile, type Curve, type LogRank, type Quantile, type Times } from './survival.ts';

/** Limits of what is said: a comparison needs `compare` cases on each side, a group `show` cases to be shown at all. */
export type Limits = { compare: number; show: number };

/** One side of a comparison. */
export type Side = { cases: number; over: number; curve: Curve; half: Quantile };

/** The cases of some cells, with a call and without, as times in seconds. */
type Pair = { withCall: Times; without: Times };

/**
 * Splits cells into cases with a call and without. Who stays open for long has more time to get a call, so a view can
 * start some time after opening: then only cases count that are still open, and "with a call" means called by then.
 * @param start seconds after opening; 0 takes all cases, and any call before the end
 */
export function split(cells: readonly Cell[], start = 0): Pair {
  const sides = {
    with: { time: [] as number[], over: [] as number[] },
    without: { time: [] as number[], over: [] as number[] },
  };
  for (const cell of cells)
    for (let n = 0; n < cell.seconds.length; n += 1) {
      const seconds = cell.seconds[n] ?? 0;
      if (start && seconds <= start) continue;
      const call = cell.call[n] ?? -1;
      const side = call >= 0 && (!start || call <= start) ? sides.with : sides.without;
      side.time.push(seconds - start);
      side.over.push(cell.over[n] ?? 0);
    }
  const times = ({ time, over }: { time: number[]; over: number[] }): Times => ({
    time: Float64Array.from(time),
    over: Uint8Array.from(over),
  });
  return { withCall: times(sides.with), without: times(sides.without) };
}

export function sideOf(times: Times): Side {
  const curve = kaplanMeier(times);
  let over = 0;
  for (const one of times.over) over += one;
  return { cases: times.time.length, over, curve, half: quantile(curve, 0.5) };
}

export type Comparison =
  | { withCall: Side; without: Side; test: LogRank }
  /** Too few to compare. Counts below what is shown at all are left out. */
  | { few: true; withCall: number; without: number };

/** Several lists of times as one. */
function joined(parts: readonly Times[]): Times {
  const all = parts.reduce((sum, { time }) => sum + time.length, 0);
  const [time, over] = [new Float64Array(all), new Uint8Array(all)];
  let at = 0;
  for (const part of parts) {
    time.set(part.time, at);
    over.set(part.over, at);
    at += part.time.length;
  }
  return { time, over };
}

/** Compares two sides, tested within each cell; refuses where either side is too small. */
export function compare(cells: readonly Cell[], limits: Limits, start = 0): Comparison {
  const strata = cells.map((cell) => split([cell], start));
  const withCall = joined(strata.map((one) => one.withCall));
  const without = joined(strata.map((one) => one.without));
  if (withCall.time.length < limits.compare || without.time.length < limits.compare)
    return { few: true, withCall: withCall.time.length, without: without.time.length };
  // Asked for where it is shown: sorting each stratum is half of the work.
  let test: LogRank | undefined;
  return {
    withCall: sideOf(withCall),
    without: sideOf(without),
    get test() {
      return (test ??= logRank(strata.map((one) => [one.withCall, one.without] as const)));
    },
  };
}

export type Group = { of: Partial<Record<Trait, string | null>>; cases: number; comparison: Comparison };

/** Like with like: one comparison for each set of values of those traits, largest first. */
export function groups(
  cells: readonly Cell[],
  within: readonly Trait[],
  limits: Limits,
  start = 0,
): { shown: Group[]; hidden: number } {
  const byKey = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = JSON.stringify(within.map((trait) => cell[trait]));
    byKey.set(key, [...(byKey.get(key) ?? []), cell]);
  }
  const all = [...byKey.values()].map((members): Group => {
    const [first] = members;
    return {
      of: Object.fromEntries(within.map((trait) => [trait, first?.[trait] ?? null])),
      cases: members.reduce((sum, { seconds }) => sum + seconds.length, 0),
      comparison: compare(members, limits, start),
    };
  });
  const shown = all.filter(({ cases }) => cases >= limits.show).sort((a, b) => b.cases - a.cases);
  return { shown, hidden: all.length - shown.length };
}

/** How many cases had no call, one, two, and so on; the last place is for that many or more. */
export function callsPerCase(cells: readonly Cell[], most = 5): number[] {
  const places = Array.from({ length: most + 1 }, () => 0);
  for (const { calls } of cells)
    for (const n of calls) places[Math.min(n, most)] = (places[Math.min(n, most)] ?? 0) + 1;
  return places;
}

/** The median of what was all seen to its end, with the interval that the curve gives. */
export const medianOf = (values: Float64Array): Quantile =>
  quantile(kaplanMeier({ time: values, over: new Uint8Array(values.length).fill(1) }), 0.5);
