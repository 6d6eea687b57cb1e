/** What is done in the background. */
import type { Config } from './config.ts';
import { deskOf, type Desk } from './desks/index.ts';
import { forget } from './inbox.ts';
import { makeHandover } from './handover.ts';
import { forgetOld } from './keep.ts';
import { expireLaunches } from './launches.ts';
import { connectedAt, makeFill } from './listings.ts';
import { said } from './log.ts';
import { makeWriter, resumeChanged } from './outbox.ts';
import { forgetPops } from './pops.ts';
import type { Parts } from './server.ts';
import { makeReader } from './sessions.ts';
import { keepStages } from './stages.ts';
import { makeSweep } from './sweep.ts';
import { makeTimes } from './times/read.ts';
import { makeWorkLink } from './worklink.ts';

/** The configured desks, by their keys. */
export const desksOf = ({ desks, waits }: Config): Map<string, Desk> =>
  new Map(Object.entries(desks).map(([key, desk]) => [key, deskOf(desk, waits.request * 1000)]));

/** Registers the work, and asks for the first sweep; each sweep asks for the next. */
export async function makeWork(parts: Parts): Promise<void> {
  const { config, db, jobs, log } = parts;
  const { waits } = config;
  const desks = desksOf(config);
  const writer = makeWriter(parts, desks);
  const times = makeTimes(parts, desks);
  const handOver = makeHandover(parts);
  const { request, retry, longestRetry } = waits;
  // Without WorkLink what is delivered waits until it is configured.
  const worklink =
    config.worklink &&
    makeWorkLink(config.worklink, {
      timeout: request,
      retry,
      longestRetry,
      refused: () =>
        log.error('WorkLink refuses the token', { next: 'Set another WORKLINK_TOKEN and start the bridge again.' }),
    });
  const reader = worklink && makeReader(parts, worklink, desks);
  const look = worklink && makeSweep(parts, worklink);
  await resumeChanged(db, config);
  await keepStages(db, config);
  await jobs.work({
    ...(reader && { read: ({ resource }) => reader.read(resource) }),
    ...(worklink && { fill: makeFill(parts, worklink) }),
    write: ({ outbox }) => writer.write(outbox),
    times: ({ desk }) => times.read(desk),
    async sweep() {
      const steps: Record<string, () => Promise<unknown>> = {
        async forget() {
          const forgotten = (await forget(db, waits.keep)) + (await forgetPops(db, waits.keep));
          const old = await forgetOld(db, config.keep);
          if (forgotten || Object.values(old).some(Boolean)) log.info('past their time', { forgotten, ...old });
        },
        write: () => writer.sweep(),
        times: () => times.sweep(),
        handOver,
        ...(config.worklink?.since && { fill: () => jobs.ask('fill', 'fill', {}) }),
        // With WorkLink nobody says that there was no call who has not looked there.
        look: look ?? (() => expireLaunches(db, waits.launch)),
      };
      try {
        // One that fails leaves the others as they are.
        for (const [step, work] of Object.entries(steps)) {
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          await work().catch((error: unknown) => log.error('sweep: failed', { step, error: said(error) }));
        }
      } finally {
        await jobs.ask('sweep', 'sweep', {}, waits.sweep);
      }
    },
  });
  // With a key of its own: the next one by time is queued already, unless this is the very first start.
  if (worklink) await connectedAt(db);
  await jobs.ask('sweep', 'start', {});
  if (config.worklink?.since) await jobs.ask('fill', 'start', {});
}
