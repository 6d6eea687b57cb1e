/**
 * Notes are written from rows that say how far each is. Before a request goes out its row says `writing`, so that after
 * a crash or an answer that never came it is known that nobody knows: then the time of the request is waited for, and
 * the desk is looked at before anything is written again. Done is what was read back.
 */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Answer, Fault } from '../lib/http.ts';
import type { Config } from './config.ts';
import type { Db } from './db.ts';
import type { Desk } from './desks/index.ts';
import type { Parts } from './server.ts';

/** What became of one try. `unknown`: the desk may have written it. */
type Outcome =
  | { done: true }
  | { parked: string }
  | { later: string; after?: number }
  | { stopped: string }
  | { unknown: string };

const credentialOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** A desk that was stopped goes on when its credential is another one. */
export async function resumeChanged(db: Db, config: Config): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop -- a handful, once
  for (const [key, { secret }] of Object.entries(config.desks))
    await db.deleteFrom('stopped').where('desk', '=', key).where('credential', '!=', credentialOf(secret)).execute();
}

/** What an answer other than success says; undefined for success. */
function refusal(answer: Answer | Fault): Outcome | undefined {
  if ('fault' in answer) {
    if (answer.fault === 'address') return { parked: 'The address of the desk may not be called.' };
    if (answer.fault === 'redirect')
      return { parked: 'The desk answers with another address. Set that one, if it is right.' };
    return { unknown: `The desk does not answer (${answer.fault}).` };
  }
  const { status } = answer;
  if (status === 401) return { stopped: 'The desk refuses the credential (401).' };
  if (status === 429) {
    const after = Number(answer.header('retry-after'));
    return { later: 'The desk asks to wait (429).', ...(after > 0 && { after }) };
  }
  if (status >= 500) return { unknown: `The desk answers ${status}.` };
  if (status >= 400) return { parked: `The desk refuses the note (${status}). Look at the rights of its API user.` };
  return undefined;
}

export function makeWriter({ config, db, jobs, log, metrics }: Parts, desks: ReadonlyMap<string, Desk>) {
  const { waits } = config;
  const counted = metrics.counter('deskcall_writes_total', 'Tries to write a note, by desk and outcome.');
  type Row = { id: string; desk: string; kind: string; case_id: string; marker: string; body: string; tries: number };

  /** Whether the note is there; an outcome where that can't be told. */
  async function there(desk: Desk, row: Row): Promise<boolean | Outcome> {
    const answer = await desk.ask(desk.notes({ kind: row.kind, id: row.case_id }));
    const why = refusal(answer);
    if (why) return why;
    const notes = 'fault' in answer ? undefined : desk.notesOf(answer);
    // A page to sign in is a 200 as well.
    if (!notes) return { unknown: 'The desk did not list the notes.' };
    const found = notes.find(({ text }) => text.includes(row.marker));
    if (found && !found.internal) return { parked: 'The note is there, and is public. Make it private by hand.' };
    return found !== undefined;
  }

  async function write(desk: Desk, row: Row, look: boolean): Promise<Outcome> {
    if (look) {
      const before = await there(desk, row);
      if (typeof before === 'object') return before;
      if (before) return { done: true };
    }
    if (desk.unfit) {
      const record = await desk.ask(desk.record({ kind: row.kind, id: row.case_id }));
      const why = refusal(record);
      // Nothing has been written so far.
      if (why) return 'unknown' in why ? { later: why.unknown } : why;
      // A page to sign in is a 200 as well; and whatever else is not this record says nothing of rights on it.
      if ('fault' in record || desk.numberOf(record, { kind: row.kind, id: row.case_id }) === undefined)
        return { later: 'The desk did not show the record.' };
      const unfit = await desk.unfit((request) => desk.ask(request), record);
      if (unfit)
        return 'unfit' in unfit ? { parked: unfit.unfit } : { later: 'The rights of the user could not be read.' };
    }
    const answer = await desk.ask(desk.note({ kind: row.kind, id: row.case_id }, row.body));
    const why = refusal(answer);
    if (why) return why;
    const after = await there(desk, row);
    if (typeof after === 'object') return 'parked' in after ? after : { unknown: 'The note could not be read back.' };
    return after
      ? { done: true }
      : {
          // Not tried again: where notes can't be seen, each try would leave one more.
          parked: 'The desk says that it wrote the note, and does not show it. Look at the rights of its API user.',
        };
  }

  async function settle(row: Row, outcome: Outcome): Promise<void> {
    const [name] = Object.keys(outcome);
    counted({ desk: row.desk, outcome: name ?? '' });
    const set = (values: { state: 'waiting' | 'writing' | 'done' | 'parked'; reason: string | null }, seconds = 0) =>
      db
        .updateTable('outbox')
        .set({
          ...values,
          ...(values.state === 'done' && { done_at: sql<Date>`now()` }),
          next_at: sql<Date>`now() + make_interval(secs => ${seconds})`,
        })
        .where('id', '=', row.id)
        .execute();
    const again = (seconds: number) => jobs.ask('write', `${row.id} again`, { outbox: row.id }, seconds);
    const wait = Math.min(waits.longestRetry, waits.retry * 2 ** Math.min(row.tries, 20));
    if ('done' in outcome) {
      await set({ state: 'done', reason: null });
    } else if ('parked' in outcome) {
      await set({ state: 'parked', reason: outcome.parked });
      log.warn('note parked', { desk: row.desk, why: outcome.parked });
    } else if ('stopped' in outcome) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('stopped')
        .values({
          desk: row.desk,
          credential: credentialOf(config.desks[row.desk]?.secret ?? ''),
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
    } else {
      // Still `writing`: looked at first, when the desk must have given up on the request.
      const seconds = Math.max(wait, waits.request);
      await set({ state: 'writing', reason: outcome.unknown }, seconds);
      await again(seconds);
    }
  }

  return {
    /** Does what a `write` job asks for. */
    async write(id: string): Promise<void> {
      // Taken by one process alone, and marked before anything goes out.
      const taken = await db.transaction().execute(async (trx) => {
        const row = await trx
          .selectFrom('outbox')
          .selectAll()
          .where('id', '=', id)
          .where('state', 'in', ['waiting', 'writing'])
          .where('next_at', '<=', sql<Date>`now()`)
          .where((it) =>
            it.not(it.exists(it.selectFrom('stopped').select('desk').whereRef('stopped.desk', '=', 'outbox.desk'))),
          )
          .forUpdate()
          .skipLocked()
          .executeTakeFirst();
        if (!row) return undefined;
        await trx
          .updateTable('outbox')
          // Looking, asking for rights, writing and reading back: each may take the time of a request.
          .set(({ eb }) => ({
            state: 'writing',
            tries: eb('tries', '+', 1),
            next_at: sql<Date>`now() + make_interval(secs => ${waits.request * 6})`,
          }))
          .where('id', '=', id)
          .execute();
        return row;
      });
      const desk = taken && desks.get(taken.desk);
      if (!taken || !desk) return;
      await settle(taken, await write(desk, taken, taken.state === 'writing' || taken.tries > 0));
    },

    /** Asks again for what should have been written by now. */
    async sweep(): Promise<void> {
      const rows = await db
        .selectFrom('outbox')
        .select('id')
        .where('state', 'in', ['waiting', 'writing'])
        .where('next_at', '<=', sql<Date>`now()`)
        .where((it) =>
          it.not(it.exists(it.selectFrom('stopped').select('desk').whereRef('stopped.desk', '=', 'outbox.desk'))),
        )
        .orderBy('next_at')
        .limit(500)
        .execute();
      // oxlint-disable-next-line no-await-in-loop -- the queue keeps one for each
      for (const { id } of rows) await jobs.ask('write', id, { outbox: id });
    },
  };
}
