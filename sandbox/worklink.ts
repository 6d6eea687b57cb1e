/**
 * WorkLink's CMS as shared/contracts/worklink.md says that it behaves, on 127.0.0.1 only: GraphQL by the reconstructed
 * schema, and webhooks of every generation. A real GraphQL engine answers, so that a query for a field that is not
 * there fails as it would there. What it does wrong on request is a named switch.
 */
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, graphql } from 'graphql';
import { schemas, type Variant } from './worklink-schemas.ts';

/** Each with the line of the contract that has it. */
export const cmsSwitches = {
  /** §3.3 "`data.node = null` + message "Not authorized to read object", `path:["node"]`"; §3.5 "may not be visible yet". */
  'not-authorized': 'graphql',
  /** §3.3 "401 for bad tokens". */
  unauthorized: 'graphql',
  /** §3.3 "back-off on 429/5xx". */
  down: 'graphql',
  throttled: 'graphql',
  /** §6 of the test fixtures in the issue: "slow": no answer at all. */
  slow: 'graphql',
  /** §3.3 "Internal errors carry a reference code in the message". */
  internal: 'graphql',
  /** §3.3 "`errors[{message, locations, path}]`, `data` null or partial": of a record all but its external data. */
  partial: 'graphql',
  /** §3.3 "Unauthorised members of connections are silently pruned". */
  pruned: 'graphql',
  /** desks-recipes §2.1 has it of desks; a proxy in front of a CMS does the same: 200 and a login page. */
  html: 'graphql',
  /** §2.4 "lost hooks are never reported"; retries, order and duplicates: "Nothing documented". */
  lost: 'hook',
  twice: 'hook',
  /** Kept until `release`, which sends them in their order, or the other way round. */
  late: 'hook',
} as const;
export type CmsSwitch = keyof typeof cmsSwitches;

export type CmsSession = {
  id: string;
  type: 'Call' | 'ScenarioSession';
  state: string;
  startedAt: string;
  endedAt: string | null;
  updatedAt: string;
  /** Names; the first one calls. */
  people: string[];
  externalData: unknown;
  /** §4: others go on with a persistent session, which then has several parts and may have no end. */
  parts: number;
  /** Names of the steps that were completed. */
  steps: string[];
  /** §3.4: with a photo or without. */
  events: { type: string; photo?: boolean }[];
};

/** How a webhook looks: §2.1 with dashes or underscores, §2.2 by topic, or the result of a query of one's own. */
export type Generation = 'A' | 'A_' | 'B' | 'query';

export type CmsServer = {
  origin: string;
  /** The GraphQL endpoint. */
  url: string;
  token: string;
  /** How the token has to be said, §3.1; both at first. */
  scheme: 'Token' | 'Bearer' | 'both';
  sessions: Map<string, CmsSession>;
  /** GraphQL requests so far, introspection included. */
  requests: { operation: string; at: number; headers: IncomingMessage['headers']; url: string }[];
  /** Seconds, for the throttled answers. */
  retryAfter: number;
  add(session: Partial<CmsSession>): CmsSession;
  /** Changes it, now. */
  change(session: CmsSession, values: Partial<CmsSession>): void;
  /** Sends a webhook about a session. @returns the status of the answer; 0 where it was not sent, or not yet */
  announce(
    hook: string,
    session: CmsSession,
    event: 'created' | 'updated' | 'completed',
    how?: { generation?: Generation; secret?: string; url?: string },
  ): Promise<number>;
  /** Sends what is late. */
  release(order?: 'forwards' | 'backwards'): Promise<number[]>;
  /** Misbehaves for the next so many requests. */
  on(name: CmsSwitch, times?: number): void;
  off(): void;
  close(): Promise<void>;
};

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const snake = (type: string): string => type.replaceAll(/\B[A-Z]/g, '_$&').toLowerCase();

/** Whether external data matches §1.4's filter. */
function fits(data: unknown, filter: { type: string; key: string; value: unknown } | undefined): boolean {
  if (!filter) return true;
  const value = typeof data === 'object' && data !== null ? (data as Record<string, unknown>)[filter.key] : undefined;
  if (filter.type === 'MATCH') return value === filter.value;
  return Array.isArray(value) && value.includes(filter.value);
}

export async function serveCms({
  port = 0,
  variant = 'today',
  sdl = schemas[variant],
}: {
  port?: number;
  variant?: Variant;
  /** The schema, where it differs from the variant's. */
  sdl?: string;
} = {}): Promise<CmsServer> {
  const schema = buildSchema(sdl);
  const left = new Map<CmsSwitch, number>();
  /** Whose REST addresses are whose. */
  const addresses = new Map<string, string>();
  const held: (() => Promise<number>)[] = [];
  const is = (name: CmsSwitch): boolean => {
    const times = left.get(name) ?? 0;
    if (times > 0) left.set(name, times - 1);
    return times > 0;
  };

  type Slice = { first?: number; after?: string; afterIndex?: number };
  /** §3.3: "Every connection needs `first` or `last`, 1–100"; `after` is a cursor, `afterIndex` an offset. */
  function list(nodes: unknown[], { first, after, afterIndex }: Slice): object {
    if (first === undefined || first < 1 || first > 100)
      throw new Error('first or last has to be given, from 1 to 100');
    const from = after === undefined ? (afterIndex ?? 0) : Number(Buffer.from(after, 'base64').toString()) + 1;
    const part = nodes.slice(from, from + first);
    const cursor = (n: number): string => Buffer.from(String(n)).toString('base64');
    return {
      nodes: part,
      totalCount: nodes.length,
      pageInfo: {
        hasNextPage: from + part.length < nodes.length,
        startCursor: cursor(from),
        endCursor: cursor(from + part.length - 1),
      },
    };
  }
  function shown(session: CmsSession): object {
    const people = session.people.map((name, n) => ({ __typename: 'User', id: `u${n}`, databaseId: String(n), name }));
    const { externalData, type, parts, steps, events, ...rest } = session;
    const pairs = Object.entries(externalData ?? {}).map(([key, value]) => ({ key, value: String(value) }));
    const times = { finishedAt: session.endedAt, status: session.state };
    return {
      ...rest,
      ...times,
      __typename: variant !== 'today' && type === 'Call' ? 'CallSession' : type,
      databaseId: '1',
      // Seconds or milliseconds: the contract does not know.
      duration: session.endedAt ? Date.parse(session.endedAt) - Date.parse(session.startedAt) : null,
      externalData: { today: externalData, old: JSON.stringify(externalData), offset: pairs }[variant],
      caller: people[0],
      initiator: people[0],
      callee: people[1],
      host: people[0],
      numberOfStepsPossible: Math.max(steps.length, 1),
      numberOfStepsViewed: steps.length,
      participants: (slice: Slice) => list(people, slice),
      users: (slice: Slice) => list(people, slice),
      parts: (slice: Slice) =>
        list(
          Array.from({ length: parts }, (_, n) => ({
            databaseId: String(n + 1),
            createdBy: people[n % Math.max(1, people.length)],
            startedAt: session.startedAt,
            endedAt: session.endedAt,
          })),
          slice,
        ),
      completedSteps: (slice: Slice) =>
        list(
          steps.map((name, n) => ({ scenarioStep: { name, orderIndex: n + 1 } })),
          slice,
        ),
      events: (slice: Slice) =>
        list(
          events.map((event, n) => ({
            __typename: 'ScenarioSessionEvent',
            id: `e${n}`,
            type: event.type,
            createdAt: session.startedAt,
            eventData: {},
            photo: event.photo ? { fileUrl: `${origin}/photo/${n}?signature=S3CRET-CANARY` } : null,
          })),
          slice,
        ),
    };
  }
  type Filter = Slice & {
    externalData?: { type: string; key: string; value: unknown };
    orderBy?: { attribute: string; direction: 'ASC' | 'DESC' };
  };
  function found(type: CmsSession['type'], { externalData, orderBy, ...slice }: Filter): object {
    const all = [...server.sessions.values()].filter(
      (session) => session.type === type && fits(session.externalData, externalData),
    );
    if (orderBy) {
      const { attribute } = orderBy;
      if (attribute !== 'startedAt' && attribute !== 'updatedAt') throw new Error(`Can't order by ${attribute}`);
      const sign = orderBy.direction === 'DESC' ? -1 : 1;
      all.sort((a, b) => sign * (Date.parse(a[attribute]) - Date.parse(b[attribute])));
    }
    return list(is('pruned') ? [] : all.map(shown), slice);
  }
  const root = {
    node({ id }: { id: string }) {
      const session = server.sessions.get(id);
      if (is('not-authorized') || !session) throw new Error('Not authorized to read object');
      if (is('internal')) throw new Error('Internal server error, reference 7f3a');
      return is('partial')
        ? {
            ...shown(session),
            externalData() {
              throw new Error('Internal server error, reference 7f3a');
            },
          }
        : shown(session);
    },
    scenarioSessions: (filter: Filter) => found('ScenarioSession', filter),
    calls: (filter: Filter) => found('Call', filter),
    // §2.2: "Topic keys seen"; those of calls are inferred there.
    webhookTopics: () => ({
      nodes: ['scenario_session/created', 'scenario_session/completed', 'call/completed'].map((key) => ({
        key,
        version: '1.1',
      })),
    }),
    callSessions: (filter: Filter) => found('Call', filter),
  };

  const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void =>
    void response
      .writeHead(status, { 'content-type': 'application/json', 'x-scopear-cms-version': '2.28.1', ...headers })
      .end(JSON.stringify(body));

  function knows({ headers }: IncomingMessage): boolean {
    return (['Token', 'Bearer'] as const).some(
      (scheme) =>
        headers.authorization === `${scheme} token=${server.token}` &&
        (server.scheme === 'both' || server.scheme === scheme),
    );
  }

  /** §2.1: "thin REST endpoint … delivers 1st-level attributes as JSON"; the id in its address is not the node's. */
  function thin(request: IncomingMessage, response: ServerResponse, path: string): void {
    server.requests.push({ operation: 'REST', at: Date.now(), headers: request.headers, url: request.url ?? '' });
    const session = server.sessions.get(addresses.get(path) ?? '');
    if (!knows(request)) return json(response, 401, {});
    if (!session) return json(response, 404, {});
    json(response, 200, {
      id: session.id,
      state: session.state,
      started_at: session.startedAt,
      ended_at: session.endedAt,
      external_data: session.externalData,
    });
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://cms').pathname;
    const text = await textOf(request);
    if (request.method === 'GET') return thin(request, response, path);
    if (request.method !== 'POST' || path.replace(/\/$/, '') !== '/api/v3/graphql')
      return void response.writeHead(404).end();
    const { query, variables } = JSON.parse(text) as { query: string; variables?: Record<string, unknown> };
    server.requests.push({
      operation: /\b(__type|__schema)\b/.test(query) && !/\bnode\(/.test(query) ? 'introspection' : query,
      at: Date.now(),
      headers: request.headers,
      url: request.url ?? '',
    });
    // Only readings of a record: what else is asked has its own rhythm, and would use a switch up.
    const reads = /\bnode\(/.test(query);
    if ((reads && is('unauthorized')) || !knows(request))
      return json(response, 401, { error: 'You need to sign in or sign up before continuing.' });
    // Held until whoever asks has lost patience.
    if (reads && is('slow')) return;
    if (reads && is('down')) return void response.writeHead(500).end();
    if (reads && is('throttled')) return json(response, 429, {}, { 'retry-after': String(server.retryAfter) });
    if (reads && is('html'))
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Sign in</body></html>');
    const result = await graphql({
      schema,
      source: query,
      rootValue: root,
      ...(variables && { variableValues: variables }),
      typeResolver: (value) => (value as { __typename: string }).__typename,
    });
    json(response, 200, result);
  }

  const http = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;

  const server: CmsServer = {
    origin,
    url: `${origin}/api/v3/graphql`,
    token: randomBytes(16).toString('hex'),
    scheme: 'both',
    sessions: new Map(),
    requests: [],
    retryAfter: 1,
    add(session) {
      const whole: CmsSession = {
        // §3.2: opaque, of 32 or 48 bytes, with "/" and "=".
        id: randomBytes(32).toString('base64'),
        type: 'Call',
        state: 'finished',
        startedAt: '2026-11-22T09:00:00Z',
        endedAt: '2026-11-22T09:12:05Z',
        updatedAt: new Date().toISOString(),
        people: ['Alex Agent', 'Pat Expert'],
        externalData: {},
        parts: 1,
        steps: ['Close the valve'],
        events: [],
        ...session,
      };
      server.sessions.set(whole.id, whole);
      return whole;
    },
    change(session, values) {
      Object.assign(session, values, { updatedAt: new Date().toISOString() });
    },
    async announce(hook, { id, type }, event, { generation = 'A', secret, url: said } = {}) {
      const path = `/api/v3/graphql/object/${randomBytes(48).toString('base64url')}`;
      addresses.set(path, id);
      const url = said ?? origin + path;
      const time = new Date().toISOString();
      const headers: Record<string, string> = { 'content-type': 'application/json' };
      let body: object;
      if (generation === 'A' || generation === 'A_') {
        const sign = generation === 'A' ? '-' : '_';
        const data = { [`resource${sign}id`]: id, [`resource${sign}url`]: url, [`resource${sign}type`]: type };
        body = { time, event, type: 'resource', data };
      } else {
        headers['x-scope-topic'] = `${snake(type)}/${event}`;
        headers['x-scope-topic-version'] = '1.1';
        headers['x-scope-webhook-type'] = 'node';
        headers['x-scope-webhook-id'] = randomUUID();
        body = generation === 'B' ? { data: { id, url } } : { data: { node: { __typename: type, id } } };
      }
      const text = JSON.stringify(body);
      if (secret) headers['x-scope-hmac-sha256'] = createHmac('sha256', secret).update(text).digest('base64');
      const send = async (): Promise<number> => {
        const response = await fetch(hook, { method: 'POST', headers, body: text });
        await response.arrayBuffer();
        return response.status;
      };
      if (is('lost')) return 0;
      if (is('late')) {
        held.push(send);
        return 0;
      }
      if (is('twice')) await send();
      return send();
    },
    async release(order = 'forwards') {
      const all = held.splice(0);
      const statuses: number[] = [];
      // oxlint-disable-next-line no-await-in-loop -- their order is the point
      for (const send of order === 'forwards' ? all : all.toReversed()) statuses.push(await send());
      return statuses;
    },
    on(name, times = 1) {
      left.set(name, times);
    },
    off: () => left.clear(),
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return server;
}
