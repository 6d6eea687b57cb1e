/**
 * TOPdesk: incidents, each on a page of its own.
 *
 * Addresses: `/tas/secure/incident?unid={id}` and `/tas/secure/contained/incident?unid={id}`; the id is a UUID, with or
 * without its dashes, and stays as the address writes it (the API takes it with them).
 * `?action=lookup&lookup=naam&lookupValue={number}` names the number alone: then the id is that number, under which the
 * API has the incident as well (`incidents/number/…`). So one incident may come with different ids. New incidents,
 * changes, persons, assets and the self-service portal (`/tas/public/…`) are no case; nor is the window with tabs
 * (`/tas/secure/mango/window/N`): which of its frames is in front, no source says.
 * Read: nothing but the address; the number is not on the page in any place that is known.
 * Hosts of one's own are known by links within the host to `/tas/secure/`, and by the link to the record itself.
 * Source: links and one user script in public repositories; not run here. Inferred: the links within the host.
 * Checked 2026-11.
 */
import type { DeskData, DeskFile } from '../model.ts';

const data: DeskData = {
  owns: ['.bottombar #secretlink', '[href^="/tas/secure/"]', '[src^="/tas/secure/"]'],
  addresses: [
    '/tas/secure/incident?unid={id:guid}',
    '/tas/secure/contained/incident?unid={id:guid}',
    '/tas/secure/incident?action=lookup&lookup=naam&lookupValue={number}',
  ],
  kind: 'incident',
  shows: { number: [] },
};

const desk: DeskFile = { id: 'topdesk', name: 'TOPdesk', hosts: ['https://*.topdesk.net/*'], data };
export default desk;
