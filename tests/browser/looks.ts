/** How our own pages have to look, whatever is on them. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import type { World } from '../../sandbox/launch.ts';

/** What axe looks for in WCAG 2.2 AA, and what it thinks good besides. */
export const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
export const tags = [...wcag, 'best-practice'];

/** Broken rules of axe in light and dark, and anything that is wider than its window at 200 % and on a phone. */
export async function looksRight(page: Page, what: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    // Without motion: colours that are still on their way would be measured.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
    expect(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
      `${what}, ${colorScheme}`,
    ).toEqual([]);
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
