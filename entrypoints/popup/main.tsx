import { useEffect, useState } from 'react';
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
import { type Call, type Glance, glance, type Pick, typed } from '../../lib/browser/glance.ts';
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

function Page() {
  const [seen, setSeen] = useState<Glance | null>(null);
  const [call, setCall] = useState<Call | null>(null);
  const [screen, setScreen] = useState<Screen | null>(null);
  const [copied, setCopied] = useState<string | null>(null);

  const read = async (): Promise<void> => {
    const found = await look();
    setSeen(found);
    setCall(found.state === 'case' ? found.call : null);
    const number = asked.get('number');
    if (number && 'desks' in found && found.desks[0])
      setCall(await typed(number, asked.get('desk') ?? found.desks[0].key));
  };
  useEffect(() => {
    void read();
    void screenOf().then(setScreen);
  }, []);
  if (!screen) return null;

  const desks = seen && 'desks' in seen ? seen.desks : [];
  const allowed = seen?.state === 'case' ? seen.allowed : undefined;
  const origin = seen && 'origin' in seen ? seen.origin : '';
  const launch = (event: LaunchEvent, offer: Offer): void => {
    const href = event.isTrusted ? call?.link(offer) : null;
    if (!href) return event.preventDefault();
    event.currentTarget.href = href;
    if (call) setTimeout(() => setCall({ ...call, view: { ...call.view, launched: offer.id } }));
  };
  const choose = (pick: Pick): void => {
    if (seen?.state === 'case') void seen.choose?.(pick).then(setCall);
  };
  const allow = (): void => void askFor([origin]).then(async (yes) => (yes ? publish().then(read) : undefined));
  const copy = (offer: Offer): void => {
    const text = call?.link(offer);
    if (text) void navigator.clipboard.writeText(text).then(() => setCopied(offer.id));
  };
  return (
    <Popup
      state={call ? 'case' : (seen?.state ?? 'loading')}
      desk={seen && 'desk' in seen ? seen.desk : undefined}
      desks={desks}
      product={seen?.state === 'unknown' ? seen.product : ''}
      origin={origin}
      allowed={allowed}
      view={call?.view}
      screen={screen}
      copied={copied}
      codes={(offer) => call?.codes(offer) ?? { error: say('page_changed') }}
      onLaunch={launch}
      onCopy={copy}
      onChoose={choose}
      onNumber={(number, desk) => void typed(number, desk).then(setCall)}
      onAllow={allow}
      onOptions={() => void browser.runtime.openOptionsPage()}
      onReadAgain={() => void read()}
      onCopyForAdmin={() => void navigator.clipboard.writeText(JSON.stringify(seen, null, 2))}
      onScreen={(next) => {
        setScreen(next);
        void keepScreen(next);
      }}
    />
  );
}

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <Text.Provider value={say}>
      <Page />
    </Text.Provider>,
  );
