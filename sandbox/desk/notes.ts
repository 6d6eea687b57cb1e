/**
 * Fieldbook's API for internal notes, as small desks have one: `GET /api/{kind}/{number}` is the record, `…/notes` its
 * notes, and `POST …/notes` adds one. `Authorization: Bearer` with a secret that is made when the desk starts.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';

type Note = { at: string; text: string; internal: true };

/** How the bridge is told to write to this desk: what an admin would put into its configuration. */
export const demoNotes = (origin: string) => ({
  type: 'http',
  url: origin,
  http: {
    kinds: ['case', 'workorder'],
    headers: { authorization: 'Bearer {{secret}}' },
    record: { path: '/api/{{kind}}/{{id}}', number: '/number' },
    note: { path: '/api/{{kind}}/{{id}}/notes', body: { text: '{{note}}' } },
    notes: {
      path: '/api/{{kind}}/{{id}}/notes',
      list: '/notes',
      text: '/text',
      internal: { at: '/internal', is: true },
    },
  },
});

const address = /^\/api\/(?:case|workorder)\/(\w+)(\/notes)?$/;

type Records = { number: string }[];

export function makeNotes() {
  const secret = randomBytes(16).toString('hex');
  const file = new URL('records.json', import.meta.url);
  const records = (): Records => JSON.parse(readFileSync(file, 'utf8')) as Records;
  const notes = new Map<string, Note[]>();

  async function answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const [, number = '', ofNotes] = address.exec(path) ?? [];
    const json = (status: number, value: object): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (request.headers.authorization !== `Bearer ${secret}`) return json(401, { error: 'Who are you?' });
    if (!records().some((record) => record.number === number)) return json(404, { error: 'There is no such record.' });
    if (!ofNotes) return json(200, { number });
    if (request.method === 'GET') return json(200, { notes: notes.get(number) ?? [] });
    if (request.method !== 'POST') return json(405, {});
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { text } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { text: string };
    const note: Note = { at: new Date().toISOString(), text, internal: true };
    notes.set(number, [...(notes.get(number) ?? []), note]);
    json(201, note);
  }

  return {
    secret,
    /** Whether a path is the API's; then it is answered. */
    take(request: IncomingMessage, response: ServerResponse, path: string): boolean {
      if (!path.startsWith('/api/')) return false;
      void answer(request, response, path).catch(() => response.writeHead(400).end());
      return true;
    },
    /** What the desk's own pages get: its records, those with notes with them. */
    records: (): string =>
      JSON.stringify(records().map((record) => ({ ...record, notes: notes.get(record.number) ?? [] }))),
  };
}
