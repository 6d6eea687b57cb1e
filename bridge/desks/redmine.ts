/**
 * Redmine 5, REST, with the API key of a user. Least rights of its role: View issues, Add notes, Set notes as private.
 *
 * Facts, tried on 5.0.4 from Debian, 2026-11: a note that is written answers 204, as does one of which a part was
 * dropped; without "Set notes as private" the note is written all the same, and is public, so the role is asked first;
 * notes are Textile unless the admin chose otherwise; a wrong key is 401; a user reads the roles of its own projects.
 */
import { at, idAt, listAt, part, textAt, type DeskServer } from './desk.ts';

const base = (id: string): string => `/issues/${part(id)}.json`;

/** Neither Textile nor CommonMark reads anything into a line within `<pre>`, but for its end. */
const plain = (text: string): string => `<pre>\n${text.replaceAll(/<(?=\/?(pre|code))/gi, '‹')}\n</pre>`;
const unplain = (text: string): string => text.replace(/^<pre>\s*([^]*?)\s*<\/pre>$/, '$1');

export const redmine: DeskServer = {
  kinds: ['issue', 'issues'],
  headers: (secret) => ({ 'x-redmine-api-key': secret }),
  record: ({ id }) => ({ method: 'GET', path: base(id) }),
  numberOf: ({ status, body }, { id }) => (status === 200 && String(at(body, 'issue', 'id')) === id ? id : undefined),
  note: ({ id }, { text }) => ({
    method: 'PUT',
    path: base(id),
    body: { issue: { notes: plain(text), private_notes: true } },
  }),
  notes: ({ id }) => ({ method: 'GET', path: `${base(id)}?include=journals` }),
  notesOf: ({ status, body }) =>
    status === 200 && Array.isArray(at(body, 'issue', 'journals'))
      ? listAt(body, 'issue', 'journals').map((journal) => ({
          id: idAt(journal, 'id'),
          text: unplain(textAt(journal, 'notes')),
          internal: at(journal, 'private_notes') === true,
        }))
      : undefined,
  edit: (_, id, { text }) => ({
    method: 'PUT',
    path: `/journals/${part(id)}.json`,
    body: { journal: { notes: plain(text), private_notes: true } },
  }),
  set: ({ id }, values) => ({
    method: 'PUT',
    path: base(id),
    body: { issue: { custom_fields: Object.entries(values).map(([field, value]) => ({ id: field, value })) } },
  }),
  unlike: ({ status, body }, _, values) =>
    status === 200
      ? Object.entries(values).flatMap(([name, value]) => {
          const field = listAt(body, 'issue', 'custom_fields').find((each) => idAt(each, 'id') === name);
          return idAt(field, 'value') === String(value) ? [] : [name];
        })
      : undefined,
  async unfit(ask, record) {
    const project = at(record.body, 'issue', 'project', 'id');
    const me = await ask({ method: 'GET', path: '/users/current.json?include=memberships' });
    if ('fault' in me || me.status !== 200) return { unknown: true };
    if (at(me.body, 'user', 'admin') === true) return null;
    const membership = listAt(me.body, 'user', 'memberships').find((each) => at(each, 'project', 'id') === project);
    for (const role of listAt(membership, 'roles')) {
      // oxlint-disable-next-line no-await-in-loop -- mostly there is one
      const answer = await ask({ method: 'GET', path: `/roles/${Number(at(role, 'id'))}.json` });
      if ('fault' in answer || answer.status !== 200) return { unknown: true };
      if (listAt(answer.body, 'role', 'permissions').includes('set_notes_private')) return null;
    }
    return {
      unfit: 'The API user may not set notes as private, so the note would be public. Give its role that right.',
    };
  },
};
