/**
 * BMC Helix ITSM (Remedy): Smart IT by its address, the mid-tier's incidents by what the form shows.
 *
 * Addresses of Smart IT: `…#/incidentPV/{instance id}`, `changePV`, `workorderPV`. The id is no number, and where the
 * page shows the number is not known: nothing is read there. Knowledge, assets and the ticket console are no case; that
 * a new record would be called `new` or `create` is a guess, made so that it is none either.
 * Addresses of the mid-tier: `/arsys/forms/{server}/{form}/{view}/`. `?eid=INC…` on the form HPD:Help Desk names the
 * incident, and the form must agree. A record that is opened from a console leaves the address as it was: there the
 * form alone names it, by the field 1000000161 (Incident Number). Forms that are hidden are left alone; two on show
 * with different incidents are no case. Changes and work orders are known in Smart IT only.
 * Read: fields by their ids (`arid`), else by their names in the database (`ardbn`), never by `#arid_WIN_n_…`, whose n
 * varies; ids hold in every language and every view.
 * Source: a captured page of the mid-tier and public scripts that name ids and addresses; not run here. From memory:
 * the database's names of the fields. Checked 2026-11.
 */
import type { DeskData, DeskFile, Reading } from '../model.ts';

const box = 'textarea,input,select';
/** A field's box, or its text where it has none. */
const field = (...marks: string[]): Reading[] => [
  { css: `:is(${marks.join()}) :is(${box}),:is(${marks.join()}):not(:has(${box}))` },
];

const data: DeskData = {
  owns: ['#FormApp [arid],#FormApp .tbbtn,[arid][ardbn]'],
  addresses: [
    { is: '**#/incidentPV/{id:word}', kind: 'incident' },
    { is: '**#/changePV/{id:word}', kind: 'change' },
    { is: '**#/workorderPV/{id:word}', kind: 'workorder' },
    '/arsys/forms/*/HPD:Help*Desk/**?eid={number:word}',
  ],
  never: ['**#/*/{:new|create}'],
  pages: ['/arsys/forms/*/*/**'],
  kind: 'incident',
  shows: { number: field('[arid="1000000161"]', '[ardbn="Incident Number"]') },
  ignore: ['[hidden],[style*="display:none"],[style*="display: none"]'],
  drop: ['label,a,legend'],
  read: {
    title: field('[arid="1000000000"]', '[ardbn="Description"]'),
    requester: field('[arid="303530000"]'),
    assignee: field('[arid="1000000218"]', '[ardbn="Assignee"]'),
    queue: field('[arid="1000000217"]', '[ardbn="Assigned Group"]'),
    status: field('[arid="7"]', '[ardbn="Status"]'),
    opened: field('[arid="3"]', '[ardbn="Submit Date"]'),
  },
};

const desk: DeskFile = { id: 'bmc', name: 'BMC Helix', hosts: ['https://*.onbmc.com/*'], data };
export default desk;
