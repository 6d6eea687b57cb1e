/**
 * Marked pages: any page that says itself which case is open, on exactly one element.
 *
 * `<h1 data-worklink-case="77" data-worklink-kind="task" data-worklink-number="T-77" data-worklink-queue="Pumps">`
 * Further attributes: `-title -asset -priority -status -requester -assignee`; `data-worklink-case-kind` and the like are
 * understood as well. The address names nothing; two such elements mean no identity. The element is also the anchor.
 * Source: Deskcall's own convention (README). Checked 2026-11.
 */
import type { DeskData, Reading } from '../model.ts';

const mark = '[data-worklink-case]';
const by = (name: string): Reading[] => [
  { css: mark, attr: `data-worklink-${name}` },
  { css: mark, attr: `data-worklink-case-${name}` },
];

const data: DeskData = {
  owns: [mark],
  identity: 'page',
  addresses: [],
  single: mark,
  shows: { id: [{ css: mark, attr: 'data-worklink-case' }], number: by('number'), kind: by('kind') },
  read: {
    title: by('title'),
    requester: by('requester'),
    assignee: by('assignee'),
    queue: by('queue'),
    asset: by('asset'),
    priority: by('priority'),
    status: by('status'),
  },
  anchors: [{ css: mark }],
};

export default { id: 'marked', name: 'Marked page', hosts: [], data };
