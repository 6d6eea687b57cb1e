/** How long a desk asks to be left alone. */
import type { Answer } from '../../lib/http.ts';

/** Nobody means more than a day by it; a date far off is a wrong clock. */
const longest = 86_400;

/**
 * What `Retry-After` says (RFC 9110, 10.2.3): seconds, or a date, which is taken by the sender's own clock where the
 * answer tells that.
 * @returns seconds; undefined where nothing is said that can be read
 */
export function secondsIn({ header }: Answer): number | undefined {
  const text = header('retry-after')?.trim();
  if (!text) return undefined;
  const now = Date.parse(header('date') ?? '') || Date.now();
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - now) / 1000);
  return seconds > 0 ? Math.min(seconds, longest) : undefined;
}
