/** A new version takes over open tabs without a reload. A browser of its own: reloading the extension ends the worker. */
import { join } from 'node:path';
import { demoSettings } from '../../sandbox/desk/desk.ts';
import { openWorld } from '../../sandbox/launch.ts';
import { findBrowser, root } from '../../scripts/bootstrap.mjs';
import { readLink } from '../../lib/worklink.ts';
import { expect, test } from './world.ts';

declare const chrome: { runtime: { reload(): void } };

test('an open tab is taken over: one panel, it works, and nothing is said on the console', async ({ desk }) => {
  const extensionDir = join(root, '.output', 'chrome-mv3-test');
  const world = await openWorld({ browser: await findBrowser(), extensionDir, origins: [desk.origin], headless: true });
  try {
    await world.importSettings(demoSettings(desk.origin));
    await world.grant(desk.origin);
    const page = await world.context.newPage();
    const said: string[] = [];
    page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    await page.goto(`${desk.origin}/case/INC0010001`);
    const bar = page.locator('deskcall-panel .bar');
    await expect(bar).toBeVisible();
    // Marks the old panel, so that the new one can be told from it.
    await page.evaluate(() => document.querySelector('deskcall-panel')?.setAttribute('data-old', ''));
    // The worker ends while it answers.
    await world.worker.evaluate(() => chrome.runtime.reload()).catch(() => {});
    await expect(page.locator('deskcall-panel:not([data-old])')).toHaveCount(1);
    await expect(page.locator('deskcall-panel')).toHaveCount(1);
    await page.evaluate(() => window.dispatchEvent(new CustomEvent('unkind', { detail: 'replace-header' })));
    await expect(page.locator('deskcall-panel')).toHaveCount(1);
    await bar.locator('a.main').click();
    expect(readLink(await world.nextLaunch())?.number).toBe('INC0010001');
    await bar.getByRole('button', { name: 'Nothing opened?' }).click();
    await expect(page.locator('deskcall-panel .panel')).toBeVisible();
    expect(said).toEqual([]);
  } finally {
    await world.close();
  }
});
