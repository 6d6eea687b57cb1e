/**
 * Awaken Scripting's Cloud API: token and pop as requests that are described, and answers that are classified. Nothing
 * here reaches out by itself.
 *
 * Outside facts: manualssynergy.callscripter.com, "Integration - Cloud API" (shapes of both requests and answers, an
 * accepted pop is not a delivered one); errors are documented nowhere, so they are read tolerantly, by what Amazon's API
 * Gateway, the likely front door, sends. The vendor's page spells no refresh: RefreshToken and AccessToken are dropped.
 */
import type { Answer, Call, Fault } from './http.ts';

export type Credentials = { user: string; password: string };

/** Where Awaken is and which Scripting system is meant; both addresses and the id are handed out by the vendor. */
export type Service = { authUrl: string; popUrl: string; systemId: string };

/** An IdToken and how long it is used, in ms since 1970: until shortly before it ends. */
export type Token = { idToken: string; until: number };

/**
 * One pop, all of it resolved. The direct way posts it to Awaken; the bridge, which holds the credentials itself, gets
 * the same and no more.
 */
export type PopIntent = {
  /** `desk:kind:id` of the case. */
  case: string;
  popId: string;
  username: string;
  campaign: string;
  reference: string;
  data: Record<string, string>;
};

/** How an attempt ended. `accepted`: by the API, which does not know whether the workflow ever opened. */
export const outcomes = [
  'accepted',
  'auth-rejected',
  'token-rejected',
  'endpoint-wrong',
  'bad-request',
  'throttled',
  'unavailable',
  'unknown',
] as const;
export type Outcome = (typeof outcomes)[number];

/** An outcome with what is known of it. All texts are the server's: hostile, short, and without our secrets. */
export type Verdict = {
  outcome: Outcome;
  /** Which of the two addresses answered so. */
  at: 'auth' | 'pop';
  /** The HTTP status; absent where there was no answer. */
  status?: number;
  message?: string;
  /** What the vendor's support asks for. */
  requestId?: string;
  version?: string;
  /** The API user has to set a password of their own first. */
  mustSet?: true;
  /** How long the server wants to be left alone, in ms. */
  retryAfter?: number;
};

/** What is known of a pop by its verdict. */
export const stateOf = ({ outcome, at }: Verdict): 'sent' | 'failed' | 'unknown' =>
  outcome === 'accepted' ? 'sent' : outcome === 'unknown' && at === 'pop' ? 'unknown' : 'failed';

/** Whether it may have reached somebody: also where the API broke off without an answer. */
export const mayHaveArrived = (verdict: Verdict): boolean =>
  stateOf(verdict) !== 'failed' || (verdict.outcome === 'unavailable' && verdict.at === 'pop');

/** What to look at on the side of Awaken, in the order in which it is likely. Each is a line of the options' checklist. */
export const checks = [
  'addresses',
  'credentials',
  'plugin',
  'system',
  'campaign',
  'licence',
  'desktop',
  'websocket',
] as const;
export type Check = (typeof checks)[number];

/** The lines of the checklist that an outcome points to. An accepted pop that nobody sees is one of the last four. */
export const likely: { [outcome in Outcome]: readonly Check[] } = {
  accepted: ['desktop', 'campaign', 'licence', 'websocket'],
  'auth-rejected': ['credentials'],
  'token-rejected': ['plugin', 'credentials'],
  'endpoint-wrong': ['addresses'],
  'bad-request': ['system', 'campaign'],
  throttled: [],
  unavailable: ['addresses'],
  unknown: ['addresses', 'plugin'],
};

/** In ms. */
const timeout = 10_000;

const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

const basic = ({ user, password }: Credentials): string => `Basic ${base64(`${user}:${password}`)}`;

/** Asks for a token. Basic over UTF-8: `btoa` alone throws on anything beyond Latin-1. */
export const tokenCall = (authUrl: string, credentials: Credentials): Call => ({
  method: 'GET',
  url: authUrl,
  headers: { Authorization: basic(credentials) },
  timeout,
});

/** Asks for a workflow on somebody's desktop. */
export const popCall = (
  { popUrl, systemId }: Service,
  idToken: string,
  { username, campaign, reference, data }: PopIntent,
): Call => ({
  method: 'POST',
  url: popUrl,
  headers: { Authorization: `Bearer ${idToken}`, 'Content-Type': 'application/json' },
  body: JSON.stringify({
    SystemId: systemId,
    Username: username,
    Campaign: campaign,
    ...(reference ? { Reference: reference } : {}),
    ScriptData: data,
  }),
  timeout,
});

type Raw = Record<string, unknown>;
const isObject = (it: unknown): it is Raw => typeof it === 'object' && it !== null && !Array.isArray(it);
const textIn = (it: unknown): string | undefined => (typeof it === 'string' && it.trim() ? it.trim() : undefined);

/** The server's own words, wherever it put them. */
function messageIn(body: unknown): string | undefined {
  if (!isObject(body)) return undefined;
  const { Message, message, Error: error, error_description: described, Result, Errors } = body;
  const first: unknown = Array.isArray(Errors) ? Errors[0] : undefined;
  return (
    textIn(Message) ??
    textIn(message) ??
    textIn(error) ??
    (isObject(error) ? textIn(error.Message) : undefined) ??
    textIn(described) ??
    (isObject(Result) ? textIn(Result.Message) : undefined) ??
    textIn(first) ??
    (isObject(first) ? (textIn(first.Message) ?? textIn(first.message)) : undefined)
  );
}

/** Every form in which a secret may come back: as it is, percent-encoded, and as part of `Basic`. */
const forms = (secret: string): string[] => [secret, encodeURIComponent(secret.toWellFormed()), base64(secret)];

/** The secrets of one exchange, which no server gets to show to anybody by quoting them. */
export const secretsOf = ({ user, password }: Credentials, idToken = ''): string[] =>
  [...forms(password), ...forms(`${user}:${password}`), ...(idToken ? forms(idToken) : [])]
    .filter((secret) => secret.length > 3)
    .toSorted((a, b) => b.length - a.length);

/** A server's text as it may be shown: one short line without secrets. */
export function shown(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) clean = clean.replaceAll(secret, '…');
  return (
    clean
      // oxlint-disable-next-line no-control-regex -- these are what goes
      .replace(/[\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ')
      // Tokens of any make, also one that is not ours.
      .replace(/\b(?:Basic|Bearer)\s+\S+/gi, '…')
      .replace(/\beyJ[\w-]{10,}[\w.-]*/g, '…')
      .trim()
      .slice(0, 300)
  );
}

function told(answer: Answer, at: Verdict['at'], secrets: readonly string[]): Omit<Verdict, 'outcome'> {
  const { status, statusText, body, header } = answer;
  const message = messageIn(body) ?? textIn(statusText);
  const id =
    (isObject(body) ? textIn(body.RequestId) : undefined) ??
    header('x-amzn-requestid') ??
    header('apigw-requestid') ??
    undefined;
  const version = isObject(body) ? textIn(body.Version) : undefined;
  return {
    at,
    status,
    ...(message ? { message: shown(message, secrets) } : {}),
    ...(id ? { requestId: shown(id, secrets).slice(0, 80) } : {}),
    ...(version ? { version: shown(version, secrets).slice(0, 40) } : {}),
  };
}

const faultOf = ({ fault }: Fault, at: Verdict['at']): Verdict => ({
  outcome:
    fault === 'timeout' || fault === 'network' ? 'unavailable' : fault === 'too-long' ? 'unknown' : 'endpoint-wrong',
  at,
});

/** `Retry-After`, seconds or a date. @returns ms from now; undefined where it says nothing */
function waitIn(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** What a status alone says; null: it depends on which address answered. */
function byStatus(answer: Answer, at: Verdict['at'], secrets: readonly string[], now: number): Verdict | null {
  const { status, html, header } = answer;
  const all = told(answer, at, secrets);
  const is = (outcome: Outcome): Verdict => ({ ...all, outcome });
  if (status === 429) {
    const retryAfter = waitIn(header('retry-after'), now);
    return { ...is('throttled'), ...(retryAfter === undefined ? {} : { retryAfter }) };
  }
  if (status >= 500) return is('unavailable');
  if (status === 404 || status === 405) return is('endpoint-wrong');
  // The API gateway's word for a path or method that it does not know.
  if (status === 403 && /missing authentication token/i.test(all.message ?? '')) return is('endpoint-wrong');
  // A password that was refused is never tried again, whatever page says so.
  if (status === 401) return null;
  if (html) return is('endpoint-wrong');
  if (status === 403) return null;
  if (status === 400 || status === 413 || status === 422) return is('bad-request');
  return status >= 200 && status < 300 ? null : is('unknown');
}

/** How long before its end a token is given up, in ms. */
const margin = (life: number): number => Math.min(300_000, life / 10);

/** Only these go into a header; anything else would make the browser refuse the request with the token in its words. */
const headerText = /^[\x21-\x7e]{1,20000}$/;

/**
 * Reads the answer to {@link tokenCall}. Of the three tokens only the IdToken is ever looked at.
 * @param now ms since 1970
 */
export function readToken(answer: Answer | Fault, credentials: Credentials, now: number): Token | Verdict {
  if ('fault' in answer) return faultOf(answer, 'auth');
  const secrets = secretsOf(credentials);
  const { body, status } = answer;
  const all = told(answer, 'auth', secrets);
  // In Awaken's own envelope a wrong password may come with any status; Cognito's own is 400.
  const refused = isObject(body) && body.Success === false && [400, 401, 403, 422].includes(status);
  const byItself = refused ? null : byStatus(answer, 'auth', secrets, now);
  if (byItself) return byItself;
  const result = isObject(body) && isObject(body.Result) ? body.Result : {};
  const user = isObject(result.User) ? textIn(result.User.Status) : undefined;
  const mustSet =
    /FORCE_CHANGE_PASSWORD|RESET_REQUIRED/i.test(user ?? '') ||
    /password.{0,20}(reset|change)|(reset|change).{0,20}password/i.test(all.message ?? '');
  const rejected: Verdict = { ...all, outcome: 'auth-rejected', ...(mustSet ? { mustSet: true as const } : {}) };
  if (refused || status === 401 || status === 403) return rejected;
  if (!isObject(body) || typeof body.Success !== 'boolean') return { ...all, outcome: 'unknown' };
  if (!body.Success || result.Authenticated === false) return rejected;
  const idToken = textIn(result.IdToken);
  if (!idToken || !headerText.test(idToken)) return mustSet ? rejected : { ...all, outcome: 'unknown' };
  const said = result.ExpiresIn;
  // As the API's own sample; a life of no length or of months is a mistake.
  const life =
    typeof said === 'number' && said > 0 && Number.isFinite(said) ? Math.min(said, 86_400) * 1000 : 3_600_000;
  return { idToken, until: now + life - margin(life) };
}

/** Reads the answer to {@link popCall}. */
export function readPop(answer: Answer | Fault, credentials: Credentials, idToken: string, now: number): Verdict {
  if ('fault' in answer) return faultOf(answer, 'pop');
  const secrets = secretsOf(credentials, idToken);
  const byItself = byStatus(answer, 'pop', secrets, now);
  if (byItself) return byItself;
  const { body, status } = answer;
  const all = told(answer, 'pop', secrets);
  if (status === 401 || status === 403) return { ...all, outcome: 'token-rejected' };
  if (!isObject(body) || typeof body.Success !== 'boolean') return { ...all, outcome: 'unknown' };
  return { ...all, outcome: body.Success ? 'accepted' : 'bad-request' };
}

/** Longer than this nobody waits at a button, in ms; the panel says from when on it may be tried again. */
const mostWait = 20_000;

/**
 * Whether a request is made again.
 * @param tries how many there were
 * @param safe a second one does no harm: a pop that carries its Reference, or a token
 * @param random 0 to 1
 * @returns how long to wait first, in ms; null: not by itself
 */
export function again(verdict: Verdict, tries: number, safe: boolean, random: number): number | null {
  if (!safe) return null;
  if (verdict.outcome === 'unavailable') return tries < 2 ? 2000 : null;
  if (verdict.outcome !== 'throttled' || tries > 3) return null;
  const wait = verdict.retryAfter ?? 1000 * 2 ** (tries - 1) * (1 + random / 4);
  return wait <= mostWait ? wait : null;
}

/** What a direct exchange needs of the world around it. */
export type World = {
  perform: (call: Call) => Promise<Answer | Fault>;
  /** ms since 1970. */
  now: () => number;
  wait: (ms: number) => Promise<void>;
  random: () => number;
  /** Where the token outlives this worker, for a service and a user; null drops it. */
  kept: { read: (of: string) => Promise<Token | null>; keep: (of: string, token: Token | null) => Promise<void> };
};

/** Pops by one way or another: directly, as here, or through the bridge. */
export type Carrier = {
  /** Whether it could pop now, without popping: null if so. */
  check: () => Promise<Verdict | null>;
  pop: (intent: PopIntent) => Promise<Verdict>;
};

const isToken = (it: Token | Verdict): it is Token => 'idToken' in it;

/** A name for "this user at these addresses" that says none of them: with other addresses, a token is another's. */
export async function tokenName({ authUrl, popUrl }: Service, { user }: Credentials): Promise<string> {
  const bytes = await crypto.subtle.digest(
    'SHA-256',
    new TextEncoder().encode(JSON.stringify([authUrl, popUrl, user])),
  );
  return Array.from(new Uint8Array(bytes).slice(0, 12), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The direct way to Awaken.
 * @returns what makes a carrier of a service and its credentials; all of them share one request for a token at a time
 */
export function direct(world: World): (service: Service, credentials: Credentials) => Carrier {
  const { perform, now, wait, random, kept } = world;
  const asking = new Map<string, Promise<Token | Verdict>>();

  const repeated = async <T extends Token | Verdict>(once: () => Promise<T>, safe: boolean): Promise<T> => {
    for (let tries = 1; ; tries += 1) {
      // oxlint-disable-next-line no-await-in-loop -- each depends on how the one before ended
      const ended = await once();
      const pause = isToken(ended) ? null : again(ended, tries, safe, random());
      if (pause === null) return ended;
      // oxlint-disable-next-line no-await-in-loop -- as above
      await wait(pause);
    }
  };

  const signIn = (service: Service, credentials: Credentials, name: string): Promise<Token | Verdict> => {
    const running = asking.get(name);
    if (running) return running;
    const ask = async (): Promise<Token | Verdict> => {
      const call = tokenCall(service.authUrl, credentials);
      const ended = await repeated(async () => readToken(await perform(call), credentials, now()), true);
      await kept.keep(name, isToken(ended) ? ended : null);
      return ended;
    };
    const begun = ask().finally(() => asking.delete(name));
    asking.set(name, begun);
    return begun;
  };

  return (service, credentials) => {
    const token = async (refused?: string): Promise<Token | Verdict> => {
      const name = await tokenName(service, credentials);
      const known = await kept.read(name);
      if (known && known.until > now() && known.idToken !== refused) return known;
      return signIn(service, credentials, name);
    };
    const once = async (intent: PopIntent, by: Token): Promise<Verdict> =>
      readPop(await perform(popCall(service, by.idToken, intent)), credentials, by.idToken, now());
    return {
      async check() {
        const fresh = await signIn(service, credentials, await tokenName(service, credentials));
        return isToken(fresh) ? null : fresh;
      },
      async pop(intent) {
        const safe = intent.reference !== '';
        let by = await token();
        if (!isToken(by)) return by;
        const first = by;
        const ended = await repeated(() => once(intent, first), safe);
        if (ended.outcome !== 'token-rejected' || !safe) return ended;
        // Once, and only once: a token that has just been given and is refused as well says that the user may not pop.
        by = await token(first.idToken);
        if (!isToken(by)) return by;
        const second = by;
        const last = await repeated(() => once(intent, second), safe);
        if (last.outcome === 'token-rejected') await kept.keep(await tokenName(service, credentials), null);
        return last;
      },
    };
  };
}
