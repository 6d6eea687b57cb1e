/** What the hooks have in common. One file beside this one is one sender: what it says, and its door. */
import type { IncomingMessage } from 'node:http';
import { makeBatch } from '../batch.ts';
import { readBody } from '../body.ts';
import type { HookKind } from '../db.ts';
import { notFound, remoteOf, type App, type C } from '../door.ts';
import { findHooks } from '../keys.ts';
import { makeLimit } from '../limit.ts';
import type { Parts } from '../server.ts';

/** Bytes of a body. */
export const longest = { worklink: 256 * 1024, serviceoptimizer: 64 * 1024, awaken: 16 * 1024 };

/** Headers of a webhook that are kept. A signature is none of them: with the body it would be a key to guess at. */
const kept = /^(content-type|user-agent|x-scope-(topic|topic-version|api-version|domain|webhook-type|webhook-id))$/;

export const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string' && kept.test(entry[0]))
      .map(([name, value]) => [name, value.slice(0, 256)]),
  );

export type Hooks = ReturnType<typeof makeHooks>;

export function makeHooks(app: App, parts: Parts) {
  const limit = makeLimit(parts.config.limits.hook);
  const find = makeBatch((asked: { kind: HookKind; token: string }[]) => findHooks(parts.pipe.send, asked));
  const counted = parts.metrics.counter('deskcall_hooks_total', 'Deliveries by source and what became of them.');
  const took = parts.metrics.duration(
    'deskcall_hook_seconds',
    'From a delivery to its answer, which follows the commit.',
  );

  const refuse = (c: C, source: string, why: string, status: 401 | 413 | 429, more: Record<string, string> = {}) => {
    counted({ source, outcome: why });
    parts.log.warn('hook refused', { hook: `/hooks/${source}/:token`, why, remote: remoteOf(c) });
    return c.body(null, status, { ...(status === 413 && { connection: 'close' }), ...more });
  };

  /** The body, and whose hook it is, for those with a token in their address; else the answer. */
  async function taken(c: C, kind: HookKind): Promise<{ via: string; body: Buffer } | { answer: Response }> {
    const via = await find({ kind, token: c.req.param('token') ?? '' });
    if (via === undefined) return { answer: notFound(c) };
    const wait = limit(`${kind} ${via}`);
    if (wait) return { answer: refuse(c, kind, 'too many', 429, { 'retry-after': String(wait) }) };
    const body = await readBody(c.env.incoming, longest[kind]);
    return body ? { via, body } : { answer: refuse(c, kind, 'too large', 413) };
  }

  return { app, parts, counted, limit, refuse, taken, took };
}
