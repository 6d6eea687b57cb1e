/**
 * Desks that are data: the form an admin writes, and the form Request Tracker and marked pages are written in.
 * Readings use attributes, classes, text and `.value`, never layout, so that they hold without a window.
 */
import {
  fieldNames,
  type Desk,
  type DeskData,
  type Findings,
  type Page,
  type Reading,
  type Ref,
  type Shown,
  type Source,
} from '../model.ts';
import { matchAddress } from './pattern.ts';

/** A value longer than this is cut: no desk shows more in one field, and hostile pages may. In characters. */
const longestValue = 16_384;
/** More labelled rows than this are not read. */
const mostRows = 300;

/** Text as people see it: control characters gone, runs of white space one space. */
export const plain = (text: string | null | undefined): string =>
  (text ?? '')
    .slice(0, longestValue)
    // oxlint-disable-next-line no-control-regex -- these are what is taken out
    .replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, ' ')
    .trim();

/**
 * An id inside a selector. In quotes or behind letters, an id of plain characters stays as it is; all else is escaped.
 * happy-dom understands such escapes in quotes only, so a scope is best written `[id="{id}"]`.
 */
const fill = (selector: string, id: string): string =>
  selector.replace(/(["'\w-]?)\{id\}/g, (_, before: string) =>
    before && /^[\w-]+$/.test(id)
      ? before + id
      : before + id.replace(/^\d|[^\w-]/gu, (c) => `\\${(c.codePointAt(0) ?? 0).toString(16)} `),
  );

/** Selectors come from people: a bad one finds nothing. */
function all(root: ParentNode, selector: string): Element[] {
  try {
    return [...root.querySelectorAll(selector)];
  } catch {
    return [];
  }
}
function first(root: ParentNode, selector: string): Element | null {
  try {
    return root.querySelector(selector);
  } catch {
    return null;
  }
}

function valueOf(element: Element, attr?: string): string {
  if (attr) return plain(element.getAttribute(attr));
  const { localName } = element;
  // A box that is not ticked has the value of one that is.
  if (element.matches('[type=checkbox],[type=radio]') && !(element as HTMLInputElement).checked) return '';
  if (localName === 'input' || localName === 'textarea') return plain((element as HTMLInputElement).value);
  if (localName === 'select') return plain((element as HTMLSelectElement).selectedOptions[0]?.textContent);
  return plain(element.textContent);
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

type Found = { value: string; source: Source };

function take(root: ParentNode, readings: Reading[] | undefined, labelled: Map<string, string>): Found | null {
  for (const [n, reading] of (readings ?? []).entries()) {
    if (reading.label !== undefined) {
      const value = cut(labelled.get(asKey(reading.label)) ?? '', reading);
      if (value) return { value, source: `label#${n + 1}` };
    } else if (reading.css !== undefined) {
      const one = first(root, reading.css);
      let value = one ? cut(valueOf(one, reading.attr), reading) : '';
      if (one && !value)
        for (const element of all(root, reading.css)) {
          value = cut(valueOf(element, reading.attr), reading);
          if (value) break;
        }
      if (value) return { value, source: reading.attr ? 'attr' : `css#${n + 1}` };
    }
  }
  return null;
}

/** A time with a zone becomes ISO in UTC; any other stays what the page wrote. */
const zoned = (text: string): string =>
  /T.*(Z|[+-]\d\d:?\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)) ? new Date(text).toISOString() : text;

/**
 * Makes a desk of its description.
 * @param id the product's id: a file's name, or `custom`
 */
export function customDesk(id: string, name: string, hosts: string[], data: DeskData): Desk {
  const locate = (url: string): Ref | null => {
    if (data.never?.some((pattern) => matchAddress(pattern, url))) return null;
    for (const pattern of data.addresses) {
      const found = matchAddress(pattern, url);
      const key = found?.id ?? found?.number;
      if (!found || !key) continue;
      const ref: Ref = { kind: found.kind ?? data.kind ?? 'case', id: key };
      const number = found.number ?? (data.shows?.number ? undefined : key);
      if (number) ref.number = number;
      return ref;
    }
    return null;
  };

  const read = (page: Page, from: Ref | null): Findings => {
    const byPage = data.identity === 'page';
    // The address alone never names it then.
    const located = byPage ? null : from;
    const findings: Findings = { ref: located, values: {}, fields: {}, sources: {}, problems: [], confirmed: false };
    // Where the page names its record, addresses only say which pages can be a case.
    if (byPage ? data.addresses.length && !from : !from) return findings;
    const { values, fields, sources, problems } = findings;
    if (data.single && all(page.document, data.single).length > 1) {
      problems.push({ code: 'several', message: 'More than one record on this page says it is the open one.' });
      if (byPage) return findings;
    }
    const root = scopeOf(page.document, data.scope, from?.id ?? '');
    if (!root) return findings;

    const shown = take(root, data.shows?.id, new Map());
    const number = take(root, data.shows?.number, new Map());
    let ref = located;
    if (byPage) {
      const kind = take(root, data.shows?.kind, new Map());
      if (!shown) return findings;
      ref = { kind: kind?.value ?? data.kind ?? 'case', id: shown.value };
      sources.id = shown.source;
      if (kind) sources.kind = kind.source;
    } else if (from) {
      sources.id = 'url';
      sources.kind = 'url';
      if (from.number) sources.number = 'url';
      const other: Shown | null =
        shown && shown.value !== from.id
          ? { text: shown.value, id: shown.value }
          : number && from.number && number.value !== from.number
            ? { text: number.value }
            : null;
      if (other) {
        problems.push({
          code: 'disagree',
          message: `The address says ${from.number ?? from.id}, the page shows ${other.text}.`,
        });
        return { ...findings, shown: other };
      }
    }
    if (!ref) return findings;
    if (number && !ref.number) {
      ref = { ...ref, number: number.value };
      sources.number = number.source;
    }
    findings.ref = ref;
    findings.confirmed = shown !== null || (number !== null && from?.number !== undefined);

    const labelled = new Map<string, string>();
    for (const [n, spec] of (data.rows ?? []).entries())
      for (const row of all(root, spec.row).slice(0, mostRows)) {
        const label = plain((spec.label ? first(row, spec.label) : row)?.textContent).replace(/[\s:*]+$/, '');
        const inner = spec.value.replace(/^\+\s*/, '');
        const near = inner === spec.value ? row : row.nextElementSibling;
        const at = near && inner ? first(near, inner) : near;
        const value = at ? valueOf(at) : '';
        if (!label || !value || labelled.has(asKey(label))) continue;
        labelled.set(asKey(label), value);
        // A page may name a field like a part of every object; `fields` has no prototype to be hit.
        Object.defineProperty(fields, label, { value, enumerable: true, configurable: true, writable: true });
        sources[`fields.${label}`] = `label#${n + 1}`;
      }
    for (const field of fieldNames) {
      const found = take(root, data.read?.[field], labelled);
      if (!found) continue;
      values[field] = field === 'opened' ? zoned(found.value) : found.value;
      sources[field] = found.source;
    }
    return findings;
  };

  return {
    id,
    name,
    hosts,
    anchorOf: (page, ref) => {
      const root = scopeOf(page.document, data.scope, ref.id);
      for (const { css, place = 'inside' } of data.anchors ?? []) {
        const element = root && first(root, css);
        if (element) return { element, place };
      }
      return null;
    },
    owns: (page) => !data.owns || data.owns.some((selector) => first(page.document, selector)),
    locate,
    read,
  };
}

/** The element that holds the open record; null if the desk says there is one and it is not there. */
function scopeOf(document: Document, scope: string[] | undefined, id: string): ParentNode | null {
  if (!scope) return document;
  for (const selector of scope) {
    const found = first(document, fill(selector, id));
    if (found) return found;
  }
  return null;
}
