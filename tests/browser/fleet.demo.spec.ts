/** A build for one organisation: nobody imports anything, nobody allows anything, and the panel is there. */
import { execFile, execFileSync } from 'node:child_process';
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from '@playwright/test';
import { makePack, unknownPlaces } from '../../lib/deploy.ts';
import { parseRows, parseSettings } from '../../lib/settings.ts';
import { readLink } from '../../lib/worklink.ts';
import { demoSettings } from '../../sandbox/desk/desk.ts';
import { environment, registerHandler } from '../../sandbox/handler.ts';
import { openWorld, type World } from '../../sandbox/launch.ts';
import { findBrowser, root } from '../../scripts/bootstrap.mjs';
import { policiesFor } from '../policies.ts';
import { expect, test } from './world.ts';

declare const chrome: {
  permissions: { getAll(): Promise<{ origins?: string[] }> };
};

/** Builds for a settings file, as `npm run build:fleet` does, for this browser alone. */
async function build(settings: object, ...more: string[]): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-'));
  const file = join(dir, 'settings.json');
  writeFileSync(file, JSON.stringify(settings));
  const script = join(root, 'scripts', 'fleet.ts');
  try {
    await promisify(execFile)(process.execPath, [script, file, '--browser', 'chrome', '--mode', 'test', ...more]);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const folder = join(root, '.output', 'fleet-chrome-mv3-test');

/** In its own browser, as it was just installed. */
async function installed(origin: string): Promise<World> {
  return openWorld({
    browser: await findBrowser(),
    extensionDir: folder,
    origins: [origin],
    headless: true,
    fleet: true,
  });
}

// They build into one folder.
test.describe.configure({ mode: 'serial' });

test('mandated: the panel and its tables without a click, exactly these hosts, and nothing can be changed', async ({
  desk,
}) => {
  await build(demoSettings(desk.origin));
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, unknown>;
  expect(manifest.host_permissions).toEqual(['http://127.0.0.1/*']);
  expect(manifest).not.toHaveProperty('optional_host_permissions');
  const world = await installed(desk.origin);
  try {
    const page = await world.context.newPage();
    await page.goto(`${desk.origin}/case/INC0010001`);
    await page.locator('deskcall-panel .bar a.main').click();
    expect(readLink(await world.nextLaunch())?.number).toBe('INC0010001');
    // Offered by a row of a table.
    await page.goto(`${desk.origin}/case/INC0010006`);
    await expect(page.locator('deskcall-panel .bar a.main')).toHaveText('Call Liu Wei');
    expect(await world.worker.evaluate(() => chrome.permissions.getAll())).toMatchObject({
      origins: ['http://127.0.0.1/*'],
    });
    // Nothing opened by itself: the browser's first tab and this one.
    expect(world.context.pages().map((each) => each.url())).toEqual(['about:blank', page.url()]);

    const options = await world.context.newPage();
    await options.goto(`chrome-extension://${world.extensionId}/options.html#desks`);
    await expect(options.getByText('Set by your organisation', { exact: true }).first()).toBeVisible();
    await expect(options.getByRole('button', { name: 'Remove Fieldbook' })).toHaveCount(0);
  } finally {
    await world.close();
  }
});

test('as defaults: the panel without a click, and the settings are the person’s to change', async ({ desk }) => {
  await build(demoSettings(desk.origin), '--defaults');
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, unknown>;
  expect(manifest.host_permissions).toEqual(['http://127.0.0.1/*']);
  // For desks that the person adds.
  expect(manifest.optional_host_permissions).toEqual(['https://*/*', 'http://*/*']);
  const world = await installed(desk.origin);
  try {
    const page = await world.context.newPage();
    await page.goto(`${desk.origin}/case/INC0010001`);
    await expect(page.locator('deskcall-panel .bar a.main')).toHaveText('Call Dana Reyes');
    const options = await world.context.newPage();
    await options.goto(`chrome-extension://${world.extensionId}/options.html#desks`);
    await options.getByRole('button', { name: 'Turn off Fieldbook' }).click();
    await expect(page.locator('deskcall-panel')).toHaveCount(0);
    await options.goto(`chrome-extension://${world.extensionId}/options.html#backup`);
    await options.getByRole('button', { name: 'Go back to the default: Desks' }).click();
    await expect(page.locator('deskcall-panel .bar a.main')).toHaveText('Call Dana Reyes');
  } finally {
    await world.close();
  }
});

test('the deployment pack’s file alone: such a build is installed by force, has its settings, and nothing is clicked or asked', async ({
  desk,
}) => {
  const demo = demoSettings(desk.origin);
  await build(demo, '--defaults');
  // So that it can be told whose they are.
  demo.contacts = demo.contacts.map((c) => (c.id === 'dana' ? { ...c, name: 'Dana by policy' } : c));
  const browser = await findBrowser();
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-'));
  const policies = policiesFor(browser.executablePath);
  const { id, crx, version } = packed(browser.executablePath, dir);
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    if (request.url === '/deskcall.crx') response.end(crx);
    else
      response.end(
        `<gupdate xmlns="http://www.google.com/update2/response" protocol="2.0"><app appid="${id}"><updatecheck codebase="http://127.0.0.1:${port}/deskcall.crx" version="${version}"/></app></gupdate>`,
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { files, missing } = makePack(
    parseSettings(demo).settings,
    parseRows(demo.rows).rows,
    { desks: 'mandated', contacts: 'mandated', catalogs: 'mandated', rules: 'mandated', tables: 'mandated' },
    { ...unknownPlaces, chrome: { id, url: `http://127.0.0.1:${port}/updates.xml` } },
    version,
  );
  expect(missing).toEqual(['edge.id', 'firefox.url']);
  policies.chromium('deskcall', files.find((file) => file.name === 'chrome-linux.json')?.text ?? '');
  // Else the driver may not look into what policy has installed.
  policies.chromium('test', JSON.stringify({ DeveloperToolsAvailability: 1 }));
  const home = join(dir, 'home');
  const handler = registerHandler(dir, home);
  const context = await chromium.launchPersistentContext(join(dir, 'profile'), {
    executablePath: policies.executablePath,
    headless: true,
    env: environment(home),
    // Playwright's own defaults would keep policy from installing anything.
    ignoreDefaultArgs: [
      '--disable-extensions',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-default-apps',
    ],
    args: ['--no-first-run', '--disable-sync', '--disable-gpu'],
  });
  try {
    if (!context.serviceWorkers().length) await context.waitForEvent('serviceworker');
    const page = await context.newPage();
    await page.goto(`${desk.origin}/case/INC0010001`);
    const call = page.locator('deskcall-panel .bar a.main');
    await expect(call).toHaveText('Call Dana by policy', { timeout: 30_000 });
    await call.click();
    expect(readLink(await handler.nextLaunch())?.number).toBe('INC0010001');
  } finally {
    await context.close();
    server.closeAllConnections();
    server.close();
    policies.remove();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
});

/** The build as a file that a browser installs, signed by a key of its own. */
function packed(executablePath: string, dir: string): { id: string; crx: Buffer; version: string } {
  const packing = join(dir, 'deskcall');
  cpSync(folder, packing, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(packing, 'manifest.json'), 'utf8')) as {
    key?: string;
    version: string;
  };
  delete manifest.key;
  writeFileSync(join(packing, 'manifest.json'), JSON.stringify(manifest));
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = join(dir, 'key.pem');
  writeFileSync(pem, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const args = ['--headless=new', '--no-sandbox', '--disable-gpu', `--user-data-dir=${join(dir, 'packer')}`];
  execFileSync(executablePath, [...args, `--pack-extension=${packing}`, `--pack-extension-key=${pem}`], {
    stdio: 'ignore',
  });
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const hash = createHash('sha256').update(publicKey).digest('hex').slice(0, 32);
  return {
    id: hash.replace(/./g, (digit) => 'abcdefghijklmnop'.charAt(Number.parseInt(digit, 16))),
    crx: readFileSync(`${packing}.crx`),
    version: manifest.version,
  };
}
