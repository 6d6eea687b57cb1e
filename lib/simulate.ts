/**
 * What would be offered for a case, and why: the same rules, links and hours as on a page, with each step told. And
 * what is wrong with a whole set of rules and targets, whatever the case.
 */
import { fieldNames, type Case, type FieldName, type Offer, type PageEntry, type Rule, type Target } from './model.ts';
import { versionOf } from './qr.ts';
import { failing, matches, normalise, route, type Lookup } from './route.ts';
import type { Row, Settings } from './schema.ts';
import { entryOf, mineOf } from './settings.ts';
import { viewOf } from './view.ts';
import { fieldOf, newLaunchId, readLink } from './worklink.ts';

/** A condition that a case does not meet; `got` absent: the case has no such value. */
export type Failed = { field: string; wanted: string; got: string | undefined };

/** One rule, in order. `rows` is what a rule asks of a lookup table, where its conditions hold. */
export type Step = {
  rule: Rule;
  /** `unread`: an earlier rule has decided. `empty`: the case has no value to look up. `no-row`: the table has none. */
  state: 'matched' | 'failed' | 'unread' | 'empty' | 'no-row';
  failed: Failed[];
  /** The key that was looked up. */
  key: string | undefined;
  /** What it offers for this case. */
  targets: { id: string; name: string }[];
};

/** One parameter of a link. `field`: the case's field that an external parameter takes. */
export type Param = { name: string; value: string; from: 'link' | 'case' | 'launch' | 'external'; field?: string };

/** An offer of the view with all that its link is made of. */
export type Simulated = Offer & {
  params: Param[];
  /** Version of the code of each link; null: too long for any. */
  versions: { app?: number | null; phone?: number | null };
};

export type Outcome = {
  steps: Step[];
  /** Null: no rule covers the case. */
  offers: Simulated[] | null;
  closed: { name: string; until: number; zone: string }[];
  /** External data that the case has no value for. */
  missing: { name: string; field: string }[];
};

/** All conditions that fail, each found by the engine that pages use. */
function allFailed(rule: Rule, record: Case): Failed[] {
  const found: Failed[] = [];
  let { when } = rule;
  for (;;) {
    const [field, wanted] = failing(when, record) ?? [];
    if (field === undefined || wanted === undefined) return found;
    const got = field === 'desk' ? record.desk : field === 'kind' ? record.kind : fieldOf(record, field);
    found.push({ field, wanted, got: got || undefined });
    const { [field as 'queue']: _named, fields = {}, ...rest } = when;
    const { [field]: _own, ...others } = fields;
    // A named field and a label may have one name; the named one was asked first.
    when = Object.hasOwn(when, field) ? { ...rest, fields } : { ...when, fields: others };
  }
}

/** What the parameters of a link are. */
function paramsOf(link: string, settings: Settings): Param[] {
  const told = readLink(link);
  const { external } = settings.links;
  return Object.entries(told?.data ?? {}).map(([name, values]): Param => {
    const value = values.join(', ');
    if (name === 'launch_id') return { name, value, from: 'launch' };
    if (name === 'work_order_id' || name === 'case_id' || name === 'desk') return { name, value, from: 'case' };
    const field = Object.hasOwn(external, name) ? external[name] : undefined;
    return field === undefined ? { name, value, from: 'link' } : { name, value, from: 'external', field };
  });
}

function versionsOf({ href, phone }: Offer): Simulated['versions'] {
  return {
    ...(href && /^worklink:/i.test(href) ? { app: versionOf(href) } : {}),
    ...(phone ? { phone: versionOf(phone) } : {}),
  };
}

/**
 * What a desk's page would do with a case.
 * @param deskKey one of the configured desks; also one that is switched off
 * @param lookupOf finds rows of lookup tables
 * @param now ms since 1970, by which hours are read
 * @returns null if that desk is not known
 */
export async function simulate(
  settings: Settings,
  deskKey: string,
  given: Omit<Case, 'desk'>,
  lookupOf: (entry: PageEntry) => Lookup,
  now: number,
): Promise<Outcome | null> {
  const desk = settings.desks.find(({ key }) => key === deskKey);
  const entry = desk && entryOf(settings, desk, now);
  if (!entry) return null;
  const record: Case = { ...given, desk: entry.key };
  const told = new Map<Rule, Target[] | null>();
  const targets = await route(entry, record, lookupOf(entry), (rule, found) => told.set(rule, found));
  const decided = settings.match === 'first' ? settings.rules.findIndex((rule) => told.get(rule)) : -1;
  const steps = settings.rules.map((rule, n): Step => {
    const failed = allFailed(rule, record);
    const key = Array.isArray(rule.offer) || failed.length ? undefined : fieldOf(record, rule.offer.field);
    const found = told.get(rule);
    const state = found
      ? 'matched'
      : decided >= 0 && n > decided
        ? 'unread'
        : failed.length
          ? 'failed'
          : key
            ? 'no-row'
            : 'empty';
    return { rule, state, failed, key, targets: (found ?? []).map(({ id, name }) => ({ id, name })) };
  });
  const { offers, closed = [] } = viewOf(record, targets, undefined, entry, newLaunchId, now);
  return {
    steps,
    offers:
      targets &&
      offers.map((offer) => ({
        ...offer,
        params: paramsOf(offer.href ?? '', settings),
        versions: versionsOf(offer),
      })),
    closed,
    missing: Object.entries(settings.links.external).flatMap(([name, field]) =>
      fieldOf(record, field) ? [] : [{ name, field }],
    ),
  };
}

/** The link of the first contact as these settings write it, or a sample contact's, for a case of any kind. */
export function sampleOf(settings: Settings, record: Case): Simulated {
  const { id = 'sample', name = '', link, kind = 'user', value = '497' } = settings.contacts[0] ?? {};
  const target: Target = { id, name, group: 'contact', link, kind, value };
  const { offers } = viewOf(record, [target], undefined, { links: settings.links }, newLaunchId, 0);
  const offer: Offer = offers[0] ?? { id, name, group: 'contact' };
  return { ...offer, params: paramsOf(offer.href ?? '', settings), versions: versionsOf(offer) };
}

/** A case that was typed or pasted, as far as it could be read. */
export type Typed = { record: Omit<Case, 'desk'>; desk?: string };

const isObject = (it: unknown): it is Record<string, unknown> =>
  typeof it === 'object' && it !== null && !Array.isArray(it);
const isName = (name: string): name is FieldName => fieldNames.some((each) => each === name);

/**
 * Reads a case from what people have at hand: the JSON of `npm run read`, of *Copy for admin*, or of a case itself;
 * or lines of `field: value`, where a field is one of ours or a label on the desk's page.
 * @returns null if nothing in it is a value of a case
 */
export function readTyped(text: string): Typed | null {
  const pairs = /^\s*\{/.test(text) ? pairsOfJson(text) : pairsOfLines(text);
  const record: Typed['record'] = { kind: '', id: '', fields: {} };
  let desk: string | undefined;
  for (const [name, value] of pairs ?? []) {
    const field = name.trim().toLowerCase();
    const known = value.trim();
    if (!known) continue;
    if (field === 'desk') desk = known;
    else if (field === 'kind' || field === 'id' || field === 'number' || isName(field)) record[field] ||= known;
    else record.fields = { ...record.fields, [name.trim()]: known };
  }
  const some =
    Object.keys(record.fields).length || Object.values(record).some((each) => each && typeof each === 'string');
  return some ? { record, ...(desk === undefined ? {} : { desk }) } : null;
}

type Pairs = [name: string, value: string][];

function pairsOfJson(text: string): Pairs | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  // `npm run read` puts the case under `case`, *Copy for admin* that under `read`.
  for (const within of ['read', 'case']) if (isObject(value) && isObject(value[within])) value = value[within];
  if (!isObject(value)) return null;
  const { fields, ...named } = value;
  const scalars = Object.entries({ ...(isObject(fields) ? fields : {}) }).concat(Object.entries(named));
  return scalars.flatMap(([name, each]) =>
    typeof each === 'string' || typeof each === 'number' ? [[name, String(each)] satisfies Pairs[number]] : [],
  );
}

/** `Queue: Field Service`, one per line; a tab or a `=` parts as well, as tables of other programs paste. */
const pairsOfLines = (text: string): Pairs =>
  text.split(/\r?\n/).flatMap((line) => {
    const [, name, value] = /^\s*([^:=\t]{1,200}?)\s*[:=\t]\s*(.*)$/.exec(line) ?? [];
    return name && value ? [[name, value] satisfies Pairs[number]] : [];
  });

/** Something about the whole set that cannot be what was meant. `with` fills the sentence of its code. */
export type Flaw = {
  code:
    | 'shadowed' //      an earlier rule decides for all its cases
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

/** How many letters one must change, add or leave out to make one word of another; at most `most`, else more than it. */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}

/** One of our names that this is nearly, but not quite. Labels of desks cannot be known here. */
function meant(field: string): FieldName | undefined {
  const typed = field.trim().toLowerCase();
  if (isName(typed)) return undefined;
  return fieldNames.find((name) => distance(typed, name, 2) <= (name.length > 5 ? 2 : 1));
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

  const shadowOf = (n: number): number => {
    const rule = settings.rules[n];
    const mine = asked[n];
    if (settings.match !== 'first' || !rule || !mine) return -1;
    return settings.rules.findIndex((earlier, at) => {
      const wide = asked[at];
      // A rule that looks into a table decides only where there is a row: for the same row it does.
      return (
        at < n && wide && (Array.isArray(earlier.offer) || sameRow(earlier.offer, rule.offer)) && covers(wide, mine)
      );
    });
  };
  const like = (field: string, at: Pick<Flaw, 'rule' | 'target'>): void => {
    const name = meant(field);
    if (name) found.push({ code: 'field_like', ...at, with: [field, name] });
  };

  settings.rules.forEach((rule, n) => {
    const { when, offer } = rule;
    const shadow = shadowOf(n);
    const noDesk = when.desk !== undefined && !settings.desks.some(({ key }) => matches(when.desk ?? '', key));
    if (noDesk) found.push({ code: 'no_desk', rule: n, with: [when.desk ?? ''] });
    else if (shadow >= 0) found.push({ code: 'shadowed', rule: n, with: [String(shadow + 1)] });
    for (const field of Object.keys(when.fields ?? {})) like(field, { rule: n });
    if (!Array.isArray(offer)) {
      if (!tables.has(offer.table)) found.push({ code: 'table_gone', rule: n, with: [offer.table] });
      like(offer.field, { rule: n });
      return;
    }
    if (!offer.length) found.push({ code: 'offers_none', rule: n, with: [] });
    for (const id of offer) if (!known.has(id)) found.push({ code: 'target_gone', rule: n, with: [id] });
    if (!noDesk && shadow < 0) for (const id of offer) offered.add(id);
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
