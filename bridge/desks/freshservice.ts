/**
 * Freshservice, API v2: tickets, changes and problems, with an agent's API key. Least rights: an agent who sees these
 * records and may add notes.
 *
 * From its documents: a note on a ticket has to say that it is private; changes and problems have notes of their own,
 * without such a word; bodies are HTML; notes can be edited; 429 with Retry-After. Inferred: requesters see no changes
 * and no problems, so that notes there are internal. From memory: how numbers begin. Not run here.
 */
import freshservicePages from '../../lib/desks/freshservice.ts';
import { at, basic, idAt, kindsOf, maybeListAt, part, textAt, type DeskServer, type Ref } from './desk.ts';
import { conversation, unlikeIn } from './freshdesk.ts';
import { htmlOf } from './template.ts';

const base = ({ kind, id }: Ref): string => `/api/v2/${part(kind)}s/${part(id)}`;
const isTicket = ({ kind }: Ref): boolean => kind === 'ticket';

const prefixOf = (record: unknown, { kind }: Ref): string =>
  kind === 'change' ? 'CHN' : kind === 'problem' ? 'PRB' : textAt(record, 'type') === 'Service Request' ? 'SR' : 'INC';

export const freshservice: DeskServer = {
  kinds: kindsOf(freshservicePages),
  headers: (secret) => basic(secret, 'X'),
  record: (ref) => ({ method: 'GET', path: base(ref) }),
  numberOf({ status, body }, ref) {
    const record = at(body, ref.kind);
    return status === 200 && idAt(record, 'id') === ref.id ? `${prefixOf(record, ref)}-${ref.id}` : undefined;
  },
  note: (ref, { text }) => ({
    method: 'POST',
    path: `${base(ref)}/notes`,
    body: { body: htmlOf(text), ...(isTicket(ref) && { private: true }) },
  }),
  notes: (ref, _, page) => ({
    method: 'GET',
    path: `${base(ref)}/${isTicket(ref) ? 'conversations' : 'notes'}?per_page=100&page=${page}`,
  }),
  notesOf: ({ status, body }) =>
    status === 200
      ? (maybeListAt(body, 'conversations')?.map(conversation) ??
        maybeListAt(body, 'notes')?.map((each) => ({ ...conversation(each), internal: true })))
      : undefined,
  more: ({ body }) => (maybeListAt(body, 'conversations') ?? maybeListAt(body, 'notes') ?? []).length >= 100,
  edit: (ref, id, { text }) => ({
    method: 'PUT',
    path: isTicket(ref) ? `/api/v2/conversations/${part(id)}` : `${base(ref)}/notes/${part(id)}`,
    body: { body: htmlOf(text) },
  }),
  set: (ref, values) => ({ method: 'PUT', path: base(ref), body: { custom_fields: values } }),
  unlike: ({ status, body }, { kind, id }, values) =>
    status === 200 && idAt(body, kind, 'id') === id ? unlikeIn(at(body, kind), values) : undefined,
};
