/** Case times from the real Request Tracker and the real Redmine, by their own API. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createIssue, type Redmine } from '../../scripts/desks/redmine.ts';
import { createTicket, type Rt } from '../../scripts/desks/rt.ts';
import { until } from '../bridge/wait.ts';
import { makeWorld, type World } from '../bridge/world.ts';
import { openGate, type Gate } from './gate.ts';

type Target = {
  key: string;
  type: 'request-tracker' | 'redmine';
  kind: string;
  url: string;
  secret: string;
  create(asset: string): Promise<string>;
  /** What happens to it, one after the other. */
  assign(id: string): Promise<void>;
  resolve(id: string): Promise<void>;
  reopen(id: string): Promise<void>;
  /** Deletes it, where the desk says nothing of that. */
  remove?: (id: string) => Promise<void>;
  times: { assetClass: string; over?: string[] };
  queue: string;
};

async function put(url: string, headers: Record<string, string>, body?: object): Promise<void> {
  const response = await fetch(url, {
    method: body ? 'PUT' : 'DELETE',
    headers: { ...headers, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
}

const targets: Target[] = [];
if (process.env.DESKCALL_RT5) {
  const rt = JSON.parse(process.env.DESKCALL_RT5) as Rt;
  const set = (id: string, body: object) =>
    put(`${rt.url}/REST/2.0/ticket/${id}`, { authorization: `token ${rt.token}` }, body);
  targets.push({
    key: 'rt',
    type: 'request-tracker',
    kind: 'ticket',
    url: rt.url,
    secret: rt.token ?? '',
    create: async (asset) =>
      String(await createTicket(rt, { queue: 'Valves', subject: 'Times', fields: { Site: asset } })),
    assign: (id) => set(id, { Owner: 'agent' }),
    resolve: (id) => set(id, { Status: 'resolved' }),
    reopen: (id) => set(id, { Status: 'open' }),
    times: { assetClass: 'Site' },
    queue: 'Valves',
  });
}
if (process.env.DESKCALL_REDMINE) {
  const redmine = JSON.parse(process.env.DESKCALL_REDMINE) as Redmine;
  const headers = { 'x-redmine-api-key': redmine.seeded.key };
  const set = (id: string, issue: object) => put(`${redmine.url}/issues/${id}.json`, headers, { issue });
  const { user } = (await (await fetch(`${redmine.url}/users/current.json`, { headers })).json()) as {
    user: { id: number };
  };
  targets.push({
    key: 'redmine',
    type: 'redmine',
    kind: 'issue',
    url: redmine.url,
    secret: redmine.seeded.key,
    async create(asset) {
      const id = String(await createIssue(redmine, { project: 'valves', subject: 'Times' }));
      await set(id, { custom_fields: [{ id: redmine.seeded.fields.Site, value: asset }] });
      return id;
    },
    assign: (id) => set(id, { assigned_to_id: user.id }),
    resolve: (id) => set(id, { status_id: 3 }),
    reopen: (id) => set(id, { status_id: 2 }),
    remove: (id) => put(`${redmine.url}/issues/${id}.json`, { 'x-redmine-api-key': redmine.seeded.admin }),
    times: { assetClass: 'Site', over: ['Resolved', 'Closed'] },
    queue: 'Valves',
  });
}

// A change is read some seconds later, when the desk's clock has surely passed it.
describe.each(targets)('$type', { timeout: 180_000 }, (target) => {
  let gate: Gate;
  let world: World;
  beforeAll(async () => {
    gate = await openGate(target.url);
    world = await makeWorld(
      {
        desks: { [target.key]: { type: target.type, url: gate.url, times: target.times } },
        waits: { sweep: 1, poll: 0.5, request: 10 },
      },
      { [`DESK_${target.key.toUpperCase()}_TOKEN`]: target.secret },
    );
  });
  afterAll(async () => {
    await world.end();
    await gate.close();
  });
  const all = (id: string) =>
    world.db.selectFrom('case_time').selectAll().where('kind', '=', target.kind).where('case_id', '=', id);
  type Row = Awaited<ReturnType<ReturnType<typeof all>['executeTakeFirstOrThrow']>>;
  /** Looks until the case is known, and as it should be. */
  const row = (id: string, fits: (row: Row) => boolean = () => true): Promise<Row> =>
    until(async () => {
      const found = await all(id).executeTakeFirst();
      return found && fits(found) && found;
    });

  test('opened, assigned, resolved, opened again, resolved: in parts, and from the beginning the same', async () => {
    const before = Date.now() - 2000;
    const id = await target.create('Pumps');
    await target.assign(id);
    await target.resolve(id);
    const resolved = await row(id, ({ resolved_at: at }) => at !== null);
    expect(resolved).toMatchObject({ queue: target.queue, asset_class: 'Pumps', number: id, reopened: 0 });
    expect(resolved.opened_at.getTime()).toBeGreaterThan(before);
    const [assigned, end] = [resolved.assigned_at?.getTime() ?? 0, resolved.resolved_at?.getTime() ?? 0];
    expect(assigned).toBeGreaterThanOrEqual(resolved.opened_at.getTime());
    expect(end).toBeGreaterThanOrEqual(assigned);
    expect(end).toBeLessThan(Date.now() + 2000);

    await target.reopen(id);
    const again = await row(id, ({ resolved_at: at }) => at === null);
    expect(again).toMatchObject({ id: resolved.id, reopened: 1, reopened_at: expect.any(Date) });
    expect(again.opened_at).toEqual(resolved.opened_at);
    await target.resolve(id);
    const last = await row(id, ({ resolved_at: at }) => at !== null);
    expect(last.resolved_at?.getTime()).toBeGreaterThan(end);

    await world.db.deleteFrom('case_time').execute();
    await world.db.deleteFrom('times_reading').execute();
    const whole = await row(id, ({ resolved_at: at, reopened }) => at !== null && reopened === 1);
    expect(whole).toEqual({ ...last, id: whole.id, seen_at: whole.seen_at });
  });

  test('it goes on where it was, after a restart and after the desk was away; and says until when it knows', async () => {
    const place = async () =>
      world.db.selectFrom('times_reading').selectAll().where('desk', '=', target.key).executeTakeFirst();
    gate.on('broken', 1000, 'reads');
    await until(async () => (await place())?.trouble);
    const id = await target.create('Valves');
    gate.off();
    await world.restart();
    await row(id);
    const read = await until(async () => {
      const now = await place();
      return now?.trouble === null && now.read_to && now;
    });
    expect(read.read_to?.getTime()).toBeLessThan(Date.now());
    expect(await all(id).execute()).toHaveLength(1);
  });

  test.each([target.remove ?? []].flat())(
    'a case that was deleted is open up to its last change only',
    async (remove) => {
      const id = await target.create('Pumps');
      const stays = await target.create('Pumps');
      await row(id);
      await row(stays);
      await remove(id);
      await row(id, ({ lost }) => lost);
      expect(await row(stays)).toMatchObject({ lost: false });
    },
  );
});
