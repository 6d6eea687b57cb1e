/**
 * Fossil 2 and its ticket pages, from Debian's package, on 127.0.0.1: pages with a strict content security policy.
 *
 * Outside facts, tried on Debian 12 (Fossil 2.21), 2026-11: it writes its own settings into HOME; as root it would
 * lock itself into a jail without `--nojail`; capabilities are letters, `fossil help user` lists the commands.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { password, run, startDesk, type Plan, type Started, type Where } from './desk.ts';

/** A running Fossil; plain data. `dir` holds its repository, which new tickets are written to. */
export type Fossil = { url: string; user: string; password: string; dir: string };

const repository = (dir: string): string => join(dir, 'desk.fossil');
const environment = (dir: string): Record<string, string> => ({ HOME: dir, FOSSIL_HOME: dir, USER: 'admin' });
const capabilities = 'hjnorswzc';

async function initialise(dir: string, env: NodeJS.ProcessEnv): Promise<void> {
  const at = ['-R', repository(dir)];
  const fossil = (...args: string[]) => run('fossil', args, { env, cwd: dir });
  await fossil('init', '--admin-user', 'admin', repository(dir));
  await fossil('user', 'new', 'agent', 'Alex Agent', password, ...at);
  await fossil('user', 'capabilities', 'agent', capabilities, ...at);
}

const plan: Plan = {
  name: 'Fossil',
  folder: 'fossil',
  packages: ['fossil'],
  seed: capabilities,
  configure: (dir) => mkdirSync(dir, { recursive: true }),
  initialise,
  env: environment,
  serve: (dir, port) => ({
    command: 'fossil',
    args: ['server', '--nojail', '--localhost', '--port', String(port), repository(dir)],
    // Inside a checkout it would serve that instead.
    cwd: dir,
  }),
  path: '/login',
};

/** The Debian packages that it needs. */
export const fossilPackages = plan.packages;

/** Installs, initialises and starts a Fossil; an initialised folder is used again. */
export async function startFossil(where: Where = {}): Promise<Started<Fossil>> {
  const started = await startDesk(plan, where);
  if ('skipped' in started) return started;
  return { desk: { ...started.desk, user: 'agent', password }, stop: () => started.stop() };
}

export type NewTicket = { title: string; subsystem: string; comment?: string };

/** Creates a ticket by the command line. @returns its hash, 40 hex digits */
export async function createTicket(fossil: Fossil, ticket: NewTicket): Promise<string> {
  const { title, subsystem, comment = 'The technician is on site.' } = ticket;
  const fields = { title, subsystem, status: 'Open', type: 'Incident', priority: 'High', icomment: comment };
  const said = await run(
    'fossil',
    ['ticket', 'add', '-R', repository(fossil.dir), '--user', fossil.user, ...Object.entries(fields).flat()],
    { env: { ...process.env, ...environment(fossil.dir) }, cwd: fossil.dir },
  );
  const hash = /\b[0-9a-f]{40}\b/.exec(said)?.[0];
  if (!hash) throw new Error(`Fossil refused the ticket: ${said}`);
  return hash;
}
