/** What analysts get: every row once and again when it changed, whatever is written meanwhile. */
import Papa from 'papaparse';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportKinds, exportShape, wrapupAnswerShape, type ExportKind } from '../../lib/api.ts';
import { newLaunchId } from '../../lib/worklink.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
let token = '';
beforeAll(async () => {
  world = await makeWorld({ limits: { token: 10_000 }, waits: { poll: 60 }, origins: ['https://bi.test'] });
  token = await world.token('launch', 'report');
});
afterAll(() => world.end());

const launch = async (more: object = {}): Promise<string> => {
  const launchId = newLaunchId();
  const one = { launchId, desk: 'rt', kind: 'ticket', id: '1', at: '2026-11-22T09:00:00Z', ...more };
  const response = await world.post('/api/launches', { launches: [one] }, { authorization: `Bearer ${token}` });
  expect(response.status).toBe(200);
  return launchId;
};
const page = async (kind: ExportKind, cursor: string, limit = 500) =>
  exportShape.parse(await (await world.get(`/api/export/${kind}?cursor=${cursor}&limit=${limit}`, token)).json());
async function rest(kind: ExportKind, from: string, limit = 500) {
  const rows: Record<string, unknown>[] = [];
  let cursor = from;
  for (let more = true; more; ) {
    // oxlint-disable-next-line no-await-in-loop -- each page names the next
    const got = await page(kind, cursor, limit);
    rows.push(...got.rows);
    ({ cursor, more } = got);
  }
  return { rows, cursor };
}

test('launches come page by page, and what changed comes again under the same id', async () => {
  const ids = await Promise.all(Array.from({ length: 25 }, (_, n) => launch({ id: String(n), number: `#${n}` })));
  const first = await rest('launches', '0', 10);
  expect(new Set(first.rows.map(({ id }) => id))).toEqual(new Set(ids));
  expect(first.rows).toHaveLength(25);
  expect(first.rows[0]).toMatchObject({
    desk: 'rt',
    kind: 'ticket',
    state: 'open',
    launchedAt: '2026-11-22T09:00:00.000Z',
  });
  expect((await rest('launches', first.cursor)).rows).toEqual([]);
  await world.db
    .updateTable('launch')
    .set({ state: 'seen' })
    .where('id', '=', ids[7] ?? '')
    .execute();
  const again = await rest('launches', first.cursor);
  expect(again.rows).toMatchObject([{ id: ids[7], state: 'seen' }]);
});

test('a row whose transaction ends after that of a later one is not lost', async () => {
  const start = (await rest('launches', '0')).cursor;
  let finish = (): void => {};
  const slow = newLaunchId();
  const row = (id: string) => ({
    id,
    desk: 'rt',
    kind: 'ticket',
    case_id: '1',
    launched_at: new Date(),
    number: null,
    target: null,
    surface: null,
    swept_at: null,
  });
  let begun = (): void => {};
  const has = new Promise<void>((resolve) => (begun = resolve));
  const transaction = world.db.transaction().execute(async (trx) => {
    await trx.insertInto('launch').values(row(slow)).execute();
    begun();
    await new Promise<void>((resolve) => (finish = resolve));
  });
  await has;
  const quick = await launch();
  const before = await rest('launches', start);
  expect(before.rows.map(({ id }) => id)).toEqual([quick]);
  finish();
  await transaction;
  const after = await rest('launches', before.cursor);
  expect(after.rows.map(({ id }) => id)).toEqual([slow]);
});

test('readers with cursors of their own lose nothing while many write', async () => {
  const start = (await rest('launches', '0')).cursor;
  const seen = [new Set<unknown>(), new Set<unknown>(), new Set<unknown>()];
  let writing = true;
  const readers = seen.map(async (set, n) => {
    let cursor = start;
    for (let last = false; !last; ) {
      last = !writing;
      // oxlint-disable-next-line no-await-in-loop -- each page names the next
      const got = await rest('launches', cursor, 3 + n);
      for (const { id } of got.rows) set.add(id);
      ({ cursor } = got);
    }
  });
  const ids = (
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        const mine: string[] = [];
        // oxlint-disable-next-line no-await-in-loop -- eight writers, each one after the other
        for (let n = 0; n < 15; n += 1) mine.push(await launch());
        return mine;
      }),
    )
  ).flat();
  writing = false;
  await Promise.all(readers);
  for (const set of seen) expect(set).toEqual(new Set(ids));
});

test('a wrap-up is kept once, however often it is sent', async () => {
  const word = { case: 'rt:ticket:1:2', outcome: 'solved', tripAvoided: true, at: '2026-11-22T10:00:00+01:00' };
  const send = async (body: object) => world.post('/api/wrapups', body, { authorization: `Bearer ${token}` });
  const answers = await Promise.all(
    Array.from({ length: 5 }, async () => wrapupAnswerShape.parse(await (await send(word)).json())),
  );
  expect(answers.filter(({ stored }) => stored === 1)).toHaveLength(1);
  expect(
    await (await send({ ...word, launchId: newLaunchId(), outcome: 'no-answer', tripAvoided: false })).json(),
  ).toEqual({ stored: 1 });
  const { rows } = await rest('wrapups', '0');
  expect(rows).toMatchObject([
    {
      desk: 'rt',
      kind: 'ticket',
      caseId: '1:2',
      outcome: 'solved',
      tripAvoided: true,
      at: '2026-11-22T09:00:00.000Z',
      launchId: null,
    },
    { outcome: 'no-answer', tripAvoided: false },
  ]);
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (const wrong of [
    {},
    { ...word, outcome: 'perhaps' },
    { ...word, case: 'rt' },
    { ...word, case: 'rt:ticket:1\u0000' },
  ])
    expect((await send(wrong)).status).toBe(400);
});

test('as CSV: the same rows, and nothing that a spreadsheet would compute', async () => {
  const number = '=HYPERLINK("http://x.test","#1")';
  await launch({ id: 'csv', number, target: 'a "b", c\nd' });
  const json = await page('launches', '0', 5000);
  const response = await world.get('/api/export/launches?format=csv&limit=5000', token);
  expect(response.headers.get('content-type')).toContain('text/csv');
  expect(response.headers.get('x-deskcall-cursor')).toBe(json.cursor);
  expect(response.headers.get('x-deskcall-more')).toBe('false');
  const { data } = Papa.parse<Record<string, string>>((await response.text()).trim(), { header: true });
  expect(data.map(({ id }) => id)).toEqual(json.rows.map(({ id }) => id));
  expect(data.at(-1)).toMatchObject({ number: `'${number}`, target: 'a "b", c\nd', surface: '' });
});

test.each(exportKinds)('%s: an empty one has its columns, and its cursor stays', async (kind) => {
  const { cursor } = await rest(kind, '0');
  expect(await page(kind, cursor)).toEqual({ rows: [], cursor, more: false });
  const text = await (await world.get(`/api/export/${kind}?format=csv&cursor=999999`, token)).text();
  expect(text).toMatch(/^id,[\w,]+\r\n$/);
});

test.each([
  ['/api/export/tokens', 404],
  ['/api/export/constructor', 404],
  ["/api/export/launches?cursor=1';--", 400],
  ['/api/export/launches?cursor=-1', 400],
  ['/api/export/launches?format=xml', 400],
  ['/api/export/launches?limit=0', 400],
  ['/api/export/launches?limit=99999', 400],
])('%s is refused', async (path, status) => {
  expect((await world.get(path, token)).status).toBe(status);
});

test('only for those who may read all', async () => {
  expect((await world.get('/api/export/sessions', await world.token('read', 'launch'))).status).toBe(403);
});

test('pages of the origins that are named may ask, and no others', async () => {
  const ask = (origin: string) =>
    fetch(`${world.url}/api/export/launches`, { headers: { origin, authorization: `Bearer ${token}` } });
  expect((await ask('https://bi.test')).headers.get('access-control-allow-origin')).toBe('https://bi.test');
  // oxlint-disable-next-line no-await-in-loop -- a few
  for (const origin of ['https://evil.test', 'https://bi.test.evil.test', 'null', 'http://bi.test'])
    expect((await ask(origin)).headers.get('access-control-allow-origin')).toBeNull();
  const before = await fetch(`${world.url}/api/launches`, {
    method: 'OPTIONS',
    headers: { origin: 'https://bi.test', 'access-control-request-method': 'POST' },
  });
  expect(before.status).toBe(204);
  expect(before.headers.get('access-control-allow-headers')).toContain('authorization');
  expect(before.headers.get('access-control-allow-credentials')).toBeNull();
});
