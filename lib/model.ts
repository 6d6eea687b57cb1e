/**
 * The words of Deskcall, as types. It holds next to no code, so that a page pays nothing for it; the zod schemas that
 * check outside data against these types stand in schema.ts and browser/worker.ts.
 */

/** A document with its address, always passed in, never read from globals. */
export type Page = { url: string; document: Document };

/** A case's identity: what the link carries and what must never be guessed. */
export type Ref = {
  /** What the desk's own address or API calls such a record: `ticket`, `incident`, `Case`. */
  kind: string;
  /** The desk's stable key for the record. */
  id: string;
  /** What people say, where the address holds it. */
  number?: string;
};

/** The optional, named fields of a case. Plain text, as the page shows it. */
export const fieldNames = ['title', 'requester', 'assignee', 'queue', 'asset', 'priority', 'status', 'opened'] as const;
export type FieldName = (typeof fieldNames)[number];

/** The open record, whatever the desk calls it. `id` is empty only where a person typed the number. */
export type Case = Ref & {
  /** The product's id when a page has just been read; the configured desk's key once it is known. */
  desk: string;
  /** Everything that has a label on the page, by that label. */
  fields: Record<string, string>;
} & { [name in FieldName]?: string };

/** Where a value came from: `css#2` is the second selector of that field's readings. */
export type Source = 'url' | 'rest' | 'attr' | `css#${number}` | `label#${number}`;

export type ProblemCode =
  | 'no-desk' //    the page belongs to no desk that is known
  | 'no-case' //    a desk, but no case on this page
  | 'several' //    several records claim to be the open one
  | 'disagree' //   address and page name different records
  | 'no-pane' //    the page does not hold the record of its address, or not yet
  | 'rest'; //      the desk's own API was asked and gave nothing

/**
 * Something that kept a value from being read. `message` is plain English for people; problem-words.ts has most of them,
 * which no page pays for.
 */
export type Problem = { code: ProblemCode; message?: string };

/** The record that the page itself names, where the address names another; `id` where the page names it by id. */
export type Shown = { text: string; id?: string };

/** What was read from a page. */
export type Read = {
  desk: string | null;
  case: Case | null;
  sources: Record<string, Source>;
  problems: Problem[];
  /** The page itself names this very record: there is nothing to wait for. */
  confirmed: boolean;
  shown?: Shown;
};

/** One way to find one value on a page. Exactly one of `css` and `label` is given. */
export type Reading = {
  /** A selector; the first element in document order that has a value wins. `{id}` and `{kind}` are the record's. */
  css?: string;
  /** The text of a label in one of the desk's `rows`. */
  label?: string;
  /** Read this attribute instead of the text. */
  attr?: string;
  /** Keep what follows the first occurrence of this text; without it the reading fails. */
  after?: string;
  /** Keep what stands before the first occurrence of this text; without it the reading fails. */
  before?: string;
  /** Month in which this reading was last seen to hold, `2026-11`. */
  seen?: string;
};

/** A place for the panel: `inside` puts it at the end of that element, `after` behind it. */
export type Anchor = { css: string; place?: 'inside' | 'after' };

/** A pattern of addresses, or one whose records are of a kind of their own. */
export type Address = string | { is: string; kind: string };

/**
 * A desk described as data: what an admin writes for a desk we do not know, and what every desk in lib/desks is written
 * in as far as it goes.
 */
export type DeskData = {
  /** Selectors; a page that has any of them is this product. None: only its host says so. */
  owns?: string[];
  /** Where the record's identity comes from. `page`: the page's own readings; `addresses` then only say where. */
  identity?: 'address' | 'page';
  /**
   * Addresses of a case, first match wins. `{name}` takes one part of a path, of a query value or of the fragment;
   * `{name:digits}`, `{name:hex}`, `{name:word}`, `{name:guid}`, `{name:key}` and `{name:one|other}` take less; `*` takes
   * anything without naming it; one `**` in a path takes any number of segments. Groups: `id`, `number`, `kind`.
   */
  addresses: Address[];
  /** Addresses that never are a case, whatever `addresses`, `pages` or the page say. */
  never?: Address[];
  /** Addresses that name no record, or only by a key that the page does not show: there the page itself names it. */
  pages?: Address[];
  /** The kind where the address names none. Default `case`. */
  kind?: string;
  /** Selectors of same-origin frames; the first that is there is the page that is read, with its own address. */
  frames?: string[];
  /** Whether open shadow roots are searched as well, nested ones too. */
  deep?: boolean;
  /** Selectors of the element that holds the open record and no other; `{id}` stands for the record's id. */
  scope?: string[];
  /** Selectors of elements in which nothing is read: panes and dialogs of other records, forms that are not on show. */
  ignore?: string[];
  /** If more than one element where the record stands matches this, nothing is read there, and no identity. */
  single?: string;
  /** Selectors of elements whose text is no part of a value: for screen readers, or buttons beside it. */
  drop?: string[];
  /** Texts that stand for "no value", besides dashes and "-- None --". */
  blank?: string[];
  /**
   * Identity as the page shows it: the source of identity, or the check of the address's. With `number: []` the id in
   * the address is not the number, and no place of the number is known.
   */
  shows?: { id?: Reading[]; number?: Reading[]; kind?: Reading[] };
  /**
   * Rows of labelled values, by selectors; `label` and `value` stand inside the row. No `label`: the row's own text is
   * it. A `value` that starts with `+` stands in the element behind the row, or is that element: `+`, `+ input`; of a
   * `<label for>` it is the box that it names.
   */
  rows?: { row: string; label?: string; value: string }[];
  read?: { [name in FieldName]?: Reading[] };
  /** Places for the panel, best first. */
  anchors?: Anchor[];
};

/** A part of an address that was made ready: a regular expression's source and the names of its groups. */
export type AddressPart = [expr: string, ...names: string[]];
/** `open`: any number of further segments may stand before the part of this index. */
export type AddressSide = { path: AddressPart[]; open?: number; query?: [name: string, part: AddressPart][] };
/** An {@link Address} that was made ready by desks/pattern.ts. */
export type AddressPattern = { main: AddressSide; hash?: AddressSide; kind?: string };

/** A desk's description as a page gets it. */
export type DeskForm = Omit<DeskData, 'addresses' | 'never' | 'pages'> & {
  addresses: AddressPattern[];
  never?: AddressPattern[];
  pages?: AddressPattern[];
};

/** What a desk's own API says of one record. */
export type Told = {
  /** The record that the answer is of, as its `Ref` would say. */
  id: string;
  number?: string | undefined;
  /** Values that are no text, or empty, are left out. */
  values: { [name in FieldName]?: unknown };
  fields?: Record<string, unknown>;
};

/** A same-origin GET that a logged-in session may make, described; lib/browser/rest.ts performs it. */
export type Rest = {
  /** Paths on the page's own origin, with their queries; the first that answers with JSON counts. */
  paths: (ref: Ref, page: Page) => string[];
  headers?: Record<string, string>;
  /** @returns null for an answer in which the record is not found. May throw on an answer of another shape. */
  parse: (answer: unknown, ref: Ref) => Told | null;
};

/** What data cannot say of a desk. */
export type DeskCode = {
  /** The record that the address names; in place of `addresses`. */
  locate?: (url: string) => Ref | null;
  /** A record's id in its one form, where a desk writes one id in several. */
  sameId?: (id: string) => string;
  /** Takes from a value what is no part of it. */
  tidy?: (value: string) => string;
  /** Whether a page of this address shows its record in one of `frames`; without it, each may. */
  framed?: (url: string) => boolean;
  /** The element that holds the open record, where only other elements say so; asked after all of `scope`. */
  pane?: (find: (css: string) => Element | null, ref: Ref, url: string) => Element | null;
};

/** One service desk product: one file in lib/desks. */
export type DeskFile = {
  id: string;
  name: string;
  /** Match patterns of the vendor's cloud; empty where it is only ever self-hosted. */
  hosts: string[];
  data: DeskData;
  code?: DeskCode;
  /** Its own API, where a session may ask it. */
  rest?: Rest;
};

/** A desk that reads. */
export type Desk = {
  id: string;
  name: string;
  /** Is this document this product? Cheap, and needed only where the host does not say it. */
  owns: (page: Page) => boolean;
  /** The page that is read: this one, or that of a frame in it which holds the record. */
  inner: (page: Page) => Page;
  /** What must be watched besides the document: a frame and its document, shadow roots. */
  roots: (page: Page) => Node[];
  /** The record that the address alone names. */
  locate: (url: string) => Ref | null;
  /** Fields of that record, and what the page itself says the record is. Never throws. */
  read: (page: Page, ref: Ref | null) => Findings;
  /** The best place for the panel that this page has now; null: the dock at the edge. */
  anchorOf: (page: Page, ref: Ref) => { element: Element; place: 'inside' | 'after' } | null;
  /**
   * Asks the desk's own API for a record, if it has not been asked; {@link read} has the answer from then on.
   * @returns whether the first answer is still waited for
   */
  ask?: (page: Page, ref: Ref, answered: () => void) => boolean;
};

/** What a desk reads: values, where each came from, and the identity that the page shows. */
export type Findings = {
  ref: Ref | null;
  values: { [name in FieldName]?: string };
  fields: Record<string, string>;
  sources: Record<string, Source>;
  problems: Problem[];
  /** The page itself names this very record. */
  confirmed: boolean;
  shown?: Shown;
};

export type Licence = 'guest' | 'tech' | 'tech-plus' | 'expert';

/**
 * Weekly hours in a time zone by its IANA name. Days are 1 (Monday) to 7, times `08:00`, up to `24:00`; one that closes
 * before it opens closes on the next day.
 */
export type Hours = { zone: string; week: { days: number[]; from: string; to: string }[] };

/** Hours made into instants, in minutes since 1970: it opens at the first, closes at the second, opens at the third … */
export type Opening = { zone: string; at: number[] };

/** Whether somebody can be called now by their hours, and until when, in ms since 1970. */
export type Stand = { open: boolean; until: number; zone: string };

/** WorkLink is said to refuse a call of a person with the licence `me`; `why`: the admin's own words about it. */
export type Warned = { me: Licence; evidence: 'help' | 'tried' | 'assumed'; why?: string | undefined };

export const targetKinds = ['catalog', 'asset', 'scenario', 'user', 'contact_list', 'contact_group'] as const;
export type TargetKind = (typeof targetKinds)[number];

/** What WorkLink opens. `link` is the deep link copied from the CMS; else `kind` and `id` fill a template. */
export type Target = {
  id: string;
  name: string;
  /** Whether the panel says *Call*, *Open* or *Pop*; a pop has no link. */
  group: 'contact' | 'catalog' | 'pop';
  link?: string;
  kind?: TargetKind;
  /** The id that the template takes. */
  value?: string;
  /** Instead of `value`: the case field that holds it, `asset` for a catalog by asset. */
  field?: string;
  licence?: Licence;
  warn?: Warned;
  open?: Opening;
  /** Who is offered outside the hours: the first of them that can be called then. */
  fallback?: Target[];
};

/** Conditions, ANDed; compared ignoring case; a trailing `*` makes a prefix. */
export type When = {
  desk?: string;
  kind?: string;
  queue?: string;
  asset?: string;
  priority?: string;
  requester?: string;
  assignee?: string;
  fields?: Record<string, string>;
};

/** "For cases like this, offer these targets." */
export type Rule = { id: string; when: When; offer: string[] | { table: string; field: string } };

/** How links are written. */
export type LinkOptions = {
  /** Per kind of target; `{id}` is replaced. Only `catalog` is documented literally by the vendor. */
  templates: Record<TargetKind, string>;
  /** The https wrapper, `{link}` is replaced; null: no link for phones. */
  deferred: string | null;
  /** Hosts that an https link may name. */
  linkHosts: string[];
  /** Extra external data: parameter name -> case field. */
  external: Record<string, string>;
};

/** All that a page of one origin may know. Compiled by the worker, read by the content script. */
export type PageEntry = {
  /** Version of this shape: an entry of another one is not read. */
  v: 2;
  key: string;
  product: string;
  name: string;
  desk: DeskForm;
  /** The file that reads it, `desk-jira`; absent where the description alone does. */
  script?: string;
  /** The desk's own API may be asked. */
  rest?: true;
  match: 'first' | 'all';
  rules: Rule[];
  /** The targets that the rules name; those that only table rows name lie apart. */
  targets: Record<string, Target>;
  links: LinkOptions;
  /**
   * The person's own link, by which an expert calls them: only an expert's call is recorded. Null: it is not set.
   * Absent: the person is an expert, or nothing is known of their licence.
   */
  mine?: Target | null;
};

/** One target on the panel, with its link for this case. */
export type Offer = {
  id: string;
  name: string;
  group: 'contact' | 'catalog' | 'pop';
  licence?: Licence;
  /** What a catalog belongs to, such as the asset. */
  detail?: string;
  /** Where the button leads: WorkLink's own link, or the https link where there is no other. */
  href?: string;
  /** The https link for phones. */
  phone?: string;
  /** Why there is no link: the name of a sentence in _locales. */
  refused?: string;
  warn?: Warned;
  /** Absent: no hours are known. */
  stand?: Stand;
  /** The name of the contact that is closed, in whose place this one is offered. */
  instead?: string;
};

/** What the panel shows. Everything in it is text or a link that has been checked. */
export type View = {
  state: 'reading' | 'ready' | 'doubt' | 'uncovered';
  /** Kind and id: two views of one case have the same. */
  key: string;
  /** The case's number as people say it, `#1` or `INC0010042`. */
  number: string;
  title: string;
  /** The page shows no number: the link carries the id, and the panel says so. */
  unnumbered: boolean;
  offers: Offer[];
  /** In doubt: what the page shows where the address says `number`. */
  shown?: string;
  /** In doubt: the page names its record well enough to be chosen. */
  choice?: boolean;
  /** Not covered by a rule: what a rule could have asked for. */
  queue?: string;
  asset?: string;
  /** The click that was refused: the page had changed from one case to another. */
  moved?: [from: string, to: string];
  /** The target that has just been launched. */
  launched?: string;
  /** Contacts of the case that are not offered, since they are closed and others stand in for them. */
  closed?: (Stand & { name: string })[];
  /** When hours begin or end next, in ms since 1970. */
  change?: number;
  /** As {@link PageEntry}'s: the link for an expert who calls. */
  mine?: Offer | null;
};

/** One drawn code of a link: `path` fills the black modules of a square of `size` modules, quiet zone included. */
export type Code = { link: string; path: string; size: number; version: number; without?: 'case_id' };
/** `error`: the name of a sentence in _locales. */
export type Codes = { app: Code | null; phone: Code | null } | { error: string };

/** Above this version of a code headsets stop reading: HoloLens 2's system reader takes 1 to 10 (Microsoft's docs). */
export const densest = 10;

/** One sentence or word in the person's language; `values` fill `$1`, `$2` … */
export type Say = <Key extends string>(key: Known<Key>, ...values: string[]) => string;

type Messages = typeof import('../public/_locales/en/messages.json');
/** A key that there is, or one that is made while it runs: a string, or a template with one in it. */
type Known<Key extends string> = Key extends keyof Messages
  ? Key
  : // oxlint-disable-next-line typescript/no-generated-empty-object-type -- what has no property is one of a pattern's, not of a key's
    Record<never, never> extends Record<Key, 1>
    ? Key
    : never;

/** A click on a launch link, as far as whoever handles it needs it; a synthetic one is refused. */
export type LaunchEvent = { isTrusted: boolean; currentTarget: HTMLAnchorElement; preventDefault(): void };

/** What the person opened: the panel, or the code of one target; `was`: the case it had been drawn for is gone. */
export type Open = 'panel' | { code: string; was?: string };

/** What this computer keeps for QR cards. */
export type Screen = {
  /** A grey card for cameras that overexpose screens. */
  dim: boolean;
  /** CSS px to a centimetre of this screen; 96 / 2.54 until it was measured with a bank card. */
  pxPerCm: number;
};

/** A configured desk, as people see it. */
export type DeskName = { key: string; name: string };
