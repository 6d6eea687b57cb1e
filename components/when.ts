import type { Say, Stand } from '../lib/model.ts';

/** Days ahead for which the name of the day says which one is meant. */
const near = 6;

/**
 * The end of a {@link Stand} as the clocks there show it: `18:00` for today, `Mon 08:00`, and `Mon 12 Jan 08:00` for
 * later; with the place, `Mon 08:00 (Berlin)`, unless this computer is in the same zone.
 * @param now ms since 1970
 */
export function whenWords({ until, zone }: Pick<Stand, 'until' | 'zone'>, say: Say, now = Date.now()): string {
  const write = (at: number, options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(say('locale'), { timeZone: zone, ...options }).format(at);
  const day = (at: number): string => write(at, { dateStyle: 'short' });
  const parts = [write(until, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })];
  if (until - now > near * 86_400_000) parts.unshift(write(until, { day: 'numeric', month: 'short' }));
  if (day(until) !== day(now)) parts.unshift(write(until, { weekday: 'short' }));
  if (zone !== new Intl.DateTimeFormat().resolvedOptions().timeZone) parts.push(`(${placeOf(zone)})`);
  return parts.join(' ');
}

/** `America/Argentina/Buenos_Aires` is Buenos Aires to people. */
const placeOf = (zone: string): string => zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ');

/** `14:03` today, with the date before that. */
export function timeOf(when: number, say: Say): string {
  const date = new Date(when);
  const today = date.toDateString() === new Date().toDateString();
  return today
    ? date.toLocaleTimeString(say('locale'), { timeStyle: 'short' })
    : date.toLocaleString(say('locale'), { dateStyle: 'short', timeStyle: 'short' });
}

/** A length as people say it: `40 sec`, `12 min`, `1 hr 5 min`. */
export function lengthOf(milliseconds: number, say: Say): string {
  const unit = (n: number, name: 'hour' | 'minute' | 'second'): string =>
    n.toLocaleString(say('locale'), { style: 'unit', unit: name, unitDisplay: 'short' });
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return unit(seconds, 'second');
  const minutes = Math.round(seconds / 60);
  const parts = [minutes >= 60 && unit(Math.floor(minutes / 60), 'hour'), minutes % 60 && unit(minutes % 60, 'minute')];
  return parts.filter(Boolean).join(' ');
}
