/** What of the data a view of the report is about. All of it stands in the address, so that a view can be sent on. */
import { sql, type RawBuilder } from 'kysely';

/** What cases are alike in. Null in a cell: the desk did not say. */
export const traits = ['desk', 'queue', 'priority', 'asset_class'] as const;
export type Trait = (typeof traits)[number];
export const traitNames: Record<Trait, string> = {
  desk: 'Desk',
  queue: 'Queue',
  priority: 'Priority',
  asset_class: 'Asset class',
};

/** Hours after opening at which two groups can be compared; 0 is from opening on. */
export const starts = [0, 1, 4, 24] as const;

export type Filter = {
  /** Days in UTC, both included: `2026-01-31`. */
  from?: string;
  to?: string;
  is: Partial<Record<Trait, string>>;
  /** In which traits cases have to be alike to be compared in the table. */
  within: Trait[];
  start: (typeof starts)[number];
};

const day = (text: string | null): string | undefined =>
  text && /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00Z`).toJSON()?.startsWith(text) ? text : undefined;

/** Reads an address; what it does not understand is left out. */
export function readFilter(query: URLSearchParams): Filter {
  const [from, to] = [day(query.get('from')), day(query.get('to'))];
  const is = Object.fromEntries(
    traits.flatMap((trait) => {
      const value = query.get(trait)?.slice(0, 256).replaceAll('\0', '').toWellFormed();
      return value ? [[trait, value]] : [];
    }),
  );
  const asked = query.getAll('within');
  const within = traits.filter((trait) => asked.includes(trait));
  return {
    ...(from && { from }),
    ...(to && { to }),
    is,
    within: within.length ? within : ['desk', 'priority'],
    start: starts.find((start) => String(start) === query.get('start')) ?? 0,
  };
}

/** The shortest address of a filter: `?desk=rt&start=4`, or an empty text. */
export function writeFilter({ from, to, is, within, start }: Filter): string {
  const query = new URLSearchParams();
  if (from) query.set('from', from);
  if (to) query.set('to', to);
  for (const trait of traits) if (is[trait]) query.set(trait, is[trait]);
  if (within.join() !== 'desk,priority') for (const trait of within) query.append('within', trait);
  if (start) query.set('start', String(start));
  return query.size ? `?${query}` : '';
}

/** Conditions on a time and on a case's traits, as SQL. `time` and `table` are names of ours, never a person's text. */
export function conditions(
  filter: Pick<Filter, 'from' | 'to' | 'is'>,
  time: string,
  table?: string,
): RawBuilder<boolean> {
  const parts = [sql<boolean>`true`];
  if (filter.from) parts.push(sql`${sql.ref(time)} >= ${`${filter.from}T00:00:00Z`}::timestamptz`);
  if (filter.to) parts.push(sql`${sql.ref(time)} < ${`${filter.to}T00:00:00Z`}::timestamptz + interval '1 day'`);
  if (table)
    for (const trait of traits)
      if (filter.is[trait]) parts.push(sql`${sql.ref(`${table}.${trait}`)} = ${filter.is[trait]}`);
  return sql`(${sql.join(parts, sql` and `)})`;
}

/** Whether it asks for cases that only their desk can tell of. */
export const asksForTraits = ({ is }: Filter): boolean => traits.some((trait) => is[trait] !== undefined);
