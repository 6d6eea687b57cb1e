/**
 * A desk's description while it is written: what is wrong with it, in plain words and with its place, and which of its
 * address patterns an address has.
 */
import type * as z from 'zod';
import { matchAddress } from './desks/match.ts';
import { compileAddress } from './desks/pattern.ts';
import type { Address, DeskData } from './model.ts';
import { deskData } from './schema.ts';

/** `path` is where it stands, `read.title[0].css`; empty for the whole. */
export type Flaw = { path: string; message: string };
export type Described = { data: DeskData; flaws: [] } | { data: null; flaws: Flaw[] };

/** One pattern at one address: the groups it found, or null. */
export type Fit = { list: 'addresses' | 'never' | 'pages'; pattern: string; groups: Record<string, string> | null };

/**
 * @param text JSON, as it is being typed
 * @param selects whether a selector is one; asked of a browser
 * @returns the description, or what is wrong with it; never both, never throws
 */
export function describeDesk(text: string, selects: (selector: string) => boolean): Described {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { data: null, flaws: [{ path: '', message: whereItEnds(text, error as Error) }] };
  }
  const checked = deskData.safeParse(value, { reportInput: true });
  const flaws = checked.success ? badSelectors(checked.data, selects) : checked.error.issues.flatMap((i) => flawsOf(i));
  return checked.success && !flaws.length ? { data: checked.data, flaws: [] } : { data: null, flaws };
}

/** What a parser says of JSON, as a sentence: Chromium and Firefox name line and column, each in words of its own. */
function whereItEnds(text: string, { message }: Error): string {
  if (!text.trim()) return 'is empty';
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
  const before = text.split('\n').slice(0, Number(line) - 1);
  const at = before.reduce((sum, each) => sum + each.length + 1, Number(column) - 1);
  // At its very end nothing stands that could be wrong: something is missing.
  if (line === undefined || at >= text.trimEnd().length)
    return 'ends in the middle: a bracket or a quote is still open';
  return `is no JSON from line ${line} on`;
}

const spell = (path: PropertyKey[]): string =>
  path.map((step, n) => (typeof step === 'number' ? `[${step}]` : `${n ? '.' : ''}${String(step)}`)).join('');

/** What each type is called by people who write JSON. */
const types: Record<string, string> = {
  array: 'a list in [brackets]',
  object: 'an object in {braces}',
  string: 'a text in "quotes"',
  boolean: 'true or false',
};

/** zod's issue in plain words. */
function flawsOf(issue: z.core.$ZodIssue, above: PropertyKey[] = []): Flaw[] {
  const path = [...above, ...issue.path];
  const say = (message: string): Flaw[] => [{ path: spell(path), message }];
  switch (issue.code) {
    case 'invalid_type':
      return say(issue.input === undefined ? 'is missing' : `must be ${types[issue.expected] ?? issue.expected}`);
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: spell([...path, key]), message: `is not known here${meant(key)}` }));
    case 'too_big':
      return say(`is longer than ${String(issue.maximum)}`);
    case 'too_small':
      return say('is empty');
    case 'invalid_value':
      return say(`must be ${issue.values.map((each) => `"${String(each)}"`).join(' or ')}`);
    case 'invalid_format':
      return say('must be a month, such as "2026-11"');
    case 'invalid_union': {
      // An address is a text, or an object with one: whichever came nearer says what is wrong.
      const nearest = issue.errors.find((each) => !each.some((one) => one.code === 'invalid_type' && !one.path.length));
      return nearest ? nearest.flatMap((each) => flawsOf(each, path)) : say('must be a text in "quotes"');
    }
    default:
      return say(issue.message);
  }
}

/** All names that a description can have, for whoever mistyped one. */
const names = `owns identity addresses never pages kind frames deep scope single drop blank shows rows read anchors id
  number css label attr after before seen row value title requester assignee queue asset priority status opened place is`
  .trim()
  .split(/\s+/);

function meant(key: string): string {
  const near = names.find(
    (name) => name !== key && distance(name, key.toLowerCase()) <= Math.min(2, Math.ceil(name.length / 3)),
  );
  return near ? `; did you mean "${near}"` : '';
}

/** Letters to change, add or take away to make one word of another (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next.push(
        Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}

/** A selector that is none finds nothing and says nothing, so it is said here. */
function badSelectors(data: DeskData, selects: (selector: string) => boolean): Flaw[] {
  const flaws: Flaw[] = [];
  const check = (path: PropertyKey[], selector: string | undefined): void => {
    // `{id}` and `{kind}` stand for words; `+` starts at the element behind a row, and may be all there is.
    const filled = selector?.replaceAll(/\{(id|kind)\}/g, 'x').replace(/^\+\s*/, '');
    if (filled && !selects(filled)) flaws.push({ path: spell(path), message: 'is no selector that browsers know' });
  };
  for (const list of ['owns', 'frames', 'scope', 'drop'] as const)
    data[list]?.forEach((selector, n) => check([list, n], selector));
  check(['single'], data.single);
  for (const part of ['shows', 'read'] as const)
    for (const [name, readings] of Object.entries(data[part] ?? {}))
      readings.forEach(({ css }, n) => check([part, name, n, 'css'], css));
  data.rows?.forEach(({ row, label, value }, n) => {
    check(['rows', n, 'row'], row);
    check(['rows', n, 'label'], label);
    check(['rows', n, 'value'], value);
  });
  data.anchors?.forEach(({ css }, n) => check(['anchors', n, 'css'], css));
  return flaws;
}

/** Each address pattern of a description at one address. @param data one that {@link describeDesk} found sound */
export function fitsOf(data: DeskData, url: string): Fit[] {
  const fits = (list: Fit['list'], addresses: Address[] = []): Fit[] =>
    addresses.map((address) => {
      const pattern = typeof address === 'string' ? address : address.is;
      const found = matchAddress(compileAddress(pattern), url);
      const kind: Record<string, string> = typeof address === 'string' ? {} : { kind: address.kind };
      return { list, pattern, groups: found && { ...kind, ...found } };
    });
  return [...fits('addresses', data.addresses), ...fits('pages', data.pages), ...fits('never', data.never)];
}
