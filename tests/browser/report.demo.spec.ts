/** The analyst's way: sign in, filter, read tables, take the CSV, print; in light, dark, narrow, and without colour. */
import { readFileSync } from 'node:fs';
import { chromium, expect, test as base, type BrowserContext, type Page } from '@playwright/test';
import Papa from 'papaparse';
import { serveYear, type YearServer } from '../../sandbox/year.ts';
import { findBrowser } from '../../scripts/bootstrap.mjs';
import { broken } from './looks.ts';

const test = base.extend<{ analyst: Page }, { year: YearServer; chrome: () => Promise<BrowserContext> }>({
  year: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright wants a fixture's needs destructured
    async ({}, use) => {
      const year = await serveYear({ cases: 6000, sessions: 1200, jobs: 400 });
      await use(year);
      await year.close();
    },
    { scope: 'worker' },
  ],
  chrome: [
    // oxlint-disable-next-line no-empty-pattern -- as above
    async ({}, use) => {
      const { executablePath } = await findBrowser();
      const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
      await use(() => browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' }));
      await browser.close();
    },
    { scope: 'worker' },
  ],
  analyst: async ({ chrome, year }, use) => {
    // Each test is another person: with a cookie of its own.
    const context = await chrome();
    const page = await context.newPage();
    await page.goto(`${year.url}/report`);
    await page.getByLabel('Token').fill(year.token);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Like with like' })).toBeVisible();
    await use(page);
    await context.close();
  },
});

/** What is wider than the window although nothing there scrolls. */
const wider = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test('filters make an address that shows the same to somebody else', async ({ analyst, chrome, year }) => {
  await analyst.getByRole('combobox', { name: 'Desk' }).selectOption('rt');
  await analyst.getByLabel('Compare from').selectOption('4 h after opening');
  await analyst.getByRole('checkbox', { name: 'Desk' }).uncheck();
  await analyst.getByRole('button', { name: 'Show', exact: true }).click();
  await expect(analyst).toHaveURL(`${year.url}/report?desk=rt&within=priority&start=4`);
  await expect(
    analyst.getByRole('heading', { name: 'Cases still open, by time since 4 h after opening' }),
  ).toBeVisible();
  const facts = await analyst.locator('#facts').textContent();

  const context = await chrome();
  const other = await context.newPage();
  await other.goto(analyst.url());
  await other.getByLabel('Token').fill(year.token);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await expect(other).toHaveURL(analyst.url());
  const cases = (text: string | null): string | undefined => text?.split('Read')[0];
  expect(cases(await other.locator('#facts').textContent())).toBe(cases(facts));
  await other.getByRole('button', { name: 'Sign out' }).click();
  await expect(other.getByLabel('Token')).toBeVisible();
  await context.close();
});

test('a wrong token is told so, and stands nowhere', async ({ chrome, year }) => {
  const context = await chrome();
  const page = await context.newPage();
  await page.goto(`${year.url}/report`);
  await page.getByLabel('Token').fill('wrong-token');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('does not open the report');
  expect(page.url()).not.toContain('wrong-token');
  expect(await page.content()).not.toContain('wrong-token');
  expect(await broken(page)).toEqual([]);
  await context.close();
});

test('each chart has its table, opened by the keyboard, and the CSV has the same cases', async ({ analyst }) => {
  await expect(analyst.locator('svg[role=img]')).toHaveCount(6);
  await expect(analyst.locator('section:has(svg[role=img]):has(table)')).toHaveCount(6);
  const section = analyst.locator('#curve');
  await section.locator('summary').focus();
  await analyst.keyboard.press('Enter');
  const rows = section.getByRole('row');
  await expect(rows.first()).toBeVisible();
  const first = await rows.nth(1).getByRole('cell').allTextContents();

  const download = analyst.waitForEvent('download');
  await analyst.getByRole('link', { name: 'Cases as CSV' }).click();
  const text = readFileSync(await (await download).path(), 'utf8');
  const { data } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
  const called = data.filter(({ calls }) => calls !== '0').length;
  // At opening all are open: with a call, its share, without, its share.
  expect([first[0], first[2]]).toEqual([called, data.length - called].map((n) => n.toLocaleString('en-US')));
});

test('on paper: the tables without a click, no button, black on white', async ({ analyst }) => {
  await analyst.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await expect(analyst.locator('#curve').getByRole('row').nth(1)).toBeVisible();
  await expect(analyst.getByRole('link', { name: 'Cases as CSV' })).toBeHidden();
  expect(await analyst.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
  const ink = await analyst.locator('h1').evaluate((element) => getComputedStyle(element).color);
  expect(ink).toBe('rgb(26, 29, 33)');
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`axe finds nothing, and nothing is cut: ${colorScheme}`, async ({ analyst }) => {
    await analyst.emulateMedia({ colorScheme });
    for (const summary of await analyst.locator('summary').all()) await summary.click();
    expect(await broken(analyst)).toEqual([]);
    // 200 % of 1280, and a phone.
    for (const width of [640, 320]) {
      await analyst.setViewportSize({ width, height: 800 });
      expect(await wider(analyst)).toBeLessThanOrEqual(0);
    }
    expect(await broken(analyst)).toEqual([]);
  });

test('without colour the two sides differ in dash and shape, and have their names', async ({ analyst }) => {
  const dash = (name: string) =>
    analyst
      .locator(`#curve .${name} path`)
      .last()
      .evaluate((path) => getComputedStyle(path).strokeDasharray);
  expect(await dash('chart .l1')).toBe('none');
  expect(await dash('chart .l2')).not.toBe('none');
  await expect(analyst.locator('#curve .chart .n1')).toHaveText('With a call');
  await expect(analyst.locator('#curve .chart .n2')).toHaveText('Without a call');
  const medians = analyst.locator('#groups .chart');
  expect(await medians.locator('.d1 circle').count()).toBeGreaterThan(0);
  expect(await medians.locator('.d2 path').count()).toBe(await medians.locator('.d1 circle').count());
});
