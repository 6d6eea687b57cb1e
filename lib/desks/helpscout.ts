/**
 * Help Scout: conversations.
 *
 * Addresses: `/conversation/{id}/{number}`, with or without a slash, a folder or a view behind it. Mailboxes, search,
 * customers, docs and reports are no case. The page may stand in a frame of another one, which makes no difference.
 * Read: id and number from the address, nothing from the page: its subject has a label, but nothing on the page is
 * known to name the conversation, so one that still shows another could not be told.
 * Source: clockify b45395e, toggl db77d5f and links in public repositories; not run here. Checked 2026-11.
 */
import type { DeskData, DeskFile } from '../model.ts';

const data: DeskData = {
  addresses: ['/conversation/{id:digits}/{number:digits}'],
  kind: 'conversation',
  anchors: [{ css: '[data-cy="ConversationHeader.Actions"]' }],
};

const desk: DeskFile = { id: 'helpscout', name: 'Help Scout', hosts: ['https://secure.helpscout.net/*'], data };
export default desk;
