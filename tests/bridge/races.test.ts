/** What comes while a session is dealt with, and what can't be dealt with at all. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { newLaunchId } from '../../lib/worklink.ts';
import { askToRead } from '../../bridge/inbox.ts';
import { startJobs } from '../../bridge/jobs.ts';
import { makeLog } from '../../bridge/log.ts';
import { makeMetrics } from '../../bridge/metrics.ts';
import { makeReader, retryUnread } from '../../bridge/sessions.ts';
import type { WorkLink } from '../../bridge/worklink.ts';
import { serveCms, type CmsSession } from '../../sandbox/worklink.ts';
import { until } from './wait.ts';
import { makeWorld, type World } from './world.ts';

const waits = { settle: 0, retry: 0.1, longestRetry: 1, poll: 0.5, sweep: 1, request: 5 };
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  // oxlint-disable-next-line no-await-in-loop -- the other way round than they were begun
  for (const end of ends.splice(0).toReversed()) await end();
});

const rowOf = (world: World, { id }: Pick<CmsSession, 'id'>) =>
  world.db.selectFrom('session').selectAll().where('resource_id', '=', id).executeTakeFirstOrThrow();

/** A desk with tickets, for sessions without a launch. @param asked is told before it says that it has a ticket */
async function deskWith(asked: () => Promise<void>): Promise<object> {
  const server = createServer((request, response) => {
    void asked().then(() =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ number: /\d+$/.exec(request.url ?? '')?.[0] })),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => new Promise((resolve) => server.close(resolve)));
  return {
    type: 'http',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    http: {
      kinds: ['ticket'],
      record: { path: '/ticket/{{id}}', number: '/number' },
      note: { path: '/ticket/{{id}}/notes', body: { text: '{{note}}' } },
    },
  };
}

async function worldOf(desk: object) {
  const cms = await serveCms();
  ends.push(() => cms.close());
  const world = await makeWorld(
    { worklink: { url: cms.url, requestsPerSecond: 100 }, desks: { plain: desk }, tries: 3, waits },
    { WORKLINK_TOKEN: cms.token },
  );
  ends.push(() => world.end());
  return { cms, world, hook: await world.hook('worklink') };
}

test('a launch that is told while the desk is asked decides', async () => {
  const launchId = newLaunchId();
  let told = false;
  const { cms, world, hook } = await worldOf(
    await deskWith(async () => {
      const authorization = `Bearer ${await world.token('launch')}`;
      const launch = { launchId, desk: 'plain', kind: 'ticket', id: '7', at: new Date().toISOString() };
      told ||= (await world.post('/api/launches', { launches: [launch] }, { authorization })).ok;
    }),
  );
  const externalData = { launch_id: launchId, desk: 'plain', case_id: 'ticket:7', work_order_id: '7' };
  const session = cms.add({ externalData, endedAt: null });
  await cms.announce(hook, session, 'created');
  await until(async () => told && (await rowOf(world, session)).state === 'read');
  expect(await rowOf(world, session)).toMatchObject({ match: 'launch', match_reason: null });
});

test('of a record that is told without its external data nothing is taken back', async () => {
  const { cms, world, hook } = await worldOf(await deskWith(async () => {}));
  const externalData = { desk: 'plain', case_id: 'ticket:7', work_order_id: '7' };
  const session = cms.add({ externalData });
  const settled = async (state: string) => {
    await cms.announce(hook, session, 'updated');
    return until(async () => {
      const row = await rowOf(world, session);
      return row.state === 'read' && (row.data as CmsSession).state === state && row;
    });
  };
  expect(await settled('finished')).toMatchObject({ match: 'case', case_id: '7' });
  // An error in its place, which is gone when it is asked again; and as REST may have it.
  cms.on('partial');
  cms.change(session, { state: 'two' });
  expect(await settled('two')).toMatchObject({ match: 'case', turn: 0 });
  cms.change(session, { state: 'three', externalData: null });
  expect(await settled('three')).toMatchObject({
    match: 'case',
    match_reason: 'launch not known to Deskcall',
    case_id: '7',
    turn: 0,
  });
  // External data that says something else does take it back.
  cms.change(session, { state: 'four', externalData: {} });
  expect(await settled('four')).toMatchObject({ match: 'none', case_id: null, turn: 1 });
});

test.each<[string, object, string]>([
  ['of more than a MB is read', { x: 'x'.repeat(1_500_000) }, 'read'],
  ['of a hundred thousand values is read', { x: Array.from({ length: 100_000 }, () => '1') }, 'read'],
  ['of more than 20 MB is parked', { x: 'x'.repeat(21_000_000) }, 'parked'],
  ['nested too deeply to be kept is parked', { x: JSON.parse('['.repeat(4000) + ']'.repeat(4000)) }, 'parked'],
  ['with an id that makes no address is nobody’s', { desk: 'plain', case_id: 'ticket:..', work_order_id: '7' }, 'read'],
  ['with an id that climbs is nobody’s', { desk: 'plain', case_id: 'ticket:../ticket/7', work_order_id: '7' }, 'read'],
])('external data %s', async (_, externalData, state) => {
  const { cms, world, hook } = await worldOf(await deskWith(async () => {}));
  const session = cms.add({ externalData });
  await cms.announce(hook, session, 'completed');
  const row = await until(async () => {
    const found = await rowOf(world, session);
    return found.state !== 'waiting' && found;
  });
  expect(row).toMatchObject({ state, case_id: null });
});

test('no desk is asked for an id that is longer than any launch may name', async () => {
  let asked = 0;
  const { cms, world, hook } = await worldOf(
    await deskWith(async () => {
      asked += 1;
    }),
  );
  const id = '7'.repeat(257);
  const session = cms.add({ externalData: { desk: 'plain', case_id: `ticket:${id}`, work_order_id: id } });
  await cms.announce(hook, session, 'completed');
  await until(async () => (await rowOf(world, session)).state === 'read');
  expect([(await rowOf(world, session)).match, asked]).toEqual(['none', 0]);
});

test.each<[string, (hint: () => Promise<void>, world: World) => Promise<unknown>]>([
  ['a hint that comes', (hint) => hint()],
  [
    'what another reading parks and a person asks for again',
    async (_, { db }) => {
      await db.updateTable('session').set({ state: 'parked' }).execute();
      expect(await retryUnread(db)).toBe(1);
    },
  ],
])('%s while the last try finds nothing is not lost', async (_, meanwhile) => {
  const world = await makeWorld({ tries: 1, waits });
  ends.push(() => world.end());
  const log = makeLog([], () => {});
  const jobs = await startJobs(world.config.databaseUrl ?? '', log, 1);
  ends.push(() => jobs.stop(1));
  const hint = () => world.db.transaction().execute((trx) => askToRead(trx, jobs, 'one', 3600));
  const { config, db } = world;
  const reader = makeReader(
    { config, db, jobs, log, metrics: makeMetrics() },
    {
      async read() {
        await meanwhile(hint, world);
        return { trouble: 'absent', why: 'Not authorized' };
      },
    } as Partial<WorkLink> as WorkLink,
    new Map(),
  );
  await hint();
  await reader.read('one');
  expect(await rowOf(world, { id: 'one' })).toMatchObject({ state: 'waiting', unseen: 0 });
});
