/** Reading a session, finding its case, and putting its note into the outbox, all of it again as often as asked. */
import { sql } from 'kysely';
import { readExternal } from '../lib/worklink.ts';
import { sendIn, type Db, type Trx } from './db.ts';
import type { Desk } from './desks/index.ts';
import { storable } from './json.ts';
import { connectedAt } from './listings.ts';
import { lockLaunches } from './launches.ts';
import { said } from './log.ts';
import { matchOf, type Match, type Named } from './match.ts';
import { sameCase, takeBack } from './moved.ts';
import { factsOf } from './note.ts';
import { putOut } from './outbox.ts';
import type { Parts } from './server.ts';
import type { Found, Trouble, WorkLink } from './worklink.ts';

async function launchOf(db: Db | Trx, id: string | undefined): Promise<Named | undefined> {
  const row = id && (await db.selectFrom('launch').selectAll().where('id', '=', id).executeTakeFirst());
  if (!row) return undefined;
  return { desk: row.desk, kind: row.kind, id: row.case_id, ...(row.number && { number: row.number }) };
}

/** The number of a record on a desk, as {@link matchOf} wants to know it. */
export async function numberOn(
  desks: ReadonlyMap<string, Desk>,
  { desk: key, kind, id }: Named,
): Promise<string | null | undefined | false> {
  // Longer than any launch may name, and than a desk would read in an address.
  if (kind.length > 64 || id.length > 256) return null;
  const desk = desks.get(key);
  if (!desk?.record || !desk.kinds.includes(kind)) return false;
  const answer = await desk.ask(desk.record({ kind, id }));
  // An id that makes no address, or one that shows more than any record is, is that of none.
  if ('fault' in answer && ['address', 'too-long'].includes(answer.fault)) return null;
  if ('fault' in answer || answer.status === 401 || answer.status === 429 || answer.status >= 500) return undefined;
  if (answer.body === undefined && answer.status === 200) return undefined;
  return desk.numberOf(answer, { kind, id }) ?? null;
}

/**
 * What could not be read is to be read again, once somebody has given the token its rights. The next sweep asks for it.
 * @returns how many
 */
export async function retryUnread(db: Db): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('session')
    // Counted up as by a hint: a reading that is under way has no say any more.
    .set({
      state: 'waiting',
      asked: sql<number>`asked + 1`,
      reason: null,
      tries: 0,
      unseen: 0,
      next_at: sql<Date>`now()`,
    })
    .where('state', '=', 'parked')
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** A session that is to be read, as it was when that began. */
type Waiting = { asked: number; tries: number; unseen: number; quiet: boolean };

/** After so many tries the address in the webhook is asked as well. */
const patient = 2;

export function makeReader(parts: Omit<Parts, 'pipe'>, worklink: WorkLink, desks: ReadonlyMap<string, Desk>) {
  const { config, db, jobs, log, metrics } = parts;
  const { waits } = config;
  const counted = metrics.counter('deskcall_reads_total', 'Readings of sessions by outcome.');
  const wait = (tries: number): number => Math.min(waits.longestRetry, waits.retry * 2 ** Math.min(tries, 20));

  /** Puts it off, or parks it when WorkLink did not show it often enough. */
  async function putOff(
    resource: string,
    { asked, tries, unseen, quiet }: Waiting,
    { trouble, why, after }: Trouble,
  ): Promise<void> {
    const missed = unseen + (trouble === 'absent' ? 1 : 0);
    const parked = trouble === 'absent' && missed >= config.tries;
    // After a pause they do not come back all at once.
    const seconds = after ? after + Math.random() * waits.retry : wait(tries);
    counted({ outcome: parked ? 'parked' : trouble });
    await db.transaction().execute(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('session')
        .set({
          state: parked ? 'parked' : 'waiting',
          reason: why,
          tries: tries + 1,
          unseen: missed,
          next_at: sql<Date>`now() + make_interval(secs => ${seconds})`,
        })
        .where('resource_id', '=', resource)
        // A hint that came meanwhile has begun anew, and has a job of its own.
        .where('asked', '=', asked)
        .executeTakeFirst();
      // By a key of its own, so that a new hint does not wait for it.
      if (numUpdatedRows && !parked)
        await jobs.ask('read', `${resource} again`, { resource }, seconds, sendIn(trx), quiet);
    });
    if (parked) log.warn('session not read', { why });
  }

  /**
   * @param launched whether the launch that it names was known when it was matched
   * @returns `busy` where it has to wait: the note on the case that it had is being written; `launched` where its launch
   * was told of since
   */
  async function keep(
    resource: string,
    asked: number,
    found: Found,
    match: Exclude<Match, { later: string }>,
    launched: boolean,
  ): Promise<'kept' | 'busy' | 'launched'> {
    const facts = factsOf(found);
    const told = readExternal(found.data.externalData);
    const outcome = await db.transaction().execute(async (trx) => {
      if (told.launchId) await lockLaunches(trx, [told.launchId]);
      if (!launched && (await launchOf(trx, told.launchId))) return 'launched';
      const before = await trx
        .selectFrom('session')
        .select([
          'id',
          'asked',
          'match',
          'match_reason',
          'desk',
          'kind',
          'case_id',
          'number',
          'launch_id',
          'quiet',
          'turn',
        ])
        .where('resource_id', '=', resource)
        .forUpdate()
        .executeTakeFirst();
      if (!before) return match.match;
      const { desk, kind, case_id: caseId, number } = before;
      const had: Named | undefined =
        desk && kind && caseId ? { desk, kind, id: caseId, ...(number && { number }) } : undefined;
      // What a person decided by hand stays; and what was known where no external data says whose it is, as REST may not.
      const byHand = before.match === 'hand' && had !== undefined;
      const stays = byHand || (had !== undefined && (found.data.externalData ?? null) === null);
      const named = stays ? had : match.match === 'none' ? undefined : match.case;
      // A launch that was told later may say that it is another's.
      const turn = sameCase(had, named)
        ? before.turn
        : await takeBack(trx, jobs, desks, { id: before.id, resource, turn: before.turn }, named);
      if (turn === 'busy') return 'busy';
      // Found among what is older, but not over before the bridge was connected: its note may have nobody else.
      const quiet = before.quiet && !(facts.endedAt && (await connectedAt(trx)) <= facts.endedAt);
      // A hint that came meanwhile is not lost: it is read once more.
      const again = before.asked !== asked;
      await trx
        .updateTable('session')
        .set({
          type: found.type,
          state: again ? 'waiting' : 'read',
          reason: null,
          tries: 0,
          unseen: 0,
          read_at: sql<Date>`now()`,
          data: storable(found.data),
          started_at: facts.startedAt ?? null,
          ended_at: facts.endedAt ?? null,
          milliseconds: facts.milliseconds ?? null,
          launch_id: told.launchId ?? (stays ? before.launch_id : null),
          quiet,
          turn,
          ...(!stays && {
            match: match.match,
            match_reason: match.why ?? null,
            desk: named?.desk ?? null,
            kind: named?.kind ?? null,
            case_id: named?.id ?? null,
            number: named?.number ?? null,
          }),
        })
        .where('id', '=', before.id)
        .execute();
      if (told.launchId && match.match === 'launch')
        await trx.updateTable('launch').set({ state: 'seen' }).where('id', '=', told.launchId).execute();
      if (again) await jobs.ask('read', resource, { resource }, waits.settle, sendIn(trx));
      const remark = byHand ? undefined : stays ? before.match_reason : match.why;
      if (named && !quiet)
        await putOut(trx, parts, desks, { id: before.id, resource, turn, named, facts, ...(remark && { remark }) });
      return (stays && before.match) || match.match;
    });
    if (outcome === 'busy' || outcome === 'launched') return outcome;
    counted({ outcome });
    if (outcome === 'none' && 'why' in match) log.info('session unmatched', { why: match.why });
    return 'kept';
  }

  /** Finds the case of what was read. */
  async function place(resource: string, session: Waiting, found: Found): Promise<void> {
    const told = readExternal(found.data.externalData);
    for (let kept = 'launched'; kept === 'launched'; ) {
      // oxlint-disable no-await-in-loop -- again, where its launch was told of meanwhile
      const launch = await launchOf(db, told.launchId);
      const match = await matchOf(told, launch, (named) => numberOn(desks, named));
      if ('later' in match) return putOff(resource, session, { trouble: 'passing', why: match.later });
      kept = await keep(resource, session.asked, found, match, launch !== undefined);
      if (kept === 'busy')
        await putOff(resource, session, { trouble: 'passing', why: 'A note of it is being written.' });
      // oxlint-enable no-await-in-loop
    }
  }

  return {
    /** Does what a `read` job asks for. */
    async read(resource: string): Promise<void> {
      const session = await db
        .selectFrom('session')
        .select(['asked', 'tries', 'unseen', 'quiet', 'state', 'url', 'type'])
        .where('resource_id', '=', resource)
        .executeTakeFirst();
      if (session?.state !== 'waiting') return;
      let found = await worklink.read(resource);
      if ('trouble' in found && found.trouble !== 'refused' && session.url && session.tries >= patient) {
        const other = await worklink.fetch(session.url, session.type);
        if (!('trouble' in other)) found = other;
      }
      if ('trouble' in found) return putOff(resource, session, found);
      try {
        await place(resource, session, found);
      } catch (error) {
        // What can't be dealt with comes again and again, and would never be seen by anybody.
        log.error('session not kept', { error: said(error) });
        await putOff(resource, session, { trouble: 'absent', why: 'What WorkLink tells of it could not be kept.' });
      }
    },
  };
}
