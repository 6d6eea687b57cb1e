/**
 * A bridge to try things with: the real one, on a PostgreSQL of its own that comes with it, connected to the sandbox's
 * WorkLink. Its secrets are made at the start and end with it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startBridge } from '../bridge/bridge.ts';
import { readConfig } from '../bridge/config.ts';
import type { Db } from '../bridge/db.ts';
import { createHook, createToken } from '../bridge/keys.ts';
import { makeLog } from '../bridge/log.ts';
import { startPostgres } from '../bridge/postgres.ts';
import type { Scope } from '../lib/api.ts';
import { readLink } from '../lib/worklink.ts';
import type { CmsServer, CmsSession } from './worklink.ts';

/** A call that goes on. */
export type Talk = {
  session: CmsSession;
  /** Hangs up, and a webhook tells of it. @param milliseconds how long it is said to have been; as long as it was */
  end: (milliseconds?: number) => Promise<void>;
};

export type SandboxBridge = {
  /** The same after a restart. */
  url: string;
  token: (name: string, ...may: Scope[]) => Promise<string>;
  /** The token of somebody who has that username in Awaken. */
  tokenOf: (username: string, ...may: Scope[]) => Promise<string>;
  /** The address of a hook at which a workflow says that it is open. */
  awakenHook: () => Promise<string>;
  db: () => Db;
  /** What it has logged, line by line. */
  lines: string[];
  /**
   * What WorkLink does with a link that was opened: the call begins, with the link's parameters as its external data,
   * and a webhook tells of it.
   */
  take: (link: string) => Promise<Talk>;
  stop: () => Promise<void>;
  start: () => Promise<void>;
  /** Ends it, and removes all that it had. */
  close: () => Promise<void>;
};

/**
 * @param file of its configuration: desks, waits
 * @param env secrets that the file names
 */
export async function openBridge(
  cms: CmsServer,
  file: object = {},
  env: Record<string, string> = {},
): Promise<SandboxBridge> {
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-bridge-'));
  const postgres = await startPostgres(dir);
  const end = async (): Promise<void> => {
    await postgres.stop();
    for (const folder of [dir, ...(postgres.data.startsWith(dir) ? [] : [dirname(postgres.data)])])
      rmSync(folder, { recursive: true, force: true });
  };
  try {
    return await opened(cms, { dir, databaseUrl: postgres.url, file, env, end });
  } catch (error) {
    await end();
    throw error;
  }
}

type Made = { dir: string; databaseUrl: string; file: object; env: Record<string, string>; end: () => Promise<void> };

async function opened(cms: CmsServer, { dir, databaseUrl, file, env, end }: Made): Promise<SandboxBridge> {
  const path = join(dir, 'bridge.config.json');
  writeFileSync(path, JSON.stringify({ worklink: { url: cms.url, requestsPerSecond: 100 }, ...file }));
  const secrets = { DATABASE_URL: databaseUrl, WORKLINK_TOKEN: cms.token, ...env };
  const config = readConfig({ BRIDGE_CONFIG: path, PORT: '0', ...secrets });
  if ('mistakes' in config) throw new Error(config.mistakes.join('\n'));
  // What it has to say matters where something fails.
  const lines: string[] = [];
  const log = makeLog(config.secrets, (line) => {
    lines.push(line);
    if (process.env.DEBUG) process.stderr.write(line);
  });
  let bridge = await startBridge(config, log);
  const { url } = bridge;
  const made = await createHook(bridge.db, 'worklink');
  if ('refused' in made) throw new Error(made.refused);
  const hook = `${url}/hooks/worklink/${made.token}`;
  return {
    url,
    token: async (name, ...may) => (await createToken(bridge.db, name, may)).token,
    tokenOf: async (username, ...may) => (await createToken(bridge.db, username, may, username)).token,
    async awakenHook() {
      const awaken = await createHook(bridge.db, 'awaken');
      if ('refused' in awaken) throw new Error(awaken.refused);
      return `${url}/hooks/awaken/${awaken.token}`;
    },
    db: () => bridge.db,
    lines,
    async take(link) {
      const data = Object.entries(readLink(link)?.data ?? {});
      const session = cms.add({
        state: 'in progress',
        startedAt: new Date().toISOString(),
        endedAt: null,
        externalData: Object.fromEntries(data.map(([name, values]) => [name, values.length > 1 ? values : values[0]])),
      });
      await cms.announce(hook, session, 'created');
      return {
        session,
        async end(milliseconds) {
          const now = Date.now();
          if (milliseconds !== undefined) session.startedAt = new Date(now - milliseconds).toISOString();
          session.endedAt = new Date(now).toISOString();
          session.state = 'finished';
          await cms.announce(hook, session, 'updated');
        },
      };
    },
    stop: () => bridge.stop(),
    async start() {
      bridge = await startBridge({ ...config, port: Number(new URL(url).port) }, log);
    },
    async close() {
      await bridge.stop();
      await end();
    },
  };
}
