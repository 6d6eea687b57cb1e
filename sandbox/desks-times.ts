/**
 * Cases and their histories, as Zendesk, Freshdesk, Jira and Salesforce list them: paths and names as bridge/desks/times says that
 * their documents have them.
 */
import type { Given, Keep, Target } from './desks.ts';
import { routed } from './desks-route.ts';

/** What a case of the sandbox went through; times are whole seconds. */
export type Life = {
  id: string;
  opened: Date;
  steps: { at: Date; what: 'assigned' | 'resolved' | 'reopened' }[];
};

/** When a case changed last. */
export const changedAt = ({ opened, steps }: Life): Date => steps.at(-1)?.at ?? opened;
const ofStep = (life: Life, what: Life['steps'][number]['what']): Date | undefined =>
  life.steps.findLast((step) => step.what === what)?.at;
/** The status and the person that a case has after a step, by the desk's words. */
type Words = { fresh: string; over: string; person: string };
const isOver = (life: Life): boolean => life.steps.findLast(({ what }) => what !== 'assigned')?.what === 'resolved';
const stateOf = (life: Life, { fresh, over, person }: Words) => ({
  status: isOver(life) ? over : fresh,
  person: ofStep(life, 'assigned') ? person : null,
});
/** The changes of a case, each of one field. */
const changesOf = (life: Life, { fresh, over, person }: Words) =>
  life.steps.map(({ at, what }) =>
    what === 'assigned'
      ? { at, field: 'person', from: null, to: person }
      : { at, field: 'status', from: what === 'resolved' ? fresh : over, to: what === 'resolved' ? over : fresh },
  );

const bySec = (time: Date): string => `${time.toJSON().slice(0, 19)}Z`;
const byOffset = (time: Date): string => time.toJSON().replace('Z', '+0000');

const listed = (keep: Keep) =>
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
            solved_at: isOver(life) ? bySec(ofStep(life, 'resolved') ?? life.opened) : null,
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

/** "order_by updated_at", "page from 1"; `stats` has the last time of each kind. */
export const freshdeskTimes = routed([
  'GET',
  /^\/api\/v2\/tickets$/,
  (keep, { query }) => {
    const from = new Date(query.get('updated_since') ?? '');
    const size = Number(query.get('per_page'));
    const start = (Number(query.get('page')) - 1) * size;
    const told = (time: Date | undefined): string | null => (time ? bySec(time) : null);
    return {
      status: 200,
      body: listed(keep)
        .filter(({ changed }) => changed >= from)
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
            resolved_at: told(ofStep(life, 'resolved')),
            closed_at: null,
            reopened_at: told(ofStep(life, 'reopened')),
          },
        })),
    };
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
              resolutiondate: isOver(life) ? byOffset(ofStep(life, 'resolved') ?? life.opened) : null,
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

const salesforceWords: Words = { fresh: 'New', over: 'Closed', person: '005000000000001AAA' };
const queue = '00G000000000001AAA';

/** "foreign key: two rows, one of them with ids"; CaseStatus has IsClosed. */
export const salesforceTimes: Target['answer'] = (asked, keep) => {
  if (asked.method !== 'GET' || !/^\/services\/data\/v[\d.]+\/query$/.test(asked.path)) return undefined;
  const q = asked.query.get('q') ?? '';
  const rows = (records: unknown[]): Given => ({ status: 200, body: { totalSize: records.length, records } });
  if (q === 'SELECT ApiName, MasterLabel, IsClosed FROM CaseStatus')
    return rows([
      { ApiName: 'New', MasterLabel: 'New', IsClosed: false },
      { ApiName: 'Closed', MasterLabel: 'Closed', IsClosed: true },
    ]);
  if (/ FROM CaseHistory /.test(q)) {
    const lives = keep.lives().filter(({ id }) => q.includes(`'${id}'`));
    return rows(
      (keep.history ? lives : []).flatMap((life) =>
        changesOf(life, salesforceWords).flatMap(({ at, field, from, to }) => {
          const row = { CaseId: life.id, CreatedDate: byOffset(at) };
          return field === 'status'
            ? [{ ...row, Field: 'Status', OldValue: from, NewValue: to }]
            : [
                { ...row, Field: 'Owner', OldValue: 'Valves', NewValue: 'Alex Field' },
                { ...row, Field: 'Owner', OldValue: from ?? queue, NewValue: to },
              ];
        }),
      ),
    );
  }
  const [, where = '', limit] = / FROM Case(.*) ORDER BY SystemModstamp, Id LIMIT (\d+)$/.exec(q) ?? [];
  if (limit === undefined) return undefined;
  const [, from] = /^ WHERE SystemModstamp >= ([\d:.TZ-]+)$/.exec(where) ?? [];
  const [, after, equal, id = ''] =
    /^ WHERE SystemModstamp > ([\d:.TZ-]+) OR \(SystemModstamp = ([\d:.TZ-]+) AND Id > '(\w+)'\)$/.exec(where) ?? [];
  const found = listed(keep).filter(({ changed, id: of }) =>
    from !== undefined
      ? changed >= new Date(from)
      : after === undefined || changed > new Date(after) || (changed.toJSON() === equal && of > id),
  );
  return rows(
    found.slice(0, Number(limit)).map((life) => ({
      Id: life.id,
      CaseNumber: life.id.slice(3, 15),
      Status: stateOf(life, salesforceWords).status,
      Priority: 'high',
      CreatedDate: byOffset(life.opened),
      ClosedDate: isOver(life) ? byOffset(ofStep(life, 'resolved') ?? life.opened) : null,
      SystemModstamp: byOffset(life.changed),
      Asset_Class__c: 'Pumps',
    })),
  );
};
