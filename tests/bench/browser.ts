/** One Chromium with all the extensions of a run, and what the measurements ask of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type CDPSession, type Page, type Worker } from '@playwright/test';
import { demoSettings } from '../../sandbox/desk/desk.ts';
import { findBrowser } from '../../scripts/bootstrap.mjs';
import type { BenchDesk } from './desk.ts';
import { rowCounts } from './extensions.ts';

export type Bench = {
  context: BrowserContext;
  browser: CDPSession;
  version: string;
  desk: BenchDesk;
  /** Opens a page in a tab of its own, in front. */
  open(variant: string, params: string): Promise<Page>;
  close(): Promise<void>;
};

declare const chrome: {
  runtime: { getManifest(): { name: string } };
  scripting: { getRegisteredContentScripts(): Promise<unknown[]> };
  storage: {
    local: {
      get(key: string | string[]): Promise<Record<string, unknown>>;
      set(items: Record<string, unknown>): Promise<void>;
    };
  };
};

/** Asks again and again, for at most 15 s. */
async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const end = Date.now() + 15_000;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- until it is there
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`Waited 15 s in vain for ${what}.`);
    // oxlint-disable-next-line no-await-in-loop -- as above
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function workerOf(context: BrowserContext, name: string): Promise<Worker> {
  return until(`the worker of ${name}`, async () => {
    const names = await Promise.all(
      context.serviceWorkers().map((worker) => worker.evaluate(() => chrome.runtime.getManifest().name)),
    );
    return context.serviceWorkers()[names.indexOf(name)];
  });
}

/** Settings by the options page, as an admin imports them; React's panel gets the very entry that ours got. */
async function setUp(context: BrowserContext, desk: BenchDesk): Promise<void> {
  const worker = await workerOf(context, 'Deskcall');
  const origin = desk.origin('deskcall');
  // The extension opens its options by itself, once it is installed.
  const page = await until('the options page', async () =>
    context.pages().find((each) => each.url().endsWith('/options.html')),
  );
  await page.goto(`${page.url()}#backup`);
  const buffer = Buffer.from(JSON.stringify(demoSettings(origin)));
  await page.getByLabel('Settings file').setInputFiles({ name: 'settings.json', mimeType: 'application/json', buffer });
  await page.getByRole('button', { name: /^Import/ }).click();
  await page.getByRole('status').filter({ hasText: 'Imported' }).first().waitFor();
  const stored = await until('the scripts to be registered', () =>
    worker.evaluate(async (key) => {
      const scripts = await chrome.scripting.getRegisteredContentScripts();
      const { [key]: entry, words } = await chrome.storage.local.get([key, 'words']);
      return scripts.length > 0 && entry ? { entry, words } : undefined;
    }, `page:${origin}`),
  );
  const react = await workerOf(context, 'bench-react');
  await react.evaluate((items) => chrome.storage.local.set(items), {
    [`page:${desk.origin('react')}`]: stored.entry,
    words: stored.words,
  });
  for (const count of rowCounts) {
    // oxlint-disable-next-line no-await-in-loop -- the disk is one
    const rows = await workerOf(context, `bench-rows-${count}`);
    // oxlint-disable-next-line no-await-in-loop -- as above
    await rows.evaluate((n) => (globalThis as unknown as { fill(count: number): Promise<void> }).fill(n), count);
  }
  for (const each of context.pages().slice(1)) await each.close();
}

export async function openBench(folders: string[], desk: BenchDesk): Promise<Bench> {
  const profile = mkdtempSync(join(tmpdir(), 'deskcall-bench-profile-'));
  const { executablePath } = await findBrowser();
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    viewport: { width: 1280, height: 800 },
    ignoreDefaultArgs: ['--disable-extensions'],
    args: [
      '--no-first-run',
      '--disable-gpu',
      '--disable-sync',
      '--disable-background-networking',
      '--disable-component-update',
      '--host-resolver-rules=MAP *.localhost 127.0.0.1',
      `--disable-extensions-except=${folders.join(',')}`,
      `--load-extension=${folders.join(',')}`,
    ],
  });
  const browser = context.browser();
  if (!browser) throw new Error('The browser has no connection.');
  await setUp(context, desk);
  return {
    context,
    browser: await browser.newBrowserCDPSession(),
    version: browser.version(),
    desk,
    async open(variant, params) {
      const page = await context.newPage();
      await page.goto(desk.url(variant, params));
      return page;
    },
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Calls something in the world of an extension's content script. */
export async function inWorldOf(
  context: BrowserContext,
  page: Page,
  name: string,
): Promise<<T>(code: string) => Promise<T>> {
  const session = await context.newCDPSession(page);
  const worlds = new Map<string, number>();
  session.on('Runtime.executionContextCreated', ({ context: world }) => worlds.set(world.name, world.id));
  await session.send('Runtime.enable');
  const contextId = await until(`the world of ${name}`, async () => worlds.get(name));
  return async (code) => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression: code,
      contextId,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
}
