/**
 * WorkLink's CMS as shared/contracts/worklink.md says that it behaves, on 127.0.0.1 only: GraphQL by the reconstructed
 * schema, and webhooks of every generation. A real GraphQL engine answers, so that a query for a field that is not
 * there fails as it would there. What it does wrong on request is a named switch.
 */
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, graphql } from 'graphql';

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
  /** desks-recipes §2.1 has it of desks; a proxy in front of a CMS does the same: 200 and a login page. */
  html: 'graphql',
} as const;
export type CmsSwitch = keyof typeof cmsSwitches;

const common = `
  scalar Alphanumeric
  scalar JSON
  scalar DateTime
  interface Node { id: ID! }
  input ExternalDataFilter { type: String!, key: String!, value: Alphanumeric! }
  type PageInfo { hasNextPage: Boolean startCursor: String endCursor: String }
  type User implements Node { id: ID! databaseId: ID name: String email: String }
  type UserConnection { nodes: [User] totalCount: Int pageInfo: PageInfo }
  type Attachment { fileUrl: String }
`;

/** §3.4; and §5 #8, #15, #16 where it says otherwise. */
const schemas = {
  today: `${common}
    type Query {
      node(id: ID!): Node
      scenarioSessions(first: Int!, externalData: ExternalDataFilter, after: String): ScenarioSessionConnection
      calls(first: Int!, externalData: ExternalDataFilter, after: String): CallConnection
    }
    type ScenarioSessionPart { databaseId: ID createdBy: User startedAt: DateTime endedAt: DateTime }
    type ScenarioSessionPartConnection { nodes: [ScenarioSessionPart] pageInfo: PageInfo }
    type ScenarioStep { name: String orderIndex: Int }
    type ScenarioSessionStep { scenarioStep: ScenarioStep }
    type ScenarioSessionStepConnection { nodes: [ScenarioSessionStep] pageInfo: PageInfo }
    type ScenarioSessionEvent implements Node { id: ID! type: String createdAt: DateTime eventData: JSON photo: Attachment }
    type ScenarioSessionEventConnection { nodes: [ScenarioSessionEvent] pageInfo: PageInfo }
    type ScenarioSession implements Node {
      id: ID! databaseId: ID state: String sessionType: String startedAt: DateTime endedAt: DateTime duration: Float
      numberOfStepsPossible: Int numberOfStepsViewed: Int percentOfStepsViewed: Float externalData: JSON
      parts(first: Int): ScenarioSessionPartConnection
      completedSteps(first: Int): ScenarioSessionStepConnection
      events(first: Int): ScenarioSessionEventConnection
    }
    type ScenarioSessionConnection { nodes: [ScenarioSession] totalCount: Int pageInfo: PageInfo }
    type Call implements Node {
      id: ID! databaseId: ID state: String startedAt: DateTime endedAt: DateTime duration: Float externalData: JSON
      caller: User callee: User participants(first: Int): UserConnection
    }
    type CallConnection { nodes: [Call] totalCount: Int pageInfo: PageInfo }
  `,
  /** No root for calls, CallSession for Call, finishedAt for endedAt, an offset for the cursor, external data as text. */
  old: `${common}
    type Query {
      node(id: ID!): Node
      scenarioSessions(first: Int!, externalData: ExternalDataFilter, afterIndex: Int): ScenarioSessionConnection
    }
    type ScenarioSession implements Node { id: ID! status: String startedAt: DateTime finishedAt: DateTime externalData: String }
    type ScenarioSessionConnection { nodes: [ScenarioSession] totalCount: Int }
    type CallSession implements Node {
      id: ID! status: String startedAt: DateTime finishedAt: DateTime externalData: String initiator: User users(first: Int!): UserConnection
    }
  `,
};
export type Variant = keyof typeof schemas;

export type CmsSession = {
  id: string;
  type: 'Call' | 'ScenarioSession';
  state: string;
  startedAt: string;
  endedAt: string | null;
  /** Names; the first one calls. */
  people: string[];
  externalData: unknown;
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
  /** Sends a webhook about a session. @returns the status of the answer */
  announce(
    hook: string,
    session: CmsSession,
    event: 'created' | 'updated' | 'completed',
    how?: { generation?: Generation; secret?: string },
  ): Promise<number>;
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
}: {
  port?: number;
  variant?: Variant;
} = {}): Promise<CmsServer> {
  const schema = buildSchema(schemas[variant]);
  const left = new Map<CmsSwitch, number>();
  const is = (name: CmsSwitch): boolean => {
    const times = left.get(name) ?? 0;
    if (times > 0) left.set(name, times - 1);
    return times > 0;
  };

  const list = (nodes: unknown[]) => ({ nodes, totalCount: nodes.length, pageInfo: { hasNextPage: false } });
  function shown(session: CmsSession): object {
    const people = session.people.map((name, n) => ({ __typename: 'User', id: `u${n}`, databaseId: String(n), name }));
    const { externalData, type, ...rest } = session;
    const times = { finishedAt: session.endedAt, status: session.state };
    return {
      ...rest,
      ...times,
      __typename: variant === 'old' && type === 'Call' ? 'CallSession' : type,
      databaseId: '1',
      // Seconds or milliseconds: the contract does not know.
      duration: session.endedAt ? Date.parse(session.endedAt) - Date.parse(session.startedAt) : null,
      externalData: variant === 'old' ? JSON.stringify(externalData) : externalData,
      caller: people[0],
      initiator: people[0],
      callee: people[1],
      participants: list(people),
      users: list(people),
      parts: list([{ databaseId: '1', createdBy: people[0], startedAt: session.startedAt, endedAt: session.endedAt }]),
      completedSteps: list([{ scenarioStep: { name: 'Close the valve', orderIndex: 1 } }]),
      events: list([]),
    };
  }
  const found = (type: CmsSession['type'], filter?: { type: string; key: string; value: unknown }) =>
    list(
      [...server.sessions.values()]
        .filter((session) => session.type === type && fits(session.externalData, filter))
        .map(shown),
    );
  type Filter = { externalData?: { type: string; key: string; value: unknown } };
  const root = {
    node({ id }: { id: string }) {
      const session = server.sessions.get(id);
      if (is('not-authorized') || !session) throw new Error('Not authorized to read object');
      if (is('internal')) throw new Error('Internal server error, reference 7f3a');
      return shown(session);
    },
    scenarioSessions: ({ externalData }: Filter) => found('ScenarioSession', externalData),
    calls: ({ externalData }: Filter) => found('Call', externalData),
  };

  const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void =>
    void response
      .writeHead(status, { 'content-type': 'application/json', 'x-scopear-cms-version': '2.28.1', ...headers })
      .end(JSON.stringify(body));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://cms').pathname;
    const text = await textOf(request);
    if (request.method !== 'POST' || path.replace(/\/$/, '') !== '/api/v3/graphql')
      return void response.writeHead(404).end();
    const { query, variables } = JSON.parse(text) as { query: string; variables?: Record<string, unknown> };
    server.requests.push({
      operation: /\b(__type|__schema)\b/.test(query) && !/\bnode\(/.test(query) ? 'introspection' : query,
      at: Date.now(),
      headers: request.headers,
      url: request.url ?? '',
    });
    const said = request.headers.authorization ?? '';
    const right = (scheme: string) =>
      said === `${scheme} token=${server.token}` && (server.scheme === 'both' || server.scheme === scheme);
    // Only readings of a record: what else is asked has its own rhythm, and would use a switch up.
    const reads = /\bnode\(/.test(query);
    if ((reads && is('unauthorized')) || !(right('Token') || right('Bearer')))
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
        people: ['Alex Agent', 'Pat Expert'],
        externalData: {},
        ...session,
      };
      server.sessions.set(whole.id, whole);
      return whole;
    },
    async announce(hook, { id, type }, event, { generation = 'A', secret } = {}) {
      const url = `${origin}/api/v3/graphql/object/${randomBytes(48).toString('base64url')}`;
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
      const response = await fetch(hook, { method: 'POST', headers, body: text });
      await response.arrayBuffer();
      return response.status;
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
