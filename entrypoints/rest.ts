import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { asking } from '../lib/browser/rest.ts';

/** Before the core, only where an admin lets the desk's own API be asked. */
export default defineUnlistedScript(() => {
  globalThis.deskcallAsking = asking;
});
