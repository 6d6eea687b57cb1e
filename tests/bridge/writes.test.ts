/** What the sandbox's desks do wrong, by its switches, between a webhook and an internal note. */
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { DeskSwitch } from '../../sandbox/desks.ts';
import { until } from './wait.ts';
import { makeWrites } from './writes-world.ts';

const it = makeWrites();

describe.each(['plain', 'keyed'])('%s', (desk) => {
  test.each<DeskSwitch>(['conflict', 'throttled', 'throttled-date', 'broken', 'timed-out', 'login'])(
    '%s: the note is there once all the same',
    async (name) => {
      const { id, session } = await it.called(desk);
      it.desks.on(name);
      await it.announce(session);
      await it.row(id, 'done');
      expect(it.notesOn(id)).toHaveLength(1);
    },
  );
});

describe('desks that list their notes', () => {
  test.each<[DeskSwitch, number]>([
    ['timed-out', 1],
    ['conflict', 2],
    ['throttled', 2],
  ])('%s: written %i times, and not once more', async (name, times) => {
    const { id, session } = await it.called('plain');
    it.desks.on(name);
    await it.announce(session);
    await it.row(id, 'done');
    expect(it.writesOn(id)).toBe(times);
  });

  test('late in the list: looked for again, and not written again', async () => {
    const { id, session } = await it.called('plain');
    it.desks.on('late', 3, 'reads');
    await it.announce(session);
    await it.row(id, 'done');
    expect([it.notesOn(id).length, it.writesOn(id)]).toEqual([1, 1]);
  });

  test('a marker on the third page is found', async () => {
    const { id, session } = await it.called('plain');
    for (let n = 0; n < 50; n += 1)
      it.desks.notes.push({ desk: 'plain', kind: 'ticket', id, note: `p${n}`, text: `Note ${n}`, public: true });
    it.desks.on('timed-out');
    await it.announce(session);
    await it.row(id, 'done');
    expect([it.notesOn(id).length, it.writesOn(id)]).toEqual([51, 1]);
  });

  test('dropped: parked with what to do, and not written again', async () => {
    const { id, session } = await it.called('plain');
    it.desks.on('dropped');
    await it.announce(session);
    expect((await it.row(id, 'parked')).reason).toContain('does not show it');
    expect(it.writesOn(id)).toBe(1);
  });

  test('published: told as what has to be made good by hand', async () => {
    const { id, session } = await it.called('plain');
    it.desks.on('published');
    await it.announce(session);
    expect((await it.row(id, 'parked')).reason).toContain('public');
  });

  test('a login page instead of the list says nothing', async () => {
    const { id, session } = await it.called('plain');
    it.desks.on('login', 2, 'reads');
    await it.announce(session);
    await it.row(id, 'done');
    expect([it.notesOn(id).length, it.writesOn(id)]).toEqual([1, 1]);
  });
});

test('what a desk said about waiting holds for whatever else it is asked', async () => {
  const [one, other] = [await it.called('plain'), await it.called('plain')];
  it.desks.retryAfter = 2;
  it.desks.on('throttled');
  await it.announce(one.session);
  await until(async () => it.desks.requests.some(({ method, path }) => method !== 'GET' && path.includes(one.id)));
  const told = () => until(async () => (await it.row(other.id, 'waiting')).reason?.includes('429'));
  const since = it.desks.requests.length;
  const at = Date.now();
  await it.announce(other.session);
  await told();
  expect(it.desks.requests.length).toBe(since);
  await Promise.all([it.row(one.id, 'done'), it.row(other.id, 'done')]);
  expect(Date.now() - at).toBeGreaterThan(1000);
  it.desks.retryAfter = 1;
});

test('a desk that lists nothing and says nothing: tried some times, then somebody has to look', async () => {
  const { id, session } = await it.called('unlisted');
  it.desks.on('timed-out', 100);
  await it.announce(session);
  expect((await it.row(id, 'parked')).reason).toContain('look there');
  // At least once, as docs/bridge.md says of such it.desks.
  expect(it.notesOn(id).length).toBe(4);
});

test('a desk that lists nothing and asked to wait often is tried as often all the same', async () => {
  const { id, session } = await it.called('unlisted');
  it.desks.retryAfter = 0;
  it.desks.on('throttled', 5);
  await it.announce(session);
  await until(async () => (await it.row(id, 'waiting')).tries >= 5);
  it.desks.off();
  it.desks.retryAfter = 1;
  it.desks.on('timed-out', 1);
  await it.row(id, 'done');
  expect(it.notesOn(id)).toHaveLength(2);
});

test('a wrong credential stops the desk with one alert; resumed, everything is written', async () => {
  const cases = [await it.called('plain'), await it.called('plain'), await it.called('plain')];
  const alerts = () => it.world.lines.filter((line) => line.includes('"desk stopped"')).length;
  const before = alerts();
  it.desks.on('unauthorized', 100);
  // oxlint-disable-next-line no-await-in-loop -- one after the other, so that each could raise an alert
  for (const { session } of cases) await it.announce(session);
  await until(async () => (await it.world.db.selectFrom('stopped').selectAll().execute()).length === 1);
  await Promise.all(cases.map(({ id }) => it.row(id, 'waiting')));
  expect(alerts() - before).toBe(1);
  // What was in hand when the first was refused is refused too, and nothing is tried again.
  for (const { id } of cases) expect(it.writesOn(id)).toBeLessThanOrEqual(1);
  const late = await it.called('plain');
  await it.announce(late.session);
  await it.row(late.id, 'waiting');
  await until(async () => {
    const jobs = sql`select from deskcall_jobs.job where name = 'write' and state in ('created', 'retry', 'active')`;
    return (await jobs.execute(it.world.db)).rows.length === 0;
  });
  expect(it.writesOn(late.id)).toBe(0);
  it.desks.off();
  await it.world.db.deleteFrom('stopped').execute();
  for (const { id } of [...cases, late]) {
    // oxlint-disable-next-line no-await-in-loop -- all of them, in any order
    await it.row(id, 'done');
    expect(it.notesOn(id)).toHaveLength(1);
  }
});

test('the secret is never in the log', () => {
  expect(it.world.lines.join('')).not.toContain(it.desks.secret);
});
