/**
 * Service desks in the cloud, as far as writing a note goes and as shared/contracts/desks.md, table C, says that they
 * behave; on 127.0.0.1 only, each below a path of its own. They keep what they got, whether it is public, and which
 * fields were set. What they do wrong on request is a named switch.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { targets } from './desks-targets.ts';
import { changedAt, type Life } from './desks-times.ts';

/** Each with the line of the contract, or of the recipes of real desks, that has it. */
export const deskSwitches = {
  /** Issue 7, point 10: "can answer 401". A token that has run out answers so as well. */
  unauthorized: 'table C, column Auth',
  /** Point 10: "409". Zendesk's "`safe_update`+`updated_stamp` = collision guard" answers it. */
  conflict: 'table C, Zendesk, column Idempotency',
  /** "429 + Retry-After" in seconds. */
  throttled: 'table C, ServiceNow, column Limits',
  /** The same with a date, the other form that RFC 9110 has for it. */
  'throttled-date': 'table C, ServiceNow, column Limits',
  /** "403 REQUEST_LIMIT_EXCEEDED"; "No Retry-After header" (§3.2). */
  'limit-exceeded': 'table C, Salesforce, column Limits',
  /** Point 10: "500". */
  broken: 'issue 7, point 10',
  /** "logged out = 200 text/html -> check content type". */
  login: 'table B, Jira Cloud',
  /** Recipes §4.4: "Write-back success ≠ HTTP 2xx": yes is said, and nothing is kept. */
  dropped: 'desks-recipes §4.4',
  /** Recipes §2.3, trap 1: "dropped silently: 204 and the note is written". */
  'fields-dropped': 'desks-recipes §2.3',
  /** Point 10: "time out after having written". */
  'timed-out': 'issue 7, point 10',
  /** What was written is not in the next lists. */
  late: 'issue 7, point 10',
  /** §1.7: "“Private note” defaults are dangerous": whatever was asked for, the note is public. */
  published: '§1.7',
  /** "Jira search results may not reflect recent changes": the case that changed first is not in the list yet. */
  'late-listing': 'issue 8, point 1',
  /** All cases changed last at the same time, as after an import: the end of a page is between equals. */
  'equal-times': 'issue 8, point 1',
  /** Histories are empty, as where they are not kept or may not be read. */
  'no-history': 'issue 8, point 1',
  /** A case says that it is over and not since when, as where it was ended by an import. */
  'end-untold': 'issue 8, point 1',
  /** "sysparm_limit=36 returns only 12": what may not be read is taken out of a page (ServiceNow's KB3047115). */
  'rows-hidden': 'table C, ServiceNow',
  /** Who may not read it is told so. */
  'history-refused': 'issue 8, point 1',
  /** Freshservice's documents name no `order_by`: the list is in the order of creation. */
  unordered: 'issue 8, point 1',
} as const;
export type DeskSwitch = keyof typeof deskSwitches;

export type SandboxNote = {
  desk: string;
  kind: string;
  id: string;
  note: string;
  text: string;
  public: boolean;
  key?: string;
};

/** A request, read. `path` is below that of the desk. */
export type Asked = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: unknown;
};
export type Given = { status: number; body?: unknown; headers?: Record<string, string> };

/** What a desk keeps, seen from its requests. */
export type Keep = {
  /** The number of a record; undefined where there is none. */
  number(kind: string, id: string): string | undefined;
  fields(kind: string, id: string): Record<string, unknown>;
  set(kind: string, id: string, values: Record<string, unknown>): void;
  /** @returns the note's id */
  write(kind: string, id: string, text: string, isPublic: boolean, key?: string): string;
  edit(note: string, text: string): boolean;
  /** Oldest first. */
  notes(kind: string, id: string): SandboxNote[];
  /** The tokens that were given out to clients, and are good. */
  tokens: Set<string>;
  /** What the desk's cases went through, in no order, and when each changed last, as far as it is told. */
  lives(): (Life & { changed: Date })[];
  /** False where histories are not told; `refused` where that is said. */
  history: boolean | 'refused';
  /** False where a case does not say since when it is over. */
  ends: boolean;
  /** False for a case that is not shown to the one who asks. */
  shows(life: Life): boolean;
  /** False where lists are in the order of creation, whatever is asked for. */
  ordered: boolean;
};

/** A desk: who may ask, and what is answered; undefined is 404. */
export type Target = {
  /** @param secret as it is configured in the bridge */
  knows(headers: IncomingHttpHeaders, secret: string, tokens: ReadonlySet<string>): boolean;
  answer(asked: Asked, keep: Keep): Given | undefined;
};

export type DesksServer = {
  /** The address of a desk. */
  url(desk: string): string;
  /** What every desk here takes as its user's or client's secret. */
  secret: string;
  notes: SandboxNote[];
  /** Requests so far, but for those that sign a client in. */
  requests: (Asked & { desk: string })[];
  /** How often a client was given a token. */
  signIns: number;
  /** Makes a record. */
  add(desk: string, kind: string, id: string, number?: string): void;
  fields(desk: string, kind: string, id: string): Record<string, unknown>;
  /** Gives a desk a case with a life, or one that is there a new one. */
  live(desk: string, life: Life): void;
  /** Deletes one. */
  delete(desk: string, id: string): void;
  /** Takes back all tokens, as when they have run out. */
  expire(): void;
  /** For the next so many requests; mostly to those that write. */
  on(name: DeskSwitch, times?: number, what?: 'writes' | 'reads'): void;
  off(): void;
  /** Seconds, for throttled answers. */
  retryAfter: number;
  close(): Promise<void>;
};

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  if (/urlencoded/.test(request.headers['content-type'] ?? '')) return Object.fromEntries(new URLSearchParams(text));
  return text ? (JSON.parse(text) as unknown) : undefined;
}

export async function serveDesks(): Promise<DesksServer> {
  const records = new Map<string, { number: string; fields: Record<string, unknown> }>();
  const tokens = new Set<string>();
  const lives = new Map<string, Life[]>();
  const keyOf = (...parts: string[]): string => JSON.stringify(parts);
  let made = 0;
  let next: { name: DeskSwitch; left: number; what: 'writes' | 'reads' } | undefined;
  const fieldsOf = (desk: string, kind: string, id: string) => records.get(keyOf(desk, kind, id))?.fields ?? {};

  /** The switch for this request, if there is one. */
  function taken(writes: boolean): DeskSwitch | undefined {
    if (!next || next.left <= 0 || (next.what === 'writes') !== writes) return undefined;
    next.left -= 1;
    return next.name;
  }

  const keepOf = (desk: string, name: DeskSwitch | undefined): Keep => ({
    // A case with a life has a record as well.
    number: (kind, id) =>
      records.get(keyOf(desk, kind, id))?.number ?? lives.get(desk)?.find((life) => life.id === id)?.id,
    fields: (kind, id) => fieldsOf(desk, kind, id),
    set(kind, id, values) {
      if (name !== 'fields-dropped' && name !== 'dropped') Object.assign(fieldsOf(desk, kind, id), values);
    },
    write(kind, id, text, isPublic, key) {
      made += 1;
      // 18 characters where a desk has such ids, and a number that is read as one all the same.
      const note = key ?? String(made).padStart(desk === 'salesforce' ? 18 : 1, '0');
      const isNew = !key || !server.notes.some((each) => each.desk === desk && each.key === key);
      if (isNew && name !== 'dropped')
        server.notes.push({
          desk,
          kind,
          id,
          note,
          text,
          public: isPublic || name === 'published',
          ...(key && { key }),
        });
      return note;
    },
    edit(note, text) {
      const found = server.notes.find((each) => each.desk === desk && each.note === note);
      if (found && name !== 'dropped') found.text = text;
      return found !== undefined;
    },
    notes: (kind, id) =>
      name === 'late' ? [] : server.notes.filter((each) => each.desk === desk && each.kind === kind && each.id === id),
    tokens,
    lives() {
      const all = (lives.get(desk) ?? []).map((life) => ({ ...life, changed: changedAt(life) }));
      const times = all.map(({ changed }) => changed.getTime());
      if (name === 'late-listing') return all.filter(({ changed }) => changed.getTime() > Math.min(...times));
      return name === 'equal-times' ? all.map((life) => ({ ...life, changed: new Date(Math.max(...times)) })) : all;
    },
    history: name === 'history-refused' ? 'refused' : name !== 'no-history' && name !== 'end-untold',
    ends: name !== 'end-untold',
    shows: ({ id }) => name !== 'rows-hidden' || /[05]$/.test(id),
    ordered: name !== 'unordered',
  });

  const wrong = (name: DeskSwitch | undefined): Given | undefined => {
    const later = new Date(Math.ceil(Date.now() / 1000 + server.retryAfter) * 1000).toUTCString();
    switch (name) {
      case 'unauthorized':
        return { status: 401, body: { error: 'unauthorized' } };
      case 'conflict':
        return { status: 409, body: { error: 'conflict' } };
      case 'throttled':
        return { status: 429, headers: { 'retry-after': String(server.retryAfter) } };
      case 'throttled-date':
        return { status: 429, headers: { 'retry-after': later } };
      case 'limit-exceeded':
        return {
          status: 403,
          body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }],
        };
      case 'broken':
        return { status: 500, body: { error: 'internal' } };
      case 'login':
        return { status: 200, body: '<form action="/login"></form>', headers: { 'content-type': 'text/html' } };
      default:
        return undefined;
    }
  };

  const http = createServer((request, response) => {
    void (async () => {
      const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://desk.test');
      const [, desk = '', path = '/'] = /^\/([\w-]+)(\/.*)?$/.exec(pathname) ?? [];
      const { method = 'GET', headers } = request;
      const asked: Asked = { method, path, query, headers, body: await bodyOf(request) };
      const target = targets[desk];
      const give = ({ status, body, headers: more = {} }: Given) => {
        const html = typeof body === 'string';
        const type = html ? 'text/html' : 'application/json';
        response.writeHead(status, { ...(body !== undefined && { 'content-type': type }), ...more });
        return response.end(body === undefined ? undefined : html ? body : JSON.stringify(body));
      };
      if (!target) return give({ status: 404 });
      // RFC 6749, 4.4: how a client signs in for itself.
      if (path === '/oauth/token') {
        const form = asked.body as Record<string, string>;
        if (method !== 'POST' || form.grant_type !== 'client_credentials' || form.client_secret !== server.secret)
          return give({ status: 401, body: { error: 'invalid_client' } });
        server.signIns += 1;
        const token = `token-${server.signIns}`;
        tokens.add(token);
        return give({ status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: 3600 } });
      }
      server.requests.push({ ...asked, desk });
      const name = taken(method !== 'GET');
      const given = wrong(name);
      if (given) return give(given);
      if (!target.knows(headers, server.secret, tokens)) return give({ status: 401, body: { error: 'unauthorized' } });
      const answer = target.answer(asked, keepOf(desk, name));
      // Kept, and nobody hears of it.
      if (name === 'timed-out') return request.socket.destroy();
      return give(answer ?? { status: 404, body: { error: 'not found' } });
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));

  const server: DesksServer = {
    url: (desk) => `http://127.0.0.1:${(http.address() as AddressInfo).port}/${desk}`,
    secret: 'Sandbox-desks-secret',
    notes: [],
    requests: [],
    signIns: 0,
    retryAfter: 1,
    add: (desk, kind, id, number = id) => void records.set(keyOf(desk, kind, id), { number, fields: {} }),
    fields: fieldsOf,
    live(desk, life) {
      const others = (lives.get(desk) ?? []).filter(({ id }) => id !== life.id);
      lives.set(desk, [...others, life]);
    },
    delete(desk, id) {
      lives.set(
        desk,
        (lives.get(desk) ?? []).filter((life) => life.id !== id),
      );
    },
    expire: () => tokens.clear(),
    on(name, times = 1, what = 'writes') {
      next = { name, left: times, what };
    },
    off() {
      next = undefined;
    },
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return server;
}
