/** `npm run bridge`, as a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { makeDatabase } from './world.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
});

type Run = {
  child: ChildProcess;
  out: () => string;
  ended: Promise<number | null>;
  line: (fits: RegExp) => Promise<string>;
};

function run(args: string[], env: Record<string, string>): Run {
  const child = spawn(process.execPath, ['bridge/main.ts', ...args], {
    env: { ...process.env, BRIDGE_CONFIG: '', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let out = '';
  const seen = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data) => {
      out += String(data);
      for (const each of seen) each();
    });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    ended,
    out: () => out,
    line: (fits) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const [found] = fits.exec(out) ?? [];
          if (found === undefined) return;
          seen.delete(look);
          resolve(found);
        };
        seen.add(look);
        void ended.then(() => reject(new Error(`It ended, and said: ${out}`)));
        look();
      }),
  };
}

test('it starts, is set up while it runs, works, and ends in order when told to', async () => {
  const { url: DATABASE_URL, drop } = await makeDatabase();
  const env = { DATABASE_URL };
  const bridge = run([], env);
  const said = await bridge.line(/^bridge listening on http:\/\/127\.0\.0\.1:\d+$/m);
  const origin = said.split(' ').at(-1) ?? '';

  const made = run(['hook', 'create', 'worklink'], { ...env, PORT: new URL(origin).port });
  expect(await made.ended).toBe(0);
  const hook = made.out().trim().split('\n').at(-1) ?? '';
  expect(hook).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/hooks\/worklink\/[\w-]{43}$/);
  expect((await fetch(hook, { method: 'POST', body: '{"data":{"id":"x"}}' })).status).toBe(200);

  // A second for the time of rotation, and no third.
  expect(await run(['hook', 'create', 'worklink'], env).ended).toBe(0);
  const third = run(['hook', 'create', 'worklink'], env);
  expect(await third.ended).toBe(1);
  expect(third.out()).toContain('hook revoke');
  expect(await run(['hook', 'revoke', '1'], env).ended).toBe(0);
  expect((await fetch(hook, { method: 'POST', body: '{}' })).status).toBe(404);

  const token = run(['token', 'create', '--name', 'panel', '--scope', 'launch,read'], env);
  expect(await token.ended).toBe(0);
  const authorization = `Bearer ${token.out().trim().split('\n').at(-1)}`;
  expect((await fetch(`${origin}/api/cases/rt/ticket/1`, { headers: { authorization } })).status).toBe(200);
  const odd = run(['token', 'create', '--name', 'panel', '--scope', 'launch,everything'], env);
  expect(await odd.ended).toBe(1);
  expect(odd.out()).toContain('everything');

  bridge.child.kill('SIGTERM');
  expect(await bridge.ended).toBe(0);
  expect(bridge.out()).toContain('"what":"stopped"');
  await drop();
});

test('wrong settings end it with every mistake', async () => {
  const bridge = run([], { PORT: '99999', DATABASE_URL: 'nonsense' });
  expect(await bridge.ended).toBe(1);
  expect(bridge.out()).toContain('PORT');
  expect(bridge.out()).toContain('DATABASE_URL');
});

test('a port that is taken ends it with a sentence and not with a hang', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const { url: DATABASE_URL, drop } = await makeDatabase();
  const bridge = run([], { DATABASE_URL, PORT: String(port) });
  expect(await bridge.ended).toBe(1);
  expect(bridge.out()).toContain('EADDRINUSE');
  other.close();
  await drop();
});
