/** The panel's own lookup in tables, callable. */
import { rowsOf } from '../../../lib/browser/keys.ts';
import type { PageEntry } from '../../../lib/model.ts';

const dana = { id: 'dana', name: 'Dana Reyes', group: 'contact' } as const;
const lookup = rowsOf({ targets: { dana } } as unknown as PageEntry);

/** Several lookups of other rows each time: one alone would be too near the clock's grain. @returns ms for one */
const lookupTime = async (count: number): Promise<number> => {
  const times = 5;
  const start = performance.now();
  for (let n = 0; n < times; n++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as pages ask
    const found = await lookup('experts', `ASSET-${Math.floor(Math.random() * count)}`);
    if (found?.[0]?.id !== 'dana') throw new Error('The row was not found.');
  }
  return (performance.now() - start) / times;
};
Object.assign(globalThis, { lookupTime });
