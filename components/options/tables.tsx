/** Lookup tables: their names and how many rows they hold. Rows come with a settings file. */
import { useState } from 'react';
import { useSay } from '../text.ts';
import { Sign } from './icons.tsx';
import { ByOrganisation, Empty, Field, Head, Status } from './parts.tsx';
import type { Desktop, Loaded } from './state.ts';
import { count, freeId } from './words.ts';

/** Every table that has a name or rows. */
export const tableIds = ({ settings, rows }: Loaded): string[] => [
  ...new Set([...settings.tables.map((t) => t.id), ...Object.keys(rows)]),
];

/** @param desktop what is set and how to change it */
export function Tables({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const { loaded } = desktop;
  const [adding, setAdding] = useState(false);
  const mayEdit = !loaded.locked.includes('tables');
  const ids = tableIds(loaded);
  const add = (
    <button type="button" className="btn main m" onClick={() => setAdding(true)}>
      <Sign name="plus" />
      {say('o_tables_add')}
    </button>
  );
  return (
    <>
      <Head title={say('o_tables_title')} purpose={say('o_tables_purpose')}>
        <a className="btn m" href="#backup">
          <Sign name="in" />
          {say('o_tables_import')}
        </a>
        {mayEdit ? !adding && ids.length > 0 && add : <ByOrganisation />}
      </Head>
      {adding && <TableForm desktop={desktop} close={() => setAdding(false)} />}
      {ids.length > 0 ? (
        <div className="card tbl">
          <table>
            <thead>
              <tr>
                <th>{say('o_table')}</th>
                <th className="end">{say('o_table_rows')}</th>
                <th>{say('o_used_by')}</th>
                <th>
                  <span className="sr">{say('o_actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {ids.map((id) => (
                <TableLine key={id} desktop={desktop} id={id} mayEdit={mayEdit} />
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        !adding && (
          <Empty fact={say('o_tables_none')} reason={say('o_tables_none_why')}>
            {mayEdit && add}
          </Empty>
        )
      )}
      {ids.length > 0 && <p className="meta">{say('o_tables_rows_how')}</p>}
    </>
  );
}

function TableLine({ desktop, id, mayEdit }: { desktop: Desktop; id: string; mayEdit: boolean }) {
  const say = useSay();
  const { host, loaded, act } = desktop;
  const { settings, locked } = loaded;
  const name = settings.tables.find((t) => t.id === id)?.name ?? id;
  const rows = loaded.rows[id] ?? 0;
  const used = settings.rules.filter((rule) => !Array.isArray(rule.offer) && rule.offer.table === id).length;

  const remove = () =>
    act(async () => {
      const before = await host.readRows();
      if (rows) await host.replaceRows(before.filter((row) => row.table !== id));
      await host.save({ ...settings, tables: settings.tables.filter((t) => t.id !== id) }, locked);
      const back = async () => {
        await host.save(settings, locked);
        if (rows) await host.replaceRows(before);
        return { words: say('o_undone') };
      };
      return { words: say('o_removed', name), undo: () => void act(back) };
    });

  return (
    <tr>
      <td>
        <b>{name}</b>
        {name !== id && <p className="meta mono">{id}</p>}
      </td>
      <td className="end num">{rows ? count(rows) : <Status mood="warn">{say('o_table_empty')}</Status>}</td>
      <td className="meta num">
        {used ? (used === 1 ? say('o_rules_one') : say('o_rules_many', count(used))) : say('o_used_no_rule')}
      </td>
      <td className="end">
        {mayEdit && (
          <button
            type="button"
            className="btn quiet"
            aria-label={say('o_remove_name', name)}
            onClick={() => void remove()}
          >
            {say('o_remove')}
          </button>
        )}
      </td>
    </tr>
  );
}

function TableForm({ desktop, close }: { desktop: Desktop; close: () => void }) {
  const say = useSay();
  const { tables } = desktop.loaded.settings;
  const [name, setName] = useState('');
  const [why, setWhy] = useState<string | null>(null);
  const id = freeId(name, tableIds(desktop.loaded), 'table');
  const add = () => {
    const given = name.trim();
    if (!given) return setWhy(say('o_name_missing'));
    const problem = desktop.change(say('o_added', given), { tables: [...tables, { id, name: given }] });
    if (problem === null) close();
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
        <button type="button" className="btn m" onClick={close}>
          {say('o_cancel')}
        </button>
      </div>
    </form>
  );
}
