/** An organisation's policy in a real browser: mandates, defaults, rows, secrets, and changes as they come. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { demoSettings } from '../../sandbox/desk/desk.ts';
import { idOf, openWorld, type World } from '../../sandbox/launch.ts';
import { findBrowser, root } from '../../scripts/bootstrap.mjs';
import { policiesFor, type Policies } from '../policies.ts';
import { broken, optionsAt } from './looks.ts';
import { expect, test } from './world.ts';

const extensionDir = join(root, '.output', 'chrome-mv3-test');
test.describe('what the organisation sets', () => {
  test.describe.configure({ mode: 'serial' });
  let policies: Policies;
  let world: World;

  /** Sets the policy of the extension; the browser notices by itself. */
  const set = (policy: { settings?: object; defaults?: object }) => {
    const texts = Object.fromEntries(Object.entries(policy).map(([key, value]) => [key, JSON.stringify(value)]));
    policies.chromium('deskcall', JSON.stringify({ '3rdparty': { extensions: { [idOf(extensionDir)]: texts } } }));
  };

  test.beforeAll(async ({ desk }) => {
    const browser = await findBrowser();
    policies = policiesFor(browser.executablePath);
    set({ settings: demoSettings(desk.origin) });
    world = await openWorld({
      browser: { ...browser, executablePath: policies.executablePath },
      extensionDir,
      origins: [desk.origin],
      headless: true,
    });
    // Chromium takes its time with the first policy of an extension.
    const page = await optionsAt(world, 'desks');
    await expect(page.getByText('7 parts are set by your organisation')).toBeVisible({ timeout: 30_000 });
    await page.close();
  });
  test.afterAll(async () => {
    await world.close();
    policies.remove();
  });

  test('a mandate needs nothing but *Allow*: the desk, its rules and the rows of its tables are there, locked', async ({
    desk,
  }) => {
    await world.grant(desk.origin);
    const page = await world.context.newPage();
    // Offered by a row of a table.
    await page.goto(`${desk.origin}/case/INC0010006`);
    await expect(page.locator('deskcall-panel .bar a.main')).toHaveText('Call Liu Wei');
    const desks = await optionsAt(world, 'desks');
    await expect(desks.getByText('7 parts are set by your organisation')).toBeVisible();
    await expect(desks.getByRole('button', { name: 'Remove Fieldbook' })).toHaveCount(0);
    const tables = await optionsAt(world, 'tables');
    await expect(tables.getByText('Set by your organisation', { exact: true }).first()).toBeVisible();
    await expect(tables.getByRole('button', { name: /^Remove/ })).toHaveCount(0);
  });

  test('a change comes to an open page of the options and to the desk’s page at once', async ({ desk }) => {
    const page = await world.context.newPage();
    await page.goto(`${desk.origin}/case/INC0010006`);
    await expect(page.locator('deskcall-panel .bar a.main')).toHaveText('Call Liu Wei');
    const contacts = await optionsAt(world, 'contacts');
    await expect(contacts.getByText('Dana Reyes')).toBeVisible();
    const next = demoSettings(desk.origin);
    next.contacts = next.contacts.map((c) => (c.id === 'dana' ? { ...c, name: 'Dana Reyes-Lund' } : c));
    next.rows = [{ table: 'experts', key: 'ASSET-530', offer: ['dana'] }];
    set({ settings: next });
    // Nobody looks at either page anew.
    await expect(contacts.getByText('Dana Reyes-Lund')).toBeVisible({ timeout: 20_000 });
    await expect(page.locator('deskcall-panel .bar a.main')).toHaveText('Call Dana Reyes-Lund');
  });

  test('a default counts until the person changes it, and again when they go back', async ({ desk }) => {
    const { match: _, contacts, ...rest } = demoSettings(desk.origin);
    set({ settings: rest, defaults: { match: 'all', contacts } });
    const rules = await optionsAt(world, 'rules');
    const all = rules.getByRole('button', { name: 'All matches' });
    await expect(all).toHaveAttribute('aria-pressed', 'true', { timeout: 20_000 });
    await rules.getByRole('button', { name: 'First match' }).click();
    await expect(all).toHaveAttribute('aria-pressed', 'false');

    const backup = await optionsAt(world, 'backup');
    const row = backup.getByRole('row', { name: /Which rules count/ });
    await expect(row).toContainText('Changed here');
    await expect(backup.getByRole('row', { name: /^Contacts/ })).toContainText('Default of your organisation');
    await row.getByRole('button', { name: 'Go back to the default: Which rules count' }).click();
    await expect(row).toContainText('Default of your organisation');
    // The other tab shows it, too.
    await expect(all).toHaveAttribute('aria-pressed', 'true');
    await backup.getByRole('button', { name: 'Undo' }).click();
    await expect(row).toContainText('Changed here');
    await expect(all).toHaveAttribute('aria-pressed', 'false');
  });

  test('rows that came as a default are replaced by the person’s own, which a mandate covers but does not lose', async ({
    desk,
  }) => {
    const { rows, ...settings } = demoSettings(desk.origin);
    set({ settings: { desks: settings.desks, contacts: settings.contacts }, defaults: { ...settings, rows } });
    const page = await world.context.newPage();
    const calls = async (name: string) => {
      await page.goto(`${desk.origin}/case/INC0010006`);
      await expect(page.locator('deskcall-panel .bar a.main')).toHaveText(`Call ${name}`);
    };
    const backup = await optionsAt(world, 'backup');
    const state = backup.getByRole('row', { name: /^Rows of lookup tables/ });
    await expect(state).toContainText('Default of your organisation', { timeout: 20_000 });
    await calls('Liu Wei');
    await world.importSettings({ version: 1, rows: [{ table: 'experts', key: 'ASSET-530', offer: ['on-call'] }] });
    await expect(state).toContainText('Changed here');
    await calls('On-call engineer');

    set({ settings: { ...settings, rows } });
    await expect(state).toContainText('Mandated', { timeout: 20_000 });
    await calls('Liu Wei');

    set({ settings: { desks: settings.desks, contacts: settings.contacts }, defaults: { ...settings, rows } });
    await expect(state).toContainText('Changed here', { timeout: 20_000 });
    await calls('On-call engineer');

    await backup.getByRole('button', { name: 'Go back to the default: Rows of lookup tables' }).click();
    await expect(state).toContainText('Default of your organisation');
    await calls('Liu Wei');
  });

  for (const view of ['backup', 'deploy'])
    test(`${view} holds in light and dark, narrow and at 200 %`, async () => {
      const page = await optionsAt(world, view);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        expect(await broken(page, [])).toEqual([]);
      }
      // 1280 px at 200 % are 640; 320 is WCAG's narrowest.
      for (const width of [640, 320]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      }
    });

  test('Deployment: what is typed takes the place of a placeholder, is remembered, and stands in the downloaded zip', async ({
    desk,
  }) => {
    const page = await optionsAt(world, 'deploy');
    const id = page.getByLabel('Id for Google Chrome');
    const placeholders = page.getByText('These are placeholders').locator('xpath=../..');
    await expect(placeholders).toContainText('Id for Google Chrome');
    await id.fill('wrong');
    await expect(page.getByRole('alert')).toHaveText(/32 letters from a to p/);
    await id.fill('abcdefghijklmnopabcdefghijklmnop');
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(placeholders).not.toContainText('Id for Google Chrome');
    await page.getByLabel('How it counts there: Rules').selectOption('As a default');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download all as one zip' }).click();
    const files = unzipSync(readFileSync(await (await download).path()));
    const { '3rdparty': ours, AutoLaunchProtocolsFromOrigins: launch } = JSON.parse(
      strFromU8(files['chrome-linux.json'] ?? new Uint8Array()),
    ) as {
      '3rdparty': { extensions: Record<string, Record<string, string>> };
      AutoLaunchProtocolsFromOrigins: unknown;
    };
    const { settings = '', defaults = '' } = ours.extensions.abcdefghijklmnopabcdefghijklmnop ?? {};
    expect(launch).toEqual([{ protocol: 'worklink', allowed_origins: [desk.origin] }]);
    expect(JSON.parse(settings)).toMatchObject({ contacts: { length: 5 }, rows: { length: 1 } });
    expect(Object.keys(JSON.parse(defaults) as object)).toEqual(['version', 'rules']);
    await page.reload();
    await expect(id).toHaveValue('abcdefghijklmnopabcdefghijklmnop');
  });

  test('a secret is refused and said', async ({ desk }) => {
    const settings = demoSettings(desk.origin);
    const [dana, ...others] = settings.contacts;
    set({ settings: { ...settings, bridgeToken: 'S3CRET', contacts: [{ ...dana, password: 'S3CRET' }, ...others] } });
    const page = await optionsAt(world, 'contacts');
    for (const path of ['policy.settings.bridgeToken', 'policy.settings.contacts[0].password'])
      await expect(page.getByRole('listitem').filter({ hasText: path })).toContainText('looks like a secret', {
        timeout: 20_000,
      });
    await expect(page.getByText('Dana Reyes')).toBeVisible();
    const kept = await world.worker.evaluate(async () => {
      const all: unknown[] = [];
      for (const { name = '' } of await indexedDB.databases())
        await new Promise<void>((resolve) => {
          const open = indexedDB.open(name);
          open.onsuccess = () => {
            const [store = ''] = open.result.objectStoreNames;
            const values = open.result.transaction(store).objectStore(store).getAll();
            values.onsuccess = () => {
              all.push(values.result);
              open.result.close();
              resolve();
            };
          };
        });
      return JSON.stringify(all);
    });
    expect(kept).toContain('Dana Reyes');
    expect(kept).not.toContain('S3CRET');
  });
});
