/** The cases of a view as CSV, so that its numbers can be computed again. */
import Papa from 'papaparse';
import { sql } from 'kysely';
import type { Db } from '../db.ts';
import { casesOf } from './data.ts';
import type { Filter } from './filter.ts';

const columns = [
  'desk',
  'kind',
  'case_id',
  'number',
  'queue',
  'priority',
  'asset_class',
  'status',
  'opened_at',
  'assigned_at',
  'resolved_at',
  'reopened',
  'known_until',
  'calls',
  'first_call_at',
] as const;
type Row = Record<(typeof columns)[number], string | number | null> & { id: string };

/** At most so many rows are in memory at a time. */
const most = 5000;
const iso = (name: string) =>
  sql`to_char(${sql.ref(name)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ${sql.ref(name.replace('until', 'known_until'))}`;

/** Lines of the file, piece by piece. Text that a spreadsheet would take for a formula gets a ' before it. */
export async function* csvOf(db: Db, filter: Filter): AsyncGenerator<string> {
  yield `${columns.join(',')}\r\n`;
  for (let after = '0'; ; ) {
    // oxlint-disable-next-line no-await-in-loop -- the next piece begins where this one ends
    const { rows } = await sql<Row>`
      select id, desk, kind, case_id, number, queue, priority, asset_class, status, ${iso('opened_at')},
        ${iso('assigned_at')}, ${iso('resolved_at')}, reopened, ${iso('until')}, calls, ${iso('first_call_at')}
      from (${casesOf(filter)} and t.id > ${after} order by t.id limit ${most}) one`.execute(db);
    const last = rows.at(-1);
    if (!last) return;
    after = last.id;
    yield `${Papa.unparse(
      rows.map((row) => columns.map((name) => row[name])),
      { escapeFormulae: true },
    )}\r\n`;
  }
}
