/** From the panel on the demo desk to the workflow on a desktop of the sandbox's Awaken. */
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { readLink } from '../../lib/worklink.ts';
import { serveAwaken, type AwakenServer } from '../../sandbox/awaken.ts';
import { openWorld } from '../../sandbox/launch.ts';
import { findBrowser, root } from '../../scripts/bootstrap.mjs';
import { enterUser, withPops } from '../../sandbox/pops.ts';
import { broken } from './looks.ts';
import { expect, test } from './world.ts';

const panel = (page: Page) => page.locator('deskcall-panel');
const row = (page: Page, name: string) => panel(page).locator('.row.pop').filter({ hasText: name });
const popButton = (page: Page, name = 'Pump intake') => panel(page).getByRole('button', { name: `Pop ${name}` });

async function openPanel(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await panel(page).getByRole('button', { name: 'Show all' }).click();
  await expect(row(page, 'Pump intake')).toContainText('Checked for you, James.Collins');
}

let server: AwakenServer;
test.beforeEach(async ({ world, settings }) => {
  server = await serveAwaken();
  await world.importSettings(withPops(settings, server, 'pumps'));
  await (await enterUser(world, server)).close();
});
test.afterEach(async ({ world, settings }) => {
  // Other addresses, or none: what was entered for these goes with them.
  await world.importSettings({ ...settings, awaken: {}, myUser: null });
  await server.close();
});

test('a click opens the workflow on my desktop, with the case’s data', async ({ page, desk, world }) => {
  const desktop = await world.context.newPage();
  await desktop.goto(server.desktop('James.Collins'));
  await expect(desktop.getByText('No workflow is open')).toBeVisible();
  await openPanel(page, `${desk.origin}/case/INC0010001`);
  await popButton(page).click();
  await expect(row(page, 'Pump intake')).toContainText('Awaken accepted it. Not known to be open yet.');
  await expect(panel(page).getByText(/^Open on/)).toHaveCount(0);
  const main = desktop.locator('main');
  await expect(main.getByRole('heading')).toHaveText('Pump intake');
  await expect(main).toContainText('Reference demo:INC0010001');
  const title = await page.locator('.record-title:visible h1').first().textContent();
  const data = await main
    .locator('dt')
    .evaluateAll((all) => all.map((dt) => [dt.textContent, dt.nextSibling?.textContent]));
  expect(Object.fromEntries(data)).toEqual({
    Case: 'INC0010001',
    Title: title,
    AssetId: 'ASSET-204',
    var_Reason: 'Expert call',
  });
});

test('a double click sends one pop, and the button waits', async ({ page, desk }) => {
  await openPanel(page, `${desk.origin}/case/INC0010001`);
  await popButton(page).dblclick();
  await expect(row(page, 'Pump intake').getByRole('button', { name: /^Again in \d+ s$/ })).toBeVisible();
  expect(server.counts).toMatchObject({ auth: 1, pop: 1 });
});

test('the keyboard alone pops', async ({ page, desk }) => {
  await openPanel(page, `${desk.origin}/case/INC0010001`);
  await popButton(page).focus();
  await page.keyboard.press('Enter');
  await expect(row(page, 'Pump intake')).toContainText('Awaken accepted it');
  expect(server.accepted).toHaveLength(1);
});

test('a pop to somebody else suspends their record, and is asked about first', async ({ page, desk, world }) => {
  const sam = server.agents.get('Sam.Okoro');
  if (sam) sam.open = { campaign: 'Wrap-up', reference: 'demo:before', data: {} };
  await openPanel(page, `${desk.origin}/case/INC0010001`);
  await popButton(page, 'Wrap-up').click();
  const alert = panel(page).getByRole('alert');
  await expect(alert).toContainText('The record Sam.Okoro has open is suspended.');
  expect(server.counts.pop).toBe(0);
  await alert.getByRole('button', { name: 'Pop to Sam.Okoro' }).click();
  await expect(row(page, 'Wrap-up')).toContainText('Awaken accepted it');
  const desktop = await world.context.newPage();
  await desktop.goto(server.desktop('Sam.Okoro'));
  await expect(desktop.locator('main')).toContainText('demo:INC0010001');
  await expect(desktop.locator('aside')).toContainText('demo:before');
});

test('the preview shows what would be sent, and a dry run sends nothing', async ({ page, desk }) => {
  await openPanel(page, `${desk.origin}/case/INC0010001`);
  await panel(page).getByRole('button', { name: 'Preview Pump intake' }).click();
  const plan = panel(page).locator('.plan');
  for (const text of ['James.Collins', 'demo:INC0010001', 'Expert call', 'empty on this case'])
    await expect(plan).toContainText(text);
  await plan.getByRole('button', { name: 'Dry run' }).click();
  await expect(row(page, 'Pump intake')).toContainText('Nothing was sent');
  expect(server.counts).toMatchObject({ auth: 1, pop: 0 });
});

test('pop and call are one click, of one launch', async ({ page, desk, world }) => {
  await openPanel(page, `${desk.origin}/case/INC0010001`);
  await panel(page).getByRole('button', { name: 'Preview Pump intake' }).click();
  await panel(page).getByRole('link', { name: 'Pop and call Dana Reyes' }).click();
  const told = readLink(await world.nextLaunch());
  await expect(row(page, 'Pump intake')).toContainText('Awaken accepted it');
  expect(server.accepted).toMatchObject([
    { Reference: `${told?.desk}:${told?.number}`, ScriptData: { Case: told?.number, var_Launch: told?.launchId } },
  ]);
});

test('the popup pops as the panel does, with a call of the same launch', async ({ page, desk, world }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  const tab = await world.worker.evaluate(
    async (url) => (await chrome.tabs.query({})).find((one) => one.url === url)?.id ?? -1,
    page.url(),
  );
  const popup = await world.context.newPage();
  await popup.goto(`chrome-extension://${world.extensionId}/popup.html?tab=${tab}`);
  const intake = popup.locator('.row.pop').filter({ hasText: 'Pump intake' });
  await expect(intake).toContainText('Checked for you, James.Collins');
  await popup.getByRole('button', { name: 'Preview Pump intake' }).click();
  expect(await broken(popup, [])).toEqual([]);
  await popup.getByRole('link', { name: 'Pop and call Dana Reyes' }).click();
  const told = readLink(await world.nextLaunch());
  await expect(intake).toContainText('Awaken accepted it');
  expect(server.accepted).toMatchObject([
    { Reference: 'demo:INC0010001', ScriptData: { Case: 'INC0010001', var_Launch: told?.launchId } },
  ]);
});

test('a worker that ends between click and answer loses nothing silently', async ({ desk, settings }) => {
  // A browser of its own: others go on with the worker that they know.
  const extensionDir = join(root, '.output', 'chrome-mv3-test');
  const own = await openWorld({ browser: await findBrowser(), extensionDir, origins: [desk.origin], headless: true });
  try {
    await own.importSettings(withPops(settings, server, 'pumps'));
    await own.grant(desk.origin);
    const options = await enterUser(own, server);
    const page = await own.context.newPage();
    server.on('pop-slow');
    await openPanel(page, `${desk.origin}/case/INC0010001`);
    await popButton(page).click();
    await expect.poll(() => server.counts.pop).toBe(1);
    const session = await own.context.newCDPSession(options);
    await session.send('ServiceWorker.enable');
    await session.send('ServiceWorker.stopAllWorkers');
    await expect(row(page, 'Pump intake')).toContainText('Sent, but no answer was read.');
    // Also for whoever comes back to the case, and it is not sent again.
    await page.reload();
    await panel(page).getByRole('button', { name: 'Show all' }).click();
    await expect(row(page, 'Pump intake')).toContainText('Sent, but no answer was read.');
    await expect(row(page, 'Pump intake').getByRole('button', { name: /^Again in \d+ s$/ })).toBeVisible();
    expect(server.counts.pop).toBe(1);
  } finally {
    await own.close();
  }
});

test('a failure says what to do, and a page’s own script can pop nothing', async ({ page, desk }) => {
  server.on('pop-no-path');
  await openPanel(page, `${desk.origin}/case/INC0010001`);
  const prevented = await page.evaluate(() => {
    const inner = document.querySelector('deskcall-panel')?.shadowRoot;
    const button = inner?.querySelector<HTMLElement>('[aria-label="Pop Pump intake"]');
    button?.click();
    return button !== null && button !== undefined;
  });
  expect(prevented).toBe(true);
  await popButton(page).click();
  const alert = panel(page).getByRole('alert');
  await expect(alert).toContainText('the pop address is wrong');
  await expect(alert).toContainText('An admin compares the address');
  expect(server.counts.pop).toBe(1);
});

test('what pages may know holds nothing but names of pops', async ({ page, desk, world }) => {
  await page.goto(`chrome-extension://${world.extensionId}/popup.html`);
  const stored = JSON.stringify(await page.evaluate(() => chrome.storage.local.get()));
  expect(stored).toContain('"Pump intake"');
  for (const hidden of [server.origin, 'James.Collins', 'Sam.Okoro', server.systemId, 'var_Reason'])
    expect(stored).not.toContain(hidden);
  expect(stored).toContain(desk.origin);
});

test('the options test the connection, pop to me, and point to the likely line', async ({ page, world }) => {
  const kept = await enterUser(world, { ...server, remember: true });
  await kept.close();
  await page.goto(`chrome-extension://${world.extensionId}/options.html#awaken`);
  await expect(page.getByText('Set and remembered')).toBeVisible();
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(page.getByText('Checked: Awaken takes the user. Nothing was sent.')).toBeVisible();
  expect(server.counts).toMatchObject({ auth: 1, pop: 0 });
  await page.getByRole('button', { name: 'Pop me: Pump intake' }).click();
  await expect(page.getByText('Awaken accepted it. Not known to be open yet.')).toBeVisible();
  expect(server.agents.get('James.Collins')?.open?.reference).toMatch(/^deskcall:test-/);
  await expect(page.locator('.checks [aria-current]')).toHaveCount(4);
  server.on('auth-gone');
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(page.getByRole('alert')).toContainText('the sign-in address is wrong');
  await expect(page.locator('.checks [aria-current]')).toHaveText(/Both addresses are the vendor’s/);
  await page.getByRole('button', { name: 'Forget' }).click();
  await expect(page.getByText('None is set')).toBeVisible();
});

for (const look of ['light', 'dark'] as const)
  test(`in the options axe finds nothing, and nothing is cut at 200 %, ${look}`, async ({ page, world }) => {
    await page.emulateMedia({ colorScheme: look, reducedMotion: 'reduce' });
    await page.goto(`chrome-extension://${world.extensionId}/options.html#awaken`);
    server.on('auth-gone');
    await page.getByRole('button', { name: 'Test connection' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByRole('button', { name: 'Edit Pump intake' }).click();
    expect(await broken(page, [])).toEqual([]);
    // At 200 % a window of 1280 px is 640 wide.
    await page.setViewportSize({ width: 640, height: 800 });
    const wider = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
    expect(await page.evaluate(wider)).toBeLessThanOrEqual(0);
  });

/** The part of chrome that is called inside the worker of the browser under test. */
declare const chrome: {
  storage: { local: { get(): Promise<Record<string, unknown>> } };
  tabs: { query(query: object): Promise<{ id: number; url?: string }[]> };
};
