/** The main job on a real Redmine, from Debian's package: read, offer, launch, scan. */
import type { Page } from '@playwright/test';
import { readLink } from '../../lib/worklink.ts';
import { createIssue, type Redmine } from '../../scripts/desks/redmine.ts';
import { decode } from './code.ts';
import { expect, test } from './world.ts';

const panel = (page: Page) => page.locator('deskcall-panel');
const bar = (page: Page) => panel(page).locator('.bar');
const call = (page: Page) => bar(page).locator('a.main');
const tag = '@redmine';

const hostile = `<img src=x onerror="document.title='owned'"> \u202edesrever\u202c \u{1f527} %00 &user=evil#7`;

async function login(page: Page, redmine: Redmine): Promise<void> {
  await page.goto(`${redmine.url}/login`);
  // The browser is shared by all tests of a worker: it may be in already.
  if (await page.locator('#loggedas').count()) return;
  await page.locator('#username').fill(redmine.user);
  await page.locator('#password').fill(redmine.password);
  await page.locator('#password').press('Enter');
  await page.locator('#loggedas').waitFor();
}

test('Redmine: the panel shows the issue, and the handler gets its link', { tag }, async ({ page, world, redmine }) => {
  const fields = { 'Asset ID': 'ASSET-204', 'Serial Number': 'SN-88-1204', Site: 'Plant 7' };
  const issue = String(
    await createIssue(redmine, { project: 'field-service', subject: 'Pump P-204 leaking at seal', fields }),
  );
  await login(page, redmine);
  await page.goto(`${redmine.url}/issues/${issue}`);
  await expect(bar(page)).toHaveAttribute('aria-label', `Deskcall for #${issue}`);
  await expect(panel(page)).not.toHaveAttribute('data-place', 'dock');
  // Beside the heading: on its line, to the right of its text.
  const heading = await page.locator('#content > h2').boundingBox();
  const box = await bar(page).boundingBox();
  expect(
    Math.abs((box?.y ?? 0) + (box?.height ?? 0) / 2 - (heading?.y ?? 0) - (heading?.height ?? 0) / 2),
  ).toBeLessThan(16);
  await expect(call(page)).toHaveText('Call Dana Reyes');
  await call(page).click();
  expect(await world.nextLaunch()).toMatch(
    new RegExp(
      `^worklink://resource\\?action=fetch_user&user=497&work_order_id=${issue}&case_id=issue%3A${issue}&desk=redmine&launch_id=[A-Z2-7]{12}$`,
    ),
  );
  await bar(page).getByRole('button', { name: 'Nothing opened?' }).click();
  // The asset is a custom field, known by its label.
  const catalog = panel(page).locator('.panel .row').filter({ hasText: 'Manuals of this asset' });
  await expect(catalog).toContainText('ASSET-204');
  await catalog.getByRole('button', { name: /^QR/ }).click();
  const card = panel(page).getByRole('dialog');
  await expect(card.getByRole('img')).toBeVisible();
  const told = readLink(decode(await card.locator('.code').screenshot()) ?? '');
  expect(told).toMatchObject({ number: issue, kind: 'issue', id: issue, desk: 'redmine', action: 'fetch_catalog' });
  expect(told?.data.asset).toEqual(['ASSET-204']);
});

test('Redmine: another project, another contact; a tracker of any name', { tag }, async ({ page, redmine }) => {
  // The heading is `C# bug #N`: its first `#` is not the number's.
  const issue = String(
    await createIssue(redmine, { project: 'valves', tracker: 'C# bug', subject: 'Valve V-11 stuck' }),
  );
  await login(page, redmine);
  await page.goto(`${redmine.url}/issues/${issue}?tab=notes#note-1`);
  await expect(page.locator('#content > h2')).toHaveText(`C# bug #${issue}`);
  await expect(bar(page)).toHaveAttribute('aria-label', `Deskcall for #${issue}`);
  await expect(call(page)).toHaveText('Call Valve desk');
  expect(readLink((await call(page).getAttribute('href')) ?? '')).toMatchObject({
    number: issue,
    kind: 'issue',
    id: issue,
  });
});

test('Redmine: lists and new issues are no case', { tag }, async ({ page, redmine }) => {
  const issue = await createIssue(redmine, { project: 'field-service', subject: 'Pump P-11 hums' });
  await login(page, redmine);
  for (const path of ['/issues', '/projects/field-service/issues', '/projects/field-service/issues/new']) {
    // From a case, so that a panel that did not go would be seen.
    await page.goto(`${redmine.url}/issues/${issue}`);
    await expect(call(page)).toBeVisible();
    await page.goto(redmine.url + path);
    await expect(page.locator('#content h2')).toBeVisible();
    await page.waitForLoadState('networkidle');
    await expect(panel(page)).toHaveCount(0);
  }
});

test('Redmine: a hostile subject changes nothing but text', { tag }, async ({ page, world, redmine }) => {
  const issue = String(
    await createIssue(redmine, {
      project: 'field-service',
      subject: hostile,
      fields: { 'Asset ID': 'A&user=evil', Site: hostile },
    }),
  );
  await login(page, redmine);
  await page.goto(`${redmine.url}/issues/${issue}`);
  await expect(bar(page)).toHaveAttribute('aria-label', `Deskcall for #${issue}`);
  await bar(page).getByRole('button', { name: 'Show all' }).click();
  await expect(panel(page).locator('.p-head')).toContainText('<img src=x onerror=');
  expect(await panel(page).locator('img').count()).toBe(0);
  await panel(page).locator('.panel .row').filter({ hasText: 'Dana Reyes' }).locator('a').click();
  const told = readLink(await world.nextLaunch());
  expect(told).toMatchObject({ number: issue, id: issue });
  expect(told?.data.user).toEqual(['497']);
  expect(await page.title()).not.toBe('owned');
});
