// @vitest-environment node
/** How calls ended: asked once for the newest launch of a case, kept until somebody has the answer. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { locks } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import { wrapupShape, type Wrapup } from '../../lib/api.ts';
import { noteLaunch, tellLaunches } from '../../lib/browser/launches.ts';
import { bridgeToken } from '../../lib/browser/vault.ts';
import { answer } from '../../lib/browser/worker.ts';
import { dropWrapUps, keptWrapUps, noteCalled, takeWrapUp, wrapUpOf } from '../../lib/browser/wrapups.ts';

const stored = vi.hoisted(() => new Map<string, unknown>());
vi.mock('idb-keyval', () => ({
  get: async (key: string) => structuredClone(stored.get(key)),
  set: async (key: string, value: unknown) => void stored.set(key, structuredClone(value)),
  setMany: async (all: [string, unknown][]) => {
    for (const [key, value] of all) stored.set(key, value);
  },
  delMany: async (keys: string[]) => {
    for (const key of keys) stored.delete(key);
  },
}));
Object.defineProperty(navigator, 'locks', { value: locks, configurable: true });

const origin = 'https://rt.example';
const page = `${origin}/Ticket/Display.html?id=12`;
const record = (id = '12') => ({ desk: 'rt5', kind: 'ticket', id, number: id, fields: {} });
const launch = (launchId = 'AAAAAAAAAAA2') => ({ launchId, target: 'dana', surface: 'button' as const });
const set = (bridge: object) =>
  stored.set('state', {
    own: {
      bridge,
      desks: [{ key: 'rt5', product: 'request-tracker', origins: [origin] }],
      contacts: [{ id: 'dana', name: 'Dana Reyes', kind: 'user', value: '497' }],
    },
    rowsBy: null,
    app: '',
  });
let server: Server;
let url: string;
let got: { path: string; body: unknown }[];
let status: number;

beforeEach(async () => {
  fakeBrowser.reset();
  stored.clear();
  got = [];
  status = 200;
  Object.assign(fakeBrowser, { permissions: { getAll: async () => ({ origins: ['http://127.0.0.1/*'] }) } });
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      got.push({ path: request.url ?? '', body: JSON.parse(text) });
      response.writeHead(status, { 'content-type': 'application/json' });
      const error = { code: status === 400 ? 'invalid' : 'unavailable', message: 'No.', next: 'Go.' };
      response.end(JSON.stringify(status === 200 ? { stored: 1 } : { error }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  set({});
});
afterEach(async () => {
  vi.useRealTimers();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
const withBridge = async () => {
  set({ url });
  await bridgeToken.keep(url, 'T0KEN', false);
};

describe('asked', () => {
  test('of the newest launch of that case, until it is answered', async () => {
    expect(await wrapUpOf(record())).toBeNull();
    await noteCalled(record(), launch());
    await noteCalled(record(), launch('AAAAAAAAAAA3'));
    expect(await wrapUpOf(record())).toEqual({ launchId: 'AAAAAAAAAAA3', name: 'Dana Reyes', to: 'here' });
    expect(await wrapUpOf(record('13'))).toBeNull();
    const solved = { outcome: 'solved', trip: true } as const;
    // An answer to a question that is no longer asked.
    expect(await takeWrapUp(record(), { launchId: 'AAAAAAAAAAA2', ...solved })).toBe(false);
    expect(await takeWrapUp(record(), { launchId: 'AAAAAAAAAAA3', ...solved })).toBe(true);
    expect(await takeWrapUp(record(), { launchId: 'AAAAAAAAAAA3', ...solved })).toBe(false);
    expect(await wrapUpOf(record())).toBeNull();
    expect(await keptWrapUps()).toEqual([
      {
        case: 'rt5:ticket:12',
        launchId: 'AAAAAAAAAAA3',
        outcome: 'solved',
        tripAvoided: true,
        at: expect.any(String) as string,
      },
    ]);
  });

  test('not once it was skipped, not after a day, and not where it is turned off', async () => {
    await noteCalled(record(), launch());
    await takeWrapUp(record(), { launchId: 'AAAAAAAAAAA2', outcome: 'skip', trip: false });
    expect([await wrapUpOf(record()), await keptWrapUps()]).toEqual([null, []]);
    await noteCalled(record(), launch());
    vi.useFakeTimers({ now: Date.now() + 24 * 3_600_000 + 1, toFake: ['Date'] });
    expect(await wrapUpOf(record())).toBeNull();
    await noteCalled(record('13'), launch('AAAAAAAAAAA3'));
    expect(stored.get('called')).toMatchObject([{ id: '13' }]);
    vi.useRealTimers();
    set({ wrapUp: false });
    expect(await wrapUpOf(record())).toBeNull();
    stored.delete('called');
    await noteCalled(record(), launch());
    expect(stored.get('called')).toBeUndefined();
  });

  test('of ids alone is what is remembered', async () => {
    await noteCalled({ ...record(), title: 'SECRET', requester: 'SECRET' }, launch());
    expect(JSON.stringify([...stored].filter(([key]) => key !== 'state'))).not.toMatch(/SECRET|Dana/);
  });
});

describe('an answer', () => {
  const say = async (): Promise<void> => {
    await noteLaunch(record(), launch());
    await takeWrapUp(record(), { launchId: 'AAAAAAAAAAA2', outcome: 'visit', trip: false });
  };

  test('goes to the bridge after the launch that it speaks of, and is not kept', async () => {
    await withBridge();
    await say();
    await tellLaunches();
    expect(got.map(({ path }) => path)).toEqual(['/api/launches', '/api/wrapups']);
    expect(wrapupShape.parse(got[1]?.body)).toMatchObject({
      case: 'rt5:ticket:12',
      launchId: 'AAAAAAAAAAA2',
      outcome: 'visit',
    });
    expect(await keptWrapUps()).toEqual([]);
    expect(await fakeBrowser.alarms.getAll()).toEqual([]);
  });

  test('waits where the bridge is away, and wakes the worker for it', async () => {
    await withBridge();
    await noteCalled(record(), launch());
    await takeWrapUp(record(), { launchId: 'AAAAAAAAAAA2', outcome: 'no-answer', trip: false });
    status = 503;
    await tellLaunches();
    expect(await keptWrapUps()).toHaveLength(1);
    expect((await fakeBrowser.alarms.getAll()).map(({ name }) => name)).toEqual(['launches']);
    status = 200;
    await tellLaunches();
    expect([await keptWrapUps(), await fakeBrowser.alarms.getAll()]).toEqual([[], []]);
  });

  test('that the bridge never takes does not hold up others', async () => {
    await withBridge();
    await say();
    status = 400;
    await tellLaunches();
    expect(await keptWrapUps()).toEqual([]);
  });

  test('is kept where there is no bridge, until it is removed; what came since stays', async () => {
    await say();
    await tellLaunches();
    const seen = await keptWrapUps();
    expect([seen.length, got]).toEqual([1, []]);
    const later: Wrapup = { case: 'rt5:ticket:13', outcome: 'solved', tripAvoided: true, at: '2026-11-22T10:00:00Z' };
    stored.set('wrapups', [...seen, later]);
    await dropWrapUps(seen);
    expect(await keptWrapUps()).toEqual([later]);
  });
});

test('a page asks and answers for its own case only', async () => {
  const sender = { id: fakeBrowser.runtime.id, origin, url: page, tab: { id: 3 } } as Parameters<typeof answer>[1];
  const about = { type: 'wrapup', url: page, chosen: false };
  await noteCalled(record('13'), launch());
  const other = { ...about, record: { kind: 'ticket', id: '13', fields: {} } };
  expect(await answer(other, sender)).toEqual({ error: 'page_changed' });
  await noteCalled(record(), launch());
  const mine = { ...about, record: { kind: 'ticket', id: '12', fields: {} } };
  expect(await answer(mine, sender)).toEqual({ ask: { launchId: 'AAAAAAAAAAA2', name: 'Dana Reyes', to: 'here' } });
  const said = { launchId: 'AAAAAAAAAAA2', outcome: 'solved', trip: true };
  expect(await answer({ ...mine, said: { ...said, outcome: 'great' } }, sender)).toEqual({
    error: 'not a message of Deskcall',
  });
  expect(await answer({ ...mine, said }, sender)).toEqual({});
  expect(await keptWrapUps()).toMatchObject([{ case: 'rt5:ticket:12', outcome: 'solved', tripAvoided: true }]);
});
