/**
 * Nothing is lost and nothing is written twice. `npm run test:loss` runs this alone, `-- --full` in the long sizes, also
 * on an installed PostgreSQL; `-- --seed N` repeats a run.
 */
import { afterEach, expect, test } from 'vitest';
import { installedPostgres } from './installed.ts';
import { runLoss, type Plan } from './loss.ts';
import { endAll } from './process.ts';
import { makeServer, type Database } from './server.ts';
import { makeDatabase } from './world.ts';

afterEach(endAll);

const full = process.env.DESKCALL_FULL === '1';
const seed = Number(process.env.DESKCALL_SEED) || Math.floor(Math.random() * 2 ** 31);
const short: Plan = { seed, bridges: 1, hooks: 200, kills: 3, seconds: 8, schema: 'old' };
const long: Plan = { seed, bridges: 1, hooks: 2000, kills: 10, databaseKills: 1, seconds: 90, schema: 'old' };

/** How long it may hang, in ms; then it says what is missing. */
const limit = full ? 1_800_000 : 120_000;

const installed = full ? installedPostgres() : [];
if (full && !installed.length)
  console.log('skipped: loss on an installed PostgreSQL: there is none of version 15 or newer in /usr/lib/postgresql');
const servers: { name: string; bin: string | undefined }[] = [
  { name: 'the embedded PostgreSQL', bin: undefined },
  ...installed,
];

/** What is wrong at the end. */
async function wrong(name: string, database: Database, plan: Plan): Promise<unknown> {
  const say = (line: string): void => console.log(line);
  say(`${name}, ${plan.bridges} bridges, ${plan.hooks} hooks, ${plan.kills} kills; to repeat: --seed ${seed}`);
  const { lost, twice, strange, exits, sessions } = await runLoss(database, plan, say, AbortSignal.timeout(limit));
  say(`${sessions} sessions`);
  return { lost, twice, strange, exits: exits.filter((code) => code !== 0) };
}
const nothing = { lost: [], twice: [], strange: [], exits: [] };

test.for(servers)(
  'every session is written back exactly once, on $name',
  { timeout: limit + 60_000 },
  async ({ name, bin }) => {
    const server = await makeServer(bin);
    try {
      expect(await wrong(name, server, full ? long : short)).toEqual(nothing);
    } finally {
      endAll();
      await server.close();
    }
  },
);

test(
  'three bridges that start at once, of which some are killed, do so together',
  async () => {
    const { url, drop } = await makeDatabase();
    try {
      const shared = { url, env: { DATABASE_URL: url }, close: drop };
      const plan = full ? { ...long, databaseKills: 0 } : { ...short, kills: 1, leave: true };
      expect(await wrong('one database', shared, { ...plan, bridges: 3, schema: 'today' })).toEqual(nothing);
    } finally {
      endAll();
      await drop();
    }
  },
  limit + 60_000,
);
