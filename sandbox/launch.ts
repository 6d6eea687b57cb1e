/**
 * A Chromium that has the extension, and a WorkLink app of sorts: a protocol handler that is registered with the
 * system (Linux) and writes down each link it receives. For `npm start` and the browser tests.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Worker } from '@playwright/test';
import type { Browser } from '../scripts/bootstrap.d.mts';

export type World = {
  context: BrowserContext;
  worker: Worker;
  extensionId: string;
  /** Every link that the protocol handler has received, oldest first. */
  launches(): string[];
  /**
   * The oldest link received that was not returned before; later ones are waited for.
   * @throws if none that fits comes within 15 s
   */
  nextLaunch(fits?: (link: string) => boolean): Promise<string>;
  /** Leaves out what was received so far, for {@link nextLaunch}. */
  forgetLaunches(): void;
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
function idOf(extensionDir: string): string {
  const { key } = JSON.parse(readFileSync(join(extensionDir, 'manifest.json'), 'utf8')) as { key?: string };
  if (!key) throw new Error(`${extensionDir} has no key in its manifest: build it with --mode test`);
  const hash = createHash('sha256').update(Buffer.from(key, 'base64')).digest('hex');
  return hash.slice(0, 32).replace(/./g, (digit) => 'abcdefghijklmnop'.charAt(Number.parseInt(digit, 16)));
}

/** Registers a handler for `worklink:` in a home of its own. @returns the file that it appends each link to */
function registerHandler(dir: string, home: string): string {
  const log = join(dir, 'launches.log');
  const handler = join(dir, 'handler.sh');
  const applications = join(home, '.local', 'share', 'applications');
  mkdirSync(applications, { recursive: true });
  mkdirSync(join(home, '.config'), { recursive: true });
  appendFileSync(log, '');
  writeFileSync(handler, `#!/bin/sh\nprintf '%s\\n' "$1" >> '${log}'\n`, { mode: 0o755 });
  writeFileSync(
    join(applications, 'fake-worklink.desktop'),
    `[Desktop Entry]\nType=Application\nName=Fake WorkLink\nExec=${handler} %u\nNoDisplay=true\nMimeType=x-scheme-handler/worklink;\n`,
  );
  writeFileSync(
    join(home, '.config', 'mimeapps.list'),
    '[Default Applications]\nx-scheme-handler/worklink=fake-worklink.desktop\n',
  );
  return log;
}

/** The browser's environment: the home with the handler, and the person's own display. */
const environment = (home: string): Record<string, string> => {
  const own = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  if (process.platform !== 'linux') return own;
  return {
    // xdg-open hands links over only where a display is named; headless, any name will do.
    DISPLAY: ':0',
    XAUTHORITY: join(own.HOME ?? '', '.Xauthority'),
    ...own,
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
  };
};

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
}): Promise<World> {
  const { browser, extensionDir } = options;
  const extensionId = idOf(extensionDir);
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-'));
  const home = join(dir, 'home');
  const profile = join(dir, 'profile');
  const log = registerHandler(dir, home);
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
      env: environment(home),
      // Playwright's own default would keep extensions out.
      ignoreDefaultArgs: ['--disable-extensions'],
      args: [
        '--no-first-run',
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
    return world(context, worker, extensionId, dir, log, remove);
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
  log: string,
  remove: () => void,
): World {
  const launches = () => readFileSync(log, 'utf8').split('\n').slice(0, -1);
  const taken = new Set<number>();

  return {
    context,
    worker,
    extensionId,
    launches,

    nextLaunch: (fits = () => true) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const all = launches();
          const found = all.findIndex((link, n) => !taken.has(n) && fits(link));
          const link = all[found];
          if (link === undefined) return;
          taken.add(found);
          end();
          resolve(link);
        };
        const watcher = watch(log, look);
        const timer = setTimeout(() => {
          end();
          reject(
            new Error(
              `No such link reached the protocol handler in 15 s. Received so far: ${launches().join(' ') || 'none'}`,
            ),
          );
        }, 15_000);
        const end = () => {
          watcher.close();
          clearTimeout(timer);
        };
        look();
      }),

    forgetLaunches() {
      for (const n of launches().keys()) taken.add(n);
    },

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
      await page.getByRole('status').filter({ hasText: 'Imported' }).first().waitFor();
      await page.close();
    },

    async close() {
      await context.close();
      remove();
    },
  };
}

/** Asks again and again, for at most 10 s: for what another process does and does not tell. */
async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`Waited 10 s in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
