/**
 * Chance that can be had again: the same seed gives the same numbers.
 *
 * Outside fact: mulberry32, a generator of 32 bits that is in the public domain.
 */
export function makeRandom(seed: number) {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    /** From 0 up to, not including, `below`. */
    number: (below = 1): number => next() * below,
    whole: (below: number): number => Math.floor(next() * below),
    /** Whether something with that share of all happens. */
    happens: (share: number): boolean => next() < share,
    pick: <T>(items: readonly [T, ...T[]]): T => items[Math.floor(next() * items.length)] ?? items[0],
  };
}
