/**
 * Autotask PSA (Datto): tickets.
 *
 * Addresses: `…/TicketDetail.mvc?ticketId={id}`, its parameter in any of its spellings, and links into it,
 * `…/ExecuteCommand.aspx?Code=OpenTicketDetail` with `TicketID={id}` or `TicketNumber=T20261007.0082`. A link by the
 * number alone makes that number the id, until Autotask sends it on to the ticket's own page. Queues, accounts,
 * contacts, project tasks, contracts and the clients' portal are no case.
 * The ticket stands in a frame of the landing page, or in frames of frames, and is read there, with the frame's
 * address.
 * Read: the number, from the heading or the title bar. All else has labels, but nothing on the page names the id of the
 * address, so a page of another ticket could not be told.
 * Source: notes on captured pages and links in public repositories; not run here. Checked 2026-11.
 */
import type { DeskData, DeskFile } from '../model.ts';

const seen = '2026-10';
const link = '**/ExecuteCommand.aspx?Code=OpenTicketDetail';

const data: DeskData = {
  addresses: [
    '**/TicketDetail.mvc?ticketId={id:digits}',
    '**/TicketDetail.mvc?TicketId={id:digits}',
    '**/TicketDetail.mvc?TicketID={id:digits}',
    `${link}&TicketID={id:digits}`,
    `${link}&TicketNumber={number}`,
  ],
  kind: 'ticket',
  frames: ['iframe[src*="/TicketDetail.mvc"]', 'iframe[name="PageContainerFrame"]'],
  shows: {
    number: [
      { css: '.EntityHeadingContainer .IdentificationText', seen },
      { css: '.TitleBarItem.Title .SecondaryText', after: '- ', before: ' - ', seen },
    ],
  },
};

const desk: DeskFile = { id: 'autotask', name: 'Autotask PSA', hosts: ['https://*.autotask.net/*'], data };
export default desk;
