/** Address patterns in the page: what pattern.ts made ready is matched here. */
import type { AddressPart, AddressPattern, AddressSide } from '../model.ts';

/** An address longer than this names no case. */
const longest = 4096;

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

type Groups = Record<string, string>;

function matchPart([expr, ...names]: AddressPart, text: string, into: Groups): boolean {
  const found = new RegExp(expr).exec(text);
  names.forEach((name, n) => {
    into[name] = found?.[n + 1] ?? '';
  });
  return found !== null;
}

/** The parameters of a query. `&` and `;` both separate them (Request Tracker writes `;`); the first of a name stands. */
function paramsOf(query: string): Map<string, string> {
  const pairs = query.split(/[&;]/).map((pair): [string, string] => {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    return [decode(name), decode(value)];
  });
  return new Map(pairs.toReversed());
}

function matchSide({ path: parts, open, query }: AddressSide, path: string, search: string, into: Groups): boolean {
  // `;` starts parameters of a segment (Tryton writes `…/1;name=…`).
  const list = path
    .split('/')
    .filter(Boolean)
    .map((segment) => decode(segment.split(';')[0] ?? ''));
  const more = list.length - parts.length;
  if (more < 0 || (more && open === undefined)) return false;
  if (!parts.every((part, n) => matchPart(part, list[n < (open ?? 0) ? n : n + more] ?? '', into))) return false;
  if (!query) return true;
  const given = paramsOf(search);
  return query.every(([name, part]) => given.has(name) && matchPart(part, given.get(name) ?? '', into));
}

/**
 * Matches an address with a pattern that was made ready.
 * @param url an absolute address
 * @returns the named groups, percent-decoded; null if it does not match. Never throws.
 */
export function matchAddress({ main, hash, kind }: AddressPattern, url: string): Groups | null {
  if (url.length > longest || !URL.canParse(url)) return null;
  const at = new URL(url);
  const into: Groups = kind ? { kind } : {};
  if (!matchSide(main, at.pathname, at.search.slice(1), into)) return null;
  if (!hash) return into;
  const [path = '', search = ''] = at.hash.slice(1).split(/\?(.*)/s);
  return matchSide(hash, path, search, into) ? into : null;
}
