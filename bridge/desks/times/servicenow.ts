/**
 * ServiceNow: times of incidents from the Table API, and what they went through from sys_audit. Least rights: to read
 * incident with its fields, and rows of sys_audit. Without the audit a case has only the times that it tells itself:
 * opened, resolved, and how often and when last it was opened again. Other tables' cases are not read.
 *
 * From its documents: all times are stored in UTC and shown in the user's zone (Time zones, "zurich"); web services answer
 * in UTC and take a time that is text in a query as UTC (a ServiceNow employee's "SOAP web service and time zones");
 * what the user may not read is taken out of a page after it was counted, so that a short page may have another after
 * it, and a refusal may be an empty list (KB3047115); Last reopened at and Reopen count are kept by the desk, the first
 * since "kingston" (Reopening an incident); sys_audit has table, sys_id, field, old and new value of each change. From
 * records that others published: names of columns, times as `2026-01-31 08:00:00`, `rel="next"` in Link; states 6, 7 and
 * 8 are resolved, closed and canceled. Inferred: the actual values in `all` are those of `false`; a person that was
 * there before the first entry was there from the beginning. From memory: `NULL` in the audit is nothing;
 * `record_checkpoint` counts the changes of a record. What is deleted is in no list. Not run here.
 */
import type { Answer } from '../../../lib/http.ts';
import { at, listAt, part, textAt } from '../desk.ts';
import { happenedIn, byChanges, type Ask, type Change, type Entry, type Trouble } from '../../times/changed.ts';
import { timeIn, troubleOf, wordsIn, type TimesConfig, type TimesDesk, type ToldCase } from '../../times/told.ts';

const size = 100;
const auditSize = 1000;
/** So many rows in a row that may not be read are no accident. */
const mostHidden = 50 * size;
/** So many pages of changes are more than a hundred cases have. */
const mostPages = 100;

const fields = [
  'sys_id,number,state,priority,assigned_to,assignment_group,opened_at,resolved_at,closed_at',
  'reopen_count,reopened_time,sys_updated_on',
].join(',');
const changed: Record<string, Change['of']> = { state: 'status', assigned_to: 'person' };

/** A time without a zone, which is UTC. */
const utcIn = (text: string): Date | undefined =>
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text) ? timeIn(`${text.replace(' ', 'T')}Z`) : undefined;
const utc = (time: Date): string => time.toJSON().slice(0, 19).replace('T', ' ');

const list = (table: string, query: string, names: string, limit: number, offset: number): string =>
  `/api/now/table/${table}?sysparm_display_value=${table === 'incident' ? 'all' : 'false'}` +
  `&sysparm_exclude_reference_link=true&sysparm_fields=${part(names)}&sysparm_limit=${limit}&sysparm_offset=${offset}` +
  `&sysparm_query=${part(query)}`;
/** Where the next page begins; undefined where this one is the last. */
const after = (rows: unknown[], header: Answer['header'], limit: number, offset: number): number | undefined =>
  rows.length >= limit || /\brel="?next\b/.test(header('link') ?? '') ? offset + limit : undefined;

/** What the audit says of these cases; empty where it may not be read. */
async function changesOf(ask: Ask, ids: string[]): Promise<Map<string, Change[]> | Trouble> {
  const query = `tablename=incident^documentkeyIN${ids.join(',')}^fieldnameIN${Object.keys(changed).join(',')}^ORDERBYsys_created_on^ORDERBYrecord_checkpoint`;
  const changes: [string, Change][] = [];
  let offset: number | undefined = 0;
  for (let page = 0; offset !== undefined && page < mostPages; page += 1) {
    const path: string = list(
      'sys_audit',
      query,
      'documentkey,fieldname,oldvalue,newvalue,sys_created_on',
      auditSize,
      offset,
    );
    // oxlint-disable-next-line no-await-in-loop -- a page says whether there is another
    const answer = await ask({ method: 'GET', path });
    if (!('fault' in answer) && answer.status === 403) return new Map();
    const trouble = troubleOf(answer);
    if (trouble || 'fault' in answer) return trouble ?? { trouble: 'The desk does not answer.' };
    const rows = listAt(answer.body, 'result');
    for (const row of rows) {
      const [time, of] = [utcIn(textAt(row, 'sys_created_on')), changed[textAt(row, 'fieldname')]];
      const [from, to] = [textAt(row, 'oldvalue'), textAt(row, 'newvalue')].map((text) =>
        text === 'NULL' ? '' : text,
      );
      if (time && of) changes.push([textAt(row, 'documentkey'), { at: time, of, from: from ?? '', to: to ?? '' }]);
    }
    offset = after(rows, answer.header, auditSize, offset);
  }
  return new Map([...Map.groupBy(changes, ([id]) => id)].map(([id, own]) => [id, own.map(([, change]) => change)]));
}

function toldBy(
  { id, record }: Entry,
  changes: Change[],
  { over = ['6', '7', '8'], assetClass }: TimesConfig,
): ToldCase[] {
  const value = (name: string): string => textAt(record, name, 'value');
  const shown = (name: string): string | null => wordsIn(at(record, name, 'display_value'));
  const [opened, again] = [utcIn(value('opened_at')), utcIn(value('reopened_time'))];
  const story =
    opened &&
    happenedIn({
      opened,
      status: value('state'),
      // Where nothing is told, nobody knows since when.
      person: changes.length ? value('assigned_to') : '',
      changes,
      isOver: (state) => over.includes(state),
      // An end before it was opened again is an older one.
      ended: [utcIn(value('resolved_at')), utcIn(value('closed_at'))].find((time) => time && (!again || time >= again)),
    });
  if (!story) return [];
  const count = value('reopen_count');
  const isCounted = /^\d{1,4}$/.test(count);
  return [
    {
      id,
      number: wordsIn(value('number')),
      queue: shown('assignment_group'),
      priority: shown('priority'),
      assetClass: assetClass === undefined ? null : shown(assetClass),
      status: shown('state'),
      ...story,
      ...(isCounted && { reopened: Number(count) }),
      ...(again && !story.happened.some(({ what }) => what === 'again') && { reopenedAt: again }),
      whole: true,
    },
  ];
}

export const servicenow: TimesDesk = byChanges('incident', {
  list(from, next, { assetClass }) {
    const more = assetClass !== undefined && /^[\w.]+$/.test(assetClass) ? `,${assetClass}` : '';
    const query = `${from ? `sys_updated_on>=${utc(from)}^` : ''}ORDERBYsys_updated_on^ORDERBYsys_id`;
    const offset = Number(at(next, 'offset') ?? 0);
    return { method: 'GET', path: list('incident', query, fields + more, size, offset) };
  },
  listOf(body, next, header) {
    const rows = listAt(body, 'result');
    const offset = after(rows, header, size, Number(at(next, 'offset') ?? 0));
    const hidden = rows.length ? 0 : Number(at(next, 'hidden') ?? 0) + size;
    if (hidden >= mostHidden)
      return {
        trouble: `The desk keeps ${mostHidden} cases in a row to itself. Look at the rights of its API user.`,
      };
    return {
      entries: rows.flatMap((record) => {
        const [id, time] = [textAt(record, 'sys_id', 'value'), utcIn(textAt(record, 'sys_updated_on', 'value'))];
        return /^[\da-f]{32}$/.test(id) && time ? [{ id, at: time, record }] : [];
      }),
      ...(offset !== undefined && { next: { offset, hidden } }),
    };
  },
  async tell(ask, entries, config) {
    const changes = await changesOf(
      ask,
      entries.map(({ id }) => id),
    );
    if ('trouble' in changes) return changes;
    return entries.flatMap((entry) => toldBy(entry, changes.get(entry.id) ?? [], config));
  },
});
