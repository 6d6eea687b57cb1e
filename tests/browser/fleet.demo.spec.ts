/** A build for one organisation: nobody imports anything, nobody allows anything, and the panel is there. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readLink } from '../../lib/worklink.ts';
import { demoSettings } from '../../sandbox/desk/desk.ts';
import { openWorld, type World } from '../../sandbox/launch.ts';
import { findBrowser, root } from '../../scripts/bootstrap.mjs';
import { expect, test } from './world.ts';

declare const chrome: {
  permissions: { getAll(): Promise<{ origins?: string[] }> };
};

/** Builds for a settings file, as `npm run build:fleet` does, for this browser alone. */
async function build(settings: object, ...more: string[]): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-'));
  const file = join(dir, 'settings.json');
  writeFileSync(file, JSON.stringify(settings));
  const script = join(root, 'scripts', 'fleet.ts');
  try {
    await promisify(execFile)(process.execPath, [script, file, '--browser', 'chrome', '--mode', 'test', ...more]);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const folder = join(root, '.output', 'fleet-chrome-mv3-test');

/** In its own browser, as it was just installed. */
async function installed(origin: string): Promise<World> {
  return openWorld({
    browser: await findBrowser(),
    extensionDir: folder,
    origins: [origin],
    headless: true,
    fleet: true,
  });
}

// They build into one folder.
test.describe.configure({ mode: 'serial' });

test('mandated: the panel and its tables without a click, exactly these hosts, and nothing can be changed', async ({
  desk,
}) => {
  await build(demoSettings(desk.origin));
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, unknown>;
  expect(manifest.host_permissions).toEqual(['http://127.0.0.1/*']);
  expect(manifest).not.toHaveProperty('optional_host_permissions');
  const world = await installed(desk.origin);
  try {
    const page = await world.context.newPage();
    await page.goto(`${desk.origin}/case/INC0010001`);
    await page.locator('deskcall-panel .bar a.main').click();
    expect(readLink(await world.nextLaunch())?.number).toBe('INC0010001');
    expect(await world.worker.evaluate(() => chrome.permissions.getAll())).toMatchObject({
      origins: ['http://127.0.0.1/*'],
    });
    // Nothing opened by itself: the browser's first tab and this one.
    expect(world.context.pages().map((each) => each.url())).toEqual(['about:blank', page.url()]);

    const options = await world.context.newPage();
    await options.goto(`chrome-extension://${world.extensionId}/options.html#desks`);
    await expect(options.getByText('Set by your organisation', { exact: true })).toBeVisible();
    await expect(options.getByRole('button', { name: 'Remove Fieldbook' })).toHaveCount(0);
    await options.goto(`chrome-extension://${world.extensionId}/options.html#tables`);
    await expect(options.getByRole('row', { name: /Who knows which machine/ })).toContainText('1');
  } finally {
    await world.close();
  }
});

test('as defaults: the panel without a click, and the settings are the person’s to change', async ({ desk }) => {
  await build(demoSettings(desk.origin), '--defaults');
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, unknown>;
  expect(manifest.host_permissions).toEqual(['http://127.0.0.1/*']);
  // For desks that the person adds.
  expect(manifest.optional_host_permissions).toEqual(['https://*/*', 'http://*/*']);
  const world = await installed(desk.origin);
  try {
    const page = await world.context.newPage();
    await page.goto(`${desk.origin}/case/INC0010001`);
    await expect(page.locator('deskcall-panel .bar a.main')).toHaveText('Call Dana Reyes');
    const options = await world.context.newPage();
    await options.goto(`chrome-extension://${world.extensionId}/options.html#desks`);
    await options.getByRole('button', { name: 'Turn off Fieldbook' }).click();
    await expect(page.locator('deskcall-panel')).toHaveCount(0);
    await options.goto(`chrome-extension://${world.extensionId}/options.html#backup`);
    await options.getByRole('button', { name: 'Go back to the default: Desks' }).click();
    await expect(page.locator('deskcall-panel .bar a.main')).toHaveText('Call Dana Reyes');
  } finally {
    await world.close();
  }
});
