/**
 * Request Tracker 5: times from its transactions, which count up, so that reading goes on where it ended. Least rights:
 * SeeQueue, ShowTicket, SeeCustomField.
 *
 * Facts, tried on 5.0.3 from Debian, 2026-11: transactions can be searched by id, and those that the user may not see
 * are left out of a page without another in their place; conditions on times are read in the zone of the token's user,
 * so none is used; a ticket's Resolved is unset as 1970 and says nothing of a ticket that was opened again; user 6 is
 * Nobody; a search of tickets leaves out reminders and what is deleted.
 */
import { at, listAt } from '../desk.ts';
import { timeIn, troubleOf, wordsIn, type Happened, type TimesDesk, type ToldCase } from '../../times/told.ts';

const size = 100;
/** So many pages without anything that may be seen are the end. */
const mostEmpty = 3;
const nobody = '6';

type Transaction = { id: number; ticket: string; type: string; field: string; from: string; to: string; at: Date };

function transactionOf(item: unknown): Transaction | undefined {
  const created = timeIn(at(item, 'Created'));
  const [id, ticket] = [Number(at(item, 'id')), wordsIn(at(item, 'ObjectId'))];
  const text = (name: string): string => wordsIn(at(item, name)) ?? '';
  if (!created || !ticket || !Number.isInteger(id)) return undefined;
  return {
    id,
    ticket,
    type: text('Type'),
    field: text('Field'),
    from: text('OldValue'),
    to: text('NewValue'),
    at: created,
  };
}

export const requestTracker: TimesDesk = {
  kind: 'ticket',
  async page(ask, place, { over = ['resolved', 'rejected'], assetClass }, until) {
    const last = Number(at(place, 'transaction') ?? 0);
    const query = `ObjectType = 'RT::Ticket' AND id > ${last} AND (Type = 'Create' OR Type = 'Status' OR Field = 'Owner' OR Field = 'Queue' OR Field = 'Priority')`;
    let items: unknown[] = [];
    for (let page = 1; page <= mostEmpty && !items.length; page += 1) {
      const search = new URLSearchParams({
        query,
        orderby: 'id',
        order: 'ASC',
        per_page: String(size),
        page: String(page),
        fields: 'Type,Field,OldValue,NewValue,Created,ObjectId',
      });
      // oxlint-disable-next-line no-await-in-loop -- a page is asked for where the one before had nothing
      const answer = await ask({ method: 'GET', path: `/REST/2.0/transactions?${search}` });
      const trouble = troubleOf(answer);
      if (trouble || 'fault' in answer) return trouble ?? { trouble: 'The desk does not answer.' };
      items = listAt(answer.body, 'items');
    }
    const all = items.flatMap((item) => transactionOf(item) ?? []);
    // A transaction that is being written may have a lower id than one that is here already.
    const young = all.findIndex((transaction) => transaction.at > until);
    const taken = young < 0 ? all : all.slice(0, young);
    const done = items.length === 0 || young >= 0;
    const next = { transaction: taken.at(-1)?.id ?? last };
    const byTicket = Map.groupBy(taken, ({ ticket }) => ticket);
    if (!byTicket.size) return { cases: [], gone: [], untold: [], place: next, done };

    const search = new URLSearchParams({
      query: [...byTicket.keys()].map((id) => `id = ${Number(id)}`).join(' OR '),
      per_page: String(size),
      fields: 'Status,Queue,Priority,CustomFields',
      'fields[Queue]': 'Name',
    });
    const answer = await ask({ method: 'GET', path: `/REST/2.0/tickets?${search}` });
    const trouble = troubleOf(answer);
    if (trouble || 'fault' in answer) return trouble ?? { trouble: 'The desk does not answer.' };
    const tickets = new Map(listAt(answer.body, 'items').map((ticket) => [String(at(ticket, 'id')), ticket]));
    const ended = (status: string): boolean => over.includes(status);
    const cases = [...byTicket].flatMap(([id, transactions]): ToldCase[] => {
      const ticket = tickets.get(id);
      if (!ticket) return [];
      const happened = transactions.flatMap((one): Happened[] => {
        if (one.type === 'Create') return [{ at: one.at, what: 'opened' }];
        if (one.type === 'Status' && ended(one.to) !== ended(one.from))
          return [{ at: one.at, what: ended(one.to) ? 'over' : 'again' }];
        if (one.field === 'Owner' && one.to !== nobody && one.to) return [{ at: one.at, what: 'assigned' }];
        return [];
      });
      const asset = listAt(ticket, 'CustomFields').find((field) => at(field, 'name') === assetClass);
      return [
        {
          id,
          number: id,
          queue: wordsIn(at(ticket, 'Queue', 'Name')),
          priority: wordsIn(at(ticket, 'Priority')),
          assetClass: assetClass === undefined ? null : wordsIn(listAt(asset, 'values')[0]),
          status: wordsIn(at(ticket, 'Status')),
          happened,
          whole: false,
        },
      ];
    });
    const gone = taken.filter(({ type, to }) => type === 'Status' && to === 'deleted').map(({ ticket }) => ticket);
    return { cases, gone: [...new Set(gone)].filter((id) => !tickets.has(id)), untold: [], place: next, done };
  },
};
