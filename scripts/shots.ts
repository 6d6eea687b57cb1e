/** `npm run shots`: the pictures in docs/, taken of the test build on the demo desk. Linux, after `npm run build:test`. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { demoSettings } from '../sandbox/desk/desk.ts';
import { serveDesk } from '../sandbox/desk/server.ts';
import { openWorld } from '../sandbox/launch.ts';
import { serveYear } from '../sandbox/year.ts';
import { fail, findBrowser, root } from './bootstrap.mjs';

const docs = join(root, 'docs');
/** What matters of a case: its head and what opens below it. */
const clip = { x: 0, y: 0, width: 960, height: 620 };

async function shoot(page: Page, name: string, area?: typeof clip): Promise<void> {
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(docs, `${name}.png`), animations: 'disabled', ...(area && { clip: area }) });
  console.log(`docs/${name}.png`);
}

/** The demo desk follows the system, and the panel follows the desk. */
async function inBoth(page: Page, name: string, area: typeof clip): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.locator(`deskcall-panel[data-scheme=${colorScheme}]`).waitFor({ state: 'attached' });
    await shoot(page, `${name}-${colorScheme}`, area);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

async function panelAndCard(page: Page): Promise<void> {
  const panel = page.locator('deskcall-panel');
  await panel.getByRole('button', { name: /^Show all/ }).click();
  await panel.getByRole('link', { name: 'Call Pump experts' }).waitFor();
  // Opened by the keyboard it would show where the focus is; a picture is about the panel.
  await panel.locator('.p-head').click();
  await inBoth(page, 'panel', clip);

  await panel.getByRole('button', { name: 'QR: Call Dana Reyes' }).last().click();
  const code = page.getByRole('dialog').locator('svg[role=img]');
  await code.waitFor();
  await inBoth(page, 'qr-card', { ...clip, height: 760 });

  await panel.getByRole('button', { name: 'Full screen' }).click();
  await page.locator('dialog.full').waitFor();
  await shoot(page, 'full-screen');
}

/** The report with the simulated year: what one sees first, in light and dark. */
async function report(): Promise<void> {
  const year = await serveYear({ cases: 200_000, sessions: 30_000 });
  const browser = await chromium.launch({
    executablePath: (await findBrowser()).executablePath,
    args: ['--no-sandbox'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1120, height: 1180 } });
    await page.goto(`${year.url}/report`);
    await page.getByLabel('Token').fill(year.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Like with like' }).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await shoot(page, `report-${colorScheme}`);
    }
  } finally {
    await browser.close();
    await year.close();
  }
}

async function main(): Promise<void> {
  mkdirSync(docs, { recursive: true });
  await report();
  const desk = await serveDesk();
  const world = await openWorld({
    browser: await findBrowser(),
    extensionDir: join(root, '.output', 'chrome-mv3-test'),
    origins: [desk.origin],
    headless: true,
  });
  try {
    await world.importSettings(demoSettings(desk.origin));
    await world.grant(desk.origin);
    const page = await world.context.newPage();
    await page.goto(`${desk.origin}/case/INC0010001`);
    await panelAndCard(page);
    await page.goto(`chrome-extension://${world.extensionId}/options.html#rules`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await shoot(page, 'options', { x: 0, y: 0, width: 1280, height: 420 });
  } finally {
    await world.close();
    await desk.close();
  }
}

main().catch(fail);
