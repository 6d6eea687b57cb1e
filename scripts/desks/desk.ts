/**
 * What the set-ups of real desks share: a folder that is used again, commands that must succeed, and a server on
 * 127.0.0.1 that ends with whoever started it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ensurePackages, root } from '../bootstrap.mjs';

/** The technician's password on every desk of the tests. */
export const password = 'Secret-1234';

/** A desk that runs, as plain data that can be handed to another process; or why it cannot run here. */
export type Started<T> = { desk: T; stop(): Promise<void> } | { skipped: string };

/** Where a desk runs: both have defaults, a free port and a folder of the project. */
export type Where = { port?: number; dir?: string };

/** How a desk is set up and served. */
export type Plan = {
  /** For messages. */
  name: string;
  /** Its folder in `.data/desks`. */
  folder: string;
  packages: string[];
  /** Everything that decides what the first start writes: if it changes, the folder is made anew. */
  seed: string;
  /** Writes what every start needs anew, such as a configuration that names the port. */
  configure?: (dir: string, port: number) => void;
  /** Fills a fresh folder. */
  initialise: (dir: string, env: NodeJS.ProcessEnv) => Promise<void>;
  /** Environment of both. */
  env?: (dir: string) => Record<string, string>;
  serve: (dir: string, port: number) => { command: string; args: string[]; cwd?: string };
  /** Path that answers with 200 once it is up. */
  path: string;
};

/** What runs: the address, and the folder that holds all that changes. */
export type Served = { url: string; dir: string };

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Runs a command to its end.
 * @returns what it wrote to standard output
 * @throws Error with its output if it fails
 */
export function run(
  command: string,
  args: string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let told = '';
    let said = '';
    child.stdout.on('data', (data) => (told += data));
    child.stderr.on('data', (data) => (said += data));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(told);
      else reject(new Error(`${command} ${args.join(' ')} failed (${code}): ${told}${said}`));
    });
  });
}

/** Waits until the server answers; some compile their pages on the first call. */
async function answers(name: string, url: string, server: ChildProcess, log: string): Promise<void> {
  const end = Date.now() + 90_000;
  for (;;) {
    const page = await fetch(url, { signal: AbortSignal.timeout(30_000) }).catch(() => null);
    if (page?.ok) return;
    if (server.exitCode !== null || Date.now() > end)
      throw new Error(`${name} does not answer at ${url}: ${readFileSync(log, 'utf8').slice(-2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * Installs, initialises and starts a desk; an initialised folder is used again.
 * @returns what runs, or why it cannot run here
 */
export async function startDesk(plan: Plan, where: Where): Promise<Started<Served>> {
  const there = await ensurePackages(plan.packages);
  if (!there.ok) return { skipped: there.reason };
  const dir = where.dir ?? join(root, '.data', 'desks', plan.folder);
  const port = where.port ?? (await freePort());
  const mark = createHash('sha256').update(plan.seed).digest('hex');
  const ready = join(dir, 'ready');
  const fresh = !existsSync(ready) || readFileSync(ready, 'utf8') !== mark;
  if (fresh) rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  plan.configure?.(dir, port);
  const env = { ...process.env, ...plan.env?.(dir) };
  if (fresh) {
    await plan.initialise(dir, env);
    writeFileSync(ready, mark);
  }
  const url = `http://127.0.0.1:${port}`;
  const stop = await serve(plan, { url, dir }, port, env);
  return { desk: { url, dir }, stop };
}

async function serve(plan: Plan, { url, dir }: Served, port: number, env: NodeJS.ProcessEnv) {
  const log = join(dir, 'server.log');
  const out = openSync(log, 'w');
  const { command, args, cwd } = plan.serve(dir, port);
  const server = spawn(command, args, {
    env,
    ...(cwd && { cwd }),
    // A group of its own: the server's workers must end with it.
    detached: true,
    stdio: ['ignore', out, out],
  });
  server.on('error', (error) => writeFileSync(log, String(error)));
  const kill = () => {
    try {
      if (server.pid) process.kill(-server.pid, 'SIGTERM');
    } catch {
      // already gone
    }
  };
  process.once('exit', kill);
  const stop = () =>
    new Promise<void>((resolve) => {
      process.off('exit', kill);
      if (!server.pid || server.exitCode !== null || server.signalCode !== null) return resolve();
      server.once('exit', () => resolve());
      kill();
    });
  try {
    await answers(plan.name, url + plan.path, server, log);
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}
