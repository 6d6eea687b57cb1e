/**
 * ServiceMax on Salesforce: its work orders, the object `SVMXC__Service_Order__c`.
 *
 * Addresses: `/lightning/r/SVMXC__Service_Order__c/<id>/view` or `/edit`, and the older shell's `#<base64>` that names
 * the object. The first characters of its ids differ from organisation to organisation, so an address without the
 * object's name is no case; Salesforce's own objects are those of that desk.
 * Read: as in Salesforce (lightning.ts), with the package's own names of fields. The number is the record's name.
 * Source: open sources on Salesforce as there, the object's name in ServiceMax's addresses; not run here. From memory:
 * the names of all its fields. Checked 2026-11.
 */
import type { DeskCode, DeskData, DeskFile } from '../model.ts';
import { field, hosts, locator, owner, page, paneOf, related, sameId, tidy } from './lightning.ts';

const object = 'SVMXC__Service_Order__c';

const data: DeskData = {
  ...page,
  addresses: [],
  shows: {
    id: [related],
    number: [
      ...field('Name'),
      { css: 'records-highlights2 [slot="primaryField"]' },
      { css: 'head > title', before: ' | Work Order | ' },
    ],
  },
  read: {
    title: field('SVMXC__Subject__c'),
    requester: [...field('SVMXC__Contact__c'), { label: 'Contact' }],
    assignee: [...field('SVMXC__Group_Member__c'), ...owner('OwnerId').assignee],
    queue: [...field('SVMXC__Service_Group__c'), ...owner('OwnerId').queue],
    asset: [...field('SVMXC__Component__c'), { label: 'Installed Product' }],
    priority: [...field('SVMXC__Priority__c'), { label: 'Priority' }],
    status: [...field('SVMXC__Order_Status__c'), { label: 'Order Status' }],
    opened: field('CreatedDate'),
  },
};

const locate = locator((id, named) => (named === object && id.startsWith('a') ? object : null));

export const code: DeskCode = { locate, sameId, tidy, pane: paneOf(locate) };

const desk: DeskFile = { id: 'servicemax', name: 'ServiceMax', hosts, data, code };
export default desk;
