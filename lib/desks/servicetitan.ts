/**
 * ServiceTitan: jobs.
 *
 * Addresses: `/#/Job/Index/{id}`. A job's number is another one than its id, and where the page shows it is not known.
 * Projects, customers, locations, invoices, calls and the dispatch board are no case.
 * Read: nothing but the address: no public source says how the page is built.
 * Source: links in public repositories; not run here. Checked 2026-11.
 */
import type { DeskData, DeskFile } from '../model.ts';

const data: DeskData = { addresses: ['/#/Job/Index/{id:digits}'], kind: 'job', shows: { number: [] } };

const desk: DeskFile = {
  id: 'servicetitan',
  name: 'ServiceTitan',
  hosts: ['https://go.servicetitan.com/*', 'https://*.eh.go.servicetitan.com/*'],
  data,
};
export default desk;
