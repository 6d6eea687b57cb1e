/** The main job on real Request Trackers, from Debian's packages: read, offer, launch, scan. */
import type { Page } from '@playwright/test';
import { readLink } from '../../lib/worklink.ts';
import { createTicket, type Rt } from '../../scripts/desks/rt.ts';
import { decode } from './code.ts';
import { expect, test } from './world.ts';

const panel = (page: Page) => page.locator('deskcall-panel');
const bar = (page: Page) => panel(page).locator('.bar');
const call = (page: Page) => bar(page).locator('a.main');

const hostile = `<img src=x onerror="document.title='owned'"> \u202edesrever\u202c \u{1f527} %00 &user=evil#x ${'long '.repeat(2000)}`;

async function login(page: Page, rt: Rt): Promise<void> {
  await page.goto(rt.url);
  if (await page.locator('#user, input[name=user]').count()) {
    await page.locator('input[name=user]').fill(rt.user);
    await page.locator('input[name=pass]').fill(rt.password);
    await page.locator('input[name=pass]').press('Enter');
    await page.locator('input[name=pass]').waitFor({ state: 'detached' });
  }
}

const open = (page: Page, rt: Rt, ticket: string | number, rest = '') =>
  page.goto(`${rt.url}/Ticket/Display.html?id=${ticket}${rest}`);

for (const version of [5, 4] as const) {
  const tag = `@rt${version}`;

  test(`Request Tracker ${version}: the panel shows the ticket, and the handler gets its link`, { tag }, async ({
    page,
    world,
    rt,
  }) => {
    const fields = { 'Asset ID': 'ASSET-204', 'Serial Number': 'SN-88-1204', Site: 'Plant 7' };
    const ticket = String(
      await createTicket(rt(version), { queue: 'Field Service', subject: 'Pump P-204 leaking at seal', fields }),
    );
    await login(page, rt(version));
    await open(page, rt(version), ticket);
    await expect(bar(page)).toHaveAttribute('aria-label', `Deskcall for #${ticket}`);
    await expect(panel(page)).toHaveAttribute('data-place', 'inside');
    await expect(call(page)).toHaveText('Call Dana Reyes');
    await call(page).click();
    const link = await world.nextLaunch();
    expect(link).toMatch(
      new RegExp(
        `^worklink://resource\\?action=fetch_user&user=497&work_order_id=${ticket}&case_id=ticket%3A${ticket}&desk=rt${version}&launch_id=[A-Z2-7]{12}$`,
      ),
    );
    await bar(page).getByRole('button', { name: 'Nothing opened?' }).click();
    const catalog = panel(page).locator('.panel .row').filter({ hasText: 'Manuals of this asset' });
    await expect(catalog).toContainText('ASSET-204');
    await catalog.getByRole('button', { name: /^QR/ }).click();
    const card = panel(page).getByRole('dialog');
    await expect(card.getByRole('img')).toBeVisible();
    const told = readLink(decode(await card.locator('.code').screenshot()) ?? '');
    expect(told).toMatchObject({
      number: ticket,
      kind: 'ticket',
      id: ticket,
      desk: `rt${version}`,
      action: 'fetch_catalog',
    });
    expect(told?.data.asset).toEqual(['ASSET-204']);
  });

  test(`Request Tracker ${version}: another queue, another contact; a list, no panel`, { tag }, async ({
    page,
    rt,
  }) => {
    const ticket = String(await createTicket(rt(version), { queue: 'Valves', subject: 'Valve V-11 stuck' }));
    await login(page, rt(version));
    await open(page, rt(version), ticket);
    await expect(call(page)).toHaveText('Call Valve desk');
    await page.goto(`${rt(version).url}/Ticket/Update.html?Action=Respond;id=${ticket}`);
    await expect(bar(page).or(panel(page).locator('.tab')).first()).toBeVisible();
    await page.goto(`${rt(version).url}/Search/Results.html?Query=id%3E0`);
    await expect(page.locator('#header h1')).toBeVisible();
    await expect(panel(page)).toHaveCount(0);
  });

  test(`Request Tracker ${version}: a hostile title changes nothing but text`, { tag }, async ({ page, world, rt }) => {
    // Subjects end at 200 characters in this product; the rest of the 10 kB goes into a custom field.
    const subject = hostile.slice(0, 180);
    const ticket = String(
      await createTicket(rt(version), {
        queue: 'Field Service',
        subject,
        fields: { Site: hostile, 'Asset ID': 'A&user=evil' },
      }),
    );
    await login(page, rt(version));
    await open(page, rt(version), ticket);
    // A title that fills its line leaves no room beside it: the dock, opened from its tab.
    await expect(panel(page).locator('.bar, .tab')).toBeVisible();
    if (await panel(page).locator('.tab').count()) await panel(page).locator('.tab').click();
    await expect(bar(page)).toHaveAttribute('aria-label', `Deskcall for #${ticket}`);
    await bar(page).getByRole('button', { name: 'Show all' }).click();
    await expect(panel(page).locator('.p-head')).toContainText('<img src=x onerror=');
    expect(await panel(page).locator('img').count()).toBe(0);
    await panel(page).locator('.panel .row').filter({ hasText: 'Dana Reyes' }).locator('a').click();
    const told = readLink(await world.nextLaunch());
    expect(told).toMatchObject({ number: ticket, id: ticket });
    expect(told?.data.user).toEqual(['497']);
    expect(await page.title()).not.toBe('owned');
  });
}
