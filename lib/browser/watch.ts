/**
 * Notices that a page may show something else, at almost no cost: one observer that asks nothing of the document,
 * one more on the few elements that name the case, and the browser's own word of navigation.
 */

export type Watch = {
  /** Watches the elements that name the case: any change in them matters at once. */
  closely(element: Element | null): void;
};

/**
 * @param onChange called after a batch of mutations, and at once (`now`) for navigation and for what is watched closely
 */
export function watch(document: Document, onChange: (now: boolean) => void, signal: AbortSignal): Watch {
  const window = document.defaultView as Window & typeof globalThis;
  // No attributes here: pages animate by them. What is not seen is read again at the click.
  const page = new MutationObserver(() => onChange(false));
  page.observe(document, { childList: true, subtree: true });

  let near: Element | null = null;
  const close = new MutationObserver(() => onChange(true));

  const moved = (): void => onChange(true);
  // The Navigation API speaks when the address has changed, also for pushState; older Firefox has popstate and the observer.
  const { navigation } = window as { navigation?: EventTarget };
  navigation?.addEventListener('currententrychange', moved, { signal });
  for (const type of ['popstate', 'hashchange', 'pageshow']) window.addEventListener(type, moved, { signal });
  document.addEventListener('visibilitychange', () => document.hidden || onChange(false), { signal });

  signal.addEventListener('abort', () => {
    page.disconnect();
    close.disconnect();
  });
  return {
    closely(element) {
      if (element === near) return;
      near = element;
      close.disconnect();
      if (element) close.observe(element, { attributes: true, characterData: true, childList: true, subtree: true });
    },
  };
}
