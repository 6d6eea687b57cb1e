/**
 * Request Tracker 5, REST 2.0, with a token (Logged in as … → Settings → Auth Tokens). Least rights: SeeQueue,
 * ShowTicket, ShowTicketComments, CommentOnTicket.
 *
 * Facts, tried on 5.0.3 from Debian, 2026-11: a comment mails no requester and changes no status, and only those with
 * ShowTicketComments see it; the texts of a ticket are in its attachments, newest first if asked so; a comment that is
 * refused answers 400, other refusals 200 with a sentence; a wrong token is 401 for clients that do not look like
 * browsers; a ticket that was merged answers with the id of the other.
 */
import { at, listAt, textAt, type DeskServer } from './desk.ts';

const base = (id: string): string => `/REST/2.0/ticket/${encodeURIComponent(id)}`;

export const requestTracker: DeskServer = {
  kinds: ['ticket'],
  headers: (secret) => ({ authorization: `token ${secret}` }),
  record: ({ id }) => ({ method: 'GET', path: base(id) }),
  numberOf: ({ status, body }, { id }) => (status === 200 && String(at(body, 'id')) === id ? id : undefined),
  note: ({ id }, text) => ({
    method: 'POST',
    path: `${base(id)}/comment`,
    body: { Subject: 'WorkLink call', Content: text, ContentType: 'text/plain' },
  }),
  notes: ({ id }) => ({
    method: 'GET',
    path: `${base(id)}/attachments?fields=Content&per_page=100&orderby=id&order=DESC`,
  }),
  notesOf: ({ status, body }) =>
    status === 200 && Array.isArray(at(body, 'items'))
      ? listAt(body, 'items').map((item) => ({ text: textAt(item, 'Content'), internal: true }))
      : undefined,
};
