/** Firefox with an organisation's managed storage; the other tests have none, where asking for it is refused. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoSettings } from '../../sandbox/desk/desk.ts';
import { serveDesk } from '../../sandbox/desk/server.ts';
import { button, find, openWorld, type World } from './world.ts';

let desk: Awaited<ReturnType<typeof serveDesk>>;
let world: World;

beforeAll(async () => {
  desk = await serveDesk();
  const { rows: _, ...settings } = demoSettings(desk.origin);
  world = await openWorld({ policy: { settings: JSON.stringify(settings) } });
});
afterAll(async () => {
  await world?.close();
  await desk?.close();
});

test('a policy’s desk needs nothing but *Allow*, and cannot be changed', async () => {
  const page = await world.open(`${desk.origin}/case/INC0010001`);
  const options = await world.open('options.html#desks');
  // The policy is read after start, and the page hears of it.
  await button(options, 'Allow Fieldbook');
  await find(options, '::-p-xpath(//*[contains(., "set by your organisation")])');
  expect(await options.$('button[aria-label="Remove Fieldbook"]')).toBeNull();
  await (await button(options, 'Allow Fieldbook')).click();
  await button(options, 'Revoke Fieldbook');
  await page.bringToFront();
  const call = await find(page, 'deskcall-panel >>> .bar a.main');
  expect(await call.evaluate((link) => link.textContent)).toBe('Call Dana Reyes');
  expect(world.errors()).toEqual([]);
});
