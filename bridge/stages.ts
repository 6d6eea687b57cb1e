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
    await trx.deleteFrom('stage').execute();
    if (rows.length) await trx.insertInto('stage').values(rows).execute();
  });
}
