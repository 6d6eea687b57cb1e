// @vitest-environment node
/** Token and pop against the sandbox's Awaken, over HTTP: every outcome, every retry, and what never happens. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  again,
  checks,
  direct,
  likely,
  outcomes,
  popCall,
  readPop,
  readToken,
  shown,
  tokenCall,
  type Credentials,
  type Outcome,
  type PopIntent,
  type Token,
  type Verdict,
  type World,
} from '../../lib/awaken.ts';
import { addressFault, perform, type Answer, type Call } from '../../lib/http.ts';
import { messageKeys, serveAwaken, type AwakenServer, type Switch } from '../../sandbox/awaken.ts';

let time: number;
let server: AwakenServer;
let waits: number[];
let kept: Map<string, Token>;
let calls: Call[];

/** The world with a clock of its own; whoever waits moves it. */
const world = (more: Partial<World> = {}): World => ({
  perform: (call) => {
    calls.push(call);
    return perform(call);
  },
  now: () => time,
  wait: async (ms) => {
    waits.push(ms);
    time += ms;
  },
  random: () => 0,
  kept: {
    read: async (of) => kept.get(of) ?? null,
    keep: async (of, token) => void (token ? kept.set(of, token) : kept.delete(of)),
  },
  ...more,
});
const credentials = (): Credentials => ({ user: server.user, password: server.password });
const carrier = (by: Credentials = credentials(), more: Partial<World> = {}) =>
  direct(world(more))({ authUrl: server.authUrl, popUrl: server.popUrl, systemId: server.systemId }, by);
const intent = (more: Partial<PopIntent> = {}): PopIntent => ({
  case: 'demo:case:1',
  popId: 'intake',
  username: 'James.Collins',
  campaign: 'Pump intake',
  reference: 'demo:1',
  data: { 'Contact Name': 'Amélie Märsh 🔧' },
  ...more,
});
/** Requests to one of the two addresses end much sooner: it never answers. */
const impatient = (at: Verdict['at']): Partial<World> => ({
  perform: (call) => perform(call.url.endsWith(`/${at}`) ? { ...call, timeout: 60 } : call),
});

beforeEach(async () => {
  time = 1_700_000_000_000;
  waits = [];
  calls = [];
  kept = new Map();
  server = await serveAwaken({ now: () => time });
});
afterEach(() => server.close());

test('a pop opens the workflow with its data on that desktop', async () => {
  const verdict = await carrier().pop(intent());
  expect(verdict).toMatchObject({ outcome: 'accepted', at: 'pop', status: 200, version: '2019-10' });
  expect(verdict.requestId).toBeTruthy();
  expect(server.agents.get('James.Collins')?.open).toEqual({
    campaign: 'Pump intake',
    reference: 'demo:1',
    data: { 'Contact Name': 'Amélie Märsh 🔧' },
  });
  expect(server.accepted).toEqual([
    {
      SystemId: server.systemId,
      Username: 'James.Collins',
      Campaign: 'Pump intake',
      Reference: 'demo:1',
      ScriptData: { 'Contact Name': 'Amélie Märsh 🔧' },
    },
  ]);
});

test('of the three tokens only the IdToken is kept', async () => {
  await carrier().pop(intent());
  expect([...kept.values()]).toEqual([{ idToken: server.tokens[0], until: time + 3_300_000 }]);
});

test('fifty pops within the token’s hour ask for one token; the next one after it asks again', async () => {
  const awaken = carrier();
  for (let n = 0; n < 50; n++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as a person does
    expect((await awaken.pop(intent({ reference: `demo:${n}` }))).outcome).toBe('accepted');
    time += 66_000;
  }
  expect(server.counts).toMatchObject({ auth: 1, pop: 50 });
  await awaken.pop(intent());
  expect(server.counts.auth).toBe(2);
});

test('fifty pops at once ask for one token', async () => {
  const awaken = direct(world());
  const service = { authUrl: server.authUrl, popUrl: server.popUrl, systemId: server.systemId };
  const all = Array.from({ length: 50 }, (_, n) =>
    awaken(service, credentials()).pop(intent({ reference: `demo:${n}` })),
  );
  expect(new Set((await Promise.all(all)).map(({ outcome }) => outcome))).toEqual(new Set(['accepted']));
  expect(server.counts).toMatchObject({ auth: 1, pop: 50 });
});

test('a token outlives whoever asked for it', async () => {
  await carrier().pop(intent());
  await carrier().pop(intent());
  expect(server.counts).toMatchObject({ auth: 1, pop: 2 });
});

test('a token that is refused costs one new token and one more try', async () => {
  const awaken = carrier();
  await awaken.pop(intent());
  server.expireTokens();
  expect((await awaken.pop(intent({ reference: 'demo:2' }))).outcome).toBe('accepted');
  expect(server.counts).toMatchObject({ auth: 2, pop: 3 });
  expect(waits).toEqual([]);
});

test.each<Switch>(['pop-expired', 'pop-forbidden'])('a new token that is refused, too (%s), ends it', async (name) => {
  server.on(name);
  expect((await carrier().pop(intent())).outcome).toBe('token-rejected');
  expect(server.counts).toMatchObject({ auth: 2, pop: 2 });
  expect(kept.size).toBe(0);
});

test('ten pops whose token is refused at once ask for one new token', async () => {
  const awaken = carrier();
  await awaken.pop(intent());
  server.expireTokens();
  const all = await Promise.all(Array.from({ length: 10 }, (_, n) => awaken.pop(intent({ reference: `demo:${n}` }))));
  expect(all.map(({ outcome }) => outcome)).toEqual(all.map(() => 'accepted'));
  expect(server.counts.auth).toBe(2);
});

test('a token of two seconds is used for less than two', async () => {
  server.on('short-token', 1);
  const awaken = carrier();
  await awaken.pop(intent());
  time += 1700;
  await awaken.pop(intent());
  expect(server.counts.auth).toBe(1);
  time += 101;
  expect((await awaken.pop(intent())).outcome).toBe('accepted');
  expect(server.counts).toMatchObject({ auth: 2, pop: 3 });
});

test('a token without a life is taken for one of an hour', async () => {
  server.on('no-expiry');
  await carrier().pop(intent());
  expect([...kept.values()][0]?.until).toBe(time + 3_300_000);
});

test('a dry run signs in and pops nothing', async () => {
  expect(await carrier().check()).toBeNull();
  expect(server.counts).toMatchObject({ auth: 1, pop: 0 });
  server.on('auth-failed');
  expect(await carrier().check()).toMatchObject({ outcome: 'auth-rejected', at: 'auth' });
});

type Case = {
  name: string;
  on?: Switch;
  expect: Outcome;
  at: Verdict['at'];
  auth: number;
  pop: number;
  waits?: number[];
};
const cases: Case[] = [
  { name: 'all is well', expect: 'accepted', at: 'pop', auth: 1, pop: 1 },
  { name: 'Success:false for a token', on: 'auth-failed', expect: 'auth-rejected', at: 'auth', auth: 1, pop: 0 },
  { name: 'Authenticated:false', on: 'not-authenticated', expect: 'auth-rejected', at: 'auth', auth: 1, pop: 0 },
  { name: 'a password that has to be set', on: 'reset-required', expect: 'auth-rejected', at: 'auth', auth: 1, pop: 0 },
  { name: 'no such auth path', on: 'auth-gone', expect: 'endpoint-wrong', at: 'auth', auth: 1, pop: 0 },
  { name: 'a gateway’s HTML', on: 'auth-html', expect: 'unavailable', at: 'auth', auth: 2, pop: 0, waits: [2000] },
  {
    name: 'throttled token',
    on: 'auth-throttled',
    expect: 'throttled',
    at: 'auth',
    auth: 4,
    pop: 0,
    waits: [1000, 1000, 1000],
  },
  { name: 'a refused token', on: 'pop-expired', expect: 'token-rejected', at: 'pop', auth: 2, pop: 2 },
  { name: 'a forbidden pop', on: 'pop-forbidden', expect: 'token-rejected', at: 'pop', auth: 2, pop: 2 },
  { name: 'no such pop path', on: 'pop-no-path', expect: 'endpoint-wrong', at: 'pop', auth: 1, pop: 1 },
  { name: 'a sign-in page', on: 'pop-html', expect: 'endpoint-wrong', at: 'pop', auth: 1, pop: 1 },
  { name: 'a redirect', on: 'pop-redirect', expect: 'endpoint-wrong', at: 'pop', auth: 1, pop: 1 },
  { name: 'Success:false', on: 'pop-failed', expect: 'bad-request', at: 'pop', auth: 1, pop: 1 },
  { name: 'too large', on: 'pop-too-large', expect: 'bad-request', at: 'pop', auth: 1, pop: 1 },
  {
    name: 'throttled',
    on: 'pop-throttled',
    expect: 'throttled',
    at: 'pop',
    auth: 1,
    pop: 4,
    waits: [1000, 1000, 1000],
  },
  { name: 'down', on: 'pop-down', expect: 'unavailable', at: 'pop', auth: 1, pop: 2, waits: [2000] },
  { name: 'OK, but no JSON', on: 'pop-not-json', expect: 'unknown', at: 'pop', auth: 1, pop: 1 },
];

describe('outcomes', () => {
  test.each(cases)('$name: $expect', async ({ on, expect: outcome, at, auth, pop, waits: waited = [] }) => {
    if (on) server.on(on);
    expect(await carrier().pop(intent())).toMatchObject({ outcome, at });
    expect(server.counts).toMatchObject({ auth, pop });
    expect(waits).toEqual(waited);
  });

  test('every one of them is reached', () =>
    expect([...new Set(cases.map((each) => each.expect))].toSorted()).toEqual([...outcomes].toSorted()));

  test('a wrong password is asked about once', async () => {
    const verdict = await carrier({ user: server.user, password: 'wrong' }).pop(intent());
    expect(verdict).toMatchObject({
      outcome: 'auth-rejected',
      status: 401,
      message: 'Incorrect username or password.',
    });
    expect(server.counts).toMatchObject({ auth: 1, pop: 0 });
  });

  test('a password that has to be set says so', async () => {
    server.on('reset-required');
    expect(await carrier().pop(intent())).toMatchObject({ outcome: 'auth-rejected', mustSet: true });
  });

  test.each<[Switch, Verdict['at']]>([
    ['auth-slow', 'auth'],
    ['pop-slow', 'pop'],
  ])('nobody waits for ever: %s', async (name, at) => {
    server.on(name);
    expect(await carrier(credentials(), impatient(at)).pop(intent())).toEqual({ outcome: 'unavailable', at });
    expect(waits).toEqual([2000]);
  });

  test('nobody there', async () => {
    await server.close();
    expect(await carrier().pop(intent())).toEqual({ outcome: 'unavailable', at: 'auth' });
    server = await serveAwaken();
  });

  test('a server that comes back within the retry pops once', async () => {
    server.on('pop-down', 1);
    expect((await carrier().pop(intent())).outcome).toBe('accepted');
    expect(server.accepted).toHaveLength(1);
  });

  test.each(messageKeys)('the server’s own words are found in %s', async (key) => {
    server.messageKey = key;
    server.on('pop-failed');
    expect((await carrier().pop(intent())).message).toBe('The pop was not accepted.');
  });

  test('each points to lines of the checklist that exist', () => {
    for (const outcome of outcomes) for (const line of likely[outcome]) expect(checks).toContain(line);
  });
});

describe('without a Reference nothing is tried again', () => {
  test.each<[Switch, Outcome]>([
    ['pop-down', 'unavailable'],
    ['pop-throttled', 'throttled'],
    ['pop-expired', 'token-rejected'],
  ])('%s', async (name, outcome) => {
    server.on(name);
    expect((await carrier().pop(intent({ reference: '' }))).outcome).toBe(outcome);
    expect(server.counts.pop).toBe(1);
  });

  test('and none is sent', async () => {
    await carrier().pop(intent({ reference: '' }));
    expect(server.accepted[0]).not.toHaveProperty('Reference');
  });
});

describe('waiting', () => {
  const throttled = (retryAfter?: number): Verdict => ({
    outcome: 'throttled',
    at: 'pop',
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
  test('grows from one second to four, with some chance in it', () => {
    expect([1, 2, 3, 4].map((tries) => again(throttled(), tries, true, 0))).toEqual([1000, 2000, 4000, null]);
    expect(again(throttled(), 1, true, 1)).toBe(1250);
  });
  test('is what the server says, unless nobody would wait so long', () => {
    expect(again(throttled(5000), 1, true, 0)).toBe(5000);
    expect(again(throttled(28_000), 1, true, 0)).toBeNull();
  });
  test('is never for what will not change by itself', () => {
    const tried = outcomes.filter((outcome) => again({ outcome, at: 'pop' }, 1, true, 0) !== null);
    expect(tried).toEqual(['throttled', 'unavailable']);
  });
  test('the server’s time comes back to whoever asked', async () => {
    server.retryAfter = 28;
    server.on('pop-throttled');
    expect(await carrier().pop(intent())).toMatchObject({ outcome: 'throttled', retryAfter: 28_000 });
    expect(server.counts.pop).toBe(1);
  });
  test('may be given as a date', () => {
    const header = (name: string) => (name === 'retry-after' ? new Date(time + 7000).toUTCString() : null);
    const answer: Answer = { status: 429, statusText: '', header, html: false, body: {} };
    expect(readPop(answer, credentials(), 't', time)).toMatchObject({ outcome: 'throttled', retryAfter: 7000 });
  });
});

describe('reading what no sandbox says', () => {
  const answer = (status: number, body?: unknown, html = false): Answer => ({
    status,
    statusText: 'Status',
    header: () => null,
    html,
    ...(body === undefined ? {} : { body }),
  });
  const given = (Result: object, more: object = {}) => ({
    Success: true,
    Result: { IdToken: 'abc', ...Result },
    ...more,
  });
  test.each<[string, Answer, Outcome]>([
    [
      'Cognito’s own word for a wrong password',
      answer(400, { Success: false, Message: 'NotAuthorized' }),
      'auth-rejected',
    ],
    ['a 401 with a page', answer(401, undefined, true), 'auth-rejected'],
    ['a 403 with a page', answer(403, undefined, true), 'endpoint-wrong'],
    ['no envelope', answer(200, { IdToken: 'abc' }), 'unknown'],
    ['a list', answer(200, [1]), 'unknown'],
    ['no token', answer(200, { Success: true, Result: { Authenticated: true } }), 'unknown'],
    ['a token that fits no header', answer(200, given({ IdToken: 'a\nb' })), 'unknown'],
    ['Success in quotes', answer(200, { Success: 'true', Result: { IdToken: 'abc' } }), 'unknown'],
    ['a teapot', answer(418), 'unknown'],
  ])('%s', (_, told, outcome) => expect(readToken(told, credentials(), time)).toMatchObject({ outcome }));
  test.each<[unknown, number]>([
    [3600, 3_300_000],
    [600, 540_000],
    [0, 3_300_000],
    [-1, 3_300_000],
    ['3600', 3_300_000],
    [1e12, 86_100_000],
  ])('a life of %j is used for %j ms', (ExpiresIn, used) =>
    expect(readToken(answer(200, given({ ExpiresIn })), credentials(), time)).toEqual({
      idToken: 'abc',
      until: time + used,
    }),
  );
  test('a list of errors may hold objects', () => {
    const body = { Success: false, Errors: [{ Message: 'No such user' }] };
    expect(readPop(answer(200, body), credentials(), 't', time)).toMatchObject({ message: 'No such user' });
  });
});

describe('secrets', () => {
  test('a server that quotes them gets no word of them through', async () => {
    server.on('pop-echo');
    const verdict = await carrier().pop(intent());
    expect(verdict).toMatchObject({ outcome: 'bad-request', message: expect.stringContaining('Cannot use') as string });
    expect(JSON.stringify(verdict)).not.toContain(server.tokens[0]);
    expect(JSON.stringify(verdict)).not.toContain('eyJ');
  });
  test('a server’s words are one short line', () => {
    expect(shown('a\n\u0000b\u202e', [])).toBe('a b');
    expect(shown('x'.repeat(1000), [])).toHaveLength(300);
    expect(shown('Basic dXNlcg== failed', [])).toBe('… failed');
  });
  test('Basic is over UTF-8, Bearer is the IdToken, and neither stands in an address', () => {
    const call = tokenCall(server.authUrl, credentials());
    const [, said = ''] = /^Basic (.+)$/.exec(call.headers.Authorization ?? '') ?? [];
    expect(Buffer.from(said, 'base64').toString()).toBe(`${server.user}:${server.password}`);
    const service = { authUrl: server.authUrl, popUrl: server.popUrl, systemId: server.systemId };
    expect(popCall(service, 'abc', intent())).toMatchObject({
      method: 'POST',
      url: server.popUrl,
      headers: { Authorization: 'Bearer abc', 'Content-Type': 'application/json' },
      timeout: 10_000,
    });
    expect(call).toMatchObject({ method: 'GET', url: server.authUrl, timeout: 10_000 });
  });
});

describe('the one way out', () => {
  test.each([
    'https://awaken.example/auth?x=1',
    'http://127.0.0.1:8080/auth',
    'http://localhost/auth',
    'http://[::1]:1/',
  ])('%s may be called', (address) => expect(addressFault(address)).toBeNull());
  test.each([
    ['http://awaken.example/auth', 'local'],
    ['http://127.0.0.1.evil.example/', 'local'],
    ['http://localhost.evil.example/', 'local'],
    ['https://user:pass@awaken.example/', 'user'],
    ['ftp://awaken.example/', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['https://awaken.example/#x', 'hash'],
    ['/auth', 'none'],
  ])('%s may not', async (address, why) => {
    expect(addressFault(address)).toBe(why);
    expect(await perform({ method: 'GET', url: address, headers: {}, timeout: 1000 })).toEqual({ fault: 'address' });
  });

  test('an answer without end is not read to its end, and a redirect is not followed', async () => {
    const seen: string[] = [];
    const odd = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      if (request.url === '/away') return void response.writeHead(302, { location: '/there' }).end();
      if (request.url === '/broken')
        return void response.writeHead(200, { 'content-type': 'application/json' }).end('{');
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(100_000)));
      };
      response.on('drain', more);
      more();
    });
    await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve));
    const at = `http://127.0.0.1:${(odd.address() as AddressInfo).port}`;
    const get = (path: string) => perform({ method: 'GET', url: at + path, headers: {}, timeout: 5000 });
    expect(await get('/endless')).toEqual({ fault: 'too-long' });
    expect(await get('/away')).toEqual({ fault: 'redirect' });
    expect(await get('/broken')).toMatchObject({ status: 200 });
    expect(await get('/broken')).not.toHaveProperty('body');
    expect(seen).not.toContain('GET /there');
    odd.closeAllConnections();
    odd.close();
  });
});
