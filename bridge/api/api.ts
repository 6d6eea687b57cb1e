/**
 * What the doors of the API have in common: who may, how a body is read, how an answer and a refusal look. One file
 * beside this one is one group of doors: a function of {@link Api}, listed in server.ts.
 */
import { cors } from 'hono/cors';
import type { z } from 'zod';
import type { ApiError, PopError, Scope } from '../../lib/api.ts';
import { readBody } from '../body.ts';
import type { App, C } from '../door.ts';
import { parseJson } from '../json.ts';
import { findToken } from '../keys.ts';
import { makeLimit } from '../limit.ts';
import type { Parts } from '../server.ts';

/** Bytes of a body. */
const longest = 256 * 1024;

type Refused = { answer: Response };
export type Who = NonNullable<Awaited<ReturnType<typeof findToken>>>;
export type Api = ReturnType<typeof makeApi>;

export function makeApi(app: App, parts: Parts) {
  const tokened = makeLimit(parts.config.limits.token);
  const asked = parts.metrics.counter('deskcall_api_total', 'Requests to the API by status.');
  const { origins } = parts.config;
  // Without it no header says anything of other origins, and browsers keep answers from their pages.
  if (origins.length)
    app.use(
      '/api/*',
      cors({
        origin: origins,
        allowHeaders: ['authorization', 'content-type', 'idempotency-key'],
        allowMethods: ['GET', 'POST'],
        exposeHeaders: ['retry-after', 'x-deskcall-cursor', 'x-deskcall-more'],
        maxAge: 600,
      }),
    );

  const fail = (
    c: C,
    status: 400 | 401 | 403 | 404 | 409 | 413 | 422 | 424 | 429 | 500 | 502 | 503,
    code: ApiError['code'] | PopError['code'],
    message: string,
    next: string,
    headers: Record<string, string> = {},
    more: Pick<PopError, 'verdict' | 'retryAfter'> = {},
  ): Response => {
    asked({ status: String(status) });
    return c.json({ error: { code, message, next, ...more } }, status, headers);
  };

  // No name has a NUL, and the database takes none.
  app.use('/api/*', async (c, next) =>
    c.req.url.includes('%00') ? fail(c, 400, 'invalid', 'The address holds a NUL.', 'Leave it out.') : next(),
  );

  /** An answer that is no refusal; as JSON, unless it is one already. */
  function answer(c: C, value: object): Response {
    asked({ status: '200' });
    return value instanceof Response ? value : c.json(value);
  }

  /** Who asks, if that token may do so; else the answer. @param scope none: whatever it may */
  async function allowed(c: C, scope?: Scope): Promise<Who | Refused> {
    const token = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1];
    const found = token && (await findToken(parts.db, token));
    if (!found)
      return {
        answer: fail(
          c,
          401,
          'unauthorized',
          'The bridge does not know this token.',
          'Ask whoever runs the bridge for a token, and enter it in the options page.',
          { 'www-authenticate': 'Bearer' },
        ),
      };
    const wait = tokened(found.id);
    if (wait)
      return {
        answer: fail(c, 429, 'too-many', 'Too many requests with this token.', `Try again in ${wait} s.`, {
          'retry-after': String(wait),
        }),
      };
    if (scope && !found.scopes.includes(scope))
      return {
        answer: fail(
          c,
          403,
          'forbidden',
          `This token lacks the scope ${scope}.`,
          `Ask whoever runs the bridge for a token with the scope ${scope}.`,
        ),
      };
    return found;
  }

  /** The body, if it is of that shape; else the answer. @param shorter what to do about one that is too long */
  async function bodyOf<T>(c: C, shape: z.ZodType<T>, shorter: string): Promise<{ data: T } | Refused> {
    const body = await readBody(c.env.incoming, longest);
    if (!body)
      return {
        answer: fail(c, 413, 'too-large', 'The body is too large.', shorter, { connection: 'close' }),
      };
    const parsed = parseJson(body);
    const checked = shape.safeParse('value' in parsed ? parsed.value : undefined);
    if (checked.success) return { data: checked.data };
    const [issue] = checked.error.issues;
    const at = issue?.path.map(String).join('.') || 'the body';
    return {
      answer: fail(c, 400, 'invalid', `${at}: ${issue?.message}`, 'Bring extension and bridge to the same version.'),
    };
  }

  return { app, parts, allowed, answer, bodyOf, fail };
}
