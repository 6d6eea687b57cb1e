/**
 * Awaken Scripting's Cloud API as shared/contracts/awaken-and-serviceoptimizer.md §1 says that it behaves, on 127.0.0.1
 * only, and the agents' desktops behind it as pages to look at: `/desktop/James.Collins`. What it does wrong on request
 * is a named switch; its kind ways are an API of nobody's.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Each with the line of the contract that has it. */
export const switches = {
  /** §1.3 "honour `ExpiresIn`, do not hard-code"; §5 "configurable down to 2 s". */
  'short-token': 'auth',
  /** §1.6 "missing/absurd ExpiresIn → 3600". */
  'no-expiry': 'auth',
  /** §1.6 "auth ok ⇔ … Result.Authenticated!==false"; §5. */
  'not-authenticated': 'auth',
  /** §1.6 `auth-rejected`: "auth 401/403, or Success:false". */
  'auth-failed': 'auth',
  /** §1.3 "a user still in `FORCE_CHANGE_PASSWORD`/`RESET_REQUIRED` would fail until the password is set"; §5. */
  'reset-required': 'auth',
  /** §5 "HTML 502". */
  'auth-html': 'auth',
  /** §5 "slow". */
  'auth-slow': 'auth',
  /** §5 "429+Retry-After". */
  'auth-throttled': 'auth',
  /** §1.6 `endpoint-wrong`: "404/405". */
  'auth-gone': 'auth',
  /** §1.6 "UNAUTHORIZED 401 (what an expired Cognito token normally gives)"; §5 "401 expired". */
  'pop-expired': 'pop',
  /** §1.6 "ACCESS_DENIED 403, EXPIRED_TOKEN 403". */
  'pop-forbidden': 'pop',
  /** §1.6 "MISSING_AUTHENTICATION_TOKEN 403 (also what an unknown path/method/OPTIONS gives)"; §5. */
  'pop-no-path': 'pop',
  /** §1.6 "`{"Success":false,…}` with a message of unknown key": {@link AwakenServer.messageKey} says which; §5. */
  'pop-failed': 'pop',
  /** §1.6 "REQUEST_TOO_LARGE 413". */
  'pop-too-large': 'pop',
  /** §5 "200 non-JSON". */
  'pop-not-json': 'pop',
  /** §1.6 `endpoint-wrong`: "HTML body". */
  'pop-html': 'pop',
  /** §1.6 "THROTTLED/QUOTA_EXCEEDED 429"; `throttled`: "honour Retry-After". */
  'pop-throttled': 'pop',
  /** §1.6 `unavailable`: "5xx, network, timeout (10 s)". */
  'pop-down': 'pop',
  /** §5 "slow". */
  'pop-slow': 'pop',
  /** §1.7 "Authorization is dropped on a cross-origin redirect, kept on a same-origin one". */
  'pop-redirect': 'pop',
  /** §4.2 "redacted in logs/errors": a server that quotes what it got. */
  'pop-echo': 'pop',
  /** §1.5 "checked at pop time, but rapid requests race and can open **copies**". */
  race: 'desktop',
  /** §1.2 "Websocket path between the cloud endpoint and the Scripting instance unobstructed". */
  'no-websocket': 'desktop',
} as const;
export type Switch = keyof typeof switches;

/** Where a server may put its message: the contract's order of extraction, §1.6. */
export const messageKeys = [
  'Message',
  'message',
  'Error',
  'Error.Message',
  'error_description',
  'Result.Message',
  'Errors',
] as const;
export type MessageKey = (typeof messageKeys)[number];

/** What Scripting has of one workflow on one desktop. */
export type Workflow = { campaign: string; reference: string; data: Record<string, string> };

export type Agent = {
  /** On the Desktop; else a pop is accepted and nothing happens (§1.5). */
  here: boolean;
  licensed: boolean;
  open: Workflow | null;
  /** What was suspended, newest first. */
  activities: Workflow[];
};

export type AwakenServer = {
  origin: string;
  authUrl: string;
  popUrl: string;
  systemId: string;
  user: string;
  password: string;
  /** Every IdToken that was given out. */
  tokens: string[];
  /** Requests so far. */
  counts: { auth: number; pop: number; options: number };
  /** Bodies of the pops that were accepted. */
  accepted: Record<string, unknown>[];
  /** What Scripting logs at Warn and tells no caller, §1.5. */
  warnings: string[];
  agents: Map<string, Agent>;
  /** What a workflow's first page does when it opens, §1.7 "ship a recipe: first page calls bridge"; nothing as a rule. */
  onOpen: ((agent: string, workflow: Workflow) => void) | null;
  /** By name; whether it is active. */
  campaigns: Map<string, boolean>;
  messageKey: MessageKey;
  /** Seconds, for the throttled answers; null: no header. */
  retryAfter: number | null;
  /** Misbehaves for the next so many requests of that kind. */
  on(name: Switch, times?: number): void;
  off(): void;
  /** Tokens given so far are refused from now on. */
  expireTokens(): void;
  /** Opens what a race has held back. */
  deliver(): void;
  desktop(username: string): string;
  close(): Promise<void>;
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void => {
  // No Access-Control-Allow-Origin, ever: §1.7 "CORS is undocumented".
  response
    .writeHead(status, { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID(), ...headers })
    .end(JSON.stringify(body));
};

const html = (response: ServerResponse, status: number, body: string): void => {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(body);
};

const gateway = '<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>';

function failure(key: MessageKey, message: string): Record<string, unknown> {
  const envelope = { Success: false, Version: '2019-10', RequestId: randomUUID() };
  const [outer = '', inner] = key.split('.');
  if (inner) return { ...envelope, [outer]: { [inner]: message } };
  return { ...envelope, [outer]: key === 'Errors' ? [message] : message };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** @param now ms since 1970, by which tokens expire; @param password what the API user has to say */
export async function serveAwaken({
  port = 0,
  now = Date.now,
  user = 'api-user@example.com',
  password = 'Pässwört-€-🔑',
}: {
  port?: number;
  now?: () => number;
  user?: string;
  password?: string;
} = {}): Promise<AwakenServer> {
  const left = new Map<Switch, number>();
  const valid = new Map<string, number>();
  const watching = new Set<ServerResponse>();
  const held: (() => void)[] = [];
  let auto = 0;

  /** Uses a switch up by one. */
  const is = (name: Switch): boolean => {
    const times = left.get(name) ?? 0;
    if (times > 0) left.set(name, times - 1);
    return times > 0;
  };

  const throttled = (response: ServerResponse): void =>
    json(
      response,
      429,
      { message: 'Too Many Requests' },
      server.retryAfter === null ? {} : { 'retry-after': String(server.retryAfter) },
    );

  function auth(request: IncomingMessage, response: ServerResponse): void {
    server.counts.auth += 1;
    // Held until whoever asks has lost patience.
    if (is('auth-slow')) return;
    if (is('auth-html')) return html(response, 502, gateway);
    if (is('auth-throttled')) return throttled(response);
    if (is('auth-gone')) return json(response, 404, { message: 'Not Found' });
    const said = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (Buffer.from(said, 'base64').toString('utf8') !== `${user}:${password}`)
      return json(response, 401, failure('Message', 'Incorrect username or password.'));
    if (is('auth-failed')) return json(response, 200, failure(server.messageKey, 'Incorrect username or password.'));
    if (is('not-authenticated'))
      return json(response, 200, { Success: true, Result: { Authenticated: false }, Version: '2019-10' });
    if (is('reset-required'))
      return json(response, 200, {
        Success: true,
        Result: { Authenticated: false, User: { Username: user, Status: 'RESET_REQUIRED' } },
        Version: '2019-10',
      });
    const seconds = is('short-token') ? 2 : 3600;
    const bare = is('no-expiry');
    const idToken = `eyJraWQi.${randomBytes(24).toString('base64url')}.${randomBytes(24).toString('base64url')}`;
    valid.set(idToken, now() + seconds * 1000);
    server.tokens.push(idToken);
    return json(response, 200, {
      Success: true,
      Result: {
        Authenticated: true,
        IdToken: idToken,
        AccessToken: `eyJraWQi.access.${randomBytes(24).toString('base64url')}`,
        RefreshToken: `eyJjdHki.refresh.${randomBytes(24).toString('base64url')}`,
        ...(bare ? {} : { ExpiresIn: seconds }),
        User: { Username: user, Email: user, Attributes: {}, Status: 'CONFIRMED' },
      },
      Version: '2019-10',
    });
  }

  async function pop(request: IncomingMessage, response: ServerResponse): Promise<void> {
    server.counts.pop += 1;
    const text = await readBody(request);
    if (is('pop-slow')) return;
    if (is('pop-html')) return html(response, 200, '<html><body>Sign in</body></html>');
    if (is('pop-throttled')) return throttled(response);
    if (is('pop-down')) return json(response, 503, { message: 'Service Unavailable' });
    if (is('pop-no-path')) return json(response, 403, { message: 'Missing Authentication Token' });
    if (is('pop-forbidden')) return json(response, 403, { message: 'User is not authorized to access this resource' });
    if (is('pop-too-large')) return json(response, 413, { message: 'Request Too Long' });
    if (is('pop-redirect')) return void response.writeHead(307, { location: '/elsewhere' }).end();
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (is('pop-echo'))
      return json(response, 400, failure('Message', `Cannot use ${request.headers.authorization} or ${bearer}`));
    if (is('pop-expired')) valid.delete(bearer);
    if ((valid.get(bearer) ?? 0) <= now()) return json(response, 401, { message: 'The incoming token has expired' });
    if (is('pop-failed')) return json(response, 200, failure(server.messageKey, 'The pop was not accepted.'));
    if (is('pop-not-json')) {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('OK');
      return;
    }
    let body: Record<string, unknown>;
    try {
      body = JSON.parse(text) as Record<string, unknown>;
    } catch {
      return json(response, 400, failure('Message', 'The body is not valid JSON.'));
    }
    for (const key of ['SystemId', 'Username', 'Campaign'])
      if (typeof body[key] !== 'string' || !body[key])
        return json(response, 400, failure('Message', `${key} is required.`));
    server.accepted.push(body);
    json(response, 200, { Success: true, Result: {}, Version: '2019-10' });
    reach(body);
  }

  /** What happens beyond the API, and that nobody who called ever hears of. */
  function reach(body: Record<string, unknown>): void {
    const warn = (why: string): void => void server.warnings.push(`${String(body.Username)}: ${why}`);
    const campaign = String(body.Campaign);
    const reference = typeof body.Reference === 'string' ? body.Reference : '';
    const agent = server.agents.get(String(body.Username));
    if (is('no-websocket')) return warn('not reached');
    if (body.SystemId !== server.systemId) return warn('another system');
    if (!agent?.here) return warn('not on the Desktop');
    if (!agent.licensed) return warn('no licence');
    if (!server.campaigns.has(campaign)) return warn(`no campaign ${campaign}`);
    if (!server.campaigns.get(campaign)) return warn(`campaign ${campaign} is not active`);
    if (reference && agent.open?.reference === reference) return;
    const elsewhere = [...server.agents].some(([, other]) => other !== agent && other.open?.reference === reference);
    if (reference && elsewhere) return warn(`record ${reference} is open elsewhere`);
    const open = (): void => {
      if (agent.open) agent.activities.unshift(agent.open);
      auto += 1;
      const data = Object.entries((body.ScriptData ?? {}) as Record<string, unknown>);
      agent.open = {
        campaign,
        reference: reference || `CSAUTO-1-1-${auto}`,
        data: Object.fromEntries(data.map(([name, value]) => [name, String(value)])),
      };
      for (const one of watching) one.write('data: changed\n\n');
      server.onOpen?.(String(body.Username), agent.open);
    };
    if (left.get('race')) held.push(open);
    else open();
  }

  const workflow = ({ campaign, reference, data }: Workflow): string => `
    <h2>${escaped(campaign)}</h2><p>Reference <b>${escaped(reference)}</b></p>
    <dl>${Object.entries(data)
      .map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`)
      .join('')}</dl>`;

  function desktop(username: string, response: ServerResponse): void {
    const agent = server.agents.get(username);
    const shown = !agent?.here
      ? '<p>Signed out</p>'
      : `<main>${agent.open ? workflow(agent.open) : '<p>No workflow is open</p>'}</main>
         <aside><h2>Activities</h2>${agent.activities.map(workflow).join('') || '<p>None</p>'}</aside>`;
    html(
      response,
      200,
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>Desktop of ${escaped(username)}</title>
      <style>body{font:15px/1.5 system-ui;margin:2em;max-width:50em}dt{color:#666}dd{margin:0 0 .5em}aside{border-top:1px solid #ccc}</style>
      <h1>Desktop of ${escaped(username)}</h1>${shown}
      <script>new EventSource('/changes').onmessage = () => location.reload()</script></html>`,
    );
  }

  const http = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://awaken').pathname);
    if (request.method === 'OPTIONS') {
      server.counts.options += 1;
      // §5 "no CORS headers, OPTIONS 403".
      return json(response, 403, { message: 'Missing Authentication Token' });
    }
    if (path === '/auth' && request.method === 'GET') return auth(request, response);
    if (path === '/pop' && request.method === 'POST') return void pop(request, response);
    if (path.startsWith('/desktop/')) return desktop(path.slice('/desktop/'.length), response);
    if (path === '/changes') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).write(':\n\n');
      watching.add(response);
      response.on('close', () => watching.delete(response));
      return;
    }
    // §1.6 "also what an unknown path/method/OPTIONS gives".
    return json(response, 403, { message: 'Missing Authentication Token' });
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const agent = (): Agent => ({ here: true, licensed: true, open: null, activities: [] });

  const server: AwakenServer = {
    origin,
    authUrl: `${origin}/auth`,
    popUrl: `${origin}/pop`,
    systemId: '8c05ef37-2469-4fb4-bebf-4f4893fc9da3',
    user,
    password,
    tokens: [],
    counts: { auth: 0, pop: 0, options: 0 },
    accepted: [],
    warnings: [],
    agents: new Map([
      ['James.Collins', agent()],
      ['Sam.Okoro', agent()],
    ]),
    campaigns: new Map([
      ['Pump intake', true],
      ['Wrap-up', true],
      ['Retired', false],
    ]),
    onOpen: null,
    messageKey: 'Message',
    retryAfter: 1,
    on(name, times = Number.POSITIVE_INFINITY) {
      left.set(name, times);
    },
    off() {
      left.clear();
    },
    expireTokens() {
      valid.clear();
    },
    deliver() {
      for (const open of held.splice(0)) open();
    },
    desktop: (username) => `${origin}/desktop/${encodeURIComponent(username)}`,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return server;
}
