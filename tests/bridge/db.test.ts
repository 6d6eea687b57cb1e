import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import { migrate, openDb, openPipe, together } from '../../bridge/db.ts';
import { migrations } from '../../bridge/migrations.ts';
import { installedPostgres } from './installed.ts';
import { makeServer } from './server.ts';
import { makeDatabase } from './world.ts';

test('of several that start at once one brings the tables up to date, and the others wait for it', async () => {
  const { url, drop } = await makeDatabase();
  const all = [1, 2, 3].map(() => openDb(url, () => {}));
  const steps = ['create table one (n int)', 'create table two (n int); insert into one values (1)'];
  try {
    const done = await Promise.all(all.map(({ db }) => migrate(db, steps)));
    expect(done.toSorted((a, b) => a - b)).toEqual([0, 0, 2]);
    const [first] = all;
    expect((await sql<{ n: number }>`select n from one`.execute(first!.db)).rows).toEqual([{ n: 1 }]);
  } finally {
    await Promise.all(all.map(({ db }) => db.destroy()));
    await drop();
  }
});

test('a step that fails leaves nothing of itself, and the next start goes on from there', async () => {
  const { url, drop } = await makeDatabase();
  const { db } = openDb(url, () => {});
  try {
    await expect(
      migrate(db, ['create table one (n int)', 'create table two (n int); select nonsense']),
    ).rejects.toThrow(/nonsense/);
    expect(await migrate(db, ['create table one (n int)', 'create table two (n int)'])).toBe(1);
    await expect(migrate(db, ['create table one (n int)'])).rejects.toThrow(/newer/);
  } finally {
    await db.destroy();
    await drop();
  }
});

// The embedded one is 18. Debian's may be as old as 15.
test.for(installedPostgres())('the tables are made on $name', async ({ bin }) => {
  const server = await makeServer(bin);
  const { db } = openDb(server.url, () => {});
  try {
    expect(await migrate(db)).toBe(migrations.length);
    expect(await migrate(db)).toBe(0);
  } finally {
    await db.destroy();
    await server.close();
  }
});

const endSelf = sql`select pg_terminate_backend(pg_backend_pid())`;

test('a connection that is lost in use costs what was under way on it, and is told; the process goes on', async () => {
  const { url, drop } = await makeDatabase();
  const lost: Error[] = [];
  const { db } = openDb(url, (error) => lost.push(error));
  try {
    await expect(db.transaction().execute((trx) => endSelf.execute(trx))).rejects.toThrow(/terminat/);
    await vi.waitFor(() =>
      expect(lost).toEqual([expect.objectContaining({ message: expect.stringMatching(/terminat/) })]),
    );
    expect((await sql<{ n: number }>`select 1 as n`.execute(db)).rows).toEqual([{ n: 1 }]);
  } finally {
    await db.destroy();
    await drop();
  }
});

test('a database that vanishes without a word holds nobody up for ever', async () => {
  const { url, drop } = await makeDatabase();
  const { db } = openDb(url, () => {});
  // Between the two, as a network that drops everything.
  let isGone = false;
  const sockets = new Set<Socket>();
  const between = createServer((near) => {
    const far = connect(Number(new URL(url).port), '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (data) => isGone || to.write(data)).on('error', () => {});
      from.on('close', () => to.destroy());
    }
  });
  between.listen(0, '127.0.0.1');
  await once(between, 'listening');
  const by = new URL(url);
  by.port = String((between.address() as AddressInfo).port);
  const pipe = openPipe(by.href, () => {}, db, 300);
  const one = sql<{ n: number }>`select 1 as n`;
  try {
    await pipe.transaction((send) => send(one));
    isGone = true;
    await expect(pipe.transaction((send) => send(one))).rejects.toThrow(/timeout/);
    isGone = false;
    expect((await pipe.transaction((send) => send(one))).rows).toEqual([{ n: 1 }]);
    const held = await sql<{ at: string }>`show idle_in_transaction_session_timeout`.execute(db);
    expect(held.rows).toEqual([{ idle_in_transaction_session_timeout: '5min' }]);
  } finally {
    await pipe.end();
    for (const socket of sockets) socket.destroy();
    between.close();
    await db.destroy();
    await drop();
  }
});

test('what is sent through the pipe in a transaction is there whole or not at all', async () => {
  const { url, drop } = await makeDatabase();
  const { db } = openDb(url, () => {});
  const pipe = openPipe(url, () => {}, db);
  const put = (n: number | null) => sql`insert into one values (${n}::int)`;
  const all = async () => (await pipe.send(sql<{ n: number }>`select n from one order by n`)).rows.map(({ n }) => n);
  try {
    await migrate(db, ['create table one (n int not null)']);
    await pipe.transaction((send) => together([send(put(1)), send(put(2))]));
    expect(await all()).toEqual([1, 2]);
    // The last is only sent when the middle one has failed already.
    const late = async (send: typeof pipe.send): Promise<unknown> => {
      await sql`select pg_sleep(0.05)`.execute(db);
      return send(put(5));
    };
    await expect(
      pipe.transaction((send) => together([send(put(3)), send(put(null)), send(put(4)), late(send)])),
    ).rejects.toThrow(/null value/);
    expect(await all()).toEqual([1, 2]);
    await expect(pipe.transaction((send) => together([send(put(6)), send(endSelf)]))).rejects.toThrow(/terminat/);
    await pipe.transaction((send) => send(put(7)));
    expect(await all()).toEqual([1, 2, 7]);
  } finally {
    await pipe.end();
    await db.destroy();
    await drop();
  }
});
