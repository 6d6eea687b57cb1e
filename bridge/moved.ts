/**
 * One session is one record with one case. Where it gets another, what was written to the one before is marked there as
 * moved, in the transaction that moves it.
 */
import { sendIn, type Trx } from './db.ts';
import type { Named } from './match.ts';
import { markerOf } from './note.ts';
import type { Parts } from './server.ts';

type Before = { id: string; resource: string; turn: number };

export const sameCase = (one: Named | undefined, other: Named | undefined): boolean =>
  one?.desk === other?.desk && one?.kind === other?.kind && one?.id === other?.id;

/**
 * Takes back what was said of a session on its case, before it gets another: what was not written is not written any
 * more, and what was is marked as moved, which edits it where the desk can and adds a note where not.
 * @param desks those that are written to: of another nobody will ever know the end of what was being written
 * @param to undefined: it is nobody's any more
 * @returns the session's next turn; `busy` while something is being written that nobody knows the end of
 */
export async function takeBack(
  trx: Trx,
  jobs: Parts['jobs'],
  desks: { has(desk: string): boolean },
  { id, resource, turn }: Before,
  to: Named | undefined,
): Promise<number | 'busy'> {
  const rows = await trx
    .selectFrom('outbox')
    .selectAll()
    .where('session_id', '=', id)
    .where('turn', '=', turn)
    .where('action', '!=', 'moved')
    .orderBy('id')
    .forUpdate()
    .execute();
  if (!rows.length) return turn;
  if (rows.some(({ state, desk }) => state === 'writing' && desks.has(desk))) return 'busy';
  await trx
    .updateTable('outbox')
    .set({ state: 'parked', reason: 'The session was given to another case.' })
    .where('session_id', '=', id)
    .where('turn', '=', turn)
    .where('state', 'in', ['waiting', 'writing'])
    .execute();
  // One that was tried may be there all the same, and one that the desk took is, even if it does not show it as it should.
  const [written] = rows.filter(
    ({ action, state, tries, accepted_at: accepted }) =>
      state === 'done' || (action !== 'fields' && (accepted !== null || (state !== 'parked' && tries > 0))),
  );
  if (written) {
    const { desk, kind, case_id: caseId } = written;
    const marker = markerOf(desk, kind, caseId, resource, 'moved', String(turn));
    const others = rows
      .filter(({ action, state, accepted_at: accepted }) => action !== 'fields' && (state === 'done' || accepted))
      .map((row) => `[${row.marker}]`);
    const fields = rows.some(({ action, state }) => action === 'fields' && state === 'done');
    const body = [
      to
        ? `This WorkLink session was moved to another case: ${to.number ?? to.id} (${to.desk}, ${to.kind}).`
        : 'This WorkLink session was taken back: it is not known any more that it belongs to this case.',
      others.length ? `What was noted here of it (${others.join(', ')}) is not about this case.` : '',
      fields ? 'Fields that were set for it here are still set.' : '',
      `[${marker}]`,
    ];
    const row = await trx
      .insertInto('outbox')
      .values({
        desk,
        kind,
        case_id: caseId,
        session_id: id,
        turn,
        action: 'moved',
        marker,
        body: body.filter(Boolean).join('\n'),
        done_at: null,
        accepted_at: null,
        reason: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    await jobs.ask('write', row.id, { outbox: row.id }, 0, sendIn(trx));
  }
  return turn + 1;
}
