import type { ReactNode } from 'react';
import type { LaunchEvent, Offer, Say, View } from '../lib/model.ts';
import { Icon, Mark } from './icons.tsx';

export type BarProps = {
  say: Say;
  view: View;
  /** At the page's edge, the bar says which case it is for. */
  docked: boolean;
  expanded: boolean;
  onLaunch: (event: LaunchEvent, offer: Offer) => void;
  onQr: (offer: Offer) => void;
  onToggle: () => void;
  /** "Nothing opened?" after a launch. */
  onNothing: () => void;
  /** The person is about to use it: bring what it needs. */
  onNear: () => void;
};

/** The case's number, kept left-to-right in any language. */
export const Num = ({ children }: { children: string }) => (
  <bdi className="num" dir="ltr">
    {children}
  </bdi>
);

/** Marks a value in a sentence, for {@link Said}: a number or a link. */
export const ltr = (value: string): string => `\u2066${value}\u2069`;
/** Marks a value in a sentence, for {@link Said}: a name, in whatever script it is written. */
export const own = (value: string): string => `\u2068${value}\u2069`;

/** A sentence whose marked values keep their direction, and give none to what stands around them. */
export const Said = ({ children }: { children: string }) =>
  children.split(/([\u2066\u2068].*?)\u2069/s).map((part, n) =>
    n % 2 ? (
      // oxlint-disable-next-line react/no-array-index-key -- the parts of a sentence have no other name
      <bdi key={n} className="num" dir={part.startsWith('\u2066') ? 'ltr' : undefined}>
        {part.slice(1)}
      </bdi>
    ) : (
      part
    ),
  );

/** What a launch button is called: people are called, catalogs are opened. */
export const verb = (offer: Offer): 'call_name' | 'open_name' =>
  offer.group === 'contact' ? 'call_name' : 'open_name';

/** The offer that is one click away: the first with a link, or one of its kind that nothing speaks against. */
export function firstOf({ offers }: View): Offer | undefined {
  const [first, ...rest] = offers.filter((offer) => offer.href);
  const free = ({ warn, stand }: Offer) => !warn && stand?.open !== false;
  return first && ([first, ...rest].find((offer) => offer.group === first.group && free(offer)) ?? first);
}

/** The collapsed panel: the first contact is one click away. No state and no hooks: lib/browser/jsx.ts draws it. */
export function Bar({ say, view, docked, expanded, onLaunch, onQr, onToggle, onNothing, onNear }: BarProps) {
  const first = firstOf(view);
  const others = view.offers.length - (first ? 1 : 0);
  // Nothing to call, and something to pop: then that is no trouble.
  const pop = view.offers[0]?.group === 'pop' && view.offers[0].name;
  const alert = view.moved
    ? say('moved', ...view.moved.map(ltr))
    : view.state === 'doubt'
      ? say('doubt')
      : view.state === 'uncovered'
        ? say('uncovered')
        : view.state === 'ready' &&
          !view.launched &&
          (!first
            ? pop || say('no_link')
            : first.warn
              ? say('may_refuse')
              : first.instead
                ? say('is_closed', own(first.instead))
                : first.stand?.open === false && say('closed'));
  const calm = !view.moved && (view.state === 'uncovered' || (first ? !first.warn : pop));
  const more = first && others && view.state === 'ready' ? say('n_more', String(others)) : '';
  return (
    <div
      className="bar"
      role="region"
      lang={say('locale')}
      aria-label={say('region', view.number)}
      onPointerEnter={onNear}
    >
      <Mark />
      {docked && (
        <b className="cut">
          <Num>{view.number}</Num>
        </b>
      )}
      {view.state === 'reading' && (
        <span className="st" aria-busy="true">
          <span className="ske" />
          <span className="cut">{say('reading')}</span>
        </span>
      )}
      {alert && (
        <span className={calm ? 'st' : 'st warn'} role={calm ? 'status' : 'alert'}>
          <Icon name={calm ? 'info' : 'warn'} />
          <span className="cut">
            <Said>{alert}</Said>
          </span>
        </span>
      )}
      {view.launched && (
        <>
          <span className="st" role="status">
            <Icon name="check" />
            <span className="cut">
              <Said>{say('opening', ltr(view.number))}</Said>
            </span>
          </span>
          <button type="button" className="btn quiet" aria-expanded={expanded} onClick={onNothing}>
            {say('nothing_opened')}
          </button>
        </>
      )}
      {first && view.state === 'ready' && !view.launched && (
        <>
          <Launch offer={first} main onLaunch={onLaunch}>
            <span className="cut name">
              <Said>{say(verb(first), own(first.name))}</Said>
            </span>
          </Launch>
          <QrButton say={say} offer={first} onQr={onQr} />
        </>
      )}
      {view.state !== 'reading' && !view.launched && (
        <>
          <span className="sep" />
          <button
            type="button"
            className="btn quiet"
            aria-expanded={expanded}
            aria-label={say('show_all') + (more && `, ${more}`)}
            onClick={onToggle}
          >
            {more && <span className="more">{more}</span>}
            <Icon name={expanded ? 'up' : 'down'} />
          </button>
        </>
      )}
    </div>
  );
}

/** A launch link: a plain anchor, so that one gesture is one launch and the browser itself starts it. */
export function Launch({
  offer,
  main,
  label,
  onLaunch,
  children,
}: {
  offer: Offer;
  main: boolean;
  /** Its name for those who don't see the row it stands in. */
  label?: string;
  onLaunch: BarProps['onLaunch'];
  children: ReactNode;
}) {
  return (
    <a
      className={main ? 'btn main call' : 'btn call'}
      href={offer.href}
      aria-label={label}
      rel="noreferrer"
      target={offer.href?.startsWith('https:') ? '_blank' : undefined}
      onClick={(event) => onLaunch(event, offer)}
      onAuxClick={(event) => event.button === 1 && onLaunch(event, offer)}
    >
      <Icon name={offer.group === 'contact' ? 'phone' : 'book'} />
      {children}
    </a>
  );
}

export function QrButton({ say, offer, onQr }: { say: Say; offer: Offer; onQr: (offer: Offer) => void }) {
  return (
    <button
      type="button"
      className="btn quiet"
      aria-label={`${say('qr')}: ${say(verb(offer), offer.name)}`}
      onClick={() => onQr(offer)}
    >
      <Icon name="qr" />
      {say('qr')}
    </button>
  );
}

/** The dock at rest: a tab at the page's edge, moved by its grip or by the arrow keys. */
export function Tab({
  say,
  view,
  onOpen,
  onMove,
  onNear,
}: {
  say: Say;
  view: View;
  onOpen: () => void;
  /** `to` is the new distance of the tab from the top of the window, in CSS px. */
  onMove: (to: number, done: boolean) => void;
  onNear: () => void;
}) {
  const word = say(view.state === 'doubt' ? 'check' : 'call');
  return (
    <button
      type="button"
      className="tab"
      lang={say('locale')}
      aria-label={`${word}. ${say('dock', view.number)}`}
      onClick={onOpen}
      onPointerEnter={onNear}
      onPointerDown={(event) => drag(event.currentTarget, event.clientY, event.pointerId, onMove)}
    >
      <Mark />
      {word}
      <span className="grip">
        <Icon name="grip" />
      </span>
    </button>
  );
}

/** Follows the pointer until it is let go; a move of less than 4 px is a click and moves nothing. */
function drag(tab: HTMLElement, startY: number, pointer: number, onMove: (to: number, done: boolean) => void): void {
  const top = tab.getBoundingClientRect().top;
  const over = new AbortController();
  const { signal } = over;
  let moved = false;
  tab.setPointerCapture(pointer);
  tab.addEventListener(
    'pointermove',
    (event) => {
      moved ||= Math.abs(event.clientY - startY) >= 4;
      if (moved) onMove(top + event.clientY - startY, false);
    },
    { signal },
  );
  const end = (event: PointerEvent): void => {
    over.abort();
    if (!moved) return;
    onMove(top + event.clientY - startY, true);
    tab.addEventListener('click', (click) => click.stopImmediatePropagation(), { capture: true, once: true });
  };
  tab.addEventListener('pointerup', end, { signal });
  tab.addEventListener('pointercancel', () => over.abort(), { signal });
}
