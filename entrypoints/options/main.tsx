/** The door of the options page: the only place of it that reaches the browser. */
import { createRoot } from 'react-dom/client';
import { browser } from 'wxt/browser';
import '../../components/tokens.css';
import '../../components/tokens-more.css';
import '../../components/controls.css';
import '../../components/controls-more.css';
import '../../components/options/options.css';
import { Options } from '../../components/options/options.tsx';
import type { Host } from '../../components/options/state.ts';
import { Text, type Say } from '../../components/text.ts';
import { askFor, giveBack, grantedOrigins } from '../../lib/browser/grants.ts';
import { readRows, replaceRows, rowCounts } from '../../lib/browser/rows.ts';
import { loadSettings, publish, saveSettings } from '../../lib/browser/store.ts';
import { declared } from '../../lib/desks/index.ts';
import { firstProblem, preview } from '../../lib/import.ts';
import { warnings } from '../../lib/settings.ts';
import { allowedLink } from '../../lib/worklink.ts';

const say: Say = (key, ...values) =>
  browser.i18n.getMessage(key as Parameters<typeof browser.i18n.getMessage>[0], values);

const host: Host = {
  products: Object.values(declared).map(({ id, name }) => ({ id, name })),
  async load() {
    const [loaded, granted, { tables, targets }] = await Promise.all([loadSettings(), grantedOrigins(), rowCounts()]);
    return { ...loaded, granted, rows: tables, rowTargets: targets };
  },
  save: saveSettings,
  readRows,
  async replaceRows(next, progress, stop) {
    const done = await replaceRows(next, progress, stop);
    // Targets that only rows name.
    if (done) await publish();
    return done;
  },
  async allow(origins) {
    const granted = await askFor(origins);
    if (granted) await publish();
    return granted;
  },
  async giveBack(origins) {
    await Promise.all(origins.map(giveBack));
    await publish();
  },
  watch(changed) {
    // Policy and other tabs are not heard here, so what is set is read again whenever the page is looked at.
    const looked = () => void (document.visibilityState === 'visible' && changed());
    browser.permissions.onAdded.addListener(changed);
    browser.permissions.onRemoved.addListener(changed);
    document.addEventListener('visibilitychange', looked);
    return () => {
      browser.permissions.onAdded.removeListener(changed);
      browser.permissions.onRemoved.removeListener(changed);
      document.removeEventListener('visibilitychange', looked);
    };
  },
  problem: firstProblem,
  linkProblem: (link, hosts) => allowedLink(link, hosts),
  warnings,
  preview,
};

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <Text.Provider value={say}>
      <Options host={host} />
    </Text.Provider>,
  );
