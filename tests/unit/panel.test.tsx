/** Bar, panel and QR card on both engines that draw them: React, which they are written for, and Preact, which ships. */
import { fireEvent, screen, waitFor, within } from '@testing-library/dom';
import type { Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { BarProps } from '../../components/bar.tsx';
import type { OpenedProps } from '../../components/opened.tsx';
import type { Codes, Open, View } from '../../lib/model.ts';
import { say } from '../states/say.ts';
import { bothCodes, states, type State } from '../states/states.ts';

const { view: ready }: State = states.collapsed;
const withoutLink = ['in doubt', 'reading', 'not covered', 'only a refused target'] as const;
/** A state in which nothing may be called, with links in it all the same where it has no offers of its own. */
const tempting = (name: (typeof withoutLink)[number]): View => {
  const { view } = states[name];
  return view.offers.length ? view : { ...view, offers: ready.offers };
};

const engines = {
  React: () => {},
  Preact: () => {
    vi.doMock('react', () => import('preact/compat'));
    vi.doMock('react-dom/client', () => import('preact/compat/client'));
    vi.doMock('react/jsx-runtime', () => import('preact/jsx-runtime'));
    vi.doMock('react/jsx-dev-runtime', () => import('preact/jsx-dev-runtime'));
  },
};

const mocked = ['react', 'react-dom/client', 'react/jsx-runtime', 'react/jsx-dev-runtime'];

async function load(engine: keyof typeof engines) {
  vi.resetModules();
  for (const name of mocked) vi.doUnmock(name);
  engines[engine]();
  const { createElement, version } = await import('react');
  const { createRoot } = await import('react-dom/client');
  const { Opened } = await import('../../components/opened.tsx');
  const { Bar, Tab } = await import('../../components/bar.tsx');
  const { Text } = await import('../../components/text.ts');
  return { createElement, version, createRoot, Opened, Bar, Tab, Text };
}

const idle = () => {};
const barProps = (view: View, more: Partial<BarProps> = {}): BarProps => ({
  say,
  view,
  docked: false,
  expanded: false,
  onLaunch: (event) => event.preventDefault(),
  onQr: idle,
  onToggle: idle,
  onNothing: idle,
  onNear: idle,
  ...more,
});

describe.each(['React', 'Preact'] as const)('on %s', (engine) => {
  let it: Awaited<ReturnType<typeof load>>;
  let root: Root;
  let props: OpenedProps;

  beforeEach(async () => {
    it = await load(engine);
    root = it.createRoot(document.body.appendChild(document.createElement('div')));
    props = {
      view: ready,
      open: 'panel',
      screen: { dim: false, pxPerCm: 96 / 2.54 },
      below: null,
      onLaunch: vi.fn<OpenedProps['onLaunch']>((event) => event.preventDefault()),
      onOpen: vi.fn<OpenedProps['onOpen']>((open) => draw({ open: open as Open })),
      onScreen: vi.fn<OpenedProps['onScreen']>(),
      onCopyForAdmin: vi.fn<() => void>(),
      onChoose: vi.fn<OpenedProps['onChoose']>(),
      onReadAgain: vi.fn<() => void>(),
      copy: vi.fn<OpenedProps['copy']>(async () => true),
      codes: vi.fn<OpenedProps['codes']>(async () => bothCodes),
      pops: vi.fn<OpenedProps['pops']>(async () => ({ pops: [] })),
      pop: vi.fn<OpenedProps['pop']>(() => null),
      onCopyPop: vi.fn<OpenedProps['onCopyPop']>(),
      history: vi.fn<OpenedProps['history']>(async () => ({ off: true })),
      wrapUp: vi.fn<OpenedProps['wrapUp']>(async () => null),
      onWrapUp: vi.fn<OpenedProps['onWrapUp']>(),
    };
  });
  afterEach(() => {
    root.unmount();
    document.body.replaceChildren();
  });

  /** Draws what is open, with the props before where no other are given. */
  function draw(more: Partial<OpenedProps> = {}): void {
    props = { ...props, ...more };
    const { createElement, Text, Opened } = it;
    root.render(createElement(Text.Provider, { value: say }, createElement(Opened, props)));
  }
  const link = (name: string) => screen.findByRole('link', { name });
  const button = (name: string | RegExp) => screen.findByRole('button', { name });
  const code = () => screen.findByRole('img', { hidden: true });
  const path = async () => (await code()).querySelector('path')?.getAttribute('d');

  test('is drawn by it', () => {
    const version = engine === 'React' ? /^19\./ : /^1[89]\.\d+\.\d+$/;
    expect(it.version).toMatch(version);
    // Preact's elements say what they are made of by other names.
    expect('constructor' in it.createElement('i') && '__' in it.createElement('i')).toBe(engine === 'Preact');
  });

  test('a click on a launch link launches that target, once', async () => {
    draw();
    fireEvent.click(await link('Call Pump experts'));
    expect(props.onLaunch).toHaveBeenCalledOnce();
    expect(vi.mocked(props.onLaunch).mock.calls[0]?.[1]).toEqual(ready.offers[1]);
    fireEvent.click(await link('Open Seal replacement, P-200 series'));
    expect(props.onLaunch).toHaveBeenCalledTimes(2);
  });

  test('a launch link leads to the target’s own link', async () => {
    draw();
    for (const { name, group, href } of ready.offers)
      expect((await link(`${group === 'contact' ? 'Call' : 'Open'} ${name}`)).getAttribute('href')).toBe(href);
  });

  test.each(withoutLink)('nothing can be launched: %s', async (name) => {
    draw({ view: tempting(name) });
    await screen.findByRole('region', { name: /^Deskcall for/ });
    expect(document.querySelectorAll('a')).toHaveLength(0);
    root.render(it.createElement(it.Bar, barProps(tempting(name))));
    await waitFor(() => expect(document.querySelector('.bar')).not.toBeNull());
    expect(document.querySelectorAll('a')).toHaveLength(0);
  });

  test('where a pop is all there is, the bar names it and warns of nothing', async () => {
    root.render(it.createElement(it.Bar, barProps(states['only a pop'].view)));
    expect((await screen.findByRole('status')).textContent).toContain('Pump intake');
    expect(screen.queryByRole('alert')).toBeNull();
    expect(document.body.textContent).not.toContain('No link');
    root.render(it.createElement(it.Bar, barProps(states['only a refused target'].view)));
    expect((await screen.findByRole('alert')).textContent).toBe('No link to call');
  });

  test('a refused target says why and has no button', async () => {
    draw({ view: states['refused target'].view });
    const row = (await screen.findByText(/not one that may be offered/)).closest<HTMLElement>('.row');
    expect(row?.textContent).toContain('Plant 7 rotating');
    expect(row?.querySelector('a,button')).toBeNull();
  });

  test('in doubt, what the person chooses is told', async () => {
    draw({ view: states['panel in doubt, with a choice'].view });
    fireEvent.click(await button('It is #17'));
    expect(props.onChoose).toHaveBeenCalledExactlyOnceWith('page');
    fireEvent.click(await button('It is #1'));
    expect(props.onChoose).toHaveBeenLastCalledWith('address');
  });

  test('QR opens the card of its own row', async () => {
    draw();
    fireEvent.click(await button('QR: Call Liu Wei'));
    expect(props.onOpen).toHaveBeenCalledWith({ code: 'liu' });
    await code();
    expect(vi.mocked(props.codes).mock.calls.map(([{ id }]) => id)).toEqual(['liu']);
    expect(within(await screen.findByRole('dialog')).getByText('Liu Wei')).toBeTruthy();
  });

  test('Headset and Phone show one code each', async () => {
    draw({ open: { code: 'dana' } });
    const { app, phone } = bothCodes as Exclude<Codes, { error: string }>;
    expect(app?.path).not.toBe(phone?.path);
    expect(await path()).toBe(app?.path);
    fireEvent.click(await button('Phone'));
    await waitFor(async () => expect(await path()).toBe(phone?.path));
    expect((await button('Phone')).getAttribute('aria-pressed')).toBe('true');
    fireEvent.click(await button('Headset'));
    await waitFor(async () => expect(await path()).toBe(app?.path));
  });

  test('the card takes the keyboard', async () => {
    draw({ open: { code: 'dana' } });
    const card = await screen.findByRole('dialog');
    await waitFor(() => expect(document.activeElement).toBe(card));
  });

  test('no code outlives its case; the next case’s is drawn when asked for', async () => {
    draw({ open: { code: 'valves' }, view: { ...ready, offers: [{ ...ready.offers[0]!, id: 'valves' }] } });
    await code();
    const { view } = states['not called'] as State;
    draw({ view });
    await screen.findByText(/^Code removed/);
    expect(screen.queryByRole('img', { hidden: true })).toBeNull();
    expect(props.codes).toHaveBeenCalledOnce();
    fireEvent.click(await button('Show code for #2'));
    expect((await code()).getAttribute('aria-label')).toBe('Code: Call Valve desk for case #2');
    expect(vi.mocked(props.codes).mock.lastCall?.[0]).toEqual(view.offers[0]);
  });

  test('a code that was asked for before the case changed is not drawn after', async () => {
    const answers: ((codes: Codes) => void)[] = [];
    draw({ open: { code: 'dana' }, codes: async () => new Promise((resolve) => answers.push(resolve)) });
    await waitFor(() => expect(answers).toHaveLength(1));
    draw({ view: (states['not called'] as State).view });
    fireEvent.click(await button('Show code for #2'));
    await waitFor(() => expect(answers).toHaveLength(2));
    const { app } = bothCodes as Exclude<Codes, { error: string }>;
    answers[1]?.({ app: null, phone: app });
    await screen.findByText('No headset code');
    answers[0]?.({ app, phone: null });
    fireEvent.click(await button('Show phone code'));
    expect(await path()).toBe(app?.path);
  });

  test('after a failure the code is asked for again', async () => {
    draw({
      open: { code: 'dana' },
      codes: vi.fn<OpenedProps['codes']>(async () => ({ error: 'err_no_answer' })),
    });
    await screen.findByText(/Deskcall did not answer/);
    vi.mocked(props.codes).mockResolvedValue(bothCodes);
    fireEvent.click(await button('Try again'));
    await code();
    expect(props.codes).toHaveBeenCalledTimes(2);
  });

  test('copied only if the clipboard took it', async () => {
    draw({ open: { code: 'dana' }, copy: vi.fn<OpenedProps['copy']>(async () => false) });
    fireEvent.click(await button('Copy link'));
    await vi.mocked(props.copy).mock.results[0]?.value;
    // What is drawn after the answer shows what the answer changed, too.
    draw({ screen: { ...props.screen, dim: true } });
    await waitFor(() => expect(document.querySelector('.code.dim')).not.toBeNull());
    expect(screen.queryByRole('button', { name: 'Copied' })).toBeNull();
    vi.mocked(props.copy).mockResolvedValue(true);
    fireEvent.click(await button('Copy link'));
    await button('Copied');
    expect(vi.mocked(props.copy).mock.calls.map(([{ id }]) => id)).toEqual(['dana', 'dana']);
  });

  test('the dim switch is told, and dims', async () => {
    draw({ open: { code: 'dana' } });
    await code();
    fireEvent.click(await screen.findByRole('switch'));
    expect(props.onScreen).toHaveBeenCalledWith({ ...props.screen, dim: true });
    draw({ screen: { ...props.screen, dim: true } });
    await waitFor(() => expect(document.querySelector('.code.dim')).not.toBeNull());
  });

  test('hostile text stays text', async () => {
    const { view } = states['hostile text'] as State;
    draw({ view });
    await screen.findByRole('region', { name: /^Deskcall for/ });
    expect(document.querySelector('img')).toBeNull();
    expect(document.querySelector('.p-head')?.textContent).toContain(view.title);
    expect(document.querySelector('.row b')?.textContent).toBe(view.offers[0]?.name);
  });

  test('the bar launches its first target that has a link', async () => {
    const onLaunch = vi.fn<BarProps['onLaunch']>((event) => event.preventDefault());
    const { view } = states['refused target'] as State;
    root.render(it.createElement(it.Bar, barProps(view, { onLaunch })));
    fireEvent.click(await link('Call Dana Reyes'));
    expect(onLaunch).toHaveBeenCalledOnce();
    expect(onLaunch.mock.calls[0]?.[1].id).toBe('dana');
  });
});

describe('as a page gets it, by lib/browser/jsx.ts', () => {
  const root = document.createElement('div');

  async function plain() {
    vi.resetModules();
    for (const name of mocked) vi.doUnmock(name);
    vi.doMock('react/jsx-runtime', () => import('../../lib/browser/jsx.ts'));
    // Vitest compiles JSX for development: the same function by another name.
    vi.doMock('react/jsx-dev-runtime', async () => {
      const { jsx, Fragment } = await import('../../lib/browser/jsx.ts');
      return { jsxDEV: jsx, Fragment };
    });
    const { bar } = await import('../states/bar.tsx');
    const { draw } = await import('../../lib/browser/jsx.ts');
    document.body.append(root);
    return (view: View, more: Partial<Parameters<typeof bar>[1]> = {}) =>
      draw(root, bar(say, { ...barProps(view), out: false, onOpen: idle, onMove: idle, ...more }));
  }
  afterEach(() => root.remove());

  test('the bar: call, QR and more', async () => {
    const draw = await plain();
    const [onLaunch, onQr, onToggle] = [
      vi.fn<BarProps['onLaunch']>((event) => event.preventDefault()),
      vi.fn<BarProps['onQr']>(),
      vi.fn<() => void>(),
    ];
    draw(ready, { onLaunch, onQr, onToggle });
    const call = screen.getByRole('link', { name: 'Call Dana Reyes' });
    expect(call.getAttribute('href')).toBe(ready.offers[0]?.href);
    fireEvent.click(call);
    expect(onLaunch).toHaveBeenCalledOnce();
    expect(onLaunch.mock.calls[0]?.[1]).toBe(ready.offers[0]);
    fireEvent.click(screen.getByRole('button', { name: 'QR: Call Dana Reyes' }));
    expect(onQr).toHaveBeenCalledExactlyOnceWith(ready.offers[0]);
    fireEvent.click(screen.getByRole('button', { name: 'Show all contacts and catalogs, 3 more' }));
    expect(onToggle).toHaveBeenCalledOnce();
  });

  test.each(withoutLink)('nothing can be launched: %s', async (name) => {
    const draw = await plain();
    draw(tempting(name));
    expect(root.querySelector('.bar')).not.toBeNull();
    expect(root.querySelectorAll('a')).toHaveLength(0);
  });

  test('after a launch it says so, and offers the way on in its place', async () => {
    const draw = await plain();
    const onNothing = vi.fn<() => void>();
    draw({ ...ready, launched: 'dana' }, { onNothing });
    expect(screen.getByRole('status').textContent).toBe('Opening WorkLink for #1');
    expect(root.querySelectorAll('a')).toHaveLength(0);
    fireEvent.click(screen.getByRole('button', { name: 'Nothing opened?' }));
    expect(onNothing).toHaveBeenCalledOnce();
  });

  test('a number in a sentence keeps its direction, a name has its own', async () => {
    const draw = await plain();
    draw({ ...ready, launched: 'dana' });
    expect(screen.getByText('#1').getAttribute('dir')).toBe('ltr');
    draw(ready);
    expect(screen.getByText('Dana Reyes').tagName).toBe('BDI');
    expect(screen.getByText('Dana Reyes').hasAttribute('dir')).toBe(false);
  });

  test('a value that brings marks of its own stays inside its sentence’s text', async () => {
    const draw = await plain();
    draw({ ...ready, moved: ['#1\u2069<b>\u2066', '#2'] });
    expect(root.querySelector('.st b')).toBeNull();
    expect(screen.getByRole('alert').textContent.replace(/[\u2066-\u2069]/g, '')).toBe(
      'Not called. The page changed from #1<b> to #2.',
    );
  });

  test('the tab opens, also by what it shows', async () => {
    const draw = await plain();
    const onOpen = vi.fn<() => void>();
    draw(ready, { docked: true, onOpen });
    fireEvent.click(screen.getByRole('button', { name: /^Call\. Deskcall, case #1/ }));
    expect(onOpen).toHaveBeenCalledOnce();
    draw((states['in doubt'] as State).view, { docked: true });
    expect(screen.getByRole('button', { name: /^Check\./ })).toBeTruthy();
  });
});
