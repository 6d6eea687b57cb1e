/** Waiting is looking at what should become so: at every change that the test can see. */
import { setTimeout as after } from 'node:timers/promises';

/** Looks until it finds something. The test's own time limit ends it. */
export async function until<T>(look: () => Promise<T | undefined | null | false>): Promise<T> {
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one look after the other
    const found = await look();
    if (found) return found;
    // oxlint-disable-next-line no-await-in-loop -- the database tells nobody of a change
    await after(50);
  }
}
