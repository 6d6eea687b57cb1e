/** From a webhook, or without one, to a session with its case, against the sandbox's WorkLink. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { newLaunchId } from '../../lib/worklink.ts';
import { retryUnread } from '../../bridge/sessions.ts';
import { serveCms, type CmsServer, type CmsSession } from '../../sandbox/worklink.ts';
import type { Variant } from '../../sandbox/worklink-schemas.ts';
import { until } from './wait.ts';
import { makeWorld, type World } from './world.ts';

const waits = { settle: 0, retry: 0.1, longestRetry: 1, poll: 0.5, sweep: 1, request: 1 };

describe.each<Variant>(['today', 'old', 'offset'])('the schema of %s', (variant) => {
  let cms: CmsServer;
  let world: World;
  let hook = '';
  let token = '';
  beforeAll(async () => {
    cms = await serveCms({ variant });
    world = await makeWorld(
      { worklink: { url: cms.url, requestsPerSecond: 100 }, tries: 3, waits },
      { WORKLINK_TOKEN: cms.token },
    );
    hook = await world.hook('worklink');
    token = await world.token('launch', 'read');
  });
  afterEach(() => cms.off());
  afterAll(async () => {
    await world.end();
    await cms.close();
  });

  const launched = async (id: string): Promise<string> => {
    const launchId = newLaunchId();
    const launch = { launchId, desk: 'rt', kind: 'ticket', id, at: new Date().toISOString() };
    const response = await world.post('/api/launches', { launches: [launch] }, { authorization: `Bearer ${token}` });
    expect(response.status).toBe(200);
    return launchId;
  };
  const data = (launchId: string | undefined, id: string) => ({
    work_order_id: id,
    case_id: `ticket:${id}`,
    desk: 'rt',
    ...(launchId && { launch_id: launchId }),
  });
  const row = (session: CmsSession, state = 'read') =>
    until(() =>
      world.db
        .selectFrom('session')
        .selectAll()
        .where('resource_id', '=', session.id)
        .where('state', '=', state as 'read')
        .executeTakeFirst(),
    );

  test.each(['A', 'A_', 'B', 'query'] as const)('hook %s: read and matched by its launch', async (generation) => {
    const id = `1${generation}`;
    const session = cms.add({
      externalData: data(await launched(id), id),
      type: generation === 'B' ? 'ScenarioSession' : 'Call',
    });
    expect(await cms.announce(hook, session, 'completed', { generation })).toBe(200);
    expect(await row(session)).toMatchObject({
      match: 'launch',
      desk: 'rt',
      kind: 'ticket',
      case_id: id,
      milliseconds: String(725_000),
    });
    const history = await (await world.get(`/api/cases/rt/ticket/${id}`, token)).json();
    expect(history).toMatchObject({
      entries: expect.arrayContaining([
        expect.objectContaining({ what: 'launch', state: 'seen' }),
        expect.objectContaining({ what: 'session', match: 'launch', milliseconds: 725_000 }),
      ]),
    });
  });

  test('events in the wrong order: what is read back counts', async () => {
    const session = cms.add({ externalData: data(await launched('2'), '2') });
    await cms.announce(hook, session, 'completed');
    await cms.announce(hook, session, 'updated');
    await cms.announce(hook, session, 'created');
    expect((await row(session)).ended_at).toEqual(new Date('2026-11-22T09:12:05Z'));
  });

  test('a call whose end is told by no webhook is seen to have ended', async () => {
    const session = cms.add({ externalData: data(await launched('3'), '3'), state: 'active', endedAt: null });
    await cms.announce(hook, session, 'created');
    expect((await row(session)).ended_at).toBeNull();
    session.endedAt = '2026-11-22T09:30:00Z';
    await until(async () => (await row(session)).ended_at);
  });

  test.each(['not-authorized', 'unauthorized', 'internal', 'down', 'throttled', 'html', 'slow'] as const)(
    'WorkLink is %s for a while: nothing is lost',
    async (name) => {
      const session = cms.add({ externalData: data(await launched(name), name) });
      cms.on(name, name === 'unauthorized' ? 4 : 2);
      await cms.announce(hook, session, 'completed');
      expect(await row(session)).toMatchObject({ match: 'launch', case_id: name });
    },
  );

  test('a record that stays invisible is parked with the reason; a new hint tries again', async () => {
    const hidden = cms.add({ externalData: data(await launched('4'), '4') });
    cms.sessions.delete(hidden.id);
    await cms.announce(hook, hidden, 'completed');
    expect((await row(hidden, 'parked')).reason).toContain('Not authorized');
    cms.sessions.set(hidden.id, hidden);
    await cms.announce(hook, hidden, 'updated');
    await row(hidden);
  });

  test('all that stayed invisible is tried again when somebody asks for it', async () => {
    const hidden = cms.add({ externalData: data(await launched('8'), '8') });
    cms.sessions.delete(hidden.id);
    await cms.announce(hook, hidden, 'completed');
    await row(hidden, 'parked');
    cms.sessions.set(hidden.id, hidden);
    expect(await retryUnread(world.db)).toBe(1);
    expect(await row(hidden)).toMatchObject({ match: 'launch', case_id: '8' });
    expect(await retryUnread(world.db)).toBe(0);
  });

  test.each<[string, (launchId: string) => object]>([
    ['another case', (launchId) => ({ ...data(launchId, '5'), case_id: 'ticket:666' })],
    ['another number', (launchId) => ({ ...data(launchId, '5'), work_order_id: '666' })],
    ['another desk', (launchId) => ({ ...data(launchId, '5'), desk: 'redmine' })],
  ])('a link that names %s than its launch is nobody’s', async (_, forged) => {
    const session = cms.add({ externalData: forged(await launched('5')) });
    await cms.announce(hook, session, 'completed');
    expect(await row(session)).toMatchObject({ match: 'none', desk: null });
  });

  test('without a launch, on a desk that is not configured, it is nobody’s', async () => {
    const session = cms.add({ externalData: data(undefined, '6') });
    await cms.announce(hook, session, 'completed');
    expect(await row(session)).toMatchObject({
      match: 'none',
      match_reason: expect.stringContaining('not configured'),
    });
  });

  test('a session that comes before its launch is matched when that comes', async () => {
    const launchId = newLaunchId();
    const session = cms.add({ externalData: data(launchId, '7') });
    await cms.announce(hook, session, 'completed');
    expect(await row(session)).toMatchObject({ match: 'none' });
    const launch = { launchId, desk: 'rt', kind: 'ticket', id: '7', at: new Date().toISOString() };
    await world.post('/api/launches', { launches: [launch] }, { authorization: `Bearer ${token}` });
    await until(async () => (await row(session)).match === 'launch');
  });

  test.each<[string, unknown]>([
    ['nothing', null],
    ['text', 'no JSON'],
    ['a list of lists', [[[1]]]],
    ['SQL and a template', { launch_id: "'; drop table session; --", desk: '{{7*7}}', case_id: '${x}:\u0000' }],
    ['prototype keys', JSON.parse('{"__proto__":{"desk":"rt"},"constructor":"x"}')],
  ])('external data of %s harms nobody', async (_, externalData) => {
    const session = cms.add({ externalData });
    await cms.announce(hook, session, 'completed');
    expect(await row(session)).toMatchObject({ match: 'none' });
  });

  test('the token is never in the log', () => {
    expect(world.lines.join('')).not.toContain(cms.token);
  });
});

test('a lost webhook: the sweep finds the session by its launch', async () => {
  const cms = await serveCms();
  const world = await makeWorld(
    { worklink: { url: cms.url, requestsPerSecond: 100 }, waits },
    { WORKLINK_TOKEN: cms.token },
  );
  try {
    const launchId = newLaunchId();
    const authorization = `Bearer ${await world.token('launch')}`;
    const launch = { launchId, desk: 'rt', kind: 'ticket', id: '9', at: new Date().toISOString() };
    await world.post('/api/launches', { launches: [launch] }, { authorization });
    const session = cms.add({ externalData: { launch_id: launchId } });
    // From before the bridge was connected.
    const other = cms.add({ externalData: { launch_id: newLaunchId() }, updatedAt: '2020-01-01T00:00:00Z' });
    const found = await until(() =>
      world.db.selectFrom('session').selectAll().where('match', '=', 'launch').executeTakeFirst(),
    );
    expect(found).toMatchObject({ resource_id: session.id, case_id: '9' });
    const all = await world.db.selectFrom('session').select('resource_id').execute();
    expect(all.map(({ resource_id: id }) => id)).not.toContain(other.id);
  } finally {
    await world.end();
    await cms.close();
  }
});

test('what does not end is asked for again at growing intervals', async () => {
  const cms = await serveCms();
  const world = await makeWorld(
    { worklink: { url: cms.url, requestsPerSecond: 100 }, waits },
    { WORKLINK_TOKEN: cms.token },
  );
  try {
    const minutesAgo = (n: number) => new Date(Date.now() - n * 60_000);
    // An hour old when last read: not again before a quarter of that has gone by.
    const [early, due] = [cms.add({ endedAt: null }), cms.add({ endedAt: null })];
    const seen = (session: CmsSession, first: number, last: number) =>
      world.db
        .insertInto('session')
        .values({
          resource_id: session.id,
          state: 'read',
          data: '{}',
          first_at: minutesAgo(first),
          read_at: minutesAgo(last),
          started_at: null,
          ended_at: null,
        } as never)
        .execute();
    const readAt = async (session: CmsSession) =>
      (
        await world.db
          .selectFrom('session')
          .select('read_at')
          .where('resource_id', '=', session.id)
          .executeTakeFirstOrThrow()
      ).read_at?.getTime() ?? 0;
    await seen(early, 70, 10);
    await seen(due, 80, 20);
    await until(async () => (await readAt(due)) > minutesAgo(5).getTime());
    expect(await readAt(early)).toBeLessThan(minutesAgo(5).getTime());
  } finally {
    await world.end();
    await cms.close();
  }
});

test('a launch of which nothing is ever seen expires', async () => {
  const world = await makeWorld({ waits: { ...waits, launch: 1, sweep: 1 } });
  try {
    const token = await world.token('launch', 'read');
    const launch = { launchId: newLaunchId(), desk: 'rt', kind: 'ticket', id: '9', at: new Date().toISOString() };
    await world.post('/api/launches', { launches: [launch] }, { authorization: `Bearer ${token}` });
    const expired = await until(async () => {
      const history = (await (await world.get('/api/cases/rt/ticket/9', token)).json()) as {
        entries: { what: string; state: string }[];
      };
      return history.entries[0]?.state !== 'open' && history.entries;
    });
    expect(expired).toMatchObject([{ what: 'launch', state: 'expired' }]);
  } finally {
    await world.end();
  }
});

test('what was delivered before a restart is read after it', async () => {
  const cms = await serveCms();
  const world = await makeWorld(
    { worklink: { url: cms.url, requestsPerSecond: 100 }, waits: { ...waits, settle: 1 } },
    { WORKLINK_TOKEN: cms.token },
  );
  try {
    const session = cms.add({});
    await cms.announce(await world.hook('worklink'), session, 'completed');
    await world.restart();
    const found = await until(() =>
      world.db
        .selectFrom('session')
        .select('match')
        .where('resource_id', '=', session.id)
        .where('state', '=', 'read')
        .executeTakeFirst(),
    );
    expect(found.match).toBe('none');
  } finally {
    await world.end();
    await cms.close();
  }
});
