/** What `npm run bridge -- check` says of connections that are as they should be, and of others. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { newLaunchId } from '../../lib/worklink.ts';
import { check } from '../../bridge/check.ts';
import { serveAwaken } from '../../sandbox/awaken.ts';
import { serveDesks, type DesksServer } from '../../sandbox/desks.ts';
import { schemas } from '../../sandbox/worklink-schemas.ts';
import { serveCms, type CmsServer } from '../../sandbox/worklink.ts';
import { sandboxDesks } from './desks-config.ts';
import { endAll, run } from './process.ts';
import { makeConfig, makeWorld, type World } from './world.ts';

let cms: CmsServer;
let desks: DesksServer;
let world: World;
let file: object = {};
let env: Record<string, string> = {};
beforeAll(async () => {
  cms = await serveCms();
  desks = await serveDesks();
  const sandbox = sandboxDesks(desks);
  const { plain } = sandbox.file;
  file = {
    worklink: { url: cms.url, requestsPerSecond: 100 },
    desks: { plain },
    serviceoptimizer: { main: {} },
    waits: { poll: 60, request: 2 },
  };
  env = { WORKLINK_TOKEN: cms.token, SERVICEOPTIMIZER_MAIN_SECRET: 'S3CRET-jwt', ...sandbox.env };
  world = await makeWorld(file, env);
  cms.add({});
  cms.add({ type: 'ScenarioSession' });
  desks.add('plain', 'ticket', 'case-1');
});
afterEach(() => {
  cms.off();
  endAll();
});
afterAll(async () => {
  await world.end();
  await desks.close();
  await cms.close();
});

const lines = async (config = world.config, named = [{ desk: 'plain', kind: 'ticket', id: 'case-1' }]) => {
  const { report, good } = await check(world.db, config, named);
  const of = (what: string): string => report.split('\n').find((line) => line.includes(`  ${what}:`)) ?? '';
  return { report, good, of };
};

test('all is well: each connection says what it has', async () => {
  await world.hook('worklink');
  const { good, of, report } = await lines();
  expect(report).not.toContain('TROUBLE');
  expect(good).toBe(true);
  expect(of('Database')).toMatch(/^ok .*PostgreSQL/);
  expect(of('WorkLink')).toContain('2.28.1');
  expect(of('WorkLink, schema')).toContain('Call, ScenarioSession');
  expect(of('WorkLink, calls')).toMatch(/^ok .*external data.*updatedAt.*after/);
  expect(of('WorkLink, webhook topics')).toContain('scenario_session/completed 1.1');
  expect(of('Webhooks of WorkLink')).toContain('the address is the secret');
  expect(of('Desk plain (http)')).toMatch(/^ok .*notes are listed/);
  expect(of('ServiceOptimizer main')).toContain('None has come');
  // It may be shown to others.
  for (const secret of [cms.token, desks.secret, 'S3CRET', '127.0.0.1', 'case-1']) expect(report).not.toContain(secret);
});

test('an older schema is told as it is', async () => {
  const old = await serveCms({ variant: 'old' });
  const { of, good } = await lines(
    makeConfig(
      { ...file, worklink: { url: old.url } },
      { ...env, DATABASE_URL: 'postgres://x/y', WORKLINK_TOKEN: old.token },
    ),
  );
  expect(of('WorkLink, schema')).toContain('CallSession');
  expect(of('WorkLink, calls')).toMatch(/^open .*no list/);
  expect(of('WorkLink, scenario sessions')).toMatch(/^open .*empty.*can’t be ordered/);
  expect(good).toBe(true);
  await old.close();
});

test('a schema of which nobody knows how a call’s end is called: no note would ever be written, which is said', async () => {
  const cmsOf = await serveCms({ sdl: schemas.today.replaceAll(' endedAt: DateTime', '') });
  const { of, good } = await lines(
    makeConfig(
      { ...file, worklink: { url: cmsOf.url, requestsPerSecond: 100 } },
      { ...env, DATABASE_URL: 'postgres://x/y', WORKLINK_TOKEN: cmsOf.token },
    ),
  );
  expect(of('WorkLink, schema')).toMatch(/^TROUBLE .*Of Call, ScenarioSession the end is not told/);
  expect(good).toBe(false);
  await cmsOf.close();
});

test('a wrong token, a wrong credential, no hook: each is named, and the exit code says so', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-check-'));
  const BRIDGE_CONFIG = join(dir, 'bridge.config.json');
  writeFileSync(BRIDGE_CONFIG, JSON.stringify(file));
  const DATABASE_URL = world.config.databaseUrl ?? '';
  const wrong = {
    ...env,
    WORKLINK_TOKEN: 'S3CRET-wrong',
    DESK_PLAIN_TOKEN: 'S3CRET-other',
    BRIDGE_CONFIG,
    DATABASE_URL,
  };
  const ended = run(['check', 'plain:ticket:case-1'], wrong);
  expect(await ended.ended).toBe(2);
  expect(ended.out()).toMatch(/^TROUBLE {2}WorkLink: .*401/m);
  expect(ended.out()).toMatch(/^TROUBLE {2}Desk plain \(http\): .*credential/m);
  expect(ended.out()).not.toContain('S3CRET');
  rmSync(dir, { recursive: true });
});

test('a desk of which no case is known is not tried, and is after the first launch', async () => {
  expect((await lines(world.config, [])).of('Desk plain (http)')).toMatch(/^open .*check plain:KIND:ID/);
  const authorization = `Bearer ${await world.token('launch')}`;
  const launch = { launchId: newLaunchId(), desk: 'plain', kind: 'ticket', id: 'case-1', at: new Date().toISOString() };
  await world.post('/api/launches', { launches: [launch] }, { authorization });
  expect((await lines(world.config, [])).of('Desk plain (http)')).toMatch(/^ok/);
});

test('Awaken: a token is asked for, and nothing is popped', async () => {
  const awaken = await serveAwaken({ password: 'S3CRET-awaken' });
  const { authUrl, popUrl, systemId } = awaken;
  const of = async (AWAKEN_PASSWORD: string): Promise<string> => {
    const config = makeConfig(
      { awaken: { authUrl, popUrl, systemId } },
      { DATABASE_URL: 'postgres://x/y', AWAKEN_USER: awaken.user, AWAKEN_PASSWORD },
    );
    const { report } = await check(world.db, config, []);
    expect(report).not.toContain('S3CRET');
    return report.split('\n').find((line) => line.includes('Awaken')) ?? '';
  };
  expect(await of('S3CRET-awaken')).toMatch(/^ok /);
  expect(await of('S3CRET-wrong')).toMatch(/^TROUBLE .*auth-rejected/);
  expect(awaken.accepted).toEqual([]);
  await awaken.close();
});
