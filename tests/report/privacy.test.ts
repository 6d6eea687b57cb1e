/** How long things are kept, and one person's data: handed over, taken out. And what views tell tools of others. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { forgetOld } from '../../bridge/keep.ts';
import { describeErased, erasePerson, findPerson, textFault } from '../../bridge/person.ts';
import { makeWorld, type World } from '../bridge/world.ts';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.end());

const ago = (days: number): Date => new Date(Date.now() - days * 86_400_000);
const keep = { people: 90, calls: 1000, cases: 500 };

async function call(id: string, days: number, people: string[], note: 'done' | 'waiting' = 'done'): Promise<void> {
  await sql`insert into launch (id, desk, kind, case_id, launched_at, received_at, state)
    values (${id}, 'rt', 'ticket', '7', ${ago(days)}, ${ago(days)}, 'seen')`.execute(world.db);
  await sql`insert into session (resource_id, type, state, first_at, started_at, ended_at, milliseconds, launch_id, match,
      desk, kind, case_id, data)
    values (${id}, 'CallSession', 'read', ${ago(days)}, ${ago(days)}, ${ago(days)}, 1000, ${id}, 'launch', 'rt', 'ticket',
      '7', ${JSON.stringify({ users: { nodes: people.map((name) => ({ name })) }, state: 'ended' })})`.execute(
    world.db,
  );
  await sql`insert into outbox (desk, kind, case_id, session_id, action, marker, body, state, created_at, done_at)
    select 'rt', 'ticket', '7', id, 'note', ${`WL-${id}`}, ${`With: ${people.join(', ')}`}, ${note}, ${ago(days)},
      ${note === 'done' ? ago(days) : null} from session where resource_id = ${id}`.execute(world.db);
  await sql`insert into wrapup (desk, kind, case_id, launch_id, outcome, trip_avoided, at, received_at)
    values ('rt', 'ticket', '7', ${id}, 'solved', true, ${ago(days)}, ${ago(days)})`.execute(world.db);
}
async function closed(id: string, days: number | null): Promise<void> {
  await sql`insert into case_time (desk, kind, case_id, opened_at, resolved_at, source, seen_at)
    values ('rt', 'ticket', ${id}, ${ago(5000)}, ${days === null ? null : ago(days)}, 'file', ${ago(1)})`.execute(
    world.db,
  );
}
const left = async (table: string, column: string): Promise<unknown[]> =>
  (
    await sql<{ it: unknown }>`select ${sql.ref(column)} as it from ${sql.table(table)} order by 1`.execute(world.db)
  ).rows.map(({ it }) => it);

beforeEach(async () => {
  await sql`truncate launch, session, outbox, wrapup, case_time, event, pop`.execute(world.db);
});

test('each kind goes when it is past its time, and not a day before', async () => {
  await call('AAAAAAAAAAAA', 999, ['Dana Reyes']);
  await call('BBBBBBBBBBBB', 1001, ['Dana Reyes']);
  await closed('1', 499);
  await closed('2', 501);
  // oxlint-disable-next-line no-await-in-loop -- two
  for (const days of [999, 1001])
    await sql`insert into event (source, via, received_at, same, headers, body, subject, state)
      values ('serviceoptimizer', 'main', ${ago(days)}, '', '{}', '', ${String(days)}, 'taken')`.execute(world.db);
  // What is still open is not old, however long it has been.
  await closed('3', null);
  // Its desk does not show these any more.
  await closed('4', null);
  await closed('5', null);
  await sql`update case_time set lost = true, seen_at = ${ago(499)} where case_id = '4'`.execute(world.db);
  await sql`update case_time set lost = true, seen_at = ${ago(501)} where case_id = '5'`.execute(world.db);
  await forgetOld(world.db, keep);
  expect(await left('launch', 'id')).toEqual(['AAAAAAAAAAAA']);
  expect(await left('session', 'resource_id')).toEqual(['AAAAAAAAAAAA']);
  expect(await left('outbox', 'marker')).toEqual(['WL-AAAAAAAAAAAA']);
  expect(await left('wrapup', 'launch_id')).toEqual(['AAAAAAAAAAAA']);
  expect(await left('case_time', 'case_id')).toEqual(['1', '3', '4']);
  expect(await left('event', 'subject')).toEqual(['999']);
});

test('names and texts go long before the figures', async () => {
  await call('AAAAAAAAAAAA', 89, ['Dana Reyes']);
  await call('BBBBBBBBBBBB', 91, ['Dana Reyes']);
  await forgetOld(world.db, keep);
  const rows = await world.db
    .selectFrom('session')
    .select(['resource_id', 'data', 'milliseconds'])
    .orderBy('id')
    .execute();
  expect(rows.map(({ data }) => data === null)).toEqual([false, true]);
  expect(rows[1]?.milliseconds).toBe('1000');
  expect(await left('outbox', 'body')).toEqual(['', 'With: Dana Reyes']);
});

test('a wrong clock of a phone or a computer makes nothing older or younger', async () => {
  await call('AAAAAAAAAAAA', 1, ['Dana Reyes']);
  await call('BBBBBBBBBBBB', 1001, ['Dana Reyes']);
  await call('CCCCCCCCCCCC', 1001, ['Dana Reyes']);
  const clock = (id: string, at: Date) =>
    Promise.all([
      sql`update launch set launched_at = ${at} where id = ${id}`.execute(world.db),
      sql`update session set started_at = ${at}, ended_at = ${at} where resource_id = ${id}`.execute(world.db),
      sql`update wrapup set at = ${at} where launch_id = ${id}`.execute(world.db),
    ]);
  await clock('AAAAAAAAAAAA', new Date(0));
  await clock('BBBBBBBBBBBB', new Date('2090-01-01'));
  // What was over long before it was filled in is as old as WorkLink says.
  await sql`update session set quiet = true, first_at = now(), read_at = now()
    where resource_id = 'CCCCCCCCCCCC'`.execute(world.db);
  await forgetOld(world.db, keep);
  expect(await left('launch', 'id')).toEqual(['AAAAAAAAAAAA']);
  expect(await left('session', 'resource_id')).toEqual(['AAAAAAAAAAAA']);
  expect(await left('wrapup', 'launch_id')).toEqual(['AAAAAAAAAAAA']);
  expect((await world.db.selectFrom('session').select('data').executeTakeFirst())?.data).not.toBeNull();
});

test('a note that was not written yet stays, with its call', async () => {
  await call('AAAAAAAAAAAA', 1001, ['Dana Reyes'], 'waiting');
  await forgetOld(world.db, keep);
  expect(await left('session', 'resource_id')).toEqual(['AAAAAAAAAAAA']);
  expect(await left('outbox', 'body')).toEqual(['With: Dana Reyes']);
});

test('one person is found as a whole word in any case, and taken out; others stay', async () => {
  await call('AAAAAAAAAAAA', 1, ['Dana Reyes', 'Pat (Expert)']);
  await call('BBBBBBBBBBBB', 1, ['Adana Reyesson']);
  const hook = await world.hook('awaken');
  await world.post(hook, { reference: 'rt:1', agent: 'DANA REYES' });
  await world.post(hook, { reference: 'rt:2', agent: 'Pat (Expert)' });
  await sql`insert into token (name, scopes, hash, username) values ('panel of Dana Reyes', '{read}', 'x', 'dreyes')`.execute(
    world.db,
  );
  const found = await findPerson(world.db, 'dana reyes');
  expect(Object.fromEntries(Object.entries(found).map(([table, rows]) => [table, rows.length]))).toEqual({
    session: 1,
    outbox: 1,
    event: 1,
    token: 1,
  });
  // The export is for that person: no hash, and nobody else's rows.
  expect(JSON.stringify(found)).not.toContain('hash');
  expect(JSON.stringify(found)).not.toContain('Reyesson');

  const done = await erasePerson(world.db, 'dana reyes');
  expect(describeErased(done)).toContain('- rt ticket 7');
  expect(await findPerson(world.db, 'dana reyes')).toEqual({});
  expect(await left('outbox', 'body')).toEqual(['With: Adana Reyesson', 'With: [erased], Pat (Expert)']);
  const [kept] = await world.db.selectFrom('session').select('data').orderBy('id').execute();
  expect(kept?.data).toEqual({ users: { nodes: [{ name: '[erased]' }, { name: 'Pat (Expert)' }] }, state: 'ended' });
  expect(
    await world.db.selectFrom('token').select('revoked_at').where('name', '=', '[erased]').executeTakeFirst(),
  ).toEqual({
    revoked_at: expect.any(Date),
  });
  // Signs of the pattern language in a name are letters.
  expect(Object.keys(await findPerson(world.db, 'Pat (Expert)'))).toEqual(['session', 'outbox', 'event']);
  expect(await findPerson(world.db, '.*')).toEqual({});
});

test('a name is found in any case and in whatever was delivered, be the letters beyond ASCII', async () => {
  await call('AAAAAAAAAAAA', 1, ['Björn Çelik']);
  await call('BBBBBBBBBBBB', 1, ['Björn Çelikç', 'éBjörn Çelik']);
  const hook = await world.hook('awaken');
  await world.post(hook, { reference: 'rt:1', agent: 'Björn Çelik' });
  await world.post(hook, '{"reference":"rt:2","agent":"Bj\\u00F6rn \\u00e7elik"}');
  await world.post(hook, { reference: 'rt:3', agent: 'Björn Çelikç' });
  // Whatever was sent is stored, be it no text at all.
  await world.post(hook, Buffer.from([0, 255, 254, 0]));
  const found = await findPerson(world.db, 'BJÖRN ÇELIK');
  expect(Object.fromEntries(Object.entries(found).map(([table, rows]) => [table, rows.length]))).toEqual({
    session: 1,
    outbox: 1,
    event: 2,
  });
  expect(JSON.stringify(found.event)).toContain('Björn Çelik');
  await erasePerson(world.db, 'BJÖRN ÇELIK');
  expect(await findPerson(world.db, 'Björn Çelik')).toEqual({});
  expect(await left('outbox', 'body')).toEqual(['With: Björn Çelikç, éBjörn Çelik', 'With: [erased]']);
});

test('what is too short to be a name is refused', () => {
  expect(textFault('ab')).toContain('3 letters');
  expect(textFault('abc')).toBeUndefined();
});

test('views of version 1 are read with rights on them alone, and name nobody', async () => {
  await call('AAAAAAAAAAAA', 1, ['Dana Reyes']);
  await closed('1', 1);
  await world.db.connection().execute(async (one) => {
    const role = `bi_${Date.now()}`;
    await sql`create role ${sql.id(role)}`.execute(one);
    await sql`grant usage on schema report_v1 to ${sql.id(role)}`.execute(one);
    await sql`grant select on all tables in schema report_v1 to ${sql.id(role)}`.execute(one);
    await sql`set role ${sql.id(role)}`.execute(one);
    const columns: Record<string, string[]> = {};
    for (const view of ['cases', 'calls', 'launches', 'notes', 'wrapups']) {
      // oxlint-disable-next-line no-await-in-loop -- one connection
      const { rows } = await sql<object>`select * from ${sql.table(`report_v1.${view}`)}`.execute(one);
      expect(rows).toHaveLength(1);
      expect(JSON.stringify(rows)).not.toContain('Dana');
      columns[view] = Object.keys(rows[0] ?? {});
    }
    // Tools are built on these: a column may be added, in version 1 none may go.
    expect(columns).toMatchInlineSnapshot(`
      {
        "calls": [
          "id",
          "resource_id",
          "type",
          "started_at",
          "ended_at",
          "milliseconds",
          "launch_id",
          "match",
          "match_reason",
          "desk",
          "kind",
          "case_id",
        ],
        "cases": [
          "id",
          "desk",
          "kind",
          "case_id",
          "number",
          "queue",
          "priority",
          "asset_class",
          "status",
          "opened_at",
          "assigned_at",
          "resolved_at",
          "reopened",
          "reopened_at",
          "known_until",
        ],
        "launches": [
          "id",
          "desk",
          "kind",
          "case_id",
          "target",
          "surface",
          "launched_at",
          "state",
        ],
        "notes": [
          "id",
          "session_id",
          "desk",
          "kind",
          "case_id",
          "action",
          "state",
          "reason",
          "created_at",
          "done_at",
        ],
        "wrapups": [
          "id",
          "desk",
          "kind",
          "case_id",
          "launch_id",
          "outcome",
          "trip_avoided",
          "at",
        ],
      }
    `);
    await expect(sql`select * from deskcall.session`.execute(one)).rejects.toThrow(/permission denied/);
    await sql`reset role`.execute(one);
    await sql`drop owned by ${sql.id(role)}`.execute(one);
    await sql`drop role ${sql.id(role)}`.execute(one);
  });
});
