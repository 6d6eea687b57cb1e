/** When cases were opened, assigned, resolved and reopened: how that is kept, whoever told. */
import { sql, type RawBuilder } from 'kysely';
import type { Db, Trx } from '../db.ts';

/** What is known of one case. What a desk did not say is null. */
export type CaseTime = {
  desk: string;
  kind: string;
  id: string;
  number: string | null;
  queue: string | null;
  priority: string | null;
  assetClass: string | null;
  /** As the desk has it. */
  status: string | null;
  openedAt: Date;
  assignedAt: Date | null;
  /** Null while it is open, also where it was resolved once and opened again. */
  resolvedAt: Date | null;
  /** How often it was opened again, null where nobody said; and when last. */
  reopened: number | null;
  reopenedAt: Date | null;
  /** Known to be so up to then. */
  seenAt: Date;
};

/** At most so many in one statement. */
const most = 5000;

type Columns = Record<string, { type: string; of: (row: CaseTime) => string | number | Date | null }>;
const columns: Columns = {
  desk: { type: 'text', of: (row) => row.desk },
  kind: { type: 'text', of: (row) => row.kind },
  case_id: { type: 'text', of: (row) => row.id },
  number: { type: 'text', of: (row) => row.number },
  queue: { type: 'text', of: (row) => row.queue },
  priority: { type: 'text', of: (row) => row.priority },
  asset_class: { type: 'text', of: (row) => row.assetClass },
  status: { type: 'text', of: (row) => row.status },
  opened_at: { type: 'timestamptz', of: (row) => row.openedAt },
  assigned_at: { type: 'timestamptz', of: (row) => row.assignedAt },
  resolved_at: { type: 'timestamptz', of: (row) => row.resolvedAt },
  reopened: { type: 'integer', of: (row) => row.reopened },
  reopened_at: { type: 'timestamptz', of: (row) => row.reopenedAt },
  seen_at: { type: 'timestamptz', of: (row) => row.seenAt },
};
const names = Object.keys(columns);
/** What is compared to tell whether something changed: all but the key and the time of looking. */
const told = names.filter((name) => !['desk', 'kind', 'case_id', 'seen_at'].includes(name));

const listed = (rows: readonly CaseTime[]): RawBuilder<unknown> =>
  sql.join(
    names.map((name) => {
      const column = columns[name];
      return sql`${rows.map((row) => column?.of(row) ?? null)}::${sql.raw(`${column?.type}[]`)}`;
    }),
  );
const refs = (table: string, of: readonly string[]) => sql.join(of.map((name) => sql.ref(`${table}.${name}`)));

/** What storing would do, or did. `kept`: their desk's own API told of these, which counts for more than a file. */
export type Stored = { added: number; changed: number; same: number; kept: number };

/** Says what storing would do, without doing it. */
export async function compareTimes(db: Db | Trx, rows: readonly CaseTime[], source: 'desk' | 'file'): Promise<Stored> {
  const sum: Stored = { added: 0, changed: 0, same: 0, kept: 0 };
  for (let from = 0; from < rows.length; from += most) {
    // oxlint-disable-next-line no-await-in-loop -- one statement of bounded size after the other
    const { rows: answer } = await sql<Record<keyof Stored, string>>`
      select count(*) filter (where t.id is null) as added,
        count(*) filter (where t.source = 'desk' and ${source} = 'file') as kept,
        count(*) filter (where t.id is not null and not (t.source = 'desk' and ${source} = 'file')
          and (${refs('n', told)}) is distinct from (${refs('t', told)})) as changed,
        count(*) as same
      from unnest(${listed(rows.slice(from, from + most))}) as n(${sql.raw(names.join(', '))})
      left join case_time t on t.desk = n.desk and t.kind = n.kind and t.case_id = n.case_id`.execute(db);
    const [one] = answer;
    if (!one) continue;
    const [added, changed, kept] = [Number(one.added), Number(one.changed), Number(one.kept)];
    sum.added += added;
    sum.changed += changed;
    sum.kept += kept;
    sum.same += Number(one.same) - added - changed - kept;
  }
  return sum;
}

/** Stores them; what did not change is left as it is. No two of one call may be of one case. */
export async function storeTimes(db: Db | Trx, rows: readonly CaseTime[], source: 'desk' | 'file'): Promise<void> {
  for (let from = 0; from < rows.length; from += most)
    // oxlint-disable-next-line no-await-in-loop -- as above
    await sql`
      insert into case_time as t (${sql.raw(names.join(', '))}, source)
      select n.*, ${source}::text from unnest(${listed(rows.slice(from, from + most))}) as n
      on conflict (desk, kind, case_id) do update set
        ${sql.join([...told, 'seen_at'].map((name) => sql`${sql.ref(name)} = ${sql.ref(`excluded.${name}`)}`))},
        source = excluded.source, lost = false
      -- A row that is written again loses its place in exports, so only what is new is written.
      where (t.source = 'file' or excluded.source = 'desk')
        and ((${refs('t', told)}, t.source) is distinct from (${refs('excluded', told)}, excluded.source)
          or t.lost or (t.resolved_at is null and t.seen_at < excluded.seen_at))`.execute(db);
}
