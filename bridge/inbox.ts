/** What was delivered is stored as it came, together with the work that follows from it, in one transaction. */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { makeBatch } from './batch.ts';
import { sendIn, together, type Db, type Send, type Source, type Trx } from './db.ts';
import type { JobRunner } from './jobs.ts';
import type { Parts } from './server.ts';

export type Delivery = {
  source: Source;
  /** The hook's id, or the instance's key. */
  via: string;
  remote?: string;
  signed?: boolean;
  /** Those that say something; never one that holds a secret. */
  headers: Record<string, string>;
  body: Buffer;
  /** What two deliveries of the same thing have in common. */
  same: readonly (string | Buffer)[];
  kind?: string;
  subject?: string;
  verb?: string;
  /** What else is known, as it was said. */
  detail?: string;
  state: 'taken' | 'ignored' | 'parked';
  reason?: string;
  /** Where the subject is to be had without GraphQL; of WorkLink's own origin. */
  url?: string;
};

/** What two deliveries of the same thing have in common, as one value. */
function sameOf({ source, via, same }: Delivery): Buffer {
  const hash = createHash('sha256');
  // Each with its length, so that no two lists run together to the same.
  for (const part of [source, via, ...same]) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest();
}

/**
 * Stores deliveries; a repetition within the given time is counted on the one that is there.
 * @param within seconds
 * @returns of each whether it is new
 */
export async function storeAll(send: Send, deliveries: readonly Delivery[], within: number): Promise<boolean[]> {
  const sames = deliveries.map(sameOf);
  // Of those that come in one batch the first stands for all.
  const times = new Map<string, number>();
  for (const same of sames) times.set(same.toString('hex'), (times.get(same.toString('hex')) ?? 0) + 1);
  const firsts = [...times.keys()].map((hex) => sames.findIndex((same) => same.toString('hex') === hex));
  // All in one order, so that no two batches wait for each other.
  firsts.sort((one, other) => sames[one]!.compare(sames[other]!));
  const each = <T>(read: (delivery: Delivery, same: Buffer) => T): T[] =>
    firsts.map((n) => read(deliveries[n]!, sames[n]!));
  // Of two that come at once the second waits for the first, and so sees it.
  const locked = send(sql`select pg_advisory_xact_lock(one, other) from unnest(
    ${each((_, same) => same.readInt32BE(0))}::integer[], ${each((_, same) => same.readInt32BE(4))}::integer[]
  ) as key (one, other)`);
  const inserted = send(sql<{ same: Buffer }>`
    with come as (
      select * from unnest(
        ${each(({ source }) => source)}::text[],
        ${each(({ via }) => via)}::text[],
        ${each((_, same) => same)}::bytea[],
        ${each((_, same) => times.get(same.toString('hex')))}::integer[],
        ${each(({ remote }) => remote ?? null)}::text[],
        ${each(({ signed }) => signed ?? false)}::boolean[],
        ${each(({ headers }) => JSON.stringify(headers))}::jsonb[],
        ${each(({ body }) => body)}::bytea[],
        ${each(({ kind }) => kind ?? null)}::text[],
        ${each(({ subject }) => subject ?? null)}::text[],
        ${each(({ verb }) => verb ?? null)}::text[],
        ${each(({ detail }) => detail ?? null)}::text[],
        ${each(({ state }) => state)}::text[],
        ${each(({ reason }) => reason ?? null)}::text[]
      ) as one (source, via, same, times, remote, signed, headers, body, kind, subject, verb, detail, state, reason)
    ), known as (
      update event set times = event.times + come.times, seen_at = now() from come
      where event.same = come.same and event.received_at > now() - make_interval(secs => ${within})
      returning event.same
    )
    insert into event (source, via, same, times, remote, signed, headers, body, kind, subject, verb, detail, state, reason)
    select * from come where same not in (select same from known)
    returning same`);
  const [{ rows }] = await together([inserted, locked]);
  const stored = new Set(rows.map(({ same }) => same.toString('hex')));
  return sames.map((same) => stored.delete(same.toString('hex')));
}

/** Stores one delivery. @returns whether it is new */
export async function store(trx: Trx, delivery: Delivery, within: number): Promise<boolean> {
  return (await storeAll(sendIn(trx), [delivery], within))[0] ?? false;
}

/** A record of WorkLink's, by its id; what it is called, and where it is to be had without GraphQL, as far as somebody said. */
export type Wanted = { resource: string; type?: string | undefined; url?: string | undefined };

/**
 * Records of WorkLink's are to be read, soon.
 * @param settle seconds until they are; more hints by then cost nothing
 * @param quiet whether nobody waits for them: whatever else is to be read goes first, and nothing is written to a case
 */
export async function askToReadAll(
  send: Send,
  jobs: JobRunner,
  wanted: readonly Wanted[],
  settle: number,
  quiet = false,
): Promise<void> {
  // Each once and all in one order: two transactions that ask for the same ones never wait for each other.
  const once = new Map<string, Wanted & { times: number }>();
  for (const { resource, type, url } of wanted.toSorted((one, other) => (one.resource < other.resource ? -1 : 1))) {
    const known = once.get(resource);
    once.set(resource, { resource, type: type ?? known?.type, url: url ?? known?.url, times: (known?.times ?? 0) + 1 });
  }
  const rows = [...once.values()];
  if (!rows.length) return;
  const hinted = send(sql`
    insert into session (resource_id, type, url, asked, quiet, next_at)
    select resource, type, url, times, ${quiet}, now() + make_interval(secs => ${settle})
    from unnest(
      ${rows.map(({ resource }) => resource)}::text[],
      ${rows.map(({ type }) => type ?? null)}::text[],
      ${rows.map(({ url }) => url ?? null)}::text[],
      ${rows.map(({ times }) => times)}::integer[]
    ) as hint (resource, type, url, times)
    on conflict (resource_id) do update set
      asked = session.asked + excluded.asked,
      state = 'waiting',
      reason = null,
      tries = 0,
      unseen = 0,
      type = coalesce(session.type, excluded.type),
      url = coalesce(excluded.url, session.url),
      quiet = session.quiet and excluded.quiet,
      -- A storm must not put it off for ever.
      next_at = case when session.state = 'waiting' then least(session.next_at, excluded.next_at) else excluded.next_at end
  `);
  const asked = jobs.askAll(
    'read',
    // By a key of its own, or a hint that comes meanwhile would wait as long.
    rows.map(({ resource }) => ({ key: quiet ? `${resource} quiet` : resource, data: { resource } })),
    settle,
    send,
    quiet,
  );
  await together([hinted, asked]);
}

/** One record of WorkLink's is to be read. */
export const askToRead = (
  trx: Trx,
  jobs: JobRunner,
  resource: string,
  settle: number,
  quiet?: boolean,
): Promise<void> => askToReadAll(sendIn(trx), jobs, [{ resource }], settle, quiet);

/**
 * WorkLink's deliveries, each stored together with the reading that it asks for; those that come at the same time in
 * one transaction. Resolves after the commit. @returns whether it is new
 */
export const makeInbox = ({ config, pipe, jobs }: Parts): ((delivery: Delivery) => Promise<boolean>) =>
  makeBatch((deliveries) =>
    pipe.transaction(async (send) => {
      // A repetition may be a new event that looks the same, so it asks as well: at most it costs a reading.
      const told = deliveries.flatMap(({ state, subject, kind, url }) =>
        state === 'taken' && subject ? [{ resource: subject, type: kind, url }] : [],
      );
      const [isNew] = await together([
        storeAll(send, deliveries, config.waits.repetition),
        askToReadAll(send, jobs, told, config.waits.settle),
      ]);
      return isNew;
    }),
  );

/** So many at a time, so that nobody who delivers has to wait. */
const batch = 5000;

/**
 * Takes away raw deliveries that are older than `keep` seconds. Of what happened to jobs it stays that it happened: their
 * own server forgets jobs that are cancelled, and the history of cases tells of them.
 * @returns how many
 */
export async function forget(db: Db, keep: number): Promise<number> {
  const old = sql`received_at < now() - make_interval(secs => ${keep})`;
  const job = sql`source = 'serviceoptimizer' and state = 'taken'`;
  const steps = [
    sql`delete from event where id in (select id from event where ${old} and not (${job}) limit ${batch})`,
    sql`update event set body = '', headers = '{}', remote = null
      where id in (select id from event where ${old} and ${job} and octet_length(body) > 0 limit ${batch})`,
  ];
  let all = 0;
  for (const step of steps)
    for (let count = batch; count === batch; all += count) {
      // oxlint-disable-next-line no-await-in-loop -- so that each takes little time
      const { numAffectedRows = 0n } = await step.execute(db);
      count = Number(numAffectedRows);
    }
  return all;
}
