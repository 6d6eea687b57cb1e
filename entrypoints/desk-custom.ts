import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { customDesk } from '../lib/desks/custom.ts';

/** The desks that are data: their one reader; the data itself comes with the page's entry. */
export default defineUnlistedScript(() => {
  globalThis.deskcallDesk = (entry) => customDesk(entry.product, entry.name, [], entry.desk ?? { addresses: [] });
});
