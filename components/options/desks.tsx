/** Desks: which addresses Deskcall reads, and whether the browser lets it. */
import { useId, useMemo, useState } from 'react';
import type { Settings } from '../../lib/schema.ts';
import { useSay, type Say } from '../text.ts';
import { Sign } from './icons.tsx';
import { ByOrganisation, Choice, Empty, Field, Head, Status } from './parts.tsx';
import type { Desktop } from './state.ts';
import { Flaws, Try } from './try.tsx';
import { count, freeId, originOf, ownOrigins, sentence } from './words.ts';

type Desk = Settings['desks'][number];

/** @param desktop what is set and how to change it */
export function Desks({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const { settings, locked } = desktop.loaded;
  const [editing, setEditing] = useState<Desk | 'new' | null>(null);
  const mayEdit = !locked.includes('desks');
  const add = (
    <button type="button" className="btn main m" onClick={() => setEditing('new')}>
      <Sign name="plus" />
      {say('o_desks_add')}
    </button>
  );
  return (
    <>
      <Head title={say('o_desks_title')} purpose={say('o_desks_purpose')}>
        {mayEdit ? !editing && settings.desks.length > 0 && add : <ByOrganisation />}
      </Head>
      {editing && (
        <DeskForm
          key={editing === 'new' ? '' : editing.key}
          desktop={desktop}
          desk={editing === 'new' ? null : editing}
          close={() => setEditing(null)}
        />
      )}
      {settings.desks.length > 0 ? (
        <div className="card tbl">
          <table>
            <thead>
              <tr>
                <th>{say('o_desk')}</th>
                <th>{say('o_desk_address')}</th>
                <th>{say('o_desk_state')}</th>
                <th>
                  <span className="sr">{say('o_actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {settings.desks.map((desk) => (
                <DeskRow key={desk.key} desktop={desktop} desk={desk} mayEdit={mayEdit} edit={() => setEditing(desk)} />
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        !editing && (
          <Empty fact={say('o_desks_none')} reason={say('o_desks_none_why')}>
            {mayEdit && add}
          </Empty>
        )
      )}
    </>
  );
}

const productName = (desktop: Desktop, id: string, say: Say): string =>
  id === 'custom' ? say('o_desk_custom') : (desktop.host.products.find((p) => p.id === id)?.name ?? id);

type RowProps = { desktop: Desktop; desk: Desk; mayEdit: boolean; edit: () => void };

function DeskRow({ desktop, desk, mayEdit, edit }: RowProps) {
  const say = useSay();
  const product = productName(desktop, desk.product, say);
  const name = desk.name ?? product;
  return (
    <tr>
      <td>
        <b>{name}</b>
        <p className="meta">
          {name === product ? '' : `${product}, `}
          <span className="mono">{desk.key}</span>
        </p>
      </td>
      <td className="mono">
        {desk.origins.map((origin) => (
          <div key={origin}>
            <bdi>{origin}</bdi>
          </div>
        ))}
      </td>
      <td>
        <DeskState desktop={desktop} desk={desk} />
      </td>
      <td className="end">
        <DeskActions desktop={desktop} desk={desk} name={name} mayEdit={mayEdit} edit={edit} />
      </td>
    </tr>
  );
}

function DeskState({ desktop, desk }: { desktop: Desktop; desk: Desk }) {
  const say = useSay();
  const { host, loaded } = desktop;
  const at = loaded.settings.desks.indexOf(desk);
  const warning = host.warnings(loaded.settings, new Set()).find((w) => w.path.startsWith(`desks[${at}]`));
  if (warning) return <Status mood="bad">{sentence(warning.message)}</Status>;
  if (!desk.on) return <Status mood="off">{say('o_desk_off')}</Status>;
  const allowed = desk.origins.filter(loaded.granted).length;
  if (allowed === desk.origins.length) return <Status mood="ok">{say('o_desk_allowed')}</Status>;
  if (!allowed) return <Status mood="warn">{say('o_desk_not_allowed')}</Status>;
  return <Status mood="warn">{say('o_desk_some_allowed', count(allowed), count(desk.origins.length))}</Status>;
}

function DeskActions({ desktop, desk, name, mayEdit, edit }: RowProps & { name: string }) {
  const say = useSay();
  const { host, loaded, change, act } = desktop;
  const { desks } = loaded.settings;
  const replace = (next: Desk) => desks.map((d) => (d === desk ? next : d));

  // The browser shows its question only if it is asked within the click, so nothing may be awaited before;
  // and a question may stay open for long, so other changes do not wait for the answer.
  const allow = async () => {
    const asked = host.allow(desk.origins);
    await Promise.allSettled([asked]);
    await act(async () =>
      (await asked)
        ? { words: say('o_desk_now_allowed', name), undo: () => void revoke() }
        : { words: say('o_desk_refused', name) },
    );
  };
  const revoke = () =>
    act(async () => {
      await host.giveBack(ownOrigins(desk, desks));
      return { words: say('o_desk_revoked', name), undo: () => void allow() };
    });
  const remove = () => {
    const granted = desk.origins.filter(loaded.granted);
    const problem = change('', { desks: desks.filter((d) => d !== desk) });
    if (problem !== null) return;
    void act(async () => {
      await host.giveBack(ownOrigins(desk, desks).filter(loaded.granted));
      return {
        words: say('o_removed', name),
        undo: () => {
          // Asked first: the browser forgets the click while the settings are saved.
          if (granted.length) void allow();
          change(say('o_undone'), { desks });
        },
      };
    });
  };
  const turn = () =>
    change(say(desk.on ? 'o_desk_turned_off' : 'o_desk_turned_on', name), {
      desks: replace({ ...desk, on: !desk.on }),
    });

  const someMissing = desk.origins.some((origin) => !loaded.granted(origin));
  return (
    <div className="row-acts">
      {desk.on && someMissing && (
        <button type="button" className="btn" aria-label={say('o_desk_allow_name', name)} onClick={() => void allow()}>
          {say('o_desk_allow')}
        </button>
      )}
      {desk.origins.some(loaded.granted) && (
        <button
          type="button"
          className="btn quiet"
          aria-label={say('o_desk_revoke_name', name)}
          onClick={() => void revoke()}
        >
          {say('o_desk_revoke')}
        </button>
      )}
      {mayEdit && (
        <>
          <button
            type="button"
            className="btn quiet"
            aria-label={say(desk.on ? 'o_desk_turn_off_name' : 'o_desk_turn_on_name', name)}
            onClick={turn}
          >
            {say(desk.on ? 'o_desk_turn_off' : 'o_desk_turn_on')}
          </button>
          <button type="button" className="btn quiet" aria-label={say('o_edit_name', name)} onClick={edit}>
            {say('o_edit')}
          </button>
          <button type="button" className="btn quiet" aria-label={say('o_remove_name', name)} onClick={remove}>
            {say('o_remove')}
          </button>
        </>
      )}
    </div>
  );
}

function DeskForm({ desktop, desk, close }: { desktop: Desktop; desk: Desk | null; close: () => void }) {
  const say = useSay();
  const { host, loaded, change } = desktop;
  const others = loaded.settings.desks.filter((d) => d.key !== desk?.key);
  const [product, setProduct] = useState(desk?.product ?? host.products[0]?.id ?? 'custom');
  const [name, setName] = useState(desk?.name ?? '');
  const [addresses, setAddresses] = useState(desk?.origins.join('\n') ?? '');
  const [typedKey, setKey] = useState(desk?.key ?? null);
  const [rest, setRest] = useState(desk?.rest ?? false);
  const [custom, setCustom] = useState(desk?.custom ? JSON.stringify(desk.custom, null, 2) : '');
  const [why, setWhy] = useState<{ at: 'addresses' | 'custom' | 'key'; words: string } | null>(null);
  const key =
    typedKey ??
    freeId(
      name || product,
      others.map((d) => d.key),
      'desk',
      24,
    );

  const pasted = addresses.split(/\s+/).filter(Boolean);
  const origins = [...new Set(pasted.map(originOf))];
  const sound = origins.filter((origin) => origin !== null);
  const isCustom = product === 'custom';
  const described = useMemo(() => host.looks.describe(custom), [host, custom]);
  const mayAsk = host.products.find(({ id }) => id === product)?.rest ?? false;

  const save = () => {
    if (!sound.length || sound.length < origins.length)
      return setWhy({ at: 'addresses', words: say('o_desk_no_address') });
    const taken = others.find((d) => d.origins.some((origin) => sound.includes(origin)));
    if (taken) return setWhy({ at: 'addresses', words: say('o_desk_taken', taken.name ?? taken.key) });
    if (others.some((d) => d.key === key)) return setWhy({ at: 'key', words: say('o_desk_key_taken') });
    const flaw = isCustom && described.flaws[0];
    if (flaw) return setWhy({ at: 'custom', words: `${flaw.path || say('o_try_whole')} ${flaw.message}` });
    const next: Desk = {
      key,
      product,
      ...(name.trim() ? { name: name.trim() } : {}),
      origins: sound,
      ...(isCustom && described.data ? { custom: described.data } : {}),
      ...(rest && mayAsk ? { rest: true } : {}),
      on: desk?.on ?? true,
    };
    const desks = desk
      ? loaded.settings.desks.map((d) => (d.key === desk.key ? next : d))
      : [...loaded.settings.desks, next];
    const shown = next.name ?? productName(desktop, product, say);
    const problem = change(say(desk ? 'o_changed' : 'o_added', shown), { desks });
    if (problem === null) close();
    else setWhy({ at: product === 'custom' && /custom/.test(problem) ? 'custom' : 'key', words: problem });
  };
  const reason = (at: string) => (why?.at === at ? why.words : null);

  return (
    <form
      className="card form"
      aria-label={say(desk ? 'o_desk_form_edit' : 'o_desk_form_add')}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Choice
        label={say('o_desk_product')}
        value={product}
        set={setProduct}
        options={[...host.products, { id: 'custom', name: say('o_desk_custom') }]}
      />
      <Field label={say('o_desk_name')} value={name} set={setName} hint={say('o_desk_name_hint')} />
      <div className="wide">
        <Field
          focus
          mono
          lines={2}
          label={say('o_desk_addresses')}
          value={addresses}
          set={setAddresses}
          why={reason('addresses')}
          hint={sound.length ? say('o_desk_reads', sound.join(', ')) : say('o_desk_addresses_hint')}
        />
      </div>
      <Field
        mono
        label={say('o_desk_key')}
        value={key}
        set={setKey}
        why={reason('key')}
        hint={say('o_desk_key_hint')}
      />
      {mayAsk && <Ask on={rest} set={setRest} />}
      {isCustom && (
        <div className="wide">
          <Field
            mono
            lines={12}
            label={say('o_desk_description')}
            value={custom}
            set={(text) => {
              setCustom(text);
              // What is wrong with it now stands below.
              setWhy(null);
            }}
            why={reason('custom')}
            hint={say('o_desk_description_hint')}
          />
          <Flaws described={described} empty={!custom.trim()} />
        </div>
      )}
      <div className="acts wide">
        <button type="submit" className="btn main m">
          {say(desk ? 'o_desk_save' : 'o_desks_add')}
        </button>
        <button type="button" className="btn m" onClick={close}>
          {say('o_cancel')}
        </button>
      </div>
      {isCustom && (
        <div className="wide">
          <Try desktop={desktop} described={described} origins={sound} />
        </div>
      )}
    </form>
  );
}

/** Whether the desk's own API may be asked as well, with the session of whoever is logged in. */
function Ask({ on, set }: { on: boolean; set: (on: boolean) => void }) {
  const say = useSay();
  const id = useId();
  return (
    <div className="field">
      <label className="check">
        <input
          className="switch"
          type="checkbox"
          role="switch"
          aria-checked={on}
          aria-describedby={id}
          checked={on}
          onChange={(e) => set(e.currentTarget.checked)}
        />
        {say('o_desk_rest')}
      </label>
      <span id={id}>{say('o_desk_rest_hint')}</span>
    </div>
  );
}
