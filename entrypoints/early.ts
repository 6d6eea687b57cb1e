import { browser } from 'wxt/browser';
import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { storedFor } from '../lib/browser/keys.ts';

/** Asks for what the panel needs while the page is still loading, so that the core need not wait for it. */
export default defineUnlistedScript(() => {
  globalThis.deskcallStored = browser.storage.local.get(storedFor(location.origin));
});
