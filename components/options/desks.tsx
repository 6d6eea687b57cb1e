/** Desks: which addresses Deskcall reads, and whether the browser lets it. */
import { useId, useMemo, useState } from 'react';
import type { Settings } from '../../lib/schema.ts';
import type { Round, Visit } from '../../lib/visit.ts';
import { useSay } from '../text.ts';
import { Sign } from './icons.tsx';
import { ByOrganisation, Choice, Empty, Field, Head, Status } from './parts.tsx';
import { problemWords } from './problems.ts';
import { lastRead, moment, standOf, strangers, useAllowAll, useProducts, useRound, type Stand } from './round.ts';
import { hostOf } from './sight.tsx';
import type { Desktop } from './state.ts';
import { Flaws, Try } from './try.tsx';
import { count, freeId, originOf, ownOrigins, sentence } from './words.ts';

type Desk = Settings['desks'][number];

/** @param detail what stands behind the view's name in the address: `add` opens the form for a new desk */
export function Desks({ desktop, detail }: { desktop: Desktop; detail?: string | undefined }) {
  const say = useSay();
  const { settings, locked } = desktop.loaded;
  const mayEdit = !locked.includes('desks');
  const [editing, setEditing] = useState<Desk | 'new' | null>(detail === 'add' && mayEdit ? 'new' : null);
  const round = useRound(desktop);
  const { missing, allow } = useAllowAll(desktop);
  const add = (
    <button type="button" className="btn main m" onClick={() => setEditing('new')}>
      <Sign name="plus" />
      {say('o_desks_add')}
    </button>
  );
  return (
    <>
      <Head title={say('o_desks_title')} purpose={say('o_desks_purpose')}>
        {missing.length > 1 && (
          <button type="button" className="btn m" onClick={() => void allow()}>
            {say('o_desks_allow_all')}
          </button>
        )}
        {mayEdit ? !editing && settings.desks.length > 0 && add : <ByOrganisation />}
      </Head>
      {editing && (
        <DeskForm
          key={editing === 'new' ? '' : editing.key}
          desktop={desktop}
          desk={editing === 'new' ? null : editing}
          tabs={editing === 'new' ? strangers(settings, round) : []}
          close={() => setEditing(null)}
        />
      )}
      {settings.desks.length > 0 ? (
        <div className="card tbl desks">
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
                <DeskRow
                  key={desk.key}
                  desktop={desktop}
                  round={round}
                  desk={desk}
                  mayEdit={mayEdit}
                  edit={() => setEditing(desk)}
                />
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

type RowProps = { desktop: Desktop; desk: Desk; mayEdit: boolean; edit: () => void };

function DeskRow({ desktop, round, desk, mayEdit, edit }: RowProps & { round: Round | null }) {
  const product = useProducts(desktop)(desk.product);
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
        <DeskState desktop={desktop} round={round} desk={desk} />
      </td>
      <td className="end">
        <DeskActions desktop={desktop} desk={desk} name={name} mayEdit={mayEdit} edit={edit} />
      </td>
    </tr>
  );
}

type StateProps = { desktop: Desktop; round: Round | null; desk: Desk };

/** Each with its mood, the sentence about it and, where that does not say it all, another one below. */
const standing: { [is in Stand['is']]: ['ok' | 'warn' | 'bad' | 'off', string, string?] } = {
  off: ['off', 'o_desk_off'],
  forbidden: ['warn', 'o_desk_not_allowed'],
  some: ['warn', 'o_desk_some_allowed'],
  allowed: ['ok', 'o_desk_allowed'],
  reads: ['ok', 'o_desk_reads_now'],
  doubt: ['warn', 'o_desk_doubt', 'o_desk_doubt_why'],
  blocked: ['bad', 'o_desk_blocked', 'o_desk_blocked_why'],
  'perhaps-blocked': ['warn', 'o_desk_perhaps_blocked', 'o_desk_perhaps_blocked_why'],
  wrong: ['bad', 'o_desk_wrong', 'o_desk_wrong_like'],
};

function DeskState({ desktop, round, desk }: StateProps) {
  const say = useSay();
  const name = useProducts(desktop);
  const { host, loaded } = desktop;
  const at = loaded.settings.desks.indexOf(desk);
  const warning = host.warnings(loaded.settings, new Set()).find((w) => w.path.startsWith(`desks[${at}]`));
  if (warning) return <Status mood="bad">{sentence(problemWords(warning, say))}</Status>;
  const stand = standOf(desk, loaded, round);
  const [mood, words, why] = standing[stand.is];
  const last = stand.is === 'reads' ? undefined : lastRead(desk, round);
  // A page that is of no known product may be the log-in page: that is no error yet.
  const unlike = stand.is === 'wrong' && stand.like === null;
  return (
    <>
      <Status mood={unlike ? 'warn' : mood}>
        {stand.is === 'some' ? (
          say(words, count(stand.allowed), count(desk.origins.length))
        ) : stand.is === 'reads' ? (
          <bdi>{say(words, stand.number)}</bdi>
        ) : (
          say(unlike ? 'o_desk_unlike' : words, name(desk.product))
        )}
      </Status>
      {why !== undefined && (
        <p className="meta">
          {stand.is === 'wrong'
            ? unlike
              ? say('o_desk_unlike_why')
              : say(why, name(stand.like ?? ''), name(desk.product))
            : say(why)}
        </p>
      )}
      {last && (
        <p className="meta">
          <bdi>{say('o_desk_last_read', last.number, moment(last.at))}</bdi>
        </p>
      )}
    </>
  );
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
          change('', { desks });
          if (!granted.length) void act(async () => ({ words: say('o_undone') }));
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

type FormProps = { desktop: Desktop; desk: Desk | null; tabs: Visit[]; close: () => void };

/** @param tabs open tabs that a new desk can be taken from */
function DeskForm({ desktop, desk, tabs, close }: FormProps) {
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
