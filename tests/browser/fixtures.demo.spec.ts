/** Every recorded page is read in Chromium as happy-dom reads it: readings use nothing that only one of them has. */
import { join } from 'node:path';
import { build } from 'vite';
import { root } from '../../scripts/bootstrap.mjs';
import type { readPage } from '../../lib/which.ts';
import { fixtures } from '../desks/fixtures.ts';
import { expect, test } from './world.ts';

type Reader = { readPage: typeof readPage };

/** The reader as one script, `deskcallRead.readPage`. */
async function reader(): Promise<string> {
  const built = await build({
    configFile: false,
    root,
    logLevel: 'error',
    build: {
      write: false,
      lib: { entry: join(root, 'lib', 'which.ts'), formats: ['iife'], name: 'deskcallRead', fileName: 'read' },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  const chunk = output && 'output' in output ? output.output[0] : undefined;
  if (!chunk) throw new Error('nothing was built');
  return chunk.code;
}

let script: string;
test.beforeAll(async () => {
  script = await reader();
});

for (const { name, url, html, desk, read } of fixtures)
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
  });
