/** What an import, an update and a crash leave behind: all of the old, or all of the new, and a way back. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { demoSettings, type SettingsFile } from '../../sandbox/desk/desk.ts';
import { openWorld, type World } from '../../sandbox/launch.ts';
import { findBrowser, root } from '../../scripts/bootstrap.mjs';
import { optionsAt } from './looks.ts';
import { expect, test as base } from './world.ts';

/** The part of chrome that is called inside the browser under test. */
declare const chrome: {
  runtime: { reload(): void };
  storage: {
    local: {
      get(key: string | null): Promise<Record<string, unknown>>;
      set(items: Record<string, unknown>): Promise<void>;
      remove(keys: string[]): Promise<void>;
    };
  };
};
declare global {
  // oxlint-disable-next-line no-var -- a property of globalThis is declared so
  var deskcallStopped: boolean | undefined;
}

const build = join(root, '.output', 'chrome-mv3-test');

/** A browser of its own for each test: it is crashed, or its extension changed. */
const test = base.extend<{ folder: string; own: World }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright wants a fixture's needs destructured
  folder: async ({}, use) => {
    const dir = mkdtempSync(join(tmpdir(), 'deskcall-'));
    cpSync(build, join(dir, 'build'), { recursive: true });
    await use(join(dir, 'build'));
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  },
  own: async ({ desk, folder }, use) => {
    const browser = await findBrowser();
    const world = await openWorld({ browser, extensionDir: folder, origins: [desk.origin], headless: true });
    await world.importSettings(demoSettings(desk.origin));
    await world.grant(desk.origin);
    await use(world);
    await world.close();
  },
});

/** Other settings: many rows, and another name for everybody. */
function others(origin: string, rows: number): SettingsFile {
  const old = demoSettings(origin);
  return {
    ...old,
    contacts: old.contacts.map((contact) => ({ ...contact, name: `New ${contact.name}` })),
    rows: [
      { table: 'experts', key: 'ASSET-530', offer: ['dana'] },
      ...Array.from({ length: rows - 1 }, (_, n) => ({ table: 'experts', key: `N-${n}`, offer: ['liu'] })),
    ],
  };
}

async function calls(world: World, origin: string, name: string): Promise<void> {
  const page = await world.context.newPage();
  await page.goto(`${origin}/case/INC0010006`);
  await expect(page.locator('deskcall-panel .bar a.main')).toHaveText(`Call ${name}`);
  await page.close();
}

/** Starts to import a file, and ends the page's process where it would write for the `n`-th time what `fits`. */
async function dieAt(world: World, settings: object, fits: string, n: number): Promise<void> {
  const page = await optionsAt(world, 'backup');
  const file = join(tmpdir(), `deskcall-${process.pid}-die.json`);
  writeFileSync(file, JSON.stringify(settings));
  await page.getByLabel('Settings file').setInputFiles(file);
  await page.evaluate(
    ([wanted, times]) => {
      const { local } = chrome.storage;
      const set = local.set.bind(local);
      let seen = 0;
      local.set = (items) => {
        if (!Object.keys(items).some((key) => key.startsWith(wanted)) || ++seen < times) return set(items);
        globalThis.deskcallStopped = true;
        return new Promise(() => {});
      };
    },
    [fits, n] as const,
  );
  await page.getByRole('button', { name: /^Import/ }).click();
  rmSync(file);
  await page.waitForFunction(() => globalThis.deskcallStopped);
  const session = await world.context.newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  void session.send('Page.crash').catch(() => undefined);
  await crashed;
  await page.close();
}

const rowKeys = (page: Page): Promise<string[]> =>
  page.evaluate(async () => Object.keys(await chrome.storage.local.get(null)).filter((key) => key.startsWith('row:')));

test('ended while rows are written: the old settings and rows stand whole, and the next import is clean', async ({
  own,
  desk,
}) => {
  const settings = others(desk.origin, 12_000);
  await dieAt(own, settings, 'row:', 5);
  await calls(own, desk.origin, 'Liu Wei');
  const page = await optionsAt(own, 'contacts');
  await expect(
    page.getByText('Dana Reyes', { exact: true }).or(page.locator('input[value="Dana Reyes"]')),
  ).toBeVisible();
  // Four batches lie about, and nobody sees them.
  expect((await rowKeys(page)).length).toBeGreaterThan(1000);
  await own.importSettings({ ...settings, rows: settings.rows.slice(0, 10) });
  await calls(own, desk.origin, 'New Dana Reyes');
  expect(await rowKeys(page)).toHaveLength(10);
});

test('ended after the switch, before anybody was told: the new settings and rows are completed at the next start', async ({
  own,
  desk,
}) => {
  await dieAt(own, others(desk.origin, 12_000), 'generation', 1);
  // Whoever looks into the options starts it again.
  const page = await optionsAt(own, 'contacts');
  await expect(page.locator('main')).toContainText('New ');
  await calls(own, desk.origin, 'New Dana Reyes');
  await expect.poll(() => rowKeys(page).then((keys) => keys.length)).toBe(12_000);
});

test('a snapshot is taken before an import of 50,000 rows; one click goes back, another one forth', async ({
  own,
  desk,
}) => {
  // 50,000 rows are written and read six times here, on machines that do much else.
  test.setTimeout(180_000);
  const patience = { timeout: 60_000 };
  await own.importSettings(others(desk.origin, 50_000));
  await calls(own, desk.origin, 'New Dana Reyes');
  const page = await optionsAt(own, 'backup');
  const lines = page.getByRole('row').filter({ has: page.getByRole('button', { name: /^Restore/ }) });
  await expect(lines.first()).toContainText('An import');
  await expect(lines.first()).toContainText('Contacts 5');
  await expect(lines.first()).toContainText('Rows of lookup tables 1');
  await lines
    .first()
    .getByRole('button', { name: /^Restore/ })
    .click();
  await expect(page.getByRole('status')).toContainText('Everything is as before', patience);
  await calls(own, desk.origin, 'Liu Wei');
  await expect(lines.first()).toContainText('A way back');
  await expect(lines.first()).toContainText('Rows of lookup tables 50,000', patience);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('status')).toContainText('Taken back', patience);
  await calls(own, desk.origin, 'New Dana Reyes');
  expect(await rowKeys(page)).toHaveLength(50_000);

  // A snapshot is a settings file.
  const download = page.waitForEvent('download');
  await lines
    .last()
    .getByRole('button', { name: /^Save as file/ })
    .click();
  expect(JSON.parse(readFileSync(await (await download).path(), 'utf8'))).toEqual({ version: 1 });
});

test('the last ten are kept', async ({ own }) => {
  const page = await optionsAt(own, 'backup');
  const buttons = page.getByRole('button', { name: /^Restore/ });
  // One from the import; each way back adds one.
  for (let n = 1; n < 10; n++) {
    await expect(buttons).toHaveCount(n);
    await buttons.first().click();
  }
  await expect(buttons).toHaveCount(10);
  await page.getByRole('button', { name: 'Close' }).click();
  await buttons.first().click();
  await expect(page.getByRole('status')).toContainText('Everything is as before');
  await expect(buttons).toHaveCount(10);
  const kept = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const request = indexedDB.open('deskcall-snapshots');
        request.onsuccess = () => {
          const keys = request.result.transaction('snapshots').objectStore('snapshots').getAllKeys();
          keys.onsuccess = () => resolve(keys.result.length);
        };
      }),
  );
  // And the list of them.
  expect(kept).toBe(11);
});

test('an update loses nothing: what version 0.1 had stored is a snapshot and counts as before', async ({
  own,
  desk,
  folder,
}) => {
  const page = await optionsAt(own, 'backup');
  // As version 0.1.0 stored it: every part, set or not, and rows without a count of who is named.
  const { rows, ...settings } = demoSettings(desk.origin);
  await page.evaluate(
    async ([stored, row]) => {
      await new Promise<void>((resolve) => {
        const request = indexedDB.open('keyval-store');
        request.onsuccess = () => {
          const change = request.result.transaction('keyval', 'readwrite');
          change.objectStore('keyval').clear();
          change.objectStore('keyval').put(stored, 'settings');
          change.oncomplete = () => {
            request.result.close();
            resolve();
          };
        };
      });
      const old = Object.keys(await chrome.storage.local.get(null)).filter((key) => /^(row:|named)/.test(key));
      await chrome.storage.local.remove(old);
      await chrome.storage.local.set({
        generation: { n: 3, tables: { experts: 1 }, targets: row?.offer },
        'row:3:experts:asset-530': { key: row?.key, offer: row?.offer },
      });
    },
    [{ ...settings, links: undefined }, rows[0]] as const,
  );
  const manifest = join(folder, 'manifest.json');
  const text = JSON.parse(readFileSync(manifest, 'utf8')) as object;
  writeFileSync(manifest, JSON.stringify({ ...text, version: '99.0.0' }));
  const restarted = own.context.waitForEvent('serviceworker');
  await own.worker.evaluate(() => chrome.runtime.reload()).catch(() => undefined);
  await restarted;
  await calls(own, desk.origin, 'Liu Wei');
  const now = await optionsAt(own, 'backup');
  const line = now.getByRole('row').filter({ hasText: 'An update' });
  await expect(line).toContainText('Contacts 5');
  await expect(line).toContainText('Rows of lookup tables 1');
});
