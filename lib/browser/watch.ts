/**
 * Notices that a page may show something else, at almost no cost: an observer of the whole page that rests after each
 * word of it, others on the few elements that name and hold the case, and the browser's own word of navigation.
 */

/**
 * The whole page is not listened to for so many ms after a change of it: a call per mutation is what observing costs.
 * Longer with a case on show, which is watched closely besides; without one, short enough to know when the page is quiet.
 */
const rest = { shown: 400, none: 100 };

export type Watch = {
  /** Watches the elements that name the case: any change in them, or of what holds them, matters at once. */
  closely(element: Element | null): void;
  /** Watches these as the page itself: frames, their documents, shadow roots. */
  also(roots: Node[]): void;
};

/**
 * @param onChange called after mutations, and at once (`now`) for navigation and for what is watched closely
 */
export function watch(document: Document, onChange: (now: boolean) => void, signal: AbortSignal): Watch {
  const window = document.defaultView as Window & typeof globalThis;
  let near: Element | null = null;
  let resting = 0;

  // No attributes here: pages animate by them. What is not seen is read again at the click.
  let roots: Node[] = [];
  let frames = new AbortController();
  const listen = (): void => {
    for (const root of [document, ...roots]) page.observe(root, { childList: true, subtree: true });
  };
  const page = new MutationObserver(() => {
    onChange(false);
    // Without anything near there is nobody else to say that it went.
    if (near && !near.isConnected) return;
    page.disconnect();
    resting = window.setTimeout(
      () => {
        if (signal.aborted) return;
        resting = 0;
        listen();
        // For what changed meanwhile.
        onChange(false);
      },
      near ? rest.shown : rest.none,
    );
  });
  listen();

  const close = new MutationObserver(() => onChange(true));
  /** Children of all that holds what is near: so it is seen at once that the page took it away. */
  const around = new MutationObserver(() => onChange(false));

  const moved = (): void => onChange(true);
  const follow = (of: Window, over: AbortSignal): void => {
    // The Navigation API speaks when the address has changed, also for pushState; older Firefox has popstate and the observer.
    const { navigation } = of as { navigation?: EventTarget };
    navigation?.addEventListener('currententrychange', moved, { signal: over });
    for (const type of ['popstate', 'hashchange', 'pageshow']) of.addEventListener(type, moved, { signal: over });
  };
  follow(window, signal);
  document.addEventListener('visibilitychange', () => document.hidden || onChange(false), { signal });

  signal.addEventListener('abort', () => {
    window.clearTimeout(resting);
    frames.abort();
    for (const observer of [page, close, around]) observer.disconnect();
  });
  return {
    also(next) {
      if (next.length === roots.length && next.every((root, n) => root === roots[n])) return;
      roots = next;
      // Of a document that went, nothing is kept.
      frames.abort();
      page.disconnect();
      if (signal.aborted) return;
      frames = new AbortController();
      for (const root of roots) {
        const over = { signal: frames.signal };
        // A frame says only so that it has loaded.
        if (root.nodeType === 1) root.addEventListener('load', moved, over);
        const { defaultView } = root as Document;
        if (!defaultView) continue;
        follow(defaultView, over.signal);
        // It turns to another document: which one, it says when this one has gone.
        defaultView.addEventListener('pagehide', () => window.setTimeout(() => signal.aborted || moved()), over);
      }
      if (!resting) listen();
    },
    closely(element) {
      if (element === near) return;
      near = element;
      close.disconnect();
      around.disconnect();
      if (!element) return;
      close.observe(element, { attributes: true, characterData: true, childList: true, subtree: true });
      for (let holder = element.parentNode; holder; holder = holder.parentNode)
        around.observe(holder, { childList: true });
    },
  };
}
