/**
 * Zendesk Support: times from the incremental export of tickets and each ticket's audits. The export needs an admin.
 *
 * From its documents: the export by cursor tells of every ticket that changed, but for those of the last minute, and of
 * deleted ones with the status `deleted`; a cursor goes on where it ended; 10 requests a minute, then 429 with
 * Retry-After; an audit is one update, with a Create or Change event for each field and a time in UTC. From its
 * community's answers: `metric_sets` come beside the tickets. Inferred: groups do so, too. From memory:
 * `per_page`, and the paging of audits. Not run here.
 */
import { at, idAt, listAt, part, textAt } from '../desk.ts';
import { bodyOf, happenedIn, zonedIn, type Ask, type Change, type Trouble } from '../../times/changed.ts';
import { troubleOf, wordsIn, type TimesDesk, type ToldCase } from '../../times/told.ts';

const size = 100;
/** So many pages of audits are more than any ticket has. */
const mostPages = 50;

const fields: Record<string, Change['of']> = { status: 'status', assignee_id: 'person' };

/** The changes of a ticket; undefined for one that was deleted since. */
async function auditsOf(ask: Ask, id: string): Promise<Change[] | Trouble | undefined> {
  const changes: Change[] = [];
  let after = '';
  for (let page = 0; page < mostPages; page += 1) {
    // oxlint-disable-next-line no-await-in-loop -- a page names the next
    const read = await bodyOf(
      ask,
      `/api/v2/tickets/${part(id)}/audits.json?page[size]=${size}${after && `&page[after]=${part(after)}`}`,
    );
    if ('trouble' in read) return read.trouble.includes('404') ? undefined : read;
    for (const audit of listAt(read.body, 'audits')) {
      const time = zonedIn(at(audit, 'created_at'));
      for (const event of listAt(audit, 'events')) {
        const of = fields[textAt(event, 'field_name')];
        if (time && of && ['Create', 'Change'].includes(textAt(event, 'type')))
          changes.push({ at: time, of, from: idAt(event, 'previous_value'), to: idAt(event, 'value') });
      }
    }
    after = at(read.body, 'meta', 'has_more') === true ? textAt(read.body, 'meta', 'after_cursor') : '';
    if (!after) break;
  }
  return changes.toSorted((a, b) => a.at.getTime() - b.at.getTime());
}

export const zendesk: TimesDesk = {
  kind: 'ticket',
  async page(ask, place, { over = ['solved', 'closed'], assetClass }) {
    const cursor = textAt(place, 'cursor');
    const answer = await ask({
      method: 'GET',
      path: `/api/v2/incremental/tickets/cursor.json?per_page=${size}&include=metric_sets,groups&${cursor ? `cursor=${part(cursor)}` : 'start_time=1'}`,
    });
    const trouble = troubleOf(answer);
    if (trouble || 'fault' in answer) return trouble ?? { trouble: 'The desk does not answer.' };
    const { body } = answer;
    const cases = new Map<string, ToldCase>();
    const gone = new Set<string>();
    const untold = new Set<string>();
    for (const ticket of listAt(body, 'tickets')) {
      const [id, status, opened] = [idAt(ticket, 'id'), textAt(ticket, 'status'), zonedIn(at(ticket, 'created_at'))];
      if (status === 'deleted') gone.add(id);
      if (!id || !opened || status === 'deleted') continue;
      // oxlint-disable-next-line no-await-in-loop -- one request after the other: the desk has other work
      const changes = await auditsOf(ask, id);
      if (changes && 'trouble' in changes) return changes;
      const metrics = listAt(body, 'metric_sets').find((each) => idAt(each, 'ticket_id') === id);
      const story =
        changes &&
        happenedIn({
          opened,
          status,
          person: idAt(ticket, 'assignee_id'),
          changes,
          isOver: (name) => over.includes(name),
          ended: zonedIn(at(metrics, 'solved_at')),
        });
      if (!story) {
        untold.add(id);
        continue;
      }
      untold.delete(id);
      const group = listAt(body, 'groups').find((each) => idAt(each, 'id') === idAt(ticket, 'group_id'));
      const field = listAt(ticket, 'custom_fields').find((each) => idAt(each, 'id') === assetClass);
      cases.set(id, {
        id,
        number: id,
        queue: wordsIn(at(group, 'name')),
        priority: wordsIn(at(ticket, 'priority')),
        assetClass: wordsIn(at(field, 'value')),
        status: wordsIn(status),
        ...story,
        whole: true,
      });
    }
    const after = textAt(body, 'after_cursor');
    return {
      cases: [...cases.values()],
      gone: [...gone],
      untold: [...untold],
      place: after ? { cursor: after } : (place ?? {}),
      done: !after || at(body, 'end_of_stream') !== false,
    };
  },
};
