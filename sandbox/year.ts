/**
 * A simulated year of an organisation, for the report: cases as a CSV file, and launches, sessions and notes. The same
 * size gives the same year. What it is made of is ours to choose: in it a call shortens what is left of a case, and
 * cases that stay open for long are called about more often, as elsewhere.
 */
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { startBridge } from '../bridge/bridge.ts';
import { readConfig } from '../bridge/config.ts';
import type { Db } from '../bridge/db.ts';
import { createToken } from '../bridge/keys.ts';
import { makeLog } from '../bridge/log.ts';
import { importFile } from '../bridge/times/file.ts';

const hour = 3_600_000;
export const yearBegins = Date.UTC(2025, 10, 1);
export const yearEnds = Date.UTC(2026, 10, 1);

/** Numbers from 0 to 1 that look random and are the same each time (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const desks = [
  { desk: 'rt', kind: 'ticket', queues: ['Field Service', 'Valves', 'Workshop'], slow: 1 },
  { desk: 'redmine', kind: 'issue', queues: ['Line 3', 'Utilities'], slow: 1.4 },
  { desk: 'servicenow', kind: 'incident', queues: ['Plant North', 'Plant South', 'Logistics'], slow: 0.9 },
];
const priorities = [
  { priority: 'High', slow: 0.45, part: 0.2 },
  { priority: 'Normal', slow: 1, part: 0.6 },
  { priority: 'Low', slow: 2.2, part: 0.2 },
];
const classes = [
  { assetClass: 'Pumps', slow: 1 },
  { assetClass: 'Valves', slow: 0.8 },
  { assetClass: 'Compressors', slow: 1.6 },
  { assetClass: 'Conveyors', slow: 1.1 },
  { assetClass: '', slow: 1 },
];

type Call = { at: number; wait: number; seconds: number; launched: boolean; note: 'done' | 'parked' | 'waiting' };
type Case = {
  desk: string;
  kind: string;
  id: string;
  queue: string;
  priority: string;
  assetClass: string;
  opened: number;
  assigned: number;
  end: number;
  reopened: number;
  calls: Call[];
};

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The year's cases, one by one. @param sessions about so many calls are made in it, each of them with a case */
function* casesOf(count: number, sessions: number): Generator<Case> {
  const roll = dice(20_251_101);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(roll() * list.length)] as T;
  /** Two dice make a bell (Box and Muller). */
  const bell = (): number => Math.sqrt(-2 * Math.log(1 - roll())) * Math.cos(2 * Math.PI * roll());
  let left = sessions;
  for (let n = 0; n < count; n += 1) {
    const { desk, kind, queues, slow } = pick(desks);
    const chance = roll();
    const priority = priorities[chance < 0.2 ? 0 : chance < 0.8 ? 1 : 2] as (typeof priorities)[number];
    const asset = pick(classes);
    const opened = Math.floor((yearBegins + roll() * (yearEnds - yearBegins)) / 1000) * 1000;
    // Some are forgotten for a long time.
    const forgotten = roll() < 0.03 ? 30 : 1;
    const whole = 20 * slow * priority.slow * asset.slow * Math.exp(bell()) * forgotten * hour;
    const calls: Call[] = [];
    // So many calls are still to be given to so many cases.
    const wanted = left / (count - n);
    let lasts = whole;
    if (roll() < wanted / 1.5) {
      let at = Math.exp(0.7 + 0.8 * bell()) * hour * slow;
      for (let again = true; again && left > 0; again = roll() < 1 / 3) {
        if (calls.length) at += Math.exp(bell()) * hour;
        // Nobody calls about what is done; who is called for late finds it open.
        if (at >= lasts) at = lasts * (0.2 + 0.6 * roll());
        calls.push({
          at: Math.floor(opened / 1000 + at / 1000) * 1000,
          wait: Math.round(Math.exp(3.6 + 0.6 * bell())),
          seconds: Math.round(Math.exp(6 + 0.8 * bell())),
          launched: roll() < 0.95,
          note: roll() < 0.985 ? 'done' : roll() < 0.5 ? 'parked' : 'waiting',
        });
        left -= 1;
        lasts = at + (lasts - at) * 0.6;
      }
    }
    yield {
      desk,
      kind,
      id: String(n + 1),
      queue: pick(queues),
      priority: priority.priority,
      assetClass: asset.assetClass,
      opened,
      assigned: opened + Math.round((roll() * Math.min(lasts, hour)) / 1000) * 1000,
      end: opened + Math.round(lasts / 1000) * 1000,
      reopened: roll() < 0.03 ? 1 : 0,
      calls: calls.filter(({ at }) => at < yearEnds),
    };
  }
}

const iso = (time: number): string => new Date(time).toISOString().slice(0, 19) + 'Z';

/** Inserts rows of equal keys, some thousands at a time. */
async function insert(
  db: Db,
  table: 'launch' | 'session' | 'outbox' | 'wrapup',
  rows: Record<string, unknown>[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += 5000) {
    const part = rows.slice(from, from + 5000);
    const names = sql.join(Object.keys(part[0] ?? {}).map((name) => sql.ref(name)));
    // oxlint-disable-next-line no-await-in-loop -- statements of bounded size
    await sql`insert into ${sql.table(table)} (${names}) overriding system value
      select ${names} from jsonb_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(part)}::jsonb)`.execute(
      db,
    );
  }
}

/**
 * Writes the year's cases to a CSV file as `cases import` reads it, and its launches, sessions and notes to an empty
 * database.
 */
export async function makeYear(db: Db, path: string, size: { cases: number; sessions: number }): Promise<void> {
  const file = createWriteStream(path);
  file.write('desk,kind,id,number,queue,priority,asset_class,status,opened,assigned,resolved,reopened,seen\n');
  const roll = dice(7);
  const launches: Record<string, unknown>[] = [];
  const sessions: Record<string, unknown>[] = [];
  const notes: Record<string, unknown>[] = [];
  const wrapups: Record<string, unknown>[] = [];
  const launchId = (n: number): string => {
    let id = '';
    for (let rest = n, k = 0; k < 12; k += 1, rest = Math.floor(rest / 32)) id = (letters[rest % 32] ?? 'A') + id;
    return id;
  };
  const launch = (of: Case | null, at: number, state: string): string => {
    const id = launchId(launches.length + 1);
    launches.push({
      id,
      desk: of?.desk ?? 'rt',
      kind: of?.kind ?? 'ticket',
      case_id: of?.id ?? '0',
      target: 'Pump experts',
      surface: 'button',
      launched_at: iso(at),
      received_at: iso(at),
      state,
    });
    return id;
  };
  for (const one of casesOf(size.cases, size.sessions)) {
    const over = one.end < yearEnds;
    const cells = [one.desk, one.kind, one.id, `#${one.id}`, one.queue, one.priority, one.assetClass];
    const times = [iso(one.opened), iso(one.assigned), over ? iso(one.end) : '', one.reopened, iso(yearEnds)];
    if (!file.write(`${[...cells, over ? 'resolved' : 'open', ...times].join(',')}\n`)) await once(file, 'drain');
    for (const call of one.calls) {
      const id = String(sessions.length + 1);
      const scenario = roll() < 0.05;
      const unmatched = roll() < 0.02;
      sessions.push({
        id,
        resource_id: `session-${id}`,
        type: scenario ? 'ScenarioSession' : 'CallSession',
        state: 'read',
        asked: 1,
        tries: 0,
        next_at: iso(call.at),
        first_at: iso(call.at),
        read_at: iso(call.at),
        data: {},
        started_at: iso(call.at),
        ended_at: iso(call.at + call.seconds * 1000),
        milliseconds: call.seconds * 1000,
        launch_id: call.launched ? launch(one, call.at - call.wait * 1000, 'seen') : null,
        match: unmatched ? 'none' : call.launched ? 'launch' : 'case',
        match_reason: unmatched ? 'The link named no case in full.' : null,
        ...(unmatched
          ? { desk: null, kind: null, case_id: null }
          : { desk: one.desk, kind: one.kind, case_id: one.id }),
      });
      const said = roll();
      if (call.launched && said < 0.55)
        wrapups.push({
          id: String(wrapups.length + 1),
          desk: one.desk,
          kind: one.kind,
          case_id: one.id,
          launch_id: launches.at(-1)?.id,
          outcome: said < 0.33 ? 'solved' : said < 0.48 ? 'visit' : 'no-answer',
          trip_avoided: said < 0.22,
          at: iso(call.at + call.seconds * 1000 + 60_000),
          received_at: iso(call.at + call.seconds * 1000 + 60_000),
        });
      if (!unmatched)
        notes.push({
          id: String(notes.length + 1),
          desk: one.desk,
          kind: one.kind,
          case_id: one.id,
          session_id: id,
          action: 'note',
          marker: `WL-${id}`,
          body: 'WorkLink call',
          state: call.note,
          reason:
            call.note === 'parked' ? 'The desk refuses the note (403). Look at the rights of its API user.' : null,
          tries: 1,
          next_at: iso(call.at),
          created_at: iso(call.at),
          done_at: call.note === 'done' ? iso(call.at + call.seconds * 1000) : null,
        });
    }
    // A launch that led to no call.
    if (roll() < (0.15 * size.sessions) / size.cases) launch(one, one.opened + 600_000, 'expired');
  }
  file.end();
  await once(file, 'finish');
  await insert(db, 'launch', launches);
  await insert(db, 'session', sessions);
  await insert(db, 'outbox', notes);
  await insert(db, 'wrapup', wrapups);
  // oxlint-disable-next-line no-await-in-loop -- three
  for (const table of ['session', 'outbox', 'wrapup'] as const)
    await sql`select setval(pg_get_serial_sequence(${table}, 'id'), (select max(id) from ${sql.table(table)}))`.execute(
      db,
    );
  await sql`analyze`.execute(db);
}

/** What ServiceOptimizer pushed of so many jobs: each is sent, most are on site and done, and some wait for parts. */
async function makeJobs(db: Db, jobs: number): Promise<void> {
  const roll = dice(7);
  const stages = { DSP: 'Sent to the technician', LON: 'On site', CMP: 'Completed' };
  await db
    .insertInto('stage')
    .values(Object.entries(stages).map(([raw, stage]) => ({ instance: 'main', raw, stage })))
    .execute();
  const steps = Array.from({ length: jobs }, (_, n) => {
    let at = yearBegins + roll() * (yearEnds - yearBegins - 100 * hour);
    const after = (most: number): string => iso((at += roll() * most * hour));
    const job = [{ detail: 'DSP', at: after(1) }];
    if (roll() < 0.9) job.push({ detail: 'LON', at: after(30) });
    if (roll() < 0.1) job.push({ detail: 'WAITING_PARTS', at: after(48) });
    if (roll() < 0.8) job.push({ detail: 'CMP', at: after(8) });
    return job.map((step) => ({ subject: `WO-${n}`, ...step }));
  }).flat();
  await sql`
    insert into event (source, via, same, headers, body, kind, subject, verb, detail, state, received_at, seen_at)
    select 'serviceoptimizer', 'main', decode(md5(subject || detail), 'hex'), '{}', '', '5', subject, 'status', detail,
      'taken', at, at
    from jsonb_to_recordset(${JSON.stringify(steps)}::jsonb) as step (subject text, detail text, at timestamptz)
    order by at`.execute(db);
}

export type YearServer = { url: string; token: string; close(): Promise<void> };

/** A bridge of its own with the simulated year, and a token that opens its report. */
export async function serveYear(size: { cases: number; sessions: number; jobs?: number }): Promise<YearServer> {
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-year-'));
  const config = readConfig({ DATA_DIR: dir, PORT: '0' });
  if ('mistakes' in config) throw new Error(config.mistakes.join('\n'));
  const bridge = await startBridge(
    config,
    makeLog([], () => {}),
  );
  const path = join(dir, 'cases.csv');
  await makeYear(bridge.db, path, size);
  await importFile(bridge.db, path, true);
  if (size.jobs) await makeJobs(bridge.db, size.jobs);
  const { token } = await createToken(bridge.db, 'analyst', ['report']);
  return {
    url: bridge.url,
    token,
    async close() {
      await bridge.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
