/**
 * ServiceNow: classic forms (UI16), alone, in the classic frame or in the Next Experience (Polaris) frame, and
 * workspaces, old (Agent Workspace) and new (configurable, such as Service Operations Workspace).
 *
 * Addresses: `/{table}.do?sys_id=…` (by that name only: `sysparm_tiny` and `sysparm_view` may hold 32 hex digits, too),
 * `/nav_to.do?uri=…` with the inner address encoded or not, `/now/nav/ui/classic/params/target/…` encoded once or
 * twice, `/now/…/record/{table}/{sys_id}[/params/…][/sub/record/{table}/{sys_id}]`: the last record that exists and is
 * a case. `sysparm_query=number=…` names the number alone. New records (`-1`), lists, dashboards, exports and the
 * portals of end users are no case; nor are tables that hold none. The kind is the table, the id the sys_id.
 * Read: classic forms by ids, which hold table and field and so dots; what is shown of a reference stands in
 * `sys_display.…`, its sys_id in a hidden field beside it. `#sys_uniqueValue` says which record the form shows. The
 * frame goes from record to record while the address above it stays, so the frame's own address counts. Workspaces
 * keep several records in nested open shadow roots: read is the pane that names the address's sys_id, or the screen on
 * show if the selected tab leads to it; a component's field by its name. A pane that names no record is not read.
 * Times are in the user's zone and format. Not its API: without the page's token a request logs nobody in but opens a
 * password prompt, and from where we are the token cannot be read with certainty.
 * Source: documentation of the "australia" release; WorkArena, SN Utils 8c8a51d, and open extensions and user scripts
 * that read these pages, for ids, `#chrome-tab-panel-record_…`, `.sn-chrome-one-tab.is-selected`, hidden screens and
 * components' names; not run here. Inferred: tabs' links, attributes by which other panes name their record, gov
 * clouds. Checked 2026-11.
 */
import type { DeskCode, DeskData, DeskFile, Ref } from '../model.ts';

const tables =
  /^(?:incident|problem|change_request|change_task|sn_customerservice_case|wm_order|wm_task|sc_request|sc_req_item|sc_task|task|interaction|u_\w+(?<!_list))$/;
const sysId = /^[0-9a-f]{32}$/i;

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** The address of the frame that an address of the navigation around it names; null: it is none of these. */
function framedIn({ pathname, search }: URL): string | null {
  const [, inner] =
    /^\/now\/nav\/ui\/classic\/params\/target\/(.+)$/s.exec(pathname + search) ??
    (pathname === '/nav_to.do' ? /[?&]uri=(.+)$/s.exec(search) : null) ??
    [];
  let address = inner === undefined ? null : decode(inner);
  for (let times = 0; times < 3 && address && !address.includes('?'); times++) address = decode(address);
  return address;
}

/** The last case of a workspace's path: a new record, or one that is no case, leaves the one that it belongs to. */
function inWorkspace(path: string): Ref | null {
  const parts = path.split('/').map(decode);
  const at = parts.findLastIndex(
    (part, n) => part === 'record' && tables.test(parts[n + 1] ?? '') && sysId.test(parts[n + 2] ?? ''),
  );
  return at < 0 ? null : { kind: parts[at + 1] ?? '', id: (parts[at + 2] ?? '').toLowerCase() };
}

function locate(url: string): Ref | null {
  if (!URL.canParse(url)) return null;
  let at = new URL(url);
  for (let depth = 0; depth < 3; depth++) {
    const address = framedIn(at);
    if (address === null) break;
    const inner = URL.canParse(address, at.origin) ? new URL(address, at.origin) : at;
    if (inner.origin !== at.origin) return null;
    at = inner;
  }
  if (/^\/(?:now|x)\//.test(at.pathname)) return inWorkspace(at.pathname);
  const [, kind = ''] = /^\/(\w+)\.do$/.exec(at.pathname) ?? [];
  const params = at.searchParams;
  if (!tables.test(kind) || [...params.keys()].some((name) => /^(?:XML|WSDL|PDF|CSV|EXCEL)/.test(name))) return null;
  const ids = params.getAll('sys_id').map((id) => id.toLowerCase());
  const [id] = ids;
  if (id !== undefined) return sysId.test(id) && ids.every((other) => other === id) ? { kind, id } : null;
  const [, number] = /^number=([\w-]+)$/.exec(params.get('sysparm_query') ?? '') ?? [];
  return number ? { kind, id: number, number } : null;
}

const component =
  ':is(sn-record-input-connected,sn-record-reference-connected,sn-record-choice-connected,now-record-date-picker)';
/** A field by its name: a form's input, its text where it cannot be changed, a component of a workspace. */
const field = (...names: string[]) =>
  names
    .flatMap((name) => [
      `[id="sys_readonly.{kind}.${name}"]`,
      `[id="{kind}.${name}"]:not([type="hidden"])`,
      `${component}[name="${name}"]`,
      `.now-input-native[name="${name}"]`,
    ])
    .join();
/** A field that names another record, which a form shows beside that one's sys_id. */
const reference = (...names: string[]) =>
  names
    .flatMap((name) => [
      `[id="sys_display.{kind}.${name}"]`,
      `input[data-ref="{kind}.${name}"]`,
      `[id="{kind}.${name}_label"]`,
      `${component}[name="${name}"]`,
    ])
    .join();

const data: DeskData = {
  owns: [
    '#sys_uniqueValue,#sys_target',
    'iframe#gsft_main',
    'sn-canvas-root,sn-canvas-appshell-main,sn-workspace-layout,sn-form-data-connected',
  ],
  addresses: [],
  frames: ['iframe#gsft_main'],
  deep: true,
  scope: [
    '[id^="chrome-tab-panel"][id$="{id}"]',
    ':is([sys-id="{id}"],[sysid="{id}"],[data-sys-id="{id}"],[data-sysid="{id}"],[record-sys-id="{id}"],[data-record-id="{id}"]):not(a,button,li,tr,td,[role="tab"],[role="row"],[name])',
    'body:has([id="sys_uniqueValue"],[id="sys_target"],[id="{kind}.number"],[id="sys_readonly.{kind}.number"])',
  ],
  // Screens of other records, kept for going back.
  ignore: ['sn-canvas-screen:is([hidden],[aria-hidden="true"],[style*="display: none"],[style*="display:none"])'],
  // In components the label stands beside the value.
  drop: ['label,.now-form-field-label'],
  shows: {
    id: [{ css: '#sys_uniqueValue' }, { css: '#document_tags', attr: 'data-sys_id' }],
    number: [{ css: field('number') }, { css: '[id="{kind}.number"]' }],
  },
  rows: [
    {
      row: '[id^="element.{kind}."]:not([id$=".comments"],[id$=".work_notes"])',
      label: '.label-text,label:not(:has(.label-text))',
      value: '[id^="sys_display."],[id^="sys_readonly."],[id$="_label"],select,textarea,input:not([type="hidden"])',
    },
    { row: `${component}[name]`, label: '.will-truncate,label:not(:has(.will-truncate))', value: '' },
  ],
  read: {
    title: [{ css: field('short_description') }],
    requester: [
      {
        css: reference(
          'caller_id',
          'caller',
          'contact',
          'requested_for',
          'request.requested_for',
          'request_item.request.requested_for',
          'opened_for',
          'requested_by',
        ),
      },
    ],
    assignee: [{ css: reference('assigned_to') }],
    queue: [{ css: reference('assignment_group') }],
    asset: [{ css: reference('cmdb_ci') }, { css: reference('asset') }],
    priority: [{ css: field('priority') }],
    status: [{ css: field('state', 'incident_state', 'request_state') }],
    opened: [{ css: field('opened_at') }],
  },
  anchors: [{ css: '.navbar-header' }, { css: '.navbar-title' }],
};

/** The screen on show, if it is the record's: its tab is selected, and so is no tab of another record that belongs to it. */
const pane: DeskCode['pane'] = (find, { kind, id }) => {
  const tab = '.sn-chrome-one-tab.is-selected';
  const other = `${tab}[href*="/sub/"]:not([href*="/sub/record/${kind}/${id}"])`;
  return find(`${tab}[href*="/record/${kind}/${id}"]`) && !find(other) ? find('sn-canvas-screen') : null;
};

export const code: DeskCode = {
  locate,
  sameId: (id) => id.toLowerCase(),
  // Workspaces and forms that stand alone have no frame, and much that would have to be searched for one.
  framed: (url) => !/^\/(?:(?:now|x)\/(?!nav\/)|(?!nav_to|navpage)[\w$]+\.do)/.test(new URL(url).pathname),
  pane,
};

const desk: DeskFile = {
  id: 'servicenow',
  name: 'ServiceNow',
  hosts: ['https://*.service-now.com/*', 'https://*.servicenowservices.com/*'],
  data,
  code,
};
export default desk;
