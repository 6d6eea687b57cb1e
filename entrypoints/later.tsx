import { createRoot, type Root } from 'react-dom/client';
import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import controls from '../components/controls-more.css?inline';
import own from '../components/later.css?inline';
import { Opened, type OpenedProps } from '../components/opened.tsx';
import { type Say, Text } from '../components/text.ts';
import tokens from '../components/tokens-more.css?inline';

const css = tokens + controls + own;
/** Firefox lifts the page's policy from a style only if an extension sets its text as a whole; Preact appends a node. */
const fill = (style: HTMLStyleElement | null): void => {
  if (style) style.textContent = css;
};

/** What only an opened panel needs; the worker injects it at the first use. */
export default defineUnlistedScript(() => {
  const roots = new WeakMap<HTMLElement, Root>();
  globalThis.deskcallLater = (slot: HTMLElement, say: Say, props: OpenedProps | null) => {
    const root = roots.get(slot) ?? createRoot(slot);
    roots.set(slot, root);
    root.render(
      props && (
        <Text.Provider value={say}>
          <style ref={fill} />
          <Opened {...props} />
        </Text.Provider>
      ),
    );
  };
});
