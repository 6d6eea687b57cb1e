/** One desk: its product and addresses, by hand or from an open tab. */
import { useId, useMemo, useState } from 'react';
import type { Settings } from '../../lib/schema.ts';
import type { Visit } from '../../lib/visit.ts';
import { useSay } from '../text.ts';
import { Switch } from '../switch.tsx';
import { Choice, Field } from './parts.tsx';
import { problemWords } from './problems.ts';
import { useProducts } from './round.ts';
import { hostOf } from './sight.tsx';
import type { Desktop } from './state.ts';
import { Flaws, Try } from './try.tsx';
import { freeId, originOf, ownOrigins } from './words.ts';

export type Desk = Settings['desks'][number];

type FormProps = { desktop: Desktop; desk: Desk | null; tabs: Visit[]; close: () => void };

/** @param tabs open tabs that a new desk can be taken from */
export function DeskForm({ desktop, desk, tabs, close }: FormProps) {
  const say = useSay();
  const productName = useProducts(desktop);
  const { host, loaded, change, act } = desktop;
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
    if (flaw) return setWhy({ at: 'custom', words: `${flaw.path || say('o_try_whole')} ${problemWords(flaw, say)}` });
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
    const shown = next.name ?? productName(product);
    const words = say(desk ? 'o_changed' : 'o_added', shown);
    // With no key it is none of them, so that what the desk still has is needed as well.
    const gone = desk ? ownOrigins({ ...desk, key: '' }, desks).filter(loaded.granted) : [];
    const problem = change(gone.length ? '' : words, { desks });
    if (problem === null) {
      if (gone.length) release(gone, words);
      close();
    } else setWhy({ at: product === 'custom' && /custom/.test(problem) ? 'custom' : 'key', words: problem });
  };
  /** Gives back the permission of addresses that no desk has any more; Undo asks for it again. */
  const release = (gone: string[], words: string) => {
    const { desks: old } = loaded.settings;
    void act(async () => {
      await host.giveBack(gone);
      const undo = () => {
        // Asked first: the browser forgets the click while the settings are saved.
        const asked = host.allow(gone);
        change('', { desks: old });
        void act(async () => {
          await asked;
          return { words: say('o_undone') };
        });
      };
      return { words, undo };
    });
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
      {!desk && (
        <FromTab
          tabs={tabs}
          productName={productName}
          take={({ like, origin }) => {
            if (like !== null) setProduct(like);
            setAddresses(origin);
            setWhy(null);
          }}
        />
      )}
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

type FromTabProps = { tabs: Visit[]; productName: (id: string) => string; take: (tab: Visit) => void };

/** Open tabs whose address the browser tells: after a click on Deskcall there, or where it may read already. */
function FromTab({ tabs, productName, take }: FromTabProps) {
  const say = useSay();
  return (
    <fieldset className="wide">
      <legend>{say('o_desk_from_tab')}</legend>
      {tabs.length > 0 && (
        <ul className="from-tab">
          {tabs.map((tab) => (
            <li key={tab.tab}>
              <span>
                <b>{tab.like === null ? say('o_desk_from_tab_unknown') : productName(tab.like)}</b>{' '}
                <span className="meta break">
                  <bdi>{hostOf(tab.origin)}</bdi>
                </span>
              </span>
              <button
                type="button"
                className="btn"
                aria-label={say('o_desk_from_tab_take_name', hostOf(tab.origin))}
                onClick={() => take(tab)}
              >
                {say('o_desk_from_tab_take')}
              </button>
            </li>
          ))}
        </ul>
      )}
      <p className="meta">{say(tabs.length ? 'o_desk_from_tab_more' : 'o_desk_from_tab_none')}</p>
    </fieldset>
  );
}

/** Whether the desk's own API may be asked as well, with the session of whoever is logged in. */
function Ask({ on, set }: { on: boolean; set: (on: boolean) => void }) {
  const say = useSay();
  const id = useId();
  return (
    <div className="field">
      <label className="check">
        <Switch on={on} set={set} aria-describedby={id} />
        {say('o_desk_rest')}
      </label>
      <span id={id}>{say('o_desk_rest_hint')}</span>
    </div>
  );
}
