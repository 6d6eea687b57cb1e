/**
 * A page without what it says: its structure, for whoever repairs the reading of a desk.
 *
 * The report is written in a closed vocabulary: every word that it takes from a page stands in structure-words.ts,
 * every other word is `~`, every number `9`, every long id `X`, every text its length. So what a page says about people,
 * cases and companies cannot leave it, wherever the page put it. What remains possible: a name that is made of words of
 * that list alone, such as a project "Field Service" in a class; values that Deskcall read are therefore taken out of
 * identifiers as well.
 */
import { fieldNames, type Page, type Read } from './model.ts';
import { nameOf, shapeOfPath, shapeOfUrl, wordsOf } from './shapes.ts';
import { attributes, tags } from './structure-words.ts';

/** Attributes of which the value is structure, too. */
const telling = new Set(
  `role type rel name slot part for property itemprop aria-selected aria-current aria-hidden aria-expanded
   aria-labelledby aria-controls data-testid data-test-id data-test data-cy data-qa data-selenium-test data-automation-id
   data-id data-name data-field data-type data-role data-component data-component-id data-garden-id
   data-garden-container-id data-lp-id data-control-name data-ref data-sdplayoutid data-target-selection-name
   data-intercom-target data-selected data-is-active data-entity-is-selected arid ardbn`.split(/\s+/),
);

/** Nothing of these says anything about a page's structure. */
const silent = new Set(['script', 'style', 'br', 'wbr']);
/** Of these only that they are there: what is inside draws, or is not on the page. */
const opaque = new Set([
  'svg',
  'math',
  'canvas',
  'template',
  'noscript',
  'object',
  'embed',
  'textarea',
  'audio',
  'video',
]);

const mostDeep = 80;
const mostElements = 30_000;
const mostLines = 3_000;
const mostOfOne = 8;

/** What is read of a page, as far as a report says it. `desk` is a product's id, never a configured key. */
export type Reading = Pick<Read, 'desk' | 'case' | 'sources' | 'problems'>;

/** What a report holds beside the outline, and how the page's words are written. */
type Report = {
  elements: number;
  lines: number;
  roots: number;
  frames: number;
  /** Elements and lines that were left out, by the limit that did it. */
  deep: number;
  many: number;
  folded: number;
  /** The shapes that were met, by number: whole pages are compared by these. */
  shapes: Map<string, number>;
  known: WeakMap<Node, number>;
  /** What was read, word by word: it must not appear, even where it is made of words that may. */
  hidden: string[][];
};

/** One element: its own line and what it holds. `bare`: there is nothing in the line but its name. */
type Node = { line: string; inner: Node[]; bare: boolean };

/**
 * @param page the document with its own address, empty where it is not known
 * @param read what Deskcall read there
 * @returns a report of some lines of plain text; the same for two pages that differ only in what they say
 */
export function redact({ url, document }: Page, read?: Reading): string {
  const report: Report = {
    elements: 0,
    lines: 0,
    roots: 0,
    frames: 0,
    deep: 0,
    many: 0,
    folded: 0,
    shapes: new Map(),
    known: new WeakMap(),
    hidden: read?.case
      ? valuesOf(read.case)
          .map(wordsOf)
          .filter((list) => list.join('').length > 2)
      : [],
  };
  const outline = document.documentElement ? write(report, [elementOf(report, document.documentElement, 0)], 0) : [];
  const many = (n: number, what: string): string[] => (n ? [`${n} ${what}`] : []);
  const cut = [
    ...many(report.deep, `elements deeper than ${mostDeep}, with all they hold`),
    ...many(report.many, `elements after the first ${mostElements}, with all they hold`),
    ...many(report.folded, `lines after the first ${mostLines}`),
  ];
  const lines: [string, string][] = [
    ['address', url ? shapeOfUrl(url, report.hidden) : 'not given'],
    ...(read ? reading(read) : []),
    ['page', `elements ${report.elements}, open shadow roots ${report.roots}, frames read ${report.frames}`],
    ['cut', cut.join(', ') || 'nothing'],
  ];
  return [
    'Deskcall: a page reduced to its structure',
    'Other words are ~, numbers 9, long ids X, text(12) is a text of 12 characters, … ×5 five alike in all.',
    '',
    ...lines.map(([label, text]) => `${label.padEnd(9)} ${text}`),
    '',
    ...outline,
    '',
  ].join('\n');
}

/** What was read, without a value: the desk, the fields by where they came from, and the problems by their code. */
function reading({ desk, case: record, sources, problems }: Reading): [string, string][] {
  const from = (name: string): string => (/^[a-z]+(#\d+)?$/.exec(sources[name] ?? '') ?? [''])[0];
  const labelled = Object.keys(sources).filter((name) => name.startsWith('fields.'));
  const read = ['id', 'kind', 'number', ...fieldNames].filter((name) => sources[name] !== undefined);
  const lost = fieldNames.filter((name) => sources[name] === undefined);
  return [
    ['desk', desk !== null && /^[a-z0-9-]{1,40}$/.test(desk) ? desk : 'none'],
    ['case', record ? 'read' : 'none'],
    ['read', [...read.map((name) => `${name} ${from(name)}`), ...tally(labelled.map(from))].join(', ') || 'nothing'],
    ...(record ? ([['not read', lost.join(', ') || 'nothing is missing']] as [string, string][]) : []),
    ['problems', problems.map(({ code }) => code).join(', ') || 'none'],
  ];
}

/** Labelled fields: their labels are the desk's own text, so only how many there are and by which reading. */
function tally(sources: string[]): string[] {
  const counts = new Map<string, number>();
  for (const source of sources) counts.set(source, (counts.get(source) ?? 0) + 1);
  return [...counts].map(([source, n]) => `${n} labelled ${source}`);
}

function valuesOf({ fields, desk: _desk, kind: _kind, ...named }: NonNullable<Read['case']>): string[] {
  return [
    ...Object.values(named).filter((value) => value !== undefined),
    ...Object.keys(fields),
    ...Object.values(fields),
  ];
}

const tagOf = (report: Report, element: Element): string => {
  const name = element.localName.toLowerCase();
  return tags.has(name) ? name : nameOf(name, report.hidden) || '~';
};

// ---- outline

function elementOf(report: Report, element: Element, depth: number): Node {
  report.elements += 1;
  const tag = tagOf(report, element);
  const described = describe(report, element);
  const isOpaque = opaque.has(element.localName.toLowerCase());
  const text = isOpaque ? 0 : ownText(element);
  const line = `${tag}${described}${text ? ` text(${text})` : ''}`;
  const node: Node = { line, inner: [], bare: line === tag };
  if (isOpaque) return node;
  for (const [mark, inside] of within(report, element)) {
    const inner = inside ? childrenOf(report, inside, depth + 1) : [];
    if (mark) node.inner.push({ line: mark, inner, bare: false });
    else node.inner.push(...inner);
  }
  const [only, more] = node.inner;
  // Wrappers that say nothing stand in one line with what they wrap.
  if (only && !more && node.bare && !only.line.startsWith('#')) return { ...only, line: `${tag} > ${only.line}` };
  return node;
}

function childrenOf(report: Report, parent: ParentNode, depth: number): Node[] {
  const nodes: Node[] = [];
  for (const child of parent.children) {
    // Our own panel is no part of the desk.
    if (silent.has(child.localName.toLowerCase()) || child.localName === 'deskcall-panel') continue;
    if (depth > mostDeep) report.deep += 1;
    else if (report.elements >= mostElements) report.many += 1;
    else nodes.push(elementOf(report, child, depth));
  }
  return nodes;
}

/** What an element holds: its shadow root, its frame's document, its children. The first two are marked. */
function within(report: Report, element: Element): [string, ParentNode | null][] {
  const inside: [string, ParentNode | null][] = [];
  if (element.shadowRoot) {
    report.roots += 1;
    inside.push(['#shadow', element.shadowRoot]);
  }
  if (element.localName === 'iframe' || element.localName === 'frame') {
    const document = documentIn(element as HTMLIFrameElement);
    if (document) report.frames += 1;
    const url = document?.defaultView?.location.href ?? '';
    inside.push([document ? `#frame ${shapeOfUrl(url, report.hidden)}` : '#frame not readable', document]);
    return inside;
  }
  inside.push(['', element]);
  return inside;
}

/** Null for frames of another origin. */
function documentIn(frame: HTMLIFrameElement): Document | null {
  try {
    return frame.contentDocument?.documentElement ? frame.contentDocument : null;
  } catch {
    return null;
  }
}

/** Characters of the element's own text, without what is inside other elements. */
function ownText(element: Element): number {
  let text = '';
  for (const child of element.childNodes) if (child.nodeType === 3) text += child.nodeValue ?? '';
  return text.replace(/\s+/g, ' ').trim().length;
}

/** `#id.class [data-testid=…] {title tabindex}`: what is structure with its value, all else by name alone. */
function describe(report: Report, element: Element): string {
  let id = '';
  let classes: string[] = [];
  const told: string[] = [];
  const named: string[] = [];
  for (const { name, value } of element.attributes) {
    if (name === 'class')
      classes = value
        .split(/\s+/)
        .map((each) => nameOf(each, report.hidden))
        .filter(Boolean);
    else if (name === 'id' && nameOf(value, report.hidden)) id = `#${nameOf(value, report.hidden)}`;
    else {
      const shown = valueOf(report, element, name, value);
      if (shown) told.push(`[${name}=${shown}]`);
      else named.push(attributes.has(name) ? name : nameOf(name, report.hidden) || '~');
    }
  }
  const listed = (list: string[], glue: string, before: string): string => {
    const unique = [...new Set(list)];
    const rest = unique.length - mostOfOne;
    return before + unique.slice(0, mostOfOne).join(glue) + (rest > 0 ? `${glue}+${rest}` : '');
  };
  return [
    id,
    classes.length ? listed(classes, '.', '.') : '',
    told.length ? listed(told, '', ' ') : '',
    named.length ? ` {${listed(named, ' ', '')}}` : '',
  ].join('');
}

function valueOf(report: Report, element: Element, name: string, value: string): string {
  // A link's address says which kind of thing it leads to.
  if (name === 'href' && element.localName === 'a')
    return /^[^#?]*\/\w/.test(value) ? shapeOfPath(value, { hidden: report.hidden, nested: 0 }) : '';
  if (!telling.has(name)) return '';
  const list = value.trim().split(/\s+/);
  // More than a few words in a row are a sentence, whatever the words are.
  const most = name === 'rel' || name === 'part' || name.startsWith('aria-') ? 4 : 1;
  if (list.length > most) return '';
  return list
    .map((each) => nameOf(each, report.hidden))
    .filter(Boolean)
    .join(',');
}

/** Siblings of the same shape stand once, with their number. */
function write(report: Report, nodes: Node[], depth: number): string[] {
  const lines: string[] = [];
  const say = (line: string): void => {
    report.lines += 1;
    if (report.lines > mostLines) report.folded += 1;
    else lines.push(`${'  '.repeat(depth)}${line}`);
  };
  for (let at = 0; at < nodes.length; ) {
    const node = nodes[at];
    if (!node) break;
    const shape = shapeOfNode(report, node);
    let end = at + 1;
    for (let next = nodes[end]; next && shapeOfNode(report, next) === shape; next = nodes[end]) end += 1;
    say(node.line);
    lines.push(...write(report, node.inner, depth + 1));
    if (end - at > 1) say(`… ×${end - at}`);
    at = end;
  }
  return lines;
}

/** A node's shape with all that it holds, itself folded and without lengths: a list of three is like a list of five. */
function shapeOfNode(report: Report, node: Node): number {
  let shape = report.known.get(node);
  if (shape === undefined) {
    const inner = node.inner.map((each) => shapeOfNode(report, each)).filter((each, n, list) => each !== list[n - 1]);
    const key = `${node.line.replace(/ text\(\d+\)|\d+/g, '')} ${inner.join(' ')}`;
    shape = report.shapes.get(key) ?? report.shapes.size;
    report.shapes.set(key, shape);
    report.known.set(node, shape);
  }
  return shape;
}
