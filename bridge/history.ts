/** What the bridge knows of one case: launched, seen, written back, or why not. */
import type { Entry } from '../lib/api.ts';
import type { Db } from './db.ts';
import { popsOf } from './pops.ts';

/** The newest so many of each sort are told. */
const most = 200;

/** Leaves out what is null or undefined, as the API's shapes want it. */
const known = <T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined)) as never;

const noteStates = { waiting: 'waiting', writing: 'waiting', done: 'written', parked: 'parked' } as const;

/** @param number what people call the case; without one, what its launches and sessions say */
export async function historyOf(
  db: Db,
  { desk, kind, id, number }: { desk: string; kind: string; id: string; number: string | undefined },
): Promise<Entry[]> {
  const launches = await db
    .selectFrom('launch')
    .selectAll()
    .where('desk', '=', desk)
    .where('kind', '=', kind)
    .where('case_id', '=', id)
    .orderBy('launched_at', 'desc')
    .limit(most)
    .execute();
  const sessions = await db
    .selectFrom('session')
    .leftJoin('outbox', (join) =>
      join
        .onRef('outbox.session_id', '=', 'session.id')
        .onRef('outbox.desk', '=', 'session.desk')
        .onRef('outbox.kind', '=', 'session.kind')
        .onRef('outbox.case_id', '=', 'session.case_id')
        .onRef('outbox.turn', '=', 'session.turn')
        .on('outbox.action', '=', 'note'),
    )
    .leftJoin('outbox as fields', (join) =>
      join
        .onRef('fields.session_id', '=', 'session.id')
        .onRef('fields.turn', '=', 'session.turn')
        .on('fields.action', '=', 'fields')
        .on('fields.state', '=', 'parked'),
    )
    .select([
      'session.id',
      'session.type',
      'session.first_at',
      'session.started_at',
      'session.ended_at',
      'session.milliseconds',
      'session.launch_id',
      'session.match',
      'outbox.state as note',
      'outbox.reason as note_reason',
      'fields.reason as fields_reason',
      'outbox.done_at',
    ])
    .where('session.desk', '=', desk)
    .where('session.kind', '=', kind)
    .where('session.case_id', '=', id)
    .where('session.match', 'in', ['launch', 'case', 'hand'])
    .orderBy('session.first_at', 'desc')
    .limit(most)
    .execute();
  const numbers = [...new Set([number, ...launches.map((launch) => launch.number)])].filter(
    (each): each is string => typeof each === 'string' && each !== '',
  );
  const jobs = numbers.length
    ? await db
        .selectFrom('event')
        .leftJoin('stage', (join) =>
          join.onRef('stage.instance', '=', 'event.via').onRef('stage.raw', '=', 'event.detail'),
        )
        .select(['received_at', 'via', 'verb', 'detail', 'stage'])
        .where('source', '=', 'serviceoptimizer')
        .where('state', '=', 'taken')
        .where('subject', 'in', numbers)
        .orderBy('received_at', 'desc')
        .limit(most)
        .execute()
    : [];
  const entries: Entry[] = [
    ...(await popsOf(db, { desk, kind, id }, most)),
    ...launches.map(
      (launch): Entry => ({
        what: 'launch',
        at: launch.launched_at.toISOString(),
        launchId: launch.id,
        state: launch.state,
        ...known({ target: launch.target, surface: launch.surface }),
      }),
    ),
    ...sessions.map(
      (session): Entry => ({
        what: 'session',
        at: (session.started_at ?? session.first_at).toISOString(),
        id: session.id,
        match: session.match as 'launch' | 'case' | 'hand',
        ...known({
          type: session.type,
          startedAt: session.started_at?.toISOString(),
          endedAt: session.ended_at?.toISOString(),
          milliseconds: session.milliseconds === null ? null : Number(session.milliseconds),
          launchId: session.launch_id,
          note: session.note && noteStates[session.note],
          // The note first: whoever reads it there knows most of it.
          reason: session.note_reason ?? session.fields_reason,
          writtenAt: session.done_at?.toISOString(),
        }),
      }),
    ),
    ...jobs.map(
      (job): Entry => ({
        what: 'job',
        at: job.received_at.toISOString(),
        instance: job.via,
        verb: job.verb ?? 'unknown',
        ...known({ status: job.detail, stage: job.stage }),
      }),
    ),
  ];
  return entries.sort((a, b) => a.at.localeCompare(b.at));
}
