/**
 * What browser tests run in: one Chromium with the extension per worker, the demo desk, and the real desks that the test
 * runner has started. Settings are imported and the desks granted before the first test.
 */
// oxlint-disable no-empty-pattern -- Playwright wants a fixture's needs destructured, also where it has none
import { join } from 'node:path';
import { test as base, type Page } from '@playwright/test';
import { demoSettings, type SettingsFile } from '../../sandbox/desk/desk.ts';
import { serveDesk } from '../../sandbox/desk/server.ts';
import { openWorld, type World } from '../../sandbox/launch.ts';
import { findBrowser, root } from '../../scripts/bootstrap.mjs';
import type { Fossil } from '../../scripts/desks/fossil.ts';
import type { Redmine } from '../../scripts/desks/redmine.ts';
import type { Rt } from '../../scripts/desks/rt.ts';
import type { Tryton } from '../../scripts/desks/tryton.ts';
import * as custom from './custom-desks.ts';

type Real = { rt5: Rt; rt4: Rt; redmine: Redmine; tryton: Tryton; fossil: Fossil };

/** A real desk, as the test runner wrote it to the environment. */
function running<Id extends keyof Real>(id: Id): Real[Id] | undefined {
  const text = process.env[`DESKCALL_${id.toUpperCase()}`];
  return text ? (JSON.parse(text) as Real[Id]) : undefined;
}

function needed<Id extends keyof Real>(id: Id): Real[Id] {
  const found = running(id);
  if (!found) throw new Error(`No ${id} runs: npm test starts one and names it in DESKCALL_${id.toUpperCase()}.`);
  return found;
}

/** The real desks that run, as an admin sets them up. */
const realDesks = (): SettingsFile['desks'] => {
  const products = {
    rt5: { product: 'request-tracker' },
    rt4: { product: 'request-tracker' },
    redmine: { product: 'redmine' },
    tryton: { product: 'custom', name: 'Tryton', custom: custom.tryton },
    fossil: { product: 'custom', name: 'Fossil', custom: custom.fossil },
  };
  return (Object.keys(products) as (keyof Real)[]).flatMap((key) => {
    const url = running(key)?.url;
    return url ? [{ key, ...products[key], origins: [url] }] : [];
  });
};

/** The demo's settings, a second server of it as a desk of marked pages, and the real desks with rules of their own. */
function settingsFor(origin: string, marked: string): SettingsFile {
  const demo = demoSettings(origin);
  return {
    ...demo,
    desks: [...demo.desks, { key: 'marked', product: 'marked', origins: [marked] }, ...realDesks()],
    rules: [
      ...demo.rules,
      { id: 'field-service', when: { queue: 'Field Service' }, offer: ['dana', 'pump-experts', 'manuals'] },
      { id: 'tasks', when: { desk: 'tryton', kind: 'project.work' }, offer: ['liu'] },
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
  /** A tab that stays when all others are closed: without any, browsers end. */
  blank: Page;
  /** The running Request Tracker of a version. */
  rt: (version: 5 | 4) => Rt;
  redmine: Redmine;
  tryton: Tryton;
  fossil: Fossil;
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
  blank: [async ({ world }, use) => use(await world.context.newPage()), { scope: 'worker' }],
  rt: [async ({}, use) => use((version) => needed(`rt${version}`)), { scope: 'worker' }],
  redmine: [async ({}, use) => use(needed('redmine')), { scope: 'worker' }],
  tryton: [async ({}, use) => use(needed('tryton')), { scope: 'worker' }],
  fossil: [async ({}, use) => use(needed('fossil')), { scope: 'worker' }],
  /** A new tab; it and all others are closed after the test. */
  page: async ({ world, blank }, use) => {
    world.forgetLaunches();
    const page = await world.context.newPage();
    await use(page);
    for (const each of world.context.pages()) if (each !== blank) await each.close();
  },
});

export { expect } from '@playwright/test';
