import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Codes, Offer, Open, Screen, View } from '../lib/model.ts';
import type { BarProps } from './bar.tsx';
import { Card, Removed } from './card.tsx';
import { History, type CaseHistory } from './history.tsx';
import { mineOf, Panel } from './panel.tsx';
import { type PopActions, Pops } from './pops.tsx';
import { useSay } from './text.ts';
import { WrapUp, type WrapUpActions } from './wrap-up.tsx';

export type OpenedProps = PopActions &
  WrapUpActions & {
    view: View;
    open: Open;
    screen: Screen;
    /** What it floats below. */
    below: Element | null;
    onLaunch: BarProps['onLaunch'];
    onOpen: (open: Open | null) => void;
    onScreen: (screen: Screen) => void;
    /** Copies what an admin needs to see why nothing was offered. */
    onCopyForAdmin: () => void;
    onChoose: (pick: 'address' | 'page') => void;
    onReadAgain: () => void;
    /** Copies the target's link of the case as it is now. @returns whether the clipboard took it */
    copy: (offer: Offer) => Promise<boolean>;
    codes: (offer: Offer) => Promise<Codes>;
    /** What became of this case's calls. */
    history: () => Promise<CaseHistory>;
  };

/** "Copied" stands for this long, in ms. */
const showCopied = 4000;

/** All that opens from the bar: the panel, or one QR card. */
export function Opened(props: OpenedProps) {
  const { view, open, below, onOpen } = props;
  const [copied, setCopied] = useState<string | null>(null);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(null), showCopied);
    return () => clearTimeout(timer);
  }, [copied]);
  const onCopy = (offer: Offer): void => {
    void props.copy(offer).then((done) => setCopied(done ? offer.id : null));
  };
  const onQr = (offer: Offer): void => onOpen({ code: offer.id });
  return (
    <Floating below={below}>
      {open === 'panel' ? (
        <Panel
          {...props}
          pops={<Pops {...props} />}
          history={
            <>
              <WrapUp key={view.key} {...props} launched={view.launched !== undefined} />
              <History key={`history ${view.key}`} of={view.key} used={view.launched} history={props.history} />
            </>
          }
          onQr={onQr}
          onCopy={onCopy}
          copied={copied}
          onCollapse={() => onOpen(null)}
        />
      ) : (
        <Code
          {...props}
          key={open.code}
          target={open.code}
          was={open.was}
          onCopy={onCopy}
          copied={copied}
          number={view.number}
        />
      )}
    </Floating>
  );
}

/** The card of one target, for the case that was open when it was asked for. */
function Code({
  view,
  target,
  was,
  codes,
  onOpen,
  ...rest
}: OpenedProps & {
  target: string;
  was: string | undefined;
  copied: string | null;
  onCopy: (offer: Offer) => void;
  number: string;
}) {
  const [asked, setAsked] = useState(
    was === undefined ? { key: view.key, number: view.number } : { key: '', number: was },
  );
  const [drawn, setDrawn] = useState<Codes | null>(null);
  const [full, setFull] = useState(false);
  const glass = useGlass();
  const say = useSay();
  const all = view.mine ? [...view.offers, mineOf(view.mine, say)] : view.offers;
  const [offer, setOffer] = useState(() => all.find(({ id }) => id === target) ?? all[0]);
  useEffect(() => {
    let still = true;
    if (offer && asked.key) void codes(offer).then((answer) => still && setDrawn(answer));
    return () => {
      still = false;
    };
    // oxlint-disable-next-line react/exhaustive-deps, react/exhaustive-effect-dependencies -- drawn for the case that was asked about, and again only when the person asks again
  }, [asked]);
  const again = all.find(({ id }) => id === target) ?? all[0];
  const show = again
    ? () => {
        setDrawn(null);
        setOffer(again);
        setAsked({ key: view.key, number: view.number });
      }
    : null;
  if (asked.key !== view.key)
    return <Removed moved={[asked.number, view.number]} onShowAgain={show} onClose={() => onOpen(null)} />;
  if (!offer) return null;
  return (
    <Card
      {...rest}
      offer={offer}
      number={asked.number}
      codes={drawn}
      {...glass}
      copied={rest.copied === offer.id}
      full={full}
      onFull={setFull}
      onClose={() => onOpen(null)}
      onShowAgain={show ?? (() => onOpen(null))}
    />
  );
}

const measure = () => ({ ratio: globalThis.devicePixelRatio || 1, room: globalThis.innerWidth });

/** The window's measures, also after it has been zoomed or resized: a code stays sharp only if it knows them. */
function useGlass(): { ratio: number; room: number } {
  const [glass, setGlass] = useState(measure);
  useEffect(() => {
    const over = new AbortController();
    addEventListener('resize', () => setGlass(measure()), { signal: over.signal });
    return () => over.abort();
  }, []);
  return glass;
}

/** Floats in the top layer below the bar, aligned to its end: no clipping by the page, and nothing of it moves. */
function Floating({ below, children }: { below: Element | null; children: ReactNode }) {
  const self = useRef<HTMLDivElement>(null);
  const say = useSay();
  useLayoutEffect(() => {
    const float = self.current;
    if (!float || !below) return;
    const place = (): void => {
      // Also again: a page that moves the panel closes it without a word, and all that is heard of it is its size.
      if (!float.isConnected) return;
      if (!float.matches(':popover-open')) float.showPopover();
      const bar = below.getBoundingClientRect();
      const { width, height } = float.getBoundingClientRect();
      const left = getComputedStyle(below).direction === 'rtl' ? bar.left : bar.right - width;
      const under = bar.bottom + 6;
      const over = bar.top - height - 6;
      const top = under + height <= innerHeight ? under : over >= 8 ? over : Math.max(8, innerHeight - height - 8);
      float.style.left = `${Math.round(Math.max(8, Math.min(left, innerWidth - width - 8)))}px`;
      float.style.top = `${Math.round(top)}px`;
    };
    place();
    const over = new AbortController();
    addEventListener('scroll', place, { capture: true, passive: true, signal: over.signal });
    addEventListener('resize', place, { signal: over.signal });
    const size = new ResizeObserver(place);
    size.observe(float);
    return () => {
      over.abort();
      size.disconnect();
    };
  });
  return (
    <div popover="manual" className="float" lang={say('locale')} ref={self}>
      {children}
    </div>
  );
}
