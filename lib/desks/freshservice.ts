/**
 * Freshservice: tickets (incidents and service requests), changes and problems.
 *
 * Addresses: `/a/(tickets|changes|problems)/N`, and `/helpdesk/tickets/N`, which mails and other products still write.
 * N is the id. People say `INC-N`, `SR-N`, `CHN-N`, `PRB-N`: that stands on the page only and is the number. Its digits
 * are the id's, by which a page that still shows another record is told. Lists, new records, assets (`/cmdb/items/N`),
 * administration (`/ws/…`) and the portal are no case.
 * Read: number and subject by test ids (before 2023 the breadcrumb's heading, before that the ticket's header); lists
 * by the label that names them, whose id ends in the field's name. The requester is a mail address. What has a label of
 * its own is a further field.
 * Its own API: `/api/_/…`, which the pages themselves use and which may change; it takes the session.
 * Source: the open time trackers' integrations (clockify b45395e, toggl db77d5f), an open extension that reads these
 * pages, open clients of `/api/_/` (ids, numbers and names of its answers); not run here. Inferred: the lists of group,
 * priority and status, named like the others, and that what Freshdesk's pages call them may serve here too.
 * Checked 2026-11.
 */
import type { DeskCode, DeskData, DeskFile, Rest } from '../model.ts';

const chosen = '.ember-power-select-selected-item';
const named = (name: string): string => `[aria-labelledby$="_${name}"]`;
/** A list by its label's id; or by the test id that Freshdesk's pages have, and its text where it is no list. */
const list = (name: string, test: string) =>
  [`${named(name)} ${chosen}`, `[data-test-id="${test}"] ${chosen}`, `[data-test-id="${test}"]`].map((css) => ({
    css,
  }));
/** What is read for itself is no further field. */
const known = ['responderId', 'groupId', 'priority', 'status'].map(named).join();
const numbers = ['[data-test-id="ticket-human-display-id"]', '.ember-breadcrumbs h3', '.ticket_header span'].map(
  (css) => ({ css }),
);

const data: DeskData = {
  owns: ['[data-test-id="ticket-human-display-id"]', '.tkt-quick-action', '#ticket_original_request_section .subject'],
  addresses: [
    { is: '/a/tickets/{id:digits}/**', kind: 'ticket' },
    { is: '/a/changes/{id:digits}/**', kind: 'change' },
    { is: '/a/problems/{id:digits}/**', kind: 'problem' },
    { is: '/helpdesk/tickets/{id:digits}/**', kind: 'ticket' },
  ],
  shows: { id: numbers, number: numbers },
  // Forms and dialogs that are kept for later use.
  ignore: ['[hidden],[style*="display:none"],[style*="display: none"]'],
  drop: ['button,[role=button]', 'label,.label-field'],
  rows: [{ row: `:has(> label):not(:has(${known}))`, label: 'label', value: `${chosen},input,textarea` }],
  read: {
    title: [
      { css: '[data-test-id="subject-text"]' },
      { css: '.summary-content .subject-text' },
      { css: '#ticket_original_request_section .subject' },
    ],
    requester: [{ css: '#primary_email' }, { css: '.widget-requestor-info' }],
    assignee: list('responderId', 'Agent'),
    queue: list('groupId', 'Group'),
    asset: [{ label: 'Asset ID' }, { label: 'Asset' }],
    priority: list('priority', 'priority'),
    status: list('status', 'tkt-properties-status'),
  },
  anchors: [{ css: '.ticket-tabs .multitab-navlist' }, { css: '.tkt-quick-action' }, { css: '#sticky_header' }],
};

type Named = { name?: unknown } | null;
type Item = {
  id?: number;
  display_id?: number;
  human_display_id?: string;
  subject?: unknown;
  /** What changes and problems are called in some answers. */
  title?: unknown;
  status?: number;
  status_name?: unknown;
  ticket_status?: Named;
  priority?: number;
  priority_name?: unknown;
  requester?: Named;
  requester_name?: unknown;
  agent?: Named;
  responder_name?: unknown;
  group?: Named;
  group_name?: unknown;
  department_name?: unknown;
  created_at?: unknown;
  custom_fields?: Record<string, unknown> | null;
};
const priorities = ['', 'Low', 'Medium', 'High', 'Urgent'];
/** A ticket's states; changes and problems have others. */
const states = ['', '', 'Open', 'Pending', 'Resolved', 'Closed'];

export const code: DeskCode = {
  // The page shows the number alone, an answer the id as well: their digits are the same.
  sameId: (id) => /\d+$/.exec(id)?.[0] ?? id,
  tidy: (value) => value.replace(/^#\s*(?=[A-Z]*-?\d+$)/, ''),
};

export const rest: Rest = {
  paths: ({ kind, id }) => [`/api/_/${kind}s/${id}`],
  parse(answer, { kind }) {
    const item = (answer as Record<string, Item | undefined>)[kind];
    const id = item?.display_id ?? item?.id;
    if (!item || id === undefined) return null;
    const fields = item.custom_fields ?? {};
    return {
      id: String(id),
      number: item.human_display_id,
      values: {
        title: item.subject ?? item.title,
        requester: item.requester?.name ?? item.requester_name,
        assignee: item.agent?.name ?? item.responder_name,
        queue: item.group?.name ?? item.group_name,
        asset: fields.asset_id ?? fields.asset,
        priority: item.priority_name ?? priorities[item.priority ?? 0],
        status: item.status_name ?? item.ticket_status?.name ?? (kind === 'ticket' && states[item.status ?? 0]),
        opened: item.created_at,
      },
      fields: { Department: item.department_name, ...fields },
    };
  },
};

const desk: DeskFile = {
  id: 'freshservice',
  name: 'Freshservice',
  hosts: ['https://*.freshservice.com/*'],
  data,
  code,
  rest,
};
export default desk;
