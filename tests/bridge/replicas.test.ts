/** Three bridges as processes on one PostgreSQL, one of them killed while it works. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openDb } from '../../bridge/db.ts';
import { createHook } from '../../bridge/keys.ts';
import { serveCms, type CmsSession } from '../../sandbox/worklink.ts';
import { endAll, originOf, run } from './process.ts';
import { until } from './wait.ts';
import { makeDatabase } from './world.ts';

afterEach(endAll);

test('what was answered 200 is read by those that are left', async () => {
  const cms = await serveCms();
  const { url: DATABASE_URL, drop } = await makeDatabase();
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-replicas-'));
  const BRIDGE_CONFIG = join(dir, 'bridge.config.json');
  const waits = { settle: 0, retry: 0.2, longestRetry: 1, poll: 0.5, sweep: 1 };
  writeFileSync(BRIDGE_CONFIG, JSON.stringify({ worklink: { url: cms.url, requestsPerSecond: 50 }, waits }));
  const env = { DATABASE_URL, BRIDGE_CONFIG, WORKLINK_TOKEN: cms.token };
  // At once: who is first brings the tables up to date.
  const bridges = [run([], env), run([], env), run([], env)];
  const origins = await Promise.all(bridges.map(originOf));
  const { db } = openDb(DATABASE_URL, () => {});
  try {
    const made = await createHook(db, 'worklink');
    const token = 'token' in made ? made.token : '';
    const sessions = Array.from({ length: 60 }, () => cms.add({}));
    /** As a sender with a balancer before the bridges: who does not answer is left out. */
    const deliver = async (session: CmsSession, n: number): Promise<void> => {
      for (let at = n; at < n + 3; at += 1) {
        const hook = `${origins[at % 3]}/hooks/worklink/${token}`;
        // oxlint-disable-next-line no-await-in-loop -- the next only if this one is gone
        const status = await cms.announce(hook, session, 'completed').catch(() => 0);
        if (status === 200) return;
      }
      throw new Error('No bridge took it.');
    };
    await Promise.all(
      sessions.map(async (session, n) => {
        await deliver(session, n);
        // Half of it is delivered, some of it is being read.
        if (n === 30) bridges[0]?.child.kill('SIGKILL');
      }),
    );
    expect(await bridges[0]?.ended).toBeNull();
    const rows = await until(async () => {
      const found = await db.selectFrom('session').select(['resource_id', 'state']).execute();
      return found.length === sessions.length && found.every(({ state }) => state === 'read') && found;
    });
    expect(new Set(rows.map(({ resource_id: id }) => id))).toEqual(new Set(sessions.map(({ id }) => id)));
    for (const bridge of bridges.slice(1)) bridge.child.kill('SIGTERM');
    expect(await Promise.all(bridges.slice(1).map(({ ended }) => ended))).toEqual([0, 0]);
  } finally {
    await db.destroy();
    endAll();
    await drop();
    await cms.close();
    rmSync(dir, { recursive: true });
  }
});
