/** WorkLink's webhooks, as the contract's §2 has them, and as somebody who means harm would send them. */
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signedBy } from '../../bridge/hooks/worklink.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
let hook = '';
beforeAll(async () => {
  world = await makeWorld({ waits: { settle: 3600, poll: 60 } });
  hook = await world.hook('worklink');
});
afterAll(() => world.end());

/** What is stored about a record. */
async function about(subject: string) {
  const events = await world.db.selectFrom('event').selectAll().where('subject', '=', subject).orderBy('id').execute();
  const sessions = await world.db.selectFrom('session').selectAll().where('resource_id', '=', subject).execute();
  return { events, sessions };
}

const dashed = (id: string, more: object = {}) => ({
  time: '2020-10-20T18:06:02Z',
  event: 'create',
  type: 'resource',
  data: { 'resource-id': id, 'resource-url': 'https://cms.test/api/v3/graphql/object/x', 'resource-type': 'Call' },
  ...more,
});

test.each<[string, (id: string) => object, Record<string, string>, string, string]>([
  ['A with dashes', dashed, {}, 'Call', 'created'],
  [
    'A with underscores',
    (id) => ({ event: 'finished', type: 'resource', data: { resource_id: id, resource_type: 'ScenarioSession' } }),
    {},
    'ScenarioSession',
    'completed',
  ],
  [
    'A in camel case',
    (id) => ({ event: 'esoteric', data: { resourceId: id, resourceType: 'call' } }),
    {},
    'call',
    'unknown',
  ],
  [
    'B with headers',
    (id) => ({ data: { id, url: 'https://cms.test/api/v3/graphql/object/y' } }),
    { 'x-scope-topic': 'scenario_session/completed', 'x-scope-webhook-id': '1' },
    'scenario_session',
    'completed',
  ],
  ['the result of a query of its own', (id) => ({ data: { node: { __typename: 'Call', id } } }), {}, 'Call', ''],
  ['a record without a type', (id) => ({ node_id: id }), {}, '', ''],
])('generation %s', async (name, body, headers, kind, verb) => {
  const id = `${name}/+=`;
  const response = await world.post(hook, body(id), headers);
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('');
  // Asked at once: the answer follows the commit.
  const { events, sessions } = await about(id);
  expect(events).toMatchObject([{ kind: kind || null, verb: verb || null, state: 'taken', times: 1 }]);
  expect(sessions).toMatchObject([{ state: 'waiting' }]);
});

test('what is delivered is stored byte by byte, whatever its content type', async () => {
  const body = Buffer.from(`\uFEFF${JSON.stringify(dashed('bytes'))}\n\n`);
  expect((await world.post(hook, body, { 'content-type': 'text/plain; charset=x' })).status).toBe(200);
  const { events } = await about('bytes');
  expect(events[0]?.body.equals(body)).toBe(true);
  expect(events[0]?.headers).toMatchObject({ 'content-type': 'text/plain; charset=x' });
  expect(events[0]?.remote).toBe('127.0.0.1');
});

test.each([
  ['of a type to come', { type: 'user', event: 'x', data: { id: 'later' } }, {}, 'ignored'],
  ['about a user', { data: { id: 'somebody' } }, { 'x-scope-topic': 'user/created' }, 'ignored'],
  ['that names nothing', { hello: 'world' }, {}, 'parked'],
  ['that is no JSON', 'resource-id=1', {}, 'parked'],
  ['that is empty', '', {}, 'parked'],
  ['that is nested deeply', `{"data":{"id":"deep"},"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, {}, 'parked'],
  ['of prototype keys', '{"__proto__":{"data":{"id":"p"}},"constructor":{"prototype":{"id":1}}}', {}, 'parked'],
  ['of many keys', `{${Array.from({ length: 20_000 }, (_, n) => `"k${n}":1`).join(',')}}`, {}, 'parked'],
  ['with an id that is an object', { data: { id: { $gt: '' } } }, {}, 'parked'],
  ['with an id without end', { data: { id: 'x'.repeat(10_000) } }, {}, 'parked'],
])('a delivery %s is stored with what became of it, and answered 200', async (_, body, headers, state) => {
  const before = await world.db.selectFrom('session').select('id').execute();
  expect((await world.post(hook, body, headers as Record<string, string>)).status).toBe(200);
  const last = await world.db.selectFrom('event').selectAll().orderBy('id', 'desc').limit(1).executeTakeFirst();
  expect(last?.state).toBe(state);
  expect(last?.reason).toBeTruthy();
  expect(await world.db.selectFrom('session').select('id').execute()).toHaveLength(before.length);
  expect(({} as { data?: unknown }).data).toBeUndefined();
});

test('SQL and NUL in an id are text', async () => {
  const id = `'; drop table deskcall.event; --`;
  expect((await world.post(hook, dashed(id))).status).toBe(200);
  expect((await world.post(hook, dashed(`nul\u0000byte`))).status).toBe(200);
  expect((await about(id)).sessions).toHaveLength(1);
  expect((await about('nulbyte')).sessions).toHaveLength(1);
});

test('the same delivery is stored once, however often and however much at once it comes', async () => {
  const body = JSON.stringify(dashed('same'));
  const answers = await Promise.all(Array.from({ length: 20 }, () => world.post(hook, body)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const { events, sessions } = await about('same');
  expect(events).toMatchObject([{ times: 20 }]);
  expect(sessions).toHaveLength(1);
});

test('a storm of events costs one reading', async () => {
  const storm = Array.from({ length: 50 }, (_, n) =>
    dashed('storm', { event: 'update', time: `2020-10-20T18:06:${n}Z` }),
  );
  await Promise.all(storm.map((body) => world.post(hook, body)));
  const { events, sessions } = await about('storm');
  expect(events).toHaveLength(50);
  expect(sessions).toMatchObject([{ asked: 50, state: 'waiting' }]);
  const { rows } = await ask<{ n: string }>(
    `select count(*) as n from deskcall_jobs.job where name = 'read' and data->>'resource' = 'storm'`,
  );
  expect(rows[0]?.n).toBe('1');
});

async function ask<T extends object>(text: string) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: world.config.databaseUrl });
  await client.connect();
  return client.query<T>(text).finally(() => client.end());
}

test('an unknown token answers like any unknown path, and neither is in the log', async () => {
  const wrong = `${hook}x`;
  const [one, other] = await Promise.all([world.post(wrong, {}), world.post('/hooks/nobody', {})]);
  expect([one.status, await one.text()]).toEqual([other.status, await other.text()]);
  expect(one.status).toBe(404);
  // That of another kind is as unknown.
  expect((await world.post(hook.replace('/worklink/', '/awaken/'), {})).status).toBe(404);
  expect(world.lines.join('')).not.toContain(hook.split('/').at(-1));
});

/** Sends a body of any length by pieces, as long as the other side takes it. @returns its status and what was sent */
function pour(url: string, length: number, headers: Record<string, string>): Promise<[status: number, sent: number]> {
  return new Promise((resolve, reject) => {
    const piece = Buffer.alloc(64 * 1024, 'x');
    let sent = 0;
    let answered = false;
    const outgoing = request(url, { method: 'POST', headers }, (response) => {
      answered = true;
      resolve([response.statusCode ?? 0, sent]);
      outgoing.destroy();
    });
    const more = (): void => {
      while (sent < length) {
        sent += piece.length;
        if (!outgoing.write(piece)) return;
      }
      if (!answered) outgoing.end();
    };
    outgoing.on('drain', more).on('error', (error) => !answered && reject(error));
    more();
  });
}

test.each([
  ['that says its length', { 'content-length': String(300 * 1024 * 1024) }],
  ['that does not', {}],
])('a body of 300 MB %s is refused after its first pieces', async (_, headers) => {
  const [status, sent] = await pour(hook, 300 * 1024 * 1024, headers);
  expect(status).toBe(413);
  expect(sent).toBeLessThan(30 * 1024 * 1024);
  expect(world.lines.at(-1)).toContain('/hooks/worklink/:token');
  expect(world.lines.at(-1)).toContain('too large');
});

describe('with a secret', () => {
  let strict: World;
  let signedHook = '';
  beforeAll(async () => {
    strict = await makeWorld(
      { waits: { settle: 3600, poll: 60 } },
      { WORKLINK_SECRET: 'S3CRET-old', WORKLINK_SECRET_2: 'S3CRET-new' },
    );
    signedHook = await strict.hook('worklink');
  });
  afterAll(() => strict.end());

  const body = JSON.stringify(dashed('signed'));
  const by = (key: string, encoding: 'base64' | 'base64url' | 'hex', of = body) =>
    createHmac('sha256', key).update(of).digest(encoding);

  test.each([
    ['base64', by('S3CRET-old', 'base64')],
    ['base64url', by('S3CRET-old', 'base64url')],
    ['hex', by('S3CRET-new', 'hex')],
    ['hex in capitals', by('S3CRET-new', 'hex').toUpperCase()],
  ])('a signature in %s is taken', async (_, signature) => {
    expect((await strict.post(signedHook, body, { 'x-scope-hmac-sha256': signature })).status).toBe(200);
  });

  test.each([
    ['none', undefined],
    ['an empty one', ''],
    ['one by another key', by('other', 'base64')],
    ['one of another body', by('S3CRET-old', 'base64', `${body} `)],
    ['half of the right one', by('S3CRET-old', 'hex').slice(0, 32)],
  ])('%s is refused: nothing is stored, and one line says so', async (_, signature) => {
    const lines = strict.lines.length;
    const events = () => strict.db.selectFrom('event').select('times').execute();
    const before = await events();
    const headers: Record<string, string> = signature === undefined ? {} : { 'x-scope-hmac-sha256': signature };
    expect((await strict.post(signedHook, body, headers)).status).toBe(401);
    expect(await events()).toEqual(before);
    expect(strict.lines.slice(lines)).toEqual([expect.stringContaining('"why":"signature"')]);
    expect(strict.lines.join('')).not.toContain('S3CRET');
  });

  test('it is over the raw body', () => {
    const raw = Buffer.from('{"a" : 1}');
    expect(signedBy(raw, by('k', 'base64', '{"a" : 1}'), ['k'])).toBe(true);
    expect(signedBy(raw, by('k', 'base64', '{"a":1}'), ['k'])).toBe(false);
  });
});
