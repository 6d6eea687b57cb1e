/**
 * HubSpot Service Hub: tickets, on their record's page and in the help desk.
 *
 * Addresses: `/contacts/{portal}/record/0-5/{id}`, its older form `/contacts/{portal}/ticket/{id}`, which HubSpot still
 * sends on, and `/help-desk/{portal}/view/{view}/ticket/{id}`. Contacts (0-1), companies (0-2), deals (0-3), custom
 * objects (2-…), lists, views and the conversations' inbox are no case. A ticket has no number but its id.
 * Read: subject and requester (the ticket's contact) by test attributes; what stands in the properties' panel by its
 * label, in English, with the list's button or the box behind it. In the help desk the header's link names the ticket:
 * by it a page that still shows another one is told. A record's page names its id only in the link to all properties.
 * Its own API is not documented and not asked.
 * Source: clockify b45395e, toggl db77d5f and other open extensions and user scripts that read these pages; not run
 * here, and the weakest evidence of all desks: few real tickets are public. From memory: labels but “Ticket status” and
 * “Pipeline”, the link to all properties. Checked 2026-11.
 */
import type { DeskCode, DeskData, DeskFile } from '../model.ts';

const link = '[data-test-id="ticket-header-name-link"]';

const data: DeskData = {
  addresses: [
    '/contacts/{:digits}/record/0-5/{id:digits}/**',
    '/contacts/{:digits}/ticket/{id:digits}/**',
    '/help-desk/{:digits}/view/*/ticket/{id:digits}/**',
  ],
  kind: 'ticket',
  shows: {
    id: [
      { css: `a${link}[href*="/ticket/"],${link} a[href*="/ticket/"]`, attr: 'href', after: '/ticket/' },
      { css: `a${link}[href*="/0-5/"],${link} a[href*="/0-5/"]`, attr: 'href', after: '/0-5/' },
      {
        css: '[data-scroll-trackable-container="left-sidebar"] a[href*="/record/0-5/"][href*="/properties"]',
        attr: 'href',
        after: '/0-5/',
      },
    ],
  },
  // Other records that are looked at beside this one, and forms that are kept for later use.
  ignore: [
    '[data-crm-location="CRM_OBJECT_PREVIEW"],[data-selenium-test="sidebar-preview-panel"]',
    '[hidden],[style*="display:none"],[style*="display: none"]',
  ],
  blank: ['Add contact'],
  rows: [
    { row: 'label', value: '+ button' },
    { row: 'label:has(+ button)', value: '+' },
    { row: ':has(> label:only-child)', label: 'label', value: '+ button' },
    { row: 'label', value: '+ input,textarea' },
  ],
  read: {
    title: [
      { css: `${link} span` },
      { css: link },
      { css: '[data-selenium-test="highlightTitle"]' },
      { css: '[data-test-id="highlight-property-display-subject"]' },
    ],
    requester: [
      { css: '[data-test-id="ticket-header-contact-detail-link"]' },
      { css: '[data-selenium-test="contact-chicklet-title-link"]' },
      { css: '[data-test-id="contact-chicklet-title-link"]' },
    ],
    assignee: [{ label: 'Ticket owner' }],
    queue: [{ label: 'Pipeline' }],
    asset: [{ label: 'Asset ID' }, { label: 'Asset' }],
    priority: [{ label: 'Priority' }],
    status: [{ label: 'Ticket status' }],
    opened: [{ label: 'Create date' }],
  },
  anchors: [{ css: '[data-test-id="record-highlight-main-content"]' }, { css: link, place: 'after' }],
};

export const code: DeskCode = {
  // What follows an id in one of its links.
  tidy: (value) => value.replace(/^(\d+)(?:\/(?:thread\/|properties\b|view\/|\?|$)|\?).*$/, '$1'),
};

const desk: DeskFile = { id: 'hubspot', name: 'HubSpot', hosts: ['https://*.hubspot.com/*'], data, code };
export default desk;
