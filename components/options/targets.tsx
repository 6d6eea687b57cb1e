/** Contacts and catalogs: who can be called and what can be opened, edited in place. */
import { useState } from 'react';
import { targetKinds, type Licence } from '../../lib/model.ts';
import type { Settings } from '../../lib/schema.ts';
import { useSay, type Say } from '../text.ts';
import { Sign } from './icons.tsx';
import { ByOrganisation, Cell, Choice, Empty, Field, Head, Search, Status, Ways } from './parts.tsx';
import type { Desktop } from './state.ts';
import { aimedAt, aimOf, aimText, count, freeId, kindOf, offering, type Aim } from './words.ts';

type List = 'contacts' | 'catalogs';
type Item = Settings['contacts'][number] | Settings['catalogs'][number];

/** Rows drawn at once; a search finds the others. */
const shown = 200;

const usual: Record<List, Aim[]> = {
  contacts: ['link', 'user', 'user@', 'contact_group', 'contact_group@', 'contact_list'],
  catalogs: ['link', 'catalog', 'asset', 'asset@', 'scenario'],
};

/** Ways to open a target, as the words of a list; a way that is set already is always among them. */
function aims(list: List, say: Say, now: Aim): { id: Aim; name: string }[] {
  const all = usual[list].includes(now) ? usual[list] : [...usual[list], now];
  return all.map((id) => ({ id, name: say(`o_aim_${id.replace('@', '_field')}`) }));
}

const licences: (Licence | '')[] = ['', 'guest', 'tech', 'tech-plus', 'expert'];
const licenceName = (licence: string, say: Say) => say(`o_licence_${licence ? licence.replace('-', '_') : 'none'}`);

/** @returns null if the target can be opened that way, else why not */
function aimProblem(desktop: Desktop, aim: Aim, text: string, say: Say): string | null {
  if (aim === 'contact_list') return null;
  if (!text) return say(aim === 'link' ? 'o_link_missing' : aim.endsWith('@') ? 'o_field_missing' : 'o_id_missing');
  return aim === 'link' ? desktop.host.linkProblem(text, desktop.loaded.settings.links.linkHosts) : null;
}

/** @param desktop what is set and how to change it */
export function Targets({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const { settings, locked } = desktop.loaded;
  const [list, setList] = useState<List>('contacts');
  const [search, setSearch] = useState('');
  const [adding, setAdding] = useState(false);
  const mayEdit = !locked.includes(list);
  const items: Item[] = settings[list];
  const wanted = search.trim().toLowerCase();
  const found = items.filter((t) => !wanted || `${t.name} ${aimText(t)}`.toLowerCase().includes(wanted));
  const add = (
    <button type="button" className="btn main m" onClick={() => setAdding(true)}>
      <Sign name="plus" />
      {say(`o_${list}_add`)}
    </button>
  );
  return (
    <>
      <Head title={say('o_contacts_title')} purpose={say('o_contacts_purpose')}>
        {mayEdit ? !adding && items.length > 0 && add : <ByOrganisation />}
      </Head>
      <div className="bar">
        <Ways
          label={say('o_contacts_which')}
          value={list}
          set={setList}
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
      {adding && mayEdit && <AddForm key={list} desktop={desktop} list={list} close={() => setAdding(false)} />}
      {items.length > 0 ? (
        <TargetTable desktop={desktop} list={list} items={found.slice(0, shown)} mayEdit={mayEdit} />
      ) : (
        !adding && (
          <Empty fact={say(`o_${list}_none`)} reason={say(`o_${list}_none_why`)}>
            {mayEdit && add}
          </Empty>
        )
      )}
    </>
  );
}

type TableProps = { desktop: Desktop; list: List; items: Item[]; mayEdit: boolean };

function TargetTable({ desktop, list, items, mayEdit }: TableProps) {
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
            {mayEdit && (
              <th>
                <span className="sr">{say('o_actions')}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {items.map((item) =>
            mayEdit ? (
              <EditRow key={item.id} desktop={desktop} list={list} item={item} />
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

function EditRow({ desktop, list, item }: RowProps) {
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
        <button type="button" className="btn quiet" aria-label={say('o_remove_name', item.name)} onClick={remove}>
          {say('o_remove')}
        </button>
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

/** Only one template is documented literally by the vendor. */
function Undocumented({ aim }: { aim: Aim }) {
  const say = useSay();
  const kind = kindOf(aim);
  if (!kind || kind === targetKinds[0]) return null;
  return (
    <span className="note">
      <Status mood="warn">{say('o_undocumented')}</Status>
    </span>
  );
}

function AddForm({ desktop, list, close }: { desktop: Desktop; list: List; close: () => void }) {
  const say = useSay();
  const { settings } = desktop.loaded;
  const [round, setRound] = useState(0);
  const [name, setName] = useState('');
  const [aim, setAim] = useState<Aim>('link');
  const [text, setText] = useState('');
  const [licence, setLicence] = useState('');
  const [why, setWhy] = useState<{ at: 'name' | 'aim'; words: string } | null>(null);

  const add = () => {
    if (!name.trim()) return setWhy({ at: 'name', words: say('o_name_missing') });
    const refused = aimProblem(desktop, aim, text.trim(), say);
    if (refused) return setWhy({ at: 'aim', words: refused });
    const taken = [...settings.contacts, ...settings.catalogs].map((t) => t.id);
    const base = { id: freeId(name, taken, list === 'contacts' ? 'contact' : 'catalog'), name: name.trim() };
    const item = { ...aimedAt(base, aim, text.trim()), ...(licence ? { licence: licence as Licence } : {}) };
    const problem = desktop.change(say('o_added', item.name), { [list]: [...settings[list], item] });
    if (problem) return setWhy({ at: 'aim', words: problem });
    setName('');
    setText('');
    setWhy(null);
    setRound(round + 1);
  };

  return (
    <form
      className="card form"
      aria-label={say(`o_${list}_add`)}
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <Field
        key={round}
        focus
        label={say('o_name')}
        value={name}
        set={setName}
        why={why?.at === 'name' ? why.words : null}
      />
      <Choice label={say('o_opens')} value={aim} set={(next) => setAim(next as Aim)} options={aims(list, say, aim)} />
      {aim !== 'contact_list' && (
        <div className="wide">
          <Field
            mono
            label={say(aim === 'link' ? 'o_link' : aim.endsWith('@') ? 'o_case_field' : 'o_id')}
            value={text}
            set={setText}
            why={why?.at === 'aim' ? why.words : null}
            hint={say(aim === 'link' ? 'o_link_hint' : aim.endsWith('@') ? 'o_case_field_hint' : 'o_id_hint')}
          />
        </div>
      )}
      {kindOf(aim) && (
        <div className="wide">
          <Undocumented aim={aim} />
        </div>
      )}
      {list === 'contacts' && (
        <Choice
          label={say('o_licence')}
          value={licence}
          set={setLicence}
          options={licences.map((id) => ({ id, name: licenceName(id, say) }))}
        />
      )}
      <div className="acts wide">
        <button type="submit" className="btn main m">
          {say(`o_${list}_add`)}
        </button>
        <button type="button" className="btn m" onClick={close}>
          {say('o_done')}
        </button>
      </div>
    </form>
  );
}
