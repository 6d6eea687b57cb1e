/** The Awaken view of the options: what is typed is kept where it belongs, and a secret never stays in the page. */
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AwakenView, type AwakenHost } from '../../components/options/awaken.tsx';
import type { Held } from '../../components/options/secret.tsx';
import type { Host, Note } from '../../components/options/state.ts';
import { usersIn, usersText, valuesIn, valuesText } from '../../components/options/words.ts';
import { checks, outcomes } from '../../lib/awaken.ts';
import type { News } from '../../lib/plan.ts';
import type { Settings } from '../../lib/schema.ts';
import { parseSettings } from '../../lib/settings.ts';
import { say } from '../states/say.ts';
import { awaken as nobody } from './awaken-host.ts';
import { drawView } from './desktop.tsx';

const at = { authUrl: 'https://auth.example/a', popUrl: 'https://pop.example/p' };
const systemId = '8c05ef37-2469-4fb4-bebf-4f4893fc9da3';

let set: Settings;
let held: Held;
let awaken: AwakenHost;
let notes: (Note | null)[];
let granted: string[];
let locked: string[];
const allow = vi.fn<Host['allow']>(async () => true);

const draw = (): void =>
  drawView(AwakenView, {
    host: { awaken, allow },
    now: () => ({ settings: set, granted, locked }),
    set: (next) => void (set = next),
    note: (note) => void notes.push(note),
  });
const type = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }));

beforeEach(() => {
  set = parseSettings({ awaken: { ...at, systemId } }).settings;
  held = 'none';
  notes = [];
  granted = ['https://auth.example', 'https://pop.example'];
  locked = [];
  allow.mockClear();
  awaken = {
    ...nobody,
    held: async () => held,
    keep: vi.fn<AwakenHost['keep']>(async (_at, _credentials, remember) => {
      held = remember ? 'remembered' : 'session';
    }),
    forget: vi.fn<AwakenHost['forget']>(async () => {
      held = 'none';
    }),
  };
});
afterEach(cleanup);

describe('addresses', () => {
  test('are saved, each for itself', () => {
    set = parseSettings({}).settings;
    draw();
    type('Sign-in address', 'https://a.example/auth');
    type('Pop address', 'https://b.example/pop');
    type('SystemId', systemId);
    press('Save addresses');
    expect(set.awaken).toMatchObject({
      authUrl: 'https://a.example/auth',
      popUrl: 'https://b.example/pop',
      systemId,
    });
  });

  test('without https are refused, with the reason beside the field', () => {
    draw();
    type('Pop address', 'http://pop.example/p');
    const field = screen.getByLabelText('Pop address');
    expect(document.getElementById(field.getAttribute('aria-describedby') ?? '')?.textContent).toMatch(/https/);
    press('Save addresses');
    expect(set.awaken.popUrl).toBe(at.popUrl);
  });

  test('that are not allowed are allowed within the click', () => {
    granted = ['https://auth.example'];
    draw();
    press('Allow these addresses');
    expect(allow).toHaveBeenCalledExactlyOnceWith(['https://pop.example']);
  });

  test('of an organisation can be read and not changed', () => {
    locked = ['awaken'];
    draw();
    expect(screen.queryByRole('button', { name: /^(Save addresses|Save people|Add pop)$/ })).toBeNull();
    // The user and the username are the person’s own all the same.
    expect(screen.getByRole('button', { name: 'Save user' })).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Save username' })).toBeTruthy();
  });
});

describe('the API user', () => {
  const enter = () => {
    type('User', 'api@example.com');
    type('Password', 'S3CRET-CANARY');
  };

  test('goes to the vault and out of the page', async () => {
    draw();
    enter();
    press('Save user');
    await screen.findByText('Set for this session');
    expect(awaken.keep).toHaveBeenCalledExactlyOnceWith(
      set.awaken,
      { user: 'api@example.com', password: 'S3CRET-CANARY' },
      false,
    );
    for (const input of document.querySelectorAll('input')) expect(input.value).not.toContain('CANARY');
    expect(document.documentElement.outerHTML).not.toContain('CANARY');
  });

  test('is remembered only if that is said', async () => {
    draw();
    fireEvent.click(screen.getByRole('switch'));
    enter();
    press('Save user');
    await screen.findByText('Set and remembered');
    expect(vi.mocked(awaken.keep).mock.calls[0]?.[2]).toBe(true);
  });

  test('is forgotten at once', async () => {
    held = 'remembered';
    draw();
    fireEvent.click(await screen.findByRole('button', { name: 'Forget' }));
    await screen.findByText('None is set');
    expect(awaken.forget).toHaveBeenCalledOnce();
    expect(screen.queryByRole('button', { name: 'Forget' })).toBeNull();
  });

  test('half of it is none', () => {
    draw();
    type('User', 'api@example.com');
    press('Save user');
    expect(screen.getByRole('alert').textContent).toBe('Enter user and password.');
    expect(awaken.keep).not.toHaveBeenCalled();
  });

  test('waits for the addresses that it belongs to', () => {
    set = parseSettings({}).settings;
    draw();
    expect(screen.getByLabelText<HTMLInputElement>('Password').disabled).toBe(true);
  });
});

describe('a test of the connection', () => {
  const now = (more: Partial<News>): News => ({ when: Date.now(), state: 'failed', ...more });
  const marked = () =>
    [...document.querySelectorAll('.checks [aria-current]')].map((item) => item.querySelector('b')?.textContent);

  test('says what was done and what was not', async () => {
    awaken.test = async () => now({ state: 'checked' });
    draw();
    press('Test connection');
    await screen.findByText('Checked: Awaken takes the user. Nothing was sent.');
    expect(marked()).toEqual([]);
  });

  test.each(outcomes.filter((outcome) => outcome !== 'accepted'))(
    'that fails points to its lines: %s',
    async (outcome) => {
      awaken.test = async () => now({ outcome, said: { at: 'auth' } });
      draw();
      press('Test connection');
      await screen.findByRole('alert');
      expect(marked()).toEqual(
        checks.filter((check) => awaken.likely[outcome].includes(check)).map((check) => say(`o_awaken_check_${check}`)),
      );
    },
  );

  test('that cannot be made says what is missing', async () => {
    awaken.test = async () => 'credentials';
    draw();
    press('Test connection');
    expect((await screen.findByRole('alert')).textContent).toContain('No API user is known on this computer');
    expect(marked()).toEqual([say('o_awaken_check_credentials')]);
  });

  test('“Pop me” that nobody sees points to what Awaken does not tell', async () => {
    set = parseSettings({
      awaken: { ...at, systemId, pops: [{ id: 'intake', name: 'Intake', campaign: 'C' }] },
    }).settings;
    awaken.popMe = vi.fn<AwakenHost['popMe']>(async () => ({
      id: 'intake',
      plan: { to: 'me', who: '', username: 'me', campaign: 'C', reference: 'r', data: [], faults: [] },
      history: [now({ state: 'sent', outcome: 'accepted' })],
    }));
    draw();
    press('Pop me: Intake');
    await screen.findByText('Awaken accepted it. Not known to be open yet.');
    expect(awaken.popMe).toHaveBeenCalledExactlyOnceWith('intake');
    expect(marked()).toHaveLength(4);
  });
});

describe('people and pops', () => {
  test('one’s own username is the person’s', () => {
    draw();
    type('Your username in Scripting', ' James.Collins ');
    press('Save username');
    expect(set.myUser).toBe('James.Collins');
    type('Your username in Scripting', '');
    press('Save username');
    expect(set.myUser).toBeNull();
  });

  test('who is who is pasted line by line', () => {
    draw();
    type('People', 'Sam Okoro = Sam.Okoro\n\nno name');
    press('Save people');
    expect(screen.getByText('Line 3 is no name = username.')).toBeTruthy();
    type('People', 'Sam Okoro = Sam.Okoro');
    press('Save people');
    expect(set.awaken.users).toEqual([{ user: 'Sam Okoro', username: 'Sam.Okoro' }]);
  });

  test('a pop is added, changed and removed', async () => {
    draw();
    press('Add pop');
    const form = within(screen.getByRole('form'));
    const add = () => fireEvent.click(form.getByRole('button', { name: 'Add pop' }));
    add();
    expect(form.getByText('Give it a name.')).toBeTruthy();
    type('Name', 'Pump intake');
    add();
    expect(form.getByText('Name the campaign.')).toBeTruthy();
    type('Campaign', 'CRM Campaign');
    fireEvent.change(screen.getByLabelText('On whose desktop'), { target: { value: 'field' } });
    add();
    expect(form.getByText('Say whose desktop it is.')).toBeTruthy();
    type('Field of the case, such as assignee', 'assignee');
    type('What the workflow gets', 'Contact Name = requester\nCONTACT NAME = "x"');
    add();
    expect(form.getByText(/“CONTACT NAME” is there twice/)).toBeTruthy();
    type('What the workflow gets', 'Contact Name = requester\nvar_Reason = "Expert call"');
    add();
    const pop = {
      id: 'pump-intake',
      name: 'Pump intake',
      campaign: 'CRM Campaign',
      to: { field: 'assignee' },
      reference: '{desk}:{number}',
      data: [
        { name: 'Contact Name', field: 'requester' },
        { name: 'var_Reason', text: 'Expert call' },
      ],
    };
    expect(set.awaken.pops).toEqual([pop]);
    press('Edit Pump intake');
    type('Reference', 'same for all');
    press('Save pop');
    expect(screen.getByText(/must contain \{number\} or \{id\}/)).toBeTruthy();
    type('Reference', '{desk}-{id}');
    press('Save pop');
    await waitFor(() => expect(set.awaken.pops).toEqual([{ ...pop, reference: '{desk}-{id}' }]));
    press('Remove Pump intake');
    expect(set.awaken.pops).toEqual([]);
  });
});

describe('through the bridge', () => {
  test('no address, SystemId or user of Awaken’s is asked for; the test and the pops stay', async () => {
    set = parseSettings({ bridge: { url: 'https://bridge.example' } }).settings;
    awaken.test = vi.fn<AwakenHost['test']>(async () => 'bridge');
    draw();
    expect(screen.getByLabelText('Password')).toBeTruthy();
    fireEvent.change(screen.getByLabelText('Pops are sent by'), { target: { value: 'bridge' } });
    expect(set.awaken.mode).toBe('bridge');
    for (const label of ['Password', 'Sign-in address', 'Pop address', 'SystemId'])
      expect(screen.queryByLabelText(label)).toBeNull();
    expect(screen.getByText('https://bridge.example')).toBeTruthy();
    press('Test connection');
    expect((await screen.findByRole('alert')).textContent).toContain('not set up in this browser');
    expect(screen.getByLabelText('Your username in Scripting')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Add pop' })).toBeTruthy();
    fireEvent.change(screen.getByLabelText('Pops are sent by'), { target: { value: 'direct' } });
    expect(set.awaken.mode).toBe('direct');
  });

  test('a bridge that is in the way says so, and points to no line of Awaken’s', async () => {
    set = parseSettings({ bridge: { url: 'https://bridge.example' }, awaken: { mode: 'bridge' } }).settings;
    const news: News = { when: 1, by: 'bridge', state: 'failed', trouble: 'network' };
    awaken.test = vi.fn<AwakenHost['test']>(async () => news);
    draw();
    press('Test connection');
    expect((await screen.findByRole('alert')).textContent).toContain('can’t be reached');
    expect(document.querySelectorAll('.checks [aria-current]')).toHaveLength(0);
    awaken.test = vi.fn<AwakenHost['test']>(async () => ({
      when: 2,
      by: 'bridge',
      state: 'failed',
      outcome: 'auth-rejected',
      said: { at: 'auth', status: 401 },
    }));
    press('Test connection');
    await waitFor(() => expect(document.querySelectorAll('.checks [aria-current]')).toHaveLength(1));
    expect(screen.getByRole('alert').textContent).toContain('Tell whoever runs the bridge');
  });

  test('an organisation’s choice is read, not changed', () => {
    locked = ['awaken'];
    draw();
    expect(screen.getByText('This browser, with an API user of its own')).toBeTruthy();
    expect(screen.queryByLabelText('Pops are sent by')).toBeNull();
  });
});

describe('lines', () => {
  test('of people are read as they are written', () => {
    const users = [
      { user: 'Sam: Okoro = x', username: 'Sam.Okoro' },
      { desk: 'rt', user: 'sam', username: 'S' },
    ];
    expect(usersIn(usersText(users), ['rt'])).toEqual({ users });
  });
  test('of values are read as they are written', () => {
    const values = [
      { name: 'Contact Name', field: 'Serial = Number' },
      { name: 'b', text: 'a "quoted" \\ text = 1' },
    ];
    expect(valuesIn(valuesText(values))).toEqual({ values });
  });
  test.each(['= x', 'x =', 'x', ' = '])('%j is no value', (line) => expect(valuesIn(line)).toEqual({ wrong: 1 }));
});
