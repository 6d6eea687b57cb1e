/**
 * Fieldbook, the demo service desk, as a server: 127.0.0.1 only, static files, and a Content-Security-Policy as strict
 * as any real desk's. `/`, `/case/…` and `/workorder/…` are one single-page app; `/marked` and `/marked-two` are plain
 * pages that carry the data-worklink attributes. `/api/…` takes internal notes (notes.ts).
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeNotes } from './notes.ts';

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

export type ServedDesk = {
  url: string;
  origin: string;
  /** For its API. */
  secret: string;
  close(): Promise<void>;
};

/** Serves the desk. @param port 0 takes any free one */
export async function serveDesk(port = 0): Promise<ServedDesk> {
  const notes = makeNotes();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://desk');
    if (notes.take(request, response, pathname)) return;
    const file = fileOf(pathname);
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    const type = types[file.split('.').at(-1) ?? ''];
    const body = file === 'records.json' ? Promise.resolve(notes.records()) : readFile(new URL(file, import.meta.url));
    body.then(
      (text) =>
        response
          .writeHead(200, {
            'content-type': type,
            'content-security-policy': csp,
            'x-content-type-options': 'nosniff',
            'cache-control': 'no-store',
          })
          .end(text),
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
    secret: notes.secret,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
