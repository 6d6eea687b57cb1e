/**
 * Request Tracker 5 and 4.4 (Best Practical).
 *
 * Addresses: `[/rt]/Ticket/Display.html?id=N`, the other pages of a ticket beside it (parameters separated by `&` or
 * `;`), and the mobile `/m/ticket/show?id=N`. `/SelfService/` is the requester's side, `/Search/` holds lists: no case.
 * Read: number from the address, checked against the page's heading `#N: Subject`; all else by class, because labels
 * are translated and classes are not. Version 5 writes rows as divs, 4.4 as table rows. Rows without a value carry
 * `unset-field`. Dates have no zone. Hidden forms of inline editing repeat most fields with other classes.
 * Source: Debian's packages request-tracker5 5.0.3 and request-tracker4 4.4.6, run and looked at. Checked 2026-11.
 */
import type { DeskData } from '../model.ts';

const value = (row: string): string => `${row} > .value .current-value, tr${row} > .value`;
const seen = '2026-11';

const data: DeskData = {
  owns: ['link[href*="/NoAuth/css/"]'],
  addresses: [
    '**/Ticket/{:Display|Update|Modify|ModifyAll|ModifyDates|ModifyPeople|ModifyLinks|History|Reminders|Forward}.html?id={id:digits}',
    '**/m/ticket/show?id={id:digits}',
  ],
  never: ['**/SelfService/*/*'],
  kind: 'ticket',
  shows: { id: [{ css: 'body[id^="comp-Ticket-"] #header h1', after: '#', before: ':', seen }] },
  rows: [
    {
      row: '.custom-field:not(.unset-field)[id$="-ShowRow"]',
      label: '.label, .labeltop',
      value: '.value .current-value, td.value',
    },
  ],
  read: {
    title: [
      { css: '#comp-Ticket-Display #header h1', after: ': ', seen },
      { css: '.form-row.Subject input[name="Subject"]', seen },
    ],
    requester: [{ css: value('.requestors:not(.unset-field)'), seen }],
    assignee: [{ css: value('.owner:not(.unset-field)'), seen }],
    queue: [{ css: value('.queue'), seen }],
    asset: [
      { css: '.custom-field-Asset-ID:not(.unset-field)[id$="-ShowRow"] .current-value', seen },
      { css: 'tr.custom-field-Asset-ID:not(.unset-field) td.value', seen },
      { label: 'Asset' },
    ],
    priority: [
      { css: '.priority.form-row .value .Priority', seen },
      { css: 'tr.priority td.value', before: '/', seen },
    ],
    status: [{ css: value('.status'), seen }],
    opened: [{ css: value('.date.created'), seen }],
  },
  anchors: [{ css: '#header h1' }],
};

export default { id: 'request-tracker', name: 'Request Tracker', hosts: [], data };
