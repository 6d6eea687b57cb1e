/** Lookup tables: which keys are served by whom, edited like a spreadsheet and imported from one. */
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { Names } from '../../lib/offer.ts';
import type { Line, LineEdit, RowChange, Sheet, Undo } from '../../lib/sheet.ts';
import { Icon } from '../icons.tsx';
import { useSay, type Say } from '../text.ts';
import { download } from './download.ts';
import type { Way } from './grid-moves.ts';
import { Grid, type CellEdit, type Column, type Editing, type Refusal } from './grid.tsx';
import { Sign } from './icons.tsx';
import { FileButton, ListImport } from './list-import.tsx';
import { reasonOf } from './lists.ts';
import { ByOrganisation, Choice, Empty, Field, Head, Search, Status, Ways } from './parts.tsx';
import type { Desktop, Loaded } from './state.ts';
import { count, counted, freeId } from './words.ts';

/** Every table that has a name or rows. */
export const tableIds = ({ settings, rows }: Loaded): string[] => [
  ...new Set([...settings.tables.map((t) => t.id), ...Object.keys(rows)]),
];

const nameOf = ({ settings }: Loaded, id: string): string => settings.tables.find((t) => t.id === id)?.name ?? id;

/** @param desktop what is set and how to change it */
export function Tables({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const { loaded } = desktop;
  const [adding, setAdding] = useState(false);
  const [wanted, setWanted] = useState<string | null>(null);
  const [file, setFile] = useState<File | null>(null);
  const mayAdd = !loaded.locked.includes('tables');
  const ids = tableIds(loaded);
  const id = wanted !== null && ids.includes(wanted) ? wanted : ids[0];
  const names = useNames(desktop);
  if (file && id !== undefined)
    return <TableImport desktop={desktop} id={id} names={names} file={file} close={() => setFile(null)} />;

  const add = (
    <button type="button" className={ids.length ? 'btn m' : 'btn main m'} onClick={() => setAdding(true)}>
      <Sign name="plus" />
      {say('o_tables_add')}
    </button>
  );
  return (
    <>
      <Head title={say('o_tables_title')} purpose={say('o_tables_purpose')}>
        {id !== undefined && !loaded.locked.includes('rows') && (
          <FileButton label={say('o_tables_import')} choose={setFile} />
        )}
        {mayAdd ? !adding && ids.length > 0 && add : <ByOrganisation />}
      </Head>
      {adding && (
        <TableForm
          desktop={desktop}
          close={(made) => {
            setAdding(false);
            if (made !== undefined) setWanted(made);
          }}
        />
      )}
      {id === undefined ? (
        !adding && (
          <Empty fact={say('o_tables_none')} reason={say('o_tables_none_why')}>
            {mayAdd && add}
          </Empty>
        )
      ) : (
        <Table key={id} desktop={desktop} id={id} ids={ids} choose={setWanted} names={names} />
      )}
    </>
  );
}

/** The names of all targets; the same object for as long as they are called the same. */
function useNames({ host, loaded }: Desktop): Names {
  const { contacts, catalogs, awaken } = loaded.settings;
  const called = useMemo(
    () => JSON.stringify([...contacts, ...catalogs, ...awaken.pops].map(({ id, name }) => ({ id, name }))),
    [contacts, catalogs, awaken],
  );
  return useMemo(() => host.lists.namesOf(JSON.parse(called) as { id: string; name: string }[]), [host, called]);
}

type Opened = { sheet: Sheet; refresh: () => Promise<void> };

/** @returns null until the rows are read */
function useTable({ host }: Desktop, id: string, names: Names): Opened | null {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [first] = useState(names);
  useEffect(() => {
    let end: (() => void) | null = null;
    let gone = false;
    const open = async () => {
      const table = await host.lists.openTable(id, first);
      end = table.end;
      if (gone) end();
      else setOpened(table);
    };
    void open();
    return () => {
      gone = true;
      end?.();
    };
  }, [host, id, first]);
  const known = useRef(first);
  useEffect(() => {
    if (!opened || known.current === names) return;
    known.current = names;
    opened.sheet.rename(names);
  }, [opened, names]);
  return opened;
}

type TableProps = { desktop: Desktop; id: string; ids: string[]; choose: (id: string) => void; names: Names };

/** As many tables as fit side by side; more are a list. */
const sideBySide = 4;

function Table(props: TableProps) {
  const { desktop, id, ids, choose, names } = props;
  const say = useSay();
  const { loaded } = desktop;
  const [letters, setLetters] = useState('');
  const opened = useTable(desktop, id, names);
  const found = useFound(opened?.sheet ?? null, letters);
  const options = ids.map((each) => ({ id: each, name: nameOf(loaded, each) }));
  return (
    <>
      <div className="bar">
        {ids.length > sideBySide ? (
          <div className="which">
            <Choice bare label={say('o_tables_which')} value={id} set={choose} options={options} />
          </div>
        ) : (
          <Ways label={say('o_tables_which')} value={id} set={choose} options={options} />
        )}
        <Search label={say('o_tables_search')} value={letters} set={setLetters} />
        <span className="grow" />
        {opened && <Counted found={found.length} all={opened.sheet.lines().length} letters={letters} />}
      </div>
      {opened ? (
        <Rows desktop={desktop} opened={opened} found={found} searching={letters.trim() !== ''} names={names} />
      ) : (
        <div className="loading">
          <span className="sr">{say('o_loading_rows')}</span>
          <i />
          <i />
        </div>
      )}
      <About desktop={desktop} id={id} opened={opened} names={names} />
    </>
  );
}

const none: readonly Line[] = [];
const nothing = { subscribe: () => () => {}, version: () => 0, lines: () => none, search: () => none };

/** What is found stays in view while it is edited, until something else is looked for or rows come or go. */
function useFound(sheet: Sheet | null, letters: string): readonly Line[] {
  const { subscribe, version, lines, search } = sheet ?? nothing;
  useSyncExternalStore(subscribe, version);
  const all = lines();
  // oxlint-disable-next-line react/exhaustive-deps -- the list is another one as soon as rows come or go
  return useMemo(() => search(letters), [search, letters, all]);
}

function Counted({ found, all, letters }: { found: number; all: number; letters: string }) {
  const say = useSay();
  return (
    <span className="meta num">
      {letters.trim()
        ? counted(say, 'o_tables_found', all, count(found), count(all))
        : counted(say, 'o_tables_rows', all)}
    </span>
  );
}

type RowsProps = { desktop: Desktop; opened: Opened; found: readonly Line[]; searching: boolean; names: Names };

function Rows({ desktop, opened, found, searching, names }: RowsProps) {
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

type AboutProps = { desktop: Desktop; id: string; opened: Opened | null; names: Names };

/** What a table is for, and what can be done with it as a whole. */
function About({ desktop, id, opened, names }: AboutProps) {
  const say = useSay();
  const { host, loaded, act } = desktop;
  const { settings, locked } = loaded;
  const name = nameOf(loaded, id);
  const rows = opened?.sheet.lines().length ?? 0;
  const used = settings.rules.filter((rule) => !Array.isArray(rule.offer) && rule.offer.table === id).length;

  const remove = () =>
    act(async () => {
      const before = await host.readRows();
      if (rows) await host.replaceRows((now) => now.filter((row) => row.table !== id));
      await host.save({ ...settings, tables: settings.tables.filter((t) => t.id !== id) }, locked);
      const back = async () => {
        await host.save(settings, locked);
        if (rows) await host.replaceRows((now) => [...now, ...before.filter((row) => row.table === id)]);
        return { words: say('o_undone') };
      };
      return { words: say('o_removed', name), undo: () => void act(back) };
    });
  const saveAs = (kind: 'csv' | 'json') => {
    const all = (opened?.sheet.lines() ?? []).map(({ key, offer }) => ({ table: id, key, offer: [...offer] }));
    download(`${id}.${kind}`, kind === 'csv' ? host.lists.rowsAsCsv(all, names) : host.lists.rowsAsJson(all));
  };

  return (
    <div className="bar">
      <span className="meta">
        {used ? counted(say, 'o_tables_used', used) : say('o_tables_unused')} {say('o_table_id', id)}
      </span>
      <span className="grow" />
      <button type="button" className="btn" disabled={!opened} onClick={() => saveAs('csv')}>
        <Sign name="out" />
        {say('o_export_csv')}
      </button>
      <button type="button" className="btn" disabled={!opened} onClick={() => saveAs('json')}>
        <Sign name="out" />
        {say('o_export_json')}
      </button>
      {!locked.includes('tables') && !locked.includes('rows') && (
        <button type="button" className="btn quiet" disabled={!opened} onClick={() => void remove()}>
          {say('o_tables_remove', name)}
        </button>
      )}
    </div>
  );
}

type ImportProps = { desktop: Desktop; id: string; names: Names; file: File; close: () => void };

function TableImport({ desktop, id, names, file, close }: ImportProps) {
  const say = useSay();
  const { host, loaded, act } = desktop;
  return (
    <ListImport
      file={file}
      into={nameOf(loaded, id)}
      read={async (watch) => {
        const now = (await host.readRows()).filter((row) => row.table === id);
        return host.lists.previewRows(file, id, now, names, watch);
      }}
      save={async (preview, replace, changes, watch) => {
        await act(async () => {
          const before = await host.lists.importRows((now) => preview.next(now, replace), watch);
          if (before === null) return null;
          const back = async () => {
            await host.restore(before);
            return { words: say('o_undone') };
          };
          const words = counted(say, 'o_imported', changes);
          return { words, undo: () => void act(back) };
        });
        return null;
      }}
      asCsv={host.lists.asCsv}
      close={close}
    />
  );
}

function TableForm({ desktop, close }: { desktop: Desktop; close: (made?: string) => void }) {
  const say = useSay();
  const { tables } = desktop.loaded.settings;
  const [name, setName] = useState('');
  const [why, setWhy] = useState<string | null>(null);
  const id = freeId(name, tableIds(desktop.loaded), 'table');
  const add = () => {
    const given = name.trim();
    if (!given) return setWhy(say('o_name_missing'));
    const problem = desktop.change(say('o_added', given), { tables: [...tables, { id, name: given }] });
    if (problem === null) close(id);
    else setWhy(problem);
  };
  return (
    <form
      className="card form"
      aria-label={say('o_tables_add')}
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <Field focus label={say('o_name')} value={name} set={setName} why={why} hint={say('o_table_id', id)} />
      <div className="acts wide">
        <button type="submit" className="btn main m">
          {say('o_tables_add')}
        </button>
        <button type="button" className="btn m" onClick={() => close()}>
          {say('o_cancel')}
        </button>
      </div>
    </form>
  );
}
