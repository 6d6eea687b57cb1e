/** The bridge on Firefox: the token is typed in, a use of a link and its call are in the case's history, and pops go through. */
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { serveAwaken, type AwakenServer } from '../../sandbox/awaken.ts';
import { openBridge, type SandboxBridge } from '../../sandbox/bridge.ts';
import { demoSettings } from '../../sandbox/desk/desk.ts';
import { serveDesk } from '../../sandbox/desk/server.ts';
import { withBridgedPops } from '../../sandbox/pops.ts';
import { serveCms, type CmsServer } from '../../sandbox/worklink.ts';
import { button, find, openWorld, type World } from './world.ts';

let desk: Awaited<ReturnType<typeof serveDesk>>;
let awaken: AwakenServer;
let cms: CmsServer;
let bridge: SandboxBridge;
let world: World;

beforeAll(async () => {
  [desk, awaken, cms] = await Promise.all([serveDesk(), serveAwaken(), serveCms()]);
  const { authUrl, popUrl, systemId } = awaken;
  bridge = await openBridge(
    cms,
    { awaken: { authUrl, popUrl, systemId }, waits: { settle: 0, retry: 0.1, poll: 0.5, sweep: 1 } },
    { AWAKEN_USER: awaken.user, AWAKEN_PASSWORD: awaken.password },
  );
  world = await openWorld();
  await world.importSettings(withBridgedPops(demoSettings(desk.origin), awaken, 'pumps', bridge.url));
  await world.allow('Fieldbook');
});
afterAll(async () => {
  await world?.close();
  await bridge?.close();
  await Promise.all([desk, awaken, cms].map((server) => server?.close()));
});

const path = (page: Page, xpath: string) => find(page, `::-p-xpath(${xpath})`);
/** What a place in the panel says, once it says this. */
const says = (page: Page, place: string, words: string): Promise<void> =>
  vi.waitFor(
    async () =>
      expect(
        await (await find(page, `deskcall-panel >>> ${place}`)).evaluate((element) => element.textContent),
      ).toContain(words),
    { timeout: 10_000 },
  );
const press = async (page: Page, words: string): Promise<void> => (await button(page, words)).click();
const showAll = async (page: Page): Promise<void> =>
  (await find(page, 'deskcall-panel >>> .bar button[aria-label^="Show all"]')).click();

test('the token is typed in and tested', async () => {
  const options = await world.open('options.html#bridge');
  await (await find(options, 'input[name=token]')).type(await bridge.tokenOf('James.Collins', 'launch', 'read', 'pop'));
  await press(options, 'Save token');
  await path(options, '//*[contains(text(), "Set for this session")]');
  await press(options, 'Test connection');
  const connected = await find(options, '.connected');
  expect(await connected.evaluate((element) => element.textContent)).toContain('Connected as “James.Collins”');
  await options.close();
});

test('a call is in the history of its case, from the click to its end', async () => {
  const page = await world.open(`${desk.origin}/case/INC0010002`);
  await showAll(page);
  await (await find(page, 'deskcall-panel >>> .panel .row a')).click();
  const link = await world.nextLaunch();
  await says(page, '.calls', 'No call was heard of yet.');
  const talk = await bridge.take(link);
  await talk.end(725_000);
  const read = () => bridge.db().selectFrom('session').select('ended_at').where('ended_at', 'is not', null).execute();
  await expect.poll(read).toHaveLength(1);
  // What a person does who goes to another tab and comes back.
  const other = await world.open(`${desk.origin}/`);
  await other.close();
  await page.bringToFront();
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await says(page, '.calls', '12 min');
  expect(await world.blocked(page)).toEqual([]);
});

test('a pop goes through the bridge, and is known to be open once the workflow says so', async () => {
  const page = await world.open(`${desk.origin}/case/INC0010001`);
  await showAll(page);
  await (await find(page, 'deskcall-panel >>> button[aria-label="Pop Pump intake"]')).click();
  await says(page, '.row.pop [role=status]', 'Awaken accepted it. Not known to be open yet.');
  expect(awaken.agents.get('James.Collins')?.open).toMatchObject({ reference: 'demo:INC0010001' });
  const answer = await fetch(await bridge.awakenHook(), {
    method: 'POST',
    body: JSON.stringify({ reference: 'demo:INC0010001', agent: 'James.Collins' }),
  });
  expect(answer.status).toBe(200);
  await says(page, '.row.pop [role=status]', 'Open on the desktop.');
});

test('no script has failed', () => expect(world.errors()).toEqual([]));
