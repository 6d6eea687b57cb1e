/**
 * What an admin sets: schema, defaults, migrations, managed policy merged over local, compiled for one origin.
 * Bad data costs the bad value, with a message, and never anything else.
 */
import * as z from 'zod';
import { allowedLink, reservedParams } from './worklink.ts';
import { declared } from './desks/index.ts';
import { patternProblem } from './desks/pattern.ts';
import { normalise } from './route.ts';
import { targetKinds, type PageEntry, type Rule, type Target } from './model.ts';

// zod's compiler probes `new Function`, which an extension's CSP refuses and reports.
z.config({ jitless: true });

const text = (max: number) => z.string().trim().min(1).max(max);
const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'use letters, digits, dot, dash and underscore');

const reading = z
  .strictObject({
    css: text(300).optional(),
    label: text(200).optional(),
    attr: text(100).optional(),
    after: z.string().min(1).max(50).optional(),
    before: z.string().min(1).max(50).optional(),
    seen: z
      .string()
      .regex(/^\d{4}-\d\d$/)
      .optional(),
  })
  .refine((r) => (r.css === undefined) !== (r.label === undefined), 'give either css or label');

const pattern = text(500).superRefine((value, ctx) => {
  const problem = patternProblem(value);
  if (problem) ctx.addIssue({ code: 'custom', message: problem });
});

const readings = z.array(reading).max(20);

/** A desk described as data. */
export const deskData = z.strictObject({
  owns: z.array(text(300)).max(20).optional(),
  identity: z.enum(['address', 'page']).optional(),
  addresses: z.array(pattern).max(30),
  never: z.array(pattern).max(30).optional(),
  kind: text(60).optional(),
  scope: z.array(text(300)).max(20).optional(),
  single: text(300).optional(),
  shows: z.strictObject({ id: readings.optional(), number: readings.optional(), kind: readings.optional() }).optional(),
  rows: z
    .array(z.strictObject({ row: text(300), label: text(300).optional(), value: text(300) }))
    .max(20)
    .optional(),
  read: z
    .strictObject({
      title: readings,
      requester: readings,
      assignee: readings,
      queue: readings,
      asset: readings,
      priority: readings,
      status: readings,
      opened: readings,
    })
    .partial()
    .optional(),
  anchors: z
    .array(z.strictObject({ css: text(300), place: z.enum(['inside', 'after']).optional() }))
    .max(20)
    .optional(),
});

/** `https://desk.example` or `http://127.0.0.1:8081`: scheme, host and port, nothing more. */
const origin = z.string().superRefine((value, ctx) => {
  try {
    const url = new URL(value);
    if (url.origin === value && /^https?:$/.test(url.protocol)) return;
  } catch {
    // said below
  }
  ctx.addIssue({ code: 'custom', message: 'give scheme and host only, such as https://desk.example' });
});

const desk = z
  .strictObject({
    key: z.string().regex(/^[a-z0-9-]{1,24}$/, 'use up to 24 lower-case letters, digits and dashes'),
    product: id,
    name: text(80).optional(),
    origins: z.array(origin).max(50),
    /** How to read it, for the product `custom`. */
    custom: deskData.optional(),
    /** Off: nothing is shown on this desk, its settings are kept. */
    on: z.boolean().default(true),
  })
  .refine((d) => d.product !== 'custom' || d.custom !== undefined, {
    message: 'a custom desk needs its description',
    path: ['custom'],
  });

const targetShape = {
  id,
  name: text(120),
  link: text(2000).optional(),
  kind: z.enum(targetKinds).optional(),
  value: text(300).optional(),
  field: text(100).optional(),
};
const needsAim = {
  check: (t: { link?: string; kind?: string; value?: string; field?: string }) =>
    t.link !== undefined || t.kind === 'contact_list' || (t.kind !== undefined && (t.value ?? t.field) !== undefined),
  message: 'give a link copied from the WorkLink CMS, or a kind and an id',
};
const contact = z
  .strictObject({ ...targetShape, licence: z.enum(['guest', 'tech', 'tech-plus', 'expert']).optional() })
  .refine(needsAim.check, needsAim.message);
const catalog = z.strictObject(targetShape).refine(needsAim.check, needsAim.message);

const value = text(300);
const rule = z.strictObject({
  id,
  when: z
    .strictObject({
      desk: value,
      kind: value,
      queue: value,
      asset: value,
      priority: value,
      requester: value,
      assignee: value,
      fields: z.record(text(200), value),
    })
    .partial()
    .default({}),
  offer: z.union([z.array(id).max(50), z.strictObject({ table: id, field: text(100) })]),
});

const template = z.string().max(500);
const links = z.strictObject({
  /** Only `catalog` is documented literally by the vendor; the others are presets to check against the CMS. */
  templates: z
    .strictObject({
      catalog: template.default('worklink://resource?action=fetch_catalog&catalog={id}'),
      asset: template.default('worklink://resource?action=fetch_catalog&asset={id}'),
      scenario: template.default('worklink://resource?action=fetch_scenario&scenario={id}'),
      user: template.default('worklink://resource?action=fetch_user&user={id}'),
      contact_list: template.default('worklink://resource?action=fetch_contact_list'),
      contact_group: template.default('worklink://resource?action=fetch_contact_group&group={id}'),
    })
    .prefault({}),
  /** The https wrapper for phones; null turns it off. */
  deferred: z
    .string()
    .max(500)
    .refine((s) => s.includes('{link}'), 'must contain {link}')
    .nullable()
    .default('https://getworklink.com/deferred?deep_link={link}'),
  linkHosts: z
    .array(z.string().regex(/^[a-z0-9.-]{1,253}$/))
    .max(20)
    .default(['getworklink.com']),
  /** Extra external data: parameter name -> case field. Nothing personal by default. */
  external: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z][A-Za-z0-9_]{0,39}$/, 'use letters, digits and underscore')
        .refine((name) => !reservedParams.has(name.toLowerCase()), 'is reserved by WorkLink or Deskcall'),
      text(100),
    )
    .default({}),
});

const schema = z.strictObject({
  version: z.literal(1).default(1),
  desks: z.array(desk).max(200).default([]),
  contacts: z.array(contact).max(20_000).default([]),
  catalogs: z.array(catalog).max(20_000).default([]),
  rules: z.array(rule).max(2_000).default([]),
  /** The tables' names; their rows are stored one by one (lib/browser/store.ts). */
  tables: z
    .array(z.strictObject({ id, name: text(120).optional() }))
    .max(100)
    .default([]),
  /** `first`: the first rule that matches decides. `all`: what all matching rules offer, in order. */
  match: z.enum(['first', 'all']).default('first'),
  links: links.prefault({}),
});

export type Settings = z.infer<typeof schema>;

/** One row of a lookup table: "this asset is served by these targets". */
export const rowSchema = z.strictObject({ table: id, key: text(300), offer: z.array(id).min(1).max(50) });
export type Row = z.infer<typeof rowSchema>;

/** A sentence about one value; `path` is where it stands, `contacts[2].link`. */
export type SettingsProblem = { path: string; message: string };

/** The JSON Schema of a settings file, for editors and other tools; `npm run schema` writes it to docs/. */
export const jsonSchema = (): unknown =>
  z.toJSONSchema(
    z.strictObject({ ...schema.shape, rows: z.array(rowSchema).optional() }).meta({ title: 'Deskcall settings' }),
    { io: 'input', unrepresentable: 'any' },
  );

const spell = (path: PropertyKey[]): string =>
  path.map((p, n) => (typeof p === 'number' ? `[${p}]` : n ? `.${String(p)}` : String(p))).join('') || 'settings';

const isObject = (it: unknown): it is Record<PropertyKey, unknown> => typeof it === 'object' && it !== null;

/**
 * Takes out the value at `path`. If the same path fails again, as a required value does once it is gone, the caller
 * comes back with one step less, until the item of the list itself goes.
 */
function takeOut(root: unknown, path: PropertyKey[]): void {
  let at: unknown = root;
  for (const step of path.slice(0, -1)) at = isObject(at) ? at[step] : undefined;
  const last = path.at(-1);
  if (!isObject(at) || last === undefined) return;
  if (Array.isArray(at) && typeof last === 'number') at.splice(last, 1);
  else delete at[last];
}

function has(root: unknown, path: PropertyKey[]): boolean {
  let at: unknown = root;
  for (const step of path) {
    if (!isObject(at) || !Object.hasOwn(at, step)) return false;
    at = at[step];
  }
  return true;
}

/**
 * Checks settings of any age and origin.
 * @param input whatever was stored, imported or set by policy; never changed
 * @returns settings that hold, and a sentence for each value that did not and was left out. Never throws.
 */
export function parseSettings(input: unknown): { settings: Settings; problems: SettingsProblem[] } {
  const problems: SettingsProblem[] = [];
  let draft: unknown;
  try {
    draft = structuredClone(input ?? {});
  } catch {
    draft = null;
  }
  if (!isObject(draft) || Array.isArray(draft)) {
    if (input !== undefined) problems.push({ path: 'settings', message: 'is not a settings object' });
    draft = {};
  }
  draft = migrate(draft as Record<string, unknown>);
  // Each round takes out at least one value, so the loop ends; a value fails in a few rounds at most.
  for (;;) {
    const result = schema.safeParse(draft);
    if (result.success) return { settings: unique(linksChecked(result.data, problems), problems), problems };
    const round: SettingsProblem[] = [];
    let gone: PropertyKey[] | null = null;
    // From the last to the first: taking out an item of a list moves only those behind it.
    for (const issue of result.error.issues.toReversed()) {
      // A rule that lost a condition would match more cases and offer the wrong expert: the whole rule goes.
      const whole = issue.path[0] === 'rules' && issue.path[2] === 'when' ? issue.path.slice(0, 2) : null;
      // The next of several issues of an item that has just gone.
      if (gone?.every((step, n) => step === issue.path[n])) continue;
      if (issue.code === 'unrecognized_keys' && !whole) {
        for (const key of issue.keys.toReversed()) {
          takeOut(draft, [...issue.path, key]);
          round.push({ path: spell([...issue.path, key]), message: 'is not known here and was left out' });
        }
        continue;
      }
      let path: PropertyKey[] = whole ?? [...issue.path];
      while (path.length && !has(draft, path)) path = path.slice(0, -1);
      if (!path.length)
        return {
          settings: schema.parse({}),
          problems: [...problems, { path: spell(issue.path), message: issue.message }],
        };
      takeOut(draft, path);
      gone = path;
      round.push({ path: spell(issue.path), message: `${issue.message}; left out ${spell(path)}` });
    }
    problems.push(...round.toReversed());
  }
}

/** A link that is neither WorkLink's own scheme nor https on a known host never gets as far as a page. */
function linksChecked(settings: Settings, problems: SettingsProblem[]): Settings {
  const hosts = settings.links.linkHosts;
  const sound = (list: 'contacts' | 'catalogs') => (t: { link?: string | undefined }, n: number) => {
    const why = t.link === undefined ? null : allowedLink(t.link, hosts);
    if (why) problems.push({ path: `${list}[${n}].link`, message: `${why}; left out ${list}[${n}]` });
    return !why;
  };
  settings.contacts = settings.contacts.filter(sound('contacts'));
  settings.catalogs = settings.catalogs.filter(sound('catalogs'));
  const defaults = schema.parse({}).links;
  for (const kind of targetKinds) {
    const why = allowedLink(settings.links.templates[kind].replaceAll('{id}', '1'), hosts);
    if (!why) continue;
    problems.push({ path: `links.templates.${kind}`, message: `${why}; the preset is used` });
    settings.links.templates[kind] = defaults.templates[kind];
  }
  if (settings.links.deferred !== null) {
    const why = allowedLink(settings.links.deferred.replaceAll('{link}', 'worklink%3A%2F%2Fresource'), hosts, 'https');
    if (why) {
      problems.push({ path: 'links.deferred', message: `${why}; links for phones are off` });
      settings.links.deferred = null;
    }
  }
  return settings;
}

/** Ids must name one thing: the first keeps the name. Contacts and catalogs share one space, since rules name both. */
function unique(settings: Settings, problems: SettingsProblem[]): Settings {
  const keep = <T>(list: T[], where: string, name: (item: T) => string, seen: Set<string>): T[] =>
    list.filter((item, n) => {
      const key = name(item).toLowerCase();
      if (!seen.has(key)) return seen.add(key);
      problems.push({ path: `${where}[${n}]`, message: `"${name(item)}" is used twice; the first one is kept` });
      return false;
    });
  const targets = new Set<string>();
  settings.contacts = keep(settings.contacts, 'contacts', (t) => t.id, targets);
  settings.catalogs = keep(settings.catalogs, 'catalogs', (t) => t.id, targets);
  settings.rules = keep(settings.rules, 'rules', (r) => r.id, new Set());
  settings.tables = keep(settings.tables, 'tables', (t) => t.id, new Set());
  settings.desks = keep(settings.desks, 'desks', (d) => d.key, new Set());
  const origins = new Set<string>();
  settings.desks.forEach((d, n) => {
    d.origins = keep(d.origins, `desks[${n}].origins`, (o) => o, origins);
  });
  return settings;
}

/** Brings settings of an earlier version to this one. Fixtures of every version stand in tests/unit/settings.test.ts. */
function migrate(stored: Record<string, unknown>): Record<string, unknown> {
  const { $schema: _editor, rows: _rows, ...settings } = stored;
  return settings;
}

/** Sentences about settings that hold but cannot do what was meant. */
export function warnings(
  settings: Settings,
  tables: Set<string> = new Set(settings.tables.map((t) => t.id)),
): SettingsProblem[] {
  const known = new Set([...settings.contacts, ...settings.catalogs].map((t) => t.id));
  const found: SettingsProblem[] = [];
  settings.rules.forEach((r, n) => {
    if (Array.isArray(r.offer)) {
      for (const t of r.offer)
        if (!known.has(t)) found.push({ path: `rules[${n}].offer`, message: `no contact or catalog is called "${t}"` });
    } else if (!tables.has(r.offer.table))
      found.push({ path: `rules[${n}].offer`, message: `no lookup table is called "${r.offer.table}"` });
  });
  settings.desks.forEach((d, n) => {
    if (d.product !== 'custom' && !Object.hasOwn(declared, d.product))
      found.push({ path: `desks[${n}].product`, message: `"${d.product}" is not a desk that this version knows` });
    if (!d.origins.length) found.push({ path: `desks[${n}].origins`, message: 'has no address yet' });
  });
  return found;
}

/**
 * Policy over local: every key that the organisation sets replaces the user's, whole.
 * @param policy what `storage.managed` holds: `settings`, an object or its JSON text
 * @returns merged raw settings for {@link parseSettings}, and the keys that are set by the organisation
 */
export function mergePolicy(
  local: unknown,
  policy: unknown,
): { merged: unknown; locked: string[]; problems: SettingsProblem[] } {
  let set: unknown = isObject(policy) ? policy.settings : undefined;
  if (set === undefined) return { merged: local, locked: [], problems: [] };
  try {
    if (typeof set === 'string') set = JSON.parse(set);
  } catch {
    set = null;
  }
  if (!isObject(set) || Array.isArray(set))
    return { merged: local, locked: [], problems: [{ path: 'policy.settings', message: 'is not a settings object' }] };
  const locked = Object.keys(set).filter((key) => key !== 'version' && Object.hasOwn(schema.shape, key));
  return { merged: { ...(isObject(local) ? local : {}), ...set }, locked, problems: [] };
}

/** Every target that rules and rows can name. */
export function targetsOf(settings: Settings): Map<string, Target> {
  return new Map([
    ...settings.contacts.map((t): [string, Target] => [t.id, { ...t, group: 'contact' }]),
    ...settings.catalogs.map((t): [string, Target] => [t.id, { ...t, group: 'catalog' }]),
  ]);
}

/**
 * All that the pages of one origin may know. Its size follows the rules for that desk, never the length of the lists.
 * @param evenOff also for a desk that is switched off: the popup serves it all the same
 * @returns null where no desk that is switched on has this origin
 */
export function compile(settings: Settings, at: string, evenOff = false): PageEntry | null {
  const found = settings.desks.find((d) => (d.on || evenOff) && d.origins.includes(at));
  const product =
    found &&
    (found.product === 'custom'
      ? found.custom && { name: found.name ?? 'Desk', data: found.custom }
      : Object.hasOwn(declared, found.product) && declared[found.product]);
  if (!found || !product) return null;
  const rules: Rule[] = settings.rules.filter((r) => !r.when.desk || sameDesk(r.when.desk, found.key));
  const all = targetsOf(settings);
  const targets: Record<string, Target> = {};
  for (const r of rules)
    if (Array.isArray(r.offer))
      for (const name of r.offer) {
        const target = all.get(name);
        if (target) targets[name] = target;
      }
  return {
    v: 1,
    key: found.key,
    product: found.product,
    name: found.name ?? product.name,
    desk: product.data,
    match: settings.match,
    rules,
    targets,
    links: settings.links,
  };
}

const sameDesk = (wanted: string, key: string): boolean =>
  wanted.endsWith('*') ? key.startsWith(wanted.slice(0, -1).toLowerCase()) : wanted.toLowerCase() === key;

/**
 * Checks rows of lookup tables: a bad or repeated row is left out with a sentence, the others stand.
 * @param input the `rows` of a settings file
 */
export function parseRows(input: unknown): { rows: Row[]; problems: SettingsProblem[] } {
  const problems: SettingsProblem[] = [];
  if (input === undefined) return { rows: [], problems };
  if (!Array.isArray(input)) return { rows: [], problems: [{ path: 'rows', message: 'is not a list' }] };
  const seen = new Set<string>();
  const rows = input.flatMap((item, n): Row[] => {
    const result = rowSchema.safeParse(item);
    if (!result.success) {
      const issue = result.error.issues[0];
      problems.push({ path: spell(['rows', n, ...(issue?.path ?? [])]), message: issue?.message ?? 'is not a row' });
      return [];
    }
    const name = `${result.data.table}:${normalise(result.data.key)}`;
    if (seen.has(name)) {
      problems.push({
        path: `rows[${n}]`,
        message: `"${result.data.key}" stands twice in this table; the first one is kept`,
      });
      return [];
    }
    seen.add(name);
    return [result.data];
  });
  return { rows, problems };
}
