/** A case's calls in the panel: each step only where it is known, each failure with its reason, and nothing by the clock. */
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { History, type CaseHistory } from '../../components/history.tsx';
import { Text } from '../../components/text.ts';
import type { Entry } from '../../lib/api.ts';
import { say } from '../states/say.ts';
import { states } from '../states/states.ts';

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const history = vi.fn<() => Promise<CaseHistory>>();
const page = (used?: string) => (
  <Text.Provider value={say}>
    <History of="ticket:1" used={used} history={history} />
  </Text.Provider>
);
function show(answer: CaseHistory) {
  history.mockReset().mockResolvedValue(answer);
  return render(page());
}
const known = (name: keyof typeof states): CaseHistory => {
  const state = states[name];
  if (!('history' in state)) throw new Error(`no history in ${name}`);
  return state.history;
};
/** The steps with what each is, as one who sees them and one who hears them get it. */
const steps = async () => {
  const [list] = await screen.findAllByRole('list');
  return within(list as HTMLElement)
    .getAllByRole('listitem')
    .map((item) => {
      for (const time of item.querySelectorAll('time')) time.remove();
      return [item.className, item.textContent?.trim()];
    });
};

test('without a bridge there is nothing', async () => {
  const { container } = show({ off: true });
  await vi.waitFor(() => expect(history).toHaveBeenCalledOnce());
  expect(container.textContent).toBe('');
});

test('and nothing where nothing is known of the case', async () => {
  const { container } = show({ entries: [], untold: 0 });
  await vi.waitFor(() => expect(history).toHaveBeenCalledOnce());
  expect(container.textContent).toBe('');
});

const yet = '(not yet)';
test.each<[keyof typeof states, string[][], string | RegExp]>([
  [
    'call launched',
    [
      ['on', 'Launched'],
      ['off', `Seen ${yet}`],
      ['off', `Matched ${yet}`],
      ['off', `Written back ${yet}`],
    ],
    'No call was heard of yet.',
  ],
  [
    'call seen',
    [
      ['on', 'Launched'],
      ['on', 'Seen'],
      ['on', 'Matched'],
      ['off', `Written back ${yet}`],
    ],
    'Its end has not been heard yet.',
  ],
  [
    'call written back',
    [
      ['on', 'Launched'],
      ['on', 'Seen'],
      ['on', 'Matched'],
      ['on', 'Written back'],
    ],
    'Dana Reyes · 12 min',
  ],
  [
    'call not written back',
    [
      ['on', 'Launched'],
      ['on', 'Seen'],
      ['on', 'Matched'],
      ['miss', 'Not written'],
    ],
    'No note was written: Request Tracker refused it: no permission to comment.',
  ],
  [
    'call not seen',
    [
      ['on', 'Launched'],
      ['miss', 'Not seen'],
      ['off', `Matched ${yet}`],
      ['off', `Written back ${yet}`],
    ],
    'No call was heard. If there was one, whoever runs the bridge can look for it.',
  ],
  [
    'call by nobody here',
    [
      ['off', `Launched ${yet}`],
      ['on', 'Seen'],
      ['on', 'Matched'],
      ['off', `Written back ${yet}`],
    ],
    'It did not come from a launch that the bridge knows. The note is being written.',
  ],
])('%s', async (name, wanted, sentence) => {
  const { container } = show(known(name));
  expect(await steps()).toEqual(wanted);
  expect(container.textContent).toContain(sentence);
});

test('earlier ones are a line each, the newest first; a job of another system is no call', async () => {
  show(known('call written back'));
  const [, earlier] = await screen.findAllByRole('list');
  const lines = within(earlier as HTMLElement)
    .getAllByRole('listitem')
    .map((item) => item.textContent ?? '');
  expect(lines).toHaveLength(5);
  expect(lines[0]).toContain('Scenario · 12 min · Written back');
  expect(lines[1]).toContain('Job: update · On site (OS)');
  expect(lines[2]).toContain('Dana Reyes · Code shown');
  expect(lines[4]).toBe('1 more before');
});

test('fields that are not set are told of beside a note that is written', async () => {
  const { entries } = known('call not written back') as { entries: Entry[] };
  const written = entries.map(
    (each): Entry => (each.what === 'session' ? { ...each, note: 'written', reason: 'It drops them.' } : each),
  );
  const { container } = show({ entries: written, untold: 0 });
  expect(await steps()).toContainEqual(['on', 'Written back']);
  expect(container.textContent).toContain('The fields are not set: It drops them.');
});

test('a code that was looked at does not push the call away, and stands open where there is no call', async () => {
  const [call] = (known('call launched') as { entries: Entry[] }).entries;
  const code = { ...call, launchId: 'B', surface: 'code', at: new Date().toISOString() } as Entry;
  show({ entries: [call as Entry, code], untold: 0 });
  await screen.findByText('No call was heard of yet.');
  expect(document.querySelector('.before')?.textContent).toContain('Dana Reyes · Code shown');
  cleanup();
  show({ entries: [code], untold: 0 });
  await screen.findByText('Code shown. No call was heard of yet.');
});

test('a bridge that can’t be asked says so, with what is still to be told, and is asked again by hand', async () => {
  show(known('bridge away'));
  await screen.findByText(/^The bridge can’t be reached\. Check your network\./);
  screen.getByText('2 uses of links have not been told to the bridge yet.');
  history.mockResolvedValue(known('call launched'));
  fireEvent.click(screen.getByRole('button', { name: 'Ask again' }));
  await screen.findByText('No call was heard of yet.');
  expect(history).toHaveBeenCalledTimes(2);
});

test('it is asked anew when a link was used and when the tab is come back to, and never by the clock', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const { rerender } = show(known('call launched'));
  await screen.findByText('No call was heard of yet.');
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(history).toHaveBeenCalledTimes(1);
  rerender(page('dana'));
  await vi.waitFor(() => expect(history).toHaveBeenCalledTimes(2));
  document.dispatchEvent(new Event('visibilitychange'));
  await vi.waitFor(() => expect(history).toHaveBeenCalledTimes(3));
  const hidden = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  document.dispatchEvent(new Event('visibilitychange'));
  await vi.advanceTimersByTimeAsync(0);
  hidden.mockRestore();
  expect(history).toHaveBeenCalledTimes(3);
});

test('what comes from outside is text', async () => {
  const { container } = show(known('calls, hostile text'));
  await screen.findAllByRole('list');
  expect(container.querySelector('img')).toBeNull();
  expect(container.textContent).toContain('<img src=x onerror=alert(1)>');
});

test('a pop of another agent is told with whose desktop it was on and how far it came', async () => {
  show(known('popped by somebody else'));
  const [item] = await screen.findAllByRole('listitem');
  item?.querySelector('time')?.remove();
  expect(item?.textContent?.replaceAll(/[\u2066-\u2069]/g, '')).toBe('Pump intake · Sam.Okoro · open');
});
