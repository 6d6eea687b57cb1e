/** From a webhook to an internal note on the sandbox's desks, and whatever they do wrong between. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { newLaunchId } from '../../lib/worklink.ts';
import { serveDesks, type DesksServer, type DeskSwitch, type SandboxNote } from '../../sandbox/desks.ts';
import { serveCms, type CmsServer, type CmsSession } from '../../sandbox/worklink.ts';
import { kinds, sandboxDesks } from './desks-config.ts';
import { until } from './wait.ts';
import { makeWorld, type World } from './world.ts';

const waits = { settle: 0, retry: 0.1, longestRetry: 1, poll: 0.5, sweep: 1, request: 1 };

let cms: CmsServer;
let desks: DesksServer;
let world: World;
let hook = '';
let token = '';
beforeAll(async () => {
  cms = await serveCms();
  desks = await serveDesks();
  const { file, env } = sandboxDesks(desks);
  world = await makeWorld(
    { worklink: { url: cms.url, requestsPerSecond: 100 }, desks: file, tries: 4, waits },
    { WORKLINK_TOKEN: cms.token, ...env },
  );
  hook = await world.hook('worklink');
  token = await world.token('launch', 'read');
});
afterEach(() => desks.off());
afterAll(async () => {
  await world.end();
  await desks.close();
  await cms.close();
});

let made = 0;
/** A record on a desk, and a session of it. */
async function called(desk: string, more: Partial<CmsSession> = {}): Promise<{ id: string; session: CmsSession }> {
  made += 1;
  const { kind, id: idOf, target } = kinds(desk);
  const id = idOf(made);
  desks.add(target, kind, id);
  const launchId = newLaunchId();
  const launch = { launchId, desk, kind, id, at: new Date().toISOString() };
  const answer = await world.post('/api/launches', { launches: [launch] }, { authorization: `Bearer ${token}` });
  expect(answer.status).toBe(200);
  const externalData = { work_order_id: id, case_id: `${kind}:${id}`, desk, launch_id: launchId };
  return { id, session: cms.add({ externalData, ...more }) };
}
const row = (
  id: string,
  state: 'done' | 'parked' | 'waiting' | 'writing',
  action: 'start' | 'note' | 'fields' = 'note',
) =>
  until(() =>
    world.db
      .selectFrom('outbox')
      .selectAll()
      .where('case_id', '=', id)
      .where('state', '=', state)
      .where('action', '=', action)
      .executeTakeFirst(),
  );
const notesOn = (id: string): SandboxNote[] => desks.notes.filter((note) => note.id === id);
/** Requests that wrote to a record, or tried. */
const writesOn = (id: string): number =>
  desks.requests.filter(({ method, path, body }) => method !== 'GET' && (path + JSON.stringify(body)).includes(id))
    .length;

describe.each(['plain', 'keyed'])('%s', (desk) => {
  test('the note is there once, internal, with its length', async () => {
    const { id, session } = await called(desk);
    await cms.announce(hook, session, 'completed');
    await cms.announce(hook, session, 'updated');
    await row(id, 'done');
    expect(notesOn(id)).toEqual([
      expect.objectContaining({ public: false, text: expect.stringContaining('12 min 5 s') }),
    ]);
    expect(writesOn(id)).toBe(1);
  });

  test.each<DeskSwitch>(['conflict', 'throttled', 'throttled-date', 'broken', 'timed-out', 'login'])(
    '%s: the note is there once all the same',
    async (name) => {
      const { id, session } = await called(desk);
      desks.on(name);
      await cms.announce(hook, session, 'completed');
      await row(id, 'done');
      expect(notesOn(id)).toHaveLength(1);
    },
  );
});

describe('desks that list their notes', () => {
  test.each<[DeskSwitch, number]>([
    ['timed-out', 1],
    ['conflict', 2],
    ['throttled', 2],
  ])('%s: written %i times, and not once more', async (name, times) => {
    const { id, session } = await called('plain');
    desks.on(name);
    await cms.announce(hook, session, 'completed');
    await row(id, 'done');
    expect(writesOn(id)).toBe(times);
  });

  test('late in the list: looked for again, and not written again', async () => {
    const { id, session } = await called('plain');
    desks.on('late', 3, 'reads');
    await cms.announce(hook, session, 'completed');
    await row(id, 'done');
    expect([notesOn(id).length, writesOn(id)]).toEqual([1, 1]);
  });

  test('a marker on the third page is found', async () => {
    const { id, session } = await called('plain');
    for (let n = 0; n < 50; n += 1)
      desks.notes.push({ desk: 'plain', kind: 'ticket', id, note: `p${n}`, text: `Note ${n}`, public: true });
    desks.on('timed-out');
    await cms.announce(hook, session, 'completed');
    await row(id, 'done');
    expect([notesOn(id).length, writesOn(id)]).toEqual([51, 1]);
  });

  test('dropped: parked with what to do, and not written again', async () => {
    const { id, session } = await called('plain');
    desks.on('dropped');
    await cms.announce(hook, session, 'completed');
    expect((await row(id, 'parked')).reason).toContain('does not show it');
    expect(writesOn(id)).toBe(1);
  });

  test('published: told as what has to be made good by hand', async () => {
    const { id, session } = await called('plain');
    desks.on('published');
    await cms.announce(hook, session, 'completed');
    expect((await row(id, 'parked')).reason).toContain('public');
  });

  test('a login page instead of the list says nothing', async () => {
    const { id, session } = await called('plain');
    desks.on('login', 2, 'reads');
    await cms.announce(hook, session, 'completed');
    await row(id, 'done');
    expect([notesOn(id).length, writesOn(id)]).toEqual([1, 1]);
  });
});

test('what a desk said about waiting holds for whatever else it is asked', async () => {
  const [one, other] = [await called('plain'), await called('plain')];
  desks.retryAfter = 2;
  desks.on('throttled');
  await cms.announce(hook, one.session, 'completed');
  await until(async () => desks.requests.some(({ method, path }) => method !== 'GET' && path.includes(one.id)));
  const told = () => until(async () => (await row(other.id, 'waiting')).reason?.includes('429'));
  const since = desks.requests.length;
  const at = Date.now();
  await cms.announce(hook, other.session, 'completed');
  await told();
  expect(desks.requests.length).toBe(since);
  await Promise.all([row(one.id, 'done'), row(other.id, 'done')]);
  expect(Date.now() - at).toBeGreaterThan(1000);
  desks.retryAfter = 1;
});

test('a desk that lists nothing and says nothing: tried some times, then somebody has to look', async () => {
  const { id, session } = await called('unlisted');
  desks.on('timed-out', 100);
  await cms.announce(hook, session, 'completed');
  expect((await row(id, 'parked')).reason).toContain('look there');
  // At least once, as docs/bridge.md says of such desks.
  expect(notesOn(id).length).toBe(4);
});

test('a wrong credential stops the desk with one alert; resumed, everything is written', async () => {
  const cases = [await called('plain'), await called('plain'), await called('plain')];
  const alerts = () => world.lines.filter((line) => line.includes('"desk stopped"')).length;
  const before = alerts();
  desks.on('unauthorized', 100);
  const asked = desks.requests.length;
  // oxlint-disable-next-line no-await-in-loop -- one after the other, so that each could raise an alert
  for (const { session } of cases) await cms.announce(hook, session, 'completed');
  await until(async () => (await world.db.selectFrom('stopped').selectAll().execute()).length === 1);
  await Promise.all(cases.map(({ id }) => row(id, 'waiting')));
  expect(alerts() - before).toBe(1);
  expect(desks.requests.length - asked).toBeLessThanOrEqual(cases.length);
  desks.off();
  await world.db.deleteFrom('stopped').execute();
  await Promise.all(cases.map(({ id }) => row(id, 'done')));
  for (const { id } of cases) expect(notesOn(id)).toHaveLength(1);
});

test('the secret is never in the log', () => {
  expect(world.lines.join('')).not.toContain(desks.secret);
});
