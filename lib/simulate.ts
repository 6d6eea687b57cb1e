/** What would be offered for a case, and why: the same rules, links and hours as on a page, with each step told. */
import { fieldNames, type Case, type FieldName, type Offer, type PageEntry, type Rule, type Target } from './model.ts';
import { versionOf } from './qr.ts';
import { failing, route, type Lookup } from './route.ts';
import type { Settings } from './schema.ts';
import { entryOf } from './settings.ts';
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
