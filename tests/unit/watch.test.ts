import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watch } from '../../lib/browser/watch.ts';

const onChange = vi.fn<(now: boolean) => void>();
let end: AbortController;
const started = () => watch(document, onChange, end.signal);
/** A frame's document, with a window that can be told something. */
function inner(): { document: Document; window: EventTarget & { navigation: EventTarget } } {
  const made = document.implementation.createHTMLDocument('');
  const window = Object.assign(new EventTarget(), { navigation: new EventTarget() });
  Object.defineProperty(made, 'defaultView', { value: window });
  return { document: made, window };
}

beforeEach(() => {
  vi.useFakeTimers();
  onChange.mockClear();
  end = new AbortController();
});
afterEach(() => {
  end.abort();
  vi.useRealTimers();
});

test('a frame that has loaded is looked at', () => {
  const frame = document.createElement('iframe');
  const watching = started();
  watching.also([frame]);
  frame.dispatchEvent(new Event('load'));
  expect(onChange.mock.calls).toEqual([[true]]);
  // Asked for again, it is told once.
  watching.also([frame, document.createElement('p')]);
  frame.dispatchEvent(new Event('load'));
  expect(onChange).toHaveBeenCalledTimes(2);
  watching.also([]);
  frame.dispatchEvent(new Event('load'));
  expect(onChange).toHaveBeenCalledTimes(2);
});

test('a frame’s own address is followed', () => {
  const { document: page, window } = inner();
  started().also([page]);
  window.dispatchEvent(new Event('popstate'));
  window.dispatchEvent(new Event('hashchange'));
  window.navigation.dispatchEvent(new Event('currententrychange'));
  expect(onChange.mock.calls).toEqual([[true], [true], [true]]);
});

test('a document that goes is looked past when it has gone, and not while it goes', () => {
  const { document: page, window } = inner();
  const watching = started();
  watching.also([page]);
  window.dispatchEvent(new Event('pagehide'));
  expect(onChange).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect(onChange.mock.calls).toEqual([[true]]);
  window.dispatchEvent(new Event('pagehide'));
  end.abort();
  vi.runAllTimers();
  expect(onChange).toHaveBeenCalledOnce();
});

test('of a document that went nothing is heard any more', async () => {
  const { document: page, window } = inner();
  const watching = started();
  watching.also([page]);
  watching.also([inner().document]);
  window.dispatchEvent(new Event('popstate'));
  page.body.append('x');
  await Promise.resolve();
  expect(onChange).not.toHaveBeenCalled();
});

test('what changes in it is noticed as in the page itself', async () => {
  const { document: page } = inner();
  started().also([page]);
  page.body.append('x');
  await Promise.resolve();
  expect(onChange.mock.calls).toEqual([[false]]);
});
