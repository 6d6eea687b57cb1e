/**
 * What the bridge holds of one person, to be handed over or taken out. People are known here by a text alone: a name, a
 * mail address, a username. It is looked for as a whole word, in any case, wherever words of others are kept.
 */
import { sql } from 'kysely';
import type { Db, Trx } from './db.ts';

/** Stands where somebody's name stood. */
const erased = '[erased]';
/** Shorter texts would be found in too many words. */
const shortest = 3;

const plain = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);

/** The text as a whole word, in any case. */
const wordOf = (text: string, flags = ''): RegExp =>
  new RegExp(String.raw`(?<![\p{L}\p{N}])${plain(text.trim())}(?![\p{L}\p{N}])`, `iu${flags}`);

/** Whatever may hold it, for PostgreSQL, which tells the cases of letters beyond ASCII in some locales only. */
const roughly = (text: string): string =>
  Array.from(text.trim(), (c) => [...new Set([c, c.toLowerCase(), c.toUpperCase()])].map(plain))
    .map((forms) => (forms.length > 1 ? `(?:${forms.join('|')})` : forms[0]))
    .join('');

/** Why a text can't be looked for. */
export const textFault = (text: string): string | undefined =>
  text.trim().length < shortest
    ? `A name of fewer than ${shortest} letters would be found in too many words.`
    : undefined;

/** Where words of others are kept, and what of a row is shown. */
const places = [
  {
    table: 'session',
    found: sql`data::text`,
    shown: sql`id::text, resource_id, type, started_at, ended_at, desk, kind, case_id, data`,
  },
  { table: 'outbox', found: sql`body`, shown: sql`id::text, desk, kind, case_id, action, state, body, done_at` },
  { table: 'pop', found: sql`username`, shown: sql`id::text, desk, kind, case_id, campaign, reference, username, at` },
  {
    table: 'token',
    found: sql`name || ' ' || coalesce(username, '')`,
    shown: sql`id::text, name, username, created_at`,
  },
] as const;

export type Found = Record<string, Record<string, unknown>[]>;

/** Raw deliveries, read one page after the other: a body may be of any bytes, and JSON may write letters as numbers. */
async function eventsOf(db: Db | Trx, word: RegExp): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  for (let last = '0'; ; ) {
    // oxlint-disable-next-line no-await-in-loop -- each page names the next
    const page = await db
      .selectFrom('event')
      .select(['id', 'source', 'received_at', 'subject', 'detail', 'body'])
      .where('id', '>', last)
      .orderBy('id')
      .limit(1000)
      .execute();
    for (const { body: bytes, ...row } of page) {
      const body = bytes.toString('utf8');
      const read = body.replaceAll(/\\u([\da-f]{4})/gi, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
      if (word.test(`${read}\n${row.subject ?? ''}\n${row.detail ?? ''}`)) found.push({ ...row, body });
    }
    last = page.at(-1)?.id ?? '';
    if (!last) return found;
  }
}

/** All rows in which somebody is named, by table. Launches, wrap-ups and cases name nobody. */
export async function findPerson(db: Db | Trx, text: string): Promise<Found> {
  const found: Found = {};
  const word = wordOf(text);
  for (const { table, found: where, shown } of places) {
    // oxlint-disable-next-line no-await-in-loop -- a handful
    const { rows } = await sql<Record<string, unknown> & { sought: string }>`
      select ${shown}, ${where} as sought from ${sql.table(table)}
      where ${where} ~* ${roughly(text)} order by id`.execute(db);
    const named = rows
      .filter(({ sought }) => word.test(sought))
      .map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'sought')));
    if (named.length) found[table] = named;
  }
  const events = await eventsOf(db, word);
  if (events.length) found.event = events;
  return found;
}

/** A value with the name taken out of its texts. */
function without(value: unknown, name: RegExp): unknown {
  if (typeof value === 'string') return value.replaceAll(name, erased);
  if (Array.isArray(value)) return value.map((each) => without(each, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, without(each, name)]));
}

/**
 * Takes somebody out: the name goes from sessions, notes' texts and pops, raw deliveries that hold it are deleted, and
 * tokens of that name are revoked. All at once, or nothing.
 * @returns how many rows of each table, and the cases whose notes on their desk hold the name: the bridge can't change those
 */
export async function erasePerson(db: Db, text: string): Promise<{ rows: Record<string, number>; notes: string[] }> {
  const name = wordOf(text, 'g');
  return db.transaction().execute(async (trx) => {
    const found = await findPerson(trx, text);
    // oxlint-disable-next-line no-await-in-loop -- one transaction is one connection
    for (const { id, data } of found.session ?? [])
      await sql`update session set data = ${JSON.stringify(without(data, name))}::jsonb where id = ${id}`.execute(trx);
    // oxlint-disable-next-line no-await-in-loop -- as above
    for (const { id, body } of found.outbox ?? [])
      await sql`update outbox set body = ${without(body, name)} where id = ${id}`.execute(trx);
    // oxlint-disable-next-line no-await-in-loop -- as above
    for (const { id } of found.event ?? []) await sql`delete from event where id = ${id}`.execute(trx);
    // oxlint-disable-next-line no-await-in-loop -- as above
    for (const { id } of found.pop ?? []) await sql`update pop set username = ${erased} where id = ${id}`.execute(trx);
    // oxlint-disable-next-line no-await-in-loop -- as above
    for (const { id } of found.token ?? [])
      await sql`update token set name = ${erased}, username = null, revoked_at = coalesce(revoked_at, now())
        where id = ${id}`.execute(trx);
    const notes = (found.outbox ?? [])
      .filter(({ state }) => state === 'done')
      .map(({ desk, kind, case_id: id }) => `${String(desk)} ${String(kind)} ${String(id)}`);
    return {
      rows: Object.fromEntries(Object.entries(found).map(([table, rows]) => [table, rows.length])),
      notes: [...new Set(notes)],
    };
  });
}

/** What was erased, in words. */
export function describeErased({ rows, notes }: Awaited<ReturnType<typeof erasePerson>>): string {
  const parts = Object.entries(rows).map(([table, n]) => `${n} of ${table}`);
  if (!parts.length) return 'Nobody of that name is known here.';
  return [
    `Taken out: ${parts.join(', ')}.`,
    'WorkLink still has the calls: a session that is read again brings its names back, so erase there first.',
    notes.length > 0 && 'Notes on these cases may hold the name; only their desk can change them:',
    ...notes.map((one) => `- ${one}`),
  ]
    .filter(Boolean)
    .join('\n');
}
