/** Which desk a page belongs to where nobody has configured it, and what is read there: for the command line and tests. */
import { customDesk } from './desks/custom.ts';
import { declared } from './desks/index.ts';
import type { Case, Desk, Page, Problem, Source } from './model.ts';
import { readCase } from './read.ts';

/** What `npm run read` prints: all that is read on a page. */
export type Answer = { desk: string | null; case: Case | null; sources: Record<string, Source>; problems: Problem[] };

const desks: Desk[] = Object.values(declared).map(({ id, name, hosts, data }) => customDesk(id, name, hosts, data));

/** The ids that {@link readPage} takes. */
export const deskIds: readonly string[] = desks.map(({ id }) => id);

/** Does a match pattern, `https://*.vendor.example/*`, hold this address? */
function isAt(pattern: string, url: string): boolean {
  const [, scheme, host = ''] = /^(\*|https?):\/\/([^/]+)\//.exec(pattern) ?? [];
  const { protocol, hostname } = new URL(url);
  const known = scheme === '*' ? /^https?:$/.test(protocol) : protocol === `${scheme}:`;
  return known && (host.startsWith('*.') ? `.${hostname}`.endsWith(host.slice(1)) : host === hostname);
}

/**
 * Reads a page with the desk that is asked for, else with the one whose host it is, else with the first that knows its
 * own page.
 * @param page an absolute address with its document
 * @param wanted one of {@link deskIds}
 */
export function readPage(page: Page, wanted?: string): Answer {
  const desk =
    wanted === undefined
      ? (desks.find(({ hosts }) => hosts.some((pattern) => isAt(pattern, page.url))) ??
        desks.find((each) => each.owns(page)))
      : desks.find(({ id }) => id === wanted);
  if (!desk) {
    const message = 'This page belongs to no desk that Deskcall knows; name one with --desk.';
    return { desk: null, case: null, sources: {}, problems: [{ code: 'no-desk', message }] };
  }
  const { desk: id, case: record, sources, problems } = readCase(desk, page);
  return { desk: id, case: record, sources, problems };
}
