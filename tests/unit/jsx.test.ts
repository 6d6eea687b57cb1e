import { afterEach, expect, test, vi } from 'vitest';
import { draw, Fragment, jsx, jsxs } from '../../lib/browser/jsx.ts';

const root = document.createElement('div');
document.body.append(root);
afterEach(() => root.replaceChildren());
const html = () => root.innerHTML;

test('elements, text, numbers, lists, functions and fragments', () => {
  const Item = (props: Record<string, unknown>) => jsx('li', { children: props.name as string });
  draw(
    root,
    jsxs(Fragment, {
      children: [
        jsxs('ul', { className: 'list', children: ['a', 1, [jsx(Item, { name: 'x' }), jsx(Item, { name: 'y' })]] }),
        null,
        false,
        undefined,
        jsx('b', { hidden: '', title: undefined }),
      ],
    }),
  );
  expect(html()).toBe('<ul class="list">a1<li>x</li><li>y</li></ul><b hidden=""></b>');
});

test('drawings are of the namespace of drawings', () => {
  draw(root, jsx('svg', { viewBox: '0 0 1 1', children: jsx('path', { d: 'M0 0' }) }));
  for (const name of ['svg', 'path']) expect(root.querySelector(name)?.namespaceURI).toBe('http://www.w3.org/2000/svg');
  expect(root.querySelector('path')?.getAttribute('d')).toBe('M0 0');
});

test('handlers', () => {
  const onClick = vi.fn();
  draw(root, jsx('button', { onClick, children: 'x' }));
  root.querySelector('button')?.click();
  expect(onClick).toHaveBeenCalledOnce();
  expect(root.querySelector('button')?.hasAttribute('onclick')).toBe(false);
});

test('a hostile text stays text', () => {
  const hostile = '<img src=x onerror=alert(1)>\u202e&amp;';
  draw(root, jsx('p', { title: hostile, children: hostile }));
  expect(root.querySelector('img')).toBeNull();
  expect(root.textContent).toBe(hostile);
  expect(root.querySelector('p')?.title).toBe(hostile);
});

test('drawing again keeps the focus where it was, or brings it to the first that is left', () => {
  const buttons = (...names: string[]) =>
    jsxs(Fragment, { children: names.map((name) => jsx('button', { children: name })) });
  draw(root, buttons('a', 'b', 'c'));
  root.querySelectorAll('button')[1]?.focus();
  draw(root, buttons('a', 'B', 'c'));
  expect(document.activeElement?.textContent).toBe('B');
  draw(root, buttons('z'));
  expect(document.activeElement?.textContent).toBe('z');
});

test('drawing takes no focus that it had not', () => {
  const field = document.body.appendChild(document.createElement('input'));
  field.focus();
  draw(root, jsx('button', { children: 'a' }));
  draw(root, jsx('button', { children: 'b' }));
  expect(document.activeElement).toBe(field);
  field.remove();
});

test('nothing empties the place', () => {
  draw(root, jsx('p', { children: 'x' }));
  draw(root, null);
  expect(html()).toBe('');
});
