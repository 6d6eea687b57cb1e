/** A desk's own API, asked by the page's script: the recorded pages of Freshdesk with a server that stands in for its API. */
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { readLink } from '../../lib/worklink.ts';
import type { SettingsFile } from '../../sandbox/desk/desk.ts';
import { expect, test } from './world.ts';

declare const chrome: { scripting: { getRegisteredContentScripts(): Promise<{ id: string; js?: string[] }[]> } };

const html = readFileSync('tests/desks/freshdesk/case.html', 'utf8');
const panel = (page: Page) => page.locator('deskcall-panel');
const bar = (page: Page) => panel(page).locator('.bar');

/** Answers the API as the test says, and remembers who asked with what. */
async function serve() {
  const asked: { path: string; cookie: string | undefined; accept: string | undefined }[] = [];
  const state = { answer: (response: ServerResponse): void => void response.writeHead(404).end() };
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (path.startsWith('/a/tickets/'))
      return void response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'set-cookie': 'session=1; Path=/' })
        .end(html);
    if (!path.startsWith('/api/')) return void response.writeHead(404).end();
    const { cookie, accept } = request.headers;
    asked.push({ path, cookie, accept });
    state.answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => new Promise((done) => (server.closeAllConnections(), server.close(done)));
  return { origin, asked, state, close };
}

const json = (value: unknown) => (response: ServerResponse) =>
  void response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value));
const ticket = (id: string, group: string) =>
  json({ ticket: { id: Number(id), subject: 'From the API', group: { name: group } } });

/** Only the API says that this case belongs to the API's queue. */
const withDesk = (settings: SettingsFile, origin: string, rest: boolean): SettingsFile => ({
  ...settings,
  desks: [...settings.desks, { key: 'fresh', product: 'freshdesk', origins: [origin], rest }],
  rules: [
    { id: 'api', when: { desk: 'fresh', queue: 'Queue of the API' }, offer: ['dana'] },
    { id: 'page', when: { desk: 'fresh' }, offer: ['liu'] },
    ...settings.rules,
  ],
});

const id = '204';
const own = /^\/(desk-freshdesk|rest-freshdesk|core)\.js$/;

let desk: Awaited<ReturnType<typeof serve>>;
test.beforeEach(async () => {
  desk = await serve();
});
test.afterEach(async ({ world, settings }) => {
  await world.importSettings(settings);
  await desk.close();
});

test('off, it is never asked', async ({ page, world, settings }) => {
  await world.importSettings(withDesk(settings, desk.origin, false));
  await page.goto(`${desk.origin}/a/tickets/${id}`);
  await expect(bar(page)).toContainText('Liu Wei');
  expect(desk.asked).toEqual([]);
});

test('on, its values count, and the session goes along', async ({ page, world, settings }) => {
  desk.state.answer = ticket(id, 'Queue of the API');
  await world.importSettings(withDesk(settings, desk.origin, true));
  await page.goto(`${desk.origin}/a/tickets/${id}`);
  await expect(bar(page)).toContainText('Dana Reyes');
  expect(desk.asked).toEqual([{ path: `/api/_/tickets/${id}`, cookie: 'session=1', accept: 'application/json' }]);
  const link = await bar(page).locator('a.main').getAttribute('href');
  expect(readLink(link ?? '')).toMatchObject({ number: id, desk: 'fresh' });
});

test('until it answers the page is being read; what comes late still counts', async ({ page, world, settings }) => {
  let waiting: ServerResponse | undefined;
  desk.state.answer = (response) => void (waiting = response);
  await world.importSettings(withDesk(settings, desk.origin, true));
  await page.goto(`${desk.origin}/a/tickets/${id}`);
  await expect(bar(page)).toContainText('Reading');
  // It has its time, then the page alone is shown.
  await expect(bar(page)).toContainText('Liu Wei');
  if (waiting) ticket(id, 'Queue of the API')(waiting);
  await expect(bar(page)).toContainText('Dana Reyes');
});

for (const [what, answer] of [
  [
    'a page for logging in',
    (response: ServerResponse) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Log in</h1>'),
  ],
  ['a redirect', (response: ServerResponse) => void response.writeHead(302, { location: '/api/else' }).end()],
  [
    'a refusal',
    (response: ServerResponse) => void response.writeHead(403, { 'content-type': 'application/json' }).end('{}'),
  ],
  [
    'no JSON',
    (response: ServerResponse) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end('{"ticket":'),
  ],
  ['another shape', json({ ticket: [] })],
  ['another record', ticket('999', 'Queue of the API')],
  ['an end without an answer', (response: ServerResponse) => void response.destroy()],
] as const)
  test(`${what}: the page’s own values stand, and nothing is said on the console`, async ({
    page,
    world,
    settings,
  }) => {
    desk.state.answer = answer;
    const said: string[] = [];
    page.on('pageerror', (error) => said.push(error.message));
    await world.importSettings(withDesk(settings, desk.origin, true));
    await page.goto(`${desk.origin}/a/tickets/${id}`);
    await expect(bar(page)).toContainText('Liu Wei');
    expect(desk.asked.length).toBeGreaterThan(0);
    expect(desk.asked.map(({ path }) => path)).not.toContain('/api/else');
    expect(said).toEqual([]);
  });

test('a page gets the core and its own desk, and no other', async ({ world, settings }) => {
  await world.importSettings(withDesk(settings, desk.origin, true));
  const scripts = await world.worker.evaluate(() => chrome.scripting.getRegisteredContentScripts());
  const ours = scripts.filter(({ id: name }) => name.includes('freshdesk'));
  expect(ours.map(({ js }) => js)).toEqual([['desk-freshdesk.js', 'rest-freshdesk.js', 'core.js']]);
  for (const file of ours.flatMap(({ js }) => js ?? [])) expect(`/${file}`).toMatch(own);
  const others = scripts.filter((script) => !ours.includes(script));
  expect(others.map(({ js }) => js)).toEqual([['core.js']]);
});
