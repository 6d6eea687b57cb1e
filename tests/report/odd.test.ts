/** What the report makes of odd data: times that are far off, calls before their case, and few of a kind. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { deskOf, type Desk } from '../../bridge/desks/index.ts';
import { checkShown } from '../../bridge/times/shown.ts';
import { storeTimes } from '../../bridge/times/store.ts';
import { newLaunchId } from '../../lib/worklink.ts';
import { until } from '../bridge/wait.ts';
import { makeConfig, makeWorld, type World } from '../bridge/world.ts';
import { signIn } from './year.ts';

let world: World;
let cookie = '';
beforeAll(async () => {
  world = await makeWorld({ limits: { token: 1000 }, waits: { sweep: 1, poll: 0.5 } });
  cookie = await signIn(world);
});
afterAll(() => world.end());
beforeEach(async () => {
  // oxlint-disable-next-line no-await-in-loop -- a few
  for (const table of ['session', 'launch', 'wrapup', 'case_time'])
    await sql`delete from ${sql.table(table)}`.execute(world.db);
});

const day = (n: number, hour = 0): Date => new Date(Date.UTC(2026, 0, n, hour));
const cases = (n: number, opened = day(1)) =>
  storeTimes(
    world.db,
    Array.from({ length: n }, (_, i) => ({
      desk: 'rt',
      kind: 'ticket',
      id: String(i),
      number: null,
      queue: null,
      priority: null,
      assetClass: null,
      status: null,
      openedAt: opened,
      assignedAt: null,
      resolvedAt: day(3),
      reopened: null,
      reopenedAt: null,
      seenAt: day(3),
    })),
    'file',
  );
const call = (id: number, at: Date, launched = at) => {
  const launch = newLaunchId();
  return sql`
    with one as (
      insert into launch (id, desk, kind, case_id, launched_at) values (${launch}, 'rt', 'ticket', ${String(id)}, ${launched})
    )
    insert into session (resource_id, type, state, read_at, started_at, milliseconds, launch_id, match, desk, kind, case_id)
    values (${`r${id}`}, 'CallSession', 'read', ${at}, ${at}, 60000, ${launch}, 'launch', 'rt', 'ticket', ${String(id)})`.execute(
    world.db,
  );
};
async function page(query = ''): Promise<string> {
  const response = await fetch(`${world.url}/report${query}`, { headers: { cookie } });
  expect(response.status).toBe(200);
  return (await response.text())
    .replaceAll(/<svg.*?<\/svg>/gs, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');
}

test('a call that began before its case was opened is a call of that case, as where the case was written down later', async () => {
  await cases(70);
  // oxlint-disable-next-line no-await-in-loop -- a few
  for (let n = 0; n < 30; n += 1) await call(n, new Date(day(1).getTime() - 60_000));
  const text = await page();
  expect(text).toContain('30 of 70 cases');
  expect(text).toContain('Half resolved, with a call 48.0 h');
  expect(text).toContain('30 cases, 0 still open');
});

test('times that are a lifetime off cost the page nothing', async () => {
  await cases(10, new Date('1001-01-01T00:00Z'));
  await call(1, day(2), new Date('1001-01-01T00:00Z'));
  await sql`update session set milliseconds = 9000000000000000`.execute(world.db);
  expect(await page()).toContain('10 cases, of all times.');
});

test('calls, launches and answers of which there are fewer than may be shown are not shown', async () => {
  await cases(20);
  // oxlint-disable-next-line no-await-in-loop -- a few
  for (let n = 0; n < 4; n += 1) await call(n, day(2));
  await sql`
    insert into wrapup (desk, kind, case_id, outcome, trip_avoided, at)
    values ('rt', 'ticket', '1', 'visit', false, ${day(2)})`.execute(world.db);
  const text = await page();
  expect(text).not.toContain('4 of 20 cases');
  expect(text).not.toContain('4 cases had a call');
  expect(text).toContain('Cases with a call fewer than 5');
  expect(text).not.toMatch(/Median [\d.]+ s/);
  expect(text).not.toContain('Needs a visit 1');
  expect(text.match(/Fewer than 5 [\w ]+, so they are not shown\./g)).toEqual([
    'Fewer than 5 launches with a call, so they are not shown.',
    'Fewer than 5 calls, so they are not shown.',
    'Fewer than 5 cases with a call, so they are not shown.',
    'Fewer than 5 answers, so they are not shown.',
  ]);
  // One more of each, and they are.
  await call(5, day(2));
  await sql`
    insert into wrapup (desk, kind, case_id, outcome, trip_avoided, at)
    select 'rt', 'ticket', n::text, 'visit', false, ${day(2)} from generate_series(2, 5) n`.execute(world.db);
  const more = await page();
  expect(more).toContain('5 of 20 cases');
  expect(more).toContain('5 cases had a call');
  expect(more).toContain('Needs a visit 5');
});

test('a desk that is no longer read is no trouble any more; what is known of it stays, and until when', async () => {
  await cases(10);
  await sql`
    insert into times_reading (desk, read_to, trouble) values ('gone', ${day(5)}, 'The desk refuses the credential (401).')`.execute(
    world.db,
  );
  const text = await until(async () => {
    const now = await page();
    return !now.includes('refuses the credential') && now;
  });
  expect(text).toContain('Cases of gone are known until 5 Jan 2026');
});

test('open cases are asked for in turn, twenty at a time; one that is always refused holds up no other', async () => {
  await cases(45);
  await sql`update case_time set desk = 'turn', source = 'desk', resolved_at = null`.execute(world.db);
  await sql`insert into times_reading (desk) values ('turn')`.execute(world.db);
  const asked: string[] = [];
  const { desks } = makeConfig(
    { desks: { turn: { type: 'redmine', url: 'http://127.0.0.1:9' } } },
    { DATABASE_URL: 'postgres://none', DESK_TURN_TOKEN: 'x' },
  );
  if (!desks.turn) throw new Error('it is not configured');
  const desk: Desk = {
    ...deskOf(desks.turn, 1000),
    ask({ path }) {
      const [, id = ''] = /issues\/(\d+)\.json/.exec(path) ?? [];
      asked.push(id);
      // The third may not be seen, the others are gone.
      return Promise.resolve({
        status: id === '2' ? 403 : 404,
        statusText: '',
        html: false,
        header: () => null,
        body: {},
      });
    },
  };
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (const n of [3, 20, 20, 2])
    await checkShown(world.db, 'turn', desk).then(() => expect(asked.splice(0)).toHaveLength(n));
  const shown = await world.db.selectFrom('case_time').select('case_id').where('lost', '=', false).execute();
  expect(shown).toEqual([{ case_id: '2' }]);
  // And from the first again.
  await checkShown(world.db, 'turn', desk);
  expect(asked).toEqual(['0', '1', '2']);
});
