import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { provide } from '../lib/browser/desk.ts';

/** The desks that are data: their one reader; the data itself comes with the page's entry. */
export default defineUnlistedScript(() => {
  provide('desk-custom');
});
