import { afterAll, beforeAll, expect, test } from 'vitest';
import { errorShape, historyShape, launchesAnswerShape, tokenShape } from '../../lib/api.ts';
import { revoke } from '../../bridge/keys.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await makeWorld({ limits: { token: 5 }, waits: { poll: 60 } });
});
afterAll(() => world.end());

const launch = (launchId: string, more: object = {}) => ({
  launchId,
  desk: 'rt',
  kind: 'ticket',
  id: '1',
  at: '2026-11-22T10:00:00+01:00',
  ...more,
});
const send = async (launches: unknown, token: string) =>
  world.post('/api/launches', { launches }, { authorization: `Bearer ${token}` });

test('launches are stored once and told in the history of their case', async () => {
  const token = await world.token('launch', 'read');
  const launches = [
    launch('AAAAAAAAAAA2', { number: '#1', target: 'Pump expert', surface: 'button' }),
    launch('AAAAAAAAAAA3', { id: '2' }),
  ];
  expect(launchesAnswerShape.parse(await (await send(launches, token)).json())).toEqual({ stored: 2 });
  // Sent again after an answer that was lost, now for another case: the first word counts.
  expect(await (await send([launch('AAAAAAAAAAA2', { id: '666' })], token)).json()).toEqual({ stored: 0 });
  const history = historyShape.parse(await (await world.get('/api/cases/rt/ticket/1', token)).json());
  expect(history.entries).toEqual([
    {
      what: 'launch',
      at: '2026-11-22T09:00:00.000Z',
      launchId: 'AAAAAAAAAAA2',
      target: 'Pump expert',
      surface: 'button',
      state: 'open',
    },
  ]);
  expect(await (await world.get('/api/cases/rt/ticket/666', token)).json()).toEqual({ entries: [] });
});

test.each([
  ['no list', 'x'],
  ['an empty list', []],
  ['a launch id of other letters', [launch('aaaaaaaaaaa2')]],
  ['a desk that is no key', [launch('BBBBBBBBBBB2', { desk: '../x' })]],
  ['a kind with a colon', [launch('BBBBBBBBBBB2', { kind: 'a:b' })]],
  ['no time', [launch('BBBBBBBBBBB2', { at: 'now' })]],
  ['too many', Array.from({ length: 101 }, () => launch('BBBBBBBBBBB2'))],
])('%s is refused with what to do', async (_, launches) => {
  const response = await send(launches, await world.token('launch'));
  expect(response.status).toBe(400);
  expect(errorShape.parse(await response.json()).error.code).toBe('invalid');
});

test('a token does what it was made for, until it is revoked', async () => {
  const token = await world.token('launch');
  expect((await world.get('/api/cases/rt/ticket/1', token)).status).toBe(403);
  expect((await send([launch('CCCCCCCCCCC2')], token)).status).toBe(200);
  const { id } = await world.db.selectFrom('token').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow();
  expect(await revoke(world.db, 'token', id)).toBe(true);
  expect(await revoke(world.db, 'token', id)).toBe(false);
  const after = await send([launch('CCCCCCCCCCC3')], token);
  expect(after.status).toBe(401);
  expect(after.headers.get('www-authenticate')).toBe('Bearer');
});

test.each(['', 'Bearer', 'Bearer x', 'Basic eDp4', 'bearer null'])('%j is nobody', async (authorization) => {
  const response = await world.post('/api/launches', '{}', authorization ? { authorization } : {});
  expect(response.status).toBe(401);
  expect(errorShape.parse(await response.json()).error.next).toContain('token');
});

test('no token is stored as it is, or logged', async () => {
  const token = await world.token('launch');
  const rows = await world.db.selectFrom('token').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain(token);
  expect(world.lines.join('')).not.toContain(token);
});

test('a token that asks too often is told how long to wait; others go on', async () => {
  const [busy, calm] = [await world.token('read'), await world.token('read')];
  const answers = await Promise.all(Array.from({ length: 40 }, () => world.get('/api/cases/rt/ticket/1', busy)));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await world.get('/api/cases/rt/ticket/1', calm)).status).toBe(200);
});

test('no other origin is let in: there is no CORS header on any answer', async () => {
  const response = await fetch(`${world.url}/api/launches`, {
    method: 'OPTIONS',
    headers: { origin: 'https://desk.test', 'access-control-request-method': 'POST' },
  });
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
});

test('watched: alive, ready, and what there is to count', async () => {
  expect(await (await world.get('/healthz')).text()).toBe('ok\n');
  expect((await world.get('/readyz')).status).toBe(200);
  const hook = await world.hook('awaken');
  expect((await world.post(hook, { reference: 'rt:1', agent: 'James.Collins' })).status).toBe(200);
  expect((await world.post(hook, 'nonsense')).status).toBe(200);
  const text = await (await world.get('/metrics')).text();
  expect(text).toContain('deskcall_hooks_total{source="awaken",outcome="ignored"} 1');
  expect(text).toContain('deskcall_hooks_total{source="awaken",outcome="parked"} 1');
  expect(text).toMatch(/^deskcall_api_total\{status="401"\} \d+$/m);
  expect(text).toMatch(/^deskcall_jobs\{queue="read"\} 0$/m);
  expect(text).not.toContain(hook.split('/').at(-1));
});

test('any token learns what it is called and what it may', async () => {
  const asked = await world.get('/api/token', await world.token('launch', 'read'));
  expect(tokenShape.parse(await asked.json())).toEqual({ name: 'test', scopes: ['launch', 'read'] });
  expect((await world.get('/api/token', 'x')).status).toBe(401);
});
