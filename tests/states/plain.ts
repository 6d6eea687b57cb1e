/** The bar as a page gets it, drawn by lib/browser/jsx.ts. What opens from it is never drawn this way. */
import { draw } from '../../lib/browser/jsx.ts';
import { bar } from './bar.tsx';
import type { DrawBar } from './page.ts';

const onPlain: DrawBar = (root, say, props) => draw(root, props && bar(say, props));
Object.assign(globalThis, { onPlain });
