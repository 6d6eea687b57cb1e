/** A client's sign-in (RFC 6749, 4.4): its token is kept until it runs out or is refused. */
import { perform, type Answer, type Fault } from '../../lib/http.ts';
import { bearer, textAt } from './desk.ts';
import type { OAuth } from './shape.ts';

export type SignIn = {
  /** The header for a request; or what was answered instead of a token. */
  headers(): Promise<Record<string, string> | { answer: Answer | Fault }>;
  /** Forgets the token that a desk refused. */
  forget(refused: Record<string, string>): void;
};

/** A token is renewed so long before it runs out, in ms. */
const early = 60_000;

/** @param timeout in ms */
export function clientSignIn({ url, clientId, scope }: OAuth, secret: string, timeout: number): SignIn {
  let kept: { headers: Record<string, string>; until: number } | undefined;
  let asking: Promise<Record<string, string> | { answer: Answer | Fault }> | undefined;

  async function ask(): Promise<Record<string, string> | { answer: Answer | Fault }> {
    const answer = await perform({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'deskcall-bridge' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: secret,
        ...(scope && { scope }),
      }).toString(),
      timeout,
    });
    if ('fault' in answer) return { answer };
    const token = answer.status === 200 ? textAt(answer.body, 'access_token') : '';
    // RFC 6749, 5.2: a client that is refused gets 400 or 401; for the desk that is a wrong credential.
    if (!token) return { answer: answer.status < 500 && answer.status !== 429 ? { ...answer, status: 401 } : answer };
    const { expires_in: seconds } = answer.body as { expires_in?: unknown };
    kept = {
      headers: bearer(token),
      // Some say nothing of it; then it is used until it is refused.
      until: Number(seconds) > 0 ? Date.now() + Number(seconds) * 1000 - early : Infinity,
    };
    return kept.headers;
  }

  return {
    async headers() {
      if (kept && Date.now() < kept.until) return kept.headers;
      // Several that need one ask once.
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking;
    },
    forget(refused) {
      // Another request may have got a new one since.
      if (kept?.headers === refused) kept = undefined;
    },
  };
}
