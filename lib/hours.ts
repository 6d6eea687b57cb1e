/**
 * When a contact can be called: weekly hours in a time zone, made into instants.
 *
 * Zones and their changes of the clock come from the browser's Intl, so they are as new as the browser. An hour that a
 * change of the clock leaves out is taken that much later, and of one that comes twice the first counts, as RFC 5545
 * reads local times. Holidays are not known.
 */
import type { Hours, Opening, Stand } from './model.ts';

/** In minutes. */
const day = 1440;
const week = 7 * day;
const minute = 60_000;

/**
 * Instants are made for this week and the two after it, from Monday 00:00 UTC: so they stay the same for a week, however
 * often they are made, and last for two at least.
 */
const horizon = 3 * week;

/** Minutes since 1970, UTC. */
type Instant = number;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  formats.set(zone, made);
  return made;
}

/** Is this the IANA name of a zone that the browser knows? Names of mere offsets, `+02:00`, are none. */
export function isZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** What the clocks of a zone show at an instant, as if it were UTC. */
function clockAt(zone: string, at: Instant): Instant {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at * minute)) parts[type] = Number(value);
  const { year = 0, month = 1, day: date = 1, hour = 0, minute: minutes = 0 } = parts;
  return Date.UTC(year, month - 1, date, hour, minutes) / minute;
}

/** The instant at which the clocks of a zone show this. */
function instantOf(zone: string, clock: Instant): Instant {
  const offset = (at: Instant) => clockAt(zone, at) - at;
  const [before, after] = [offset(clock - day), offset(clock + day)];
  // Left out by a change of the clock, neither fits: what it was before then leads past the change.
  const fits = [before, after].filter((each) => offset(clock - each) === each);
  return clock - Math.max(...(fits.length ? fits : [before]));
}

/** `08:00` in minutes after midnight; `24:00` is the next one. */
const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** 1 is Monday, as in ISO 8601. The first of January 1970 was a Thursday. */
const weekday = (clock: Instant): number => ((((Math.floor(clock / day) + 3) % 7) + 7) % 7) + 1;

/**
 * @param from inclusive
 * @param to exclusive
 * @returns when it opens, closes, opens, … from `from` on, ascending. Open at `from`, the first is `from` itself; open
 *   at `to`, the last closing is missing.
 */
export function instants({ zone, week: rows }: Hours, from: Instant, to: Instant): Instant[] {
  const spans: [Instant, Instant][] = [];
  // Local days that reach into the time asked for, and nights that began before.
  for (let date = Math.floor(from / day) - 2; date <= Math.floor(to / day) + 2; date++)
    for (const { days, from: opens, to: closes } of rows) {
      const midnight = date * day;
      if (!days.includes(weekday(midnight))) continue;
      const [start, end] = [minutesOf(opens), minutesOf(closes)];
      spans.push([instantOf(zone, midnight + start), instantOf(zone, midnight + (end > start ? end : end + day))]);
    }
  const made: Instant[] = [];
  for (const [start, end] of spans.toSorted((a, b) => a[0] - b[0])) {
    if (end <= from || start >= to || end <= start) continue;
    const last = made.at(-1);
    // One that begins before the last one ends goes on with it.
    if (last !== undefined && start <= last) made[made.length - 1] = Math.max(last, end);
    else made.push(Math.max(start, from), end);
  }
  if ((made.at(-1) ?? 0) >= to) made.pop();
  return made;
}

/** The beginning of the week of `now`, for which {@link openings} are made. @param now ms since 1970 */
export const weekOf = (now: number): Instant => {
  const at = Math.floor(now / minute);
  return at - ((at + 3 * day) % week);
};

/** Contacts come by the thousand with the same few hours. */
const made = new Map<string, Opening>();

/** What a page needs to know of hours: the same for all of a week, from {@link weekOf} on. @param now ms since 1970 */
export function openings(hours: Hours, now: number): Opening {
  const from = weekOf(now);
  const name = JSON.stringify([from, hours]);
  const known = made.get(name);
  if (known) return known;
  if (made.size > 1000) made.clear();
  const opening = { zone: hours.zone, at: instants(hours, from, from + horizon) };
  made.set(name, opening);
  return opening;
}

/**
 * Open or closed, and until when. No more than a comparison of numbers: this runs in pages.
 * @param now ms since 1970
 * @returns null if there are no hours, or the instants that were made have run out: then nobody knows
 */
export function standAt(opening: Opening | undefined, now: number): Stand | null {
  const next = opening?.at.findIndex((each) => each * 6e4 > now) ?? -1;
  return opening && next >= 0 ? { open: next % 2 > 0, until: (opening.at[next] ?? 0) * 6e4, zone: opening.zone } : null;
}
