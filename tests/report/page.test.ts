/** The report's page: who may see it, and that its numbers are those of the data. */
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { revoke } from '../../bridge/keys.ts';
import { makeWorld, type World } from '../bridge/world.ts';
import { makeYearWorld, signIn } from './year.ts';

let world: World;
let cookie = '';
beforeAll(async () => {
  world = await makeYearWorld({ limits: { token: 1000 } }, { cases: 20_000, sessions: 3000 });
  cookie = await signIn(world);
}, 120_000);
afterAll(() => world.end());

const page = async (query = ''): Promise<string> =>
  (await fetch(`${world.url}/report${query}`, { headers: { cookie } })).text();
type Row = Record<string, string>;
const csv = async (query = ''): Promise<Row[]> =>
  Papa.parse<Row>(await (await fetch(`${world.url}/report/cases.csv${query}`, { headers: { cookie } })).text(), {
    header: true,
    skipEmptyLines: true,
  }).data;
/** The words of a part of the page, without markup. */
const textOf = (html: string, from: string, to: string): string =>
  html
    .slice(html.indexOf(from), html.indexOf(to, html.indexOf(from)))
    .replaceAll(/<svg.*?<\/svg>/gs, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');

/**
 * The product-limit estimate by its definition, without any of the report's code: when half have ended. Where exactly
 * half are left for a while, the middle of that while.
 */
function half(cases: { time: number; over: boolean }[]): number {
  const times = Map.groupBy(
    cases.toSorted((a, b) => a.time - b.time),
    ({ time }) => time,
  );
  let [open, risk, from] = [1, cases.length, Number.NaN];
  for (const [time, these] of times) {
    const ended = these.filter(({ over }) => over).length;
    if (ended && !Number.isNaN(from)) return (from + time) / 2;
    open *= 1 - ended / risk;
    risk -= these.length;
    if (Math.abs(open - 0.5) < 1e-9) from = time;
    else if (open < 0.5) return time;
  }
  throw new Error('Half of them never ended.');
}
const seconds = (row: Row, from: string, to: string): number =>
  (Date.parse(row[to] ?? '') - Date.parse(row[from] ?? '')) / 1000;
const lives = (rows: Row[]) =>
  rows.map((row) => ({ time: seconds(row, 'opened_at', 'known_until'), over: row.resolved_at !== '' }));

describe('who may see it', () => {
  test('nobody without signing in: a form, and no number', async () => {
    const response = await fetch(`${world.url}/report?desk=rt`);
    const text = await response.text();
    expect(text).toContain('type="password"');
    expect(text).not.toContain('Half resolved');
    // What was asked for is what one gets after signing in.
    expect(text).toContain('value="desk=rt"');
    const data = await fetch(`${world.url}/report/cases.csv`, { redirect: 'manual' });
    expect(data.status).toBe(302);
  });

  const enter = async (token: string, headers: Record<string, string>, next = '') =>
    fetch(`${world.url}/report/sign-in`, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body: new URLSearchParams({ token, next }),
    });

  test('a token of the scope report gets a cookie that scripts and other sites do not', async () => {
    const token = await world.token('report');
    const response = await enter(token, { origin: world.url }, 'desk=rt&evil=//x.test');
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/report?desk=rt');
    const set = response.headers.get('set-cookie') ?? '';
    expect(set).toMatch(/^deskcall_report=[\w-]{43}; Path=\/report; Max-Age=43200; HttpOnly; SameSite=Strict$/);
    expect(set).not.toContain(token);
    const { rows } = { rows: await world.db.selectFrom('report_visit').selectAll().execute() };
    expect(JSON.stringify(rows)).not.toContain(/=([\w-]{43})/.exec(set)?.[1]);
  });

  test('a POST from elsewhere, or from nowhere, is refused', async () => {
    const token = await world.token('report');
    // oxlint-disable-next-line no-await-in-loop -- three
    for (const headers of [{}, { origin: 'https://evil.test' }, { origin: 'null' }])
      expect((await enter(token, headers as Record<string, string>)).status).toBe(403);
    const out = await fetch(`${world.url}/report/sign-out`, { method: 'POST', headers: { cookie } });
    expect(out.status).toBe(403);
    expect(await page()).toContain('Half resolved');
  });

  test('a token of another scope does not open it, nor does a header', async () => {
    const token = await world.token('read', 'launch', 'admin');
    const refused = await enter(token, { origin: world.url });
    expect(refused.status).toBe(403);
    expect(refused.headers.get('set-cookie')).toBeNull();
    expect(await refused.text()).toContain('scope “report”');
    const named = await fetch(`${world.url}/report`, { headers: { 'x-forwarded-user': 'dana' } });
    expect(await named.text()).toContain('type="password"');
  });

  test('a revoked token ends its visits; signing out ends one', async () => {
    const mine = await signIn(world);
    const { id } = await world.db.selectFrom('token').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow();
    const see = async (held: string) => (await fetch(`${world.url}/report`, { headers: { cookie: held } })).text();
    expect(await see(mine)).toContain('Half resolved');
    await revoke(world.db, 'token', id);
    expect(await see(mine)).toContain('type="password"');
    const other = await signIn(world);
    await fetch(`${world.url}/report/sign-out`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: other, origin: world.url },
    });
    expect(await see(other)).toContain('type="password"');
  });

  test('no page may run a script, be framed, or be kept', async () => {
    const { headers } = await fetch(`${world.url}/report`, { headers: { cookie } });
    expect(headers.get('content-security-policy')).toContain("default-src 'none'; style-src 'self'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    const text = await page();
    expect(text).not.toMatch(/<script|<style|\sstyle=|\son\w+=/);
  });
});

describe('its numbers are those of the CSV', () => {
  test('median times, counts of cases and of those still open', async () => {
    const rows = await csv();
    expect(rows).toHaveLength(20_000);
    const called = rows.filter((row) => Number(row.calls) > 0);
    const other = rows.filter((row) => row.calls === '0');
    const figures = textOf(await page(), '<dl', '</dl>');
    for (const side of [called, other]) {
      const open = side.filter(({ resolved_at: at }) => at === '').length;
      expect(open).toBeGreaterThan(0);
      expect(figures).toContain(
        `${side.length.toLocaleString('en-US')} cases, ${open.toLocaleString('en-US')} still open`,
      );
      expect(figures).toContain(`${(half(lives(side)) / 3600).toFixed(1)} h`);
    }
    expect(figures).toContain(`${called.length.toLocaleString('en-US')} of 20,000 cases`);
  });

  test('filters choose the same cases on the page and in the CSV', async () => {
    const query = '?from=2026-01-01&to=2026-03-31&desk=rt&priority=Normal';
    const rows = await csv(query);
    expect(rows.length).toBeGreaterThan(100);
    for (const row of rows) {
      expect([row.desk, row.priority]).toEqual(['rt', 'Normal']);
      expect((row.opened_at ?? '') >= '2026-01-01' && (row.opened_at ?? '') < '2026-04-01').toBe(true);
    }
    expect(textOf(await page(query), 'id="facts"', '</p>')).toContain(`${rows.length.toLocaleString('en-US')} cases`);
  });

  test('from the same moment on: only what was open then, called by then', async () => {
    const rows = await csv();
    const later = rows.filter((row) => seconds(row, 'opened_at', 'known_until') > 4 * 3600);
    const called = later.filter((row) => row.first_call_at && seconds(row, 'opened_at', 'first_call_at') <= 4 * 3600);
    const time = half(lives(called).map(({ time: whole, over }) => ({ time: whole - 4 * 3600, over })));
    const words = textOf(await page(), 'id="later"', '</section>');
    expect(words).toContain(`4 h ${called.length.toLocaleString('en-US')} ${(time / 3600).toFixed(1)} h`);
    expect(words).toContain((later.length - called.length).toLocaleString('en-US'));
  });

  test('like with like: each group by its own cases', async () => {
    const rows = (await csv('?desk=redmine')).filter(({ priority, calls }) => priority === 'High' && calls !== '0');
    const words = textOf(await page('?desk=redmine'), 'id="groups"', '</section>');
    expect(words).toContain(`redmine High ${rows.length} ${(half(lives(rows)) / 3600).toFixed(1)} h`);
  });

  test('a call after the end is no call of that case', async () => {
    const rows = await csv();
    expect(rows.filter((row) => row.first_call_at && seconds(row, 'first_call_at', 'known_until') <= 0)).toEqual([]);
    const row = rows.find(({ calls, resolved_at: at }) => calls === '0' && at !== '');
    await world.db
      .insertInto('session')
      .values({
        resource_id: 'late',
        type: 'CallSession',
        read_at: new Date(),
        started_at: new Date(Date.parse(row?.resolved_at ?? '') + 1000),
        match: 'case',
        desk: row?.desk ?? '',
        kind: row?.kind ?? '',
        case_id: row?.case_id ?? '',
        reason: null,
        data: '{}',
        ended_at: null,
        milliseconds: null,
        launch_id: null,
        match_reason: null,
        number: null,
      })
      .execute();
    const again = await csv();
    expect(again.find(({ desk, case_id: id }) => desk === row?.desk && id === row?.case_id)?.calls).toBe('0');
    await world.db.deleteFrom('session').where('resource_id', '=', 'late').execute();
  });
});

test('trips avoided and how calls ended: the last word on each launch', async () => {
  const said = { desk: 'rt', kind: 'ticket', case_id: 'word', launch_id: 'WORDWORDWORD' };
  const rows = (await world.db.selectFrom('wrapup').selectAll().execute()).filter(({ outcome }) => outcome === 'visit');
  const before = textOf(await page(), 'id="said"', '</section>');
  expect(before).toContain(`Needs a visit ${rows.length}`);
  const at = (n: number) => new Date(Date.UTC(2026, 5, 1, n));
  await world.db
    .insertInto('wrapup')
    .values([
      { ...said, outcome: 'visit', trip_avoided: false, at: at(1) },
      { ...said, outcome: 'solved', trip_avoided: true, at: at(2) },
    ])
    .execute();
  expect(textOf(await page(), 'id="said"', '</section>')).toContain(`Needs a visit ${rows.length}`);
  const cases = await world.db
    .selectFrom('wrapup')
    .select(['desk', 'case_id', 'trip_avoided'])
    .groupBy(['desk', 'case_id', 'trip_avoided'])
    .execute();
  const key = (row: { desk: string; case_id: string }): string => `${row.desk} ${row.case_id}`;
  const all = new Set(cases.map(key));
  const avoided = new Set(cases.filter((row) => row.trip_avoided).map(key));
  expect(textOf(await page(), '<dl', '</dl>')).toContain(
    `${avoided.size.toLocaleString('en-US')} of ${all.size.toLocaleString('en-US')}`,
  );
});

describe('what is not said', () => {
  test('a comparison of too few is refused with how many are needed', async () => {
    const query = '?from=2026-01-01&to=2026-01-02';
    const called = (await csv(query)).filter(({ calls }) => calls !== '0').length;
    expect(called).toBeLessThan(30);
    const text = await page(query);
    expect(text).toContain(`Too few to compare: ${called} cases with a call, 30 are needed.`);
    expect(text).not.toContain('id="curve"');
  });

  test('a view of fewer cases than may be shown shows none of them', async () => {
    await world.db
      .updateTable('case_time')
      .set({ queue: 'Rare' })
      .where('case_id', 'in', ['1', '2', '3', '4'])
      .execute();
    const text = await page('?queue=Rare');
    expect(text).toContain('Fewer than 5 cases are in this view');
    expect(text).not.toContain('From launch to call');
    expect(text).not.toContain('cases.csv');
    // Nor is its name offered, or shown as a group.
    const all = await page('?within=queue');
    expect(all).not.toContain('Rare');
    expect(all).toContain('groups of fewer than 5 cases are not shown');
  });

  test('it says that it is no proof, how many cases there are, and how long it took', async () => {
    const text = await page();
    expect(text).toContain('These figures show what happened together, not what caused what.');
    expect(text).toMatch(/20,000 cases, of all times\. Read and counted in <span id="took">\d+\.\d\d<\/span> s\./);
  });

  test('markup in a name is text', async () => {
    await world.db
      .updateTable('case_time')
      .set({ queue: '<img src=x onerror=alert(1)>' })
      .where('queue', '=', 'Logistics')
      .execute();
    const text = await page('?within=queue');
    expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(text).not.toContain('<img');
  });
});

test('an address with empty fields leads to the short one', async () => {
  const response = await fetch(`${world.url}/report?from=&to=&desk=rt&queue=&start=&within=desk&within=priority`, {
    headers: { cookie },
    redirect: 'manual',
  });
  expect(response.headers.get('location')).toBe('/report?desk=rt');
});

test('the proxy’s header is believed from the proxy’s address only', async () => {
  const see = async (from: string[]) => {
    const other = await makeWorld({ report: { proxy: { header: 'X-Forwarded-User', from } } });
    const text = await (await fetch(`${other.url}/report`, { headers: { 'x-forwarded-user': 'dana' } })).text();
    const bare = await (await fetch(`${other.url}/report`)).text();
    await other.end();
    return [text, bare].map((each) => each.includes('type="password"'));
  };
  expect(await see(['127.0.0.1'])).toEqual([false, true]);
  expect(await see(['10.0.0.1'])).toEqual([true, true]);
});
