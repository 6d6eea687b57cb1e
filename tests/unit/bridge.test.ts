// @vitest-environment node
/** The one way to the bridge: who may be asked, with which token, and that any answer is a value. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { locks } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import { z } from 'zod';
import { ask, hasBridge, testBridge } from '../../lib/browser/bridge.ts';
import { bindSecrets, bridgeToken } from '../../lib/browser/vault.ts';

const stored = vi.hoisted(() => new Map<string, unknown>());
vi.mock('idb-keyval', () => ({
  get: async (key: string) => stored.get(key),
  setMany: async (all: [string, unknown][]) => {
    for (const [key, value] of all) stored.set(key, value);
  },
  delMany: async (keys: string[]) => {
    for (const key of keys) stored.delete(key);
  },
}));
Object.defineProperty(navigator, 'locks', { value: locks, configurable: true });

let server: Server;
let url: string;
let got: { path: string; headers: IncomingMessage['headers'] }[];
let respond: (response: ServerResponse) => void;
let granted: string[];

const json = (status: number, value: unknown, headers: Record<string, string> = {}) => {
  respond = (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(value));
  };
};
const set = (bridge: object) => stored.set('state', { own: { bridge }, rowsBy: null, app: '' });

beforeEach(async () => {
  fakeBrowser.reset();
  stored.clear();
  got = [];
  granted = ['http://127.0.0.1/*'];
  Object.assign(fakeBrowser, { permissions: { getAll: async () => ({ origins: granted }) } });
  server = createServer((request, response) => {
    got.push({ path: request.url ?? '', headers: request.headers });
    respond(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  set({ url });
  await bridgeToken.keep(url, 'T0KEN', false);
  json(200, { name: 'James', scopes: ['launch'] });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('it is asked below its path, with the token and nothing of the browser’s', async () => {
  set({ url: `${url}/deskcall/` });
  expect(await testBridge()).toEqual({ value: { name: 'James', scopes: ['launch'] } });
  expect(got.map(({ path }) => path)).toEqual(['/deskcall/api/token']);
  expect(got[0]?.headers).toMatchObject({ authorization: 'Bearer T0KEN' });
  expect(got[0]?.headers.cookie).toBeUndefined();
});

test('a body is JSON, and further headers go along', async () => {
  json(200, { stored: 1 });
  const asked = ask('POST', '/api/x', { a: 1 }, z.object({ stored: z.number() }), { 'Idempotency-Key': 'k' });
  expect(await asked).toEqual({ value: { stored: 1 } });
  expect(got[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'idempotency-key': 'k' });
});

describe('is not asked', () => {
  test('where no address is set', async () => {
    set({});
    expect(await hasBridge()).toBe(false);
    expect(await testBridge()).toEqual({ trouble: { code: 'unset' } });
    expect(got).toEqual([]);
  });
  test('where the browser was not allowed to', async () => {
    granted = [];
    expect(await testBridge()).toEqual({ trouble: { code: 'permission' } });
    expect(got).toEqual([]);
  });
  test('without a token, or with that of another origin', async () => {
    await bridgeToken.forget();
    expect(await testBridge()).toEqual({ trouble: { code: 'token' } });
    await bridgeToken.keep('https://other.example', 'OTHER', false);
    expect(await testBridge()).toEqual({ trouble: { code: 'token' } });
    expect(got).toEqual([]);
  });
});

const error = { error: { code: 'forbidden', message: 'This token lacks the scope read.', next: 'Ask for one.' } };
test.each<[string, () => void, object]>([
  [
    'its own refusal',
    () => json(403, error),
    { code: 'forbidden', said: 'This token lacks the scope read. Ask for one.' },
  ],
  [
    'too many',
    () => json(429, { error: { ...error.error, code: 'too-many' } }, { 'retry-after': '7' }),
    { code: 'too-many', said: 'This token lacks the scope read. Ask for one.', retryAfter: 7000 },
  ],
  ['a proxy’s 429', () => json(429, 'slow'), { code: 'too-many' }],
  ['a proxy’s 502', () => json(502, ''), { code: 'unavailable' }],
  ['a 500 of somebody else', () => json(500, { error: 'x' }), { code: 'strange' }],
  ['another shape', () => json(200, { name: 1 }), { code: 'strange' }],
  [
    'a login page',
    () => (respond = (r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<p>')),
    { code: 'strange' },
  ],
  [
    'another address',
    () => (respond = (r) => r.writeHead(302, { location: 'https://evil.example/' }).end()),
    { code: 'redirect' },
  ],
  ['a line that is cut', () => (respond = (r) => r.destroy()), { code: 'network' }],
  ['a megabyte too many', () => json(200, 'x'.repeat(1_100_000)), { code: 'too-long' }],
])('%s is a value', async (_, answer, trouble) => {
  answer();
  expect(await testBridge()).toMatchObject({ trouble });
});

test('nobody there is a value', async () => {
  set({ url: 'http://127.0.0.1:9' });
  await bridgeToken.keep('http://127.0.0.1:9', 'T', false);
  expect(await testBridge()).toEqual({ trouble: { code: 'network' } });
});

describe('the token', () => {
  test.each([true, false])('belongs to one origin, remembered: %s', async (remember) => {
    await bridgeToken.keep(url, 'T0KEN', remember);
    expect(await bridgeToken.held(`${url}/elsewhere`)).toBe(remember ? 'remembered' : 'session');
    expect(await bridgeToken.read('http://127.0.0.1:1')).toBeNull();
    await bindSecrets({ awaken: {}, bridge: { url: `${url}/elsewhere` } });
    expect(await bridgeToken.read(url)).toBe('T0KEN');
    await bindSecrets({ awaken: {}, bridge: { url: 'https://bridge.example' } });
    // Also if the address comes back.
    expect([await bridgeToken.read(url), await bridgeToken.held(url)]).toEqual([null, 'none']);
  });

  test('lies nowhere that a page could read, and on disk sealed', async () => {
    await bridgeToken.keep(url, 'T0KEN', true);
    expect(
      JSON.stringify([await fakeBrowser.storage.local.get(null), await fakeBrowser.storage.session.get(null)]),
    ).toBe('[{},{}]');
    const disk = [...stored].map(([, value]) => {
      const { sealed } = (value ?? {}) as { sealed?: ArrayBuffer };
      return JSON.stringify(value) + Buffer.from(sealed ?? new ArrayBuffer(0)).toString('latin1');
    });
    expect(disk.join()).not.toContain('T0KEN');
    await bridgeToken.forget();
    expect([...stored.keys()]).toEqual(['state']);
  });
});
