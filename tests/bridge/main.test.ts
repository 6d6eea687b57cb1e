/** `npm run bridge`, as a process of its own. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { sql } from 'kysely';
import { afterEach, expect, test } from 'vitest';
import { openDb } from '../../bridge/db.ts';
import { createHook } from '../../bridge/keys.ts';
import { endAll, originOf, run } from './process.ts';
import { until } from './wait.ts';
import { makeDatabase } from './world.ts';

afterEach(endAll);

test('it starts, is set up while it runs, works, and ends in order when told to', async () => {
  const { url: DATABASE_URL, drop } = await makeDatabase();
  const env = { DATABASE_URL };
  const bridge = run([], env);
  const origin = await originOf(bridge);

  const made = run(['hook', 'create', 'worklink'], { ...env, PORT: new URL(origin).port });
  const token = run(['token', 'create', '--name', 'panel', '--scope', 'launch,read'], env);
  const odd = run(['token', 'create', '--name', 'panel', '--scope', 'launch,everything'], env);
  const nobody = run(['token', 'create', '--name', 'agent', '--scope', 'pop'], env);
  const agent = run(['token', 'create', '--name', 'agent', '--scope', 'pop', '--username', 'James.Collins'], env);
  expect(await Promise.all([made.ended, token.ended, odd.ended])).toEqual([0, 0, 1]);
  expect(await Promise.all([nobody.ended, agent.ended])).toEqual([1, 0]);
  expect(nobody.out()).toContain('--username');
  expect(agent.out()).toContain('James.Collins in Awaken');
  expect(odd.out()).toContain('everything');
  const hook = made.out().trim().split('\n').at(-1) ?? '';
  expect(hook).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/hooks\/worklink\/[\w-]{43}$/);
  expect((await fetch(hook, { method: 'POST', body: '{"data":{"id":"x"}}' })).status).toBe(200);
  const authorization = `Bearer ${token.out().trim().split('\n').at(-1)}`;
  expect((await fetch(`${origin}/api/cases/rt/ticket/1`, { headers: { authorization } })).status).toBe(200);

  // A second for the time of rotation, and no third.
  const { db } = openDb(DATABASE_URL, () => {});
  expect(await createHook(db, 'worklink')).toHaveProperty('token');
  await db.destroy();
  const third = run(['hook', 'create', 'worklink'], env);
  const revoked = /^Hook (\d+)\./.exec(made.out())?.[1] ?? '';
  expect(await third.ended).toBe(1);
  expect(third.out()).toContain('hook revoke');
  expect(await run(['hook', 'revoke', revoked], env).ended).toBe(0);
  expect((await fetch(hook, { method: 'POST', body: '{}' })).status).toBe(404);

  bridge.child.kill('SIGTERM');
  expect(await bridge.ended).toBe(0);
  expect(bridge.out()).toContain('"what":"stopped"');
  await drop();
});

test('what is being delivered when it is told to end is stored and answered before it does', async () => {
  const { url: DATABASE_URL, drop } = await makeDatabase();
  const bridge = run([], { DATABASE_URL });
  const origin = await originOf(bridge);
  const { db } = openDb(DATABASE_URL, () => {});
  const made = await createHook(db, 'worklink');
  const hook = `${origin}/hooks/worklink/${'token' in made ? made.token : ''}`;
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  let hold = (): void => {};
  const held = new Promise<void>((resolve) => (hold = resolve));
  const slow = db.transaction().execute(async (trx) => {
    await sql`lock table event in exclusive mode`.execute(trx);
    hold();
    await released;
  });
  await held;
  const delivery = fetch(hook, { method: 'POST', body: '{"data":{"id":"at-the-end"}}' });
  // It waits for the table.
  await until(async () => {
    const { rows } = await sql`select 1 from pg_stat_activity where wait_event_type = 'Lock'`.execute(db);
    return rows.length > 0;
  });
  bridge.child.kill('SIGTERM');
  await bridge.line(/"what":"stopping"/);
  release();
  await slow;
  expect((await delivery).status).toBe(200);
  expect(await bridge.ended).toBe(0);
  expect(await db.selectFrom('event').select('subject').execute()).toEqual([{ subject: 'at-the-end' }]);
  await db.destroy();
  await drop();
});

test('a person is found and taken out, and not everybody who shares a first name', async () => {
  const { url: DATABASE_URL, drop } = await makeDatabase();
  const env = { DATABASE_URL };
  await run(['token', 'create', '--name', 'Dana Reyes', '--scope', 'read'], env).ended;
  const found = run(['person', 'export', 'Dana Reyes'], env);
  const two = run(['person', 'erase', 'Dana', 'Reyes'], env);
  const other = run(['person', 'forget', 'Dana Reyes'], env);
  expect(await Promise.all([found.ended, two.ended, other.ended])).toEqual([0, 1, 1]);
  expect(JSON.parse(found.out())).toMatchObject({ token: [{ name: 'Dana Reyes' }] });
  const erased = run(['person', 'erase', 'Dana Reyes'], env);
  expect(await erased.ended).toBe(0);
  expect(erased.out()).toContain('1 of token');
  await drop();
});

test('wrong settings end it with every mistake', async () => {
  const bridge = run([], { PORT: '99999', DATABASE_URL: 'nonsense' });
  expect(await bridge.ended).toBe(1);
  expect(bridge.out()).toContain('PORT');
  expect(bridge.out()).toContain('DATABASE_URL');
});

test('a port that is taken ends it with a sentence and not with a hang', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const { url: DATABASE_URL, drop } = await makeDatabase();
  const bridge = run([], { DATABASE_URL, PORT: String(port) });
  expect(await bridge.ended).toBe(1);
  expect(bridge.out()).toContain('EADDRINUSE');
  other.close();
  await drop();
});
