/** Reading a session, finding its case, and putting its note into the outbox, all of it again as often as asked. */
import { sql } from 'kysely';
import { readExternal } from '../lib/worklink.ts';
import type { Db } from './db.ts';
import type { Desk } from './desks/index.ts';
import { askToRead } from './inbox.ts';
import { storable } from './json.ts';
import { said } from './log.ts';
import { matchOf, type Match, type Named } from './match.ts';
import { factsOf } from './note.ts';
import { putOut } from './outbox.ts';
import type { Parts } from './server.ts';
import type { Found, Trouble, WorkLink } from './worklink.ts';

export type Reader = {
  /** Does what a `read` job asks for. */
  read(resource: string): Promise<void>;
  /** Looks in WorkLink for sessions of open launches, and again at what has not ended. */
  sweep(): Promise<void>;
};

async function launchOf(db: Db, id: string | undefined): Promise<Named | undefined> {
  const row = id && (await db.selectFrom('launch').selectAll().where('id', '=', id).executeTakeFirst());
  if (!row) return undefined;
  return { desk: row.desk, kind: row.kind, id: row.case_id, ...(row.number && { number: row.number }) };
}

/** The number of a record on a desk, as {@link matchOf} wants to know it. */
export async function numberOn(
  desks: ReadonlyMap<string, Desk>,
  { desk: key, kind, id }: Named,
): Promise<string | null | undefined | false> {
  const desk = desks.get(key);
  if (!desk?.record || !desk.kinds.includes(kind)) return false;
  const answer = await desk.ask(desk.record({ kind, id }));
  if ('fault' in answer || answer.status === 401 || answer.status === 429 || answer.status >= 500) return undefined;
  if (answer.body === undefined && answer.status === 200) return undefined;
  return desk.numberOf(answer, { kind, id }) ?? null;
}

export function makeReader(parts: Parts, worklink: WorkLink, desks: ReadonlyMap<string, Desk>): Reader {
  const { config, db, jobs, log, metrics } = parts;
  const { waits } = config;
  const counted = metrics.counter('deskcall_reads_total', 'Readings of sessions by outcome.');
  const wait = (tries: number): number => Math.min(waits.longestRetry, waits.retry * 2 ** Math.min(tries, 20));

  /** Puts it off, or parks it when that has been done often enough. */
  async function putOff(resource: string, tries: number, { trouble, why, after }: Trouble): Promise<void> {
    const parked = trouble === 'absent' && tries + 1 >= config.tries;
    const seconds = after ?? wait(tries);
    counted({ outcome: parked ? 'parked' : trouble });
    await db.transaction().execute(async (trx) => {
      await trx
        .updateTable('session')
        .set({
          state: parked ? 'parked' : 'waiting',
          reason: why,
          tries: tries + 1,
          next_at: sql<Date>`now() + make_interval(secs => ${seconds})`,
        })
        .where('resource_id', '=', resource)
        .execute();
      // By a key of its own, so that a new hint does not wait for it.
      if (!parked) await jobs.ask('read', `${resource} again`, { resource }, seconds, trx);
    });
    if (parked || trouble === 'refused') log.warn('session not read', { why, parked });
  }

  async function keep(resource: string, asked: number, found: Found, match: Exclude<Match, { later: string }>) {
    const facts = factsOf(found);
    const told = readExternal(found.data.externalData);
    const named = match.match === 'none' ? undefined : match.case;
    await db.transaction().execute(async (trx) => {
      const session = await trx
        .updateTable('session')
        .set({
          type: found.type,
          // A hint that came meanwhile is not lost: it is read once more.
          state: sql`case when asked = ${asked} then 'read' else 'waiting' end`,
          reason: null,
          tries: 0,
          read_at: sql<Date>`now()`,
          data: storable(found.data),
          started_at: facts.startedAt ?? null,
          ended_at: facts.endedAt ?? null,
          milliseconds: facts.milliseconds ?? null,
          launch_id: told.launchId ?? null,
          match: match.match,
          match_reason: match.why ?? null,
          desk: named?.desk ?? null,
          kind: named?.kind ?? null,
          case_id: named?.id ?? null,
          number: named?.number ?? null,
        })
        .where('resource_id', '=', resource)
        // What a person decided by hand stays.
        .where((it) => it.or([it('match', 'is', null), it('match', '!=', 'hand')]))
        .returning(['id', 'state'])
        .executeTakeFirst();
      if (!session) return;
      if (told.launchId && match.match === 'launch')
        await trx.updateTable('launch').set({ state: 'seen' }).where('id', '=', told.launchId).execute();
      if (session.state === 'waiting') await jobs.ask('read', resource, { resource }, waits.settle, trx);
      if (named)
        await putOut(trx, parts, desks, {
          id: session.id,
          resource,
          named,
          facts,
          ...(match.why && { remark: match.why }),
        });
    });
    counted({ outcome: match.match });
    if (match.match === 'none') log.info('session unmatched', { why: match.why });
  }

  return {
    async read(resource) {
      const session = await db
        .selectFrom('session')
        .select(['asked', 'tries', 'state'])
        .where('resource_id', '=', resource)
        .executeTakeFirst();
      if (session?.state !== 'waiting') return;
      const found = await worklink.read(resource);
      if ('trouble' in found) return putOff(resource, session.tries, found);
      const told = readExternal(found.data.externalData);
      const match = await matchOf(told, await launchOf(db, told.launchId), (named) => numberOn(desks, named));
      if ('later' in match) return putOff(resource, session.tries, { trouble: 'passing', why: match.later });
      await keep(resource, session.asked, found, match);
    },

    async sweep() {
      // What should have been read by now, be it that its job was lost.
      const late = await db
        .selectFrom('session')
        .select('resource_id')
        .where((it) =>
          it.or([
            it.and([it('state', '=', 'waiting'), it('next_at', '<', sql<Date>`now()`)]),
            // What has not ended may have, and the webhook that says so may be lost.
            it.and([
              it('state', '=', 'read'),
              it('ended_at', 'is', null),
              it('first_at', '>', sql<Date>`now() - interval '7 days'`),
              it('read_at', '<', sql<Date>`now() - make_interval(secs => ${waits.sweep})`),
            ]),
          ]),
        )
        .orderBy('next_at')
        .limit(500)
        .execute();
      // oxlint-disable-next-line no-await-in-loop -- one transaction each
      for (const { resource_id: resource } of late)
        await db.transaction().execute((trx) => askToRead(trx, jobs, resource, 0));
      const launches = await db
        .selectFrom('launch')
        .select('id')
        .where('state', '=', 'open')
        .where((it) =>
          it.or([
            it('swept_at', 'is', null),
            it('swept_at', '<', sql<Date>`now() - make_interval(secs => ${waits.sweep})`),
          ]),
        )
        .orderBy(sql`swept_at nulls first`)
        .limit(100)
        .execute();
      for (const { id } of launches) {
        // oxlint-disable-next-line no-await-in-loop -- WorkLink is asked so many times a second
        const ids = await worklink.find('launch_id', id).catch((error: unknown) => {
          log.error('sweep failed', { error: said(error) });
          return { trouble: 'passing', why: '' } satisfies Trouble;
        });
        if ('trouble' in ids) return;
        // oxlint-disable-next-line no-await-in-loop -- as above
        await db.transaction().execute(async (trx) => {
          for (const resource of ids) {
            // oxlint-disable-next-line no-await-in-loop -- one transaction is one connection
            const known = await trx
              .selectFrom('session')
              .select('id')
              .where('resource_id', '=', resource)
              .executeTakeFirst();
            // oxlint-disable-next-line no-await-in-loop -- as above
            if (!known) await askToRead(trx, jobs, resource, 0);
          }
          await trx.updateTable('launch').set({ swept_at: sql<Date>`now()` }).where('id', '=', id).execute();
        });
      }
    },
  };
}
