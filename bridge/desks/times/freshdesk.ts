/**
 * Freshdesk: times from the list of tickets with their `stats`. Least rights: an agent who sees all tickets.
 *
 * From its documents: tickets are listed by the time of their last change, without `updated_since` those of 30 days alone;
 * status 4 is resolved, 5 closed; 429 with Retry-After. From answers that others published: the names in `stats`, and
 * that times end in Z. It has no history that is told here: `stats` has the last times alone, nothing of who was assigned
 * and not how often a ticket was opened again, so that both stay unset. Not run here.
 */
import { at, idAt, listAt, textAt } from '../desk.ts';
import { happenedIn, pageOf, zonedIn, type Entry } from '../../times/changed.ts';
import { wordsIn, type TimesConfig, type TimesDesk, type ToldCase } from '../../times/told.ts';

const size = 100;

/** When a ticket that is over ended: not before it was opened again, which an older end says nothing of. */
function endOf(stats: unknown): Date | undefined {
  const again = zonedIn(at(stats, 'reopened_at'));
  return [zonedIn(at(stats, 'resolved_at')), zonedIn(at(stats, 'closed_at'))].find(
    (time) => time && (!again || time >= again),
  );
}

function toldBy({ id, record }: Entry, { over = ['4', '5'], assetClass }: TimesConfig): ToldCase[] {
  const [opened, status] = [zonedIn(at(record, 'created_at')), idAt(record, 'status')];
  const story =
    opened &&
    happenedIn({
      opened,
      status,
      person: '',
      changes: [],
      isOver: (each) => over.includes(each),
      ended: endOf(at(record, 'stats')),
    });
  if (!story) return [];
  return [
    {
      id,
      number: id,
      queue: null,
      priority: wordsIn(at(record, 'priority')),
      assetClass: assetClass === undefined ? null : wordsIn(at(record, 'custom_fields', assetClass)),
      status: wordsIn(status),
      ...story,
      reopened: null,
      whole: true,
    },
  ];
}

export const freshdesk: TimesDesk = {
  kind: 'ticket',
  page: (ask, place, config, until) =>
    pageOf(
      {
        list(from, next) {
          const search = new URLSearchParams({
            updated_since: from ? `${from.toJSON().slice(0, 19)}Z` : '1990-01-01T00:00:00Z',
            order_by: 'updated_at',
            order_type: 'asc',
            include: 'stats',
            per_page: String(size),
            page: String(typeof next === 'number' ? next : 1),
          });
          return { method: 'GET', path: `/api/v2/tickets?${search}` };
        },
        listOf(body, next) {
          const tickets = Array.isArray(body) ? (body as unknown[]) : listAt(body, 'tickets');
          const page = typeof next === 'number' ? next : 1;
          return {
            entries: tickets.flatMap((record) => {
              const [id, time] = [idAt(record, 'id'), zonedIn(textAt(record, 'updated_at'))];
              return id && time ? [{ id, at: time, record }] : [];
            }),
            ...(tickets.length >= size && { next: page + 1 }),
          };
        },
        tell: (_, entries) => Promise.resolve(entries.flatMap((entry) => toldBy(entry, config))),
      },
      ask,
      place,
      config,
      until,
    ),
};
