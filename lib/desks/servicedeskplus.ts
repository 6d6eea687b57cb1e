/**
 * ManageEngine ServiceDesk Plus: requests, on premises and in the cloud.
 *
 * Addresses: on premises `[/prefix]/WorkOrder.do?woMode=viewWO&woID=N`, where N is the number and the id; in the cloud
 * `/app/{portal}/ui/requests/{id}/details`, or WorkOrder.do under `/app/{portal}`, where the id is long and the number
 * stands on the page only. Lists (WOListView.do, `/ui/requests`), new requests (`woMode=newWO`), changes, problems,
 * tasks, assets and the self-service portal are no case.
 * Read: what a layout names by `data-sdplayoutid`, after the API's own names; older pages on premises by ids, of two
 * generations (`…-right-panel`, and `…_PH` with the label before a colon). Cloud pages name their number and not their
 * id, so one that still shows another request is told only where the old form with the id is in it.
 * Its own API: v3, the same for both but for the portal in the cloud's path; one vendor type is accepted by both. It
 * takes the session for reading.
 * Source: the open time trackers' integrations (clockify, toggl), three open user scripts and a library that read these
 * pages, the vendor's own browser tests that stand in public, and the vendor's words on v3; not run here. Inferred: the
 * layout's names but `display_id` and `status`. From memory: hosts but .com, .eu and .in, the form with the id.
 * Checked 2026-11.
 */
import type { DeskCode, DeskData, DeskFile, Rest } from '../model.ts';

const layout = (name: string) => ({ css: `[data-sdplayoutid="${name}"]` });
/** What is read for itself is no further field. */
const known = ['display_id', 'requester', 'technician', 'group', 'assets', 'priority', 'status', 'created_time']
  .map((name) => layout(name).css)
  .join();
const panel = (name: string) => ({ css: `#${name}-right-panel` });
const header = (name: string) => ({ css: `#WOHeaderSummary_DIV #${name}_PH`, after: ':' });

const data: DeskData = {
  owns: ['[data-sdplayoutid]', '#requestSubject_ID', '#WorkOrderDetailsTable_CT', '#details-middle-container'],
  addresses: [
    '/app/*/ui/requests/{id:digits}/**',
    '/app/*/WorkOrder.do?woMode=viewWO&woID={id:digits}',
    '**/WorkOrder.do?woMode=viewWO&woID={number:digits}',
  ],
  kind: 'request',
  shows: {
    id: [{ css: 'form[name="WorkOrderForm"] input[name="workOrderID"]' }],
    number: [layout('display_id'), { css: '#requestId' }, { css: '#reqid' }],
  },
  // Forms and dialogs that are kept for later use.
  ignore: ['[hidden],[style*="display:none"],[style*="display: none"]'],
  // A heading may hold the number before the subject.
  drop: ['[data-sdplayoutid="display_id"],#requestId,#reqid', 'button,[role=button]'],
  blank: ['Not Assigned', 'Not available'],
  rows: [
    { row: `td:has(+ td[data-sdplayoutid]:not(${known}))`, value: '+' },
    { row: ':has(> .sdp-field-label)', label: '.sdp-field-label', value: '+' },
  ],
  read: {
    title: [
      { css: '#requestSubject_ID' },
      { css: '#req_subject' },
      { css: '.details-left h1' },
      { css: '#details-middle-container h1' },
    ],
    requester: [layout('requester'), { css: '#userName' }, { css: '#requesterName_PH' }],
    assignee: [layout('technician'), panel('technician')],
    queue: [layout('group'), panel('group')],
    asset: [layout('assets'), { label: 'Asset ID' }, { label: 'Asset' }],
    priority: [layout('priority'), panel('priority'), header('priority')],
    status: [layout('status'), panel('status'), header('status')],
    opened: [layout('created_time'), { css: '#CREATEDTIME_CUR' }],
  },
  anchors: [
    { css: '.details-left h1' },
    { css: '#details-middle-container h1' },
    { css: '#requestSubject_ID,#req_subject' },
  ],
};

type Named = { name?: unknown } | null;
type Request = {
  /** Text, since a long one is no exact number. */
  id?: string;
  display_id?: string;
  subject?: unknown;
  requester?: Named;
  technician?: Named;
  group?: Named;
  priority?: Named;
  status?: Named;
  assets?: Named[] | null;
  /** `value` in ms. */
  created_time?: { value?: unknown } | null;
  udf_fields?: Record<string, unknown> | null;
};

export const code: DeskCode = {
  // `#4217`, `Request ID : 4217`.
  tidy: (value) => value.replace(/^(?:request\s+)?(?:id\s*)?[#:]\s*(?=\d+$)/i, ''),
};

export const rest: Rest = {
  headers: { Accept: 'application/vnd.manageengine.sdp.v3+json' },
  paths({ id }, { url }) {
    const { pathname } = new URL(url);
    const before = /^\/app\/[^/]+(?=\/)/.exec(pathname)?.[0] ?? pathname.replace(/\/[^/]*$/, '');
    return [`${before}/api/v3/requests/${id}`];
  },
  parse(answer) {
    const { request } = answer as { request?: Request };
    if (!request?.id) return null;
    const ms = Number(request.created_time?.value);
    return {
      id: request.id,
      number: request.display_id ?? request.id,
      values: {
        title: request.subject,
        requester: request.requester?.name,
        assignee: request.technician?.name,
        queue: request.group?.name,
        asset: request.assets?.[0]?.name,
        priority: request.priority?.name,
        status: request.status?.name,
        opened: ms ? new Date(ms).toISOString() : undefined,
      },
      fields: request.udf_fields ?? {},
    };
  },
};

const desk: DeskFile = {
  id: 'servicedeskplus',
  name: 'ServiceDesk Plus',
  hosts: ['com', 'eu', 'in', 'com.au', 'jp', 'ca', 'uk', 'com.cn'].map(
    (end) => `https://*.sdpondemand.manageengine.${end}/*`,
  ),
  data,
  code,
  rest,
};
export default desk;
