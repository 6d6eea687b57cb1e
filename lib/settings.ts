/**
 * What an admin sets: checked, migrated, compiled for one origin. Its shape is schema.ts; an organisation's part, policy.ts.
 * Bad data costs the bad value, with a message, and never anything else.
 */
import type * as z from 'zod';
import { declared, mayAsk, scriptOf } from './desks/index.ts';
import { prepare } from './desks/pattern.ts';
import { openings } from './hours.ts';
import { refusalOf } from './licence.ts';
import { targetKinds, type PageEntry, type Rule, type Target } from './model.ts';
import { problemsOf, spell, type SettingsProblem, type Wrong } from './problems.ts';
import { matches, normalise } from './route.ts';
import { rowSchema, schema, type Row, type Settings } from './schema.ts';
import { linkFault, type LinkFault } from './worklink.ts';

const isObject = (it: unknown): it is Record<PropertyKey, unknown> => typeof it === 'object' && it !== null;

/** Where the items of each list stood in the file: what was taken out before them moves none of the places that are told. */
type Places = Map<string, number[]>;

/** A path as it was in the file. */
function told(path: PropertyKey[], places: Places): string {
  const [list, n, ...rest] = path;
  return spell(typeof n === 'number' ? [list ?? '', places.get(String(list))?.[n] ?? n, ...rest] : path) || 'settings';
}

/** The items of a list that hold. @param holds told each item with where it stood */
function only<T>(items: T[], list: string, places: Places, holds: (item: T, place: number) => boolean): T[] {
  const stood = items.map((_, n) => places.get(list)?.[n] ?? n);
  const left = items.map((item, n) => holds(item, stood[n] ?? n));
  places.set(
    list,
    stood.filter((_, n) => left[n]),
  );
  return items.filter((_, n) => left[n]);
}

/**
 * Takes out the value at `path`. If the same path fails again, as a required value does once it is gone, the caller
 * comes back with one step less, until the item of the list itself goes.
 */
function takeOut(root: unknown, path: PropertyKey[], places: Places): void {
  let at: unknown = root;
  for (const step of path.slice(0, -1)) at = isObject(at) ? at[step] : undefined;
  const last = path.at(-1);
  if (!isObject(at) || last === undefined) return;
  if (Array.isArray(at) && typeof last === 'number') {
    const [list, ...more] = path;
    if (more.length === 1) {
      const stood = places.get(String(list)) ?? at.map((_, n) => n);
      stood.splice(last, 1);
      places.set(String(list), stood);
    }
    at.splice(last, 1);
  } else delete at[last];
}

function has(root: unknown, path: PropertyKey[]): boolean {
  let at: unknown = root;
  for (const step of path) {
    if (!isObject(at) || !Object.hasOwn(at, step)) return false;
    at = at[step];
  }
  return true;
}

/** Where `__proto__` stands as a name of its own: zod leaves it out of records without a word. */
function protoPaths(at: unknown, path: PropertyKey[] = []): PropertyKey[][] {
  if (!isObject(at)) return [];
  return Object.entries(at).flatMap(([name, value]) => {
    const here = [...path, Array.isArray(at) ? Number(name) : name];
    return name === '__proto__' ? [here] : protoPaths(value, here);
  });
}

/**
 * Checks settings of any age and origin.
 * @param input whatever was stored, imported or set by policy; never changed
 * @returns settings that hold, and a problem for each value that did not and was left out. Never throws.
 */
export function parseSettings(input: unknown): { settings: Settings; problems: SettingsProblem[] } {
  const problems: SettingsProblem[] = [];
  const places: Places = new Map();
  let draft: unknown;
  try {
    draft = structuredClone(input ?? {});
  } catch {
    draft = null;
  }
  if (!isObject(draft) || Array.isArray(draft)) {
    if (input !== undefined) problems.push({ path: 'settings', code: 'not_settings' });
    draft = {};
  }
  draft = migrate(draft as Record<string, unknown>);
  for (const path of protoPaths(draft).toReversed()) {
    // A rule that lost a condition goes whole: null is what the schema refuses.
    const [part, n, inside] = path;
    if (part === 'rules' && inside === 'when' && isObject(draft) && Array.isArray(draft.rules))
      draft.rules[Number(n)] = null;
    else takeOut(draft, path, places);
    problems.push({ path: spell(path), code: 'name' });
  }
  // Each round takes out at least one value, so the loop ends; a value fails in a few rounds at most.
  for (;;) {
    const result = schema.safeParse(draft, { reportInput: true });
    if (result.success)
      return { settings: unique(linksChecked(result.data, problems, places), problems, places), problems };
    const round: SettingsProblem[] = [];
    let gone: PropertyKey[] | null = null;
    // From the last to the first: taking out an item of a list moves only those behind it.
    for (const issue of result.error.issues.toReversed()) {
      // A rule that lost a condition would match more cases and offer the wrong expert: the whole rule goes.
      const ofRule = issue.path[0] === 'rules' && issue.path[2] === 'when';
      // Hours that lost a row would say "closed" of somebody who can be called: the contact is always offered instead.
      const ofHours = issue.path[0] === 'contacts' && issue.path[2] === 'hours';
      const whole = ofRule ? issue.path.slice(0, 2) : ofHours ? issue.path.slice(0, 3) : null;
      // The next of several issues of an item that has just gone.
      if (gone?.every((step, n) => step === issue.path[n])) continue;
      if (issue.code === 'unrecognized_keys' && !whole) {
        for (const key of issue.keys.toReversed()) {
          round.push({ path: told([...issue.path, key], places), code: 'unknown' });
          takeOut(draft, [...issue.path, key], places);
        }
        continue;
      }
      let path: PropertyKey[] = whole ?? [...issue.path];
      while (path.length && !has(draft, path)) path = path.slice(0, -1);
      const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
      const found = { ...wrongOf(issue), path: told([...issue.path, ...unknown], places) };
      if (!path.length) return { settings: schema.parse({}), problems: [...problems, found] };
      round.push({ ...found, ...left(told(path, places)) });
      takeOut(draft, path, places);
      gone = path;
    }
    problems.push(...round.toReversed());
  }
}

/** The first thing that zod's issue says: its place is told by the caller, who knows where it stood in the file. */
const wrongOf = (issue: z.core.$ZodIssue | undefined): Wrong => {
  const [{ code, with: values } = { code: 'unfit' as const, with: undefined }] = issue ? problemsOf(issue) : [];
  return { code, ...(values ? { with: values } : {}) };
};

const left = (path: string): Pick<SettingsProblem, 'outcome'> => ({ outcome: { code: 'left', with: [path] } });

const linkCodes = {
  letters: 'link_letters',
  resource: 'link_resource',
  scheme: 'link_scheme',
  'no-link': 'link_none',
  user: 'link_user',
  host: 'link_host',
} as const satisfies Record<LinkFault, Wrong['code']>;

/** Why a link may not be offered; null if it may. @param scheme the one that is right in this place */
export function linkWrong(link: string, hosts: readonly string[], scheme?: 'worklink' | 'https'): Wrong | null {
  const fault = linkFault(link, hosts, scheme);
  if (fault === null) return null;
  return { code: linkCodes[fault], ...(fault === 'host' ? { with: [new URL(link).host] } : {}) };
}

/** A link that is neither WorkLink's own scheme nor https on a known host never gets as far as a page. */
function linksChecked(settings: Settings, problems: SettingsProblem[], places: Places): Settings {
  const hosts = settings.links.linkHosts;
  const sound = (list: 'contacts' | 'catalogs') => (t: { link?: string | undefined }, n: number) => {
    const why = t.link === undefined ? null : linkWrong(t.link, hosts);
    if (why) problems.push({ path: `${list}[${n}].link`, ...why, ...left(`${list}[${n}]`) });
    return !why;
  };
  settings.contacts = only(settings.contacts, 'contacts', places, sound('contacts'));
  settings.catalogs = only(settings.catalogs, 'catalogs', places, sound('catalogs'));
  const defaults = schema.parse({}).links;
  for (const kind of targetKinds) {
    const why = linkWrong(settings.links.templates[kind].replaceAll('{id}', '1'), hosts);
    if (!why) continue;
    problems.push({ path: `links.templates.${kind}`, ...why, outcome: { code: 'preset' } });
    settings.links.templates[kind] = defaults.templates[kind];
  }
  if (settings.links.deferred !== null) {
    const why = linkWrong(settings.links.deferred.replaceAll('{link}', 'worklink%3A%2F%2Fresource'), hosts, 'https');
    if (why) {
      problems.push({ path: 'links.deferred', ...why, outcome: { code: 'deferred' } });
      settings.links.deferred = null;
    }
  }
  const why = settings.myLink === null ? null : linkWrong(settings.myLink, hosts);
  if (why) {
    problems.push({ path: 'myLink', ...why, ...left('myLink') });
    settings.myLink = null;
  }
  return settings;
}

/** Ids must name one thing: the first keeps the name. All that rules can name shares one space. */
function unique(settings: Settings, problems: SettingsProblem[], places: Places): Settings {
  const keep = <T>(list: T[], where: string, name: (item: T) => string, seen: Set<string>): T[] =>
    only(list, where, places, (item, n) => {
      const key = name(item).toLowerCase();
      if (!seen.has(key)) return Boolean(seen.add(key));
      problems.push({ path: `${where}[${n}]`, code: 'twice', with: [name(item)], outcome: { code: 'first' } });
      return false;
    });
  const targets = new Set<string>();
  settings.contacts = keep(settings.contacts, 'contacts', (t) => t.id, targets);
  settings.catalogs = keep(settings.catalogs, 'catalogs', (t) => t.id, targets);
  settings.awaken.pops = keep(settings.awaken.pops, 'awaken.pops', (p) => p.id, targets);
  settings.rules = keep(settings.rules, 'rules', (r) => r.id, new Set());
  settings.tables = keep(settings.tables, 'tables', (t) => t.id, new Set());
  settings.desks = keep(settings.desks, 'desks', (d) => d.key, new Set());
  settings.licences = keep(settings.licences, 'licences', ({ from, to }) => `${from}, ${to}`, new Set());
  const origins = new Set<string>();
  settings.desks.forEach((d, n) => {
    d.origins = keep(d.origins, `desks[${n}].origins`, (o) => o, origins);
  });
  return settings;
}

/** Brings settings of an earlier version to this one. A file of every version stands in tests/unit/fixtures/. */
export function migrate(stored: Record<string, unknown>): Record<string, unknown> {
  const { $schema: _editor, rows: _rows, ...settings } = stored;
  return settings;
}

/** What holds but cannot do what was meant. */
export function warnings(
  settings: Settings,
  tables: Set<string> = new Set(settings.tables.map((t) => t.id)),
): SettingsProblem[] {
  const known = new Set([...settings.contacts, ...settings.catalogs, ...settings.awaken.pops].map((t) => t.id));
  const found: SettingsProblem[] = [];
  settings.rules.forEach((r, n) => {
    if (Array.isArray(r.offer)) {
      for (const t of r.offer)
        if (!known.has(t)) found.push({ path: `rules[${n}].offer`, code: 'gone_target', with: [t] });
    } else if (!tables.has(r.offer.table))
      found.push({ path: `rules[${n}].offer`, code: 'gone_table', with: [r.offer.table] });
  });
  settings.contacts.forEach((c, n) => {
    for (const t of c.fallback ?? [])
      if (!known.has(t)) found.push({ path: `contacts[${n}].fallback`, code: 'gone_target', with: [t] });
  });
  settings.desks.forEach((d, n) => {
    if (d.product !== 'custom' && !Object.hasOwn(declared, d.product))
      found.push({ path: `desks[${n}].product`, code: 'gone_product', with: [d.product] });
    if (!d.origins.length) found.push({ path: `desks[${n}].origins`, code: 'no_address' });
  });
  return found;
}

/** The id of {@link PageEntry}'s `mine`, which no target of an admin can have. */
export const mineId = '~mine';

/**
 * The person's own link, by which an expert calls them.
 * @returns null if it is not set; undefined if they are an expert, or nothing is known of them
 */
export function mineOf({ me, myLink }: Settings): Target | null | undefined {
  if (me.licence === 'expert' || (!me.licence && myLink === null)) return undefined;
  return myLink === null ? null : { id: mineId, name: '', group: 'contact', link: myLink };
}

/** More than these nobody looks through, and a page carries them all. */
const mostFallbacks = 20;

/**
 * Every target that rules and rows can name, with all that is known of it: who is called, whether by their hours, who
 * stands in for them, and whether WorkLink is said to refuse the call.
 * @param now ms since 1970; what is made of hours is the same for a week
 */
export function targetsOf(settings: Settings, now: number): Map<string, Target> {
  const { contacts, catalogs, licences, me, awaken } = settings;
  const all = new Map<string, Target>(catalogs.map((t) => [t.id, { ...t, group: 'catalog' }]));
  // Of a pop, pages know what it is called and no more: where it goes and to whom is the worker's business.
  for (const { id, name } of awaken.pops) all.set(id, { id, name, group: 'pop' });
  for (const { hours, fallback: _, ...t } of contacts) {
    const refusal = refusalOf(licences, me.licence, t.licence);
    const target: Target = { ...t, group: 'contact' };
    if (refusal) target.warn = { me: refusal.from, evidence: refusal.evidence, why: refusal.why };
    if (hours) target.open = openings(hours, now);
    all.set(t.id, target);
  }
  const then = new Map(contacts.map((t) => [t.id, t.fallback ?? []]));
  for (const { id, hours, fallback } of contacts) {
    const target = all.get(id);
    if (!target || !hours || !fallback) continue;
    // First those that the contact names, then those that these name: each once, so that circles end.
    const queue = new Set(fallback);
    for (const next of queue) if (queue.size < mostFallbacks) for (const far of then.get(next) ?? []) queue.add(far);
    queue.delete(id);
    // As they are without their own: whom they name stands here already.
    const others = [...queue].slice(0, mostFallbacks).flatMap((other): Target[] => {
      const found = all.get(other);
      if (!found) return [];
      const { fallback: _own, ...rest } = found;
      return [rest];
    });
    if (others.length) all.set(id, { ...target, fallback: others });
  }
  return all;
}

/**
 * All that the pages of one origin may know. Its size follows the rules for that desk, never the length of the lists.
 * @param evenOff also for a desk that is switched off: the popup serves it all the same
 * @param now ms since 1970; the entry is the same for a week (hours.ts)
 * @returns null where no desk that is switched on has this origin
 */
export function compile(settings: Settings, at: string, evenOff = false, now = Date.now()): PageEntry | null {
  const found = settings.desks.find((d) => (d.on || evenOff) && d.origins.includes(at));
  return found ? entryOf(settings, found, now) : null;
}

/** As {@link compile}, for one of the desks. @returns null where its product is not known */
export function entryOf(settings: Settings, found: Settings['desks'][number], now: number): PageEntry | null {
  const product =
    found.product === 'custom'
      ? found.custom && { name: found.name ?? 'Desk', data: found.custom }
      : Object.hasOwn(declared, found.product) && declared[found.product];
  if (!product) return null;
  const script = scriptOf(found.product);
  const rules: Rule[] = settings.rules.filter((r) => !r.when.desk || matches(r.when.desk, found.key));
  const all = targetsOf(settings, now);
  const mine = mineOf(settings);
  const targets: Record<string, Target> = {};
  for (const r of rules)
    if (Array.isArray(r.offer))
      for (const name of r.offer) {
        const target = all.get(name);
        if (target) targets[name] = target;
      }
  return {
    v: 2,
    key: found.key,
    product: found.product,
    name: found.name ?? product.name,
    desk: prepare(product.data),
    ...(script ? { script } : {}),
    ...(found.rest && mayAsk(found.product) ? { rest: true as const } : {}),
    match: settings.match,
    rules,
    targets,
    links: settings.links,
    ...(mine === undefined ? {} : { mine }),
  };
}

/**
 * Checks rows of lookup tables: a bad or repeated row is left out with a problem, the others stand.
 * @param input the `rows` of a settings file
 */
export function parseRows(input: unknown): { rows: Row[]; problems: SettingsProblem[] } {
  const problems: SettingsProblem[] = [];
  if (input === undefined) return { rows: [], problems };
  if (!Array.isArray(input)) return { rows: [], problems: [{ path: 'rows', code: 'not_list' }] };
  const seen = new Set<string>();
  const rows = input.flatMap((item, n): Row[] => {
    const result = rowSchema.safeParse(item, { reportInput: true });
    if (!result.success) {
      const [issue] = result.error.issues;
      problems.push({ ...wrongOf(issue), path: spell(['rows', n, ...(issue?.path ?? [])]) });
      return [];
    }
    const name = `${result.data.table}:${normalise(result.data.key)}`;
    if (seen.has(name)) {
      problems.push({ path: `rows[${n}]`, code: 'row_twice', with: [result.data.key], outcome: { code: 'first' } });
      return [];
    }
    seen.add(name);
    return [result.data];
  });
  return { rows, problems };
}
