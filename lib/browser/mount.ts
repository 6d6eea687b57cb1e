/**
 * Where the panel stands: beside the case's title, else in the dock at the page's edge. It comes back when the page
 * deletes or replaces its surroundings, moves nothing of the page's, and goes without a trace.
 */

/** So many returns within so many ms are a fight with the page's own script: then the dock, which nobody disputes. */
const returns = { most: 40, within: 10_000 };
/** Narrower than this, words of the bar that can be missed go. In CSS px. */
const roomy = 360;

export type Place = { element: Element; place: 'inside' | 'after' };

export type Mount = {
  root: HTMLElement;
  /** Where what is open is drawn. */
  slot: HTMLElement;
  /** Shows or hides it; shown, it looks for its place anew. */
  show(visible: boolean): void;
  /** Puts it back if the page took it away; cheap when nothing happened. @returns whether it had to */
  keep(): boolean;
  /**
   * Measures whether it fits beside the title, before the next frame is painted; if not, it goes to the dock.
   * @param stay true while news of a click is shown: that must not move away from under the hand
   */
  fit(stay: boolean): void;
  /** Where it stands now. */
  docked(): boolean;
  /** Puts the dock `top` CSS px from the window's top. @returns that as a share of the window's height */
  dock(top: number): number;
};

const interactive = 'a,button,input,select,textarea,summary,[role=button],[role=tab],[role=link],[contenteditable=""]';

/** Does this element hold something that people read or press, other than what surrounds the title as a whole? */
function taken(element: Element | undefined, anchor: Element | null): boolean {
  if (!element || (anchor && element.contains(anchor))) return false;
  if (element.closest(interactive)) return true;
  return [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
}

export type Mounting = {
  document: Document;
  css: string;
  mode: ShadowRootMode;
  /** The best place now, or null for the dock. */
  find: () => Place | null;
  /** Told when it stands somewhere else than before: beside the title or in the dock. */
  onMoved: () => void;
  /** Keys pressed inside; the page does not see them. */
  onKey: (event: KeyboardEvent) => void;
  /** Where the person put the dock, as a share of the window's height. */
  share: number | undefined;
  signal: AbortSignal;
};

/** Makes the panel's host element; it is on the page only while it is shown. */
export function mount({ document, css, mode, find, onMoved, onKey, share, signal }: Mounting): Mount {
  const window = document.defaultView as Window & typeof globalThis;
  const host = document.createElement('deskcall-panel');
  const shadow = host.attachShadow({ mode });
  const style = document.createElement('style');
  style.textContent = css;
  const root = document.createElement('div');
  root.className = 'root';
  const slot = document.createElement('div');
  shadow.append(style, root, slot);

  let visible = false;
  let at: Place | null = null;
  /** Beside this title it does not fit. */
  let tight: Element | null = null;
  let placed = share;
  let times: number[] = [];

  const where = (): Place | null => {
    const place = find();
    return !place || place.element === tight ? null : place;
  };

  const scheme = (): void => {
    let element: Element | null = at?.element ?? document.body;
    let dark: boolean | null = null;
    for (; element && dark === null; element = element.parentElement) {
      const parts =
        window
          .getComputedStyle(element)
          .backgroundColor.match(/[\d.]+/g)
          ?.map(Number) ?? [];
      const [r = 0, g = 0, b = 0, alpha = 1] = parts;
      if (parts.length >= 3 && alpha > 0.5) dark = 0.2126 * r + 0.7152 * g + 0.0722 * b < 110;
    }
    const declared = window.getComputedStyle(document.documentElement).colorScheme;
    dark ??= declared.includes('dark') && window.matchMedia('(prefers-color-scheme: dark)').matches;
    host.dataset.scheme = dark ? 'dark' : 'light';
  };

  const put = (place: Place | null): void => {
    const before = host.dataset.place;
    at = place;
    host.dataset.place = place?.place ?? 'dock';
    // Taking it out and in again would close what is open in it.
    if (home()) {
      scheme();
      if (!place) settleDock();
      return;
    }
    // Asked before the page's styles have to be worked out again with the panel in it.
    scheme();
    if (!place) document.documentElement.append(host);
    else if (place.place === 'inside') place.element.append(host);
    else place.element.after(host);
    if (!place) settleDock();
    if (before !== host.dataset.place) onMoved();
  };

  const home = (): boolean => {
    if (!host.isConnected) return false;
    if (!at) return host.parentNode === document.documentElement;
    return at.place === 'inside' ? host.parentNode === at.element : at.element.nextSibling === host;
  };

  /** A place at the edge with nothing to press beneath it; where the person put it counts more. */
  const settleDock = (): void => {
    const shares = placed === undefined ? [0.3, 0.42, 0.54, 0.66, 0.18, 0.78] : [placed];
    const rtl = window.getComputedStyle(document.documentElement).direction === 'rtl';
    const x = rtl ? 16 : window.innerWidth - 16;
    const free = shares.find((one) =>
      [0, 40, 80].every((down) => {
        const below = document
          .elementsFromPoint(x, one * window.innerHeight + down)
          .find((element) => element !== host);
        return !below?.closest(interactive);
      }),
    );
    host.style.setProperty('--dock-top', `${((free ?? shares[0] ?? 0.3) * 100).toFixed(1)}%`);
  };

  /** Full, then without words that can be missed, then with the name cut. In CSS px of the name; 0 is as long as it is. */
  const squeeze = (name: number): void => {
    if (name) {
      root.dataset.narrow = '';
      root.style.setProperty('--name', `${name}px`);
    } else delete root.dataset.narrow;
  };

  const fits = (anchor: Element): boolean => {
    const bar = root.firstElementChild?.getBoundingClientRect();
    // A title that is not drawn has no place beside it; one that is scrolled away cannot be measured.
    if (!bar?.width) return false;
    if (bar.bottom < 0 || bar.top > window.innerHeight) return true;
    if (bar.left < 2 || bar.right > window.innerWidth - 2) return false;
    const y = bar.top + bar.height / 2;
    for (let x = bar.left + 2; x < bar.right; x += 16) {
      const stack = document.elementsFromPoint(x, y);
      if (stack[0] !== host) return false; // clipped or covered
      if (taken(stack[1], anchor)) return false;
    }
    return true;
  };

  // The page's shortcuts must not hear keys meant for the panel, also those it listens to in the capture phase.
  for (const type of ['keydown', 'keyup', 'keypress'] as const)
    window.addEventListener(
      type,
      (event) => {
        if (event.target !== host) return;
        event.stopImmediatePropagation();
        if (type === 'keydown') onKey(event);
      },
      { capture: true, signal },
    );
  const kept =
    'click dblclick auxclick mousedown mouseup pointerdown pointerup touchstart touchend contextmenu focusin focusout';
  for (const type of kept.split(' '))
    host.addEventListener(type, (event) => event.stopPropagation(), { passive: true });

  let frame = 0;
  window.addEventListener(
    'resize',
    () => {
      window.cancelAnimationFrame(frame);
      frame = window.requestAnimationFrame(() => {
        frame = 0;
        if (!visible) return;
        tight = null;
        put(where());
        fit(false);
      });
    },
    { signal },
  );
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', scheme, { signal });
  signal.addEventListener('abort', () => {
    // A frame that was asked for must not bring it back.
    visible = false;
    host.remove();
  });

  function fit(stay: boolean): void {
    if (!visible || !at) return;
    const { element } = at;
    const found = [0, 200, 110, 72, 32].some((name) => {
      squeeze(name);
      return fits(element);
    });
    if (found || stay) return;
    squeeze(window.innerWidth < roomy ? 200 : 0);
    tight = at.element;
    put(null);
  }

  return {
    root,
    slot,
    show(yes) {
      visible = yes;
      if (!yes) {
        host.remove();
        tight = null;
        return;
      }
      const place = where();
      if (!home() || place?.element !== at?.element) put(place);
    },
    keep() {
      if (!visible || home()) return false;
      const now = performance.now();
      times = [...times.filter((time) => now - time < returns.within), now];
      const fought = times.length > returns.most;
      if (fought) tight = find()?.element ?? null;
      put(fought ? null : where());
      return true;
    },
    fit(stay) {
      // In the frame that shows it and before that is painted: the page is laid out once for both.
      window.cancelAnimationFrame(frame);
      frame = window.requestAnimationFrame(() => {
        frame = 0;
        fit(stay);
      });
    },
    // Asked before it is shown, too: what is drawn then depends on it.
    docked: () => (visible ? at : where()) === null,
    dock(top) {
      placed = Math.min(0.9, Math.max(0.02, top / window.innerHeight));
      host.style.setProperty('--dock-top', `${(placed * 100).toFixed(1)}%`);
      return placed;
    },
  };
}
