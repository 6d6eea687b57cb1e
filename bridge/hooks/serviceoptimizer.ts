/**
 * ServiceOptimizer's push notifications: a poke that a job changed, with its id and little else.
 *
 * Outside facts: ServicePower, "Job Create" … "Job Cancel" notifications, SCH 11 to 14, in the contract's §2; Rebook is
 * "9" from ServiceScheduling 13.0 and was "2" before. `Code` is a string in the samples and an integer in the tables.
 */
import { readBody } from '../body.ts';
import { notFound, remoteOf } from '../door.ts';
import { store } from '../inbox.ts';
import { own, parseJson, textOf } from '../json.ts';
import { sameSecret } from '../keys.ts';
import { said } from '../log.ts';
import { headersOf, longest, type Hooks } from './hooks.ts';

const types: Record<string, string> = {
  '-1': 'cancel',
  '0': 'create',
  '2': 'rebook',
  '5': 'status',
  '6': 'reminder',
  '7': 'confirm',
  '8': 'change',
  '9': 'rebook',
};

/** `status` as it was sent: its codes are not documented. */
export type Push = { type: string; verb: string; workItemType: string; id: string; status: string | null };

/** Deals with the samples of the vendor's documents, which lack the comma after the id. */
const repaired = (body: Buffer): Buffer =>
  Buffer.from(body.toString('utf8').replaceAll(/("Id"\s*:\s*"(?:[^"\\]|\\.){0,200}")(\s*"WorkStatus")/gi, '$1,$2'));

/** What was pushed, one or several at a time; `fault` says why it, or some of it, can't be told. */
function readPush(body: Buffer): { pushes: Push[]; fault?: string } {
  let parsed = parseJson(body);
  if ('fault' in parsed) parsed = parseJson(repaired(body));
  if ('fault' in parsed)
    return {
      pushes: [],
      fault: parsed.fault === 'too-deep' ? 'The body is nested too deeply.' : 'The body is not JSON.',
    };
  const items = Array.isArray(parsed.value) ? (parsed.value as unknown[]) : [parsed.value];
  const pushes: Push[] = [];
  let fault = items.length ? undefined : 'It holds no notification.';
  for (const item of items) {
    const type = textOf(own(item, 'Type'), 16);
    const work = own(item, 'WorkItem');
    const id = textOf(own(work, 'Id'), 256);
    if (type === undefined || id === undefined) fault = 'It names no type or no work item.';
    else
      pushes.push({
        type,
        verb: (Object.hasOwn(types, type) && types[type]) || `unknown:${type}`,
        workItemType: textOf(own(item, 'WorkItemType'), 16) ?? '',
        id,
        status: textOf(own(work, 'WorkStatus'), 256) ?? null,
      });
  }
  return { pushes, ...(fault && { fault }) };
}

/** §2.4's codes. */
export const codes = { ok: 0, unauthorized: 1, malformed: 2, storage: 3, tooLarge: 4, internal: 5 } as const;

/** The exact answer that the sender waits for. */
export const envelope = (code: keyof typeof codes, message: string, form: 'string' | 'integer') => ({
  Success: code === 'ok',
  Code: form === 'string' ? String(codes[code]) : codes[code],
  Message: message,
});

const bare = (text: string): string => text.replace(/^Bearer /i, '');

/** Whether the raw header is one of the secrets, in constant time; `Bearer ` may stand before either. */
export function authorized(header: string | undefined, secrets: readonly string[]): boolean {
  let right = false;
  for (const secret of secrets) right = sameSecret(bare(header ?? ''), bare(secret)) || right;
  return right && header !== undefined;
}

export function serviceoptimizer({ app, parts: { config, db, log }, counted, limit, took }: Hooks): void {
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
    if (limit(`serviceoptimizer ${key}`)) return say('storage', 'Too many at once.', 429);
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
        if (read.fault)
          await store(
            trx,
            { ...common, body, same: [body], state: 'parked', reason: read.fault },
            config.waits.repetition,
          );
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
            config.waits.repetition,
          );
      });
    } catch (error) {
      log.error('push not stored', { instance: key, error: said(error) });
      return say('storage', 'It could not be stored. Send it again.', 503);
    }
    if (read.fault && instance.onMalformed === 'reject') return say('malformed', read.fault);
    if (read.fault) log.warn('push parked', { instance: key, why: read.fault });
    return say('ok', '');
  });
}
