/**
 * WorkLink's deep links: written from a target and a case, and read back from what WorkLink stored with a session.
 * Writer and reader stand in one file, so that they cannot drift.
 *
 * Outside facts: Scope AR, "Using Deeplinks" (`worklink://resource?action=…`, any further parameter is external data and
 * is stored as key and value with the session); only `fetch_catalog&catalog=` is documented literally, everything else
 * is a template or a link copied from the CMS. `https://getworklink.com/deferred?deep_link=` is the wrapper of the
 * vendor's own demo (scopear/api-demo-ruby), the inner link encoded once.
 */
import { fieldNames, type Case, type FieldName, type LinkOptions, type Target } from './model.ts';

/** The random name of one use of a link: 12 of `[A-Z2-7]`, 60 bits, inside the alphabet that WorkLink can search. */
export type LaunchId = string;
const launchShape = /^[A-Z2-7]{12}$/;

/** Mints a {@link LaunchId}. */
export function newLaunchId(): LaunchId {
  // A to Z, then 2 to 7.
  const letter = (n: number): string => String.fromCharCode(n + (n < 26 ? 65 : 24));
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => letter(byte % 32)).join('');
}

const ours = ['work_order_id', 'case_id', 'desk', 'launch_id'] as const;

/** Parameter names that mean something to WorkLink or to us; schema.ts lets no external data take them. */
export const reservedParams: ReadonlySet<string> = new Set([
  ...ours,
  'action',
  'catalog',
  'asset',
  'asset_id',
  'scenario',
  'user',
  'contact',
  'contact_list',
  'company',
  'group',
  'deep_link',
  'resource',
  'permalink',
  'token',
  'id',
]);

/** Percent-encoding in UTF-8, also of `!'()*`; a space is `%20`, never `+`. Lone surrogates become U+FFFD. */
export const encode = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const decode = (text: string): string => {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
};

/** Why a link may not be offered; the options page has the sentences, which no page pays for. */
export type LinkFault = 'letters' | 'resource' | 'scheme' | 'no-link' | 'user' | 'host';

/**
 * May this link be offered? Asked at import, for policy, and again where the link is built.
 * @param only the one scheme that is right in this place
 * @returns null if it may
 */
export function linkFault(link: string, hosts: readonly string[], only?: 'worklink' | 'https'): LinkFault | null {
  // URL parsers drop the former silently, so they could hide a scheme; some read a backslash as a slash, some do not.
  // oxlint-disable-next-line no-control-regex -- these are what is refused
  if (/[\u0000-\u0020\u007f\\]/.test(link)) return 'letters';
  if (/^worklink:/i.test(link) && only !== 'https') return /^worklink:\/\/[^/?#]/i.test(link) ? null : 'resource';
  // Without the slashes it would be an address on the desk's own host.
  if (!/^https:\/\//i.test(link) || only === 'worklink') return 'scheme';
  let url: URL;
  try {
    url = new URL(link);
  } catch {
    return 'no-link';
  }
  if (url.username || url.password) return 'user';
  if (!hosts.includes(url.hostname) || url.port) return 'host';
  // As this file reads the inner link, and as a server would: `deep%5Flink` is `deep_link` there.
  for (const inner of [innerOf(link), url.searchParams.get('deep_link')]) {
    const why = inner === null ? null : linkFault(inner, hosts, 'worklink');
    if (why) return why;
  }
  return null;
}

type Pair = [name: string, value: string];

/** Adds parameters to a link as it stands; those of the same name go first, and all of ours: they are another case's. */
function withParams(link: string, pairs: Pair[]): string {
  const [whole = '', fragment] = link.split(/#(.*)/s);
  const [base = '', query = ''] = whole.split(/\?(.*)/s);
  const names = new Set<string>([...ours, ...pairs.map(([name]) => name)]);
  const kept = query.split('&').filter((pair) => pair && !names.has(decode(pair.split('=')[0] ?? '')));
  const added = pairs.map(([name, value]) => `${name}=${encode(value)}`);
  return `${base}?${[...kept, ...added].join('&')}${fragment === undefined ? '' : `#${fragment}`}`;
}

/** Only in the query: a path or a fragment may look like one. */
const innerParam = /^([^?#]*\?(?:[^#]*?&)?deep_link=)([^&#]*)/;

const innerOf = (link: string): string | null => {
  const raw = innerParam.exec(link)?.[2];
  return raw === undefined ? null : decode(raw);
};

/** A case's value by the name of a field or of a label, ignoring case. */
export function fieldOf(record: Case, name: string): string | undefined {
  const wanted = name.toLowerCase();
  const named = fieldNames.find((f): f is FieldName => f === wanted);
  if (named && record[named]) return record[named];
  const label = Object.keys(record.fields).find((key) => key.toLowerCase() === wanted);
  return label === undefined ? undefined : record.fields[label];
}

/** Longest value that the admin's own external data carries, in characters: codes stay readable for headsets. */
const longestExtra = 120;

/**
 * `app` opens WorkLink on this computer or headset, `phone` is the https link for cameras; either may be missing.
 */
export type Link = { app: string | null; phone: string | null };
export type NoLink = { refused: 'no-id' | 'empty-field' | 'not-allowed' };

/**
 * The link of a target for a case.
 * @param launchId this use of it
 * @param without parameters to leave out, where a code would be too dense for headsets
 * @returns the link, or why there is none; never a link without the case in it
 */
export function linkOf(
  target: Target,
  record: Case,
  options: LinkOptions,
  launchId: LaunchId,
  without: readonly (typeof ours)[number][] = [],
): Link | NoLink {
  // `case_id` is read back up to its first colon, so a kind that holds one would name another case.
  if (!record.desk || record.kind.includes(':') || !(record.id ? record.kind : record.number))
    return { refused: 'no-id' };
  let base = target.link;
  if (base === undefined) {
    const value = target.value ?? (target.field === undefined ? undefined : fieldOf(record, target.field));
    const template = target.kind && options.templates[target.kind];
    if (!template) return { refused: 'not-allowed' };
    if (template.includes('{id}') && !value) return { refused: 'empty-field' };
    base = template.replaceAll('{id}', encode(value ?? ''));
  }
  if (linkFault(base, options.linkHosts)) return { refused: 'not-allowed' };

  const data: Pair[] = [
    ['work_order_id', record.number ?? record.id],
    ...(record.id ? [['case_id', `${record.kind}:${record.id}`] satisfies Pair] : []),
    ['desk', record.desk],
    ['launch_id', launchId],
  ];
  for (const [name, field] of Object.entries(options.external)) {
    const value = fieldOf(record, field)?.slice(0, longestExtra);
    if (value) data.push([name, value]);
  }
  const pairs = data.filter(([name]) => !without.some((left) => left === name));

  if (!/^https:/i.test(base)) {
    const app = withParams(base, pairs);
    return { app, phone: options.deferred?.replaceAll('{link}', encode(app)) ?? null };
  }
  const inner = innerOf(base);
  if (inner === null) return { app: null, phone: withParams(base, pairs) };
  const app = withParams(inner, pairs);
  return { app, phone: base.replace(innerParam, (_, before: string) => before + encode(app)) };
}

/** What external data says: everything flat, and whose case it is, as far as it says so without contradiction. */
export type Told = {
  data: Record<string, string[]>;
  desk?: string;
  kind?: string;
  id?: string;
  number?: string;
  launchId?: LaunchId;
};

/**
 * Reads external data in any shape in which it may come back: an object, its JSON text, a list of `{ key, value }`,
 * nested objects, lists, and keys that literally contain brackets. Anybody can forge it: the result is text.
 */
export function readExternal(raw: unknown): Told {
  const data = new Map<string, string[]>();
  const add = (name: string, value: unknown): void => {
    if (value === null || value === undefined) return;
    if (Array.isArray(value)) for (const item of value) add(name, item);
    else if (typeof value === 'object')
      for (const [key, item] of Object.entries(value)) add(name ? `${name}[${key}]` : key, item);
    else {
      const key = name.replace(/(\[\])+$/, '');
      const values = data.get(key) ?? [];
      // Not copied for each: somebody may send a hundred thousand.
      values.push(typeof value === 'string' ? value : JSON.stringify(value));
      data.set(key, values);
    }
  };
  let input = raw;
  if (typeof input === 'string') {
    try {
      input = JSON.parse(input) as unknown;
    } catch {
      input = null;
    }
  }
  if (Array.isArray(input))
    for (const item of input as unknown[]) {
      if (typeof item !== 'object' || item === null) continue;
      const { key, value } = item as { key?: unknown; value?: unknown };
      if (typeof key === 'string') add(key, value);
      else add('', item);
    }
  else if (typeof input === 'object') add('', input);

  /** A name that two values claim says nothing. */
  const one = (name: string): string | undefined => {
    const values = new Set(data.get(name));
    return values.size === 1 ? [...values][0] : undefined;
  };
  const told: Told = { data: Object.fromEntries(data) };
  const number = one('work_order_id');
  const desk = one('desk');
  const launchId = one('launch_id');
  const [, kind, id] = /^([^:]+):(.+)$/s.exec(one('case_id') ?? '') ?? [];
  if (number) told.number = number;
  if (desk && /^[a-z0-9-]{1,24}$/.test(desk)) told.desk = desk;
  if (launchId && launchShape.test(launchId)) told.launchId = launchId;
  if (kind && id) {
    told.kind = kind;
    told.id = id;
  }
  return told;
}

/** Reads a link back, the app's own or the https wrapper. @returns null for anything that is no link of WorkLink's. */
export function readLink(link: string): (Told & { action: string | null }) | null {
  const app = /^https:/i.test(link) ? (innerOf(link) ?? link) : link;
  if (!/^(worklink|https):\/\//i.test(app)) return null;
  const query = app.split(/#(.*)/s)[0]?.split(/\?(.*)/s)[1] ?? '';
  const pairs = query
    .split('&')
    .filter(Boolean)
    .map((pair): { key: string; value: string } => {
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      return { key: decode(name), value: decode(value) };
    });
  const told = readExternal(pairs);
  return { ...told, action: told.data.action?.[0] ?? null };
}
