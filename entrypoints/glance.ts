import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { glanceAt } from '../lib/glance.ts';

/** One look at a page for the popup, where the panel is off or was never allowed. */
export default defineUnlistedScript(() => {
  globalThis.deskcallGlance = (configured) => glanceAt(configured, { url: location.href, document });
});
