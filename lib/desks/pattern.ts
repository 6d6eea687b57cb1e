/**
 * Address patterns: how a custom desk says which addresses are a case.
 *
 * `/case/{id}` · `/rt/Ticket/{:Display|Modify}.html?id={id:digits}` · `/app#{db}/model/{kind}/{id:digits}`
 *
 * A small language of its own instead of regular expressions, because an admin's pattern runs on every page: segments
 * are lined up without backtracking, and one segment holds at most two wildcards, so matching can never run away.
 */

import type { Address, AddressPart, AddressPattern, AddressSide, DeskData, DeskForm } from '../model.ts';
import type { Wrong } from '../problems.ts';

/** A pattern that can't be used; `wrong` says why. */
class PatternError extends Error {
  readonly wrong: Wrong;
  constructor(code: Wrong['code'], ...values: string[]) {
    super([code, ...values].join(' '));
    this.wrong = { code, with: values };
  }
}

const classes: Record<string, string> = {
  digits: '\\d+',
  hex: '[0-9a-fA-F]+',
  word: '[\\w-]+',
  guid: '[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}',
  // A project's key and a number, as Jira writes them.
  key: '[A-Z][A-Z0-9_]+-\\d+',
};
const wildcard = /\*|\{([^{}]*)\}/g;

/** @throws PatternError */
function compilePart(text: string): AddressPart {
  const names: string[] = [];
  let expr = '';
  let at = 0;
  let wild = 0;
  for (const found of text.matchAll(wildcard)) {
    const literal = text.slice(at, found.index);
    if (/[{}]/.test(literal)) throw new PatternError('pattern_brace', text);
    if (at && !literal) throw new PatternError('pattern_side', text);
    if (++wild > 2) throw new PatternError('pattern_wild', text);
    expr += literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    at = found.index + found[0].length;
    if (found[1] === undefined) {
      expr += '.*?';
      continue;
    }
    const [name = '', kind] = found[1].split(':');
    if (name && !/^[a-z]{1,20}$/.test(name)) throw new PatternError('pattern_group', name);
    const body = kind === undefined ? '.+?' : (Object.hasOwn(classes, kind) && classes[kind]) || alternatives(kind);
    expr += name ? `(${body})` : `(?:${body})`;
    if (name) names.push(name);
  }
  const rest = text.slice(at);
  if (/[{}]/.test(rest)) throw new PatternError('pattern_brace', text);
  return [`^${expr}${rest.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}$`, ...names];
}

function alternatives(kind: string): string {
  if (!/^[\w.-]+(\|[\w.-]+)*$/.test(kind))
    throw new PatternError('pattern_class', kind, Object.keys(classes).join(', '));
  return kind.replaceAll('.', '\\.');
}

function compileSide(text: string): AddressSide {
  const [path = '', query = ''] = text.split(/\?(.*)/s);
  let list = path.split('/').filter(Boolean);
  const side: AddressSide = { path: [] };
  const gap = list.indexOf('**');
  if (gap >= 0) [side.open, list] = [gap, list.toSpliced(gap, 1)];
  if (list.includes('**')) throw new PatternError('pattern_gap');
  side.path = list.map(compilePart);
  const asked = query.split('&').filter(Boolean);
  if (asked.length)
    side.query = asked.map((pair) => {
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      return [name, compilePart(value)];
    });
  return side;
}

/**
 * A pattern made ready for pages, as data.
 * @throws PatternError
 */
export function compileAddress(text: string): AddressPattern {
  const [main = '', hash] = text.split(/#(.*)/s);
  const pattern: AddressPattern = { main: compileSide(main) };
  if (hash !== undefined) pattern.hash = compileSide(hash);
  const names = [pattern.main, pattern.hash]
    .flatMap((side) => [...(side?.path ?? []), ...(side?.query ?? []).map(([, part]) => part)])
    .flatMap(([, ...groups]) => groups);
  const twice = names.find((name, n) => names.indexOf(name) !== n);
  if (twice) throw new PatternError('pattern_twice', twice);
  return pattern;
}

/** Those that hold; a bad one matches nothing. */
const compileAll = (list: Address[] | undefined): AddressPattern[] =>
  (list ?? []).flatMap((address) => {
    const text = typeof address === 'string' ? address : address.is;
    if (patternProblem(text)) return [];
    const pattern = compileAddress(text);
    return [typeof address === 'string' ? pattern : { ...pattern, kind: address.kind }];
  });

/** A desk's description with its addresses made ready: what a page gets, so that no page carries this file. */
export function prepare({ addresses, never, pages, ...data }: DeskData): DeskForm {
  return {
    ...data,
    addresses: compileAll(addresses),
    ...(never ? { never: compileAll(never) } : {}),
    ...(pages ? { pages: compileAll(pages) } : {}),
  };
}

/** What is wrong with a pattern; null if it can be used. */
export function patternProblem(text: string): Wrong | null {
  if (!/^(\/|\*\*)/.test(text)) return { code: 'pattern_start' };
  try {
    compileAddress(text);
    return null;
  } catch (error) {
    if (error instanceof PatternError) return error.wrong;
    throw error;
  }
}
