/**
 * What the tests on Firefox run in: a Firefox in a home and profile of its own that has the extension's test build and a
 * handler for `worklink:` links. It is driven by WebDriver BiDi; clicks and keys are the browser's own, as a person's.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type ElementHandle, type Page } from 'puppeteer-core';
import { expect, vi } from 'vitest';
import { environment, registerHandler, type Handler } from '../../sandbox/handler.ts';
import { root, which } from '../../scripts/bootstrap.mjs';

/** As in wxt.config.ts. */
const id = 'deskcall@deskcall.example';
/** Firefox makes one up at each install; with this one the extension's pages are known before. */
const uuid = '0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f0';

export type World = Handler & {
  /** Opens an address in a new tab, in front: of a desk, or of the extension by its path (`popup.html`). */
  open(address: string): Promise<Page>;
  /** Imports a settings file through the options page. */
  importSettings(settings: object): Promise<void>;
  /** Allows a desk by a click in the options page; the browser asks nothing here. */
  allow(desk: string): Promise<void>;
  /** The id of the tab that shows an address of an allowed desk. */
  tabOf(address: string): Promise<number>;
  /** Hosts whose pages get the panel from now on, as match patterns. */
  scriptedHosts(): Promise<string[]>;
  /** What a page's Content-Security-Policy has kept from it, since it was opened. */
  blocked(page: Page): Promise<string[]>;
  /** Uncaught errors of the extension's scripts, wherever they ran. */
  errors(): string[];
  /** Closes all tabs but the browser's first, and leaves out the launches so far. */
  closePages(): Promise<void>;
  close(): Promise<void>;
};

/** What is called inside pages: of desks, and of the extension. */
declare global {
  // oxlint-disable-next-line no-var -- a property of globalThis is declared so
  var blocked: string[];
}
declare const browser: {
  tabs: { query(query: object): Promise<{ id: number; url?: string }[]> };
  scripting: { getRegisteredContentScripts(): Promise<{ matches: string[] }[]> };
};

/** An element once it is there and can be seen; `>>>` in the selector goes into shadow roots. */
export const find = async (page: Page, selector: string): Promise<ElementHandle> =>
  (await page.waitForSelector(selector, { visible: true, timeout: 10_000 })) as ElementHandle;

/** A button of an extension's page by the start of its words, or of its label. */
export const button = (page: Page, words: string): Promise<ElementHandle> =>
  find(page, `::-p-xpath(//button[starts-with(., "${words}") or @aria-label="${words}"])`);

/** The Firefox that the test runner has found, or the one that is installed. */
export function executable(): string {
  const path = process.env.FIREFOX ?? which('firefox-esr') ?? which('firefox');
  if (!path) throw new Error('There is no Firefox here: install one, or set FIREFOX to the path of one.');
  return path;
}

/** Goes to a page of the extension. The driver is not told of its loads, so the page itself is asked, again and again. */
async function openOwn(page: Page, address: string): Promise<void> {
  void page.goto(address).catch(() => undefined);
  await vi.waitFor(
    async () =>
      expect(await page.evaluate(() => location.protocol + document.readyState)).toBe('moz-extension:complete'),
    { timeout: 10_000 },
  );
}

/** How this Firefox differs from one with the test build and no organisation. */
type Setup = {
  /** What the organisation has set for the extension; without it there is no managed storage at all. */
  policy?: object;
  /** The folder of another build, made for an organisation: it opens no options when it is installed. */
  fleet?: string;
  /** What is started in place of Firefox: it has policies of its own, which install the extension. */
  installing?: string;
  /** What is started in place of Firefox: it has policies of its own, but the extension is installed as always. */
  governed?: string;
  prefs?: Record<string, unknown>;
};

export async function openWorld({ policy, fleet, installing, governed, prefs }: Setup = {}): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-'));
  const home = join(dir, 'home');
  const handler = registerHandler(dir, home);
  if (policy) {
    const managed = join(home, '.mozilla', 'managed-storage');
    mkdirSync(managed, { recursive: true });
    const file = { name: id, description: 'Policy', type: 'storage', data: policy };
    writeFileSync(join(managed, `${id}.json`), JSON.stringify(file));
  }
  const remove = () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', remove);
  const firefox = await puppeteer.launch({
    browser: 'firefox',
    executablePath: installing ?? governed ?? executable(),
    headless: true,
    env: environment(home),
    // Without it Firefox keeps drivers out of extensions' pages.
    args: ['--remote-allow-system-access', '--width=1280', '--height=800'],
    defaultViewport: null,
    extraPrefsFirefox: {
      'extensions.webextensions.uuids': JSON.stringify({ [id]: uuid }),
      'extensions.webextOptionalPermissionPrompts': false,
      // Else the organisation's policy has to say so.
      ...(installing ? {} : { 'network.protocol-handler.external.worklink': true }),
      ...prefs,
    },
  });
  let said = '';
  const { stdout, stderr } = firefox.process() ?? {};
  for (const stream of [stdout, stderr]) stream?.on('data', (data: Buffer) => (said += data.toString()));

  const open = async (address: string): Promise<Page> => {
    const page = await firefox.newPage();
    if (/^https?:/.test(address)) {
      await page.evaluateOnNewDocument(() => {
        globalThis.blocked = [];
        document.addEventListener('securitypolicyviolation', (event) =>
          globalThis.blocked.push(event.violatedDirective),
        );
      });
      await page.goto(address);
    } else await openOwn(page, `moz-extension://${uuid}/${address}`);
    return page;
  };

  /** Runs something where the extension's own API is. */
  const inOptions = async <T>(work: (argument: string) => Promise<T>, argument: string): Promise<T> => {
    const page = await open('options.html');
    await find(page, 'main');
    const result = await page.evaluate(work, argument);
    await page.close();
    return result;
  };

  if (!installing) await firefox.installExtension(fleet ?? join(root, '.output', 'firefox-mv3-test'));
  // At its first start it shows its options; were that later, it would come before the tab of a test, which then stands still.
  if (!fleet && !installing)
    await vi.waitFor(
      async () => {
        const pages = await firefox.pages();
        expect(await Promise.all(pages.map((page) => page.evaluate(() => location.pathname)))).toContain(
          '/options.html',
        );
      },
      { timeout: 10_000 },
    );
  return {
    ...handler,
    open,
    async importSettings(settings) {
      const file = join(dir, 'settings.json');
      writeFileSync(file, JSON.stringify(settings));
      const page = await open('options.html#backup');
      const input = (await find(page, 'input[type=file]')) as ElementHandle<HTMLInputElement>;
      await input.uploadFile(file);
      await (await button(page, 'Import')).click();
      await find(page, '::-p-xpath(//*[@role="status"][contains(., "Imported")])');
      await page.close();
    },
    async allow(desk) {
      const page = await open('options.html#desks');
      await (await button(page, `Allow ${desk}`)).click();
      await button(page, `Revoke ${desk}`);
      await page.close();
    },
    tabOf: (address) =>
      inOptions(async (wanted) => {
        const tabs = await browser.tabs.query({});
        return tabs.find(({ url }) => url === wanted)?.id ?? -1;
      }, address),
    scriptedHosts: () =>
      inOptions(async () => {
        const scripts = await browser.scripting.getRegisteredContentScripts();
        return [...new Set(scripts.flatMap(({ matches }) => matches))];
      }, ''),
    blocked: (page) => page.evaluate(() => globalThis.blocked),
    // What has no source at all is a rejection of the browser's own API, in a script of the extension.
    errors: () =>
      said.split('\n').filter((line) => /^JavaScript error: (moz-extension:|undefined|, line 0)/.test(line)),
    async closePages() {
      handler.forgetLaunches();
      const [, ...others] = await firefox.pages();
      await Promise.all(others.map((page) => page.close()));
    },
    async close() {
      await firefox.close();
      remove();
    },
  };
}
