/**
 * Redmine 5: times from each issue that changed and its journal. Least rights: View issues.
 *
 * Facts, tried on 5.0.4 from Debian, 2026-11: times are UTC, to the second; a list of issues has no journals, so each
 * issue is asked for by itself; `closed_on` stays when an issue is opened again; which statuses are closed is told to
 * any user; a change in a journal names statuses by id; what is deleted is in no list, and 404 when it is asked for.
 */
import type { Answer, Fault } from '../../../lib/http.ts';
import { at, listAt, part, type DeskRequest } from '../desk.ts';
import { timeIn, troubleOf, wordsIn, type Happened, type TimesDesk, type ToldCase } from '../../times/told.ts';

const size = 50;

type Changed = { id: string; at: Date };
type Status = { id: string; name: string; closed: boolean };

/** A change of one attribute, as a journal tells it. */
function changesOf(issue: unknown, name: string): { at: Date; from: string; to: string }[] {
  return listAt(issue, 'journals').flatMap((journal) => {
    const time = timeIn(at(journal, 'created_on'));
    return listAt(journal, 'details').flatMap((detail) =>
      time && at(detail, 'property') === 'attr' && at(detail, 'name') === name
        ? [{ at: time, from: wordsIn(at(detail, 'old_value')) ?? '', to: wordsIn(at(detail, 'new_value')) ?? '' }]
        : [],
    );
  });
}

/** What happened to an issue, from its creation on. */
function toldBy(
  issue: unknown,
  isOver: (status: string) => boolean,
  assetClass: string | undefined,
): ToldCase | undefined {
  const [id, opened] = [wordsIn(at(issue, 'id')), timeIn(at(issue, 'created_on'))];
  if (!id || !opened) return undefined;
  const statuses = changesOf(issue, 'status_id');
  const people = changesOf(issue, 'assigned_to_id');
  const happened: Happened[] = [{ at: opened, what: 'opened' }];
  // What it was when it was made is what the first change left, or what it still is.
  if (isOver(statuses[0]?.from ?? wordsIn(at(issue, 'status', 'id')) ?? ''))
    happened.push({ at: opened, what: 'over' });
  if (people[0] ? people[0].from : at(issue, 'assigned_to')) happened.push({ at: opened, what: 'assigned' });
  for (const change of statuses)
    if (isOver(change.from) !== isOver(change.to))
      happened.push({ at: change.at, what: isOver(change.to) ? 'over' : 'again' });
  for (const change of people) if (change.to) happened.push({ at: change.at, what: 'assigned' });
  const field = listAt(issue, 'custom_fields').find((each) => at(each, 'name') === assetClass);
  return {
    id,
    number: id,
    queue: wordsIn(at(issue, 'project', 'name')),
    priority: wordsIn(at(issue, 'priority', 'name')),
    assetClass: assetClass === undefined ? null : wordsIn(at(field, 'value')),
    status: wordsIn(at(issue, 'status', 'name')),
    happened,
    whole: true,
  };
}

type Ask = (request: DeskRequest) => Promise<Answer | Fault>;
type Trouble = { trouble: string; after?: number };

async function bodyOf(ask: Ask, path: string): Promise<{ body: unknown } | Trouble> {
  const answer = await ask({ method: 'GET', path });
  if ('fault' in answer) return { trouble: `The desk does not answer (${answer.fault}).` };
  return troubleOf(answer) ?? { body: answer.body };
}

export const redmine: TimesDesk = {
  // As its addresses have it: lib/desks/redmine.ts.
  kind: 'issue',
  async page(ask, place, { over, assetClass }, until) {
    const since = timeIn(at(place, 'since'));
    /** Issues of that very second that are done. */
    const before = new Set(listAt(place, 'ids').map(String));
    const listed = await bodyOf(ask, '/issue_statuses.json');
    if ('trouble' in listed) return listed;
    const statuses = listAt(listed.body, 'issue_statuses').map(
      (status): Status => ({
        id: String(at(status, 'id')),
        name: String(at(status, 'name')),
        closed: at(status, 'is_closed') === true,
      }),
    );
    const ended = new Set(
      statuses.filter(({ name, closed }) => (over ? over.includes(name) : closed)).map(({ id }) => id),
    );
    const stamp = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;

    let fresh: Changed[] = [];
    let full = true;
    // As many issues as a page holds may have changed in one second, and be done.
    for (let offset = 0; full && !fresh.length; offset += size) {
      const search = new URLSearchParams({
        status_id: '*',
        sort: 'updated_on,id',
        limit: String(size),
        offset: String(offset),
        ...(since && { updated_on: `>=${stamp(since)}` }),
      });
      // oxlint-disable-next-line no-await-in-loop -- the next page only where this one has nothing new
      const list = await bodyOf(ask, `/issues.json?${search}`);
      if ('trouble' in list) return list;
      const issues = listAt(list.body, 'issues');
      full = issues.length === size;
      fresh = issues.flatMap((issue) => {
        const [id, time] = [wordsIn(at(issue, 'id')), timeIn(at(issue, 'updated_on'))];
        const isDone = since && time && time.getTime() === since.getTime() && id && before.has(id);
        return id && time && !isDone ? [{ id, at: time }] : [];
      });
    }
    // What changed just now may change again within the same second.
    const taken = fresh.filter((one) => one.at <= until);
    const cases: ToldCase[] = [];
    for (const { id } of taken) {
      // oxlint-disable-next-line no-await-in-loop -- one request after the other: the desk has other work
      const read = await bodyOf(ask, `/issues/${part(id)}.json?include=journals`);
      if ('trouble' in read) {
        // Deleted since the list was made.
        if (read.trouble.includes('404')) continue;
        return read;
      }
      const told = toldBy(at(read.body, 'issue'), (status) => ended.has(status), assetClass);
      if (told) cases.push(told);
    }
    const last = taken.at(-1);
    const ids = last && taken.filter((one) => one.at.getTime() === last.at.getTime()).map(({ id }) => id);
    const same = last && since && last.at.getTime() === since.getTime();
    return {
      cases,
      gone: [],
      untold: [],
      place: last ? { since: last.at.toISOString(), ids: [...(same ? before : []), ...(ids ?? [])] } : (place ?? {}),
      done: !full || taken.length < fresh.length,
    };
  },
};
