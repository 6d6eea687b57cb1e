/** A desk of an admin's own description on a real Tryton: addresses in the fragment, several records open as tabs. */
import type { Page } from '@playwright/test';
import { readLink } from '../../lib/worklink.ts';
import { createComplaint, createTask, type Tryton } from '../../scripts/desks/tryton.ts';
import { decode } from './code.ts';
import { expect, test } from './world.ts';

const panel = (page: Page) => page.locator('deskcall-panel');
const bar = (page: Page) => panel(page).locator('.bar');
const call = (page: Page) => bar(page).locator('a.main');
const pane = (page: Page) => page.locator('#tabcontent > .tab-pane.active');
const tag = '@tryton';

/** In two steps: the name, then the password in a dialog of its own. */
async function login(page: Page, tryton: Tryton): Promise<void> {
  await page.goto(`${tryton.url}/#desk`);
  const menu = page.locator('#menu tbody tr').first();
  // The browser is shared by all tests of a worker: it may be in already.
  await page.locator('#login').or(menu).first().waitFor();
  if (await menu.isVisible()) return;
  await page.locator('#login').fill(tryton.user);
  await page.locator('#login').press('Enter');
  const password = page.locator('input[type=password]');
  await password.fill(tryton.password);
  await password.press('Enter');
  await menu.waitFor();
}

/** Opens a record as a person who follows a link does; the client opens a tab and rewrites the address. */
async function open(page: Page, tryton: Tryton, model: string, id: number): Promise<void> {
  await page.goto(`${tryton.url}/#desk/model/${model}/${id}`);
  await page.waitForURL(new RegExp(`/${model}/${id};`));
  await pane(page).locator('input[name]').first().waitFor();
}

const linkOf = async (page: Page) => readLink((await call(page).getAttribute('href')) ?? '');

test('Tryton: the panel follows the open tab, and the handler gets its record', { tag }, async ({
  page,
  world,
  tryton,
}) => {
  const complaint = await createComplaint(tryton, {
    reference: 'ASSET-204',
    description: 'Pump P-204 leaking at seal',
  });
  const valve = await createComplaint(tryton, { reference: 'ASSET-11', description: 'Valve V-11 stuck', valves: true });
  await login(page, tryton);
  await expect(panel(page)).toHaveCount(0);

  await open(page, tryton, 'sale.complaint', complaint);
  // The client puts the values in after the inputs.
  await expect(pane(page).locator('input[name=number]')).toHaveValue(/^C-\d+$/);
  const number = await pane(page).locator('input[name=number]').inputValue();
  await expect(bar(page)).toHaveAttribute('aria-label', `Deskcall for ${number}`);
  await expect(panel(page)).toHaveAttribute('data-place', 'inside');
  await expect(call(page)).toHaveText('Call Dana Reyes');

  await open(page, tryton, 'sale.complaint', valve);
  await expect(page.locator('#tabcontent > .tab-pane')).toHaveCount(2);
  await expect(call(page)).toHaveText('Call Valve desk');
  expect(await linkOf(page)).toMatchObject({ kind: 'sale.complaint', id: String(valve) });

  // Back to the first by its tab: the other record stays in the document, with values that must not be read.
  await page.locator('#tablist > li').first().locator('a').click();
  await expect(call(page)).toHaveText('Call Dana Reyes');
  expect(await linkOf(page)).toMatchObject({ number, kind: 'sale.complaint', id: String(complaint), desk: 'tryton' });
  await expect(panel(page)).toHaveCount(1);
  await call(page).click();
  expect(await world.nextLaunch()).toMatch(
    new RegExp(
      `^worklink://resource\\?action=fetch_user&user=497&work_order_id=${number}&case_id=sale.complaint%3A${complaint}&desk=tryton&launch_id=[A-Z2-7]{12}$`,
    ),
  );

  await bar(page).getByRole('button', { name: 'Nothing opened?' }).click();
  await expect(panel(page).locator('.p-head')).toContainText('Pump P-204 leaking at seal');
  const catalog = panel(page).locator('.panel .row').filter({ hasText: 'Manuals of this asset' });
  await expect(catalog).toContainText('ASSET-204');
  await catalog.getByRole('button', { name: /^QR/ }).click();
  const card = panel(page).getByRole('dialog');
  await expect(card.getByRole('img')).toBeVisible();
  const told = readLink(decode(await card.locator('.code').screenshot()) ?? '');
  expect(told).toMatchObject({ number, kind: 'sale.complaint', id: String(complaint), desk: 'tryton' });
  expect(told?.data.asset).toEqual(['ASSET-204']);
});

test('Tryton: in the frame after a change of tabs no link is the other record’s', { tag }, async ({ page, tryton }) => {
  const one = await createComplaint(tryton, { reference: 'ASSET-1', description: 'First' });
  const two = await createComplaint(tryton, { reference: 'ASSET-2', description: 'Second' });
  await login(page, tryton);
  await open(page, tryton, 'sale.complaint', one);
  await expect(call(page)).toBeVisible();
  await open(page, tryton, 'sale.complaint', two);
  await expect.poll(async () => (await linkOf(page))?.id).toBe(String(two));
  // Looks at every frame: the link's record must be the address's, or there is no link.
  const wrong = await page.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const seen: string[] = [];
        let frames = 0;
        const look = () => {
          const at = /\/(\d+);/.exec(location.hash)?.[1];
          const href = document.querySelector('deskcall-panel')?.shadowRoot?.querySelector('a')?.href;
          const id = href && /case_id=sale\.complaint%3A(\d+)/.exec(href)?.[1];
          if (id && id !== at) seen.push(`${at}: ${href}`);
          if (++frames < 120) requestAnimationFrame(look);
          else resolve(seen);
        };
        document.querySelector<HTMLElement>('#tablist > li a')?.click();
        requestAnimationFrame(look);
      }),
  );
  expect(wrong).toEqual([]);
  expect((await linkOf(page))?.id).toBe(String(one));
});

test('Tryton: a record of another kind has its own rule; a list is no case', { tag }, async ({ page, tryton }) => {
  const task = await createTask(tryton, '<img src=x onerror="document.title=\'owned\'"> &user=evil');
  await login(page, tryton);
  await open(page, tryton, 'project.work', task);
  await expect(call(page)).toHaveText('Call Liu Wei');
  // A task has no number: the link carries the id.
  expect(await linkOf(page)).toMatchObject({ number: String(task), kind: 'project.work', id: String(task) });
  await bar(page).getByRole('button', { name: 'Show all' }).click();
  await expect(panel(page).locator('.p-head')).toContainText('<img src=x onerror=');
  expect(await panel(page).locator('img').count()).toBe(0);
  expect(await page.title()).not.toBe('owned');
  await page.goto(`${tryton.url}/#desk/model/sale.complaint`);
  await pane(page).locator('table.tree').first().waitFor();
  await expect(panel(page)).toHaveCount(0);
});

test('Tryton: while the next record is still on its way, no link mixes two records', { tag }, async ({
  page,
  tryton,
}) => {
  // Numbers and ids are counted alike here, so that a link shows by itself whether both are one record's.
  for (let n = 0; n < 6; n++)
    await createComplaint(tryton, { reference: `ASSET-${n}`, description: 'Pump', valves: n % 2 > 0 });
  await login(page, tryton);
  await page.goto(`${tryton.url}/#desk/model/sale.complaint`);
  await pane(page).locator('table.tree tbody tr').nth(1).locator('td').nth(2).click();
  await pane(page).locator('button#switch_').click();
  await expect(call(page)).toBeVisible();
  // The client changes the address at once, and the values of its inputs when the server has answered.
  await page.route('**/desk/', async (route) => {
    if (!route.request().postData()?.includes('sale.complaint.read')) return route.continue();
    const answer = await route.fetch();
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await route.fulfill({ response: answer });
  });
  const mixed = page.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const seen = new Set<string>();
        const end = performance.now() + 9000;
        const look = () => {
          const href = document.querySelector('deskcall-panel')?.shadowRoot?.querySelector('a')?.href ?? '';
          const [, number, id] = /work_order_id=C-(\d+)&case_id=[^&]*%3A(\d+)/.exec(href) ?? [];
          if (number !== id) seen.add(href);
          if (performance.now() < end) requestAnimationFrame(look);
          else resolve([...seen]);
        };
        look();
      }),
  );
  const number = pane(page).locator('input[name=number]');
  for (let n = 0; n < 5; n++) {
    const before = await number.inputValue();
    await pane(page).locator('button#next').click();
    await expect(number).not.toHaveValue(before);
  }
  expect(await mixed).toEqual([]);
  await expect.poll(async () => (await linkOf(page))?.number).toBe(await number.inputValue());
});
