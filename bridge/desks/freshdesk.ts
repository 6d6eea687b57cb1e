/**
 * Freshdesk, API v2, with an agent's API key. Least rights: an agent who sees the tickets and may add notes.
 *
 * From its documents: a note has to say that it is private; bodies are HTML; nothing makes a write happen once; notes can
 * be edited, replies not; 429 with Retry-After. Not run here.
 */
import freshdeskPages from '../../lib/desks/freshdesk.ts';
import { at, basic, idAt, kindsOf, part, textAt, type DeskServer, type Note } from './desk.ts';
import { htmlOf, textOfHtml } from './template.ts';

const base = (id: string): string => `/api/v2/tickets/${part(id)}`;

/** A conversation as Freshdesk and Freshservice list it. */
export const conversation = (each: unknown): Note => ({
  id: idAt(each, 'id'),
  text: textOfHtml(textAt(each, 'body') || textAt(each, 'body_text')),
  internal: at(each, 'private') === true,
});

/** Custom fields, which both have in the record. */
export const unlikeIn = (record: unknown, values: Record<string, string | number>): string[] =>
  Object.keys(values).filter((name) => idAt(record, 'custom_fields', name) !== String(values[name]));

export const freshdesk: DeskServer = {
  kinds: kindsOf(freshdeskPages),
  headers: (secret) => basic(secret, 'X'),
  record: ({ id }) => ({ method: 'GET', path: base(id) }),
  numberOf: ({ status, body }, { id }) => (status === 200 && idAt(body, 'id') === id ? id : undefined),
  note: ({ id }, { text }) => ({
    method: 'POST',
    path: `${base(id)}/notes`,
    body: { body: htmlOf(text), private: true },
  }),
  notes: ({ id }, _, page) => ({ method: 'GET', path: `${base(id)}/conversations?per_page=100&page=${page}` }),
  notesOf: ({ status, body }) => (status === 200 && Array.isArray(body) ? body.map(conversation) : undefined),
  more: ({ body }) => Array.isArray(body) && body.length >= 100,
  edit: (_, id, { text }) => ({
    method: 'PUT',
    path: `/api/v2/conversations/${part(id)}`,
    body: { body: htmlOf(text) },
  }),
  set: ({ id }, values) => ({ method: 'PUT', path: base(id), body: { custom_fields: values } }),
  unlike: ({ status, body }, { id }, values) =>
    status === 200 && idAt(body, 'id') === id ? unlikeIn(body, values) : undefined,
};
