/** The ways that need no host permission: popup, context menu, shortcut, address bar. */
import type { Page } from '@playwright/test';
import { readLink } from '../../lib/worklink.ts';
import { decode } from './code.ts';
import { expect, test } from './world.ts';
import type { World } from '../../sandbox/launch.ts';

/** The part of chrome that runs in the worker of the browser under test. */
declare const chrome: {
  tabs: { query(query: object): Promise<{ id: number; url?: string }[]> };
  contextMenus: { onClicked: { dispatch(info: object, tab?: object): void } };
  omnibox: { onInputEntered: { dispatch(text: string, where: string): void } };
  runtime: { getManifest(): { commands?: Record<string, object>; omnibox?: object; permissions?: string[] } };
};

/** Opens the popup's page for a tab, as the context menu does. */
async function popupFor(world: World, page: Page): Promise<Page> {
  const tab = await world.worker.evaluate(async (url) => {
    const all = await chrome.tabs.query({});
    return all.find((one) => one.url === url)?.id ?? -1;
  }, page.url());
  const popup = await world.context.newPage();
  await popup.goto(`chrome-extension://${world.extensionId}/popup.html?tab=${tab}`);
  return popup;
}

test('shows the same offers, launches and draws codes', async ({ page, desk, world }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  await expect(page.locator('deskcall-panel')).toHaveCount(1);
  const popup = await popupFor(world, page);
  await expect(popup.getByRole('heading', { level: 2 }).first()).toHaveText('INC0010001');
  const row = popup.locator('.row').filter({ hasText: 'Dana Reyes' });
  await row.getByRole('link').click();
  expect(readLink(await world.nextLaunch())).toMatchObject({
    number: 'INC0010001',
    desk: 'demo',
    kind: 'case',
    id: 'INC0010001',
  });
  await row.getByRole('button', { name: /^QR/ }).click();
  await expect(popup.getByRole('dialog').getByRole('img')).toBeVisible();
  expect(readLink(decode(await popup.locator('.code').screenshot()) ?? '')?.number).toBe('INC0010001');
});

test('takes a typed number where no case is open, and says nothing it does not know', async ({ page, desk, world }) => {
  await page.goto(`${desk.origin}/`);
  const popup = await popupFor(world, page);
  await expect(popup.getByText('No case on this page')).toBeVisible();
  await popup.getByLabel('Case number').fill('INC0777777');
  await popup.getByRole('button', { name: 'Continue' }).click();
  await expect(popup.getByRole('heading', { level: 2 }).first()).toHaveText('INC0777777');
  await popup.locator('.row').filter({ hasText: 'Dana Reyes' }).getByRole('link').click();
  const told = readLink(await world.nextLaunch());
  expect(told).toMatchObject({ number: 'INC0777777', desk: 'demo' });
  // The record's id is not known, so no id is claimed.
  expect(told?.data.case_id).toBeUndefined();
});

test('opens from the address bar or a selected number with that number', async ({ world }) => {
  const popup = await world.context.newPage();
  await popup.goto(`chrome-extension://${world.extensionId}/popup.html?number=INC0012345`);
  // Two desks are set up, and a number alone does not say whose it is.
  await expect(popup.getByLabel('Case number')).toHaveValue('INC0012345');
  await expect(popup.getByRole('link')).toHaveCount(0);
  await popup.getByLabel('Desk').selectOption('Fieldbook');
  await popup.getByRole('button', { name: 'Continue' }).click();
  await expect(popup.getByRole('heading', { level: 2 }).first()).toHaveText('INC0012345');
  await expect(popup.locator('header')).toContainText('Fieldbook');
  await expect(popup.locator('.row').filter({ hasText: 'Dana Reyes' }).getByRole('link')).toHaveAttribute(
    'href',
    /work_order_id=INC0012345&desk=demo/,
  );
});

test('hours that end and begin while it is open change who is offered', async ({ page, desk, world, settings }) => {
  const week = [{ days: [1, 2, 3, 4, 5, 6, 7], from: '08:00', to: '12:00' }];
  const contacts = settings.contacts.map((each) =>
    each.id === 'dana' ? { ...each, hours: { zone: 'UTC', week }, fallback: ['on-call'] } : each,
  );
  await world.importSettings({ ...settings, contacts });
  await page.goto(`${desk.origin}/case/INC0010001`);
  const tab = await world.worker.evaluate(
    async (url) => (await chrome.tabs.query({})).find((one) => one.url === url)?.id ?? -1,
    page.url(),
  );
  const popup = await world.context.newPage();
  // Its clock alone stands at half a minute before noon.
  await popup.clock.install({ time: new Date('2026-01-12T11:59:30Z') });
  await popup.goto(`chrome-extension://${world.extensionId}/popup.html?tab=${tab}`);
  const first = popup.locator('.row').first();
  await expect(first).toContainText('Dana Reyes');
  await first.getByRole('link').click();
  expect(readLink(await world.nextLaunch())?.data.user).toEqual(['497']);
  await popup.clock.fastForward(29_000);
  await expect(first).toContainText('Dana Reyes');
  await popup.clock.fastForward(2000);
  await expect(first).toContainText('On-call engineer');
  await expect(popup.getByText('Instead of Dana Reyes')).toBeVisible();
  await expect(first.getByRole('link')).toHaveAttribute('href', /user=600/);
  await popup.clock.fastForward(20 * 3_600_000);
  await expect(first).toContainText('Dana Reyes');
  await expect(popup.getByText('Instead of Dana Reyes')).toHaveCount(0);
  await world.importSettings(settings);
});

test('menu and address bar end in the same page', async ({ page, desk, world }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  const opened = async (start: () => Promise<void>): Promise<Page> => {
    const next = world.context.waitForEvent('page', (one) => one.url().includes('popup.html'));
    await start();
    return next;
  };
  const menu = await opened(() =>
    world.worker.evaluate(async (url) => {
      const tab = (await chrome.tabs.query({})).find((one) => one.url === url);
      chrome.contextMenus.onClicked.dispatch({ selectionText: ' see INC0012345, urgent ' }, tab);
    }, page.url()),
  );
  // The page that the menu was opened on says whose number it is.
  await expect(menu.getByRole('heading', { level: 2 }).first()).toHaveText('INC0012345');
  await menu.close();
  await page.bringToFront();
  await world.worker.evaluate(() => chrome.omnibox.onInputEntered.dispatch('inc0054321', 'currentTab'));
  await expect(page.getByLabel('Case number')).toHaveValue('inc0054321');
});

test('says so where the browser keeps extensions out', async ({ page, world }) => {
  await page.goto('chrome://version');
  const popup = await popupFor(world, page);
  await expect(popup.getByText('This page cannot be read')).toBeVisible();
});

test('no keys are taken by default, and the address bar word is dc', async ({ world }) => {
  const manifest = await world.worker.evaluate(() => chrome.runtime.getManifest());
  expect(Object.values(manifest.commands ?? {}).some((command) => 'suggested_key' in command)).toBe(false);
  expect(manifest.omnibox).toEqual({ keyword: 'dc' });
  expect(manifest.permissions).not.toContain('tabs');
});
