/** What no webhook told of is found all the same, and what is older is filled in. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, describe, expect, test } from 'vitest';
import { newLaunchId } from '../../lib/worklink.ts';
import { openDb } from '../../bridge/db.ts';
import { serveCms, type CmsServer, type CmsSession } from '../../sandbox/worklink.ts';
import type { Variant } from '../../sandbox/worklink-schemas.ts';
import { endAll, originOf, run } from './process.ts';
import { until } from './wait.ts';
import { makeConfig, makeDatabase, makeWorld, type World } from './world.ts';

const waits = { settle: 0, retry: 0.1, longestRetry: 1, poll: 0.5, sweep: 1, request: 1 };
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  endAll();
  // oxlint-disable-next-line no-await-in-loop -- the other way round than they were begun
  for (const end of ends.splice(0).toReversed()) await end();
});

async function worldOf(worklink: object = {}, more: object = {}, variant: Variant = 'today') {
  const cms = await serveCms({ variant });
  ends.push(() => cms.close());
  const world = await makeWorld(
    { worklink: { url: cms.url, requestsPerSecond: 100, ...worklink }, tries: 4, waits: { ...waits, ...more } },
    { WORKLINK_TOKEN: cms.token },
  );
  ends.push(() => world.end());
  return { cms, world };
}
const rowOf = (world: World, { id }: CmsSession) =>
  world.db.selectFrom('session').selectAll().where('resource_id', '=', id).executeTakeFirst();
const read = (world: World, session: CmsSession) =>
  until(async () => {
    const row = await rowOf(world, session);
    return row?.state === 'read' && row;
  });
async function launch(world: World, id: string): Promise<string> {
  const launchId = newLaunchId();
  const authorization = `Bearer ${await world.token('launch')}`;
  const one = { launchId, desk: 'rt', kind: 'ticket', id, at: new Date().toISOString() };
  await world.post('/api/launches', { launches: [one] }, { authorization });
  return launchId;
}
const stateOf = async (world: World, id: string) =>
  (await world.db.selectFrom('launch').select('state').where('id', '=', id).executeTakeFirstOrThrow()).state;
/** Old enough to be known of only by its launch. */
const old = { startedAt: '2020-01-01T00:00:00Z', endedAt: '2020-01-01T00:10:00Z', updatedAt: '2020-01-01T00:10:00Z' };

describe('a webhook that is lost, §2.4 "lost hooks are never reported"', () => {
  test.each<[string, (id: string) => unknown]>([
    ['MATCH', (id) => id],
    ['CONTAINS, §3.5 item 5', (id) => ['other', id]],
  ])('of a launch: found by %s', async (_, value) => {
    const { cms, world } = await worldOf();
    const hook = await world.hook('worklink');
    const id = await launch(world, '1');
    const session = cms.add({ ...old, externalData: { launch_id: value(id) } });
    cms.on('lost');
    expect(await cms.announce(hook, session, 'completed')).toBe(0);
    await read(world, session);
    const { operation } = cms.requests.find((each) => each.operation.includes('externalData: {')) ?? {};
    expect(operation).toContain('type: "MATCH"');
  });

  test('without a launch: found among what is newest, and again when it changed', async () => {
    const { cms, world } = await worldOf();
    const hook = await world.hook('worklink');
    const before = cms.add({ ...old });
    const session = cms.add({ externalData: { x: '1' }, state: 'one' });
    cms.on('lost');
    await cms.announce(hook, session, 'completed');
    await read(world, session);
    expect(await rowOf(world, before)).toBeUndefined();
    // It had ended, so that nothing but its change makes it worth another look.
    cms.change(session, { state: 'two' });
    await until(async () => ((await read(world, session)).data as { state: string }).state === 'two');
  });

  test('is found by a sweep of which another part fails', async () => {
    const { cms, world } = await worldOf();
    await sql`alter table pop rename to elsewhere`.execute(world.db);
    const session = cms.add({ ...old, externalData: { launch_id: await launch(world, '1') } });
    await until(async () => world.lines.some((line) => line.includes('"sweep: failed"') && line.includes('forget')));
    expect(await read(world, session)).toMatchObject({ match: 'launch' });
  });

  test('of more than a page, behind one that is known: all are found', async () => {
    const { cms, world } = await worldOf({}, { sweep: 3600 });
    const later = (n: number) => new Date(Date.now() + n * 1000).toISOString();
    const lost = Array.from({ length: 230 }, () => cms.add({ updatedAt: later(0) }));
    const session = cms.add({ updatedAt: '2090-01-01T00:00:00Z' });
    await cms.announce(await world.hook('worklink'), session, 'completed');
    await read(world, session);
    // It sweeps when it starts.
    await world.restart();
    const rows = await until(async () => {
      const found = await world.db.selectFrom('session').select(['resource_id', 'state']).execute();
      return found.length > lost.length && found.every(({ state }) => state === 'read') && found;
    });
    expect(new Set(rows.map((row) => row.resource_id))).toEqual(new Set([...lost, session].map(({ id }) => id)));
    // From then on no further back than that, whatever a wrong clock says of the newest.
    const seenTo = async () =>
      (await sql<{ at: Date | null }>`select seen_to as at from listing where name = 'calls'`.execute(world.db)).rows[0]
        ?.at;
    const to = (await until(seenTo)).getTime();
    expect(to).toBeLessThanOrEqual(Date.now());
    await world.db
      .updateTable('connected')
      .set({ at: new Date(Date.now() - 86_400_000) })
      .execute();
    for (let n = 0; n < 400; n += 1) cms.add({ updatedAt: later(-7200) });
    const asked = cms.requests.length;
    await world.restart();
    await until(async () => ((await seenTo())?.getTime() ?? 0) > to);
    const pages = cms.requests.slice(asked).filter(({ operation }) => /calls\(first: 100/.test(operation));
    expect(pages).toHaveLength(3);
  });

  test('late, twice and in the wrong order: one record, and its last state', async () => {
    const { cms, world } = await worldOf();
    const hook = await world.hook('worklink');
    const session = cms.add({ endedAt: null, state: 'active' });
    cms.on('late', 2);
    await cms.announce(hook, session, 'created');
    await cms.announce(hook, session, 'updated');
    cms.change(session, { endedAt: '2026-11-22T09:12:05Z', state: 'finished' });
    cms.on('twice');
    expect(await cms.announce(hook, session, 'completed')).toBe(200);
    expect(await cms.release('backwards')).toEqual([200, 200]);
    const row = await read(world, session);
    expect(row.data).toMatchObject({ state: 'finished' });
    expect(await world.db.selectFrom('session').select('id').execute()).toHaveLength(1);
  });
});

describe('launches', () => {
  test('lead to a second call, of somebody else who scanned the code: it is found though the first one was seen', async () => {
    const { cms, world } = await worldOf();
    const hook = await world.hook('worklink');
    const launch_id = await launch(world, '1');
    const first = cms.add({ ...old, externalData: { launch_id } });
    await cms.announce(hook, first, 'completed');
    await read(world, first);
    expect(await stateOf(world, launch_id)).toBe('seen');
    await read(world, cms.add({ ...old, externalData: { launch_id } }));
  });

  test('lead to no call after their time, which is said only once WorkLink was asked', async () => {
    const { cms, world } = await worldOf({}, { launch: 2 });
    cms.scheme = 'Bearer';
    cms.token = 'another';
    const id = await launch(world, '1');
    await until(() => Promise.resolve(world.lines.some((line) => line.includes('WorkLink refuses the token'))));
    await world.db
      .updateTable('launch')
      .set({ received_at: new Date(Date.now() - 60_000) })
      .execute();
    // A whole sweep later it is still open: nobody could look.
    const sweeps = cms.requests.length;
    await until(() => Promise.resolve(cms.requests.length > sweeps));
    expect(await stateOf(world, id)).toBe('open');
    cms.token = world.config.worklink?.token ?? '';
    await until(async () => (await stateOf(world, id)) === 'expired');
  });

  test('are looked for at growing intervals: as long as they were old when last looked for', async () => {
    const { cms, world } = await worldOf({}, { launch: 3600, sweep: 2 });
    const minutesAgo = (n: number) => new Date(Date.now() - n * 60_000);
    const ids = [await launch(world, '1'), await launch(world, '2')];
    const set = (id: string | undefined, received: number, swept: number) =>
      world.db
        .updateTable('launch')
        .set({ received_at: minutesAgo(received), swept_at: minutesAgo(swept) })
        .where('id', '=', id ?? '')
        .execute();
    // It was 6 minutes old then, and that is 4 minutes ago: not yet. The other was 3, and that is 7 ago.
    await set(ids[0], 10, 4);
    await set(ids[1], 10, 7);
    const asked = (id = '') => cms.requests.filter(({ operation }) => operation.includes(id)).length;
    await until(() => Promise.resolve(asked(ids[1]) > 0));
    // A further one has to wait for a sweep after this one, by which the first would have been asked for.
    const third = await launch(world, '3');
    await until(() => Promise.resolve(asked(third) > 0));
    expect(asked(ids[0])).toBe(0);
  });
});

describe('REST', () => {
  test('where GraphQL does not answer, the address in the webhook is asked', async () => {
    const { cms, world } = await worldOf();
    const hook = await world.hook('worklink');
    const id = await launch(world, '7');
    const session = cms.add({ externalData: { launch_id: id, case_id: 'ticket:7', desk: 'rt', work_order_id: '7' } });
    cms.on('down', 1000);
    await cms.announce(hook, session, 'completed');
    expect(await read(world, session)).toMatchObject({ match: 'launch', case_id: '7', milliseconds: '725000' });
  });

  test('another origin is not, which costs one line and not the session', async () => {
    const { cms, world } = await worldOf();
    const hook = await world.hook('worklink');
    const session = cms.add({});
    cms.on('not-authorized', 3);
    const url = 'http://169.254.169.254/latest/meta-data/';
    expect(await cms.announce(hook, session, 'completed', { url })).toBe(200);
    expect((await read(world, session)).url).toBeNull();
    expect(world.lines.filter((line) => line.includes('elsewhere'))).toHaveLength(1);
  });
});

describe('older sessions', () => {
  const since = '2026-02-01';
  const day = (n: number) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString();
  const fill = (cms: CmsServer, count: number, from = 0) =>
    Array.from({ length: count }, (_, n) =>
      cms.add({
        type: 'ScenarioSession',
        startedAt: day(from + (n % 60)),
        endedAt: day(from + (n % 60)),
        updatedAt: day(from + (n % 60)),
      }),
    );

  test.each<Variant>(['today', 'old', 'offset'])(
    'are filled in since the day that is named: schema of %s',
    async (variant) => {
      const cms = await serveCms({ variant });
      ends.push(() => cms.close());
      const all = fill(cms, 240);
      const wanted = all.filter(({ startedAt }) => startedAt >= since);
      const world = await makeWorld(
        { worklink: { url: cms.url, requestsPerSecond: 100, since }, waits },
        { WORKLINK_TOKEN: cms.token },
      );
      ends.push(() => world.end());
      await until(() =>
        world.db
          .selectFrom('listing')
          .select('name')
          .where('name', '=', 'scenarioSessions')
          .where('done_at', 'is not', null)
          .executeTakeFirst(),
      );
      const rows = await until(async () => {
        const found = await world.db.selectFrom('session').selectAll().execute();
        return found.every(({ state }) => state === 'read') && found;
      });
      expect(new Set(rows.map((row) => row.resource_id))).toEqual(new Set(wanted.map(({ id }) => id)));
      expect(rows.every(({ quiet }) => quiet)).toBe(true);
    },
  );

  test('are not old that ended after the bridge was connected, be they found here first', async () => {
    const cms = await serveCms();
    ends.push(() => cms.close());
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const over = cms.add({ startedAt: day(40), endedAt: day(40), updatedAt: day(40) });
    // It began before, and changed when the lists could not be looked at.
    const lately = cms.add({ startedAt: day(40), endedAt: soon, updatedAt: day(40) });
    const world = await makeWorld(
      { worklink: { url: cms.url, requestsPerSecond: 100, since }, waits },
      { WORKLINK_TOKEN: cms.token },
    );
    ends.push(() => world.end());
    expect((await read(world, over)).quiet).toBe(true);
    expect((await read(world, lately)).quiet).toBe(false);
  });

  test('are filled in though a hundred of them wait for something else', async () => {
    const cms = await serveCms();
    ends.push(() => cms.close());
    const all = fill(cms, 20, 40);
    const world = await makeWorld({ waits });
    ends.push(() => world.end());
    for (let n = 0; n < 100; n += 1)
      // oxlint-disable-next-line no-await-in-loop -- a hundred rows
      await world.db
        .insertInto('session')
        .values({ resource_id: `stuck ${n}`, quiet: true, tries: 3, next_at: new Date('2090-01-01') })
        .execute();
    Object.assign(
      world.config,
      makeConfig({ worklink: { url: cms.url, requestsPerSecond: 100, since }, waits }, { WORKLINK_TOKEN: cms.token }),
      {
        databaseUrl: world.config.databaseUrl,
      },
    );
    await world.restart();
    const last = all.at(-1) as CmsSession;
    expect(await until(() => rowOf(world, last))).toMatchObject({ quiet: true });
  });

  test('wait while a call that has just ended is read', async () => {
    const cms = await serveCms();
    ends.push(() => cms.close());
    fill(cms, 300, 40);
    const world = await makeWorld(
      { worklink: { url: cms.url, requestsPerSecond: 20, since }, waits },
      { WORKLINK_TOKEN: cms.token },
    );
    ends.push(() => world.end());
    const waiting = async () =>
      (
        await world.db
          .selectFrom('session')
          .select('id')
          .where('quiet', '=', true)
          .where('state', '=', 'waiting')
          .execute()
      ).map(({ id }) => id);
    const before = await until(async () => {
      const ids = await waiting();
      return ids.length >= 90 && ids;
    });
    const session = cms.add({});
    await cms.announce(await world.hook('worklink'), session, 'completed');
    await read(world, session);
    // Most of those that were there before it still wait.
    const after = new Set(await waiting());
    expect(before.filter((id) => after.has(id)).length).toBeGreaterThan(before.length / 2);
    expect((await rowOf(world, session))?.quiet).toBe(false);
  });

  test('are all there after the bridge was killed on the way, and none is asked for twice', async () => {
    const cms = await serveCms();
    ends.push(() => cms.close());
    const all = fill(cms, 350, 40);
    const { url: DATABASE_URL, drop } = await makeDatabase();
    ends.push(drop);
    const dir = mkdtempSync(join(tmpdir(), 'deskcall-fill-'));
    ends.push(() => Promise.resolve(rmSync(dir, { recursive: true })));
    const BRIDGE_CONFIG = join(dir, 'bridge.config.json');
    writeFileSync(BRIDGE_CONFIG, JSON.stringify({ worklink: { url: cms.url, requestsPerSecond: 100, since }, waits }));
    const env = { DATABASE_URL, BRIDGE_CONFIG, WORKLINK_TOKEN: cms.token };
    const first = run([], env);
    await originOf(first);
    const { db } = openDb(DATABASE_URL, () => {});
    ends.push(() => db.destroy());
    const pages = () =>
      cms.requests.filter(
        ({ operation }) => /scenarioSessions\(first: 100/.test(operation) && operation.includes('after'),
      );
    const count = async () => (await db.selectFrom('session').select('id').execute()).length;
    await until(async () => (await count()) >= 100);
    first.child.kill('SIGKILL');
    await first.ended;
    const before = await db
      .selectFrom('listing')
      .selectAll()
      .where('name', '=', 'scenarioSessions')
      .executeTakeFirstOrThrow();
    expect(before.done_at).toBeNull();
    const asked = pages().length;
    await originOf(run([], env));
    const rows = await until(async () => {
      const found = await db.selectFrom('session').select(['resource_id', 'state']).execute();
      return found.length === all.length && found.every(({ state }) => state === 'read') && found;
    });
    expect(new Set(rows.map((row) => row.resource_id))).toEqual(new Set(all.map(({ id }) => id)));
    // It went on with the page after the last that was stored.
    expect(pages()[asked]?.operation).toContain(JSON.stringify(before.cursor));
  });
});
