/**
 * What all desks on Salesforce share: hosts, addresses, ids, and how a record's page is read. No desk itself.
 *
 * Lightning shows a field as an element with `data-target-selection-name="sfdc:RecordField.<object>.<field>"`. Pages of
 * other tabs stay in the document, in containers without the class `active`; dialogs repeat the same fields of other
 * records. By default its shadow roots are imitated and can be searched like the page; real ones are searched besides.
 * Salesforce itself calls none of this an interface.
 */
import type { DeskCode, DeskData, Reading, Ref } from '../model.ts';

/** Where agents work. Experience Cloud (`*.my.site.com`) is the customers' side. */
export const hosts = [
  'https://*.lightning.force.com/*',
  'https://*.my.salesforce.com/*',
  'https://*.lightning.force.com.mcas.ms/*',
  'https://*.lightning.force.mil/*',
  'https://*.my.salesforce.mil/*',
  'https://*.sfcrmapps.cn/*',
  'https://*.sfcrmproducts.cn/*',
];

const fieldOf = (name: string): string => `[data-target-selection-name="sfdc:RecordField.{kind}.${name}"]`;

/**
 * Readings of a field of the record's object.
 * @param names the API's names for it; objects differ
 * @param where what else must hold of the element
 */
export function field(names: string | string[], where = ''): Reading[] {
  const value = '.test-id__field-value';
  const elements = [names].flat().map((name) => `${fieldOf(name)}${where}`);
  return [
    { css: elements.map((element) => `${element} ${value}`).join() },
    // Beside a value that is marked stand helps and buttons: where it is empty, there is none.
    { css: elements.map((element) => `${element}:not(:has(${value}))`).join() },
  ];
}

/** Ids of groups begin so: an owner that is a queue. */
const group = 'a[href*="/00G"]';

/** An owner is a person or a queue. */
export const owner = (name: string): { assignee: Reading[]; queue: Reading[] } => ({
  assignee: field(name, `:not(:has(${group}))`),
  queue: [{ css: `${fieldOf(name)} ${group}` }],
});

/** How a record's page is read, whatever its object. */
export const page = {
  deep: true,
  // See `paneOf`.
  scope: [],
  ignore: [
    '[class*="windowViewMode-"]:not(.active)',
    '.navexWorkspace:not(.active)',
    '.oneConsoleTab:not(.active), .oneConsoleTabItem:not(.active)',
    '[role="dialog"]',
    '[hidden], [style*="display:none"], [style*="display: none"]',
  ],
  drop: ['.test-id__field-label, .slds-form-element__label', '.slds-assistive-text', 'button'],
  rows: [
    {
      row: `[data-target-selection-name^="sfdc:RecordField.{kind}."]:not(:has(${group}))`,
      label: '.test-id__field-label, .slds-form-element__label:not(:has(.test-id__field-label))',
      value: '.test-id__field-value, .slds-form-element__control, lightning-formatted-text, force-lookup',
    },
    { row: `records-highlights-details-item:not(:has(${group}))`, label: '.slds-text-title', value: '.fieldComponent' },
  ],
  // The actions themselves are a `runtime_platform_actions-actions-ribbon` in that container.
  anchors: [{ css: '.actionsContainer' }, { css: '.slds-utility-bar' }],
} satisfies Partial<DeskData>;

/** The record that its related lists are of: their heading leads to `/lightning/r/[object/]<id>/related/<list>/view`. */
export const related: Reading = {
  css: 'a[href*="/lightning/r/{kind}/"][href*="/related/"]',
  attr: 'href',
  after: '/lightning/r/',
  before: '/related/',
};

/** A field of a label that says it twice: `Alex Example Open Alex Example Preview`. */
export function tidy(value: string): string {
  for (const gap of ['', ' ']) {
    const name = value.slice(0, Math.max(0, (value.length - gap.length - 'Open  Preview'.length) / 2));
    if (name && value === `${name}${gap}Open ${name} Preview`) return name;
  }
  return value;
}

/**
 * An id in its form of 18 characters; the short one tells records apart by upper and lower case alone. The three more
 * say which of the fifteen are upper case, five at a time: A to Z stand for 0 to 25, 0 to 5 for 26 to 31.
 * @param id 15 or 18 characters, or a path that ends in such
 */
export function sameId(id: string): string {
  const last = id.slice(id.lastIndexOf('/') + 1);
  if (last.length !== 15) return last;
  let check = '';
  for (let at = 0; at < 15; at += 5) {
    let upper = 0;
    for (let n = 5; n--; ) upper = upper * 2 + Number(/[A-Z]/.test(last.charAt(at + n)));
    check += ((upper + 10) % 36).toString(36).toUpperCase();
  }
  return last + check;
}

/** `/lightning/r/[Object/]<id>/view`, `/sObject/<id>`, `/<id>`. */
const record =
  /^\/(?:lightning\/r\/(?:(\w*)\/)?(?=\w+\/(?:view|edit)\/?$)|sObject\/)?([A-Z\d]{15}(?:[A-Z\d]{3})?)(?:\/(?:view|edit|e))?\/?$/i;

type Attributes = { recordId: string; objectApiName?: string; actionName?: string };

/** The address that an address carries: of the tab around, in its fragment, of a page's own parameter. */
function within({ pathname, hash, searchParams }: URL): string {
  // In a console the path is the tab on show, `ws` the one it belongs to. Lists and new records belong to none.
  if (pathname.startsWith('/lightning/'))
    return (!pathname.startsWith('/lightning/o/') && searchParams.get('ws')) || '';
  if (pathname.startsWith('/apex/')) return `/${searchParams.get('id')}`;
  if (!/^\/(?:console|one\/one\.app)$/.test(pathname)) return '';
  const text = decodeURIComponent(hash.slice(1));
  if (text.startsWith('/')) return text;
  // A component of the older shell with its attributes, as JSON in base64.
  const { attributes } = JSON.parse(atob(text)) as { attributes: Attributes };
  return `/lightning/r/${attributes.objectApiName ?? ''}/${attributes.recordId}/${attributes.actionName ?? 'view'}`;
}

/**
 * The record that an address names, in all forms of the last two shells.
 * @param kindOf the kind of case that a record is, by its id and, where the address names it, its object; null: none
 * @returns a function for `DeskCode.locate`; it never throws
 */
export function locator(kindOf: (id: string, object: string) => string | null): (url: string) => Ref | null {
  const locate = (url: URL, nested: boolean): Ref | null => {
    const [, object = '', id = ''] = record.exec(url.pathname) ?? [];
    const kind = id && kindOf(id, object);
    if (kind) return { kind, id: sameId(id) };
    // An address in an address holds no other.
    const inner = nested ? '' : within(url);
    return inner.startsWith('/') ? locate(new URL(url.origin + inner), true) : null;
  };
  return (url) => {
    try {
      return locate(new URL(url), false);
    } catch {
      return null; // What its fragment holds is no component.
    }
  };
}

/**
 * Where only `ws` names the case, what is on show is a record beside it, of which nothing is read.
 * @param locate made by {@link locator}
 */
export const paneOf =
  (locate: (url: string) => Ref | null): DeskCode['pane'] =>
  (find, _ref, url) => {
    const own = new URL(url);
    own.searchParams.delete('ws');
    return locate(own.href) && find('html');
  };
