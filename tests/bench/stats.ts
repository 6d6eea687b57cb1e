/** Medians and ratios of rounds that were taken in turns; a mean would say more about the machine than about the code. */

/** @param share 0.5 is the median; between two samples it is interpolated */
export function quantile(samples: number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

export const median = (samples: number[]): number => quantile(samples, 0.5);

/** What one has more than the other, round by round. */
export const differences = (samples: number[], beside: number[]): number[] =>
  samples.map((value, round) => value - (beside[round] ?? Number.NaN));

/** Each variant once per round, each round beginning with another, so that none is always first. */
export async function inTurns<T extends string>(
  variants: readonly T[],
  rounds: number,
  sample: (variant: T) => Promise<number>,
): Promise<Record<T, number[]>> {
  const all = Object.fromEntries(variants.map((variant) => [variant, []])) as unknown as Record<T, number[]>;
  for (let round = 0; round < rounds; round++)
    for (let n = 0; n < variants.length; n++) {
      const variant = variants[(round + n) % variants.length] as T;
      // oxlint-disable-next-line no-await-in-loop -- one at a time is the point
      all[variant].push(await sample(variant));
    }
  return all;
}
