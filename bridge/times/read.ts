/**
 * Reading desks' case times, a page at a time: what a page told and where the next begins are stored in one
 * transaction, so that reading goes on from there whatever ends it.
 */
import { sql } from 'kysely';
import type { Db, Trx } from '../db.ts';
import type { Desk } from '../desks/index.ts';
import type { DeskConfig } from '../desks/shape.ts';
import { dynamics } from '../desks/times/dynamics.ts';
import { freshdesk } from '../desks/times/freshdesk.ts';
import { freshservice } from '../desks/times/freshservice.ts';
import { jira } from '../desks/times/jira.ts';
import { redmine } from '../desks/times/redmine.ts';
import { requestTracker } from '../desks/times/request-tracker.ts';
import { salesforce } from '../desks/times/salesforce.ts';
import { servicenow } from '../desks/times/servicenow.ts';
import { zendesk } from '../desks/times/zendesk.ts';
import type { Parts } from '../server.ts';
import { checkShown } from './shown.ts';
import { storeTimes, type CaseTime } from './store.ts';
import { fold, type TimesConfig, type TimesDesk } from './told.ts';

/** The desks whose times can be read; those of others come in files. */
const readers = {
  'request-tracker': requestTracker,
  redmine,
  zendesk,
  jira: jira('cloud'),
  'jira-data-center': jira('data-center'),
  freshdesk,
  freshservice,
  salesforce,
  servicenow,
  dynamics,
};

/** The reader of a desk's times, where they are to be read. */
function readerOf(desk: DeskConfig | undefined): { reader: TimesDesk; times: TimesConfig } | undefined {
  return desk && 'times' in desk && desk.times ? { reader: readers[desk.type], times: desk.times } : undefined;
}

/** A desk's clock may differ a little from ours; and what is being written there is left for the next time. */
const margin = 5000;

async function knownOf(trx: Trx, desk: string, kind: string, ids: string[]): Promise<Map<string, CaseTime>> {
  if (!ids.length) return new Map();
  const rows = await trx
    .selectFrom('case_time')
    .selectAll()
    .where('desk', '=', desk)
    .where('kind', '=', kind)
    .where('case_id', 'in', ids)
    .where('source', '=', 'desk')
    .execute();
  return new Map(
    rows.map((row) => [
      row.case_id,
      {
        desk,
        kind,
        id: row.case_id,
        number: row.number,
        queue: row.queue,
        priority: row.priority,
        assetClass: row.asset_class,
        status: row.status,
        openedAt: row.opened_at,
        assignedAt: row.assigned_at,
        resolvedAt: row.resolved_at,
        reopened: row.reopened,
        reopenedAt: row.reopened_at,
        seenAt: row.seen_at,
      },
    ]),
  );
}

const note = (db: Db | Trx, desk: string, values: { place?: unknown; read_to?: Date; trouble: string | null }) => {
  const { place, ...rest } = values;
  const set = { ...rest, ...(place !== undefined && { place: JSON.stringify(place) }), at: sql<Date>`now()` };
  return db
    .insertInto('times_reading')
    .values({ desk, place: null, read_to: null, ...set })
    .onConflict((it) => it.column('desk').doUpdateSet(set))
    .execute();
};

/** @returns what one `times` job does: reads one page of a desk, and asks for the next as long as there are more */
export function makeTimes({ config, db, jobs, log, metrics }: Parts, desks: ReadonlyMap<string, Desk>) {
  const counted = metrics.counter('deskcall_times_pages_total', 'Pages of case times by desk and outcome.');

  async function read(key: string): Promise<void> {
    const [desk, of] = [desks.get(key), readerOf(config.desks[key])];
    if (!desk || !of) return;
    const { reader, times } = of;
    const row = await db.selectFrom('times_reading').selectAll().where('desk', '=', key).executeTakeFirst();
    const until = new Date(Date.now() - margin);
    const page = await reader.page((request) => desk.ask(request), row?.place ?? null, times, until);
    if ('trouble' in page) {
      counted({ desk: key, outcome: 'trouble' });
      if (row?.trouble !== page.trouble) log.warn('case times not read', { desk: key, why: page.trouble });
      await note(db, key, { trouble: page.trouble });
      return;
    }
    const stored = await db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(7360222, hashtext(${key}))`.execute(trx);
      const now = await trx.selectFrom('times_reading').select('place').where('desk', '=', key).executeTakeFirst();
      // Another bridge was faster.
      if (JSON.stringify(now?.place ?? null) !== JSON.stringify(row?.place ?? null)) return false;
      const ids = page.cases.map(({ id }) => id);
      const known = await knownOf(trx, key, reader.kind, ids);
      const rows = page.cases.flatMap((told) => fold(key, reader.kind, told, known.get(told.id), until) ?? []);
      await storeTimes(trx, rows, 'desk');
      const these = (named: string[]) =>
        trx
          .deleteFrom('case_time')
          .where('desk', '=', key)
          .where('kind', '=', reader.kind)
          .where('case_id', 'in', ['', ...named]);
      await these(page.gone).execute();
      // It would be open for ever. What a file says of it stays.
      await these(page.untold).where('source', '=', 'desk').execute();
      await note(trx, key, { place: page.place, trouble: null, ...(page.done && { read_to: until }) });
      return true;
    });
    counted({ desk: key, outcome: page.done ? 'done' : 'more' });
    if (stored && !page.done) await jobs.ask('times', key, { desk: key });
    if (stored && page.done) await checkShown(db, key, desk);
  }

  return {
    read,
    /** Asks for every desk whose times are to be read. */
    async sweep(): Promise<void> {
      // What was wrong with one that is not to be read any more is nobody's trouble.
      const keys = Object.keys(config.desks).filter((key) => readerOf(config.desks[key]));
      await db
        .updateTable('times_reading')
        .set({ trouble: null })
        .where('trouble', 'is not', null)
        .where('desk', 'not in', ['', ...keys])
        .execute();
      // oxlint-disable-next-line no-await-in-loop -- a handful
      for (const key of keys) await jobs.ask('times', key, { desk: key });
    },
  };
}
