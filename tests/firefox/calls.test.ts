/** Simulator, licences, hours and external data on Firefox: each walked once, and what the desk's page makes of it. */
import type { ElementHandle, Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readLink } from '../../lib/worklink.ts';
import { demoSettings } from '../../sandbox/desk/desk.ts';
import { serveDesk } from '../../sandbox/desk/server.ts';
import { button, find, openWorld, type World } from './world.ts';

let desk: Awaited<ReturnType<typeof serveDesk>>;
let world: World;

beforeAll(async () => {
  desk = await serveDesk();
  world = await openWorld();
  await world.importSettings(demoSettings(desk.origin));
  await world.allow('Fieldbook');
});
afterEach(() => world.closePages());
afterAll(async () => {
  await world?.close();
  await desk?.close();
});

const path = (page: Page, xpath: string): Promise<ElementHandle> => find(page, `::-p-xpath(${xpath})`);
const field = (page: Page, label: string): Promise<ElementHandle> =>
  path(page, `//*[@id=//label[normalize-space()="${label}"]/@for]`);
const press = async (page: Page, words: string): Promise<void> => (await button(page, words)).click();
const said = (page: Page, words: string) => path(page, `//*[@role="status"][contains(normalize-space(), "${words}")]`);
const inside = (page: Page, region: string, words: string) =>
  path(page, `//section[@aria-label="${region}"][contains(normalize-space(), "${words}")]`);

/** Types in place of what stands there. */
async function fill(page: Page, label: string, text: string): Promise<void> {
  const input = await field(page, label);
  await input.click({ count: 3 });
  await input.type(text);
}
const first = async (page: Page): Promise<string | null> =>
  (await find(page, 'deskcall-panel >>> .bar a.main')).evaluate((link) => link.textContent);
const openCase = () => world.open(`${desk.origin}/case/INC0010001`);

test('the simulator takes the case of an open tab and makes the link that its page offers', async () => {
  const page = await openCase();
  const call = await find(page, 'deskcall-panel >>> .bar a.main');
  const shown = readLink(await call.evaluate((link) => link.getAttribute('href') ?? ''));
  const options = await world.open('options.html#simulator');
  await press(options, 'From an open tab');
  await press(options, 'Take this case');
  await inside(options, 'Rules', 'Rule 1 matches');
  const offered = await inside(options, 'Offered', 'Dana Reyes');
  const text = await offered.$eval('.link', (link) => link.textContent ?? '');
  expect({ ...readLink(text)?.data, launch_id: [] }).toEqual({ ...shown?.data, launch_id: [] });
  await fill(options, 'Queue', 'Compressors');
  await inside(options, 'Rules', 'is Compressors, not Pumps');
  await fill(options, 'Asset', 'asset-530');
  await inside(options, 'Rules', 'has the row asset-530');
  await inside(options, 'Offered', 'Liu Wei');
  expect(world.errors()).toEqual([]);
});

test('a licence warns beside the call, and a link that is none is refused', async () => {
  const page = await openCase();
  const options = await world.open('options.html#licences');
  await fill(options, 'Your own link', 'javascript:alert(1)');
  await press(options, 'Save your link');
  await path(options, '//*[@role="alert"][contains(., "A link starts with")]');
  await (await field(options, 'Your licence')).select('tech');
  await said(options, 'Your licence is now: Tech');
  await page.bringToFront();
  await (await find(page, 'deskcall-panel >>> button[aria-label^="Show all"]')).click();
  await find(page, 'deskcall-panel >>> ::-p-text(WorkLink’s help names no call from Tech to Tech.)');
  await options.bringToFront();
  await (await field(options, 'Your licence')).select('');
  await path(options, '//*[@role="status"][not(contains(., "Tech"))]//button[contains(., "Undo")]');
  expect(world.errors()).toEqual([]);
});

test('outside somebody’s hours the one who stands in is offered', async () => {
  const page = await openCase();
  expect(await first(page)).toBe('Call Dana Reyes');
  const options = await world.open('options.html#contacts');
  await (await path(options, '//*[@role="gridcell"][normalize-space()="Dana Reyes"]')).click();
  await press(options, 'Edit Dana Reyes');
  await press(options, 'At these hours');
  // Open on one day alone, which is three days away, so that it is closed now in every zone.
  const far = new Date(Date.now() + 3 * 86_400_000).toLocaleDateString('en', { weekday: 'long' });
  for (const day of ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']) {
    const workday = !day.startsWith('S');
    if (workday === (day === far)) continue;
    // oxlint-disable-next-line no-await-in-loop -- one click after the other
    await (await path(options, `//label[contains(@class, "day")][contains(., "${day}")]`)).click();
  }
  await (await field(options, 'Add somebody')).select('on-call');
  await press(options, 'Save');
  await said(options, 'Dana Reyes changed');
  await page.bringToFront();
  await find(page, 'deskcall-panel >>> ::-p-text(Call On-call engineer)');
  expect(await first(page)).toBe('Call On-call engineer');
  await (await find(page, 'deskcall-panel >>> .bar a.main')).click();
  expect(readLink(await world.nextLaunch())?.data.user).toEqual(['600']);
  expect(world.errors()).toEqual([]);
});

test('external data travels once it is turned on, and reserved names never do', async () => {
  const options = await world.open('options.html#external');
  await fill(options, 'Parameter', 'Token');
  await fill(options, 'Field of the case', 'Site');
  await (await path(options, '//form[@aria-label="Add parameter"]//button')).click();
  await path(options, '//*[@role="alert"][contains(., "means something to WorkLink or to Deskcall")]');
  await (await path(options, '//*[@role="switch"][@aria-label="Send equipment_id"]')).click();
  await inside(options, 'Preview', 'equipment_id=ASSET-204');
  const page = await openCase();
  await (await find(page, 'deskcall-panel >>> .bar a.main')).click();
  expect(readLink(await world.nextLaunch())?.data.equipment_id).toEqual(['ASSET-204']);
  expect(world.errors()).toEqual([]);
});
