/**
 * Salesforce: times of cases from Case and CaseHistory. Least rights: Read on Case with View All, and on its fields.
 *
 * From its documents: CaseHistory has a row for each change of a field whose history is kept, for Owner two, one of them
 * with ids; CaseStatus says which statuses are closed; a query gives its rows in batches. From memory: the ids of users
 * begin with 005; times are UTC with an offset; SystemModstamp is when a case changed last. A case's history knows no
 * owner that it began with and kept: then, assigned stays unset. A case that was deleted is in no list. Not run here.
 */
import { at, listAt, part, textAt } from '../desk.ts';
import { bodyOf, happenedIn, byChanges, zonedIn, type Ask, type Change, type Trouble } from '../../times/changed.ts';
import { wordsIn, type TimesConfig, type TimesDesk, type ToldCase } from '../../times/told.ts';

const api = '/services/data/v62.0';
const size = 100;

const isId = (text: string): boolean => /^[A-Za-z\d]{15}(?:[A-Za-z\d]{3})?$/.test(text);
/** A person; a queue owns cases as well. */
const personIn = (id: string): string => (id.startsWith('005') ? id : '');
const query = (soql: string): string => `${api}/query?q=${part(soql)}`;

/** The rows of all batches. */
async function rowsOf(ask: Ask, soql: string): Promise<unknown[] | Trouble> {
  const rows: unknown[] = [];
  for (let path = query(soql); path; ) {
    // oxlint-disable-next-line no-await-in-loop -- a batch names the next
    const read = await bodyOf(ask, path);
    if ('trouble' in read) return read;
    rows.push(...listAt(read.body, 'records'));
    const next = textAt(read.body, 'nextRecordsUrl');
    path = next.startsWith(`${api}/query/`) ? next : '';
  }
  return rows;
}

function changeOf(row: unknown): Change | undefined {
  const time = zonedIn(at(row, 'CreatedDate'));
  const [field, from, to] = [textAt(row, 'Field'), textAt(row, 'OldValue'), textAt(row, 'NewValue')];
  if (!time) return undefined;
  if (field === 'Status') return { at: time, of: 'status', from, to };
  // The other row of a change of owner has names.
  if (field !== 'Owner' || !isId(to)) return undefined;
  return { at: time, of: 'person', from: personIn(from), to: personIn(to) };
}

async function tell(
  ask: Ask,
  entries: { id: string; record: unknown }[],
  { over, assetClass }: TimesConfig,
): Promise<ToldCase[] | Trouble> {
  const statuses = await rowsOf(ask, 'SELECT ApiName, MasterLabel, IsClosed FROM CaseStatus');
  if ('trouble' in statuses) return statuses;
  const ended = new Set(
    over ??
      statuses
        .filter((status) => at(status, 'IsClosed') === true)
        .flatMap((status) => [textAt(status, 'ApiName'), textAt(status, 'MasterLabel')]),
  );
  const history = await rowsOf(
    ask,
    `SELECT CaseId, Field, OldValue, NewValue, CreatedDate FROM CaseHistory WHERE CaseId IN (${entries.map(({ id }) => `'${id}'`).join(',')}) AND Field IN ('Status', 'Owner') ORDER BY CreatedDate, Id`,
  );
  if ('trouble' in history) return history;
  const byCase = Map.groupBy(history, (row) => textAt(row, 'CaseId'));
  return entries.flatMap(({ id, record }): ToldCase[] => {
    const opened = zonedIn(at(record, 'CreatedDate'));
    const story =
      opened &&
      happenedIn({
        opened,
        status: textAt(record, 'Status'),
        person: '',
        changes: (byCase.get(id) ?? []).flatMap((row) => changeOf(row) ?? []),
        isOver: (status) => ended.has(status),
        ended: zonedIn(at(record, 'ClosedDate')),
      });
    if (!story) return [];
    return [
      {
        id,
        number: wordsIn(at(record, 'CaseNumber')),
        queue: null,
        priority: wordsIn(at(record, 'Priority')),
        assetClass: assetClass === undefined ? null : wordsIn(at(record, assetClass)),
        status: wordsIn(at(record, 'Status')),
        ...story,
        whole: true,
      },
    ];
  });
}

export const salesforce: TimesDesk = byChanges('Case', {
  list(from, next, { assetClass }) {
    const more = assetClass !== undefined && /^\w+$/.test(assetClass) ? `, ${assetClass}` : '';
    const [time, id] = [textAt(next, 'time'), textAt(next, 'id')];
    const where = time
      ? ` WHERE SystemModstamp > ${time} OR (SystemModstamp = ${time} AND Id > '${id}')`
      : from
        ? ` WHERE SystemModstamp >= ${from.toJSON()}`
        : '';
    return {
      method: 'GET',
      path: query(
        `SELECT Id, CaseNumber, Status, Priority, CreatedDate, ClosedDate, SystemModstamp${more} FROM Case${where} ORDER BY SystemModstamp, Id LIMIT ${size}`,
      ),
    };
  },
  listOf(body) {
    const records = listAt(body, 'records');
    const entries = records.flatMap((record) => {
      const [id, time] = [textAt(record, 'Id'), zonedIn(at(record, 'SystemModstamp'))];
      return isId(id) && time ? [{ id, at: time, record }] : [];
    });
    const last = entries.at(-1);
    return {
      entries,
      ...(records.length >= size && last && { next: { time: last.at.toJSON(), id: last.id } }),
    };
  },
  tell,
});
