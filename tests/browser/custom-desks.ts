/** Two desks that Deskcall does not know, as an admin would describe them: data, looked up in the pages' source. */
import type { DeskData } from '../../lib/model.ts';

/**
 * Tryton's web client: one document, addresses in the fragment, opened records side by side as tabs, values in inputs.
 * A complaint has a number, a task has not: there the link carries the id.
 */
export const tryton: DeskData = {
  addresses: ['/#*/model/{kind:sale.complaint|project.work}/{id:digits}'],
  scope: ['#tabcontent > .tab-pane.active'],
  shows: { number: [{ css: 'input[name="number"]' }] },
  rows: [{ row: 'td.form-label', value: '+ input, textarea, select' }],
  read: {
    title: [{ css: 'textarea[name="description"]' }, { css: 'input[name="name"]' }],
    requester: [{ css: 'input[name="customer"]' }],
    assignee: [{ label: 'Employee' }],
    queue: [{ css: 'select[name="type"]' }],
    asset: [{ css: 'input[name="reference"]' }],
    status: [{ css: 'select[name="state"], select[name="status"]' }],
    opened: [{ css: 'input[name="date"]' }],
  },
  anchors: [{ css: '.form-notebook > .nav-tabs' }],
};

/**
 * Fossil's tickets. An address may hold any unambiguous beginning of the hash, and `/info/` shows check-ins as well, so
 * the page says what the record is, and the addresses only on which pages: a wiki page may hold what its author likes.
 */
export const fossil: DeskData = {
  identity: 'page',
  addresses: ['**/tktview/{id:hex}', '**/tktview?name={id:hex}', '**/info/{id:hex}'],
  kind: 'ticket',
  shows: { id: [{ css: 'body.tkt #hash-tk' }], number: [{ css: 'body.tkt #hash-tk' }] },
  rows: [{ row: 'td.tktDspLabel', value: '+' }],
  read: {
    title: [{ label: 'Title' }],
    queue: [{ label: 'Subsystem' }],
    priority: [{ label: 'Priority' }],
    status: [{ label: 'Status' }],
  },
  anchors: [{ css: '.header > .title' }],
};
