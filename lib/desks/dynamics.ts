/**
 * Dynamics 365: cases of Customer Service, work orders and bookings of Field Service, in the Unified Interface.
 *
 * Addresses: `[/organisation]/main.aspx?…pagetype=entityrecord&etn=…&id=…` in any order, the id with or without braces,
 * in upper or lower case; `etc=112` stands for `etn=incident` in old links. Without an id the record is new; lists,
 * dashboards (which carry an id as well), web resources and records of other tables are no case. The kind is the
 * table's logical name, the id the record's GUID. The number of a booking is its work order's.
 * Read: fields by `data-id`, which holds the column's name and no label; lookups without their buttons; the title
 * without "- Saved". The header as web components in open shadow roots whose labels and values are slotted (2026), and
 * as it was before; there and in the form, all that has a label. Sessions that are not on show are left alone, and
 * dialogs with them; where two records are on show, none is read. A form names its record only to the pages that are
 * framed in it with the record as parameter: by these one that still shows another record is told.
 * Its own API: the Web API takes the session for reading. Columns of Field Service may be missing from cases, so a
 * second question leaves them out. Formatted values are in the user's language and zone, `createdon` is in UTC.
 * Source: Microsoft's EasyRepro 1935401 and open extensions and test suites for ids and both headers; Microsoft's
 * documentation for the Web API, columns and what framed pages are given; not run here. Inferred: that hidden sessions
 * keep their form, on-premises addresses of the API. Checked 2026-11.
 */
import type { DeskCode, DeskData, DeskFile, Ref, Rest, Told } from '../model.ts';

const guid = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/i;
const sameId = (id: string): string => (guid.exec(id)?.[0] ?? id).toLowerCase();

/** Tables that hold cases: their sets in the Web API, and the columns that are asked for. */
export const tables: Record<string, { set: string; columns: string[]; maybe?: string }> = {
  incident: {
    set: 'incidents',
    columns: [
      'ticketnumber',
      'title',
      'createdon',
      'prioritycode',
      'statuscode',
      '_customerid_value',
      '_primarycontactid_value',
      '_ownerid_value',
      '_productid_value',
    ],
    maybe: '_msdyn_customerasset_value',
  },
  msdyn_workorder: {
    set: 'msdyn_workorders',
    columns: [
      'msdyn_name',
      'msdyn_workordersummary',
      'createdon',
      'msdyn_systemstatus',
      '_msdyn_priority_value',
      '_msdyn_serviceaccount_value',
      '_msdyn_reportedbycontact_value',
      '_msdyn_serviceterritory_value',
      '_msdyn_customerasset_value',
      '_ownerid_value',
    ],
  },
  bookableresourcebooking: {
    set: 'bookableresourcebookings',
    columns: ['name', 'createdon', '_msdyn_workorder_value', '_bookingstatus_value', '_resource_value'],
  },
};

function locate(url: string): Ref | null {
  if (!URL.canParse(url)) return null;
  const { pathname, searchParams } = new URL(url);
  if (!/\/main\.aspx$/i.test(pathname)) return null;
  const all = (name: string): string[] =>
    [...searchParams].filter(([key]) => key.toLowerCase() === name).map(([, value]) => value.toLowerCase());
  const [id, ...more] = new Set(all('id').map((text) => /^\{?([^{}]+)\}?$/.exec(text)?.[1] ?? ''));
  const kind = all('etn')[0] ?? (all('etc')[0] === '112' ? 'incident' : '');
  if (all('pagetype')[0] !== 'entityrecord' || !Object.hasOwn(tables, kind) || more.length) return null;
  return id && guid.exec(id)?.[0] === id ? { kind, id } : null;
}

const asText = '@OData.Community.Display.V1.FormattedValue';

function parse(answer: unknown, { kind }: Ref): Told | null {
  const record = answer as Record<string, unknown>;
  const id = record[`${kind}id`];
  if (typeof id !== 'string') return null;
  /** A lookup or a choice is a word only as it is shown. */
  const first = (...names: string[]): unknown => names.map((name) => record[name + asText]).find(Boolean);
  const number = record.ticketnumber ?? record.msdyn_name ?? first('_msdyn_workorder_value');
  return {
    id: sameId(id),
    ...(typeof number === 'string' ? { number } : {}),
    values: {
      title: record.title ?? record.msdyn_workordersummary ?? record.name,
      requester: first(
        '_customerid_value',
        '_primarycontactid_value',
        '_msdyn_serviceaccount_value',
        '_msdyn_reportedbycontact_value',
      ),
      assignee: first('_resource_value', '_ownerid_value'),
      queue: first('_msdyn_serviceterritory_value'),
      asset: first('_msdyn_customerasset_value', '_productid_value'),
      priority: first('prioritycode', '_msdyn_priority_value'),
      status: first('statuscode', 'msdyn_systemstatus', '_bookingstatus_value'),
      opened: record.createdon,
    },
  };
}

/** A column's value, whatever control shows it, in the form or in either header. */
const column = (...names: string[]): { css: string }[] => [
  {
    css: names
      .flatMap((name) =>
        ['', 'header_'].flatMap((where) => {
          const control = `data-id="${where}${name}.fieldControl`;
          return [
            `[${control}-text-box-text"]`,
            `[${control}-option-set-select"]`,
            `[${control}-pickliststatus-comboBox_text-value"]`,
            `[${control}-LookupResultsDropdown_${name}_selected_tag_text"]`,
            `ul[${control}-LookupResultsDropdown_${name}_SelectedRecordList"] li`,
            `[${control}-datetime-description_container"] input`,
            `[${control}-date-time-input"]`,
          ];
        }),
      )
      .concat(names.map((name) => `uci-header-control-list-item[data-name="header_${name}"] > [slot="value"]`))
      .join(),
  },
];

const whole = '[data-id="header_title"],[data-id="editFormRoot"],[data-id="form-header"],uci-header-control-list';
const heading = '[id^="headerControlsList"]';

const data: DeskData = {
  owns: [
    '[data-id="editFormRoot"],[data-id="form-header"] [data-id="header_title"],uci-header-control-list,[data-id="quickCreateRoot"]',
  ],
  addresses: [],
  deep: true,
  single: '[data-id="header_title"]',
  ignore: [
    `:is([hidden],[style*="display:none"],[style*="display: none"],section[aria-hidden="true"],[role="tabpanel"][aria-hidden="true"],[role="main"][aria-hidden="true"]):has(${whole})`,
    '[role="dialog"],[data-id="quickCreateRoot"]',
  ],
  drop: ['button,[role="button"],svg', '[data-id="header_saveStatus"]'],
  shows: {
    id: [{ css: 'iframe[src*="typename={kind}&"]', attr: 'src', after: '&id=' }],
    number: [...column('ticketnumber', 'msdyn_name', 'msdyn_workorder'), { label: 'Case Number' }],
  },
  rows: [
    {
      row: `${heading} [data-preview_orientation="column"],${heading} > div:not([data-preview_orientation],:has([data-preview_orientation]))`,
      label: ':scope > div:last-child',
      value: ':scope > div:first-child',
    },
    { row: 'uci-header-control-list-item', label: '[slot="label"]', value: '[slot="value"]' },
    {
      row: '[data-id$="-FieldSectionItemContainer"]:not([data-id^="header_process_"])',
      label: 'label',
      value:
        '[data-id$="_selected_tag_text"],[data-id$="_SelectedRecordList"] li,select,[data-id$="-option-set-select"],input:not([type="hidden"]),textarea',
    },
  ],
  read: {
    title: [...column('title', 'msdyn_workordersummary'), { css: '[data-id="header_title"]' }],
    requester: column('customerid', 'msdyn_serviceaccount'),
    assignee: [...column('resource'), ...column('ownerid'), { label: 'Owner' }],
    queue: column('msdyn_serviceterritory'),
    asset: [...column('msdyn_customerasset'), ...column('productid')],
    priority: [...column('prioritycode', 'msdyn_priority'), { label: 'Priority' }],
    status: [...column('statuscode', 'msdyn_systemstatus', 'bookingstatus'), { label: 'Status' }],
    opened: column('createdon'),
  },
  anchors: [{ css: 'ul[data-lp-id*="commandbar-Form"]' }, { css: '[data-id="form-header"]' }],
};

export const code: DeskCode = {
  locate,
  sameId,
  tidy: (value) => value.replace(/\s*- (?:Uns|S)aved$/, '').replace(/^%7b([\da-f-]{36})%7d&.*$/i, '$1'),
};

export const rest: Rest = {
  headers: { Prefer: 'odata.include-annotations="OData.Community.Display.V1.FormattedValue"' },
  paths: ({ kind, id }, { url }) => {
    const { set = '', columns = [], maybe } = tables[kind] ?? {};
    const base = new URL(url).pathname.replace(/\/main\.aspx$/i, '');
    const asked = maybe ? [[...columns, maybe], columns] : [columns];
    return asked.map((names) => `${base}/api/data/v9.2/${set}(${id})?$select=${names.join()}`);
  },
  parse,
};

const desk: DeskFile = {
  id: 'dynamics',
  name: 'Dynamics 365',
  hosts: ['https://*.dynamics.com/*', 'https://*.crm.microsoftdynamics.us/*', 'https://*.dynamics.cn/*'],
  data,
  code,
  rest,
};
export default desk;
