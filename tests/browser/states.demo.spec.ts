/** Every state of bar, panel and QR card: what WCAG asks for, and that nothing is cut, too small or turned round. */
import type { AxeBuilder } from '@axe-core/playwright';
import { chromium, expect, test, type Browser, type Page } from '@playwright/test';
import { findBrowser } from '../../scripts/bootstrap.mjs';
import { buildStates } from '../states/build.ts';
import { names, stateOf, type Look, type Name } from '../states/states.ts';
import { bringAxe } from './looks.ts';
import { spills } from './spills.ts';

let browser: Browser;
let address: string;

// The last of the lane, when nothing else is left for the other worker.
test.describe.configure({ mode: 'parallel' });

test.beforeAll(async () => {
  address = await buildStates(`states-${test.info().parallelIndex}`);
  browser = await chromium.launch({ executablePath: (await findBrowser()).executablePath });
});
test.afterAll(() => browser.close());
test.afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));

const wide = { width: 1280, height: 800 };

/** A page of its own, which must report no error. */
async function open(ratio = 1): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({ viewport: wide, deviceScaleFactor: ratio, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(address);
  return { page, errors };
}

/** Goes through all states that fit, in one document. */
async function through(
  page: Page,
  look: Look,
  size: { width: number; height: number },
  check: (name: Name) => Promise<void>,
  fits: (name: Name) => boolean = () => true,
): Promise<void> {
  for (const name of names.filter(fits))
    await test.step(name, async () => {
      const viewport = { ...size, width: Math.min(size.width, stateOf(name).width ?? size.width) };
      if (page.viewportSize()?.width !== viewport.width || page.viewportSize()?.height !== viewport.height)
        await page.setViewportSize(viewport);
      await page.evaluate(([state, as]) => globalThis.show(state, as), [name, look] as const);
      await check(name);
    });
}

/** By axe itself, once it is in the page: through AxeBuilder each state would take five times as long. */
const axeOfPanel = async () => {
  const { axe } = globalThis as unknown as {
    axe: { run(context: string, options: { runOnly: string[] }): ReturnType<AxeBuilder['analyze']> };
  };
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];
  const { violations, passes } = await axe.run('deskcall-panel', { runOnly: tags });
  return {
    broken: violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`)),
    /** It has looked into the shadow root. */
    reached: passes.some(({ nodes }) => nodes.some(({ target }) => Array.isArray(target[0]))),
  };
};

/** Controls smaller than a finger or a shaky hand needs; a switch is as large as its label. */
const small = (): string[] =>
  [...(document.querySelector('deskcall-panel')?.shadowRoot?.querySelectorAll('a,button,label.opt') ?? [])].flatMap(
    (element) => {
      const { width, height } = element.getBoundingClientRect();
      return width >= 24 && height >= 24 ? [] : [`${element.textContent}: ${width} × ${height}`];
    },
  );

/** Goes through all that takes focus by the Tab key. @returns what shows no ring of 2 px */
async function ringless(page: Page): Promise<{ seen: string[]; without: string[] }> {
  const seen: string[] = [];
  const without: string[] = [];
  await page.evaluate(() => {
    (document.querySelector('deskcall-panel')?.shadowRoot?.activeElement as HTMLElement | null)?.blur();
  });
  const most = await page.evaluate(
    () => document.querySelector('deskcall-panel')?.shadowRoot?.querySelectorAll('a,button,input').length ?? 0,
  );
  for (let n = 0; n < most; n++) {
    await page.keyboard.press('Tab');
    const now = await page.evaluate(() => {
      const element = document.querySelector('deskcall-panel')?.shadowRoot?.activeElement;
      if (!element) return null;
      const { outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(element);
      // With a gap: the ring of the filled button has the button's own colour.
      const ring =
        outlineStyle === 'solid' && Number.parseFloat(outlineWidth) >= 2 && Number.parseFloat(outlineOffset) >= 2;
      return { name: element.ariaLabel ?? element.textContent, ring };
    });
    if (!now) continue;
    seen.push(now.name);
    if (!now.ring) without.push(now.name);
  }
  return { seen, without };
}

test('every control is at least 24 px large and shows when it has the focus', async () => {
  const { page } = await open();
  let controls = 0;
  await through(page, {}, wide, async (name) => {
    expect(await page.evaluate(small), name).toEqual([]);
    const { seen, without } = await ringless(page);
    expect(without, name).toEqual([]);
    controls += seen.length;
  });
  expect(controls).toBeGreaterThan(names.length * 2);
});

for (const [what, scheme, engine] of [
  ['light', 'light', 'plain'],
  ['dark', 'dark', 'plain'],
  ['light, on React', 'light', 'react'],
] as const)
  test(`no WCAG violation, ${what}`, async () => {
    const { page, errors } = await open();
    await bringAxe(page);
    await through(page, { scheme, engine }, wide, async (name) => {
      const { broken, reached } = await page.evaluate(axeOfPanel);
      expect(broken, name).toEqual([]);
      expect(reached, name).toBe(true);
    });
    expect(errors).toEqual([]);
  });

test('right-to-left: everything turns round but numbers, links and codes', async () => {
  const { page } = await open();
  await through(
    page,
    {},
    wide,
    async (name) => {
      const { number } = stateOf(name).view;
      const found = await page.evaluate((wanted) => {
        const shadow = document.querySelector('deskcall-panel')?.shadowRoot as ShadowRoot;
        const texts = [...shadow.querySelectorAll('bdi')].filter((element) => element.textContent === wanted);
        const drawn = shadow.querySelector('.float > *, .bar, .tab') as Element;
        return {
          around: getComputedStyle(drawn).direction,
          numbers: texts.map((element) => getComputedStyle(element).direction),
          shown: [...shadow.querySelectorAll('.panel, .qr, dialog, .bar')].some((part) =>
            part.textContent.includes(wanted),
          ),
        };
      }, number);
      expect(found.around, name).toBe('rtl');
      if (found.shown) expect(found.numbers.length, name).toBeGreaterThan(0);
      expect(new Set(found.numbers), name).toEqual(new Set(found.numbers.length ? ['ltr'] : []));
    },
    (name) => Boolean(stateOf(name).rtl),
  );
});

test('a code is drawn in whole device pixels, on any screen', async () => {
  for (const ratio of [1, 1.25, 2]) {
    const { page } = await open(ratio);
    await page.evaluate(() => globalThis.show('card for a headset'));
    const svg = page.locator('svg[role=img]');
    const modules = Number((await svg.getAttribute('viewBox'))?.split(' ')[2]);
    const step = (Number(await svg.getAttribute('width')) * ratio) / modules;
    expect(step).toBeCloseTo(Math.round(step), 6);
    expect(Number(await svg.getAttribute('width'))).toBeGreaterThanOrEqual(240);
  }
});

test('what is open stays open when the page puts the panel elsewhere', async () => {
  const { page } = await open();
  for (const name of ['full panel', 'card for a headset', 'full screen'] as const) {
    await page.evaluate((state) => globalThis.show(state), name);
    await page.evaluate(() => {
      const host = document.querySelector('deskcall-panel');
      if (host) document.querySelector('h1')?.append(host);
    });
    const top = name === 'full screen' ? 'dialog:modal' : '.float:popover-open';
    await expect(page.locator(top), name).toBeVisible();
  }
});

for (const [what, ratio, size] of [
  ['at 100 %', 1, wide],
  ['at 200 %', 2, { width: 640, height: 400 }],
  ['in a window of 344 px', 1, { width: 344, height: 700 }],
  ['in a window of 232 px', 1.5, { width: 232, height: 600 }],
] as const)
  test(`nothing is cut or spills, ${what}`, async () => {
    // Side by side: each state waits for frames, and hardly computes.
    await Promise.all(
      ([{}, { engine: 'react' }, { language: 'de' }] as const).map(async (look: Look) => {
        const { page, errors } = await open(ratio);
        await through(page, look, size, async (name) =>
          expect(await page.evaluate(spills), `${name}, ${JSON.stringify(look)}`).toEqual([]),
        );
        expect(errors).toEqual([]);
      }),
    );
  });
