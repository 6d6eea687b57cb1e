/**
 * Times to an event of which some are only known to be longer: what the report says of resolution, as R's `survival`
 * computes it. Cases that are still open are not left out, which would make the rest look quick: they count up to the
 * moment at which they were last known to be open.
 *
 * Outside facts: Kaplan and Meier 1958; Greenwood's variance; the log-log interval of Kalbfleisch and Prentice; the
 * log-rank test of Mantel 1966. tests/report/survival.R computes the same with R, and tests compare the two.
 */

/** Times in any one unit; `over[i]` is 1 where `time[i]` is an end that was seen, 0 where it was still open then. */
export type Times = { time: Float64Array; over: Uint8Array };

/** One step of the curve: at `time`, `risk` were still open before it, `events` ended, `censored` were last seen. */
export type Step = {
  time: number;
  risk: number;
  events: number;
  censored: number;
  /** Share that is still open after it, with its interval; null where the interval is not defined. */
  open: number;
  /** Greenwood's standard error of `open`; null once none is open. */
  error: number | null;
  low: number | null;
  high: number | null;
};

/** How an interval is made: R's default is `log`; `log-log` holds better where few are left. */
export type Interval = 'log' | 'log-log';

/** The 97.5 % point of the normal distribution: all intervals are 95 %. */
const z = 1.959963984540054;

/** Makes times of pairs, in their order. */
export function timesOf(pairs: readonly (readonly [time: number, over: boolean])[]): Times {
  return {
    time: Float64Array.from(pairs, ([time]) => time),
    over: Uint8Array.from(pairs, ([, over]) => Number(over)),
  };
}

/** How many of each sort there are at each time, in order. 200,000 are sorted at once, so it sorts numbers alone. */
function counted({ time, over }: Times): { time: number; events: number; censored: number }[] {
  const ends = time.filter((_, n) => over[n] === 1).sort();
  const opens = time.filter((_, n) => over[n] !== 1).sort();
  const all: { time: number; events: number; censored: number }[] = [];
  for (let a = 0, b = 0; a < ends.length || b < opens.length; ) {
    const now = Math.min(ends[a] ?? Infinity, opens[b] ?? Infinity);
    const [fromA, fromB] = [a, b];
    while (ends[a] === now) a += 1;
    while (opens[b] === now) b += 1;
    all.push({ time: now, events: a - fromA, censored: b - fromB });
  }
  return all;
}

function around(open: number, greenwood: number, interval: Interval): [number | null, number | null] {
  // Where none is open, or all are, the formula divides by 0; R says nothing there either, but 1 by its default.
  if (open === 0) return [null, null];
  if (open === 1) return interval === 'log' ? [1, 1] : [null, null];
  const error = Math.sqrt(greenwood);
  if (interval === 'log') return [open * Math.exp(-z * error), Math.min(1, open * Math.exp(z * error))];
  const wide = (z * error) / Math.log(open);
  return [open ** Math.exp(-wide), open ** Math.exp(wide)];
}

/** The Kaplan–Meier curve: one step for each time at which something ended or was last seen. */
export function kaplanMeier(times: Times, interval: Interval = 'log-log'): Step[] {
  let risk = times.time.length;
  let open = 1;
  let greenwood = 0;
  return counted(times).map(({ time, events, censored }) => {
    const before = risk;
    open *= (before - events) / before;
    greenwood += events === before ? Infinity : events / (before * (before - events));
    risk -= events + censored;
    const [low, high] = around(open, greenwood, interval);
    return {
      time,
      risk: before,
      events,
      censored,
      open,
      error: open === 0 ? null : open * Math.sqrt(greenwood),
      low,
      high,
    };
  });
}

/** R's tolerance: two shares that differ by less are one. */
const same = Math.sqrt(Number.EPSILON);

/**
 * The time at which a share has ended. Where the curve lies exactly on that share for a while, the middle of that
 * while, as R has it.
 */
function crossing(steps: readonly Step[], share: number, of: (step: Step) => number | null): number | null {
  const wanted = 1 - share;
  const at = steps.findIndex((step) => {
    const value = of(step);
    return value !== null && value <= wanted + same;
  });
  const first = steps[at];
  if (!first) return null;
  const value = of(first);
  if (value === null || Math.abs(value - wanted) > same) return first.time;
  const next = steps.slice(at).find((step) => {
    const later = of(step);
    return later !== null && later < wanted - same;
  });
  return (first.time + (next ?? steps.at(-1) ?? first).time) / 2;
}

/** A time with its interval; null where so many never ended in what was seen. */
export type Quantile = { at: number | null; low: number | null; high: number | null };

/** The time by which `share` have ended: 0.5 is the median. */
export const quantile = (steps: readonly Step[], share: number): Quantile => ({
  at: crossing(steps, share, (step) => step.open),
  low: crossing(steps, share, (step) => step.low),
  high: crossing(steps, share, (step) => step.high),
});

/** What a curve says at a time: the share open then, with its interval, and how many were still open just before. */
export type Point = { time: number; open: number; low: number | null; high: number | null; risk: number };

/** The curve at some times, given in order. */
export function along(steps: readonly Step[], times: readonly number[]): Point[] {
  let next = 0;
  return times.map((time) => {
    while ((steps[next]?.time ?? Infinity) < time) next += 1;
    const risk = steps[next]?.risk ?? 0;
    const last = steps[next]?.time === time ? steps[next] : steps[next - 1];
    const { open = 1, low = 1, high = 1 } = last ?? {};
    return { time, open, low, high, risk };
  });
}

/**
 * The complementary error function, by its continued fraction where that is quick and its series elsewhere, to about
 * 1e-15 of the value.
 */
function erfc(x: number): number {
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum) && n < 200; n += 1) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 80; n > 0; n -= 1) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

/** How likely a difference of that size or more is where there is none: chi-squared with one degree of freedom. */
const chance = (chi: number): number => erfc(Math.sqrt(chi / 2));

/** `observed` and `expected` ends of the first group; `p` is null where nothing can be told. */
export type LogRank = { observed: number; expected: number; variance: number; chi: number | null; p: number | null };

/**
 * The log-rank test of two groups, within strata: each stratum is compared for itself and the differences are added,
 * so that groups that differ in what they are made of are not compared across.
 */
export function logRank(strata: readonly (readonly [Times, Times])[]): LogRank {
  let observed = 0;
  let expected = 0;
  let variance = 0;
  for (const [one, other] of strata) {
    const [a, b] = [counted(one), counted(other)];
    let [i, j] = [0, 0];
    let [riskA, riskB] = [one.time.length, other.time.length];
    while (i < a.length || j < b.length) {
      const now = Math.min(a[i]?.time ?? Infinity, b[j]?.time ?? Infinity);
      const here = a[i]?.time === now ? a[i++] : undefined;
      const there = b[j]?.time === now ? b[j++] : undefined;
      const events = (here?.events ?? 0) + (there?.events ?? 0);
      const risk = riskA + riskB;
      observed += here?.events ?? 0;
      expected += (events * riskA) / risk;
      if (risk > 1) variance += (events * riskA * riskB * (risk - events)) / (risk * risk * (risk - 1));
      riskA -= (here?.events ?? 0) + (here?.censored ?? 0);
      riskB -= (there?.events ?? 0) + (there?.censored ?? 0);
    }
  }
  const chi = variance > 0 ? (observed - expected) ** 2 / variance : null;
  return { observed, expected, variance, chi, p: chi === null ? null : chance(chi) };
}

/** A share with Wilson's interval, which stays between 0 and 1 for few. Null of none. */
export function shareOf(part: number, all: number): { share: number; low: number; high: number } | null {
  if (!all) return null;
  const share = part / all;
  const middle = (share + (z * z) / (2 * all)) / (1 + (z * z) / all);
  const wide = (z / (1 + (z * z) / all)) * Math.sqrt((share * (1 - share)) / all + (z * z) / (4 * all * all));
  return { share, low: Math.max(0, middle - wide), high: Math.min(1, middle + wide) };
}
