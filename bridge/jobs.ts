/**
 * Work that is to be done, in the same database and so in the same transaction as what it is about. A job is only a
 * hint: what is open stands in our own tables, and `sweep` asks for it again, so that a job that is lost costs minutes.
 */
import { createHash } from 'node:crypto';
import { CompiledQuery } from 'kysely';
import { PgBoss } from 'pg-boss';
import type { Send } from './db.ts';
import { applicationName } from './postgres.ts';
import { said, type Log } from './log.ts';

/**
 * `read`: a record of WorkLink's, by its id. `write`: a row of the outbox, by its id. `sweep`: what may be lost.
 * `fill`: one page of older sessions. `times`: one page of a desk's case times.
 */
export type Jobs = {
  read: { resource: string };
  write: { outbox: string };
  sweep: Record<string, never>;
  fill: Record<string, never>;
  times: { desk: string };
};
export type Queue = keyof Jobs;
const queues: Queue[] = ['read', 'write', 'sweep', 'fill', 'times'];

export type Work = {
  [queue in Queue]?: (data: Jobs[queue]) => Promise<void>;
};

export type JobRunner = {
  /**
   * Asks for work. While the same work waits, asking again adds nothing.
   * @param after seconds
   * @param send the transaction that it belongs to
   * @param last whether whatever else waits goes first
   */
  ask<Q extends Queue>(
    queue: Q,
    key: string,
    data: Jobs[Q],
    after?: number,
    send?: Send,
    last?: boolean,
  ): Promise<void>;
  /** Asks for many at once. */
  askAll<Q extends Queue>(
    queue: Q,
    works: readonly { key: string; data: Jobs[Q] }[],
    after?: number,
    send?: Send,
    last?: boolean,
  ): Promise<void>;
  /** Starts to work; what is in hand at the end gets `shutdown` seconds. */
  work(work: Work): Promise<void>;
  /** Jobs by queue that wait or are worked on. */
  open(): Promise<[{ queue: string }, number][]>;
  stop(seconds: number): Promise<void>;
};

/** Installs what the queue needs (pg-boss locks that by itself) and starts it. */
export async function startJobs(connectionString: string, log: Log, poll: number): Promise<JobRunner> {
  const boss = new PgBoss({
    connectionString,
    application_name: applicationName,
    schema: 'deskcall_jobs',
    max: 4,
    useListenNotify: true,
    schedule: false,
    // How soon work of a bridge that was killed is given to another: a heartbeat missed, and somebody who looks.
    superviseIntervalSeconds: 10,
    monitorIntervalSeconds: 10,
  });
  boss.on('error', (error: Error) => log.error('jobs: trouble', { error: said(error) }));
  await boss.start();
  // oxlint-disable-next-line no-await-in-loop -- pg-boss locks each
  for (const name of queues) {
    await boss.createQueue(name, { policy: 'short' });
    // One that an older bridge made is brought up to date.
    await boss.updateQueue(name, {
      retryLimit: 1000,
      retryDelay: 1,
      retryBackoff: true,
      retryDelayMax: 300,
      // Work is begun when it is asked for; looking is for what was put off.
      notify: true,
      expireInSeconds: 300,
      heartbeatSeconds: 10,
      deleteAfterSeconds: 60,
    });
  }
  const askAll: JobRunner['askAll'] = async (queue, works, after = 0, send, last = false) => {
    await boss.insert(
      queue,
      works.map(({ key, data }) => ({
        data,
        // Ids of others are of any length and any letters.
        singletonKey: createHash('sha256').update(key).digest('hex'),
        ...(after > 0 && { startAfter: after }),
        ...(last && { priority: -1 }),
      })),
      send && { db: { executeSql: (text, values) => send({ compile: () => CompiledQuery.raw(text, values) }) } },
    );
  };
  return {
    askAll,
    ask: (queue, key, data, after, send, last) => askAll(queue, [{ key, data }], after, send, last),
    async work(work) {
      for (const name of queues) {
        const handler = work[name] as ((data: unknown) => Promise<void>) | undefined;
        if (!handler) continue;
        const options = { pollingIntervalSeconds: poll, notifyPollingIntervalSeconds: poll };
        for (let n = 0; n < (name === 'read' || name === 'write' ? 4 : 1); n += 1) {
          // oxlint-disable-next-line no-await-in-loop -- as above
          const worker: string = await boss.work<unknown>(name, options, async ([job]) => {
            if (!job) return;
            try {
              await handler(job.data);
            } catch (error) {
              // It is tried again; the log says why, since the queue's own record of it is for nobody to read.
              log.error(`${name}: failed`, { error: said(error) });
              throw error;
            } finally {
              // Where one was there may be more: else each worker did one between two looks.
              boss.notifyWorker(worker);
            }
          });
        }
      }
    },
    async open() {
      const stats = await boss.getQueues();
      return stats
        .filter(({ name }) => queues.includes(name as Queue))
        .map(({ name, queuedCount, activeCount }) => [{ queue: name }, queuedCount + activeCount]);
    },
    stop: (seconds) => boss.stop({ graceful: true, timeout: seconds * 1000 }),
  };
}
