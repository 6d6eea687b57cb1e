/** `npm run bridge` as a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export type Run = {
  child: ChildProcess;
  out: () => string;
  ended: Promise<number | null>;
  /** The first line that fits; rejects with what was said if there is none by the end. */
  line: (fits: RegExp) => Promise<string>;
};

const children: ChildProcess[] = [];

/** Ends what a test left running. */
export function endAll(): void {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
}

/** @param file another program that speaks as the bridge does */
export function run(args: string[], env: Record<string, string>, file = 'bridge/main.ts'): Run {
  const child = spawn(process.execPath, [file, ...args], {
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

/** The address that a started bridge prints. */
export const originOf = async (bridge: Run): Promise<string> =>
  (await bridge.line(/^bridge listening on http:\/\/127\.0\.0\.1:\d+$/m)).split(' ').at(-1) ?? '';
