/**
 * ServiceNow, Table API. Signs in as a user (Basic), as a client (OAuth, `/oauth_token.do`), or by an API key of the
 * REST API's own. Least rights: to read and write the tables of the cases, and to read sys_journal_field.
 *
 * From its documents: work notes are internal, comments are for the customer; journal fields are only ever added to; a
 * limit answers 429 with Retry-After. Inferred: what a user may not read of sys_journal_field is left out of the list,
 * so that the note is parked as not shown. From memory: the API key's header; `[code]` in a journal field is HTML, and
 * `@[…]` a mention. Not run here.
 */
import { tables } from '../../lib/desks/servicenow.ts';
import { at, basic, idAt, listAt, part, textAt, type DeskServer, type Ref } from './desk.ts';

/** An id stands within a query, whose signs would not be escaped by an address. */
const sysId = (id: string): string => (/^[\da-f]{32}$/.test(id) ? id : 'none');
const base = ({ kind, id }: Ref): string => `/api/now/table/${part(kind)}/${sysId(id)}`;

/** Square brackets of names are no markup, and call nobody. */
const plain = (text: string): string => text.replaceAll(/\[(?=\/?code\])|(?<=@)\[/gi, '(');

export const servicenow: DeskServer = {
  kinds: { includes: (kind) => tables.test(kind) },
  headers: (secret, user) => (user ? basic(user, secret) : { 'x-sn-apikey': secret }),
  record: (ref) => ({ method: 'GET', path: `${base(ref)}?sysparm_exclude_reference_link=true` }),
  numberOf: ({ status, body }, { id }) =>
    (status === 200 && textAt(body, 'result', 'sys_id') === id && textAt(body, 'result', 'number')) || undefined,
  note: (ref, { text }) => ({
    method: 'PATCH',
    path: `${base(ref)}?sysparm_fields=sys_id`,
    body: { work_notes: plain(text) },
  }),
  notes: ({ id }, { marker }) => ({
    method: 'GET',
    path:
      '/api/now/table/sys_journal_field?sysparm_limit=100&sysparm_fields=element,value&sysparm_query=' +
      part(`element_id=${sysId(id)}^elementINwork_notes,comments^valueLIKE${marker}`),
  }),
  notesOf: ({ status, body }) =>
    status === 200 && Array.isArray(at(body, 'result'))
      ? listAt(body, 'result').map((entry) => ({
          text: textAt(entry, 'value'),
          internal: textAt(entry, 'element') === 'work_notes',
        }))
      : undefined,
  set: (ref, values) => ({ method: 'PATCH', path: `${base(ref)}?sysparm_fields=sys_id`, body: values }),
  unlike: ({ status, body }, { id }, values) =>
    status === 200 && textAt(body, 'result', 'sys_id') === id
      ? Object.keys(values).filter((name) => idAt(body, 'result', name) !== String(values[name]))
      : undefined,
};
