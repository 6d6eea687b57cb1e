/**
 * Cases and their histories, as Salesforce, ServiceNow and Dynamics 365 list them: paths and names as bridge/desks/times
 * says that their documents have them.
 */
import type { Given, Target } from './desks.ts';
import { routed } from './desks-route.ts';
import { byOffset, bySec, changesOf, endOf, isOver, listed, ofStep, stateOf, type Words } from './desks-times.ts';

const salesforceWords: Words = { fresh: 'New', over: 'Closed', person: '005000000000001AAA' };
const queue = '00G000000000001AAA';

/** "foreign key: two rows, one of them with ids"; CaseStatus has IsClosed. */
export const salesforceTimes: Target['answer'] = (asked, keep) => {
  if (asked.method !== 'GET' || !/^\/services\/data\/v[\d.]+\/query$/.test(asked.path)) return undefined;
  const q = asked.query.get('q') ?? '';
  const rows = (records: unknown[]): Given => ({ status: 200, body: { totalSize: records.length, records } });
  if (q === 'SELECT ApiName, MasterLabel, IsClosed FROM CaseStatus')
    return rows([
      { ApiName: 'New', MasterLabel: 'New', IsClosed: false },
      { ApiName: 'Closed', MasterLabel: 'Closed', IsClosed: true },
    ]);
  if (/ FROM CaseHistory /.test(q)) {
    const lives = keep.lives().filter(({ id }) => q.includes(`'${id}'`));
    return rows(
      (keep.history ? lives : []).flatMap((life) =>
        changesOf(life, salesforceWords).flatMap(({ at, field, from, to }) => {
          const row = { CaseId: life.id, CreatedDate: byOffset(at) };
          return field === 'status'
            ? [{ ...row, Field: 'Status', OldValue: from, NewValue: to }]
            : [
                { ...row, Field: 'Owner', OldValue: 'Valves', NewValue: 'Alex Field' },
                { ...row, Field: 'Owner', OldValue: from ?? queue, NewValue: to },
              ];
        }),
      ),
    );
  }
  const [, where = '', limit] = / FROM Case(.*) ORDER BY SystemModstamp, Id LIMIT (\d+)$/.exec(q) ?? [];
  if (limit === undefined) return undefined;
  const [, from] = /^ WHERE SystemModstamp >= ([\d:.TZ-]+)$/.exec(where) ?? [];
  const [, after, equal, id = ''] =
    /^ WHERE SystemModstamp > ([\d:.TZ-]+) OR \(SystemModstamp = ([\d:.TZ-]+) AND Id > '(\w+)'\)$/.exec(where) ?? [];
  const found = listed(keep).filter(({ changed, id: of }) =>
    from !== undefined
      ? changed >= new Date(from)
      : after === undefined || changed > new Date(after) || (changed.toJSON() === equal && of > id),
  );
  return rows(
    found.slice(0, Number(limit)).map((life) => ({
      Id: life.id,
      CaseNumber: life.id.slice(3, 15),
      Status: stateOf(life, salesforceWords).status,
      Priority: 'high',
      CreatedDate: byOffset(life.opened),
      ClosedDate: endOf(life, keep, byOffset),
      SystemModstamp: byOffset(life.changed),
      Asset_Class__c: 'Pumps',
    })),
  );
};

const servicenowWords: Words = { fresh: '1', over: '6', person: '6816f79cc0a8016401c5a33be04be441' };
const byDay = (time: Date): string => time.toJSON().slice(0, 19).replace('T', ' ');
/** As a user in Los Angeles sees it. */
const inLosAngeles = (time: Date): string => byDay(new Date(time.getTime() - 8 * 3_600_000));

/**
 * "stored as UTC", shown "in their local time zone according to user preferences"; a time that is text in a query is
 * UTC; Link says whether there is another page, whatever was taken out of this one.
 */
export const servicenowTimes = routed(
  [
    'GET',
    /^\/api\/now\/table\/incident$/,
    (keep, { query, path }) => {
      const [, from] =
        /^(?:sys_updated_on>=([\d :-]{19})\^)?ORDERBYsys_updated_on\^ORDERBYsys_id$/.exec(
          query.get('sysparm_query') ?? '',
        ) ?? [];
      const since = from === undefined ? new Date(0) : new Date(`${from.replace(' ', 'T')}Z`);
      const [start, size] = [Number(query.get('sysparm_offset')), Number(query.get('sysparm_limit'))];
      const all = listed(keep).filter(({ changed }) => changed >= since);
      const word = (value: string, shown = value) => ({ value, display_value: shown });
      const time = (at: Date | null | undefined) => (at ? word(byDay(at), inLosAngeles(at)) : word(''));
      return {
        status: 200,
        ...(start + size < all.length && { headers: { link: `<http://desk.test${path}>;rel="next"` } }),
        body: {
          result: all
            .slice(start, start + size)
            .filter((life) => keep.shows(life))
            .map((life) => {
              const { status, person } = stateOf(life, servicenowWords);
              const end = ofStep(life, 'resolved');
              return {
                sys_id: word(life.id),
                number: word(`INC${life.id.slice(-7)}`),
                state: word(status, status === '6' ? 'Resolved' : 'New'),
                priority: word('2', 'high'),
                assigned_to: word(person ?? '', person ? 'Alex Field' : ''),
                assignment_group: word('d625dccec0a8016700a222a0f7900d06', 'Valves'),
                'cmdb_ci.model_id': word('45e0a4c9c0a8016700a222a0f7900d06', 'Pumps'),
                opened_at: time(life.opened),
                // It stays when the incident is opened again.
                resolved_at: time(keep.ends ? end : null),
                closed_at: word(''),
                reopen_count: word(String(life.steps.filter(({ what }) => what === 'reopened').length)),
                reopened_time: time(ofStep(life, 'reopened')),
                sys_updated_on: time(life.changed),
              };
            }),
        },
      };
    },
  ],
  [
    'GET',
    /^\/api\/now\/table\/sys_audit$/,
    (keep, { query }) => {
      if (keep.history === 'refused') return { status: 403, body: { error: { message: 'User Not Authorized' } } };
      const [, ids = ''] =
        /^tablename=incident\^documentkeyIN([\da-f,]+)\^fieldnameINstate,assigned_to\^ORDERBYsys_created_on\^/.exec(
          query.get('sysparm_query') ?? '',
        ) ?? [];
      const wanted = new Set(ids.split(','));
      const rows = keep
        .lives()
        .filter(({ id }) => wanted.has(id))
        .flatMap((life) =>
          changesOf(life, servicenowWords).map(({ at, field, from, to }) => ({
            documentkey: life.id,
            fieldname: field === 'person' ? 'assigned_to' : 'state',
            oldvalue: from ?? 'NULL',
            newvalue: to,
            sys_created_on: byDay(at),
          })),
        );
      const start = Number(query.get('sysparm_offset'));
      const result = rows.slice(start, start + Number(query.get('sysparm_limit')));
      return { status: 200, body: { result: keep.history ? result : [] } };
    },
  ],
);

/** "odata.maxpagesize", "@odata.nextLink"; a case resolution "is created when an incident is closed". */
export const dynamicsTimes = routed(
  [
    'GET',
    /^\/api\/data\/v9\.2\/incidents$/,
    (keep, { query, headers, path }) => {
      if (query.get('$orderby') !== 'modifiedon,incidentid') return undefined;
      const [, from] = /^modifiedon ge ([\d:.TZ-]+)$/.exec(query.get('$filter') ?? '') ?? [];
      const [, size] = /odata\.maxpagesize=(\d+)/.exec(String(headers.prefer)) ?? [];
      const all = listed(keep).filter(({ changed }) => from === undefined || changed >= new Date(from));
      const start = Number(query.get('$skiptoken'));
      const page = all.slice(start, start + Number(size));
      const isLast = start + page.length >= all.length;
      const next = new URLSearchParams(query);
      next.set('$skiptoken', String(start + page.length));
      const label = '@OData.Community.Display.V1.FormattedValue';
      return {
        status: 200,
        body: {
          value: page.map((life) => ({
            incidentid: life.id,
            ticketnumber: `CAS-${life.id.slice(-5)}`,
            createdon: bySec(life.opened),
            modifiedon: bySec(life.changed),
            statecode: life.canceled ? 2 : isOver(life) ? 1 : 0,
            statuscode: isOver(life) ? 5 : 1,
            [`statuscode${label}`]: isOver(life) ? 'Problem Solved' : 'In Progress',
            prioritycode: 1,
            [`prioritycode${label}`]: 'high',
            cr1_class: 100_000_001,
            [`cr1_class${label}`]: 'Pumps',
          })),
          ...(!isLast && { '@odata.nextLink': `http://${headers.host}/dynamics${path}?${next}` }),
        },
      };
    },
  ],
  [
    'GET',
    /^\/api\/data\/v9\.2\/incidentresolutions$/,
    (keep, { query }) => {
      const wanted = new Set(
        (query.get('$filter') ?? '').split(' or ').map((each) => each.replace(/^_incidentid_value eq /, '')),
      );
      const ends = keep
        .lives()
        .filter(({ id }) => wanted.has(id))
        .flatMap(({ id, steps }) =>
          steps.flatMap(({ at, what }) =>
            what === 'resolved' ? [{ _incidentid_value: id, createdon: bySec(at), actualend: bySec(at) }] : [],
          ),
        );
      return {
        status: 200,
        body: { value: keep.history ? ends.toSorted((a, b) => (a.createdon < b.createdon ? -1 : 1)) : [] },
      };
    },
  ],
);
