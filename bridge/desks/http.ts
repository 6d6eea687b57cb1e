/**
 * Any other desk: requests that an admin wrote down. Its notes are internal if the request makes them so; where `notes`
 * says how an internal one is told, each is checked. Least rights: to read notes of a record and to add one.
 */
import { at, basic, type DeskServer, type Note, type Ref, type Writing } from './desk.ts';
import type { HttpConfig } from './shape.ts';
import { fillJson, fillPath, fillText, htmlOf, type Filling } from './template.ts';

/** The value at a JSON pointer (RFC 6901). */
const pointed = (value: unknown, pointer: string): unknown =>
  at(
    value,
    ...pointer
      .split('/')
      .slice(1)
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')),
  );

const told = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

const filling = (ref: Ref, { text, marker, key }: Writing): Filling => ({
  ...ref,
  marker,
  key,
  note: text,
  noteHtml: htmlOf(text),
});

const headersOf = (headers: Record<string, string>, values: Filling): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), fillText(value, values)]));

export function httpDesk({ kinds, headers, record, note, notes, set }: HttpConfig): DeskServer {
  return {
    kinds,
    headers: (secret, user) => ({ ...(user && basic(user, secret)), ...headersOf(headers, { secret }) }),
    ...(record && { record: (ref) => ({ method: 'GET', path: fillPath(record.path, ref) }) }),
    numberOf: ({ status, body }) => (record && status === 200 && told(pointed(body, record.number))) || undefined,
    note(ref, writing) {
      const values = filling(ref, writing);
      const fill = (template: unknown) => fillJson(template, values);
      return {
        method: note.method,
        path: fillPath(note.path, values),
        headers: headersOf(note.headers, values),
        ...(note.form
          ? {
              form: Object.fromEntries(
                Object.entries(note.form).map(([name, template]) => {
                  const value = fill(template);
                  return [name, typeof value === 'string' ? value : JSON.stringify(value)];
                }),
              ),
            }
          : { body: fill(note.body) }),
      };
    },
    refused: ({ body }) =>
      note.success && pointed(body, note.success.at) !== note.success.is
        ? `It does not say ${JSON.stringify(note.success.is)} at ${note.success.at}.`
        : undefined,
    keyed: note.keyed,
    ...(notes && {
      notes: (ref, writing, page) => ({
        method: 'GET',
        path: fillPath(notes.path, { ...filling(ref, writing), page, offset: (page - 1) * (notes.size ?? 0) }),
      }),
      more: ({ body }) => notes.size !== undefined && listOf(body, notes.list).length >= notes.size,
    }),
    notesOf({ status, body }) {
      const found = pointed(body, notes?.list ?? '');
      if (!notes || status !== 200 || !Array.isArray(found)) return undefined;
      return (found as unknown[]).map((each): Note => {
        const { internal, text } = notes;
        return { text: told(pointed(each, text)), internal: !internal || pointed(each, internal.at) === internal.is };
      });
    },
    ...(set && {
      set: (ref, values) => ({
        method: set.method,
        path: fillPath(set.path, ref),
        body: fillJson(set.body, ref, { fields: values }),
      }),
    }),
  };
}

const listOf = (body: unknown, pointer: string): unknown[] => {
  const found = pointed(body, pointer);
  return Array.isArray(found) ? (found as unknown[]) : [];
};
