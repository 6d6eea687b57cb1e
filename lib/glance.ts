/** One look at any page. */
import { deskOf } from './desks/index.ts';
import type { Page, PageEntry, Read } from './model.ts';
import { readCase } from './read.ts';
import { readUnknown } from './which.ts';

/** The configured desk of a page, as far as reading needs it. */
export type Configured = Pick<PageEntry, 'product' | 'name' | 'desk' | 'rest'>;

/** @param configured the desk of this page; null: the first that knows it */
export const glanceAt = (configured: Configured | null, page: Page): Read | null =>
  configured ? readCase(deskOf(configured), page) : readUnknown(page);
