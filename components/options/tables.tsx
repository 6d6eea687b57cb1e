/** Lookup tables: which keys are served by whom, edited like a spreadsheet and imported from one. */
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { Names } from '../../lib/offer.ts';
import type { Line, Sheet } from '../../lib/sheet.ts';
import { useSay } from '../text.ts';
import { download } from './download.ts';
import { Sign } from './icons.tsx';
import { FileButton, ListImport } from './list-import.tsx';
import { ByOrganisation, Choice, Empty, Field, Head, Search, Ways } from './parts.tsx';
import type { Desktop, Loaded } from './state.ts';
import { count, counted, freeId } from './words.ts';
import { nameOf, Rows, type Opened } from './table-rows.tsx';

/** Every table that has a name or rows. */
export const tableIds = ({ settings, rows }: Loaded): string[] => [
  ...new Set([...settings.tables.map((t) => t.id), ...Object.keys(rows)]),
];

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
