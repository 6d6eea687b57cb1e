/** The panel's pops: every state has its words, nothing is popped that was not asked for, and nothing is claimed. */
import { act, cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { reasonOf, wordsOf } from '../../components/pop-words.ts';
import { Pops, type PopActions, type PopLines } from '../../components/pops.tsx';
import { Text } from '../../components/text.ts';
import { outcomes } from '../../lib/awaken.ts';
import { actionsOf } from '../../lib/browser/opened.ts';
import type { Fault, News, PopLine } from '../../lib/plan.ts';
import { say } from '../states/say.ts';
import { states } from '../states/states.ts';

const { view, pops: mine } = states['pop for me'];
const { pops: sams } = states['pop for somebody'];
const [line] = mine as [PopLine];
const [sam] = sams as [PopLine];
const last = (more: Partial<News>): News => ({ when: Date.now(), state: 'failed', ...more });

let pop: ReturnType<typeof vi.fn<PopActions['pop']>>;
let pops: ReturnType<typeof vi.fn<PopActions['pops']>>;
let onLaunch: ReturnType<typeof vi.fn<(event: { preventDefault(): void }) => void>>;
let onCopyPop: ReturnType<typeof vi.fn<PopActions['onCopyPop']>>;

function show(first: PopLine | { error: string }, after: PopLines = { pops: [line] }): void {
  pops = vi.fn<PopActions['pops']>(async () => ('error' in first ? first : { pops: [first] }));
  pop = vi.fn<PopActions['pop']>(async () => after);
  onLaunch = vi.fn<typeof onLaunch>();
  onCopyPop = vi.fn<PopActions['onCopyPop']>();
  render(
    <Text.Provider value={say}>
      <Pops view={view} pops={pops} pop={pop} onLaunch={onLaunch} onCopyPop={onCopyPop} />
    </Text.Provider>,
  );
}
const button = (name: string | RegExp) => screen.findByRole('button', { name });
const press = async (name: string | RegExp) => fireEvent.click(await button(name));

beforeEach(() => cleanup());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

test('a pop says for whom it is before it is sent, and sends on a click', async () => {
  show(line, {
    pops: [{ ...line, history: [last({ state: 'sent', outcome: 'accepted' })], from: Date.now() + 30_000 }],
  });
  await waitFor(() => expect(screen.getByRole('status').textContent).toBe('Checked for you, James.Collins'));
  await press('Pop Pump intake');
  expect(pop).toHaveBeenCalledExactlyOnceWith(expect.anything(), 'intake', 'send', false, undefined);
  await screen.findByText('Awaken accepted it. Not known to be open yet.');
  expect(screen.queryByText(/^Open on/)).toBeNull();
  // The button itself counts down.
  expect((await button(/^Again in \d+ s$/)).getAttribute('aria-disabled')).toBe('true');
});

test('while it is sent a second click does nothing', async () => {
  show(line);
  const { promise, resolve } = Promise.withResolvers<PopLines>();
  pop.mockReturnValue(promise);
  await press('Pop Pump intake');
  await screen.findByText('Sending to Awaken');
  await press('Pop Pump intake');
  expect(pop).toHaveBeenCalledOnce();
  resolve({ pops: [line] });
  await screen.findByText(/^Checked for you/);
});

test('the wait counts down, and then the button is back', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: 1_700_000_000_000 });
  await act(async () => show({ ...line, from: Date.now() + 2000 }));
  const second = () =>
    act(() => {
      vi.advanceTimersByTime(1000);
    });
  const shown = () => screen.getAllByRole('button').at(-1)?.textContent;
  expect(shown()).toBe('Again in 2 s');
  second();
  expect(shown()).toBe('Again in 1 s');
  second();
  expect(shown()).toBe('Pop');
});

test('to somebody else it is said first what that costs them', async () => {
  show(sam, { pops: [{ ...sam, ask: true }] });
  await press('Pop Pump intake');
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('The record Sam Okoro has open is suspended.');
  fireEvent.click(within(alert).getByRole('button', { name: 'Not now' }));
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  expect(pop).toHaveBeenCalledOnce();
  await press('Pop Pump intake');
  fireEvent.click(within(await screen.findByRole('alert')).getByRole('button', { name: 'Pop to Sam Okoro' }));
  expect(pop).toHaveBeenLastCalledWith(expect.anything(), 'intake', 'send', true, undefined);
});

describe('the preview', () => {
  test('shows user, campaign, reference and data, and what is missing', async () => {
    show(line);
    await press('Preview Pump intake');
    const terms = [...document.querySelectorAll('dt')].map((dt) => [dt.textContent, dt.nextSibling?.textContent]);
    expect(terms).toEqual([
      ['User', 'James.Collins'],
      ['Campaign', 'Pump intake'],
      ['Reference', 'rt:1'],
      ['Contact Name', 'Amelia Marsh'],
      ['AssetId', 'ASSET-204'],
      ['Site', 'empty on this case'],
    ]);
    expect(pop).not.toHaveBeenCalled();
  });

  test('a dry run asks for one', async () => {
    show(line, { pops: [{ ...line, history: [last({ state: 'checked' })] }] });
    await press('Preview Pump intake');
    await press('Dry run');
    expect(pop).toHaveBeenCalledExactlyOnceWith(expect.anything(), 'intake', 'dry', false, undefined);
    await screen.findByText(/Nothing was sent/);
  });

  test('pop and call are one click, with one target', async () => {
    show(line);
    await press('Preview Pump intake');
    fireEvent.click(await screen.findByRole('link', { name: 'Pop and call Dana Reyes' }));
    expect(onLaunch).toHaveBeenCalledOnce();
    expect(pop).toHaveBeenCalledExactlyOnceWith(expect.anything(), 'intake', 'send', true, view.offers[0]);
  });

  test('a call that is refused pops nothing', async () => {
    show(line);
    onLaunch.mockImplementation((event) => event.preventDefault());
    await press('Preview Pump intake');
    fireEvent.click(await screen.findByRole('link', { name: /^Pop and call/ }));
    expect(onLaunch).toHaveBeenCalledOnce();
    expect(pop).not.toHaveBeenCalled();
  });
});

const faults: Fault[] = ['service', 'bridge', 'permission', 'credentials', 'stopped', 'me', 'person', 'user'];
test.each(faults)('held back, it says why and has no button: %s', async (fault) => {
  show({ ...line, plan: { ...line.plan, who: 'Sam', faults: [fault] } });
  const status = await screen.findByText((_, element) => element?.matches('.st.warn') ?? false);
  expect(status.textContent.replace(/[\u2066-\u2069]/g, '')).toBe(say(`pop_no_${fault}`, 'Sam'));
  expect(screen.queryByRole('button', { name: 'Pop Pump intake' })).toBeNull();
});

describe('a failure gives its reason and the next step', () => {
  const failures = outcomes.filter((outcome) => outcome !== 'accepted');
  const all = failures.flatMap((outcome) => (['auth', 'pop'] as const).map((at) => last({ outcome, said: { at } })));
  test.each([...all, last({ outcome: 'auth-rejected', said: { at: 'auth', mustSet: true } })])(
    '$outcome $said',
    async (failed) => {
      show({ ...line, history: [failed] });
      const alert = await screen.findByRole('alert');
      expect(alert.textContent).toContain(say(`pop_bad_${reasonOf(failed)}`));
      expect(alert.textContent).toContain(say(`pop_how_${reasonOf(failed)}`));
    },
  );

  test('with the server’s words and the number of the request, for an admin to have', async () => {
    const failed = last({ outcome: 'bad-request', said: { at: 'pop', message: 'No <b>', requestId: 'r-1' } });
    show({ ...line, history: [failed] });
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toMatch(/Awaken says: No <b>Request r-1/);
    await press('Copy for admin');
    expect(onCopyPop).toHaveBeenCalledOnce();
    await press('Try again');
    // Somebody else is asked about again.
    expect(pop).toHaveBeenCalledExactlyOnceWith(expect.anything(), 'intake', 'send', false, undefined);
  });

  test.each(['auth-rejected', 'endpoint-wrong', 'token-rejected'] as const)(
    'and no second try where none can help: %s',
    async (outcome) => {
      show({ ...line, history: [last({ outcome, said: { at: 'auth' } })] });
      await screen.findByRole('alert');
      expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
    },
  );
});

describe('through the bridge', () => {
  const troubles = ['network', 'forbidden', 'unauthorized', 'cooling', 'too-many', 'strange', 'invalid'] as const;
  test.each(troubles)('%s has its reason, its next step and the bridge’s words', async (trouble) => {
    show({ ...line, history: [last({ by: 'bridge', trouble, told: 'Only James.' })] });
    const alert = await screen.findByRole('alert');
    const { bad, how } = wordsOf(last({ trouble }), say);
    expect(alert.textContent).toContain(bad);
    expect(alert.textContent).toContain(how);
    expect(alert.textContent.replace(/[\u2066-\u2069]/g, '')).toContain('It says: Only James.');
    const again = !['forbidden', 'unauthorized'].includes(trouble);
    expect(screen.queryByRole('button', { name: 'Try again' }) !== null).toBe(again);
  });

  test.each([{}, { mustSet: true as const }])('a refused user is for whoever runs it: %j', async (more) => {
    show({ ...line, history: [last({ by: 'bridge', outcome: 'auth-rejected', said: { at: 'auth', ...more } })] });
    expect((await screen.findByRole('alert')).textContent).toContain('whoever runs the bridge');
  });

  test('a pop that was sent is looked at until its workflow says that it is open', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: 1_700_000_000_000 });
    const sent = { ...line, history: [last({ by: 'bridge', state: 'sent' })] };
    await act(async () => show(sent));
    const pass = (ms: number) => act(async () => void (await vi.advanceTimersByTimeAsync(ms)));
    await pass(6000);
    expect(pops).toHaveBeenCalledTimes(3);
    // What was not waited for stays as it is.
    pops.mockResolvedValue({ pops: [{ ...line, history: [last({ by: 'bridge', state: 'opened' })] }] });
    await pass(3000);
    expect(screen.getByText('Open on the desktop.')).toBeTruthy();
    await pass(9000);
    expect(pops).toHaveBeenCalledTimes(4);
  });

  test('for a minute, and never in direct mode', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: 1_700_000_000_000 });
    await act(async () => show({ ...line, history: [last({ by: 'bridge', state: 'sent' })] }));
    await act(async () => void (await vi.advanceTimersByTimeAsync(60_000)));
    const before = pops.mock.calls.length;
    expect(before).toBe(21);
    await act(async () => void (await vi.advanceTimersByTimeAsync(60_000)));
    expect(pops).toHaveBeenCalledTimes(before);
    cleanup();
    await act(async () => show({ ...line, history: [last({ state: 'sent' })] }));
    await act(async () => void (await vi.advanceTimersByTimeAsync(120_000)));
    expect(pops).toHaveBeenCalledOnce();
  });
});

test('what happened long ago is history and not news', async () => {
  const history = [last({ state: 'sent', when: Date.now() - 3_600_000 }), last({ when: Date.now() - 7_200_000 })];
  show({ ...line, history });
  await screen.findByText(/^Checked for you/);
  await press('Preview Pump intake');
  expect([...document.querySelectorAll('.before li')].map((li) => li.textContent.split(' ').at(-1))).toEqual([
    'accepted',
    'popped',
  ]);
});

test('a worker that was ended is asked again what it had sent', async () => {
  show(line, { error: 'err_no_answer' });
  await button('Pop Pump intake');
  pops.mockResolvedValue({ pops: [{ ...line, history: [last({ state: 'unknown' })] }] });
  await press('Pop Pump intake');
  expect(await screen.findByText(/^Sent, but no answer was read/)).toBeTruthy();
});

test('an error is said', async () => {
  show({ error: 'page_changed' });
  expect((await screen.findByRole('alert')).textContent).toBe('The page shows another case by now.');
});

test('where no pop is offered there is no such part', () => {
  const { container } = render(
    <Pops {...{ pops, pop, onLaunch, onCopyPop }} view={{ ...view, offers: view.offers.slice(0, 1) }} />,
  );
  expect(container.innerHTML).toBe('');
});

test('a synthetic click asks the worker for nothing', () => {
  const here = { still: vi.fn<() => null>(() => null) };
  const actions = actionsOf(here as never, document.createElement('div'));
  expect(actions.pop({ isTrusted: false }, 'intake', 'send', true)).toBeNull();
  expect(here.still).not.toHaveBeenCalled();
});
