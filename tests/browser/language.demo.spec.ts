/** The whole of Deskcall in a German browser: every word German, nothing cut, and accessible; and the options turned round. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test as base, type Page } from '@playwright/test';
import { demoSettings } from '../../sandbox/desk/desk.ts';
import { serveDesk } from '../../sandbox/desk/server.ts';
import { openWorld, type World } from '../../sandbox/launch.ts';
import { findBrowser, root } from '../../scripts/bootstrap.mjs';
import { broken, optionsAt, wcag } from './looks.ts';
import { spills } from './spills.ts';

const test = base.extend<object, { desk: Awaited<ReturnType<typeof serveDesk>>; world: World }>({
  desk: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright wants a fixture's needs destructured
    async ({}, use) => {
      const desk = await serveDesk();
      await use(desk);
      await desk.close();
    },
    { scope: 'worker' },
  ],
  world: [
    async ({ desk }, use) => {
      const extensionDir = join(root, '.output', 'chrome-mv3-test');
      const browser = await findBrowser();
      const world = await openWorld({ browser, extensionDir, origins: [desk.origin], headless: true, language: 'de' });
      await importInto(world, demoSettings(desk.origin));
      await world.grant(desk.origin);
      await use(world);
      await world.close();
    },
    { scope: 'worker' },
  ],
});

/** The part of chrome that runs in the worker of the browser under test. */
declare const chrome: { tabs: { query(query: object): Promise<{ id: number; url?: string }[]> } };

type Messages = Record<string, { message: string }>;
const wordsOf = (locale: string): Messages =>
  JSON.parse(readFileSync(join(root, 'public', '_locales', locale, 'messages.json'), 'utf8')) as Messages;
const german = wordsOf('de');
const say = (key: string): string => german[key]?.message ?? key;
/** What stands under some key in English and under none in German. */
const onlyEnglish = (): string[] => {
  const known = new Set(Object.values(german).map(({ message }) => message));
  return Object.values(wordsOf('en')).flatMap(({ message }) => (known.has(message) ? [] : [message]));
};

const sizes = [
  { width: 1280, height: 800 },
  // 1280 at 200 %.
  { width: 640, height: 400 },
  { width: 344, height: 700 },
];

/** What the panel, where there is one, else the page shows or says of these words. */
const found = (page: Page, words: string[]): Promise<string[]> =>
  page.evaluate((unwanted) => {
    const texts: (string | null)[] = [];
    const inside = document.querySelector('deskcall-panel')?.shadowRoot ?? document.body;
    for (const each of inside.querySelectorAll('*:not(script,style)')) {
      for (const name of ['aria-label', 'placeholder', 'title']) texts.push(each.getAttribute(name));
      for (const node of each.childNodes) if (node.nodeType === Node.TEXT_NODE) texts.push(node.textContent);
    }
    const list = new Set(unwanted);
    return texts.filter((text) => text !== null && list.has(text.trim())) as string[];
  }, words);

/** Breaks of WCAG in light and dark, what is left of English, and what does not fit at any size; said of each. */
async function inOrder(page: Page, what: string): Promise<void> {
  expect(await found(page, onlyEnglish()), `${what}: English`).toEqual([]);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await broken(page), `${what}, ${colorScheme}`).toEqual([]);
  }
  await fits(page, what);
}

async function fits(page: Page, what: string): Promise<void> {
  for (const size of sizes) {
    await page.setViewportSize(size);
    // The panel finds its place anew in the frame after the window has its size, and is painted in the next.
    await page.evaluate(
      () =>
        new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done)))),
    );
    expect.soft(await page.evaluate(spills), `${what}, ${size.width} px`).toEqual([]);
    const { scrollWidth, clientWidth } = await page.evaluate(() => ({
      scrollWidth: document.documentElement.scrollWidth,
      clientWidth: document.documentElement.clientWidth,
    }));
    expect.soft(scrollWidth, `${what}, ${size.width} px, sideways`).toBeLessThanOrEqual(clientWidth);
  }
  await page.setViewportSize(sizes[0] ?? { width: 1280, height: 800 });
}

/** As a German admin does it. */
async function importInto(world: World, settings: object): Promise<void> {
  const page = await optionsAt(world, 'backup');
  const buffer = Buffer.from(JSON.stringify(settings));
  await page
    .getByLabel(say('o_import_file'))
    .setInputFiles({ name: 'demo.json', mimeType: 'application/json', buffer });
  await page.getByRole('button', { name: /Änderungen importieren$/ }).click();
  await page.getByRole('status').filter({ hasText: 'Änderungen importiert' }).waitFor();
  await page.close();
}

/** All views that the navigation leads to. */
async function viewsOf(page: Page): Promise<string[]> {
  const links = await page.getByRole('navigation').getByRole('link').all();
  return Promise.all(links.map(async (link) => ((await link.getAttribute('href')) ?? '').slice(1)));
}

test.describe.configure({ timeout: 180_000 });

test.afterEach(async ({ world }) => {
  for (const page of world.context.pages().slice(1)) await page.close();
});

test('options: every view is German, accessible, and fits', async ({ world }) => {
  const page = await optionsAt(world, 'start');
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page).toHaveTitle(`${say('o_start_title')} · Deskcall`);
  const views = await viewsOf(page);
  expect(views).toEqual(expect.arrayContaining(['start', 'desks', 'contacts', 'rules', 'tables', 'backup']));
  for (const view of views)
    await test.step(view, async () => {
      await page.goto(`chrome-extension://${world.extensionId}/options.html#${view}`);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(say(`o_${view}_title`));
      await inOrder(page, view);
    });
});

test('options: forms and what an import would change are German, accessible, and fit', async ({ world }) => {
  for (const [view, button] of [
    ['desks', 'o_desks_add'],
    ['contacts', 'o_contacts_add'],
    ['rules', 'o_rules_add'],
    ['tables', 'o_tables_add'],
  ] as const)
    await test.step(view, async () => {
      const page = await optionsAt(world, view);
      await page.getByRole('button', { name: say(button), exact: true }).click();
      await page.getByRole('form').first().waitFor();
      await inOrder(page, `${view}, form`);
    });
  const page = await optionsAt(world, 'backup');
  const next = {
    ...demoSettings('https://other.example'),
    rules: [],
    contacts: [{ id: 'x', name: 'X', link: 'ftp://x' }],
  };
  const buffer = Buffer.from(JSON.stringify(next));
  await page
    .getByLabel(say('o_import_file'))
    .setInputFiles({ name: 'next.json', mimeType: 'application/json', buffer });
  await page.getByRole('heading', { name: 'next.json importieren' }).waitFor();
  await inOrder(page, 'import');
});

test('options: what is wrong with a file is said in German, value by value', async ({ world }) => {
  const page = await optionsAt(world, 'backup');
  const bad = {
    contacts: [
      { id: 'a', name: 7 },
      { id: 'b', name: 'B', link: 'javascript:1' },
    ],
    rules: 'all',
    desks: [{ key: 'A B', product: 'jira', origins: [] }],
    rows: [
      { table: 'experts', key: 'A', offer: [] },
      { table: 'experts', key: ' a', offer: [] },
    ],
  };
  const buffer = Buffer.from(JSON.stringify(bad));
  await page.getByLabel(say('o_import_file')).setInputFiles({ name: 'bad.json', mimeType: 'application/json', buffer });
  const rows = page.getByRole('table').getByRole('row');
  for (const [where, why] of [
    ['contacts[0].name', 'muss ein Text in Anführungszeichen sein; weggelassen: contacts[0].name'],
    ['contacts[1].link', 'Ein Link beginnt mit worklink:// oder https://; weggelassen: contacts[1]'],
    ['rules', 'muss eine Liste in [eckigen Klammern] sein'],
    ['desks[0].key', 'muss aus höchstens 24 Kleinbuchstaben'],
    ['rows[1]', '„a“ steht zweimal in dieser Tabelle; der erste Eintrag bleibt'],
  ] as const)
    await expect(rows.filter({ has: page.getByText(where, { exact: true }) }).first()).toContainText(why);
  await inOrder(page, 'what is wrong');
});

test('options: turned round, everything stands on the other side and fits', async ({ world }) => {
  const page = await optionsAt(world, 'start');
  const views = await viewsOf(page);
  for (const view of views)
    await test.step(view, async () => {
      await page.goto(`chrome-extension://${world.extensionId}/options.html#${view}`);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(say(`o_${view}_title`));
      await page.evaluate(() => (document.documentElement.dir = 'rtl'));
      const [side, title] = await Promise.all(
        [page.getByRole('navigation'), page.getByRole('heading', { level: 1 })].map((each) => each.boundingBox()),
      );
      expect(side?.x, view).toBeGreaterThan((title?.x ?? 0) + (title?.width ?? 0));
      await fits(page, `${view}, right-to-left`);
      // Addresses, links and ids keep their own direction.
      const turned = await page.evaluate(() =>
        [...document.querySelectorAll('code, .mono, code *, .mono *')].flatMap((each) => {
          const texts = [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE);
          const { direction, unicodeBidi } = getComputedStyle(each);
          return texts && !each.matches('.hint') && direction === 'rtl' && unicodeBidi !== 'plaintext'
            ? [each.outerHTML.slice(0, 80)]
            : [];
        }),
      );
      expect.soft(turned, view).toEqual([]);
    });
});

test('panel and code on a desk’s page are German, accessible, and fit', async ({ world, desk }) => {
  const page = await world.context.newPage();
  await page.goto(`${desk.origin}/case/INC0010001`);
  const panel = page.locator('deskcall-panel');
  await expect(panel.getByRole('region', { name: 'Deskcall für INC0010001' })).toHaveAttribute('lang', 'de');
  await expect(panel.getByRole('link', { name: 'Dana Reyes anrufen' })).toBeVisible();
  await panel.getByRole('button', { name: say('show_all') }).click();
  await expect(panel.getByRole('link', { name: 'Pump experts anrufen' })).toBeVisible();
  // The order of headings is the whole page's, and so the desk's.
  expect(await broken(page, wcag, 'deskcall-panel')).toEqual([]);
  expect(await found(page, onlyEnglish())).toEqual([]);
  await fits(page, 'panel');
  await panel.getByRole('button', { name: 'QR: Dana Reyes anrufen' }).last().click();
  await expect(
    panel.getByRole('dialog').getByRole('img', { name: /^Code: Dana Reyes anrufen für Fall/ }),
  ).toBeVisible();
  expect(await found(page, onlyEnglish())).toEqual([]);
  await fits(page, 'code');
});

test('the popup is German, accessible, and fits: with a case, without one, and for a page that is no desk', async ({
  world,
  desk,
}) => {
  const tabs = {
    'a case': `${desk.origin}/case/INC0010001`,
    'no case': `${desk.origin}/`,
    'no desk': 'chrome://version/',
  };
  for (const [what, url] of Object.entries(tabs))
    await test.step(what, async () => {
      const page = await world.context.newPage();
      await page.goto(url);
      const tab = await world.worker.evaluate(async (wanted) => {
        const all = await chrome.tabs.query({});
        return all.find((one) => one.url === wanted)?.id ?? -1;
      }, page.url());
      const popup = await world.context.newPage();
      await popup.goto(`chrome-extension://${world.extensionId}/popup.html?tab=${tab}`);
      await popup.getByRole('heading', { level: 2 }).first().waitFor();
      await expect(popup.locator('html')).toHaveAttribute('lang', 'de');
      await inOrder(popup, what);
    });
});
