import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instants, isZone, openings, standAt, weekOf } from '../../lib/hours.ts';
import type { Hours } from '../../lib/model.ts';
import { compile, parseSettings } from '../../lib/settings.ts';

const minute = 60_000;
const at = (iso: string): number => Date.parse(iso) / minute;
const iso = (instant: number): string => new Date(instant * minute).toISOString().slice(0, 16);
const workdays = [1, 2, 3, 4, 5];
const one = (zone: string, days: number[], from: string, to: string): Hours => ({ zone, week: [{ days, from, to }] });
const made = (hours: Hours, from: string, to: string): string[] => instants(hours, at(from), at(to)).map(iso);

describe('what is made of weekly hours', () => {
  test('a working week in Berlin, in winter', () =>
    expect(made(one('Europe/Berlin', workdays, '08:00', '17:00'), '2026-01-09T00:00Z', '2026-01-13T00:00Z')).toEqual([
      '2026-01-09T07:00',
      '2026-01-09T16:00',
      '2026-01-12T07:00',
      '2026-01-12T16:00',
    ]));

  test('a night from Friday to Saturday', () =>
    expect(made(one('Asia/Tokyo', [5], '22:00', '06:00'), '2026-01-09T00:00Z', '2026-01-12T00:00Z')).toEqual([
      '2026-01-09T13:00',
      '2026-01-09T21:00',
    ]));

  test('a night that began before', () =>
    expect(made(one('UTC', [7], '22:00', '06:00'), '2026-01-12T02:00Z', '2026-01-13T00:00Z')).toEqual([
      '2026-01-12T02:00',
      '2026-01-12T06:00',
    ]));

  test('rows that touch or overlap are one', () => {
    const week = [
      { days: [1], from: '08:00', to: '12:00' },
      { days: [1], from: '12:00', to: '17:00' },
      { days: [1], from: '09:00', to: '10:00' },
      { days: [1], from: '13:00', to: '14:00' },
      { days: [1], from: '14:30', to: '15:00' },
    ];
    expect(made({ zone: 'UTC', week }, '2026-01-12T00:00Z', '2026-01-13T00:00Z')).toEqual([
      '2026-01-12T08:00',
      '2026-01-12T17:00',
    ]);
  });

  test('round the clock never closes', () => {
    const hours = one('America/New_York', [1, 2, 3, 4, 5, 6, 7], '00:00', '24:00');
    expect(made(hours, '2026-03-01T00:00Z', '2026-04-01T00:00Z')).toEqual(['2026-03-01T00:00']);
  });
});

/** Clocks are put forward from `lost` and back from `twice`; the same local times open and close on these days. */
describe('where the clock changes', () => {
  test.each<[string, Hours, string, string, string[]]>([
    [
      'a working day in Berlin is an hour earlier in summer',
      one('Europe/Berlin', [6, 1], '08:00', '17:00'),
      '2026-03-28T00:00Z',
      '2026-03-31T00:00Z',
      ['2026-03-28T07:00', '2026-03-28T16:00', '2026-03-30T06:00', '2026-03-30T15:00'],
    ],
    [
      'the night that loses an hour',
      one('Europe/Berlin', [6], '22:00', '06:00'),
      '2026-03-28T00:00Z',
      '2026-03-30T00:00Z',
      ['2026-03-28T21:00', '2026-03-29T04:00'],
    ],
    [
      'the night that has one twice',
      one('Europe/Berlin', [6], '22:00', '06:00'),
      '2026-10-24T00:00Z',
      '2026-10-26T00:00Z',
      ['2026-10-24T20:00', '2026-10-25T05:00'],
    ],
    [
      'a time that is left out comes as much later',
      one('America/New_York', [7], '02:30', '09:00'),
      '2026-03-08T00:00Z',
      '2026-03-09T00:00Z',
      ['2026-03-08T07:30', '2026-03-08T13:00'],
    ],
    [
      'hours that are left out from end to end are none',
      one('America/New_York', [7], '02:00', '03:00'),
      '2026-03-08T00:00Z',
      '2026-03-09T00:00Z',
      [],
    ],
    [
      'of a time that comes twice the first counts',
      one('America/New_York', [7], '01:30', '09:00'),
      '2026-11-01T00:00Z',
      '2026-11-02T00:00Z',
      ['2026-11-01T05:30', '2026-11-01T14:00'],
    ],
    [
      'half an hour on Lord Howe',
      one('Australia/Lord_Howe', [6, 7], '01:00', '05:00'),
      '2026-10-02T00:00Z',
      '2026-10-05T00:00Z',
      ['2026-10-02T14:30', '2026-10-02T18:30', '2026-10-03T14:30', '2026-10-03T18:00'],
    ],
    [
      'a midnight that is left out, in Santiago',
      one('America/Santiago', [7], '00:00', '24:00'),
      '2026-09-05T00:00Z',
      '2026-09-08T00:00Z',
      ['2026-09-06T04:00', '2026-09-07T03:00'],
    ],
    [
      'no change in Kathmandu, a quarter of an hour off',
      one('Asia/Kathmandu', [1], '09:00', '17:00'),
      '2026-03-30T00:00Z',
      '2026-03-31T00:00Z',
      ['2026-03-30T03:15', '2026-03-30T11:15'],
    ],
  ])('%s', (_, hours, from, to, wanted) => expect(made(hours, from, to)).toEqual(wanted));
});

/** Zones with changes of the clock at different hours, of different lengths, in both halves of the year, and without. */
const zones = [
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/Santiago',
  'America/Havana',
  'America/St_Johns',
  'Africa/Cairo',
  'Asia/Beirut',
  'Asia/Tehran',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Australia/Adelaide',
  'Pacific/Auckland',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
  'UTC',
];

const from2024 = at('2024-01-01T00:00Z');
const to2031 = at('2031-01-01T00:00Z');

const clocks = new Map(
  zones.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }),
  ]),
);

/** The clock on the wall, by another way than the code takes: as text. `offset` in minutes. */
function wall(zone: string, instant: number): { weekday: number; minutes: number; offset: number } {
  const text = clocks.get(zone)?.format(instant * minute) ?? '';
  const shown = Date.parse(`${text.replace(' ', 'T')}Z`) / minute;
  const date = new Date(shown * minute);
  return {
    weekday: date.getUTCDay() || 7,
    minutes: date.getUTCHours() * 60 + date.getUTCMinutes(),
    offset: Math.round(shown - instant),
  };
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Is the clock on the wall inside one of the rows, today's or last night's? */
function isOpenByTheWall({ zone, week }: Hours, instant: number): boolean {
  const { weekday, minutes } = wall(zone, instant);
  const yesterday = weekday === 1 ? 7 : weekday - 1;
  return week.some(({ days, from, to }) => {
    const [start, end] = [minutesOf(from), minutesOf(to)];
    if (end > start) return days.includes(weekday) && minutes >= start && minutes < end;
    return (days.includes(weekday) && minutes >= start) || (days.includes(yesterday) && minutes < end);
  });
}

/** All changes of the clock in these zones, to the minute, from 2024 to 2030. */
const changes: [zone: string, instant: number][] = zones.flatMap((zone) => {
  const found: [string, number][] = [];
  for (let after = from2024; after < to2031; after += 1440) {
    let before = after - 1440;
    const { offset } = wall(zone, before);
    if (wall(zone, after).offset === offset) continue;
    let end = after;
    while (end - before > 1) {
      const middle = Math.floor((end + before) / 2);
      if (wall(zone, middle).offset === offset) before = middle;
      else end = middle;
    }
    found.push([zone, end]);
  }
  return found;
});

const two = (n: number): string => String(n).padStart(2, '0');
const time = fc.nat({ max: 1439 }).map((n) => `${two(Math.floor(n / 60))}:${two(n % 60)}`);
const row = fc
  .record({
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
    from: time,
    to: fc.oneof({ weight: 9, arbitrary: time }, { weight: 1, arbitrary: fc.constant('24:00') }),
  })
  .filter(({ from, to }) => from !== to);
const hoursOf = fc.record({
  zone: fc.constantFrom(...zones),
  week: fc.array(row, { minLength: 1, maxLength: 4 }),
});
const someTime = fc.integer({ min: from2024, max: to2031 });

const openAt = (list: number[], instant: number): boolean => list.filter((each) => each <= instant).length % 2 === 1;

describe('of any hours in any zone', () => {
  test('away from changes of the clock it is open when the wall says so', () => {
    let open = 0;
    fc.assert(
      fc.property(hoursOf, someTime, (hours, instant) => {
        const still = [-2880, 2880].every(
          (d) => wall(hours.zone, instant + d).offset === wall(hours.zone, instant).offset,
        );
        fc.pre(still);
        const list = instants(hours, instant - 600, instant + 600);
        const wanted = isOpenByTheWall(hours, instant);
        open += Number(wanted);
        return openAt(list, instant) === wanted;
      }),
      { numRuns: 2000 },
    );
    // Both answers have been asked for.
    expect(open).toBeGreaterThan(200);
  });

  test('at changes of the clock it differs from the wall by what was changed, at most', () => {
    expect(changes.length).toBeGreaterThan(100);
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        hoursOf,
        fc.integer({ min: -1500, max: 1500 }),
        ([zone, change], { week }, off) => {
          const hours = { zone, week };
          const shift = Math.abs(wall(zone, change).offset - wall(zone, change - 1).offset);
          const list = instants(hours, change + off - 600, change + off + 600);
          if (openAt(list, change + off) === isOpenByTheWall(hours, change + off)) return;
          // They disagree only about times that are left out or come twice, and what they move.
          expect(Math.abs(off)).toBeLessThanOrEqual(2 * shift);
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('instants ascend, lie in the time that was asked for, and do not depend on where it begins', () => {
    fc.assert(
      fc.property(hoursOf, someTime, fc.integer({ min: 1, max: 20_000 }), (hours, start, length) => {
        const list = instants(hours, start, start + length);
        expect(list).toEqual([...new Set(list)].toSorted((a, b) => a - b));
        for (const each of list) expect(each >= start && each < start + length).toBe(true);
        const wide = instants(hours, start - 3333, start + length + 3333);
        const inside = wide.filter((each) => each > start && each < start + length);
        expect(list.filter((each) => each > start)).toEqual(inside);
        expect(openAt(list, start)).toBe(openAt(wide, start));
      }),
      { numRuns: 300 },
    );
  });
});

describe('in a page', () => {
  const hours = one('Europe/Berlin', workdays, '08:00', '17:00');
  const opening = openings(hours, Date.parse('2026-01-14T12:00Z'));
  const stand = (when: string) => standAt(opening, Date.parse(when));

  test.each([
    ['before Monday’s opening', '2026-01-12T06:59:59.999Z', false, '2026-01-12T07:00'],
    ['at the very opening', '2026-01-12T07:00Z', true, '2026-01-12T16:00'],
    ['before closing', '2026-01-12T15:59:59.999Z', true, '2026-01-12T16:00'],
    ['at the very closing', '2026-01-12T16:00Z', false, '2026-01-13T07:00'],
    ['over the weekend', '2026-01-17T12:00Z', false, '2026-01-19T07:00'],
  ])('%s', (_, when, open, until) =>
    expect(stand(when)).toEqual({ open, until: Date.parse(`${until}Z`), zone: 'Europe/Berlin' }),
  );

  test('once the instants have run out, nobody knows', () => {
    expect(stand('2026-01-30T15:59Z')?.open).toBe(true);
    expect(stand('2026-01-30T16:00Z')).toBeNull();
    expect(stand('2027-01-01T00:00Z')).toBeNull();
  });

  test('without hours there is nothing to say', () => expect(standAt(undefined, 0)).toBeNull());

  test('somebody who is always there never changes', () =>
    expect(standAt(openings(one('UTC', [1, 2, 3, 4, 5, 6, 7], '00:00', '24:00'), 0), 0)).toBeNull());

  test('what is made stays the same for a week, and reaches two weeks on from any moment of it', () => {
    fc.assert(
      fc.property(hoursOf, someTime, someTime, (each, a, b) => {
        const first = weekOf(a * minute);
        expect(new Date(first * minute).getUTCDay()).toBe(1);
        expect(first % 1440).toBe(0);
        expect(a - first).toBeGreaterThanOrEqual(0);
        expect(a - first).toBeLessThan(7 * 1440);
        if (weekOf(a * minute) === weekOf(b * minute))
          expect(openings(each, a * minute)).toEqual(openings(each, b * minute));
        const last = a + 14 * 1440;
        const { at: list } = openings(each, a * minute);
        expect(openAt(list, last)).toBe(openAt(instants(each, last - 600, last + 1), last));
      }),
      { numRuns: 300 },
    );
  });
});

test.each<[string, boolean]>([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['america/new_york', true],
  ['+02:00', false],
  ['Europe/Atlantis', false],
  ['', false],
  ['constructor', false],
])('zone "%s": %s', (zone, known) => expect(isZone(zone)).toBe(known));

describe('set by an admin', () => {
  const link = 'worklink://resource?action=fetch_user&user=1';
  const hours = { zone: 'Europe/Berlin', week: [{ days: [1], from: '08:00', to: '17:00' }] };
  const contact = (id: string, more: object = {}) => ({ id, name: id, link, ...more });
  const settings = (...contacts: object[]) => ({
    desks: [{ key: 'rt', product: 'request-tracker', origins: ['https://rt.example'] }],
    contacts,
    rules: [{ id: 'r', offer: ['a'] }],
  });
  const entryOf = (raw: object) =>
    compile(parseSettings(raw).settings, 'https://rt.example', false, Date.parse('2026-01-14T00:00Z'));

  test('hours and fallbacks hold', () => {
    const raw = settings(contact('a', { hours, fallback: ['b'] }), contact('b'));
    const { settings: parsed, problems } = parseSettings(raw);
    expect(problems).toEqual([]);
    expect(parsed.contacts[0]).toMatchObject({ hours, fallback: ['b'] });
  });

  test.each<[string, object]>([
    ['a zone that is none', { ...hours, zone: 'Europe/Atlantis' }],
    ['a day that is none', { ...hours, week: [...hours.week, { days: [0], from: '08:00', to: '17:00' }] }],
    ['no days', { ...hours, week: [{ days: [], from: '08:00', to: '17:00' }] }],
    ['a time that is none', { ...hours, week: [...hours.week, { days: [2], from: '8:00', to: '17:00' }] }],
    ['a time past midnight', { ...hours, week: [...hours.week, { days: [2], from: '08:00', to: '24:01' }] }],
    ['no length', { ...hours, week: [...hours.week, { days: [2], from: '08:00', to: '08:00' }] }],
    ['an opening at the end of the day', { ...hours, week: [{ days: [2], from: '24:00', to: '08:00' }] }],
    ['no rows', { ...hours, week: [] }],
    ['a word too many', { ...hours, holidays: true }],
  ])('%s costs the hours, and nothing but them', (_, bad) => {
    const { settings: parsed, problems } = parseSettings(settings(contact('a', { hours: bad, fallback: ['b'] })));
    expect(problems.map(({ path }) => path)).toEqual([expect.stringMatching(/^contacts\[0\]\.hours/)]);
    expect(parsed.contacts).toEqual([contact('a', { fallback: ['b'] })]);
  });

  test('a page gets instants and those who stand in, and neither the hours nor their own fallbacks', () => {
    const entry = entryOf(
      settings(
        contact('a', { hours, fallback: ['b', 'c', 'gone'] }),
        contact('b', { hours, fallback: ['d'] }),
        contact('c'),
        contact('d'),
      ),
    );
    const { a } = entry?.targets ?? {};
    expect(Object.keys(entry?.targets ?? {})).toEqual(['a']);
    expect(a?.open?.at.map(iso).slice(0, 2)).toEqual(['2026-01-12T07:00', '2026-01-12T16:00']);
    // Whom a contact names itself comes before whom these name.
    expect(a?.fallback?.map(({ id }) => id)).toEqual(['b', 'c', 'd']);
    expect(JSON.stringify(a)).not.toContain('"hours"');
    expect(a?.fallback?.some((each) => 'fallback' in each)).toBe(false);
    expect(a?.fallback?.[0]?.open).toEqual(a?.open);
  });

  test('circles of fallbacks end', () => {
    const entry = entryOf(
      settings(
        contact('a', { hours, fallback: ['b', 'a'] }),
        contact('b', { hours, fallback: ['c'] }),
        contact('c', { hours, fallback: ['a', 'b'] }),
      ),
    );
    expect(entry?.targets.a?.fallback?.map(({ id }) => id)).toEqual(['b', 'c']);
  });

  test('a long line of fallbacks is cut', () => {
    const line = Array.from({ length: 500 }, (_, n) => contact(`c${n}`, { hours, fallback: [`c${n + 1}`] }));
    const entry = entryOf(settings(contact('a', { hours, fallback: ['c0'] }), ...line));
    expect(entry?.targets.a?.fallback).toHaveLength(20);
  });

  test('who is always there needs nobody to stand in', () =>
    expect(entryOf(settings(contact('a', { fallback: ['b'] }), contact('b')))?.targets.a?.fallback).toBeUndefined());
});
