/** All that a bridge has stored, to look for what must not be in it. */
import { sql } from 'kysely';
import type { Db } from '../../bridge/db.ts';

/** Every row of every table as text, with bytes as letters. */
export async function dump(db: Db): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname in ('deskcall', 'deskcall_jobs')`.execute(db);
  const stored: string[] = [];
  for (const { name } of tables) {
    // oxlint-disable-next-line no-await-in-loop -- a handful
    const { rows } = await sql`select * from ${sql.raw(name)}`.execute(db);
    const bytes = rows.flatMap((row) => Object.values(row as object).filter((value) => value instanceof Buffer));
    stored.push(JSON.stringify(rows), ...bytes.map((value) => value.toString('latin1')));
  }
  return stored.join('\n');
}
