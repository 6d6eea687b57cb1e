/** A new admin's whole way on Firefox, through the options page alone and with 1,000 rows; and a desk that it blocks. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElementHandle, Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { readLink } from '../../lib/worklink.ts';
import { serveDesk } from '../../sandbox/desk/server.ts';
import { button, find, openWorld, type World } from './world.ts';

const size = 1000;
const patience = { timeout: 10_000 };

let desk: Awaited<ReturnType<typeof serveDesk>>;
/** The same server by another name, on Firefox's own list of sites that extensions are kept out of. */
let quarantined: string;
let folder: string;
let world: World;

beforeAll(async () => {
  desk = await serveDesk();
  quarantined = desk.origin.replace('127.0.0.1', 'desk.localhost');
  folder = mkdtempSync(join(tmpdir(), 'deskcall-admin-'));
  world = await openWorld({
    prefs: {
      'browser.download.folderList': 2,
      'browser.download.dir': folder,
      'extensions.quarantinedDomains.enabled': true,
      'extensions.quarantinedDomains.list': 'desk.localhost',
    },
  });
});
afterEach(() => world.closePages());
afterAll(async () => {
  await world?.close();
  await desk?.close();
  rmSync(folder, { recursive: true, force: true });
});

const field = (page: Page, label: string): Promise<ElementHandle> =>
  find(page, `::-p-xpath(//*[@id=//label[normalize-space()="${label}"]/@for])`);
const press = async (page: Page, words: string): Promise<void> => (await button(page, words)).click();
const follow = async (page: Page, words: string): Promise<void> =>
  (await find(page, `::-p-xpath(//main//a[normalize-space()="${words}"])`)).click();
const go = async (page: Page, view: string): Promise<void> =>
  (await find(page, `::-p-xpath(//nav//a[starts-with(normalize-space(), "${view}")])`)).click();
const said = (page: Page, words: string) =>
  find(page, `::-p-xpath(//*[@role="status"][contains(normalize-space(), "${words}")])`);
const stateOf = (page: Page, name: string, words: string) =>
  find(page, `::-p-xpath(//tr[contains(., "${name}")]//td[3][contains(normalize-space(), "${words}")])`);
const choose = async (page: Page, value: string, label: string): Promise<void> => {
  await (await field(page, label)).select(value);
};

/** Hands a file to an input, which may be hidden behind a button. */
async function upload(page: Page, selector: string, name: string, text: string): Promise<void> {
  const path = join(folder, name);
  writeFileSync(path, text);
  const input = (await page.waitForSelector(selector, patience)) as ElementHandle<HTMLInputElement>;
  await input.uploadFile(path);
}

/** The settings file that a press of the button downloads. */
async function exported(page: Page): Promise<{ text: string; settings: Record<string, unknown> }> {
  const before = new Set(readdirSync(folder));
  await press(page, 'Export settings');
  const text = await vi.waitFor(() => {
    const [name] = readdirSync(folder).filter((each) => !before.has(each) && each.endsWith('.json'));
    const content = name === undefined ? '' : readFileSync(join(folder, name), 'utf8');
    // Once it is whole.
    expect(content.trimEnd()).toMatch(/\}$/);
    return content;
  }, patience);
  return { text, settings: JSON.parse(text) as Record<string, unknown> };
}

async function calls(name: string): Promise<Page> {
  const page = await world.open(`${desk.origin}/marked`);
  const call = await find(page, 'deskcall-panel >>> .bar a.main');
  expect(await call.evaluate((element) => element.textContent)).toBe(`Call ${name}`);
  return page;
}

test('first steps, desk, grant, import, rule, panel, export, removal, import, the same', {
  timeout: 120_000,
}, async () => {
  const page = await world.open('options.html');
  expect(await (await find(page, 'h1')).evaluate((element) => element.textContent)).toBe('First steps');
  await follow(page, 'Add desk');
  await choose(page, 'marked', 'Product');
  await (await field(page, 'Address')).type(`${desk.origin}/marked`);
  await press(page, 'Add desk');
  await said(page, 'Marked page added');
  await press(page, 'Allow Marked page');
  await stateOf(page, 'Marked page', 'Allowed');

  await go(page, 'First steps');
  await follow(page, 'Add contact');
  const people = ['Dana Reyes', 'Liu Wei'].map((name, n) => `${name},worklink://resource?action=fetch_user&user=${n}`);
  await upload(page, 'input[aria-label="Import contacts"]', 'people.csv', ['name,link', ...people, ''].join('\n'));
  await press(page, 'Import 2 changes');
  await said(page, 'Imported 2 changes');

  await go(page, 'Lookup tables');
  await press(page, 'Add table');
  await (await field(page, 'Name')).type('Assets');
  await (await find(page, 'form button[type=submit]')).click();
  await said(page, 'Assets added');
  const rows = Array.from({ length: size }, (_, n) => ({
    key: `ASSET-${n}`,
    offer: [n === 204 ? 'Dana Reyes' : 'Liu Wei'],
  }));
  await upload(page, 'input[aria-label="Import rows"]', 'assets.json', JSON.stringify(rows));
  await press(page, 'Import 1,000 changes');
  await said(page, 'Imported 1,000 changes');

  await go(page, 'Rules');
  await press(page, 'Add rule');
  await press(page, 'Remove condition 1');
  await press(page, 'From a lookup table');
  await (await find(page, 'form button[type=submit]')).click();
  await said(page, 'Rule 1 added');

  await go(page, 'Simulator');
  await (await field(page, 'Asset')).type('asset-204');
  await find(page, '::-p-xpath(//section[@aria-label="Rules"][contains(., "has the row asset-204")])');
  await find(page, '::-p-xpath(//section[@aria-label="Offered"][contains(., "Dana Reyes")])');

  const there = await calls('Dana Reyes');
  await (await find(there, 'deskcall-panel >>> .bar a.main')).click();
  expect(readLink(await world.nextLaunch())).toMatchObject({ number: 'T-77', desk: 'marked' });
  await page.bringToFront();
  await go(page, 'First steps');
  await said(page, 'It works: T-77 is open');
  await there.close();

  await go(page, 'Backup');
  const before = await exported(page);
  expect(before.settings.rows).toHaveLength(size);
  await press(page, 'Remove all settings');
  await said(page, 'All settings removed');
  await find(page, '::-p-xpath(//nav//a[contains(., "4 left")])');
  expect(await world.scriptedHosts()).toEqual([]);

  await page.bringToFront();
  await upload(page, 'input.file', 'back.json', before.text);
  await press(page, 'Import 1,005 changes');
  await said(page, 'Imported 1,005 changes');
  await go(page, 'First steps');
  await press(page, 'Allow');
  await said(page, '1 address allowed');
  await (await calls('Dana Reyes')).close();
  await page.bringToFront();
  await go(page, 'Backup');
  expect((await exported(page)).settings).toEqual(before.settings);
  expect(world.errors()).toEqual([]);
});

test('a desk that Firefox keeps extensions out of is said to be blocked once it is open', async () => {
  const page = await world.open('options.html#desks/add');
  await choose(page, 'marked', 'Product');
  await (await field(page, 'Address')).type(quarantined);
  await (await field(page, 'Name (optional)')).type('Quarantined');
  await (await find(page, 'form button[type=submit]')).click();
  await press(page, 'Allow Quarantined');
  expect(await stateOf(page, 'Quarantined', 'Allowed')).toBeTruthy();
  const there = await world.open(`${quarantined}/marked`);
  await page.bringToFront();
  expect(await stateOf(page, 'Quarantined', 'Blocked')).toBeTruthy();
  await there.close();
  await stateOf(page, 'Quarantined', 'Allowed');
});

test('a file that does not hold is refused with its line and the reason, and changes nothing', async () => {
  const page = await world.open('options.html#tables');
  const stored = async () => (await exported(page)).settings;
  await go(page, 'Backup');
  const before = await stored();
  await go(page, 'Lookup tables');
  const bad: [string, string][] = [
    ['key,offer\nX1,"Dana', 'The file ends in the middle, on line 2.'],
    ['key,offer,__proto__\nX1,Dana Reyes,1\n', 'Line 1: no column is called __proto__ here.'],
  ];
  for (const [text, why] of bad) {
    await upload(page, 'input[aria-label="Import rows"]', 'bad.csv', text);
    await find(page, `::-p-xpath(//*[@role="alert"][contains(., "${why}")])`);
    await press(page, 'Back');
  }
  const lines = ['key,offer', 'ASSET-1,Nobody', '__proto__,Dana Reyes', 'ASSET-2,Liu Wei', 'asset-2,Liu Wei', ''];
  await upload(page, 'input[aria-label="Import rows"]', 'lines.csv', lines.join('\n'));
  await find(page, '::-p-xpath(//*[@role="grid"]//*[@role="row"][contains(., "2") and contains(., "Nobody")])');
  await find(page, '::-p-xpath(//*[@role="grid"]//*[@role="row"][contains(., "3") and contains(., "not allowed")])');
  await find(page, '::-p-xpath(//*[@role="grid"]//*[@role="row"][contains(., "5") and contains(., "line 4")])');
  await press(page, 'Cancel');
  await go(page, 'Contacts');
  const evil = 'name,link\nEvil,javascript:alert(1)\n<script>document.title=1</script>,worklink://x\n';
  await upload(page, 'input[aria-label="Import contacts"]', 'evil.csv', evil);
  await find(page, '::-p-xpath(//*[@role="row"][contains(., "Evil") and contains(., "A link starts with worklink")])');
  await press(page, 'Cancel');
  await go(page, 'Backup');
  expect(await stored()).toEqual(before);
});
