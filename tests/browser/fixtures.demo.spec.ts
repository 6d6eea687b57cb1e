/**
 * Every recorded page in Chromium: read as happy-dom reads it, since readings use nothing that only one of them has; and
 * the panel's mount, where every page has its case, stands once however often it is asked to.
 */
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { build } from 'vite';
import { root } from '../../scripts/bootstrap.mjs';
import { fixtures } from '../desks/fixtures.ts';
import type * as reader from './reader.ts';
import { expect, test } from './world.ts';

type Reader = Pick<typeof reader, 'readPage' | 'standing'>;

/** Reader and mount as one script, `deskcallRead`. */
async function scriptOf(): Promise<string> {
  const entry = join(root, 'tests', 'browser', 'reader.ts');
  const built = await build({
    configFile: false,
    root,
    logLevel: 'error',
    build: { write: false, lib: { entry, formats: ['iife'], name: 'deskcallRead', fileName: 'read' } },
  });
  const [output] = Array.isArray(built) ? built : [built];
  const chunk = output && 'output' in output ? output.output[0] : undefined;
  if (!chunk) throw new Error('nothing was built');
  return chunk.code;
}

let script: string;
/** One tab for all: a new one for each takes longer than to read a page. */
let page: Page;
test.beforeAll(async ({ world }) => {
  script = await scriptOf();
  page = await world.context.newPage();
});
test.afterEach(async () => {
  await page.unrouteAll();
  // Else the next page's address, where only its fragment is another, would load nothing.
  await page.goto('about:blank');
});
test.afterAll(() => page.close());

for (const { name, url, html, desk, read, anchor } of fixtures)
  test(`Chromium reads ${name} as expected`, async () => {
    await page.route('**/*', (route) =>
      route.request().isNavigationRequest() && route.request().url() === url.split('#')[0]
        ? route.fulfill({ contentType: 'text/html; charset=utf-8', body: html })
        : route.abort(),
    );
    await page.goto(url, { waitUntil: 'domcontentloaded' });
    await page.addScriptTag({ content: script });
    const answer = await page.evaluate(
      (wanted) =>
        (globalThis as unknown as { deskcallRead: Reader }).deskcallRead.readPage(
          { url: location.href, document },
          wanted,
        ),
      desk,
    );
    expect(answer).toEqual(read);
    if (!answer.case) return;

    const stood = await page.evaluate(
      ([css, wanted]) => {
        const { deskcallRead } = globalThis as unknown as { deskcallRead: Reader };
        return deskcallRead.standing(css, wanted ?? undefined);
      },
      [anchor ?? null, desk ?? null] as const,
    );
    expect(stood).toEqual({ shown: 1, again: 1, back: 1, byAnchor: anchor !== undefined, gone: 0, pages: 0 });
  });

/** Around a recorded page, in a frame of its own or in a frame of a frame; `{page}` stands for its address. */
const framed: { name: string; at: string; shell: string; inner?: string }[] = [
  {
    name: 'maximo/case.html',
    at: '/maximo/oslc/graphite/manage-shell/index.html#/main',
    shell: '<iframe id="manage-shell_Iframe" src="{page}"></iframe>',
  },
  {
    name: 'maximo/case.html',
    at: '/maximo/oslc/graphite/manage-shell/index.html#/main',
    shell: '<div id="manage-shell"><iframe src="{page}"></iframe></div>',
  },
  {
    name: 'autotask/ticket.html',
    at: '/AutotaskOnyx/LandingPage?view=my-workspace',
    shell: '<iframe src="/dialog"></iframe><iframe src="{page}"></iframe>',
  },
  {
    name: 'autotask/ticket.html',
    at: '/Mvc/Framework/Navigation.mvc/Landing',
    shell: '<iframe name="PageContainerFrame" src="/inner"></iframe>',
    inner: '<iframe src="{page}"></iframe>',
  },
];

for (const { name, at, shell, inner = '' } of framed)
  test(`Chromium reads ${name} in the frame of ${at}: ${shell}`, async () => {
    const fixture = fixtures.find((each) => each.name === name);
    if (!fixture) throw new Error(`no ${name}`);
    const top = new URL(at, fixture.url).href;
    const pages: Record<string, string> = {
      [top.split('#')[0] ?? '']: shell,
      [new URL('/inner', top).href]: inner,
      [fixture.url]: fixture.html,
    };
    await page.route('**/*', (route) => {
      const html = pages[route.request().url()];
      return html === undefined
        ? route.abort()
        : route.fulfill({
            contentType: 'text/html; charset=utf-8',
            body:
              html === fixture.html
                ? html
                : `<!doctype html><title>Shell</title>${html.replace('{page}', fixture.url)}`,
          });
    });
    await page.goto(top, { waitUntil: 'load' });
    await page.addScriptTag({ content: script });
    const answer = await page.evaluate(
      (wanted) =>
        (globalThis as unknown as { deskcallRead: Reader }).deskcallRead.readPage(
          { url: location.href, document },
          wanted,
        ),
      fixture.read.desk ?? '',
    );
    expect(answer).toEqual(fixture.read);
  });
