/** The wrap-up card: two taps or none, never right after the click, and nothing said for anybody. */
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { Text } from '../../components/text.ts';
import { WrapUp, type WrapUpActions, type WrapUpAsk } from '../../components/wrap-up.tsx';
import { say } from '../states/say.ts';

afterEach(cleanup);

const dana: WrapUpAsk = { launchId: 'A', name: 'Dana Reyes', to: 'bridge' };
const wrapUp = vi.fn<WrapUpActions['wrapUp']>();
const onWrapUp = vi.fn<WrapUpActions['onWrapUp']>();
const page = (launched: boolean) => (
  <Text.Provider value={say}>
    <WrapUp launched={launched} wrapUp={wrapUp} onWrapUp={onWrapUp} />
  </Text.Provider>
);
function show(about: WrapUpAsk | null, launched = false) {
  wrapUp.mockReset().mockResolvedValue(about);
  onWrapUp.mockReset();
  return render(page(launched));
}
const press = async (name: string) => fireEvent.click(await screen.findByRole('button', { name }));

test('nothing where there is nothing to ask, and nothing while the call begins', async () => {
  const { container, rerender } = show(null);
  await vi.waitFor(() => expect(wrapUp).toHaveBeenCalled());
  expect(container.textContent).toBe('');
  wrapUp.mockResolvedValue(dana);
  rerender(page(true));
  await vi.waitFor(() => expect(wrapUp).toHaveBeenCalledTimes(2));
  expect(container.textContent).toBe('');
  rerender(page(false));
  await screen.findByText('Dana Reyes');
});

test.each([
  [['Solved remotely', 'Yes, a trip'], 'solved', true],
  [['Solved remotely', 'No trip'], 'solved', false],
  [['Needs a visit'], 'visit', false],
  [['No answer'], 'no-answer', false],
] as const)('%j', async (taps, outcome, trip) => {
  show(dana);
  await screen.findByText('Goes to the report, without your name.');
  // oxlint-disable-next-line no-await-in-loop -- one tap after the other
  for (const tap of taps) await press(tap);
  expect(onWrapUp).toHaveBeenCalledExactlyOnceWith(expect.anything(), { launchId: 'A', outcome, trip });
  screen.getByText('Noted.');
  // Asked anew, there is nothing more to ask; what was said stays on show.
  wrapUp.mockResolvedValue(null);
  document.dispatchEvent(new Event('visibilitychange'));
  await vi.waitFor(() => expect(wrapUp).toHaveBeenCalledTimes(2));
  screen.getByText('Noted.');
});

test('it can be skipped, and says where the answer goes without a bridge', async () => {
  const { container } = show({ ...dana, name: '', to: 'here' });
  await screen.findByText('Is kept on this computer, for a file from the options.');
  screen.getByText('How did the call end?');
  await press('Skip');
  expect(onWrapUp).toHaveBeenCalledExactlyOnceWith(expect.anything(), { launchId: 'A', outcome: 'skip', trip: false });
  expect(container.textContent).toBe('');
});
