/**
 * Freshdesk: today's pages (`/a/tickets/N`, an Ember application) and the old ones (`/helpdesk/tickets/N`).
 *
 * Addresses: the number stands in them and is the id. Views (`/helpdesk/tickets/view/…`), filters
 * (`/a/tickets/filters/…`), new tickets, contacts and the customers' portal (`/support/tickets/N`) are no case.
 * Read: the number once more from the breadcrumb (old pages: beside the subject), as the check; the subject without the
 * buttons in its heading; properties by test ids, which name custom fields by their key; `--` is an empty choice. All
 * that has a label is a further field. A name that merely stands on the page (`user-name`) is the last resort for the
 * requester: everybody who wrote in the conversation has one.
 * Its own API: `/api/_/tickets/N`, which the pages themselves use and which may change, then the documented
 * `/api/v2/tickets/N`; both take the session for reading. States and priorities are numbers there, of which only the
 * built-in ones can be named.
 * Source: the open time trackers' integrations (clockify b45395e, toggl db77d5f, TMetric) and open user scripts that
 * read these pages; not run here. Inferred: keys of custom fields that hold an asset. Checked 2026-11.
 */
import type { DeskCode, DeskData, DeskFile, Rest } from '../model.ts';

const chosen = '.ember-power-select-selected-item';
/** A property by its test id: a list's choice, or its text where it is no list. */
const property = (name: string) => [{ css: `[data-test-id="${name}"] ${chosen}` }, { css: `[data-test-id="${name}"]` }];

const data: DeskData = {
  owns: ['.sentiment-ticket-heading', '[data-test-id^="requester-info-contact-"]', '#Pagearea #ticket-display-id'],
  addresses: ['/a/tickets/{id:digits}/**', '/helpdesk/tickets/{id:digits}/**'],
  kind: 'ticket',
  shows: { id: [{ css: '.breadcrumb__item.active' }, { css: '#ticket-display-id' }] },
  // Forms and dialogs that are kept for later use.
  ignore: ['[hidden],[style*="display:none"],[style*="display: none"]'],
  drop: ['button,[role=button]', 'label,.label-field'],
  rows: [
    {
      row: '[data-test-id^="tkt-properties-"]:not([data-test-id$="-status"])',
      label: 'label,.label-field',
      value: `${chosen},input,textarea`,
    },
    { row: ':has(> .label-field):not([data-test-id])', label: '.label-field', value: `${chosen},input,textarea` },
  ],
  read: {
    title: [
      { css: '.sentiment-ticket-heading' },
      { css: '.ticket-subject-heading' },
      { css: '[data-test-id="ticket-title"]' },
      { css: 'h2.subject' },
    ],
    requester: [
      { css: '.widget-requestor-info [data-test-id="user-name"]' },
      { css: '[data-test-id="requester-info-contact-name"] .info-details-content' },
      { css: '.widget-requestor-info' },
      { css: '[data-test-id="user-name"]' },
      { css: '[data-test-id="requester-info-contact-email"] .info-details-content' },
    ],
    assignee: property('Agent'),
    queue: property('Group'),
    asset: [
      { label: 'Asset ID' },
      { label: 'Asset' },
      { css: `[name^="customFields.cf_asset"],[data-test-id^="tkt-properties-cf_asset"] ${chosen}` },
    ],
    priority: [...property('priority'), { css: '[data-test-id="ticket-priority"]' }],
    status: [...property('tkt-properties-status'), { css: '[data-test-id="ticket-status"]' }],
  },
  anchors: [{ css: '.page-actions__left' }, { css: '#mainactionbar' }, { css: '.ticket-actions' }],
};

type Person = { name?: unknown } | null;
type Ticket = {
  id?: number;
  display_id?: number;
  subject?: unknown;
  status?: number;
  status_name?: unknown;
  priority?: number;
  priority_name?: unknown;
  requester?: Person;
  requester_name?: unknown;
  responder?: Person;
  responder_name?: unknown;
  group?: Person;
  group_name?: unknown;
  created_at?: unknown;
  custom_fields?: Record<string, unknown> | null;
};
const priorities = ['', 'Low', 'Medium', 'High', 'Urgent'];
const states = ['', '', 'Open', 'Pending', 'Resolved', 'Closed'];

export const code: DeskCode = {
  // A number alone: a title that begins with one stays as it is.
  tidy: (value) => value.replace(/^#\s*(?=\d+$)/, ''),
};

export const rest: Rest = {
  paths: ({ id }) => [`/api/_/tickets/${id}`, `/api/v2/tickets/${id}?include=requester`],
  parse(answer) {
    const ticket = (answer as { ticket?: Ticket }).ticket ?? (answer as Ticket);
    const id = ticket.display_id ?? ticket.id;
    if (id === undefined || ticket.subject === undefined) return null;
    const fields = ticket.custom_fields ?? {};
    return {
      id: String(id),
      values: {
        title: ticket.subject,
        requester: ticket.requester?.name ?? ticket.requester_name,
        assignee: ticket.responder?.name ?? ticket.responder_name,
        queue: ticket.group?.name ?? ticket.group_name,
        asset: fields.cf_asset_id ?? fields.cf_asset,
        priority: ticket.priority_name ?? priorities[ticket.priority ?? 0],
        status: ticket.status_name ?? states[ticket.status ?? 0],
        opened: ticket.created_at,
      },
      fields,
    };
  },
};

const desk: DeskFile = {
  id: 'freshdesk',
  name: 'Freshdesk',
  hosts: ['https://*.freshdesk.com/*', 'https://*.myfreshworks.com/*'],
  data,
  code,
  rest,
};
export default desk;
