import { createRoot, type Root } from 'react-dom/client';
import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import controls from '../components/controls-more.css?inline';
import history from '../components/history.css?inline';
import own from '../components/later.css?inline';
import { Opened } from '../components/opened.tsx';
import pops from '../components/pops.css?inline';
import { type Say, Text } from '../components/text.ts';
import tokens from '../components/tokens-more.css?inline';
import { actionsOf } from '../lib/browser/opened.ts';
import type { Later } from '../lib/browser/page.ts';

/** What only an opened panel needs; the worker injects it at the first use. */
export default defineUnlistedScript(() => {
  const known = new WeakMap<HTMLElement, { root: Root; style: HTMLStyleElement }>();
  const begin = (slot: HTMLElement) => {
    // By hand, and whole before it is on the page: only then does Firefox lift the page's policy from it.
    const style = document.createElement('style');
    style.textContent = tokens + controls + own + pops + history;
    const made = { root: createRoot(slot), style };
    known.set(slot, made);
    return made;
  };
  globalThis.deskcallLater = (slot: HTMLElement, say: Say, props: Later | null) => {
    const { root, style } = known.get(slot) ?? begin(slot);
    if (!props) style.remove();
    else if (!style.isConnected) slot.before(style);
    root.render(
      props && (
        <Text.Provider value={say}>
          <Opened {...actionsOf(props.here, slot)} {...props} />
        </Text.Provider>
      ),
    );
  };
});
