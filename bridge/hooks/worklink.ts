/**
 * WorkLink's webhooks, of every generation, understood without trusting any: a delivery is only a hint which record to
 * read.
 *
 * Outside facts: Scope AR, "Using WebHooks" in its stored versions, and the vendor's demo (scopear/api-demo-ruby);
 * the contract's §2 has them by version. Nothing is said there about what `X-Scope-Webhook-Id` counts, so it never
 * makes two deliveries the same by itself.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { remoteOf } from '../door.ts';
import { makeInbox, type Delivery } from '../inbox.ts';
import { own, parseJson, squashed, textOf } from '../json.ts';
import { ofOrigin } from '../worklink.ts';
import { headersOf, type Hooks } from './hooks.ts';

/** `url`: where it says that the record is to be had without GraphQL. */
export type Hint = Pick<Delivery, 'kind' | 'subject' | 'verb' | 'state' | 'reason'> & { url?: string };

const verbs: Record<string, string> = {
  create: 'created',
  created: 'created',
  update: 'updated',
  updated: 'updated',
  completed: 'completed',
  finished: 'completed',
  ended: 'completed',
  paused: 'paused',
  resumed: 'resumed',
};

/** Types that may be a session; `scenario` is what the oldest samples call one. */
const sessions = new Set(['call', 'callsession', 'scenariosession', 'scenario', 'workinstructionsession']);

/**
 * What a delivery is about.
 * @param topic the header X-Scope-Topic, such as `scenario_session/completed`
 */
export function readHint(body: Buffer, topic: string | undefined): Hint {
  const parsed = parseJson(body);
  if ('fault' in parsed)
    return {
      state: 'parked',
      reason: parsed.fault === 'too-deep' ? 'The body is nested too deeply.' : 'The body is not JSON.',
    };
  const whole = parsed.value;
  const data = own(whole, 'data');
  const node = own(data, 'node');
  const [prefix, ...suffix] = topic?.split('/') ?? [];
  const subject =
    textOf(own(data, 'resource_id')) ??
    textOf(own(data, 'id')) ??
    textOf(own(node, 'id')) ??
    textOf(own(whole, 'node_id')) ??
    textOf(own(whole, 'resource_id'));
  const kind =
    textOf(own(data, 'resource_type'), 64) ??
    textOf(prefix, 64) ??
    textOf(own(node, '__typename'), 64) ??
    textOf(own(whole, 'resource_type'), 64);
  const said = textOf(own(whole, 'event'), 64) ?? textOf(suffix.join('/'), 64);
  const verb = said && (verbs[squashed(said)] ?? 'unknown');
  const url = textOf(own(data, 'resource_url'), 2048) ?? textOf(own(data, 'url'), 2048);
  const hint = { ...(kind && { kind }), ...(subject && { subject }), ...(verb && { verb }), ...(url && { url }) };
  const sort = textOf(own(whole, 'type'), 64);
  if (sort && squashed(sort) !== 'resource')
    return { ...hint, state: 'ignored', reason: `Of type ${sort}, which is about no record.` };
  if (!subject) return { ...hint, state: 'parked', reason: 'It names no record.' };
  if (kind && !sessions.has(squashed(kind))) return { ...hint, state: 'ignored', reason: `A ${kind} is no session.` };
  return { ...hint, state: 'taken' };
}

/**
 * Whether a signature is that of the body, by any of the keys. Its encoding is not documented: base64, base64url and
 * hex are taken.
 */
export function signedBy(body: Buffer, signature: string, keys: readonly string[]): boolean {
  const said = [
    ...(/^[0-9a-f]{64}$/i.test(signature) ? [Buffer.from(signature, 'hex')] : []),
    ...(/^[\w+/-]{43}=?$/.test(signature) ? [Buffer.from(signature, 'base64')] : []),
  ].filter(({ length }) => length === 32);
  let right = false;
  for (const key of keys) {
    const wanted = createHmac('sha256', key).update(body).digest();
    for (const each of said) right = timingSafeEqual(wanted, each) || right;
  }
  return right;
}

export function worklink({ app, parts, counted, refuse, taken, took }: Hooks): void {
  const { config, log } = parts;
  const inbox = makeInbox(parts);
  app.post('/hooks/worklink/:token', async (c) => {
    const start = performance.now();
    const got = await taken(c, 'worklink');
    if ('answer' in got) return got.answer;
    const { via, body } = got;
    const keys = config.worklinkSecrets;
    const signed = keys.length > 0 && signedBy(body, c.req.header('x-scope-hmac-sha256') ?? '', keys);
    if (keys.length && !signed) return refuse(c, 'worklink', 'signature', 401);
    const topic = c.req.header('x-scope-topic')?.slice(0, 256);
    const { url, ...hint } = readHint(body, topic);
    const ours = config.worklink !== undefined && url !== undefined && ofOrigin(url, config.worklink.url);
    const isNew = await inbox({
      source: 'worklink',
      via,
      remote: remoteOf(c),
      signed,
      headers: headersOf(c.env.incoming),
      body,
      same: [topic ?? '', c.req.header('x-scope-webhook-id') ?? '', body],
      ...hint,
      ...(ours && { url }),
    });
    counted({ source: 'worklink', outcome: isNew ? hint.state : 'repeated' });
    if (url !== undefined && config.worklink && !ours)
      log.warn('webhook names an address elsewhere, which is not asked', { hook: '/hooks/worklink/:token' });
    if (hint.state === 'parked') log.warn('webhook parked', { hook: '/hooks/worklink/:token', why: hint.reason });
    took((performance.now() - start) / 1000, { source: 'worklink' });
    return c.body(null, 200);
  });
}
