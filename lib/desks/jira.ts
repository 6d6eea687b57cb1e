/**
 * Jira and Jira Service Management, Cloud and Data Center.
 *
 * Addresses: `/browse/KEY`; an agent's queues (`…/queues/custom/N/KEY`, `…/queues/issue/KEY`), a project's or filter's
 * `…/issues/KEY`, and `?selectedIssue=KEY` on boards; Data Center besides with any context path. The customers' portal
 * (`/servicedesk/customer/`) and Confluence, which shares the host (`/wiki/`), are no case.
 * Read: key from the address, checked against the page; Cloud by test id, Data Center by element id. Linked and child
 * issues have `/browse/` links of their own, which are never read. Cloud repeats a person's name for screen readers and
 * keeps "Assign to me" and a field's heading in the field. The project stands for the queue.
 * Its own API needs no more than the session; logged out, Cloud answers 200 with a page of HTML.
 * Source: pages of Cloud captured in 2026 by others, Atlassian's own performance tests for Data Center, open browser
 * extensions; not run here. Inferred: what an Assets field holds. From memory: rows of custom fields in Data Center.
 * Checked 2026-11.
 */
import type { DeskCode, DeskData, DeskFile, Page, Rest, Told } from '../model.ts';

const test = (id: string): string => `[data-testid="${id}"]`;
const field = (name: string): string => `[data-testid$="issue-view-${name}-field.${name}"]`;
const trail = 'issue.views.issue-base.foundation.breadcrumbs';
const current = test(`${trail}.current-issue.item`);
const assets = '[data-testid^="field-cmdb-object-lazy"]';

const data: DeskData = {
  owns: [
    'body#jira, meta[name="application-name"][content="JIRA"], meta[name="ajs-jira-base-url"], meta[name="ajs-issue-key"]',
  ],
  addresses: [
    '**/browse/{id:key}',
    '**/queues/custom/*/{id:key}',
    '**/queues/issue/{id:key}',
    '**/issues/{id:key}',
    '**?selectedIssue={id:key}',
  ],
  never: ['/wiki/**', '/servicedesk/customer/**', '/*/servicedesk/customer/**', '/*/*/servicedesk/customer/**'],
  kind: 'issue',
  drop: [
    '[data-testid*="assign-to-me"], [id*="assign-to-me"]',
    'button',
    '[data-testid*="field-heading"]',
    'h2, label',
  ],
  blank: ['None', 'Unassigned'],
  shows: {
    id: [
      { css: current, attr: 'href', after: '/browse/' },
      { css: current },
      { css: '#key-val', attr: 'data-issue-key' },
      { css: 'meta[name="ajs-issue-key"]', attr: 'content' },
    ],
  },
  rows: [
    { row: '[data-testid^="issue-field-heading-styled-field-heading."]', value: '+' },
    { row: '[id^="rowForcustomfield_"]', label: '.name', value: '.value' },
  ],
  read: {
    title: [{ css: test('issue.views.issue-base.foundation.summary.heading') }, { css: '#summary-val' }],
    requester: [{ css: `${field('reporter')}, ${test('issue.views.field.user.reporter')}` }, { css: '#reporter-val' }],
    assignee: [{ css: test('issue.views.field.user.assignee') }, { css: '#assignee-val' }],
    queue: [{ css: test(`${trail}.project.item`) }, { css: '#project-name-val' }],
    asset: [{ css: `${assets} a` }, { css: assets }, { label: 'Asset ID' }, { label: 'Asset' }],
    priority: [{ css: field('priority') }, { css: '#priority-val' }],
    status: [
      { css: test('issue-field-status.ui.status-view.status-button.status-button--text') },
      { css: '#status-val' },
    ],
    opened: [{ css: '#created-val time', attr: 'datetime' }, { css: '#created-val' }],
  },
  anchors: [
    { css: test(`${trail}.breadcrumb-current-issue-container`) },
    { css: '#opsbar-opsbar-operations' },
    { css: '.aui-toolbar2' },
  ],
};

/** What a field of any type says in a word: a text, a person, an option, a list of such. */
function textOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(textOf).filter(Boolean).join(', ');
  if (typeof value !== 'object' || value === null) return value;
  const { displayName, name, value: option } = value as Record<string, unknown>;
  return displayName ?? name ?? option;
}

/** @returns `/jira` where a Data Center stands there; else nothing */
const contextOf = ({ url, document }: Page): string =>
  document.querySelector('meta[name="ajs-context-path"]')?.getAttribute('content') ??
  new URL(url).pathname.split(/\/(?:browse|issues|projects|secure|servicedesk)\//)[0] ??
  '';

function parse(answer: unknown): Told | null {
  const { key, fields, names } = answer as {
    key?: string;
    fields?: Record<string, unknown>;
    names?: Record<string, string>;
  };
  if (typeof key !== 'string' || !fields) return null;
  const custom = Object.fromEntries(
    Object.entries(fields)
      .filter(([id]) => id.startsWith('customfield_'))
      .map(([id, value]) => [names?.[id] ?? id, textOf(value)]),
  );
  return {
    id: key,
    values: {
      title: fields.summary,
      requester: textOf(fields.reporter),
      assignee: textOf(fields.assignee),
      queue: textOf(fields.project),
      asset: custom['Asset ID'] ?? custom.Asset,
      priority: textOf(fields.priority),
      status: textOf(fields.status),
      opened: fields.created,
    },
    fields: custom,
  };
}

export const code: DeskCode = {
  tidy: (value) => value.replace(/\s*Assign to me$/, ''),
};

export const rest: Rest = {
  paths: ({ id }, page) => {
    const issue = `${encodeURIComponent(id)}?fields=*navigable&expand=names`;
    return new URL(page.url).hostname.endsWith('.atlassian.net')
      ? [`/rest/api/3/issue/${issue}`]
      : [`${contextOf(page)}/rest/api/2/issue/${issue}`];
  },
  parse,
};

const desk: DeskFile = { id: 'jira', name: 'Jira', hosts: ['https://*.atlassian.net/*'], data, code, rest };
export default desk;
