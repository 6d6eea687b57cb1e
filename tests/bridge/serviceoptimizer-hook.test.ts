/** ServiceOptimizer's push notifications, as the contract's §2 has them. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await makeWorld(
    {
      serviceoptimizer: {
        main: { stages: { LON: 'On site' } },
        whole: { code: 'integer', onMalformed: 'reject' },
        open: { allowUnauthenticated: true },
      },
      waits: { poll: 60 },
    },
    {
      SERVICEOPTIMIZER_MAIN_SECRET: 'S3CRET-jwt',
      SERVICEOPTIMIZER_MAIN_SECRET_2: 'Bearer S3CRET-next',
      SERVICEOPTIMIZER_WHOLE_SECRET: 'S3CRET-jwt',
    },
  );
});
afterAll(() => world.end());

const push = (id: string, more: object = {}) => ({
  Type: '0',
  WorkItemType: '1',
  WorkItem: { Id: id, WorkStatus: 'Logged On' },
  ...more,
});
const send = (body: string | object, instance = 'main', authorization: string | undefined = 'S3CRET-jwt') =>
  world.post(`/hooks/serviceoptimizer/${instance}`, body, {
    'user-agent': '"DataNotifier"',
    ...(authorization && { authorization }),
  });
const stored = (subject: string) =>
  world.db.selectFrom('event').selectAll().where('subject', '=', subject).orderBy('id').execute();

test.each([
  ['-1', 'cancel'],
  ['0', 'create'],
  ['2', 'rebook'],
  ['5', 'status'],
  ['6', 'reminder'],
  ['7', 'confirm'],
  ['8', 'change'],
  ['9', 'rebook'],
  ['29', 'unknown:29'],
  ['constructor', 'unknown:constructor'],
])('type %s is stored as %s and acknowledged to the letter', async (type, verb) => {
  const response = await send(push(`WO-${type}`, { Type: type }));
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('{"Success":true,"Code":"0","Message":""}');
  expect(await stored(`WO-${type}`)).toMatchObject([
    { kind: type, verb, detail: 'Logged On', state: 'taken', via: 'main' },
  ]);
});

test('the code is a number where the setting says so', async () => {
  expect(await (await send(push('W-int'), 'whole')).text()).toBe('{"Success":true,"Code":0,"Message":""}');
  expect(await (await send('{', 'whole')).json()).toEqual({
    Success: false,
    Code: 2,
    Message: 'The body is not JSON.',
  });
});

test.each([
  [
    'without the comma of the documents',
    '{"Type":"0","WorkItemType":"1","WorkItem":{"Id": "odd-1" "WorkStatus": "x"}}',
    'odd-1',
  ],
  ['with names in other cases', '{"type":"0","workitemtype":"1","workitem":{"ID":"odd-2","WORKSTATUS":"x"}}', 'odd-2'],
  ['with numbers', '{"Type":0,"WorkItemType":1,"WorkItem":{"Id":303,"WorkStatus":5}}', '303'],
  [
    'with a byte order mark and more properties',
    '\uFEFF{"Type":"0","New":1,"WorkItem":{"Id":"odd-4","WorkStatus":null}}',
    'odd-4',
  ],
  ['as a list', '[{"Type":"0","WorkItem":{"Id":"odd-5"}},{"Type":"5","WorkItem":{"Id":"odd-6"}}]', 'odd-6'],
])('%s it is understood', async (_, body, id) => {
  expect(await (await send(body)).json()).toMatchObject({ Success: true });
  expect(await stored(id)).toHaveLength(1);
});

test.each([
  ['no JSON', 'Type=0'],
  ['no work item', '{"Type":"0"}'],
  ['nothing', ''],
  ['depth', '['.repeat(30_000)],
  ['prototype keys', '{"__proto__":{"Type":"0","WorkItem":{"Id":"x"}}}'],
])('poison (%s) is acknowledged, so that it does not come for days, and parked', async (_, body) => {
  expect(await (await send(body)).json()).toEqual({ Success: true, Code: '0', Message: '' });
  const last = await world.db.selectFrom('event').selectAll().orderBy('id', 'desc').limit(1).executeTakeFirst();
  expect(last).toMatchObject({ state: 'parked', source: 'serviceoptimizer' });
  expect(last?.body.toString()).toBe(body);
});

test('one of a list that can’t be read costs the others nothing', async () => {
  const body = '[{"Type":"0","WorkItem":{"Id":"odd-7"}},{"Type":"0"},{"Type":"5","WorkItem":{"Id":"odd-8"}}]';
  expect(await (await send(body)).json()).toMatchObject({ Success: true });
  expect([await stored('odd-7'), await stored('odd-8')]).toMatchObject([[{ state: 'taken' }], [{ state: 'taken' }]]);
  const parked = await world.db.selectFrom('event').select('body').where('state', '=', 'parked').execute();
  expect(parked.map((row) => row.body.toString())).toContain(body);
});

describe('who may', () => {
  test.each(['S3CRET-jwt', 'Bearer S3CRET-jwt', 'S3CRET-next', 'Bearer S3CRET-next'])('%s', async (authorization) => {
    expect((await send(push('who'), 'main', authorization)).status).toBe(200);
  });

  test.each(['S3CRET-jw', 'S3CRET-jwtx', 'Basic S3CRET-jwt', ''])('not %j', async (authorization) => {
    const response = await send(push('nobody'), 'main', authorization);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ Success: false, Code: '1' });
    expect(await stored('nobody')).toEqual([]);
  });

  test('anybody where the setting says so; nobody at an instance that is not set', async () => {
    expect((await send(push('open'), 'open', '')).status).toBe(200);
    expect((await send(push('open'), 'constructor')).status).toBe(404);
  });
});

test('a redelivery is counted; the same again after the time is an event of its own', async () => {
  for (let n = 0; n < 3; n += 1)
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as it would be sent
    expect(await (await send(push('again'))).json()).toMatchObject({ Success: true });
  expect(await stored('again')).toMatchObject([{ times: 3 }]);
  await world.db
    .updateTable('event')
    .set({ received_at: new Date(Date.now() - 601_000) })
    .where('subject', '=', 'again')
    .execute();
  await send(push('again'));
  expect(await stored('again')).toMatchObject([{ times: 3 }, { times: 1 }]);
});

test('too long is refused with the envelope, and no secret is ever in the log', async () => {
  const response = await send(push('x'.repeat(70_000)));
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ Success: false, Code: '4' });
  expect(world.lines.length).toBeGreaterThan(3);
  expect(world.lines.join('')).not.toContain('S3CRET');
});

test('it is told in the history of the case with that number', async () => {
  await send(push('WO-77', { Type: '5' }));
  const token = await world.token('read');
  const known = await (await world.get('/api/cases/rt/ticket/77?number=WO-77', token)).json();
  expect(known).toMatchObject({ entries: [{ what: 'job', instance: 'main', verb: 'status', status: 'Logged On' }] });
  expect(await (await world.get('/api/cases/rt/ticket/77', token)).json()).toEqual({ entries: [] });
});

test('a status has its stage, in the history and for tools; one that is not mapped is told as it was sent', async () => {
  await send(push('WO-78', { Type: '5', WorkItem: { Id: 'WO-78', WorkStatus: 'LON' } }));
  await send(push('WO-78', { Type: '5', WorkItem: { Id: 'WO-78', WorkStatus: 'OWN' } }));
  // Of another system it may mean something else.
  await send(push('WO-78', { Type: '5', WorkItem: { Id: 'WO-78', WorkStatus: 'LON' } }), 'open');
  const token = await world.token('read');
  const { entries } = (await (await world.get('/api/cases/rt/ticket/78?number=WO-78', token)).json()) as {
    entries: object[];
  };
  const job = { what: 'job', at: expect.any(String), verb: 'status' };
  expect(entries).toEqual([
    { ...job, instance: 'main', status: 'LON', stage: 'On site' },
    { ...job, instance: 'main', status: 'OWN' },
    { ...job, instance: 'open', status: 'LON' },
  ]);
  const told = await sql<object>`
    select instance, number, verb, raw, stage, at from report_v1.job_events where number = 'WO-78' order by id`.execute(
    world.db,
  );
  const event = { number: 'WO-78', verb: 'status', at: expect.any(Date) };
  expect(told.rows).toEqual([
    { ...event, instance: 'main', raw: 'LON', stage: 'On site' },
    { ...event, instance: 'main', raw: 'OWN', stage: null },
    { ...event, instance: 'open', raw: 'LON', stage: null },
  ]);
});

test('a map that was changed holds for what was pushed before', async () => {
  await send(push('WO-79', { Type: '5', WorkItem: { Id: 'WO-79', WorkStatus: 'LON' } }));
  const main = world.config.serviceoptimizer.main;
  if (main) main.stages = { LON: 'Arrived' };
  await world.restart();
  const token = await world.token('read');
  expect(await (await world.get('/api/cases/rt/ticket/79?number=WO-79', token)).json()).toMatchObject({
    entries: [{ status: 'LON', stage: 'Arrived' }],
  });
});
