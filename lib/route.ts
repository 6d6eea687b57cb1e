/** From a case and the admin's rules to the targets that are offered. */
import type { Case, PageEntry, Rule, Target, When } from './model.ts';
import { fieldOf } from './worklink.ts';

/** Values are compared, and rows of tables found, by this form: no case, no outer or repeated space. */
export const normalise = (text: string): string => text.trim().replace(/\s+/g, ' ').toLowerCase();

/** Ignores case and repeated spaces; a trailing `*` makes a prefix, and `*` alone asks for any value. */
export function matches(wanted: string, actual: string | undefined): boolean {
  if (!actual) return false;
  const want = normalise(wanted);
  return want.endsWith('*') ? normalise(actual).startsWith(want.slice(0, -1)) : normalise(actual) === want;
}

/** The first condition that a case fails, as `[field, wanted]`; null if it meets them all. */
export function failing(when: When, record: Case): [field: string, wanted: string] | null {
  const { fields = {}, desk, kind, ...named } = when;
  if (desk !== undefined && !matches(desk, record.desk)) return ['desk', desk];
  if (kind !== undefined && !matches(kind, record.kind)) return ['kind', kind];
  for (const [field, wanted] of [...Object.entries(named), ...Object.entries(fields)])
    if (wanted !== undefined && !matches(wanted, fieldOf(record, field))) return [field, wanted];
  return null;
}

/** One row of a lookup table: the targets of this key, or null if there is no such row. */
export type Lookup = (table: string, key: string) => Promise<Target[] | null>;

async function offered(rule: Rule, record: Case, entry: PageEntry, lookup: Lookup): Promise<Target[] | null> {
  if (failing(rule.when, record)) return null;
  if (Array.isArray(rule.offer))
    return rule.offer.flatMap((id) => (Object.hasOwn(entry.targets, id) && entry.targets[id]) || []);
  const key = fieldOf(record, rule.offer.field);
  return key ? lookup(rule.offer.table, key) : null;
}

/**
 * The targets for a case, in the order of the rules, each once.
 * A rule that looks into a table matches only where the table has the row.
 * @param tell told of each rule that was read, and what it offers; null: it does not match
 * @returns null if no rule covers the case
 */
export async function route(
  entry: PageEntry,
  record: Case,
  lookup: Lookup,
  tell?: (rule: Rule, targets: Target[] | null) => void,
): Promise<Target[] | null> {
  const found = new Map<string, Target>();
  let covered = false;
  for (const rule of entry.rules) {
    // oxlint-disable-next-line no-await-in-loop -- the first rule that matches decides whether the next is asked
    const targets = await offered(rule, record, entry, lookup);
    tell?.(rule, targets);
    if (!targets) continue;
    covered = true;
    for (const target of targets) if (!found.has(target.id)) found.set(target.id, target);
    if (entry.match === 'first') break;
  }
  return covered ? [...found.values()] : null;
}

/**
 * All that any rule could offer for a case of which only the desk is known: its number was typed, or its fields belong
 * to another record.
 * @returns null if that is nothing
 */
export function possible(entry: PageEntry): Target[] | null {
  const { key } = entry;
  const rules = entry.rules.filter(({ when }) => when.desk === undefined || matches(when.desk, key));
  const ids = new Set(rules.flatMap(({ offer }) => (Array.isArray(offer) ? offer : [])));
  const found = [...ids].flatMap((id) => (Object.hasOwn(entry.targets, id) ? (entry.targets[id] ?? []) : []));
  return found.length ? found : null;
}
