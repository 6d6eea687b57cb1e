/** The Bridge view of the options: an address that may be called, a token that never stays in the page, and how it goes. */
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BridgeView, type BridgeHost } from '../../components/options/bridge.tsx';
import type { Held } from '../../components/options/secret.tsx';
import type { Host, Note } from '../../components/options/state.ts';
import { troubleWord } from '../../components/trouble.ts';
import type { TroubleCode } from '../../lib/api.ts';
import type { Settings } from '../../lib/schema.ts';
import { parseSettings } from '../../lib/settings.ts';
import { say } from '../states/say.ts';
import { bridge as nobody } from './bridge-host.ts';
import { drawView } from './desktop.tsx';

let set: Settings;
let held: Held;
let bridge: BridgeHost;
let notes: (Note | null)[];
let granted: string[];
let locked: string[];
const asCsv = vi.fn<(rows: string[][]) => string>(() => '');
const allow = vi.fn<Host['allow']>(async () => true);

const draw = (): void =>
  drawView(BridgeView, {
    host: { bridge, allow, lists: { asCsv } as unknown as Host['lists'] },
    now: () => ({ settings: set, granted, locked }),
    set: (next) => void (set = next),
    note: (note) => void notes.push(note),
  });
const type = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }));

beforeEach(() => {
  set = parseSettings({ bridge: { url: 'https://bridge.example/deskcall' } }).settings;
  held = 'none';
  notes = [];
  granted = ['https://bridge.example'];
  locked = [];
  allow.mockClear();
  bridge = {
    ...nobody,
    held: async (url) => (url ? held : 'none'),
    keep: vi.fn<BridgeHost['keep']>(async (_url, _token, remember) => {
      held = remember ? 'remembered' : 'session';
    }),
    forget: vi.fn<BridgeHost['forget']>(async () => {
      held = 'none';
    }),
  };
});
afterEach(cleanup);

test.each([
  'http://bridge.example',
  'https://user:pass@bridge.example',
  'https://bridge.example/?x=1',
  'https://bridge.example/#x',
  'bridge.example',
  'javascript:alert(1)',
])('%s is no address of a bridge, and the reason is said', (url) => {
  draw();
  type('Address of the bridge', url);
  press('Save address');
  expect(screen.getByRole('alert').textContent).toMatch(/^bridge\.url: /);
  expect(set.bridge.url).toBe('https://bridge.example/deskcall');
});

test('this computer may do without https; an empty field takes the address away', () => {
  draw();
  type('Address of the bridge', ' http://127.0.0.1:8787 ');
  press('Save address');
  expect(set.bridge.url).toBe('http://127.0.0.1:8787');
  type('Address of the bridge', '');
  press('Save address');
  expect(set.bridge).toEqual({ wrapUp: true });
  expect(notes.map((note) => note?.words)).toEqual(['Address of the bridge saved', 'Address of the bridge removed']);
});

test('exactly its origin is asked for', async () => {
  granted = [];
  draw();
  screen.getByText('Not allowed yet: https://bridge.example');
  press('Allow this address');
  expect(allow).toHaveBeenCalledExactlyOnceWith(['https://bridge.example']);
  await waitFor(() => expect(notes.map((note) => note?.words)).toEqual(['The bridge’s address allowed']));
});

test('set by the organisation, the address stays and the token is still the person’s', async () => {
  locked = ['bridge'];
  draw();
  expect(screen.queryByRole('button', { name: 'Save address' })).toBeNull();
  screen.getByText('Set by your organisation');
  expect(screen.getByLabelText<HTMLInputElement>('Token').disabled).toBe(false);
  await screen.findByText('None is set');
});

test('a token is kept for this address and leaves the page at once', async () => {
  draw();
  const field = screen.getByLabelText<HTMLInputElement>('Token');
  type('Token', ' S3CRET ');
  press('Save token');
  expect(field.value).toBe('');
  await screen.findByText('Set for this session');
  expect(bridge.keep).toHaveBeenCalledExactlyOnceWith('https://bridge.example/deskcall', 'S3CRET', false);
  expect(document.body.innerHTML).not.toContain('S3CRET');
  press('Forget');
  await screen.findByText('None is set');
  expect(bridge.forget).toHaveBeenCalledOnce();
});

test.each([
  ['', 'Enter the token that you were given.'],
  ['two words', 'A token has no spaces. Copy it once more.'],
  ['tökén', 'A token has no spaces. Copy it once more.'],
])('%j is no token', (typed, why) => {
  draw();
  type('Token', typed);
  press('Save token');
  expect(screen.getByRole('alert').textContent).toBe(why);
  expect(bridge.keep).not.toHaveBeenCalled();
});

test('without an address there is nothing to enter a token for', async () => {
  set = parseSettings({}).settings;
  draw();
  expect(screen.getByLabelText<HTMLInputElement>('Token').disabled).toBe(true);
  await screen.findByText('Save the address first');
});

test('a test says who is asking and what does not work', async () => {
  bridge.test = async () => ({ value: { name: 'James', scopes: ['read', 'more'] } });
  draw();
  press('Test connection');
  const status = await screen.findByRole('status');
  expect(status.textContent).toContain('Connected as “James”');
  expect(status.textContent).toContain('Uses of links are not told: the token lacks “launch”.');
  expect(status.textContent).toContain('The panel shows what happened in a case.');
});

test('a refusal is said with the next step, and in the bridge’s own words', async () => {
  bridge.test = async () => ({ trouble: { code: 'unauthorized', said: 'Who is <b>that</b>?' } });
  draw();
  press('Test connection');
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('The bridge does not know your token. Ask whoever runs it for a new one');
  expect(alert.textContent).toContain('Who is <b>that</b>?');
  expect(alert.querySelector('b b')).toBeNull();
});

test('answers that no bridge has are saved as a file, and removed', async () => {
  const at = '2026-11-22T10:00:00Z';
  const said = { case: 'rt:ticket:a:1', launchId: 'AAAAAAAAAAA2', outcome: 'solved', tripAvoided: true, at } as const;
  bridge.kept = vi.fn<BridgeHost['kept']>().mockResolvedValueOnce([said]).mockResolvedValue([]);
  bridge.drop = vi.fn<BridgeHost['drop']>(async () => {});
  draw();
  await screen.findByText('Kept on this computer: 1');
  press('Save as CSV');
  expect(asCsv).toHaveBeenCalledExactlyOnceWith([
    ['at', 'desk', 'kind', 'id', 'launch_id', 'outcome', 'trip_avoided'],
    [at, 'rt', 'ticket', 'a:1', 'AAAAAAAAAAA2', 'solved', 'true'],
  ]);
  press('Remove them');
  await waitFor(() => expect(screen.queryByText(/^Kept on this computer/)).toBeNull());
  expect(bridge.drop).toHaveBeenCalledExactlyOnceWith([said]);
});

test('asking can be turned off', () => {
  draw();
  fireEvent.click(screen.getByRole('switch', { name: 'Ask how a call ended' }));
  expect(set.bridge).toEqual({ url: 'https://bridge.example/deskcall', wrapUp: false });
  expect(notes.at(-1)?.words).toBe('Deskcall does not ask how a call ended');
});

test('whatever stands in the way has a sentence and a next step', () => {
  const all: TroubleCode[] = ['unset', 'permission', 'token', 'address', 'network', 'timeout', 'redirect', 'too-long'];
  const more: TroubleCode[] = ['strange', 'unauthorized', 'forbidden', 'not-found', 'invalid', 'too-large', 'too-many'];
  const names = [...all, ...more, 'unavailable' as const, 'internal' as const].flatMap((code) => [
    `bridge_${troubleWord(code)}`,
    `bridge_${troubleWord(code)}_do`,
  ]);
  expect(names.map((name) => say(name))).not.toContain('');
});
