/**
 * Zendesk Support: its agent workspace, with the layouts of 2023 to 2026 and the one before.
 *
 * Addresses: `/agent/tickets/N` with whatever stands behind it (`/events`), of old `/agent/#/tickets/N` and
 * `/#/tickets/N`, and `/tickets/N`, which leads there. Views, the dashboard, new tickets (`/agent/tickets/new/1`) and
 * the help center `/hc/` name no ticket: no case.
 * Read: number from the address; the rest only in the pane of that ticket, since all tickets that are open in tabs stand
 * in the page at once. Where no pane carries its number, the pane on show counts if the selected tab carries it. Test
 * ids are durable, hashed classes are not. The assignee is written `group/agent`: the group stands for the queue.
 * Assets live in custom fields, found by their label. Its own API needs no more than the session to be read.
 * Source: open browser extensions for Zendesk, one of which looked at live pages in 2026-06; not run here. Inferred:
 * that a pane may be tied to its ticket by its tab, and the labels of an asset. Checked 2026-11.
 */
import type { DeskData, DeskFile, Rest, Told } from '../model.ts';

const seen = '2026-06';
const test = (id: string): string => `[data-test-id="${id}"]`;
const selectedTab = `${test('header-tab')}[data-entity-id="{id}"]:is([aria-selected="true"],[aria-current="true"],[aria-current="page"],[data-selected="true"],[data-entity-is-selected="true"])`;
const grid = '.ticket-panes-grid-layout';
const custom = '[data-test-id^="ticket-form-field-"]';
const ellipsis = '[data-garden-id="typography.ellipsis"]';
const requester = test('ticket-system-field-requester-select');
const chosen = '[data-garden-id="dropdowns.combobox.value"]';
const group = test('assignee-field-selected-group-tag');
const agent = test('assignee-field-selected-agent-tag');

const data: DeskData = {
  addresses: [
    '/agent/tickets/{id:digits}/**',
    '/agent#/tickets/{id:digits}/**',
    '/#/tickets/{id:digits}/**',
    '/tickets/{id:digits}',
  ],
  kind: 'ticket',
  scope: [
    `${grid}[data-test-id^="ticket-{id}-"]`,
    '[data-ticket-id="{id}"]:has([data-test-id$="-subject"])',
    `${grid}:has([data-side-conversations-anchor-id="{id}"])`,
    `body:has(${selectedTab}) ${grid}:is([data-is-active="true"],.active)`,
    '[data-side-conversations-anchor-id="{id}"]',
    '[data-ticket-id="{id}"]',
  ],
  drop: ['label', 'button'],
  shows: { id: [{ css: '[data-side-conversations-anchor-id]', attr: 'data-side-conversations-anchor-id', seen }] },
  rows: [
    { row: custom, label: 'label', value: `${chosen}, ${ellipsis}` },
    { row: custom, label: 'label', value: 'input, textarea' },
  ],
  read: {
    title: [
      { css: `${test('omni-header-subject')}, ${test('omni-header-subject')} input`, seen },
      { css: test('ticket-pane-subject') },
    ],
    requester: [
      { css: `${requester} ${ellipsis}`, seen },
      { css: `${requester}:not(:has(${ellipsis})), ${requester}:not(:has(${ellipsis})) input` },
    ],
    assignee: [
      { css: agent, after: '/', seen },
      { css: agent },
      { css: `${test('assignee-field')}:not(:has(${group}))` },
    ],
    queue: [
      { css: group, seen },
      { css: agent, before: '/', seen },
    ],
    asset: [{ label: 'Asset ID' }, { label: 'Asset' }],
    priority: [
      { css: `${test('ticket-fields-priority-select')} ${chosen}`, seen },
      { css: `${test('ticket-fields-priority-select')}:not(:has(${chosen}))` },
    ],
    status: [
      { css: test('ticket-fields-status-view'), seen },
      { css: `${test('ticket_status_label')}, .ticket_status_label` },
    ],
  },
  anchors: [{ css: test('customer-context-tab-navigation') }],
};

type Named = { id: number; name?: string };
type Answer = {
  ticket: {
    id: number;
    requester_id?: number;
    assignee_id?: number;
    group_id?: number;
    organization_id?: number;
    custom_fields?: { id: number; value: unknown }[];
    [key: string]: unknown;
  };
  users?: Named[];
  groups?: Named[];
  organizations?: Named[];
};

function parse(answer: unknown): Told | null {
  const { ticket, users, groups, organizations } = answer as Partial<Answer>;
  if (!ticket) return null;
  const nameOf = (list: Named[] | undefined, id: number | undefined): string | undefined =>
    list?.find((each) => each.id === id)?.name;
  return {
    id: String(ticket.id),
    values: {
      title: ticket.subject,
      requester: nameOf(users, ticket.requester_id),
      assignee: nameOf(users, ticket.assignee_id),
      queue: nameOf(groups, ticket.group_id),
      priority: ticket.priority,
      status: ticket.status,
      opened: ticket.created_at,
    },
    fields: {
      Type: ticket.type,
      Organization: nameOf(organizations, ticket.organization_id),
      // Their labels stand in another answer; this is how Zendesk's own search writes them.
      ...Object.fromEntries((ticket.custom_fields ?? []).map(({ id, value }) => [`custom_field_${id}`, value])),
    },
  };
}

export const rest: Rest = {
  paths: ({ id }) => [`/api/v2/tickets/${encodeURIComponent(id)}.json?include=users,groups,organizations`],
  parse,
};

const desk: DeskFile = { id: 'zendesk', name: 'Zendesk', hosts: ['https://*.zendesk.com/*'], data, rest };
export default desk;
