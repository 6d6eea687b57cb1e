/**
 * Salesforce: cases of Service Cloud, and the work orders, their lines and the appointments of Field Service; in
 * Lightning, its console, and Classic.
 *
 * Addresses: `/lightning/r/[Object/]<id>/view` or `/edit`; in the console with `?ws=` for the tab around; the older
 * shell's `/one/one.app#/sObject/<id>` and `#<base64>`; Classic's `/<id>`, `/console#%2F<id>` and `/apex/Page?id=`.
 * The first three characters of an id say the object: 500, 0WO, 1WL and 08p are cases, all else is none. Ids of 15 and
 * of 18 characters are one record. Lists, related lists and new records name none.
 * Read: fields by their API names, which no layout or language changes, and only in what is on show. The address holds
 * no number: it is a field, or stands in the highlights, in Classic's heading, or in the title. The heading of a related
 * list tells the record that the page is of.
 * Source: Salesforce's own page objects for tests, CumulusCI's locators, open browser extensions, a captured case page;
 * not run here. Inferred: what `ws` means, that related lists tell the record. From memory: Classic's related lists.
 * Checked 2026-11.
 */
import type { DeskCode, DeskData, DeskFile } from '../model.ts';
import { field, hosts, locator, owner, page, paneOf, related, sameId, tidy } from './lightning.ts';

export const objects: Record<string, string> = {
  500: 'Case',
  '0WO': 'WorkOrder',
  '1WL': 'WorkOrderLineItem',
  '08p': 'ServiceAppointment',
};
const numbers = ['CaseNumber', 'WorkOrderNumber', 'LineItemNumber', 'AppointmentNumber'];
const spoken = ['Case', 'Work Order', 'Line Item', 'Appointment'];

const data: DeskData = {
  ...page,
  addresses: [],
  shows: {
    id: [related, { css: '.bRelatedList[id*="_Related"]', attr: 'id', before: '_Related' }],
    number: [
      ...field(numbers),
      {
        css: spoken
          .map((name) => `records-highlights-details-item:has([title="${name} Number"]) .fieldComponent`)
          .join(),
      },
      { css: '#bodyCell .pageDescription' },
      ...['Case', 'Work Order', 'Work Order Line Item', 'Service Appointment'].map((name) => ({
        css: 'head > title',
        before: ` | ${name} | `,
      })),
    ],
  },
  rows: [...page.rows, { row: 'td.labelCol', value: '+' }],
  read: {
    title: [...field('Subject'), { label: 'Subject' }, { css: 'records-highlights2 [slot="primaryField"]' }],
    requester: [...field('ContactId'), { label: 'Contact Name' }, { label: 'Contact' }],
    assignee: [...owner('OwnerId').assignee, { label: 'Case Owner' }, { label: 'Owner' }],
    queue: owner('OwnerId').queue,
    asset: [...field('AssetId'), { label: 'Asset' }],
    priority: [...field('Priority'), { label: 'Priority' }],
    status: [...field('Status'), { label: 'Status' }],
    opened: [...field('CreatedDate'), { label: 'Date/Time Opened' }],
  },
};

const locate = locator((id, object) => {
  const kind = objects[id.slice(0, 3)];
  return kind !== undefined && (object || kind) === kind ? kind : null;
});

export const code: DeskCode = {
  locate,
  sameId,
  tidy: (value) => tidy(value.replace(/\s*\[(?:Change|View Hierarchy)\]$/, '')),
  pane: paneOf(locate),
};

const desk: DeskFile = { id: 'salesforce', name: 'Salesforce', hosts, data, code };
export default desk;
