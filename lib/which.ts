/** Which desk a page belongs to where nobody has configured it, and what is read there. */
import { customDesk } from './desks/custom.ts';
import { declared, formOf } from './desks/index.ts';
import type { Case, Desk, DeskFile, Page, Problem, Read, Source } from './model.ts';
import { worded } from './problem-words.ts';
import { readCase } from './read.ts';

/** What `npm run read` prints: all that is read on a page. */
export type Answer = { desk: string | null; case: Case | null; sources: Record<string, Source>; problems: Problem[] };

/** Does a match pattern, `https://*.vendor.example/*`, hold this address? */
function isAt(pattern: string, url: string): boolean {
  const [, scheme, host = ''] = /^(\*|https?):\/\/([^/]+)\//.exec(pattern) ?? [];
  const { protocol, hostname } = new URL(url);
  const same = scheme === '*' ? /^https?:$/.test(protocol) : protocol === `${scheme}:`;
  return same && (host.startsWith('*.') ? `.${hostname}`.endsWith(host.slice(1)) : host === hostname);
}

export type Reader = {
  /** The desk of one id. */
  desk: (id: string) => Desk | undefined;
  /**
   * The desk whose host a page has, of several the one whose address it is; else the first that knows its own page.
   * @param page an absolute address with its document
   */
  deskAt: (page: Page) => Desk | undefined;
  /** All desks that a page can be of: those whose host it has, else those that know it. */
  likes: (page: Page) => Desk[];
};

/** Reads with these desks. */
export function readerOf(files: DeskFile[]): Reader {
  const known = files.map((file) => ({
    hosts: file.hosts,
    desk: customDesk(file.id, file.name, formOf(file), file.code),
  }));
  return {
    desk: (id) => known.find(({ desk }) => desk.id === id)?.desk,
    deskAt(page) {
      const at = known.filter(({ hosts }) => hosts.some((pattern) => isAt(pattern, page.url)));
      const byAddress = at.find(({ desk }) => desk.locate(page.url)) ?? at[0];
      return (byAddress ?? known.find(({ desk }) => desk.owns(page)))?.desk;
    },
    likes(page) {
      const at = known.filter(({ hosts }) => hosts.some((pattern) => isAt(pattern, page.url)));
      return (at.length ? at : known.filter(({ desk }) => desk.owns(page))).map(({ desk }) => desk);
    },
  };
}

let all: Reader | undefined;
/** Made at the first use: the popup's script is there also on pages where nobody asks. */
const reader = (): Reader => (all ??= readerOf(Object.values(declared)));

/** The ids that {@link readPage} takes. */
export const deskIds: readonly string[] = Object.keys(declared);

/** Reads a page that nobody has configured; null: it belongs to no desk that is known. */
export function readUnknown(page: Page): Read | null {
  const desk = reader().deskAt(page);
  return desk ? readCase(desk, page) : null;
}

/**
 * Reads a page with the desk that is asked for, else with its own.
 * @param wanted one of {@link deskIds}
 */
export function readPage(page: Page, wanted?: string, { desk: deskOf, deskAt } = reader()): Answer {
  const desk = wanted === undefined ? deskAt(page) : deskOf(wanted);
  if (!desk) {
    const message = 'This page belongs to no desk that Deskcall knows; name one with --desk.';
    return { desk: null, case: null, sources: {}, problems: [{ code: 'no-desk', message }] };
  }
  const read = readCase(desk, page);
  return { desk: read.desk, case: read.case, sources: read.sources, problems: worded(read) };
}
