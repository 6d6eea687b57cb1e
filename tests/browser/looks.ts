/** How our own pages have to look, whatever is on them. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import type { World } from '../../sandbox/launch.ts';
import { root } from '../../scripts/bootstrap.mjs';

/** What axe looks for in WCAG 2.2 AA, and what it thinks good besides. */
export const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
export const tags = [...wcag, 'best-practice'];

type Results = Awaited<ReturnType<AxeBuilder['analyze']>>;
type Axe = { run(context: string, options: object): Promise<Results> };

/** The axe that AxeBuilder would take. */
const axe = readFileSync(
  createRequire(join(root, 'node_modules', '@axe-core', 'playwright', 'x')).resolve('axe-core'),
  'utf8',
);

/** Brings axe into the page, if it is not there yet. */
export async function bringAxe(page: Page): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
}

/**
 * The broken rules of axe with the elements that break them. By axe itself in the page, which must have no frames:
 * AxeBuilder brings it in anew and opens a tab of its own each time, which takes longer than the rules.
 * @param rules empty: all that axe has
 */
export async function broken(page: Page, rules = tags, within = 'html'): Promise<string[]> {
  await bringAxe(page);
  const { violations } = await page.evaluate(
    ([context, runOnly]) =>
      (globalThis as unknown as { axe: Axe }).axe.run(context, {
        ...(runOnly.length ? { runOnly } : {}),
        resultTypes: ['violations'],
      }),
    [within, rules] as const,
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Broken rules of axe in light and dark, and anything that is wider than its window at 200 % and on a phone. */
export async function looksRight(page: Page, what: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    // Without motion: colours that are still on their way would be measured.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await broken(page), `${what}, ${colorScheme}`).toEqual([]);
  }
  for (const width of [640, 344]) {
    await page.setViewportSize({ width, height: 800 });
    const spills = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(spills, `${what}, ${width} px`).toBe(0);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

/** The options at one of their views, drawn, in a new tab. @param view empty: as they open by themselves */
export async function optionsAt({ context, extensionId }: World, view = ''): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`chrome-extension://${extensionId}/options.html${view && `#${view}`}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}
