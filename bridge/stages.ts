/** What an admin calls the statuses that ServiceOptimizer sends: they are not documented, and every system has its own. */
import { sql } from 'kysely';
import type { Config } from './config.ts';
import type { Db } from './db.ts';

/** Makes the database's map the configuration's, so that what was pushed before is told by it as well. */
export async function keepStages(db: Db, { serviceoptimizer }: Pick<Config, 'serviceoptimizer'>): Promise<void> {
  const rows = Object.entries(serviceoptimizer).flatMap(([instance, { stages }]) =>
    Object.entries(stages).map(([raw, stage]) => ({ instance, raw, stage })),
  );
  await db.transaction().execute(async (trx) => {
    // Several bridges may start at once.
    await sql`select pg_advisory_xact_lock(7360223)`.execute(trx);
    const old = await trx.deleteFrom('stage').returningAll().execute();
    if (rows.length) await trx.insertInto('stage').values(rows).execute();
    const keyOf = ({ instance, raw, stage }: (typeof rows)[number]) => JSON.stringify([instance, raw, stage]);
    const [before, after] = [new Set(old.map(keyOf)), new Set(rows.map(keyOf))];
    const changed = [...rows.filter((row) => !before.has(keyOf(row))), ...old.filter((row) => !after.has(keyOf(row)))];
    // What is told of these is another thing now, so that exports tell them again.
    if (changed.length)
      await sql`
        update event set told = null
        from unnest(${changed.map(({ instance }) => instance)}::text[], ${changed.map(({ raw }) => raw)}::text[])
          as changed (instance, raw)
        where source = 'serviceoptimizer' and via = instance and detail = raw and told is not null
      `.execute(trx);
  });
}
