/**
 * Whose session is it? External data can be forged by anybody who can make a link, so it decides nothing alone: a launch
 * that the extension told of does, and what the link says has to agree; else the desk itself has to know the record by
 * both of its names.
 */
import type { Told } from '../lib/worklink.ts';

/** A case, as launches and links name it. */
export type Named = { desk: string; kind: string; id: string; number?: string };

export type Match =
  | { match: 'launch' | 'case'; case: Named; why?: string }
  | { match: 'none'; why: string }
  /** The desk could not be asked; later. */
  | { later: string };

/** As people write numbers: `#7` and `7` are one. */
const sameNumber = (one: string, other: string): boolean =>
  one.trim().replace(/^#/, '').toLowerCase() === other.trim().replace(/^#/, '').toLowerCase();

/**
 * @param launch what the extension told of that launch id, if it did
 * @param look the number of a record on a configured desk: null where there is no such record, undefined where that
 * can't be told now, false where no such desk or kind is configured
 */
export async function matchOf(
  told: Told,
  launch: Named | undefined,
  look: (named: Named) => Promise<string | null | undefined | false>,
): Promise<Match> {
  if (launch) {
    const disagrees =
      (told.desk !== undefined && told.desk !== launch.desk) ||
      (told.kind !== undefined && told.kind !== launch.kind) ||
      (told.id !== undefined && told.id !== launch.id) ||
      (told.number !== undefined && !sameNumber(told.number, launch.number ?? launch.id));
    return disagrees
      ? { match: 'none', why: 'The launch is of another case than the link says.' }
      : { match: 'launch', case: launch };
  }
  const { desk, kind, id, number } = told;
  if (!desk || !kind || !id || !number) return { match: 'none', why: 'The link named no case in full.' };
  const known = await look({ desk, kind, id, number });
  if (known === false) return { match: 'none', why: 'The link named a desk or a kind that is not configured.' };
  if (known === undefined) return { later: 'The desk did not answer.' };
  if (known === null || !sameNumber(known, number))
    return { match: 'none', why: 'The desk has no such record under both of the names in the link.' };
  return { match: 'case', case: { desk, kind, id, number }, why: 'launch not known to Deskcall' };
}
