/**
 * HaloITSM and HaloPSA.
 *
 * Addresses: `/ticket?id=N` and, from a list, `/tickets?id=N`, with further parameters in any order; the id is the
 * number. Lists, customers, assets, users and the end users' portal (`/portal/…`) are no case.
 * Read: nothing but the address: no public source says how the page is built.
 * Source: links in public repositories of both products; not run here. Checked 2026-11.
 */
import type { DeskData, DeskFile } from '../model.ts';

const data: DeskData = { addresses: ['/ticket?id={id:digits}', '/tickets?id={id:digits}'], kind: 'ticket' };

const desk: DeskFile = {
  id: 'halo',
  name: 'HaloITSM and HaloPSA',
  hosts: ['https://*.haloitsm.com/*', 'https://*.halopsa.com/*'],
  data,
};
export default desk;
