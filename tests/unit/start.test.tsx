/** Desks and first steps: how each desk stands, taken from open tabs, and what is still to be done. */
import { act, cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { Desks } from '../../components/options/desks.tsx';
import { standOf } from '../../components/options/round.ts';
import { Start, stepsLeft } from '../../components/options/start.tsx';
import type { Desktop, Host, Loaded, Note } from '../../components/options/state.ts';
import { Text, type Say } from '../../components/text.ts';
import { unknownPlaces } from '../../lib/deploy.ts';
import { parseSettings, warnings } from '../../lib/settings.ts';
import type { Round, Visit } from '../../lib/visit.ts';

const messages = JSON.parse(readFileSync('public/_locales/en/messages.json', 'utf8')) as Record<
  string,
  { message: string }
>;
const say: Say = (key, ...values) => {
  const text = messages[key]?.message;
  if (text === undefined) throw new Error(`no text for ${key}`);
  return text.replace(/\$(\d)/g, (_, n: string) => values[Number(n) - 1] ?? '');
};

const origin = 'https://rt.example';
const rt = { key: 'rt', product: 'request-tracker', name: 'Plant 7', origins: [origin] };
const jira = { key: 'jira', product: 'jira', origins: ['https://a.example', 'https://b.example'] };
const dana = { id: 'dana', name: 'Dana Reyes', link: 'worklink://resource?action=fetch_user&user=497' };

const visit = (more: Partial<Visit> = {}): Visit => ({
  tab: 1,
  origin,
  title: '',
  granted: true,
  desk: 'rt',
  state: 'seen',
  number: null,
  offered: [],
  doubt: false,
  right: null,
  like: null,
  ...more,
});
const round = (visits: Visit[], more: Partial<Round> = {}): Round => ({ visits, shut: 0, last: {}, ...more });

function loadedWith(raw: object, granted: string[] = [], more: Partial<Loaded> = {}): Loaded {
  return {
    ...parseSettings(raw),
    locked: [],
    defaults: [],
    changed: [],
    snapshots: [],
    places: unknownPlaces,
    granted: (each) => granted.includes(each),
    rows: {},
    rowTargets: [],
    ...more,
  };
}

/** One of the two views alone, over settings and tabs that a test can change. */
function show(view: 'start' | 'desks', loaded: Loaded, first: Round = round([])) {
  const held = { round: first, notes: [] as Note[], saved: [] as object[] };
  let told: () => void = () => {};
  const allow = vi.fn<Host['allow']>(async () => true);
  const giveBack = vi.fn<Host['giveBack']>(async () => {});
  const desktop: Desktop = {
    host: {
      products: [
        { id: 'request-tracker', name: 'Request Tracker' },
        { id: 'jira', name: 'Jira' },
        { id: 'redmine', name: 'Redmine' },
      ],
      looks: {
        round: async () => held.round,
        watch: (changed: () => void) => {
          told = changed;
          return () => {};
        },
        tabs: async () => [],
        describe: () => ({ data: null, flaws: [] }),
      },
      warnings,
      allow,
      giveBack,
    } as unknown as Host,
    loaded,
    change: (words, next) => {
      held.saved.push(next);
      held.notes.push({ words });
      return null;
    },
    undo: () => {},
    redo: () => {},
    act: async (job) => {
      const note = await job();
      if (note) held.notes.push(note);
    },
  };
  render(
    <Text.Provider value={say}>
      {view === 'start' ? <Start desktop={desktop} views={['tables', 'backup']} /> : <Desks desktop={desktop} />}
    </Text.Provider>,
  );
  const turn = (next: Round) => {
    held.round = next;
    told();
  };
  return { held, turn, allow, giveBack };
}

const press = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }));
const deskRow = (name: string) => screen.getByText(name).closest('tr') ?? document.body;

afterEach(cleanup);

const desk = loadedWith({ desks: [rt] }, [origin]);
const [first] = desk.settings.desks;
const off = loadedWith({ desks: [{ ...rt, on: false }] }, [origin]);

test.each<[string, Loaded, Round | null, object]>([
  ['not allowed', loadedWith({ desks: [rt] }), round([visit({ number: '7' })]), { is: 'forbidden' }],
  ['off', off, round([visit({ number: '7' })]), { is: 'off' }],
  ['nothing is known yet', desk, null, { is: 'allowed' }],
  ['no tab of it', desk, round([visit({ desk: null, origin: 'https://else.example' })]), { is: 'allowed' }],
  ['a tab with no case', desk, round([visit({ right: true })]), { is: 'allowed' }],
  ['a case', desk, round([visit(), visit({ number: '7' })]), { is: 'reads', number: '7' }],
  ['a tab that refuses', desk, round([visit({ state: 'refused' })]), { is: 'blocked' }],
  ['one refuses, one does not', desk, round([visit({ state: 'refused' }), visit()]), { is: 'allowed' }],
  ['a tab that still loads', desk, round([visit({ state: 'waits' })]), { is: 'allowed' }],
  ['another product', desk, round([visit({ right: false, like: 'jira' })]), { is: 'wrong', like: 'jira' }],
  ['another product by a case', desk, round([visit({ right: false, like: 'jira', number: '7' })]), { is: 'wrong' }],
  ['nothing that is known', desk, round([visit({ right: false })]), { is: 'wrong', like: null }],
  ['address and page disagree', desk, round([visit({ doubt: true })]), { is: 'doubt' }],
  ['kept out by policy, no tab is told', desk, round([], { shut: 1 }), { is: 'perhaps-blocked' }],
  ['kept out by policy, elsewhere', desk, round([visit()], { shut: 1 }), { is: 'allowed' }],
  ['seen after a click alone', desk, round([visit({ granted: false, number: '7' })]), { is: 'allowed' }],
])('a desk stands: %s', (_, loaded, seen, stand) => {
  expect(standOf(loaded.settings.desks[0] ?? (first as never), loaded, seen)).toMatchObject(stand);
});

test('each desk says how it stands, in words, and again when its tab changes', async () => {
  const loaded = loadedWith({ desks: [rt, jira] }, [origin, 'https://a.example']);
  const last = { rt: { origin, number: '#7', at: Date.UTC(2026, 10, 22, 9) } };
  const { turn } = show('desks', loaded, round([visit({ number: '#7' })], { last }));
  expect(await screen.findByText('Reads #7 now')).toBeTruthy();
  expect(within(deskRow('Jira')).getByText('1 of 2 allowed')).toBeTruthy();
  turn(round([visit({ right: false, like: 'redmine' })], { last }));
  expect(await screen.findByText('An open tab looks like Redmine, not like Request Tracker.')).toBeTruthy();
  expect(screen.getByText('Wrong product')).toBeTruthy();
  expect(screen.getByText(/^Last read #7, Nov 22, 2026/)).toBeTruthy();
  turn(round([visit({ right: false })]));
  expect(await screen.findByText('Not recognised as Request Tracker')).toBeTruthy();
  turn(round([visit({ state: 'refused' })]));
  expect(await screen.findByText('Blocked')).toBeTruthy();
});

test('one click asks for all addresses of desks that are on, and Undo gives back just those', async () => {
  const loaded = loadedWith({ desks: [rt, jira, { ...rt, key: 'off', origins: ['https://off.example'], on: false }] }, [
    'https://a.example',
  ]);
  const { allow, giveBack, held } = show('desks', loaded);
  press('Allow all');
  expect(allow).toHaveBeenCalledExactlyOnceWith([origin, 'https://b.example']);
  await waitFor(() => expect(held.notes.at(-1)?.words).toBe('2 addresses allowed'));
  held.notes.at(-1)?.undo?.();
  await waitFor(() => expect(giveBack).toHaveBeenCalledExactlyOnceWith([origin, 'https://b.example']));
});

test('Awaken and the bridge are allowed by the same click; Awaken is not, where the bridge pops', () => {
  const awaken = { authUrl: 'https://auth.example/token', popUrl: 'https://rt.example/pop' };
  const bridge = { url: 'https://bridge.example/deskcall' };
  const { allow } = show('desks', loadedWith({ desks: [rt], awaken, bridge }));
  press('Allow all');
  expect(allow).toHaveBeenCalledExactlyOnceWith([origin, 'https://auth.example', 'https://bridge.example']);
  cleanup();
  const other = show('desks', loadedWith({ desks: [rt], awaken: { ...awaken, mode: 'bridge' }, bridge }));
  press('Allow all');
  expect(other.allow).toHaveBeenCalledExactlyOnceWith([origin, 'https://bridge.example']);
});

test('a desk is taken from an open tab: its product, its address, and a key that is free', async () => {
  const strange = visit({ tab: 2, origin: 'https://help.example', desk: null, like: 'request-tracker' });
  const unknown = visit({ tab: 3, origin: 'https://wiki.example', desk: null });
  const { held } = show('desks', loadedWith({ desks: [{ ...rt, key: 'request-tracker' }] }), round([unknown, strange]));
  press('Add desk');
  await waitFor(() => expect(screen.getAllByRole('button', { name: /^Use/ })).toHaveLength(2));
  // What is known comes first; what is set up is not offered again.
  expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
    'Request Tracker help.exampleUse',
    'Product not recognised wiki.exampleUse',
  ]);
  press('Use help.example');
  press('Add desk');
  expect(held.saved).toEqual([
    expect.objectContaining({
      desks: [
        expect.anything(),
        expect.objectContaining({
          key: 'request-tracker-2',
          product: 'request-tracker',
          origins: ['https://help.example'],
        }),
      ],
    }),
  ]);
});

test('an address that a desk no longer has loses its permission, and Undo asks for it again', async () => {
  const { held, allow, giveBack } = show('desks', loadedWith({ desks: [jira] }, jira.origins));
  press('Edit Jira');
  fireEvent.change(screen.getByLabelText('Address'), { target: { value: 'https://b.example' } });
  press('Save desk');
  await waitFor(() => expect(giveBack).toHaveBeenCalledExactlyOnceWith(['https://a.example']));
  held.notes.at(-1)?.undo?.();
  expect(allow).toHaveBeenCalledExactlyOnceWith(['https://a.example']);
  await waitFor(() => expect(held.saved.at(-1)).toMatchObject({ desks: [{ origins: jira.origins }] }));
});

test('steps are read from what is set', () => {
  const left = (raw: object, granted?: string[], more?: Partial<Loaded>) => stepsLeft(loadedWith(raw, granted, more));
  expect(left({})).toEqual(['desk', 'allow', 'contact', 'rule']);
  expect(left({ desks: [{ ...rt, on: false }] }, [origin])).toEqual(['desk', 'allow', 'contact', 'rule']);
  expect(left({ desks: [rt] })).toEqual(['allow', 'contact', 'rule']);
  expect(left({ desks: [rt, jira], contacts: [dana] }, [origin])).toEqual(['rule']);
  const gone = { desks: [rt], contacts: [dana], rules: [{ id: 'a', when: {}, offer: ['nobody'] }] };
  expect(left(gone, [origin])).toEqual(['rule']);
  const table = { ...gone, rules: [{ id: 'a', when: {}, offer: { table: 't', field: 'asset' } }] };
  expect(left(table, [origin])).toEqual(['rule']);
  expect(left(table, [origin], { rows: { t: 1 } })).toEqual([]);
});

const whole = { desks: [rt], contacts: [dana], rules: [{ id: 'a', when: {}, offer: ['dana'] }] };

test('only the first missing step has the filled button; one that the organisation sets has none', () => {
  show('start', loadedWith({ desks: [rt] }, [origin], { locked: ['contacts'] }));
  expect(screen.queryByRole('link', { name: 'Add contact' })).toBeNull();
  expect(screen.getByText('Set by your organisation')).toBeTruthy();
  cleanup();
  show('start', loadedWith({}));
  expect([...document.querySelectorAll('.main')].map((each) => each.textContent)).toEqual(['Add desk']);
  expect(screen.getByText('Once the steps above are taken, this says whether it works.')).toBeTruthy();
  // Views that are not there are no steps.
  expect(screen.queryByText('Awaken')).toBeNull();
});

test('it works as soon as an open tab reads a case for which somebody is offered, and not before', async () => {
  const { turn } = show('start', loadedWith(whole, [origin]));
  const status = screen.getByRole('status');
  await within(status).findByText('On rt.example, in another tab. It is noticed here by itself.');
  turn(round([visit({ number: '#7' })]));
  await within(status).findByText('#7 is read, and nobody is offered');
  turn(round([visit({ number: '#7', offered: ['Dana Reyes'], granted: false })]));
  await within(status).findByText('Open a case');
  turn(round([visit({ number: '#7', offered: ['Dana Reyes'], right: false, like: 'jira' })]));
  await within(status).findByText('An open tab of Plant 7 is not read');
  turn(round([visit({ number: '#7', offered: ['Dana Reyes', 'Liu', 'Sam', 'Nia'] })]));
  await within(status).findByText('It works: #7 is open');
  expect(within(status).getByText('Its page offers Dana Reyes, Liu, Sam, and 1 more.')).toBeTruthy();
});

test('a case that is drawn long after its page has loaded is noticed, though no event tells of it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const { held } = show('start', loadedWith(whole, [origin]), round([visit()]));
    await act(async () => {});
    expect(screen.getByText('Open a case')).toBeTruthy();
    held.round = round([visit({ number: '#7', offered: ['Dana Reyes'] })]);
    await act(() => vi.advanceTimersByTimeAsync(1000));
    expect(screen.getByText('It works: #7 is open')).toBeTruthy();
    // Nothing is left to be waited for.
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
