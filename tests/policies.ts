/**
 * A browser that finds policies of our own in /etc, and nobody else does: it runs in a mount namespace in which a copy of
 * /etc lies over it (Linux; as root, or where user namespaces are allowed).
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Where the browsers that these tests may run on look: Chromium, Chrome, Chrome for Testing. */
const chromiums = ['chromium', 'opt/chrome', 'opt/chrome_for_testing'];

export type Policies = {
  /** To be started in place of the browser. */
  executablePath: string;
  /** Writes a policy file of a Chromium by its name; also while it runs. */
  chromium(name: string, text: string): void;
  /** Writes Firefox's policies. */
  firefox(text: string): void;
  remove(): void;
};

/** @param executablePath the browser */
export function policiesFor(executablePath: string): Policies {
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-etc-'));
  const etc = join(dir, 'etc');
  // As far as it can be read: a browser needs no passwords.
  try {
    execFileSync('cp', ['-a', '/etc', etc], { stdio: 'ignore' });
  } catch {
    mkdirSync(etc, { recursive: true });
  }
  const script = join(dir, 'browser');
  const namespace = process.getuid?.() === 0 ? '-m' : '-rm';
  writeFileSync(
    script,
    `#!/bin/sh\nexec unshare ${namespace} sh -c 'mount --bind "$0" /etc && exec "$@"' '${etc}' '${executablePath}' "$@"\n`,
    { mode: 0o755 },
  );
  const write = (path: string, text: string) => {
    const file = join(etc, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  return {
    executablePath: script,
    chromium(name, text) {
      for (const folder of chromiums) write(`${folder}/policies/managed/${name}.json`, text);
    },
    firefox: (text) => write('firefox/policies/policies.json', text),
    remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }),
  };
}
