/** What is measured, with bridges as processes of their own on a database that holds many sessions already. */
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { openDb } from '../../../bridge/db.ts';
import { createHook, createToken } from '../../../bridge/keys.ts';
import { newLaunchId } from '../../../lib/worklink.ts';
import { serveCms } from '../../../sandbox/worklink.ts';
import { serveDesks } from '../../bridge/desk.ts';
import { originOf, run, type Run } from '../../bridge/process.ts';
import { single, type Figure } from '../report.ts';
import { median, quantile } from '../stats.ts';
import { send, type Sent } from './hooks.ts';

/** Open connections of the sender. */
const connections = 32;

const named = (count: number): string => count.toLocaleString('en');

export type Server = {
  /** The database with the stored sessions; and one beside it. */
  url: string;
  bare: string;
  ask: (text: string) => Promise<unknown[]>;
  close: () => Promise<void>;
};

/** Sessions that are over, each with its launch, three webhooks and a note. */
const fill = (stored: number): string[] => [
  `insert into deskcall.launch (id, desk, kind, case_id, target, surface, launched_at, state)
    select translate(lpad(to_hex(n), 12, 'A'), '0189abcdef', 'GHIJABCDEF'), 'rt', 'ticket', n::text, 't', 'button', now(), 'seen'
    from generate_series(1, ${stored}) n on conflict do nothing`,
  `insert into deskcall.session (resource_id, type, state, read_at, data, started_at, ended_at, milliseconds, match, desk, kind, case_id)
    select 'stored' || md5(n::text), 'Call', 'read', now(), '{"externalData":{"desk":"rt"}}', now() - interval '10 min', now(), 600000,
      'launch', 'rt', 'ticket', n::text
    from generate_series(1, ${stored}) n`,
  `insert into deskcall.event (source, via, same, headers, body, kind, subject, verb, state)
    select 'worklink', '1', sha256((n || '.' || m)::bytea), '{"content-type":"application/json"}', repeat('x', 300)::bytea,
      'Call', 'stored' || md5(n::text), 'updated', 'taken'
    from generate_series(1, ${stored}) n, generate_series(1, 3) m`,
  `insert into deskcall.outbox (desk, kind, case_id, session_id, action, marker, body, state, done_at)
    select 'rt', 'ticket', case_id, id, 'note', 'WL-' || md5(id::text), repeat('x', 200), 'done', now()
    from deskcall.session`,
];

/** Makes both databases and stores so many sessions in one of them. */
export async function openServer(client: pg.Client, url: string, stored: number): Promise<Server> {
  const name = `bench_${randomBytes(6).toString('hex')}`;
  for (const each of [name, `${name}_bare`]) await client.query(`create database ${each}`);
  const other = (database: string): string => url.replace(/\/[^/]*$/, `/${database}`);
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-bench-'));
  const bridge = await startBridge(other(name), {}, {});
  await bridge.stop();
  const { db, pool } = openDb(other(name), () => {}, 2);
  for (const text of fill(stored)) await pool.query(text);
  await pool.query('vacuum analyze');
  await client.query('checkpoint');
  return {
    url: other(name),
    bare: other(`${name}_bare`),
    ask: async (text) => (await pool.query(text)).rows as unknown[],
    async close() {
      await db.destroy();
      for (const each of [name, `${name}_bare`]) await client.query(`drop database ${each} with (force)`);
      rmSync(dir, { recursive: true });
    },
  };
}

type Running = { origin: string; run: Run; stop(): Promise<void> };

async function started(process: Run, after = () => {}): Promise<Running> {
  return {
    origin: await originOf(process),
    run: process,
    async stop() {
      process.child.kill('SIGTERM');
      await process.ended;
      after();
    },
  };
}

function startBridge(url: string, file: object, secrets: Record<string, string>): Promise<Running> {
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-bench-'));
  const BRIDGE_CONFIG = join(dir, 'bridge.config.json');
  // Whoever sends as fast as can be is one hook.
  writeFileSync(BRIDGE_CONFIG, JSON.stringify({ limits: { hook: 1_000_000 }, ...file }));
  return started(run([], { DATABASE_URL: url, BRIDGE_CONFIG, ...secrets }), () => rmSync(dir, { recursive: true }));
}

async function makeHook(url: string): Promise<string> {
  const { db } = openDb(url, () => {}, 1);
  await db.updateTable('hook').set({ revoked_at: new Date() }).where('revoked_at', 'is', null).execute();
  const made = await createHook(db, 'worklink');
  await db.destroy();
  if ('refused' in made) throw new Error(made.refused);
  return `/hooks/worklink/${made.token}`;
}

/** Takes away what a load left, so that the next measure begins as this one did. */
async function clear({ ask }: Server): Promise<void> {
  await ask(`delete from deskcall.session where resource_id like 'load%'`);
  await ask(`delete from deskcall.event where subject like 'load%'`);
  await ask(`delete from deskcall_jobs.job`);
  await ask('vacuum analyze');
  await ask('checkpoint');
}

/** As in use, with a WorkLink that knows none of the calls: the bridge keeps asking it, twice a second. */
async function openBridge(
  server: Server,
): Promise<{ hook: string; bridge: Running; cms: string; close: () => Promise<void> }> {
  const path = await makeHook(server.url);
  const cms = await serveCms();
  const bridge = await startBridge(server.url, { worklink: { url: cms.url } }, { WORKLINK_TOKEN: cms.token });
  return {
    hook: bridge.origin + path,
    bridge,
    cms: cms.url,
    async close() {
      await bridge.stop();
      await cms.close();
      await clear(server);
    },
  };
}

/** Webhooks a second, in turns with the bare endpoint. */
export async function throughput(server: Server, stored: number, rounds: number, seconds: number): Promise<Figure[]> {
  const { hook, cms, close } = await openBridge(server);
  const bare = await started(run([], { DATABASE_URL: server.bare }, 'tests/bench/bridge/bare.ts'));
  const sent: Record<'bridge' | 'bare', Sent[]> = { bridge: [], bare: [] };
  const one = async (which: 'bridge' | 'bare', length: number) =>
    send(which === 'bare' ? bare.origin : hook, { seconds: length }, connections, cms);
  // Once for nothing: what is compiled and opened on first use is no part of it.
  for (const which of ['bare', 'bridge'] as const) await one(which, 1);
  for (let round = 0; round < rounds; round += 1)
    for (const which of round % 2 ? (['bare', 'bridge'] as const) : (['bridge', 'bare'] as const))
      sent[which].push(await one(which, seconds));
  await bare.stop();
  await close();
  const rates = (which: 'bridge' | 'bare') => sent[which].map((each) => each.count / each.seconds);
  const took = (which: 'bridge' | 'bare') => sent[which].flatMap((each) => each.took);
  const say = (which: 'bridge' | 'bare', name: string): Figure[] => [
    { what: `${name}: webhooks a second`, value: median(rates(which)), unit: '/s', samples: rates(which) },
    single(`${name}: answer, p50`, quantile(took(which), 0.5), 'ms'),
    single(`${name}: answer, p99`, quantile(took(which), 0.99), 'ms'),
  ];
  return [
    ...(stored === 10_000 ? say('bare', 'bare endpoint') : []),
    ...say('bridge', `${named(stored)} stored`),
    {
      what: `${named(stored)} stored: bridge / bare`,
      value: median(rates('bridge').map((rate, n) => rate / (rates('bare')[n] ?? Number.NaN))),
      unit: '',
      aim: { least: 0.5, unit: '' },
    },
  ];
}

/** Of the process, in MB. */
function memoryOf({ child }: Run): number {
  const kB = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
  return Number(kB) / 1024;
}

/** What the bridge's process keeps in memory while webhooks come. */
export async function memory(server: Server, stored: number, count: number): Promise<Figure[]> {
  const { hook, bridge, cms, close } = await openBridge(server);
  await send(hook, { count: 1000 }, connections, cms);
  const first = memoryOf(bridge.run);
  await send(hook, { count: count - 1000 }, connections, cms);
  const last = memoryOf(bridge.run);
  await close();
  return [
    single(`${named(stored)} stored: memory after 1,000 webhooks`, first, 'MB'),
    single(`${named(stored)} stored: memory after ${named(count)} webhooks`, last, 'MB'),
  ];
}

type Rate = { perMinute: number; count: number };

/** From the webhook of an ended call to its note on the desk, at a steady rate. */
export async function notes(server: Server, stored: number, rates: Rate[]): Promise<Figure[]> {
  const cms = await serveCms();
  const sentAt = new Map<string, number>();
  const took: number[] = [];
  let done = (): void => {};
  const desk = await serveDesks({
    onNote(where) {
      took.push(performance.now() - (sentAt.get(where) ?? Number.NaN));
      done();
    },
  });
  const path = await makeHook(server.url);
  const { db } = openDb(server.url, () => {}, 1);
  const { token } = await createToken(db, 'bench', ['launch']);
  await db.destroy();
  const bridge = await startBridge(
    server.url,
    {
      // The standard is 2 a second, which is not enough for 1,000 a minute.
      worklink: { url: cms.url, requestsPerSecond: 100 },
      desks: { rt: desk.desks.rt },
    },
    { WORKLINK_TOKEN: cms.token, DESK_RT_TOKEN: desk.token },
  );
  const figures: Figure[] = [];
  let ticket = stored * 10;
  for (const { perMinute, count } of rates) {
    took.length = 0;
    const all = new Promise<void>((resolve) => {
      done = () => took.length === count && resolve();
    });
    const start = performance.now();
    for (let n = 0; n < count; n += 1) {
      await new Promise((resolve) => {
        setTimeout(resolve, Math.max(0, start + (n * 60_000) / perMinute - performance.now()));
      });
      ticket += 1;
      const id = String(ticket);
      const launchId = newLaunchId();
      const launch = { launchId, desk: 'rt', kind: 'ticket', id, at: new Date().toISOString() };
      const told = await fetch(`${bridge.origin}/api/launches`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify({ launches: [launch] }),
      });
      if (told.status !== 200) throw new Error(`The launch was answered with ${told.status}: ${await told.text()}`);
      const call = cms.add({
        externalData: { launch_id: launchId, desk: 'rt', case_id: `ticket:${id}`, work_order_id: id },
      });
      sentAt.set(`rt ${id}`, performance.now());
      void cms.announce(bridge.origin + path, call, 'completed');
    }
    await all;
    const what = `${named(stored)} stored, ${named(perMinute)} a minute: webhook to note`;
    figures.push(single(`${what}, p50`, quantile(took, 0.5), 'ms'), single(`${what}, p99`, quantile(took, 0.99), 'ms'));
  }
  await bridge.stop();
  await Promise.all([cms.close(), desk.close()]);
  return figures;
}
