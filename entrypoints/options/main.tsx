/** The door of the options page: the only place of it that reaches the browser. */
import { createRoot } from 'react-dom/client';
import { browser } from 'wxt/browser';
import '../../components/tokens.css';
import '../../components/tokens-more.css';
import '../../components/controls.css';
import '../../components/controls-more.css';
import '../../components/options/options.css';
import '../../components/options/calls.css';
import '../../components/options/grid.css';
import '../../components/options/inspect.css';
import '../../components/options/awaken.css';
import '../../components/options/bridge.css';
import '../../components/options/start.css';
import { Options } from '../../components/options/options.tsx';
import type { Host } from '../../components/options/state.ts';
import { slug } from '../../components/options/words.ts';
import { Text, type Say } from '../../components/text.ts';
import { checks, likely } from '../../lib/awaken.ts';
import { testBridge } from '../../lib/browser/bridge.ts';
import { askFor, giveBack, grantedOrigins, patternOf } from '../../lib/browser/grants.ts';
import { look, openTabs, take, watchTabs } from '../../lib/browser/inspect.ts';
import { lookAround } from '../../lib/browser/visits.ts';
import { rowsOf } from '../../lib/browser/keys.ts';
import { keepPlaces, places } from '../../lib/browser/places.ts';
import { popMe, testConnection } from '../../lib/browser/pops.ts';
import { editRows, openTable, readRows, replaceRows, rowCounts } from '../../lib/browser/rows.ts';
import { readSnapshot, snapshots } from '../../lib/browser/snapshots.ts';
import { loadSettings } from '../../lib/browser/loaded.ts';
import { publish } from '../../lib/browser/publish.ts';
import {
  changeRows,
  importAll,
  importRows,
  onChanged,
  removeAll,
  restore,
  resume,
  saveSettings,
  takeDefaults,
} from '../../lib/browser/store.ts';
import { bridgeToken, forgetSecrets, heldFor, keepCredentials } from '../../lib/browser/vault.ts';
import { dropWrapUps, keptWrapUps } from '../../lib/browser/wrapups.ts';
import { nameLanguage } from '../../lib/browser/words.ts';
import { readCells, writeCells, writeCsv } from '../../lib/csv.ts';
import { bytesOf, firstChoice, fitsPlace, makePack, zipOf } from '../../lib/deploy.ts';
import { describeDesk, fitsOf } from '../../lib/describe.ts';
import { declared, mayAsk } from '../../lib/desks/index.ts';
import { addressFault } from '../../lib/http.ts';
import { firstProblem, preview } from '../../lib/import.ts';
import { previewRows, previewTargets, rowsAsCsv, rowsAsJson, targetsAsCsv } from '../../lib/lists.ts';
import { refusalsByHelp } from '../../lib/licence.ts';
import { namesOf } from '../../lib/offer.ts';
import { nameProblem } from '../../lib/schema.ts';
import { linkWrong, warnings } from '../../lib/settings.ts';
import { flawsOf, rowFlaws } from '../../lib/flaws.ts';
import { readTyped, sampleOf, simulate } from '../../lib/simulate.ts';
import { reservedParams } from '../../lib/worklink.ts';

const say: Say = (key, ...values) =>
  browser.i18n.getMessage(key as Parameters<typeof browser.i18n.getMessage>[0], values);

function selects(selector: string): boolean {
  try {
    document.createDocumentFragment().querySelector(selector);
    return true;
  } catch {
    return false;
  }
}

const host: Host = {
  self: { browser: import.meta.env.FIREFOX ? 'firefox' : 'chrome', id: browser.runtime.id },
  products: Object.values(declared).map(({ id, name }) => ({ id, name, rest: mayAsk(id) })),
  looks: {
    tabs: openTabs,
    watch: watchTabs,
    look,
    take,
    describe: (text) => describeDesk(text, selects),
    fits: fitsOf,
    round: lookAround,
  },
  lists: {
    namesOf,
    cells: { read: readCells, write: writeCells },
    openTable,
    editRows: async (changes) => {
      const { clash } = await changeRows(
        () => editRows(changes),
        ({ renamed }) => renamed,
      );
      return clash;
    },
    importRows: async (next, { progress, stop }) => (await importRows(next, progress, stop))?.id ?? null,
    previewRows,
    previewTargets: (file, now, watch) => previewTargets(file, { ...now, slug }, watch),
    rowsAsCsv,
    rowsAsJson,
    targetsAsCsv,
    asCsv: writeCsv,
  },
  awaken: {
    checks,
    likely,
    addressFault(address) {
      const fault = addressFault(address);
      return fault && say(`o_wrong_address_${fault}`);
    },
    held: heldFor,
    keep: keepCredentials,
    forget: forgetSecrets,
    test: testConnection,
    popMe,
  },
  bridge: {
    held: bridgeToken.held,
    async keep(...what) {
      await bridgeToken.keep(...what);
      // What waited for a token is told now.
      void browser.runtime.sendMessage({ type: 'tell' });
    },
    forget: bridgeToken.forget,
    test: testBridge,
    kept: keptWrapUps,
    drop: dropWrapUps,
  },
  calls: {
    simulate: (settings, desk, record) => simulate(settings, desk, record, rowsOf, Date.now()),
    readTyped,
    flaws: flawsOf,
    rowFlaws: async (settings) => rowFlaws(settings, await readRows()),
    sample: sampleOf,
    nameProblem,
    reserved: [...reservedParams],
    licencesByHelp: [...refusalsByHelp],
  },
  copy: (text) => navigator.clipboard.writeText(text),
  async load() {
    await resume();
    const [loaded, granted, { tables, targets }, kept, known] = await Promise.all([
      loadSettings(),
      grantedOrigins(),
      rowCounts(),
      snapshots(),
      places(),
    ]);
    return { ...loaded, granted, rows: tables, rowTargets: targets, snapshots: kept, places: known };
  },
  save: saveSettings,
  readRows,
  replaceRows: (next, progress, stop) => changeRows(() => replaceRows(next, progress, stop)),
  importAll: async (settings, rows, progress) => (await importAll(settings, rows, progress)).id,
  restore: async (snapshot, progress) => (await restore(snapshot, progress)).id,
  async removeAll() {
    const origins = async () => {
      const { desks, awaken, bridge } = (await loadSettings()).settings;
      const service = [awaken.authUrl, awaken.popUrl, bridge.url].flatMap((address) =>
        address ? new URL(address).origin : [],
      );
      return [...new Set([...desks.flatMap((desk) => desk.origins), ...service])];
    };
    const before = await origins();
    const { id } = await removeAll();
    const [after, granted] = await Promise.all([origins(), grantedOrigins()]);
    // Permissions are per host: one of a desk that stays is kept.
    const needed = new Set(after.map(patternOf));
    const gone = before.filter((origin) => granted(origin) && !needed.has(patternOf(origin)));
    await Promise.all(gone.map(giveBack));
    await publish();
    return { snapshot: id, gone };
  },
  takeDefaults: async (parts) => (await takeDefaults(parts)).id,
  readSnapshot,
  keepPlaces,
  fitsPlace,
  firstChoice,
  pack: (settings, rows, choice, at) => makePack(settings, rows, choice, at, browser.runtime.getManifest().version),
  bytesOf,
  zipOf,
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
    const deaf = onChanged(changed);
    browser.permissions.onAdded.addListener(changed);
    browser.permissions.onRemoved.addListener(changed);
    return () => {
      deaf();
      browser.permissions.onAdded.removeListener(changed);
      browser.permissions.onRemoved.removeListener(changed);
    };
  },
  problem: firstProblem,
  linkProblem: linkWrong,
  warnings,
  preview,
};

nameLanguage(document.documentElement);
const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <Text.Provider value={say}>
      <Options host={host} />
    </Text.Provider>,
  );
