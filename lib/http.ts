/**
 * The one way out: a request that was described is performed, and its answer read, by the same strict rules for all.
 * No cookies, no cache, no referrer, no redirects, an end after a time, and of an answer only as much as is useful.
 */

/** A request as data; its headers may hold a secret, so that it is never logged, stored or sent as a message. */
export type Call = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  url: string;
  headers: Record<string, string>;
  body?: string;
  /** In ms, for the whole answer. */
  timeout: number;
  /** Of the answer, in bytes; 1 MB unless said otherwise. */
  longest?: number;
};

/** What came back. `body` is what a JSON answer holds; undefined where it is no JSON or does not call itself so. */
export type Answer = {
  status: number;
  statusText: string;
  /** By its lower-case name; null if it was not sent. */
  header: (name: string) => string | null;
  html: boolean;
  body?: unknown;
};

/**
 * Why there is no answer. `address`: never sent, the address may not be called. `network`: nobody there, or the browser
 * kept the answer to itself. `redirect`: the server named another address, which was not asked.
 */
export type Fault = { fault: 'address' | 'network' | 'timeout' | 'redirect' | 'too-long' };

/** An answer of Awaken's or the bridge's is some kB; in bytes. */
const longest = 1_000_000;

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Why an address may not be called; `local`: only this computer itself may do without https. */
export type AddressFault = 'none' | 'user' | 'hash' | 'scheme' | 'local';

/** @returns null if an address may be called, else why not */
export function addressFault(address: string): AddressFault | null {
  if (!URL.canParse(address)) return 'none';
  const url = new URL(address);
  if (url.username || url.password) return 'user';
  if (url.hash) return 'hash';
  if (url.protocol === 'https:') return null;
  if (url.protocol !== 'http:') return 'scheme';
  return loopback.test(url.hostname) ? null : 'local';
}

/**
 * Performs a request.
 * @returns the answer, or why there is none; never rejects, and says nothing of the request to anybody
 */
export async function perform(call: Call): Promise<Answer | Fault> {
  if (addressFault(call.url)) return { fault: 'address' };
  const signal = AbortSignal.timeout(call.timeout);
  try {
    const response = await fetch(call.url, {
      method: call.method,
      headers: { Accept: 'application/json', ...call.headers },
      ...(call.body === undefined ? {} : { body: call.body }),
      credentials: 'omit',
      cache: 'no-store',
      // Not 'error': that looks like a dead network, and the person is to be told which address is wrong.
      redirect: 'manual',
      referrerPolicy: 'no-referrer',
      signal,
    });
    if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400))
      return { fault: 'redirect' };
    const text = await readText(response, call.longest ?? longest);
    if (text === null) return { fault: 'too-long' };
    const type = response.headers.get('content-type') ?? '';
    const answer: Answer = {
      status: response.status,
      statusText: response.statusText,
      header: (name) => response.headers.get(name),
      html: /^\s*(text\/html|application\/xhtml)/i.test(type),
    };
    if (!/^\s*application\/(?:[\w.+-]+\+)?json\b/i.test(type)) return answer;
    try {
      return { ...answer, body: JSON.parse(text) as unknown };
    } catch {
      return answer;
    }
  } catch {
    // What was thrown may quote a header: it is not passed on.
    return { fault: signal.aborted ? 'timeout' : 'network' };
  }
}

/** @returns null for more than anybody will read */
async function readText({ body }: Response, most: number): Promise<string | null> {
  if (!body) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let bytes = 0; ; ) {
    // oxlint-disable-next-line no-await-in-loop -- the next piece is not there before
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > most) {
      void reader.cancel().catch(() => {});
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}
