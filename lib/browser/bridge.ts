/**
 * The bridge, for all of the extension that asks it: where it is, whether it may be asked, and every answer as a value.
 * Asked by the worker and by our own pages only; a desk's page never learns the address.
 */
import type { z } from 'zod';
import { errorShape, historyShape, tokenShape, type TokenInfo, type Trouble } from '../api.ts';
import { perform, type Answer } from '../http.ts';
import type { Case } from '../model.ts';
import { grantedOrigins } from './grants.ts';
import { loadSettings } from './loaded.ts';
import { bridgeToken } from './vault.ts';

/** `body`: of a refusal, for whoever knows more shapes of them. */
export type Asked<T> = { value: T } | { trouble: Trouble; body?: unknown };

/** In ms, for a whole answer: a bridge that takes longer is as good as none to whoever looks at a case. */
const patience = 10_000;

/** Whether there is a bridge at all. */
export const hasBridge = async (): Promise<boolean> => (await loadSettings()).settings.bridge.url !== undefined;

/**
 * Asks the bridge.
 * @param path from the bridge's root, parts encoded: `/api/cases/rt/ticket/1`
 * @param body sent as JSON; undefined: none
 * @param shape what the answer has to be
 * @param headers besides the token's and the body's, such as Idempotency-Key
 * @returns the answer, checked, or why there is none; never rejects, but if the browser's storage fails
 */
export async function ask<T>(
  method: 'GET' | 'POST',
  path: string,
  body: unknown,
  shape: z.ZodType<T>,
  headers: Record<string, string> = {},
): Promise<Asked<T>> {
  const { url } = (await loadSettings()).settings.bridge;
  if (url === undefined) return { trouble: { code: 'unset' } };
  const [granted, token] = await Promise.all([grantedOrigins(), bridgeToken.read(url)]);
  if (!granted(new URL(url).origin)) return { trouble: { code: 'permission' } };
  if (token === null) return { trouble: { code: 'token' } };
  const answer = await perform({
    method,
    url: url.replace(/\/+$/, '') + path,
    headers: {
      ...headers,
      Authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    timeout: patience,
  });
  if ('fault' in answer) return { trouble: { code: answer.fault } };
  if (answer.status !== 200) return { trouble: troubleOf(answer), body: answer.body };
  const checked = shape.safeParse(answer.body);
  return checked.success ? { value: checked.data } : { trouble: { code: 'strange' } };
}

/** What a refusal says. A proxy before the bridge has words of its own; its status is all that is taken of them. */
function troubleOf({ status, header, body }: Answer): Trouble {
  const seconds = Number(header('retry-after') ?? Number.NaN);
  const wait = seconds >= 0 ? { retryAfter: seconds * 1000 } : {};
  const refusal = errorShape.safeParse(body);
  if (refusal.success) {
    const { code, message, next } = refusal.data.error;
    return { code, said: `${message} ${next}`, ...wait };
  }
  if (status === 429) return { code: 'too-many', ...wait };
  return { code: [502, 503, 504].includes(status) ? 'unavailable' : 'strange', ...wait };
}

/** Whether the bridge can be asked, and what the token may do there. */
export const testBridge = (): Promise<Asked<TokenInfo>> => ask('GET', '/api/token', undefined, tokenShape);

/** What the bridge knows of a case. */
export function askHistory({ desk, kind, id, number }: Case): Promise<Asked<z.infer<typeof historyShape>>> {
  const path = [desk, kind, id].map(encodeURIComponent).join('/');
  const query = number ? `?number=${encodeURIComponent(number)}` : '';
  return ask('GET', `/api/cases/${path}${query}`, undefined, historyShape);
}
