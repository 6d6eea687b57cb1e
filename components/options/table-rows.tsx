/** The rows of one lookup table in a grid, and how they are changed. */
import { useCallback, useMemo, useRef, useState } from 'react';
import type { Names } from '../../lib/offer.ts';
import type { Line, LineEdit, RowChange, Sheet, Undo } from '../../lib/sheet.ts';
import { Icon } from '../icons.tsx';
import { useSay, type Say } from '../text.ts';
import type { Way } from './grid-moves.ts';
import type { CellEdit, Column, Editing, Refusal } from './grid-edits.ts';
import { Grid } from './grid.tsx';
import { reasonOf } from './lists.ts';
import { Empty, Status } from './parts.tsx';
import type { Desktop, Loaded } from './state.ts';
import { counted } from './words.ts';

export const nameOf = ({ settings }: Loaded, id: string): string =>
  settings.tables.find((t) => t.id === id)?.name ?? id;

export type Opened = { sheet: Sheet; refresh: () => Promise<void> };

type RowsProps = { desktop: Desktop; opened: Opened; found: readonly Line[]; searching: boolean; names: Names };

export function Rows({ desktop, opened, found, searching, names }: RowsProps) {
  const say = useSay();
  const { host, loaded } = desktop;
  const { sheet } = opened;
  const [range, setRange] = useState({ top: 0, bottom: 0 });
  const { write, remove, undo, redo, clash, dismiss } = useEdits(desktop, opened, found);
  const mayEdit = !loaded.locked.includes('rows');
  const { contacts, catalogs, awaken } = loaded.settings;
  const ids = useMemo(
    () => new Set([...contacts, ...catalogs, ...awaken.pops].map((t) => t.id)),
    [contacts, catalogs, awaken],
  );
  const columns: Column[] = [
    { id: 'key', name: say('o_tables_key'), width: 140, grow: 1, look: 'mono' },
    { id: 'offer', name: say('o_tables_offer'), width: 240, grow: 2 },
  ];
  const editing: Editing | null = mayEdit
    ? {
        blank: searching ? null : say('o_tables_new'),
        write,
        remove,
        undo,
        redo,
        suggest: (column, text) => (column === 'offer' ? names.complete(text, 20) : []),
        cells: host.lists.cells,
      }
    : null;
  const chosen = useCallback((top: number, bottom: number) => setRange({ top, bottom }), []);
  const few = Math.min(range.bottom, found.length - 1) - range.top + 1;
  if (!found.length && (searching || !mayEdit))
    return (
      <Empty
        fact={say(searching ? 'o_none_found' : 'o_table_empty')}
        reason={say(searching ? 'o_tables_none_found_why' : 'o_tables_empty_why')}
      />
    );
  return (
    <>
      {clash !== null && (
        <div className="say bad" role="alert">
          <Icon name="warn" />
          <b>{say('o_tables_clash')}</b>
          <p>{clash}</p>
          <div className="acts">
            <button type="button" className="btn" onClick={dismiss}>
              {say('o_close')}
            </button>
          </div>
        </div>
      )}
      <Grid
        label={say('o_tables_grid', nameOf(loaded, sheet.table))}
        head={say('o_grid_row')}
        columns={columns}
        count={found.length}
        keyOf={(row) => found[row]?.id ?? ''}
        rowOf={(key) => found.findIndex((line) => line.id === key)}
        numberOf={(row) => (found[row]?.place ?? 0) + 1}
        textOf={(row, column) => {
          const line = found[row];
          return !line ? '' : column === 'key' ? line.key : sheet.text(line);
        }}
        renderCell={(row, column) => {
          const line = found[row];
          return line && column === 'offer' ? <Offer offer={line.offer} text={sheet.text(line)} ids={ids} /> : null;
        }}
        editing={editing}
        onChosen={chosen}
      />
      {mayEdit && (
        <div className="grid-foot">
          {few > 0 && (
            <button
              type="button"
              className="btn"
              onClick={() => remove(Array.from({ length: few }, (_, n) => range.top + n))}
            >
              {few === 1
                ? say('o_remove_name', found[range.top]?.key ?? '')
                : counted(say, 'o_tables_remove_rows', few)}
            </button>
          )}
          <span className="meta">{say('o_grid_keys')}</span>
        </div>
      )}
    </>
  );
}

/** Whom a row offers; one that nobody is any more is named as such. */
function Offer({ offer, text, ids }: { offer: readonly string[]; text: string; ids: ReadonlySet<string> }) {
  const say = useSay();
  const gone = offer.filter((id) => !ids.has(id));
  if (!offer.length) return <Status mood="warn">{say('o_tables_nobody')}</Status>;
  if (gone.length) return <Status mood="warn">{say('o_tables_gone', text, gone.join(', '))}</Status>;
  return <bdi className="cut">{text}</bdi>;
}

/** Changes are in the table at once and in the browser one after the other; each can be taken back. */
function useEdits(desktop: Desktop, { sheet, refresh }: Opened, found: readonly Line[]) {
  const say = useSay();
  const { host, act } = desktop;
  const ways = useRef<Record<Way, { words: string; changes: Undo[] }[]>>({ undo: [], redo: [] });
  const [clash, setClash] = useState<string | null>(null);

  /** @param way what the changes are: new ones, or earlier ones taken back or done again */
  const save = (changes: Undo[], words: string, way?: Way) => {
    const inverse = { words, changes: sheet.apply(changes) };
    if (!way) ways.current.redo = [];
    ways.current[way === 'undo' ? 'redo' : 'undo'].push(inverse);
    setClash(null);
    void act(async () => {
      let other: RowChange | null = null;
      try {
        other = await host.lists.editRows(changes);
      } catch (error) {
        sheet.settled(changes);
        await refresh();
        throw error;
      }
      sheet.settled(changes);
      if (!other) return way === 'undo' ? { words: say('o_undone'), redo } : { words, undo };
      const { undo: backs, redo: forths } = ways.current;
      ways.current = {
        undo: backs.filter((each) => each !== inverse),
        redo: forths.filter((each) => each !== inverse),
      };
      await refresh();
      setClash(say('o_tables_clash_why', (other.before ?? other.after)?.key ?? '', words));
      return null;
    });
  };
  const go = (way: Way) => {
    const last = ways.current[way].pop();
    if (last) save(last.changes, last.words, way);
  };
  const undo = () => go('undo');
  const redo = () => go('redo');

  const write = (edits: CellEdit[]): Refusal | null => {
    const byRow = new Map<number, LineEdit>();
    for (const { row, column, text } of edits)
      byRow.set(row, { ...(byRow.get(row) ?? { line: found[row] ?? null }), [column]: text });
    const plan = sheet.plan([...byRow.values()]);
    if ('refused' in plan) {
      const { edit, field } = plan.refused;
      return { row: [...byRow.keys()][edit] ?? 0, column: field, words: reasonOf(say, plan.refused) };
    }
    if (plan.changes.length) save(plan.changes, told(say, plan.changes));
    return null;
  };

  const remove = (rows: number[]) => {
    const changes = rows.flatMap((row): RowChange[] => {
      const line = found[row];
      return line ? [{ before: { table: sheet.table, key: line.key, offer: [...line.offer] }, after: null }] : [];
    });
    if (changes.length) save(changes, told(say, changes));
  };

  return { write, remove, undo, redo, clash, dismiss: () => setClash(null) };
}

function told(say: Say, changes: RowChange[]): string {
  const [first] = changes;
  const { before, after } = first ?? { before: null, after: null };
  const key = (after ?? before)?.key ?? '';
  const how = !before ? 'added' : !after ? 'removed' : 'changed';
  if (changes.length === 1) return say(`o_${how}`, key);
  const alike = changes.every((c) => !c.before === !before && !c.after === !after);
  return counted(say, `o_tables_rows_${alike ? how : 'changed'}`, changes.length);
}
