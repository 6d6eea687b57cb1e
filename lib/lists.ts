/**
 * Tables, contacts and catalogs as files of their own: written as CSV or JSON, and read back with all that they would
 * change. Nothing is saved here.
 */
import { decode, readCsv, writeCsv, type Watch } from './csv.ts';
import { linesOf } from './json.ts';
import type { Names, Reason } from './offer.ts';
import { problemsOf } from './problems.ts';
import { normalise } from './route.ts';
import { inherited, mostOffers, schema, type Row, type Settings } from './schema.ts';
import { linkWrong } from './settings.ts';
import { inOrder, keyProblem } from './sheet.ts';

/** Larger files are refused before they are read. 50,000 rows take about 5 MB. */
export const largestFile = 32 * 1024 * 1024;

type Part = 'contacts' | 'catalogs';
export type Item = Settings['contacts'][number] | Settings['catalogs'][number];

/** One line of the file, or something that stands now and not in the file. */
export type ListLine = { line: number | null; name: string; before: string; after: string };
/** `cells`: what stands in the file, in the order of its columns. */
export type RejectedLine = Reason & { line: number; name: string; cells: string[] };

/** What a file would change. */
export type ListPreview<T> = {
  added: ListLine[];
  changed: ListLine[];
  /** What the file lacks; it goes only where the whole list is replaced. */
  missing: ListLine[];
  rejected: RejectedLine[];
  columns: string[];
  /**
   * The list with the file in it.
   * @param now the list as it is when its turn comes
   * @param replace also removes what the file lacks
   */
  next: (now: readonly T[], replace: boolean) => T[];
};

/** Why a whole file is refused, or null: reading was stopped. */
export type Unread = { unread: Reason | null };

const rowColumns = ['key', 'offer'];
const elements = { contacts: schema.shape.contacts.unwrap().element, catalogs: schema.shape.catalogs.unwrap().element };
/** Every property that one can have; the first are those that people paste. */
const targetColumns = (part: Part): string[] => [
  ...new Set(['name', 'link', ...(part === 'contacts' ? ['licence'] : []), ...Object.keys(elements[part].shape)]),
];
/** In files of rejected lines, for people. */
const ignored = 'reason';

const isText = (it: unknown): it is string => typeof it === 'string';
const isObject = (it: unknown): it is Record<string, unknown> =>
  typeof it === 'object' && it !== null && !Array.isArray(it);

/** The rows of one table, in the order of their keys. */
export const rowsAsCsv = (rows: readonly Row[], names: Names): string =>
  writeCsv([rowColumns, ...inOrder(rows).map(({ key, offer }) => [key, names.text(offer)])]);

/** @returns a list of `{ key, offer }`; the offers are ids */
export const rowsAsJson = (rows: readonly Row[]): string =>
  JSON.stringify(
    inOrder(rows).map(({ key, offer }) => ({ key, offer })),
    null,
    2,
  );

/** Contacts or catalogs; what is no text, such as hours, as JSON in its cell. */
export function targetsAsCsv(part: Part, items: readonly Item[]): string {
  const columns = targetColumns(part);
  const cell = (value: unknown) => (value === undefined ? '' : isText(value) ? value : JSON.stringify(value));
  return writeCsv([columns, ...items.map((item) => columns.map((name) => cell(item[name as keyof Item])))]);
}

type Read = {
  columns: string[];
  /** A list of its own, lines of a CSV file, or a part of a file of all settings. */
  from: 'list' | 'csv' | 'settings';
  /** `cells` of a CSV file as text, a value of a JSON file as it is. */
  items: { line: number; cells: string[]; value: unknown; bad?: Reason }[];
};

/**
 * Reads the lines of a file.
 * @param known the columns it may have; `needed` are those without which it says nothing
 * @param part where the list is in a file of all settings
 */
async function read(file: Blob, known: string[], needed: string[], part: string, watch: Watch): Promise<Read | Unread> {
  if (file.size > largestFile)
    return { unread: { why: 'large', with: [megabytes(file.size), megabytes(largestFile)] } };
  const text = decode(new Uint8Array(await file.arrayBuffer()));
  const start = text.replace(/^\uFEFF/, '').trimStart();
  if (!start) return { unread: { why: 'empty', with: [] } };
  return /^[[{]/.test(start) ? readJson(start, text, known, part) : readTable(text, known, needed, watch);
}

const megabytes = (bytes: number): string => String(Math.round(bytes / 1024 / 1024));

async function readTable(text: string, known: string[], needed: string[], watch: Watch): Promise<Read | Unread> {
  const small = (name: string) => name.trim().toLowerCase();
  const csv = await readCsv(text, (name) => known.includes(small(name)), watch);
  if (!csv) return { unread: null };
  const columns = csv.header.map(small);
  const refuse = (why: string, ...rest: string[]): Unread => ({ unread: { why, with: rest } });
  const odd = csv.header.find((_, n) => ![...known, ignored].includes(columns[n] ?? ''));
  if (odd !== undefined) return refuse('column', odd || '""', known.join(', '));
  const twice = columns.find((name, n) => columns.indexOf(name) < n);
  if (twice !== undefined) return refuse('column_twice', twice);
  const lacking = needed.find((name) => !columns.includes(name));
  if (lacking !== undefined) return refuse('column_missing', lacking);
  if (csv.cut !== null) return refuse('cut', String(csv.cut));
  const items = csv.lines.map(({ line, cells, bad }) => {
    const more = cells.slice(columns.length).some((cell) => cell.trim());
    const wrong = more || cells.length < columns.length;
    const reason = bad
      ? { why: 'quotes', with: [] }
      : wrong
        ? { why: 'cells', with: [String(cells.length), String(columns.length)] }
        : null;
    const value = Object.fromEntries(columns.map((name, n) => [name, cells[n] ?? '']));
    return { line, cells, value, ...(reason ? { bad: reason } : {}) };
  });
  return { columns, items, from: 'csv' };
}

function readJson(start: string, text: string, known: string[], part: string): Read | Unread {
  let value: unknown;
  try {
    value = JSON.parse(start);
  } catch {
    const lines = String(text.split('\n').length);
    return { unread: /[\]}]\s*$/.test(start) ? { why: 'not_json', with: [] } : { why: 'cut', with: [lines] } };
  }
  const inside = isObject(value) && Object.hasOwn(value, part) ? value[part] : value;
  if (!Array.isArray(inside)) return { unread: { why: 'no_list', with: [part] } };
  const before = inside === value ? '' : part;
  const item = /^\[\d+\]$/;
  const lines = linesOf(text, (path) => path.startsWith(before) && item.test(path.slice(before.length)));
  return {
    columns: known,
    from: inside === value ? 'list' : 'settings',
    items: inside.map((each: unknown, n) => ({
      line: lines.get(`${before}[${n}]`) ?? 1,
      cells: known.map((name) => (isObject(each) && Object.hasOwn(each, name) ? spelled(each[name]) : '')),
      value: each,
    })),
  };
}

const spelled = (value: unknown): string => (isText(value) ? value : (JSON.stringify(value) ?? ''));

/** Items between two turns of the page. */
const slice = 2000;
const turn = () => new Promise<void>((done) => setTimeout(done));

/** Goes through all items and lets the page live meanwhile. @returns false if it was stopped */
async function through<T>(items: readonly T[], stop: AbortSignal, take: (item: T) => void): Promise<boolean> {
  for (const [n, item] of items.entries()) {
    // oxlint-disable-next-line no-await-in-loop -- in turns with the page
    if (n % slice === slice - 1) await turn();
    if (stop.aborted) return false;
    take(item);
  }
  return true;
}

/**
 * What a file would change in one lookup table.
 * @param file CSV with the columns `key` and `offer`, a JSON list of such objects, or a file of all settings
 * @param now the rows of this table
 */
export async function previewRows(
  file: Blob,
  table: string,
  now: readonly Row[],
  names: Names,
  watch: Watch,
): Promise<ListPreview<Row> | Unread> {
  const found = await read(file, rowColumns, rowColumns, 'rows', watch);
  if ('unread' in found) return found;
  const old = new Map(now.map((row) => [normalise(row.key), row]));
  const rows = new Map<string, { row: Row; line: number }>();
  const spared = new Set<string>();
  const preview = { added: [] as ListLine[], changed: [] as ListLine[], rejected: [] as RejectedLine[] };
  const whole = await through(found.items, watch.stop, ({ line, cells, value, bad }) => {
    const { key, offer } = rowIn(value);
    const id = isText(key) ? normalise(key) : '';
    const reject = (reason: Reason) => {
      if (id) spared.add(id);
      preview.rejected.push({ ...reason, line, name: isText(key) ? key : '', cells });
    };
    if (bad) return reject(bad);
    if (isObject(value) && isText(value.table) && value.table !== table) {
      // Of a file of all settings only this table is asked for.
      if (found.from === 'list') reject({ why: 'other_table', with: [value.table] });
      return;
    }
    if (!isText(key)) return reject({ why: 'not_text', with: ['key'] });
    const why = keyProblem(key);
    if (why) return reject(why);
    const first = rows.get(id);
    if (first) return reject({ why: 'same', with: [String(first.line)] });
    const was = old.get(id);
    const offered = offerIn(offer, names, was?.offer);
    if ('why' in offered) return reject(offered);
    const row: Row = { table, key: key.trim(), offer: offered.offer };
    rows.set(id, { row, line });
    const entry = { line, name: row.key, before: was ? names.text(was.offer) : '', after: names.text(row.offer) };
    if (!was) preview.added.push(entry);
    else if (was.key !== row.key || was.offer.join() !== row.offer.join()) preview.changed.push(entry);
  });
  if (!whole) return { unread: null };
  const missing = now.flatMap(({ key, offer }): ListLine[] => {
    const id = normalise(key);
    return rows.has(id) || spared.has(id) ? [] : [{ line: null, name: key, before: names.text(offer), after: '' }];
  });
  return {
    ...preview,
    missing,
    columns: found.columns,
    next(current, replace) {
      const kept = current.filter((row) => {
        if (row.table !== table) return true;
        const id = normalise(row.key);
        return !rows.has(id) && (!replace || spared.has(id));
      });
      return [...kept, ...[...rows.values()].map(({ row }) => row)];
    },
  };
}

const rowIn = (value: unknown): { key?: unknown; offer?: unknown } =>
  isObject(value) ? { key: value.key, offer: value.offer } : {};

function offerIn(offer: unknown, names: Names, known?: readonly string[]): { offer: string[] } | Reason {
  if (isText(offer)) return names.read(offer, known);
  if (!Array.isArray(offer) || !offer.every(isText)) return { why: 'not_list', with: ['offer'] };
  const ids = new Set<string>();
  for (const one of offer) {
    const found = names.read(one, known);
    if ('why' in found) return found;
    for (const id of found.offer) ids.add(id);
  }
  return ids.size > mostOffers ? { why: 'too_many', with: [String(mostOffers)] } : { offer: [...ids] };
}

/** The list that is changed, what else has taken ids, and how an id is made of a name. */
export type TargetsNow = {
  part: Part;
  settings: Pick<Settings, 'contacts' | 'catalogs' | 'links'>;
  /** Letters that an id may hold, from a name; may be empty. */
  slug: (name: string) => string;
};

/**
 * What a file would change in the contacts or the catalogs. A line belongs to the one with its id or, without an id,
 * to the one with its name. A column that a CSV file lacks stays as it is.
 * @param file CSV or a JSON list of objects with the properties of a contact or catalog, or a file of all settings
 */
export async function previewTargets(
  file: Blob,
  { part, settings, slug }: TargetsNow,
  watch: Watch,
): Promise<ListPreview<Item> | Unread> {
  const columns = targetColumns(part);
  const found = await read(file, columns, ['name'], part, watch);
  if ('unread' in found) return found;
  const now: readonly Item[] = settings[part];
  const others = new Set(settings[part === 'contacts' ? 'catalogs' : 'contacts'].map(({ id }) => id.toLowerCase()));
  const byId = new Map(now.map((item) => [item.id.toLowerCase(), item]));
  const byName = new Map<string, Item[]>();
  for (const item of now) byName.set(normalise(item.name), [...(byName.get(normalise(item.name)) ?? []), item]);
  const taken = new Set([...others, ...byId.keys()]);
  const freeId = (name: string): string => {
    const base = slug(name) || (part === 'contacts' ? 'contact' : 'catalog');
    let id = base;
    for (let n = 2; taken.has(id.toLowerCase()) || inherited(id); n += 1) id = `${base}-${n}`;
    return id;
  };

  const items = new Map<string, { item: Item; line: number }>();
  /** Lines without an id, by name, so that a name that comes twice is not two new ones. */
  const unnamed = new Map<string, number>();
  const spared = new Set<string>();
  const preview = { added: [] as ListLine[], changed: [] as ListLine[], rejected: [] as RejectedLine[] };
  const whole = await through(found.items, watch.stop, ({ line, cells, value, bad }) => {
    const name = isObject(value) && isText(value.name) ? value.name.trim() : '';
    const given = isObject(value) && isText(value.id) ? value.id.trim() : '';
    const named = byName.get(normalise(name)) ?? [];
    const was = given ? byId.get(given.toLowerCase()) : named.length === 1 ? named[0] : undefined;
    const reject = (reason: Reason) => {
      for (const item of was ? [was] : named) spared.add(item.id);
      preview.rejected.push({ ...reason, line, name, cells });
    };
    if (bad) return reject(bad);
    if (!isObject(value)) return reject({ why: 'not_object', with: [] });
    if (!name) return reject({ why: 'name_missing', with: [] });
    if (given && others.has(given.toLowerCase())) return reject({ why: 'id_other', with: [given] });
    if (!given && named.length > 1)
      return reject({
        why: 'several',
        with: [
          name,
          named
            .slice(0, 5)
            .map(({ id }) => id)
            .join(', '),
        ],
      });
    const id = was?.id ?? (given || freeId(name));
    const first = items.get(id.toLowerCase())?.line ?? (given ? undefined : unnamed.get(normalise(name)));
    if (first !== undefined) return reject({ why: 'same', with: [String(first)] });
    const props = found.from === 'csv' ? filled(value, was) : value;
    const parsed = elements[part].safeParse({ ...props, id, name }, { reportInput: true });
    if (!parsed.success) {
      const [problem] = parsed.error.issues.flatMap((issue) => problemsOf(issue));
      return reject({ why: 'wrong', with: [], ...(problem ? { problem } : {}) });
    }
    const item: Item = parsed.data;
    const refused = item.link === undefined ? null : linkWrong(item.link, settings.links.linkHosts);
    if (refused) return reject({ why: 'wrong', with: [], problem: { path: '', ...refused } });
    items.set(id.toLowerCase(), { item, line });
    taken.add(id.toLowerCase());
    unnamed.set(normalise(name), line);
    const entry = {
      line,
      name: item.name,
      before: was ? told(was, was.name !== item.name) : '',
      after: told(item, false),
    };
    if (!was) preview.added.push(entry);
    else if (JSON.stringify(was) !== JSON.stringify(item)) preview.changed.push(entry);
  });
  if (!whole) return { unread: null };
  const lacks = ({ id }: Item) => !items.has(id.toLowerCase()) && !spared.has(id);
  return {
    ...preview,
    missing: now.filter(lacks).map((item) => ({ line: null, name: item.name, before: told(item, false), after: '' })),
    columns: found.columns,
    next(current, replace) {
      const rest = new Map([...items].map(([id, { item }]) => [id, item]));
      const stay = current.flatMap((item): Item[] => {
        const changed = rest.get(item.id.toLowerCase());
        rest.delete(item.id.toLowerCase());
        return changed ? [changed] : replace && !spared.has(item.id) ? [] : [item];
      });
      return [...stay, ...rest.values()];
    },
  };
}

/** Columns whose cells are the text itself; those of all others are JSON. */
const plain = new Set(['name', 'link', 'licence', 'kind', 'value', 'field']);

/** What the cells of a CSV line say, over what was set: an empty cell takes away, a column that is not there says nothing. */
function filled(cells: Record<string, unknown>, was: Item | undefined): Record<string, unknown> {
  const props: Record<string, unknown> = { ...was };
  // A link in place of a kind and an id, in a file that knows only links.
  if (cells.link && !('kind' in cells)) for (const name of ['kind', 'value', 'field']) delete props[name];
  for (const [name, cell] of Object.entries(cells)) {
    if (name === ignored) continue;
    const text = String(cell).trim();
    if (!text) delete props[name];
    else if (name === 'licence') props[name] = text.toLowerCase().replace('+', '-plus').replace(/\s+/g, '-');
    else props[name] = plain.has(name) ? text : parsedCell(text);
  }
  return props;
}

function parsedCell(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A contact or catalog in one line, for people who compare two. */
function told({ id: _id, name, link, kind, value, field, ...rest }: Item, withName: boolean): string {
  const aim = link ?? [kind, value ?? field].filter(Boolean).join(' ');
  return [...(withName ? [name] : []), aim, ...Object.values(rest).map(spelled)].join(', ');
}
