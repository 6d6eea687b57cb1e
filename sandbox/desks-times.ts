/**
 * Cases and their histories, as Zendesk, Freshdesk, Freshservice and Jira list them: paths and names as bridge/desks/times says that
 * their documents have them.
 */
import type { Keep, Target } from './desks.ts';
import { routed } from './desks-route.ts';

/** What a case of the sandbox went through; times are whole seconds. */
export type Life = {
  id: string;
  opened: Date;
  /** Of another workspace than the primary one. */
  workspace?: true;
  /** Freshdesk's and Freshservice's: in no list, and shown when it is asked for. */
  flag?: 'deleted' | 'spam';
  /** It ended without having been resolved. */
  canceled?: true;
  steps: { at: Date; what: 'assigned' | 'resolved' | 'reopened' }[];
};

/** When a case changed last. */
export const changedAt = ({ opened, steps }: Life): Date => steps.at(-1)?.at ?? opened;
export const ofStep = (life: Life, what: Life['steps'][number]['what']): Date | undefined =>
  life.steps.findLast((step) => step.what === what)?.at;
/** The status and the person that a case has after a step, by the desk's words. */
export type Words = { fresh: string; over: string; person: string };
export const isOver = (life: Life): boolean =>
  life.steps.findLast(({ what }) => what !== 'assigned')?.what === 'resolved';
export const stateOf = (life: Life, { fresh, over, person }: Words) => ({
  status: isOver(life) ? over : fresh,
  person: ofStep(life, 'assigned') ? person : null,
});
/** The changes of a case, each of one field. */
export const changesOf = (life: Life, { fresh, over, person }: Words) =>
  life.steps.map(({ at, what }) =>
    what === 'assigned'
      ? { at, field: 'person', from: null, to: person }
      : { at, field: 'status', from: what === 'resolved' ? fresh : over, to: what === 'resolved' ? over : fresh },
  );

export const bySec = (time: Date): string => `${time.toJSON().slice(0, 19)}Z`;
export const byOffset = (time: Date): string => time.toJSON().replace('Z', '+0000');

/** When a case that is over ended, as far as it says so. */
export const endOf = (life: Life, keep: Keep, said: (time: Date) => string): string | null =>
  isOver(life) && keep.ends ? said(ofStep(life, 'resolved') ?? life.opened) : null;

export const listed = (keep: Keep) =>
  keep.lives().toSorted((a, b) => a.changed.getTime() - b.changed.getTime() || (a.id < b.id ? -1 : 1));

const zendeskWords: Words = { fresh: 'open', over: 'solved', person: '17' };

/** "audits are a read-only history of all updates"; "end_of_stream"; times such as 2009-07-20T22:55:29Z. */
export const zendeskTimes = routed(
  [
    'GET',
    /^\/api\/v2\/incremental\/tickets\/cursor\.json$/,
    (keep, { query }) => {
      const [time = '0', id = ''] = (query.get('cursor') ?? '').split('|');
      const after = listed(keep).filter(
        (life) => life.changed.getTime() > Number(time) || (life.changed.getTime() === Number(time) && life.id > id),
      );
      const page = after.slice(0, Number(query.get('per_page')));
      const last = page.at(-1);
      return {
        status: 200,
        body: {
          tickets: page.map((life) => ({
            id: Number(life.id),
            status: stateOf(life, zendeskWords).status,
            assignee_id: ofStep(life, 'assigned') ? 17 : null,
            priority: 'high',
            group_id: 5,
            custom_fields: [{ id: 4001, value: 'Pumps' }],
            created_at: bySec(life.opened),
            updated_at: bySec(life.changed),
          })),
          groups: [{ id: 5, name: 'Valves' }],
          metric_sets: page.map((life) => ({
            ticket_id: Number(life.id),
            solved_at: endOf(life, keep, bySec),
          })),
          after_cursor: last ? `${last.changed.getTime()}|${last.id}` : query.get('cursor'),
          end_of_stream: after.length === page.length,
        },
      };
    },
  ],
  [
    'GET',
    /^\/api\/v2\/tickets\/(\w+)\/audits\.json$/,
    (keep, _, id) => {
      const life = keep.lives().find((each) => each.id === id);
      if (!life) return undefined;
      const created = { type: 'Create', field_name: 'status', value: zendeskWords.fresh };
      const audits = [
        { created_at: bySec(life.opened), events: [{ type: 'Comment', body: 'It leaks.' }, created] },
        ...changesOf(life, zendeskWords).map(({ at, field, from, to }) => ({
          created_at: bySec(at),
          events: [
            {
              type: 'Change',
              field_name: field === 'person' ? 'assignee_id' : field,
              previous_value: from,
              value: to,
            },
          ],
        })),
      ];
      return { status: 200, body: { audits: keep.history ? audits : [], meta: { has_more: false } } };
    },
  ],
);

/**
 * "order_by updated_at", "page from 1"; `stats` has the last time of each kind. Freshservice's list is within `tickets`,
 * holds the primary workspace's alone unless `workspace_id` is 0, and says when a ticket was assigned first.
 */
export const freshworksTimes = (product: 'freshdesk' | 'freshservice'): Target['answer'] =>
  routed([
    'GET',
    /^\/api\/v2\/tickets$/,
    (keep, { query }) => {
      const from = new Date(query.get('updated_since') ?? '');
      const size = Number(query.get('per_page'));
      const start = (Number(query.get('page')) - 1) * size;
      const told = (time: Date | undefined): string | null => (time ? bySec(time) : null);
      const all = keep.ordered
        ? listed(keep)
        : keep.lives().toSorted((a, b) => a.opened.getTime() - b.opened.getTime());
      const service = product === 'freshservice';
      const tickets = all
        // "only tickets that have not been deleted or marked as spam will be returned"
        .filter(({ changed, flag }) => changed >= from && !flag)
        .filter(({ workspace }) => !service || !workspace || query.get('workspace_id') === '0')
        .slice(start, start + size)
        .map((life) => ({
          id: Number(life.id),
          status: isOver(life) ? 4 : 2,
          priority: 'high',
          responder_id: ofStep(life, 'assigned') ? 17 : null,
          custom_fields: { cf_asset: 'Pumps' },
          created_at: bySec(life.opened),
          updated_at: bySec(life.changed),
          stats: {
            resolved_at: keep.ends ? told(ofStep(life, 'resolved')) : null,
            closed_at: null,
            [service ? 'opened_at' : 'reopened_at']: told(ofStep(life, 'reopened')),
            ...(service && { first_assigned_at: told(ofStep(life, 'assigned')) }),
          },
        }));
      return { status: 200, body: service ? { tickets } : tickets };
    },
  ]);

const jiraWords: Words = { fresh: '1', over: '5', person: 'account-1' };
const jiraNames: Record<string, string> = { '1': 'Open', '5': 'Resolved' };

/** Cloud's search gives a token, Data Center's counts; "updated" to the minute, here as minutes ago. */
export const jiraTimes = (version: 2 | 3): Target['answer'] => {
  const cloud = version === 3;
  const histories = (life: Life) =>
    changesOf(life, jiraWords).map(({ at, field, from, to }) => ({
      created: byOffset(at),
      items: [{ field: field === 'person' ? 'assignee' : field, from, to }],
    }));
  return routed(
    [
      'GET',
      new RegExp(`^/rest/api/${version}/search${cloud ? '/jql' : ''}$`),
      (keep, { query }) => {
        const [, minutes] = /^updated >= "-(\d+)m" /.exec(query.get('jql') ?? '') ?? [];
        const from = minutes === undefined ? 0 : Date.now() - Number(minutes) * 60_000;
        const all = listed(keep).filter(({ changed }) => changed.getTime() >= Math.floor(from / 60_000) * 60_000);
        const start = Number(query.get(cloud ? 'nextPageToken' : 'startAt') ?? 0);
        const page = all.slice(start, start + Number(query.get('maxResults')));
        const isLast = start + page.length >= all.length;
        const issues = page.map((life) => {
          const { status, person } = stateOf(life, jiraWords);
          return {
            key: life.id,
            fields: {
              created: byOffset(life.opened),
              updated: byOffset(life.changed),
              resolutiondate: endOf(life, keep, byOffset),
              status: { id: status, name: jiraNames[status] },
              assignee: person && { [cloud ? 'accountId' : 'key']: person },
              priority: { name: 'high' },
              project: { name: 'Valves' },
              customfield_4001: { value: 'Pumps' },
            },
          };
        });
        return {
          status: 200,
          body: cloud
            ? { issues, ...(!isLast && { nextPageToken: String(start + page.length) }) }
            : { issues, startAt: start, total: all.length },
        };
      },
    ],
    [
      'GET',
      new RegExp(`^/rest/api/${version}/status$`),
      () => ({
        status: 200,
        body: [
          { id: '1', name: 'Open', statusCategory: { key: 'new' } },
          { id: '5', name: 'Resolved', statusCategory: { key: 'done' } },
        ],
      }),
    ],
    [
      'GET',
      new RegExp(`^/rest/api/${version}/issue/([\\w-]+)${cloud ? '/changelog' : ''}$`),
      (keep, { query }, key) => {
        const life = keep.lives().find((each) => each.id === key);
        if (!life || (!cloud && query.get('expand') !== 'changelog')) return undefined;
        const all = keep.history ? histories(life) : [];
        // A server may give fewer at once than it was asked for.
        const start = Number(query.get('startAt') ?? 0);
        return {
          status: 200,
          body: cloud
            ? { values: all.slice(start, start + 2), startAt: start, total: all.length }
            : { key, changelog: { histories: all, total: all.length } },
        };
      },
    ],
  );
};
