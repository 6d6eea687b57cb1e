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
 * keep several records in nested open shadow roots: read is the pane that names the address's sys_id, else what is on
 * show, if it, its tab and the address name no other; a component's field by its name.
 * Times are in the user's zone and format. Not its API: without the page's token a request logs nobody in but opens a
 * password prompt, and from where we are the token cannot be read with certainty.
 * Source: documentation of the "australia" release; WorkArena, SN Utils 8c8a51d, and open extensions and user scripts
 * that read these pages, for ids, `#chrome-tab-panel-record_…`, `.sn-chrome-one-tab.is-selected`, hidden screens and
 * components' names; not run here. Inferred: tabs' links, attributes by which other panes name their record, gov
 * clouds. Checked 2026-11.
 */
import type { DeskCode, DeskData, DeskFile, Ref } from '../model.ts';

export const tables =
  /^(?:incident|problem|change_request|sn_customerservice_case|wm_order|sc_request|sc_req_item|(?:change_|wm_|sc_)?task|interaction|u_\w+(?<!_list))$/;
const wrapped = /^(?:\/now\/nav\/ui\/classic\/params\/target\/|\/nav_to\.do\?(?:.*?&)?uri=)(.+)$/s;

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

function locate(url: string): Ref | null {
  if (!URL.canParse(url)) return null;
  let at = new URL(url);
  const { origin } = at;
  // The address of the frame, in that of the navigation around it; encoded once, twice or not.
  for (let depth = 0; depth < 3; depth++) {
    let [, inner] = wrapped.exec(at.pathname + at.search) ?? [];
    if (!inner) break;
    for (let times = 0; times < 4 && !(times && inner.includes('?')); times++) inner = decode(inner);
    if (!URL.canParse(inner, origin)) return null;
    at = new URL(inner, origin);
    if (at.origin !== origin) return null;
  }
  const { pathname, searchParams } = at;
  if (/^\/(?:now|x)\//.test(pathname)) {
    // A new record, or one that is no case, leaves the one that it belongs to.
    const [, kind = '', id = ''] =
      [...pathname.matchAll(/\/record\/(\w+)\/([\da-f]{32})(?![^/])/gi)].findLast(([, table = '']) =>
        tables.test(table),
      ) ?? [];
    return id ? { kind, id: id.toLowerCase() } : null;
  }
  const [, kind = ''] = /^\/(\w+)\.do$/.exec(pathname) ?? [];
  if (!tables.test(kind) || [...searchParams.keys()].some((name) => /^(?:XML|WSDL)/.test(name))) return null;
  const [id, ...more] = new Set(searchParams.getAll('sys_id').map((text) => text.toLowerCase()));
  if (id !== undefined) return /^[\da-f]{32}$/.test(id) && !more.length ? { kind, id } : null;
  const [, number] = /^number=([\w-]+)$/.exec(searchParams.get('sysparm_query') ?? '') ?? [];
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

/** What holds a record's fields in a workspace. */
const form = 'sn-form-data-connected';
/** Attributes by which a pane may name its record. */
const marks = 'sys-id sysid sys_id data-sys-id record-sys-id data-record-id'.split(' ');
const named = `:is(${marks.map((mark) => `[${mark}]`).join()})`;

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
    ':is([id^="chrome-tab-panel"],[role="tabpanel"],section)[id$="{id}"]',
    `:is(${marks.map((mark) => `[${mark}="{id}"]`).join()}):not(a,button,li,tr,td,[role="tab"],[role="row"],[name])`,
    'body:has([id="sys_uniqueValue"],[id="sys_target"],[id="{kind}.number"],[id="sys_readonly.{kind}.number"])',
  ],
  // Records that are kept for going back.
  ignore: [
    `:is([hidden],[aria-hidden="true"],[style*="display: none"],[style*="display:none"]):is(sn-canvas-screen,${form},:has(${form}))`,
  ],
  single: `${component}[name="number"]`,
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

/**
 * What is on show, if the record may stand there: neither the address nor a selected tab leads to a record below it; if
 * a selected tab leads to a record at all, one leads to this; and no pane says that it is another's.
 */
const pane: DeskCode['pane'] = (find, { kind, id }, url) => {
  const tab = '.sn-chrome-one-tab.is-selected';
  const mine = `/record/${kind}/${id}`;
  if (url.includes('/sub/') && !url.toLowerCase().includes(`/sub${mine}`)) return null;
  if (find(`${tab}[href*="/sub/"]:not([href*="/sub${mine}"])`)) return null;
  if (find(`${tab}[href*="/record/"]`) && !find(`${tab}[href*="${mine}"]`)) return null;
  if (find(`${form}${named},${named} ${form}`)) return null;
  // In all of the page, so that two records on show are two numbers.
  return find(`sn-canvas-screen,${form}`) && find('body');
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
