/** A case that stays open while somebody's hours begin or end: on the code that follows it on a page. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { followCase } from '../../lib/browser/case.ts';
import { deskOf } from '../../lib/desks/index.ts';
import type { LaunchEvent, View } from '../../lib/model.ts';
import { compile, parseSettings } from '../../lib/settings.ts';

const link = (id: string) => `worklink://resource?action=fetch_user&user=${id}`;
const monday = Date.parse('2026-01-12T08:30Z');
const hours = { zone: 'UTC', week: [{ days: [1], from: '08:00', to: '09:00' }] };
const { settings } = parseSettings({
  desks: [
    {
      key: 'plant',
      product: 'custom',
      origins: [location.origin],
      custom: { addresses: ['/case/{id}'], shows: { id: [{ css: '#id' }] } },
    },
  ],
  contacts: [
    { id: 'dana', name: 'Dana', link: link('1'), hours, fallback: ['liu'] },
    { id: 'liu', name: 'Liu', link: link('2') },
  ],
  rules: [{ id: 'r', offer: ['dana'] }],
});

let over: AbortController;
beforeEach(() => {
  vi.useFakeTimers({ now: monday });
  history.replaceState(null, '', '/case/7');
  document.body.innerHTML = '<b id="id">7</b>';
  over = new AbortController();
});
afterEach(() => {
  over.abort();
  vi.useRealTimers();
});

/** Follows the case and waits until it is on show. */
async function follow() {
  const entry = compile(settings, location.origin);
  if (!entry) throw new Error('no entry');
  const views: (View | null)[] = [];
  const followed = followCase(
    deskOf(entry),
    entry,
    document,
    (view) => views.push(view),
    () => {},
    over.signal,
  );
  followed.changed(true);
  await vi.advanceTimersByTimeAsync(1000);
  const offered = () => views.at(-1)?.offers.map(({ id }) => id);
  return { followed, views, offered };
}

test('the offer changes when hours end, and not before', async () => {
  const { offered, views } = await follow();
  expect(offered()).toEqual(['dana']);
  await vi.advanceTimersByTimeAsync(Date.parse('2026-01-12T09:00Z') - Date.now() - 1);
  expect(offered()).toEqual(['dana']);
  await vi.advanceTimersByTimeAsync(1);
  expect(offered()).toEqual(['liu']);
  expect(views.at(-1)?.closed).toMatchObject([{ name: 'Dana', until: Date.parse('2026-01-19T08:00Z') }]);
  // And back, on the next Monday.
  await vi.advanceTimersByTimeAsync(Date.parse('2026-01-19T08:00Z') - Date.now());
  expect(offered()).toEqual(['dana']);
});

test('one timer: nothing runs between changes', async () => {
  await follow();
  expect(vi.getTimerCount()).toBe(1);
});

test('a page that is left changes nothing any more', async () => {
  const { views } = await follow();
  const before = views.length;
  over.abort();
  expect(vi.getTimerCount()).toBe(0);
  await vi.advanceTimersByTimeAsync(86_400_000);
  expect(views).toHaveLength(before);
});

test('the click decides again: what was drawn an hour ago calls nobody who is closed', async () => {
  const { followed, views, offered } = await follow();
  const dana = views.at(-1)?.offers[0];
  if (!dana?.href) throw new Error('not offered');
  const click = () => {
    const event = { isTrusted: true, currentTarget: document.createElement('a'), preventDefault: vi.fn<() => void>() };
    followed.launch(event satisfies LaunchEvent, dana);
    return { href: event.currentTarget.getAttribute('href'), refused: event.preventDefault.mock.calls.length > 0 };
  };
  expect(click()).toEqual({ href: expect.stringContaining('user=1'), refused: false });
  // The computer slept: the clock is past the end of the hours, and no timer has run.
  vi.setSystemTime(Date.parse('2026-01-12T09:00Z'));
  expect(click()).toEqual({ href: null, refused: true });
  await vi.advanceTimersByTimeAsync(1000);
  expect(offered()).toEqual(['liu']);
});
