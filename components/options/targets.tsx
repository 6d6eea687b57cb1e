/** Contacts and catalogs: who can be called and what can be opened, edited in place. */
import { useState } from 'react';
import type { Licence } from '../../lib/model.ts';
import type { Settings } from '../../lib/schema.ts';
import { useSay } from '../text.ts';
import { Sign } from './icons.tsx';
import { ByOrganisation, Cell, Choice, Empty, Head, Search, Ways } from './parts.tsx';
import type { Desktop } from './state.ts';
import {
  aimProblem,
  aims,
  licenceName,
  licences,
  TargetForm,
  Undocumented,
  type Item,
  type List,
} from './target-form.tsx';
import { aimedAt, aimOf, aimText, count, offering, type Aim } from './words.ts';

/** Rows drawn at once; a search finds the others. */
const shown = 200;

/** @param desktop what is set and how to change it */
export function Targets({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const { settings, locked } = desktop.loaded;
  const [list, setList] = useState<List>('contacts');
  const [search, setSearch] = useState('');
  const [form, setForm] = useState<{ item?: Item } | null>(null);
  const mayEdit = !locked.includes(list);
  const items: Item[] = settings[list];
  const wanted = search.trim().toLowerCase();
  const found = items.filter((t) => !wanted || `${t.name} ${aimText(t)}`.toLowerCase().includes(wanted));
  const add = (
    <button type="button" className="btn main m" onClick={() => setForm({})}>
      <Sign name="plus" />
      {say(`o_${list}_add`)}
    </button>
  );
  return (
    <>
      <Head title={say('o_contacts_title')} purpose={say('o_contacts_purpose')}>
        {mayEdit ? !form && items.length > 0 && add : <ByOrganisation />}
      </Head>
      <div className="bar">
        <Ways
          label={say('o_contacts_which')}
          value={list}
          set={(next) => {
            setList(next);
            setForm(null);
          }}
          options={(['contacts', 'catalogs'] as const).map((id) => ({
            id,
            name: say(`o_list_${id}`, count(settings[id].length)),
          }))}
        />
        {items.length > 0 && <Search label={say(`o_${list}_search`)} value={search} set={setSearch} />}
        <span className="grow" />
        {(found.length < items.length || found.length > shown) && (
          <span className="meta num">{say('o_of', count(Math.min(shown, found.length)), count(items.length))}</span>
        )}
      </div>
      {form && mayEdit && (
        <TargetForm
          key={`${list} ${form.item?.id ?? ''}`}
          desktop={desktop}
          list={list}
          {...form}
          close={() => setForm(null)}
        />
      )}
      {items.length > 0 ? (
        <TargetTable
          desktop={desktop}
          list={list}
          items={found.slice(0, shown)}
          edit={mayEdit ? (item) => setForm({ item }) : null}
        />
      ) : (
        !form && (
          <Empty fact={say(`o_${list}_none`)} reason={say(`o_${list}_none_why`)}>
            {mayEdit && add}
          </Empty>
        )
      )}
    </>
  );
}

type TableProps = { desktop: Desktop; list: List; items: Item[]; edit: ((item: Item) => void) | null };

function TargetTable({ desktop, list, items, edit }: TableProps) {
  const say = useSay();
  if (!items.length) return <Empty fact={say('o_none_found')} reason={say('o_none_found_why')} />;
  return (
    <div className="card tbl">
      <table className="targets">
        <thead>
          <tr>
            <th>{say('o_name')}</th>
            <th>{say('o_opens')}</th>
            <th>{say('o_link_or_id')}</th>
            {list === 'contacts' && <th>{say('o_licence')}</th>}
            <th>{say('o_used_by')}</th>
            {edit && (
              <th>
                <span className="sr">{say('o_actions')}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {items.map((item) =>
            edit ? (
              <EditRow key={item.id} desktop={desktop} list={list} item={item} edit={() => edit(item)} />
            ) : (
              <ReadRow key={item.id} desktop={desktop} list={list} item={item} />
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}

type RowProps = { desktop: Desktop; list: List; item: Item };

function ReadRow({ desktop, list, item }: RowProps) {
  const say = useSay();
  return (
    <tr>
      <td className="locked">
        <b>{item.name}</b> <Sign name="lock" />
      </td>
      <td>{say(`o_aim_${aimOf(item).replace('@', '_field')}`)}</td>
      <td className="mono break">
        <bdi>{aimText(item)}</bdi>
      </td>
      {list === 'contacts' && <td>{licenceName('licence' in item ? (item.licence ?? '') : '', say)}</td>}
      <td className="meta">
        <UsedBy desktop={desktop} id={item.id} />
      </td>
    </tr>
  );
}

function UsedBy({ desktop, id }: { desktop: Desktop; id: string }) {
  const say = useSay();
  const n = offering(desktop.loaded.settings.rules, id);
  if (n) return <>{n === 1 ? say('o_rules_one') : say('o_rules_many', count(n))}</>;
  return <>{say(desktop.loaded.rowTargets.includes(id) ? 'o_used_rows' : 'o_used_never')}</>;
}

function EditRow({ desktop, list, item, edit }: RowProps & { edit: () => void }) {
  const say = useSay();
  const { settings } = desktop.loaded;
  const replaced = (next: Item): Partial<Settings> => ({
    [list]: settings[list].map((t) => (t.id === item.id ? next : t)),
  });
  const keep = (next: Item) => desktop.change(say('o_changed', next.name), replaced(next));
  const keepName = (name: string) => (name ? keep({ ...item, name }) : say('o_name_missing'));
  const keepLicence = (licence: string) => {
    const { licence: _old, ...rest } = item as Settings['contacts'][number];
    keep(licence ? { ...rest, licence: licence as Licence } : rest);
  };
  const remove = () =>
    desktop.change(say('o_removed', item.name), {
      [list]: settings[list].filter((t) => t.id !== item.id),
    });
  return (
    <tr>
      <td className="edit strong">
        <Cell label={say('o_name_of', item.name)} value={item.name} save={keepName} />
      </td>
      <AimCells desktop={desktop} list={list} item={item} keep={keep} />
      {list === 'contacts' && (
        <td className="edit">
          <Choice
            bare
            label={say('o_licence_of', item.name)}
            value={'licence' in item ? (item.licence ?? '') : ''}
            set={keepLicence}
            options={licences.map((id) => ({ id, name: licenceName(id, say) }))}
          />
        </td>
      )}
      <td className="meta num">
        <UsedBy desktop={desktop} id={item.id} />
      </td>
      <td className="end">
        <div className="row-acts">
          <button type="button" className="btn quiet" aria-label={say('o_edit_name', item.name)} onClick={edit}>
            {say('o_edit')}
          </button>
          <button type="button" className="btn quiet" aria-label={say('o_remove_name', item.name)} onClick={remove}>
            {say('o_remove')}
          </button>
        </div>
      </td>
    </tr>
  );
}

/** Another way to open is kept as soon as its text is there: until then what was set still counts. */
function AimCells({ desktop, list, item, keep }: RowProps & { keep: (next: Item) => string | null }) {
  const say = useSay();
  const set = aimOf(item);
  const [aim, setAim] = useState<Aim>(set);
  const [known, setKnown] = useState(set);
  if (known !== set) {
    setKnown(set);
    setAim(set);
  }
  const choose = (next: string) => {
    setAim(next as Aim);
    if (next === 'contact_list') keep(aimedAt(item, next, ''));
  };
  const save = (text: string) => aimProblem(desktop, aim, text, say) ?? keep(aimedAt(item, aim, text));
  return (
    <>
      <td className="edit">
        <Choice bare label={say('o_opens_of', item.name)} value={aim} set={choose} options={aims(list, say, set)} />
      </td>
      <td className="edit">
        {aim === 'contact_list' ? (
          <span className="none meta">{say('o_no_id')}</span>
        ) : (
          <Cell
            key={aim}
            mono
            label={say(aim === 'link' ? 'o_link_of' : 'o_id_of', item.name)}
            value={aim === set ? aimText(item) : ''}
            save={save}
          />
        )}
        {aim !== set && <span className="note meta">{say('o_aim_open')}</span>}
        <Undocumented aim={aim} />
      </td>
    </>
  );
}
