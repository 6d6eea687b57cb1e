import { useState, type FormEvent } from 'react';
import type { Codes, DeskName, LaunchEvent, Offer, Screen, View } from '../lib/model.ts';
import { Num } from './bar.tsx';
import { Card } from './card.tsx';
import { History, type CaseHistory } from './history.tsx';
import { Mark } from './icons.tsx';
import { Panel } from './panel.tsx';
import { type PopActions, Pops } from './pops.tsx';
import { useSay } from './text.ts';
import { WrapUp, type WrapUpActions } from './wrap-up.tsx';

export type PopupProps = WrapUpActions & {
  state: 'loading' | 'first' | 'forbidden' | 'none' | 'unknown' | 'case';
  /** The desk of the tab in front, or of the typed number. */
  desk?: DeskName | undefined;
  desks: DeskName[];
  /** A number that was given before, for the field. */
  number: string;
  /** A product that was recognised and is not set up. */
  product?: string;
  origin?: string;
  /** Is the panel allowed on this desk's pages? */
  allowed?: boolean | undefined;
  view?: View | undefined;
  /** Absent for a number that was typed. */
  pops?: PopActions | undefined;
  screen: Screen;
  copied: string | null;
  codes: (offer: Offer) => Codes;
  onLaunch: (event: LaunchEvent, offer: Offer) => void;
  onCopy: (offer: Offer) => void;
  onChoose: (pick: 'address' | 'page') => void;
  onNumber: (number: string, desk: string) => void;
  onAllow: () => void;
  /** @param view a part of the options, by what its address ends in */
  onOptions: (view?: string) => void;
  onInspect: () => void;
  onReadAgain: () => void;
  onCopyForAdmin: () => void;
  onScreen: (screen: Screen) => void;
  /** What became of this case's calls. */
  history: () => Promise<CaseHistory>;
};

/** The popup: the same panel for any tab, also where the panel is off, and for a number that somebody types. */
export function Popup(props: PopupProps) {
  const say = useSay();
  const { state, desk, view, screen } = props;
  const [open, setOpen] = useState<{ offer: Offer; key: string } | null>(null);
  const [full, setFull] = useState(false);
  const shown = open && view && open.key === view.key ? open.offer : null;
  return (
    <main className="popup">
      <header>
        <Mark />
        <h1 className="grow">{say('extName')}</h1>
        <span className="meta cut">{desk?.name}</span>
      </header>
      {state === 'loading' && <Loading />}
      {state === 'first' && <First {...props} />}
      {state === 'case' && view && shown && (
        <Card
          key={`${view.key} ${shown.id}`}
          offer={shown}
          number={view.number}
          codes={props.codes(shown)}
          screen={screen}
          ratio={globalThis.devicePixelRatio || 1}
          copied={props.copied === shown.id}
          full={full}
          onScreen={props.onScreen}
          onCopy={props.onCopy}
          onFull={setFull}
          onShowAgain={() => setOpen(null)}
          onClose={() => setOpen(null)}
        />
      )}
      {state === 'case' && view && !shown && (
        <>
          <div className="p-part case">
            <h2>
              <Num>{view.number}</Num>
            </h2>
            {view.title && (
              <p className="title">
                <bdi>{view.title}</bdi>
              </p>
            )}
          </div>
          <Panel
            view={view}
            pops={props.pops && <Pops {...props.pops} view={view} onLaunch={props.onLaunch} />}
            copied={props.copied}
            onLaunch={props.onLaunch}
            onQr={(offer) => setOpen({ offer, key: view.key })}
            onCopy={props.onCopy}
            onReadAgain={props.onReadAgain}
            onChoose={props.onChoose}
            onCopyForAdmin={props.onCopyForAdmin}
            onCollapse={null}
            history={
              <>
                <WrapUp key={view.key} {...props} launched={view.launched !== undefined} />
                <History key={`history ${view.key}`} of={view.key} used={view.launched} history={props.history} />
              </>
            }
          />
          {props.allowed === false && <Allow {...props} />}
        </>
      )}
      {(state === 'none' || state === 'unknown' || state === 'forbidden') && <Missing {...props} />}
      <footer>
        <span className="meta grow">{state === 'case' && props.allowed ? say('panel_on') : ''}</span>
        {(state === 'case' || state === 'none' || state === 'unknown') && (
          <button type="button" className="btn quiet" onClick={props.onInspect}>
            {say('inspect_page')}
          </button>
        )}
        <button type="button" className="btn quiet" onClick={() => props.onOptions()}>
          {say('options')}
        </button>
      </footer>
    </main>
  );
}

function Loading() {
  const say = useSay();
  return (
    <div className="p-part" aria-busy="true">
      <p className="meta">{say('reading')}</p>
      <span className="ske" style={{ inlineSize: 160 }} />
    </div>
  );
}

function First({ onOptions }: PopupProps) {
  const say = useSay();
  return (
    <div className="p-part">
      <h2>{say('first')}</h2>
      <p className="meta">{say('first_how')}</p>
      <div className="acts">
        <button type="button" className="btn main m" onClick={() => onOptions()}>
          {say('set_up')}
        </button>
      </div>
    </div>
  );
}

/** The desk is set up and its pages may not show the panel yet: one click, for this host and no other. */
function Allow({ origin = '', onAllow }: PopupProps) {
  const say = useSay();
  const host = origin.replace(/^https?:\/\//, '');
  return (
    <div className="p-part">
      <h2>{say('show_panel')}</h2>
      <p className="meta">{say('show_panel_how', host)}</p>
      <div className="acts">
        <button type="button" className="btn m" onClick={onAllow}>
          {say('allow')}
        </button>
      </div>
    </div>
  );
}

/** No case could be read: why, and a number that can be typed instead. */
function Missing({ state, product, origin = '', desks, desk, number: given, onNumber, onOptions }: PopupProps) {
  const say = useSay();
  const [number, setNumber] = useState(given);
  const [key, setKey] = useState(desk?.key ?? desks[0]?.key ?? '');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (number.trim()) onNumber(number.trim(), key);
  };
  const head = state === 'forbidden' ? 'forbidden' : state === 'unknown' ? 'not_set_up' : 'no_case';
  return (
    <div className="p-part">
      <h2>{say(head, product || origin)}</h2>
      <p className="meta">{say(`${head}_how`)}</p>
      {state === 'unknown' && (
        <div className="acts">
          <button type="button" className="btn m" onClick={() => onOptions('desks/add')}>
            {say('add_desk')}
          </button>
        </div>
      )}
      {desks.length > 0 && (
        <form className="number" onSubmit={submit}>
          {desks.length > 1 && (
            <label className="field">
              {say('desk')}
              <select className="input" value={key} onChange={(event) => setKey(event.currentTarget.value)}>
                {desks.map((one) => (
                  <option key={one.key} value={one.key}>
                    {one.name}
                  </option>
                ))}
              </select>
            </label>
          )}
          <label className="field grow">
            {say('case_number')}
            <input
              className="input"
              value={number}
              maxLength={100}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => setNumber(event.currentTarget.value)}
            />
          </label>
          <button type="submit" className={state === 'none' ? 'btn main m' : 'btn m'}>
            {say('continue')}
          </button>
        </form>
      )}
    </div>
  );
}
