/**
 * What an organisation sets for its people, by managed policy or by a build of its own: read, freed of secrets, and laid
 * over (mandated) or under (defaults) what a person has set. A part is a top-level key of a settings file.
 */
import { problemsOf, type SettingsProblem, type Wrong } from './problems.ts';
import { schema, type Row, type Settings } from './schema.ts';
import { migrate, parseRows, parseSettings } from './settings.ts';

/** A top-level key of a settings file that can be set apart from the others. */
export type Part = Exclude<keyof Settings, 'version'> | 'rows';

/** All of them, in the order of a settings file. */
export const parts: readonly Part[] = [
  ...(Object.keys(schema.shape) as (keyof Settings)[]).filter((key) => key !== 'version'),
  'rows',
];

/** Parts that are one person's own; an organisation may set them, but nobody's are handed out to all. */
export const personal: ReadonlySet<string> = new Set(['me', 'myLink', 'myUser']);

type Raw = Record<string, unknown>;

/** What the organisation sets, without its rows, which lie one by one in the browser's storage. */
export type Organisation = {
  /** Parts that replace the person's own and cannot be changed. */
  mandated: Raw;
  /** Parts that count where the person has set none. */
  defaults: Raw;
  /** Whether it brings rows, and how they count. */
  rows: 'mandated' | 'default' | null;
  problems: SettingsProblem[];
};

export const nobody: Organisation = { mandated: {}, defaults: {}, rows: null, problems: [] };

const isObject = (it: unknown): it is Raw => typeof it === 'object' && it !== null && !Array.isArray(it);
const isPart = (key: string): key is Part => (parts as readonly string[]).includes(key);

/** What policy may not carry, by the words of a name. Policy can be read by every program on the computer. */
const secretWords = new Set(
  'token tokens password passwords passwd pwd passphrase passcode secret secrets credential credentials bearer jwt authorization apikey privatekey'.split(
    ' ',
  ),
);
const keyOf = new Set(['api', 'private', 'access', 'secret', 'signing', 'encryption', 'shared', 'license', 'licence']);

/**
 * Does a name look as if a secret stood behind it? `apiKey`, `bridge_token` and `Password` do, `Key account` does not.
 * @param free the name is a label of a desk or the like, where `key` alone means nothing
 */
function isSecret(name: string, free: boolean): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some(
    (word, n) => secretWords.has(word) || (/^keys?$/.test(word) && (!free || keyOf.has(words[n - 1] ?? ''))),
  );
}

/** The schema's own names that would look like a secret: a desk's key and the key of a row. */
const isOurKey = (path: string): boolean => /^(desks|rows)\[\d+\]\.key$/.test(path);
/** Where names are an admin's own words: conditions on labels, and names of external data. */
const isFree = (path: string): boolean => /^(rules\[\d+\]\.when\.fields|links\.external)$/.test(path);

/** Takes out of a copy whatever is named like a secret, at any depth, each with a problem. */
function takeSecrets(at: unknown, path: string, tell: (path: string, wrong: Wrong) => void): void {
  if (Array.isArray(at)) {
    at.forEach((item, n) => takeSecrets(item, `${path}[${n}]`, tell));
    return;
  }
  if (!isObject(at)) return;
  for (const name of Object.keys(at)) {
    const here = path ? `${path}.${name}` : name;
    if (isSecret(name, isFree(path)) && !isOurKey(here)) {
      delete at[name];
      tell(here, { code: 'secret' });
    } else takeSecrets(at[name], here, tell);
  }
}

/** One text of a settings file, or the object itself as Firefox allows; null if it is neither. */
function textOf(value: unknown): Raw | null {
  try {
    const read: unknown = typeof value === 'string' ? JSON.parse(value) : structuredClone(value);
    return isObject(read) ? read : null;
  } catch {
    return null;
  }
}

type Told = Omit<SettingsProblem, 'path'>;

/** The parts of one text that hold as a whole; what is wrong inside a part is found when all is put together. */
function partsOf(value: unknown, where: string, problems: SettingsProblem[]): Raw {
  if (value === undefined) return {};
  const tell = (path: string, wrong: Told) => void problems.push({ path: `${where}.${path}`, ...wrong });
  const read = textOf(value);
  if (!read) {
    problems.push({ path: where, code: 'not_settings' });
    return {};
  }
  delete read.$schema;
  delete read.version;
  const lost = new Set<number>();
  takeSecrets(read, '', (path, wrong) => {
    tell(path, wrong);
    const rule = /^rules\[(\d+)\]\.when\b/.exec(path);
    if (rule) lost.add(Number(rule[1]));
  });
  // A rule that lost a condition would match more cases and offer the wrong expert: the whole rule goes.
  if (lost.size && Array.isArray(read.rules)) read.rules = read.rules.filter((_, n) => !lost.has(n));
  const sound = Object.entries(read).filter(([key, part]) => {
    const problem = !isPart(key) ? ({ code: 'unknown' } as const) : whole(key, part);
    if (problem) tell(key, problem);
    return !problem;
  });
  return Object.fromEntries(sound);
}

/** Why a part cannot be taken at all, such as a text where a list belongs. */
function whole(part: Part, value: unknown): Told | null {
  const outcome = { code: 'stays' } as const;
  if (part === 'rows') return Array.isArray(value) ? null : { code: 'not_list', outcome };
  const issues = schema.shape[part].safeParse(value, { reportInput: true }).error?.issues ?? [];
  const own = issues.find((issue) => !issue.path.length && issue.code !== 'unrecognized_keys');
  const [problem] = own ? problemsOf(own) : [];
  if (!problem) return null;
  const { path: _, ...wrong } = problem;
  return { ...wrong, outcome };
}

/**
 * Reads what an organisation has set.
 * @param layers what a build carries, then what `storage.managed` holds: each with `settings` and `defaults`, the text of
 *   a settings file or the object itself; a part of a later layer replaces that of an earlier one
 * @returns what counts, its rows apart. Never throws: what does not hold is left out with a problem
 */
export function readPolicy(layers: unknown[]): { organisation: Organisation; rows: Row[] } {
  const problems: SettingsProblem[] = [];
  const mandated: Raw = {};
  const defaults: Raw = {};
  for (const layer of layers) {
    if (!isObject(layer)) continue;
    for (const key of Object.keys(layer))
      if (key !== 'settings' && key !== 'defaults')
        problems.push({ path: `policy.${key}`, code: isSecret(key, false) ? 'secret' : 'unknown' });
    Object.assign(mandated, partsOf(layer.settings, 'policy.settings', problems));
    Object.assign(defaults, partsOf(layer.defaults, 'policy.defaults', problems));
  }
  const how = 'rows' in mandated ? 'mandated' : 'rows' in defaults ? 'default' : null;
  const brought = how && parseRows(how === 'mandated' ? mandated.rows : defaults.rows);
  for (const problem of brought?.problems ?? [])
    problems.push({ ...problem, path: `policy.${how === 'mandated' ? 'settings' : 'defaults'}.${problem.path}` });
  // Rows that cannot be changed stand in tables that cannot be changed.
  if (how === 'mandated') mandated.tables ??= [];
  delete mandated.rows;
  delete defaults.rows;
  return { organisation: { mandated, defaults, rows: how, problems }, rows: brought?.rows ?? [] };
}

/** What counts, as raw settings, and who has set which part. */
export type Merged = {
  merged: Raw;
  /** Parts that the organisation has set for good. */
  locked: Part[];
  /** Parts for which the organisation has a default. */
  defaults: Part[];
};

/**
 * The organisation's settings over and under a person's own.
 * @param own what the person has set, raw: a part that is not there has not been set
 */
export function mergePolicy(own: unknown, { mandated, defaults, rows }: Organisation): Merged {
  const has = (set: Raw, part: Part, how: Organisation['rows']) =>
    part === 'rows' ? rows === how : Object.hasOwn(set, part);
  const locked = parts.filter((part) => has(mandated, part, 'mandated'));
  return {
    merged: { ...defaults, ...(isObject(own) ? own : {}), ...mandated },
    locked,
    defaults: parts.filter((part) => has(defaults, part, 'default') && !locked.includes(part)),
  };
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const settingParts = parts.filter((part) => part !== 'rows');

/**
 * What a person has set once `next` counts for them: locked parts as they were under the lock, a part that equals the
 * default unset, so that it follows the organisation's, and a part that did not change as it was stored.
 */
export function ownParts(next: Settings, own: unknown, organisation: Organisation): Raw {
  const before = migrate(isObject(own) ? own : {});
  const { merged, locked } = mergePolicy(before, organisation);
  const now = parseSettings(merged).settings;
  const unset = parseSettings(mergePolicy({}, organisation).merged).settings;
  const kept: Raw = { version: next.version };
  for (const part of settingParts) {
    const stays = locked.includes(part) || same(next[part], now[part]);
    if (stays ? Object.hasOwn(before, part) : !same(next[part], unset[part]))
      kept[part] = stays ? before[part] : next[part];
  }
  return kept;
}

/** What a person has set, of settings that name every part whether it was set or not, as version 0.1 kept them. */
export function firstOwn(stored: unknown): Raw {
  if (!isObject(stored)) return {};
  const { settings } = parseSettings(stored);
  const unset = parseSettings({}).settings;
  return Object.fromEntries(
    Object.entries(migrate(stored)).filter(
      ([part]) => isPart(part) && part !== 'rows' && !same(settings[part], unset[part]),
    ),
  );
}
