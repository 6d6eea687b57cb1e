/**
 * What browser tests run in: one Chromium with the extension per worker, the demo desk, and the Request Trackers that
 * the test runner has started. Settings are imported and the desks granted before the first test.
 */
// oxlint-disable no-empty-pattern -- Playwright wants a fixture's needs destructured, also where it has none
import { join } from 'node:path';
import { test as base, type Page } from '@playwright/test';
import { demoSettings, type SettingsFile } from '../../sandbox/desk/desk.ts';
import { serveDesk } from '../../sandbox/desk/server.ts';
import { openWorld, type World } from '../../sandbox/launch.ts';
import { findBrowser, root } from '../../scripts/bootstrap.mjs';
import type { Rt } from '../../scripts/desks/rt.ts';

/** Request Trackers by version, as the test runner wrote them to the environment. */
function running(): Rt[] {
  return ['DESKCALL_RT5', 'DESKCALL_RT4'].flatMap((name) => {
    const text = process.env[name];
    return text ? [JSON.parse(text) as Rt] : [];
  });
}

function rt(version: 5 | 4): Rt {
  const found = running().find((each) => each.version === version);
  if (!found)
    throw new Error(`No Request Tracker ${version} runs: npm test starts one and names it in DESKCALL_RT${version}.`);
  return found;
}

/** The demo's settings, a second server of it as a desk of marked pages, and the Request Trackers as desks `rt5` and `rt4` whose queues have rules of their own. */
function settingsFor(origin: string, marked: string): SettingsFile {
  const demo = demoSettings(origin);
  return {
    ...demo,
    desks: [
      ...demo.desks,
      { key: 'marked', product: 'marked', origins: [marked] },
      ...running().map(({ version, url }) => ({ key: `rt${version}`, product: 'request-tracker', origins: [url] })),
    ],
    rules: [
      ...demo.rules,
      { id: 'field-service', when: { queue: 'Field Service' }, offer: ['dana', 'pump-experts', 'manuals'] },
    ],
  };
}

type Desk = Awaited<ReturnType<typeof serveDesk>>;
type Shared = {
  desk: Desk;
  /** The same server at another origin, where `/marked` and `/marked-two` are cases by their attributes alone. */
  marked: Desk;
  /** What was imported; a test that imports other settings imports these again when it is done. */
  settings: SettingsFile;
  world: World;
  /** The running Request Tracker of a version. */
  rt: (version: 5 | 4) => Rt;
};

async function served({}, use: (desk: Desk) => Promise<void>): Promise<void> {
  const desk = await serveDesk();
  await use(desk);
  await desk.close();
}

export const test = base.extend<{ page: Page }, Shared>({
  desk: [served, { scope: 'worker' }],
  marked: [served, { scope: 'worker' }],
  settings: [async ({ desk, marked }, use) => use(settingsFor(desk.origin, marked.origin)), { scope: 'worker' }],
  world: [
    async ({ settings }, use) => {
      const origins = settings.desks.flatMap((each) => each.origins);
      const extensionDir = join(root, '.output', 'chrome-mv3-test');
      const world = await openWorld({ browser: await findBrowser(), extensionDir, origins, headless: true });
      await world.importSettings(settings);
      for (const origin of origins) await world.grant(origin);
      await use(world);
      await world.close();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  rt: [async ({}, use) => use(rt), { scope: 'worker' }],
  /** A new tab; all tabs but the browser's first are closed after the test. */
  page: async ({ world }, use) => {
    world.forgetLaunches();
    const page = await world.context.newPage();
    await use(page);
    for (const each of world.context.pages().slice(1)) await each.close();
  },
});

export { expect } from '@playwright/test';
