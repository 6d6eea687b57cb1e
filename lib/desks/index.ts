/** The list of desks. `marked` stands last: a product that is recognised knows its own pages better. */
import type { DeskData } from '../model.ts';
import marked from './marked.ts';
import redmine from './redmine.ts';
import requestTracker from './request-tracker.ts';

/** A desk written as data, in a file of its own. */
export type DeclaredDesk = { id: string; name: string; hosts: string[]; data: DeskData };

export const declared: Record<string, DeclaredDesk> = Object.fromEntries(
  [requestTracker, redmine, marked].map((desk): [string, DeclaredDesk] => [desk.id, desk]),
);
