/**
 * Reading cases in the order in which they changed, for desks that list them so. A place is the time of the last change
 * and what is done of the minutes before: these are listed again each time, so that neither equal times nor a case that
 * a desk lists late is lost.
 */
import type { Answer, Fault } from '../../lib/http.ts';
import { at, listAt, type DeskRequest } from '../desks/desk.ts';
import {
  timeIn,
  troubleOf,
  wordsIn,
  type Happened,
  type Page,
  type TimesConfig,
  type TimesDesk,
  type ToldCase,
} from './told.ts';

export type Ask = (request: DeskRequest) => Promise<Answer | Fault>;
export type Trouble = { trouble: string; after?: number };

/** How a desk lists what changed. */
export type Changes = {
  /** @param next what `listOf` said of the page before; undefined for the first */
  list(from: Date | undefined, next: unknown, config: TimesConfig): DeskRequest;
  /** `next`: undefined at the end of the list. @param next that of this page */
  listOf(body: unknown, next: unknown, header: Answer['header']): { entries: Entry[]; next?: unknown } | Trouble;
  /** What these cases went through. */
  tell(ask: Ask, entries: Entry[], config: TimesConfig): Promise<ToldCase[] | Trouble>;
};

/** A case as it is listed, and when it changed last. */
export type Entry = { id: string; at: Date; record: unknown };

/** So far back a list begins again, in ms: clocks differ, and indexes are behind. */
const overlap = 600_000;

/** The body of an answer that holds data. */
export async function bodyOf(ask: Ask, path: string): Promise<{ body: unknown } | Trouble> {
  const answer = await ask({ method: 'GET', path });
  if ('fault' in answer) return { trouble: `The desk does not answer (${answer.fault}).` };
  return troubleOf(answer) ?? { body: answer.body };
}

/** A time of an API that says its zone. Others could be of any. */
export const zonedIn = (value: unknown): Date | undefined =>
  typeof value === 'string' && /(?:Z|[+-]\d\d:?\d\d)$/.test(value)
    ? timeIn(value.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
    : undefined;

/** Reads the next page of a list of changes. */
async function pageOf(
  changes: Changes,
  ask: Ask,
  place: unknown,
  config: TimesConfig,
  until: Date,
): Promise<Page | Trouble> {
  const since = timeIn(at(place, 'since'));
  const from = since && new Date(since.getTime() - overlap);
  const done = new Map(
    listAt(place, 'done').flatMap((entry): [string, number][] =>
      Array.isArray(entry) ? [[wordsIn(entry[0]) ?? '', Number(entry[1])]] : [],
    ),
  );
  let fresh: Entry[] = [];
  let next: unknown;
  /** The last change on the pages that held nothing new. */
  let seen = since?.getTime() ?? 0;
  let isFirst = true;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- the next page only where this one has nothing new
    const answer = await ask(changes.list(from, next, config));
    const trouble = troubleOf(answer);
    if (trouble || 'fault' in answer) return trouble ?? { trouble: 'The desk does not answer.' };
    const list = changes.listOf(answer.body, next, answer.header);
    if ('trouble' in list) return list;
    fresh = list.entries.filter((entry) => done.get(entry.id) !== entry.at.getTime());
    next = list.next;
    if (next === undefined || fresh.length) break;
    seen = Math.max(seen, ...list.entries.map((entry) => entry.at.getTime()));
    isFirst = false;
  }
  // What changed just now may change again within the same second.
  const taken = fresh.filter((entry) => entry.at <= until);
  const cases = taken.length ? await changes.tell(ask, taken, config) : [];
  if ('trouble' in cases) return cases;
  for (const entry of taken) done.set(entry.id, entry.at.getTime());
  // A case that changed between two pages went to the end, and the first of the later page to the one before, unseen: it
  // is listed again next time.
  const last = isFirst ? Math.max(seen, ...taken.map((entry) => entry.at.getTime())) : seen;
  const told = new Set(cases.map(({ id }) => id));
  return {
    cases,
    gone: [],
    untold: taken.flatMap(({ id }) => (told.has(id) ? [] : [id])),
    place: last
      ? { since: new Date(last).toJSON(), done: [...done].filter(([, time]) => time >= last - overlap) }
      : (place ?? {}),
    done: next === undefined || taken.length < fresh.length,
  };
}

/** How a desk is read that lists its cases by their last change. */
export const byChanges = (kind: string, changes: Changes): TimesDesk => ({
  kind,
  page: (ask, place, config, until) => pageOf(changes, ask, place, config, until),
});

/** One entry of a history: what the status or the person was, and what it became. */
export type Change = { at: Date; of: 'status' | 'person'; from: string; to: string };

/** A case and its history, in order, in a desk's own words. */
export type History = {
  opened: Date;
  /** Now. */
  status: string;
  /** Now; empty for nobody, and where a desk does not say since when. */
  person: string;
  changes: Change[];
  isOver: (status: string) => boolean;
  /** When the case itself says that it ended. */
  ended: Date | undefined;
};

/**
 * What a history comes to. Where it does not lead to what the case is now, only the case's own times are taken, and how
 * often it was opened again is not known.
 * @returns undefined for a case that is over since nobody knows when
 */
export function happenedIn({
  opened,
  status,
  person,
  changes,
  isOver,
  ended,
}: History): Pick<ToldCase, 'happened' | 'reopened'> | undefined {
  const happened: Happened[] = [{ at: opened, what: 'opened' }];
  const statuses = changes.filter(({ of }) => of === 'status');
  const isWhole = statuses.every(({ to }, n) => isOver(to) === isOver(statuses[n + 1]?.from ?? status));
  if (!isWhole || (!statuses.length && isOver(status))) {
    if (!isOver(status)) return { happened, reopened: null };
    return ended && { happened: [...happened, { at: ended, what: 'over' }], reopened: null };
  }
  const people = changes.filter(({ of }) => of === 'person');
  if (isOver(statuses[0]?.from ?? '')) happened.push({ at: opened, what: 'over' });
  if (people[0] ? people[0].from : person) happened.push({ at: opened, what: 'assigned' });
  for (const { at: time, of, from, to } of changes)
    if (of === 'person') {
      if (to) happened.push({ at: time, what: 'assigned' });
    } else if (isOver(from) !== isOver(to)) happened.push({ at: time, what: isOver(to) ? 'over' : 'again' });
  return { happened };
}
