/**
 * A page that shows one state at a time, placed by the extension's own lib/browser/mount.ts.
 * `?state=full panel&scheme=dark&engine=react`; the engine `plain` is what ships: the bar by lib/browser/jsx.ts, what
 * opens from it on Preact.
 */
import type { OpenedProps } from '../../components/opened.tsx';
import controls from '../../components/controls.css?inline';
import panel from '../../components/panel.css?inline';
import type { Say } from '../../components/text.ts';
import tokens from '../../components/tokens.css?inline';
import { mount } from '../../lib/browser/mount.ts';
import type { Drawing } from '../../lib/browser/page.ts';
import { say, sayArabic, sayGerman } from './say.ts';
import { engines, languages, names, schemes, stateOf, type Look, type Name, type State } from './states.ts';

export type DrawBar = (root: HTMLElement, say: Say, props: Drawing | null) => void;
export type Whole = {
  drawBar: DrawBar;
  drawOpened: (slot: HTMLElement, say: Say, props: OpenedProps | null) => void;
};
declare global {
  var onPlain: DrawBar;
  var onPreact: Whole;
  var onReact: Whole;
  /** Shows a state in place of the one before; done when it stands. */
  var show: (name: Name, look?: Look) => Promise<void>;
}

let end: () => void = () => {};

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** Waits for a button with this text, for a second at most, and presses it. */
async function press(slot: HTMLElement, text: string): Promise<void> {
  for (let frames = 0; frames < 60; frames++) {
    const button = [...slot.querySelectorAll('button')].find((each) => each.textContent === text);
    if (button) return button.click();
    await frame();
  }
  throw new Error(`no button "${text}"`);
}

globalThis.show = async (name, { scheme = 'light', engine = 'plain', language = 'en' } = {}) => {
  end();
  const state = stateOf(name);
  const words = state.rtl ? sayArabic : language === 'de' ? sayGerman : say;
  document.title = name;
  document.documentElement.dir = state.rtl ? 'rtl' : 'ltr';
  document.documentElement.lang = state.rtl ? 'ar' : language;
  document.documentElement.dataset.scheme = scheme;
  const whole = engine === 'react' ? globalThis.onReact : globalThis.onPreact;
  const slot = place(state, words, {
    drawBar: engine === 'plain' ? globalThis.onPlain : whole.drawBar,
    drawOpened: whole.drawOpened,
  });
  for (const key of state.press ?? []) await press(slot, words(key));
  await document.fonts.ready;
  await still(slot);
};

/** Waits until nothing has moved for three frames. */
async function still(slot: HTMLElement): Promise<void> {
  const where = () => JSON.stringify(slot.querySelector('.float > *')?.getBoundingClientRect());
  for (let same = 0, last = ''; same < 3; ) {
    await frame();
    const now = where() ?? '';
    same = now === last ? same + 1 : 0;
    last = now;
  }
}

/** Puts the panel on the page in this state. @returns where what is open is drawn */
function place(state: State, words: Say, { drawBar, drawOpened }: Whole): HTMLElement {
  const over = new AbortController();
  const anchor = document.querySelector('h1') as HTMLElement;
  let screen = { dim: state.dim ?? false, pxPerCm: 96 / 2.54 };
  const idle = () => {};
  const redraw = (): void => {
    const { view, open = null, codes, pops } = state;
    drawBar(at.root, words, {
      view,
      docked: at.docked(),
      out: state.out ?? open !== null,
      expanded: open === 'panel',
      onLaunch: (event) => event.preventDefault(),
      onQr: idle,
      onToggle: idle,
      onNothing: idle,
      onNear: idle,
      onOpen: idle,
      onMove: idle,
    });
    drawOpened(
      at.slot,
      words,
      open && {
        view,
        open,
        screen,
        below: at.root.firstElementChild,
        onLaunch: (event) => event.preventDefault(),
        onOpen: idle,
        onScreen: (next) => {
          screen = next;
          redraw();
        },
        onCopyForAdmin: idle,
        onChoose: idle,
        onReadAgain: idle,
        copy: async () => true,
        codes: async () => codes ?? new Promise(idle),
        pops: async () => (pops ? { pops } : new Promise(idle)),
        pop: () => null,
        onCopyPop: idle,
        history: async () => state.history ?? { off: true },
        wrapUp: async () => state.wrapUp ?? null,
        onWrapUp: idle,
      },
    );
  };
  const at = mount({
    document,
    css: tokens + controls + panel,
    mode: 'open',
    find: () => (state.at === 'dock' ? null : { element: anchor, place: 'inside' }),
    onMoved: () => drawn && redraw(),
    onKey: idle,
    share: undefined,
    signal: over.signal,
  });
  let drawn = false;
  at.show(true);
  drawn = true;
  redraw();
  at.fit(false);
  end = () => {
    drawOpened(at.slot, words, null);
    drawBar(at.root, words, null);
    over.abort();
  };
  return at.slot;
}

const asked = new URLSearchParams(location.search);
const found = names.find((name) => name === asked.get('state'));
if (found) {
  void globalThis.show(found, {
    scheme: schemes.find((one) => one === asked.get('scheme')),
    engine: engines.find((one) => one === asked.get('engine')),
    language: languages.find((one) => one === asked.get('language')),
  });
}
