/**
 * Request Tracker 5, REST 2.0, with a token (Logged in as … → Settings → Auth Tokens). Least rights: SeeQueue,
 * ShowTicket, ShowTicketComments, CommentOnTicket.
 *
 * Facts, tried on 5.0.3 from Debian, 2026-11: a comment mails no requester and changes no status, and only those with
 * ShowTicketComments see it; the texts of a ticket are in its attachments, newest first if asked so; a page of them may
 * be empty before the last; a comment that is refused answers 400, other refusals 200 with a sentence; a wrong token is
 * 401 for clients that do not look like browsers; a ticket that was merged answers with the id of the other.
 */
import { at, listAt, part, textAt, type DeskServer } from './desk.ts';

const base = (id: string): string => `/REST/2.0/ticket/${part(id)}`;

export const requestTracker: DeskServer = {
  kinds: ['ticket'],
  headers: (secret) => ({ authorization: `token ${secret}` }),
  record: ({ id }) => ({ method: 'GET', path: base(id) }),
  numberOf: ({ status, body }, { id }) => (status === 200 && String(at(body, 'id')) === id ? id : undefined),
  note: ({ id }, { text, marker }) => ({
    method: 'POST',
    path: `${base(id)}/comment`,
    body: { Subject: `WorkLink call [${marker}]`, Content: text, ContentType: 'text/plain' },
  }),
  // The marker stands in the subject, so that no content has to be listed: photos would be in it.
  notes: ({ id }, _, page) => ({
    method: 'GET',
    path: `${base(id)}/attachments?fields=Subject&per_page=100&page=${page}&orderby=id&order=DESC`,
  }),
  notesOf: ({ status, body }) =>
    status === 200 && Array.isArray(at(body, 'items'))
      ? listAt(body, 'items').map((item) => ({ text: textAt(item, 'Subject'), internal: true }))
      : undefined,
  // Of those who may not see all it keeps how many there are, and leaves out of each page what they may not see.
  more: ({ body }, page, empty) => (at(body, 'pages') ? page < Number(at(body, 'pages')) : empty < 3),
  set: ({ id }, values) => ({ method: 'PUT', path: base(id), body: { CustomFields: values } }),
  unlike: ({ status, body }, _, values) =>
    status === 200
      ? Object.entries(values).flatMap(([name, value]) => {
          const field = listAt(body, 'CustomFields').find((each) => at(each, 'name') === name);
          return listAt(field, 'values').map(String).includes(String(value)) ? [] : [name];
        })
      : undefined,
};
