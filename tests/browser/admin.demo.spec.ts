/**
 * A new admin's whole way, through the options page alone and with 50,000 rows; how desks say that they stand; and what
 * becomes of settings files that do not hold.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { readLink } from '../../lib/worklink.ts';
import { demoDesk, demoSettings } from '../../sandbox/desk/desk.ts';
import { openWorld, type World } from '../../sandbox/launch.ts';
import { findBrowser, root } from '../../scripts/bootstrap.mjs';
import { policiesFor } from '../policies.ts';
import { looksRight, optionsAt } from './looks.ts';
import { expect, test as base } from './world.ts';

/** The part of chrome that is called inside the browser under test. */
declare const chrome: {
  developerPrivate: { addHostPermission(id: string, pattern: string): Promise<void> };
  permissions: { getAll(): Promise<{ origins?: string[] }> };
  storage: { local: { get(key: null): Promise<Record<string, unknown>> } };
};

const size = 50_000;
const build = join(root, '.output', 'chrome-mv3-test');

/** The build as it is now: what is looked at long after the start is read from its folder then. */
function copied(folder: string): string {
  cpSync(build, join(folder, 'build'), { recursive: true });
  return join(folder, 'build');
}

/** A browser of its own for each test, as it is right after Deskcall was installed; and a folder for files. */
const test = base.extend<{ own: World; folder: string }>({
  own: async ({ desk, folder }, use) => {
    const browser = await findBrowser();
    const own = await openWorld({ browser, extensionDir: copied(folder), origins: [desk.origin], headless: true });
    await use(own);
    await own.close();
  },
  // oxlint-disable-next-line no-empty-pattern -- Playwright wants a fixture's needs destructured
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'deskcall-admin-'));
    await use(folder);
    rmSync(folder, { recursive: true });
  },
});

/** Fifty thousand rows take their time on a busy machine. */
const patient = expect.configure({ timeout: 60_000 });

const said = (page: Page, words: string | RegExp) =>
  patient(page.getByRole('status').filter({ hasText: words }).first()).toBeVisible();
const go = (page: Page, view: string) =>
  page.getByRole('navigation', { name: 'Options' }).getByRole('link', { name: view }).click();
const rowOf = (page: Page, name: string): Locator => page.getByRole('row').filter({ hasText: name });

/** The browser's own settings let the host in, so that the click on Allow brings no prompt, which no test can answer. */
async function letIn(world: World, origin: string): Promise<void> {
  const page = await world.context.newPage();
  await page.goto('chrome://extensions');
  await page.evaluate(([id, host]) => chrome.developerPrivate.addHostPermission(id, `${host}/*`), [
    world.extensionId,
    `http://${new URL(origin).hostname}`,
  ] as const);
  await page.close();
}

async function offers(world: World, address: string, name: string): Promise<void> {
  const page = await world.context.newPage();
  await page.goto(address);
  await expect(page.locator('deskcall-panel .bar a.main')).toHaveText(`Call ${name}`);
  await page.close();
}

async function exported(page: Page): Promise<{ path: string; settings: Record<string, unknown> }> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export settings' }).click();
  const path = await (await download).path();
  return { path, settings: JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown> };
}

test('a new admin: first steps, desk, grant, import, rule, panel, export, removal, import, the same', async ({
  own,
  desk,
  folder,
}) => {
  // 50,000 rows are read, shown and written four times.
  test.setTimeout(240_000);
  const address = `${desk.origin}/case/INC0010001`;
  await letIn(own, desk.origin);
  const page = await optionsAt(own);

  // A fresh install begins with what is needed.
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('First steps');
  await expect(page.getByRole('link', { name: 'First steps 4 left' })).toHaveAttribute('href', '#start');
  await page.getByRole('link', { name: 'Add desk' }).click();
  await page.getByLabel('Product').selectOption('Custom desk');
  await page.getByLabel('Name (optional)').fill('Fieldbook');
  await page.getByLabel('Address').fill(address);
  await page.getByLabel('Description (JSON)').fill(JSON.stringify(demoDesk));
  await page.getByRole('button', { name: 'Add desk' }).click();
  await said(page, 'Fieldbook added');
  await expect(rowOf(page, 'Fieldbook')).toContainText('Not allowed yet');
  await page.getByRole('button', { name: 'Allow Fieldbook' }).click();
  await said(page, 'Fieldbook allowed');
  await expect(rowOf(page, 'Fieldbook')).toContainText('Allowed');

  // People from a file, in any order of columns.
  await go(page, 'First steps');
  await page.getByRole('link', { name: 'Add contact' }).click();
  const people = join(folder, 'people.csv');
  writeFileSync(
    people,
    'link;name\nworklink://resource?action=fetch_user&user=497;Dana Reyes\n' +
      'worklink://resource?action=fetch_user&user=512;Liu Wei\n',
  );
  await page.getByLabel('Import contacts').last().setInputFiles(people);
  await page.getByRole('button', { name: 'Import 2 changes' }).click();
  await said(page, 'Imported 2 changes');

  await go(page, 'Lookup tables');
  await page.getByRole('button', { name: 'Add table' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Assets');
  await page.getByRole('button', { name: 'Add table' }).click();
  await said(page, 'Assets added');
  const rows = join(folder, 'assets.csv');
  const lines = Array.from({ length: size }, (_, n) => `ASSET-${n},${n === 204 ? 'Dana Reyes' : 'Liu Wei'}`);
  writeFileSync(rows, ['key,offer', ...lines, ''].join('\n'));
  await page.getByLabel('Import rows').last().setInputFiles(rows, { timeout: 60_000 });
  await patient(page.getByRole('button', { name: 'Import 50,000 changes' })).toBeVisible();
  await page.getByRole('button', { name: 'Import 50,000 changes' }).click();
  await said(page, 'Imported 50,000 changes');

  // What is missing is said where the first steps are.
  await expect(page.getByRole('link', { name: 'First steps 1 left' })).toBeVisible();
  await go(page, 'Rules');
  await page.getByRole('button', { name: 'Add rule' }).click();
  await page.getByRole('button', { name: 'Remove condition 1' }).click();
  await page.getByRole('button', { name: 'From a lookup table' }).click();
  await page.getByLabel('Table', { exact: true }).selectOption('Assets');
  await page.getByRole('button', { name: 'Add rule' }).click();
  await said(page, 'Rule 1 added');

  // What a case would be offered, before there is one.
  await go(page, 'Simulator');
  await page.getByLabel('Asset').fill('asset-204');
  const steps = page.getByRole('region', { name: 'Rules', exact: true });
  const offered = page.getByRole('region', { name: 'Offered', exact: true });
  await expect(steps).toContainText('Rule 1 matches');
  await expect(steps).toContainText('has the row asset-204');
  await expect(offered).toContainText('Dana Reyes');
  await page.getByLabel('Asset').fill(`ASSET-${size}`);
  await expect(steps).toContainText(`has no row for ASSET-${size}`);
  await expect(offered).not.toContainText('Dana Reyes');
  await go(page, 'First steps');
  await expect(page.getByRole('status').filter({ hasText: 'Open a case' })).toContainText(new URL(desk.origin).host);

  // The panel has it, and this page has noticed.
  const there = await own.context.newPage();
  await there.goto(address);
  const call = there.locator('deskcall-panel .bar a.main');
  await expect(call).toHaveText('Call Dana Reyes');
  await call.click();
  expect(readLink(await own.nextLaunch())).toMatchObject({ number: 'INC0010001', desk: 'fieldbook' });
  await page.bringToFront();
  await expect(page.getByRole('status').filter({ hasText: 'It works: INC0010001 is open' })).toContainText(
    'Its page offers Dana Reyes.',
  );
  await there.close();

  await go(page, 'Backup');
  const before = await exported(page);
  expect(before.settings.rows).toHaveLength(size);
  await page.getByRole('button', { name: 'Remove all settings' }).click();
  await said(page, 'All settings removed');
  await expect(page.getByRole('button', { name: 'Remove all settings' })).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'First steps 4 left' })).toBeVisible();
  // Nothing is left that pages could know, and no page may be read.
  expect(
    await page.evaluate(async () => ({
      stored: Object.keys(await chrome.storage.local.get(null)).filter((key) => /^(row|page|target):/.test(key)),
      granted: (await chrome.permissions.getAll()).origins,
    })),
  ).toEqual({ stored: [], granted: [] });

  await page.getByLabel('Settings file').setInputFiles(before.path, { timeout: 60_000 });
  await patient(page.getByRole('button', { name: /^Import [\d,]+ changes$/ })).toBeVisible();
  await page.getByRole('button', { name: /^Import [\d,]+ changes$/ }).click();
  await said(page, /^Imported/);
  await letIn(own, desk.origin);
  await go(page, 'First steps');
  await page.getByRole('button', { name: 'Allow', exact: true }).click();
  await said(page, '1 address allowed');
  await offers(own, address, 'Dana Reyes');
  await go(page, 'Backup');
  expect((await exported(page)).settings).toEqual(before.settings);
});

test('all settings removed by mistake: one click brings them back, permissions as well', async ({ own, desk }) => {
  await own.importSettings(demoSettings(desk.origin));
  await own.grant(desk.origin);
  const page = await optionsAt(own, 'backup');
  const before = await exported(page);
  await page.getByRole('button', { name: 'Remove all settings' }).click();
  await said(page, 'All settings removed');
  await expect(rowOf(page, 'Removing all settings')).toContainText('Contacts 5');
  await letIn(own, desk.origin);
  await page.getByRole('button', { name: 'Undo' }).click();
  await said(page, 'Taken back');
  expect((await exported(page)).settings).toEqual(before.settings);
  await offers(own, `${desk.origin}/case/INC0010006`, 'Liu Wei');
});

test('a desk is taken from its open tab; it says what is read there now and was read last, and what is no such product', async ({
  own,
  desk,
  marked,
}) => {
  await own.importSettings(demoSettings(desk.origin));
  // Permissions know no ports: from now on the other desk may be read as well, but nobody has set it up.
  await own.grant(desk.origin);
  const there = await own.context.newPage();
  await there.goto(`${marked.origin}/marked`);
  const page = await optionsAt(own, 'desks');
  await page.getByRole('button', { name: 'Add desk' }).click();
  const host = new URL(marked.origin).host;
  await expect(page.getByRole('listitem').filter({ hasText: host })).toContainText('Marked page');
  await page.getByRole('button', { name: `Use ${host}` }).click();
  await expect(page.getByLabel('Key')).toHaveValue('marked');
  await page.getByRole('button', { name: 'Add desk' }).click();
  await said(page, 'Marked page added');
  await expect(rowOf(page, 'Marked page')).toContainText('Reads T-77 now');

  await there.goto(`${marked.origin}/`);
  await expect(rowOf(page, 'Marked page')).toContainText(/AllowedLast read T-77/);
  await there.close();
  // It is remembered here, and by nothing that pages could read.
  await page.reload();
  await expect(rowOf(page, 'Marked page')).toContainText('Last read T-77');
  expect(JSON.stringify(await page.evaluate(() => chrome.storage.local.get(null)))).not.toContain('last-read');

  // Set up as something else.
  await page.getByRole('button', { name: 'Edit Marked page' }).click();
  await page.getByLabel('Product').selectOption('Redmine');
  await page.getByRole('button', { name: 'Save desk' }).click();
  const again = await own.context.newPage();
  await again.goto(`${marked.origin}/marked`);
  await expect(rowOf(page, 'Redmine')).toContainText('An open tab looks like Marked page, not like Redmine.');
});

test('a desk that the organisation keeps extensions out of says so as far as it is known', async ({ desk, folder }) => {
  const browser = await findBrowser();
  const policies = policiesFor(browser.executablePath);
  policies.chromium(
    'deskcall',
    JSON.stringify({ ExtensionSettings: { '*': { runtime_blocked_hosts: ['*://127.0.0.1'] } } }),
  );
  const own = await openWorld({
    browser: { ...browser, executablePath: policies.executablePath },
    extensionDir: copied(folder),
    origins: [desk.origin],
    headless: true,
  });
  try {
    await own.importSettings(demoSettings(desk.origin));
    await letIn(own, desk.origin);
    const page = await optionsAt(own, 'desks');
    await page.getByRole('button', { name: 'Allow Fieldbook' }).click();
    await expect(rowOf(page, 'Fieldbook')).toContainText('Allowed');
    await expect(rowOf(page, 'Fieldbook')).not.toContainText('perhaps');
    const there = await own.context.newPage();
    await there.goto(`${desk.origin}/case/INC0010001`);
    await page.bringToFront();
    await expect(rowOf(page, 'Fieldbook')).toContainText('Allowed, perhaps blocked');
  } finally {
    await own.close();
    policies.remove();
  }
});

test('a settings file that does not hold is refused value by value, and changes nothing by itself', async ({
  own,
  desk,
  folder,
}) => {
  const settings = demoSettings(desk.origin);
  await own.importSettings(settings);
  const page = await optionsAt(own, 'backup');
  const before = await exported(page);
  const choose = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return page.getByLabel('Settings file').setInputFiles(join(folder, name));
  };
  const text = JSON.stringify(settings);
  const refused: [string, string, RegExp][] = [
    ['cut.json', text.slice(0, text.length / 2), /cut\.json ends in the middle\. Nothing was changed/],
    ['list.json', '[1, 2]', /list\.json holds no settings\. Nothing was changed/],
    ['none.json', '{]', /none\.json is not a JSON file\. Nothing was changed/],
  ];
  for (const [name, content, why] of refused) {
    await choose(name, content);
    await expect(page.getByRole('alert')).toHaveText(why);
  }
  const huge = join(folder, 'huge.json');
  writeFileSync(huge, '{}');
  // A hundred megabytes that nobody reads.
  truncateSync(huge, 100 * 1024 * 1024);
  await page.getByLabel('Settings file').setInputFiles(huge);
  await expect(page.getByRole('alert')).toHaveText(/larger than 64 MB, so it was not read/);

  const markup = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  const [dana, ...others] = settings.contacts;
  await choose(
    'bad.json',
    `{ "contacts": ${JSON.stringify([
      { ...dana, name: markup },
      { ...others[0], name: 7 },
      { id: 'evil', name: 'Evil', link: 'javascript:alert(1)' },
      { ...dana, name: 'The same id' },
      { id: 'constructor', name: 'Born with it', kind: 'user', value: '1' },
    ])}, "rules": "all", "__proto__": { "match": "all" }, "rows": [
      { "table": "experts", "key": "ASSET-1", "offer": ["dana"] },
      { "table": "experts", "key": "asset-1 ", "offer": ["liu"] },
      { "table": "experts", "key": "__proto__", "offer": ["liu"] },
      { "table": "experts", "key": "ASSET-2", "offer": "dana" } ] }`,
  );
  await page.getByRole('button', { name: /^Rejected/ }).click();
  const reasons = page.getByRole('table').getByRole('row');
  for (const [where, why] of [
    ['__proto__', 'has a name that is not allowed'],
    ['contacts[1].name', 'must be a text in "quotes"; left out: contacts[1]'],
    ['contacts[2].link', 'starts with'],
    ['contacts[4].id', 'has a name that is not allowed'],
    ['rules', 'must be a list in [brackets]'],
    ['rows[1]', 'stands twice'],
    ['rows[2].key', 'has a name that is not allowed'],
    ['rows[3].offer', 'must be a list in [brackets]'],
  ] as const)
    await expect(reasons.filter({ has: page.getByText(where, { exact: true }) }).first()).toContainText(why);
  await expect(reasons.filter({ hasText: '"dana" is used twice' })).toHaveCount(1);
  await page.getByRole('button', { name: /^Changed/ }).click();
  await expect(page.getByRole('cell', { name: markup })).toBeVisible();
  await expect(page.locator('main img, main script')).toHaveCount(0);
  await expect(page).toHaveTitle('Backup · Deskcall');
  await page.getByRole('button', { name: 'Cancel' }).click();
  expect((await exported(page)).settings).toEqual(before.settings);
});

test('first steps, desks, and the popup: axe in light and dark, 200 %, narrow', async ({ own, desk, marked }) => {
  test.setTimeout(120_000);
  const page = await optionsAt(own);
  await looksRight(page, 'first steps, none taken');
  await go(page, 'Desks');
  await page.getByRole('button', { name: 'Add desk' }).click();
  await looksRight(page, 'a new desk');
  const settings = demoSettings(desk.origin);
  const wrong = { key: 'wrong', product: 'redmine', name: 'Wrong', origins: [marked.origin] };
  const other = { key: 'rt', product: 'request-tracker', origins: ['https://rt.example', 'https://rt-2.example'] };
  await own.importSettings({ ...settings, desks: [...settings.desks, wrong, other] });
  await own.grant(desk.origin);
  const there = await own.context.newPage();
  await there.goto(`${desk.origin}/case/INC0010001`);
  const second = await own.context.newPage();
  await second.goto(`${marked.origin}/marked`);
  await go(page, 'First steps');
  await expect(page.getByText('It works: INC0010001 is open')).toBeVisible();
  await looksRight(page, 'it works');
  await go(page, 'Desks');
  await expect(page.getByText('Wrong product')).toBeVisible();
  await looksRight(page, 'desks in every state');
  await there.goto(`${desk.origin}/case/INC0010004`);
  await go(page, 'First steps');
  await expect(page.getByText('INC0010004 is read, and nobody is offered')).toBeVisible();
  await looksRight(page, 'nobody is offered');
  await go(page, 'Backup');
  await looksRight(page, 'backup');

  const tab = await page.evaluate(async () => {
    const { tabs } = chrome as unknown as { tabs: { query(query: object): Promise<{ id: number; url?: string }[]> } };
    return (await tabs.query({})).find(({ url }) => url?.includes('/case/'))?.id;
  });
  const popup = await own.context.newPage();
  await popup.goto(`chrome-extension://${own.extensionId}/popup.html?tab=${tab}`);
  await expect(popup.getByText('No rule covers this case')).toBeVisible();
  await looksRight(popup, 'popup, nobody');
  await there.goto(`${desk.origin}/case/INC0010001`);
  await popup.reload();
  await expect(popup.getByRole('heading', { level: 2, name: 'INC0010001' })).toBeVisible();
  await looksRight(popup, 'popup, a case');
});

test('the keyboard alone takes the first steps and a desk’s whole form', async ({ own, desk }) => {
  await letIn(own, desk.origin);
  const page = await optionsAt(own);
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** Tabs on to what has this name, and tells whether its ring can be seen. */
  const tabTo = async (name: string | RegExp, role: 'button' | 'link' | 'textbox' | 'combobox') => {
    const wanted = page.getByRole(role, { name, exact: typeof name === 'string' });
    for (let n = 0; n < 40; n++) {
      await page.keyboard.press('Tab');
      if (await wanted.evaluateAll((all) => all.includes(document.activeElement as HTMLElement))) break;
    }
    await expect(wanted).toBeFocused();
    expect(await wanted.evaluate((element) => getComputedStyle(element).outlineStyle)).not.toBe('none');
  };
  await tabTo('Add desk', 'link');
  await press('Enter');
  // The form opens where there is something to type.
  await expect(page.getByLabel('Address')).toBeFocused();
  await page.keyboard.type(desk.origin);
  await press('Shift+Tab', 'Shift+Tab');
  await expect(page.getByLabel('Product')).toBeFocused();
  await page.keyboard.type('Marked');
  await tabTo('Add desk', 'button');
  await press('Enter');
  await said(page, 'Marked page added');
  await page.getByRole('link', { name: /^First steps/ }).focus();
  await press('Enter');
  await tabTo('Allow', 'button');
  await press('Enter');
  await said(page, '1 address allowed');
  await tabTo('Undo', 'button');
  await press('Enter');
  await said(page, 'Taken back');
  await expect(page.getByRole('button', { name: 'Allow', exact: true })).toBeVisible();
  await page.getByRole('link', { name: /^First steps/ }).focus();
  await press('Enter');
  await tabTo('Add contact', 'link');
  await press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Contacts and catalogs');
});
