/** What is done in the background. */
import { forget } from './inbox.ts';
import { expireLaunches } from './launches.ts';
import type { Parts } from './server.ts';

/** Registers the work, and asks for the first sweep; each sweep asks for the next. */
export async function makeWork({ config, db, jobs, log }: Parts): Promise<void> {
  const { waits } = config;
  await jobs.work({
    async sweep() {
      try {
        const forgotten = await forget(db, waits.keep);
        const expired = await expireLaunches(db, waits.launch);
        if (forgotten || expired) log.info('swept', { forgotten, expired });
      } finally {
        await jobs.ask('sweep', 'sweep', {}, waits.sweep);
      }
    },
  });
  await jobs.ask('sweep', 'sweep', {});
}
