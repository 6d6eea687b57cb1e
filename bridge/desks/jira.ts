/**
 * Jira and Jira Service Management: Cloud (API 3) and Data Center (API 2). Signs in as a user with an API token (Cloud)
 * or by a personal access token (Data Center), or as a client (OAuth). Least rights: Browse projects, Add comments; for
 * notes that are completed also Edit own comments; for fields Edit issues.
 *
 * From its documents: in a service project a comment is public unless it has the property sd.public.comment with
 * `internal`; Cloud lists comments with `jsdPublic`, which is true in all other projects, too, where no customer sees
 * anything; bodies are documents (ADF) in API 3 and wiki text in API 2; an issue that was moved answers with its new key.
 * Inferred: comments are listed with their properties in both where that is asked for. Not run here.
 */
import jiraPages from '../../lib/desks/jira.ts';
import { at, basic, bearer, idAt, kindsOf, listAt, part, textAt, type DeskServer } from './desk.ts';

/** Text as a document: one paragraph, a line break for each line. */
const documentOf = (text: string): unknown => ({
  type: 'doc',
  version: 1,
  content: [
    {
      type: 'paragraph',
      content: text
        .split('\n')
        // A text of a document is never empty.
        .flatMap((line, n) => [...(n ? [{ type: 'hardBreak' }] : []), ...(line ? [{ type: 'text', text: line }] : [])]),
    },
  ],
});

/** The text of a document, whatever it is built of. @param depth of the node in it; deeper than this is nobody's note */
function textOf(node: unknown, depth = 0): string {
  if (depth > 40) return '';
  if (at(node, 'type') === 'hardBreak') return '\n';
  const inner = listAt(node, 'content').map((each) => textOf(each, depth + 1));
  return textAt(node, 'text') + inner.join(at(node, 'type') === 'doc' ? '\n' : '');
}

/** Wiki text that is shown as it is. Whether a `[~name]` in it calls that person is not known, so there is none. */
const wikiOf = (text: string): string =>
  `{noformat}\n${text.replaceAll(/\{(?=noformat)/gi, '(').replaceAll('[~', '(~')}\n{noformat}`;
const unwiki = (text: string): string => text.replaceAll('{noformat}', '').trim();

export function jira(which: 'cloud' | 'data-center', role: string | undefined): DeskServer {
  const cloud = which === 'cloud';
  const base = (id: string): string => `/rest/api/${cloud ? 3 : 2}/issue/${part(id)}`;
  const comment = (text: string): unknown => ({
    body: cloud ? documentOf(text) : wikiOf(text),
    properties: [{ key: 'sd.public.comment', value: { internal: true } }],
    ...(role !== undefined && { visibility: { type: 'role', value: role } }),
  });
  return {
    kinds: kindsOf(jiraPages),
    headers: (secret, user) => (user ? basic(user, secret) : bearer(secret)),
    record: ({ id }) => ({
      method: 'GET',
      path: `${base(id)}?fields=${part('*all,-comment,-worklog,-attachment,-description')}`,
    }),
    numberOf: ({ status, body }, { id }) => (status === 200 && textAt(body, 'key') === id ? id : undefined),
    note: ({ id }, { text }) => ({ method: 'POST', path: `${base(id)}/comment`, body: comment(text) }),
    notes: ({ id }, _, page) => ({
      method: 'GET',
      path: `${base(id)}/comment?startAt=${(page - 1) * 100}&maxResults=100&orderBy=-created&expand=properties`,
    }),
    notesOf: ({ status, body }) =>
      status === 200 && Array.isArray(at(body, 'comments'))
        ? listAt(body, 'comments').map((each) => ({
            id: idAt(each, 'id'),
            text: cloud ? textOf(at(each, 'body')) : unwiki(textAt(each, 'body')),
            internal:
              at(each, 'jsdPublic') === false ||
              textAt(each, 'visibility', 'value') !== '' ||
              listAt(each, 'properties').some(
                (property) => at(property, 'key') === 'sd.public.comment' && at(property, 'value', 'internal') === true,
              ),
          }))
        : undefined,
    // A server may give fewer at once than it was asked for.
    more: ({ body }, page) => page * 100 < Number(at(body, 'total')),
    shared: ({ body }) => textAt(body, 'fields', 'project', 'projectTypeKey') === 'service_desk',
    edit: ({ id }, note, { text }) => ({
      method: 'PUT',
      path: `${base(id)}/comment/${part(note)}`,
      body: comment(text),
    }),
    set: ({ id }, values) => ({ method: 'PUT', path: base(id), body: { fields: values } }),
    unlike: ({ status, body }, { id }, values) =>
      status === 200 && textAt(body, 'key') === id
        ? Object.keys(values).filter((name) => idAt(body, 'fields', name) !== String(values[name]))
        : undefined,
  };
}
