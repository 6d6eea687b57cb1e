/** The form of a contact or a catalog: to add one, or to change one in all its parts. */
import { useId, useState } from 'react';
import { targetKinds, type Licence } from '../../lib/model.ts';
import type { Settings } from '../../lib/schema.ts';
import { useSay, type Say } from '../text.ts';
import { draftOf, HoursForm, hoursOf, hoursProblem } from './hours-form.tsx';
import { Choice, Field, Status, Why } from './parts.tsx';
import { problemWords } from './problems.ts';
import type { Desktop } from './state.ts';
import { aimedAt, aimOf, aimText, freeId, kindOf, type Aim } from './words.ts';

export type List = 'contacts' | 'catalogs';
type Contact = Settings['contacts'][number];
export type Item = Contact | Settings['catalogs'][number];

const usual: Record<List, Aim[]> = {
  contacts: ['link', 'user', 'user@', 'contact_group', 'contact_group@', 'contact_list'],
  catalogs: ['link', 'catalog', 'asset', 'asset@', 'scenario'],
};

/** Ways to open a target, as the words of a list; a way that is set already is always among them. */
function aims(list: List, say: Say, now: Aim): { id: Aim; name: string }[] {
  const all = usual[list].includes(now) ? usual[list] : [...usual[list], now];
  return all.map((id) => ({ id, name: say(`o_aim_${id.replace('@', '_field')}`) }));
}

export const licences: (Licence | '')[] = ['', 'guest', 'tech', 'tech-plus', 'expert'];
export const licenceName = (licence: string, say: Say) =>
  say(`o_licence_${licence ? licence.replace('-', '_') : 'none'}`);

/** @returns null if the target can be opened that way, else why not */
export function aimProblem(desktop: Desktop, aim: Aim, text: string, say: Say): string | null {
  if (aim === 'contact_list') return null;
  if (!text) return say(aim === 'link' ? 'o_link_missing' : aim.endsWith('@') ? 'o_field_missing' : 'o_id_missing');
  const wrong = aim === 'link' ? desktop.host.linkProblem(text, desktop.loaded.settings.links.linkHosts) : null;
  return wrong && problemWords(wrong, say);
}

/** Only one template is documented literally by the vendor. */
export function undocumented(aim: Aim): boolean {
  const kind = kindOf(aim);
  return kind !== null && kind !== targetKinds[0];
}

function Undocumented({ aim }: { aim: Aim }) {
  const say = useSay();
  if (!undocumented(aim)) return null;
  return (
    <span className="note">
      <Status mood="warn">{say('o_undocumented')}</Status>
    </span>
  );
}

type FormProps = {
  desktop: Desktop;
  list: List;
  /** The one to change; without it one after the other is added. */
  item?: Item;
  close: () => void;
};

/** Stays open after adding one, since contacts come in numbers; closes when a change is saved. */
export function TargetForm({ desktop, list, item, close }: FormProps) {
  const say = useSay();
  const { settings } = desktop.loaded;
  const whyId = useId();
  const [round, setRound] = useState(0);
  const [name, setName] = useState(item?.name ?? '');
  const [aim, setAim] = useState<Aim>(item ? aimOf(item) : 'link');
  const [text, setText] = useState(item ? aimText(item) : '');
  const [licence, setLicence] = useState<string>(item && 'licence' in item ? (item.licence ?? '') : '');
  const known: Partial<Contact> | undefined = item;
  const [hours, setHours] = useState(() => draftOf(known?.hours));
  const [fallback, setFallback] = useState<string[]>(() => known?.fallback ?? []);
  const [why, setWhy] = useState<{ at: 'name' | 'aim' | 'hours'; words: string } | null>(null);

  /** What the fields say; whatever has no field here stays as it was. */
  const filled = (): Item => {
    const taken = [...settings.contacts, ...settings.catalogs].map((t) => t.id);
    const id = item?.id ?? freeId(name, taken, list === 'contacts' ? 'contact' : 'catalog');
    const { licence: _licence, hours: _hours, fallback: _fallback, ...rest } = (item ?? {}) as Partial<Contact>;
    const base = { ...rest, id, name: name.trim() };
    return {
      ...aimedAt(base, aim, text.trim()),
      ...(licence ? { licence: licence as Licence } : {}),
      ...(hours ? { hours: hoursOf(hours) } : {}),
      ...(hours && fallback.length ? { fallback } : {}),
    };
  };

  const save = () => {
    if (!name.trim()) return setWhy({ at: 'name', words: say('o_name_missing') });
    const refused = aimProblem(desktop, aim, text.trim(), say);
    if (refused) return setWhy({ at: 'aim', words: refused });
    const amiss = hours && hoursProblem(hours, say);
    if (amiss) return setWhy({ at: 'hours', words: amiss });
    const next = filled();
    const all = item ? settings[list].map((t) => (t.id === item.id ? next : t)) : [...settings[list], next];
    const problem = desktop.change(say(item ? 'o_changed' : 'o_added', next.name), { [list]: all });
    if (problem) return setWhy({ at: 'aim', words: problem });
    if (item) return close();
    setName('');
    setText('');
    setWhy(null);
    setRound(round + 1);
  };

  return (
    <form
      className="card form"
      aria-label={item ? say('o_edit_name', item.name) : say(`o_${list}_add`)}
      aria-describedby={why?.at === 'hours' ? whyId : undefined}
      onSubmit={(event) => {
        event.preventDefault();
        save();
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
        <>
          <Choice
            label={say('o_licence')}
            value={licence}
            set={setLicence}
            options={licences.map((id) => ({ id, name: licenceName(id, say) }))}
          />
          <HoursForm
            draft={hours}
            set={setHours}
            fallback={fallback}
            setFallback={setFallback}
            others={settings.contacts.filter((t) => t.id !== item?.id)}
          />
          {why?.at === 'hours' && (
            <div className="wide">
              <Why id={whyId}>{why.words}</Why>
            </div>
          )}
        </>
      )}
      <div className="acts wide">
        <button type="submit" className="btn main m">
          {say(item ? 'o_save' : `o_${list}_add`)}
        </button>
        <button type="button" className="btn m" onClick={close}>
          {say(item ? 'o_cancel' : 'o_done')}
        </button>
      </div>
    </form>
  );
}
