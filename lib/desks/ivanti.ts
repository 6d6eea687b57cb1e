/**
 * Ivanti Neurons for ITSM (HEAT, Service Manager).
 *
 * Addresses: searches that find one record,
 * `…?Scope=ObjectWorkspace&CommandId=Search&ObjectType=Incident%23&CommandData=` followed by
 * `RecId,=,0,{id},string,AND|`, or by `IncidentNumber,=,0,{number},…`: then the id is that number. By their RecId
 * service requests are known as well; employees, assets and all other types of object are no case, nor is self-service.
 * The address stays as it was when another record is opened by hand.
 * Read: nothing but the address: no public source says how the page is built.
 * Source: links in public repositories; not run here. From memory: self-service. Checked 2026-11.
 */
import type { DeskData, DeskFile } from '../model.ts';

const record = 'CommandData=RecId,=,0,{id:hex}';
const incident = '**?CommandData=IncidentNumber,=,0,{number:digits}';

const data: DeskData = {
  addresses: [
    { is: `**?ObjectType=Incident*&${record}`, kind: 'incident' },
    { is: `**?ObjectType=Incident*&${record},*`, kind: 'incident' },
    { is: `**?ObjectType=ServiceReq*&${record}`, kind: 'servicereq' },
    { is: `**?ObjectType=ServiceReq*&${record},*`, kind: 'servicereq' },
    { is: incident, kind: 'incident' },
    { is: `${incident},*`, kind: 'incident' },
  ],
  never: ['**?Scope=SelfService'],
  shows: { number: [] },
};

const desk: DeskFile = {
  id: 'ivanti',
  name: 'Ivanti Neurons for ITSM',
  hosts: ['https://*.ivanticloud.com/*', 'https://*.saasit.com/*', 'https://*.saasiteu.com/*'],
  data,
};
export default desk;
