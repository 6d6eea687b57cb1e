// @vitest-environment node
/** From an intent to a pop, against the sandbox's Awaken over HTTP: who, what, how often, and what stays known of it. */
import { locks } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import type { Case } from '../../lib/model.ts';
import { serveAwaken, type AwakenServer } from '../../sandbox/awaken.ts';

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

let server: AwakenServer;
let granted: string[];
/** A worker of its own: modules, but not what is stored, begin anew. */
async function worker() {
  vi.resetModules();
  const [pops, vault] = await Promise.all([import('../../lib/browser/pops.ts'), import('../../lib/browser/vault.ts')]);
  return { ...pops, ...vault };
}
type Life = Awaited<ReturnType<typeof worker>>;
let life: Life;

const intake = {
  id: 'intake',
  name: 'Pump intake',
  campaign: 'Pump intake',
  data: [
    { name: 'Contact Name', field: 'requester' },
    { name: 'var_Reason', text: 'Expert call' },
    { name: 'Serial', field: 'Serial Number' },
  ],
};
const forAssignee = { id: 'wrap', name: 'Wrap-up', campaign: 'Wrap-up', to: { field: 'assignee' } };
const set = (awaken: object = {}, more: object = {}) =>
  stored.set('state', {
    own: {
      awaken: {
        authUrl: server.authUrl,
        popUrl: server.popUrl,
        systemId: server.systemId,
        users: [{ user: 'Sam Okoro', username: 'Sam.Okoro' }],
        pops: [intake, forAssignee],
        ...awaken,
      },
      myUser: 'James.Collins',
      ...more,
    },
    rowsBy: null,
    app: '',
  });
const record = (id = '1', more: Partial<Case> = {}): Case => ({
  desk: 'demo',
  kind: 'case',
  id,
  number: `INC${id}`,
  requester: 'Amélie',
  assignee: 'sam  okoro',
  fields: {},
  ...more,
});
const at = () => ({ authUrl: server.authUrl, popUrl: server.popUrl });
const send = (more: object = {}) => life.popNow({ id: 'intake', record: record(), how: 'send', sure: false, ...more });
const last = async (more: object = {}) => (await send(more))?.history[0];
const lineOf = async (id: string, of = record()) => (await life.linesOf(of, [id]))[0];

beforeEach(async () => {
  fakeBrowser.reset();
  stored.clear();
  server = await serveAwaken();
  granted = ['http://127.0.0.1/*'];
  Object.assign(fakeBrowser, { permissions: { getAll: async () => ({ origins: granted }) } });
  life = await worker();
  set();
  await life.keepCredentials(at(), { user: server.user, password: server.password }, false);
});
afterEach(async () => {
  vi.useRealTimers();
  await server.close();
});

test('a click pops what the settings say, with the case’s data', async () => {
  expect(await last()).toMatchObject({ state: 'sent', outcome: 'accepted', said: { at: 'pop', status: 200 } });
  expect(server.agents.get('James.Collins')?.open).toEqual({
    campaign: 'Pump intake',
    reference: 'demo:INC1',
    data: { 'Contact Name': 'Amélie', var_Reason: 'Expert call' },
  });
});

test('the plan is there before the click, with what is missing', async () => {
  expect(await lineOf('intake')).toEqual({
    id: 'intake',
    plan: {
      to: 'me',
      who: '',
      username: 'James.Collins',
      campaign: 'Pump intake',
      reference: 'demo:INC1',
      data: [
        { name: 'Contact Name', value: 'Amélie' },
        { name: 'var_Reason', value: 'Expert call' },
        { name: 'Serial', value: null },
      ],
      faults: [],
    },
    history: [],
  });
  expect(server.counts).toMatchObject({ auth: 0, pop: 0 });
});

test('a double click sends one pop, and both get its answer', async () => {
  const [first, second] = await Promise.all([last(), last()]);
  expect(first).toEqual(second);
  expect(server.counts.pop).toBe(1);
});

test('a record that was popped is left alone for a while, by whichever pop', async () => {
  await send();
  const line = await send();
  expect(line?.from).toBeGreaterThan(Date.now());
  expect(server.counts.pop).toBe(1);
  // Another case is another record.
  await send({ record: record('2') });
  expect(server.counts.pop).toBe(2);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 });
  expect(await last()).toMatchObject({ state: 'sent' });
  expect(server.counts.pop).toBe(3);
});

test('a dry run signs in and sends nothing', async () => {
  expect(await last({ how: 'dry' })).toMatchObject({ state: 'checked' });
  expect(server.counts).toMatchObject({ auth: 1, pop: 0 });
  expect((await lineOf('intake'))?.history).toEqual([]);
});

test('somebody else is asked about first, and found by what the desk calls them', async () => {
  const line = await send({ id: 'wrap' });
  expect(line).toMatchObject({ ask: true, plan: { to: 'other', who: 'sam  okoro', username: 'Sam.Okoro' } });
  expect(server.counts.pop).toBe(0);
  await send({ id: 'wrap', sure: true });
  expect(server.agents.get('Sam.Okoro')?.open?.reference).toBe('demo:INC1');
});

test('whoever is meant is me, under whatever name', async () => {
  set({ users: [{ user: 'Sam Okoro', username: 'james.collins' }] });
  expect((await lineOf('wrap'))?.plan.to).toBe('me');
});

test('an entry for this very desk comes before one for all', async () => {
  set({
    users: [
      { user: 'Sam Okoro', username: 'Anybody' },
      { desk: 'other', user: 'Sam Okoro', username: 'Nobody' },
      { desk: 'demo', user: 'Sam Okoro', username: 'Sam.Okoro' },
    ],
  });
  expect((await lineOf('wrap'))?.plan.username).toBe('Sam.Okoro');
});

test('a call by the same click has its launch id in history and data', async () => {
  set({ pops: [{ ...intake, data: [{ name: 'var_Launch', field: 'launch_id' }] }] });
  expect(await last({ launch: 'ABCDEFGH2345' })).toMatchObject({ state: 'sent', launch: 'ABCDEFGH2345' });
  expect(server.agents.get('James.Collins')?.open?.data).toEqual({ var_Launch: 'ABCDEFGH2345' });
});

describe('nothing is sent', () => {
  test.each<[string, string, () => unknown]>([
    ['without an address', 'service', () => set({ popUrl: undefined })],
    ['without a SystemId', 'service', () => set({ systemId: undefined })],
    ['without credentials', 'credentials', () => life.forgetSecrets()],
    ['without permission', 'permission', () => (granted = ['http://127.0.0.2/*'])],
    ['without one’s own username', 'me', () => set({}, { myUser: null })],
  ])('%s', async (_, fault, change) => {
    await change();
    const line = await send();
    expect(line?.plan.faults).toContain(fault);
    expect(line?.history).toEqual([]);
    expect(server.counts).toMatchObject({ auth: 0, pop: 0 });
  });

  test.each<[string, string, Partial<Case>]>([
    ['to nobody', 'person', { assignee: '' }],
    ['to somebody who is in no table', 'user', { assignee: 'Pat' }],
  ])('%s', async (_, fault, more) => {
    const line = await send({ id: 'wrap', sure: true, record: record('1', more) });
    expect(line?.plan.faults).toEqual([fault]);
    expect(server.counts.pop).toBe(0);
  });

  test('for a pop that is none', async () => expect(await send({ id: 'gone' })).toBeNull());
});

describe('a refused password', () => {
  beforeEach(() => life.keepCredentials(at(), { user: server.user, password: 'wrong' }, true));

  test('is not tried again until something is changed', async () => {
    expect(await last()).toMatchObject({ state: 'failed', outcome: 'auth-rejected' });
    const line = await send({ record: record('2') });
    expect(line?.plan.faults).toEqual(['stopped']);
    // Nor by the next worker.
    life = await worker();
    expect((await send({ record: record('2') }))?.plan.faults).toEqual(['stopped']);
    expect(server.counts.auth).toBe(1);
    await life.keepCredentials(at(), { user: server.user, password: server.password }, false);
    expect(await last({ record: record('2') })).toMatchObject({ state: 'sent' });
  });

  test('is tried by who asks for a test of it', async () => {
    await send();
    expect(await life.testConnection()).toMatchObject({ state: 'failed', outcome: 'auth-rejected' });
    expect(server.counts).toMatchObject({ auth: 2, pop: 0 });
  });
});

test('a test of the connection signs in and pops nothing', async () => {
  expect(await life.testConnection()).toMatchObject({ state: 'checked' });
  expect(server.counts).toMatchObject({ auth: 1, pop: 0 });
  await life.forgetSecrets();
  expect(await life.testConnection()).toBe('credentials');
});

test('“pop me” pops to me, whoever the pop is for, as a record of its own', async () => {
  expect((await life.popMe('wrap'))?.history[0]).toMatchObject({ state: 'sent' });
  expect((await life.popMe('gone')) ?? null).toBeNull();
  expect(server.agents.get('James.Collins')?.open).toMatchObject({ campaign: 'Wrap-up' });
  expect(server.agents.get('James.Collins')?.open?.reference).toMatch(/^deskcall:test-/);
});

describe('a worker that is ended between click and answer', () => {
  test('leaves a pop whose answer is unknown, which is said and not sent again', async () => {
    server.on('pop-slow');
    void send();
    await vi.waitFor(() => expect(server.counts.pop).toBe(1));
    life = await worker();
    const line = await lineOf('intake');
    expect(line?.history).toMatchObject([{ state: 'unknown' }]);
    expect(line?.from).toBeGreaterThan(Date.now());
    server.off();
    await send();
    expect(server.counts.pop).toBe(1);
  });

  test('keeps its token for the next one', async () => {
    await send();
    life = await worker();
    await send({ record: record('2') });
    expect(server.counts).toMatchObject({ auth: 1, pop: 2 });
  });
});

describe('what came of it', () => {
  test('is kept by ids: no name, no value, no word of the server’s', async () => {
    server.on('pop-failed');
    expect(await last()).toMatchObject({ state: 'failed', said: { message: 'The pop was not accepted.' } });
    const kept = JSON.stringify(stored.get('pops'));
    for (const text of ['James', 'Amélie', 'Expert call', 'Pump', 'not accepted', server.user])
      expect(kept).not.toContain(text);
    expect((await lineOf('intake'))?.history).toMatchObject([{ state: 'failed', outcome: 'bad-request' }]);
  });

  test('is short', async () => {
    server.on('pop-failed');
    for (let n = 0; n < 8; n++)
      // oxlint-disable-next-line no-await-in-loop -- one after the other, as a person does
      await send();
    expect((await lineOf('intake'))?.history).toHaveLength(5);
    expect((await lineOf('intake', record('2')))?.history).toEqual([]);
  });

  test('a failure before anything was sent may be tried again at once', async () => {
    server.on('auth-gone', 1);
    expect(await last()).toMatchObject({ state: 'failed', outcome: 'endpoint-wrong', said: { at: 'auth' } });
    expect(await last()).toMatchObject({ state: 'sent' });
  });

  test('an answer that cannot be read leaves it open', async () => {
    server.on('pop-not-json');
    expect(await last()).toMatchObject({ state: 'unknown', outcome: 'unknown' });
    expect((await lineOf('intake'))?.from).toBeGreaterThan(Date.now());
  });

  test('a server that wants to be left alone is', async () => {
    server.retryAfter = 28;
    server.on('pop-throttled');
    expect(await last()).toMatchObject({ state: 'failed', outcome: 'throttled' });
    const line = await send();
    expect(((line?.from ?? 0) - Date.now()) / 1000).toBeGreaterThan(20);
    expect(server.counts.pop).toBe(1);
  });
});

describe('secrets', () => {
  const everywhere = async () => JSON.stringify([await fakeBrowser.storage.session.get(null), [...stored]]);
  const keep = (remember: boolean, where = at()) =>
    life.keepCredentials(where, { user: 'api', password: 'S3CRET-CANARY' }, remember);

  test('for this session lie in the session’s storage alone', async () => {
    await keep(false);
    expect(JSON.stringify([...stored])).not.toContain('CANARY');
    expect(await fakeBrowser.storage.local.get(null)).toEqual({});
    expect(await life.readCredentials(at())).toEqual({ user: 'api', password: 'S3CRET-CANARY' });
    expect(await life.heldFor(at())).toBe('session');
  });

  test('remembered are encrypted under a key that cannot be taken out', async () => {
    await keep(true);
    expect(await everywhere()).not.toContain('CANARY');
    const bytes = Buffer.from((stored.get('vault') as { sealed: ArrayBuffer }).sealed);
    expect(bytes.toString('latin1')).not.toContain('CANARY');
    const key = stored.get('vault-key') as CryptoKey;
    expect(key.extractable).toBe(false);
    await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow(/extractable/);
    life = await worker();
    expect(await life.readCredentials(at())).toEqual({ user: 'api', password: 'S3CRET-CANARY' });
    expect(await life.heldFor(at())).toBe('remembered');
  });

  test('of either kind take the place of the other', async () => {
    await keep(true);
    await keep(false);
    expect(stored.has('vault')).toBe(false);
    await keep(true);
    expect(await fakeBrowser.storage.session.get(null)).toEqual({});
  });

  test.each([true, false])('belong to both origins, remembered or not: %s', async (remember) => {
    for (const other of [
      { authUrl: 'https://other.example/auth' },
      { popUrl: 'https://other.example/pop' },
      { popUrl: undefined },
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- each begins with credentials
      await keep(remember);
      const there = { ...at(), ...other };
      // oxlint-disable-next-line no-await-in-loop -- as above
      expect([await life.readCredentials(there), await life.heldFor(there)]).toEqual([null, 'none']);
      // oxlint-disable-next-line no-await-in-loop -- as above
      await life.bindSecrets({ awaken: there, bridge: {} });
      // Also if the address comes back.
      // oxlint-disable-next-line no-await-in-loop -- as above
      expect(await life.readCredentials(at())).toBeNull();
    }
  });

  test('stay where only a path has changed', async () => {
    await keep(true);
    await life.bindSecrets({ awaken: { ...at(), authUrl: `${server.origin}/v2/auth` }, bridge: {} });
    expect(await life.heldFor(at())).toBe('remembered');
  });

  test('a sealed box is of no use for another address', async () => {
    await keep(true);
    const elsewhere = { authUrl: 'https://evil.example/auth', popUrl: 'https://evil.example/pop' };
    stored.set('vault', { ...(stored.get('vault') as object), of: 'https://evil.example https://evil.example' });
    expect(await life.readCredentials(elsewhere)).toBeNull();
  });

  test('are gone at once when they are forgotten, the token with them', async () => {
    await send();
    expect(await everywhere()).toContain(server.tokens[0]);
    await life.forgetSecrets();
    expect(await fakeBrowser.storage.session.get(null)).toEqual({});
    expect([stored.has('vault'), stored.has('vault-key')]).toEqual([false, false]);
    expect(await life.heldFor(at())).toBe('none');
  });

  test('a token that arrives after that is not kept', async () => {
    await life.forgetSecrets();
    await life.keptToken.keep('x', { idToken: 'late', until: Date.now() + 1000 });
    expect(await everywhere()).not.toContain('late');
  });

  test('cannot be entered before the addresses', async () => {
    await expect(keep(true, { authUrl: undefined as never, popUrl: server.popUrl })).rejects.toThrow('both addresses');
  });

  test('the session’s storage is closed to pages, explicitly', async () => {
    const setAccessLevel = vi.fn<(to: object) => Promise<void>>(async () => {});
    Object.assign(fakeBrowser.storage.session, { setAccessLevel });
    await life.guardVault();
    expect(setAccessLevel).toHaveBeenCalledWith({ accessLevel: 'TRUSTED_CONTEXTS' });
  });
});
