/** A sender that sends until it is told `Success: true`: each notification is there once, whatever happened between. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from 'kysely';
import { makeSender, pushTypes, type PushSwitch, type Sender } from '../../sandbox/serviceoptimizer.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await makeWorld(
    { serviceoptimizer: { main: {}, whole: { code: 'integer' } }, waits: { poll: 60 } },
    { SERVICEOPTIMIZER_MAIN_SECRET: 'S3CRET-jwt', SERVICEOPTIMIZER_WHOLE_SECRET: 'S3CRET-jwt' },
  );
});
afterAll(() => world.end());

const sender = (more: Partial<Parameters<typeof makeSender>[0]> = {}): Sender =>
  makeSender({ url: `${world.url}/hooks/serviceoptimizer/main`, authorization: 'S3CRET-jwt', ...more });
const stored = (id: string) =>
  world.db.selectFrom('event').selectAll().where('subject', '=', id).where('source', '=', 'serviceoptimizer').execute();

test('all seven types are taken at the first time', async () => {
  const one = sender();
  for (const what of Object.keys(pushTypes) as (keyof typeof pushTypes)[]) one.push(what, `SO-${what}`, 'Logged On');
  const answers = await one.deliver();
  expect(answers.map(({ status, taken }) => [status, taken])).toEqual(answers.map(() => [200, true]));
  expect(one.left()).toBe(0);
  // oxlint-disable-next-line no-await-in-loop -- seven
  for (const what of Object.keys(pushTypes))
    expect(await stored(`SO-${what}`)).toMatchObject([{ verb: what, detail: 'Logged On', state: 'taken' }]);
});

test.each<[PushSwitch, object]>([
  ['no-comma', { verb: 'rebook', detail: 'Tentative' }],
  ['unquoted', { verb: 'rebook', kind: '9' }],
  ['unresourced', { verb: 'rebook', detail: null }],
  ['list', { verb: 'rebook' }],
  ['rebook-2', { verb: 'rebook', kind: '2' }],
  ['unassigned', { verb: 'unknown:14' }],
])('%s: understood, and taken at the first time', async (odd, row) => {
  const one = sender();
  one.push('rebook', `SO-${odd}`, undefined, odd);
  expect(await one.deliver()).toMatchObject([{ taken: true }]);
  expect(await stored(`SO-${odd}`)).toMatchObject([row]);
});

test('a sender that reads Code as an integer is answered so where the setting says it', async () => {
  const whole = { url: `${world.url}/hooks/serviceoptimizer/whole`, code: 'integer' as const };
  const right = sender(whole);
  right.push('create', 'SO-right');
  expect(await right.deliver()).toMatchObject([{ taken: true }]);
  const wrong = sender({ code: 'integer' });
  wrong.push('create', 'SO-strict');
  expect(await wrong.deliver()).toMatchObject([{ taken: false }]);
  await wrong.deliver();
  // Both times it was stored, once.
  expect(await stored('SO-strict')).toMatchObject([{ times: 2 }]);
});

test('an answer that is not heard: sent again, and stored once', async () => {
  const one = sender();
  one.push('status', 'SO-deaf', 'Cleared', 'deaf');
  await one.deliver();
  expect(one.left()).toBe(1);
  await one.deliver();
  expect(one.left()).toBe(0);
  expect(await stored('SO-deaf')).toMatchObject([{ times: 2 }]);
});

test('what can’t be stored is not taken, and is sent until it can', async () => {
  const one = sender();
  one.push('create', 'SO-down');
  await sql`alter table event rename to event_away`.execute(world.db);
  expect(await one.deliver()).toEqual([
    {
      status: 503,
      taken: false,
      text: '{"Success":false,"Code":"3","Message":"It could not be stored. Send it again."}',
    },
  ]);
  await sql`alter table event_away rename to event`.execute(world.db);
  expect(await one.deliver()).toMatchObject([{ status: 200, taken: true }]);
  expect(await stored('SO-down')).toMatchObject([{ times: 1 }]);
});

test('what is sent with a wrong secret is never taken, and is gone after the sender’s own days', async () => {
  let now = Date.now();
  const one = sender({ authorization: 'S3CRET-old', days: 2, now: () => now });
  one.push('create', 'SO-wrong');
  expect(await one.deliver()).toMatchObject([{ status: 401, taken: false }]);
  expect(one.left()).toBe(1);
  now += 2 * 86_400_000;
  expect(await one.deliver()).toEqual([]);
  expect(await stored('SO-wrong')).toEqual([]);
});
