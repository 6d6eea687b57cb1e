/** A desk's description while it is written: what is wrong with it and where, and which of its patterns an address has. */
import { matchAddress } from './desks/match.ts';
import { compileAddress } from './desks/pattern.ts';
import type { Address, DeskData } from './model.ts';
import { problemsOf, spell, type SettingsProblem, type Wrong } from './problems.ts';
import { deskData } from './schema.ts';

export type Described = { data: DeskData; flaws: [] } | { data: null; flaws: SettingsProblem[] };

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
    return { data: null, flaws: [{ path: '', ...whereItEnds(text, error as Error) }] };
  }
  const checked = deskData.safeParse(value, { reportInput: true });
  const flaws = checked.success
    ? badSelectors(checked.data, selects)
    : checked.error.issues.flatMap((i) => problemsOf(i, names));
  return checked.success && !flaws.length ? { data: checked.data, flaws: [] } : { data: null, flaws };
}

/** What a parser says of JSON: Chromium and Firefox name line and column, each in words of its own. */
function whereItEnds(text: string, { message }: Error): Wrong {
  if (!text.trim()) return { code: 'empty' };
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
  const before = text.split('\n').slice(0, Number(line) - 1);
  const at = before.reduce((sum, each) => sum + each.length + 1, Number(column) - 1);
  // At its very end nothing stands that could be wrong: something is missing.
  if (line === undefined || at >= text.trimEnd().length) return { code: 'json_cut' };
  return { code: 'json', with: [line] };
}

/** All names that a description can have, for whoever mistyped one. */
const names = `owns identity addresses never pages kind frames deep scope single drop blank shows rows read anchors id
  number css label attr after before seen row value title requester assignee queue asset priority status opened place is`
  .trim()
  .split(/\s+/);

/** A selector that is none finds nothing and says nothing, so it is said here. */
function badSelectors(data: DeskData, selects: (selector: string) => boolean): SettingsProblem[] {
  const flaws: SettingsProblem[] = [];
  const check = (path: PropertyKey[], selector: string | undefined): void => {
    // `{id}` and `{kind}` stand for words; `+` starts at the element behind a row, and may be all there is.
    const filled = selector?.replaceAll(/\{(id|kind)\}/g, 'x').replace(/^\+\s*/, '');
    if (filled && !selects(filled)) flaws.push({ path: spell(path), code: 'selector' });
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
