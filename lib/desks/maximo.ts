/**
 * IBM Maximo, the classic Work Order Tracking, alone and in the Application Suite (MAS).
 *
 * The page names its record, by the box labelled “Work Order”, in English, or by that box's id. Such ids are made from
 * the application's description: they are the same everywhere until somebody changes it. Id and number are that number
 * (`wonum`), by which the OSLC API finds it; numbers are unique within a site.
 * Addresses: links into the application name the record by a key that the page never shows,
 * `event=loadapp&value=wotrack&uniqueid={id}`, so what the page shows goes before it, or by its number,
 * `…&additionaleventvalue=wonum={number}`, with which the page must agree. Maximo leaves the address as it is when the
 * next record is opened and when one goes back to the list: on a page that shows no record there is none.
 * Other applications (`value=asset`) are no case, even where they have a box of that label.
 * In MAS the classic application stands in a frame of the shell, `#manage-shell_Iframe`, and is read there.
 * Read: labelled boxes; the description has none of its own, only its id. Dialogs repeat the labels: left alone.
 * Source: public scripts that work on these pages, and Maximo's own templates; not run here. From memory: the labels
 * but “Work Order”, names of other applications, and that dialogs say that they are. Checked 2026-11.
 */
import type { DeskData, DeskFile } from '../model.ts';

const entry = '/maximo/**?event=loadapp&value={:wotrack|WOTRACK}';

const data: DeskData = {
  owns: ['[ctype="textbox"]', '#manage-shell_Iframe'],
  addresses: [`${entry}&uniqueid={id:digits}`, `${entry}&additionaleventvalue=wonum={number}`],
  never: [
    // The shell of MAS, around the frame.
    '/maximo/oslc/**',
    '/maximo/**?value={:startcntr|asset|location|pr|po|invoice|inventor|item|jobplan|pm|person|labor|user|sr|incident|problem}',
  ],
  pages: ['/maximo/**'],
  kind: 'workorder',
  frames: ['iframe[id*="manage-shell"]', '[id*="manage-shell"] iframe'],
  ignore: ['[role="dialog"]'],
  shows: { number: [{ css: '#m52945e17-tb' }, { label: 'Work Order' }] },
  rows: [
    { row: 'label[for],label:has(+ input),label:has(+ textarea)', value: '+' },
    { row: 'label', value: '+ input,textarea' },
  ],
  read: {
    title: [{ css: '#md42b94ac-tb' }],
    requester: [{ label: 'Reported By' }],
    asset: [{ css: '#m3b6a207f-tb' }, { label: 'Asset' }],
    priority: [{ label: 'Priority' }],
    status: [{ label: 'Status' }],
  },
};

const desk: DeskFile = { id: 'maximo', name: 'IBM Maximo', hosts: ['https://*.suite.maximo.com/*'], data };
export default desk;
