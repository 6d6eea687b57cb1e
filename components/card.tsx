import { useEffect, useRef, useState, type ReactNode } from 'react';
import { densest, type Code, type Codes, type Offer, type Screen } from '../lib/model.ts';
import { ltr, Num, own, Said, verb } from './bar.tsx';
import { drawn } from './drawn.ts';
import { Icon, Mark } from './icons.tsx';
import { CopyButton } from './panel.tsx';
import { Switch } from './switch.tsx';
import { figure, useSay } from './text.ts';

export type CardProps = {
  offer: Offer;
  number: string;
  /** Null while the worker draws. */
  codes: Codes | null;
  screen: Screen;
  /** Device pixels to a CSS px, now. */
  ratio: number;
  /** The window's width in CSS px, now, where it may be too narrow for a code. */
  room?: number;
  copied: boolean;
  full: boolean;
  onScreen: (screen: Screen) => void;
  onCopy: (offer: Offer) => void;
  onFull: (full: boolean) => void;
  onShowAgain: () => void;
  onClose: () => void;
};

/** What a code of the densest version holds in bytes, at the lowest correction (ISO/IEC 18004). */
const densestBytes = 271;
/** A bank card's width (ISO/IEC 7810 ID-1), in cm. */
const bankCard = 8.56;

/** Device pixels for each module so that the code is at least `least` CSS px wide and stays sharp. */
export const sharp = (modules: number, least: number, ratio: number): number =>
  Math.max(2, Math.ceil((least * ratio) / modules));

/** What a window loses to the card's own edges, in CSS px. */
const edges = 42;

/** How far a headset's camera reads a code of this width, in cm: three camera pixels a module, 1,297 px focal length. */
export const reach = (cm: number, modules: number): number => Math.round(((cm / modules) * 1297) / 3 / 5) * 5;

type Kind = 'app' | 'phone';

/** The QR card: one code at a time, so that a scanner cannot take the wrong one. */
export function Card(props: CardProps) {
  const { offer, number, codes, full, onClose, onShowAgain } = props;
  const say = useSay();
  const [kind, setKind] = useState<Kind>(offer.href?.startsWith('https:') ? 'phone' : 'app');
  const [dense, setDense] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  // Also on the way back from full screen: the keys are this card's again.
  useEffect(() => {
    if (!full) box.current?.focus();
  }, [full]);
  const code = codes && !('error' in codes) ? codes[kind] : null;
  const tooDense = code !== null && code.version > densest && !dense;
  if (full && code && !tooDense) return <Full {...props} code={code} kind={kind} setKind={setKind} />;
  return (
    <div className="qr" role="dialog" aria-label={say('qr_card', number)} ref={box} tabIndex={-1}>
      <div className="qr-head">
        <Kinds kind={kind} setKind={setKind} />
        <span className="grow" />
        <Close onClose={onClose} />
      </div>
      {!codes && (
        <div className="qr-body" aria-busy="true">
          <div className="code wait-code">{say('drawing')}</div>
        </div>
      )}
      {codes && 'error' in codes && (
        <Band kind="bad" head={say('no_code')} text={say(codes.error)}>
          <button type="button" className="btn" onClick={onShowAgain}>
            <Icon d={drawn.again} />
            {say('try_again')}
          </button>
        </Band>
      )}
      {codes && !('error' in codes) && !code && (
        <Band
          kind="info"
          head={say(kind === 'phone' ? 'no_phone_code' : 'no_headset_code')}
          text={say(kind === 'phone' ? 'no_phone_code_why' : 'no_headset_code_why')}
        >
          <button type="button" className="btn" onClick={() => setKind(kind === 'phone' ? 'app' : 'phone')}>
            {say(kind === 'phone' ? 'show_headset_code' : 'show_phone_code')}
          </button>
        </Band>
      )}
      {code && tooDense && (
        <Band
          kind="warn"
          head={say('too_dense')}
          text={say('too_dense_why', figure(code.link.length, say), figure(densestBytes, say))}
        >
          <button type="button" className="btn" onClick={() => setDense(true)}>
            {say('show_anyway')}
          </button>
        </Band>
      )}
      {code && !tooDense && <Shown {...props} code={code} kind={kind} />}
    </div>
  );
}

/** The case changed while its code was open: no code is shown any more. */
export function Removed({
  moved,
  onShowAgain,
  onClose,
}: {
  moved: [from: string, to: string];
  /** Null where nothing is offered for the case that is there now. */
  onShowAgain: (() => void) | null;
  onClose: () => void;
}) {
  const say = useSay();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <div className="qr" role="dialog" aria-label={say('qr_title')} ref={box} tabIndex={-1}>
      <div className="qr-head">
        <b className="grow">{say('qr_title')}</b>
        <Close onClose={onClose} />
      </div>
      <p className="band warn st" role="alert">
        <Icon name="warn" />
        <span>
          <Said>{say('code_removed', ...moved.map(ltr))}</Said>
        </span>
      </p>
      {onShowAgain && (
        <div className="qr-body">
          <button type="button" className="btn main" onClick={onShowAgain}>
            <Icon name="qr" />
            <span className="cut">
              <Said>{say('show_code_for', ltr(moved[1]))}</Said>
            </span>
          </button>
        </div>
      )}
    </div>
  );
}

function Shown({
  code,
  kind,
  offer,
  number,
  screen,
  ratio,
  room,
  copied,
  onScreen,
  onCopy,
  onFull,
}: CardProps & { code: Code; kind: Kind }) {
  const say = useSay();
  // A code that is cut off reads from nowhere, so a window that is too narrow gets a smaller one.
  const most = Math.floor((((room ?? 600) - edges) * ratio) / code.size);
  const width = (Math.max(1, Math.min(most, sharp(code.size, 240, ratio))) * code.size) / ratio;
  const far = reach(width / screen.pxPerCm, code.size);
  return (
    <>
      <div className="qr-body">
        <Drawn code={code} width={width} dim={screen.dim} offer={offer} number={number} />
        <p className="hint">
          {kind === 'phone' ? say('hint_phone') : say('hint_headset', figure(far, say))}
          {code.without ? ` ${say('without_case_id')}` : ''}
        </p>
        <Dim screen={screen} onScreen={onScreen} />
      </div>
      <div className="qr-foot">
        <CopyButton offer={offer} copied={copied} onCopy={onCopy} />
        <button type="button" className="btn" onClick={() => onFull(true)}>
          <Icon d={drawn.full} />
          {say('full_screen')}
        </button>
      </div>
    </>
  );
}

/** White, opaque, black modules, four modules of quiet zone inside: part of the code, never themed. */
function Drawn({
  code,
  width,
  dim,
  offer,
  number,
}: {
  code: Code;
  width: number;
  dim: boolean;
  offer: Offer;
  number: string;
}) {
  const say = useSay();
  return (
    <div className={dim ? 'code dim' : 'code'}>
      <svg
        width={width}
        height={width}
        viewBox={`0 0 ${code.size} ${code.size}`}
        role="img"
        aria-label={say('code_label', say(verb(offer), offer.name), number)}
      >
        <path d={code.path} />
      </svg>
      <b className="cut">
        <Num>{number}</Num>
      </b>
      <span className="cut">
        <Said>{say(verb(offer), own(offer.name))}</Said>
      </span>
    </div>
  );
}

function Kinds({ kind, setKind }: { kind: Kind; setKind: (kind: Kind) => void }) {
  const say = useSay();
  return (
    <fieldset className="seg" aria-label={say('code_for')}>
      {(['app', 'phone'] as const).map((one) => (
        <button key={one} type="button" aria-pressed={kind === one} onClick={() => setKind(one)}>
          {say(one === 'app' ? 'headset' : 'phone')}
        </button>
      ))}
    </fieldset>
  );
}

function Dim({ screen, onScreen }: Pick<CardProps, 'screen' | 'onScreen'>) {
  const say = useSay();
  return (
    <label className="opt">
      <span className="grow">
        {say('dim')}
        <span className="meta">{say(screen.dim ? 'dim_kept' : 'dim_why')}</span>
      </span>
      <Switch on={screen.dim} set={(dim) => onScreen({ ...screen, dim })} aria-label={say('dim')} />
    </label>
  );
}

const Close = ({ onClose }: { onClose: () => void }) => {
  const say = useSay();
  return (
    <button type="button" className="btn quiet bare" aria-label={say('close')} onClick={onClose}>
      <Icon d={drawn.x} />
    </button>
  );
};

function Band({
  kind,
  head,
  text,
  children,
}: {
  kind: 'info' | 'warn' | 'bad';
  head: string;
  text: string;
  children: ReactNode;
}) {
  return (
    <div className={kind === 'info' ? 'band' : `band ${kind}`} role={kind === 'info' ? undefined : 'alert'}>
      <div className="say">
        {kind === 'bad' ? <Icon d={drawn.bad} /> : <Icon name={kind} />}
        <b>{head}</b>
        <p>{text}</p>
        <div className="acts">{children}</div>
      </div>
    </div>
  );
}

/** The whole window: a dark room, a white card, its true width, and a bar to measure the screen by. */
function Full(props: CardProps & { code: Code; kind: Kind; setKind: (kind: Kind) => void }) {
  const { code, kind, setKind, offer, number, screen, ratio, onScreen, onFull } = props;
  const say = useSay();
  const dialog = useRef<HTMLDialogElement>(null);
  const start = sharp(code.size, 12.2 * screen.pxPerCm, ratio);
  const [extra, setExtra] = useState(0);
  const step = Math.max(2, start + extra);
  const width = (step * code.size) / ratio;
  const cm = width / screen.pxPerCm;
  useEffect(() => {
    const shown = dialog.current;
    if (!shown) return;
    // A page that moves the panel ends what is modal without a word; its size then goes to nothing and comes back.
    const size = new ResizeObserver(() => {
      if (shown.matches(':modal') || !shown.isConnected) return;
      const around = shown.closest<HTMLElement>('[popover]');
      if (around && !around.matches(':popover-open')) around.showPopover();
      shown.close();
      shown.showModal();
    });
    shown.showModal();
    size.observe(shown);
    return () => size.disconnect();
  }, []);
  const measure = (by: number) => onScreen({ ...screen, pxPerCm: Math.min(90, Math.max(20, screen.pxPerCm + by)) });
  return (
    <dialog
      className="full"
      aria-label={say('qr_card', number)}
      ref={dialog}
      onCancel={(event) => {
        event.preventDefault();
        onFull(false);
      }}
    >
      <div className="top">
        <Mark />
        <span className="cut">
          <Said>{say('full_title', say(verb(offer), own(offer.name)), ltr(number))}</Said>
        </span>
        <Kinds kind={kind} setKind={setKind} />
        <Dim screen={screen} onScreen={onScreen} />
        <button type="button" className="btn" onClick={() => onFull(false)}>
          <Icon d={drawn.x} />
          {say('close')}
        </button>
      </div>
      <Drawn code={code} width={width} dim={screen.dim} offer={offer} number={number} />
      <div className="bot">
        <div>
          <b className="num">{say('cm', figure(cm, say, 1))}</b> {say('wide')}
          <p className="meta">{say('reads_from', figure(reach(cm, code.size), say))}</p>
        </div>
        <div className="rule">
          <i style={{ inlineSize: bankCard * screen.pxPerCm }} />
          <span className="meta">{say('bank_card')}</span>
          <span className="acts">
            <button type="button" className="btn" aria-label={say('bar_shorter')} onClick={() => measure(-0.5)}>
              −
            </button>
            <button type="button" className="btn" aria-label={say('bar_longer')} onClick={() => measure(0.5)}>
              +
            </button>
          </span>
        </div>
        <div className="acts end">
          <button type="button" className="btn" onClick={() => setExtra(extra - 1)}>
            {say('smaller')}
          </button>
          <button type="button" className="btn" onClick={() => setExtra(extra + 1)}>
            {say('larger')}
          </button>
        </div>
      </div>
    </dialog>
  );
}
