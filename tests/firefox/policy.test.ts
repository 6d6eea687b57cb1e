/** Firefox with an organisation's managed storage; the other tests have none, where asking for it is refused. */
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { policiesFor } from '../policies.ts';
import { demoSettings } from '../../sandbox/desk/desk.ts';
import { serveDesk } from '../../sandbox/desk/server.ts';
import { button, executable, find, openWorld, type World } from './world.ts';

/** What is called inside pages of the extension. */
declare const browser: { storage: { managed: { get(): Promise<object> } } };

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

test('policies.json is read when Firefox starts: a mandate is locked, a default can be changed, a change waits for the next start', async () => {
  const policies = policiesFor(executable());
  const { contacts, match: _, ...settings } = demoSettings(desk.origin);
  const write = (match: string, name: string) => {
    const defaults = { contacts: contacts.map((c) => (c.id === 'dana' ? { ...c, name } : c)) };
    policies.firefox(
      JSON.stringify({
        policies: {
          '3rdparty': { Extensions: { 'deskcall@deskcall.example': { settings: { ...settings, match }, defaults } } },
        },
      }),
    );
  };
  const rules = async (other: World, chosen: string) => {
    const page = await other.open('options.html#rules');
    await find(page, '::-p-xpath(//*[contains(., "set by your organisation")])');
    await find(page, `::-p-xpath(//main[contains(., "${chosen}")])`);
    expect(await page.$('::-p-xpath(//button[contains(., "Add rule")])')).toBeNull();
    return page;
  };
  const contact = (page: Page, name: string) =>
    find(page, `::-p-xpath(//*[@role="gridcell"][normalize-space()="${name}"])`);
  try {
    write('all', 'Dana by default');
    const before = await openWorld({ governed: policies.executablePath });
    try {
      const page = await rules(before, 'All rules that match');
      const people = await before.open('options.html#contacts');
      await contact(people, 'Dana by default');
      await button(people, 'Add contact');
      write('first', 'Dana by another default');
      // Firefox itself says what it has read at its start, however often it is asked.
      const told = await page.evaluate(async () => JSON.stringify(await browser.storage.managed.get()));
      expect(told).toContain('Dana by default');
      expect(told).not.toContain('another default');
      await rules(before, 'All rules that match');
      await contact(await before.open('options.html#contacts'), 'Dana by default');
    } finally {
      await before.close();
    }
    const after = await openWorld({ governed: policies.executablePath });
    try {
      await rules(after, 'The first rule that matches');
      await contact(await after.open('options.html#contacts'), 'Dana by another default');
    } finally {
      await after.close();
    }
  } finally {
    policies.remove();
  }
});
