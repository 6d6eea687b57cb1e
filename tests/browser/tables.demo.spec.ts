/** Lookup tables of 50,000 rows, in a real browser: edited with the keyboard alone, by two pages, imported and interrupted. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { openWorld, type World } from '../../sandbox/launch.ts';
import { findBrowser, root } from '../../scripts/bootstrap.mjs';
import type { SettingsFile } from '../../sandbox/desk/desk.ts';
import { broken } from './looks.ts';
import { expect as impatient, test } from './world.ts';

/** The part of chrome that runs in the worker of the browser under test. */
declare const chrome: {
  storage: { local: { get(key: string | null): Promise<Record<string, unknown>> } };
};

const size = 50_000;
const many = Array.from({ length: size }, (_, n) => ({
  table: 'assets',
  key: `ASSET-${n}`,
  offer: n % 2 ? ['dana'] : ['liu', 'seals'],
}));
const folder = mkdtempSync(join(tmpdir(), 'deskcall-tables-'));
const fileOf = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

// Fifty thousand rows take their time on a busy machine.
test.describe.configure({ timeout: 300_000 });
const expect = impatient.configure({ timeout: 120_000 });

const withMany = (settings: SettingsFile): SettingsFile => ({
  ...settings,
  tables: [...settings.tables, { id: 'assets', name: 'Assets' }, { id: 'small', name: 'Small' }],
  rows: [...settings.rows, ...many],
});

test.beforeAll(async ({ world, settings }) => {
  test.setTimeout(300_000);
  await world.importSettings(withMany(settings));
});
test.afterAll(async ({ world, settings }) => {
  test.setTimeout(300_000);
  await world.importSettings(settings);
  rmSync(folder, { recursive: true });
});

async function open(world: World, page: Page, view = 'tables'): Promise<Locator> {
  await page.goto(`chrome-extension://${world.extensionId}/options.html#${view}`);
  if (view === 'tables') await page.getByRole('button', { name: 'Assets', exact: true }).click();
  const grid = page.getByRole('grid');
  await grid.waitFor();
  return grid;
}
const cell = (grid: Locator, text: string) => grid.getByRole('gridcell', { name: text, exact: true });
/** The cells of the row with this key. */
const rowOf = (grid: Locator, key: string) =>
  grid.getByRole('row').filter({ has: grid.page().getByRole('gridcell', { name: key, exact: true }) });
const said = (page: Page, words: string | RegExp) => expect(page.getByRole('status')).toContainText(words);

/** What is stored: the generation that counts, its rows, and rows of others. */
const stored = (world: World) =>
  world.worker.evaluate(async () => {
    const all = await chrome.storage.local.get(null);
    const { n, tables } = all.generation as { n: number; tables: Record<string, number> };
    const names = Object.keys(all).filter((name) => name.startsWith('row:'));
    const mine = names.filter((name) => name.startsWith(`row:${n}:`));
    return { n, tables, rows: mine.length, others: names.length - mine.length };
  });
const rowIn = (world: World, table: string, key: string) =>
  world.worker.evaluate(
    async ([named, wanted]) => {
      const { generation } = await chrome.storage.local.get('generation');
      const name = `row:${(generation as { n: number }).n}:${named}:${wanted}`;
      return ((await chrome.storage.local.get(name))[name] as { offer: string[] } | undefined)?.offer ?? null;
    },
    [table, key] as const,
  );

test('is moved in, edited and taken back with the keyboard alone', async ({ page, world }) => {
  const grid = await open(world, page);
  await expect(page.getByText('50,000 rows')).toBeVisible();
  await expect(grid).toHaveAttribute('aria-rowcount', '50002');
  expect(await grid.getByRole('row').count()).toBeLessThan(60);

  // From the search to the grid by Tab, and to its end.
  await page.getByLabel('Search rows').focus();
  await page.keyboard.press('Tab');
  await expect(cell(grid, 'ASSET-0')).toBeFocused();
  await page.keyboard.press('Control+End');
  await expect(page.locator(':focus')).toHaveAttribute('aria-colindex', '3');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Home');
  await expect(cell(grid, 'ASSET-49999')).toBeFocused();
  await expect(cell(grid, 'ASSET-49999')).toBeInViewport();

  await page.keyboard.press('PageUp');
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.type('Liu Wei; Nob');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveText('No contact or catalog is called Nob.');
  await expect(page.locator(':focus')).toHaveValue('Liu Wei; Nob');
  for (let n = 0; n < 5; n++) await page.keyboard.press('Backspace');
  await page.keyboard.press('Enter');
  await said(page, 'ASSET-1 changed');
  expect(await rowIn(world, 'assets', 'asset-1')).toEqual(['liu']);
  await page.keyboard.press('Control+z');
  await said(page, 'Taken back');
  expect(await rowIn(world, 'assets', 'asset-1')).toEqual(['dana']);

  // AltGr writes letters, though it looks like Ctrl and Alt.
  const altGr = { key: '@', ctrlKey: true, altKey: true, modifierAltGraph: true };
  await page.locator(':focus').dispatchEvent('keydown', altGr);
  await expect(page.getByLabel('Contacts and catalogs of row 3')).toBeFocused();
  await page.keyboard.press('Escape');

  // Tab leaves the grid at the row's end: no trap.
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: /^Remove ASSET/ })).toBeFocused();
});

test('keeps the focus and what is typed when it is scrolled', async ({ page, world }) => {
  const grid = await open(world, page);
  await cell(grid, 'ASSET-3').click();
  await page.keyboard.press('F2');
  await page.keyboard.type('x');
  await grid.evaluate((element) => element.scrollTo(0, 700_000));
  await expect(cell(grid, 'ASSET-21880')).toBeVisible();
  await expect(page.locator(':focus')).toHaveValue('ASSET-3x');
  await page.keyboard.press('Escape');
  await expect(cell(grid, 'ASSET-3')).toBeFocused();
  await expect(cell(grid, 'ASSET-3')).toBeInViewport();
});

test('is searched', async ({ page, world }) => {
  const grid = await open(world, page);
  await page.getByLabel('Search rows').fill('asset-4321');
  await expect(page.getByText('11 of 50,000 rows')).toBeVisible();
  await expect(grid.getByRole('rowheader')).toHaveText([
    '4,322',
    ...Array.from({ length: 10 }, (_, n) => (43_211 + n).toLocaleString('en')),
  ]);
  await page.getByLabel('Search rows').fill('nothing of this');
  await expect(page.getByText('Nothing found')).toBeVisible();
});

test('cells are copied to and pasted from the clipboard, new rows at the end with them', async ({ page, world }) => {
  const grid = await open(world, page);
  await cell(grid, 'ASSET-4').click();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Control+c');
  await page.getByRole('button', { name: 'Small', exact: true }).click();
  await cell(grid, 'New row: type or paste a key').click();
  await page.keyboard.press('Control+v');
  await said(page, '2 rows added');
  await expect(rowOf(grid, 'ASSET-5').getByRole('gridcell')).toHaveText(['ASSET-5', 'Dana Reyes']);
  expect((await stored(world)).tables).toMatchObject({ small: 2, assets: size });
  expect(await rowIn(world, 'small', 'asset-4')).toEqual(['liu', 'seals']);

  await page.keyboard.press('Shift+Space');
  await page.keyboard.press('Delete');
  await said(page, '2 rows removed');
  const { tables, rows } = await stored(world);
  expect(tables).toMatchObject({ assets: size });
  expect(tables).not.toHaveProperty('small');
  expect(rows).toBe(Object.values(tables).reduce((sum, n) => sum + n, 0));
});

test('two pages edit it at once, and the later change of the same row is refused', async ({ page, world }) => {
  const other = await world.context.newPage();
  const [here, there] = [await open(world, page), await open(world, other)];
  await cell(rowOf(here, 'ASSET-7'), 'Dana Reyes').dblclick();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('Liu Wei');
  // What is being typed here is not swept away by what comes from there.
  await other.bringToFront();
  await cell(rowOf(there, 'ASSET-7'), 'Dana Reyes').click();
  await other.keyboard.type('Valve desk');
  await other.keyboard.press('Enter');
  await said(other, 'ASSET-7 changed');
  await page.bringToFront();
  await page.keyboard.press('Enter');
  await expect(rowOf(there, 'ASSET-7').getByRole('gridcell')).toHaveText(['ASSET-7', 'Liu Wei']);
  expect(await rowIn(world, 'assets', 'asset-7')).toEqual(['liu']);

  // Each adds rows at the same time: none is lost and the count is right.
  const before = (await stored(world)).tables.assets ?? 0;
  const add = async (each: Page, name: string) => {
    const grid = each.getByRole('grid');
    await grid.focus();
    await cell(grid, 'ASSET-8').click();
    await each.keyboard.press('Control+ArrowDown');
    for (let n = 0; n < 5; n++) {
      await each.keyboard.type(`${name}${n}`);
      await each.keyboard.press('Enter');
      await said(each, `${name}${n} added`);
    }
  };
  await Promise.all([add(page, 'HERE-'), add(other, 'THERE-')]);
  await expect(page.getByText(`${(before + 10).toLocaleString('en')} rows`)).toBeVisible();
  expect((await stored(world)).tables.assets).toBe(before + 10);
});

test('an import shows what it would change, and imports that and nothing else', async ({ page, world }) => {
  const grid = await open(world, page);
  const lines = [
    'offer;key',
    'Valve desk;asset-11',
    '"Liu Wei; Seal replacement, P-200";ASSET-12',
    'Dana Reyes;=NEW+1',
  ];
  const bad = [
    'Nobody;ASSET-13',
    'Dana Reyes;ASSET-11',
    'Dana Reyes;__proto__',
    'Dana Reyes;A;B',
    'Dana Reyes;<script>x</script>',
  ];
  const before = (await stored(world)).tables.assets ?? 0;
  await page
    .getByLabel('Import rows')
    .last()
    .setInputFiles(fileOf('assets.csv', [...lines, ...bad, ''].join('\r\n')));
  await expect(page.locator('.sum')).toHaveText(/2added.*1changed.*0removed.*4rejected/);
  await expect(grid.getByRole('row').nth(1)).toHaveText(/5.*ASSET-13.*No contact or catalog is called Nobody/);
  await expect(grid.getByRole('row').nth(2)).toHaveText(/6.*ASSET-11.*The same as line 2/);
  await expect(grid.getByRole('row').nth(3)).toHaveText(/7.*__proto__.*not allowed/);
  await expect(grid.getByRole('row').nth(4)).toHaveText(/8.*A.*3 cells, the first line 2/);
  await page.getByRole('button', { name: 'Added 2' }).click();
  await expect(grid.getByRole('gridcell', { name: '<script>x</script>' })).toBeVisible();
  await page.getByRole('button', { name: 'Import 3 changes' }).click();
  await said(page, 'Imported 3 changes');
  expect((await stored(world)).tables.assets).toBe(before + 2);
  expect(await rowIn(world, 'assets', 'asset-11')).toEqual(['valve-desk']);
  expect(await rowIn(world, 'assets', '=new+1')).toEqual(['dana']);

  // What goes out comes back the same, and is no formula on the way.
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export CSV' }).click();
  const exported = join(folder, 'exported.csv');
  await (await download).saveAs(exported);
  await page.getByLabel('Import rows').last().setInputFiles(exported);
  await expect(page.getByText('Nothing to import: the file says what is already set.')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();

  await page.getByRole('button', { name: 'Undo' }).click();
  await said(page, 'Taken back');
  expect((await stored(world)).tables.assets).toBe(before);
  expect(await rowIn(world, 'assets', 'asset-11')).toEqual(['dana']);
});

test('a bad file is refused with its line and the reason, and changes nothing', async ({ page, world }) => {
  await open(world, page);
  const before = await stored(world);
  const huge = fileOf('huge.csv', 'key,offer\n');
  // A hundred megabytes that nobody reads.
  truncateSync(huge, 100 * 1024 * 1024);
  const refused: [string, string | RegExp][] = [
    [huge, 'The file has 100 MB. Files of up to 32 MB are read.'],
    [fileOf('cut.csv', 'key,offer\nX1,Dana Reyes\nX2,"Dana'), 'The file ends in the middle, on line 3.'],
    [fileOf('cut.json', '[\n {"key": "X1", "offer": ["dana"]},\n {"key"'), 'The file ends in the middle, on line 3.'],
    [fileOf('proto.csv', 'key,offer,__proto__\nX1,Dana Reyes,1\n'), 'Line 1: no column is called __proto__ here.'],
    [fileOf('other.json', '{"link": "javascript:alert(1)"}'), 'This JSON holds no list of rows.'],
  ];
  for (const [file, why] of refused) {
    await page.getByLabel('Import rows').last().setInputFiles(file);
    await expect(page.getByRole('alert')).toContainText(why);
    await expect(page.getByRole('button', { name: /^Import/ })).toHaveCount(0);
    await page.getByRole('button', { name: 'Back' }).click();
  }
  const wrong =
    '[\n {"key": 5, "offer": ["dana"]},\n 7,\n {"key": "X", "offer": "Nobody"},\n {"__proto__": {"key": "X"}}\n]';
  await page.getByLabel('Import rows').last().setInputFiles(fileOf('wrong.json', wrong));
  await expect(page.getByRole('grid').getByRole('rowheader')).toHaveText(['2', '3', '4', '5']);
  await expect(page.getByRole('button', { name: /^Import/ })).toHaveCount(0);
  expect(await stored(world)).toEqual(before);
});

test('a link that is none of ours comes into no contact, and markup stays text', async ({ page, world }) => {
  const grid = await open(world, page, 'contacts');
  const link = 'worklink://resource?action=fetch_user&user=1';
  const markup = '<img src=x onerror="document.title=1">';
  const lines = ['name,link', 'Evil,javascript:alert(1)', `"${markup.replaceAll('"', '""')}",${link}`, ''];
  await page
    .getByLabel('Import contacts')
    .last()
    .setInputFiles(fileOf('people.csv', lines.join('\n')));
  await expect(grid.getByRole('row').nth(1)).toHaveText(/2Evil.*A link starts with worklink/);
  await page.getByRole('button', { name: 'Import 1 change' }).click();
  await said(page, 'Imported 1 change');
  await expect(cell(grid, markup)).toBeVisible();
  await expect(grid.locator('img')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await said(page, 'Taken back');
  await expect(cell(grid, markup)).toHaveCount(0);
});

/** Starts an import of other rows and waits until some of them are written. */
async function halfway(world: World, page: Page): Promise<void> {
  await open(world, page);
  const other = Array.from({ length: size }, (_, n) => `OTHER-${n},Dana Reyes`);
  await page
    .getByLabel('Import rows')
    .last()
    .setInputFiles(fileOf('other.csv', ['key,offer', ...other, ''].join('\n')));
  await page.getByLabel('Remove what the file lacks').check();
  await page.getByRole('button', { name: /^Import [\d,]+ changes$/ }).click();
  const bar = page.getByRole('progressbar', { name: 'Importing' });
  await expect.poll(async () => Number(await bar.getAttribute('value'))).toBeGreaterThan(0.1);
}

test('an import that is cancelled keeps the old rows', async ({ page, world }) => {
  const before = await stored(world);
  await halfway(world, page);
  await page.getByRole('button', { name: 'Cancel, keep what was there' }).click();
  await expect(page.getByRole('button', { name: /^Import [\d,]+ changes$/ })).toBeVisible();
  expect(await stored(world)).toEqual(before);
});

test('a page that is ended in the middle of an import leaves the old rows whole', async ({ page, world }) => {
  const before = await stored(world);
  const mine = await world.context.newPage();
  await halfway(world, mine);
  await mine.close();
  const after = await stored(world);
  expect(after).toEqual({ ...before, others: after.others });
  expect(after.others).toBeGreaterThan(0);
  expect(await rowIn(world, 'assets', 'asset-21')).toEqual(['dana']);

  // They are all there and can be changed, and the next import clears away what was left.
  const grid = await open(world, page);
  await expect(page.getByText(`${(before.tables.assets ?? 0).toLocaleString('en')} rows`)).toBeVisible();
  await page.getByLabel('Import rows').last().setInputFiles(fileOf('one.csv', 'key,offer\nASSET-21,Liu Wei\n'));
  await page.getByRole('button', { name: 'Import 1 change' }).click();
  await said(page, 'Imported 1 change');
  expect(await stored(world)).toEqual({ ...before, n: before.n + 1, others: 0 });
  await expect(grid).toBeVisible();
});

test('a worker that is ended in the middle of an import changes nothing about it', async ({ settings }) => {
  // A browser of its own: others go on with the worker that they know.
  const extensionDir = join(root, '.output', 'chrome-mv3-test');
  const world = await openWorld({ browser: await findBrowser(), extensionDir, origins: [], headless: true });
  try {
    await world.importSettings(withMany(settings));
    const page = await world.context.newPage();
    await halfway(world, page);
    const session = await world.context.newCDPSession(page);
    // It may be started again at once, under the same name: so what is told of it is kept, not how it is found.
    const told: string[] = [];
    session.on('ServiceWorker.workerVersionUpdated', ({ versions }) =>
      told.push(...versions.map(({ runningStatus }) => runningStatus)),
    );
    await session.send('ServiceWorker.enable');
    await expect.poll(() => told).toContain('running');
    await session.send('ServiceWorker.stopAllWorkers');
    await expect.poll(() => told).toContain('stopped');
    // It was ended before the import was done.
    await expect(page.getByRole('progressbar', { name: 'Importing' })).toBeVisible();
    await said(page, /^Imported/);
    await expect(page.getByText('50,000 rows')).toBeVisible();
    await expect(cell(page.getByRole('grid'), 'OTHER-1')).toBeVisible();
    await page.getByRole('button', { name: 'Undo' }).click();
    await said(page, 'Taken back');
    await expect(cell(page.getByRole('grid'), 'ASSET-1')).toBeVisible();
  } finally {
    await world.close();
  }
});

for (const look of ['light', 'dark'] as const)
  test(`axe finds nothing, and nothing is cut at 200 %, ${look}`, async ({ page, world }) => {
    await page.emulateMedia({ colorScheme: look, reducedMotion: 'reduce' });
    const clean = async () => {
      expect(await broken(page, [])).toEqual([]);
    };
    for (const width of [1280, 640]) {
      await page.setViewportSize({ width, height: width === 640 ? 400 : 800 });
      const grid = await open(world, page);
      await clean();
      await cell(grid, 'ASSET-2').click();
      await page.keyboard.press('Shift+ArrowDown');
      await clean();
      await page.keyboard.press('End');
      await page.keyboard.type('Nobody');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('alert')).toBeInViewport();
      await clean();
      await page.keyboard.press('Escape');
      await page
        .getByLabel('Import rows')
        .last()
        .setInputFiles(fileOf('axe.csv', 'key,offer\nASSET-20,Liu Wei\nX,Nobody\n'));
      await expect(page.getByRole('button', { name: 'Rejected 1' })).toBeVisible();
      await clean();
      await open(world, page, 'contacts');
      await clean();
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    }
  });
