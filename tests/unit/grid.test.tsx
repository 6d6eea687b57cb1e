import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import { boxOf, clamp, moveOf, rangeOf, type Key, type Range } from '../../components/options/grid-moves.ts';
import { Options } from '../../components/options/options.tsx';
import type { Host } from '../../components/options/state.ts';
import { Text, type Say } from '../../components/text.ts';
import { editRows, readRows, replaceRows, rowCounts } from '../../lib/browser/rows.ts';
import { unknownPlaces } from '../../lib/deploy.ts';
import { firstProblem } from '../../lib/import.ts';
import type { Row } from '../../lib/schema.ts';
import { linkWrong, parseSettings } from '../../lib/settings.ts';
import { lists } from './lists-host.ts';

vi.setConfig({ testTimeout: 60_000 });

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
const row = (key: string, ...offer: string[]): Row => ({ table: 'sites', key, offer });

/** The options page on real rows and settings in memory. */
async function open(view: 'tables' | 'contacts', rows: Row[], locked: string[] = []) {
  fakeBrowser.reset();
  await replaceRows(rows);
  const held = {
    settings: parseSettings({
      contacts: [
        {
          id: 'dana',
          name: 'Dana Reyes',
          link,
          licence: 'expert',
          hours: { zone: 'Europe/Berlin', week: [{ days: [1, 2, 3, 4, 7], from: '08:00', to: '18:00' }] },
          fallback: ['liu'],
        },
        { id: 'liu', name: 'Liu Wei', kind: 'user', value: '512' },
      ],
      catalogs: [{ id: 'manuals', name: 'Manuals', kind: 'asset', field: 'asset' }],
      tables: [{ id: 'sites', name: 'Sites' }],
    }).settings,
  };
  const host: Partial<Host> = {
    lists,
    load: async () => {
      const { tables, targets } = await rowCounts();
      return {
        settings: held.settings,
        problems: [],
        locked,
        defaults: [],
        changed: [],
        snapshots: [],
        places: unknownPlaces,
        granted: () => true,
        rows: tables,
        rowTargets: targets,
      };
    },
    save: async (settings) => void (held.settings = settings),
    importAll: async (settings) => {
      held.settings = settings;
      return 'snapshot';
    },
    readRows,
    watch: () => () => {},
    problem: firstProblem,
    linkProblem: linkWrong,
  };
  location.hash = view;
  render(
    <Text.Provider value={say}>
      <Options host={host as Host} />
    </Text.Provider>,
  );
  await screen.findByRole('grid');
  return held;
}

const grid = () => screen.getByRole('grid');
const lines = () => within(grid()).getAllByRole('row').slice(1);
/** What a row shows, without its number. */
const shown = () =>
  lines().map((line) =>
    within(line)
      .getAllByRole('gridcell')
      .map((cell) => cell.textContent),
  );
const cell = (text: string) => {
  const found = within(grid()).getByText(text).closest<HTMLElement>('[role=gridcell]');
  if (!found) throw new Error(`no cell says ${text}`);
  return found;
};
const stored = async () => (await readRows()).map(({ key, offer }) => [key, ...offer].join(' ')).toSorted();
const here = () => document.activeElement as HTMLElement;
const key = (name: string, more: Partial<Key> = {}) => fireEvent.keyDown(here(), { key: name, ...more });
const type = (text: string) => {
  key(text.charAt(0));
  fireEvent.change(here(), { target: { value: text } });
};
const paste = (text: string) => fireEvent.paste(here(), { clipboardData: { getData: () => text } });
const click = (text: string, more: { shiftKey?: boolean } = {}) =>
  fireEvent.mouseDown(cell(text), { button: 0, ...more });
const said = (words: string | RegExp) => within(screen.getByRole('status')).findByText(words);

beforeEach(() => {
  location.hash = '';
});
afterEach(cleanup);

const three = [row('P1', 'dana'), row('P2', 'liu'), row('P3', 'gone')];

describe('a lookup table', () => {
  test('shows who is offered, by name, and an empty row at the end', async () => {
    await open('tables', [...three, row('P4')]);
    expect(shown()).toEqual([
      ['P1', 'Dana Reyes'],
      ['P2', 'Liu Wei'],
      ['P3', 'gone: there is no gone any more'],
      ['P4', 'No contact or catalog'],
      ['New row: type or paste a key', ''],
    ]);
    expect(grid().getAttribute('aria-rowcount')).toBe('6');
    expect(lines().map((line) => line.getAttribute('aria-rowindex'))).toEqual(['2', '3', '4', '5', '6']);
  });

  test('is typed into: names become ids, Enter keeps and moves on, and the change can be taken back', async () => {
    await open('tables', three);
    click('Dana Reyes');
    type('liu wei; manuals');
    key('Enter');
    await said('P1 changed');
    expect(await stored()).toEqual(['P1 liu manuals', 'P2 liu', 'P3 gone']);
    expect(here()).toBe(cell('Liu Wei'));
    key('z', { ctrlKey: true });
    await said('Taken back');
    expect(await stored()).toEqual(['P1 dana', 'P2 liu', 'P3 gone']);
    expect(shown()[0]).toEqual(['P1', 'Dana Reyes']);
  });

  test('says in place why something is refused, keeps what was typed, and Escape puts it back', async () => {
    await open('tables', three);
    click('Dana Reyes');
    type('Dana Reyes; Nobody');
    key('Enter');
    const field = here() as HTMLInputElement;
    expect(field.value).toBe('Dana Reyes; Nobody');
    expect(document.getElementById(field.getAttribute('aria-describedby') ?? '')?.textContent).toBe(
      'No contact or catalog is called Nobody.',
    );
    fireEvent.mouseDown(cell('P2'), { button: 0 });
    expect(here()).toBe(field);
    key('Escape');
    expect(screen.queryByRole('alert')).toBeNull();
    expect(here()).toBe(cell('Dana Reyes'));
    expect(await stored()).toEqual(['P1 dana', 'P2 liu', 'P3 gone']);
  });

  test('keeps what was typed where the field is left', async () => {
    await open('tables', three);
    click('P1');
    key('F2');
    expect((here() as HTMLInputElement).value).toBe('P1');
    fireEvent.change(here(), { target: { value: 'P10' } });
    fireEvent.blur(here());
    await said('P10 changed');
    expect(await stored()).toEqual(['P10 dana', 'P2 liu', 'P3 gone']);
  });

  test('takes a new row in its last one, cell by cell', async () => {
    await open('tables', three);
    click('New row: type or paste a key');
    type('P4');
    key('Tab');
    await said('P4 added');
    type('dana');
    key('Enter');
    await said('P4 changed');
    expect(await stored()).toEqual(['P1 dana', 'P2 liu', 'P3 gone', 'P4 dana']);
    // Back to where the row began, in the next one.
    expect(here().textContent).toBe('New row: type or paste a key');
    type('p4');
    key('Enter');
    expect(screen.getByRole('alert').textContent).toBe('P4 stands in row 4 already.');
  });

  test('Tab goes from cell to cell and leaves the grid at the row’s end', async () => {
    await open('tables', three);
    click('P1');
    expect(key('Tab')).toBe(false);
    expect(here()).toBe(cell('Dana Reyes'));
    expect(key('Tab')).toBe(true);
    expect(key('Tab', { shiftKey: true })).toBe(false);
    expect(here()).toBe(cell('P1'));
    expect(key('Tab', { shiftKey: true })).toBe(true);
  });

  test('has one cell that Tab comes to', async () => {
    await open('tables', three);
    const stops = () =>
      within(grid())
        .getAllByRole('gridcell')
        .filter((each) => each.tabIndex === 0);
    expect(stops()).toEqual([cell('P1')]);
    click('P2');
    key('ArrowRight');
    expect(stops()).toEqual([cell('Liu Wei')]);
  });

  test('clears, removes whole rows, and takes each back, last first', async () => {
    await open('tables', three);
    click('Dana Reyes');
    key('Delete');
    await said('P1 changed');
    expect(await stored()).toEqual(['P1', 'P2 liu', 'P3 gone']);
    click('P2');
    key('Delete');
    expect(screen.getByRole('alert').textContent).toBe('A row needs a key.');
    key(' ', { shiftKey: true });
    key('ArrowDown', { shiftKey: true });
    expect(grid().querySelectorAll('[aria-selected=true]')).toHaveLength(4);
    key('Delete');
    await said('2 rows removed');
    expect(await stored()).toEqual(['P1']);
    key('z', { ctrlKey: true });
    await waitFor(async () => expect(await stored()).toEqual(['P1', 'P2 liu', 'P3 gone']));
    expect(shown().map(([first]) => first)).toEqual(['P1', 'P2', 'P3', 'New row: type or paste a key']);
    key('z', { ctrlKey: true });
    await waitFor(async () => expect(await stored()).toEqual(['P1 dana', 'P2 liu', 'P3 gone']));
    key('z', { ctrlKey: true });
    expect(await stored()).toEqual(['P1 dana', 'P2 liu', 'P3 gone']);
  });

  test('a block of cells is pasted over rows and behind the last one', async () => {
    await open('tables', three);
    click('P3');
    paste('P3\tdana\r\nP4\tLiu Wei\r\nP5\t"Manuals\nDana Reyes"\r\n');
    await said('3 rows changed');
    expect(await stored()).toEqual(['P1 dana', 'P2 liu', 'P3 dana', 'P4 liu', 'P5 manuals dana']);
    key('z', { ctrlKey: true });
    await said('Taken back');
    expect(await stored()).toEqual(['P1 dana', 'P2 liu', 'P3 gone']);
  });

  test('one copied cell fills all that is chosen', async () => {
    await open('tables', three);
    click('Dana Reyes');
    click('Liu Wei', { shiftKey: true });
    paste('manuals');
    await said('2 rows changed');
    expect(await stored()).toEqual(['P1 manuals', 'P2 manuals', 'P3 gone']);
  });

  test('nothing of a block is pasted where one cell of it is refused, or it does not fit', async () => {
    await open('tables', three);
    click('P3');
    paste('P3\tdana\nP4\tNobody\n');
    expect(screen.getByRole('alert').textContent).toBe(
      'Nothing was pasted. Line 2: No contact or catalog is called Nobody.',
    );
    click('Dana Reyes');
    paste('dana\tliu\n');
    expect(screen.getByRole('alert').textContent).toMatch(/has 2 columns, and from here on there are 1/);
    expect(await stored()).toEqual(['P1 dana', 'P2 liu', 'P3 gone']);
  });

  test('chosen cells are copied as a spreadsheet takes them, and cut', async () => {
    await open('tables', [row('=P1', 'dana'), row('P2', 'liu')]);
    click('=P1');
    click('Liu Wei', { shiftKey: true });
    const data: Record<string, string> = {};
    const clipboardData = { setData: (kind: string, text: string) => (data[kind] = text) };
    fireEvent.copy(here(), { clipboardData });
    expect(data['text/plain']).toBe("'=P1\tDana Reyes\nP2\tLiu Wei");
    fireEvent.cut(here(), { clipboardData });
    await said('2 rows removed');
    paste(data['text/plain'] ?? '');
    await said('2 rows added');
    expect(await stored()).toEqual(['=P1 dana', 'P2 liu']);
  });

  test('what another page changes is seen at once', async () => {
    await open('tables', three);
    await editRows([
      { before: row('P1', 'dana'), after: row('P1', 'liu') },
      { before: null, after: row('P9', 'manuals') },
    ]);
    await waitFor(() => expect(shown().slice(0, 4)).toContainEqual(['P9', 'Manuals']));
    expect(shown()[0]).toEqual(['P1', 'Liu Wei']);
    await replaceRows([row('N', 'dana')]);
    await waitFor(() => expect(shown()[0]).toEqual(['N', 'Dana Reyes']));
  });

  test('the cursor stays with its row where others come and go, and nothing is typed into another one', async () => {
    await open('tables', three);
    click('P2');
    type('P20');
    await editRows([{ before: row('P1', 'dana'), after: null }]);
    await waitFor(() => expect(lines()).toHaveLength(3));
    key('Enter');
    await said('P20 changed');
    expect(await stored()).toEqual(['P20 liu', 'P3 gone']);
    click('New row: type or paste a key');
    type('N1');
    await editRows([{ before: null, after: row('N0', 'dana') }]);
    await waitFor(() => expect(lines()).toHaveLength(4));
    key('Enter');
    await said('N1 added');
    expect(await stored()).toEqual(['N0 dana', 'N1', 'P20 liu', 'P3 gone']);
    click('P3');
    type('P30');
    await editRows([{ before: row('P3', 'gone'), after: null }]);
    expect((await screen.findByRole('alert')).textContent).toBe(
      'This row was removed in another window. Not kept: P30',
    );
    expect(await stored()).toEqual(['N0 dana', 'N1', 'P20 liu']);
  });

  test('a change that comes too late is not kept, and says so', async () => {
    await open('tables', three);
    click('Dana Reyes');
    type('manuals');
    const other = editRows([{ before: row('P1', 'dana'), after: row('P1', 'liu') }]);
    key('Enter');
    await other;
    expect((await screen.findByRole('alert')).textContent).toMatch(/P1 was changed in another window/);
    expect(await stored()).toEqual(['P1 liu', 'P2 liu', 'P3 gone']);
    expect(shown()[0]).toEqual(['P1', 'Liu Wei']);
  });

  test('what was taken back is done again, until something else is changed', async () => {
    await open('tables', three);
    click('Dana Reyes');
    type('manuals');
    key('Enter');
    await said('P1 changed');
    click('Liu Wei');
    key('Delete');
    await said('P2 changed');
    const both = await stored();
    key('z', { ctrlKey: true });
    await waitFor(async () => expect(await stored()).toEqual(['P1 manuals', 'P2 liu', 'P3 gone']));
    key('z', { ctrlKey: true });
    await waitFor(async () => expect(await stored()).toEqual(['P1 dana', 'P2 liu', 'P3 gone']));
    key('Z', { ctrlKey: true, shiftKey: true });
    await said('P1 changed');
    key('y', { ctrlKey: true });
    await said('P2 changed');
    expect(await stored()).toEqual(both);
    key('y', { ctrlKey: true });
    key('z', { ctrlKey: true });
    await said('Taken back');
    fireEvent.click(screen.getByRole('button', { name: 'Redo' }));
    await said('P2 changed');
    expect(await stored()).toEqual(both);
    fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    await said('Taken back');
    click('gone: there is no gone any more');
    type('dana reyes');
    key('Enter');
    await said('P3 changed');
    key('y', { ctrlKey: true });
    key('z', { ctrlKey: true });
    await said('Taken back');
    expect(await stored()).toEqual(['P1 manuals', 'P2 liu', 'P3 gone']);
  });

  test('what was not kept is not taken back: what was changed before it is', async () => {
    await open('tables', three);
    click('Liu Wei');
    type('manuals');
    key('Enter');
    await said('P2 changed');
    click('Dana Reyes');
    type('manuals');
    const other = editRows([{ before: row('P1', 'dana'), after: row('P1', 'liu') }]);
    key('Enter');
    await other;
    await screen.findByRole('alert');
    key('z', { ctrlKey: true });
    await said('Taken back');
    expect(await stored()).toEqual(['P1 liu', 'P2 liu', 'P3 gone']);
  });

  test('the focus stays in the grid where another page removes its row', async () => {
    await open('tables', three);
    click('P2');
    await editRows([{ before: row('P2', 'liu'), after: null }]);
    await waitFor(() => expect(lines()).toHaveLength(3));
    expect(here()).toBe(cell('P3'));
    // But it is not taken from elsewhere.
    screen.getByLabelText('Search rows').focus();
    await editRows([{ before: row('P3', 'gone'), after: null }]);
    await waitFor(() => expect(lines()).toHaveLength(2));
    expect(here()).toBe(screen.getByLabelText('Search rows'));
  });

  test('that the organisation sets is read only', async () => {
    await open('tables', three, ['rows', 'tables']);
    expect(grid().getAttribute('aria-readonly')).toBe('true');
    click('P1');
    key('Enter');
    key('x');
    key('Delete');
    paste('x');
    expect(within(grid()).queryByRole('textbox')).toBeNull();
    expect(screen.queryByRole('button', { name: /Remove|Import|Add/ })).toBeNull();
    expect(await stored()).toEqual(['P1 dana', 'P2 liu', 'P3 gone']);
  });

  test('markup is text', async () => {
    const markup = '<img src=x onerror="document.title=1">';
    await open('tables', [row(markup, 'dana')]);
    expect(cell(markup)).toBeTruthy();
    expect(grid().querySelector('img')).toBeNull();
  });
});

describe('50,000 rows', () => {
  const many = Array.from({ length: 50_000 }, (_, n) => row(`ASSET-${n}`, n % 2 ? 'dana' : 'liu'));

  test('few of which are drawn, the one with the focus always', async () => {
    await open('tables', many);
    expect(lines().length).toBeLessThan(60);
    expect(grid().getAttribute('aria-rowcount')).toBe('50002');
    click('ASSET-3');
    grid().scrollTop = 32 * 20_000;
    fireEvent.scroll(grid());
    await within(grid()).findByText('ASSET-20005');
    expect(here()).toBe(cell('ASSET-3'));
    expect(lines().length).toBeLessThan(60);
    key('End', { ctrlKey: true });
    await waitFor(() => expect(here().closest('[role=row]')?.getAttribute('aria-rowindex')).toBe('50002'));
  });

  test('are searched, and what is found stays while it is edited', async () => {
    await open('tables', many);
    const search = screen.getByLabelText('Search rows');
    fireEvent.change(search, { target: { value: 'asset-4999' } });
    expect(screen.getByText('11 of 50,000 rows')).toBeTruthy();
    expect(shown().map(([first]) => first)[1]).toBe('ASSET-49990');
    click('ASSET-49990');
    type('B');
    key('Enter');
    await said('B changed');
    expect(shown().map(([first]) => first)[1]).toBe('B');
    paste('a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl');
    expect(screen.getByRole('alert').textContent).toMatch(/has 12 rows, and from here on 9 are shown/);
    fireEvent.change(search, { target: { value: 'nothing' } });
    expect(screen.getByText('Nothing found')).toBeTruthy();
  });
});

describe('a file', () => {
  const choose = (label: string, name: string, text: string) =>
    fireEvent.change(screen.getByLabelText(label, { selector: 'input' }), {
      target: { files: [new File([text], name)] },
    });

  test('shows what it would change before anything is kept', async () => {
    await open('tables', three);
    choose('Import rows', 'sites.csv', 'key,offer\nP1,Liu Wei\nP4,dana\nP5,Nobody\n');
    const figure = async (words: string) =>
      (await screen.findByText(words)).closest('div')?.querySelector('b')?.textContent;
    expect(await figure('added')).toBe('1');
    expect(await figure('changed')).toBe('1');
    expect(await figure('removed, not in the file')).toBe('0');
    expect(shown()).toEqual([['P5', 'No contact or catalog is called Nobody.']]);
    expect(within(lines()[0] ?? grid()).getByRole('rowheader').textContent).toBe('4');
    fireEvent.click(screen.getByRole('button', { name: 'Changed 1' }));
    expect(shown()).toEqual([['P1', 'Dana Reyes', 'Liu Wei']]);
    fireEvent.click(screen.getByLabelText('Remove what the file lacks'));
    expect(await figure('removed, not in the file')).toBe('2');
    expect(await stored()).toEqual(['P1 dana', 'P2 liu', 'P3 gone']);
    fireEvent.click(screen.getByRole('button', { name: 'Import 4 changes' }));
    await said('Imported 4 changes');
    expect(await stored()).toEqual(['P1 liu', 'P4 dana']);
    await screen.findByText('2 rows');
    expect(shown()[0]).toEqual(['P1', 'Liu Wei']);
  });

  test.each([
    ['key,offer\nP1,"Liu', 'The file ends in the middle, on line 2. Copy or export it again.'],
    ['key,offer,evil\n', 'Line 1: no column is called evil here. There may be: key, offer.'],
  ])('%j is refused', async (text, why) => {
    await open('tables', three);
    choose('Import rows', 'sites.csv', text);
    expect((await screen.findByRole('alert')).textContent).toContain(why);
    expect(screen.queryByRole('button', { name: /^Import/ })).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Back' }));
    await screen.findByText('P1');
    expect(await stored()).toEqual(['P1 dana', 'P2 liu', 'P3 gone']);
  });

  test('of contacts is imported into the settings', async () => {
    const held = await open('contacts', []);
    choose('Import contacts', 'people.csv', `name,link\nAnn Oh,${link}\nEvil,javascript:alert(1)\n`);
    fireEvent.click(await screen.findByRole('button', { name: 'Import 1 change' }));
    await said('Imported 1 change');
    expect(held.settings.contacts.map(({ id }) => id)).toEqual(['dana', 'liu', 'ann-oh']);
  });
});

describe('contacts', () => {
  test('are edited in place; a refused link says why and Escape puts it back', async () => {
    const held = await open('contacts', []);
    click('fetch_user, user 497');
    type('https://evil.example/');
    key('Enter');
    expect(screen.getByRole('alert').textContent).toMatch(/evil\.example/);
    expect(held.settings.contacts[0]?.link).toBe(link);
    key('Escape');
    expect(screen.queryByRole('alert')).toBeNull();
    expect(here()).toBe(cell('fetch_user, user 497'));
  });

  test('keep their kind where an id is typed, and take a link in its place', async () => {
    const held = await open('contacts', []);
    click('512');
    type('600');
    key('Enter');
    await waitFor(() =>
      expect(held.settings.contacts[1]).toEqual({ id: 'liu', name: 'Liu Wei', kind: 'user', value: '600' }),
    );
    expect(cell('User, compare with the CMS')).toBeTruthy();
    click('600');
    type(link);
    key('Enter');
    await waitFor(() => expect(held.settings.contacts[1]).toEqual({ id: 'liu', name: 'Liu Wei', link }));
    key('z', { ctrlKey: true });
    key('z', { ctrlKey: true });
    await waitFor(() =>
      expect(held.settings.contacts[1]).toEqual({ id: 'liu', name: 'Liu Wei', kind: 'user', value: '512' }),
    );
  });

  test('are pasted from a spreadsheet, name, link and licence', async () => {
    const held = await open('contacts', []);
    click('New contact: type or paste a name');
    paste(`Ann Oh\t${link}\ttech+\nBo Li\t${link}\nAnn Oh\t${link}\tGuest\n`);
    await said('3 added');
    await waitFor(() =>
      expect(held.settings.contacts.slice(2)).toEqual([
        { id: 'ann-oh', name: 'Ann Oh', link, licence: 'tech-plus' },
        { id: 'bo-li', name: 'Bo Li', link },
        { id: 'ann-oh-2', name: 'Ann Oh', link, licence: 'guest' },
      ]),
    );
    key('z', { ctrlKey: true });
    await waitFor(() => expect(held.settings.contacts.map(({ id }) => id)).toEqual(['dana', 'liu']));
  });

  test('are pasted all or none', async () => {
    const held = await open('contacts', []);
    click('New contact: type or paste a name');
    paste(`Ann Oh\t${link}\tboss\n`);
    expect(screen.getByRole('alert').textContent).toMatch(/^Nothing was pasted. This is no licence/);
    // The cursor stays where it was, for another try.
    paste(`Ann Oh\t${link}\nEvil\tjavascript:alert(1)\n`);
    expect(screen.getByRole('alert').textContent).toMatch(/^Nothing was pasted. Line 2: A link starts with/);
    expect(held.settings.contacts).toHaveLength(2);
  });

  test('a new one is kept once it has a name and a link', async () => {
    const held = await open('contacts', []);
    click('New contact: type or paste a name');
    type('Ann Oh');
    key('Tab');
    expect(screen.getByText('The new row is kept as soon as it has a name and a link.')).toBeTruthy();
    expect(held.settings.contacts).toHaveLength(2);
    type(link);
    key('Enter');
    await said('Ann Oh added');
    expect(held.settings.contacts[2]).toEqual({ id: 'ann-oh', name: 'Ann Oh', link });
    expect(here().textContent).toBe('New contact: type or paste a name');
    key('ArrowRight');
    type('javascript:alert(1)');
    key('Enter');
    expect(screen.getByRole('alert').textContent).toMatch(/^A link starts with/);
  });

  test('a licence is cleared, a removed contact comes back to its place', async () => {
    const held = await open('contacts', []);
    click('Expert');
    key('Delete');
    await said('Dana Reyes changed');
    expect(held.settings.contacts[0]).not.toHaveProperty('licence');
    fireEvent.click(screen.getByRole('button', { name: 'Remove Dana Reyes' }));
    await said('Dana Reyes removed');
    expect(held.settings.contacts.map(({ id }) => id)).toEqual(['liu']);
    click('Liu Wei');
    key('z', { ctrlKey: true });
    await said('Taken back');
    expect(held.settings.contacts.map(({ id }) => id)).toEqual(['dana', 'liu']);
    key('z', { ctrlKey: true });
    await waitFor(() => expect(held.settings.contacts[0]).toHaveProperty('licence', 'expert'));
    key('Z', { ctrlKey: true, shiftKey: true });
    await said('Dana Reyes changed');
    key('y', { metaKey: true });
    await said('Dana Reyes removed');
    expect(held.settings.contacts.map(({ id }) => id)).toEqual(['liu']);
  });

  test('show their hours, and keep them whatever else is typed', async () => {
    const held = await open('contacts', []);
    expect(cell('Mon–Thu, Sun 08:00–18:00')).toBeTruthy();
    expect(cell('Always')).toBeTruthy();
    const { hours, fallback } = held.settings.contacts[0] ?? {};
    click('Dana Reyes');
    type('Dana');
    key('Enter');
    await said('Dana changed');
    expect(held.settings.contacts[0]).toMatchObject({ name: 'Dana', hours, fallback });
  });

  test('Enter on what one opens shows its form', async () => {
    await open('contacts', []);
    click('Link');
    key('Enter');
    expect(screen.getByRole('form', { name: 'Edit Dana Reyes' })).toBeTruthy();
  });
});

describe('where keys lead', () => {
  const size = { rows: 100, columns: 3 };
  const from: Range = { cursor: { row: 5, column: 1 }, anchor: { row: 5, column: 1 } };
  const press = (name: string, more: Partial<Key> = {}, start = from, right: 1 | -1 = 1) =>
    moveOf(
      { key: name, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more },
      start,
      size,
      20,
      right,
    );
  const at = (name: string, more: Partial<Key> = {}, right: 1 | -1 = 1) => {
    const to = press(name, more, from, right)?.cursor;
    return to && [to.row, to.column];
  };

  test.each([
    ['ArrowUp', {}, [4, 1]],
    ['ArrowDown', {}, [6, 1]],
    ['ArrowLeft', {}, [5, 0]],
    ['ArrowRight', {}, [5, 2]],
    ['PageUp', {}, [0, 1]],
    ['PageDown', {}, [25, 1]],
    ['Home', {}, [5, 0]],
    ['End', {}, [5, 2]],
    ['Home', { ctrlKey: true }, [0, 0]],
    ['End', { metaKey: true }, [99, 2]],
    ['ArrowDown', { ctrlKey: true }, [99, 1]],
    ['ArrowUp', { ctrlKey: true }, [0, 1]],
    ['ArrowRight', { ctrlKey: true }, [5, 2]],
  ])('%s %j', (name, more, to) => expect(at(name, more)).toEqual(to));

  test('sides follow the direction of the text', () => {
    expect(at('ArrowLeft', {}, -1)).toEqual([5, 2]);
    expect(at('ArrowRight', { ctrlKey: true }, -1)).toEqual([5, 0]);
  });

  test('Shift keeps the anchor; other keys lead nowhere', () => {
    expect(press('ArrowDown', { shiftKey: true })).toMatchObject({ cursor: { row: 6 }, anchor: { row: 5 } });
    expect(press('ArrowDown')).toMatchObject({ cursor: { row: 6 }, anchor: { row: 6 } });
    expect(press('x')).toBeNull();
    expect(press('toString')).toBeNull();
    expect(press('ArrowDown', { altKey: true })).toBeNull();
  });

  test('whole rows are chosen by Shift and Space, everything by Ctrl and A', () => {
    const whole = press(' ', { shiftKey: true });
    expect(whole && boxOf(whole, size)).toEqual({ top: 5, bottom: 5, left: 0, right: 2 });
    const more = whole && press('ArrowUp', { shiftKey: true }, whole);
    expect(more && boxOf(more, size)).toEqual({ top: 4, bottom: 5, left: 0, right: 2 });
    const all = press('a', { ctrlKey: true });
    expect(all && boxOf(all, size)).toEqual({ top: 0, bottom: 99, left: 0, right: 2 });
  });

  test('the cursor stays inside of a grid that became smaller', () => {
    expect(clamp(from, { rows: 3, columns: 1 })).toMatchObject({
      cursor: { row: 2, column: 0 },
      anchor: { row: 2, column: 0 },
    });
  });

  test('the row with the focus is drawn wherever it is', () => {
    expect(rangeOf(10, 12, 1, 100, 11)).toEqual([9, 10, 11, 12, 13]);
    expect(rangeOf(10, 12, 1, 100, 2)).toEqual([2, 9, 10, 11, 12, 13]);
    expect(rangeOf(10, 12, 1, 100, 99)).toEqual([9, 10, 11, 12, 13, 99]);
    expect(rangeOf(0, 2, 1, 3, 7)).toEqual([0, 1, 2]);
  });
});
