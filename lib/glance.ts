/** One look at any page: the first of these desks that owns it, and what that desk reads. */
import type { DeskData, Page, Read } from './model.ts';
import { readCase } from './read.ts';
import { customDesk } from './desks/custom.ts';

/** @param desks in order; a configured desk alone, or all that are known */
export function glanceAt(desks: { id: string; data: DeskData }[], page: Page): Read | null {
  for (const { id, data } of desks) {
    const desk = customDesk(id, id, [], data);
    if (desks.length === 1 || desk.owns(page)) return readCase(desk, page);
  }
  return null;
}
