/** From a webhook to an internal note on the real Request Tracker and the real Redmine, and what goes wrong between. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Redmine } from '../../scripts/desks/redmine.ts';
import { createIssue } from '../../scripts/desks/redmine.ts';
import { createTicket, type Rt } from '../../scripts/desks/rt.ts';
import { newLaunchId } from '../../lib/worklink.ts';
import { serveCms, type CmsServer, type CmsSession } from '../../sandbox/worklink.ts';
import { until } from '../bridge/wait.ts';
import { makeWorld, type World } from '../bridge/world.ts';
import { openGate, type Gate } from './gate.ts';

// A busy machine gets time to answer: what is given up too early is asked for again, and makes it busier.
const waits = { settle: 0, retry: 0.1, longestRetry: 1, poll: 0.5, sweep: 1, request: 5 };

type Target = {
  key: string;
  type: 'request-tracker' | 'redmine';
  kind: string;
  url: string;
  secret: string;
  create(): Promise<string>;
  /** The notes on it, as its own API says. */
  notes(id: string): Promise<{ text: string; internal: boolean }[]>;
  /** A field that the bridge may set, and what is in it. */
  field: string;
  value(id: string): Promise<unknown>;
  /** Adds more than a page of what is no note of ours, where the desk lists in pages. */
  crowd?: (id: string) => Promise<Response>;
};

const targets: Target[] = [];
if (process.env.DESKCALL_RT5) {
  const rt = JSON.parse(process.env.DESKCALL_RT5) as Rt;
  const get = async (path: string): Promise<{ items: Record<string, string>[] }> =>
    (await (await fetch(rt.url + path, { headers: { authorization: `token ${rt.token}` } })).json()) as never;
  targets.push({
    key: 'rt',
    type: 'request-tracker',
    kind: 'ticket',
    url: rt.url,
    secret: rt.token ?? '',
    create: async () => String(await createTicket(rt, { queue: 'Field Service', subject: 'Pump P-204 leaks' })),
    async notes(id) {
      const pages = await Promise.all(
        [1, 2, 3].map((page) =>
          get(`/REST/2.0/ticket/${id}/attachments?fields=Content,TransactionId&per_page=100&page=${page}`),
        ),
      );
      // After them: what is in them is in it.
      const { items } = await get(`/REST/2.0/ticket/${id}/history?fields=Type&per_page=100`);
      const types = new Map(items.map(({ id: of, Type }) => [of, Type]));
      return pages
        .flatMap(({ items: texts }) => texts)
        .filter(({ Content }) => Content?.includes('WorkLink'))
        .map(({ Content = '', TransactionId }) => ({
          text: Content,
          internal: types.get(TransactionId) === 'Comment',
        }));
    },
    field: 'WorkLink Scenario',
    async value(id) {
      const { CustomFields: fields } = (await get(`/REST/2.0/ticket/${id}`)) as unknown as {
        CustomFields: { name: string; values: string[] }[];
      };
      return fields.find(({ name }) => name === 'WorkLink Scenario')?.values[0];
    },
    crowd: (id) =>
      fetch(`${rt.url}/REST/2.0/ticket/${id}/comment`, {
        method: 'POST',
        headers: { authorization: `token ${rt.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          Content: 'Photos',
          ContentType: 'text/plain',
          Attachments: Array.from({ length: 120 }, (_, n) => ({
            FileName: `photo-${n}.txt`,
            FileType: 'text/plain',
            FileContent: Buffer.from(`photo ${n}`).toString('base64'),
          })),
        }),
      }),
  });
}
if (process.env.DESKCALL_REDMINE) {
  const redmine = JSON.parse(process.env.DESKCALL_REDMINE) as Redmine;
  targets.push({
    key: 'redmine',
    type: 'redmine',
    kind: 'issue',
    url: redmine.url,
    secret: redmine.seeded.key,
    create: async () => String(await createIssue(redmine, { project: 'field-service', subject: 'Pump P-204 leaks' })),
    async notes(id) {
      const response = await fetch(`${redmine.url}/issues/${id}.json?include=journals`, {
        headers: { 'x-redmine-api-key': redmine.seeded.key },
      });
      const { issue } = (await response.json()) as { issue: { journals: { notes: string; private_notes: boolean }[] } };
      return issue.journals
        .filter(({ notes }) => notes)
        .map((each) => ({ text: each.notes, internal: each.private_notes }));
    },
    field: '4',
    async value(id) {
      const response = await fetch(`${redmine.url}/issues/${id}.json`, {
        headers: { 'x-redmine-api-key': redmine.seeded.key },
      });
      const { issue } = (await response.json()) as { issue: { custom_fields: { id: number; value: string }[] } };
      return issue.custom_fields.find(({ id: of }) => of === 4)?.value;
    },
  });
}

test('there is a desk to write to', () => {
  expect(targets.length).toBeGreaterThan(0);
});

describe.each(targets)('$type', (target) => {
  let cms: CmsServer;
  let gate: Gate;
  let world: World;
  let hook = '';
  let token = '';
  beforeAll(async () => {
    cms = await serveCms();
    gate = await openGate(target.url);
    world = await makeWorld(
      {
        worklink: { url: cms.url, requestsPerSecond: 100 },
        desks: {
          [target.key]: { type: target.type, url: gate.url },
          staged: { type: target.type, url: gate.url, write: 'staged', fields: { [target.field]: '{{session}}' } },
        },
        waits,
      },
      {
        WORKLINK_TOKEN: cms.token,
        [`DESK_${target.key.toUpperCase()}_TOKEN`]: target.secret,
        DESK_STAGED_TOKEN: target.secret,
      },
    );
    hook = await world.hook('worklink');
    token = await world.token('launch', 'read');
  });
  afterEach(() => gate.off());
  afterAll(async () => {
    await world.end();
    await gate.close();
    await cms.close();
  });

  const external = (id: string, launchId?: string, desk = target.key) => ({
    work_order_id: id,
    case_id: `${target.kind}:${id}`,
    desk,
    ...(launchId && { launch_id: launchId }),
  });
  async function called(id: string, more: Partial<CmsSession> = {}, desk = target.key): Promise<CmsSession> {
    const launchId = newLaunchId();
    const launch = { launchId, desk, kind: target.kind, id, at: new Date().toISOString() };
    await world.post('/api/launches', { launches: [launch] }, { authorization: `Bearer ${token}` });
    return cms.add({ externalData: external(id, launchId, desk), ...more });
  }
  const row = (id: string, state: 'done' | 'parked' | 'waiting' | 'writing') =>
    until(() =>
      world.db.selectFrom('outbox').selectAll().where('case_id', '=', id).where('state', '=', state).executeTakeFirst(),
    );

  test('a call is on the case once, internal, with its length, however often it is told of', async () => {
    const id = await target.create();
    const session = await called(id);
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as they come
    for (const event of ['created', 'updated', 'completed'] as const) await cms.announce(hook, session, event);
    await row(id, 'done');
    await cms.announce(hook, session, 'updated');
    await world.restart();
    const notes = await target.notes(id);
    expect(notes).toEqual([{ text: expect.stringContaining('12 min 5 s'), internal: true }]);
    expect(notes[0]?.text).toContain('Alex Agent, Pat Expert');
    const history = await (await world.get(`/api/cases/${target.key}/${target.kind}/${id}`, token)).json();
    expect(history).toMatchObject({
      entries: expect.arrayContaining([expect.objectContaining({ what: 'session', note: 'written' })]),
    });
    // The hook's address is that of the bridge before.
    hook = hook.replace(/^http:\/\/[^/]+/, world.url);
  });

  test('two sessions of one launch are two notes', async () => {
    const id = await target.create();
    const first = await called(id);
    const second = cms.add({ externalData: first.externalData });
    await Promise.all([cms.announce(hook, first, 'completed'), cms.announce(hook, second, 'completed')]);
    const notes = await until(async () => {
      const found = await target.notes(id);
      return found.length >= 2 && found;
    });
    expect(new Set(notes.map(({ text }) => /\[WL-\w+\]/.exec(text)?.[0])).size).toBe(2);
  });

  test('a call that goes on is not written; its end is', async () => {
    const id = await target.create();
    const session = await called(id, { endedAt: null, state: 'active' });
    await cms.announce(hook, session, 'created');
    await until(() =>
      world.db
        .selectFrom('session')
        .select('id')
        .where('resource_id', '=', session.id)
        .where('state', '=', 'read')
        .executeTakeFirst(),
    );
    expect(await target.notes(id)).toEqual([]);
    session.endedAt = '2026-11-22T10:00:00Z';
    await row(id, 'done');
    expect(await target.notes(id)).toHaveLength(1);
  });

  test('without a launch the desk has to know the case by both names, and the note says so', async () => {
    const id = await target.create();
    const session = cms.add({ externalData: external(id) });
    const forged = cms.add({ externalData: { ...external(id), work_order_id: '666' } });
    const nowhere = cms.add({ externalData: external('987654') });
    // oxlint-disable-next-line no-await-in-loop -- in this order
    for (const each of [forged, nowhere, session]) await cms.announce(hook, each, 'completed');
    await row(id, 'done');
    expect(await target.notes(id)).toEqual([
      { text: expect.stringContaining('launch not known to Deskcall'), internal: true },
    ]);
    const unmatched = await until(async () => {
      const rows = await world.db.selectFrom('session').select('resource_id').where('match', '=', 'none').execute();
      return rows.length === 2 && rows;
    });
    expect(unmatched.map(({ resource_id: of }) => of)).toEqual(expect.arrayContaining([forged.id, nowhere.id]));
  });

  test('markup in names is text', async () => {
    const id = await target.create();
    const people = ['h1. *Bold* <b>x</b> {{7*7}} </pre> !http://evil.test/x.png!', 'a\n\nb\u202E'];
    const session = await called(id, { people });
    await cms.announce(hook, session, 'completed');
    await row(id, 'done');
    const [note] = await target.notes(id);
    expect(note?.text).toContain('h1. *Bold*');
    expect(note?.text).toContain('a b');
    if (target.type === 'redmine') expect(note?.text.match(/<\/pre>/g)).toHaveLength(1);
  });

  test.each(['lost', 'broken', 'busy'] as const)('%s: the note is there once all the same', async (trouble) => {
    const id = await target.create();
    gate.on(trouble);
    const writes = gate.writes;
    await cms.announce(hook, await called(id), 'completed');
    await row(id, 'done');
    expect(await target.notes(id)).toHaveLength(1);
    // What arrived was looked for and not written again.
    expect(gate.writes - writes).toBe(trouble === 'lost' ? 1 : 2);
  });

  test('a login page with 200 is no success, and nothing is written twice', async () => {
    const id = await target.create();
    gate.on('login', 3, 'reads');
    await cms.announce(hook, await called(id), 'completed');
    await row(id, 'done');
    expect(await target.notes(id)).toHaveLength(1);
  });

  test.each(target.crowd ? [target.crowd] : [])('behind a hundred attachments the marker is found', async (crowd) => {
    const id = await target.create();
    const { db } = world;
    gate.on('lost');
    const before = gate.writes;
    await cms.announce(hook, await called(id), 'completed');
    // The row says so before the note goes out, which may wait behind the hundred.
    await until(async () => gate.writes > before);
    await row(id, 'writing');
    // Nobody looks until they are there.
    await db
      .insertInto('stopped')
      .values({ desk: target.key, credential: Buffer.from('x'), reason: 'test' })
      .execute();
    expect((await crowd(id)).status).toBe(201);
    const writes = gate.writes;
    await db.deleteFrom('stopped').execute();
    await row(id, 'done');
    expect(gate.writes).toBe(writes);
    expect((await target.notes(id)).filter(({ text }) => text.includes('[WL-'))).toHaveLength(1);
  });

  test('in two steps: a note at the start and one at the end, and the field', async () => {
    const id = await target.create();
    const session = await called(id, { endedAt: null, state: 'active' }, 'staged');
    await cms.announce(hook, session, 'created');
    const begun = await until(async () => (await target.notes(id)).find(({ text }) => text.includes('has begun')));
    expect(begun.internal).toBe(true);
    session.endedAt = '2026-11-22T10:00:00Z';
    await cms.announce(hook, session, 'completed');
    await until(async () => {
      const rows = await world.db.selectFrom('outbox').select('state').where('case_id', '=', id).execute();
      return rows.length === 3 && rows.every(({ state }) => state === 'done');
    });
    // Request Tracker can't edit; on Redmine the user here may not.
    expect((await target.notes(id)).filter(({ text }) => text.includes('[WL-'))).toHaveLength(2);
    expect(await target.value(id)).toBe(session.id);
  });

  test('a refusal parks the note with what to do, and the history says why', async () => {
    const id = await target.create();
    gate.on('forbidden');
    await cms.announce(hook, await called(id), 'completed');
    expect((await row(id, 'parked')).reason).toContain('403');
    const history = await (await world.get(`/api/cases/${target.key}/${target.kind}/${id}`, token)).json();
    expect(history).toMatchObject({
      entries: expect.arrayContaining([
        expect.objectContaining({ note: 'parked', reason: expect.stringContaining('403') }),
      ]),
    });
  });

  test('a wrong credential stops the desk with one alert; resumed, everything is written', async () => {
    const ids = await Promise.all([target.create(), target.create(), target.create()]);
    const alerts = () => world.lines.filter((line) => line.includes('"desk stopped"')).length;
    const before = alerts();
    gate.on('refused', 100);
    // oxlint-disable-next-line no-await-in-loop -- one after the other, so that each could raise an alert
    for (const id of ids) await cms.announce(hook, await called(id), 'completed');
    await until(async () => (await world.db.selectFrom('stopped').selectAll().execute()).length === 1);
    await Promise.all(ids.map((id) => row(id, 'waiting')));
    expect(alerts() - before).toBe(1);
    gate.off();
    await world.db.deleteFrom('stopped').execute();
    await Promise.all(ids.map((id) => row(id, 'done')));
    // oxlint-disable-next-line no-await-in-loop -- a handful
    for (const id of ids) expect(await target.notes(id)).toHaveLength(1);
  });

  test('the secret is never in the log', () => {
    expect(world.lines.join('')).not.toContain(target.secret);
  });
});
