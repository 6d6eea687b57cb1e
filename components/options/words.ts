/** Small conversions between what people type and what settings hold. */
import type { TargetKind, When } from '../../lib/model.ts';
import type { Settings } from '../../lib/schema.ts';
import type { Say } from '../text.ts';

/** A number as people read it, `1,886`. */
export const count = (n: number): string => n.toLocaleString(document.documentElement.lang || 'en');

/**
 * A sentence about so many things, in the form that its own language has for that number: `key_one`, `key_few`, `key_many`,
 * `key_other` and so on, as in Unicode's plural rules.
 * @param values what stands in its places; the number, if nothing is given
 */
export const counted = (say: Say, key: string, n: number, ...values: string[]): string =>
  say([key, new Intl.PluralRules(say('locale')).select(n)].join('_'), ...(values.length ? values : [count(n)]));

/** A remark as a sentence of its own. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Lower-case letters, digits and dashes of a name; may be empty. */
export const slug = (name: string, longest = 59): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longest)
    .replace(/^-+|-+$/g, '');

/**
 * An id for something new, made from its name.
 * @param taken ids in any case or, as a set, in lower case: many new ones then cost no copy each
 * @param spare the id where the name has no letter that an id may hold
 */
export function freeId(name: string, taken: Iterable<string>, spare: string, longest = 64): string {
  const used = taken instanceof Set ? taken : new Set([...taken].map((id) => id.toLowerCase()));
  const base = slug(name, longest - 5) || spare;
  if (!used.has(base)) return base;
  let n = 2;
  while (used.has(`${base}-${n}`)) n += 1;
  return `${base}-${n}`;
}

/** The origin of any address that was pasted, `https://desk.example`; null if it is no web address. */
export function originOf(pasted: string): string | null {
  const text = pasted.trim();
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`);
    return /^https?:$/.test(url.protocol) && url.hostname ? url.origin : null;
  } catch {
    return null;
  }
}

/** Permissions are per host and know no ports: `https://desk.example`. */
const hostOf = (origin: string): string => {
  const { protocol, hostname } = new URL(origin);
  return `${protocol}//${hostname}`;
};

/** The origins whose permission no other desk needs. */
export function ownOrigins(desk: Settings['desks'][number], desks: Settings['desks']): string[] {
  const needed = new Set(desks.flatMap((d) => (d.key === desk.key ? [] : d.origins.map(hostOf))));
  return desk.origins.filter((origin) => !needed.has(hostOf(origin)));
}

/** One condition of a rule; `own` is a field known by its label only. */
export type Condition = { field: string; own: boolean; value: string };

/** The fields a condition can name, in the order in which they are offered. */
export const conditionFields = ['queue', 'asset', 'priority', 'requester', 'assignee', 'kind', 'desk'] as const;

/** A rule's conditions one by one. */
export function conditionsOf(when: When): Condition[] {
  const { fields = {}, ...named } = when;
  return [
    ...Object.entries(named).map(([field, value]) => ({ field, own: false, value })),
    ...Object.entries(fields).map(([field, value]) => ({ field, own: true, value })),
  ];
}

/** The other way round. */
export function whenOf(conditions: Condition[]): When {
  const named = conditions.filter((c) => !c.own).map((c) => [c.field, c.value.trim()]);
  const fields = conditions.filter((c) => c.own).map((c) => [c.field.trim(), c.value.trim()]);
  return { ...Object.fromEntries(named), ...(fields.length ? { fields: Object.fromEntries(fields) } : {}) };
}

/** How a target is opened: by its link, by a kind and an id, or (`user@`) by a kind and the case field with the id. */
export type Aim = 'link' | TargetKind | `${TargetKind}@`;
type Aimed = {
  name?: string;
  link?: string | undefined;
  kind?: TargetKind | undefined;
  value?: string | undefined;
  field?: string | undefined;
};

export const kindOf = (aim: Aim): TargetKind | null => (aim === 'link' ? null : (aim.replace('@', '') as TargetKind));

export function aimOf(target: Aimed): Aim {
  if (target.link !== undefined || !target.kind) return 'link';
  return target.value === undefined && target.field !== undefined ? `${target.kind}@` : target.kind;
}

/** The text that belongs to the aim: link, id or name of a case field. */
export const aimText = (target: Aimed): string => target.link ?? target.value ?? target.field ?? '';

/** The same target, opened in another way. */
export function aimedAt<T extends Aimed>(target: T, aim: Aim, text: string): T {
  const { link: _link, kind: _kind, value: _value, field: _field, ...rest } = target;
  const kind = kindOf(aim);
  const way = !kind ? { link: text } : aim.endsWith('@') ? { kind, field: text } : { kind, value: text };
  return { ...rest, ...(kind === 'contact_list' ? { kind } : way) } as T;
}

/** Moves one item of a list by one place; the list itself stays as it is. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
}

/** A link of the CMS in the words that tell it from the others, `fetch_user, user 497`; any other link as it is. */
export function linkWords(link: string): string {
  if (!/^worklink:\/\/resource\?/i.test(link)) return link;
  const { action, ...rest } = Object.fromEntries(new URLSearchParams(link.slice(link.indexOf('?'))));
  return [action ?? '', ...Object.entries(rest).map((pair) => pair.join(' '))].filter(Boolean).join(', ') || link;
}

type Users = Settings['awaken']['users'];
type Values = Settings['awaken']['pops'][number]['data'];

/** Who is who, one line for each: `Sam Okoro = Sam.Okoro`, or `rt: Sam Okoro = Sam.Okoro` on one desk alone. */
export const usersText = (users: Users): string =>
  users.map(({ desk, user, username }) => `${desk ? `${desk}: ` : ''}${user} = ${username}`).join('\n');

/**
 * Reads {@link usersText}.
 * @param desks the keys that stand before a colon; any other colon is part of a name
 * @returns the number of the first line that says nothing, where there is one
 */
export function usersIn(text: string, desks: readonly string[]): { users: Users } | { wrong: number } {
  const users: Users = [];
  for (const [n, line] of text.split('\n').entries()) {
    if (!line.trim()) continue;
    const at = line.lastIndexOf('=');
    const before = line.slice(0, at).trim();
    const username = line.slice(at + 1).trim();
    const desk = desks.find((key) => before.startsWith(`${key}:`));
    const user = (desk ? before.slice(desk.length + 1) : before).trim();
    if (at < 0 || !user || !username) return { wrong: n + 1 };
    users.push({ ...(desk ? { desk } : {}), user, username });
  }
  return { users };
}

/** What a workflow gets, one line for each: `Contact Name = requester`, or `var_Reason = "Expert call"`. */
export const valuesText = (values: Values): string =>
  values.map(({ name, field, text = '' }) => `${name} = ${field ?? JSON.stringify(text)}`).join('\n');

/** Reads {@link valuesText}; two names that differ in case alone are one to Awaken. */
export function valuesIn(text: string): { values: Values } | { wrong: number } | { twice: string } {
  const values: Values = [];
  const seen = new Set<string>();
  for (const [n, line] of text.split('\n').entries()) {
    if (!line.trim()) continue;
    const [, name = '', value = ''] = /^\s*([^=]*[^=\s])\s*=\s*(.*\S)\s*$/.exec(line) ?? [];
    if (!name || !value) return { wrong: n + 1 };
    if (seen.has(name.toLowerCase())) return { twice: name };
    seen.add(name.toLowerCase());
    const fixed = /^"(.+)"$/.exec(value)?.[1];
    values.push(fixed === undefined ? { name, field: value } : { name, text: unquoted(value, fixed) });
  }
  return { values };
}

/** A text in quotes as JSON has it; where it is none, what stands between them. */
function unquoted(quoted: string, inner: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return inner;
  }
}
