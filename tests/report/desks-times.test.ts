/** Case times by each desk's own API: the same life of a case is the same times in every desk. */
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { deskOf } from '../../bridge/desks/index.ts';
import { dynamics } from '../../bridge/desks/times/dynamics.ts';
import { freshdesk } from '../../bridge/desks/times/freshdesk.ts';
import { freshservice } from '../../bridge/desks/times/freshservice.ts';
import { jira } from '../../bridge/desks/times/jira.ts';
import { salesforce } from '../../bridge/desks/times/salesforce.ts';
import { servicenow } from '../../bridge/desks/times/servicenow.ts';
import { zendesk } from '../../bridge/desks/times/zendesk.ts';
import { fold, type Page, type TimesDesk } from '../../bridge/times/told.ts';
import { serveDesks, type DesksServer } from '../../sandbox/desks.ts';
import type { Life } from '../../sandbox/desks-times.ts';
import { until } from '../bridge/wait.ts';
import { makeConfig, makeWorld } from '../bridge/world.ts';

type Row = {
  key: string;
  reader: TimesDesk;
  id: (n: number) => string;
  config: (url: string) => object;
  assetClass: string;
  queue: string | null;
  /** Freshservice's. */
  workspace?: number;
  /** What it can't say of a case, and what it says without a history; else all, and nothing. */
  silent?: ('assignedAt' | 'reopened' | 'reopenedAt')[];
  bare?: ('assignedAt' | 'reopened' | 'reopenedAt' | 'resolvedAt')[];
};
const rows: Row[] = [
  {
    key: 'zendesk',
    reader: zendesk,
    id: (n) => String(70_000 + n),
    config: () => ({ user: 'agent@example.test' }),
    assetClass: '4001',
    queue: 'Valves',
  },
  {
    key: 'jira',
    reader: jira('cloud'),
    id: (n) => `JSM-${10_000 + n}`,
    config: () => ({ user: 'agent@example.test' }),
    assetClass: 'customfield_4001',
    queue: 'Valves',
  },
  {
    key: 'jira-data-center',
    reader: jira('data-center'),
    id: (n) => `JSM-${10_000 + n}`,
    config: () => ({}),
    assetClass: 'customfield_4001',
    queue: 'Valves',
  },
  {
    key: 'freshdesk',
    reader: freshdesk,
    id: (n) => String(70_000 + n),
    config: () => ({}),
    assetClass: 'cf_asset',
    queue: null,
    silent: ['assignedAt', 'reopened', 'reopenedAt'],
  },
  {
    key: 'freshservice',
    reader: freshservice,
    id: (n) => String(70_000 + n),
    config: () => ({}),
    assetClass: 'cf_asset',
    queue: null,
    silent: ['reopened', 'reopenedAt'],
    bare: ['resolvedAt', 'assignedAt'],
  },
  {
    key: 'salesforce',
    reader: salesforce,
    id: (n) => `500${String(n).padStart(12, '0')}AAA`,
    config: (url) => ({ oauth: { url: `${url}/oauth/token`, clientId: 'deskcall' } }),
    assetClass: 'Asset_Class__c',
    queue: null,
  },
  {
    key: 'servicenow',
    reader: servicenow,
    id: (n) => n.toString().padStart(32, '0'),
    config: () => ({ user: 'deskcall' }),
    assetClass: 'cmdb_ci.model_id',
    queue: 'Valves',
    bare: ['resolvedAt', 'reopened', 'reopenedAt'],
  },
  {
    key: 'dynamics',
    reader: dynamics,
    id: (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    config: (url) => ({ oauth: { url: `${url}/oauth/token`, clientId: 'deskcall' } }),
    assetClass: 'cr1_class',
    queue: null,
    silent: ['assignedAt', 'reopenedAt'],
    bare: [],
  },
];

const day = (n: number, hour = 0): Date => new Date(Date.UTC(2026, 0, n, hour));
const now = new Date(Date.UTC(2026, 1, 1));
/** From opened to resolved a second time. */
const whole = (id: string): Life => ({
  id,
  opened: day(1),
  steps: [
    { at: day(2), what: 'assigned' },
    { at: day(3), what: 'resolved' },
    { at: day(4), what: 'reopened' },
    { at: day(5), what: 'resolved' },
  ],
});

let desks: DesksServer;
beforeEach(async () => {
  desks = await serveDesks();
});
afterEach(() => desks.close());

const timesOf = ({ assetClass, workspace }: Row) => ({ assetClass, ...(workspace !== undefined && { workspace }) });
const fileOf = (row: Row): { file: object; env: Record<string, string> } => ({
  file: {
    desks: {
      desk: { type: row.key, url: desks.url(row.key), ...row.config(desks.url(row.key)), times: timesOf(row) },
    },
  },
  env: { DESK_DESK_TOKEN: desks.secret },
});
/** A bridge's view of a desk, as after a start. */
function started(row: Row): (place: unknown) => Promise<Page | { trouble: string }> {
  const { file, env } = fileOf(row);
  const config = makeConfig(file, { DATABASE_URL: 'postgres://none', ...env }).desks.desk;
  if (!config) throw new Error('it is not configured');
  const desk = deskOf(config, 5000);
  return (place) => row.reader.page((request) => desk.ask(request), place, timesOf(row), now);
}

/** Reads to the end, each page by a bridge that was just started. */
async function readAll(row: Row, place: unknown = null) {
  const pages: Page[] = [];
  for (let from = place; ; ) {
    // oxlint-disable-next-line no-await-in-loop -- a page says where the next begins
    const page = await started(row)(from);
    if ('trouble' in page) throw new Error(page.trouble);
    pages.push(page);
    from = JSON.parse(JSON.stringify(page.place));
    if (page.done) return { pages, place: from, cases: pages.flatMap(({ cases }) => cases) };
  }
}
/** What a desk says of these, and nothing of what it can't. */
const said = ({ silent = [] }: Row, all: object): object => ({
  ...all,
  ...Object.fromEntries(silent.map((name) => [name, null])),
});
const kept = (row: Row, told: Page['cases'][number] | undefined) =>
  told && fold(row.key, row.reader.kind, told, undefined, now);

describe.each(rows)('$key', (row) => {
  test('the same life is the same times; what did not happen is unset', async () => {
    desks.live(row.key, whole(row.id(1)));
    desks.live(row.key, { id: row.id(2), opened: day(6), steps: [] });
    desks.live(row.key, {
      id: row.id(3),
      opened: day(7),
      steps: whole('')
        .steps.slice(0, 3)
        .map((step) => ({ ...step, at: new Date(step.at.getTime() + 10 * 86_400_000) })),
    });
    const { cases } = await readAll(row);
    expect(cases.map((told) => kept(row, told))).toMatchObject([
      {
        id: row.id(1),
        queue: row.queue,
        priority: 'high',
        assetClass: 'Pumps',
        openedAt: day(1),
        resolvedAt: day(5),
        ...said(row, { assignedAt: day(2), reopened: 1, reopenedAt: day(4) }),
      },
      {
        id: row.id(2),
        openedAt: day(6),
        resolvedAt: null,
        ...said(row, { assignedAt: null, reopened: 0, reopenedAt: null }),
      },
      {
        id: row.id(3),
        openedAt: day(7),
        resolvedAt: null,
        ...said(row, { assignedAt: day(12), reopened: 1, reopenedAt: day(14) }),
      },
    ]);
  });

  test('killed after each page, it goes on: every case once, also where a page ends between equal times', async () => {
    for (let n = 1; n <= 230; n += 1) desks.live(row.key, { id: row.id(n), opened: day(1, n % 24), steps: [] });
    desks.on('equal-times', 10_000, 'reads');
    const { pages, cases, place } = await readAll(row);
    expect(pages.length).toBeGreaterThan(2);
    expect(cases.map(({ id }) => id).toSorted()).toEqual(
      Array.from({ length: 230 }, (_, n) => row.id(n + 1)).toSorted(),
    );
    // Nothing is new; then one case is.
    expect((await readAll(row, place)).cases).toEqual([]);
    desks.live(row.key, { id: row.id(5), opened: day(1), steps: [{ at: day(20), what: 'resolved' }] });
    desks.off();
    expect((await readAll(row, place)).cases.map((told) => kept(row, told))).toMatchObject([
      { id: row.id(5), resolvedAt: day(20) },
    ]);
  });

  test('without a history, only what the case itself says: opened and resolved', async () => {
    desks.live(row.key, whole(row.id(1)));
    desks.on('no-history', 10_000, 'reads');
    const { bare = ['resolvedAt'] } = row;
    const all = { assignedAt: day(2), resolvedAt: day(5), reopened: 1, reopenedAt: day(4) };
    const { cases, pages } = await readAll(row);
    const { resolvedAt, ...more } = Object.fromEntries(
      Object.entries(all).map(([name, value]) => [name, bare.some((each) => each === name) ? value : null]),
    );
    // Resolved since nobody knows when is not open.
    expect(cases.map((told) => kept(row, told))).toMatchObject(
      resolvedAt ? [{ openedAt: day(1), resolvedAt, ...more }] : [],
    );
    expect(pages.flatMap(({ untold }) => untold)).toEqual(resolvedAt ? [] : [row.id(1)]);
  });

  test('a case that does not say since when it is over is left out, and what was known of it does not hold', async () => {
    desks.live(row.key, whole(row.id(1)));
    desks.live(row.key, { id: row.id(2), opened: day(6), steps: [] });
    desks.on('end-untold', 10_000, 'reads');
    const { cases, pages } = await readAll(row);
    expect(cases.map(({ id }) => id)).toEqual([row.id(2)]);
    expect(pages.flatMap(({ untold }) => untold)).toEqual([row.id(1)]);
  });

  test('429: it says so, waits as long as it was told, and goes on from where it was', async () => {
    desks.live(row.key, whole(row.id(1)));
    desks.retryAfter = 60;
    desks.on('throttled', 1, 'reads');
    const read = started(row);
    expect(await read(null)).toMatchObject({ trouble: expect.stringContaining('429') });
    const asked = desks.requests.length;
    expect(await read(null)).toMatchObject({ trouble: expect.stringContaining('429') });
    expect(desks.requests.length).toBe(asked);
    expect((await readAll(row)).cases).toHaveLength(1);
  });
});

// Zendesk lists nothing late: "created or changed within the minute prior to your request are excluded".
describe.each(rows.filter(({ key }) => key !== 'zendesk'))('$key', (row) => {
  test('a case that is listed late is read all the same', async () => {
    desks.live(row.key, { id: row.id(1), opened: day(1), steps: [] });
    desks.live(row.key, { id: row.id(2), opened: new Date(day(1).getTime() + 300_000), steps: [] });
    desks.on('late-listing', 1, 'reads');
    const { cases, place } = await readAll(row);
    expect(cases.map(({ id }) => id)).toEqual([row.id(2)]);
    expect((await readAll(row, place)).cases.map(({ id }) => id)).toEqual([row.id(1)]);
  });
});

// Those whose pages are counted.
const counted = ['jira-data-center', 'freshdesk', 'freshservice', 'servicenow'];
test.each(rows.filter(({ key }) => counted.includes(key)))(
  '$key: a case that changed between two pages hides no other',
  async (row) => {
    // Known are as many as fill pages, all of one minute; others are new, of later hours.
    for (let n = 1; n <= 100; n += 1) desks.live(row.key, { id: row.id(n), opened: day(1), steps: [] });
    const { place } = await readAll(row);
    for (let n = 101; n <= 250; n += 1) desks.live(row.key, { id: row.id(n), opened: day(1, n - 100), steps: [] });
    const { file, env } = fileOf(row);
    const config = makeConfig(file, { DATABASE_URL: 'postgres://none', ...env }).desks.desk;
    const desk = config && deskOf(config, 5000);
    const full = row.key === 'jira-data-center' ? 2 : 1;
    let lists = 0;
    const page = await row.reader.page(
      async (request) => {
        const answer = await desk?.ask(request);
        if (!/search|tickets|table\/incident/.test(request.path)) return answer ?? { fault: 'address' };
        lists += 1;
        // What was first goes to the end: each later one moves up.
        if (lists === full)
          desks.live(row.key, { id: row.id(1), opened: day(1), steps: [{ at: day(25), what: 'assigned' }] });
        return answer ?? { fault: 'address' };
      },
      place,
      { assetClass: row.assetClass },
      now,
    );
    if ('trouble' in page) throw new Error(page.trouble);
    expect(lists).toBe(full + 1);
    const { cases } = await readAll(row, page.place);
    const ids = new Set([...page.cases, ...cases].map(({ id }) => id));
    expect(Array.from({ length: 150 }, (_, n) => row.id(n + 101)).filter((id) => !ids.has(id))).toEqual([]);
    expect(ids).toContain(row.id(1));
  },
);

test('servicenow: what may not be read is taken out of pages, and the rest is read to its end', async () => {
  const [row] = rows.filter(({ key }) => key === 'servicenow');
  if (!row) throw new Error('no row');
  for (let n = 1; n <= 430; n += 1) desks.live(row.key, { id: row.id(n), opened: day(1, n % 24), steps: [] });
  desks.on('rows-hidden', 10_000, 'reads');
  const { cases } = await readAll(row);
  expect(cases.map(({ id }) => id).toSorted()).toEqual(Array.from({ length: 86 }, (_, n) => row.id((n + 1) * 5)));
});

test('servicenow: an audit that is refused costs what only the audit tells', async () => {
  const [row] = rows.filter(({ key }) => key === 'servicenow');
  if (!row) throw new Error('no row');
  desks.live(row.key, whole(row.id(1)));
  desks.live(row.key, { id: row.id(2), opened: day(6), steps: whole('').steps.slice(0, 1) });
  desks.on('history-refused', 10_000, 'reads');
  expect((await readAll(row)).cases.map((told) => kept(row, told))).toMatchObject([
    // Assigned, and since when is not known.
    { id: row.id(2), assignedAt: null, resolvedAt: null, reopened: 0 },
    { id: row.id(1), assignedAt: null, resolvedAt: day(5), reopened: 1, reopenedAt: day(4) },
  ]);
});

test('servicenow: cases that are all kept from its user are said, and not asked for for ever', async () => {
  let asked = 0;
  const page = await servicenow.page(
    () => {
      asked += 1;
      const header = (name: string) => (name === 'link' ? '<https://desk.test>;rel="next"' : null);
      return Promise.resolve({ status: 200, statusText: '', html: false, header, body: { result: [] } });
    },
    null,
    {},
    now,
  );
  expect(page).toEqual({ trouble: expect.stringContaining('rights of its API user') });
  expect(asked).toBe(50);
});

test.each(rows.filter(({ key }) => key.startsWith('fresh')))(
  '$key: a list in another order than that of changes is refused: cases would be passed over',
  async (row) => {
    desks.live(row.key, { id: row.id(1), opened: day(1), steps: [{ at: day(20), what: 'assigned' }] });
    desks.live(row.key, { id: row.id(2), opened: day(2), steps: [] });
    desks.on('unordered', 10_000, 'reads');
    expect(await started(row)(null)).toEqual({ trouble: expect.stringContaining('order in which they changed') });
    desks.off();
    expect((await readAll(row)).cases).toHaveLength(2);
  },
);

test('freshservice: the primary workspace alone, or the one that is named', async () => {
  const [row] = rows.filter(({ key }) => key === 'freshservice');
  if (!row) throw new Error('no row');
  desks.live(row.key, { id: row.id(1), opened: day(1), steps: [] });
  desks.live(row.key, { id: row.id(2), opened: day(2), steps: [], workspace: true });
  expect((await readAll(row)).cases.map(({ id }) => id)).toEqual([row.id(1)]);
  const all = await readAll({ ...row, workspace: 0 });
  expect(all.cases.map(({ id }) => id)).toEqual([row.id(1), row.id(2)]);
});

test('dynamics: since when a case is canceled is not known, also where it was resolved before', async () => {
  const [row] = rows.filter(({ key }) => key === 'dynamics');
  if (!row) throw new Error('no row');
  desks.live(row.key, { ...whole(row.id(1)), canceled: true });
  const { cases, pages } = await readAll(row);
  expect([cases, pages.flatMap(({ untold }) => untold)]).toEqual([[], [row.id(1)]]);
});

describe('in the bridge', () => {
  let world: Awaited<ReturnType<typeof makeWorld>>;
  let served: DesksServer;
  beforeAll(async () => {
    served = await serveDesks();
    desks = served;
    const parts = rows.map((row) => ({ row, ...fileOf(row) }));
    world = await makeWorld(
      {
        desks: Object.fromEntries(
          parts.map(({ row, file }) => [row.key, (file as { desks: { desk: object } }).desks.desk]),
        ),
        waits: { sweep: 1, poll: 0.5, request: 5 },
      },
      Object.fromEntries(
        rows.map(({ key }) => [`DESK_${key.replaceAll('-', '_').toUpperCase()}_TOKEN`, served.secret]),
      ),
    );
  });
  afterAll(async () => {
    await world.end();
    await served.close();
  });

  test('every desk is read, across a restart, and a case that was opened again is open', async () => {
    const steps = whole('').steps;
    const stored = (isOpen: boolean) =>
      until(async () => {
        const all = await world.db.selectFrom('case_time').selectAll().orderBy('desk').execute();
        return all.length === rows.length && all.every((each) => (each.resolved_at === null) === isOpen) && all;
      });
    for (const row of rows) served.live(row.key, { ...whole(row.id(1)), steps: steps.slice(0, 2) });
    const resolved = await stored(false);
    expect(resolved.map(({ resolved_at: at }) => at)).toEqual(rows.map(() => day(3)));
    await world.restart();
    for (const row of rows) served.live(row.key, { ...whole(row.id(1)), steps: steps.slice(0, 3) });
    const open = await stored(true);
    expect(open.map(({ desk, reopened_at: again, source }) => [desk, again, source])).toEqual(
      rows
        .toSorted((a, b) => (a.key < b.key ? -1 : 1))
        .map(({ key, silent }) => [key, silent?.includes('reopenedAt') ? null : day(4), 'desk']),
    );
  });

  test('a case that its desk does not show any more counts as open up to its last change, and comes back with it', async () => {
    const shown = rows.map(({ key, id }) => [key, id(7)] as const);
    for (const [key, id] of shown) served.live(key, { id, opened: day(10), steps: [] });
    /** Until the desk was read last, or only until it was seen to change: reading goes on all the time. */
    const of = async (lost: boolean) =>
      until(async () => {
        const { rows: found } = await sql<{ upToReading: boolean }>`
          select known_until >= read_to as "upToReading" from report_v1.cases c join case_time t using (id)
          join times_reading r on r.desk = c.desk where t.case_id in (${sql.join(shown.map(([, id]) => id))})
            and t.resolved_at is null and t.lost = ${lost}`.execute(world.db);
        return found.length === rows.length && found.every(({ upToReading }) => upToReading !== lost) && found;
      });
    expect(await of(false)).toHaveLength(rows.length);
    for (const [key, id] of shown) served.delete(key, id);
    expect(await of(true)).toHaveLength(rows.length);
    for (const [key, id] of shown) served.live(key, { id, opened: day(10), steps: [] });
    await of(false);
  });

  test.each(['deleted', 'spam'] as const)('what a desk shows as %s is as good as not shown', async (flag) => {
    const [row] = rows.filter(({ key }) => key === (flag === 'spam' ? 'freshdesk' : 'freshservice'));
    if (!row) throw new Error('no row');
    const id = row.id(8);
    served.live(row.key, { id, opened: day(11), steps: [] });
    const lost = async () =>
      (
        await world.db
          .selectFrom('case_time')
          .select('lost')
          .where('desk', '=', row.key)
          .where('case_id', '=', id)
          .executeTakeFirst()
      )?.lost;
    await until(async () => (await lost()) === false);
    served.live(row.key, { id, opened: day(11), steps: [], flag });
    expect(await until(lost)).toBe(true);
  });

  test('a case that was open and is canceled since nobody knows when is not open for ever', async () => {
    const [row] = rows.filter(({ key }) => key === 'dynamics');
    if (!row) throw new Error('no row');
    const of = () => world.db.selectFrom('case_time').select('case_id').where('desk', '=', row.key).execute();
    served.live(row.key, { id: row.id(1), opened: day(1), steps: [{ at: day(20), what: 'assigned' }], canceled: true });
    served.live(row.key, { id: row.id(2), opened: day(20), steps: [] });
    await until(async () => (await of()).some(({ case_id: id }) => id === row.id(2)));
    expect(await of()).not.toContainEqual({ case_id: row.id(1) });
  });
});
