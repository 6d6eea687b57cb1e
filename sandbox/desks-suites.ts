/** ServiceNow, Dynamics 365 and Salesforce: paths, names and defaults of table C. */
import type { Target } from './desks.ts';
import { bearer, json, routed, signs, without } from './desks-route.ts';

/** "`work_notes` internal, `comments` customer-visible"; "journal fields are append-only"; "read `sys_journal_field`". */
export const servicenow: Target = {
  knows: (headers, secret, tokens) =>
    headers['x-sn-apikey'] === secret || signs((password) => `deskcall:${password}`)(headers, secret, tokens),
  answer: routed(
    [
      'GET',
      /^\/api\/now\/table\/sys_journal_field$/,
      (keep, { query }) => {
        const filter = query.get('sysparm_query') ?? '';
        const [, id = '', like = ''] =
          /^element_id=(\w+)\^elementINwork_notes,comments\^valueLIKE(.+)$/.exec(filter) ?? [];
        const found = keep.notes('incident', id).filter(({ text }) => text.includes(like));
        return {
          status: 200,
          body: {
            result: found.map((note) => ({ element: note.public ? 'comments' : 'work_notes', value: note.text })),
          },
        };
      },
    ],
    [
      'GET',
      /^\/api\/now\/table\/(\w+)\/(\w+)$/,
      (keep, _, kind = '', id = '') => {
        const number = keep.number(kind, id);
        return number === undefined
          ? undefined
          : { status: 200, body: { result: { sys_id: id, number, ...keep.fields(kind, id) } } };
      },
    ],
    [
      'PATCH',
      /^\/api\/now\/table\/(\w+)\/(\w+)$/,
      (keep, { body }, kind = '', id = '') => {
        if (keep.number(kind, id) === undefined) return undefined;
        const { work_notes: internal, comments } = json(body);
        if (typeof internal === 'string') keep.write(kind, id, internal, false);
        if (typeof comments === 'string') keep.write(kind, id, comments, true);
        keep.set(kind, id, without(body, 'work_notes', 'comments'));
        return { status: 200, body: { result: { sys_id: id } } };
      },
    ],
  ),
};

const sets: Record<string, string> = {
  incidents: 'incident',
  msdyn_workorders: 'msdyn_workorder',
  bookableresourcebookings: 'bookableresourcebooking',
};
const numbers: Record<string, string> = {
  incident: 'ticketnumber',
  msdyn_workorder: 'msdyn_name',
  bookableresourcebooking: 'name',
};

/** "own `annotationid` GUID -> PATCH upsert"; "`objectid_incident@odata.bind` or `objectid_msdyn_workorder@odata.bind`". */
export const dynamics: Target = {
  knows: bearer,
  answer: routed(
    [
      'PATCH',
      /^\/api\/data\/v9\.2\/annotations\(([\da-f-]+)\)$/,
      (keep, { body, headers }, key = '') => {
        const { notetext: text, ...rest } = json(body);
        if (headers['if-match'] === '*') return keep.edit(key, String(text)) ? { status: 204 } : undefined;
        const [, kind = '', set = '', id = ''] =
          Object.entries(rest)
            .map(([name, value]) =>
              /^objectid_(\w+)@odata\.bind=\/(\w+)\(([\da-f-]+)\)$/.exec(`${name}=${String(value)}`),
            )
            .find((found) => found !== null) ?? [];
        if (sets[set] !== kind || keep.number(kind, id) === undefined) return { status: 400, body: { error: {} } };
        keep.write(kind, id, String(text), /\*web\*/i.test(String(text)), key);
        return { status: 204 };
      },
    ],
    [
      'GET',
      /^\/api\/data\/v9\.2\/annotations$/,
      (keep, { query }) => {
        const [, id = '', ...keys] =
          /^_objectid_value eq ([\da-f-]+) and \(annotationid eq ([\da-f-]+) or annotationid eq ([\da-f-]+)\)$/.exec(
            query.get('$filter') ?? '',
          ) ?? [];
        const notes = Object.values(sets)
          .flatMap((kind) => keep.notes(kind, id))
          .filter(({ note }) => keys.includes(note));
        // What was published by hand has the portal's mark.
        return {
          status: 200,
          body: {
            value: notes.map(({ note, text, public: isPublic }) => ({
              annotationid: note,
              notetext: isPublic ? `*WEB* ${text}` : text,
            })),
          },
        };
      },
    ],
    [
      'GET',
      /^\/api\/data\/v9\.2\/(\w+)\(([\da-f-]+)\)$/,
      (keep, _, set = '', id = '') => {
        const kind = sets[set] ?? '';
        const number = keep.number(kind, id);
        return number === undefined
          ? undefined
          : { status: 200, body: { [`${kind}id`]: id, [numbers[kind] ?? '']: number, ...keep.fields(kind, id) } };
      },
    ],
    [
      'PATCH',
      /^\/api\/data\/v9\.2\/(\w+)\(([\da-f-]+)\)$/,
      (keep, { body }, set = '', id = '') => {
        const kind = sets[set] ?? '';
        if (keep.number(kind, id) === undefined) return undefined;
        keep.set(kind, id, json(body));
        return { status: 204 };
      },
    ],
  ),
};

/** "`POST CaseComment {ParentId,CommentBody,IsPublished:false}`; WO/SA: `FeedItem` `Visibility:InternalUsers`". */
export const salesforce: Target = {
  knows: bearer,
  answer: routed(
    [
      'POST',
      /^\/services\/data\/v[\d.]+\/sobjects\/CaseComment$/,
      (keep, { body }) => {
        // "CaseComment depends on IsPublished (false by default)".
        const { ParentId: id, CommentBody: text, IsPublished: published = false } = json(body);
        if (keep.number('Case', String(id)) === undefined)
          return { status: 400, body: [{ errorCode: 'INVALID_CROSS_REFERENCE_KEY' }] };
        if (Buffer.byteLength(String(text)) > 4000) return { status: 400, body: [{ errorCode: 'STRING_TOO_LONG' }] };
        const note = keep.write('Case', String(id), String(text), published === true);
        return { status: 201, body: { id: note, success: true, errors: [] } };
      },
    ],
    [
      'POST',
      /^\/services\/data\/v[\d.]+\/sobjects\/FeedItem$/,
      (keep, { body }) => {
        const { ParentId: id, Body: text, Visibility: visibility = 'AllUsers' } = json(body);
        if (keep.number('WorkOrder', String(id)) === undefined)
          return { status: 400, body: [{ errorCode: 'INVALID_CROSS_REFERENCE_KEY' }] };
        const note = keep.write('WorkOrder', String(id), String(text), visibility !== 'InternalUsers');
        return { status: 201, body: { id: note, success: true, errors: [] } };
      },
    ],
    [
      'PATCH',
      /^\/services\/data\/v[\d.]+\/sobjects\/(?:CaseComment|FeedItem)\/(\w+)$/,
      (keep, { body }, note = '') => {
        const { CommentBody: comment, Body: post } = json(body);
        return keep.edit(note, String(comment ?? post)) ? { status: 204 } : undefined;
      },
    ],
    [
      'GET',
      /^\/services\/data\/v[\d.]+\/query$/,
      (keep, { query }) => {
        const q = query.get('q') ?? '';
        const [, id = '', like = ''] =
          /FROM CaseComment WHERE ParentId = '(\w+)' AND CommentBody LIKE '%([\w-]+)%'$/.exec(q) ?? [];
        const [, of = '', limit = '', offset = ''] =
          /FROM FeedItem WHERE ParentId = '(\w+)' ORDER BY CreatedDate DESC, Id DESC LIMIT (\d+) OFFSET (\d+)$/.exec(
            q,
          ) ?? [];
        const comments = keep.notes('Case', id).filter(({ text }) => text.includes(like));
        const posts = keep
          .notes('WorkOrder', of)
          .toReversed()
          .slice(Number(offset), Number(offset) + Number(limit));
        return {
          status: 200,
          body: {
            records: [
              ...comments.map((each) => ({ Id: each.note, CommentBody: each.text, IsPublished: each.public })),
              ...posts.map((each) => ({
                Id: each.note,
                Body: each.text,
                Visibility: each.public ? 'AllUsers' : 'InternalUsers',
              })),
            ],
          },
        };
      },
    ],
    [
      'GET',
      /^\/services\/data\/v[\d.]+\/sobjects\/(\w+)\/(\w+)$/,
      (keep, _, kind = '', id = '') => {
        const number = keep.number(kind, id);
        const name = kind === 'Case' ? 'CaseNumber' : 'WorkOrderNumber';
        return number === undefined
          ? undefined
          : { status: 200, body: { Id: id, [name]: number, ...keep.fields(kind, id) } };
      },
    ],
    [
      'PATCH',
      /^\/services\/data\/v[\d.]+\/sobjects\/(\w+)\/(\w+)$/,
      (keep, { body }, kind = '', id = '') => {
        if (keep.number(kind, id) === undefined) return undefined;
        keep.set(kind, id, json(body));
        return { status: 204 };
      },
    ],
  ),
};
