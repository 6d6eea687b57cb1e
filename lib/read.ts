/** From a page to a case: the one way in, for the panel, the command line and the tests. */
import type { Case, Desk, Page, Read, Ref } from './model.ts';

/**
 * Reads the open record of a page with one desk. Identity fails closed, all else fails open.
 * @param chosen the record that was chosen, where a person had to choose
 * @returns `case` null where there is no identity; `shown` where address and page disagree about it
 */
export function readCase(desk: Desk, whole: Page, chosen?: Ref): Read {
  const page = desk.inner(whole);
  const found = desk.read(page, chosen ?? desk.locate(page.url));
  const { ref, shown } = found;
  const result: Read = { desk: desk.id, case: null, sources: {}, problems: found.problems, confirmed: found.confirmed };
  if (shown !== undefined) result.shown = shown;
  if (!ref) {
    if (!found.problems.length) found.problems.push({ code: 'no-case' });
    return result;
  }
  // Where the page shows another record, the desk has dropped its fields: what is left is the address's identity.
  const record: Case = { desk: desk.id, ...ref, ...found.values, fields: found.fields };
  return { ...result, case: record, sources: found.sources };
}
