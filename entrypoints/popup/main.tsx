import { createRoot } from 'react-dom/client';
import { browser } from 'wxt/browser';
import '../../components/tokens.css';
import '../../components/tokens-more.css';
import '../../components/controls.css';
import '../../components/controls-more.css';
import '../../components/later.css';
import '../../components/popup.css';
import type { LaunchEvent } from '../../components/bar.tsx';
import { Popup } from '../../components/popup.tsx';
import { Text } from '../../components/text.ts';
import type { Offer } from '../../lib/model.ts';
import { type Call, type Glance, glance, typed } from '../../lib/browser/glance.ts';
import { askFor } from '../../lib/browser/grants.ts';
import { keepScreen, type Screen, screenOf } from '../../lib/browser/screen.ts';
import { publish } from '../../lib/browser/store.ts';

const asked = new URLSearchParams(location.search);
const say = (key: string, ...values: string[]): string => browser.i18n.getMessage(key as 'call', values) || key;

/** The tab that is meant: the one in front, or the one a menu was opened on. */
async function look(): Promise<Glance> {
  const tab = asked.has('tab')
    ? Number(asked.get('tab'))
    : (await browser.tabs.query({ active: true, currentWindow: true }))[0]?.id;
  return glance(tab ?? -1);
}

const root = createRoot(document.getElementById('root') ?? document.body);
let seen: Glance | null = null;
let call: Call | null = null;
let screen: Screen = await screenOf();
let copied: string | null = null;

async function read(): Promise<void> {
  seen = await look();
  call = seen.state === 'case' ? seen.call : null;
  const number = asked.get('number');
  if (number && 'desks' in seen && seen.desks[0]) call = await typed(number, asked.get('desk') ?? seen.desks[0].key);
  draw();
}

async function offered(next: Promise<Call | null> | undefined): Promise<void> {
  if (!next) return;
  call = await next;
  draw();
}

function launch(event: LaunchEvent, offer: Offer): void {
  const href = event.isTrusted ? call?.link(offer) : null;
  if (!href) return event.preventDefault();
  event.currentTarget.href = href;
  setTimeout(() => {
    if (call) call = { ...call, view: { ...call.view, launched: offer.id } };
    draw();
  });
}

async function copy(offer: Offer): Promise<void> {
  const text = call?.link(offer);
  if (!text) return;
  await navigator.clipboard.writeText(text);
  copied = offer.id;
  draw();
}

function draw(): void {
  const origin = seen && 'origin' in seen ? seen.origin : '';
  root.render(
    <Text.Provider value={say}>
      <Popup
        state={call ? 'case' : (seen?.state ?? 'loading')}
        desk={seen && 'desk' in seen ? seen.desk : undefined}
        desks={seen && 'desks' in seen ? seen.desks : []}
        product={seen?.state === 'unknown' ? seen.product : ''}
        origin={origin}
        allowed={seen?.state === 'case' ? seen.allowed : undefined}
        view={call?.view}
        screen={screen}
        copied={copied}
        codes={(offer) => call?.codes(offer) ?? { error: 'page_changed' }}
        onLaunch={launch}
        onCopy={(offer) => void copy(offer)}
        onChoose={(pick) => void offered(seen?.state === 'case' ? seen.choose?.(pick) : undefined)}
        onNumber={(number, desk) => void offered(typed(number, desk))}
        onAllow={() => void askFor([origin]).then(async (yes) => (yes ? publish().then(read) : undefined))}
        onOptions={() => void browser.runtime.openOptionsPage()}
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
