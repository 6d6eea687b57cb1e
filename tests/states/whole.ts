/** The bar and what opens from it, on React or on Preact: whichever build.ts builds this with. */
import { flushSync } from 'react-dom';
import { createRoot, type Root } from 'react-dom/client';
import later from '../../entrypoints/later.tsx';
import { bar } from './bar.tsx';
import type { DrawBar, Whole } from './page.ts';

declare const ENGINE: 'onReact' | 'onPreact';

const roots = new WeakMap<HTMLElement, Root>();
const drawBar: DrawBar = (root, say, props) => {
  const known = roots.get(root) ?? createRoot(root);
  roots.set(root, known);
  // The bar is measured as soon as it is drawn.
  flushSync(() => known.render(props && bar(say, props)));
};

void later.main();
const drawOpened = globalThis.deskcallLater as Whole['drawOpened'];
Object.assign(globalThis, { [ENGINE]: { drawBar, drawOpened } satisfies Whole });
