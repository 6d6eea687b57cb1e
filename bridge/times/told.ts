/** What a desk tells of a case's times, and how that becomes what is kept of it. */
import type { Answer, Fault } from '../../lib/http.ts';
import type { DeskRequest } from '../desks/desk.ts';
import type { CaseTime } from './store.ts';

/** What happened to a case, in order. `over`: resolved, or ended otherwise. `again`: it is open again. */
export type Happened = { at: Date; what: 'opened' | 'assigned' | 'over' | 'again' };

/** A case, and what happened to it since it was last told of; from the beginning, where the desk says `whole`. */
export type ToldCase = Pick<CaseTime, 'id' | 'number' | 'queue' | 'priority' | 'assetClass' | 'status'> & {
  happened: Happened[];
  /** How often it was opened again, where the desk counts that itself; null where it can't say. Else `happened` tells. */
  reopened?: number | null;
  /** When it was opened again last, where the desk says so itself. */
  reopenedAt?: Date;
  whole: boolean;
};

/** One page of what happened on a desk. `place`: where the next begins. `done`: that was the last, for now. */
export type Page = {
  cases: ToldCase[];
  /** Ids of cases that were deleted. */
  gone: string[];
  /** Ids of cases that are over since nobody knows when: what the desk said of them before does not hold any more. */
  untold: string[];
  place: unknown;
  done: boolean;
};

/** What an admin says of a desk's times. */
export type TimesConfig = {
  /** Statuses in which a case is over, by the desk's names. */
  over?: string[] | undefined;
  /** The custom field that has the asset's class. */
  assetClass?: string | undefined;
  /** Freshservice: whose tickets are read; 0 is all. */
  workspace?: number | undefined;
};

/** The third part of a desk: how its cases' times are read, page by page, from a place on. */
export type TimesDesk = {
  kind: string;
  /**
   * @param place what the last page said; null at the beginning
   * @param until what changed later than this is left for the next time
   */
  page(
    ask: (request: DeskRequest) => Promise<Answer | Fault>,
    place: unknown,
    config: TimesConfig,
    until: Date,
  ): Promise<Page | { trouble: string; after?: number }>;
};

/** Adds what happened to what was known. Null for a case of which nobody knows when it was opened. */
export function fold(
  desk: string,
  kind: string,
  told: ToldCase,
  known: Pick<CaseTime, 'openedAt' | 'assignedAt' | 'resolvedAt' | 'reopened' | 'reopenedAt'> | undefined,
  seenAt: Date,
): CaseTime | null {
  const before = told.whole ? undefined : known;
  let openedAt = before?.openedAt;
  let assignedAt = before?.assignedAt ?? null;
  let resolvedAt = before?.resolvedAt ?? null;
  let reopened = before ? before.reopened : 0;
  let reopenedAt = before?.reopenedAt ?? null;
  for (const { at, what } of told.happened) {
    if (what === 'opened') openedAt ??= at;
    if (what === 'assigned') assignedAt ??= at;
    // From one end to another, such as resolved to closed, it ended with the first.
    if (what === 'over') resolvedAt ??= at;
    if (what === 'again' && resolvedAt) {
      resolvedAt = null;
      if (reopened !== null) reopened += 1;
      reopenedAt = at;
    }
  }
  if (!openedAt) return null;
  // Imported cases may have been resolved before they were entered.
  if (resolvedAt && resolvedAt < openedAt) resolvedAt = openedAt;
  const { happened: _, whole: __, ...words } = told;
  return { desk, kind, openedAt, assignedAt, resolvedAt, reopened, reopenedAt, ...words, seenAt };
}

/** Why an answer can't be used; undefined for one that can. */
export function troubleOf(answer: Answer | Fault): { trouble: string; after?: number } | undefined {
  if ('fault' in answer) return { trouble: `The desk does not answer (${answer.fault}).` };
  const { status } = answer;
  if (status === 401) return { trouble: 'The desk refuses the credential (401).' };
  if (status === 429) {
    const after = Number(answer.header('retry-after'));
    return { trouble: 'The desk asks to wait (429).', ...(after > 0 && { after }) };
  }
  if (status !== 200) return { trouble: `The desk answers ${status}. Look at the rights of its API user.` };
  // A page to sign in is a 200 as well.
  return answer.body === undefined ? { trouble: 'The desk did not answer with data.' } : undefined;
}

/** A time of an API; undefined where there is none. Request Tracker and others write 1970 for "not yet". */
export function timeIn(value: unknown): Date | undefined {
  const time = typeof value === 'string' ? new Date(value) : undefined;
  return time && time.getTime() >= 86_400_000 ? time : undefined;
}

/** Text of a desk as it may be stored, cut; null for none. */
export function wordsIn(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  return String(value).replaceAll('\0', '').toWellFormed().trim().slice(0, 256) || null;
}
