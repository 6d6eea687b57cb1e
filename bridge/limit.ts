/** How many requests a second one token or hook may make, in this process: a bucket that fills again with time. */

/** Buckets are forgotten in one go when there are more than this; a forgotten one is full, which harms nobody. */
const most = 10_000;

/**
 * @param now in ms
 * @returns how many seconds that key has to wait; 0 if it may go on
 */
export function makeLimit(perSecond: number, now: () => number = Date.now): (key: string) => number {
  const buckets = new Map<string, { left: number; at: number }>();
  const burst = Math.max(1, perSecond * 3);
  return (key) => {
    const at = now();
    if (buckets.size > most) buckets.clear();
    const bucket = buckets.get(key) ?? { left: burst, at };
    bucket.left = Math.min(burst, bucket.left + ((at - bucket.at) / 1000) * perSecond);
    bucket.at = at;
    buckets.set(key, bucket);
    if (bucket.left < 1) return Math.ceil((1 - bucket.left) / perSecond);
    bucket.left -= 1;
    return 0;
  };
}
