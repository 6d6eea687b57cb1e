/**
 * `npm run bridge -- check`: every connection is tried, nothing is written, and what comes out may be shown to others: no
 * address, no credential, no case and no person is in it.
 */
import { sql } from 'kysely';
import { direct } from '../lib/awaken.ts';
import { perform } from '../lib/http.ts';
import type { Config } from './config.ts';
import type { Db } from './db.ts';
import type { Desk } from './desks/index.ts';
import type { Named } from './match.ts';
import { desksOf } from './work.ts';
import { makeWorkLink, type Trouble } from './worklink.ts';

/** `open`: it could not be told, or is as it may be; nothing that has to be mended. */
type Finding = { what: string; state: 'ok' | 'open' | 'trouble'; says: string };

const found = (what: string, state: Finding['state'], says: string): Finding => ({ what, state, says });

async function worklinkFindings(config: NonNullable<Config['worklink']>, waits: Config['waits']): Promise<Finding[]> {
  const { request, retry, longestRetry } = waits;
  const worklink = makeWorkLink(config, { timeout: request, retry, longestRetry });
  const amiss = (what: string, { why }: Trouble) => [found(what, 'trouble', why)];
  const plan = await worklink.seen();
  if ('trouble' in plan) return amiss('WorkLink', plan);
  const version = worklink.version();
  const findings = [
    found('WorkLink', 'ok', `The token is taken${version ? `; the CMS calls itself ${version}` : ''}.`),
    plan.endless.length
      ? found(
          'WorkLink, schema',
          'trouble',
          `Sessions are ${plan.types.join(', ')}. Of ${plan.endless.join(', ')} the end is not told (endedAt, finishedAt), so no note is written when they end.`,
        )
      : found('WorkLink, schema', 'ok', `Sessions are ${plan.types.join(', ')}.`),
  ];
  for (const calls of [true, false]) {
    const name = calls ? 'calls' : 'scenario sessions';
    const list = plan.lists.find(({ field }) => field.startsWith('call') === calls);
    if (!list) {
      findings.push(
        found(`WorkLink, ${name}`, 'open', 'The schema has no list of them: one whose webhook is lost is not found.'),
      );
      continue;
    }
    // oxlint-disable-next-line no-await-in-loop -- two
    const page = await worklink.page(list.field);
    if ('trouble' in page) {
      findings.push(...amiss(`WorkLink, ${name}`, page));
      continue;
    }
    findings.push(
      found(
        `WorkLink, ${name}`,
        page.nodes.length ? 'ok' : 'open',
        [
          page.nodes.length
            ? 'The list shows some.'
            : 'The list is empty: there are none yet, or the token may not see the groups they are of.',
          list.filtered ? 'It is searched by external data.' : 'It can’t be searched by external data.',
          page.ordered ? `What is new is found by ${page.ordered}.` : 'It can’t be ordered.',
          list.by ? `Further pages are asked for by ${list.by}.` : 'It has one page only.',
        ].join(' '),
      ),
    );
  }
  const topics = await worklink.topics();
  const names = plan.webhooks.length
    ? `The schema has ${plan.webhooks.join(', ')}.`
    : 'The schema says nothing of them.';
  findings.push(
    topics && 'trouble' in topics
      ? found('WorkLink, webhook topics', 'open', `${names} ${topics.why}`)
      : found(
          'WorkLink, webhook topics',
          topics?.length ? 'ok' : 'open',
          topics?.length ? `${topics.join(', ')}.` : names,
        ),
  );
  return findings;
}

const ago = (at: Date): string => {
  const minutes = Math.round((Date.now() - at.getTime()) / 60_000);
  return minutes < 120
    ? `${minutes} min ago`
    : minutes < 2880
      ? `${Math.round(minutes / 60)} h ago`
      : `${Math.round(minutes / 1440)} days ago`;
};

async function hookFindings(db: Db, config: Config): Promise<Finding[]> {
  const hooks = await db.selectFrom('hook').select(['kind']).where('revoked_at', 'is', null).execute();
  const last = await db
    .selectFrom('event')
    .select(['source', 'via', (it) => it.fn.max('seen_at').as('at')])
    .groupBy(['source', 'via'])
    .execute();
  const lastOf = (source: string, via?: string): string => {
    const all = last.filter((row) => row.source === source && (via === undefined || row.via === via));
    const newest = Math.max(...all.map(({ at }) => new Date(at).getTime()));
    return all.length ? `The last delivery came ${ago(new Date(newest))}.` : 'None has come so far.';
  };
  const findings: Finding[] = [];
  if (config.worklink) {
    const count = hooks.filter(({ kind }) => kind === 'worklink').length;
    const topics = await db
      .selectFrom('event')
      .select(sql<string>`distinct headers ->> 'x-scope-topic'`.as('topic'))
      .where('source', '=', 'worklink')
      .where(sql<string>`headers ->> 'x-scope-topic'`, 'is not', null)
      .limit(20)
      .execute();
    findings.push(
      found(
        'Webhooks of WorkLink',
        count ? 'ok' : 'trouble',
        [
          count ? `${count} active.` : 'There is no address for them: npm run bridge -- hook create worklink',
          config.worklinkSecrets.length ? 'They have to be signed.' : 'They are not signed: the address is the secret.',
          lastOf('worklink'),
          topics.length ? `Topics so far: ${topics.map(({ topic }) => topic).join(', ')}.` : '',
        ]
          .filter(Boolean)
          .join(' '),
      ),
    );
  }
  for (const [key, { allowUnauthenticated, secrets }] of Object.entries(config.serviceoptimizer))
    findings.push(
      found(
        `ServiceOptimizer ${key}`,
        allowUnauthenticated ? 'open' : 'ok',
        `${allowUnauthenticated ? 'Anybody may send.' : `${secrets.length} of 2 secrets are set.`} ${lastOf('serviceoptimizer', key)}`,
      ),
    );
  return findings;
}

/** A case of a desk that may be looked at: the one that was named, else the last that is known. */
async function caseOn(db: Db, desk: string, named: readonly Named[]): Promise<Named | undefined> {
  const said = named.find((each) => each.desk === desk);
  if (said) return said;
  const row = await db
    .selectFrom('launch')
    .select(['kind', 'case_id'])
    .where('desk', '=', desk)
    .orderBy('received_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && { desk, kind: row.kind, id: row.case_id };
}

async function deskFinding(key: string, desk: Desk, known: Named | undefined): Promise<Omit<Finding, 'what'>> {
  if (!desk.record) return { state: 'open', says: 'It can’t be asked for a record, so it was not tried.' };
  if (!known || !desk.kinds.includes(known.kind))
    return {
      state: 'open',
      says: `No case of it is known yet, so it was not tried. Name one: npm run bridge -- check ${key}:KIND:ID`,
    };
  const record = await desk.ask(desk.record(known));
  if ('fault' in record) return { state: 'trouble', says: `It does not answer (${record.fault}).` };
  if (record.status === 401 || record.html)
    return { state: 'trouble', says: `It refuses the credential (${record.status}).` };
  if (record.status === 403) return { state: 'trouble', says: 'The API user may not see the record (403).' };
  if (desk.numberOf(record, known) === undefined)
    return {
      state: record.status === 404 ? 'open' : 'trouble',
      says: `It does not show the record (${record.status}).`,
    };
  const unfit = await desk.unfit?.((request) => desk.ask(request), record);
  if (unfit && 'unfit' in unfit) return { state: 'trouble', says: unfit.unfit };
  const writing = { text: '', marker: '', key: '' };
  const notes = desk.notes && (await desk.ask(desk.notes(known, writing, 1)));
  if (notes && ('fault' in notes || !desk.notesOf(notes, writing)))
    return { state: 'trouble', says: `It does not list notes (${'fault' in notes ? notes.fault : notes.status}).` };
  return {
    state: unfit ? 'open' : 'ok',
    says: `The credential is taken, the record is shown${notes ? ' and its notes are listed' : '; it can’t list notes'}. ${
      unfit ? 'Whether notes stay internal could not be told.' : 'Whether notes may be added is seen with the first.'
    }`,
  };
}

async function deskFindings(db: Db, config: Config, named: readonly Named[]): Promise<Finding[]> {
  const stopped = new Map((await db.selectFrom('stopped').selectAll().execute()).map((row) => [row.desk, row.reason]));
  return Promise.all(
    [...desksOf(config)].map(async ([key, desk]) => {
      const what = `Desk ${key} (${config.desks[key]?.type})`;
      const { state, says } = await deskFinding(key, desk, await caseOn(db, key, named));
      const reason = stopped.get(key);
      return reason === undefined
        ? found(what, state, says)
        : found(what, 'trouble', `Its notes are stopped: ${reason} Now: ${says}`);
    }),
  );
}

async function awakenFinding({ awaken }: Config): Promise<Finding[]> {
  if (!awaken) return [];
  const carrier = direct({
    now: Date.now,
    wait: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
    random: Math.random,
    perform,
    kept: { read: async () => null, keep: async () => {} },
  })(awaken.service, awaken.credentials);
  const verdict = await carrier.check();
  return [
    verdict
      ? found('Awaken', 'trouble', `It says: ${verdict.outcome}${verdict.status ? ` (${verdict.status})` : ''}.`)
      : found('Awaken', 'ok', 'The user gets a token; no pop was sent.'),
  ];
}

/**
 * Tries everything that is configured.
 * @param named cases to look at, one for each desk at most
 * @returns the report, and whether nothing has to be mended
 */
export async function check(
  db: Db,
  config: Config,
  named: readonly Named[],
): Promise<{ report: string; good: boolean }> {
  const { rows } = await sql<{ version: string; steps: string }>`
    select current_setting('server_version') as version, (select count(*) from migration) as steps`.execute(db);
  const [first] = rows;
  const findings = [
    found(
      'Database',
      'ok',
      `PostgreSQL ${first?.version}${config.databaseUrl ? '' : ', embedded'}; ${first?.steps} steps.`,
    ),
    ...(config.worklink
      ? await worklinkFindings(config.worklink, config.waits)
      : [found('WorkLink', 'open', 'It is not configured: webhooks are stored, and nothing is read.')]),
    ...(await hookFindings(db, config)),
    ...(await deskFindings(db, config, named)),
    ...(await awakenFinding(config)),
  ];
  const words = { ok: 'ok     ', open: 'open   ', trouble: 'TROUBLE' };
  let report = findings
    .map(({ what, state, says }) => `${words[state]}  ${what}: ${says}`.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' '))
    .join('\n');
  for (const each of config.secrets) if (each.length >= 4) report = report.replaceAll(each, '***');
  return { report, good: findings.every(({ state }) => state !== 'trouble') };
}
