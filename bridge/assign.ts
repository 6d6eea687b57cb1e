/** Sessions that are nobody's, and how a person gives one to a case, or from one to another. */
import type { UnmatchedSession } from '../lib/api.ts';
import { readExternal } from '../lib/worklink.ts';
import type { Db } from './db.ts';
import type { Desk } from './desks/index.ts';
import { askToRead } from './inbox.ts';
import type { Named } from './match.ts';
import { sameCase, takeBack } from './moved.ts';
import { factsOf } from './note.ts';
import { putOut } from './outbox.ts';
import type { Parts } from './server.ts';
import { numberOn } from './sessions.ts';

/** Why a session was not assigned. */
export type Refusal = 'session' | 'desk' | 'record' | 'silent' | 'busy';

/**
 * Gives a session to a case, by hand: whatever is read of it later, this stays.
 * @returns whether a note is to be written
 */
export async function assign(
  parts: Pick<Parts, 'config' | 'db' | 'jobs'>,
  desks: ReadonlyMap<string, Desk>,
  id: string,
  to: { desk: string; kind: string; id: string },
): Promise<{ note: boolean } | { refused: Refusal }> {
  const number = await numberOn(desks, to);
  if (number === false) return { refused: 'desk' };
  if (number === undefined) return { refused: 'silent' };
  if (number === null) return { refused: 'record' };
  const named: Named = { ...to, number };
  return parts.db.transaction().execute(async (trx) => {
    const session = await trx.selectFrom('session').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
    if (!session) return { refused: 'session' };
    const { resource_id: resource, desk, kind, case_id: caseId, data, type } = session;
    const before = desk && kind && caseId ? { desk, kind, id: caseId } : undefined;
    const turn = sameCase(before, named)
      ? session.turn
      : await takeBack(trx, parts.jobs, desks, { id, resource, turn: session.turn }, named);
    if (turn === 'busy') return { refused: 'busy' };
    await trx
      .updateTable('session')
      .set({
        match: 'hand',
        match_reason: null,
        desk: to.desk,
        kind: to.kind,
        case_id: to.id,
        number,
        turn,
        quiet: false,
      })
      .where('id', '=', id)
      .execute();
    // What could not be read so far is tried again: the person may have given the token its rights.
    if (typeof data !== 'object' || data === null) {
      await askToRead(trx, parts.jobs, resource, 0);
      return { note: false };
    }
    const facts = factsOf({ type: type ?? '', data: data as Record<string, unknown> });
    await putOut(trx, parts, desks, { id, resource, turn, named, facts });
    return { note: facts.endedAt !== undefined };
  });
}

/** Sessions that are nobody's, or could not be read; oldest first. @param after the id of the last that is known */
export async function unmatched(db: Db, after: string, limit: number): Promise<UnmatchedSession[]> {
  const rows = await db
    .selectFrom('session')
    .selectAll()
    .where((it) => it.or([it('match', '=', 'none'), it('state', '=', 'parked')]))
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ id, resource_id: resource, type, state, reason, match_reason: why, data, ...row }) => {
    const told = readExternal((data as { externalData?: unknown } | null)?.externalData);
    const facts = data ? factsOf({ type: type ?? '', data: data as Record<string, unknown> }) : undefined;
    return {
      id,
      resourceId: resource,
      type,
      why: (state === 'parked' ? reason : why) ?? '',
      read: row.read_at !== null,
      firstAt: row.first_at.toISOString(),
      startedAt: row.started_at?.toISOString() ?? null,
      endedAt: row.ended_at?.toISOString() ?? null,
      milliseconds: row.milliseconds === null ? null : Number(row.milliseconds),
      people: facts?.people ?? [],
      launchId: row.launch_id,
      said: {
        desk: told.desk ?? null,
        kind: told.kind ?? null,
        id: told.id ?? null,
        number: told.number ?? null,
      },
    };
  });
}
