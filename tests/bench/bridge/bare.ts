/**
 * What the bridge's inbox stands beside: the least that answers after a commit. The same framework, driver, pool and
 * database; a delivery's body goes into one table by one statement, which is its own transaction.
 */
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
await pool.query(
  `create table if not exists bare (
    id bigint generated always as identity primary key, at timestamptz not null default now(), body bytea not null
  )`,
);
const app = new Hono();
app.post('/', async (c) => {
  await pool.query('insert into bare (body) values ($1)', [Buffer.from(await c.req.arrayBuffer())]);
  return c.body(null, 200);
});
const server = createAdaptorServer({ fetch: app.fetch });
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) console.log(`bridge listening on http://127.0.0.1:${address.port}`);
});
process.on('SIGTERM', () => process.exit(0));
