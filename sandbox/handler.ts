/**
 * A WorkLink app of sorts: a protocol handler for `worklink:` that is registered in a home of its own (Linux) and writes
 * down each link it receives. For any browser that is started in that home.
 */
import { appendFileSync, mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Handler = {
  /** Every link that the protocol handler has received, oldest first. */
  launches(): string[];
  /**
   * The oldest link received that was not returned before; later ones are waited for.
   * @throws if none that fits comes within 15 s
   */
  nextLaunch(fits?: (link: string) => boolean): Promise<string>;
  /** Leaves out what was received so far, for {@link nextLaunch}. */
  forgetLaunches(): void;
};

/** Registers a handler for `worklink:` in a home. @returns the file that it appends each link to */
function register(dir: string, home: string): string {
  const log = join(dir, 'launches.log');
  const handler = join(dir, 'handler.sh');
  const applications = join(home, '.local', 'share', 'applications');
  mkdirSync(applications, { recursive: true });
  mkdirSync(join(home, '.config'), { recursive: true });
  appendFileSync(log, '');
  writeFileSync(handler, `#!/bin/sh\nprintf '%s\\n' "$1" >> '${log}'\n`, { mode: 0o755 });
  writeFileSync(
    join(applications, 'fake-worklink.desktop'),
    `[Desktop Entry]\nType=Application\nName=Fake WorkLink\nExec=${handler} %u\nNoDisplay=true\nMimeType=x-scheme-handler/worklink;\n`,
  );
  writeFileSync(
    join(home, '.config', 'mimeapps.list'),
    '[Default Applications]\nx-scheme-handler/worklink=fake-worklink.desktop\n',
  );
  return log;
}

/**
 * Registers the handler.
 * @param dir where the handler and its log lie
 * @param home the home of the browser that is to find it
 */
export function registerHandler(dir: string, home: string): Handler {
  const log = register(dir, home);
  const launches = () => readFileSync(log, 'utf8').split('\n').slice(0, -1);
  const taken = new Set<number>();
  return {
    launches,
    nextLaunch: (fits = () => true) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const all = launches();
          const found = all.findIndex((link, n) => !taken.has(n) && fits(link));
          const link = all[found];
          if (link === undefined) return;
          taken.add(found);
          end();
          resolve(link);
        };
        const watcher = watch(log, look);
        const timer = setTimeout(() => {
          end();
          reject(
            new Error(
              `No such link reached the protocol handler in 15 s. Received so far: ${launches().join(' ') || 'none'}`,
            ),
          );
        }, 15_000);
        const end = () => {
          watcher.close();
          clearTimeout(timer);
        };
        look();
      }),
    forgetLaunches() {
      for (const n of launches().keys()) taken.add(n);
    },
  };
}

/** A browser's environment: the home with the handler, and the person's own display. */
export function environment(home: string): Record<string, string> {
  const own = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  if (process.platform !== 'linux') return own;
  return {
    // xdg-open hands links over only where a display is named; headless, any name will do.
    DISPLAY: ':0',
    XAUTHORITY: join(own.HOME ?? '', '.Xauthority'),
    ...own,
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
  };
}
