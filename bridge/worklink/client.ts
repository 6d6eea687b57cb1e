/**
 * How WorkLink is asked: so many times a second, with the credential in the form that it takes, not at all for a while
 * after it asked to wait or failed several times in a row, and only at its own origin.
 *
 * Outside facts: the contract's §3.1 (`Authorization: Token token=…`, in the vendor's demo `Bearer token=…`) and §3.3
 * (errors are 200 with `errors`; back off on 429 and 5xx; the rate limit is not published).
 */
import { addressFault, perform, type Answer } from '../../lib/http.ts';
import type { Config } from '../config.ts';
import { secondsIn } from '../desks/wait.ts';

/**
 * Why nothing was read. `absent`: it may become visible later. `refused`: the token; nothing helps but another.
 * `after`: seconds. `paused`: nothing was asked, since it has just failed.
 */
export type Trouble = { trouble: 'absent' | 'refused' | 'passing'; why: string; after?: number; paused?: true };

/** `untold`: the fields of a record that an error stands for. */
export type Told = { data: Record<string, unknown>; errors: string[]; untold: string[] };

export type Client = {
  /** @returns the answer's data, which may be partial, and the messages of its errors */
  ask: (query: string, variables?: object) => Promise<Told | Trouble>;
  /** Reads an address of WorkLink's own origin that a webhook named. */
  get: (url: string) => Promise<{ body: unknown } | Trouble>;
  /** What the CMS last called its version; undefined if it did not. */
  version: () => string | undefined;
};

/** In seconds; `sleep` in ms. */
export type Pace = {
  timeout: number;
  /** The first pause after failures in a row; each further one is twice as long. */
  retry: number;
  longestRetry: number;
  sleep?: (ms: number) => Promise<void>;
  /** Called each time that the token was refused: seldom, since nothing is asked for a while after it. */
  refused?: () => void;
};

/** Of an answer, in bytes: external data stands in it again for each part and each event. */
const longest = 20_000_000;

/** So many failures in a row are no accident of one record. */
const often = 3;

/** Whether an address that somebody sent is one of WorkLink's, by the address that is configured. */
export function ofOrigin(url: string, configured: string): boolean {
  return !addressFault(url) && new URL(url).origin === new URL(configured).origin;
}

const sleepFor = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

export function makeClient(config: NonNullable<Config['worklink']>, pace: Pace): Client {
  const { token, headers, permalink, requestsPerSecond } = config;
  const { retry, longestRetry, sleep = sleepFor } = pace;
  const timeout = pace.timeout * 1000;
  const address = new URL(config.url);
  if (permalink) address.searchParams.set('permalink', permalink);
  let schemes = ['Token', 'Bearer'];
  let version: string | undefined;
  let free = 0;
  let failures = 0;
  let refusals = 0;
  /** Until when nothing is asked, in ms: because it said so, and because GraphQL fails. */
  let asked = 0;
  let broken: { until: number; trouble: Trouble } | undefined;

  /** Takes the next place in the line of requests. */
  async function turn(): Promise<void> {
    const now = Date.now();
    const at = Math.max(now, free);
    free = at + 1000 / requestsPerSecond;
    if (at > now) await sleep(at - now);
  }

  async function send(call: { method: 'GET' | 'POST'; url: string; body?: string }): Promise<Answer | Trouble> {
    const left = (asked - Date.now()) / 1000;
    if (left > 0) return { trouble: 'passing', why: 'WorkLink asked to wait.', after: left, paused: true };
    for (const scheme of schemes) {
      // oxlint-disable-next-line no-await-in-loop -- the second only if the first is refused
      await turn();
      // oxlint-disable-next-line no-await-in-loop -- as above
      const answer = await perform({
        ...call,
        headers: {
          ...(call.body && { 'content-type': 'application/json' }),
          ...headers,
          authorization: `${scheme} token=${token}`,
        },
        timeout,
        longest,
      });
      // Of one record, and the same again: whoever looks has to be told.
      if ('fault' in answer && answer.fault === 'too-long')
        return { trouble: 'absent', why: 'WorkLink tells more of it than can be read.' };
      if ('fault' in answer) return { trouble: 'passing', why: `WorkLink does not answer (${answer.fault}).` };
      if (answer.status === 401) continue;
      schemes = [scheme];
      version = answer.header('x-scopear-cms-version')?.slice(0, 64) ?? version;
      if (answer.status !== 429 && answer.status < 500) return answer;
      const after = secondsIn(answer);
      if (after) asked = Date.now() + Math.min(after, longestRetry) * 1000;
      return {
        trouble: 'passing',
        why: `WorkLink answers ${answer.status}.`,
        ...(after && { after: Math.min(after, longestRetry) }),
      };
    }
    // The scheme that was right once may not be any more.
    schemes = ['Token', 'Bearer'];
    pace.refused?.();
    return { trouble: 'refused', why: 'WorkLink refuses the token (401). Set another one.' };
  }

  /** After a token that was refused, or failures in a row, nothing is asked for a while. */
  function note(trouble: Trouble | undefined): void {
    if (!trouble) {
      failures = 0;
      refusals = 0;
      broken = undefined;
      return;
    }
    if (trouble.paused) return;
    if (trouble.trouble === 'refused') refusals += 1;
    else failures += 1;
    const times = Math.max(refusals, failures - often + 1);
    if (times > 0) broken = { trouble, until: Date.now() + Math.min(longestRetry, retry * 2 ** (times - 1)) * 1000 };
  }

  async function ask(query: string, variables: object = {}): Promise<Told | Trouble> {
    const left = broken ? (broken.until - Date.now()) / 1000 : 0;
    if (broken && left > 0) return { ...broken.trouble, after: left, paused: true };
    const answer = await send({ method: 'POST', url: address.href, body: JSON.stringify({ query, variables }) });
    if ('trouble' in answer) {
      note(answer.trouble === 'absent' ? undefined : answer);
      return answer;
    }
    const { status, body, html } = answer;
    if (typeof body !== 'object' || body === null) {
      const trouble: Trouble = {
        trouble: 'passing',
        why: `WorkLink's answer is no GraphQL (${status}${html ? ', a page' : ''}).`,
      };
      note(trouble);
      return trouble;
    }
    note(undefined);
    const { data, errors } = body as { data?: Record<string, unknown> | null; errors?: unknown };
    const all = (Array.isArray(errors) ? errors : []) as ({ message?: unknown; path?: unknown } | null)[];
    return {
      data: data ?? {},
      errors: all.map((error) => String(error?.message).slice(0, 300)),
      untold: all.flatMap((error) => (Array.isArray(error?.path) ? [String(error.path[1])] : [])),
    };
  }

  async function get(url: string): Promise<{ body: unknown } | Trouble> {
    if (!ofOrigin(url, config.url))
      return { trouble: 'absent', why: 'The webhook named an address that is not WorkLink’s; it is not asked.' };
    const answer = await send({ method: 'GET', url });
    if ('trouble' in answer) return answer;
    const { status, body } = answer;
    return status === 200 && typeof body === 'object' && body !== null
      ? { body }
      : { trouble: 'absent', why: `WorkLink's REST answers ${status}.` };
  }

  return { ask, get, version: () => version };
}
