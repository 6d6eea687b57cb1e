/** The extension and the bridge, both real: uses of links arrive, whatever is down or ended in between. */
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { exportShape, historyShape, type Entry } from '../../lib/api.ts';
import { readLink } from '../../lib/worklink.ts';
import { openBridge, type SandboxBridge } from '../../sandbox/bridge.ts';
import { enterToken, openWorld, type World } from '../../sandbox/launch.ts';
import { serveCms, type CmsServer } from '../../sandbox/worklink.ts';
import { findBrowser, root } from '../../scripts/bootstrap.mjs';
import { stopWorker } from './worker.ts';
import { expect, test } from './world.ts';

/** A browser of its own: its worker is ended, and others go on with theirs. */
let own: World;
let cms: CmsServer;
let bridge: SandboxBridge;
let token: string;

test.beforeAll(async ({ desk, settings }) => {
  cms = await serveCms();
  bridge = await openBridge(cms, { waits: { settle: 0, retry: 0.1, poll: 0.5, sweep: 1 } });
  token = await bridge.token('James', 'launch', 'read');
  const extensionDir = join(root, '.output', 'chrome-mv3-test');
  own = await openWorld({ browser: await findBrowser(), extensionDir, origins: [desk.origin], headless: true });
  await own.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: desk.origin });
  await own.importSettings({ ...settings, bridge: { url: bridge.url } });
  await own.grant(desk.origin);
});
test.afterAll(async () => {
  await own.close();
  await bridge.close();
  await cms.close();
});
test.afterEach(async () => {
  for (const page of own.context.pages().slice(1)) await page.close();
});

const panel = (page: Page) => page.locator('deskcall-panel');

/** What the bridge knows of a case. */
async function told(id: string): Promise<Entry[]> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${bridge.url}/api/cases/demo/case/${id}`, { headers });
  return historyShape.parse(await response.json()).entries;
}
/** How calls ended, as far as the bridge was told. */
async function wrapUps() {
  const headers = { authorization: `Bearer ${await bridge.token('Analyst', 'report')}` };
  return exportShape.parse(await (await fetch(`${bridge.url}/api/export/wrapups`, { headers })).json()).rows;
}
const launches = async (id: string) => (await told(id)).flatMap((entry) => (entry.what === 'launch' ? [entry] : []));

test('the token is entered, tested and forgotten', async () => {
  const page = await enterToken(own, 'wrong');
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(page.getByRole('alert')).toContainText('The bridge does not know your token.');
  await page.getByLabel('Token', { exact: true }).fill(token);
  await page.getByRole('button', { name: 'Save token' }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(page.locator('.connected')).toContainText('Connected as “James”');
  await page.getByRole('button', { name: 'Forget' }).click();
  await page.getByText('None is set').waitFor();
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(page.getByRole('alert')).toContainText('Your token for the bridge is missing.');
});

test('uses of links arrive in order and once, though the bridge was down and the worker ended', async ({ desk }) => {
  const options = await enterToken(own, token);
  const page = await own.context.newPage();
  await page.goto(`${desk.origin}/case/INC0010001`);
  await bridge.stop();
  await panel(page).locator('.bar a.main').click();
  const clicked = readLink(await own.nextLaunch());
  await panel(page).getByRole('button', { name: 'Nothing opened?' }).click();
  await panel(page)
    .getByRole('button', { name: /^Copy link/ })
    .first()
    .click();
  await panel(page).getByText('Copied').waitFor();
  const copied = readLink(await page.evaluate(() => navigator.clipboard.readText()));
  await panel(page).getByRole('button', { name: /^QR/ }).last().click();
  await panel(page).getByRole('dialog').getByRole('img').waitFor();

  const waits = () => options.evaluate(async () => (await chrome.alarms.getAll()).map(({ name }) => name));
  await expect.poll(waits).toEqual(['launches']);
  await stopWorker(own);
  await bridge.start();
  expect(await launches('INC0010001')).toEqual([]);
  // What the browser does by itself once the time has come.
  await options.evaluate(() => chrome.alarms.create('launches', { when: Date.now() }));
  await expect.poll(() => launches('INC0010001')).toHaveLength(3);
  const all = await launches('INC0010001');
  expect(all.map(({ surface, target, state }) => [surface, target, state])).toEqual([
    ['button', 'Dana Reyes', 'open'],
    ['copy', 'Dana Reyes', 'open'],
    ['code', expect.any(String), 'open'],
  ]);
  expect(all.slice(0, 2).map(({ launchId }) => launchId)).toEqual([clicked?.launchId, copied?.launchId]);
  await expect.poll(waits).toEqual([]);

  // The same code again is the same use; another click is another.
  await page.keyboard.press('Escape');
  await page.reload();
  await panel(page).locator('.bar a.main').click();
  const again = readLink(await own.nextLaunch());
  await expect
    .poll(async () => (await launches('INC0010001')).map(({ launchId }) => launchId))
    .toContain(again?.launchId);
  expect(await launches('INC0010001')).toHaveLength(4);
});

test('the panel says what became of a call, when it is opened and when the tab is come back to', async ({ desk }) => {
  await (await enterToken(own, token)).close();
  const page = await own.context.newPage();
  own.forgetLaunches();
  await page.goto(`${desk.origin}/case/INC0010002`);
  await panel(page).locator('.bar').waitFor();
  const other = await own.context.newPage();
  // What a person does who goes to another tab and comes back.
  const back = async () => {
    await other.bringToFront();
    await page.bringToFront();
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  };
  const calls = panel(page).locator('.calls');
  const steps = () => calls.locator('.steps li').evaluateAll((items) => items.map((item) => item.className));
  await panel(page)
    .getByRole('button', { name: /^Show all/ })
    .click();
  await panel(page).locator('.panel').waitFor();
  await expect(calls).toHaveCount(0);
  await panel(page).locator('.panel .row a').first().click();
  const link = await own.nextLaunch();
  await expect(calls).toContainText('No call was heard of yet.');
  expect(await steps()).toEqual(['on', 'off', 'off', 'off']);

  const talk = await bridge.take(link);
  await expect.poll(async () => (await told('INC0010002')).map(({ what }) => what)).toContain('session');
  await back();
  await expect(calls).toContainText('Its end has not been heard yet.');
  expect(await steps()).toEqual(['on', 'on', 'on', 'off']);
  await talk.end(725_000);
  await expect
    .poll(async () => (await told('INC0010002')).some((entry) => entry.what === 'session' && entry.endedAt))
    .toBe(true);
  await back();
  await expect(calls).toContainText('12 min');
  await expect(calls).toContainText('The bridge writes no notes on this desk.');

  await bridge.stop();
  await page.reload();
  await panel(page)
    .getByRole('button', { name: /^Show all/ })
    .click();
  await expect(panel(page)).toContainText('The bridge can’t be reached.');
  // Calling is as it always was.
  await expect(panel(page).locator('.panel .row a').first()).toBeVisible();
  await bridge.start();
  await panel(page).getByRole('button', { name: 'Ask again' }).click();
  await expect(calls).toContainText('12 min');
});

test('whoever comes back says in two taps how the call ended, and the bridge has it', async ({ desk }) => {
  await (await enterToken(own, token)).close();
  const page = await own.context.newPage();
  own.forgetLaunches();
  await page.goto(`${desk.origin}/case/INC0010001`);
  await panel(page).locator('.bar a.main').click();
  const link = readLink(await own.nextLaunch());
  await page.reload();
  const other = await own.context.newPage();
  await panel(page)
    .getByRole('button', { name: /^Show all/ })
    .click();
  const asked = panel(page).getByText('How did the call with Dana Reyes end?');
  await expect(asked).toBeVisible();
  // A page's own script says nothing for anybody.
  const pressed = await page.evaluate(() => {
    const buttons = [...(document.querySelector('deskcall-panel')?.shadowRoot?.querySelectorAll('button') ?? [])];
    const skip = buttons.find((button) => button.textContent === 'Skip');
    skip?.click();
    return skip !== undefined;
  });
  expect(pressed).toBe(true);
  await other.bringToFront();
  await page.bringToFront();
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await expect(asked).toBeVisible();
  await panel(page).getByRole('button', { name: 'Solved remotely' }).click();
  await panel(page).getByRole('button', { name: 'Yes, a trip' }).click();
  await expect(panel(page).getByText('Noted.')).toBeVisible();
  await expect.poll(wrapUps).toMatchObject([{ launchId: link?.launchId, outcome: 'solved', tripAvoided: true }]);
  await page.reload();
  await panel(page)
    .getByRole('button', { name: /^Show all/ })
    .click();
  await expect(panel(page).locator('.calls')).toBeVisible();
  await expect(asked).toHaveCount(0);
});

test('the popup says the same, and what is used there is told', async ({ desk }) => {
  await (await enterToken(own, token)).close();
  const page = await own.context.newPage();
  own.forgetLaunches();
  await page.goto(`${desk.origin}/case/INC0010003`);
  const tab = await own.worker.evaluate(
    async (url) => (await chrome.tabs.query({ url }))[0]?.id ?? -1,
    `${desk.origin}/case/INC0010003`,
  );
  const popup = await own.context.newPage();
  await popup.goto(`chrome-extension://${own.extensionId}/popup.html?tab=${tab}`);
  await popup.locator('.row a').first().click();
  const link = readLink(await own.nextLaunch());
  await expect(popup.locator('.calls')).toContainText('No call was heard of yet.');
  expect(await launches('INC0010003')).toMatchObject([{ launchId: link?.launchId, surface: 'button' }]);

  // Right after the click there is nothing to ask; whoever opens it again has come back.
  const asked = popup.getByText(/^How did the call with .+ end\?$/);
  await expect(asked).toHaveCount(0);
  await popup.reload();
  await expect(asked).toBeVisible();
  await popup.getByRole('button', { name: 'Needs a visit' }).click();
  await expect(popup.getByText('Noted.')).toBeVisible();
  await expect.poll(async () => (await wrapUps()).at(-1)).toMatchObject({ launchId: link?.launchId, outcome: 'visit' });
});

/** The part of chrome that is called inside the extension's pages. */
declare const chrome: {
  tabs: { query(what: { url: string }): Promise<{ id?: number }[]> };
  alarms: { getAll(): Promise<{ name: string }[]>; create(name: string, how: { when: number }): Promise<void> };
};
