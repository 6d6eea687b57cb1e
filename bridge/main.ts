/**
 * `npm run bridge`: starts the bridge. `-- hook create worklink`, `-- hook revoke ID`, `-- token create --name … --scope …`,
 * `-- token revoke ID`, `-- desk resume KEY`, `-- desk retry KEY`, `-- worklink retry`, `-- cases import FILE`,
 * `-- check`, `-- unmatched`, `-- assign …` and `-- person …` set it up; they work while it runs.
 */
import { parseArgs } from 'node:util';
import { assignShape } from '../lib/api.ts';
import { assign, unmatched, type Refusal } from './assign.ts';
import { openDatabase, startBridge } from './bridge.ts';
import { check } from './check.ts';
import { readConfig, type Config } from './config.ts';
import { startJobs } from './jobs.ts';
import { createHook, createToken, readScopes, revoke } from './keys.ts';
import type { Db } from './db.ts';
import { makeLog, said, type Log } from './log.ts';
import type { Named } from './match.ts';
import { retryParked } from './outbox.ts';
import { describeErased, erasePerson, findPerson, textFault } from './person.ts';
import { NoDatabase } from './postgres.ts';
import { retryUnread } from './sessions.ts';
import { importFile } from './times/file.ts';
import { desksOf } from './work.ts';

const usage = `npm run bridge                                       starts the bridge
npm run bridge -- hook create worklink|awaken        makes an address for webhooks and prints it, once
npm run bridge -- hook revoke ID
npm run bridge -- token create --name NAME --scope launch,pop,pop:others,read,report,admin [--username AWAKEN-USERNAME]
npm run bridge -- token revoke ID
npm run bridge -- desk resume KEY                    goes on writing to a desk that refused its credential
npm run bridge -- desk retry KEY                     tries again what was parked for it
npm run bridge -- worklink retry                     reads again what WorkLink did not show
npm run bridge -- check [DESK:KIND:ID …]             tries every connection and says what is amiss
npm run bridge -- unmatched                          lists the sessions that are nobody's
npm run bridge -- assign SESSION DESK KIND ID        gives one to a case, or from one case to another
npm run bridge -- cases import FILE [--seen TIME]    says what a CSV file of cases would change; --save does it
npm run bridge -- person export NAME                 prints all in which somebody is named, as JSON
npm run bridge -- person erase NAME                  takes somebody out: docs/privacy.md`;

/** What can be asked for, and of how many words that may be. */
const words: Record<string, number> = {
  check: Infinity,
  unmatched: 1,
  assign: 5,
  'hook create': 3,
  'hook revoke': 3,
  'token create': 2,
  'token revoke': 3,
  'desk resume': 3,
  'desk retry': 3,
  'worklink retry': 2,
  'cases import': 3,
  'person export': 3,
  'person erase': 3,
};

const fail = (message: string): never => {
  console.error(message);
  process.exit(1);
};

/** A log on stderr, without what is no trouble. */
const quiet = ({ secrets }: Config): Log => ({
  ...makeLog(secrets, (line) => void process.stderr.write(line)),
  info: () => {},
});

/** What somebody may look through: one session a line. */
async function listed(db: Db): Promise<string> {
  const lines: string[] = [];
  for (let last = '0'; ; ) {
    // oxlint-disable-next-line no-await-in-loop -- each page names the next
    const page = await unmatched(db, last, 100);
    for (const { id, startedAt, firstAt, type, said: link, why } of page)
      lines.push(
        [id, startedAt ?? firstAt, type ?? 'unknown', `link: ${link.desk ?? '?'} ${link.number ?? link.id ?? '?'}`, why]
          // Links can be made by anybody, and terminals obey control characters.
          .map((each) => each.replaceAll(/[\p{C}\p{Z}]+/gu, ' '))
          .join('\t'),
      );
    last = page.at(-1)?.id ?? '';
    if (!last) break;
  }
  return lines.length ? lines.join('\n') : 'No session is unmatched.';
}

const refusals: Record<Refusal, string> = {
  session: 'There is no such session: npm run bridge -- unmatched lists them.',
  desk: 'No such desk or kind of record is configured.',
  record: 'The desk has no such record. Take the id that the desk has in its address.',
  silent: 'The desk did not answer. Try again later.',
  busy: 'The note of this session is being written. Try again in a minute.',
};

async function assigned(config: Config, db: Db, url: string, id: string, to: Parameters<typeof assign>[3]) {
  const jobs = await startJobs(url, quiet(config), config.waits.poll);
  try {
    const done = await assign({ config, db, jobs }, desksOf(config), id, to);
    if ('refused' in done) return fail(refusals[done.refused]);
    return done.note
      ? `Session ${id} belongs to ${to.desk} ${to.kind} ${to.id}; its note is written next.`
      : `Session ${id} belongs to ${to.desk} ${to.kind} ${to.id}; its note is written when it has ended.`;
  } finally {
    await jobs.stop(config.waits.shutdown);
  }
}

/** Does one thing with the database and ends. Its log goes to stderr: what is printed may be piped on. */
async function once(config: Config, work: (db: Db, url: string) => Promise<string>) {
  const { url, db, close } = await openDatabase(config, quiet(config));
  try {
    console.log(await work(db, url));
  } finally {
    await close();
  }
}

async function serve(config: Config): Promise<void> {
  const log = makeLog(config.secrets);
  const bridge = await startBridge(config, log);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      bridge.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error('could not stop in order', { error: said(error) });
          process.exit(1);
        },
      );
    });
  console.log(`bridge listening on ${bridge.url}`);
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      scope: { type: 'string' },
      username: { type: 'string' },
      seen: { type: 'string' },
      save: { type: 'boolean' },
    },
  });
  const [what, action, argument = ''] = positionals;
  const line = `${what} ${action}`;
  const known = what === undefined || Object.hasOwn(words, what) || Object.hasOwn(words, line);
  // A name of two words without its quotes would be that of everybody with the first.
  if (!known || positionals.length > (words[what ?? ''] ?? words[line] ?? 0)) fail(usage);

  const config = readConfig(process.env);
  if ('mistakes' in config) return fail(['The bridge does not start:', ...config.mistakes].join('\n- '));
  if (!what) return serve(config);

  if (what === 'hook' && action === 'create') {
    if (argument !== 'worklink' && argument !== 'awaken') return fail(usage);
    const base = (config.publicUrl ?? `http://${config.host}:${config.port}`).replace(/\/$/, '');
    return once(config, async (db) => {
      const made = await createHook(db, argument);
      return 'refused' in made
        ? fail(made.refused)
        : `Hook ${made.id}. This address is shown only now; keep it like a password:\n${base}/hooks/${argument}/${made.token}`;
    });
  }
  if (what === 'token' && action === 'create') {
    const may = readScopes(values.scope ?? '');
    if (!values.name || 'wrong' in may)
      return fail('wrong' in may && may.wrong.length ? `No such scope: ${may.wrong.join(', ')}.\n${usage}` : usage);
    const { name } = values;
    const username = values.username?.trim() || null;
    if (may.includes('pop') && !may.includes('pop:others') && !username)
      return fail(`Whose desktop is it that ${name} may pop to? Add --username, the name in Awaken.\n${usage}`);
    return once(config, async (db) => {
      const { id, token } = await createToken(db, name, may, username);
      return `Token ${id}, ${name}${username ? `, ${username} in Awaken` : ''}, may ${may.join(', ')}. It is shown only now; keep it like a password:\n${token}`;
    });
  }
  if (line === 'desk retry')
    return once(config, async (db) => {
      const count = await retryParked(db, argument);
      return count ? `${argument}: tried again: ${count}.` : fail(`Nothing is parked for ${argument}.`);
    });
  if (what === 'worklink')
    return once(config, async (db) => {
      const count = await retryUnread(db);
      return count ? `WorkLink is asked again for: ${count}.` : fail('There is nothing that could not be read.');
    });
  if (what === 'desk')
    return once(config, async (db) => {
      const { numDeletedRows } = await db.deleteFrom('stopped').where('desk', '=', argument).executeTakeFirst();
      return numDeletedRows ? `${argument} is written to again.` : fail(`${argument} was not stopped.`);
    });
  if (what === 'check') {
    const named = positionals.slice(1).flatMap((each): Named[] => {
      const [desk = '', kind = '', ...id] = each.split(':');
      return id.length ? [{ desk, kind, id: id.join(':') }] : fail(usage);
    });
    return once(config, async (db) => {
      const { report, good } = await check(db, config, named);
      if (!good) process.exitCode = 2;
      return report;
    });
  }
  if (what === 'unmatched') return once(config, listed);
  if (what === 'assign') {
    const [, session = '', desk = '', kind = '', id = ''] = positionals;
    const to = assignShape.safeParse({ desk, kind, id });
    if (!/^\d{1,18}$/.test(session) || !to.success) return fail(usage);
    return once(config, (db, url) => assigned(config, db, url, session, to.data));
  }
  if (what === 'person') {
    const fault = textFault(argument);
    if (fault) return fail(`${fault}\n${usage}`);
    return once(config, async (db) =>
      action === 'export'
        ? JSON.stringify(await findPerson(db, argument), null, 2)
        : describeErased(await erasePerson(db, argument)),
    );
  }
  if (what === 'cases') {
    const seen = values.seen === undefined ? undefined : new Date(values.seen);
    if (!argument || (seen && Number.isNaN(seen.getTime()))) return fail(usage);
    return once(config, (db) => importFile(db, argument, values.save === true, seen));
  }
  if (!/^\d{1,18}$/.test(argument)) return fail(usage);
  return once(config, async (db) =>
    (await revoke(db, what as 'hook' | 'token', argument))
      ? `The ${what} ${argument} is revoked.`
      : fail(`There is no active ${what} ${argument}.`),
  );
}

main().catch((error: unknown) =>
  fail(error instanceof NoDatabase ? error.message : String((error as Error).stack ?? error)),
);
