/** What is wrong with rules, contacts and tables as a whole, whatever the case. */
import { fieldNames, type FieldName, type Rule } from './model.ts';
import { distance } from './problems.ts';
import { matches, normalise } from './route.ts';
import type { Row, Settings } from './schema.ts';
import { mineOf } from './settings.ts';
import { readLink } from './worklink.ts';

/** Something about the whole set that cannot be what was meant. `with` fills the sentence of its code. */
export type Flaw = {
  code:
    | 'shadowed' //      an earlier rule decides for all its cases
    | 'shadowed_desks' // earlier rules do, one for each desk
    | 'no_desk' //       no desk has such a key
    | 'offers_none' //   a rule that matches and offers nobody
    | 'target_gone' //   offers a target that is not there
    | 'table_gone' //    looks into a table that is not there
    | 'field_like' //    a name that is nearly one of ours
    | 'never_offered' // no rule, row or fallback names the target
    | 'no_id' //         its link says what to do, and not with whom
    | 'no_action' //     its link does not say what to do
    | 'fallback_gone' // a fallback that is not there
    | 'fallback_idle' // a fallback without hours
    | 'row_gone' //      rows name a target that is not there
    | 'no_catalog'; //   rows of assets that offer no catalog, in a table where others do
  /** Index of the rule. */
  rule?: number;
  /** The target's id. */
  target?: string;
  with: string[];
};

/** What the settings themselves do not hold. */
export type Facts = {
  /** Ids of all lookup tables, with those that only rows name. */
  tables: ReadonlySet<string>;
  /** Ids of the targets that rows name. */
  rowTargets: readonly string[];
};

/**
 * Conditions by the name that a case's value is looked up by; desk and kind are none of its fields. Of two of one name,
 * the second stands apart, so that both must hold.
 */
function conditions({ when: { fields = {}, desk, kind, ...named } }: Rule): Map<string, string> {
  const found = new Map<string, string>();
  const add = (name: string, wanted: string | undefined): void => {
    if (wanted !== undefined) found.set(found.has(name) ? `#second ${name}` : name, wanted);
  };
  add('#desk', desk);
  add('#kind', kind);
  for (const [name, wanted] of Object.entries(named)) add(name, wanted);
  for (const [label, wanted] of Object.entries(fields)) add(label.toLowerCase(), wanted);
  return found;
}

/** Does every case that meets all of `narrow` meet all of `wide`? A wanted text stands for all that it matches. */
const covers = (wide: Map<string, string>, narrow: Map<string, string>): boolean =>
  [...wide].every(([field, wanted]) => matches(wanted, narrow.get(field)));

const sameRow = (a: Rule['offer'], b: Rule['offer']): boolean =>
  !Array.isArray(a) && !Array.isArray(b) && a.table === b.table && normalise(a.field) === normalise(b.field);

/** One of our names that this is nearly, but not quite. Labels of desks cannot be known here. */
function meant(field: string): FieldName | undefined {
  const typed = field.trim().toLowerCase();
  if (fieldNames.some((name) => name === typed)) return undefined;
  return fieldNames.find((name) => distance(typed, name) <= (name.length > 5 ? 2 : 1));
}

/** Flaws of rules, in their order, then of contacts, catalogs and pops in theirs. */
export function flawsOf(settings: Settings, { tables, rowTargets }: Facts): Flaw[] {
  const targets: { id: string; link?: string; field?: string }[] = [
    ...settings.contacts,
    ...settings.catalogs,
    ...settings.awaken.pops.map(({ id }) => ({ id })),
  ];
  const known = new Set(targets.map(({ id }) => id));
  const found: Flaw[] = [];
  const offered = new Set(settings.rules.some(({ offer }) => !Array.isArray(offer)) ? rowTargets : []);
  const asked = settings.rules.map(conditions);

  /** The first rule that decides, before the rule `n`, for all cases that meet these conditions; -1: none. */
  const decides = (n: number, rule: Rule, mine: Map<string, string>): number =>
    settings.rules.findIndex((earlier, at) => {
      const wide = asked[at];
      // A rule that looks into a table decides only where there is a row: for the same row it does.
      return (
        at < n && wide && (Array.isArray(earlier.offer) || sameRow(earlier.offer, rule.offer)) && covers(wide, mine)
      );
    });
  /** The rules in whose shadow a rule is. Of all that conditions name, only desks are known one by one. */
  const shadowsOf = (n: number): number[] => {
    const rule = settings.rules[n];
    const mine = asked[n];
    if (settings.match !== 'first' || !rule || !mine) return [];
    const one = decides(n, rule, mine);
    if (one >= 0) return [one];
    const keys = settings.desks.map(({ key }) => key).filter((key) => matches(mine.get('#desk') ?? '*', key));
    const each = keys.map((key) => decides(n, rule, new Map(mine).set('#desk', key)));
    return each.includes(-1) ? [] : [...new Set(each)].toSorted((x, y) => x - y);
  };
  const like = (field: string, at: Pick<Flaw, 'rule' | 'target'>): void => {
    const name = meant(field);
    if (name) found.push({ code: 'field_like', ...at, with: [field, name] });
  };

  settings.rules.forEach((rule, n) => {
    const { when, offer } = rule;
    const shadows = shadowsOf(n);
    const noDesk = when.desk !== undefined && !settings.desks.some(({ key }) => matches(when.desk ?? '', key));
    if (noDesk) found.push({ code: 'no_desk', rule: n, with: [when.desk ?? ''] });
    else if (shadows.length) {
      const code = shadows.length > 1 ? 'shadowed_desks' : 'shadowed';
      found.push({ code, rule: n, with: [shadows.map((at) => at + 1).join(', ')] });
    }
    for (const field of Object.keys(when.fields ?? {})) like(field, { rule: n });
    if (!Array.isArray(offer)) {
      if (!tables.has(offer.table)) found.push({ code: 'table_gone', rule: n, with: [offer.table] });
      like(offer.field, { rule: n });
      return;
    }
    if (!offer.length) found.push({ code: 'offers_none', rule: n, with: [] });
    for (const id of offer) if (!known.has(id)) found.push({ code: 'target_gone', rule: n, with: [id] });
    if (!noDesk && !shadows.length) for (const id of offer) offered.add(id);
  });

  const contacts = new Map(settings.contacts.map((contact) => [contact.id, contact]));
  // Whoever stands in for somebody who is offered may be offered, and so on.
  for (const id of offered) {
    const contact = contacts.get(id);
    if (contact?.hours) for (const other of contact.fallback ?? []) offered.add(other);
  }
  for (const target of targets) {
    const at = { target: target.id };
    const contact = contacts.get(target.id);
    if (!offered.has(target.id)) found.push({ code: 'never_offered', ...at, with: [] });
    const missing = target.link === undefined ? null : lacking(target.link);
    if (missing) found.push({ code: missing, ...at, with: [] });
    if (target.link === undefined && target.field !== undefined) like(target.field, at);
    if (contact?.fallback?.length && !contact.hours) found.push({ code: 'fallback_idle', ...at, with: [] });
    for (const id of contact?.fallback ?? [])
      if (!known.has(id)) found.push({ code: 'fallback_gone', ...at, with: [id] });
  }
  const mine = mineOf(settings);
  if (mine?.link && lacking(mine.link)) found.push({ code: 'no_id', target: mine.id, with: [] });
  for (const id of rowTargets) if (!known.has(id)) found.push({ code: 'row_gone', with: [id] });
  for (const field of Object.values(settings.links.external)) like(field, {});
  return found;
}

/**
 * What a link copied from the CMS must say and does not. Only of `worklink://` links it is known: `action`, and an id
 * of its own for each action but the list of contacts (Scope AR, "Using Deeplinks").
 */
function lacking(link: string): 'no_id' | 'no_action' | null {
  const told = readLink(link);
  if (!told || (!/^worklink:/i.test(link) && told.action === null)) return null;
  if (!told.action) return 'no_action';
  if (/contact_?list|contacts|company/i.test(told.action)) return null;
  const ours = ['action', 'work_order_id', 'case_id', 'desk', 'launch_id'];
  const rest = Object.entries(told.data).filter(([name]) => !ours.includes(name));
  return rest.some(([, values]) => values.some(Boolean)) ? null : 'no_id';
}

/**
 * Rows of assets that offer no catalog, in tables where other rows do: read on demand, since rows are many.
 * @returns one flaw for each such table: its id, how many rows, of how many, and one of them
 */
export function rowFlaws(settings: Settings, rows: Iterable<Row>): Flaw[] {
  const catalogs = new Set(settings.catalogs.map(({ id }) => id));
  const ofAssets = new Set(
    settings.rules.flatMap(({ offer }) =>
      !Array.isArray(offer) && normalise(offer.field) === 'asset' ? [offer.table] : [],
    ),
  );
  const counts = new Map<string, { all: number; bare: number; one: string }>();
  for (const { table, key, offer } of rows) {
    if (!ofAssets.has(table)) continue;
    const count = counts.get(table) ?? { all: 0, bare: 0, one: '' };
    counts.set(table, count);
    count.all += 1;
    if (offer.some((id) => catalogs.has(id))) continue;
    count.bare += 1;
    count.one ||= key;
  }
  return [...counts].flatMap(([table, { all, bare, one }]): Flaw[] =>
    bare && bare < all ? [{ code: 'no_catalog', with: [table, String(bare), String(all), one] }] : [],
  );
}
