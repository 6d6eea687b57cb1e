/**
 * Freshdesk: times from the list of tickets with their `stats`. Least rights: an agent who sees all tickets.
 *
 * From its documents: tickets are listed by the time of their last change, without `updated_since` those of 30 days alone;
 * status 4 is resolved, 5 closed; 429 with Retry-After. From answers that others published: the names in `stats`, and
 * that times end in Z. It has no history that is told here: `stats` has the last times alone, nothing of who was assigned
 * and not how often a ticket was opened again, so that both are not known. Not run here.
 */
import { at, idAt, listAt, textAt } from '../desk.ts';
import { happenedIn, byChanges, zonedIn, type Entry } from '../../times/changed.ts';
import { wordsIn, type TimesConfig, type TimesDesk, type ToldCase } from '../../times/told.ts';

const size = 100;

/** When a ticket that is over ended: not before it was opened again, which an older end says nothing of. */
function endOf(stats: unknown): Date | undefined {
  const again = zonedIn(at(stats, 'reopened_at')) ?? zonedIn(at(stats, 'opened_at'));
  return [zonedIn(at(stats, 'resolved_at')), zonedIn(at(stats, 'closed_at'))].find(
    (time) => time && (!again || time >= again),
  );
}

function toldBy(
  { id, record }: Entry,
  { over = ['4', '5'], assetClass }: TimesConfig,
  assignedIn: (stats: unknown) => Date | undefined,
): ToldCase[] {
  const [opened, status, stats] = [zonedIn(at(record, 'created_at')), idAt(record, 'status'), at(record, 'stats')];
  const story =
    opened &&
    happenedIn({
      opened,
      status,
      person: '',
      changes: [],
      isOver: (each) => over.includes(each),
      ended: endOf(stats),
    });
  if (!story) return [];
  const assigned = assignedIn(stats);
  return [
    {
      id,
      number: id,
      queue: null,
      priority: wordsIn(at(record, 'priority')),
      assetClass: assetClass === undefined ? null : wordsIn(at(record, 'custom_fields', assetClass)),
      status: wordsIn(status),
      happened: [...story.happened, ...(assigned ? [{ at: assigned, what: 'assigned' as const }] : [])],
      reopened: null,
      whole: true,
    },
  ];
}

/**
 * The tickets of Freshdesk, or of Freshservice, whose list is the same.
 * @param assignedIn when a ticket was assigned first, by its stats
 * @param more what else the list is asked with
 */
export const ticketTimes = (
  assignedIn: (stats: unknown) => Date | undefined,
  more: (config: TimesConfig) => Record<string, string>,
): TimesDesk =>
  byChanges('ticket', {
    list(from, next, config) {
      const search = new URLSearchParams({
        updated_since: from ? `${from.toJSON().slice(0, 19)}Z` : '1990-01-01T00:00:00Z',
        order_by: 'updated_at',
        order_type: 'asc',
        include: 'stats',
        per_page: String(size),
        page: String(typeof next === 'number' ? next : 1),
        ...more(config),
      });
      return { method: 'GET', path: `/api/v2/tickets?${search}` };
    },
    listOf(body, next) {
      const tickets = Array.isArray(body) ? (body as unknown[]) : listAt(body, 'tickets');
      const page = typeof next === 'number' ? next : 1;
      const entries = tickets.flatMap((record) => {
        const [id, time] = [idAt(record, 'id'), zonedIn(textAt(record, 'updated_at'))];
        return id && time ? [{ id, at: time, record }] : [];
      });
      // Reading goes on from the last change: in another order, cases would be passed over.
      if (entries.some((entry, n) => entry.at < (entries[n - 1]?.at ?? entry.at)))
        return {
          trouble: 'The desk does not list its tickets in the order in which they changed. Import them from a file.',
        };
      return { entries, ...(tickets.length >= size && { next: page + 1 }) };
    },
    tell: (_, entries, config) => Promise.resolve(entries.flatMap((entry) => toldBy(entry, config, assignedIn))),
  });

export const freshdesk = ticketTimes(
  () => undefined,
  () => ({}),
);
