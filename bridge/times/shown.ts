/**
 * Whether a desk still shows its open cases. Most desks list no case that was deleted, so that it would stay open for
 * ever, and make those without a call look slow: what is deleted is mostly of the sort that nobody calls about.
 */
import { sql } from 'kysely';
import type { Answer, Fault } from '../../lib/http.ts';
import type { Db } from '../db.ts';
import { at } from '../desks/desk.ts';
import type { Desk } from '../desks/index.ts';

/** So many are asked for at a time, each by a request of its own. */
const most = 20;

/** Undefined where an answer does not say. A case that was moved is another one; what is spam is as good as deleted. */
function isShown(desk: Desk, answer: Answer | Fault, ref: { kind: string; id: string }): boolean | undefined {
  if ('fault' in answer) return undefined;
  if (answer.status === 404 || answer.status === 410) return false;
  if (answer.status !== 200 || answer.body === undefined) return undefined;
  const record = at(answer.body, ref.kind) ?? answer.body;
  return desk.numberOf(answer, ref) !== undefined && at(record, 'deleted') !== true && at(record, 'spam') !== true;
}

/** Asks for the next open cases of a desk, all of them in turn. One that is not shown is known to be open no longer. */
export async function checkShown(db: Db, key: string, desk: Desk): Promise<void> {
  if (!desk.record) return;
  const reading = await db.selectFrom('times_reading').select('checked').where('desk', '=', key).executeTakeFirst();
  const open = await db
    .selectFrom('case_time')
    .select(['id', 'kind', 'case_id', 'lost'])
    .where('desk', '=', key)
    .where('source', '=', 'desk')
    .where('resolved_at', 'is', null)
    .where('id', '>', reading?.checked ?? '0')
    .orderBy('id')
    .limit(most)
    .execute();
  let checked = open.length < most ? '0' : (open.at(-1)?.id ?? '0');
  for (const { id, kind, case_id: of, lost } of open) {
    const ref = { kind, id: of };
    // oxlint-disable-next-line no-await-in-loop -- one request after the other: the desk has other work
    const shown = isShown(desk, await desk.ask(desk.record(ref)), ref);
    if (shown === undefined) {
      // It goes on behind this one the next time: a record that is always refused would hold up the others.
      checked = id;
      break;
    }
    if (shown === lost)
      // oxlint-disable-next-line no-await-in-loop -- as above
      await db
        .updateTable('case_time')
        .set({ lost: !shown })
        .where('id', '=', id)
        .where('resolved_at', 'is', null)
        .execute();
  }
  await db
    .updateTable('times_reading')
    .set({ checked: sql`${checked}::bigint` })
    .where('desk', '=', key)
    .execute();
}
