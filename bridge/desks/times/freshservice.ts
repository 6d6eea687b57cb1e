/**
 * Freshservice: times from the list of tickets with their `stats`, as Freshdesk has it. Least rights: an agent who sees
 * all tickets. Changes and problems are not read.
 *
 * From its documents: tickets are listed from `updated_since` on, in one order or the other; `stats` has when a ticket was
 * resolved and closed; only the primary workspace is listed, unless `workspace_id` names another one, or 0 all of those
 * that the agent sees, then without the workspaces' own fields. From published connectors: `order_by=updated_at`, which
 * the documents leave out, so that a list in another order is refused; further names in `stats`, among them
 * `first_assigned_at`. Inferred: `opened_at` there is when a ticket was opened again. The ticket's activities are prose in
 * the account's language, so that how often it was opened again is not known. Not run here.
 */
import { at } from '../desk.ts';
import { zonedIn } from '../../times/changed.ts';
import { ticketTimes } from './freshdesk.ts';

export const freshservice = ticketTimes(
  (stats) => zonedIn(at(stats, 'first_assigned_at')),
  ({ workspace }): Record<string, string> => (workspace === undefined ? {} : { workspace_id: String(workspace) }),
);
