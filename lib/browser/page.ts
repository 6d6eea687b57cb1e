/** The panel's life on one page: which desk, which case, where it stands, and when it goes. */
import { browser } from 'wxt/browser';
import type { OpenedProps } from '../../components/opened.tsx';
import { customDesk } from '../desks/custom.ts';
import type { Desk, LaunchEvent, Offer, Open, PageEntry, Say, View } from '../model.ts';
import { followCase, type Here } from './case.ts';
import { dockKey, pageKey, storedFor } from './keys.ts';
import { alive, ask } from './messages.ts';
import { mount } from './mount.ts';
import type { Actions } from './opened.ts';
import { keepScreen, screenIn } from './screen.ts';
import { watch } from './watch.ts';
import { sayWith } from './words.ts';

/** What the opened panel needs; what it can do comes with its own script (opened.ts). */
export type Later = Omit<OpenedProps, keyof Actions> & { here: Here };

/** What the bar or the tab needs to be drawn. */
export type Drawing = {
  view: View;
  docked: boolean;
  /** The dock's tab has been opened to a bar. */
  out: boolean;
  expanded: boolean;
  onLaunch: (event: LaunchEvent, offer: Offer) => void;
  onQr: (offer: Offer) => void;
  onToggle: () => void;
  onNothing: () => void;
  onNear: () => void;
  onOpen: () => void;
  onMove: (top: number, done: boolean) => void;
};

/** The desk of a page; null where its code is not there: another port's desk has its scripts on this host, too. */
function deskOf(entry: PageEntry): Desk | null {
  const code = entry.script ? globalThis.deskcallCode?.[entry.script] : {};
  if (!code) return null;
  const desk = customDesk(entry.product, entry.name, entry.desk, code);
  return (entry.rest && globalThis.deskcallAsking?.[entry.product]?.(desk)) || desk;
}

/**
 * Starts the panel on a page that belongs to a granted origin; does nothing where the origin is not set up.
 * @param css what a page at rest needs
 * @param draw draws the bar or the tab into the root, or empties it for null
 */
export async function startPage(
  document: Document,
  css: string,
  draw: (root: HTMLElement, say: Say, drawing: Drawing | null) => void,
): Promise<void> {
  const end = new AbortController();
  const { signal } = end;
  // The script that was here before goes, also one of an earlier version, whose globals may be another world's.
  const successor = `deskcall-${browser.runtime.id}`;
  document.dispatchEvent(new Event(successor));
  document.addEventListener(successor, () => end.abort(), { signal });
  const origin = document.defaultView?.location.origin ?? '';
  const key = pageKey(origin);
  let running: AbortController | null = null;

  const begin = (stored: Record<string, unknown>): void => {
    running?.abort();
    const entry = stored[key] as PageEntry | undefined;
    // Our panel may stand inside a title; only in a test build is its root open, and its text would be read with it.
    if (import.meta.env.MODE === 'test' && entry?.desk) (entry.desk.drop ??= []).push('deskcall-panel');
    const desk = entry?.v === 2 && deskOf(entry);
    if (!entry || !desk || signal.aborted) return;
    running = new AbortController();
    const over = AbortSignal.any([signal, running.signal]);
    run({ document, css, draw, entry, desk, stored, signal: over, stop: () => end.abort() });
  };

  const again = async (): Promise<void> => begin(await browser.storage.local.get(storedFor(origin)));
  const changed = (changes: Record<string, unknown>): void => {
    // Other rows may offer somebody else for the case that is open.
    if (changes[key] || changes.generation) void again();
  };
  browser.storage.local.onChanged.addListener(changed);
  signal.addEventListener('abort', () => alive() && browser.storage.local.onChanged.removeListener(changed));
  await again();
}

type Run = {
  document: Document;
  css: string;
  draw: Parameters<typeof startPage>[2];
  entry: PageEntry;
  desk: Desk;
  stored: Record<string, unknown>;
  signal: AbortSignal;
  /** Ends the whole script on this page. */
  stop: () => void;
};

function run({ document, css, draw, entry, desk, stored, signal, stop }: Run): void {
  const page = () => ({ url: document.defaultView?.location.href ?? '', document });
  const say = sayWith(stored.words as Record<string, string> | undefined);
  let screen = screenIn(stored);
  const dock = dockKey(document.defaultView?.location.origin ?? '');
  let view: View | null = null;
  let open: Open | null = null;
  let out = false;
  /** The code that was open when its case went. */
  let lost: { code: string; key: string; number: string } | null = null;

  const find = () => {
    const ref = followed.ref() ?? desk.locate(desk.inner(page()).url);
    return ref && desk.anchorOf(page(), ref);
  };
  /** A pointer comes near before it clicks, and both bring it: one of them is enough. */
  let bringing: Promise<unknown> | null = null;
  const bring = async (): Promise<void> => {
    if (globalThis.deskcallLater) return;
    bringing ??= ask({ type: 'open' }).finally(() => (bringing = null));
    await bringing;
  };
  const setOpen = (next: Open | null): void => {
    // Closed, the focus goes back to what opened it: the code's button, or the toggle.
    const back = typeof open === 'object' && open ? '.btn.quiet:not([aria-expanded])' : '[aria-expanded]';
    const closing = open !== null && next === null;
    open = next;
    redraw();
    if (closing) place.root.querySelector<HTMLElement>(back)?.focus();
    if (open && !globalThis.deskcallLater) void bring().then(redraw);
  };
  const toggle = (): void => setOpen(open ? null : 'panel');

  const redraw = (): void => {
    if (!view || signal.aborted) return;
    if (!alive()) return stop();
    draw(place.root, say, {
      view,
      docked: place.docked(),
      out,
      expanded: open === 'panel',
      onLaunch: followed.launch,
      onQr: (offer) => setOpen({ code: offer.id }),
      onToggle: toggle,
      onNothing: toggle,
      onNear: () => {
        // Before a hand reaches it the links are made new, so that also a dragged or copied link is this case's.
        followed.changed(true);
        void bring();
      },
      onOpen: () => {
        out = true;
        redraw();
      },
      onMove: (top, done) => {
        const share = place.dock(top);
        if (done) void browser.storage.local.set({ [dock]: share });
      },
    });
    globalThis.deskcallLater?.(
      place.slot,
      say,
      open && {
        view,
        open,
        screen,
        below: place.root.firstElementChild,
        onLaunch: followed.launch,
        onOpen: setOpen,
        onScreen: (next) => {
          screen = next;
          void keepScreen(screen);
          redraw();
        },
        onReadAgain: () => followed.changed(true),
        onChoose: followed.choose,
        here: followed.here,
      },
    );
  };

  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowUp' ? -24 : event.key === 'ArrowDown' ? 24 : 0;
    if (event.key === 'Escape' && (open || out)) {
      // The full-screen code closes itself, back to its card.
      if (place.slot.querySelector('dialog[open]')) return;
      if (open) setOpen(null);
      else out = false;
      redraw();
    } else if (step && place.docked() && !out && !open) {
      const top = place.root.getBoundingClientRect().top + step;
      void browser.storage.local.set({ [dock]: place.dock(top) });
    } else return;
    event.preventDefault();
  };

  const mode = import.meta.env.MODE === 'test' ? 'open' : 'closed';
  const share = stored[dock] as number | undefined;
  const place = mount({ document, css, mode, find, onMoved: redraw, onKey, share, signal });
  const followed = followCase(
    desk,
    entry,
    document,
    (next) => {
      if (!next) {
        // An open code goes at once; the next case's panel says that it went.
        if (typeof open === 'object' && open && view) lost = { code: open.code, key: view.key, number: view.number };
        open = null;
        draw(place.root, say, null);
        globalThis.deskcallLater?.(place.slot, say, null);
      } else if (lost && next.state !== 'reading') {
        open = lost.key === next.key ? { code: lost.code } : { code: lost.code, was: lost.number };
        lost = null;
      }
      view = next;
      if (next) redraw();
      place.show(next !== null);
      if (next) {
        place.fit(next.launched !== undefined || next.moved !== undefined);
      }
      watching.closely(next ? (find()?.element ?? null) : null);
    },
    () => watching.also(desk.roots(page())),
    signal,
  );
  place.root.addEventListener('focusin', () => followed.changed(true));
  for (const part of [place.root, place.slot])
    part.addEventListener('pointerdown', (event) => {
      if (!alive()) return stop();
      if ((event.target as Element).closest('a')) followed.press();
    });
  const watching = watch(
    document,
    (now) => {
      // Orphaned by an update, nothing of the browser's can be asked any more: it takes itself away.
      if (!alive()) return stop();
      // Put back, it stands by another element, which is the one to watch from now on.
      if (place.keep()) watching.closely(find()?.element ?? null);
      followed.changed(now);
    },
    signal,
  );
  signal.addEventListener('abort', () => globalThis.deskcallLater?.(place.slot, say, null));
  followed.changed(true);
}
