/** The panel on the demo desk: the main job, and everything a single-page desk does to it. */
import type { Page } from '@playwright/test';
import { readLink } from '../../lib/worklink.ts';
import { decode } from './code.ts';
import { expect, test } from './world.ts';

const panel = (page: Page) => page.locator('deskcall-panel');
const bar = (page: Page) => panel(page).locator('.bar');
const call = (page: Page) => bar(page).locator('a.main');

/** Has the page misbehave as sandbox/desk/app.js says. */
const unkind = (page: Page, detail: string) =>
  page.evaluate((kind) => window.dispatchEvent(new CustomEvent('unkind', { detail: kind })), detail);

/** What a link must say of a demo case; the launch id is random and stands apart. */
function told(link: string | null) {
  const { launchId, number, desk, kind, id, data } = readLink(link ?? '') ?? {};
  expect(launchId).toMatch(/^[A-Z2-7]{12}$/);
  return { number, desk, kind, id, user: data?.user?.[0] };
}

const pump = { number: 'INC0010001', desk: 'demo', kind: 'case', id: 'INC0010001', user: '497' };

test('one click starts the call, with the case in the link', async ({ page, desk, world }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  await expect(call(page)).toHaveText('Call Dana Reyes');
  const shown = await call(page).getAttribute('href');
  await call(page).click();
  const link = await world.nextLaunch();
  expect(link).toBe(shown);
  expect(link).toMatch(
    /^worklink:\/\/resource\?action=fetch_user&user=497&work_order_id=INC0010001&case_id=case%3AINC0010001&desk=demo&launch_id=[A-Z2-7]{12}$/,
  );
  await expect(bar(page)).toContainText('Opening WorkLink for INC0010001');
  await bar(page).getByRole('button', { name: 'Nothing opened?' }).click();
  await expect(panel(page).locator('.panel')).toContainText('Scan the code');
});

test('each launch has an id of its own', async ({ page, desk, world }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  await bar(page).getByRole('button', { name: 'Show all' }).click();
  const row = panel(page).locator('.panel .row').filter({ hasText: 'Dana Reyes' });
  await row.locator('a').click();
  const first = readLink(await world.nextLaunch());
  await row.locator('a').click();
  const second = readLink(await world.nextLaunch());
  expect(first?.launchId).toBeTruthy();
  expect(second?.launchId).toBeTruthy();
  expect(second?.launchId).not.toBe(first?.launchId);
});

test('the keyboard alone starts the call', async ({ page, desk, world }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  await call(page).focus();
  await page.keyboard.press('Enter');
  expect(told(await world.nextLaunch())).toEqual(pump);
});

test('headset and phone codes decode to the links of this case', async ({ page, desk }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  await bar(page).getByRole('button', { name: 'QR: Call Dana Reyes' }).click();
  const card = panel(page).getByRole('dialog');
  const code = card.getByRole('img');
  await expect(code).toBeVisible();
  const headset = decode(await card.locator('.code').screenshot());
  expect(headset).toMatch(/^worklink:\/\/resource\?/);
  expect(told(headset)).toEqual(pump);
  const box = await code.boundingBox();
  expect(box?.width).toBeGreaterThanOrEqual(240);

  await card.getByRole('button', { name: 'Phone' }).click();
  const phone = decode(await card.locator('.code').screenshot());
  expect(phone).toMatch(/^https:\/\/getworklink\.com\/deferred\?deep_link=worklink%3A%2F%2F/);
  expect(told(phone)).toEqual(pump);

  await card.getByRole('switch').click();
  await expect(card.locator('.code.dim')).toBeVisible();
  expect(decode(await card.locator('.code').screenshot())).toBe(phone);
  await card.getByRole('switch').click();

  await card.getByRole('button', { name: 'Full screen' }).click();
  const full = panel(page).locator('dialog.full');
  await expect(full).toBeVisible();
  expect(decode(await full.locator('.code').screenshot())).toBe(phone);
  const wide = await full.getByRole('img').boundingBox();
  // 12 cm of CSS px.
  expect(wide?.width).toBeGreaterThanOrEqual((12 * 96) / 2.54);
  await page.keyboard.press('Escape');
  await expect(full).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(card).toBeHidden();
  await expect(bar(page).getByRole('button', { name: 'QR: Call Dana Reyes' })).toBeFocused();
});

test('a module is a whole number of device pixels, whatever the zoom', async ({ world, desk }) => {
  const page = await world.context.newPage();
  const session = await world.context.newCDPSession(page);
  for (const ratio of [1.25, 2]) {
    await session.send('Emulation.setDeviceMetricsOverride', {
      width: 1000,
      height: 900,
      deviceScaleFactor: ratio,
      mobile: false,
    });
    await page.goto(`${desk.origin}/case/INC0010001`);
    await bar(page).getByRole('button', { name: 'QR: Call Dana Reyes' }).click();
    const code = panel(page).getByRole('dialog').getByRole('img');
    const modules = Number((await code.getAttribute('viewBox'))?.split(' ')[2]);
    const width = (await code.evaluate((svg) => svg.getBoundingClientRect().width)) * ratio;
    expect(Math.abs(width / modules - Math.round(width / modules))).toBeLessThan(0.001);
  }
});

test('copy puts this case’s link on the clipboard', async ({ page, desk, world }) => {
  await world.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: desk.origin });
  await page.goto(`${desk.origin}/case/INC0010001`);
  await bar(page).getByRole('button', { name: 'QR: Call Dana Reyes' }).click();
  const card = panel(page).getByRole('dialog');
  await card.getByRole('button', { name: 'Copy link' }).click();
  await expect(card).toContainText('Copied');
  expect(told(await page.evaluate(() => navigator.clipboard.readText()))).toEqual(pump);
});

test('another queue offers another contact, and a table finds its row', async ({ page, desk }) => {
  await page.goto(`${desk.origin}/case/INC0010002`);
  await expect(call(page)).toHaveText('Call Valve desk');
  await page.goto(`${desk.origin}/case/INC0010006`);
  await expect(call(page)).toHaveText('Call Liu Wei');
  await page.goto(`${desk.origin}/case/INC0010004`);
  await expect(bar(page)).toContainText('No rule covers this case');
  await expect(panel(page).locator('a')).toHaveCount(0);
});

test('a page that is open offers what a changed row says', async ({ page, desk, world, settings }) => {
  await page.goto(`${desk.origin}/case/INC0010006`);
  await expect(call(page)).toHaveText('Call Liu Wei');
  const rows = settings.rows.map((row) => ({ ...row, offer: ['on-call'] }));
  await world.importSettings({ ...settings, rows });
  await expect(call(page)).toHaveText('Call On-call engineer');
  await world.importSettings(settings);
  await expect(call(page)).toHaveText('Call Liu Wei');
});

test('follows in-page navigation between open cases and keeps their hidden fields apart', async ({ page, desk }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  await expect(call(page)).toHaveText('Call Dana Reyes');
  await page
    .getByRole('link', { name: 'All records' })
    .or(page.getByRole('tab', { name: 'All records' }))
    .first()
    .click();
  await expect(panel(page)).toHaveCount(0);
  await page.getByRole('link', { name: 'INC0010002' }).first().click();
  await expect(call(page)).toHaveText('Call Valve desk');
  expect(readLink((await call(page).getAttribute('href')) ?? '')?.number).toBe('INC0010002');
  await expect(page.locator('article.record')).toHaveCount(2);
  await page.goBack();
  await page.goBack();
  await expect(call(page)).toHaveText('Call Dana Reyes');
  await expect(panel(page)).toHaveCount(1);
});

for (const what of ['replace-header', 'wipe-header', 'drop-host'])
  test(`comes back after ${what}, once`, async ({ page, desk, world }) => {
    await page.goto(`${desk.origin}/case/INC0010001`);
    await expect(call(page)).toBeVisible();
    for (let n = 0; n < 3; n++) await unkind(page, what);
    await expect(panel(page)).toHaveCount(1);
    await expect(panel(page)).toHaveAttribute('data-place', 'inside');
    await call(page).click();
    expect(told(await world.nextLaunch())).toEqual(pump);
  });

test('comes back in the frame in which it was taken away', async ({ page, desk }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  await expect(call(page)).toBeVisible();
  const counts = await page.evaluate(
    () =>
      new Promise<number[]>((resolve) => {
        const seen: number[] = [];
        window.dispatchEvent(new CustomEvent('unkind', { detail: 'replace-header' }));
        const look = () => {
          seen.push(document.querySelectorAll('deskcall-panel').length);
          if (seen.length < 3) requestAnimationFrame(look);
          else resolve(seen);
        };
        requestAnimationFrame(look);
      }),
  );
  expect(counts).toEqual([1, 1, 1]);
});

test('stays usable under 200 mutations a second', async ({ page, desk, world }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  await expect(call(page)).toBeVisible();
  await unkind(page, 'busy');
  await unkind(page, 'replace-header');
  await expect(panel(page)).toHaveCount(1);
  await call(page).click();
  expect(told(await world.nextLaunch())).toEqual(pump);
  await unkind(page, 'calm');
});

for (const how of ['swap-url-first', 'swap-in-place'])
  test(`a click while the page moves on (${how}) calls nobody`, async ({ page, desk, world }) => {
    await page.goto(`${desk.origin}/case/INC0010001`);
    await expect(call(page)).toBeVisible();
    const before = world.launches().length;
    await page.evaluate((kind) => {
      window.addEventListener('pointerdown', () => window.dispatchEvent(new CustomEvent('unkind', { detail: kind })), {
        capture: true,
        once: true,
      });
    }, how);
    await call(page).click({ noWaitAfter: true });
    await expect(bar(page)).toContainText('Not called. The page changed from INC0010001 to');
    expect(world.launches().length).toBe(before);
    // What is there now belongs to the case that is there now.
    const next = new URL(page.url()).pathname.split('/').at(-1);
    await expect(bar(page)).toHaveAttribute('aria-label', `Deskcall for ${next}`);
  });

test('an open code goes when its case goes, and says so', async ({ page, desk }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  await bar(page).getByRole('button', { name: 'QR: Call Dana Reyes' }).click();
  await expect(panel(page).getByRole('dialog').getByRole('img')).toBeVisible();
  await unkind(page, 'swap-url-first');
  const card = panel(page).getByRole('dialog');
  await expect(card).toContainText('Code removed. The page changed from INC0010001 to');
  await expect(card.getByRole('img')).toHaveCount(0);
  await card.getByRole('button', { name: /^Show code for/ }).click();
  await expect(card.getByRole('img')).toBeVisible();
  const next = new URL(page.url()).pathname.split('/').at(-1);
  expect(told(decode(await card.locator('.code').screenshot())).number).toBe(next);
});

test('address and page that go on disagreeing hold all calls back', async ({ page, desk }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  await expect(call(page)).toBeVisible();
  await page.evaluate(() => {
    const number = document.querySelector('article.record:not([hidden]) .record-number');
    if (number) number.textContent = 'INC0010017';
  });
  await expect(bar(page)).toContainText('Address and page disagree');
  await expect(panel(page).locator('a')).toHaveCount(0);
  await bar(page).getByRole('button', { name: 'Show all' }).click();
  await expect(panel(page).locator('.panel')).toContainText('The address says INC0010001, the page shows INC0010017.');
  // Both are named, and the person says which it is.
  await panel(page).getByRole('button', { name: 'It is INC0010001' }).click();
  // Its fields are not known, so all that any rule offers is offered.
  await expect(panel(page).locator('.panel')).toContainText('Valve desk');
  expect(told(await call(page).getAttribute('href'))).toEqual(pump);
  await page.reload();
  await expect(call(page)).toBeVisible();
});

test('the person can say that the page is right', async ({ page, desk, world }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  await expect(call(page)).toBeVisible();
  await page.evaluate(() => {
    const number = document.querySelector('article.record:not([hidden]) .record-number');
    if (number) number.textContent = 'INC0010017';
  });
  await expect(bar(page)).toContainText('Address and page disagree');
  await bar(page).getByRole('button', { name: 'Show all' }).click();
  await panel(page).getByRole('button', { name: 'It is INC0010017' }).click();
  await call(page).click();
  expect(told(await world.nextLaunch())).toMatchObject({ number: 'INC0010017', id: 'INC0010017' });
  await bar(page).getByRole('button', { name: 'Nothing opened?' }).click();
  await panel(page).getByRole('button', { name: 'Show QR code' }).click();
  await expect(panel(page).getByRole('dialog').getByRole('img')).toBeVisible();
  expect(told(decode(await panel(page).locator('.code').screenshot())).id).toBe('INC0010017');
});

test('a page’s own script can click nothing', async ({ page, desk, world }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  await expect(call(page)).toBeVisible();
  const before = world.launches().length;
  const stopped = await page.evaluate(() => {
    const anchor = document.querySelector('deskcall-panel')?.shadowRoot?.querySelector('a');
    const click = new MouseEvent('click', { bubbles: true, cancelable: true, composed: true });
    anchor?.dispatchEvent(click);
    return click.defaultPrevented;
  });
  expect(stopped).toBe(true);
  await expect(bar(page)).not.toContainText('Opening WorkLink');
  expect(world.launches().length).toBe(before);
});

test('keys pressed in the panel do not reach the desk’s shortcuts', async ({ page, desk }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  await bar(page).getByRole('button', { name: 'Show all' }).focus();
  await page.keyboard.press('l');
  await page.keyboard.press('Enter');
  await expect(panel(page).locator('.panel')).toBeVisible();
  expect(new URL(page.url()).pathname).toBe('/case/INC0010001');
  await page.keyboard.press('Escape');
  await expect(panel(page).locator('.panel')).toBeHidden();
});

test('moves nothing of the page’s', async ({ page, desk }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  await expect(call(page)).toBeVisible();
  const moved = await page.evaluate(() => {
    const boxes = () =>
      [...document.querySelectorAll('body *:not(deskcall-panel)')].map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return [x, y, width, height].join();
      });
    const host = document.querySelector('deskcall-panel');
    const withPanel = boxes();
    if (host instanceof HTMLElement) host.style.setProperty('display', 'none', 'important');
    const without = boxes();
    host?.removeAttribute('style');
    return withPanel.filter((box, n) => box !== without[n]).length;
  });
  expect(moved).toBe(0);
});

test('a strict content security policy has nothing to report', async ({ page, desk }) => {
  await page.addInitScript(() => {
    (window as { violations?: string[] }).violations = [];
    document.addEventListener('securitypolicyviolation', (event) =>
      (window as { violations?: string[] }).violations?.push(`${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  const answer = await page.goto(`${desk.origin}/case/INC0010001`);
  expect(answer?.headers()['content-security-policy']).toContain("default-src 'none'");
  await bar(page).getByRole('button', { name: 'QR: Call Dana Reyes' }).click();
  await expect(panel(page).getByRole('dialog').getByRole('img')).toBeVisible();
  expect(await page.evaluate(() => (window as { violations?: string[] }).violations)).toEqual([]);
  expect(errors).toEqual([]);
});

test('a hostile title is text', async ({ page, desk }) => {
  await page.goto(`${desk.origin}/`);
  const link = page.locator('tr', { hasText: 'onerror' }).getByRole('link').first();
  const number = await link.textContent();
  await link.click();
  await expect(bar(page)).toHaveAttribute('aria-label', `Deskcall for ${number}`);
  const href = await call(page).getAttribute('href');
  expect(told(href).number).toBe(number);
  expect(href).not.toContain('evil');
  await bar(page).getByRole('button', { name: 'Show all' }).click();
  await expect(panel(page).locator('.panel .p-head')).toContainText('<img src=x onerror=');
  expect(await panel(page).locator('img').count()).toBe(0);
});

test('marked pages: one mark is a case, two are none', async ({ page, marked }) => {
  await page.goto(`${marked.origin}/marked`);
  const link = readLink((await call(page).getAttribute('href')) ?? '');
  expect(link).toMatchObject({ number: 'T-77', kind: 'task', id: '77', desk: 'marked' });
  await page.evaluate(() =>
    document.querySelector('[data-worklink-case]')?.setAttribute('data-worklink-number', 'T-78'),
  );
  await expect(bar(page)).toHaveAttribute('aria-label', 'Deskcall for T-78');
  await page.goto(`${marked.origin}/marked-two`);
  await expect(panel(page)).toHaveCount(0);
  // The panel is there and waits: with one of the two marks gone it comes.
  await page.evaluate(() => document.querySelector('[data-worklink-case]')?.removeAttribute('data-worklink-case'));
  await page.evaluate(() => document.body.append(document.createElement('p')));
  await expect(bar(page)).toBeVisible();
});

test('nothing is injected where nothing is granted', async ({ page, desk, world }) => {
  // A script that is injected brings a world of its own, which the browser announces.
  const session = await world.context.newCDPSession(page);
  const worlds: string[] = [];
  session.on('Runtime.executionContextCreated', ({ context }) => worlds.push(context.origin));
  await session.send('Runtime.enable');
  const ours = `chrome-extension://${world.extensionId}`;
  await page.goto(`${desk.origin.replace('127.0.0.1', 'localhost')}/case/INC0010001`);
  await expect(page.locator('.record-title:visible').first()).toBeVisible();
  await page.waitForFunction(() => document.readyState === 'complete');
  await expect(panel(page)).toHaveCount(0);
  expect(worlds).not.toContain(ours);
  // The same way of looking sees it where it is granted.
  await page.goto(`${desk.origin}/case/INC0010001`);
  await expect(call(page)).toBeVisible();
  expect(worlds).toContain(ours);
});

test('is gone without a trace when the desk is turned off, and back when it is on', async ({
  page,
  desk,
  world,
  settings,
}) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  await expect(call(page)).toBeVisible();
  const off = settings.desks.map((one) => (one.key === 'demo' ? { ...one, on: false } : one));
  await world.importSettings({ ...settings, desks: off });
  await expect(panel(page)).toHaveCount(0);
  expect(await page.evaluate(() => document.documentElement.outerHTML.toLowerCase().includes('deskcall'))).toBe(false);
  await world.importSettings(settings);
  await expect(call(page)).toBeVisible();
});

test('with no place by the title it docks, moves by keys, and stays where it was put', async ({ page, desk }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  await expect(call(page)).toBeVisible();
  // Narrow: the title fills its line.
  await page.setViewportSize({ width: 420, height: 700 });
  const tab = panel(page).locator('.tab');
  await expect(tab).toBeVisible();
  await tab.focus();
  const top = async () => (await tab.boundingBox())?.y ?? 0;
  const before = await top();
  await page.keyboard.press('ArrowDown');
  await expect.poll(top).toBeGreaterThan(before);
  const after = await top();
  await page.reload();
  await expect(tab).toBeVisible();
  expect(Math.abs((await top()) - after)).toBeLessThanOrEqual(2);
  await tab.click();
  await expect(bar(page)).toContainText('INC0010001');
  await page.setViewportSize({ width: 1280, height: 800 });
  await expect(panel(page)).toHaveAttribute('data-place', 'inside');
});
