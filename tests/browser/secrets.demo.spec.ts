/**
 * No secret goes where it may not, in a real browser: a canary as the API user's password and the IdTokens that it buys,
 * in every form, looked for in storage, pages, consoles, exports and reports. tests/unit/secrets.test.ts has the messages.
 */
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { unzipSync } from 'fflate';
import { serveAwaken, type AwakenServer } from '../../sandbox/awaken.ts';
import { enterUser, withPops } from '../../sandbox/pops.ts';
import { expect, test } from './world.ts';

const user = 'canary@example.com';
const canary = 'S3CRET CANARY/ß+€';
const base64 = (text: string) => Buffer.from(text).toString('base64');

let server: AwakenServer;
test.beforeEach(async () => {
  server = await serveAwaken({ user, password: canary });
});
test.afterEach(async ({ world, settings }) => {
  await world.importSettings({ ...settings, awaken: {}, myUser: null });
  await server.close();
});

const needles = (): string[] =>
  [canary, `${user}:${canary}`, ...server.tokens].flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    base64(secret),
    JSON.stringify(secret).slice(1, -1),
  ]);
const found = (text: string): string[] => needles().filter((needle) => text.includes(needle));

/** All of a page that can be read: elements in open shadow roots, too, and what is typed into fields. */
const dom = (page: Page) =>
  page.evaluate(() => {
    const read = (root: Document | ShadowRoot): string =>
      [...root.querySelectorAll('*')]
        .map((element) => {
          const own = element.cloneNode(false) as Element;
          const typed = 'value' in element ? String(element.value) : '';
          return `${own.outerHTML} ${typed} ${element.shadowRoot ? read(element.shadowRoot) : ''}`;
        })
        .join('\n') + (root.textContent ?? '');
    return read(document);
  });

/** What the extension's own database holds, bytes as they are. */
const database = (page: Page) =>
  page.evaluate(async () => {
    const opened = await new Promise<IDBDatabase>((resolve, reject) => {
      const asked = indexedDB.open('keyval-store');
      asked.addEventListener('success', () => resolve(asked.result));
      asked.addEventListener('error', () => reject(new Error('no database')));
    });
    const store = opened.transaction('keyval').objectStore('keyval');
    const all = <T>(request: IDBRequest<T[]>) =>
      new Promise<T[]>((resolve) => {
        request.addEventListener('success', () => resolve(request.result));
      });
    const [keys, values] = await Promise.all([all(store.getAllKeys()), all(store.getAll())]);
    opened.close();
    const bytes = (value: unknown): unknown =>
      value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? new TextDecoder('latin1').decode(value) : value;
    return JSON.stringify([keys, values], (_, value: unknown) => bytes(value));
  });

for (const remember of [false, true])
  test(`nothing of it is found anywhere, ${remember ? 'remembered' : 'for this session'}`, async ({
    page,
    desk,
    world,
    settings,
  }) => {
    const consoles: string[] = [];
    world.context.on('console', (message) => consoles.push(message.text()));
    world.worker.on('console', (message) => consoles.push(message.text()));
    await world.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: desk.origin });
    await world.importSettings(withPops(settings, server, 'pumps'));
    const options = await enterUser(world, { user, password: canary, remember });
    const seen: Record<string, string> = { options: await dom(options) };

    await options.getByRole('button', { name: 'Test connection' }).click();
    await options.getByText('Checked: Awaken takes the user.').waitFor();
    // A server that quotes what it got, to an admin and to whoever pops.
    server.on('pop-echo');
    await options.getByRole('button', { name: 'Pop me: Pump intake' }).click();
    await options.getByText(/^Awaken says/).waitFor();
    seen.tested = await dom(options);

    const panel = page.locator('deskcall-panel');
    await page.goto(`${desk.origin}/case/INC0010001`);
    await panel.getByRole('button', { name: 'Show all' }).click();
    await panel.getByRole('button', { name: 'Pop Pump intake' }).click();
    await panel.getByText(/^Awaken says/).waitFor();
    seen.failed = await dom(page);
    await panel.getByRole('alert').getByRole('button', { name: 'Copy for admin' }).click();
    await expect
      .poll(async () => (seen.report = await page.evaluate(() => navigator.clipboard.readText())))
      .toContain('bad-request');
    server.off();
    await panel.getByRole('button', { name: 'Try again' }).click();
    await panel.getByText('Awaken accepted it').waitFor();
    await panel.getByRole('button', { name: 'Preview Pump intake' }).click();
    seen.popped = await dom(page);

    for (const area of ['local', 'sync', 'managed'] as const)
      seen[area] = JSON.stringify(await options.evaluate((name) => chrome.storage[name].get(), area));
    seen.database = await database(options);
    for (const view of ['backup', 'deploy', 'desks']) {
      await options.goto(`chrome-extension://${world.extensionId}/options.html#${view}`);
      await options.getByRole('heading', { level: 1 }).waitFor();
      seen[view] = await dom(options);
    }
    await options.goto(`chrome-extension://${world.extensionId}/options.html#backup`);
    const exporting = options.waitForEvent('download');
    await options.getByRole('button', { name: /^Export/ }).click();
    seen.export = readFileSync(await (await exporting).path(), 'utf8');
    await options.goto(`chrome-extension://${world.extensionId}/options.html#deploy`);
    const packing = options.waitForEvent('download');
    await options.getByRole('button', { name: 'Download all as one zip' }).click();
    const files = unzipSync(readFileSync(await (await packing).path()));
    seen.pack = Object.values(files)
      .map((file) => Buffer.from(file).toString('utf8'))
      .join('\n');
    seen.console = consoles.join('\n');

    // The canary was in use all along, and the looking finds it where it is.
    expect(server.tokens.length).toBeGreaterThan(0);
    const memory = JSON.stringify(await options.evaluate(() => chrome.storage.session.get()));
    expect(found(memory)).toContain(server.tokens.at(-1));
    expect(found(memory).includes(canary)).toBe(!remember);
    expect(seen.export).toContain(server.authUrl);
    expect(seen.pack).toContain(server.authUrl);
    expect(seen.database).toContain(server.authUrl);
    expect(seen.database?.includes('vault-key')).toBe(remember);

    expect(Object.entries(seen).flatMap(([where, text]) => found(text).map((needle) => `${where}: ${needle}`))).toEqual(
      [],
    );
  });

test('a page cannot read the session’s storage', async ({ page, desk, world, settings }) => {
  await world.importSettings(withPops(settings, server, 'pumps'));
  await (await enterUser(world, { user, password: canary })).close();
  await page.goto(`${desk.origin}/case/INC0010001`);
  await page.locator('deskcall-panel .bar').waitFor();
  // In the very world in which the panel's script runs.
  const session = await world.context.newCDPSession(page);
  const worlds: number[] = [];
  session.on('Runtime.executionContextCreated', ({ context }) => {
    if (context.origin === `chrome-extension://${world.extensionId}`) worlds.push(context.id);
  });
  await session.send('Runtime.enable');
  expect(worlds).toHaveLength(1);
  const ask = async (expression: string) =>
    (
      await session.send('Runtime.evaluate', {
        expression,
        contextId: worlds[0] ?? 0,
        awaitPromise: true,
        returnByValue: true,
      })
    ).result.value as string;
  expect(await ask('chrome.storage.local.get().then((all) => Object.keys(all).length > 0)')).toBe(true);
  const told = await ask(
    'Promise.resolve().then(() => chrome.storage.session.get()).then(JSON.stringify, (error) => "refused: " + error.message)',
  );
  expect(told).toMatch(/^refused|undefined|not allowed/);
  expect(found(told)).toEqual([]);
});

/** The part of chrome that is called inside the extension's pages. */
declare const chrome: {
  storage: { [area in 'local' | 'sync' | 'managed' | 'session']: { get(): Promise<Record<string, unknown>> } };
};
