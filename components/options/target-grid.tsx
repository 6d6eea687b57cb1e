/** Contacts or catalogs in a grid, and how they are changed there. */
import { useCallback, useMemo, useState } from 'react';
import type { Licence } from '../../lib/model.ts';
import type { Settings } from '../../lib/schema.ts';
import { useSay, type Say } from '../text.ts';
import type { CellEdit, Column, Editing, Refusal } from './grid-edits.ts';
import { Grid } from './grid.tsx';
import { Empty, Status } from './parts.tsx';
import type { Desktop } from './state.ts';
import { aimProblem, licenceName, licences, undocumented, type Item, type List } from './target-form.tsx';
import { aimedAt, aimOf, aimText, counted, freeId, linkWords } from './words.ts';

/** What is searched of each, made once. */
const searched = new WeakMap<Item, string>();
function wordsOf(item: Item): string {
  const known = searched.get(item);
  if (known !== undefined) return known;
  const made = `${item.name}\n${aimText(item)}\n${item.id}`.toLowerCase();
  searched.set(item, made);
  return made;
}

type GridProps = { desktop: Desktop; list: List; letters: string; edit: ((item: Item) => void) | null };

export function TargetGrid({ desktop, list, letters, edit }: GridProps) {
  const say = useSay();
  const { host, loaded } = desktop;
  const items: readonly Item[] = loaded.settings[list];
  const wanted = letters.trim().toLowerCase();
  const found = useMemo(
    () => (wanted ? items.filter((item) => wordsOf(item).includes(wanted)) : items),
    [items, wanted],
  );
  const [range, setRange] = useState({ top: 0, bottom: 0 });
  const chosen = useCallback((top: number, bottom: number) => setRange({ top, bottom }), []);
  const { pending, write, remove } = useEdits(desktop, list, found);
  const used = useUses(desktop);

  if (!found.length && (wanted || !edit))
    return items.length > 0 ? <Empty fact={say('o_none_found')} reason={say('o_none_found_why')} /> : null;
  const columns: Column[] = [
    { id: 'name', name: say('o_name'), width: 140, grow: 3, look: 'strong' },
    { id: 'link', name: say('o_link_or_id'), width: 190, grow: 4, look: 'mono' },
    ...(list === 'contacts' ? [{ id: 'licence', name: say('o_licence'), width: 92, grow: 0 }] : []),
    ...(list === 'contacts' ? [{ id: 'hours', name: say('o_hours'), width: 160, grow: 2, fixed: true }] : []),
    { id: 'opens', name: say('o_opens'), width: 206, grow: 1, fixed: true },
    { id: 'used', name: say('o_used_by'), width: 112, grow: 0, look: 'meta', fixed: true },
  ];
  const openForm = (row: number, column: string) => {
    const item = found[row];
    return item && edit && (column === 'opens' || column === 'hours') ? () => edit(item) : null;
  };
  const editing: Editing | null = edit && {
    blank: wanted ? null : say(`o_${list}_new`),
    write,
    remove,
    undo: desktop.undo,
    redo: desktop.redo,
    suggest: (column, text) =>
      column === 'licence' ? licences.flatMap((id) => (id && text ? licenceName(id, say) : [])) : [],
    open: openForm,
    cells: host.lists.cells,
  };
  const few = Math.min(range.bottom, found.length - 1) - range.top + 1;
  const [first] = found.slice(range.top, range.top + 1);
  return (
    <>
      <Grid
        label={say(`o_${list}_grid`)}
        head={say('o_grid_row')}
        columns={columns}
        count={found.length}
        keyOf={(row) => found[row]?.id ?? ''}
        rowOf={(key) => found.findIndex((item) => item.id === key)}
        numberOf={(row) => row + 1}
        textOf={(row, column) => textOf(found[row] ?? pending, column, say, used)}
        renderCell={(row, column) => <TargetCell item={found[row] ?? null} column={column} used={used} />}
        editing={editing}
        onChosen={chosen}
      />
      {edit && (
        <div className="grid-foot">
          {few === 1 && first && (
            <button type="button" className="btn" onClick={() => edit(first)}>
              {say('o_edit_name', first.name)}
            </button>
          )}
          {few > 0 && first && (
            <button
              type="button"
              className="btn"
              onClick={() => remove(Array.from({ length: few }, (_, n) => range.top + n))}
            >
              {few === 1 ? say('o_remove_name', first.name) : counted(say, 'o_targets_remove', few)}
            </button>
          )}
          <span className="meta">{say(pending ? 'o_targets_half' : 'o_grid_keys')}</span>
        </div>
      )}
    </>
  );
}

type Uses = { rules: ReadonlyMap<string, number>; rows: ReadonlySet<string> };

function useUses({ loaded }: Desktop): Uses {
  const { rules } = loaded.settings;
  return useMemo(() => {
    const byId = new Map<string, number>();
    for (const { offer } of rules)
      if (Array.isArray(offer)) for (const id of new Set(offer)) byId.set(id, (byId.get(id) ?? 0) + 1);
    return { rules: byId, rows: new Set(loaded.rowTargets) };
  }, [rules, loaded.rowTargets]);
}

function usedBy(id: string, { rules, rows }: Uses, say: Say): string {
  const n = rules.get(id) ?? 0;
  if (n) return counted(say, 'o_rules', n);
  return say(rows.has(id) ? 'o_used_rows' : 'o_used_never');
}

/** `Mon–Fri 08:00–18:00`: days that follow each other as a range. */
function hoursWords({ week }: NonNullable<Settings['contacts'][number]['hours']>, say: Say): string {
  const format = new Intl.DateTimeFormat(say('locale'), { weekday: 'short', timeZone: 'UTC' });
  // The first of January 2024 was a Monday.
  const name = (day: number) => format.format(Date.UTC(2024, 0, day));
  return week
    .map(({ days, from, to }) => {
      const runs: [number, number][] = [];
      for (const day of [...new Set(days)].toSorted((a, b) => a - b)) {
        const last = runs.at(-1);
        if (last?.[1] === day - 1) last[1] = day;
        else runs.push([day, day]);
      }
      const words = runs.map(([first, last]) => (first === last ? name(first) : `${name(first)}–${name(last)}`));
      return `${words.join(', ')} ${from}–${to}`;
    })
    .join('; ');
}

const opens = (item: Item, say: Say): string => say(`o_aim_${aimOf(item).replace('@', '_field')}`);

/** What was typed into the empty row, until it is enough to be kept. */
type Pending = { name: string; link: string; licence: string };

function textOf(item: Item | Pending | null, column: string, say: Say, used: Uses): string {
  if (!item) return '';
  if (column === 'name') return item.name;
  if (!('id' in item)) return column === 'link' || column === 'licence' ? item[column] : '';
  if (column === 'link') return aimText(item);
  if (column === 'licence') return 'licence' in item && item.licence ? licenceName(item.licence, say) : '';
  if (column === 'hours') return 'hours' in item && item.hours ? hoursWords(item.hours, say) : say('o_hours_always');
  return column === 'opens' ? opens(item, say) : usedBy(item.id, used, say);
}

/** @returns null for what is nothing but its text */
function TargetCell({ item, column, used }: { item: Item | null; column: string; used: Uses }) {
  const say = useSay();
  if (item && column === 'opens' && undocumented(aimOf(item)))
    return (
      <Status mood="warn">
        <span className="cut">{say('o_opens_undocumented', opens(item, say))}</span>
      </Status>
    );
  const text = textOf(item, column, say, used);
  return <bdi className="cut">{column === 'link' ? linkWords(text) : text}</bdi>;
}

/** @returns the licence that a text means, '' for none; null if it means none of them */
function licenceOf(text: string, say: Say): Licence | '' | null {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return '';
  return licences.find((id) => wanted === id || wanted === licenceName(id, say).toLowerCase()) ?? null;
}

function useEdits(desktop: Desktop, list: List, found: readonly Item[]) {
  const say = useSay();
  const { change, loaded } = desktop;
  const { settings } = loaded;
  const [pending, setPending] = useState<Pending | null>(null);

  /** Fills in what is typed into one row. @returns the item, or why not */
  const filled = (
    item: Item | null,
    cells: Partial<Pending>,
    ids: () => string,
  ): Item | { column: string; words: string } => {
    const name = (cells.name ?? item?.name ?? '').trim();
    if (!name) return { column: 'name', words: say('o_name_missing') };
    const base: Item = item ? { ...item, name } : { id: ids(), name };
    const link = (cells.link ?? (item ? aimText(item) : '')).trim();
    // What begins like an address is one, whatever stood there.
    const aim = item && !/^[a-z][a-z\d+.-]*:/i.test(link) && aimOf(item) !== 'contact_list' ? aimOf(item) : 'link';
    const aimed = !item || cells.link !== undefined;
    const refused = aimed ? aimProblem(desktop, aim, link, say) : null;
    if (refused) return { column: 'link', words: refused };
    const made = aimed ? aimedAt(base, aim, link) : base;
    if (cells.licence === undefined || list !== 'contacts') return made;
    const licence = licenceOf(cells.licence, say);
    const names = licences.flatMap((id) => (id ? licenceName(id, say) : [])).join(', ');
    if (licence === null) return { column: 'licence', words: say('o_licence_unknown', names) };
    const { licence: _old, ...rest } = { licence: undefined, ...made };
    return licence ? { ...rest, licence } : rest;
  };

  const write = (edits: CellEdit[]): Refusal | null => {
    const byRow = new Map<number, Partial<Pending>>();
    for (const { row, column, text } of edits) byRow.set(row, { ...byRow.get(row), [column]: text });
    const taken = new Set([...settings.contacts, ...settings.catalogs].map(({ id }) => id.toLowerCase()));
    const changed = new Map<string, Item>();
    for (const [row, cells] of byRow) {
      const item = found[row] ?? null;
      const own = item ? cells : row === found.length ? { ...pending, ...cells } : cells;
      const typed = { name: '', link: '', licence: '', ...own };
      const half = !typed.name.trim() || !typed.link.trim();
      // One cell after the other is typed into a new row; a row that was pasted has to be whole.
      if (!item && half && edits.length === 1) {
        const none = !typed.name.trim() && !typed.link.trim() && !typed.licence.trim();
        const wrong = typed.link.trim() ? aimProblem(desktop, 'link', typed.link.trim(), say) : null;
        if (wrong) return { row, column: 'link', words: wrong };
        setPending(none ? null : typed);
        return null;
      }
      const made = filled(item, own, () => freeId(own.name ?? '', taken, list === 'contacts' ? 'contact' : 'catalog'));
      if ('words' in made) return { row, ...made };
      taken.add(made.id.toLowerCase());
      changed.set(made.id, made);
    }
    const now: readonly Item[] = settings[list];
    const known = new Set(now.map(({ id }) => id));
    const added = [...changed.values()].filter(({ id }) => !known.has(id));
    const next = [...now.map((item) => changed.get(item.id) ?? item), ...added];
    const [first] = changed.values();
    if (!first) return null;
    const told =
      changed.size === 1
        ? say(added.length ? 'o_added' : 'o_changed', first.name)
        : counted(say, added.length === changed.size ? 'o_targets_added' : 'o_targets_changed', changed.size);
    const problem = change(told, { [list]: next });
    if (problem !== null) return { row: edits[0]?.row ?? 0, column: edits[0]?.column ?? 'name', words: problem };
    if (added.length) setPending(null);
    return null;
  };

  const remove = (rows: number[]) => {
    const gone = new Set(rows.flatMap((row) => found[row]?.id ?? []));
    const [only] = rows.flatMap((row) => found[row] ?? []);
    if (!only) return;
    const words = gone.size === 1 ? say('o_removed', only.name) : counted(say, 'o_targets_removed', gone.size);
    change(words, { [list]: (settings[list] as Item[]).filter((item) => !gone.has(item.id)) });
  };

  return { pending, write, remove };
}
