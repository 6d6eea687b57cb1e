/** Pops through a real bridge, from the panel to the desktop of the sandbox's Awaken, and back when the workflow opens. */
import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import { serveAwaken, type AwakenServer } from '../../sandbox/awaken.ts';
import { openBridge, type SandboxBridge } from '../../sandbox/bridge.ts';
import { enterToken } from '../../sandbox/launch.ts';
import { withBridgedPops } from '../../sandbox/pops.ts';
import { serveCms, type CmsServer } from '../../sandbox/worklink.ts';
import { dump } from '../bridge/dump.ts';
import { broken } from './looks.ts';
import { expect, test } from './world.ts';

const canary = 'S3CRET CANARY/ß+€';
const user = 'canary@example.com';
const base64 = (text: string) => Buffer.from(text).toString('base64');

let server: AwakenServer;
let cms: CmsServer;
let bridge: SandboxBridge;
let hook: string;
let token: string;

test.beforeAll(async () => {
  [server, cms] = await Promise.all([serveAwaken({ user, password: canary }), serveCms()]);
  const { authUrl, popUrl, systemId } = server;
  bridge = await openBridge(
    cms,
    { awaken: { authUrl, popUrl, systemId }, waits: { poll: 60, coolDown: 20 } },
    { AWAKEN_USER: user, AWAKEN_PASSWORD: canary },
  );
  hook = await bridge.awakenHook();
  token = await bridge.tokenOf('James.Collins', 'pop', 'read');
});
test.beforeEach(async ({ world, settings }) => {
  await world.importSettings(withBridgedPops(settings, server, 'pumps', bridge.url));
  await (await enterToken(world, token)).close();
});
test.afterEach(async ({ world, settings }) => {
  await world.importSettings({ ...settings, awaken: {}, bridge: {}, myUser: null });
  server.off();
});
test.afterAll(async () => {
  await bridge.close();
  await Promise.all([server.close(), cms.close()]);
});

const panel = (page: Page) => page.locator('deskcall-panel');
const row = (page: Page, name = 'Pump intake') => panel(page).locator('.row.pop').filter({ hasText: name });

async function openPanel(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await panel(page).getByRole('button', { name: 'Show all' }).click();
  await expect(row(page)).toContainText('Checked for you, James.Collins');
}

test('a pop opens the workflow, and shows as open when the workflow says so, no sooner', async ({ page, desk }) => {
  await openPanel(page, `${desk.origin}/case/INC0010001`);
  await panel(page).getByRole('button', { name: 'Pop Pump intake' }).click();
  await expect(row(page)).toContainText('Awaken accepted it. Not known to be open yet.');
  expect(server.agents.get('James.Collins')?.open).toMatchObject({ reference: 'demo:INC0010001' });
  await fetch(hook, {
    method: 'POST',
    body: JSON.stringify({ reference: 'demo:INC0010001', agent: 'James.Collins' }),
  });
  // Without another click.
  await expect(row(page)).toContainText('Open on the desktop.');
});

test('what the bridge refuses is said with its words and what to do', async ({ page, desk }) => {
  await openPanel(page, `${desk.origin}/case/INC0010003`);
  await panel(page).getByRole('button', { name: 'Pop Wrap-up' }).click();
  await panel(page).getByRole('button', { name: 'Pop to Sam.Okoro' }).click();
  const alert = panel(page).getByRole('alert');
  await expect(alert).toContainText('Your token may not do that on the bridge.');
  await expect(alert).toContainText('James.Collins');
  await expect(alert.getByRole('button', { name: 'Try again' })).toHaveCount(0);

  const headers = {
    authorization: `Bearer ${await bridge.tokenOf('Sam.Okoro', 'pop')}`,
    'idempotency-key': randomUUID(),
  };
  const sams = { popId: 'x', username: 'Sam.Okoro', campaign: 'Pump intake', reference: 'demo:INC0010003', data: {} };
  const body = JSON.stringify({ case: 'demo:case:INC0010003', ...sams });
  expect((await fetch(`${bridge.url}/api/pops`, { method: 'POST', headers, body })).status).toBe(200);
  await panel(page).getByRole('button', { name: 'Pop Pump intake' }).click();
  await expect(panel(page).getByRole('alert').filter({ hasText: 'Pump intake not popped' })).toContainText(
    'the same record has just been popped',
  );
  await expect(row(page).getByRole('button', { name: /^Again in \d+ s$/ })).toBeVisible();
});

for (const look of ['light', 'dark'] as const)
  test(`the options ask for nothing of Awaken’s, test through the bridge, and axe finds nothing, ${look}`, async ({
    page,
    world,
  }) => {
    await page.emulateMedia({ colorScheme: look, reducedMotion: 'reduce' });
    await page.goto(`chrome-extension://${world.extensionId}/options.html#awaken`);
    await expect(page.getByLabel('Pops are sent by')).toHaveValue('bridge');
    await expect(page.getByLabel('Password')).toHaveCount(0);
    await page.getByRole('button', { name: 'Test connection' }).click();
    await expect(page.getByText('Checked: Awaken takes the user. Nothing was sent.')).toBeVisible();
    await page.getByRole('button', { name: 'Pop me: Pump intake' }).click();
    await expect(page.getByText('Awaken accepted it. Not known to be open yet.')).toBeVisible();
    expect(await broken(page, [])).toEqual([]);
    await page.setViewportSize({ width: 640, height: 800 });
    const wider = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
    expect(await page.evaluate(wider)).toBeLessThanOrEqual(0);
  });

test('no secret is found in page, options, storage, log or database', async ({ page, desk, world }) => {
  const needles = () =>
    [canary, `${user}:${canary}`, token, ...server.tokens].flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      base64(secret),
      JSON.stringify(secret).slice(1, -1),
    ]);
  const found = (text: string) => needles().filter((needle) => text.includes(needle));
  const dom = (of: Page) => of.evaluate(() => document.documentElement.outerHTML);
  // A server that quotes what it got.
  server.on('pop-echo', 1);
  await openPanel(page, `${desk.origin}/case/INC0010005`);
  await panel(page).getByRole('button', { name: 'Pop Pump intake' }).click();
  await panel(page)
    .getByText(/^Awaken says/)
    .waitFor();
  const inner = await page.evaluate(() => document.querySelector('deskcall-panel')?.shadowRoot?.innerHTML ?? '');
  const options = await world.context.newPage();
  await options.goto(`chrome-extension://${world.extensionId}/options.html#bridge`);
  await options.getByText('Set for this session').waitFor();
  const areas = await options.evaluate(async () => {
    const { local, sync, managed, session } = chrome.storage;
    const [a, b, c, memory] = await Promise.all([local.get(), sync.get(), managed.get(), session.get()]);
    return { open: JSON.stringify([a, b, c]), memory: JSON.stringify(memory) };
  });
  const stored = await dump(bridge.db());
  const seen = {
    page: (await dom(page)) + inner,
    options: await dom(options),
    storage: areas.open,
    log: bridge.lines.join(''),
    database: stored,
  };
  // They were in use all along, and are found where they are: the token in memory, and nothing of Awaken's.
  expect(inner).toContain('Awaken says');
  expect(server.tokens.length).toBeGreaterThan(0);
  expect(seen.log).toContain('"what":"pop"');
  expect(stored).toContain('demo:INC0010005');
  expect(found(areas.memory)).toContain(token);
  expect(found(areas.memory).some((needle) => !needle.includes(token) && needle !== base64(token))).toBe(false);
  expect(Object.entries(seen).flatMap(([where, text]) => found(text).map((needle) => `${where}: ${needle}`))).toEqual(
    [],
  );
});

/** The part of chrome that is called inside the extension's pages. */
declare const chrome: {
  storage: { [area in 'local' | 'sync' | 'managed' | 'session']: { get(): Promise<Record<string, unknown>> } };
};
