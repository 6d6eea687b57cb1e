/** What there is to watch in the tables: measured when Prometheus asks, the same on every replica. */
import type { Parts } from './server.ts';

export function watchMetrics({ db, jobs, metrics }: Parts): void {
  metrics.gauge('deskcall_jobs', 'Jobs that wait or are worked on, as the queue counted them last.', () => jobs.open());
  metrics.gauge('deskcall_sessions', 'Sessions by state.', async () => {
    const rows = await db
      .selectFrom('session')
      .select(['state', (it) => it.fn.countAll<string>().as('n')])
      .groupBy('state')
      .execute();
    return rows.map(({ state, n }) => [{ state }, Number(n)]);
  });
  metrics.gauge('deskcall_outbox', 'Notes by desk and state.', async () => {
    const rows = await db
      .selectFrom('outbox')
      .select(['desk', 'state', (it) => it.fn.countAll<string>().as('n')])
      .groupBy(['desk', 'state'])
      .execute();
    return rows.map(({ desk, state, n }) => [{ desk, state }, Number(n)]);
  });
  metrics.gauge('deskcall_desks_stopped', 'Desks that refused their credential and get no more writes.', async () => {
    const rows = await db.selectFrom('stopped').select('desk').execute();
    return rows.map(({ desk }) => [{ desk }, 1]);
  });
}
