/**
 * Zoho Desk: tickets, in today's pages (2023, classes `zd_v2-…`), those of 2022 (`zd-…`) and the old ones.
 *
 * Addresses: `/agent/{org}/{department}/tickets/details/{id}`, with or without the department, and the old
 * `…/ShowHomePage.do#Cases/dv/{id}`; mails may write an enciphered id there, which is none. Lists, new tickets,
 * contacts, tasks and the help center (`/portal/…`) are no case. The number stands on the page only.
 * Read: only in the container that names this ticket: Zoho keeps those of tickets that were open before. Old panels
 * name their ticket in links alone, so one is read only where its own id is in it.
 * Its own API wants a token of its own: not asked.
 * Source: the open time trackers' integrations (clockify b45395e, TMetric) and open extensions that read these pages;
 * not run here. Inferred: that the containers of 2022 name their ticket as today's do, and the old panel's links. From
 * memory: hosts .uk, .sa and zohocloud.ca. Checked 2026-11.
 */
import type { DeskData, DeskFile } from '../model.ts';

const number = '.zd_v2-ticketsubject-ticketIdText';
const older = '.zd_v2-ticketidwrapper-ticketId,.zd-ticketidwrapper-ticketId,#caseNum';

const data: DeskData = {
  owns: ['.zd_v2-ticketdetailview-container', '.zd-ticketdetailview-container', '.ticket-DVPanel #caseNum'],
  addresses: [
    '/agent/*/*/tickets/details/{id:digits}/**',
    '/agent/*/tickets/details/{id:digits}/**',
    '**/ShowHomePage.do#Cases/dv/{id:digits}',
  ],
  kind: 'ticket',
  scope: [
    '.zd_v2-ticketdetailview-container[data-id="subTab_{id}"]',
    '.zd-ticketdetailview-container[data-id="subTab_{id}"]',
    '.ticket-DVPanel:has([href*="{id}"],[id*="{id}"],[value="{id}"])',
  ],
  shows: {
    number: [{ css: number, after: '#' }, { css: number }, { css: older, after: '#' }, { css: older }],
  },
  drop: ['button,[role=button]'],
  read: {
    title: [
      { css: '[data-id="caseSubjectText"]' },
      { css: '.zd_v2-dvsubjectsection-subject,.zd-dvsubjectsection-subject' },
      { css: '#caseSubjectText' },
    ],
    status: [{ css: '#statusVal' }],
  },
  anchors: [
    { css: '.zd_v2-ticketsubject-rightSideDiv' },
    { css: '.zd_v2-secondrypanel-listItemContainer,.zd-secondrypanel-listItemContainer' },
    { css: '#caseSubject' },
  ],
};

const desk: DeskFile = {
  id: 'zohodesk',
  name: 'Zoho Desk',
  hosts: [...['com', 'eu', 'in', 'com.au', 'jp', 'com.cn', 'uk', 'sa'].map((end) => `zoho.${end}`), 'zohocloud.ca'].map(
    (host) => `https://desk.${host}/*`,
  ),
  data,
};
export default desk;
