import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Options } from '../../components/options/options.tsx';
import type { Host } from '../../components/options/state.ts';
import { Text, type Say } from '../../components/text.ts';
import { bytesOf, firstChoice, fitsPlace, makePack, unknownPlaces, zipOf } from '../../lib/deploy.ts';
import { describeDesk, fitsOf } from '../../lib/describe.ts';
import { firstProblem, preview } from '../../lib/import.ts';
import type { Row } from '../../lib/schema.ts';
import { linkWrong, parseSettings, warnings } from '../../lib/settings.ts';
import { awaken } from './awaken-host.ts';
import { bridge } from './bridge-host.ts';
import { callsOn } from './calls-host.ts';
import { lists } from './lists-host.ts';

const messages = JSON.parse(readFileSync('public/_locales/en/messages.json', 'utf8')) as Record<
  string,
  { message: string }
>;
const say: Say = (key, ...values) => {
  const text = messages[key]?.message;
  if (text === undefined) throw new Error(`no text for ${key}`);
  return text.replace(/\$(\d)/g, (_, n: string) => values[Number(n) - 1] ?? '');
};

const link = 'worklink://resource?action=fetch_user&user=497';
const start = {
  desks: [{ key: 'rt', product: 'request-tracker', origins: ['https://rt.example'] }],
  contacts: [{ id: 'dana', name: 'Dana Reyes', link }],
  rules: [
    { id: 'a', when: { queue: 'Field' }, offer: ['dana'] },
    { id: 'b', when: {}, offer: ['gone'] },
  ],
  tables: [{ id: 'sites', name: 'Sites' }],
};

/** A browser in memory. */
function memory(raw: unknown = start, locked: string[] = []) {
  const held = { ...parseSettings(raw), rows: [{ table: 'sites', key: 'P7', offer: ['dana'] }] as Row[] };
  const granted = new Set<string>();
  type Taken = Pick<typeof held, 'settings' | 'rows'> & { id: string; reason: 'import' | 'restore' | 'remove' };
  const taken: Taken[] = [];
  const take = (reason: Taken['reason']): string => {
    const id = `s${taken.length}`;
    taken.unshift({ settings: held.settings, rows: held.rows, id, reason });
    return id;
  };
  const host: Host = {
    lists,
    calls: callsOn(() => held.rows),
    awaken,
    bridge,
    looks: {
      tabs: async () => [],
      watch: () => () => {},
      look: async () => null,
      take: async () => undefined,
      describe: (text) => describeDesk(text, () => true),
      fits: fitsOf,
      round: async () => ({ visits: [], shut: 0, last: {} }),
    },
    copy: async () => {},
    self: { browser: 'chrome', id: 'abcdefghijklmnopabcdefghijklmnop' },
    products: [{ id: 'request-tracker', name: 'Request Tracker' }],
    load: async () => ({
      settings: held.settings,
      problems: held.problems,
      locked,
      defaults: [],
      changed: [],
      snapshots: taken.map(({ id, reason }) => ({
        id,
        reason,
        at: 0,
        counts: { desks: 0, contacts: 0, catalogs: 0, rules: 0, rows: 0 },
      })),
      places: unknownPlaces,
      granted: (origin) => granted.has(origin),
      rows: Object.fromEntries(held.rows.map((row) => [row.table, held.rows.length])),
      rowTargets: [],
    }),
    save: async (settings) => {
      held.settings = settings;
    },
    readRows: async () => held.rows,
    replaceRows: async (next) => {
      held.rows = Array.isArray(next) ? next : next(held.rows);
      return true;
    },
    importAll: async (settings, rows) => {
      const id = take('import');
      Object.assign(held, { settings, rows: rows ?? held.rows });
      return id;
    },
    restore: async (wanted) => {
      const found = taken.find(({ id }) => id === wanted);
      const id = take('restore');
      if (found) Object.assign(held, { settings: found.settings, rows: found.rows });
      return id;
    },
    removeAll: async () => {
      const gone = [...granted];
      granted.clear();
      const snapshot = take('remove');
      Object.assign(held, { settings: parseSettings({}).settings, rows: [] });
      return { snapshot, gone };
    },
    takeDefaults: async () => '',
    readSnapshot: async () => null,
    keepPlaces: async () => {},
    fitsPlace,
    firstChoice,
    pack: (settings, rows, choice, at) => makePack(settings, rows, choice, at, '0'),
    bytesOf,
    zipOf,
    allow: vi.fn<Host['allow']>(async (origins) => {
      for (const origin of origins) granted.add(origin);
      return true;
    }),
    giveBack: async (origins) => {
      for (const origin of origins) granted.delete(origin);
    },
    watch: () => () => {},
    problem: firstProblem,
    linkProblem: linkWrong,
    warnings,
    preview,
  };
  return { host, held };
}

async function open(view: string, host: Host) {
  location.hash = view;
  render(
    <Text.Provider value={say}>
      <Options host={host} />
    </Text.Provider>,
  );
  await screen.findByRole('heading', { level: 1 });
}

const press = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }));
const type = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });
const said = (words: string | RegExp) => within(screen.getByRole('status')).findByText(words);

const choose = (content: unknown) =>
  fireEvent.change(screen.getByLabelText('Settings file'), {
    target: {
      files: [new File([typeof content === 'string' ? content : JSON.stringify(content)], 'settings.json')],
    },
  });

beforeEach(() => {
  location.hash = '';
});
afterEach(cleanup);

test('a file that is too large, or gone, is not read, and that is said', async () => {
  const { host, held } = memory();
  await open('backup', host);
  const before = held.settings;
  const file = new File(['{}'], 'huge.json');
  Object.defineProperty(file, 'size', { value: 100_000_000 });
  fireEvent.change(screen.getByLabelText('Settings file'), { target: { files: [file] } });
  expect((await screen.findByRole('alert')).textContent).toMatch(/huge\.json is larger than 64 MB/);
  const gone = new File(['{}'], 'gone.json');
  gone.text = () => Promise.reject(new DOMException('', 'NotFoundError'));
  fireEvent.change(screen.getByLabelText('Settings file'), { target: { files: [gone] } });
  await waitFor(() => expect(screen.getByRole('alert').textContent).toMatch(/gone\.json cannot be read/));
  expect(held.settings).toBe(before);
});

test('a refused link says why beside the field and is not saved', async () => {
  const { host, held } = memory();
  await open('contacts', host);
  press('Add contact');
  type('Name', 'Evil');
  type('Link', 'javascript:alert(1)');
  press('Add contact');
  const field = screen.getByLabelText('Link');
  expect(document.getElementById(field.getAttribute('aria-describedby') ?? '')?.textContent).toMatch(/starts with/);
  expect(held.settings.contacts).toHaveLength(1);
  type('Link', 'worklink://resource?action=fetch_user&user=9');
  press('Add contact');
  await said('Evil added');
  await waitFor(() => expect(held.settings.contacts[1]).toMatchObject({ id: 'evil', name: 'Evil' }));
});

test('allowing asks within the click', async () => {
  const { host } = memory();
  await open('desks', host);
  press('Allow Request Tracker');
  expect(host.allow).toHaveBeenCalledWith(['https://rt.example']);
  await said('Request Tracker allowed');
  await screen.findByText('Allowed');
});

test('any pasted address gives a desk its origin', async () => {
  const { host, held } = memory();
  await open('desks', host);
  press('Add desk');
  type('Address', 'https://help.example:8443/Ticket/Display.html?id=1');
  press('Add desk');
  await said('Request Tracker added');
  await waitFor(() =>
    expect(held.settings.desks[1]).toMatchObject({
      key: 'request-tracker',
      origins: ['https://help.example:8443'],
    }),
  );
});

test('a rule moves, and Undo brings it back', async () => {
  const { host, held } = memory();
  await open('rules', host);
  expect(screen.getByText('No contact or catalog is called "gone"')).toBeTruthy();
  press('Move rule 2 up');
  await waitFor(() => expect(held.settings.rules.map((r) => r.id)).toEqual(['b', 'a']));
  press('Undo');
  await said('Taken back');
  await waitFor(() => expect(held.settings.rules.map((r) => r.id)).toEqual(['a', 'b']));
});

test('changes are taken back and done again by keys, wherever no text is typed', async () => {
  const { host, held } = memory();
  await open('rules', host);
  const ids = () => held.settings.rules.map((r) => r.id).join(' ');
  const key = (name: string, more: object = {}, at: Element = document.body) =>
    fireEvent.keyDown(at, { key: name, ctrlKey: true, ...more });
  press('Move rule 2 up');
  await waitFor(() => expect(ids()).toBe('b a'));
  press('All matches');
  await waitFor(() => expect(held.settings.match).toBe('all'));
  key('z');
  await waitFor(() => expect(held.settings.match).toBe('first'));
  press('Redo');
  await waitFor(() => expect(held.settings.match).toBe('all'));
  press('Undo');
  await waitFor(() => expect(held.settings.match).toBe('first'));
  key('z');
  await waitFor(() => expect(ids()).toBe('a b'));
  key('Z', { shiftKey: true });
  await waitFor(() => expect(ids()).toBe('b a'));
  key('y');
  await waitFor(() => expect(held.settings.match).toBe('all'));

  press('Add rule');
  const [field] = screen.getAllByRole('textbox');
  if (!field) throw new Error('no field');
  expect(key('z', {}, field)).toBe(true);
  expect(key('z', { altKey: true })).toBe(true);
  expect(held.settings.match).toBe('all');
  expect(ids()).toBe('b a');
});

test('what was set anew elsewhere is not taken back', async () => {
  const { host, held } = memory();
  let changed = () => {};
  host.watch = (listener) => {
    changed = listener;
    return () => {};
  };
  await open('rules', host);
  press('Move rule 2 up');
  await waitFor(() => expect(held.settings.rules[0]?.id).toBe('b'));
  held.settings = { ...held.settings, rules: [] };
  changed();
  await waitFor(() => expect(screen.queryByRole('button', { name: /^Move rule/ })).toBeNull());
  press('Undo');
  await said(/was set anew elsewhere/);
  expect(held.settings.rules).toEqual([]);
});

test('an import is shown first, then done, then taken back with its rows', async () => {
  const { host, held } = memory();
  await open('backup', host);
  const contacts = [
    { id: 'dana', name: 'Dana R.', link },
    { id: 'liu', name: 'Liu', kind: 'user', value: '5' },
    { id: 'bad', name: 'Bad', link: 'javascript:1' },
  ];
  choose({ contacts, rows: [] });
  await screen.findByRole('button', { name: 'Import 3 changes' });
  expect(screen.getByText('contacts[2].link')).toBeTruthy();
  const sum = document.querySelector('.sum')?.textContent;
  expect(sum).toBe('1added1changed1removed, not in the file1rejected');
  expect(held.settings.contacts).toHaveLength(1);
  press(/^Import/);
  await said('Imported 3 changes');
  expect(held.settings.contacts.map((c) => c.name)).toEqual(['Dana R.', 'Liu']);
  expect(held.rows).toEqual([]);
  press('Undo');
  await said('Taken back');
  expect(held.settings.contacts.map((c) => c.name)).toEqual(['Dana Reyes']);
  expect(held.rows).toHaveLength(1);
});

test('a file that ends in the middle changes nothing', async () => {
  const { host } = memory();
  await open('backup', host);
  choose('{"contacts": [');
  await screen.findByText(/settings\.json ends in the middle\. Nothing was changed\./);
  expect(screen.queryByRole('button', { name: /^Import/ })).toBeNull();
});

test('a file that says what is set has nothing to import', async () => {
  const { host } = memory();
  await open('backup', host);
  choose(start);
  await screen.findByText('Nothing to import: the file says what is already set.');
  expect(screen.queryByRole('button', { name: /^Import/ })).toBeNull();
});

test('what the organisation sets can be read but not changed', async () => {
  const { host } = memory(start, ['contacts', 'rules', 'match', 'desks']);
  await open('contacts', host);
  expect(screen.getByText('Dana Reyes')).toBeTruthy();
  expect(screen.getByText('Set by your organisation')).toBeTruthy();
  expect(screen.getByRole('grid').getAttribute('aria-readonly')).toBe('true');
  expect(screen.queryByRole('button', { name: 'Import contacts' })).toBeNull();
  expect(screen.queryByRole('button', { name: /Add|Remove/ })).toBeNull();
  cleanup();
  await open('rules', host);
  expect(screen.queryByRole('button')).toBeNull();
  cleanup();
  // No policy can allow an address: that stays one click of the person.
  await open('desks', host);
  expect(screen.getAllByRole('button').map((button) => button.textContent)).toEqual(['Allow']);
});

test('values that were left out are named at the top', async () => {
  const { host } = memory({ ...start, match: 'some' });
  await open('desks', host);
  expect(screen.getByText('1 value was left out')).toBeTruthy();
  expect(screen.getByText('match')).toBeTruthy();
});

test('all settings are removed with their permissions, and Undo brings both back', async () => {
  const { host, held } = memory();
  await host.allow(['https://rt.example']);
  await open('backup', host);
  press('Remove all settings');
  await said('All settings removed');
  expect(held.settings.desks).toEqual([]);
  expect(held.rows).toEqual([]);
  // Nothing is left to be removed.
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Remove all settings' })).toBeNull());
  press('Undo');
  // Within the click.
  expect(host.allow).toHaveBeenCalledTimes(2);
  expect(host.allow).toHaveBeenLastCalledWith(['https://rt.example']);
  await said('Taken back');
  expect(held.settings.contacts.map((c) => c.name)).toEqual(['Dana Reyes']);
  expect(held.rows).toHaveLength(1);
});

test('what the organisation sets alone is not there to be removed', async () => {
  const { host } = memory(start, ['desks', 'contacts', 'catalogs', 'rules', 'tables']);
  await open('backup', host);
  expect(screen.queryByRole('button', { name: 'Remove all settings' })).toBeNull();
});

test('where Deskcall comes from is told once its field is left, and taken back', async () => {
  const { host } = memory();
  const keep = vi.spyOn(host, 'keepPlaces');
  await open('deploy', host);
  const id = screen.getByLabelText<HTMLInputElement>('Id for Google Chrome');
  fireEvent.change(id, { target: { value: 'abc' } });
  expect(screen.queryByText(/is kept$/)).toBeNull();
  fireEvent.blur(id);
  await said('Where Deskcall comes from is kept');
  press('Undo');
  await said('Taken back');
  expect(id.value).toBe('');
  expect(keep).toHaveBeenLastCalledWith(unknownPlaces);
});

test('the page begins with the first steps while one is missing, and stays there when the last is taken', async () => {
  const { host } = memory();
  const title = () => screen.getByRole('heading', { level: 1 }).textContent;
  await open('', host);
  expect(title()).toBe('First steps');
  press('Allow');
  await screen.findByText('1 address allowed');
  await screen.findByText('Open a case');
  expect(title()).toBe('First steps');
  cleanup();
  await open('', host);
  expect(title()).toBe('Desks');
  expect(screen.getByRole('link', { name: 'First steps' })).toBeTruthy();
});
