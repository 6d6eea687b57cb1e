/**
 * Notes are written from rows that say how far each is. Before a request goes out its row says `writing`, so that after
 * a crash or an answer that never came it is known that nobody knows: then the time of the request is waited for, and
 * the desk is looked at before anything is written again. Done is what was read back.
 */
import { scryptSync } from 'node:crypto';
import { sql } from 'kysely';
import type { Config } from './config.ts';
import { sendIn, type Db, type Trx } from './db.ts';
import type { Desk } from './desks/index.ts';
import { fillJson, fillPath } from './desks/template.ts';
import type { Named } from './match.ts';
import { markerOf, noteOf, tell, type Facts } from './note.ts';
import type { Parts } from './server.ts';
import { keyOf, setFields, writeNote, type Outcome, type Try } from './write.ts';

/**
 * What a desk refused, so that it is known again: where it was asked and as whom. Slow to compute, since backups hold it
 * and a secret may be a password.
 */
const credentialOf = ({ desks }: Config, key: string): Buffer => {
  const { url, secret, user, oauth } = { user: undefined, oauth: undefined, url: '', secret: '', ...desks[key] };
  return scryptSync(JSON.stringify([url, secret, user, oauth]), key, 32);
};

/** A desk that was stopped goes on when its address or its credential is another one. */
export async function resumeChanged(db: Db, config: Config): Promise<void> {
  const stopped = await db.selectFrom('stopped').select(['desk', 'credential']).execute();
  for (const { desk, credential } of stopped)
    if (Object.hasOwn(config.desks, desk) && !credential.equals(credentialOf(config, desk)))
      // oxlint-disable-next-line no-await-in-loop -- a handful, once
      await db.deleteFrom('stopped').where('desk', '=', desk).execute();
}

/**
 * Goes on with what was parked for a desk, once somebody has mended why. All of it is looked for before it is written.
 * @returns how many
 */
export async function retryParked(db: Db, desk: string): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('outbox')
    .set({ state: 'waiting', reason: null, accepted_at: null, looks: 0, next_at: sql<Date>`now()` })
    .where('desk', '=', desk)
    .where('state', '=', 'parked')
    // Past its time the text is gone, and with it the marker by which the note would be found again.
    .where('body', '!=', '')
    // What was taken back with its session is not to be written; that it was moved is.
    .where((it) =>
      it.or([
        it('action', '=', 'moved'),
        it.exists(
          it
            .selectFrom('session')
            .select('session.id')
            .whereRef('session.id', '=', 'outbox.session_id')
            .whereRef('session.turn', '=', 'outbox.turn'),
        ),
      ]),
    )
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** A session whose case is known, and what is to be said of it. */
export type Said = { id: string; resource: string; turn: number; named: Named; facts: Facts; remark?: string };

/**
 * Puts into the outbox what a desk is to get for a session: nothing where the desk is only known to the extension or was
 * told before. Its rows are of the transaction that says whose session it is.
 */
export async function putOut(
  trx: Trx,
  { config, jobs }: Pick<Parts, 'config' | 'jobs'>,
  desks: ReadonlyMap<string, Desk>,
  { id, resource, turn, named, facts, remark }: Said,
): Promise<void> {
  const { desk, kind, id: caseId, number } = named;
  const settings = config.desks[desk];
  if (!settings || !desks.get(desk)?.kinds.includes(kind)) return;
  const ended = facts.endedAt !== undefined;
  if (!ended && settings.write !== 'staged') return;
  const told = tell(facts, {
    case: caseId,
    session: resource,
    ...(number && { number }),
    ...(remark && { remark }),
    ...(config.worklink?.sessionUrl && {
      link: fillPath(config.worklink.sessionUrl, { id: resource, databaseId: facts.databaseId ?? '' }),
    }),
  });
  const same = { desk, kind, case_id: caseId, session_id: id, turn };
  // What was not even tried needs not be said any more.
  if (ended)
    await trx
      .deleteFrom('outbox')
      .where((it) => it.and(same))
      .where('action', '=', 'start')
      .where('state', '=', 'waiting')
      .where('tries', '=', 0)
      .execute();
  const put = async (action: 'start' | 'note' | 'fields', body: (marker: string) => string): Promise<void> => {
    const marker = markerOf(desk, kind, caseId, resource, action, ...(turn ? [String(turn)] : []));
    const row = await trx
      .insertInto('outbox')
      .values({ ...same, action, marker, body: body(marker), done_at: null, accepted_at: null, reason: null })
      .onConflict((it) => it.columns(['desk', 'kind', 'case_id', 'session_id', 'action', 'turn']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (row) await jobs.ask('write', row.id, { outbox: row.id }, 0, sendIn(trx));
  };
  if (!ended) {
    // What was read before the end may be heard of after it.
    const over = await trx
      .selectFrom('outbox')
      .select('id')
      .where((it) => it.and(same))
      .where('action', '=', 'note')
      .executeTakeFirst();
    return over ? undefined : put('start', (marker) => noteOf(told, marker, settings.begun));
  }
  await put('note', (marker) => noteOf(told, marker, settings.note));
  if (Object.keys(settings.fields).length) await put('fields', () => JSON.stringify(fillJson(settings.fields, told)));
}

/** What happened in the last so many seconds is not in any backup. */
const fresh = 300;

/** So often it is looked for a note that the desk says it has, and does not show. */
const mostLooks = 6;

export function makeWriter({ config, db, jobs, log, metrics }: Omit<Parts, 'pipe'>, desks: ReadonlyMap<string, Desk>) {
  const { waits } = config;
  const counted = metrics.counter('deskcall_writes_total', 'Tries to write a note, by desk and outcome.');
  /** As it was before it was taken; `tries` counts this one. */
  type Row = {
    id: string;
    desk: string;
    kind: string;
    case_id: string;
    session_id: string;
    action: 'start' | 'note' | 'fields' | 'moved';
    turn: number;
    marker: string;
    body: string;
    tries: number;
    looks: number;
    accepted_at: Date | null;
  };

  /** The row, while it is ours: who takes it later counts its tries up. */
  const ours = (row: Row) => db.updateTable('outbox').where('id', '=', row.id).where('tries', '=', row.tries);
  const soon = (seconds: number) => sql<Date>`now() + make_interval(secs => ${seconds})`;

  /** What this one completes, if it was written: the note of the same session at its start, or the one that moves. */
  const begunOf = async (row: Row): Promise<{ marker: string; body: string } | undefined> =>
    row.action === 'note' || row.action === 'moved'
      ? db
          .selectFrom('outbox')
          .select(['marker', 'body'])
          .where('session_id', '=', row.session_id)
          .where('desk', '=', row.desk)
          .where('kind', '=', row.kind)
          .where('case_id', '=', row.case_id)
          .where('turn', '=', row.turn)
          .where('action', '=', row.action === 'note' ? 'start' : 'note')
          .where('state', '=', 'done')
          .executeTakeFirst()
      : undefined;

  /**
   * Whether nobody can have written it: the first try, for what has just happened. What is older may have been written
   * by a bridge whose database was lost since, and came back from a backup.
   */
  async function isNew({ tries, session_id }: Row): Promise<boolean> {
    if (tries > 1) return false;
    const found = await db
      .selectFrom('session')
      .select('id')
      .where('id', '=', session_id)
      .where(sql<boolean>`coalesce(ended_at, started_at) > now() - make_interval(secs => ${fresh})`)
      .executeTakeFirst();
    return found !== undefined;
  }

  async function attempt(desk: Desk, row: Row): Promise<Outcome> {
    const begun = desk.edit && (await begunOf(row));
    const one: Try = {
      ref: { kind: row.kind, id: row.case_id },
      writing: {
        text: row.body,
        marker: row.marker,
        key: keyOf(row.marker),
        ...(begun && { begun: keyOf(begun.marker) }),
      },
      first: await isNew(row),
      accepted: row.accepted_at !== null,
      ...(begun && { begun: { text: begun.body, marker: begun.marker, key: keyOf(begun.marker) } }),
      async hold() {
        // As long as the request, and once more for a desk that goes on with it after we gave up.
        const { numUpdatedRows } = await ours(row)
          .set({ next_at: soon(waits.request * 2) })
          .executeTakeFirst();
        return numUpdatedRows === 1n;
      },
      async accept() {
        await ours(row).set({ accepted_at: sql<Date>`now()` }).execute();
      },
    };
    return row.action === 'fields' ? setFields(desk, one) : writeNote(desk, one);
  }

  async function settle(row: Row, outcome: Outcome, unlisted: boolean): Promise<void> {
    const [name] = Object.keys(outcome);
    counted({ desk: row.desk, outcome: name ?? '' });
    const set = (
      values: { state: 'waiting' | 'writing' | 'done' | 'parked'; reason: string | null; looks?: number },
      seconds = 0,
    ) =>
      ours(row)
        .set({
          ...values,
          ...(values.state === 'done' && { done_at: sql<Date>`now()` }),
          next_at: soon(seconds),
        })
        .execute();
    const park = async (reason: string): Promise<void> => {
      await set({ state: 'parked', reason });
      log.warn('note parked', { desk: row.desk, why: reason });
    };
    const again = (seconds: number) => jobs.ask('write', `${row.id} again`, { outbox: row.id }, seconds);
    const wait = Math.min(waits.longestRetry, waits.retry * 2 ** Math.min(row.tries - 1, 20));
    if ('done' in outcome) {
      await set({ state: 'done', reason: null });
    } else if ('lost' in outcome) {
      log.info('note taken over', { desk: row.desk });
    } else if ('parked' in outcome) {
      await park(outcome.parked);
    } else if ('stopped' in outcome) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('stopped')
        .values({
          desk: row.desk,
          credential: credentialOf(config, row.desk),
          reason: outcome.stopped,
        })
        .onConflict((it) => it.doNothing())
        .executeTakeFirst();
      await set({ state: 'waiting', reason: outcome.stopped });
      // One alert, however many notes wait.
      if (numInsertedOrUpdatedRows)
        log.error('desk stopped', {
          desk: row.desk,
          why: outcome.stopped,
          next: `Set another credential and start the bridge again, or: npm run bridge -- desk resume ${row.desk}`,
        });
    } else if ('later' in outcome) {
      const seconds = outcome.after ?? wait;
      await set({ state: 'waiting', reason: outcome.later }, seconds);
      await again(seconds);
    } else if ('unseen' in outcome) {
      // Not written again: where notes can't be seen, each try would leave one more.
      if (row.looks + 1 >= mostLooks) {
        await park('The desk says that it wrote the note, and does not show it. Look at the rights of its API user.');
      } else {
        await set({ state: 'writing', reason: 'The desk does not show the note yet.', looks: row.looks + 1 }, wait);
        await again(wait);
      }
    } else if (unlisted && row.looks + 1 >= config.tries) {
      // Each further try may be one more note; somebody has to look.
      await park(`${outcome.unknown} That was so ${row.looks + 1} times, and the desk may have the note: look there.`);
    } else {
      // Still `writing`: looked at first, when the desk must have given up on the request.
      const seconds = Math.max(outcome.after ?? wait, waits.request);
      await set({ state: 'writing', reason: outcome.unknown, ...(unlisted && { looks: row.looks + 1 }) }, seconds);
      await again(seconds);
    }
    // The note waits for the one at the start to be settled; asked in vain it is asked for again by the sweep.
    if (row.action === 'start') await askForEnd(row);
  }

  async function askForEnd(row: Row): Promise<void> {
    const end = await db
      .selectFrom('outbox')
      .select('id')
      .where('session_id', '=', row.session_id)
      .where('action', '=', 'note')
      .where('state', '=', 'waiting')
      .executeTakeFirst();
    if (end) await jobs.ask('write', end.id, { outbox: end.id });
  }

  /** Rows that are due, of desks that are written to, and not before the one at the start is settled. */
  const due = (from: Db | Trx) =>
    from
      .selectFrom('outbox')
      .where('outbox.state', 'in', ['waiting', 'writing'])
      .where('outbox.next_at', '<=', sql<Date>`now()`)
      .where('outbox.desk', 'in', [...desks.keys()])
      .where((it) =>
        it.not(it.exists(it.selectFrom('stopped').select('stopped.desk').whereRef('stopped.desk', '=', 'outbox.desk'))),
      )
      .where((it) =>
        it.or([
          it('outbox.action', '!=', 'note'),
          it.not(
            it.exists(
              it
                .selectFrom('outbox as start')
                .select('start.id')
                .whereRef('start.session_id', '=', 'outbox.session_id')
                .whereRef('start.desk', '=', 'outbox.desk')
                .whereRef('start.kind', '=', 'outbox.kind')
                .whereRef('start.case_id', '=', 'outbox.case_id')
                .whereRef('start.turn', '=', 'outbox.turn')
                .where('start.action', '=', 'start')
                .where('start.state', 'in', ['waiting', 'writing']),
            ),
          ),
        ]),
      );

  return {
    /** Does what a `write` job asks for. */
    async write(id: string): Promise<void> {
      if (!desks.size) return;
      // Taken by one process alone, and marked before anything goes out.
      const taken = await db.transaction().execute(async (trx) => {
        const row = await due(trx)
          .selectAll('outbox')
          .where('outbox.id', '=', id)
          .forUpdate('outbox')
          .skipLocked()
          .executeTakeFirst();
        if (!row) return undefined;
        await trx
          .updateTable('outbox')
          // Looking, asking for rights, writing and reading back: each may take the time of a request.
          .set({ state: 'writing', tries: row.tries + 1, next_at: soon(waits.request * 6) })
          .where('id', '=', id)
          .execute();
        return { ...row, tries: row.tries + 1 };
      });
      const desk = taken && desks.get(taken.desk);
      if (taken && desk) await settle(taken, await attempt(desk, taken), !desk.notes && !desk.keyed);
    },

    /** Asks again for what should have been written by now. */
    async sweep(): Promise<void> {
      if (!desks.size) return;
      const rows = await due(db).select('outbox.id').orderBy('outbox.next_at').limit(500).execute();
      // oxlint-disable-next-line no-await-in-loop -- the queue keeps one for each
      for (const { id } of rows) await jobs.ask('write', id, { outbox: id });
    },
  };
}
