/**
 * What draws the bar at load: JSX straight to DOM, for components without state. It stands in for React in core.js,
 * because the bar is all that most pages ever get, and even Preact would be a third of its bytes (docs/decisions.md).
 * Supports what components/bar.tsx uses: elements, SVG, functions, fragments, `className`, `style`, `on…` handlers.
 */

type Child = Node | string | number | boolean | null | undefined | Child[];
type Props = Record<string, unknown> & { children?: Child };
type Kind = string | ((props: never) => Child);

const svg = new Set(['svg', 'path']);

const put = (into: Node, child: Child): void => {
  if (Array.isArray(child)) for (const one of child) put(into, one);
  else if (child instanceof Node) into.appendChild(child);
  else if (typeof child === 'string' || typeof child === 'number')
    into.appendChild(document.createTextNode(String(child)));
};

function make(kind: Kind, { children, ...props }: Props): Child {
  if (typeof kind === 'function') return kind({ ...props, children } as never);
  const element = svg.has(kind)
    ? document.createElementNS('http://www.w3.org/2000/svg', kind)
    : document.createElement(kind);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2).toLowerCase(), value as EventListener);
    else element.setAttribute(name === 'className' ? 'class' : name, value as string);
  }
  put(element, children);
  return element;
}

export { make as jsx, make as jsxs };
export const Fragment = ({ children }: Props): Child => children;

/**
 * Draws a component into a root in place of what was there. Whoever had the focus keeps it, or what now stands first.

 */
export function draw(root: HTMLElement, tree: unknown): void {
  const fresh = document.createDocumentFragment();
  put(fresh, tree as Child);
  const scope = root.getRootNode() as ShadowRoot | Document;
  const old = [...root.querySelectorAll('a,button')];
  const focused = scope.activeElement ? old.indexOf(scope.activeElement) : -1;
  root.replaceChildren(fresh);
  if (focused < 0) return;
  const now = [...root.querySelectorAll<HTMLElement>('a,button')];
  (now[focused] ?? now[0])?.focus();
}
