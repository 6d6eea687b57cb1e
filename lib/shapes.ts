/**
 * Names and addresses without what they say: an identifier as far as it is made of known words, an address without host
 * and ids. What redact.ts writes a page in.
 */
import { attributes, parts, words } from './structure-words.ts';

/** Letters of one word: `currentProject` has two, `HTMLPage` too. */
const wordly = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g;
/** Longer names are data that was put where a name belongs. */
const longestName = 160;

export const wordsOf = (value: string): string[] => (value.match(wordly) ?? []).map((word) => word.toLowerCase());

/** An identifier as far as it is made of known words; empty where nothing of it is known, or where it is no identifier. */
export function nameOf(text: string, hidden: string[][]): string {
  if (text.length > longestName || !/^[\w.:/|-]+$/.test(text)) return '';
  const ids = text
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '\0')
    .replace(/[0-9a-z]{8,}/gi, (run) => (isId(run) ? '\0' : run));
  const found = [...ids.matchAll(wordly)].map(({ 0: word, index }) => ({ word, index, lower: word.toLowerCase() }));
  const known = found.map(({ lower }) => words.has(lower) || attributes.has(lower));
  for (const list of hidden)
    for (let at = 0; at + list.length <= found.length; at += 1)
      if (list.every((word, n) => found[at + n]?.lower === word)) known.fill(false, at, at + list.length);
  if (!known.includes(true)) return '';
  let shaped = '';
  let at = 0;
  found.forEach(({ word, index }, n) => {
    shaped += ids.slice(at, index) + (known[n] ? word : '~');
    at = index + word.length;
  });
  return (shaped + ids.slice(at))
    .replace(/\d+/g, '9')
    .replaceAll('\0', 'X')
    .replace(/~(9?~)+/g, '~');
}

/** Letters and digits so mixed that nobody chose them: a key, a hash, a part of either. */
const isId = (run: string): boolean =>
  (/^[0-9a-f]+$/i.test(run) && /\d/.test(run) && /[a-f]/i.test(run)) ||
  (run.length > 11 && (run.match(/\d+/g) ?? []).length > 1);

/** `nested`: how deep inside another address; `hidden`: words that were read. */
type Inside = { hidden: string[][]; nested: number };
const deeper = ({ hidden, nested }: Inside): Inside => ({ hidden, nested: nested + 1 });
/** An address inside an address is followed so deep. */
const mostNested = 3;
/** More parts of a path or pairs of a query than this are no address of a case. */
const mostParts = 20;

/**
 * An address without host and ids: `https://‹host›/now/sow/record/incident/‹hex32›?‹word›`. Known parts of paths and
 * names of parameters stay, each other part becomes its shape.
 * @returns `‹address›` for what is no address
 */
export function shapeOfUrl(url: string, hidden: string[][] = []): string {
  if (/^about:(blank|srcdoc)$/.test(url)) return url;
  if (!URL.canParse(url)) return '‹address›';
  const { protocol, pathname, search, hash } = new URL(url);
  // Of a saved page, which folders it lies in is nobody's business.
  if (!/^https?:$/.test(protocol)) return '‹scheme›:';
  return `${protocol}//‹host›` + shapeOfPath(pathname + search + hash, { hidden, nested: 0 });
}

/** A path with what may follow it. The host of a whole address is dropped. */
export function shapeOfPath(text: string, inside: Inside): string {
  const [, path = '', query = '', hash = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(
    text.replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/?#]*/i, ''),
  ) ?? ['', '', '', ''];
  const fragment = hash.slice(1);
  const isPath = /[/?]/.test(fragment) && inside.nested < mostNested;
  return [
    path
      .split('/')
      .slice(0, mostParts)
      .map((part) => shapeOfPart(part, inside))
      .join('/'),
    query.length > 1 ? `?${pairs(query.slice(1), inside)}` : '',
    fragment ? `#${isPath ? shapeOfPath(fragment, deeper(inside)) : pairs(fragment, inside)}` : '',
  ].join('');
}

/** `a=1&b=2`, or with `;`; a part without `=` is a value. */
function pairs(text: string, inside: Inside): string {
  // Every other part is what stands between two pairs.
  const list = text.split(/([&;])/).slice(0, 2 * mostParts);
  return list
    .map((pair, n) => {
      if (n % 2) return pair;
      const [name = '', value] = pair.split(/=(.*)/s);
      if (value === undefined) return shapeOfValue(name, inside);
      return `${nameOf(decode(name), inside.hidden) || '~'}=${shapeOfValue(value, inside)}`;
    })
    .join('');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** One part of a path: known, an address of its own (`params/target/incident.do%3Fsys_id%3D…`), or its shape. */
function shapeOfPart(text: string, inside: Inside): string {
  const [part = '', ...params] = text.split(';');
  if (part === '') return '';
  const [, stem = '', ending = ''] = /^([\w.-]+?)(\.(?:do|html?|aspx|jsp|php|app|mvc))?$/i.exec(part) ?? [];
  const isRead = inside.hidden.some((list) => list.join(' ') === wordsOf(stem).join(' '));
  const shown =
    !isRead && (parts.has(stem.toLowerCase()) || parts.has(part.toLowerCase()))
      ? part
      : ending
        ? shapeOf(stem) + ending.toLowerCase()
        : shapeOfValue(part, inside);
  return params.length ? `${shown};${pairs(params.join(';'), inside)}` : shown;
}

function shapeOfValue(text: string, inside: Inside): string {
  const value = decode(text);
  return inside.nested < mostNested && /[/?]/.test(value) && !/[\s@]/.test(value)
    ? `‹${shapeOfPath(value, deeper(inside))}›`
    : shapeOf(value);
}

function shapeOf(text: string): string {
  const { length } = text;
  if (!length) return '';
  if (/^\d+$/.test(text)) return `‹digits${length}›`;
  if (/^\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i.test(text)) return '‹uuid›';
  if (/^[0-9a-f]{8,}$/i.test(text)) return `‹hex${length}›`;
  if (/^[A-Z][A-Z0-9_]*-\d+$/.test(text)) return '‹key›';
  if (/^[a-z_.-]+$/i.test(text)) return '‹word›';
  if (/^[\w.-]+$/.test(text)) return `‹mixed${length}›`;
  return '‹text›';
}
