/** The doors of the bridge: hooks, the API, and what watches over it. */
import type { IncomingMessage } from 'node:http';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { sql } from 'kysely';
import { launchesShape, type ApiError, type Scope } from '../lib/api.ts';
import { readBody } from './body.ts';
import type { Config } from './config.ts';
import type { Db, HookKind } from './db.ts';
import { historyOf } from './history.ts';
import { authorized, envelope, readPush } from './hooks/serviceoptimizer.ts';
import { readHint, signedBy } from './hooks/worklink.ts';
import { askToRead, store } from './inbox.ts';
import type { JobRunner } from './jobs.ts';
import { own, parseJson, textOf } from './json.ts';
import { findHook, findToken } from './keys.ts';
import { storeLaunches } from './launches.ts';
import { makeLimit } from './limit.ts';
import { said, type Log } from './log.ts';
import type { Metrics } from './metrics.ts';

export type Parts = { config: Config; db: Db; jobs: JobRunner; log: Log; metrics: Metrics };
type Env = { Bindings: HttpBindings };
type C = Context<Env>;

const longest = { worklink: 256 * 1024, serviceoptimizer: 64 * 1024, awaken: 16 * 1024, api: 256 * 1024 };

/** Headers of a webhook that are kept. A signature is none of them: with the body it would be a key to guess at. */
const kept = /^(content-type|user-agent|x-scope-(topic|topic-version|api-version|domain|webhook-type|webhook-id))$/;

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string' && kept.test(entry[0]))
      .map(([name, value]) => [name, value.slice(0, 256)]),
  );

const remoteOf = (c: C): string => getConnInfo(c).remote.address ?? '';

/** @param stopping whether the bridge is on its way out, and so not ready for more */
export function makeServer({ config, db, jobs, log, metrics }: Parts, stopping: () => boolean): Hono<Env> {
  const app = new Hono<Env>();
  const { waits, limits } = config;
  const hooked = makeLimit(limits.hook);
  const tokened = makeLimit(limits.token);
  const counted = metrics.counter('deskcall_hooks_total', 'Deliveries by source and what became of them.');
  const took = metrics.duration('deskcall_hook_seconds', 'From a delivery to its answer, which follows the commit.');
  const asked = metrics.counter('deskcall_api_total', 'Requests to the API by status.');

  const notFound = (c: C): Response => c.text('Not found\n', 404);
  app.notFound((c) => notFound(c));
  app.onError((error, c) => {
    // The address may hold a token, so it is not said.
    log.error('request failed', { error: said(error) });
    return fail(c, 500, 'internal', 'Something went wrong in the bridge.', 'Look at its log, then try again.');
  });

  app.get('/healthz', (c) => c.text('ok\n'));
  app.get('/readyz', async (c) => {
    if (stopping()) return c.text('stopping\n', 503);
    try {
      await sql`select 1`.execute(db);
      return c.text('ready\n');
    } catch (error) {
      log.warn('not ready', { error: said(error) });
      return c.text('the database does not answer\n', 503);
    }
  });
  app.get('/metrics', async (c) => c.text(await metrics.text(), 200, { 'content-type': 'text/plain; version=0.0.4' }));

  const refuse = (c: C, source: string, why: string, status: 401 | 413 | 429, more: Record<string, string> = {}) => {
    counted({ source, outcome: why });
    log.warn('hook refused', { hook: `/hooks/${source}/:token`, why, remote: remoteOf(c) });
    return c.body(null, status, { ...(status === 413 && { connection: 'close' }), ...more });
  };

  /** What the hooks with a token in their address have in common. */
  async function taken(c: C, kind: HookKind): Promise<{ via: string; body: Buffer } | { answer: Response }> {
    const via = await findHook(db, kind, c.req.param('token') ?? '');
    if (via === undefined) return { answer: notFound(c) };
    const wait = hooked(`${kind} ${via}`);
    if (wait) return { answer: refuse(c, kind, 'too many', 429, { 'retry-after': String(wait) }) };
    const body = await readBody(c.env.incoming, longest[kind]);
    return body ? { via, body } : { answer: refuse(c, kind, 'too large', 413) };
  }

  app.post('/hooks/worklink/:token', async (c) => {
    const start = performance.now();
    const got = await taken(c, 'worklink');
    if ('answer' in got) return got.answer;
    const { via, body } = got;
    const keys = config.worklinkSecrets;
    const signed = keys.length > 0 && signedBy(body, c.req.header('x-scope-hmac-sha256') ?? '', keys);
    if (keys.length && !signed) return refuse(c, 'worklink', 'signature', 401);
    const topic = c.req.header('x-scope-topic')?.slice(0, 256);
    const hint = readHint(body, topic);
    await db.transaction().execute(async (trx) => {
      const isNew = await store(
        trx,
        {
          source: 'worklink',
          via,
          remote: remoteOf(c),
          signed,
          headers: headersOf(c.env.incoming),
          body,
          same: [topic ?? '', c.req.header('x-scope-webhook-id') ?? '', body],
          ...hint,
        },
        waits.repetition,
      );
      // A repetition may be a new event that looks the same, so it asks as well: at most it costs a reading.
      if (hint.state === 'taken' && hint.subject) await askToRead(trx, jobs, hint.subject, waits.settle);
      counted({ source: 'worklink', outcome: isNew ? hint.state : 'repeated' });
    });
    if (hint.state === 'parked') log.warn('webhook parked', { hook: '/hooks/worklink/:token', why: hint.reason });
    took((performance.now() - start) / 1000, { source: 'worklink' });
    return c.body(null, 200);
  });

  app.post('/hooks/awaken/:token', async (c) => {
    const got = await taken(c, 'awaken');
    if ('answer' in got) return got.answer;
    const parsed = parseJson(got.body);
    const value = 'value' in parsed ? parsed.value : undefined;
    const reference = textOf(own(value, 'reference'), 256);
    const agent = textOf(own(value, 'agent'), 256);
    const state = reference ? 'taken' : 'parked';
    await db.transaction().execute((trx) =>
      store(
        trx,
        {
          source: 'awaken',
          via: got.via,
          remote: remoteOf(c),
          headers: headersOf(c.env.incoming),
          body: got.body,
          same: [reference ?? '', agent ?? '', reference ? '' : got.body],
          ...(reference && { subject: reference, verb: 'opened' }),
          state,
          ...(!reference && { reason: 'It names no reference.' }),
        },
        waits.repetition,
      ),
    );
    counted({ source: 'awaken', outcome: state });
    return c.body(null, 200);
  });

  app.post('/hooks/serviceoptimizer/:instance', async (c) => {
    const start = performance.now();
    const key = c.req.param('instance');
    const instance = Object.hasOwn(config.serviceoptimizer, key) ? config.serviceoptimizer[key] : undefined;
    if (!instance) return notFound(c);
    const say = (code: Parameters<typeof envelope>[0], message: string, status: 200 | 401 | 413 | 429 | 503 = 200) => {
      if (code !== 'ok' || message) log.warn('push not taken', { instance: key, why: message, remote: remoteOf(c) });
      counted({ source: 'serviceoptimizer', outcome: code });
      took((performance.now() - start) / 1000, { source: 'serviceoptimizer' });
      return c.json(envelope(code, message, instance.code), status, status === 413 ? { connection: 'close' } : {});
    };
    if (!instance.allowUnauthenticated && !authorized(c.req.header('authorization'), instance.secrets))
      return say('unauthorized', 'The Authorization header is not the one that is set.', 401);
    if (hooked(`serviceoptimizer ${key}`)) return say('storage', 'Too many at once.', 429);
    const body = await readBody(c.env.incoming, longest.serviceoptimizer);
    if (!body) return say('tooLarge', 'The body is too large.', 413);
    const read = readPush(body);
    const common = {
      source: 'serviceoptimizer',
      via: key,
      remote: remoteOf(c),
      headers: headersOf(c.env.incoming),
    } as const;
    try {
      await db.transaction().execute(async (trx) => {
        if ('fault' in read) {
          await store(trx, { ...common, body, same: [body], state: 'parked', reason: read.fault }, waits.repetition);
          return;
        }
        // oxlint-disable-next-line no-await-in-loop -- one transaction is one connection
        for (const { type, verb, workItemType, id, status } of read.pushes)
          await store(
            trx,
            {
              ...common,
              body: read.pushes.length > 1 ? Buffer.from(JSON.stringify({ type, workItemType, id, status })) : body,
              same: [type, workItemType, id, status ?? ''],
              kind: type,
              subject: id,
              verb,
              ...(status !== null && { detail: status }),
              state: 'taken',
            },
            waits.repetition,
          );
      });
    } catch (error) {
      log.error('push not stored', { instance: key, error: said(error) });
      return say('storage', 'It could not be stored. Send it again.', 503);
    }
    if ('fault' in read && instance.onMalformed === 'reject') return say('malformed', read.fault);
    if ('fault' in read) log.warn('push parked', { instance: key, why: read.fault });
    return say('ok', '');
  });

  const fail = (
    c: C,
    status: 400 | 401 | 403 | 404 | 413 | 429 | 500,
    code: ApiError['code'],
    message: string,
    next: string,
    headers: Record<string, string> = {},
  ): Response => {
    asked({ status: String(status) });
    return c.json({ error: { code, message, next } }, status, headers);
  };

  /** Who asks, if that token may do so; else the answer. */
  async function allowed(c: C, scope: Scope): Promise<{ id: string; name: string } | { answer: Response }> {
    const token = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1];
    const found = token && (await findToken(db, token));
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
    if (!found.scopes.includes(scope))
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

  app.post('/api/launches', async (c) => {
    const who = await allowed(c, 'launch');
    if ('answer' in who) return who.answer;
    const body = await readBody(c.env.incoming, longest.api);
    if (!body)
      return fail(c, 413, 'too-large', 'The body is too large.', 'Send at most 100 launches at a time.', {
        connection: 'close',
      });
    const parsed = parseJson(body);
    const checked = launchesShape.safeParse('value' in parsed ? parsed.value : undefined);
    if (!checked.success) {
      const [issue] = checked.error.issues;
      const at = issue?.path.map(String).join('.') || 'the body';
      return fail(c, 400, 'invalid', `${at}: ${issue?.message}`, 'Bring extension and bridge to the same version.');
    }
    const stored = await storeLaunches(db, jobs, checked.data.launches);
    asked({ status: '200' });
    return c.json({ stored });
  });

  app.get('/api/cases/:desk/:kind/:id', async (c) => {
    const who = await allowed(c, 'read');
    if ('answer' in who) return who.answer;
    const { desk, kind, id } = c.req.param();
    asked({ status: '200' });
    return c.json({ entries: await historyOf(db, { desk, kind, id, number: c.req.query('number') }) });
  });

  app.all('/api/*', (c) =>
    fail(c, 404, 'not-found', 'There is nothing at this address.', 'Bring extension and bridge to the same version.'),
  );
  return app;
}
