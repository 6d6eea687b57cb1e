/**
 * Redmine 5.
 *
 * Addresses: `[/prefix]/issues/N`, with `?tab=…`, `#note-2` and the like, and `/issues/N/edit`. Lists (`/issues`,
 * `/projects/…/issues`) and new issues name no number: no case.
 * Read: number from the address, checked against the links that watch the issue or follow its feed, because the heading
 * is `<tracker> #N` and a tracker's name is free text; the rest by class, because labels are translated and classes are
 * not. Custom fields by their label, which is the admin's text; those of full width stand apart. The project stands for
 * the queue, the author for the requester; no assignee is a dash. Times are in the user's format, no zone.
 * Source: Debian's package redmine 5.0.4, run and looked at. Checked 2026-11.
 */
import type { DeskData } from '../model.ts';

const seen = '2026-11';
const attribute = '.issue.details > .attributes .attribute';

const data: DeskData = {
  owns: ['meta[name="description"][content="Redmine"]'],
  addresses: ['**/issues/{id:digits}', '**/issues/{id:digits}/edit'],
  kind: 'issue',
  shows: {
    id: [
      {
        css: '#content > .contextual a[href*="object_type=issue"]',
        attr: 'href',
        after: 'object_id=',
        before: '&',
        seen,
      },
      { css: 'link[rel="alternate"][href*="/issues/"]', attr: 'href', after: '/issues/', before: '.atom', seen },
    ],
  },
  rows: [
    { row: `${attribute}:not(.status):not(.priority):not(.assigned-to)`, label: '.label', value: '.value' },
    { row: '.issue.details > .attribute', label: 'strong', value: '.value' },
  ],
  read: {
    title: [{ css: '.issue.details > .subject h3', seen }],
    requester: [{ css: '.issue.details > .author a.user', seen }],
    assignee: [{ css: `${attribute}.assigned-to .value a`, seen }],
    queue: [{ css: '#header h1 .current-project', seen }],
    asset: [{ label: 'Asset ID', seen }, { label: 'Asset' }],
    priority: [{ css: `${attribute}.priority .value`, seen }],
    status: [{ css: `${attribute}.status .value`, seen }],
    opened: [{ css: '.issue.details > .author a[title]', attr: 'title', seen }],
  },
  anchors: [{ css: '#content > h2 + .badge', place: 'after' }, { css: '#content > h2' }],
};

export default { id: 'redmine', name: 'Redmine', hosts: [], data };
