/** Licences, external data, the simulator, and hours in a contact's form: on the real code, with settings in memory. */
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { useState, type ComponentType } from 'react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { External } from '../../components/options/external.tsx';
import { Licences } from '../../components/options/licences.tsx';
import { Rules } from '../../components/options/rules.tsx';
import { Simulator } from '../../components/options/simulator.tsx';
import type { Desktop, Host, Loaded } from '../../components/options/state.ts';
import { TargetForm } from '../../components/options/target-form.tsx';
import { Text } from '../../components/text.ts';
import { firstProblem } from '../../lib/import.ts';
import type { Row, Settings } from '../../lib/schema.ts';
import { linkWrong, parseSettings } from '../../lib/settings.ts';
import { say } from '../states/say.ts';
import { placedWords } from '../../components/options/problems.ts';
import { callsOn } from './calls-host.ts';

afterEach(cleanup);

const link = (id: string) => `worklink://resource?action=fetch_user&user=${id}`;
const start = {
  desks: [{ key: 'rt', product: 'request-tracker', origins: ['https://rt.example'] }],
  contacts: [
    { id: 'dana', name: 'Dana Reyes', link: link('497'), licence: 'expert' },
    { id: 'liu', name: 'Liu Wei', link: link('512'), licence: 'guest' },
  ],
  catalogs: [{ id: 'manuals', name: 'Manuals', kind: 'asset', field: 'asset' }],
  rules: [
    { id: 'a', when: { queue: 'Pumps' }, offer: ['dana', 'manuals'] },
    { id: 'b', when: { fields: { Site: 'P7' } }, offer: { table: 'sites', field: 'asset' } },
  ],
  tables: [{ id: 'sites', name: 'Sites' }],
};

type View = ComponentType<{ desktop: Desktop }>;

/** Shows a view over settings in memory. */
function open(view: View, raw: object = {}, more: { locked?: string[]; rows?: Row[] } = {}) {
  const { settings, problems } = parseSettings({ ...start, ...raw });
  expect(problems).toEqual([]);
  const rows = more.rows ?? [];
  const held = { settings, copied: '', words: '' };
  const host = {
    calls: callsOn(() => rows),
    products: [{ id: 'request-tracker', name: 'Request Tracker' }],
    linkProblem: linkWrong,
    copy: async (text: string) => void (held.copied = text),
    looks: { tabs: async () => [], watch: () => () => {}, look: vi.fn<Host['looks']['look']>(async () => null) },
  } as unknown as Host;
  const Whole = () => {
    const [now, setNow] = useState<Settings>(settings);
    const desktop: Desktop = {
      host,
      loaded: {
        settings: now,
        locked: more.locked ?? [],
        rows: { sites: rows.length },
        rowTargets: [...new Set(rows.flatMap((row) => row.offer))],
      } as unknown as Loaded,
      change: (words, next) => {
        const all = { ...now, ...next };
        const problem = firstProblem(all);
        if (problem) return placedWords(problem, say);
        Object.assign(held, { settings: all, words });
        setNow(all);
        return null;
      },
      undo: () => {},
      redo: () => {},
      act: async (job) => {
        held.words = (await job())?.words ?? '';
      },
    };
    const Shown = view;
    return (
      <Text.Provider value={say}>
        <Shown desktop={desktop} />
      </Text.Provider>
    );
  };
  render(<Whole />);
  return held;
}

const type = (label: string, value: string, within_: HTMLElement = document.body) =>
  fireEvent.change(within(within_).getByLabelText(label), { target: { value } });
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }));
const plain = (element: Element | null): string => (element?.textContent ?? '').replaceAll(/\s+/g, ' ');
const part = (name: string): HTMLElement => screen.getByRole('region', { name });

describe('licences', () => {
  test('the person’s own is kept, and forgotten again', () => {
    const held = open(Licences);
    type('Your licence', 'tech');
    expect(held.settings.me).toEqual({ licence: 'tech' });
    expect(held.words).toBe('Your licence is now: Tech');
    type('Your licence', '');
    expect(held.settings.me).toEqual({});
  });

  test('a link that may not be offered says why and is not kept; an empty one is none', () => {
    const held = open(Licences);
    type('Your own link', 'javascript:alert(1)');
    press('Save your link');
    expect(screen.getByRole('alert').textContent).toMatch(/^A link starts with/);
    expect(held.settings.myLink).toBeNull();
    type('Your own link', ` ${link('7')} `);
    press('Save your link');
    expect(held.settings.myLink).toBe(link('7'));
    type('Your own link', '');
    press('Save your link');
    expect(held.settings.myLink).toBeNull();
  });

  test('refusals are corrected, added, taken out, and set back', () => {
    const held = open(Licences);
    const pairs = () => held.settings.licences.map(({ from, to }) => `${from} ${to}`);
    expect(pairs()).toHaveLength(8);
    type('How it is known: Tech to Guest', 'tried');
    const what = screen.getByLabelText('What to do: Tech to Guest');
    fireEvent.change(what, { target: { value: '  Ask the hotline. ' } });
    fireEvent.blur(what);
    expect(held.settings.licences.find(({ from, to }) => from === 'tech' && to === 'guest')).toEqual({
      from: 'tech',
      to: 'guest',
      evidence: 'tried',
      why: 'Ask the hotline.',
    });
    press('Remove Tech to Guest');
    expect(pairs()).not.toContain('tech guest');
    type('Add a call that is refused', 'expert guest');
    expect(held.settings.licences.at(-1)).toEqual({ from: 'expert', to: 'guest', evidence: 'tried' });
    press('Back to WorkLink’s help');
    expect(pairs()).toHaveLength(8);
    expect(screen.queryByRole('button', { name: 'Back to WorkLink’s help' })).toBeNull();
  });

  test('what the organisation sets can be read and not changed', () => {
    open(Licences, { me: { licence: 'tech' }, myLink: link('7') }, { locked: ['me', 'myLink', 'licences'] });
    expect(screen.queryByRole('combobox')).toBeNull();
    expect(screen.queryByRole('textbox')).toBeNull();
    expect(screen.queryByRole('button')).toBeNull();
    expect(plain(part('You'))).toContain('Your licence: Tech');
    expect(plain(part('Calls that WorkLink refuses'))).toContain('WorkLink’s help');
  });
});

describe('external data', () => {
  test('nothing is sent until it is turned on, and what is personal says so', () => {
    const held = open(External);
    const switches = screen.getAllByRole<HTMLInputElement>('switch');
    expect(switches.map(({ checked }) => checked)).toEqual(switches.map(() => false));
    const personal = screen
      .getAllByText('Personal')
      .map((mark) => mark.closest('tr')?.querySelector('th')?.textContent);
    expect(personal).toEqual(['assigned_to', 'requested_by']);
    fireEvent.click(screen.getByRole('switch', { name: 'Send equipment_id' }));
    expect(held.settings.links.external).toEqual({ equipment_id: 'asset' });
    expect(plain(part('Preview').querySelector('.link'))).toContain('equipment_id=ASSET-204');
    fireEvent.click(screen.getByRole('switch', { name: 'Send equipment_id' }));
    expect(held.settings.links.external).toEqual({});
    expect(plain(part('Preview').querySelector('.link'))).not.toContain('equipment_id');
  });

  test.each([
    ['token', 'Site', '"token" means something to WorkLink or to Deskcall. Choose another name.'],
    ['ASSET', 'Site', '"ASSET" means something to WorkLink or to Deskcall. Choose another name.'],
    ['my site', 'Site', 'Begin with a letter; use letters, digits and underscore, up to 40.'],
    ['Site_Name', 'Site', 'site_name is there already.'],
    ['site', '', 'Name the field of the case.'],
  ])('a parameter "%s" for "%s" is refused', (name, field, why) => {
    const held = open(External, { links: { external: { site_name: 'Site' } } });
    const form = screen.getByRole('form', { name: 'Add parameter' });
    type('Parameter', name, form);
    type('Field of the case', field, form);
    fireEvent.submit(form);
    expect(within(form).getByRole('alert').textContent).toBe(why);
    expect(held.settings.links.external).toEqual({ site_name: 'Site' });
  });

  test.each([
    ['customerMail', 'Site', true],
    ['x', 'Caller', true],
    ['x', 'User name', true],
    ['site_name', 'Site', false],
    ['x', 'Plant', false],
  ])('%s of %s is personal: %s', (name, field, personal) => {
    open(External, { links: { external: { [name]: field } } });
    const row = screen.getAllByRole('row', { name: new RegExp(`^${name} `) })[0];
    expect(plain(row ?? null).includes('Personal')).toBe(personal);
  });

  test('a preset’s name that is taken for another field is the admin’s own', () => {
    const held = open(External, { links: { external: { priority: 'Urgency' } } });
    expect(screen.queryByRole('switch', { name: 'Send priority' })).toBeNull();
    press('Remove priority');
    expect(held.settings.links.external).toEqual({});
    expect(screen.getByRole<HTMLInputElement>('switch', { name: 'Send priority' }).checked).toBe(false);
  });

  test('how links are written is checked before it is kept', () => {
    const held = open(External);
    const save = () => press('Save how links are written');
    type('User', 'https://evil.example/{id}');
    save();
    expect(screen.getByRole('alert').textContent).toContain('evil.example');
    type('User', 'worklink://resource?action=call_user&user={id}');
    type('Link for phones', 'https://getworklink.com/x');
    save();
    expect(screen.getByRole('alert').textContent).toBe('It must contain {link}.');
    type('Link for phones', '');
    type('Hosts of web links', 'getworklink.com Evil/');
    save();
    expect(screen.getByRole('alert').textContent).toBe('"Evil/" is no host name.');
    type('Hosts of web links', 'getworklink.com\ncall.example');
    save();
    expect(held.settings.links).toMatchObject({
      deferred: null,
      linkHosts: ['getworklink.com', 'call.example'],
      templates: { user: 'worklink://resource?action=call_user&user={id}' },
    });
  });

  test('what the organisation sets can be read and not changed', () => {
    open(External, { links: { external: { equipment_id: 'asset' } } }, { locked: ['links'] });
    expect(screen.queryByRole('switch')).toBeNull();
    expect(screen.queryByRole('textbox')).toBeNull();
    const [row] = screen.getAllByRole('row', { name: /^equipment_id/ });
    expect(plain(row ?? null)).toContain('On');
  });
});

describe('the simulator', () => {
  const rows: Row[] = [{ table: 'sites', key: 'A-1', offer: ['liu'] }];
  const rules = () => part('Rules');
  const fill = async (values: Record<string, string>) => {
    for (const [label, value] of Object.entries(values)) type(label, value);
    await waitFor(() => screen.getByRole('region', { name: 'Rules' }));
  };

  test('rules that match, and the first link with its parameters', async () => {
    const held = open(Simulator);
    screen.getByText('No case yet');
    await fill({ Number: '12', Queue: 'pumps', Asset: 'A-1' });
    await waitFor(() => expect(plain(rules())).toContain('Rule 1 matchesDana Reyes, Manuals'));
    expect(plain(rules())).toContain('Rule 2 is not read');
    const [params] = screen.getAllByRole('table', { name: 'Parameters of the link of Dana Reyes' });
    const cell = (name: string) =>
      plain(within(params ?? document.body).getByRole('row', { name: new RegExp(`^${name} `) }));
    expect(cell('user')).toBe('user497Contact or catalog');
    expect(cell('work_order_id')).toBe('work_order_id12The case');
    press('Copy link of Dana Reyes');
    await waitFor(() => expect(held.words).toBe('Link copied'));
    expect(held.copied).toMatch(/^worklink:\/\/resource\?action=fetch_user&user=497&work_order_id=12&/);
  });

  test('what failed, with what was wanted and what there is', async () => {
    open(Simulator, {}, { rows });
    await fill({ Number: '12', Queue: 'Valves' });
    await waitFor(() => expect(plain(rules())).toContain('Queue is Valves, not Pumps'));
    expect(plain(rules())).toContain('Site is empty, not P7');
    screen.getByText('No rule covers this case');
    press('Another field');
    type('Label on the case page', 'site');
    type('Value', 'p7');
    await waitFor(() => expect(plain(rules())).toContain('Sites has no row: Asset is empty'));
    type('Asset', 'A-2');
    await waitFor(() => expect(plain(rules())).toContain('Sites has no row for A-2'));
    type('Asset', 'a-1');
    await waitFor(() => expect(plain(rules())).toContain('Rule 2 matchesSites has the row a-1Liu Wei'));
  });

  test('hours and licences are told as on the panel', async () => {
    const hours = {
      zone: 'UTC',
      week: [{ days: [((new Date().getUTCDay() + 2) % 7) + 1], from: '08:00', to: '09:00' }],
    };
    const [dana, liu] = start.contacts;
    open(Simulator, { contacts: [{ ...dana, hours, fallback: ['liu'] }, liu], me: { licence: 'tech' } });
    await fill({ Number: '12', Queue: 'Pumps' });
    const offered = () => plain(part('Offered'));
    await waitFor(() => expect(offered()).toMatch(/Dana Reyes: closed until \w+ 08:00/));
    expect(offered()).toContain('Liu Wei Contact · Instead of Dana Reyes · Guest');
    expect(offered()).toContain('WorkLink’s help names no call from Tech to Guest.');
  });

  test('a pasted case fills the form, and text that is none says so', async () => {
    open(Simulator);
    press('Paste');
    const paste = (text: string) =>
      fireEvent.change(screen.getByRole('textbox', { name: 'Case' }), { target: { value: text } });
    paste('nothing');
    press('Read this case');
    expect(screen.getByRole('alert').textContent).toMatch(/^No case is in this text/);
    paste(JSON.stringify({ desk: 'x', case: { desk: 'rt', id: '12', kind: 'ticket', queue: 'Pumps' } }));
    press('Read this case');
    expect(screen.getByLabelText<HTMLInputElement>('Queue').value).toBe('Pumps');
    await waitFor(() => expect(plain(rules())).toContain('Rule 1 matches'));
    press('Clear');
    screen.getByText('No case yet');
  });

  test('without a desk there is nothing to try', () => {
    open(Simulator, { desks: [] });
    screen.getByText('No desk yet');
    expect(screen.getByRole('link').getAttribute('href')).toBe('#desks');
  });

  test('what cannot be meant stands below, rows included', async () => {
    const more: Row[] = [...rows, { table: 'sites', key: 'A-2', offer: ['manuals', 'gone'] }];
    open(
      Simulator,
      { contacts: [...start.contacts, { id: 'old', name: 'Old', link: 'worklink://resource?action=fetch_user' }] },
      { rows: more },
    );
    const flaws = () => plain(part('All rules and contacts'));
    expect(flaws()).toContain('Old is never offered');
    expect(flaws()).toContain('Old has a link without an id');
    expect(flaws()).toContain('rows name "gone", which is not there');
    await waitFor(() => expect(flaws()).toContain('in Sites, 1 of 2 rows offer no catalog, such as A-1'));
  });

  test('a sound set has nothing to mend', () => {
    open(Simulator, { rules: [{ id: 'a', when: {}, offer: ['dana', 'liu', 'manuals'] }] });
    expect(plain(part('All rules and contacts'))).toContain('Nothing to mend');
  });
});

describe('rules', () => {
  test('one in another’s shadow says so and is moved above it', () => {
    const rule = (id: string, queue: string) => ({ id, when: { queue }, offer: ['dana'] });
    const held = open(Rules, { rules: [rule('x', 'Z'), rule('wide', 'P*'), rule('y', 'Y'), rule('dark', 'Pumps')] });
    screen.getByText('Never reached: rule 2 is wider');
    press('Move above 2');
    expect(held.settings.rules.map(({ id }) => id)).toEqual(['x', 'dark', 'wide', 'y']);
    expect(screen.queryByText(/^Never reached/)).toBeNull();
    // Liu and the manuals are offered by no rule.
    expect(screen.getByRole('link', { name: '2 more warnings about contacts and tables' }).getAttribute('href')).toBe(
      '#simulator',
    );
  });
});

describe('hours in a contact’s form', () => {
  const Form: View = ({ desktop }) => {
    const item = desktop.loaded.settings.contacts[0];
    return item ? <TargetForm desktop={desktop} list="contacts" item={item} close={() => {}} /> : null;
  };
  const day = (name: string) => screen.getByRole<HTMLInputElement>('checkbox', { name });
  const save = () => press('Save');

  test('are always, then some, with who stands in, and always again', () => {
    const held = open(Form);
    press('At these hours');
    expect(day('Monday').checked && !day('Sunday').checked).toBe(true);
    type('Time zone', 'America/New_York');
    fireEvent.click(day('Friday'));
    fireEvent.click(day('Sunday'));
    type('From', '20:00');
    type('To', '00:00');
    screen.getByText('until midnight');
    type('Add somebody', 'liu');
    save();
    expect(held.settings.contacts[0]).toEqual({
      ...start.contacts[0],
      hours: { zone: 'America/New_York', week: [{ days: [1, 2, 3, 4, 7], from: '20:00', to: '24:00' }] },
      fallback: ['liu'],
    });
    press('Always');
    save();
    expect(held.settings.contacts[0]).toEqual(start.contacts[0]);
  });

  test('that stand are shown as they are, and kept through another change', () => {
    const hours = {
      zone: 'Europe/Berlin',
      week: [
        { days: [6], from: '22:00', to: '06:00' },
        { days: [1], from: '00:00', to: '24:00' },
      ],
    };
    const contact = { ...start.contacts[0], hours, fallback: ['liu'] };
    const held = open(Form, { contacts: [contact, start.contacts[1]] });
    screen.getByText('of the next day');
    screen.getByText('until midnight');
    type('Name', 'Dana R.');
    save();
    expect(held.settings.contacts[0]).toEqual({ ...contact, name: 'Dana R.' });
  });

  test.each<[string, () => void, RegExp]>([
    ['a zone that is none', () => type('Time zone', 'Berlin'), /^Name a time zone/],
    [
      'no day',
      () => [1, 2, 3, 4, 5].forEach((n) => fireEvent.click(screen.getAllByRole('checkbox')[n - 1] ?? document)),
      /^Choose at least one day/,
    ],
    ['no time', () => type('From', ''), /^Give both times/],
    ['no length', () => type('To', '08:00'), /^From and to are the same/],
    ['no row', () => press('Remove hours 1'), /^Add hours/],
  ])('%s is refused with a sentence', (_, spoil, why) => {
    const held = open(Form);
    press('At these hours');
    spoil();
    save();
    expect(screen.getByRole('alert').textContent).toMatch(why);
    expect(held.settings.contacts[0]).toEqual(start.contacts[0]);
  });
});
