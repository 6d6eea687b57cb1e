/** ServiceOptimizer's jobs on the report's page, and for tools: by the stages that an admin names. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { exportRows } from '../../bridge/exports.ts';
import { makeWorld, type World } from '../bridge/world.ts';
import { signIn } from './year.ts';

let world: World;
let cookie = '';
beforeAll(async () => {
  world = await makeWorld(
    {
      serviceoptimizer: {
        main: { stages: { DSP: 'Sent', LON: 'On site', LO2: 'On site', FIN: 'Done', '<b>': '<i>Odd</i>' } },
        other: { stages: { GO: 'Sent' } },
      },
      limits: { token: 1000 },
      waits: { poll: 60 },
    },
    { SERVICEOPTIMIZER_MAIN_SECRET: 'S3CRET', SERVICEOPTIMIZER_OTHER_SECRET: 'S3CRET' },
  );
  cookie = await signIn(world);
});
afterAll(() => world.end());
beforeEach(() => sql`delete from event`.execute(world.db));

/** Pushes of a job: minutes after the first of January, and the status, as it is sent. */
async function push(number: string, steps: [minutes: number, raw: string | null][], via = 'main'): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop -- in the order in which they come
  for (const [minutes, raw] of steps)
    await sql`
      insert into event (source, via, same, headers, body, kind, subject, verb, detail, state, received_at)
      values ('serviceoptimizer', ${via}, '', '{}', '', '5', ${number}, 'status', ${raw}, 'taken',
        ${new Date(Date.UTC(2026, 0, 1, 0, minutes))})`.execute(world.db);
}
/** The words of the section, without markup; empty where it is not there. */
async function words(query = ''): Promise<string> {
  const page = await (await fetch(`${world.url}/report${query}`, { headers: { cookie } })).text();
  expect(page).not.toMatch(/<img|<i>Odd/);
  const [section = ''] = /<section[^>]* id="jobs">.*?<\/section>/s.exec(page) ?? [];
  return section
    .replaceAll(/<svg.*?<\/svg>/gs, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
}
const each = (n: number, of: (n: number) => Promise<void>) => Promise.all(Array.from({ length: n }, (_, i) => of(i)));

test('no section where ServiceOptimizer pushed nothing', async () => {
  expect(await words()).toBe('');
});

test('jobs by stage, in the order in which jobs come to them, and the time from one to the next', async () => {
  // Sent after 10 minutes each, on site an hour to seven hours later; the same again, and another name of it, is no step.
  await each(7, (n) =>
    push(`W${n}`, [
      [0, null],
      [10, 'DSP'],
      [11, 'DSP'],
      [10 + 60 * (n + 1), 'LON'],
      [600, 'LO2'],
      ...(n < 6 ? ([[900, 'FIN']] as [number, string][]) : []),
    ]),
  );
  // Sent by another system, and nothing since.
  await each(5, (n) => push(`X${n}`, [[20, 'GO']], 'other'));
  const text = await words();
  expect(text).toContain('12 jobs.');
  expect(text).toContain('Sent 12 5 On site 7 fewer than 5 Done 6 6');
  // Half of 1 to 7 hours is 4.
  expect(text).toMatch(/Sent On site 7 4\.0 h /);
  // From the first push of being on site on, whatever it is called.
  const minutes = [60, 120, 180, 240, 300, 360].map((wait) => 890 - wait).toSorted((a, b) => a - b);
  const half = ((minutes[2] ?? 0) + (minutes[3] ?? 0)) / 2 / 60;
  expect(text).toContain(`On site Done 6 ${half.toFixed(1)} h`);
  expect(text).not.toContain('Statuses without a stage Whoever');
});

test('statuses without a stage are listed by system, most first; they are passed over in times', async () => {
  await each(6, (n) =>
    push(`W${n}`, [
      [0, 'DSP'],
      [30, 'OWN'],
      [60, 'LON'],
    ]),
  );
  await each(5, (n) =>
    push(
      `X${n}`,
      [
        [0, 'DSP'],
        [5, '<img src=x onerror=alert(1)>'],
      ],
      'other',
    ),
  );
  await push('Y', [[0, 'Rare']]);
  const text = await words();
  // What one system calls a stage by is nothing to another.
  expect(text).toContain('OWN main 6 <img src=x onerror=alert(1)> other 5 DSP other 5');
  expect(text).toMatch(/Sent On site 6 60\.0 min /);
  // Whose job it was could be told.
  expect(text).not.toContain('Rare');
  expect(text).toContain('Statuses without a stage of fewer than 5 jobs are not shown: 1.');
});

test('what is of fewer jobs than may be shown is not shown, and said to be left out', async () => {
  await each(6, (n) =>
    push(
      `W${n}`,
      n < 4
        ? [
            [0, 'DSP'],
            [60, 'LON'],
          ]
        : [[0, 'DSP']],
    ),
  );
  const text = await words();
  expect(text).toContain('Sent 6 fewer than 5');
  expect(text).not.toContain('On site');
  expect(text).toContain('Stages of fewer than 5 jobs are not shown: 1.');
  expect(text).toContain('Ways from one stage to the next of fewer than 5 jobs are not shown: 1.');
  await sql`delete from event where subject in ('W0', 'W1')`.execute(world.db);
  expect(await words()).toBe(' ServiceOptimizer’s jobs Fewer than 5 jobs are in this view. ');
});

test('of the days that are asked for, by the first push; not where the view asks for what a desk tells', async () => {
  const day = 24 * 60;
  await each(5, (n) =>
    push(`W${n}`, [
      [0, 'DSP'],
      [2 * day, 'LON'],
    ]),
  );
  await each(6, (n) => push(`X${n}`, [[day, 'DSP']]));
  expect(await words('?to=2026-01-01')).toContain('5 jobs, by the day of their first push');
  expect(await words('?to=2026-01-01')).toMatch(/Sent On site 5 48\.0 h/);
  expect(await words('?from=2026-01-02')).toContain('6 jobs, by the day');
  expect(await words('?from=2026-01-03')).toBe('');
  expect(await words('?desk=rt')).toBe(
    ' ServiceOptimizer’s jobs Jobs have no desk, queue, priority or asset class. Set these filters to “All” to see them. ',
  );
});

test('markup in the name of a stage is text', async () => {
  await each(5, (n) => push(`W${n}`, [[0, '<b>']]));
  expect(await words()).toContain('<i>Odd</i> 5 5');
});

test('exported: pushes that were understood, with their stage; again where the map names another one', async () => {
  await push('W1', [
    [0, 'DSP'],
    [60, 'OWN'],
    [90, null],
  ]);
  await sql`
    insert into event (source, via, same, headers, body, subject, state, received_at) values
      ('serviceoptimizer', 'main', '', '{}', '', 'poison', 'parked', now()),
      ('worklink', '1', '', '{}', '', 'session', 'taken', now())`.execute(world.db);
  const first = await exportRows(world.db, 'jobs', '0', 100);
  const id = expect.stringMatching(/^\d+$/);
  expect(first.rows).toEqual([
    { id, instance: 'main', number: 'W1', verb: 'status', raw: 'DSP', stage: 'Sent', at: '2026-01-01T00:00:00.000Z' },
    { id, instance: 'main', number: 'W1', verb: 'status', raw: 'OWN', stage: null, at: '2026-01-01T01:00:00.000Z' },
    { id, instance: 'main', number: 'W1', verb: 'status', raw: null, stage: null, at: '2026-01-01T01:30:00.000Z' },
  ]);
  const { main } = world.config.serviceoptimizer;
  if (!main) throw new Error('it is not configured');
  const { stages } = main;
  // The same map as before is no news.
  await world.restart();
  expect((await exportRows(world.db, 'jobs', first.cursor, 100)).rows).toEqual([]);
  main.stages = { ...stages, OWN: 'On their way' };
  await world.restart();
  const again = await exportRows(world.db, 'jobs', first.cursor, 100);
  expect(again.rows).toEqual([{ ...first.rows[1], stage: 'On their way' }]);
  main.stages = stages;
  await world.restart();
  expect((await exportRows(world.db, 'jobs', again.cursor, 100)).rows).toEqual([first.rows[1]]);
});
