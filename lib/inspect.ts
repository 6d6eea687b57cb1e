/** One look at a page, with all that a person needs to see why it is read as it is. */
import type { Desk, DeskForm, Page, Read, Reading, Ref } from './model.ts';
import { readCase } from './read.ts';
import { redact } from './redact.ts';

/** What is seen of a page. It is made in the page and shown in the options. */
export type Sight = {
  /** The address that was read: the page's own, or that of a frame in it which holds the record. */
  url: string;
  framed: boolean;
  /** The product's id; null: no desk that is known has such pages. */
  product: string | null;
  /** The record that the address alone names. */
  address: Ref | null;
  read: Read;
  /** How each field is looked for, in order: a selector with its attribute, or a label in quotes. */
  readings: Record<string, string[]>;
  /** Whether there is a place for the bar by the case; else it stands at the edge of the page. */
  placed: boolean;
  /** The page reduced to its structure (redact.ts). */
  report: string;
};

/** A tab that can be looked at. */
export type OpenTab = { id: number; origin: string; title: string };

/** The configured desk of a tab. */
export type Owner = { key: string; name: string; product: string };

/** A look, and whose tab it was at. `once`: it came from the popup, and only a click there can bring another. */
export type Look = { origin: string; owner: Owner | null; sight: Sight; once?: true };

const spelled = ({ css, label, attr }: Reading): string => (css ?? `"${label}"`) + (attr ? ` @${attr}` : '');

/**
 * @param desk the desk of this page; null: nobody knows it
 * @param form that desk's description
 */
export function sightOf(desk: Desk | null, form: Pick<DeskForm, 'read' | 'shows'> | undefined, page: Page): Sight {
  const inner = desk?.inner(page) ?? page;
  const read: Read = desk
    ? readCase(desk, page)
    : {
        desk: null,
        case: null,
        sources: {},
        problems: [{ code: 'no-desk' }],
        confirmed: false,
      };
  return {
    url: inner.url,
    framed: inner.document !== page.document,
    product: desk?.id ?? null,
    address: desk?.locate(inner.url) ?? null,
    read,
    readings: Object.fromEntries(
      Object.entries({ ...form?.shows, ...form?.read }).map(([name, list]) => [name, list.map(spelled)]),
    ),
    placed: Boolean(desk && read.case && desk.anchorOf(page, read.case)),
    report: redact(page, read),
  };
}
