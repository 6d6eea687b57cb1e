/**
 * Every recorded page in Chromium: read as happy-dom reads it, since readings use nothing that only one of them has; and
 * the panel's mount, where every page has its case, stands once however often it is asked to.
 */
import { join } from 'node:path';
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
test.beforeAll(async () => {
  script = await scriptOf();
});

for (const { name, url, html, desk, read, anchor } of fixtures)
  test(`Chromium reads ${name} as expected`, async ({ page }) => {
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
