/** Reading a session, finding its case, and putting its note into the outbox, all of it again as often as asked. */
import { sql } from 'kysely';
import { readExternal } from '../lib/worklink.ts';
import { sendIn, type Db } from './db.ts';
import type { Desk } from './desks/index.ts';
import { storable } from './json.ts';
import { connectedAt } from './listings.ts';
import { matchOf, type Match, type Named } from './match.ts';
import { sameCase, takeBack } from './moved.ts';
import { factsOf } from './note.ts';
import { putOut } from './outbox.ts';
import type { Parts } from './server.ts';
import type { Found, Trouble, WorkLink } from './worklink.ts';

async function launchOf(db: Db, id: string | undefined): Promise<Named | undefined> {
  const row = id && (await db.selectFrom('launch').selectAll().where('id', '=', id).executeTakeFirst());
  if (!row) return undefined;
  return { desk: row.desk, kind: row.kind, id: row.case_id, ...(row.number && { number: row.number }) };
}

/** The number of a record on a desk, as {@link matchOf} wants to know it. */
export async function numberOn(
  desks: ReadonlyMap<string, Desk>,
  { desk: key, kind, id }: Named,
): Promise<string | null | undefined | false> {
  const desk = desks.get(key);
  if (!desk?.record || !desk.kinds.includes(kind)) return false;
  const answer = await desk.ask(desk.record({ kind, id }));
  if ('fault' in answer || answer.status === 401 || answer.status === 429 || answer.status >= 500) return undefined;
  if (answer.body === undefined && answer.status === 200) return undefined;
  return desk.numberOf(answer, { kind, id }) ?? null;
}

/** After so many tries the address in the webhook is asked as well. */
const patient = 2;

export function makeReader(parts: Parts, worklink: WorkLink, desks: ReadonlyMap<string, Desk>) {
  const { config, db, jobs, log, metrics } = parts;
  const { waits } = config;
  const counted = metrics.counter('deskcall_reads_total', 'Readings of sessions by outcome.');
  const wait = (tries: number): number => Math.min(waits.longestRetry, waits.retry * 2 ** Math.min(tries, 20));

  /** Puts it off, or parks it when WorkLink did not show it often enough. */
  async function putOff(
    resource: string,
    { tries, unseen, quiet }: { tries: number; unseen: number; quiet: boolean },
    { trouble, why, after }: Trouble,
  ): Promise<void> {
    const missed = unseen + (trouble === 'absent' ? 1 : 0);
    const parked = trouble === 'absent' && missed >= config.tries;
    // After a pause they do not come back all at once.
    const seconds = after ? after + Math.random() * waits.retry : wait(tries);
    counted({ outcome: parked ? 'parked' : trouble });
    await db.transaction().execute(async (trx) => {
      await trx
        .updateTable('session')
        .set({
          state: parked ? 'parked' : 'waiting',
          reason: why,
          tries: tries + 1,
          unseen: missed,
          next_at: sql<Date>`now() + make_interval(secs => ${seconds})`,
        })
        .where('resource_id', '=', resource)
        .execute();
      // By a key of its own, so that a new hint does not wait for it.
      if (!parked) await jobs.ask('read', `${resource} again`, { resource }, seconds, sendIn(trx), quiet);
    });
    if (parked) log.warn('session not read', { why });
  }

  /** @returns false where it has to wait: the note on the case that it had is being written */
  async function keep(
    resource: string,
    asked: number,
    found: Found,
    match: Exclude<Match, { later: string }>,
  ): Promise<boolean> {
    const facts = factsOf(found);
    const told = readExternal(found.data.externalData);
    const outcome = await db.transaction().execute(async (trx) => {
      const before = await trx
        .selectFrom('session')
        .select(['id', 'asked', 'match', 'desk', 'kind', 'case_id', 'number', 'quiet', 'turn'])
        .where('resource_id', '=', resource)
        .forUpdate()
        .executeTakeFirst();
      if (!before) return match.match;
      const { desk, kind, case_id: caseId, number } = before;
      const had: Named | undefined =
        desk && kind && caseId ? { desk, kind, id: caseId, ...(number && { number }) } : undefined;
      // What a person decided by hand stays.
      const byHand = before.match === 'hand' && had !== undefined;
      const named = byHand ? had : match.match === 'none' ? undefined : match.case;
      // A launch that was told later may say that it is another's.
      const turn = sameCase(had, named)
        ? before.turn
        : await takeBack(trx, jobs, { id: before.id, resource, turn: before.turn }, named);
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
          launch_id: told.launchId ?? null,
          quiet,
          turn,
          ...(!byHand && {
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
      const remark = byHand ? undefined : match.why;
      if (named && !quiet)
        await putOut(trx, parts, desks, { id: before.id, resource, turn, named, facts, ...(remark && { remark }) });
      return byHand ? 'hand' : match.match;
    });
    if (outcome === 'busy') return false;
    counted({ outcome });
    if (outcome === 'none' && 'why' in match) log.info('session unmatched', { why: match.why });
    return true;
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
      const told = readExternal(found.data.externalData);
      const match = await matchOf(told, await launchOf(db, told.launchId), (named) => numberOn(desks, named));
      if ('later' in match) return putOff(resource, session, { trouble: 'passing', why: match.later });
      if (await keep(resource, session.asked, found, match)) return;
      await putOff(resource, session, { trouble: 'passing', why: 'A note of it is being written.' });
    },
  };
}
