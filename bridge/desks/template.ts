/**
 * Placeholders such as `{{id}}` in what an admin writes. A value is escaped for the place that it gets to, so that
 * whatever it holds, it stays one value there: a JSON text, one part of a path, one value of a query.
 */
import { part } from './desk.ts';

const placeholder = /\{\{\s*(\w*)\s*\}\}/g;

export type Filling = Record<string, string | number>;

/** The names between braces, in the order they come. */
export const namesIn = (template: string): string[] => [...template.matchAll(placeholder)].map(([, name = '']) => name);

const valueOf = (values: Filling, name: string): string | number =>
  Object.hasOwn(values, name) ? (values[name] ?? '') : '';

/** Plain text: nothing is escaped. */
export const fillText = (template: string, values: Filling): string =>
  template.replaceAll(placeholder, (_, name: string) => String(valueOf(values, name)));

/** A path with its query. */
export const fillPath = (template: string, values: Filling): string =>
  template.replaceAll(placeholder, (_, name: string) => part(valueOf(values, name)));

/**
 * JSON as data: only texts in it are templates, so a value can't end the text that it stands in. A text that is one
 * placeholder and nothing else becomes the value as it is, be it a number or what `whole` has by that name.
 */
export function fillJson(template: unknown, values: Filling, whole: Record<string, unknown> = {}): unknown {
  if (typeof template === 'string') {
    const [, alone] = /^\{\{\s*(\w+)\s*\}\}$/.exec(template) ?? [];
    if (alone !== undefined) return Object.hasOwn(whole, alone) ? whole[alone] : valueOf(values, alone);
    return fillText(template, values);
  }
  if (Array.isArray(template)) return template.map((each) => fillJson(each, values, whole));
  if (typeof template !== 'object' || template === null) return template;
  // Names come from the admin's file and stay as they are, even one like __proto__.
  return Object.fromEntries(Object.entries(template).map(([name, each]) => [name, fillJson(each, values, whole)]));
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as HTML that looks the same, for desks whose notes are HTML. */
export const htmlOf = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (c) => entities[c] ?? c).replaceAll('\n', '<br>');

/**
 * HTML as text, as far as telling a marker or our own words again needs it.
 * @param html of a desk; what it was is hostile, and so is what this returns
 */
export const textOfHtml = (html: string): string =>
  html
    .replaceAll(/<br\s*\/?>|<\/(?:p|div|li)>/gi, '\n')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(amp|lt|gt|quot|#39|nbsp);/g, (_, name: string) =>
      name === 'nbsp' ? ' ' : (Object.entries(entities).find(([, entity]) => entity === `&${name};`)?.[0] ?? ''),
    );
