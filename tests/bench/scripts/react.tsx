/** entrypoints/core.tsx with React in place of lib/browser/jsx.ts; all else is the same code. */
import { flushSync } from 'react-dom';
import { createRoot, type Root } from 'react-dom/client';
import controls from '../../../components/controls.css?inline';
import panel from '../../../components/panel.css?inline';
import tokens from '../../../components/tokens.css?inline';
import { startPage } from '../../../lib/browser/page.ts';
import { bar } from '../../states/bar.tsx';

const roots = new WeakMap<HTMLElement, Root>();

void startPage(document, tokens + controls + panel, (root, say, props) => {
  const known = roots.get(root) ?? createRoot(root);
  roots.set(root, known);
  // The bar is measured as soon as it is drawn.
  flushSync(() => known.render(props && bar(say, props)));
});
