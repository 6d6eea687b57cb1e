/**
 * A desk that keeps what it gets, in the shape of Request Tracker's REST 2.0: no key of its own for a note, so that
 * whoever writes twice leaves two. Tests ask it, not the bridge, what was written.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * `lost`: written at once, and the answer never comes. `late`: written after a while, whoever still listens. `broken`:
 * written, and answered 500. `busy`: 429, not written. `down`: 503, not written.
 */
export type Trouble = 'lost' | 'late' | 'broken' | 'busy' | 'down';

export type RecordingDesk = {
  url: string;
  token: string;
  /** Notes by ticket, in the order in which they were written. */
  notes: Map<string, string[]>;
  close(): Promise<void>;
};

/**
 * @param trouble what goes wrong with the next note, if anything
 * @param onNote is told of each note when it is written
 */
export async function serveDesk({
  trouble = () => undefined,
  late = 0,
  onNote = () => {},
}: {
  trouble?: () => Trouble | undefined;
  /** How long a late note takes, in ms. */
  late?: number;
  onNote?: (ticket: string, text: string) => void;
} = {}): Promise<RecordingDesk> {
  const token = 'recording-desk';
  const notes = new Map<string, string[]>();
  const write = (ticket: string, text: string): void => {
    notes.set(ticket, [...(notes.get(ticket) ?? []), text]);
    onNote(ticket, text);
  };
  async function bodyOf(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  }
  const server = createServer((request, response) => {
    void (async () => {
      const json = (status: number, body: unknown, headers = {}) =>
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
      const [, id = '', what = ''] =
        /^\/REST\/2\.0\/ticket\/(\d+)\/?(comment|attachments)?/.exec(request.url ?? '') ?? [];
      if (request.headers.authorization !== `token ${token}`) return json(401, { message: 'Unauthorized' });
      if (!id) return json(404, { message: 'Not Found' });
      if (request.method === 'GET' && what === 'attachments')
        return json(200, {
          items: (notes.get(id) ?? []).map((note) => ({ Subject: note.split('\n', 1)[0] })),
          pages: 1,
        });
      if (request.method === 'GET') return json(200, { id: Number(id) });
      const { Subject, Content } = JSON.parse(await bodyOf(request)) as { Subject: string; Content: string };
      const note = `${Subject}\n${Content}`;
      const next = trouble();
      if (next === 'busy') return json(429, {}, { 'retry-after': '1' });
      if (next === 'down') return json(503, {});
      if (next === 'late') return setTimeout(() => write(id, note), late);
      write(id, note);
      if (next === 'lost') return undefined;
      if (next === 'broken') return json(500, {});
      return json(201, ['Comments added']);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    notes,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
