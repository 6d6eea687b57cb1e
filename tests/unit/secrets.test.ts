// @vitest-environment node
/**
 * No secret goes where it may not: a canary as password, the IdToken that it buys, in every form in which they travel,
 * looked for in all that leaves the vault. tests/browser/secrets.demo.spec.ts looks in a real browser.
 */
import { locks } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import { answer } from '../../lib/browser/worker.ts';
import { popMe, testConnection } from '../../lib/browser/pops.ts';
import { keepCredentials } from '../../lib/browser/vault.ts';
import { makePack, unknownPlaces } from '../../lib/deploy.ts';
import { preview } from '../../lib/import.ts';
import { readPolicy } from '../../lib/policy.ts';
import { parseSettings } from '../../lib/settings.ts';
import { serveAwaken, switches, type AwakenServer, type Switch } from '../../sandbox/awaken.ts';

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

const canary = 'S3CRET CANARY/ß+€';
const user = 'canary@example.com';
const base64 = (text: string) => Buffer.from(text).toString('base64');
let server: AwakenServer;

/** Every form in which a secret may turn up. */
const needles = (): string[] =>
  [canary, `${user}:${canary}`, ...server.tokens].flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    base64(secret),
    JSON.stringify(secret).slice(1, -1),
  ]);
const found = (text: string): string[] => needles().filter((needle) => text.includes(needle));

const origin = 'https://rt.example';
const url = `${origin}/Ticket/Display.html?id=12`;
const sender = { id: fakeBrowser.runtime.id, origin, url, tab: { id: 3 }, frameId: 0 } as Parameters<typeof answer>[1];
const about = { url, chosen: false, record: { kind: 'ticket', id: '12', number: '12', fields: { title: 'T' } } };
const ask = (more: object) => answer({ ...about, ...more }, sender);
const settings = () => ({
  desks: [{ key: 'rt5', product: 'request-tracker', origins: [origin] }],
  contacts: [{ id: 'dana', name: 'Dana', kind: 'user', value: '1' }],
  rules: [{ id: 'a', offer: ['dana', 'intake'] }],
  awaken: {
    authUrl: server.authUrl,
    popUrl: server.popUrl,
    systemId: server.systemId,
    pops: [{ id: 'intake', name: 'Pump intake', campaign: 'Pump intake' }],
  },
  myUser: 'James.Collins',
});

const said: string[] = [];
beforeEach(async () => {
  fakeBrowser.reset();
  stored.clear();
  said.length = 0;
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, level).mockImplementation((...words) => void said.push(words.map(String).join(' ')));
  server = await serveAwaken({ user, password: canary });
  Object.assign(fakeBrowser, { permissions: { getAll: async () => ({ origins: ['http://127.0.0.1/*'] }) } });
  stored.set('state', { own: settings(), rowsBy: null, app: '' });
  await keepCredentials(server, { user, password: canary }, true);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await server.close();
});

test('the needles are found where they are', async () => {
  await testConnection();
  expect(server.tokens).toHaveLength(1);
  expect(found(`Basic ${base64(`${user}:${canary}`)}`)).not.toEqual([]);
  const memory = JSON.stringify(await fakeBrowser.storage.session.get(null));
  expect(new Set(found(memory))).toEqual(new Set(server.tokens));
});

const slow = new Set<Switch>(['auth-slow', 'pop-slow']);
const quick = (Object.keys(switches) as Switch[]).filter((name) => !slow.has(name));
test.each([null, ...quick])('messages to a page, with Awaken %s', { timeout: 30_000 }, async (name) => {
  server.retryAfter = 28;
  if (name) server.on(name);
  const answers = [
    await ask({ type: 'pops' }),
    await ask({ type: 'pop', pop: 'intake', how: 'dry', sure: false }),
    await ask({ type: 'pop', pop: 'intake', how: 'send', sure: true }),
    await ask({ type: 'pops' }),
    await ask({ type: 'qr', target: 'dana', launchId: 'ABCDEFGH2345' }),
    await testConnection(),
    await popMe('intake'),
  ];
  expect(server.counts.auth).toBeGreaterThan(0);
  expect(found(JSON.stringify(answers))).toEqual([]);
  expect(found(said.join('\n'))).toEqual([]);
  const local = await fakeBrowser.storage.local.get(null);
  const sync = await fakeBrowser.storage.sync.get(null);
  expect(found(JSON.stringify([local, sync]))).toEqual([]);
  // On disk lies what cannot be read, and a history of ids.
  const disk = [...stored].map(([key, value]) => [
    key,
    JSON.stringify(value),
    Buffer.from(sealedOf(value)).toString('latin1'),
  ]);
  expect(found(JSON.stringify(disk))).toEqual([]);
});

const sealedOf = (value: unknown): ArrayBuffer =>
  (value as { sealed?: ArrayBuffer } | undefined)?.sealed ?? new ArrayBuffer(0);

describe('what goes out as a file', () => {
  test('holds no secret: deployment pack and settings', () => {
    const { settings: now } = parseSettings(settings());
    const pack = makePack(now, [], { awaken: 'mandated', myUser: 'default' }, unknownPlaces, '1');
    const text = pack.files.map((file) => Buffer.from('text' in file ? file.text : '').toString()).join('\n');
    expect(text).toContain(server.authUrl);
    expect(found(text)).toEqual([]);
  });

  test.each(['password', 'token', 'credentials'])('a policy that carries a %s is refused it', (name) => {
    const { organisation } = readPolicy([
      { settings: JSON.stringify({ awaken: { authUrl: server.authUrl, [name]: canary } }) },
    ]);
    expect(organisation.problems).toMatchObject([{ path: `policy.settings.awaken.${name}` }]);
    expect(found(JSON.stringify(organisation))).toEqual([]);
    expect(organisation.mandated).toEqual({ awaken: { authUrl: server.authUrl } });
  });

  test('a settings file that carries one is refused it, without a word of it', () => {
    const { settings: now } = parseSettings({});
    const shown = preview(
      JSON.stringify({ awaken: { password: canary, authUrl: `https://u:${canary}@x.example/` } }),
      now,
      [],
      [],
    );
    expect(found(JSON.stringify(shown))).toEqual([]);
    expect(shown).toMatchObject({ rejected: [{}, {}] });
  });
});
