/**
 * Intercom: conversations in the inbox, in three regions.
 *
 * Addresses: `/a/inbox/{workspace}/inbox/…/conversation/{id}`; what stands between names the list that it was opened
 * from. Lists, contacts, articles and reports are no case. A conversation has no number but its id.
 * Read: the title, only in what carries the conversation's own id, or in the space around it: the list beside it
 * carries the ids of others, and this one once more. Pages of 2021 named the title by a class.
 * Its own API is not documented and not asked.
 * Source: clockify b45395e, toggl db77d5f and links in public repositories; not run here. Inferred: that today's header
 * stands in what carries the id, as that of 2021 did. Checked 2026-11.
 */
import type { DeskData, DeskFile } from '../model.ts';

const one = '[data-conversation-id="{id}"]';
const title = '[data-inbox-conversation-header-title]';
const older = '.conversation__card__title__text';
const toolbar = '[data-intercom-target="conversation-toolbar"]';

const data: DeskData = {
  addresses: ['/a/inbox/*/inbox/**/conversation/{id:digits}'],
  kind: 'conversation',
  scope: [`${one}:has(${title},${older},${toolbar})`, `[data-intercom-target="conversation-space"]:has(${one})`],
  drop: ['button'],
  read: {
    title: [{ css: `${title} span` }, { css: title }, { css: `${older} input` }, { css: older }],
  },
  anchors: [{ css: toolbar }, { css: '[data-intercom-target="conversation-card-header"]' }],
};

const desk: DeskFile = {
  id: 'intercom',
  name: 'Intercom',
  hosts: ['https://app.intercom.com/*', 'https://app.eu.intercom.com/*', 'https://app.au.intercom.com/*'],
  data,
};
export default desk;
