/** The statistics against what R says of the same data (survival.R, survival.json). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  along,
  boundsAt,
  kaplanMeier,
  logRank,
  quantile,
  shareOf,
  timesOf,
  type Times,
} from '../../bridge/report/survival.ts';

type Numbers = (number | null)[];
type Curve = Record<
  | 'time'
  | 'risk'
  | 'events'
  | 'censored'
  | 'open'
  | 'error'
  | 'low'
  | 'high'
  | 'quantiles'
  | 'quantileLow'
  | 'quantileHigh',
  Numbers
>;
type Set = {
  name: string;
  time: number[];
  status: number[];
  group: number[];
  stratum: number[];
  curves: Record<'log' | 'log-log', Curve>[];
  logRank: Record<'observed' | 'expected' | 'variance' | 'chi' | 'p', number | null> | null;
};

const sets = JSON.parse(readFileSync('tests/report/survival.json', 'utf8')) as Set[];

/** Where the two differ in their first ten digits; null is only equal to null. */
function differences(ours: Numbers, theirs: Numbers, what: string): string[] {
  const lines = ours.length === theirs.length ? [] : [`${what}: ${ours.length} and ${theirs.length} values`];
  for (const [n, value] of ours.entries()) {
    const other = theirs[n] ?? null;
    const same =
      value === null || other === null
        ? value === other
        : Math.abs(value - other) <= 1e-10 * Math.max(1, Math.abs(other));
    if (!same) lines.push(`${what} ${n}: ${value} and ${other}`);
  }
  return lines;
}

const part = (set: Set, group: number, stratum?: number): Times =>
  timesOf(
    set.time.flatMap((time, n) =>
      set.group[n] === group && (stratum === undefined || set.stratum[n] === stratum)
        ? [[time, set.status[n] === 1] as const]
        : [],
    ),
  );

test('there are data sets of each sort', () => {
  expect(sets.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['6mp', 'aml', 'ovarian', 'lung', 'all censored']),
  );
  // As published: Freireich's median of the treated is 23 weeks, of the others 8.
  expect(quantile(kaplanMeier(part(sets[0] as Set, 1)), 0.5).at).toBe(23);
  expect(quantile(kaplanMeier(part(sets[0] as Set, 2)), 0.5).at).toBe(8);
});

const columns = ['time', 'risk', 'events', 'censored', 'open', 'error', 'low', 'high'] as const;

describe.each(sets)('$name', (set) => {
  describe.each(['log', 'log-log'] as const)('interval %s', (interval) => {
    test.each([1, 2])('group %i: curve and quantiles', (group) => {
      const theirs = set.curves[group - 1]?.[interval] as Curve;
      const ours = kaplanMeier(part(set, group), interval);
      const bounds = Array.from(ours.time, (_, n) => boundsAt(ours, n));
      const steps: Record<(typeof columns)[number], Numbers> = {
        time: [...ours.time],
        risk: [...ours.risk],
        events: [...ours.events],
        censored: [...ours.censored],
        open: [...ours.open],
        // R says none once none is open.
        error: Array.from(ours.open, (open, n) => (open === 0 ? null : open * Math.sqrt(ours.greenwood[n] ?? 0))),
        low: bounds.map(([low]) => low),
        high: bounds.map(([, high]) => high),
      };
      const quantiles = [0.25, 0.5, 0.75].map((share) => quantile(ours, share));
      const parts = [
        ['at', 'quantiles'],
        ['low', 'quantileLow'],
        ['high', 'quantileHigh'],
      ] as const;
      expect([
        ...columns.flatMap((name) => differences(steps[name], theirs[name], name)),
        ...parts.flatMap(([name, column]) =>
          differences(
            quantiles.map((each) => each[name]),
            theirs[column],
            column,
          ),
        ),
      ]).toEqual([]);
    });
  });

  test('log-rank, within strata', () => {
    const strata = [...new Set(set.stratum)].map((stratum) => [part(set, 1, stratum), part(set, 2, stratum)] as const);
    const ours = logRank(strata);
    if (!set.logRank) return expect(ours).toMatchObject({ chi: null, p: null });
    const { logRank: theirs } = set;
    const names = ['observed', 'expected', 'variance', 'chi', 'p'] as const;
    expect(names.flatMap((name) => differences([ours[name]], [theirs[name]], name))).toEqual([]);
  });
});

test('between two steps is open what was open at the first', () => {
  const curve = kaplanMeier(part(sets[0] as Set, 1));
  const at = (time: number) => {
    const [low, high] = boundsAt(curve, curve.time.indexOf(time));
    return { open: curve.open[curve.time.indexOf(time)], low, high };
  };
  // R: summary(fit, times = c(0, 6, 8, 35, 99), extend = TRUE)
  expect(along(curve, [0, 6, 8, 35, 99])).toEqual([
    { time: 0, open: 1, low: 1, high: 1, risk: 21 },
    { time: 6, ...at(6), risk: 21 },
    { time: 8, ...at(7), risk: 16 },
    { time: 35, ...at(35), risk: 1 },
    { time: 99, ...at(35), risk: 0 },
  ]);
});

test('a share has an interval, and of none there is no share', () => {
  // Newcombe, Statistics in Medicine 17 (1998): 81 of 263 is 0.2553 to 0.3662 by Wilson's method.
  const share = shareOf(81, 263);
  expect(share?.low).toBeCloseTo(0.2553, 4);
  expect(share?.high).toBeCloseTo(0.3662, 4);
  expect(shareOf(0, 10)?.low).toBe(0);
  expect(shareOf(0, 0)).toBeNull();
});
