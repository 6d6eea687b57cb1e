/** The embedded PostgreSQL, with real servers of its own. As root everything here runs as root. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { link, startPostgres } from '../../bridge/postgres.ts';

const made: string[] = [];
const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-pg-'));
  made.push(dir);
  return dir;
};
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});

async function ask(connectionString: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client
    .query(text)
    .then(({ rows }) => rows as unknown[])
    .finally(() => client.end());
}

test('in a clone below a folder that is closed to others: up, joined, ended, up again with what was stored', async () => {
  // mkdtemp's folders have mode 0700, as /root has.
  const closed = folder();
  expect(statSync(closed).mode & 0o777).toBe(0o700);
  const dataDir = join(closed, 'clone', '.data');
  // At once, as a bridge and a command of its would.
  const [one, two] = await Promise.all([startPostgres(dataDir), startPostgres(dataDir)]);
  try {
    expect(two.url).toBe(one.url);
    await ask(one.url, 'create table kept (n int)');
    await ask(two.url, 'insert into kept values (1)');
    expect(await ask(one.url, 'show fsync')).toEqual([{ fsync: 'on' }]);
    expect(await ask(one.url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    if (process.getuid?.() === 0) expect(one.data).toMatch(/^\/var\/tmp\//);
    else expect(one.data).toBe(join(dataDir, 'pg'));
    // Nobody gets in without the password, and nobody but its owner reads that.
    await expect(ask(one.url.replace(/:[^:@]*@/, ':wrong@'), 'select 1')).rejects.toThrow(/password/);
    expect(statSync(join(one.data, 'deskcall-password')).mode & 0o077).toBe(0);
    // Left running while another bridge is connected.
    const bridge = new pg.Client({ connectionString: one.url, application_name: 'deskcall bridge' });
    await bridge.connect();
    await one.stop();
    expect((await bridge.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
    await bridge.end();
    await one.stop();
    expect(existsSync(join(one.data, 'postmaster.pid'))).toBe(false);
    const again = await startPostgres(dataDir);
    expect(await ask(again.url, 'select n from kept')).toEqual([{ n: 1 }]);
    await again.stop();
    expect(existsSync(join(one.data, 'postmaster.pid'))).toBe(false);
  } finally {
    if (one.data.startsWith('/var/tmp/deskcall-data-')) rmSync(dirname(one.data), { recursive: true, force: true });
  }
});

test('one that is killed comes back on its port, though what is left of it is in the way for a while', async () => {
  const dataDir = folder();
  const one = await startPostgres(dataDir);
  const busy = new pg.Client({ connectionString: one.url });
  busy.on('error', () => {});
  try {
    await busy.connect();
    // Work that does not notice that its server is gone, and keeps the next one from starting.
    const worked = busy.query('select count(*) from generate_series(1, 20000000)').catch(() => {});
    await expect
      .poll(() =>
        ask(
          one.url,
          `select 1 as n from pg_stat_activity where query like '%generate\\_series%' and pid <> pg_backend_pid()`,
        ),
      )
      .toEqual([{ n: 1 }]);
    process.kill(Number(readFileSync(join(one.data, 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
    const again = await startPostgres(dataDir);
    expect(again.url).toBe(one.url);
    expect(await ask(again.url, 'select 1 as n')).toEqual([{ n: 1 }]);
    await worked;
    await again.stop();
  } finally {
    if (one.data.startsWith('/var/tmp/deskcall-data-')) rmSync(dirname(one.data), { recursive: true, force: true });
  }
});

test('an install without scripts lacks the links between libraries: they are made, and made again without harm', () => {
  const native = join(folder(), 'native');
  mkdirSync(join(native, 'lib'), { recursive: true });
  writeFileSync(join(native, 'lib', 'libx.so.1.2'), 'x');
  const links = ['native/lib/libx.so', 'native/lib/libx.so.1'];
  writeFileSync(
    join(native, 'pg-symlinks.json'),
    JSON.stringify(links.map((target) => ({ source: 'native/lib/libx.so.1.2', target }))),
  );
  link(native);
  link(native);
  expect(readlinkSync(join(native, 'lib', 'libx.so'))).toBe('libx.so.1.2');
  expect(readFileSync(join(native, 'lib', 'libx.so.1'), 'utf8')).toBe('x');
});
