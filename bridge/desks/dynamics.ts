/**
 * Dynamics 365, Web API 9.2, as an application user (Microsoft Entra, client credentials: `oauth.url` is
 * `https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token`, `oauth.scope` is `https://<organisation>/.default`).
 * Least rights of its role: Read, Append To on the table; Create, Read, Write, Append on Note; Write on the table for
 * fields.
 *
 * From its documents: a note is an annotation; its id may be ours, and PATCH to an id creates it or changes it, so that
 * the same note is written once; a limit answers 429 with Retry-After. From memory: portals show annotations that hold
 * `*WEB*`, others are internal; newer forms show a note as HTML. Inferred: the name by which a booking is bound. Not run here.
 */
import { tables } from '../../lib/desks/dynamics.ts';
import { at, bearer, idAt, listAt, part, textAt, type DeskServer, type Ref } from './desk.ts';

const api = '/api/data/v9.2';
/** An id stands between brackets and in a filter. */
const guid = (id: string): string =>
  /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(id) ? id : '00000000-0000-0000-0000-000000000000';
const setOf = (kind: string): string => (Object.hasOwn(tables, kind) ? (tables[kind]?.set ?? '') : '');
const base = ({ kind, id }: Ref): string => `/${setOf(kind)}(${guid(id)})`;
const numbers: Record<string, string> = { incident: 'ticketnumber', msdyn_workorder: 'msdyn_name' };

/** Names of people neither publish a note nor are HTML in it. */
const plain = (text: string): string => text.replaceAll(/\*(?=web\*)/gi, '(').replaceAll('<', '‹');

/** Only what is there is changed; else the same request would create it. */
const existing = { 'if-match': '*' };

export const dynamics: DeskServer = {
  kinds: Object.keys(tables),
  headers: (secret) => bearer(secret),
  record: (ref) => ({ method: 'GET', path: api + base(ref) }),
  numberOf: ({ status, body }, { kind, id }) =>
    (status === 200 && textAt(body, `${kind}id`) === id && textAt(body, numbers[kind] ?? 'name')) || undefined,
  note: (ref, { text, key }) => ({
    method: 'PATCH',
    path: `${api}/annotations(${key})`,
    body: {
      subject: 'WorkLink call',
      notetext: plain(text),
      [`objectid_${ref.kind}@odata.bind`]: base(ref),
    },
  }),
  keyed: true,
  notes: ({ id }, { key, begun }) => ({
    method: 'GET',
    path:
      `${api}/annotations?$select=annotationid,notetext&$filter=` +
      part(`_objectid_value eq ${guid(id)} and (annotationid eq ${key} or annotationid eq ${begun ?? key})`),
  }),
  notesOf: ({ status, body }) =>
    status === 200 && Array.isArray(at(body, 'value'))
      ? listAt(body, 'value').map((each) => ({
          id: textAt(each, 'annotationid'),
          text: textAt(each, 'notetext'),
          internal: !/\*web\*/i.test(textAt(each, 'notetext')),
        }))
      : undefined,
  edit: (_, id, { text }) => ({
    method: 'PATCH',
    path: `${api}/annotations(${guid(id)})`,
    headers: existing,
    body: { notetext: plain(text) },
  }),
  set: (ref, values) => ({ method: 'PATCH', path: api + base(ref), headers: existing, body: values }),
  unlike: ({ status, body }, { kind, id }, values) =>
    status === 200 && textAt(body, `${kind}id`) === id
      ? Object.keys(values).filter((name) => idAt(body, name) !== String(values[name]))
      : undefined,
};
