/** Stands before a real desk and lets one thing go wrong at a time: what was written stays written. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `lost`: the desk gets the request, and its answer never arrives. The others never reach it. */
export type Trouble = 'lost' | 'refused' | 'busy' | 'broken' | 'login' | 'forbidden';

export type Gate = {
  url: string;
  /** Requests that would write something, so far. */
  writes: number;
  /** For the next so many writes; `reads`: for whatever is read instead. */
  on(trouble: Trouble, times?: number, what?: 'writes' | 'reads'): void;
  off(): void;
  close(): Promise<void>;
};

export async function openGate(desk: string): Promise<Gate> {
  let next: { trouble: Trouble; left: number; what: 'writes' | 'reads' } | undefined;
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const writes = request.method !== 'GET';
      if (writes) gate.writes += 1;
      const trouble = next && next.left > 0 && (next.what === 'writes') === writes ? next.trouble : undefined;
      if (trouble && next) next.left -= 1;
      if (trouble === 'refused') return response.writeHead(401).end();
      if (trouble === 'forbidden') return response.writeHead(403).end();
      if (trouble === 'busy') return response.writeHead(429, { 'retry-after': '1' }).end();
      if (trouble === 'broken') return response.writeHead(502).end();
      if (trouble === 'login')
        return response.writeHead(200, { 'content-type': 'text/html' }).end('<form action="/login"></form>');
      const headers = Object.entries(request.headers).filter(
        (entry): entry is [string, string] =>
          typeof entry[1] === 'string' && !/^(host|connection|content-length|transfer-encoding)$/.test(entry[0]),
      );
      const answer = await fetch(desk + (request.url ?? '/'), {
        method: request.method ?? 'GET',
        headers: Object.fromEntries(headers),
        ...(writes && { body: Buffer.concat(chunks) }),
        redirect: 'manual',
      });
      const body = Buffer.from(await answer.arrayBuffer());
      if (trouble === 'lost') return response.destroy();
      return response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(body);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const gate: Gate = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writes: 0,
    on(trouble, times = 1, what = 'writes') {
      next = { trouble, left: times, what };
    },
    off() {
      next = undefined;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return gate;
}
