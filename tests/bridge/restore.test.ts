/** A database from a backup: what was written since is in the desks, and not in it. */
import pg from 'pg';
import { afterEach, expect, inject, test } from 'vitest';
import { newLaunchId } from '../../lib/worklink.ts';
import { serveCms } from '../../sandbox/worklink.ts';
import { serveDesks } from './desk.ts';
import { until } from './wait.ts';
import { makeWorld } from './world.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function onServer(...texts: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgres') });
  await client.connect();
  for (const text of texts) await client.query(text);
  await client.end();
}

test('what the desk has already is not written again; what it has not is', async () => {
  const cms = await serveCms();
  ends.push(() => cms.close());
  const desks = await serveDesks();
  ends.push(() => desks.close());
  const world = await makeWorld(
    {
      worklink: { url: cms.url, requestsPerSecond: 100 },
      desks: { rt: desks.desks.rt },
      waits: { settle: 0, retry: 0.1, poll: 0.5, sweep: 1, request: 1 },
    },
    { WORKLINK_TOKEN: cms.token, DESK_RT_TOKEN: desks.token },
  );
  ends.push(() => world.end());
  const hook = await world.hook('worklink');
  const authorization = `Bearer ${await world.token('launch')}`;
  const launches = ['1', '2'].map((id) => {
    const at = new Date().toISOString();
    return { launchId: newLaunchId(), desk: 'rt', kind: 'ticket', id, at };
  });
  expect((await world.post('/api/launches', { launches }, { authorization })).status).toBe(200);
  const name = new URL(world.config.databaseUrl ?? '').pathname.slice(1);
  await world.stop();
  await onServer(`create database ${name}_backup template ${name}`);

  // A day goes by.
  await world.restart();
  const minutesAgo = (n: number) => new Date(Date.now() - n * 60_000).toISOString();
  const call = (n: number) =>
    cms.add({
      startedAt: minutesAgo(20),
      endedAt: minutesAgo(10),
      externalData: {
        launch_id: launches[n]?.launchId,
        desk: 'rt',
        case_id: `ticket:${n + 1}`,
        work_order_id: `${n + 1}`,
      },
    });
  await cms.announce(hook.replace(/^http:\/\/[^/]*/, world.url), call(0), 'completed');
  await until(async () => desks.notes.has('rt 1'));
  await until(async () => (await world.db.selectFrom('outbox').select('state').execute())[0]?.state === 'done');

  await world.stop();
  await onServer(
    `drop database ${name} with (force)`,
    `create database ${name} template ${name}_backup`,
    `drop database ${name}_backup`,
  );
  call(1);
  await world.restart();
  await until(async () => desks.notes.has('rt 2'));
  await until(async () => {
    const rows = await world.db.selectFrom('outbox').select('state').execute();
    return rows.length === 2 && rows.every(({ state }) => state === 'done');
  });
  expect([...desks.notes.values()].map(({ length }) => length)).toEqual([1, 1]);
});

test('the queue needs no backup: a database without it is worked on', async () => {
  const cms = await serveCms();
  ends.push(() => cms.close());
  const world = await makeWorld(
    { worklink: { url: cms.url, requestsPerSecond: 100 }, waits: { settle: 30, poll: 0.5, sweep: 1 } },
    { WORKLINK_TOKEN: cms.token },
  );
  ends.push(() => world.end());
  const session = cms.add({});
  await cms.announce(await world.hook('worklink'), session, 'completed');
  const name = new URL(world.config.databaseUrl ?? '').pathname;
  await world.stop();
  const client = new pg.Client({ connectionString: inject('postgres').replace(/\/[^/]*$/, name) });
  await client.connect();
  await client.query('drop schema deskcall_jobs cascade');
  await client.query('update deskcall.session set next_at = now()');
  await client.end();
  await world.restart();
  const [row] = await until(async () => {
    const rows = await world.db.selectFrom('session').select(['resource_id', 'state']).execute();
    return rows[0]?.state === 'read' && rows;
  });
  expect(row?.resource_id).toBe(session.id);
});
