/** The list of desks. `marked` stands last: a product that is recognised knows its own pages better. */
import type { Desk, DeskFile, DeskForm, PageEntry } from '../model.ts';
import autotask from './autotask.ts';
import bmc from './bmc.ts';
import connectwise from './connectwise.ts';
import { customDesk } from './custom.ts';
import dynamics from './dynamics.ts';
import freshdesk from './freshdesk.ts';
import freshservice from './freshservice.ts';
import halo from './halo.ts';
import helpscout from './helpscout.ts';
import hubspot from './hubspot.ts';
import intercom from './intercom.ts';
import ivanti from './ivanti.ts';
import jira from './jira.ts';
import marked from './marked.ts';
import maximo from './maximo.ts';
import { prepare } from './pattern.ts';
import redmine from './redmine.ts';
import requestTracker from './request-tracker.ts';
import salesforce from './salesforce.ts';
import servicedeskplus from './servicedeskplus.ts';
import servicemax from './servicemax.ts';
import servicenow from './servicenow.ts';
import servicetitan from './servicetitan.ts';
import topdesk from './topdesk.ts';
import zendesk from './zendesk.ts';
import zohodesk from './zohodesk.ts';

export const declared: Record<string, DeskFile> = Object.fromEntries(
  [
    requestTracker,
    redmine,
    freshdesk,
    zendesk,
    freshservice,
    servicedeskplus,
    jira,
    hubspot,
    bmc,
    zohodesk,
    servicenow,
    dynamics,
    helpscout,
    intercom,
    halo,
    salesforce,
    topdesk,
    maximo,
    connectwise,
    servicemax,
    autotask,
    ivanti,
    servicetitan,
    marked,
  ].map((desk): [string, DeskFile] => [desk.id, desk]),
);

/** The script of a product that is more than data; null: the description alone is read. */
export const scriptOf = (product: string): string | null =>
  Object.hasOwn(declared, product) && declared[product]?.code ? `desk-${product}` : null;

/** Whether a product has an API of its own that a session may ask. */
export const mayAsk = (product: string): boolean =>
  Object.hasOwn(declared, product) && declared[product]?.rest !== undefined;

/** The desk of a product with its code, for wherever all desks are at hand; a page has a script of its own for it. */
export function deskOf({ product, name, desk }: Pick<PageEntry, 'product' | 'name' | 'desk'>): Desk {
  return customDesk(product, name, desk, Object.hasOwn(declared, product) ? declared[product]?.code : undefined);
}

/** A product's own description, made ready. */
export const formOf = ({ data }: DeskFile): DeskForm => prepare(data);
