/** A bridge that dies at any step of writing a note, and others that work beside it: the note is there once. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Config } from '../../bridge/config.ts';
import { migrate, openDb, type Db } from '../../bridge/db.ts';
import { deskOf, type Desk } from '../../bridge/desks/index.ts';
import { startJobs, type JobRunner } from '../../bridge/jobs.ts';
import { makeLog } from '../../bridge/log.ts';
import { makeMetrics } from '../../bridge/metrics.ts';
import { makeWriter, putOut, resumeChanged, retryParked } from '../../bridge/outbox.ts';
import { serveDesks, type DesksServer } from '../../sandbox/desks.ts';
import { kinds, sandboxDesks } from './desks-config.ts';
import { makeConfig, makeDatabase } from './world.ts';

// No wait is waited for: what is due is said by the tests.
const waits = { settle: 0, retry: 0, longestRetry: 0, poll: 0.5, sweep: 1, request: 0.5 };

let desks: DesksServer;
let config: Config;
let db: Db;
let jobs: JobRunner;
let drop: () => Promise<void>;
beforeAll(async () => {
  desks = await serveDesks();
  const made = await makeDatabase();
  ({ drop } = made);
  ({ db } = openDb(made.url, () => {}));
  await migrate(db);
  // Never asked to work: each step is taken by hand.
  jobs = await startJobs(made.url, log, 0.5);
  const { file, env } = sandboxDesks(desks, { write: 'staged' });
  config = makeConfig({ desks: file, waits }, { DATABASE_URL: made.url, ...env });
});
beforeEach(() => desks.off());
afterAll(async () => {
  await jobs.stop(5);
  await db.destroy();
  await drop();
  await desks.close();
});

const log = makeLog([], () => {});
/** A bridge of its own, as another process would be. @param wrap what happens to its requests */
function bridge(wrap: (ask: Desk['ask']) => Desk['ask'] = (ask) => ask) {
  const all = new Map(
    Object.entries(config.desks).map(([key, each]) => {
      const desk = deskOf(each, 500);
      return [key, { ...desk, ask: wrap((request) => desk.ask(request)) }];
    }),
  );
  return { all, writer: makeWriter({ config, db, jobs, log, metrics: makeMetrics() }, all) };
}

let made = 0;
/** A session whose note waits; what is not `fresh` is looked for at the first try as well. @returns the case, and the row */
async function waiting(
  desk: string,
  ended = true,
  fresh = true,
): Promise<{ id: string; session: string; row: string }> {
  made += 1;
  const { kind, target, id: idOf } = kinds(desk);
  const id = idOf(made);
  desks.add(target, kind, id);
  const { id: session } = await db
    .insertInto('session')
    .values({
      resource_id: `session-${made}`,
      state: 'read',
      match: 'launch',
      desk,
      kind,
      case_id: id,
      ended_at: fresh ? new Date() : new Date(0),
    } as never)
    .returning('id')
    .executeTakeFirstOrThrow();
  const row = await said(desk, id, session, ended);
  return { id, session, row };
}

/** What a reading of the session puts out. */
async function said(desk: string, id: string, session: string, ended: boolean): Promise<string> {
  const { kind } = kinds(desk);
  const startedAt = new Date('2026-11-22T09:00:00Z');
  await db.transaction().execute((trx) =>
    putOut(trx, { config, jobs }, bridge().all, {
      id: session,
      resource: `of-${session}`,
      turn: 0,
      named: { desk, kind, id },
      facts: { type: 'Call', people: ['Alex'], startedAt, ...(ended && { endedAt: new Date('2026-11-22T09:10:00Z') }) },
    }),
  );
  const found = await db
    .selectFrom('outbox')
    .select('id')
    .where('session_id', '=', session)
    .where('action', '=', ended ? 'note' : 'start')
    .executeTakeFirst();
  return found?.id ?? '';
}

const state = async (row: string) =>
  db.selectFrom('outbox').select(['state', 'tries', 'reason']).where('id', '=', row).executeTakeFirstOrThrow();
/** The time that a row waits for is over. */
const later = (row: string) =>
  db
    .updateTable('outbox')
    .set({ next_at: new Date(0) })
    .where('id', '=', row)
    .execute();
const notesOn = (id: string) => desks.notes.filter((note) => note.id === id);

/** A bridge that dies at its nth request, before or after the desk has done it. */
const dying = (at: number, when: 'before' | 'after') => {
  let n = 0;
  return bridge((ask) => async (request) => {
    n += 1;
    if (n === at && when === 'before') throw new Error('died');
    const answer = await ask(request);
    if (n === at) throw new Error('died');
    return answer;
  });
};

const deaths = [1, 2, 3].flatMap((at) =>
  (['before', 'after'] as const).flatMap((when) => [true, false].map((fresh) => ({ at, when, fresh }))),
);

describe.each(['plain', 'jira', 'dynamics', 'servicenow', 'salesforce'])('%s', (desk) => {
  test.each(deaths)('dead $when request $at, fresh $fresh: once', async ({ at, when, fresh }) => {
    const { id, row } = await waiting(desk, true, fresh);
    await dying(at, when)
      .writer.write(row)
      .catch(() => {});
    // Dead again while it looks.
    await later(row);
    await dying(1, when)
      .writer.write(row)
      .catch(() => {});
    await later(row);
    await bridge().writer.write(row);
    expect([(await state(row)).state, notesOn(id).length]).toEqual(['done', 1]);
  });

  test('several at once: one takes it', async () => {
    const all = [await waiting(desk), await waiting(desk), await waiting(desk), await waiting(desk)];
    const bridges = [bridge(), bridge(), bridge()];
    await Promise.all(bridges.flatMap(({ writer }) => all.map(({ row }) => writer.write(row))));
    for (const { id, row } of all) expect([(await state(row)).state, notesOn(id).length]).toEqual(['done', 1]);
  });
});

test('one that was away for long does not write what another has taken meanwhile', async () => {
  const { id, session, row } = await waiting('jira', false);
  await bridge().writer.write(row);
  const end = await said('jira', id, session, true);
  // The first asks for the list of notes, to complete the one at the start, and is away while the second writes.
  let held = true;
  const slow = bridge((ask) => async (request) => {
    const answer = await ask(request);
    if (held) {
      held = false;
      await later(end);
      await bridge().writer.write(end);
    }
    return answer;
  });
  const before = desks.requests.filter(({ method }) => method !== 'GET').length;
  await slow.writer.write(end);
  expect([(await state(end)).state, notesOn(id).length]).toEqual(['done', 1]);
  expect(desks.requests.filter(({ method }) => method !== 'GET').length - before).toBe(1);
});

test('a beginning that is heard of after the end is not told', async () => {
  const { id, session, row } = await waiting('zendesk');
  await bridge().writer.write(row);
  expect(await said('zendesk', id, session, false)).toBe('');
  expect(notesOn(id)).toHaveLength(1);
});

test('what was written and then taken away by somebody is not written again once the desk said yes', async () => {
  const { id, row } = await waiting('plain');
  // The desk says yes, and the bridge dies before it has read the note back.
  let wrote = false;
  const mortal = bridge((ask) => async (request) => {
    if (wrote) throw new Error('died');
    wrote = request.method !== 'GET';
    return ask(request);
  });
  await mortal.writer.write(row).catch(() => {});
  expect(notesOn(id)).toHaveLength(1);
  desks.notes.splice(
    desks.notes.findIndex((note) => note.id === id),
    1,
  );
  for (let n = 0; n < 7; n += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one look after the other
    await later(row);
    // oxlint-disable-next-line no-await-in-loop -- as above
    await bridge().writer.write(row);
  }
  expect([(await state(row)).state, notesOn(id).length]).toEqual(['parked', 0]);
  // Until somebody who has looked asks for it.
  expect(await retryParked(db, 'plain')).toBe(1);
  await bridge().writer.write(row);
  expect([(await state(row)).state, notesOn(id).length]).toEqual(['done', 1]);
  expect(await retryParked(db, 'plain')).toBe(0);
});

test('what is past its time, text and marker, is not tried again', async () => {
  const { id, row } = await waiting('plain');
  await db.updateTable('outbox').set({ state: 'parked', reason: 'refused', body: '' }).where('id', '=', row).execute();
  expect(await retryParked(db, 'plain')).toBe(0);
  await bridge().writer.write(row);
  expect(notesOn(id)).toEqual([]);
});

test('408: a server between gave up, and the desk may have written all the same: looked for, and there once', async () => {
  const { id, row } = await waiting('plain');
  const between = bridge((ask) => async (request) => {
    const answer = await ask(request);
    return request.method === 'GET' ? answer : { ...answer, status: 408 };
  });
  await between.writer.write(row);
  expect((await state(row)).state).toBe('writing');
  await later(row);
  await bridge().writer.write(row);
  expect([(await state(row)).state, notesOn(id).length]).toEqual(['done', 1]);
});

test('what was taken back with its session is not tried again', async () => {
  const { id, session, row } = await waiting('plain');
  await db.updateTable('outbox').set({ state: 'parked', reason: 'given to another' }).where('id', '=', row).execute();
  await db.updateTable('session').set({ turn: 1 }).where('id', '=', session).execute();
  expect(await retryParked(db, 'plain')).toBe(0);
  expect(notesOn(id)).toEqual([]);
});

test.each<[string, Partial<Config['desks'][string]>]>([
  ['secret', { secret: 'another' }],
  ['user', { user: 'somebody' }],
  ['address', { url: 'https://elsewhere.test' }],
])('a desk that was stopped stays so at a start, and goes on with another %s', async (_, change) => {
  const { row } = await waiting('plain');
  desks.on('unauthorized', 1);
  await bridge().writer.write(row);
  const stopped = () => db.selectFrom('stopped').selectAll().execute();
  expect(await stopped()).toMatchObject([{ desk: 'plain' }]);
  // Nothing that a password could be guessed by in no time.
  const { secret = '' } = config.desks.plain ?? {};
  expect((await stopped())[0]?.credential).not.toEqual(createHash('sha256').update(secret).digest());
  await resumeChanged(db, config);
  expect(await stopped()).toHaveLength(1);
  const plain = { ...config.desks.plain, ...change } as Config['desks'][string];
  await resumeChanged(db, { ...config, desks: { ...config.desks, plain } });
  expect(await stopped()).toEqual([]);
});

test('a desk that is not configured any more keeps its notes', async () => {
  const { id, row } = await waiting('plain');
  const { all } = bridge();
  all.delete('plain');
  const without = makeWriter({ config, db, jobs, log, metrics: makeMetrics() }, all);
  await without.write(row);
  expect(await state(row)).toMatchObject({ state: 'waiting', tries: 0 });
  await bridge().writer.write(row);
  expect(notesOn(id)).toHaveLength(1);
});
