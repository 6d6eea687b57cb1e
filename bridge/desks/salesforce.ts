/**
 * Salesforce: cases by CaseComment, and work orders, their lines and appointments, which have none, by FeedItem. Signs
 * in as a client (External Client App, client credentials: `oauth.url` is `https://<domain>.my.salesforce.com/services/
 * oauth2/token`). Least rights of its user: API Enabled; Read on the objects, on Case also Edit, for fields Edit.
 *
 * From its documents: a case comment is internal unless IsPublished, and holds 4,000 bytes; a post with the visibility
 * InternalUsers is not seen in portals; too many requests answer 403 with REQUEST_LIMIT_EXCEEDED and no Retry-After; an
 * id of 18 characters and its first 15 are one record; the text of a comment can be filtered by, that of a post can't.
 * Inferred: editing a post needs a right of its own. Not run here.
 */
import { sameId } from '../../lib/desks/lightning.ts';
import { objects } from '../../lib/desks/salesforce.ts';
import { at, bearer, idAt, listAt, part, textAt, type DeskServer, type Ref } from './desk.ts';

const api = '/services/data/v62.0';
/** An id stands within a query. */
const idOf = (id: string): string => (/^[A-Za-z\d]{18}$/.test(id) ? id : '000000000000000AAA');
const base = ({ kind, id }: Ref): string => `${api}/sobjects/${part(kind)}/${idOf(id)}`;
const numbers: Record<string, string> = {
  Case: 'CaseNumber',
  WorkOrder: 'WorkOrderNumber',
  WorkOrderLineItem: 'LineItemNumber',
  ServiceAppointment: 'AppointmentNumber',
};
const isCase = ({ kind }: Ref): boolean => kind === 'Case';

/** As much of it as fits; its last line, which holds the marker, stays. */
function fitting(text: string, bytes = 4000): string {
  const end = text.slice(text.lastIndexOf('\n') + 1);
  let start = text.slice(0, text.length - end.length);
  while (Buffer.byteLength(start + end) > bytes) start = `${start.slice(0, -100).trimEnd()}\n`;
  // A cut may go through the middle of a character.
  return start.toWellFormed() + end;
}

/** On a page of posts. */
const size = 200;

export const salesforce: DeskServer = {
  kinds: Object.values(objects),
  headers: (secret) => bearer(secret),
  record: (ref) => ({ method: 'GET', path: base(ref) }),
  numberOf: ({ status, body }, { kind, id }) =>
    (status === 200 && sameId(textAt(body, 'Id')) === id && textAt(body, numbers[kind] ?? '')) || undefined,
  note: (ref, { text }) => ({
    method: 'POST',
    path: `${api}/sobjects/${isCase(ref) ? 'CaseComment' : 'FeedItem'}`,
    body: isCase(ref)
      ? { ParentId: idOf(ref.id), CommentBody: fitting(text), IsPublished: false }
      : { ParentId: idOf(ref.id), Type: 'TextPost', Body: text, Visibility: 'InternalUsers' },
  }),
  refused: ({ body }) => (at(body, 'success') === false ? 'It answers success: false.' : undefined),
  notes: (ref, { marker }, page) => ({
    method: 'GET',
    path: `${api}/query?q=${part(
      isCase(ref)
        ? `SELECT Id, CommentBody, IsPublished FROM CaseComment WHERE ParentId = '${idOf(ref.id)}' AND CommentBody LIKE '%${marker}%'`
        : `SELECT Id, Body, Visibility FROM FeedItem WHERE ParentId = '${idOf(ref.id)}' ORDER BY CreatedDate DESC, Id DESC LIMIT ${size} OFFSET ${(page - 1) * size}`,
    )}`,
  }),
  notesOf: ({ status, body }) =>
    status === 200 && Array.isArray(at(body, 'records'))
      ? listAt(body, 'records').map((each) => ({
          id: textAt(each, 'Id'),
          text: textAt(each, 'CommentBody') || textAt(each, 'Body'),
          internal: at(each, 'IsPublished') === false || textAt(each, 'Visibility') === 'InternalUsers',
        }))
      : undefined,
  more: ({ body }) => listAt(body, 'records').length >= size,
  edit: (ref, id, { text }) => ({
    method: 'PATCH',
    path: `${api}/sobjects/${isCase(ref) ? 'CaseComment' : 'FeedItem'}/${idOf(id)}`,
    body: isCase(ref) ? { CommentBody: fitting(text) } : { Body: text },
  }),
  set: (ref, values) => ({ method: 'PATCH', path: base(ref), body: values }),
  unlike: ({ status, body }, { id }, values) =>
    status === 200 && sameId(textAt(body, 'Id')) === id
      ? Object.keys(values).filter((name) => idAt(body, name) !== String(values[name]))
      : undefined,
  busy: ({ status, body }) =>
    status === 403 && Array.isArray(body) && body.some((each) => at(each, 'errorCode') === 'REQUEST_LIMIT_EXCEEDED'),
};
