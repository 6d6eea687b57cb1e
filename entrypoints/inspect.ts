import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { asking } from '../lib/browser/rest.ts';
import { declared, deskOf } from '../lib/desks/index.ts';
import type { Configured } from '../lib/glance.ts';
import { sightOf } from '../lib/inspect.ts';
import type { Desk, Page } from '../lib/model.ts';
import { readCase } from '../lib/read.ts';
import { glimpseOf } from '../lib/visit.ts';
import { readerOf } from '../lib/which.ts';

/** The desk of this page, which asks its own API where an admin lets it, as the panel's would. */
function deskFor(configured: Configured | null, page: Page): Desk | null {
  if (!configured) return readerOf(Object.values(declared)).deskAt(page) ?? null;
  const desk = deskOf(configured);
  const rest = configured.rest && declared[configured.product]?.rest;
  return rest ? asking(desk, rest) : desk;
}

/** One look at a page for whoever inspects it or tries a description on it, and a short one for the list of desks. */
export default defineUnlistedScript(() => {
  globalThis.deskcallInspect = async (configured) => {
    const page = { url: location.href, document };
    const desk = deskFor(configured, page);
    const record = desk?.ask && readCase(desk, page).case;
    if (desk?.ask && record) {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (desk.ask(desk.inner(page), record, resolve)) await promise;
    }
    return sightOf(desk, configured?.desk ?? declared[desk?.id ?? '']?.data, page);
  };
  globalThis.deskcallVisit = (configured) =>
    glimpseOf(configured, { url: location.href, document }, readerOf(Object.values(declared)));
});
