/** Numbers as the page says them. */
import type { Quantile } from './survival.ts';

export const count = (n: number): string => n.toLocaleString('en-US');

const units = [
  { from: 0, of: 1, name: 's', digits: 0 },
  { from: 90, of: 60, name: 'min', digits: 1 },
  { from: 5400, of: 3600, name: 'h', digits: 1 },
  { from: 4 * 86_400, of: 86_400, name: 'days', digits: 1 },
] as const;
const unitOf = (seconds: number) => units.findLast(({ from }) => seconds >= from) ?? units[0];
const inUnit = (seconds: number, { of, digits }: (typeof units)[number]): string =>
  (seconds / of).toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** `10.9 h`; a dash of words where there is no such time. */
export function lasting(seconds: number | null): string {
  if (seconds === null) return 'not reached';
  const unit = unitOf(seconds);
  return `${inUnit(seconds, unit)} ${unit.name}`;
}

/** `9.4 to 12.8 h`, both in the unit of the time that they are about. */
export function between({ at, low, high }: Quantile): string {
  if (low === null) return 'no interval';
  const unit = unitOf(at ?? low);
  return high === null
    ? `from ${inUnit(low, unit)} ${unit.name}`
    : `${inUnit(low, unit)} to ${inUnit(high, unit)} ${unit.name}`;
}

export const percent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.01 ? 1 : 0)} %`;

/** How likely a difference is by chance alone. */
export const chanceOf = (p: number): string => (p < 0.001 ? 'less than 0.1 %' : `${(p * 100).toFixed(1)} %`);

/** `1 Jan 2026`, in UTC. */
export const dayOf = (time: Date): string =>
  time.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

/** `1 Jan 2026, 08:00 UTC` */
export const momentOf = (time: Date): string => `${dayOf(time)}, ${time.toISOString().slice(11, 16)} UTC`;
