/** Case times by each desk's own API: the same life of a case is the same times in every desk. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { deskOf } from '../../bridge/desks/index.ts';
import { freshdesk } from '../../bridge/desks/times/freshdesk.ts';
import { jira } from '../../bridge/desks/times/jira.ts';
import { salesforce } from '../../bridge/desks/times/salesforce.ts';
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
  /** It tells no history. */
  bare?: true;
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
    bare: true,
  },
  {
    key: 'salesforce',
    reader: salesforce,
    id: (n) => `500${String(n).padStart(12, '0')}AAA`,
    config: (url) => ({ oauth: { url: `${url}/oauth/token`, clientId: 'deskcall' } }),
    assetClass: 'Asset_Class__c',
    queue: null,
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

const fileOf = ({ key, config, assetClass }: Row): { file: object; env: Record<string, string> } => ({
  file: { desks: { desk: { type: key, url: desks.url(key), ...config(desks.url(key)), times: { assetClass } } } },
  env: { DESK_DESK_TOKEN: desks.secret },
});
/** A bridge's view of a desk, as after a start. */
function started(row: Row): (place: unknown) => Promise<Page | { trouble: string }> {
  const { file, env } = fileOf(row);
  const config = makeConfig(file, { DATABASE_URL: 'postgres://none', ...env }).desks.desk;
  if (!config) throw new Error('it is not configured');
  const desk = deskOf(config, 5000);
  return (place) => row.reader.page((request) => desk.ask(request), place, { assetClass: row.assetClass }, now);
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
    // Where no history is told, the case says when it ended, and nothing of what was between.
    const ofHistory = (assignedAt: Date, reopenedAt: Date) =>
      row.bare ? { assignedAt: null, reopened: null, reopenedAt: null } : { assignedAt, reopened: 1, reopenedAt };
    expect(cases.map((told) => kept(row, told))).toMatchObject([
      {
        id: row.id(1),
        queue: row.queue,
        priority: 'high',
        assetClass: 'Pumps',
        openedAt: day(1),
        resolvedAt: day(5),
        ...ofHistory(day(2), day(4)),
      },
      {
        id: row.id(2),
        openedAt: day(6),
        assignedAt: null,
        resolvedAt: null,
        reopened: row.bare ? null : 0,
        reopenedAt: null,
      },
      { id: row.id(3), openedAt: day(7), resolvedAt: null, ...ofHistory(day(12), day(14)) },
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
    const { cases } = await readAll(row);
    expect(cases.map((told) => kept(row, told))).toMatchObject([
      { openedAt: day(1), assignedAt: null, resolvedAt: day(5), reopened: null, reopenedAt: null },
    ]);
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

// Those whose pages are counted: Jira's on Data Center, Freshdesk's.
test.each(rows.filter(({ key }) => ['jira-data-center', 'freshdesk'].includes(key)))(
  '$key: a case that changed between two pages hides no other',
  async (row) => {
    // Known are as many as fill pages, all of one minute; others are new, of later hours.
    for (let n = 1; n <= 100; n += 1) desks.live(row.key, { id: row.id(n), opened: day(1), steps: [] });
    const { place } = await readAll(row);
    for (let n = 101; n <= 250; n += 1) desks.live(row.key, { id: row.id(n), opened: day(1, n - 100), steps: [] });
    const { file, env } = fileOf(row);
    const config = makeConfig(file, { DATABASE_URL: 'postgres://none', ...env }).desks.desk;
    const desk = config && deskOf(config, 5000);
    const full = row.key === 'freshdesk' ? 1 : 2;
    let lists = 0;
    const page = await row.reader.page(
      async (request) => {
        const answer = await desk?.ask(request);
        if (!/search|tickets/.test(request.path)) return answer ?? { fault: 'address' };
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
      rows.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ key, bare }) => [key, bare ? null : day(4), 'desk']),
    );
  });
});
