import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { migrate, openDb } from '../../bridge/db.ts';
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
