/**
 * ConnectWise PSA (Manage): service tickets.
 *
 * Addresses: links into it, `service_recid=N`, `routeTo=ServiceFV` and `recordType=ServiceFV` with `recid=N` or
 * `srRecID=N`; N is id and number. Once the page is loaded its address says no more than `…/ConnectWise.aspx#…`: there
 * the page names its ticket, in the banner (“Service Ticket #N - summary”) or in its title. Project tickets, time
 * entries, companies, boards and the clients' portal are no case.
 * Read: the summary from the banner, once it agrees.
 * Source: links and user scripts in public repositories; not run here. Inferred: the document's title. Checked 2026-11.
 */
import type { DeskData, DeskFile } from '../model.ts';

const banner = '.cw-main-banner .detailLabel:not(.navigationEntry)';
const named = { after: 'Service Ticket #', before: ' ' };

const data: DeskData = {
  owns: ['.cw_CwLabel'],
  addresses: [
    '**?service_recid={number:digits}',
    '**?routeTo={:ServiceFV|ServiceFv}&recid={number:digits}',
    '**?routeTo={:ServiceFV|ServiceFv}&srRecID={number:digits}',
    '**?recordType={:ServiceFV|ServiceFv}&recid={number:digits}',
  ],
  pages: ['**/{:ConnectWise|connectwise}.{:aspx|html}'],
  kind: 'ticket',
  shows: {
    number: [
      { css: banner, ...named },
      { css: 'head > title', ...named },
    ],
  },
  read: { title: [{ css: banner, after: ' - ' }] },
};

const desk: DeskFile = {
  id: 'connectwise',
  name: 'ConnectWise PSA',
  hosts: ['https://*.myconnectwise.net/*'],
  data,
};
export default desk;
