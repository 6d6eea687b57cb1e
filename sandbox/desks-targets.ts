/** The desks of the sandbox by the names that their addresses begin with. */
import type { Target } from './desks.ts';
import { freshworks, jira, zendesk } from './desks-helpdesks.ts';
import { bearer, json, page, routed } from './desks-route.ts';
import { dynamics, salesforce, servicenow } from './desks-suites.ts';
import { freshworksTimes, jiraTimes, zendeskTimes } from './desks-times.ts';
import { dynamicsTimes, salesforceTimes, servicenowTimes } from './desks-times-suites.ts';

/** "a templated webhook" for the rest (§7): a desk of nobody's, whose notes are public unless told otherwise. */
const plain = (keyed: boolean): Target => ({
  knows: bearer,
  answer: routed(
    [
      'GET',
      /^\/tickets\/([^/]+)$/,
      (keep, _, id) => {
        const number = keep.number('ticket', id ?? '');
        return number === undefined
          ? undefined
          : { status: 200, body: { data: { number, ...keep.fields('ticket', id ?? '') } } };
      },
    ],
    [
      'PUT',
      /^\/tickets\/([^/]+)$/,
      (keep, { body }, id = '') => {
        if (keep.number('ticket', id) === undefined) return undefined;
        keep.set('ticket', id, json(body));
        return { status: 200, body: {} };
      },
    ],
    [
      'POST',
      /^\/tickets\/([^/]+)\/notes$/,
      (keep, { body, headers }, id = '') => {
        if (keep.number('ticket', id) === undefined) return undefined;
        const { text, internal } = json(body);
        const key = keyed ? String(headers['idempotency-key']) : undefined;
        return { status: 201, body: { id: keep.write('ticket', id, String(text), internal !== true, key) } };
      },
    ],
    [
      'GET',
      /^\/tickets\/([^/]+)\/notes$/,
      (keep, { query }, id = '') => ({
        status: 200,
        body: {
          items: page(keep.notes('ticket', id), query, 20).map((note) => ({ text: note.text, internal: !note.public })),
        },
      }),
    ],
  ),
});

/** A desk that lists cases with their histories, too. */
const withTimes = (target: Target, times: Target['answer']): Target => ({
  ...target,
  answer: (asked, keep) => times(asked, keep) ?? target.answer(asked, keep),
});

export const targets: Record<string, Target> = {
  plain: plain(false),
  keyed: plain(true),
  servicenow: withTimes(servicenow, servicenowTimes),
  zendesk: withTimes(zendesk, zendeskTimes),
  jira: withTimes(jira(3), jiraTimes(3)),
  'jira-data-center': withTimes(jira(2), jiraTimes(2)),
  freshdesk: withTimes(freshworks('freshdesk'), freshworksTimes('freshdesk')),
  freshservice: withTimes(freshworks('freshservice'), freshworksTimes('freshservice')),
  dynamics: withTimes(dynamics, dynamicsTimes),
  salesforce: withTimes(salesforce, salesforceTimes),
};
