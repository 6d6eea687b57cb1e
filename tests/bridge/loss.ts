/**
 * A stretch of work during which nearly everything breaks: webhooks are lost, doubled and late, bridges and their
 * PostgreSQL are killed, desks write and do not answer. At the end the desks themselves are asked what they hold.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { openDb } from '../../bridge/db.ts';
import { createHook, createToken } from '../../bridge/keys.ts';
import { markerOf } from '../../bridge/note.ts';
import { newLaunchId } from '../../lib/worklink.ts';
import { serveCms, type CmsSession } from '../../sandbox/worklink.ts';
import { serveDesks, type Trouble } from './desk.ts';
import { originOf, run, type Run } from './process.ts';
import { makeRandom } from './random.ts';
import type { Database } from './server.ts';
import { until } from './wait.ts';

export type Plan = {
  seed: number;
  /** Events of sessions; a tenth of them is never delivered, as many come twice or more. */
  hooks: number;
  /** Bridges at work. */
  bridges: number;
  /**
   * Bridges killed: the first after a desk has written its note and before it says so, the second while a desk refuses
   * one, the third when it has answered a webhook, the rest at any moment. Each is started again, unless `leave` is set.
   */
  kills: number;
  leave?: boolean;
  /** How often PostgreSQL is killed. */
  databaseKills?: number;
  /** How long it goes on, in seconds. */
  seconds: number;
  /** WorkLink's schema. In `old` no list tells of what is new: only launches and webhooks lead to a session. */
  schema: 'today' | 'old';
};

/** What the desks hold at the end, beside what they ought to. */
export type Outcome = {
  sessions: number;
  /** Webhooks that were sent, and those of them that were answered 200. */
  sent: number;
  answered: number;
  /** Sessions without a note, and notes beyond the first, by ticket. */
  lost: string[];
  twice: string[];
  /** Notes of no session. */
  strange: string[];
  /** What the bridges that stood at the end said when they were told to stop; all 0. */
  exits: (number | null)[];
};

type Case = { desk: 'rt' | 'keyed'; ticket: string };
type Session = Case & { call: CmsSession; marker: string; launchId: string | undefined };

/** As the desks name it. */
const nameOf = ({ desk, ticket }: Case): string => `${desk} ${ticket}`;

const waits = { settle: 0.2, retry: 0.3, longestRetry: 2, poll: 0.5, sweep: 2, request: 1, shutdown: 5 };
const troubles: readonly [Trouble, ...Trouble[]] = ['lost', 'late', 'broken', 'busy', 'down'];

/**
 * @param say is told what is done, with the moment
 * @param signal ends the waiting for what does not come
 */
export async function runLoss(
  database: Database,
  plan: Plan,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Outcome> {
  const random = makeRandom(plan.seed);
  const start = performance.now();
  const log = (line: string): void => say(`${((performance.now() - start) / 1000).toFixed(1)} s: ${line}`);
  const cms = await serveCms({ variant: plan.schema });
  const work: Promise<unknown>[] = [];
  let requests = 0;
  /** What is killed when so many notes have come to a desk. */
  const deadly = new Map<number, { trouble: Trouble; kill: () => Promise<void> }>();
  const desk = await serveDesks({
    trouble() {
      requests += 1;
      const last = deadly.get(requests);
      if (!last) return random.happens(0.1) ? random.pick(troubles) : undefined;
      work.push(last.kill());
      return last.trouble;
    },
    // Longer than a bridge waits for an answer would be a desk that breaks its word on the time of a request.
    late: waits.request * 800,
  });
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-loss-'));
  const BRIDGE_CONFIG = join(dir, 'bridge.config.json');
  writeFileSync(
    BRIDGE_CONFIG,
    JSON.stringify({
      worklink: { url: cms.url, requestsPerSecond: 100 },
      desks: desk.desks,
      limits: { token: 10_000 },
      waits,
    }),
  );
  const env = {
    ...database.env,
    BRIDGE_CONFIG,
    WORKLINK_TOKEN: cms.token,
    DESK_RT_TOKEN: desk.token,
    DESK_KEYED_TOKEN: desk.token,
  };
  // All at once: who is first brings the tables up to date.
  const bridges: (Run | undefined)[] = Array.from({ length: plan.bridges }, () => run([], env));
  const origins = await Promise.all(bridges.map(async (bridge) => (bridge ? originOf(bridge) : '')));
  const { db } = openDb(database.url, () => {}, 2);
  const hook = await createHook(db, 'worklink');
  const { token } = await createToken(db, 'loss', ['launch']);
  const path = `/hooks/worklink/${'token' in hook ? hook.token : ''}`;
  const outcome: Outcome = { sessions: 0, sent: 0, answered: 0, lost: [], twice: [], strange: [], exits: [] };

  /** As a balancer before the bridges would: any of those that stand. */
  const origin = (): string => random.pick(origins.filter(Boolean) as [string, ...string[]]) ?? '';
  const announce = async (
    call: CmsSession,
    event: 'created' | 'updated' | 'completed',
    to = origin(),
  ): Promise<boolean> => {
    outcome.sent += 1;
    const answered = (await cms.announce(to + path, call, event).catch(() => 0)) === 200;
    outcome.answered += Number(answered);
    return answered;
  };
  /** The extension keeps what it could not tell, and tells it again. */
  const launch = async (launchId: string, { desk: key, ticket }: Case): Promise<void> => {
    const body = JSON.stringify({
      launches: [{ launchId, desk: key, kind: 'ticket', id: ticket, at: new Date().toISOString() }],
    });
    await until(() =>
      fetch(`${origin()}/api/launches`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body }).then(
        ({ status }) => status === 200,
        () => false,
      ),
    );
  };

  /** When something happens, in ms from the start of it all. */
  const begun = performance.now();
  const at = (ms: number, what: () => Promise<unknown>): void =>
    void work.push(after(Math.max(0, begun + ms - performance.now())).then(what));
  const length = plan.seconds * 1000;

  const sessions: Session[] = [];
  /** A call that ends so many ms after the start. @param launchId none: only a webhook leads to it */
  function addSession(ends: number, launchId?: string, same?: Case): Session {
    const { desk: key, ticket } = same ?? {
      desk: random.pick(['rt', 'keyed'] as const),
      ticket: String(1000 + sessions.length),
    };
    const call = cms.add({
      type: 'ScenarioSession',
      state: 'active',
      startedAt: new Date().toISOString(),
      endedAt: null,
      externalData: {
        desk: key,
        case_id: `ticket:${ticket}`,
        work_order_id: ticket,
        ...(launchId && { launch_id: launchId }),
      },
    });
    at(ends, async () => {
      call.endedAt = new Date().toISOString();
      call.state = 'finished';
    });
    const marker = markerOf(key, 'ticket', ticket, call.id, 'note');
    const session = { call, desk: key, ticket, launchId, marker };
    sessions.push(session);
    return session;
  }
  let hooks = 0;
  while (hooks < plan.hooks) {
    const begins = random.number(length * 0.8);
    const ends = begins + random.number(length * 0.2);
    const before = sessions.at(-1);
    // Two people may scan one code: then two sessions carry one launch.
    const shared = before?.launchId && random.happens(0.1) ? before : undefined;
    const launchId = shared?.launchId ?? (random.happens(0.85) ? newLaunchId() : undefined);
    const session = addSession(ends, launchId, shared);
    const { call } = session;
    if (launchId && !shared) at(begins, () => launch(launchId, session));
    // Some hooks tell of the end alone.
    const events = random.happens(0.3) ? (['completed'] as const) : (['created', 'updated', 'completed'] as const);
    for (const event of events) {
      hooks += 1;
      const due = { created: begins, updated: (begins + ends) / 2, completed: ends }[event];
      const times = random.happens(0.1) ? 0 : random.happens(0.1) ? 2 + random.whole(3) : 1;
      for (let time = 0; time < times; time += 1)
        // Late by so much that they overtake each other.
        at(due + random.number(1500), () => announce(call, event));
    }
    // Nothing leads to a session without a launch but its webhook, so one of those has to be answered.
    if (!launchId) at(ends, () => until(() => announce(call, 'completed')));
  }
  async function kill(which: number, when: string): Promise<void> {
    // Killed before, it comes back first.
    const bridge = bridges[which] ?? (await until(async () => bridges[which]));
    bridges[which] = undefined;
    if (plan.leave) origins[which] = '';
    bridge.child.kill('SIGKILL');
    await bridge.ended;
    log(`bridge ${which} killed ${when}`);
    if (plan.leave) return;
    // As an init system would: again, until it stands.
    await until(async () => {
      const again = run([], env);
      const address = await originOf(again).catch(() => undefined);
      if (!address) return false;
      origins[which] = address;
      bridges[which] = again;
      return true;
    });
  }
  for (let n = 0; n < plan.kills; n += 1) {
    const which = plan.leave ? n : random.whole(plan.bridges);
    if (n < 2)
      // In the first or the second half, so that it is not the same.
      deadly.set(1 + Math.floor((n + random.number()) * sessions.length * 0.3), {
        trouble: n === 0 ? 'lost' : 'down',
        kill: () => kill(which, 'with a note at the desk'),
      });
    else if (n === 2) {
      // What was answered 200 is in the database: of this one there is no other word.
      const { call } = addSession(0);
      at(length * random.number(0.8), async () => {
        await until(() => announce(call, 'completed', origins[which]));
        await kill(which, 'with a webhook just answered');
      });
    } else at(length * (0.1 + random.number(0.8)), () => kill(which, 'at some moment'));
  }
  for (let n = 0; n < (plan.databaseKills ?? 0); n += 1)
    at(length * (0.3 + random.number(0.4)), async () => {
      log('PostgreSQL killed');
      await database.kill?.();
    });

  const all = (): string[] => [...desk.notes.values()].flat();
  const missing = (): Session[] =>
    sessions.filter((each) => !desk.notes.get(nameOf(each))?.some((note) => note.includes(each.marker)));
  outcome.sessions = sessions.length;
  try {
    await Promise.all(work);
    log(`${outcome.answered} of ${outcome.sent} webhooks answered 200; ${missing().length} notes to come`);
    await until(async () => missing().length === 0 || signal.aborted || (await stuck()));
    outcome.lost = missing().map(nameOf);
    for (const session of missing()) log(`lost: ${await known(session)}`);
    // Whatever is told again now is told of what has been written.
    await Promise.all([...work, ...sessions.map(({ call }) => until(() => announce(call, 'completed')))]);
    await until(rest);
  } finally {
    const standing = bridges.filter((bridge) => bridge !== undefined);
    for (const { child } of standing) child.kill('SIGTERM');
    outcome.exits = await Promise.all(standing.map(({ ended }) => ended));
    await db.destroy();
    await Promise.all([cms.close(), desk.close()]);
    rmSync(dir, { recursive: true });
  }

  /** Nothing is open any more: neither readings nor notes. Only then it can be said what is there twice. */
  async function rest(): Promise<boolean> {
    const sessionsOpen = db.selectFrom('session').select('id').where('state', '=', 'waiting').limit(1);
    const notesOpen = db.selectFrom('outbox').select('id').where('state', 'in', ['waiting', 'writing']).limit(1);
    const open = await Promise.all([sessionsOpen.execute(), notesOpen.execute()]).catch(() => [[1]]);
    return open.every((rows) => rows.length === 0);
  }
  /** What the bridge says of a session that is missing. */
  async function known({ call, launchId }: Session): Promise<string> {
    const row = await db.selectFrom('session').selectAll().where('resource_id', '=', call.id).executeTakeFirst();
    const told = launchId && (await db.selectFrom('launch').selectAll().where('id', '=', launchId).executeTakeFirst());
    const note = row && (await db.selectFrom('outbox').selectAll().where('session_id', '=', row.id).executeTakeFirst());
    return JSON.stringify({
      note: { ...note, body: undefined },
      ticket: call.externalData,
      ...row,
      data: undefined,
      launch: told,
    });
  }
  /** What is parked never comes: then it ends here, and says what is lost. */
  async function stuck(): Promise<boolean> {
    const parked = await db
      .selectFrom('outbox')
      .select('reason')
      .where('state', '=', 'parked')
      .execute()
      .catch(() => []);
    return parked.length > 0 && (await rest());
  }

  const markers = new Set(sessions.map(({ marker }) => marker));
  for (const session of sessions)
    if (all().filter((note) => note.includes(session.marker)).length > 1) outcome.twice.push(nameOf(session));
  outcome.strange = all().filter((note) => ![...markers].some((marker) => note.includes(`[${marker}]`)));
  return outcome;
}
