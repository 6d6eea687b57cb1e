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

/**
 * The curve, as lists with one place for each time at which something ended or was last seen: 200,000 steps as objects
 * would take a second.
 */
export type Curve = {
  time: Float64Array;
  /** How many were still open before it, ended at it, and were last seen then. */
  risk: Int32Array;
  events: Int32Array;
  censored: Int32Array;
  /** Share that is still open after it. */
  open: Float64Array;
  /** Greenwood's sum up to it. */
  greenwood: Float64Array;
  interval: Interval;
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
function counted({ time, over }: Times): Pick<Curve, 'time' | 'events' | 'censored'> {
  const ends = new Float64Array(time.length);
  const opens = new Float64Array(time.length);
  let [a, b] = [0, 0];
  for (const [n, each] of time.entries())
    if (over[n] === 1) ends[a++] = each;
    else opens[b++] = each;
  const [allEnds, allOpens] = [ends.subarray(0, a).sort(), opens.subarray(0, b).sort()];
  const all = {
    time: new Float64Array(time.length),
    events: new Int32Array(time.length),
    censored: new Int32Array(time.length),
  };
  let length = 0;
  for (a = 0, b = 0; a < allEnds.length || b < allOpens.length; length += 1) {
    const now = Math.min(allEnds[a] ?? Infinity, allOpens[b] ?? Infinity);
    const [fromA, fromB] = [a, b];
    while (allEnds[a] === now) a += 1;
    while (allOpens[b] === now) b += 1;
    all.time[length] = now;
    all.events[length] = a - fromA;
    all.censored[length] = b - fromB;
  }
  return {
    time: all.time.subarray(0, length),
    events: all.events.subarray(0, length),
    censored: all.censored.subarray(0, length),
  };
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

/** The Kaplan–Meier curve. */
export function kaplanMeier(times: Times, interval: Interval = 'log-log'): Curve {
  const all = counted(times);
  const { length } = all.time;
  const [risk, open, greenwood] = [new Int32Array(length), new Float64Array(length), new Float64Array(length)];
  let left = times.time.length;
  let share = 1;
  let sum = 0;
  for (let n = 0; n < length; n += 1) {
    const events = all.events[n] ?? 0;
    share *= (left - events) / left;
    sum += events === left ? Infinity : events / (left * (left - events));
    risk[n] = left;
    open[n] = share;
    greenwood[n] = sum;
    left -= events + (all.censored[n] ?? 0);
  }
  return { ...all, risk, open, greenwood, interval };
}

/** The interval of a place of the curve; null where it is not defined. */
export const boundsAt = ({ open, greenwood, interval }: Curve, n: number): [low: number | null, high: number | null] =>
  around(open[n] ?? 1, greenwood[n] ?? 0, interval);

/** R's tolerance: two shares that differ by less are one. */
const same = Math.sqrt(Number.EPSILON);

/**
 * The time at which a share has ended. Where the curve lies exactly on that share for a while, the middle of that
 * while, as R has it.
 */
function crossing({ time }: Curve, share: number, of: (n: number) => number | null): number | null {
  const wanted = 1 - share;
  const next = (from: number, is: (value: number) => boolean): number => {
    for (let n = from; n < time.length; n += 1) {
      const value = of(n);
      if (value !== null && is(value)) return n;
    }
    return time.length;
  };
  const first = next(0, (value) => value <= wanted + same);
  const at = time[first];
  const value = of(first);
  if (at === undefined || value === null || Math.abs(value - wanted) > same) return at ?? null;
  const later = next(first, (other) => other < wanted - same);
  return (at + (time[later] ?? time.at(-1) ?? at)) / 2;
}

/** A time with its interval; null where so many never ended in what was seen. */
export type Quantile = { at: number | null; low: number | null; high: number | null };

/** The time by which `share` have ended: 0.5 is the median. */
export const quantile = (curve: Curve, share: number): Quantile => ({
  at: crossing(curve, share, (n) => curve.open[n] ?? null),
  low: crossing(curve, share, (n) => boundsAt(curve, n)[0]),
  high: crossing(curve, share, (n) => boundsAt(curve, n)[1]),
});

/** What a curve says at a time: the share open then, with its interval, and how many were still open just before. */
export type Point = { time: number; open: number; low: number | null; high: number | null; risk: number };

/** The curve at some times, given in order. */
export function along(curve: Curve, times: readonly number[]): Point[] {
  let next = 0;
  return times.map((time) => {
    while ((curve.time[next] ?? Infinity) < time) next += 1;
    const last = curve.time[next] === time ? next : next - 1;
    const [low, high] = last < 0 ? [1, 1] : boundsAt(curve, last);
    return { time, open: curve.open[last] ?? 1, low, high, risk: curve.risk[next] ?? 0 };
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
    while (i < a.time.length || j < b.time.length) {
      const now = Math.min(a.time[i] ?? Infinity, b.time[j] ?? Infinity);
      const [isA, isB] = [a.time[i] === now, b.time[j] === now];
      const [endA, endB] = [isA ? (a.events[i] ?? 0) : 0, isB ? (b.events[j] ?? 0) : 0];
      const events = endA + endB;
      const risk = riskA + riskB;
      observed += endA;
      expected += (events * riskA) / risk;
      if (risk > 1) variance += (events * riskA * riskB * (risk - events)) / (risk * risk * (risk - 1));
      if (isA) riskA -= endA + (a.censored[i++] ?? 0);
      if (isB) riskB -= endB + (b.censored[j++] ?? 0);
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
