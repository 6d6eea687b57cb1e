/** Whoever means harm is refused or stored as text, with one line in the log, and what honest people send is not lost. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newLaunchId } from '../../lib/worklink.ts';
import { readBody } from '../../bridge/body.ts';
import { forget } from '../../bridge/inbox.ts';
import { serveDesks, type DesksServer } from '../../sandbox/desks.ts';
import { serveCms, type CmsServer } from '../../sandbox/worklink.ts';
import { sandboxDesks } from './desks-config.ts';
import { until } from './wait.ts';
import { makeWorld, type World } from './world.ts';

const waits = { settle: 0, retry: 0.1, longestRetry: 1, poll: 0.5, sweep: 3600, request: 2 };

let cms: CmsServer;
let desks: DesksServer;
let world: World;
let hook = '';
let token = '';
beforeAll(async () => {
  cms = await serveCms();
  desks = await serveDesks();
  const { plain } = sandboxDesks(desks).file;
  world = await makeWorld(
    {
      worklink: { url: cms.url, requestsPerSecond: 100 },
      desks: { plain },
      serviceoptimizer: { main: {} },
      limits: { token: 1000 },
      waits,
    },
    { WORKLINK_TOKEN: cms.token, SERVICEOPTIMIZER_MAIN_SECRET: 'S3CRET-jwt', DESK_PLAIN_TOKEN: desks.secret },
  );
  hook = await world.hook('worklink');
  token = await world.token('launch', 'read', 'report', 'admin');
});
afterAll(async () => {
  await world.end();
  await desks.close();
  await cms.close();
});
let from = 0;
beforeEach(() => {
  from = world.lines.length;
});
/** What the log said since the test began, without what is in order. */
const complaints = (): string[] => world.lines.slice(from).filter((line) => !line.includes('"level":"info"'));

const keys = (count: number): string => `{${Array.from({ length: count }, (_, n) => `"k${n}":1`).join(',')}}`;
const doors = (): [string, string, Record<string, string>][] => [
  ['WorkLink', hook, {}],
  ['ServiceOptimizer', `${world.url}/hooks/serviceoptimizer/main`, { authorization: 'S3CRET-jwt' }],
];

test('a million keys: refused by their length, at each hook, with one line', async () => {
  const body = keys(1_000_000);
  for (const [, url, headers] of doors()) {
    from = world.lines.length;
    // oxlint-disable-next-line no-await-in-loop -- two
    expect((await send(url, body, headers)).status).toBe(413);
    expect(complaints()).toHaveLength(1);
  }
  const launches = await send(`${world.url}/api/launches`, body, { authorization: `Bearer ${token}` });
  expect(launches.status).toBe(413);
});

/** As fetch would, but for a server that answers before it has read all. */
function send(url: string, body: string, headers: Record<string, string>): Promise<{ status: number }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', headers }, (response) => {
      resolve({ status: response.statusCode ?? 0 });
      outgoing.destroy();
    });
    outgoing.on('error', reject);
    outgoing.write(body);
  });
}

test('a sender who is gone before the body is read keeps nothing waiting', async () => {
  const body = new Promise<Buffer | null>((resolve, reject) => {
    const server = createServer((incoming) => {
      incoming.once('close', () => {
        server.close();
        readBody(incoming, 1000).then(resolve, reject);
      });
    }).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      const outgoing = request({ port, method: 'POST', headers: { 'content-length': '100' } });
      outgoing.on('error', () => {});
      outgoing.write('half', () => outgoing.destroy());
    });
  });
  await expect(body).rejects.toThrow('went away');
});

test.each([
  ['nesting', `{"data":{"id":"x"},"x":${'['.repeat(60_000)}${']'.repeat(60_000)}}`],
  ['prototype keys', '{"__proto__":{"data":{"id":"p"}},"constructor":{"prototype":{"id":1}}}'],
  ['as many keys as fit', keys(20_000)],
  ['no JSON', '\u0000\u0001'],
])('%s: stored, parked, and one line says so', async (_, body) => {
  expect((await world.post(hook, body)).status).toBe(200);
  expect(complaints()).toEqual([expect.stringContaining('webhook parked')]);
  expect(Object.prototype).not.toHaveProperty('data');
});

describe('text of others', () => {
  const texts = [
    "'; drop table deskcall.session; --",
    '{{started}} {{secret}} ${process.env.WORKLINK_TOKEN} <%= 7*7 %> #{7*7}',
    '<script>alert(1)</script><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://x.test")',
    '\u202Eevil\u0007\u001b[31m',
    'line\r\nX-Injected: 1',
    '\uD800 half of a pair',
    '__proto__',
  ];

  test.each(texts)('%j as the name of a person, in external data and in a target is text', async (text) => {
    const id = `case-${texts.indexOf(text)}`;
    desks.add('plain', 'ticket', id);
    const launchId = newLaunchId();
    const launch = { launchId, desk: 'plain', kind: 'ticket', id, target: text, at: new Date().toISOString() };
    const headers = { authorization: `Bearer ${token}` };
    const answer = await world.post('/api/launches', { launches: [launch] }, headers);
    expect(answer.status).toBe(200);
    const externalData = { launch_id: launchId, work_order_id: id, [text]: text, nested: { [text]: [text] } };
    const session = cms.add({ people: [text, 'Pat Expert'], externalData, state: text });
    expect(await cms.announce(hook, session, 'completed')).toBe(200);
    const note = await until(() => Promise.resolve(desks.notes.find((each) => each.id === id)));
    expect(note.public).toBe(false);
    // Its lines are those of the template: nobody adds one.
    expect(note.text.split('\n').length).toBeLessThanOrEqual(6);
    expect(note.text).not.toContain(cms.token);
    expect(note.text).not.toContain(desks.secret);
    const history = JSON.stringify(await (await world.get(`/api/cases/plain/ticket/${id}`, token)).json());
    expect(history).toContain('"note"');
    const csv = await (await world.get('/api/export/launches?format=csv', token)).text();
    expect(csv).not.toMatch(/(^|,)=/m);
  });

  test('and the tables are all there', async () => {
    const { rows } = await sql<{ n: string }>`select count(*) as n from session`.execute(world.db);
    expect(Number(rows[0]?.n)).toBeGreaterThanOrEqual(texts.length);
    expect(complaints()).toEqual([]);
  });

  test.each(['desk', 'kind', 'id', 'launchId', 'target', 'at'])(
    'a NUL in %s is refused, not an error',
    async (field) => {
      const launch = { launchId: newLaunchId(), desk: 'plain', kind: 'ticket', id: '1', at: new Date().toISOString() };
      const answer = await world.post(
        '/api/launches',
        { launches: [{ ...launch, [field]: 'a\u0000b' }] },
        { authorization: `Bearer ${token}` },
      );
      expect(answer.status).toBe(400);
      expect(complaints()).toEqual([]);
    },
  );

  test('a NUL or half a character in an address is no error either', async () => {
    // oxlint-disable-next-line no-await-in-loop -- a few
    for (const path of ['/api/cases/plain/ticket/%00', '/api/cases/%ff/x/y', '/hooks/worklink/%00', '/api/export/%00'])
      expect((await world.get(path, token)).status).toBeLessThan(500);
    expect((await world.post('/hooks/worklink/%00', '{}')).status).toBe(404);
    expect((await world.post('/hooks/serviceoptimizer/__proto__', '{}')).status).toBe(404);
  });
});

test('while the database is slow a delivery is answered when it is stored, and others are answered meanwhile', async () => {
  const session = cms.add({});
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  let locked = (): void => {};
  const isLocked = new Promise<void>((resolve) => (locked = resolve));
  const slow = world.db.transaction().execute(async (trx) => {
    await sql`lock table event in exclusive mode`.execute(trx);
    locked();
    await held;
  });
  await isLocked;
  let answered = false;
  const delivery = cms.announce(hook, session, 'completed').then((status) => {
    answered = true;
    return status;
  });
  expect((await world.get('/healthz')).status).toBe(200);
  expect((await world.get('/readyz')).status).toBe(200);
  expect(answered).toBe(false);
  release();
  await slow;
  expect(await delivery).toBe(200);
  expect(await world.db.selectFrom('event').select('id').where('subject', '=', session.id).execute()).toHaveLength(1);
});

test('raw deliveries go when their time is over; that something happened to a job stays', async () => {
  await world.post(hook, { data: { id: 'old-hook' } });
  const push = { Type: '5', WorkItemType: '1', WorkItem: { Id: 'OLD-1', WorkStatus: 'Cleared' } };
  const headers = { authorization: 'S3CRET-jwt' };
  await world.post('/hooks/serviceoptimizer/main', push, headers);
  await world.post('/hooks/serviceoptimizer/main', 'poison', headers);
  await world.db
    .updateTable('event')
    .set({ received_at: new Date(Date.now() - 100_000) })
    .execute();
  await world.post(hook, { data: { id: 'new-hook' } });
  expect(await forget(world.db, 200)).toBe(0);
  expect(await forget(world.db, 50)).toBeGreaterThan(2);
  expect(await forget(world.db, 50)).toBe(0);
  const rows = await world.db.selectFrom('event').selectAll().orderBy('id').execute();
  expect(rows).toMatchObject([
    { subject: 'OLD-1', verb: 'status', detail: 'Cleared', remote: null, headers: {} },
    { subject: 'new-hook' },
  ]);
  expect(rows[0]?.body).toHaveLength(0);
  expect(await (await world.get('/api/cases/plain/ticket/z?number=OLD-1', token)).json()).toMatchObject({
    entries: [{ what: 'job', verb: 'status' }],
  });
});
