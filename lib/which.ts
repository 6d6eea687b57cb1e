/** Which desk a page belongs to where nobody has configured it, and what is read there. */
import { declared, deskOf, formOf } from './desks/index.ts';
import type { Case, Desk, Page, Problem, Read, Source } from './model.ts';
import { readCase } from './read.ts';

/** What `npm run read` prints: all that is read on a page. */
export type Answer = { desk: string | null; case: Case | null; sources: Record<string, Source>; problems: Problem[] };

type Known = { desk: Desk; hosts: string[] };

let all: Known[] | undefined;
/** Made at the first use: the popup's script is there on pages where nobody asks. */
const known = (): Known[] =>
  (all ??= Object.values(declared).map((file) => ({
    desk: deskOf({ product: file.id, name: file.name, desk: formOf(file) }),
    hosts: file.hosts,
  })));

/** The ids that {@link readPage} takes. */
export const deskIds: readonly string[] = Object.keys(declared);

/** Does a match pattern, `https://*.vendor.example/*`, hold this address? */
function isAt(pattern: string, url: string): boolean {
  const [, scheme, host = ''] = /^(\*|https?):\/\/([^/]+)\//.exec(pattern) ?? [];
  const { protocol, hostname } = new URL(url);
  const same = scheme === '*' ? /^https?:$/.test(protocol) : protocol === `${scheme}:`;
  return same && (host.startsWith('*.') ? `.${hostname}`.endsWith(host.slice(1)) : host === hostname);
}

/**
 * The desk whose host a page has, of several the one whose address it is; else the first that knows its own page.
 * @param page an absolute address with its document
 */
function deskAt(page: Page): Desk | undefined {
  const at = known().filter(({ hosts }) => hosts.some((pattern) => isAt(pattern, page.url)));
  const byAddress = at.find(({ desk }) => desk.locate(page.url)) ?? at[0];
  return (byAddress ?? known().find(({ desk }) => desk.owns(page)))?.desk;
}

/** Reads a page that nobody has configured; null: it belongs to no desk that is known. */
export function readUnknown(page: Page): Read | null {
  const desk = deskAt(page);
  return desk ? readCase(desk, page) : null;
}

/**
 * Reads a page with the desk that is asked for, else with its own.
 * @param wanted one of {@link deskIds}
 */
export function readPage(page: Page, wanted?: string): Answer {
  const desk = wanted === undefined ? deskAt(page) : known().find((each) => each.desk.id === wanted)?.desk;
  if (!desk) {
    const message = 'This page belongs to no desk that Deskcall knows; name one with --desk.';
    return { desk: null, case: null, sources: {}, problems: [{ code: 'no-desk', message }] };
  }
  const { desk: id, case: record, sources, problems } = readCase(desk, page);
  return { desk: id, case: record, sources, problems };
}
