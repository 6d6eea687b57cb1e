/** A Chromium that has the extension, and hands `worklink:` links to a handler of its own (handler.ts). For `npm start` and the browser tests. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page, type Worker } from '@playwright/test';
import type { Browser } from '../scripts/bootstrap.d.mts';
import { environment, registerHandler, type Handler } from './handler.ts';

export type World = Handler & {
  context: BrowserContext;
  worker: Worker;
  extensionId: string;
  /** What a person does by *Grant*, without the prompt; done when the extension has registered its scripts there. */
  grant(origin: string): Promise<void>;
  /** Imports a settings file through the options page. */
  importSettings(settings: object): Promise<void>;
  close(): Promise<void>;
};

/** The part of chrome that is called inside pages and the worker of the browser under test. */
declare const chrome: {
  developerPrivate: { addHostPermission(id: string, pattern: string): Promise<void> };
  permissions: { request(permissions: { origins: string[] }): Promise<boolean> };
  scripting: { getRegisteredContentScripts(): Promise<{ matches?: string[] }[]> };
  storage: { local: { get(key: string): Promise<Record<string, unknown>> } };
};

/** An unpacked extension's id: the first 32 hex digits of its key's SHA-256, written in a–p. */
export function idOf(extensionDir: string): string {
  const { key } = JSON.parse(readFileSync(join(extensionDir, 'manifest.json'), 'utf8')) as { key?: string };
  if (!key) throw new Error(`${extensionDir} has no key in its manifest: build it with --mode test`);
  const hash = createHash('sha256').update(Buffer.from(key, 'base64')).digest('hex');
  return hash.slice(0, 32).replace(/./g, (digit) => 'abcdefghijklmnop'.charAt(Number.parseInt(digit, 16)));
}

/**
 * Starts the browser in a home and profile of its own.
 * @param options.extensionDir a test build: it has a key, and so an id that is known before it is loaded
 * @param options.origins pages that may open `worklink:` links without a prompt
 */
export async function openWorld(options: {
  browser: Browser;
  extensionDir: string;
  origins: string[];
  headless: boolean;
  /** A build for one organisation opens no options when it is installed. */
  fleet?: boolean;
  /** The browser's own language, `de`; without it, whatever the system says. */
  language?: string;
}): Promise<World> {
  const { browser, extensionDir } = options;
  const extensionId = idOf(extensionDir);
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-'));
  const home = join(dir, 'home');
  const profile = join(dir, 'profile');
  const handler = registerHandler(dir, home);
  mkdirSync(join(profile, 'Default'), { recursive: true });
  const may = [...options.origins, `chrome-extension://${extensionId}`].map((origin) => [origin, { worklink: true }]);
  writeFileSync(
    join(profile, 'Default', 'Preferences'),
    JSON.stringify({ protocol_handler: { allowed_origin_protocol_pairs: Object.fromEntries(may) } }),
  );

  const remove = () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', remove);
  try {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: browser.executablePath,
      headless: options.headless,
      // With a window, whoever opened it ends it in order; else Playwright's own way is good enough.
      handleSIGINT: options.headless,
      handleSIGTERM: options.headless,
      viewport: options.headless ? { width: 1280, height: 800 } : null,
      // On Linux the browser takes its language from here, elsewhere from its arguments.
      env: { ...environment(home), ...(options.language ? { LANGUAGE: options.language } : {}) },
      // Playwright's own default would keep extensions out.
      ignoreDefaultArgs: ['--disable-extensions'],
      args: [
        '--no-first-run',
        ...(options.language ? [`--lang=${options.language}`] : []),
        '--disable-quic',
        '--disable-sync',
        '--disable-background-networking',
        '--disable-component-update',
        ...(options.headless ? ['--disable-gpu'] : []),
        ...(browser.branded
          ? ['--enable-unsafe-extension-debugging']
          : [`--disable-extensions-except=${extensionDir}`, `--load-extension=${extensionDir}`]),
      ],
    });
    if (browser.branded) {
      const session = await context.browser()?.newBrowserCDPSession();
      // Not in Playwright's list of commands.
      const send = session?.send.bind(session) as unknown as (method: string, params: object) => Promise<unknown>;
      await send('Extensions.loadUnpacked', { path: extensionDir });
    }
    const ours = (worker: Worker) => worker.url().startsWith(`chrome-extension://${extensionId}/`);
    const worker =
      context.serviceWorkers().find(ours) ??
      (await context.waitForEvent('serviceworker', { predicate: ours, timeout: 20_000 }));
    // A fresh install opens its options by itself; left open, that would race with whoever opens them next.
    const firstRun = () => context.pages().find((page) => page.url().includes(`${extensionId}/options.html`));
    if (!options.fleet) await until('the first-run page', async () => firstRun() !== undefined);
    await firstRun()?.waitForLoadState();
    await firstRun()?.close();
    return world(context, worker, extensionId, dir, handler, remove);
  } catch (error) {
    remove();
    throw error;
  }
}

function world(
  context: BrowserContext,
  worker: Worker,
  extensionId: string,
  dir: string,
  handler: Handler,
  remove: () => void,
): World {
  return {
    context,
    worker,
    extensionId,
    ...handler,

    async grant(origin) {
      const { protocol, hostname, host } = new URL(origin);
      const allowed = `${protocol}//${hostname}/*`;
      const page = await context.newPage();
      // The browser's own settings page allows the origin; the extension then gets it without a prompt.
      await page.goto('chrome://extensions');
      await page.evaluate(([id, wanted]) => chrome.developerPrivate.addHostPermission(id, wanted), [
        extensionId,
        allowed,
      ] as const);
      await page.goto(`chrome-extension://${extensionId}/options.html`);
      // What Playwright evaluates counts as a person's gesture, which a request needs.
      if (!(await page.evaluate((wanted) => chrome.permissions.request({ origins: [wanted] }), allowed)))
        throw new Error(`The browser did not grant ${allowed}.`);
      await page.close();
      await until(`the extension to register its scripts for ${origin}`, () =>
        worker.evaluate(
          async ([key, starts]) => {
            const scripts = await chrome.scripting.getRegisteredContentScripts();
            const stored = await chrome.storage.local.get(key);
            const covers = (pattern: string) => starts.some((start) => pattern.startsWith(start));
            return key in stored && scripts.some(({ matches }) => matches?.some(covers));
          },
          // A pattern without a port covers every port.
          [`page:${origin}`, [hostname, host].map((name) => `${protocol}//${name}/`)] as const,
        ),
      );
    },

    async importSettings(settings) {
      const file = join(dir, 'settings.json');
      writeFileSync(file, JSON.stringify(settings));
      const page = await context.newPage();
      await page.goto(`chrome-extension://${extensionId}/options.html#backup`);
      await page.getByLabel('Settings file').setInputFiles(file);
      await page.getByRole('button', { name: /^Import/ }).click();
      // Fifty thousand rows take their time on a busy machine.
      await page.getByRole('status').filter({ hasText: 'Imported' }).first().waitFor({ timeout: 60_000 });
      await page.close();
    },

    async close() {
      await context.close();
      remove();
    },
  };
}

/** Types a token for the bridge into the options and saves it. @returns the page, still open */
export async function enterToken({ context, extensionId }: World, token: string, remember = false): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`chrome-extension://${extensionId}/options.html#bridge`);
  await page.getByText(/^(None is set|Set )/).waitFor();
  if (remember) await page.getByRole('switch', { name: 'Remember when the browser is closed' }).check();
  await page.getByLabel('Token', { exact: true }).fill(token);
  await page.getByRole('button', { name: 'Save token' }).click();
  await page.getByText(remember ? 'Set and remembered' : 'Set for this session').waitFor();
  return page;
}

/** Asks again and again, for at most 10 s: for what another process does and does not tell. */
async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`Waited 10 s in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
