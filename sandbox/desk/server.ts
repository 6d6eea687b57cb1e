/**
 * Fieldbook, the demo service desk, as a server: 127.0.0.1 only, static files, and a Content-Security-Policy as strict
 * as any real desk's. `/`, `/case/…` and `/workorder/…` are one single-page app; `/marked` and `/marked-two` are plain
 * pages that carry the data-worklink attributes.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const csp =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'";

const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  svg: 'image/svg+xml',
};

const files = new Set(['app.js', 'app.css', 'records.json', 'icon.svg']);
const app = /^\/(?:(?:case|workorder)\/\w+)?$/;

/** The file that answers a path, or undefined. */
function fileOf(path: string): string | undefined {
  if (app.test(path)) return 'index.html';
  if (path === '/marked' || path === '/marked-two') return `${path.slice(1)}.html`;
  return files.has(path.slice(1)) ? path.slice(1) : undefined;
}

/** Serves the desk. @param port 0 takes any free one */
export async function serveDesk(port = 0): Promise<{ url: string; origin: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const file = fileOf(new URL(request.url ?? '/', 'http://desk').pathname);
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    const type = types[file.split('.').at(-1) ?? ''];
    readFile(new URL(file, import.meta.url)).then(
      (body) =>
        response
          .writeHead(200, {
            'content-type': type,
            'content-security-policy': csp,
            'x-content-type-options': 'nosniff',
            'cache-control': 'no-store',
          })
          .end(body),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/`,
    origin,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
