import { createRoot } from 'react-dom/client';
import { browser } from 'wxt/browser';
import '../../components/tokens.css';
import '../../components/tokens-more.css';
import '../../components/controls.css';
import '../../components/controls-more.css';
import '../../components/later.css';
import '../../components/history.css';
import '../../components/pops.css';
import '../../components/popup.css';
import { Popup } from '../../components/popup.tsx';
import { Text } from '../../components/text.ts';
import type { LaunchEvent, Offer, Screen } from '../../lib/model.ts';
import { type Call, type Glance, glance, typed } from '../../lib/browser/glance.ts';
import { askFor } from '../../lib/browser/grants.ts';
import { hand, look } from '../../lib/browser/inspect.ts';
import { popAsks } from '../../lib/browser/pop-asks.ts';
import { keepScreen, screenOf } from '../../lib/browser/screen.ts';
import { publish } from '../../lib/browser/publish.ts';
import { nameLanguage } from '../../lib/browser/words.ts';
import { readLink } from '../../lib/worklink.ts';

const asked = new URLSearchParams(location.search);
const say = (key: string, ...values: string[]): string => browser.i18n.getMessage(key as 'call', values) || key;

/** The tab that is meant: the one in front, or the one a menu was opened on. */
async function tabHere(): Promise<number> {
  const tab = asked.has('tab')
    ? Number(asked.get('tab'))
    : (await browser.tabs.query({ active: true, currentWindow: true }))[0]?.id;
  return tab ?? -1;
}

/** Only here may the page be read without a permission for its host, so the options page gets what was read. */
async function inspect(): Promise<void> {
  const key = await hand(await look(await tabHere()));
  await browser.tabs.create({ url: browser.runtime.getURL(`/options.html#inspect/${key}`) });
  window.close();
}

/** The number that was selected or typed before this page opened. */
const number = asked.get('number') ?? '';

/** The one desk that a number can only belong to: the tab's own, or the only one there is. */
function deskHere(found: Glance): string | undefined {
  if (found.state === 'case') return found.call.desk.key;
  if (found.state === 'none' && found.desk) return found.desk.key;
  return 'desks' in found && found.desks.length === 1 ? found.desks[0]?.key : undefined;
}

nameLanguage(document.documentElement);
const root = createRoot(document.getElementById('root') ?? document.body);
let seen: Glance | null = null;
let call: Call | null = null;
let screen: Screen = await screenOf();
let copied: string | null = null;
/** The launch id of the last click, by its target. */
let clicked: { target: string; launchId: string | undefined } | null = null;

async function read(): Promise<void> {
  seen = await glance(await tabHere());
  call = seen.state === 'case' ? seen.call : null;
  // A number alone names no case where there are several desks: then the person says which.
  const here = deskHere(seen);
  if (number && here) call = await typed(number, here);
  draw();
}

async function offered(next: Promise<Call | null> | undefined): Promise<void> {
  if (!next) return;
  call = await next;
  draw();
}

function launch(event: LaunchEvent, offer: Offer): void {
  const href = event.isTrusted ? call?.link(offer, 'button') : null;
  if (!href) return event.preventDefault();
  event.currentTarget.href = href;
  clicked = { target: offer.id, launchId: readLink(href)?.launchId };
  setTimeout(() => {
    if (call) call = { ...call, view: { ...call.view, launched: offer.id } };
    draw();
  });
}

const pops = popAsks(
  () => call?.about ?? null,
  ({ id }) => (clicked?.target === id ? clicked.launchId : undefined),
  (text) => void navigator.clipboard.writeText(text),
);

async function copy(offer: Offer): Promise<void> {
  const text = call?.link(offer, 'copy');
  if (!text) return;
  await navigator.clipboard.writeText(text);
  copied = offer.id;
  draw();
}

let turning = 0;
/** Hours begin and end while this page is open. */
function turn(): void {
  if (call) call = { ...call, view: { ...call.viewNow(), launched: call.view.launched } };
  draw();
}

function draw(): void {
  clearTimeout(turning);
  if (call?.view.change) turning = window.setTimeout(turn, call.view.change - Date.now());
  const origin = seen && 'origin' in seen ? seen.origin : '';
  root.render(
    <Text.Provider value={say}>
      <Popup
        state={call ? 'case' : (seen?.state ?? 'loading')}
        desk={call?.desk ?? (seen?.state === 'none' ? seen.desk : undefined)}
        number={number}
        desks={seen && 'desks' in seen ? seen.desks : []}
        product={seen?.state === 'unknown' ? seen.product : ''}
        origin={origin}
        allowed={seen?.state === 'case' ? seen.allowed : undefined}
        view={call?.view}
        pops={call?.about && pops}
        screen={screen}
        copied={copied}
        history={async () => call?.history() ?? { off: true }}
        wrapUp={async () => call?.wrapUp() ?? null}
        onWrapUp={(event, said) => void (event.isTrusted && call?.onWrapUp(said))}
        codes={(offer) => call?.codes(offer) ?? { error: 'page_changed' }}
        onLaunch={launch}
        onCopy={(offer) => void copy(offer)}
        onChoose={(pick) => void offered(seen?.state === 'case' ? seen.choose?.(pick) : undefined)}
        onNumber={(given, desk) => void offered(typed(given, desk))}
        onAllow={() => void askFor([origin]).then(async (yes) => (yes ? publish().then(read) : undefined))}
        onOptions={(view) =>
          void (view
            ? browser.tabs.create({ url: browser.runtime.getURL(`/options.html#${view}`) })
            : browser.runtime.openOptionsPage())
        }
        onInspect={() => void inspect()}
        onReadAgain={() => void read()}
        onCopyForAdmin={() => void navigator.clipboard.writeText(JSON.stringify(seen, null, 2))}
        onScreen={(next) => {
          screen = next;
          void keepScreen(next);
          draw();
        }}
      />
    </Text.Provider>,
  );
}

draw();
await read();
