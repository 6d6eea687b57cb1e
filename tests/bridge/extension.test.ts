/** The extension's pops through a real bridge to the sandbox's Awaken: what is sent, once, and what is known of it. */
import { randomUUID } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { locks } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import type { Case } from '../../lib/model.ts';
import { serveAwaken, type AwakenServer, type Switch } from '../../sandbox/awaken.ts';
import { until } from './wait.ts';
import { makeWorld, type World } from './world.ts';

const stored = vi.hoisted(() => new Map<string, unknown>());
vi.mock('idb-keyval', () => ({
  get: async (key: string) => stored.get(key),
  set: async (key: string, value: unknown) => void stored.set(key, value),
  setMany: async (all: [string, unknown][]) => {
    for (const [key, value] of all) stored.set(key, value);
  },
  delMany: async (keys: string[]) => {
    for (const key of keys) stored.delete(key);
  },
}));
Object.defineProperty(navigator, 'locks', { value: locks, configurable: true });
Object.assign(globalThis, { chrome: fakeBrowser });

let server: AwakenServer;
let world: World;
let hook: string;
let james: string;
let sam: string;
/** What lies between the two, and may lose what it carries: a request, or the answer to one. */
let between: Server;
let port: number;
let lose: 'request' | 'answer' | null;
let lost: ServerResponse[];
let granted: string[];

/** A worker of its own: modules, but not what is stored, begin anew. */
async function worker() {
  vi.resetModules();
  const [pops, vault] = await Promise.all([import('../../lib/browser/pops.ts'), import('../../lib/browser/vault.ts')]);
  return { ...pops, ...vault };
}
let life: Awaited<ReturnType<typeof worker>>;

beforeAll(async () => {
  server = await serveAwaken();
  const { authUrl, popUrl, systemId, user, password } = server;
  world = await makeWorld(
    { awaken: { authUrl, popUrl, systemId }, waits: { poll: 60 }, limits: { token: 1000 } },
    { AWAKEN_USER: user, AWAKEN_PASSWORD: password },
  );
  hook = new URL(await world.hook('awaken')).pathname;
  james = await world.tokenOf('James.Collins', 'pop', 'read');
  sam = await world.tokenOf('Sam.Okoro', 'pop');
  between = createServer((request, response) => {
    if (lose === 'request') return void lost.push(response);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void fetch(world.url + request.url, {
        method: request.method ?? 'GET',
        headers: request.headers as Record<string, string>,
        ...(request.method === 'POST' && { body: Buffer.concat(chunks) }),
      }).then(async (answer) => {
        if (lose === 'answer') return lost.push(response);
        const headers = { 'content-type': answer.headers.get('content-type') ?? '' };
        return response.writeHead(answer.status, headers).end(await answer.text());
      });
    });
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  port = (between.address() as AddressInfo).port;
});
afterAll(async () => {
  between.closeAllConnections();
  await new Promise((resolve) => between.close(resolve));
  await world.end();
  await server.close();
});

const url = () => `http://127.0.0.1:${port}`;
const set = (more: object = {}) =>
  stored.set('state', {
    own: {
      bridge: { url: url() },
      awaken: {
        mode: 'bridge',
        pops: [
          { id: 'intake', name: 'Pump intake', campaign: 'Pump intake', data: [{ name: 'Case', field: 'number' }] },
          { id: 'wrap', name: 'Wrap-up', campaign: 'Wrap-up', to: { username: 'Sam.Okoro' } },
        ],
      },
      myUser: 'James.Collins',
      ...more,
    },
    rowsBy: null,
    app: '',
  });

let record: Case;
beforeEach(async () => {
  fakeBrowser.reset();
  stored.clear();
  server.off();
  Object.assign(server.counts, { auth: 0, pop: 0 });
  lose = null;
  lost = [];
  granted = ['http://127.0.0.1/*'];
  Object.assign(fakeBrowser, { permissions: { getAll: async () => ({ origins: granted }) } });
  const id = randomUUID();
  record = { desk: 'demo', kind: 'case', id, number: `INC-${id}`, fields: {} };
  life = await worker();
  set();
  await life.bridgeToken.keep(url(), james, false);
});
afterEach(() => {
  vi.useRealTimers();
  for (const response of lost) response.destroy();
});

const send = (more: object = {}) => life.popNow({ id: 'intake', record, how: 'send', sure: true, ...more });
const lineNow = async () => (await life.linesOf(record, ['intake']))[0];
const post = (path: string, body: object, token = '') =>
  world.post(path, body, { authorization: `Bearer ${token}`, 'idempotency-key': randomUUID() });

test('a click pops by the bridge’s user, and is open when the workflow says so, no sooner', async () => {
  const line = await send();
  expect(line?.history).toMatchObject([{ by: 'bridge', state: 'sent', outcome: 'accepted' }]);
  expect(line?.from).toBeGreaterThan(Date.now());
  const reference = `demo:${record.number}`;
  expect(server.agents.get('James.Collins')?.open).toEqual({
    campaign: 'Pump intake',
    reference,
    data: { Case: record.number },
  });
  expect((await lineNow())?.history).toMatchObject([{ state: 'sent' }]);
  await world.post(hook, { reference, agent: 'James.Collins' });
  expect((await lineNow())?.history).toMatchObject([{ state: 'opened' }]);
  // Known from now on, also where the bridge cannot be asked.
  lose = 'request';
  expect((await lineNow())?.history).toMatchObject([{ state: 'opened' }]);
});

test('no token of Awaken’s is needed here, and none is asked for directly', async () => {
  expect((await lineNow())?.plan.faults).toEqual([]);
  await send();
  expect(JSON.stringify(await fakeBrowser.storage.session.get(null))).not.toContain(server.tokens.at(-1));
  expect(JSON.stringify([...stored])).not.toContain(james);
});

test.each<[string, () => unknown]>([
  ['no address', () => set({ bridge: {} })],
  ['no token', () => life.bridgeToken.forget()],
  ['no permission', () => (granted = [])],
])('with %s nothing is sent, and the person is told where to look', async (_, change) => {
  await change();
  const line = await send();
  expect(line).toMatchObject({ plan: { faults: ['bridge'] }, history: [] });
  expect(server.counts.pop).toBe(0);
});

test('what the token may not do is said in the bridge’s words', async () => {
  const line = await send({ id: 'wrap' });
  expect(line?.history).toMatchObject([
    { state: 'failed', trouble: 'forbidden', told: expect.stringContaining('James.Collins alone') as string },
  ]);
  expect(server.counts.pop).toBe(0);
  // The words are not kept.
  expect(JSON.stringify(stored.get('pops'))).not.toContain('alone');
});

test('a record that another agent has just popped waits, with the bridge’s time', async () => {
  const other = {
    case: `demo:case:${record.id}`,
    popId: 'intake',
    username: 'Sam.Okoro',
    campaign: 'Pump intake',
    reference: `demo:${record.number}`,
    data: {},
  };
  expect((await post('/api/pops', other, sam)).status).toBe(200);
  const line = await send();
  expect(line?.history).toMatchObject([{ state: 'failed', trouble: 'cooling' }]);
  expect(line?.history[0]?.told).toContain('Sam.Okoro');
  expect(line?.from).toBeGreaterThan(Date.now());
  expect(server.counts.pop).toBe(1);
});

test('a dry run is checked by bridge and Awaken, and sends nothing', async () => {
  expect((await send({ how: 'dry' }))?.history).toMatchObject([{ by: 'bridge', state: 'checked' }]);
  expect(server.counts).toMatchObject({ auth: 1, pop: 0 });
  expect(await life.testConnection()).toMatchObject({ state: 'checked' });
  expect((await life.popMe('wrap'))?.history).toMatchObject([{ state: 'sent' }]);
});

test('an answer that is lost is asked for again, and the pop is sent once', async () => {
  lose = 'answer';
  const sent = send();
  await until(async () => lost.length > 0);
  lose = null;
  for (const response of lost) response.destroy();
  expect((await sent)?.history).toMatchObject([{ state: 'sent' }]);
  expect(server.counts.pop).toBe(1);
});

test('a bridge that cannot be reached is said to be, and the next click pops', async () => {
  between.closeAllConnections();
  await new Promise((resolve) => between.close(resolve));
  expect((await send())?.history).toMatchObject([{ state: 'failed', trouble: 'network' }]);
  await new Promise<void>((resolve) => between.listen(port, '127.0.0.1', resolve));
  expect((await send())?.history).toMatchObject([{ state: 'sent' }, { trouble: 'network' }]);
});

/** A worker that was ended asks no more; the one that stands in for it here does, and is waited for. */
async function gone(ended: Promise<unknown>): Promise<void> {
  for (const response of lost) response.destroy();
  await ended;
}

test('a pop whose answers were all lost shows how it ended once the bridge can be asked', async () => {
  server.on('pop-failed', 1);
  lose = 'answer';
  const sent = send();
  for (let n = 1; n <= 2; n += 1) {
    // oxlint-disable-next-line no-await-in-loop -- the second try comes after the first
    await until(async () => lost.length === n);
    lost.at(-1)?.destroy();
  }
  expect((await sent)?.history).toMatchObject([{ state: 'failed', trouble: 'network' }]);
  lose = null;
  const [news] = (await lineNow())?.history ?? [];
  expect(news).toMatchObject({ state: 'failed', outcome: 'bad-request' });
  expect(news?.trouble).toBeUndefined();
  expect(server.counts.pop).toBe(1);
});

test('a worker that is ended before the answer came knows it from the bridge', async () => {
  lose = 'answer';
  const ended = send();
  await until(async () => lost.length > 0);
  lose = null;
  life = await worker();
  expect((await lineNow())?.history).toMatchObject([{ state: 'sent' }]);
  expect(server.counts.pop).toBe(1);
  await gone(ended);
});

test('a worker that is ended before the bridge got it says in the end that nothing was sent', async () => {
  lose = 'request';
  const ended = send();
  await until(async () => lost.length > 0);
  lose = null;
  life = await worker();
  expect((await lineNow())?.history).toMatchObject([{ state: 'unknown' }]);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 21_000 });
  expect((await lineNow())?.history).toMatchObject([{ state: 'failed', trouble: 'network' }]);
  expect(server.counts.pop).toBe(0);
  await gone(ended);
});

test.each<[Switch, string, string]>([
  ['pop-forbidden', 'failed', 'token-rejected'],
  ['pop-no-path', 'failed', 'endpoint-wrong'],
  ['pop-failed', 'failed', 'bad-request'],
  ['pop-not-json', 'unknown', 'unknown'],
  ['pop-down', 'failed', 'unavailable'],
  ['pop-throttled', 'failed', 'throttled'],
])('Awaken %s comes through: %s, %s', async (name, state, outcome) => {
  server.retryAfter = 28;
  server.on(name);
  const line = await send();
  expect(line?.history).toMatchObject([{ by: 'bridge', state, outcome, said: { at: 'pop' } }]);
  expect(line?.from === undefined).toBe(!['unknown', 'unavailable', 'throttled'].includes(outcome));
});

test('a user that Awaken refuses stops the bridge’s pops, not ours', async () => {
  await world.restart();
  server.on('auth-failed', 1);
  expect((await send())?.history).toMatchObject([{ state: 'failed', outcome: 'auth-rejected' }]);
  expect((await send())?.plan.faults).toEqual([]);
  expect(server.counts).toMatchObject({ auth: 1, pop: 0 });
  await world.restart();
  expect((await send())?.history[0]).toMatchObject({ state: 'sent' });
});
