/** A lookup table on Firefox: typed into, copied from and pasted into with real keys, and scrolled without losing the focus. */
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { find, openWorld, type World } from './world.ts';

const size = 1000;
const patience = { timeout: 20_000 };
let world: World;

beforeAll(async () => {
  world = await openWorld();
  await world.importSettings({
    contacts: [
      { id: 'dana', name: 'Dana Reyes', link: 'worklink://resource?action=fetch_user&user=497' },
      { id: 'liu', name: 'Liu Wei', kind: 'user', value: '512' },
    ],
    tables: [{ id: 'assets', name: 'Assets' }],
    rows: Array.from({ length: size }, (_, n) => ({ table: 'assets', key: `ASSET-${n}`, offer: ['dana'] })),
  });
});
afterEach(() => world.closePages());
afterAll(() => world?.close());

const cell = (page: Page, text: string) => find(page, `::-p-xpath(//*[@role="gridcell"][normalize-space()="${text}"])`);
const said = (page: Page, words: string) =>
  find(page, `::-p-xpath(//*[@role="status"][contains(normalize-space(), "${words}")])`);
/** The text of the focused cell, or what is being typed into it. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { activeElement: here } = document;
    return here instanceof HTMLInputElement ? here.value : (here?.textContent ?? '');
  });
const expectFocus = (page: Page, text: string) =>
  vi.waitFor(async () => expect(await focused(page)).toBe(text), patience);
async function chord(page: Page, key: 'c' | 'v' | 'z' | 'End'): Promise<void> {
  await page.keyboard.down('Control');
  await page.keyboard.press(key);
  await page.keyboard.up('Control');
}

test('is typed into, refuses in place, and takes back', async () => {
  const page = await world.open('options.html#tables');
  await (await cell(page, 'ASSET-1')).click();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.type('Liu Wei; Nob');
  await page.keyboard.press('Enter');
  await find(page, '::-p-xpath(//*[@role="alert"][contains(., "No contact or catalog is called Nob.")])');
  await expectFocus(page, 'Liu Wei; Nob');
  for (let n = 0; n < 5; n++) await page.keyboard.press('Backspace');
  await page.keyboard.press('Enter');
  await said(page, 'ASSET-1 changed');
  await cell(page, 'Liu Wei');
  await chord(page, 'z');
  await said(page, 'Taken back');
  expect(world.errors()).toEqual([]);
});

test('its cells are copied, and pasted behind the last row', async () => {
  const page = await world.open('options.html#tables');
  await (await cell(page, 'ASSET-2')).click();
  await page.keyboard.press('F2');
  await page.keyboard.type('0000');
  await page.keyboard.press('Enter');
  await said(page, 'ASSET-20000 changed');
  await (await cell(page, 'ASSET-20000')).click();
  await chord(page, 'c');
  await chord(page, 'z');
  await said(page, 'Taken back');
  await chord(page, 'End');
  await page.keyboard.press('Home');
  await expectFocus(page, 'New row: type or paste a key');
  await chord(page, 'v');
  await said(page, 'ASSET-20000 added');
  await find(page, '::-p-xpath(//*[contains(normalize-space(), "1,001 rows")])');
  expect(world.errors()).toEqual([]);
});

test('keeps the focus and what is typed when it is scrolled', async () => {
  const page = await world.open('options.html#tables');
  await (await cell(page, 'ASSET-3')).click();
  await page.keyboard.press('F2');
  await page.keyboard.type('x');
  await page.$eval('[role=grid]', (grid) => grid.scrollTo(0, 20_000));
  await cell(page, 'ASSET-630');
  await expectFocus(page, 'ASSET-3x');
  await page.keyboard.press('Escape');
  await expectFocus(page, 'ASSET-3');
  expect(world.errors()).toEqual([]);
});
