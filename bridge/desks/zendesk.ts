/**
 * Zendesk Support, API v2. Signs in as an agent with an API token (`user` is the mail address), or as a client (OAuth).
 * Least rights: an agent who may comment on the tickets privately.
 *
 * From its documents: a comment is public unless it says otherwise; nothing makes a write happen once; a comment stays
 * as it is; 429 with Retry-After, for one ticket as well (30 in 10 minutes). From memory: placeholders in double braces
 * are filled in comments, and so is what stands in `{% %}`. Not run here.
 */
import zendeskPages from '../../lib/desks/zendesk.ts';
import { at, basic, bearer, idAt, kindsOf, listAt, part, textAt, type DeskServer } from './desk.ts';

const base = (id: string): string => `/api/v2/tickets/${part(id)}`;

/** Names of people are no template. */
const plain = (text: string): string => text.replaceAll(/\{(?=[{%])/g, '{ ');

export const zendesk: DeskServer = {
  kinds: kindsOf(zendeskPages),
  headers: (secret, user) => (user ? basic(`${user}/token`, secret) : bearer(secret)),
  record: ({ id }) => ({ method: 'GET', path: `${base(id)}.json` }),
  numberOf: ({ status, body }, { id }) => (status === 200 && idAt(body, 'ticket', 'id') === id ? id : undefined),
  note: ({ id }, { text }) => ({
    method: 'PUT',
    path: `${base(id)}.json`,
    body: { ticket: { comment: { body: plain(text), public: false } } },
  }),
  notes: ({ id }, _, page) => ({
    method: 'GET',
    path: `${base(id)}/comments.json?sort_order=desc&per_page=100&page=${page}`,
  }),
  notesOf: ({ status, body }) =>
    status === 200 && Array.isArray(at(body, 'comments'))
      ? listAt(body, 'comments').map((comment) => ({
          text: textAt(comment, 'plain_body') || textAt(comment, 'body'),
          internal: at(comment, 'public') === false,
        }))
      : undefined,
  more: ({ body }) => typeof at(body, 'next_page') === 'string',
  set: ({ id }, values) => ({
    method: 'PUT',
    path: `${base(id)}.json`,
    body: { ticket: { custom_fields: Object.entries(values).map(([field, value]) => ({ id: Number(field), value })) } },
  }),
  unlike: ({ status, body }, { id }, values) =>
    status === 200 && idAt(body, 'ticket', 'id') === id
      ? Object.keys(values).filter((name) => {
          const field = listAt(body, 'ticket', 'custom_fields').find((each) => idAt(each, 'id') === name);
          return idAt(field, 'value') !== String(values[name]);
        })
      : undefined,
};
