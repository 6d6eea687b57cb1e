import { beforeEach, expect, test, vi } from 'vitest';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import { openTabs, watchTabs } from '../../lib/browser/inspect.ts';

const url = 'https://rt.example/Ticket/Display.html?id=12';
beforeEach(() => {
  fakeBrowser.reset();
  Object.assign(fakeBrowser.permissions, {
    getAll: async () => ({ origins: ['https://rt.example/*'] }),
    onAdded: { addListener: vi.fn(), removeListener: vi.fn() },
    onRemoved: { addListener: vi.fn(), removeListener: vi.fn() },
  });
});

test('a tab is gone when its closing is told, although the browser lists it a little longer', async () => {
  const tab = { id: 31, url, title: 'Ticket 12' };
  const other = { id: 32, url, title: 'Ticket 12, once more' };
  Object.assign(fakeBrowser.tabs, { query: async () => [tab, other] });
  expect((await openTabs()).map(({ id }) => id)).toEqual([31, 32]);

  let told = 0;
  const end = watchTabs(() => told++);
  await fakeBrowser.tabs.onRemoved.trigger(tab.id, { windowId: 1, isWindowClosing: false });
  expect(told).toBe(1);
  expect((await openTabs()).map(({ id }) => id)).toEqual([32]);

  end();
  await fakeBrowser.tabs.onRemoved.trigger(other.id, { windowId: 1, isWindowClosing: false });
  expect(told).toBe(1);
});
