/** The sandbox's desks as an admin would configure them. */
import type { DesksServer } from '../../sandbox/desks.ts';

const plain = (more: object = {}) => ({
  kinds: ['ticket'],
  headers: { authorization: 'Bearer {{secret}}' },
  record: { path: '/tickets/{{id}}', number: '/data/number' },
  note: { path: '/tickets/{{id}}/notes', body: { text: '{{note}}', internal: true } },
  ...more,
});
const listed = {
  notes: {
    path: '/tickets/{{id}}/notes?page={{page}}',
    list: '/items',
    text: '/text',
    internal: { at: '/internal', is: true },
    size: 20,
  },
};

/** A desk here: which of the sandbox's it is, how it is told of, and what the sandbox's requests have to show. */
type Configured = {
  target: string;
  kind: string;
  id: (n: number) => string;
  config: (desks: DesksServer) => object;
  /** A field of it. */
  field?: string;
  /** A note can be completed. */
  edits?: boolean;
};

const digits = (n: number): string => String(70_000 + n);
const oauth = (desk: string) => (desks: DesksServer) => ({
  oauth: { url: `${desks.url(desk)}/oauth/token`, clientId: 'deskcall', scope: 'notes' },
});

/** Each by its key in the bridge. */
export const configured: Record<string, Configured> = {
  plain: {
    target: 'plain',
    kind: 'ticket',
    id: (n) => `case-${n}`,
    field: 'minutes',
    config: () => ({
      type: 'http',
      http: plain({ ...listed, set: { method: 'PUT', path: '/tickets/{{id}}', body: '{{fields}}' } }),
    }),
  },
  keyed: {
    target: 'keyed',
    kind: 'ticket',
    id: (n) => `case-${n}`,
    config: () => ({
      type: 'http',
      http: plain({
        note: {
          path: '/tickets/{{id}}/notes',
          headers: { 'Idempotency-Key': '{{key}}' },
          body: { text: '{{note}}', internal: true },
          keyed: true,
        },
      }),
    }),
  },
  unlisted: {
    target: 'plain',
    kind: 'ticket',
    id: (n) => `case-${n}`,
    config: () => ({ type: 'http', http: plain() }),
  },
  servicenow: {
    target: 'servicenow',
    kind: 'incident',
    id: (n) => n.toString(16).padStart(32, 'a'),
    field: 'u_worklink_minutes',
    config: () => ({ type: 'servicenow', user: 'deskcall' }),
  },
  zendesk: {
    target: 'zendesk',
    kind: 'ticket',
    id: digits,
    field: '360001',
    config: () => ({ type: 'zendesk', user: 'agent@example.test' }),
  },
  jira: {
    target: 'jira',
    kind: 'issue',
    id: (n) => `JSM-${n}`,
    field: 'customfield_10010',
    edits: true,
    config: () => ({ type: 'jira', user: 'agent@example.test' }),
  },
  'jira-software': {
    target: 'jira',
    kind: 'issue',
    id: (n) => `SW-${n}`,
    edits: true,
    config: () => ({ type: 'jira', user: 'agent@example.test' }),
  },
  'jira-dc': {
    target: 'jira-data-center',
    kind: 'issue',
    id: (n) => `JSM-${n}`,
    field: 'customfield_10010',
    edits: true,
    config: () => ({ type: 'jira-data-center' }),
  },
  freshdesk: {
    target: 'freshdesk',
    kind: 'ticket',
    id: digits,
    field: 'cf_minutes',
    edits: true,
    config: () => ({ type: 'freshdesk' }),
  },
  freshservice: {
    target: 'freshservice',
    kind: 'ticket',
    id: digits,
    field: 'cf_minutes',
    edits: true,
    config: () => ({ type: 'freshservice' }),
  },
  'freshservice-change': {
    target: 'freshservice',
    kind: 'change',
    id: digits,
    edits: true,
    config: () => ({ type: 'freshservice' }),
  },
  dynamics: {
    target: 'dynamics',
    kind: 'incident',
    id: (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    field: 'new_minutes',
    edits: true,
    config: (desks) => ({ type: 'dynamics', ...oauth('dynamics')(desks) }),
  },
  'dynamics-field': {
    target: 'dynamics',
    kind: 'msdyn_workorder',
    id: (n) => `00000000-0000-4000-9000-${String(n).padStart(12, '0')}`,
    edits: true,
    config: (desks) => ({ type: 'dynamics', ...oauth('dynamics')(desks) }),
  },
  salesforce: {
    target: 'salesforce',
    kind: 'Case',
    id: (n) => `500${String(n).padStart(12, '0')}AAA`,
    field: 'Minutes__c',
    edits: true,
    config: (desks) => ({ type: 'salesforce', ...oauth('salesforce')(desks) }),
  },
  'salesforce-field': {
    target: 'salesforce',
    kind: 'WorkOrder',
    id: (n) => `0WO${String(n).padStart(12, '0')}AAA`,
    edits: true,
    config: (desks) => ({ type: 'salesforce', ...oauth('salesforce')(desks) }),
  },
};

/** @throws where no such desk is configured */
export function kinds(desk: string): Configured {
  const found = configured[desk];
  if (!found) throw new Error(`${desk} is not configured`);
  return found;
}

/**
 * @param more for all of them
 * @param withFields each with a field that gets the minutes
 * @returns the part `desks` of the file, and the secrets
 */
export function sandboxDesks(
  desks: DesksServer,
  more: object = {},
  withFields = false,
): { file: Record<string, object>; env: Record<string, string> } {
  const entries = Object.entries(configured);
  return {
    file: Object.fromEntries(
      entries.map(([key, { target, config, field }]) => [
        key,
        {
          url: desks.url(target),
          ...(withFields && field && { fields: { [field]: '{{minutes}}' } }),
          ...config(desks),
          ...more,
        },
      ]),
    ),
    env: Object.fromEntries(
      entries.map(([key]) => [`DESK_${key.replaceAll('-', '_').toUpperCase()}_TOKEN`, desks.secret]),
    ),
  };
}
