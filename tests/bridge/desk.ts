/**
 * Two desks that keep what they get, for whoever wants to know what was written: tests ask them and not the bridge. One
 * has the shape of Request Tracker's REST 2.0 and no key for a note, so that whoever writes twice leaves two. The other
 * takes the same `Idempotency-Key` once and lists nothing.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * `lost`: written at once, and the answer never comes. `late`: written after a while, whoever still listens. `broken`:
 * written, and answered 500. `busy`: 429, not written. `down`: 503, not written.
 */
export type Trouble = 'lost' | 'late' | 'broken' | 'busy' | 'down';

export type RecordingDesks = {
  token: string;
  /** As bridge.config.json has them: `rt` and `keyed`. */
  desks: Record<'rt' | 'keyed', object>;
  /** Notes by desk and ticket, as `rt 7`, in the order in which they were written. */
  notes: Map<string, string[]>;
  close(): Promise<void>;
};

/**
 * @param trouble what goes wrong with the next note, if anything
 * @param late how long a late note takes, in ms
 * @param onNote is told of each note when it is written
 */
export async function serveDesks({
  trouble = () => undefined,
  late = 0,
  onNote = () => {},
}: {
  trouble?: () => Trouble | undefined;
  late?: number;
  onNote?: (where: string) => void;
} = {}): Promise<RecordingDesks> {
  const token = 'recording-desk';
  const notes = new Map<string, string[]>();
  const keys = new Set<string>();
  const write = (where: string, text: string): void => {
    notes.set(where, [...(notes.get(where) ?? []), text]);
    onNote(where);
  };
  async function bodyOf(request: IncomingMessage): Promise<Record<string, string>> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, string>;
  }
  const server = createServer((request, response) => {
    void (async () => {
      const json = (status: number, body: unknown, headers = {}) =>
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
      const [, keyed, id = '', what = ''] =
        /^(?:\/(keyed)|\/REST\/2\.0)\/ticket\/(\d+)\/?(comment|attachments|notes)?/.exec(request.url ?? '') ?? [];
      if (request.headers.authorization !== `token ${token}`) return json(401, { message: 'Unauthorized' });
      if (!id) return json(404, { message: 'Not Found' });
      const where = `${keyed ?? 'rt'} ${id}`;
      if (request.method === 'GET' && what === 'attachments')
        return json(200, {
          items: (notes.get(where) ?? []).map((note) => ({ Subject: note.split('\n')[0] })),
          pages: 1,
        });
      if (request.method === 'GET') return json(200, { id: Number(id) });
      const { Subject = '', Content = '' } = await bodyOf(request);
      const key = keyed && String(request.headers['idempotency-key']);
      const next = trouble();
      if (next === 'busy') return json(429, {}, { 'retry-after': '1' });
      if (next === 'down') return json(503, {});
      if (key === undefined || !keys.has(key)) {
        if (key !== undefined) keys.add(key);
        const text = `${Subject}\n${Content}`;
        if (next === 'late') return setTimeout(() => write(where, text), late);
        write(where, text);
      }
      if (next === 'lost' || next === 'late') return undefined;
      if (next === 'broken') return json(500, {});
      return json(201, ['Comments added']);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    token,
    desks: {
      rt: { type: 'request-tracker', url },
      keyed: {
        type: 'http',
        url: `${url}/keyed`,
        http: {
          kinds: ['ticket'],
          headers: { authorization: 'token {{secret}}' },
          record: { path: '/ticket/{{id}}', number: '/id' },
          note: {
            path: '/ticket/{{id}}/notes',
            headers: { 'idempotency-key': '{{key}}' },
            body: { Content: '{{note}}' },
            keyed: true,
          },
        },
      },
    },
    notes,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
