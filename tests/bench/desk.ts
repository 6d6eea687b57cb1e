/**
 * The pages that are measured: one case as the demo desk writes it, in a document of a wanted size. Static, so that
 * nothing of the page's own is waited for. `/case/INC0010001?nodes=5000` or `?bytes=5000000`; each variant has a host
 * of its own under `localhost`, and so a renderer of its own.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Both the extension's panel and what is measured beside it. */
const panels = 'deskcall-panel, bench-panel';

/** Runs in the page, before anything else. The page itself says when its panel stands: a closed shadow root hides the rest. */
const script = `
const panels = '${panels}';
/* The first animation frame in which the panel's host has a box. */
if (location.search.includes('seen')) window.seen = new Promise((resolve) => {
  const look = () =>
    document.querySelector(panels)?.getClientRects().length ? resolve(performance.now()) : requestAnimationFrame(look);
  requestAnimationFrame(look);
});
/* One mutation every 5 ms, each in a task of its own. */
window.churn = (count) => new Promise((resolve) => {
  const ticker = document.querySelector('.ticker');
  let n = 0;
  const timer = setInterval(() => {
    ticker.replaceChildren(++n + ' readings');
    if (n < count) return;
    clearInterval(timer);
    setTimeout(resolve, 50);
  }, 5);
});
/* The header is replaced in one step; how long until the panel is in the new one, and what the next frames show. */
window.rerender = () => new Promise((resolve) => {
  const holder = document.createElement('template');
  holder.innerHTML = window.head;
  const fresh = holder.content.firstElementChild;
  const frames = [];
  let back = 0;
  const look = () => { if (!back && fresh.querySelector(panels)) back = performance.now() - start; };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true });
  const frame = () => {
    look();
    const all = document.querySelectorAll(panels);
    if (back) frames.push(all.length && all[0].getClientRects().length ? all.length : 0);
    if (frames.length < 3 && performance.now() - start < 5000) return requestAnimationFrame(frame);
    observer.disconnect();
    resolve({ back: back || 5000, frames });
  };
  const start = performance.now();
  document.querySelector('.record-head').replaceWith(fresh);
  requestAnimationFrame(frame);
});`;

const head = `<header class="record-head"><div class="record-line"><span class="record-number">INC0010001</span>
<span>Case</span></div><div class="record-title"><h1><bdi>Pump P-204 leaking at seal</bdi></h1></div></header>`;

const fields = { Queue: 'Pumps', Asset: 'ASSET-204', Priority: 'High', Status: 'In progress', Requester: 'Pat Moreau' };

/** Seven elements. */
const row = (
  n: number,
) => `<tr><td><a href="#${n}">INC${1_000_000 + n}</a></td><td class="what"><bdi>Pump P-${n} leaking
at the seal</bdi></td><td>Pumps</td><td>In progress</td></tr>\n`;
/** Five elements. */
const message = (n: number) => `<div class="message"><b>Pat Moreau</b><time>07:42</time><p>Reading ${n}: water under the
pump since the night shift, <i>about a cup an hour</i>, clear, no smell. The pump still holds its pressure.</p></div>\n`;

/**
 * Padding is half inside the open record, as a long conversation, and half beside it, as a list of others.
 * @param hidden it is there and not drawn, like the other open records of many desks
 */
function body(messages: number, rows: number, hidden: boolean): string {
  const not = hidden ? ' hidden' : '';
  const many = (count: number, one: (n: number) => string) => Array.from({ length: count }, (_, n) => one(n)).join('');
  const details = Object.entries(fields)
    .map(([label, value]) => `<div class="field"><dt class="label">${label}</dt><dd class="value">${value}</dd></div>`)
    .join('');
  return `<header><b>Fieldbook</b> <span class="ticker"></span></header>
<main><article class="record" data-record="INC0010001">${head}<section${not}>${many(messages, message)}</section>
<aside><dl class="fields">${details}</dl></aside></article>
<table${not}><tbody>${many(rows, row)}</tbody></table></main>`;
}

function page(params: URLSearchParams): string {
  const nodes = Number(params.get('nodes') ?? 0);
  const bytes = Number(params.get('bytes') ?? 0);
  const messages = nodes ? nodes / 10 : bytes / 2 / message(0).length;
  const rows = nodes ? nodes / 14 : bytes / 2 / row(0).length;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>INC0010001</title>
<style>body { font: 14px/20px sans-serif; margin: 16px; }
.ticker { contain: strict; display: inline-block; inline-size: 160px; block-size: 20px; }</style><script>${script}</script></head>
<body>${body(Math.floor(messages), Math.floor(rows), params.has('hidden'))}
<script>window.head = document.querySelector('.record-head').outerHTML;</script></body></html>`;
}

export type BenchDesk = {
  origin(variant: string): string;
  url(variant: string, params: string): string;
  close(): void;
};

/** Serves the pages, on this machine only. */
export async function serveBench(): Promise<BenchDesk> {
  const made = new Map<string, string>();
  const server = createServer((request, response) => {
    const { pathname, search, searchParams } = new URL(request.url ?? '/', 'http://desk');
    if (!pathname.startsWith('/case/')) {
      response.writeHead(404).end();
      return;
    }
    const html = made.get(search) ?? page(searchParams);
    made.set(search, html);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = (variant: string) => `http://${variant}.localhost:${port}`;
  return {
    origin,
    url: (variant, params) => `${origin(variant)}/case/INC0010001?${params}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
