/** Zendesk, Jira, Freshdesk and Freshservice: paths, names and defaults of table C. */
import type { Target } from './desks.ts';
import { bearer, json, page, routed, signs } from './desks-route.ts';

/** Text as a desk shows it whose notes are HTML. */
const shown = (html: string): string => html.replaceAll('<br>', '\n').replaceAll(/<[^>]*>/g, '');

/** "`PUT /api/v2/tickets/{id}.json` `{ticket:{comment:{body,public:false}}}`"; "public is the default on Zendesk". */
export const zendesk: Target = {
  knows: signs((token) => `agent@example.test/token:${token}`),
  answer: routed(
    [
      'GET',
      /^\/api\/v2\/tickets\/(\w+)\.json$/,
      (keep, _, id = '') =>
        keep.number('ticket', id) === undefined
          ? undefined
          : {
              status: 200,
              body: {
                ticket: {
                  id: Number(id),
                  custom_fields: Object.entries(keep.fields('ticket', id)).map(([field, value]) => ({
                    id: Number(field),
                    value,
                  })),
                },
              },
            },
    ],
    [
      'PUT',
      /^\/api\/v2\/tickets\/(\w+)\.json$/,
      (keep, { body }, id = '') => {
        if (keep.number('ticket', id) === undefined) return undefined;
        const { comment, custom_fields: fields = [] } = json(json(body).ticket);
        const { body: text, public: isPublic = true } = json(comment);
        if (typeof text === 'string') keep.write('ticket', id, text, isPublic !== false);
        keep.set(
          'ticket',
          id,
          Object.fromEntries((fields as { id: number; value: unknown }[]).map((each) => [each.id, each.value])),
        );
        return { status: 200, body: { ticket: { id: Number(id) } } };
      },
    ],
    [
      'GET',
      /^\/api\/v2\/tickets\/(\w+)\/comments\.json$/,
      (keep, { query }, id = '') => {
        const all = keep.notes('ticket', id).toReversed();
        const size = Number(query.get('per_page'));
        return {
          status: 200,
          body: {
            comments: page(all, query, size).map(({ text, public: isPublic, note }) => ({
              id: Number(note),
              plain_body: text,
              public: isPublic,
            })),
            next_page: Number(query.get('page')) * size < all.length ? 'https://desk.test/next' : null,
          },
        };
      },
    ],
  ),
};

const texts = (node: unknown): string => {
  const { type, text = '', content = [] } = json(node);
  return type === 'hardBreak' ? '\n' : String(text) + (content as unknown[]).map(texts).join('');
};

/**
 * "v3 comment with property `sd.public.comment={internal:true}`"; "public is the default on JSM (`public`/`jsdPublic`
 * true)". Projects are service projects, but for those whose key begins with SW.
 */
export const jira = (version: 2 | 3): Target => {
  const internal = (body: unknown): boolean =>
    ((json(body).properties ?? []) as { key: string; value: { internal: boolean } }[]).some(
      ({ key, value }) => key === 'sd.public.comment' && value.internal,
    );
  const read = (body: unknown): string | undefined => {
    const text = json(body).body;
    // "bodies are documents": text where a document is wanted is refused.
    return version === 3
      ? json(text).type === 'doc'
        ? texts(text)
        : undefined
      : typeof text === 'string'
        ? text
        : undefined;
  };
  const issue = `/rest/api/${version}/issue/([\\w-]+)`;
  return {
    knows: version === 3 ? signs((token) => `agent@example.test:${token}`) : bearer,
    answer: routed(
      [
        'GET',
        new RegExp(`^${issue}$`),
        (keep, _, key = '') =>
          keep.number('issue', key) === undefined
            ? undefined
            : {
                status: 200,
                body: {
                  key,
                  fields: {
                    project: { projectTypeKey: key.startsWith('SW') ? 'software' : 'service_desk' },
                    ...keep.fields('issue', key),
                  },
                },
              },
      ],
      [
        'PUT',
        new RegExp(`^${issue}$`),
        (keep, { body }, key = '') => {
          if (keep.number('issue', key) === undefined) return undefined;
          keep.set('issue', key, json(json(body).fields));
          return { status: 204 };
        },
      ],
      [
        'POST',
        new RegExp(`^${issue}/comment$`),
        (keep, { body }, key = '') => {
          const text = read(body);
          if (keep.number('issue', key) === undefined) return undefined;
          if (text === undefined) return { status: 400, body: { errorMessages: ['Comment body is not valid!'] } };
          return {
            status: 201,
            body: { id: keep.write('issue', key, text, !internal(body) && !key.startsWith('SW')) },
          };
        },
      ],
      [
        'PUT',
        new RegExp(`^${issue}/comment/(\\w+)$`),
        (keep, { body }, _, id = '') => (keep.edit(id, read(body) ?? '') ? { status: 200, body: { id } } : undefined),
      ],
      [
        'GET',
        new RegExp(`^${issue}/comment$`),
        (keep, { query }, key = '') => {
          const all = keep.notes('issue', key).toReversed();
          const from = Number(query.get('startAt'));
          const comments = all.slice(from, from + Number(query.get('maxResults'))).map((note) => ({
            id: note.note,
            body:
              version === 3
                ? { type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: note.text }] }] }
                : note.text,
            // Data Center says it by the property alone, Cloud says of any other project that it is public.
            ...(version === 3
              ? { jsdPublic: note.public || key.startsWith('SW') }
              : { properties: note.public ? [] : [{ key: 'sd.public.comment', value: { internal: true } }] }),
          }));
          return { status: 200, body: { comments, startAt: from, total: all.length } };
        },
      ],
    ),
  };
};

/** "`POST /api/v2/tickets/{id}/notes {body,private:true}`"; "Freshdesk note `private` must be sent". */
export const freshworks = (product: 'freshdesk' | 'freshservice'): Target => {
  const wrapped = product === 'freshservice';
  const listed = ({ note, text, public: isPublic }: { note: string; text: string; public: boolean }) => ({
    id: Number(note),
    body: text,
    body_text: shown(text),
    private: !isPublic,
  });
  return {
    knows: signs((key) => `${key}:X`),
    answer: routed(
      [
        'GET',
        /^\/api\/v2\/(ticket|change|problem)s\/(\w+)$/,
        (keep, _, kind = '', id = '') => {
          if (keep.number(kind, id) === undefined) return undefined;
          const flag = keep.lives().find((life) => life.id === id)?.flag;
          const record = {
            id: Number(id),
            type: 'Incident',
            custom_fields: keep.fields(kind, id),
            ...(flag && { [flag]: true }),
          };
          return { status: 200, body: wrapped ? { [kind]: record } : record };
        },
      ],
      [
        'PUT',
        /^\/api\/v2\/(ticket|change|problem)s\/(\w+)$/,
        (keep, { body }, kind = '', id = '') => {
          if (keep.number(kind, id) === undefined) return undefined;
          keep.set(kind, id, json(json(body).custom_fields));
          return { status: 200, body: {} };
        },
      ],
      [
        'POST',
        /^\/api\/v2\/(ticket|change|problem)s\/(\w+)\/notes$/,
        (keep, { body }, kind = '', id = '') => {
          if (keep.number(kind, id) === undefined) return undefined;
          const { body: html, private: isPrivate = false } = json(body);
          const note = keep.write(kind, id, String(html), kind === 'ticket' && isPrivate !== true);
          return { status: 201, body: { id: Number(note) } };
        },
      ],
      [
        'PUT',
        /^\/api\/v2\/(?:conversations|\w+\/\w+\/notes)\/(\w+)$/,
        (keep, { body }, note = '') =>
          keep.edit(note, String(json(body).body)) ? { status: 200, body: {} } : undefined,
      ],
      [
        'GET',
        /^\/api\/v2\/(ticket|change|problem)s\/(\w+)\/(conversations|notes)$/,
        (keep, { query }, kind = '', id = '', list = '') => {
          const notes = page(keep.notes(kind, id), query, Number(query.get('per_page'))).map(listed);
          return { status: 200, body: wrapped ? { [list]: notes } : notes };
        },
      ],
    ),
  };
};
