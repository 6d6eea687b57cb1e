/** Pops through the bridge to the sandbox's Awaken, whose switches cite the contract's lines. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { errorShape, historyShape, popErrorShape, popAnswerShape } from '../../lib/api.ts';
import { startBridge } from '../../bridge/bridge.ts';
import { openDb } from '../../bridge/db.ts';
import { createToken } from '../../bridge/keys.ts';
import { makeLog } from '../../bridge/log.ts';
import { makeMetrics } from '../../bridge/metrics.ts';
import { forgetPops, makePops } from '../../bridge/pops.ts';
import { serveAwaken, type AwakenServer, type Switch } from '../../sandbox/awaken.ts';
import { dump } from './dump.ts';
import { endAll, originOf, run } from './process.ts';
import { until } from './wait.ts';
import { makeDatabase, makeWorld, type World } from './world.ts';

const password = 'S3CRET CANARY/ß+€';
let server: AwakenServer;
let world: World;
let james = '';
let anybody = '';

const fileOf = (awaken: AwakenServer) => ({
  awaken: { authUrl: awaken.authUrl, popUrl: awaken.popUrl, systemId: awaken.systemId },
  waits: { poll: 60 },
});
const envOf = (awaken: AwakenServer) => ({ AWAKEN_USER: awaken.user, AWAKEN_PASSWORD: awaken.password });

beforeAll(async () => {
  server = await serveAwaken({ password });
  world = await makeWorld({ ...fileOf(server), limits: { token: 1000 } }, envOf(server));
  james = await world.tokenOf('James.Collins', 'pop', 'read');
  anybody = await world.tokenOf('Sam.Okoro', 'pop', 'pop:others');
});
afterAll(async () => {
  await world.end();
  await server.close();
});
beforeEach(() => {
  server.off();
  server.counts.auth = 0;
  server.counts.pop = 0;
});

/** A pop of a case of its own. */
const intent = (more: object = {}) => {
  const id = randomUUID();
  return {
    case: `rt:ticket:${id}`,
    popId: 'intake',
    username: 'James.Collins',
    campaign: 'Pump intake',
    reference: `rt:${id}`,
    data: { Case: '7', 'Contact Name': 'Amélie' },
    ...more,
  };
};
const send = (body: object, { token = james, key = randomUUID(), at = '' } = {}) =>
  world.post(`${at}/api/pops`, body, { authorization: `Bearer ${token}`, 'idempotency-key': key });
const errorOf = async (response: Response) => errorShape.or(popErrorShape).parse(await response.json()).error;
const historyOf = async ({ case: of }: { case: string }) => {
  const answer = await world.get(`/api/cases/${of.replaceAll(':', '/')}`, james);
  return historyShape.parse(await answer.json()).entries;
};
/** As if it had been some time ago. */
const age = (reference: string, seconds: number) =>
  world.db
    .updateTable('pop')
    .set({ done_at: sql<Date>`done_at - make_interval(secs => ${seconds})` })
    .where('reference', '=', reference)
    .execute();

test('a pop reaches the desktop, and opens in the history when its workflow says so', async () => {
  const pop = intent();
  const key = randomUUID();
  const answer = await send(pop, { key });
  expect(answer.status).toBe(200);
  expect(popAnswerShape.parse(await answer.json()).verdict).toMatchObject({ outcome: 'accepted', at: 'pop' });
  expect(server.accepted.at(-1)).toMatchObject({ SystemId: server.systemId, Username: 'James.Collins' });
  expect(server.agents.get('James.Collins')?.open).toEqual({
    campaign: pop.campaign,
    reference: pop.reference,
    data: pop.data,
  });
  const sent = { what: 'pop', key, popId: 'intake', username: 'James.Collins', campaign: 'Pump intake' };
  expect(await historyOf(pop)).toMatchObject([{ ...sent, state: 'sent', outcome: 'accepted' }]);

  const hook = await world.hook('awaken');
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (const body of [
    { reference: 'rt:other', agent: 'James.Collins' },
    { reference: pop.reference, agent: 'Sam.Okoro' },
  ])
    expect((await world.post(hook, body)).status).toBe(200);
  expect(await historyOf(pop)).toMatchObject([{ state: 'sent' }]);
  await world.post(hook, { Reference: pop.reference, Agent: 'james.collins' });
  const [opened] = await historyOf(pop);
  expect(opened).toMatchObject({ ...sent, state: 'opened', openedAt: expect.any(String) as string });
  // A second word changes nothing.
  await world.post(hook, { reference: pop.reference });
  expect(await historyOf(pop)).toEqual([opened]);
});

test('a workflow may be open before the API has answered', async () => {
  const pop = intent();
  server.on('pop-slow', 1);
  const answer = send(pop);
  await until(async () => server.counts.pop > 0);
  expect(await historyOf(pop)).toMatchObject([{ state: 'sending' }]);
  const made = await world.db.selectFrom('hook').select('id').where('kind', '=', 'awaken').execute();
  // oxlint-disable-next-line no-await-in-loop -- two may be active
  for (const { id } of made)
    await world.db.updateTable('hook').set({ revoked_at: new Date() }).where('id', '=', id).execute();
  await world.post(await world.hook('awaken'), { reference: pop.reference, agent: 'James.Collins' });
  expect(await historyOf(pop)).toMatchObject([{ state: 'opened' }]);
  // The API broke off (after its 10 s) and took the second try.
  expect((await answer).status).toBe(200);
  expect(await historyOf(pop)).toMatchObject([{ state: 'opened', outcome: 'accepted' }]);
}, 30_000);

test('fifty pops need one token, and a refused one is replaced once', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => send(intent())));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(server.counts.pop).toBe(50);
  expect(server.counts.auth).toBeLessThanOrEqual(1);
  server.counts.auth = 0;
  server.expireTokens();
  const after = await Promise.all(Array.from({ length: 5 }, () => send(intent())));
  expect(after.every(({ status }) => status === 200)).toBe(true);
  expect(server.counts.auth).toBe(1);
});

describe('one key', () => {
  test('sends one pop, with one answer, however often it is said', async () => {
    const pop = intent();
    const key = randomUUID();
    const first: unknown = await (await send(pop, { key })).json();
    await world.restart();
    const { data, ...rest } = pop;
    const turned = { data: Object.fromEntries(Object.entries(data).toReversed()), ...rest };
    const second = await send(turned, { key });
    expect([second.status, await second.json()]).toEqual([200, first]);
    expect(server.counts.pop).toBe(1);
  });

  test('also a failure, of which Awaken is not asked again', async () => {
    server.on('pop-failed', 1);
    const pop = intent();
    const key = randomUUID();
    const [first, second] = [await send(pop, { key }), await send(pop, { key })];
    expect([first.status, second.status]).toEqual([424, 424]);
    expect(await second.json()).toEqual(await first.json());
    expect(server.counts.pop).toBe(1);
  });

  test('at the same time: the second is told to wait', async () => {
    const pop = intent();
    const key = randomUUID();
    server.on('pop-down', 1);
    const first = send(pop, { key });
    await until(async () => server.counts.pop > 0);
    const second = await send(pop, { key });
    expect(second.status).toBe(409);
    expect(second.headers.get('retry-after')).toBe('1');
    expect((await errorOf(second)).code).toBe('in-hand');
    expect((await first).status).toBe(200);
    expect((await send(pop, { key })).status).toBe(200);
    expect(server.accepted.filter(({ Reference }) => Reference === pop.reference)).toHaveLength(1);
  });

  test('is not that of another pop, and is each token’s own', async () => {
    const pop = intent();
    const key = randomUUID();
    expect((await send(pop, { key })).status).toBe(200);
    for (const other of [intent(), { ...pop, data: {} }]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const answer = await send(other, { key });
      expect(answer.status).toBe(422);
      // oxlint-disable-next-line no-await-in-loop -- as above
      expect((await errorOf(answer)).code).toBe('reused');
    }
    expect((await send(intent(), { key, token: anybody })).status).toBe(200);
  });

  test.each([undefined, 'short', 'with space', 'x'.repeat(65)])('%s is none', async (key) => {
    const answer = await world.post('/api/pops', intent(), {
      authorization: `Bearer ${james}`,
      ...(key && { 'idempotency-key': key }),
    });
    expect(answer.status).toBe(400);
    expect((await errorOf(answer)).message).toContain('Idempotency-Key');
  });
});

test.each([
  ['a case that is none', { case: 'rt' }],
  ['a desk that is no key', { case: '../x:ticket:1' }],
  ['nobody', { username: '' }],
  ['no campaign', { campaign: '' }],
  ['a NUL', { reference: 'a\0b' }],
  ['a number', { data: { n: 1 } }],
  ['names that differ in case', { data: { Title: 'a', TITLE: 'b' } }],
])('%s is refused', async (_, more) => {
  const answer = await send(intent(more));
  expect(answer.status).toBe(400);
  expect((await errorOf(answer)).code).toBe('invalid');
  expect(server.counts.pop).toBe(0);
});

describe('whose desktop', () => {
  test('the token’s own alone, but with pop:others', async () => {
    const pop = intent({ username: 'Sam.Okoro' });
    const refused = await send(pop);
    expect(refused.status).toBe(403);
    expect(await errorOf(refused)).toMatchObject({
      code: 'forbidden',
      message: 'This token pops to James.Collins alone.',
    });
    expect(server.counts.pop).toBe(0);
    expect((await send(intent(), { token: anybody })).status).toBe(200);
  });

  test('nobody’s without a username, or without the scope', async () => {
    const bare = await world.token('pop');
    expect((await errorOf(await send(intent(), { token: bare }))).message).toContain('no Awaken username');
    const reader = await world.tokenOf('James.Collins', 'read');
    expect((await send(intent(), { token: reader })).status).toBe(403);
    expect(server.counts.pop).toBe(0);
  });
});

describe('one record', () => {
  test('goes to one of two who ask at once, at two bridges', async () => {
    const other = await startBridge(
      world.config,
      makeLog([], () => {}),
    );
    try {
      const pop = intent();
      const answers = await Promise.all([
        send(pop),
        send({ ...pop, username: 'Sam.Okoro' }, { token: anybody, at: other.url }),
        send(pop),
        send({ ...pop, username: 'Sam.Okoro' }, { token: anybody, at: other.url }),
      ]);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(3);
      const refused = answers.find(({ status }) => status === 409);
      const error = refused && (await errorOf(refused));
      expect(error).toMatchObject({ code: 'cooling' });
      expect(error).toMatchObject({ retryAfter: expect.any(Number) as number });
      expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(server.accepted.filter(({ Reference }) => Reference === pop.reference)).toHaveLength(1);
    } finally {
      await other.stop();
    }
  });

  test('goes to another after the cool-down, and at once after a refusal', async () => {
    const pop = intent();
    expect((await send(pop)).status).toBe(200);
    await age(pop.reference, 29);
    expect((await send({ ...pop, username: 'Sam.Okoro' }, { token: anybody })).status).toBe(409);
    await age(pop.reference, 2);
    expect((await send({ ...pop, username: 'Sam.Okoro' }, { token: anybody })).status).toBe(200);
    const other = intent();
    server.on('pop-failed', 1);
    expect((await send(other)).status).toBe(424);
    expect((await send(other)).status).toBe(200);
  });

  test('is another in another campaign; and one without a Reference is new each time', async () => {
    const pop = intent();
    const bare = intent({ reference: '' });
    const answers = await Promise.all([send(pop), send({ ...pop, campaign: 'Wrap-up' }), send(bare), send(bare)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });
});

test('a dry one signs in and sends nothing, and says what the other would', async () => {
  const pop = intent({ dry: true });
  const key = randomUUID();
  expect(await (await send(pop, { key })).json()).toEqual({ verdict: null });
  expect(server.counts).toMatchObject({ auth: 1, pop: 0 });
  expect(await historyOf(pop)).toEqual([]);
  const { dry: _, ...real } = pop as typeof pop & { dry: true };
  expect((await send(real, { key })).status).toBe(200);
  expect((await errorOf(await send(pop))).code).toBe('cooling');
});

/** A sender of its own, with a clock that waits for nobody. */
const sender = (now = Date.now) => {
  const waited: number[] = [];
  const lines: string[] = [];
  const log = makeLog(world.config.secrets, (line) => void lines.push(line));
  const clock = { now, random: () => 0, wait: async (ms: number) => void waited.push(ms) };
  const { config, db } = world;
  return { pop: makePops({ config, db, log, metrics: makeMetrics() }, clock), waited, lines };
};
const tokenId = async () => (await world.db.selectFrom('token').select('id').limit(1).executeTakeFirstOrThrow()).id;

test('a token is used until shortly before it ends', async () => {
  let time = Date.now();
  const { pop } = sender(() => time);
  const who = await tokenId();
  for (let n = 0; n < 50; n += 1) {
    // oxlint-disable-next-line no-await-in-loop -- by the clock, one after the other
    expect(await pop(who, randomUUID(), intent())).toMatchObject({ verdict: { outcome: 'accepted' } });
    time += 60_000;
  }
  expect(server.counts).toMatchObject({ auth: 1, pop: 50 });
  time += 10 * 60_000;
  await pop(who, randomUUID(), intent());
  expect(server.counts.auth).toBe(2);
});

test.each<[Switch, string, string, number]>([
  ['auth-failed', 'auth-rejected', 'failed', 0],
  ['not-authenticated', 'auth-rejected', 'failed', 0],
  ['reset-required', 'auth-rejected', 'failed', 0],
  ['auth-html', 'unavailable', 'failed', 0],
  ['auth-gone', 'endpoint-wrong', 'failed', 0],
  ['auth-throttled', 'throttled', 'failed', 0],
  ['pop-forbidden', 'token-rejected', 'failed', 2],
  ['pop-no-path', 'endpoint-wrong', 'failed', 1],
  ['pop-failed', 'bad-request', 'failed', 1],
  ['pop-too-large', 'bad-request', 'failed', 1],
  ['pop-not-json', 'unknown', 'unknown', 1],
  ['pop-html', 'endpoint-wrong', 'failed', 1],
  ['pop-throttled', 'throttled', 'failed', 4],
  ['pop-down', 'unavailable', 'failed', 2],
  ['pop-redirect', 'endpoint-wrong', 'failed', 1],
  ['pop-echo', 'bad-request', 'failed', 1],
])('with Awaken %s: %s', async (name, outcome, state, pops) => {
  server.on(name);
  const { pop, lines } = sender();
  const one = intent();
  const end = await pop(await tokenId(), randomUUID(), one);
  expect(end).toMatchObject({ verdict: { outcome } });
  expect(await historyOf(one)).toMatchObject([{ state, outcome }]);
  expect(server.counts.pop).toBe(pops);
  expect(lines.join('')).toContain(outcome);
});

test('without a Reference nothing is tried a second time', async () => {
  const who = await tokenId();
  for (const name of ['pop-down', 'pop-throttled', 'pop-forbidden'] as const) {
    server.off();
    server.on(name);
    server.counts.pop = 0;
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await sender().pop(who, randomUUID(), intent({ reference: '' }));
    expect([name, server.counts.pop]).toEqual([name, 1]);
  }
});

test('a refused user is not tried again', async () => {
  server.on('auth-failed');
  const { pop, lines } = sender();
  const who = await tokenId();
  await pop(who, randomUUID(), intent());
  server.off();
  expect(await pop(who, randomUUID(), intent())).toMatchObject({ verdict: { outcome: 'auth-rejected' } });
  expect(await pop(who, randomUUID(), intent(), true)).toMatchObject({ verdict: { outcome: 'auth-rejected' } });
  expect(server.counts).toMatchObject({ auth: 1, pop: 0 });
  expect(lines.filter((line) => line.includes('"error"'))).toHaveLength(1);
});

test('whoever is asked to wait is left alone, also by others', async () => {
  let time = Date.now();
  const { pop } = sender(() => time);
  const who = await tokenId();
  server.retryAfter = 60;
  server.on('pop-throttled', 1);
  expect(await pop(who, randomUUID(), intent())).toMatchObject({ verdict: { retryAfter: 60_000 } });
  time += 10_000;
  expect(await pop(who, randomUUID(), intent())).toEqual({
    verdict: { outcome: 'throttled', at: 'pop', retryAfter: 50_000 },
  });
  expect(server.counts.pop).toBe(1);
  time += 50_000;
  expect(await pop(who, randomUUID(), intent())).toMatchObject({ verdict: { outcome: 'accepted' } });
});

test('a failure says what happened and what to do', async () => {
  server.on('pop-no-path', 1);
  const answer = await send(intent());
  expect(answer.status).toBe(424);
  expect(await errorOf(answer)).toMatchObject({
    code: 'endpoint-wrong',
    next: expect.stringContaining('awaken.popUrl') as string,
    verdict: { outcome: 'endpoint-wrong', at: 'pop', status: 403 },
  });
});

test('a bridge that is not told where Awaken is says so', async () => {
  const bare = await makeWorld({ waits: { poll: 60 } });
  try {
    const answer = await bare.post('/api/pops', intent(), {
      authorization: `Bearer ${await bare.tokenOf('James.Collins', 'pop')}`,
      'idempotency-key': randomUUID(),
    });
    expect(answer.status).toBe(503);
    expect((await errorOf(answer)).message).toContain('where Awaken is');
  } finally {
    await bare.end();
  }
});

test('pops are forgotten with the deliveries', async () => {
  const pop = intent();
  await send(pop);
  expect(await forgetPops(world.db, 3600)).toBe(0);
  await world.db
    .updateTable('pop')
    .set({ at: sql<Date>`at - interval '2 hours'` })
    .where('reference', '=', pop.reference)
    .execute();
  expect(await forgetPops(world.db, 3600)).toBe(1);
  expect(await historyOf(pop)).toEqual([]);
});

describe('a bridge that is killed while it sends', () => {
  afterEach(endAll);

  test('leaves a pop of which nobody knows, and that is said and not sent again', async () => {
    const { url: DATABASE_URL, drop } = await makeDatabase();
    const dir = mkdtempSync(join(tmpdir(), 'deskcall-pops-'));
    const BRIDGE_CONFIG = join(dir, 'bridge.config.json');
    writeFileSync(BRIDGE_CONFIG, JSON.stringify({ ...fileOf(server), waits: { lease: 0.3, poll: 60 } }));
    const env = { DATABASE_URL, BRIDGE_CONFIG, ...envOf(server) };
    const bridges = [run([], env), run([], env)];
    const [first = '', second = ''] = await Promise.all(bridges.map(originOf));
    const { db } = openDb(DATABASE_URL, () => {});
    try {
      const { token } = await createToken(db, 'test', ['pop', 'read'], 'James.Collins');
      const pop = intent();
      const key = randomUUID();
      server.on('pop-slow');
      const gone = send(pop, { token, key, at: first }).catch(() => 'gone');
      await until(async () => server.counts.pop > 0);
      // It lives: several leases long.
      await until(async () => {
        const row = await db
          .selectFrom('pop')
          .select(sql<boolean>`lease > at + interval '1 second'`.as('renewed'))
          .executeTakeFirst();
        return row?.renewed;
      });
      expect((await send(pop, { token, key, at: second })).status).toBe(409);
      bridges[0]?.child.kill('SIGKILL');
      expect(await gone).toBe('gone');
      const answer = await until(async () => {
        const now = await send(pop, { token, key, at: second });
        return now.status !== 409 && now;
      });
      expect(answer.status).toBe(424);
      expect(await errorOf(answer)).toMatchObject({ code: 'unknown', verdict: { outcome: 'unknown', at: 'pop' } });
      const history = await world.get(`${second}/api/cases/${pop.case.replaceAll(':', '/')}`, token);
      expect(historyShape.parse(await history.json()).entries).toMatchObject([{ key, state: 'unknown' }]);
      // Nor by a click of its own, for a while.
      expect((await errorOf(await send(pop, { token, at: second }))).code).toBe('cooling');
      expect(server.counts.pop).toBe(1);
    } finally {
      await db.destroy();
      endAll();
      await drop();
      rmSync(dir, { recursive: true });
    }
  });
});

test('no secret is in the log or in the database', async () => {
  expect((await send(intent())).status).toBe(200);
  const needles = [password, `${server.user}:${password}`, james, anybody, ...server.tokens].flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
    JSON.stringify(secret).slice(1, -1),
  ]);
  expect(server.tokens.length).toBeGreaterThan(0);
  server.on('pop-echo', 1);
  const echoed = await send(intent());
  expect(echoed.status).toBe(424);
  const all = [await dump(world.db), world.lines.join(''), await echoed.text()].join('\n');
  expect(all).toContain('James.Collins');
  expect(needles.filter((needle) => all.includes(needle))).toEqual([]);
});
