/**
 * Pops: the extension says what, the bridge has the credentials and sees to it that one record is not popped twice at a
 * time, whoever asks and whichever bridge is asked. A row is written before anything goes out and holds the answer
 * after; a row whose bridge gave no sign of life any more is a pop of which nobody knows.
 */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Entry } from '../lib/api.ts';
import {
  direct,
  mayHaveArrived,
  stateOf,
  type PopIntent,
  type Token,
  type Verdict,
  type World,
} from '../lib/awaken.ts';
import { perform } from '../lib/http.ts';
import { storable } from './json.ts';
import { said } from './log.ts';
import type { Db, Trx } from './db.ts';
import type { Parts } from './server.ts';

/**
 * Why Awaken was not asked. `off`: the bridge is not told where it is. `in-hand`: a request with this key is still being
 * worked on. `cooling`: the record has just been popped, to that user. `reused`: the key was that of another pop.
 */
export type Refusal =
  | { refused: 'off' | 'reused' }
  | { refused: 'in-hand'; retryAfter: number }
  | { refused: 'cooling'; retryAfter: number; username: string };
/** Null: a dry one, which could have been sent. */
export type PopEnd = { verdict: Verdict | null } | Refusal;

/** The parts of the world that a test stands in for. */
type Clock = Pick<World, 'now' | 'wait' | 'random'>;
const real: Clock = {
  now: Date.now,
  wait: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
  random: Math.random,
};

const digest = (value: unknown): Buffer => createHash('sha256').update(JSON.stringify(value)).digest();

/** What a crash between sending and answer leaves. */
const lost: Verdict = { outcome: 'unknown', at: 'pop', message: 'The bridge was ended while it sent the pop.' };

const inSeconds = (seconds: number) => sql<Date>`now() + make_interval(secs => ${seconds})`;

/**
 * @returns what sends a pop, once for each key of a token's: `who` is the token's id; `dry` does all but the sending
 */
export function makePops({ config, db, log, metrics }: Pick<Parts, 'config' | 'db' | 'log' | 'metrics'>, clock = real) {
  const { waits, awaken } = config;
  const counted = metrics.counter('deskcall_pops_total', 'Pops by outcome.');
  const tokens = new Map<string, Token>();
  const carrier =
    awaken &&
    direct({
      ...clock,
      perform,
      kept: {
        // In memory alone: another bridge asks for a token of its own.
        read: async (of) => tokens.get(of) ?? null,
        keep: async (of, token) => void (token ? tokens.set(of, token) : tokens.delete(of)),
      },
    })(awaken.service, awaken.credentials);
  /** A password that was refused is not tried again, lest the user be locked out; with another the bridge starts anew. */
  let refused: Verdict | undefined;
  /** Until when Awaken wants to be left alone, in ms since 1970. */
  let quiet = 0;

  async function ask(by: NonNullable<typeof carrier>, intent: PopIntent, dry: boolean): Promise<Verdict | null> {
    if (refused) return refused;
    const left = quiet - clock.now();
    if (left > 0) return { outcome: 'throttled', at: 'pop', retryAfter: left };
    const verdict = dry ? await by.check() : await by.pop(intent);
    if (verdict?.outcome === 'auth-rejected') {
      refused = verdict;
      log.error('Awaken refuses the user: pops are stopped until the bridge starts with another', {
        status: verdict.status,
      });
    }
    if (verdict?.retryAfter !== undefined) quiet = clock.now() + verdict.retryAfter;
    return verdict;
  }

  /** What keeps a record from being popped now. */
  async function cooling(trx: Trx | Db, record: Buffer | null): Promise<Refusal | undefined> {
    const last =
      record &&
      (await trx
        .selectFrom('pop')
        .select(['username', 'state', 'verdict'])
        .select(sql<string>`extract(epoch from (coalesce(done_at, lease) - now())) * 1000`.as('ended'))
        .where('record', '=', record)
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst());
    if (!last || (last.state === 'failed' && !mayHaveArrived(last.verdict as Verdict))) return undefined;
    const retryAfter = Math.ceil(Number(last.ended) + waits.coolDown * 1000);
    return retryAfter > 0 ? { refused: 'cooling', retryAfter, username: last.username } : undefined;
  }

  /** Takes a pop on, alone; or says how the one with that key ended, or why it is not sent. */
  async function take(
    who: string,
    key: string,
    intent: PopIntent,
    record: Buffer | null,
  ): Promise<{ id: string } | PopEnd> {
    const { case: of, popId, username, campaign, reference, data } = intent;
    const [, desk = '', kind = '', id = ''] = /^([^:]*):([^:]*):([^]*)$/.exec(of) ?? [];
    const asked = digest([
      of,
      popId,
      username,
      campaign,
      reference,
      Object.entries(data).toSorted(([one], [other]) => (one < other ? -1 : 1)),
    ]);
    return db.transaction().execute(async (trx): Promise<{ id: string } | PopEnd> => {
      // Of two that come at once the second waits for the first, and so sees it.
      const lock = record ?? digest([who, key]);
      await sql`select pg_advisory_xact_lock(${lock.readInt32BE(0)}, ${lock.readInt32BE(4)})`.execute(trx);
      const known = await trx
        .selectFrom('pop')
        .select(['asked', 'state', 'verdict'])
        .select(sql<string>`extract(epoch from (lease - now())) * 1000`.as('left'))
        .where('token_id', '=', who)
        .where('key', '=', key)
        .executeTakeFirst();
      if (known && !known.asked.equals(asked)) return { refused: 'reused' };
      if (known?.state === 'sending')
        return Number(known.left) > 0 ? { refused: 'in-hand', retryAfter: 1000 } : { verdict: lost };
      if (known) return { verdict: known.verdict as Verdict };
      const wait = await cooling(trx, record);
      if (wait) return wait;
      const made = await trx
        .insertInto('pop')
        .values({
          token_id: who,
          key,
          asked,
          desk,
          kind,
          case_id: id,
          pop_id: popId,
          username,
          campaign,
          reference,
          record,
          lease: inSeconds(waits.lease),
          verdict: null,
          done_at: null,
          opened_at: null,
        })
        .onConflict((it) => it.columns(['token_id', 'key']).doNothing())
        .returning('id')
        .executeTakeFirst();
      return made ?? { refused: 'reused' };
    });
  }

  async function send(by: NonNullable<typeof carrier>, id: string, intent: PopIntent): Promise<Verdict> {
    const row = db.updateTable('pop').where('id', '=', id);
    const beat = setInterval(
      () =>
        void row
          .set({ lease: inSeconds(waits.lease) })
          .where('state', '=', 'sending')
          .execute()
          .catch((error: unknown) => log.warn('a pop could not be kept alive', { error: said(error) })),
      (waits.lease * 1000) / 3,
    );
    try {
      const verdict = (await ask(by, intent, false)) ?? lost;
      await row.set({ state: stateOf(verdict), verdict: storable(verdict), done_at: sql<Date>`now()` }).execute();
      return verdict;
    } finally {
      clearInterval(beat);
    }
  }

  return async (who: string, key: string, intent: PopIntent, dry = false): Promise<PopEnd> => {
    if (!carrier || !awaken) return { refused: 'off' };
    const { campaign, reference } = intent;
    const record = reference ? digest([awaken.service.systemId, campaign, reference]) : null;
    if (dry) return (await cooling(db, record)) ?? { verdict: await ask(carrier, intent, true) };
    const taken = await take(who, key, intent, record);
    if (!('id' in taken)) return taken;
    const verdict = await send(carrier, taken.id, intent);
    const { outcome, at, status, requestId } = verdict;
    counted({ outcome });
    log.info('pop', { id: taken.id, outcome, at, status, requestId });
    return { verdict };
  };
}

/**
 * A workflow says that it is open: the last pop of that record is.
 * @param agent the username whose desktop it is, if that was said
 * @returns whether there is such a pop
 */
export async function markOpened(trx: Trx, reference: string, agent: string | undefined): Promise<boolean> {
  let last = trx.selectFrom('pop').select(['id', 'state', 'verdict']).where('reference', '=', reference);
  // As people write names: Awaken's own case is not documented.
  if (agent) last = last.where((it) => it(it.fn<string>('lower', ['username']), '=', agent.toLowerCase()));
  const found = await last.orderBy('id', 'desc').limit(1).executeTakeFirst();
  // A workflow may be open before the API has answered. What never arrived was opened by hand.
  if (!found || (found.state === 'failed' && !mayHaveArrived(found.verdict as Verdict))) return false;
  await trx
    .updateTable('pop')
    .set({ opened_at: sql<Date>`now()` })
    .where('id', '=', found.id)
    .where('opened_at', 'is', null)
    .execute();
  return true;
}

/** A case's pops, newest first, for its history. */
export async function popsOf(
  db: Db,
  { desk, kind, id }: { desk: string; kind: string; id: string },
  most: number,
): Promise<Entry[]> {
  const rows = await db
    .selectFrom('pop')
    .select(['key', 'pop_id', 'username', 'campaign', 'reference', 'state', 'verdict', 'at', 'opened_at'])
    .select(sql<boolean>`lease < now()`.as('dead'))
    .where('desk', '=', desk)
    .where('kind', '=', kind)
    .where('case_id', '=', id)
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
  return rows.map(({ pop_id: popId, at, opened_at: opened, verdict, dead, ...row }): Entry => {
    const state = row.state === 'sending' && dead ? 'unknown' : row.state;
    const outcome = (verdict as Verdict | null)?.outcome;
    return {
      what: 'pop',
      at: at.toISOString(),
      popId,
      ...row,
      state: opened ? 'opened' : state,
      ...(outcome && { outcome }),
      ...(opened && { openedAt: opened.toISOString() }),
    };
  });
}

/** Takes away pops that are older than `keep` seconds. @returns how many */
export async function forgetPops(db: Db, keep: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('pop')
    .where('at', '<', sql<Date>`now() - make_interval(secs => ${keep})`)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
