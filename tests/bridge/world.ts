/** A whole bridge with a database of its own, and what it said. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import type { Scope } from '../../lib/api.ts';
import { startBridge, type Bridge } from '../../bridge/bridge.ts';
import { readConfig, type Config } from '../../bridge/config.ts';
import type { HookKind } from '../../bridge/db.ts';
import { createHook, createToken } from '../../bridge/keys.ts';
import { makeLog } from '../../bridge/log.ts';

/** Makes an empty database. @returns its address, and how to remove it */
export async function makeDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const server = inject('postgres');
  const name = `t${randomBytes(8).toString('hex')}`;
  const ask = async (text: string): Promise<void> => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    await client.query(text).finally(() => client.end());
  };
  await ask(`create database ${name}`);
  return {
    url: server.replace(/\/[^/]*$/, `/${name}`),
    drop: () => ask(`drop database ${name} with (force)`),
  };
}

export type World = Bridge & {
  config: Config;
  /** Lines of the log so far. */
  lines: string[];
  /** The address of a new hook. */
  hook(kind: HookKind): Promise<string>;
  token(...may: Scope[]): Promise<string>;
  /** The token of somebody who has a username in Awaken. */
  tokenOf(username: string, ...may: Scope[]): Promise<string>;
  post(path: string, body: string | Buffer | object, headers?: Record<string, string>): Promise<Response>;
  get(path: string, token?: string): Promise<Response>;
  /** Stops this bridge and starts another on the same database. */
  restart(): Promise<void>;
  end(): Promise<void>;
};

/** A configuration as it would be read. @throws with every mistake */
export function makeConfig(file: object, env: Record<string, string>): Config {
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-config-'));
  const path = join(dir, 'bridge.config.json');
  writeFileSync(path, JSON.stringify(file));
  const config = readConfig({ BRIDGE_CONFIG: path, PORT: '0', ...env });
  rmSync(dir, { recursive: true });
  if ('mistakes' in config) throw new Error(config.mistakes.join('\n'));
  return config;
}

export async function makeWorld(file: object = {}, env: Record<string, string> = {}): Promise<World> {
  const { url: DATABASE_URL, drop } = await makeDatabase();
  const config = makeConfig(file, { DATABASE_URL, ...env });
  const lines: string[] = [];
  const start = (): Promise<Bridge> =>
    startBridge(
      config,
      makeLog(config.secrets, (line) => void lines.push(line)),
    );
  let bridge = await start();
  const absolute = (path: string): string => (path.startsWith('http') ? path : bridge.url + path);
  return {
    config,
    lines,
    get url() {
      return bridge.url;
    },
    get db() {
      return bridge.db;
    },
    stop: () => bridge.stop(),
    async hook(kind) {
      const made = await createHook(bridge.db, kind);
      if ('refused' in made) throw new Error(made.refused);
      return `${bridge.url}/hooks/${kind}/${made.token}`;
    },
    async token(...may) {
      return (await createToken(bridge.db, 'test', may)).token;
    },
    async tokenOf(username, ...may) {
      return (await createToken(bridge.db, 'test', may, username)).token;
    },
    post: (path, body, headers = {}) =>
      fetch(absolute(path), {
        method: 'POST',
        headers,
        body: typeof body === 'string' ? body : body instanceof Buffer ? new Uint8Array(body) : JSON.stringify(body),
      }),
    get: (path, token) => fetch(absolute(path), token ? { headers: { authorization: `Bearer ${token}` } } : {}),
    async restart() {
      await bridge.stop();
      bridge = await start();
    },
    async end() {
      await bridge.stop();
      await drop();
    },
  };
}
