/** A short look at an open tab: which record it shows, and whether its page is one of the desk that is set up for it. */
import { declared, deskOf } from './desks/index.ts';
import type { Configured } from './glance.ts';
import type { Case, Page } from './model.ts';
import { readCase } from './read.ts';
import type { Reader } from './which.ts';

/** What is seen in the page. */
export type Glimpse = {
  /** The open record, with all that rules look at. */
  case: Case | null;
  /** Address and page name different records, so that nothing would be offered. */
  doubt: boolean;
  /** Whether the page is one of the configured product's; null: nothing tells. */
  right: boolean | null;
  /** The id of the product that the page looks like; null: none that is known. */
  like: string | null;
};

/** A tab whose address the browser tells. */
export type Visit = {
  tab: number;
  origin: string;
  title: string;
  /** Whether Deskcall may read it at any time, and not only after a click there. */
  granted: boolean;
  /** The key of its desk, if one that is on is set up for its origin. */
  desk: string | null;
  /** `refused`: the browser keeps extensions out. `waits`: it is still loading, asleep, or gone. */
  state: 'seen' | 'refused' | 'waits';
  /** The open record as people call it; null: none is open, or address and page disagree. */
  number: string | null;
  /** The names that rules offer for it, of those that have a link. */
  offered: string[];
} & Pick<Glimpse, 'doubt' | 'right' | 'like'>;

/** The record that was last read on a desk, and when, in milliseconds since 1970. */
export type LastRead = { origin: string; number: string; at: number };

/** One look at all open tabs. */
export type Round = {
  /** The one that was last in front first. */
  visits: Visit[];
  /** How many tabs an organisation keeps extensions out of; of these the browser tells no address. */
  shut: number;
  /** By the desks' keys. */
  last: Record<string, LastRead>;
};

/** @param configured the desk of this page; null: none is set up */
export function glimpseOf(configured: Configured | null, page: Page, { deskAt, likes }: Reader): Glimpse {
  const like = deskAt(page)?.id ?? null;
  if (!configured) return { case: null, doubt: false, right: null, like };
  const desk = deskOf(configured);
  const read = readCase(desk, page);
  const others = likes(page).map(({ id }) => id);
  const known = Object.hasOwn(declared, configured.product);
  const owned = read.confirmed || desk.owns(page) || others.includes(configured.product);
  // An admin's own description may be of a product that is known as well.
  const another = known && others.length > 0;
  // Some products can be told by the pages of their records alone.
  const tells = (configured.desk.owns?.length ?? 0) > 0 && desk.locate(desk.inner(page).url) !== null;
  return {
    case: read.case,
    doubt: read.shown !== undefined,
    right: owned ? true : another || tells ? false : null,
    like,
  };
}
