/**
 * `npm start`: the demo desk in a browser that has the extension. With a display it stays up; without one, or with
 * `--once`, it does the main job by itself and ends with 0 only if all of it worked.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, type Page } from '@playwright/test';
import jsQR from 'jsqr';
import { PNG } from 'pngjs';
import { readLink } from '../lib/worklink.ts';
import { fail, findBrowser, root, Trouble, which } from '../scripts/bootstrap.mjs';
import { serveAwaken } from './awaken.ts';
import { openBridge, type SandboxBridge } from './bridge.ts';
import { demoSettings } from './desk/desk.ts';
import { demoNotes } from './desk/notes.ts';
import { serveDesk } from './desk/server.ts';
import { enterToken, openWorld, type World } from './launch.ts';
import { withBridgedPops } from './pops.ts';
import { serveCms } from './worklink.ts';

const extensionDir = join(root, '.output', 'chrome-mv3-test');
const shots = join(root, '.shots');
const number = 'INC0010001';
/** Who the person at this desk is in Awaken. */
const agent = 'James.Collins';
/** So long the sandbox's WorkLink talks before it hangs up, in ms. */
const talking = 5000;

/** The time of the newest file in these files and folders, 0 if there is none. */
function newest(paths: string[]): number {
  const time = (path: string): number => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat?.isDirectory()) return stat?.mtimeMs ?? 0;
    return Math.max(0, ...readdirSync(path).map((name) => time(join(path, name))));
  };
  return Math.max(...paths.map((path) => time(join(root, path))));
}

function build(): void {
  const sources = ['entrypoints', 'components', 'lib', 'public', 'assets', 'wxt.config.ts', 'package-lock.json'];
  if (newest(['.output/chrome-mv3-test/manifest.json']) > newest(sources)) return;
  console.log('Building the extension');
  const wxt = join(root, 'node_modules', 'wxt', 'bin', 'wxt.mjs');
  const done = spawnSync(process.execPath, [wxt, 'build', '--mode', 'test'], { cwd: root, encoding: 'utf8' });
  if (done.status !== 0)
    throw new Trouble(
      `${done.stdout}${done.stderr}\nThe extension does not build: mend what is named above and run this again.`,
    );
}

/** The text in a QR code's picture, by a program that shares nothing with the one that drew it. */
function decode(png: Buffer): { text: string; by: string } {
  if (which('zbarimg')) {
    const { stdout } = spawnSync('zbarimg', ['-q', '--raw', '-'], { input: png, encoding: 'utf8' });
    // Some builds of zbar don't read standard input; those find nothing.
    if (stdout.trim()) return { text: stdout.trim(), by: 'zbarimg' };
  }
  const { data, width, height } = PNG.sync.read(png);
  return { text: jsQR(new Uint8ClampedArray(data), width, height)?.data ?? '', by: 'jsQR' };
}

/** What a link opens and for which case: all but the launch id, which button and code each have of their own. */
function aim(link: string): Record<string, string[]> {
  const { launch_id: _, ...data } = readLink(link)?.data ?? {};
  return { ...data, at: [link.split('?')[0] ?? ''] };
}

/** Screenshots in light and dark. */
async function shoot(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // Without transitions: the change of scheme starts some.
    await page.screenshot({ path: join(shots, `${name}-${colorScheme}.png`), animations: 'disabled' });
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

/** The sandbox's WorkLink takes the call, and hangs up when there is no more to say. */
async function talk(bridge: SandboxBridge, link: string): Promise<void> {
  const call = await bridge.take(link);
  await new Promise((resolve) => setTimeout(resolve, talking));
  await call.end();
}

/** What the panel and the case's own page say of a call that the sandbox's WorkLink has taken. */
async function heard(bridge: SandboxBridge, page: Page, link: string): Promise<void> {
  const panel = page.locator('deskcall-panel');
  await talk(bridge, link);
  await panel.getByRole('button', { name: /^Show all/ }).click();
  const calls = panel.locator('.calls');
  await calls.waitFor();
  const steps = async () => {
    // As for somebody who comes back to the tab.
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    return calls.locator('.steps .on').count();
  };
  await expect.poll(steps, { message: 'the panel says that the call is written back', timeout: 30_000 }).toBe(4);
  await shoot(page, 'history');
  console.log(`The panel says of it:\n  ${(await calls.innerText()).replaceAll('\n', ' ')}`);
  await page.reload();
  const note = await page.locator('.notes p').innerText();
  expect(note, "the note on the case has the call's length").toMatch(/Length: \d+ s/);
  console.log(`The bridge wrote on the case:\n  ${note.replaceAll('\n', '\n  ')}`);
}

/** The main job, by itself. */
async function once(world: World, bridge: SandboxBridge, page: Page, desktop: Page): Promise<void> {
  mkdirSync(shots, { recursive: true });
  const panel = page.locator('deskcall-panel');
  const call = panel.getByRole('link', { name: 'Call Dana Reyes' });
  await call.waitFor();
  await shoot(page, 'panel');

  await call.click();
  const received = await world.nextLaunch();
  console.log(`The registered protocol handler received:\n  ${received}`);
  const read = readLink(received);
  expect(read, 'the link names its case').toMatchObject({ desk: 'demo', number });

  // The bar says for a while that WorkLink is opening; a fresh page shows the buttons at once.
  await page.reload();
  await heard(bridge, page, received);

  await panel.getByRole('button', { name: /^QR/ }).first().click();
  const card = page.getByRole('dialog');
  const code = card.locator('svg[role="img"]');
  await code.waitFor();
  await shoot(page, 'qr');
  const { text, by } = decode(await code.screenshot());
  if (!text) throw new Trouble(`${by} finds no code in the card's picture.`);
  console.log(`${by} read in the picture of the QR code:\n  ${text}`);
  expect(readLink(text), "the code names the button's case").toMatchObject({ desk: 'demo', number });
  expect(aim(text), 'the code opens what the button opens').toEqual(aim(received));
  await page.keyboard.press('Escape');
  await card.waitFor({ state: 'hidden' });

  await panel.getByRole('button', { name: /^Show all/ }).click();
  await panel.getByRole('link', { name: /^Call/ }).nth(1).waitFor();
  await shoot(page, 'expanded');

  await panel.getByRole('button', { name: 'Pop Pump intake' }).click();
  const workflow = desktop.getByRole('main');
  await workflow.getByText(number).first().waitFor();
  console.log(`The sandbox's Awaken opened on ${agent}'s desktop:\n  ${(await workflow.innerText()).split('\n\n')[0]}`);
  await panel.getByText('Open on the desktop.').waitFor();
  await shoot(page, 'pop');
  console.log(`Screenshots: ${relative(process.cwd(), shots) || '.'}`);
}

/** Says what there is to try, and every link that the handler gets, until the browser is closed. */
async function stay(world: World, bridge: SandboxBridge, url: string, desktop: string): Promise<void> {
  console.log(`
Fieldbook, a demo service desk, is open at ${url}
  Click "Call Dana Reyes" beside the title: ${
    process.platform === 'linux'
      ? 'the link that a WorkLink app would get is printed here'
      : 'the link goes to the WorkLink app of this machine'
  }.
  The sandbox's WorkLink takes the call and hangs up after ${talking / 1000} seconds. Open the panel (the arrow beside QR): it says
  how far the call has come. Load the page anew: the bridge has written an internal note on the case.
  Click "QR": a headset scans the first code, a phone the second.
  Open the panel and click "Pop": the workflow opens on the desktop of ${agent}, of an Awaken
  that comes with the demo, and says so: ${desktop}
  Open other records from the list: valves have another desk, gate 3 has nobody.
Close the browser or press Ctrl-C to end.
`);
  const over = () => console.log('The call is over. Open the panel, or load the page anew.');
  const lost = (error: unknown) => console.log(`The call was lost: ${String(error)}`);
  const print = async (): Promise<void> => {
    const link = await world.nextLaunch().catch(() => '');
    if (link) {
      console.log(`Received: ${link}`);
      void talk(bridge, link).then(over, lost);
    }
    return print();
  };
  await Promise.race([
    print(),
    new Promise<void>((resolve) => {
      world.context.on('close', () => resolve());
      process.on('SIGINT', () => resolve());
      process.on('SIGTERM', () => resolve());
    }),
  ]);
}

async function main(): Promise<void> {
  const display = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
  const alone = process.argv.includes('--once') || !display;
  if (alone && process.platform !== 'linux')
    throw new Trouble('--once needs Linux, where a protocol handler can be registered for one browser: leave it out.');
  const browser = await findBrowser();
  build();
  const [desk, awaken, cms] = await Promise.all([serveDesk(), serveAwaken(), serveCms()]);
  const ends = [desk, awaken, cms].map((each) => () => each.close());
  try {
    // A sweep finds what a lost webhook would have told; here none is lost.
    const waits = { settle: 0.2, retry: 1, poll: 0.5, sweep: 30 };
    const bridge = await openBridge(
      cms,
      {
        desks: { demo: demoNotes(desk.origin) },
        awaken: { authUrl: awaken.authUrl, popUrl: awaken.popUrl, systemId: awaken.systemId },
        waits,
      },
      { DESK_DEMO_TOKEN: desk.secret, AWAKEN_USER: awaken.user, AWAKEN_PASSWORD: awaken.password },
    );
    ends.unshift(() => bridge.close());
    // The demo's workflows say that they are open, as docs/awaken.md has it.
    const opened = await bridge.awakenHook();
    awaken.onOpen = (username, { reference }) =>
      void fetch(opened, { method: 'POST', body: JSON.stringify({ reference, agent: username }) });
    const world = await openWorld({ browser, extensionDir, origins: [desk.origin], headless: alone });
    ends.unshift(() => world.close());
    await world.importSettings(withBridgedPops(demoSettings(desk.origin), awaken, 'pumps', bridge.url));
    await world.grant(desk.origin);
    await (await enterToken(world, await bridge.tokenOf(agent, 'launch', 'read', 'pop'), true)).close();
    const page = world.context.pages()[0] ?? (await world.context.newPage());
    const desktop = await world.context.newPage();
    await desktop.goto(awaken.desktop(agent));
    await page.bringToFront();
    page.setDefaultTimeout(15_000);
    await page.goto(`${desk.origin}/case/${number}`);
    if (alone) await once(world, bridge, page, desktop);
    else await stay(world, bridge, page.url(), desktop.url());
  } finally {
    // oxlint-disable-next-line no-await-in-loop -- the browser first, and the bridge before what it asks
    for (const end of ends) await end();
  }
}

try {
  await main();
  process.exit(0);
} catch (error) {
  if (error instanceof Trouble || !(error instanceof Error)) fail(error);
  const first = error.message.split('\n')[0] ?? '';
  console.error(process.env.DEBUG ? error : `${error.message}\n`);
  fail(new Trouble(`The main job did not work: ${first.replace(/\.$/, '')} (DEBUG=1 npm start says more).`));
}
