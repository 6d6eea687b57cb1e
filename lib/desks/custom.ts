/**
 * The one reader of desks: the form an admin writes, and the form every desk in this folder is written in.
 * Readings use attributes, classes, text and `.value`, never layout, so that they hold without a window.
 */
import {
  fieldNames,
  type Desk,
  type DeskCode,
  type DeskForm,
  type Findings,
  type Page,
  type Reading,
  type Ref,
  type Shown,
  type Source,
} from '../model.ts';
import { matchAddress } from './match.ts';

/** A value longer than this is cut: no desk shows more in one field, and hostile pages may. In characters. */
const longestValue = 16_384;
/** More labelled rows than this are not read. */
const mostRows = 300;
/** More shadow roots than this are not searched. */
const mostRoots = 2000;
/** Frames in frames, at most. */
const deepestFrame = 3;

/** Text as people see it: control characters gone, runs of white space one space. */
export const plain = (text: string | null | undefined): string =>
  (text ?? '')
    .slice(0, longestValue)
    // oxlint-disable-next-line no-control-regex -- these are what is taken out
    .replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, ' ')
    .trim();

/**
 * A record's id and kind inside a selector. In quotes or behind letters, plain characters stay as they are; all else is
 * escaped. happy-dom understands such escapes in quotes only, so they are best written there: `[id="{kind}.number"]`.
 */
const fill = (selector: string, { id, kind }: Ref): string =>
  selector.replace(/(["'\w-]?)\{(id|kind)\}/g, (_, before: string, name: string) => {
    const text = name === 'id' ? id : kind;
    return before && /^[\w-]+$/.test(text)
      ? before + text
      : before + text.replace(/^\d|[^\w-]/gu, (c) => `\\${(c.codePointAt(0) ?? 0).toString(16)} `);
  });

/**
 * An element's text without what is dropped; a piece that only repeats the one before it is there for screen readers.
 * Where an element has no text of its own, that of its open shadow root stands for it.
 */
function textOf(element: Element, drop: string): string {
  let text = '';
  let before = '';
  const walk = (inner: Node): void => {
    for (const child of inner.childNodes) {
      if (text.length > longestValue) return;
      if (child.nodeType === 3) {
        const piece = plain(child.nodeValue);
        if (piece && piece === before) continue;
        before = piece || before;
        text += child.nodeValue ?? '';
      } else if (child.nodeType === 1 && !(child as Element).matches(drop)) into(child as Element);
    }
  };
  const into = (inner: Element): void => {
    const { length } = text;
    walk(inner);
    if (inner.shadowRoot && !text.slice(length).trim()) walk(inner.shadowRoot);
  };
  try {
    into(element);
  } catch {
    return element.textContent ?? '';
  }
  return text;
}

function valueOf(element: Element, drop: string, attr?: string): string {
  if (attr) return plain(element.getAttribute(attr));
  const { localName } = element;
  // A box that is not ticked has the value of one that is.
  if (element.matches('[type=checkbox],[type=radio]') && !(element as HTMLInputElement).checked) return '';
  if (localName === 'input' || localName === 'textarea') return plain((element as HTMLInputElement).value);
  if (localName === 'select') return plain((element as HTMLSelectElement).selectedOptions[0]?.textContent);
  return plain(textOf(element, drop));
}

function cut(text: string, reading: Reading): string {
  let value = text;
  if (reading.after) {
    const at = value.indexOf(reading.after);
    value = at < 0 ? '' : value.slice(at + reading.after.length);
  }
  if (reading.before) {
    const at = value.indexOf(reading.before);
    value = at < 0 ? '' : value.slice(0, at);
  }
  return value.trim();
}

const asKey = (label: string): string => label.replace(/[\s:*]+$/, '').toLowerCase();

type Found = { value: string; source: Source; several?: boolean | undefined };
type Labelled = Map<string, { label: string; value: string; source: Source }>;

/** A time with a zone becomes ISO in UTC; any other stays what the page wrote. */
export const zoned = (text: string): string =>
  /T.*(Z|[+-]\d\d:?\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)) ? new Date(text).toISOString() : text;

/**
 * Makes a desk of its description.
 * @param id the product's id: a file's name, or `custom`
 * @param code what the description cannot say
 */
export function customDesk(id: string, name: string, form: DeskForm, code: DeskCode = {}): Desk {
  const drop = ['script,style', ...(form.drop ?? [])].join();
  const sameId = code.sameId ?? ((text: string) => text);
  const ignore = form.ignore?.join();
  /** Not in what is left alone; where that cannot be told, nothing counts. */
  const counts = (element: Element): boolean => {
    try {
      return !ignore || !element.closest(ignore);
    } catch {
      return false;
    }
  };

  /** Several roots are searched in turn. Selectors come from people: a bad one finds nothing. */
  const all = (roots: ParentNode[], selector: string): Element[] => {
    try {
      return roots.flatMap((root) => [...root.querySelectorAll(selector)].filter(counts));
    } catch {
      return [];
    }
  };
  const first = (roots: ParentNode[], selector: string): Element | null => {
    try {
      for (const root of roots) {
        const found = root.querySelector(selector);
        const one = !found || counts(found) ? found : [...root.querySelectorAll(selector)].find(counts);
        if (one) return one;
      }
    } catch {
      // said above
    }
    return null;
  };
  /** The root and, where the desk says so, all open shadow roots in it, nested ones too. */
  const rootsIn = (root: ParentNode): ParentNode[] => {
    const roots = [root];
    if (form.deep)
      for (const each of roots)
        for (const host of [each as Element, ...each.querySelectorAll('*')])
          if (host.shadowRoot && roots.length < mostRoots && counts(host)) roots.push(host.shadowRoot);
    return roots;
  };

  const barred = (url: string): boolean => form.never?.some((pattern) => matchAddress(pattern, url)) ?? false;
  const locate = (url: string): Ref | null => {
    if (barred(url)) return null;
    if (code.locate) return code.locate(url);
    for (const pattern of form.addresses) {
      const found = matchAddress(pattern, url);
      const key = found?.id ?? found?.number;
      if (!found || !key) continue;
      const ref: Ref = { kind: found.kind ?? form.kind ?? 'case', id: sameId(key) };
      const number = found.number ?? (form.shows?.number ? undefined : key);
      if (number) ref.number = number;
      return ref;
    }
    return null;
  };

  /** A component's value is that of what people type into in it. */
  const valueIn = (element: Element, attr?: string): string => {
    const typed = !attr && element.shadowRoot && first(rootsIn(element), 'input:not([type=hidden]),textarea,select');
    return valueOf(typed || element, drop, attr);
  };

  const clean = (text: string, reading?: Reading): string => {
    const cutText = reading ? cut(text, reading) : text;
    const value = code.tidy ? code.tidy(cutText) : cutText;
    const none = /^[-–—]+(\s*none\s*[-–—]+)?$/i.test(value) || form.blank?.includes(value);
    return none ? '' : value;
  };

  /** The first reading that has a value. `sure`: whether another element says otherwise is looked at as well. */
  const take = (
    roots: ParentNode[],
    readings: Reading[] | undefined,
    ref: Ref,
    labelled: Labelled,
    sure?: boolean,
  ): Found | null => {
    for (const [n, reading] of (readings ?? []).entries()) {
      if (reading.label !== undefined) {
        const value = clean(labelled.get(asKey(reading.label))?.value ?? '', reading);
        if (value) return { value, source: `label#${n + 1}` };
      } else if (reading.css !== undefined) {
        const css = fill(reading.css, ref);
        const get = (element: Element): string => clean(valueIn(element, reading.attr), reading);
        const one = first(roots, css);
        let value = one ? get(one) : '';
        if (one && !value)
          for (const element of all(roots, css)) {
            value = get(element);
            if (value) break;
          }
        const several = sure && all(roots, css).some((element) => !['', value].includes(get(element)));
        if (value) return { value, source: reading.attr ? 'attr' : `css#${n + 1}`, several };
      }
    }
    return null;
  };

  /** The frame that holds the record now, of the page itself or of the frame in it. */
  let frame: Element | null = null;
  const framesOf = ({ url, document }: Page): Element[] =>
    !form.frames || code.framed?.(url) === false
      ? []
      : frame?.isConnected && frame.ownerDocument === document
        ? [frame]
        : all(rootsIn(document), form.frames.join());
  const inner = (page: Page, depth = 0): Page => {
    if (depth === deepestFrame) return page;
    let found = page;
    for (const element of framesOf(page)) {
      const { contentDocument, contentWindow } = element as HTMLIFrameElement;
      // On a saved page it has none.
      if (!contentWindow) continue;
      // What it shows is what is open: while that cannot be read, the page's own address may be of a record before.
      if (!depth) found = { url: 'about:blank', document: page.document };
      try {
        const { href } = contentWindow.location;
        // Written out in the page, it is a part of it.
        const url = href === 'about:srcdoc' ? page.url : href;
        if (!contentDocument || !/^https?:/.test(url)) continue;
        if (!depth) frame = element;
        return inner({ url, document: contentDocument }, depth + 1);
      } catch {
        // Of another origin: nothing can be read in it.
      }
    }
    return found;
  };

  const roots = (page: Page): Node[] => {
    if (!form.deep && !form.frames) return [];
    const { document } = inner(page);
    return [...framesOf(page), ...rootsIn(document).slice(document === page.document ? 1 : 0)];
  };

  /** Where the open record stands; null if the desk says that it has a container, and it is not there. */
  const scopeOf = (whole: ParentNode[], ref: Ref, url: string): ParentNode[] | null => {
    if (!form.scope) return whole;
    for (const selector of form.scope) {
      const found = first(whole, fill(selector, ref));
      if (found) return rootsIn(found);
    }
    const pane = code.pane?.((css) => first(whole, css), ref, url);
    return pane ? rootsIn(pane) : null;
  };

  /** All that has a label, by {@link asKey} of it. */
  const labelsIn = (whole: ParentNode[], ref: Ref): Labelled => {
    const labelled: Labelled = new Map();
    for (const [n, spec] of (form.rows ?? []).entries())
      for (const row of all(whole, fill(spec.row, ref)).slice(0, mostRows)) {
        const label = plain((spec.label ? first(rootsIn(row), spec.label) : row)?.textContent).replace(/[\s:*]+$/, '');
        const path = spec.value.replace(/^\+\s*/, '');
        const near = path === spec.value ? row : row.nextElementSibling;
        // The box of a `<label for>` may stand anywhere.
        const box = path === spec.value ? null : (row as HTMLLabelElement).control;
        const at = box ?? (near && path ? first(rootsIn(near), path) : near);
        const value = at ? clean(valueIn(at)) : '';
        const key = asKey(label);
        if (label && value && !labelled.has(key)) labelled.set(key, { label, value, source: `label#${n + 1}` });
      }
    return labelled;
  };

  const owns = ({ document }: Page): boolean =>
    form.owns?.some((selector) => first(rootsIn(document), selector)) ?? false;

  const read = (page: Page, from: Ref | null): Findings => {
    // An address that names no number cannot be compared with a page that shows nothing but one.
    const open = !from || !(from.number ?? form.shows?.id);
    const here = open && form.pages?.some((pattern) => matchAddress(pattern, page.url));
    const byPage = form.identity === 'page' || here;
    // The address alone never names it then.
    const located = form.identity === 'page' ? null : from;
    const findings: Findings = { ref: located, values: {}, fields: {}, sources: {}, problems: [], confirmed: false };
    // Where the page names its record, addresses only say which pages can be a case.
    if (barred(page.url) || (byPage ? !here && form.addresses.length && !from : !from)) return findings;
    const { values, fields, sources, problems } = findings;
    const whole = rootsIn(page.document);
    const several = (): Findings => {
      problems.push({ code: 'several' });
      return { ...findings, ref: null };
    };
    const wanted = from ?? { kind: '', id: '' };
    const byAddress = (): void => {
      Object.assign(sources, { id: 'url', kind: 'url' }, from?.number && { number: 'url' });
    };
    const root = scopeOf(whole, wanted, page.url);
    if (!root) {
      if (located) byAddress();
      problems.push({ code: 'no-pane' });
      return findings;
    }
    if (form.single && all(root, form.single).length > 1) {
      const none = several();
      if (byPage) return none;
      // The address names it, but whose the values are cannot be told.
      byAddress();
      return findings;
    }

    const labelled = labelsIn(root, wanted);
    const shown = take(root, form.shows?.id, wanted, labelled, byPage);
    const number = take(root, form.shows?.number, wanted, labelled, byPage);
    const named = byPage ? (shown ?? (here ? number : null)) : null;
    if (here && !named) {
      // Such a page is of no record, or not yet, whatever else it holds; its address may be of one that was left.
      if (owns(page)) return { ...findings, ref: null };
      if (located) byAddress();
      return findings;
    }
    let ref = located;
    if (named) {
      if (named.several) return several();
      const kind = take(root, form.shows?.kind, wanted, labelled);
      ref = { kind: kind?.value ?? form.kind ?? 'case', id: named.value };
      sources.id = named.source;
      if (kind) sources.kind = kind.source;
    } else if (located && from) {
      byAddress();
      let other: Shown | null = null;
      if (shown && sameId(shown.value) !== from.id) {
        const shownId = sameId(shown.value);
        // An address may name nothing but the number; the page that shows it knows the id.
        if (from.id === from.number && from.number === number?.value) {
          ref = { ...from, id: shownId };
          sources.id = shown.source;
        } else other = { text: shown.value, id: shownId };
      } else if (number && from.number && number.value !== from.number) other = { text: number.value };
      if (other) {
        problems.push({ code: 'disagree' });
        return { ...findings, shown: other };
      }
    }
    if (!ref) return findings;
    if (number && !ref.number) {
      ref = { ...ref, number: number.value };
      sources.number = number.source;
    }
    findings.ref = ref;
    findings.confirmed = (shown ?? named) !== null || (number !== null && from?.number !== undefined);

    for (const { label, value, source } of labelled.values()) {
      // A page may name a field like a part of every object; `fields` has no prototype to be hit.
      Object.defineProperty(fields, label, { value, enumerable: true, configurable: true, writable: true });
      sources[`fields.${label}`] = source;
    }
    for (const field of fieldNames) {
      const found = take(root, form.read?.[field], ref, labelled);
      if (!found) continue;
      values[field] = field === 'opened' ? zoned(found.value) : found.value;
      sources[field] = found.source;
    }
    return findings;
  };

  return {
    id,
    name,
    anchorOf: (page, ref) => {
      // In a frame the panel would have to live by another window's rules: there it stands at the edge of the page.
      if (inner(page).document !== page.document) return null;
      const root = scopeOf([page.document], ref, page.url);
      for (const { css, place = 'inside' } of form.anchors ?? []) {
        const element = root && first(root, fill(css, ref));
        if (element) return { element, place };
      }
      return null;
    },
    owns,
    inner,
    roots,
    locate,
    read,
  };
}
