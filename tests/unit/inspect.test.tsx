import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Options } from '../../components/options/options.tsx';
import type { Host, Loaded } from '../../components/options/state.ts';
import { Popup, type PopupProps } from '../../components/popup.tsx';
import { Text, type Say } from '../../components/text.ts';
import { unknownPlaces } from '../../lib/deploy.ts';
import { describeDesk, fitsOf } from '../../lib/describe.ts';
import { customDesk } from '../../lib/desks/custom.ts';
import { declared, deskOf, formOf } from '../../lib/desks/index.ts';
import { prepare } from '../../lib/desks/pattern.ts';
import { firstProblem } from '../../lib/import.ts';
import { sightOf, type Look, type OpenTab } from '../../lib/inspect.ts';
import type { DeskData } from '../../lib/model.ts';
import type { Settings } from '../../lib/schema.ts';
import { parseSettings } from '../../lib/settings.ts';
import { readerOf } from '../../lib/which.ts';
import { parsePage } from '../../scripts/page.ts';

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

const recorded = (name: string): string => readFileSync(`tests/desks/${name}`, 'utf8');
type Tab = { url: string; html: string; refuses?: boolean };
const origin = ({ url }: Tab): string => new URL(url).origin;

const described: DeskData = {
  addresses: ['/jobs/{id:digits}'],
  shows: { id: [{ css: '[data-job]', attr: 'data-job' }] },
  rows: [{ row: 'dt', value: '+' }],
  read: {
    title: [{ css: '.none' }, { css: 'h1' }],
    priority: [{ label: 'Priority' }],
    asset: [{ css: '.asset' }, { css: '.machine', attr: 'title' }],
  },
};

/** A browser in memory: its tabs are documents, read by the very functions that read them in a page. */
function memory(tabs: Record<number, Tab>, settings: object = {}, granted: (origin: string) => boolean = () => true) {
  const held: Loaded = {
    ...parseSettings({
      desks: [
        { key: 'rt', product: 'request-tracker', name: 'Plant 7', origins: ['https://rt.example'] },
        { key: 'jobs', product: 'custom', name: 'Jobs', origins: ['https://jobs.example'], custom: described },
      ],
      ...settings,
    }),
    locked: [],
    defaults: [],
    changed: [],
    snapshots: [],
    places: unknownPlaces,
    granted,
    rows: {},
    rowTargets: [],
  };
  const watching = new Set<() => void>();
  const copied: string[] = [];
  const handed = new Map<string, Look | null>();
  const gates: Promise<void>[] = [];
  const look = async (id: number, draft?: DeskData): Promise<Look | null> => {
    const tab = tabs[id];
    await gates.shift();
    if (!tab || tab.refuses) return null;
    const page = { url: tab.url, document: parsePage(tab.url, tab.html).document };
    const set = held.settings.desks.find((desk) => desk.origins.includes(origin(tab)));
    const data = draft ?? set?.custom ?? declared[set?.product ?? '']?.data;
    const desk = data
      ? draft || set?.custom
        ? customDesk('custom', '', prepare(data))
        : deskOf({ product: set?.product ?? '', name: '', desk: prepare(data) })
      : (readerOf(Object.values(declared)).deskAt(page) ?? null);
    const form = data ?? (desk ? declared[desk.id]?.data : undefined);
    return {
      origin: origin(tab),
      owner: set ? { key: set.key, name: set.name ?? '', product: set.product } : null,
      sight: sightOf(desk, form && formOf({ id: '', name: '', hosts: [], data: form }), page),
    };
  };
  const host = {
    self: { browser: 'chrome', id: '' },
    products: [
      { id: 'request-tracker', name: 'Request Tracker' },
      { id: 'redmine', name: 'Redmine', rest: true },
    ],
    looks: {
      tabs: async () =>
        Object.entries(tabs).map(([id, tab]): OpenTab => ({ id: Number(id), origin: origin(tab), title: `Tab ${id}` })),
      watch: (changed) => {
        watching.add(changed);
        return () => watching.delete(changed);
      },
      look,
      take: async (key) => handed.get(key),
      describe: (text) => describeDesk(text, () => true),
      fits: fitsOf,
      round: async () => ({ visits: [], shut: 0, last: {} }),
    },
    copy: async (text) => void copied.push(text),
    load: async () => held,
    save: async (next: Settings) => void (held.settings = next),
    allow: async () => true,
    giveBack: async () => {},
    watch: () => () => {},
    problem: firstProblem,
    warnings: () => [],
  } satisfies Partial<Host> as Partial<Host> as Host;
  return { host, held, handed, copied, look, gates, change: () => watching.forEach((changed) => changed()) };
}

function open(view: string, host: Host): void {
  location.hash = view;
  render(
    <Text.Provider value={say}>
      <Options host={host} />
    </Text.Provider>,
  );
}

const row = async (field: string): Promise<string> =>
  (await screen.findByRole('rowheader', { name: field })).closest('tr')?.textContent ?? '';
const typed = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });
const rt = { url: 'https://rt.example/Ticket/Display.html?id=204', html: recorded('request-tracker/case-5.html') };
const job = (n: number, shown = n): Tab => ({
  url: `https://jobs.example/jobs/${n}`,
  html: `<main data-job="${shown}"><h1>Change seal ${n}</h1><p class="machine" title="ASSET-${n}">x</p></main>`,
});

beforeEach(() => {
  location.hash = '';
});
afterEach(cleanup);

test('each field with its value and where it comes from', async () => {
  const { host } = memory({ 1: rt });
  open('inspect', host);
  expect(await row('Record by the address')).toBe('Record by the addressticket 204Address');
  expect(await row('Record by the page')).toMatch(/^Record by the pageThe samePage.*h1$/);
  expect(await row('Title')).toMatch(/^TitlePump P-17 leaking: seal #2Page, reading 1.*h1$/);
  expect(await row('Serial Number')).toBe('Serial NumberSN-88-1204Page, labelled row');
  expect(await row('Place of the bar')).toBe('Place of the barAt the case');
  expect(screen.getByText('Address and page agree')).toBeTruthy();
  const [title] = screen.getAllByRole('heading', { level: 2 });
  expect(title?.textContent).toBe(`Plant 7 Request Tracker, rt ${rt.url}Address and page agree`);
});

test('a labelled row that a field was read from stands once', async () => {
  const html = '<main data-job="7"><dl><dt>PRIORITY:</dt><dd>High</dd><dt>Site</dt><dd>Plant 7</dd></dl></main>';
  open('inspect', memory({ 1: { ...job(7), html } }).host);
  expect(await row('Priority')).toBe('PriorityHighPage, reading 1"Priority"');
  expect(await row('Site')).toBe('SitePlant 7Page, labelled row');
  expect(screen.queryByRole('rowheader', { name: 'PRIORITY' })).toBeNull();
});

test('a reading that failed says which were tried, and one that was never described says so', async () => {
  const { host } = memory({ 1: { ...job(7), html: '<main data-job="7"><h1>Seal</h1></main>' } });
  open('inspect', host);
  expect(await row('Title')).toBe('TitleSealPage, reading 2h1');
  expect(await row('Asset')).toBe('AssetNot found2 readings.asset.machine @title');
  expect(await row('Queue')).toBe('QueueNot foundNo reading described');
  expect(await row('Place of the bar')).toMatch(/At the edge of the pageNo place at the case was found$/);
});

test('address and page that disagree are both shown, with what it means', async () => {
  const { host } = memory({ 1: job(7, 8) });
  open('inspect', host);
  expect(await row('Record by the page')).toMatch(/^Record by the page8/);
  expect(await row('Title')).toMatch(/^TitleLeft out/);
  expect(screen.getByText('The address says 7, the page shows 8')).toBeTruthy();
  expect(screen.getByText('Address and page disagree')).toBeTruthy();
});

test('it follows the tab, and reads again by the button', async () => {
  const tabs: Record<number, Tab> = { 1: job(7) };
  const { host, change } = memory(tabs);
  open('inspect', host);
  expect(await row('Title')).toContain('Change seal 7');
  tabs[1] = job(8);
  change();
  await screen.findByText('Change seal 8');
  tabs[1] = job(9);
  fireEvent.click(screen.getByRole('button', { name: 'Read again' }));
  await screen.findByText('Change seal 9');
  delete tabs[1];
  change();
  await screen.findByText('No tab of your desks is open');
  expect(screen.getByText(/^Open a case on rt\.example, jobs\.example\./)).toBeTruthy();
});

test('the answer of a tab that is no longer chosen is not shown', async () => {
  const { host, gates } = memory({ 1: job(7), 2: job(8) });
  const late = Promise.withResolvers<void>();
  gates.push(late.promise);
  open('inspect', host);
  const tab = await screen.findByLabelText<HTMLSelectElement>('Tab');
  expect(tab.selectedOptions[0]?.textContent).toBe('Tab 1 · jobs.example');
  fireEvent.change(tab, { target: { value: '2' } });
  late.resolve();
  expect(await row('Title')).toContain('Change seal 8');
  // Nor is that of the tab before, while the new one is read.
  const slow = Promise.withResolvers<void>();
  gates.push(slow.promise);
  fireEvent.change(tab, { target: { value: '1' } });
  expect(screen.queryByRole('rowheader')).toBeNull();
  slow.resolve();
  expect(await row('Title')).toContain('Change seal 7');
});

test('a tab that refuses, and no desk that is allowed, say so and what to do', async () => {
  const { host } = memory({ 1: { ...job(7), refuses: true } });
  open('inspect', host);
  await screen.findByText('This tab cannot be read');
  expect(screen.getByRole('button', { name: 'Read again' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Copy report' })).toBeNull();
  cleanup();
  open('inspect', memory({}, {}, () => false).host);
  await screen.findByText('No desk may be looked at yet');
  expect(screen.getByRole('link', { name: 'Go to Desks' }).getAttribute('href')).toBe('#desks');
});

test('a page of no desk, and one of a desk that is not set up, are named', async () => {
  const redmine = { url: 'https://elsewhere.example/issues/204', html: recorded('redmine/case.html') };
  open('inspect', memory({ 1: { url: 'https://elsewhere.example/', html: '<h1>x</h1>' } }).host);
  await screen.findAllByText('No desk that Deskcall knows');
  expect(await row('Record by the address')).toContain('Names none');
  cleanup();
  open('inspect', memory({ 1: redmine }).host);
  await screen.findByText(/^Redmine, not set up/);
  expect(await row('Title')).toContain('Pump P-17 leaking');
});

test('one click copies the report, which says nothing of the case', async () => {
  const { host, copied } = memory({ 1: rt });
  open('inspect', host);
  await row('Title');
  fireEvent.click(screen.getByRole('button', { name: 'Copy report' }));
  await within(screen.getByRole('status')).findByText('Report copied');
  expect(copied).toHaveLength(1);
  expect(copied[0]).toContain('desk      request-tracker\ncase      read\n');
  expect(copied[0]).not.toMatch(/Pump|204|customer|rt\.example|SN-88/i);
});

test('a clipboard that refuses is no copied report', async () => {
  const { host } = memory({ 1: rt });
  host.copy = async () => {
    throw new Error('The clipboard is closed.');
  };
  open('inspect', host);
  await row('Title');
  fireEvent.click(screen.getByRole('button', { name: 'Copy report' }));
  await screen.findByText('The clipboard is closed.');
  expect(screen.queryByText('Report copied')).toBeNull();
});

test('what the popup handed over is shown once, without a way to read it again', async () => {
  const { host, handed, look } = memory({ 1: job(7) });
  handed.set('a', await look(1));
  handed.set('b', null);
  open('inspect/a', host);
  expect(await row('Title')).toContain('Change seal 7');
  expect(screen.queryByLabelText('Tab')).toBeNull();
  expect(screen.queryByRole('button', { name: 'Read again' })).toBeNull();
  expect(screen.getByRole('button', { name: 'Copy report' })).toBeTruthy();
  cleanup();
  open('inspect/b', host);
  await screen.findByText('This tab cannot be read');
  cleanup();
  open('inspect/c', host);
  await screen.findByText('This look is over');
});

async function edit(host: Host): Promise<void> {
  open('desks', host);
  fireEvent.click(await screen.findByRole('button', { name: 'Edit Jobs' }));
}
const description = 'Description (JSON)';

test('a description is read on an open tab of its desk while it is typed', async () => {
  const { host, held } = memory({ 1: rt, 2: job(7) });
  await edit(host);
  expect(screen.getByText('The description holds')).toBeTruthy();
  expect((await screen.findByLabelText<HTMLSelectElement>('Tab')).textContent).toBe('Tab 2 · jobs.example');
  expect(await row('Title')).toBe('TitleChange seal 7Page, reading 2h1');
  expect(screen.getByText('/jobs/{id:digits}').closest('li')?.textContent).toBe('Address fits/jobs/{id:digits}id = 7');
  const other = { ...described, addresses: ['/cases/{id}', '/jobs/{number}'], read: { title: [{ css: '.machine' }] } };
  typed(description, JSON.stringify({ ...other, never: ['/jobs/*'] }));
  await screen.findByText('Never a case');
  expect(screen.getByText('No case is open on this page')).toBeTruthy();
  typed(description, JSON.stringify(other));
  await waitFor(async () => expect(await row('Title')).toBe('TitlexPage, reading 1.machine'));
  expect(screen.getByText('/cases/{id}').closest('li')?.textContent).toBe('Does not fit/cases/{id}');
  expect(held.settings.desks[1]?.custom).toEqual(described);
});

test('what is wrong with it is said as it is typed, and nothing is read by it', async () => {
  const { host, held } = memory({ 2: job(7) });
  await edit(host);
  await row('Title');
  typed(description, '{');
  expect(screen.getByText('One thing is wrong')).toBeTruthy();
  expect(screen.getByText(/ends in the middle/)).toBeTruthy();
  expect(screen.queryByRole('rowheader')).toBeNull();
  expect(screen.getByText(/^What it reads shows here once/)).toBeTruthy();
  typed(description, JSON.stringify({ ...described, adresses: [], deep: 1 }));
  expect(screen.getByText('2 things are wrong')).toBeTruthy();
  expect(screen.getByText('adresses').closest('li')?.textContent).toMatch(/did you mean "addresses"$/);
  fireEvent.click(screen.getByRole('button', { name: 'Save desk' }));
  expect(screen.getByRole('alert').textContent).toMatch(/^deep must be true or false|^adresses is not known/);
  expect(held.settings.desks[1]?.custom).toEqual(described);
});

test('without a tab, or without permission, the way on is said', async () => {
  await edit(memory({ 1: rt }).host);
  expect(await screen.findByText(/^No tab of jobs\.example is open\./)).toBeTruthy();
  cleanup();
  await edit(memory({ 1: rt }, {}, (each) => !each.includes('jobs')).host);
  await screen.findByText(/^Deskcall may not read jobs\.example yet\./);
  typed('Address', '');
  await screen.findByText(/^Give the desk’s address above/);
  cleanup();
  await edit(memory({ 2: { ...job(7), refuses: true } }).host);
  await screen.findByText('This tab cannot be read');
});

test('a desk whose own API may be asked is asked only if an admin says so', async () => {
  const { host, held } = memory({}, { desks: [{ key: 'red', product: 'redmine', origins: ['https://red.example'] }] });
  open('desks', host);
  const flip = async (): Promise<void> => {
    fireEvent.click(await screen.findByRole('button', { name: 'Edit Redmine' }));
    fireEvent.click(screen.getByRole('switch', { name: 'Ask the desk’s own API as well' }));
    fireEvent.click(screen.getByRole('button', { name: 'Save desk' }));
  };
  await flip();
  await waitFor(() => expect(held.settings.desks[0]?.rest).toBe(true));
  await flip();
  await waitFor(() => expect(held.settings.desks[0]).not.toHaveProperty('rest'));
  fireEvent.click(await screen.findByRole('button', { name: 'Edit Redmine' }));
  typed('Product', 'request-tracker');
  expect(screen.queryByRole('switch')).toBeNull();
});

test.each([
  ['none', 1],
  ['unknown', 1],
  ['forbidden', 0],
  ['first', 0],
] as const)('the popup offers to inspect the page, where there is one to inspect: %s', (state, n) => {
  let asked = 0;
  const nothing = () => {};
  const props: PopupProps = {
    state,
    desks: [],
    number: '',
    screen: { dim: false, pxPerCm: 38 },
    copied: null,
    codes: () => ({ error: 'page_changed' }),
    history: async () => ({ off: true }),
    wrapUp: async () => null,
    onWrapUp: nothing,
    onLaunch: nothing,
    onCopy: nothing,
    onChoose: nothing,
    onNumber: nothing,
    onAllow: nothing,
    onOptions: nothing,
    onInspect: () => void (asked += 1),
    onReadAgain: nothing,
    onCopyForAdmin: nothing,
    onScreen: nothing,
  };
  render(
    <Text.Provider value={say}>
      <Popup {...props} />
    </Text.Provider>,
  );
  for (const button of screen.queryAllByRole('button', { name: 'Inspect this page' })) fireEvent.click(button);
  expect(asked).toBe(n);
});
