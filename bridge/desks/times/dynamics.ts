/**
 * Dynamics 365: times of cases from `incidents` and `incidentresolutions`. Least rights: Read on Case and on Activity
 * for the whole organisation. Work orders and bookings are not read.
 *
 * From its documents: rows can be filtered and ordered by their columns, come in pages of the size that Prefer names, and
 * `@odata.nextLink` is the next one, to be used as it is; formatted values are the labels; `statecode` is 0 for active,
 * 1 for resolved, 2 for canceled; a case resolution is an activity that is made when a case is closed, and names it;
 * its `actualend` is shown as a day, so that `createdon` is taken. From memory: times are UTC and end in Z. Inferred: a
 * case that is opened again keeps its resolutions, so that the latest is its end and they count how often it was opened
 * again. Nothing tells since when a case is canceled, when it was opened again, or when it was assigned: its audit would,
 * where it is turned on, in requests for each case and with a right to read all of it. What is deleted is in no list.
 * Not run here.
 */
import { at, idAt, listAt, part, textAt } from '../desk.ts';
import { bodyOf, happenedIn, byChanges, zonedIn, type Ask, type Entry, type Trouble } from '../../times/changed.ts';
import { wordsIn, type TimesConfig, type TimesDesk, type ToldCase } from '../../times/told.ts';

const api = '/api/data/v9.2';
const size = 50;

const formatted = '@OData.Community.Display.V1.FormattedValue';
const guid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const columns = 'incidentid,ticketnumber,createdon,modifiedon,statecode,statuscode,prioritycode';
/** A label, or what there is instead. */
const shown = (record: unknown, name: string): string | null =>
  wordsIn(at(record, name + formatted)) ?? wordsIn(at(record, name));

/** When each of these cases was closed, oldest first. */
async function endsOf(ask: Ask, ids: string[]): Promise<Map<string, Date[]> | Trouble> {
  const filter = ids.map((id) => `_incidentid_value eq ${id}`).join(' or ');
  const read = await bodyOf(
    ask,
    `${api}/incidentresolutions?$select=_incidentid_value,createdon&$orderby=createdon&$filter=${part(filter)}`,
  );
  if ('trouble' in read) return read;
  const ends = listAt(read.body, 'value').flatMap((row): { id: string; time: Date }[] => {
    const time = zonedIn(at(row, 'createdon'));
    return time ? [{ id: textAt(row, '_incidentid_value'), time }] : [];
  });
  return new Map([...Map.groupBy(ends, ({ id }) => id)].map(([id, own]) => [id, own.map(({ time }) => time)]));
}

function toldBy({ id, record }: Entry, ends: Date[], { over, assetClass }: TimesConfig): ToldCase[] {
  const state = idAt(record, 'statecode');
  const opened = zonedIn(at(record, 'createdon'));
  const isOver = (): boolean => (over ? over.includes(idAt(record, 'statuscode')) : state !== '0');
  const story =
    opened &&
    happenedIn({
      opened,
      status: state,
      person: '',
      changes: [],
      isOver,
      // A case that was resolved, opened again and canceled has an older resolution.
      ended: state === '1' ? ends.at(-1) : undefined,
    });
  if (!story) return [];
  return [
    {
      id,
      number: wordsIn(at(record, 'ticketnumber')),
      queue: null,
      priority: shown(record, 'prioritycode'),
      assetClass: assetClass === undefined ? null : shown(record, assetClass),
      status: shown(record, 'statuscode'),
      ...story,
      reopened: Math.max(0, ends.length - (state === '1' ? 1 : 0)),
      whole: true,
    },
  ];
}

export const dynamics: TimesDesk = byChanges('incident', {
  list(from, next, { assetClass }) {
    const more = assetClass !== undefined && /^\w+$/.test(assetClass) ? `,${assetClass}` : '';
    const filter = from ? `&$filter=${part(`modifiedon ge ${from.toJSON()}`)}` : '';
    return {
      method: 'GET',
      path:
        typeof next === 'string'
          ? next
          : `${api}/incidents?$select=${columns}${more}&$orderby=modifiedon,incidentid${filter}`,
      headers: { prefer: `odata.maxpagesize=${size},odata.include-annotations="${formatted.slice(1)}"` },
    };
  },
  listOf(body) {
    // Only what follows the desk's own address is used of it.
    const [next] = /\/api\/data\/v9\.2\/incidents\?[^#\s]*$/.exec(textAt(body, '@odata.nextLink')) ?? [];
    return {
      entries: listAt(body, 'value').flatMap((record) => {
        const [id, time] = [textAt(record, 'incidentid'), zonedIn(at(record, 'modifiedon'))];
        return guid.test(id) && time ? [{ id, at: time, record }] : [];
      }),
      next,
    };
  },
  async tell(ask, entries, config) {
    const ends = await endsOf(
      ask,
      entries.map(({ id }) => id),
    );
    if ('trouble' in ends) return ends;
    return entries.flatMap((entry) => toldBy(entry, ends.get(entry.id) ?? [], config));
  },
});
