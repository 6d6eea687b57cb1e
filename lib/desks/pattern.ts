/**
 * Address patterns: how a custom desk says which addresses are a case.
 *
 * `/case/{id}` · `/rt/Ticket/{:Display|Modify}.html?id={id:digits}` · `/app#{db}/model/{kind}/{id:digits}`
 *
 * A small language of its own instead of regular expressions, because an admin's pattern runs on every page: segments
 * are lined up without backtracking, and one segment holds at most two wildcards, so matching can never run away.
 */

const classes: Record<string, string> = { digits: '\\d+', hex: '[0-9a-fA-F]+', word: '[\\w-]+' };
const wildcard = /\*|\{([^{}]*)\}/g;

/** An address longer than this names no case. */
const longest = 4096;

type Part = { expr: RegExp; names: string[] };
type Path = { parts: Part[]; open: 'start' | 'end' | null };
type Side = { path: Path; query: [string, Part][] };
type Pattern = { main: Side; hash: Side | null };

/** @throws Error with a sentence for the admin */
function compilePart(text: string): Part {
  const names: string[] = [];
  let expr = '';
  let at = 0;
  let wild = 0;
  for (const found of text.matchAll(wildcard)) {
    const literal = text.slice(at, found.index);
    if (/[{}]/.test(literal)) throw new Error(`unmatched brace in "${text}"`);
    if (at && !literal) throw new Error(`two wildcards side by side in "${text}"`);
    if (++wild > 2) throw new Error(`more than two wildcards in "${text}"`);
    expr += literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    at = found.index + found[0].length;
    if (found[1] === undefined) {
      expr += '.*?';
      continue;
    }
    const [name = '', kind] = found[1].split(':');
    if (name && !/^[a-z]{1,20}$/.test(name)) throw new Error(`"${name}" is no name for a group`);
    const body = kind === undefined ? '.+?' : (Object.hasOwn(classes, kind) && classes[kind]) || alternatives(kind);
    expr += name ? `(${body})` : `(?:${body})`;
    if (name) names.push(name);
  }
  const rest = text.slice(at);
  if (/[{}]/.test(rest)) throw new Error(`unmatched brace in "${text}"`);
  return { expr: new RegExp(`^${expr}${rest.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}$`), names };
}

function alternatives(kind: string): string {
  if (!/^[\w.-]+(\|[\w.-]+)*$/.test(kind))
    throw new Error(`"${kind}" is neither digits, hex, word nor a list of words`);
  return kind.replaceAll('.', '\\.');
}

const segments = (path: string): string[] => path.split('/').filter(Boolean);

function compileSide(text: string): Side {
  const [path = '', query] = text.split(/\?(.*)/s);
  let list = segments(path);
  let open: Path['open'] = null;
  if (list[0] === '**') [open, list] = ['start', list.slice(1)];
  else if (list.at(-1) === '**') [open, list] = ['end', list.slice(0, -1)];
  if (list.includes('**')) throw new Error('"**" stands only at the start or the end of a path');
  return {
    path: { parts: list.map(compilePart), open },
    query: (query ?? '')
      .split('&')
      .filter(Boolean)
      .map((pair) => {
        const [name = '', value = ''] = pair.split(/=(.*)/s);
        return [name, compilePart(value)];
      }),
  };
}

function compilePattern(text: string): Pattern {
  const [main = '', hash] = text.split(/#(.*)/s);
  const pattern = { main: compileSide(main), hash: hash === undefined ? null : compileSide(hash) };
  const names = [pattern.main, pattern.hash]
    .flatMap((side) => (side ? [...side.path.parts, ...side.query.map(([, part]) => part)] : []))
    .flatMap((part) => part.names);
  const twice = names.find((name, n) => names.indexOf(name) !== n);
  if (twice) throw new Error(`the group "${twice}" is named twice`);
  return pattern;
}

/** What is wrong with a pattern, as a sentence; null if it can be used. */
export function patternProblem(text: string): string | null {
  if (!/^(\/|\*\*)/.test(text)) return 'start with "/" or "**"';
  try {
    compilePattern(text);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

function matchPart(part: Part, text: string, into: Record<string, string>): boolean {
  const found = part.expr.exec(text);
  part.names.forEach((name, n) => {
    into[name] = found?.[n + 1] ?? '';
  });
  return found !== null;
}

function matchSide(side: Side, path: string, query: string, into: Record<string, string>): boolean {
  const { parts, open } = side.path;
  // `;` starts parameters of a segment (Tryton writes `…/1;name=…`).
  let list = segments(path).map((segment) => decode(segment.split(';')[0] ?? ''));
  if (list.length < parts.length || (!open && list.length > parts.length)) return false;
  list = open === 'start' ? list.slice(list.length - parts.length) : list.slice(0, parts.length);
  if (!parts.every((part, n) => matchPart(part, list[n] ?? '', into))) return false;
  if (!side.query.length) return true;
  // `&` and `;` both separate parameters (Request Tracker writes `;`).
  const given = new Map(
    query
      .split(/[&;]/)
      .map((pair): [string, string] => {
        const [name = '', value = ''] = pair.split(/=(.*)/s);
        return [decode(name), decode(value)];
      })
      .toReversed(), // the first of a repeated parameter stands
  );
  return side.query.every(([name, part]) => given.has(name) && matchPart(part, given.get(name) ?? '', into));
}

const compiled = new Map<string, Pattern | null>();

/**
 * Matches an address.
 * @param text a pattern that {@link patternProblem} accepted; one that it refuses matches nothing
 * @param url an absolute address
 * @returns the named groups, percent-decoded; null if it does not match. Never throws.
 */
export function matchAddress(text: string, url: string): Record<string, string> | null {
  if (url.length > longest) return null;
  let pattern = compiled.get(text);
  if (pattern === undefined) {
    try {
      pattern = compilePattern(text);
    } catch {
      pattern = null;
    }
    compiled.set(text, pattern);
  }
  if (!pattern || !URL.canParse(url)) return null;
  const { pathname, search, hash } = new URL(url);
  const into: Record<string, string> = {};
  if (!matchSide(pattern.main, pathname, search.slice(1), into)) return null;
  if (!pattern.hash) return into;
  const [hashPath = '', hashQuery = ''] = hash.slice(1).split(/\?(.*)/s);
  return matchSide(pattern.hash, hashPath, hashQuery, into) ? into : null;
}
