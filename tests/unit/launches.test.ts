// @vitest-environment node
/** Uses of links: written down before they are told, told in order and once, whoever ends the worker meanwhile. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { locks } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import { launchesShape, type Launch } from '../../lib/api.ts';
import { newLaunchId } from '../../lib/worklink.ts';

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

/** A worker of its own: modules, but not what is stored, begin anew. */
async function worker() {
  vi.resetModules();
  const [launches, vault, { answer }] = await Promise.all([
    import('../../lib/browser/launches.ts'),
    import('../../lib/browser/vault.ts'),
    import('../../lib/browser/worker.ts'),
  ]);
  return { ...launches, ...vault, answer };
}
type Life = Awaited<ReturnType<typeof worker>>;
let life: Life;
let server: Server;
let url: string;
/** What the bridge answers next: a status, or null for no answer at all. */
let next: (launches: Launch[]) => { status: number; code?: string; headers?: Record<string, string> } | null;
/** Each request, as it came. */
let got: Launch[][];

const origin = 'https://rt.example';
const record = (id: string) => ({ desk: 'rt5', kind: 'ticket', id, number: `#${id}`, fields: {} });
const used = (launchId = newLaunchId(), surface: 'button' | 'copy' = 'button') => ({
  launchId,
  target: 'dana',
  surface,
});
const waiting = () => (stored.get('launches') as Launch[] | undefined) ?? [];
const alarms = () => fakeBrowser.alarms.getAll();
const set = (bridge: object) =>
  stored.set('state', {
    own: {
      bridge,
      desks: [{ key: 'rt5', product: 'request-tracker', origins: [origin] }],
      contacts: [{ id: 'dana', name: 'Dana Reyes', kind: 'user', value: '497' }],
      rules: [{ id: 'a', offer: ['dana'] }],
    },
    rowsBy: null,
    app: '',
  });

beforeEach(async () => {
  fakeBrowser.reset();
  stored.clear();
  got = [];
  next = () => ({ status: 200 });
  Object.assign(fakeBrowser, { permissions: { getAll: async () => ({ origins: ['http://127.0.0.1/*'] }) } });
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { launches } = launchesShape.parse(JSON.parse(Buffer.concat(chunks).toString()));
      got.push(launches);
      const how = next(launches);
      if (!how) return response.destroy();
      response.writeHead(how.status, { 'content-type': 'application/json', ...how.headers });
      const refusal = { error: { code: how.code, message: 'No.', next: 'Go.' } };
      return response.end(JSON.stringify(how.status === 200 ? { stored: launches.length } : refusal));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  set({ url });
  life = await worker();
  await life.bridgeToken.keep(url, 'T0KEN', false);
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const inOrder = () => got.flat().map(({ id }) => id);

test('what is told names the case, the target and how it was used, and is struck off', async () => {
  expect(await life.noteLaunch(record('1'), used('AAAAAAAAAAA2'))).toBe(true);
  await life.tellLaunches();
  expect(got).toEqual([
    [
      {
        launchId: 'AAAAAAAAAAA2',
        desk: 'rt5',
        kind: 'ticket',
        id: '1',
        number: '#1',
        target: 'Dana Reyes',
        surface: 'button',
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      },
    ],
  ]);
  expect(waiting()).toEqual([]);
  await life.tellLaunches();
  expect(got).toHaveLength(1);
});

test('what is written down holds ids alone', async () => {
  await life.noteLaunch({ ...record('1'), title: 'SECRET', requester: 'SECRET' }, used());
  expect(Object.keys(waiting()[0] ?? {}).toSorted()).toEqual(
    ['at', 'desk', 'id', 'kind', 'launchId', 'number', 'surface', 'target'].toSorted(),
  );
  expect(waiting()[0]?.target).toBe('dana');
});

test('where no bridge is set, nothing is written down, and what was is forgotten', async () => {
  next = () => null;
  await life.noteLaunch(record('1'), used());
  await life.tellLaunches();
  set({});
  expect(await life.noteLaunch(record('2'), used())).toBe(false);
  await life.tellLaunches();
  expect([waiting(), await alarms(), inOrder()]).toEqual([[], [], ['1']]);
});

test('a launch of a number alone is not told: nobody knows which record it is', async () => {
  expect(await life.noteLaunch({ desk: 'rt5', kind: '', id: '', number: '7', fields: {} }, used())).toBe(false);
  expect(waiting()).toEqual([]);
});

describe('a bridge that is away', () => {
  test('gets all of it once it is back, in order, from a worker that knows nothing of it', async () => {
    next = () => null;
    for (const id of ['1', '2']) {
      // oxlint-disable-next-line no-await-in-loop -- in order
      await life.noteLaunch(record(id), used());
      // oxlint-disable-next-line no-await-in-loop -- in order
      await life.tellLaunches();
    }
    expect((await alarms()).map(({ name }) => name)).toEqual([life.launchAlarm]);
    got = [];
    next = () => ({ status: 200 });
    life = await worker();
    await life.noteLaunch(record('3'), used());
    await life.tellLaunches();
    expect(inOrder()).toEqual(['1', '2', '3']);
    expect([waiting(), await alarms()]).toEqual([[], []]);
  });

  test('is asked again after a minute at first, after an hour at most, and not before it wants to be', async () => {
    const minutes = async () => {
      await life.tellLaunches();
      const [alarm] = await alarms();
      return Math.round(((alarm?.scheduledTime ?? 0) - Date.now()) / 60_000);
    };
    next = () => ({ status: 503, code: 'unavailable' });
    await life.noteLaunch(record('1'), used());
    expect(await minutes()).toBe(1);
    next = () => ({ status: 429, code: 'too-many', headers: { 'retry-after': '600' } });
    expect(await minutes()).toBe(10);
    next = () => ({ status: 401, code: 'unauthorized' });
    stored.set('launches', [{ ...waiting()[0], at: '2020-01-01T00:00:00Z' }]);
    expect(await minutes()).toBe(60);
    expect(waiting()).toHaveLength(1);
  });

  test('of more than are kept, the oldest go', async () => {
    next = () => null;
    const old = Array.from({ length: 500 }, (_, n) => ({
      ...record(String(n)),
      ...used(),
      at: new Date().toISOString(),
    }));
    stored.set('launches', old);
    await life.noteLaunch(record('500'), used());
    expect(waiting()).toHaveLength(500);
    expect([waiting()[0]?.id, waiting().at(-1)?.id]).toEqual(['1', '500']);
  });

  test('is told in parts that it takes', async () => {
    stored.set(
      'launches',
      Array.from({ length: 250 }, (_, n) => {
        const { fields: _fields, ...rest } = record(String(n));
        return { ...rest, ...used(), at: new Date().toISOString() };
      }),
    );
    await life.tellLaunches();
    expect(got.map((part) => part.length)).toEqual([100, 100, 50]);
    expect(inOrder()).toEqual(Array.from({ length: 250 }, (_, n) => String(n)));
  });
});

test('one that the bridge never takes does not hold up the others', async () => {
  next = (launches) => (launches.some(({ id }) => id === '2') ? { status: 400, code: 'invalid' } : { status: 200 });
  // oxlint-disable-next-line no-await-in-loop -- in order
  for (const id of ['1', '2', '3']) await life.noteLaunch(record(id), used());
  await life.tellLaunches();
  expect(got.map((part) => part.map(({ id }) => id))).toEqual([['1', '2', '3'], ['1'], ['2'], ['3']]);
  expect(waiting()).toEqual([]);
});

test('one that comes while others are told is told, too', async () => {
  let late: Promise<unknown> | undefined;
  next = ([launch]) => {
    if (launch?.id === '1') late = life.noteLaunch(record('2'), used());
    return { status: 200 };
  };
  await life.noteLaunch(record('1'), used());
  await life.tellLaunches();
  await late;
  await life.tellLaunches();
  expect([inOrder(), waiting()]).toEqual([['1', '2'], []]);
});

describe('a page says', () => {
  const page = `${origin}/Ticket/Display.html?id=12`;
  const sender = { id: fakeBrowser.runtime.id, origin, url: page, tab: { id: 3 } } as Parameters<Life['answer']>[1];
  const link = (more = '') =>
    `worklink://resource?action=fetch_user&user=497&work_order_id=12&case_id=ticket%3A12&desk=rt5&launch_id=ABCDEFGH2345${more}`;
  const say = (more: object) =>
    life.answer({ type: 'launch', url: page, link: link(), target: 'dana', ...more }, sender);
  beforeEach(() => (next = () => null));

  test('that a link was used, once however often it says so', async () => {
    expect(await say({})).toEqual({});
    await say({ surface: 'copy' });
    expect(waiting()).toMatchObject([
      { launchId: 'ABCDEFGH2345', desk: 'rt5', kind: 'ticket', id: '12', number: '12', surface: 'button' },
    ]);
    expect(await say({ surface: 'code' })).toEqual({ error: 'not a message of Deskcall' });
  });

  test.each<[string, string, object?]>([
    ['of another desk', link().replace('rt5', 'rt4')],
    ['of another sort of record', link().replace('ticket%3A', 'asset%3A')],
    ['of no record', link().replace('case_id', 'x')],
    ['without a launch id', link().replace('launch_id', 'x')],
    ['of two cases', link('&case_id=ticket%3A13')],
    ['that is none', 'javascript:alert(1)'],
    ['on a page that is no case', link(), { url: `${origin}/Search/` }],
  ])('nothing by a link %s', async (_, bad, more = {}) => {
    await say({ link: bad, ...more });
    expect(waiting()).toEqual([]);
  });

  test('that it shows a code, which is a use as well', async () => {
    const about = { kind: 'ticket', id: '12', number: '12', fields: {} };
    const qr = { type: 'qr', url: page, target: 'dana', launchId: 'ABCDEFGH2346', chosen: false, record: about };
    expect(await life.answer(qr, sender)).not.toHaveProperty('error');
    expect(waiting()).toMatchObject([{ launchId: 'ABCDEFGH2346', id: '12', target: 'dana', surface: 'code' }]);
  });
});
