/** Sessions that are nobody's get a case by hand, and another one later: the note goes along. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { assignAnswerShape, errorShape, unmatchedShape } from '../../lib/api.ts';
import { newLaunchId } from '../../lib/worklink.ts';
import { serveDesks, type DesksServer } from '../../sandbox/desks.ts';
import { serveCms, type CmsServer, type CmsSession } from '../../sandbox/worklink.ts';
import { configured, sandboxDesks } from './desks-config.ts';
import { endAll, run } from './process.ts';
import { until } from './wait.ts';
import { makeWorld, type World } from './world.ts';

const waits = { settle: 0, retry: 0.1, longestRetry: 1, poll: 0.5, sweep: 1, request: 1 };

let cms: CmsServer;
let desks: DesksServer;
let world: World;
let hook = '';
let admin = '';
beforeAll(async () => {
  cms = await serveCms();
  desks = await serveDesks();
  const { file, env } = sandboxDesks(desks);
  world = await makeWorld(
    { worklink: { url: cms.url, requestsPerSecond: 100 }, desks: file, limits: { token: 1000 }, tries: 2, waits },
    { WORKLINK_TOKEN: cms.token, ...env },
  );
  hook = await world.hook('worklink');
  admin = await world.token('admin', 'launch', 'read');
});
afterEach(() => {
  desks.off();
  endAll();
});
afterAll(async () => {
  await world.end();
  await desks.close();
  await cms.close();
});

let made = 100;
/** A record on a desk. */
function record(desk = 'plain'): { desk: string; kind: string; id: string } {
  made += 1;
  const { kind, id: idOf, target } = configured[desk] ?? { kind: '', id: String, target: '' };
  const id = idOf(made);
  desks.add(target, kind, id);
  return { desk, kind, id };
}
const rowOf = (session: CmsSession, match: 'none' | 'hand' | 'launch' | 'case') =>
  until(() =>
    world.db
      .selectFrom('session')
      .selectAll()
      .where('resource_id', '=', session.id)
      .where('match', '=', match)
      .where('state', '=', 'read')
      .executeTakeFirst(),
  );
async function nobodys(more: Partial<CmsSession> = {}) {
  const session = cms.add({ externalData: { work_order_id: 'forged' }, ...more });
  await cms.announce(hook, session, 'completed');
  return { session, id: (await rowOf(session, 'none')).id };
}
const give = async (id: string, to: object, token = admin) =>
  world.post(`/api/sessions/${id}/assign`, to, { authorization: `Bearer ${token}` });
const textsOn = (id: string): string[] => desks.notes.filter((note) => note.id === id).map(({ text }) => text);
const noted = (id: string, count: number) => until(() => Promise.resolve(textsOn(id).length >= count && textsOn(id)));
const settled = (id: string) =>
  until(async () =>
    (await world.db.selectFrom('outbox').select('state').where('session_id', '=', id).execute()).every(({ state }) =>
      ['done', 'parked'].includes(state),
    ),
  );

test('the inbox lists them page by page, with what the link claimed', async () => {
  const before = unmatchedShape.parse(await (await world.get('/api/unmatched', admin)).json());
  const link = { desk: 'plain', case_id: 'ticket:x', work_order_id: '7' };
  const { session, id } = await nobodys({ externalData: link });
  const after = unmatchedShape.parse(await (await world.get(`/api/unmatched?cursor=${before.cursor}`, admin)).json());
  expect(after).toEqual({
    cursor: id,
    more: false,
    sessions: [
      expect.objectContaining({
        id,
        resourceId: session.id,
        read: true,
        people: ['Alex Agent', 'Pat Expert'],
        said: { desk: 'plain', kind: 'ticket', id: 'x', number: '7' },
        why: expect.stringContaining('no such record'),
      }),
    ],
  });
});

test('by hand: the note is written, the inbox has it no more, and what is read later changes nothing', async () => {
  const { session, id } = await nobodys();
  const to = record();
  expect(assignAnswerShape.parse(await (await give(id, to)).json())).toEqual({ note: true });
  const [text] = await noted(to.id, 1);
  expect(text).toContain('12 min 5 s');
  const list = unmatchedShape.parse(await (await world.get('/api/unmatched', admin)).json());
  expect(list.sessions.map((each) => each.id)).not.toContain(id);
  cms.change(session, { externalData: { launch_id: newLaunchId() } });
  await cms.announce(hook, session, 'updated');
  await until(async () => ((await rowOf(session, 'hand')).data as { externalData: object }).externalData && true);
  expect(await rowOf(session, 'hand')).toMatchObject({ desk: to.desk, case_id: to.id });
  expect(await give(id, to).then((answer) => answer.json())).toEqual({ note: true });
  await settled(id);
  expect(textsOn(to.id)).toHaveLength(1);
  const history = (await (await world.get(`/api/cases/${to.desk}/${to.kind}/${to.id}`, admin)).json()) as object;
  expect(history).toMatchObject({ entries: [{ what: 'session', match: 'hand', note: 'written' }] });
});

test('to another case and back: each says where it went, and nothing is there twice', async () => {
  const { id } = await nobodys();
  const [one, two] = [record('plain'), record('keyed')];
  await give(id, one);
  await noted(one.id, 1);
  await settled(id);
  await give(id, two);
  await noted(two.id, 1);
  const moved = await noted(one.id, 2);
  expect(moved[1]).toContain('moved to another case');
  expect(moved[1]).toContain(two.desk);
  // It names the note that is not right any more.
  expect(moved[1]).toContain(/\[WL-[0-9a-f]{16}\]/.exec(moved[0] ?? '')?.[0]);
  await settled(id);
  await give(id, one);
  const back = await noted(one.id, 3);
  expect(back[2]).toContain('12 min 5 s');
  expect((await noted(two.id, 2))[1]).toContain('moved to another case');
  await settled(id);
  expect(textsOn(one.id)).toHaveLength(3);
  expect(textsOn(two.id)).toHaveLength(2);
  const entries = async (of: typeof one) =>
    ((await (await world.get(`/api/cases/${of.desk}/${of.kind}/${of.id}`, admin)).json()) as { entries: object[] })
      .entries;
  expect(await entries(one)).toMatchObject([{ what: 'session', note: 'written' }]);
  expect(await entries(two)).toEqual([]);
  expect(await world.db.selectFrom('session').select('id').where('id', '=', id).execute()).toHaveLength(1);
});

test.each(['jira', 'freshdesk', 'dynamics'])(
  '%s, where notes can be edited: the old one says that it was moved',
  async (desk) => {
    const { id } = await nobodys();
    const [one, two] = [record(desk), record(desk)];
    await give(id, one);
    await noted(one.id, 1);
    await settled(id);
    await give(id, two);
    const [text] = await until(() =>
      Promise.resolve(textsOn(one.id)[0]?.includes('moved to another case') && textsOn(one.id)),
    );
    expect(text).not.toContain('12 min 5 s');
    await noted(two.id, 1);
    await settled(id);
    expect(textsOn(one.id)).toHaveLength(1);
  },
);

test('while a note is being written nobody moves it; what waits is not written any more', async () => {
  const { id } = await nobodys();
  const [one, two] = [record(), record()];
  await give(id, one);
  await settled(id);
  await world.db
    .updateTable('outbox')
    .set({ state: 'writing', next_at: new Date(Date.now() + 60_000) })
    .where('session_id', '=', id)
    .execute();
  const busy = await give(id, two);
  expect(busy.status).toBe(409);
  await world.db
    .updateTable('outbox')
    .set({ state: 'waiting', tries: 0, accepted_at: null })
    .where('session_id', '=', id)
    .execute();
  const before = textsOn(one.id).length;
  expect((await give(id, two)).status).toBe(200);
  await noted(two.id, 1);
  await settled(id);
  expect(textsOn(one.id)).toHaveLength(before);
});

test('what was being written to a desk that is not configured any more holds nobody up', async () => {
  const { id } = await nobodys();
  const [one, two] = [record(), record()];
  await give(id, one);
  await settled(id);
  await world.db.updateTable('session').set({ desk: 'gone' }).where('id', '=', id).execute();
  await world.db.updateTable('outbox').set({ desk: 'gone', state: 'writing' }).where('session_id', '=', id).execute();
  expect((await give(id, two)).status).toBe(200);
  await noted(two.id, 1);
  const rows = await world.db.selectFrom('outbox').select(['action', 'state']).where('desk', '=', 'gone').execute();
  // That it was moved waits for the desk.
  expect(rows).toEqual(
    expect.arrayContaining([
      { action: 'note', state: 'parked' },
      { action: 'moved', state: 'waiting' },
    ]),
  );
});

test('what the desk took and shows otherwise than it should is said to have moved as well', async () => {
  const { id } = await nobodys();
  const [one, two] = [record(), record()];
  desks.on('published');
  await give(id, one);
  await settled(id);
  expect(textsOn(one.id)).toHaveLength(1);
  await give(id, two);
  expect((await noted(one.id, 2))[1]).toContain(/\[WL-[0-9a-f]{16}\]/.exec(textsOn(one.id)[0] ?? '')?.[0]);
});

test('a call that has not ended gets its note when it has', async () => {
  const { session, id } = await nobodys({ endedAt: null, state: 'active' });
  const to = record();
  expect(await (await give(id, to)).json()).toEqual({ note: false });
  cms.change(session, { endedAt: '2026-11-22T09:30:00Z' });
  await cms.announce(hook, session, 'completed');
  expect((await noted(to.id, 1))[0]).toContain('30 min');
});

test('a launch that is told later takes the note along', async () => {
  const [guessed, right] = [record(), record()];
  const launchId = newLaunchId();
  const session = cms.add({
    externalData: {
      desk: guessed.desk,
      case_id: `${guessed.kind}:${guessed.id}`,
      work_order_id: guessed.id,
      launch_id: launchId,
    },
  });
  await cms.announce(hook, session, 'completed');
  await rowOf(session, 'case');
  await noted(guessed.id, 1);
  // The link named one case and the launch was of another: nobody's, then.
  const launch = { launchId, desk: right.desk, kind: right.kind, id: right.id, at: new Date().toISOString() };
  await world.post('/api/launches', { launches: [launch] }, { authorization: `Bearer ${admin}` });
  await rowOf(session, 'none');
  expect((await noted(guessed.id, 2))[1]).toContain('taken back');
  expect(textsOn(right.id)).toEqual([]);
});

test.each<[string, (id: string) => [string, object], number]>([
  ['a session that is not there', () => ['999999', record()], 404],
  ['an id that is none', () => ["1';--", record()], 404],
  ['a desk that is not configured', (id) => [id, { desk: 'nobody', kind: 'ticket', id: '1' }], 400],
  ['a kind that it does not have', (id) => [id, { ...record(), kind: 'other' }], 400],
  ['a record that the desk does not have', (id) => [id, { desk: 'plain', kind: 'ticket', id: 'absent' }], 404],
  ['half of a case', (id) => [id, { desk: 'plain' }], 400],
  ['a NUL', (id) => [id, { desk: 'plain', kind: 'ticket', id: 'a\u0000' }], 400],
  ['a way up', (id) => [id, { desk: 'plain', kind: 'ticket', id: '../tickets/1' }], 404],
])('%s: refused with what to do', async (_, to, status) => {
  const { id } = await nobodys();
  const answer = await give(...to(id));
  expect(answer.status).toBe(status);
  expect(errorShape.parse(await answer.json()).error.next).toBeTruthy();
  expect((await world.db.selectFrom('session').select('match').where('id', '=', id).executeTakeFirst())?.match).toBe(
    'none',
  );
});

test('only for admins', async () => {
  const token = await world.token('read', 'launch', 'report');
  expect((await world.get('/api/unmatched', token)).status).toBe(403);
  expect((await give('1', record(), token)).status).toBe(403);
});

test('from the command line, where what links claim can’t move the cursor', async () => {
  const { id } = await nobodys({ externalData: { desk: 'plain', work_order_id: '\u001b[2J7' } });
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-assign-'));
  const BRIDGE_CONFIG = join(dir, 'bridge.config.json');
  const { file, env } = sandboxDesks(desks);
  writeFileSync(BRIDGE_CONFIG, JSON.stringify({ desks: file }));
  const all = { ...env, BRIDGE_CONFIG, DATABASE_URL: world.config.databaseUrl ?? '' };
  const list = run(['unmatched'], all);
  expect(await list.ended).toBe(0);
  const line = list
    .out()
    .split('\n')
    .find((each) => each.startsWith(`${id}\t`));
  expect(line).toContain('plain');
  expect(list.out()).not.toContain('\u001b');
  const to = record();
  const done = run(['assign', id, to.desk, to.kind, to.id], all);
  expect(await done.ended).toBe(0);
  await noted(to.id, 1);
  const wrong = run(['assign', id, 'plain', 'ticket', 'absent'], all);
  expect(await wrong.ended).toBe(1);
  expect(wrong.out()).toContain('no such record');
  rmSync(dir, { recursive: true });
});
