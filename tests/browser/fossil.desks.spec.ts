/** A desk of an admin's own description on a real Fossil: a strict content security policy with a nonce. */
import type { Page } from '@playwright/test';
import { readLink } from '../../lib/worklink.ts';
import { createTicket, type Fossil } from '../../scripts/desks/fossil.ts';
import { decode } from './code.ts';
import { expect, test } from './world.ts';

const panel = (page: Page) => page.locator('deskcall-panel');
const bar = (page: Page) => panel(page).locator('.bar');
const call = (page: Page) => bar(page).locator('a.main');
const tag = '@fossil';

async function login(page: Page, fossil: Fossil): Promise<void> {
  await page.goto(`${fossil.url}/login`);
  // The browser is shared by all tests of a worker: it may be in already.
  if (!(await page.locator('#u').count())) return;
  await page.locator('#u').fill(fossil.user);
  await page.locator('#p').fill(fossil.password);
  await page.locator('#p').press('Enter');
  await page.locator('.header .status').filter({ hasText: fossil.user }).waitFor();
}

test('Fossil: under a strict policy the panel shows the ticket, and the handler gets its link', { tag }, async ({
  page,
  world,
  fossil,
}) => {
  const hash = await createTicket(fossil, { title: 'Pump P-204 leaking at seal', subsystem: 'Pumps' });
  await page.addInitScript(() => {
    const violations: string[] = [];
    Object.assign(window, { violations });
    document.addEventListener('securitypolicyviolation', (event) =>
      violations.push(`${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  await login(page, fossil);
  errors.length = 0;

  const answer = await page.goto(`${fossil.url}/tktview/${hash}`);
  expect(answer?.headers()['content-security-policy']).toMatch(/script-src 'self' 'nonce-[0-9a-f]+'/);
  await expect(bar(page)).toHaveAttribute('aria-label', `Deskcall for ${hash}`);
  await expect(call(page)).toHaveText('Call Dana Reyes');
  await call(page).click();
  expect(await world.nextLaunch()).toMatch(
    new RegExp(
      `^worklink://resource\\?action=fetch_user&user=497&work_order_id=${hash}&case_id=ticket%3A${hash}&desk=fossil&launch_id=[A-Z2-7]{12}$`,
    ),
  );
  await bar(page).getByRole('button', { name: 'Nothing opened?' }).click();
  const row = panel(page).locator('.panel .row').filter({ hasText: 'Dana Reyes' });
  await row.getByRole('button', { name: /^QR/ }).click();
  const card = panel(page).getByRole('dialog');
  await expect(card.getByRole('img')).toBeVisible();
  expect(readLink(decode(await card.locator('.code').screenshot()) ?? '')).toMatchObject({
    number: hash,
    kind: 'ticket',
    id: hash,
    desk: 'fossil',
  });
  expect(await page.evaluate(() => (window as { violations?: string[] }).violations)).toEqual([]);
  expect(errors).toEqual([]);
});

test('Fossil: however short the address, the ticket is the same; a check-in is none', { tag }, async ({
  page,
  fossil,
}) => {
  const hash = await createTicket(fossil, { title: 'Valve V-11 stuck', subsystem: 'Valves' });
  await login(page, fossil);
  for (const path of [`/tktview/${hash.slice(0, 10)}`, `/info/${hash.slice(0, 12)}`, `/tktview?name=${hash}`]) {
    await page.goto(fossil.url + path);
    await expect(call(page), path).toHaveText('Call Valve desk');
    expect(readLink((await call(page).getAttribute('href')) ?? ''), path).toMatchObject({ kind: 'ticket', id: hash });
  }
  for (const path of ['/info/trunk', '/rptview?rn=1', '/tktnew']) {
    const answer = await page.goto(fossil.url + path);
    expect(answer?.ok(), path).toBe(true);
    await page.waitForLoadState('networkidle');
    await expect(panel(page), path).toHaveCount(0);
  }
});

test('Fossil: a hostile title changes nothing but text', { tag }, async ({ page, fossil }) => {
  const title = '<img src=x onerror="document.title=\'owned\'"> &user=evil';
  const hash = await createTicket(fossil, { title, subsystem: 'Pumps' });
  await login(page, fossil);
  await page.goto(`${fossil.url}/tktview/${hash}`);
  await bar(page).getByRole('button', { name: 'Show all' }).click();
  await expect(panel(page).locator('.p-head')).toContainText('<img src=x onerror=');
  expect(await panel(page).locator('img').count()).toBe(0);
  const told = readLink((await call(page).getAttribute('href')) ?? '');
  expect(told).toMatchObject({ id: hash });
  expect(told?.data.user).toEqual(['497']);
  expect(await page.title()).not.toBe('owned');
});
