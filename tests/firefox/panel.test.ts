/** The main job on Firefox: the panel on an allowed desk's pages, under a strict Content-Security-Policy. */
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { readLink } from '../../lib/worklink.ts';
import { demoDesk, demoSettings } from '../../sandbox/desk/desk.ts';
import { serveDesk } from '../../sandbox/desk/server.ts';
import { decode } from '../browser/code.ts';
import { button, find, openWorld, type World } from './world.ts';

const call = 'deskcall-panel >>> .bar a.main';
const pump = { number: 'INC0010001', desk: 'demo', kind: 'case', id: 'INC0010001' };

let desk: Awaited<ReturnType<typeof serveDesk>>;
/** The same server by another name: permissions are per host, so it is allowed and revoked on its own. */
let other: string;
let world: World;

beforeAll(async () => {
  desk = await serveDesk();
  other = desk.origin.replace('127.0.0.1', 'desk.localhost');
  world = await openWorld();
  const demo = demoSettings(desk.origin);
  const second = { key: 'other', product: 'custom', name: 'Other', origins: [other], custom: demoDesk };
  await world.importSettings({ ...demo, desks: [...demo.desks, second] });
  await world.allow('Fieldbook');
});
afterEach(() => world.closePages());
afterAll(async () => {
  await world?.close();
  await desk?.close();
});

const panels = (page: Page) => page.$$eval('deskcall-panel', (all) => all.length);
const gone = (page: Page) => vi.waitFor(async () => expect(await panels(page)).toBe(0), { timeout: 10_000 });
const textOf = async (page: Page, selector: string) =>
  (await find(page, selector)).evaluate((element) => element.textContent);
const unkind = (page: Page, detail: string) =>
  page.evaluate((kind) => window.dispatchEvent(new CustomEvent('unkind', { detail: kind })), detail);

test('one click starts the call, with the case in the link', async () => {
  const page = await world.open(`${desk.origin}/case/INC0010001`);
  const link = await find(page, call);
  expect(await link.evaluate((a) => a.textContent)).toBe('Call Dana Reyes');
  const shown = await link.evaluate((a) => a.getAttribute('href'));
  await link.click();
  const received = await world.nextLaunch();
  expect(received).toBe(shown);
  expect(readLink(received)).toMatchObject({ ...pump, data: { user: ['497'] } });
  await find(page, 'deskcall-panel >>> .bar [role=status]');
});

test('the keyboard alone starts the call', async () => {
  const page = await world.open(`${desk.origin}/case/INC0010001`);
  await (await find(page, call)).focus();
  await page.keyboard.press('Enter');
  expect(readLink(await world.nextLaunch())).toMatchObject(pump);
});

test.each(['replace-header', 'wipe-header', 'drop-host'])('comes back after %s, once', async (what) => {
  const page = await world.open(`${desk.origin}/case/INC0010001`);
  await find(page, call);
  const first = await page.$('deskcall-panel');
  for (let n = 0; n < 3; n++) {
    await unkind(page, what);
    // It is back within a frame, so a look in the same step would still find it gone.
    await page.waitForSelector('.record-title > deskcall-panel', { timeout: 2000 });
  }
  expect(await panels(page)).toBe(1);
  expect(await first?.evaluate((host) => host.isConnected)).toBe(true);
  await (await find(page, call)).click();
  expect(readLink(await world.nextLaunch())).toMatchObject(pump);
});

test('follows in-page navigation to another case', async () => {
  const page = await world.open(`${desk.origin}/case/INC0010001`);
  await find(page, call);
  await (await find(page, 'a[href="/"]')).click();
  await gone(page);
  await (await find(page, 'a[href="/case/INC0010002"]')).click();
  expect(await textOf(page, call)).toBe('Call Valve desk');
  expect(await panels(page)).toBe(1);
});

test('headset and phone codes decode to this case, and the page’s policy blocks nothing', async () => {
  const page = await world.open(`${desk.origin}/case/INC0010001`);
  await (await find(page, 'deskcall-panel >>> button[aria-label^="QR"]')).click();
  const shot = async () =>
    decode(Buffer.from(await (await find(page, 'deskcall-panel >>> [role=dialog] .code svg')).screenshot()));
  const headset = await shot();
  expect(headset).toMatch(/^worklink:\/\/resource\?/);
  expect(readLink(headset ?? '')).toMatchObject(pump);
  await (await find(page, 'deskcall-panel >>> [role=dialog] .seg button:last-child')).click();
  const phone = await shot();
  expect(phone).toMatch(/^https:\/\/getworklink\.com\/deferred\?/);
  expect(readLink(phone ?? '')).toMatchObject(pump);
  expect(await world.blocked(page)).toEqual([]);
});

test('*Allow* brings the panel to a tab that is open, and *Revoke* takes it away', async () => {
  const page = await world.open(`${other}/case/INC0010001`);
  expect(await panels(page)).toBe(0);
  await world.allow('Other');
  await page.bringToFront();
  expect(await textOf(page, call)).toBe('Call Dana Reyes');
  await page.reload();
  expect(await textOf(page, call)).toBe('Call Dana Reyes');

  const options = await world.open('options.html#desks');
  await (await button(options, 'Revoke Other')).click();
  await button(options, 'Allow Other');
  await page.bringToFront();
  await gone(page);
  expect(await world.scriptedHosts()).toEqual(['http://127.0.0.1/*']);
});

test('no script has failed', () => expect(world.errors()).toEqual([]));
