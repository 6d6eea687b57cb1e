/** The popup's page on Firefox: for an allowed tab, and for a number that somebody types. */
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readLink } from '../../lib/worklink.ts';
import { demoSettings } from '../../sandbox/desk/desk.ts';
import { serveDesk } from '../../sandbox/desk/server.ts';
import { decode } from '../browser/code.ts';
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

const heading = async (page: Page) => (await find(page, '.case h2')).evaluate((element) => element.textContent);
const dana = '::-p-xpath(//*[contains(@class, "row")][contains(., "Dana Reyes")]//a)';

test('takes a typed number, and claims no id that it does not know', async () => {
  const popup = await world.open('popup.html');
  await (await find(popup, 'form input')).type('INC0777777');
  await (await button(popup, 'Continue')).click();
  expect(await heading(popup)).toBe('INC0777777');
  await (await find(popup, dana)).click();
  const told = readLink(await world.nextLaunch());
  expect(told).toMatchObject({ number: 'INC0777777', desk: 'demo' });
  expect(told?.data.case_id).toBeUndefined();
});

test('shows an allowed tab’s case, launches and draws its code', async () => {
  const address = `${desk.origin}/case/INC0010001`;
  const page = await world.open(address);
  await find(page, 'deskcall-panel >>> .bar');
  const popup = await world.open(`popup.html?tab=${await world.tabOf(address)}`);
  expect(await heading(popup)).toBe('INC0010001');
  await (await find(popup, dana)).click();
  const wanted = { number: 'INC0010001', desk: 'demo', kind: 'case', id: 'INC0010001' };
  expect(readLink(await world.nextLaunch())).toMatchObject(wanted);
  await (await find(popup, 'button[aria-label^="QR"]')).click();
  const code = await find(popup, '[role=dialog] .code svg');
  expect(readLink(decode(Buffer.from(await code.screenshot())) ?? '')).toMatchObject(wanted);
});

test('no script has failed', () => expect(world.errors()).toEqual([]));
