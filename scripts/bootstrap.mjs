/**
 * Makes a fresh clone ready: dependencies, the Node that the project runs on, a browser, Debian packages.
 * Runs before anything is installed, so it is plain JavaScript for Node 20 and imports nothing from outside Node.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
const bin = join(root, 'node_modules', '.bin');
const windows = process.platform === 'win32';

/** A failure that is the machine's and not a bug: one sentence that holds the cure, shown without a stack. */
export class Trouble extends Error {}

/** Shows a {@link Trouble} as its sentence, anything else in full, and ends with exit code 1. */
export function fail(error) {
  console.error(error instanceof Trouble ? `\n${error.message}` : error);
  process.exit(1);
}

/** The lines of a failed command's output that say why: npm puts its warnings before, and its manual after them. */
const telling = (output) => {
  const lines = output.split('\n').filter((line) => line && !line.startsWith('npm warn'));
  return (lines.length > 30 ? [...lines.slice(0, 15), '…', ...lines.slice(-15)] : lines).join('\n');
};

/** Runs a step that may take long: its own progress on a terminal, else dots; its output only if it failed. */
async function step(say, command, args, options = {}) {
  const terminal = process.stderr.isTTY;
  process.stderr.write(terminal ? `${say}\n` : say);
  const dots = terminal ? undefined : setInterval(() => process.stderr.write('.'), 2000);
  let output = '';
  const code = await new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      ...options,
      stdio: terminal ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += data));
    child.on('error', (error) => {
      output += `${error.message}\n`;
      resolve(-1);
    });
    child.on('close', resolve);
  });
  clearInterval(dots);
  if (!terminal) process.stderr.write(code === 0 ? ' done\n' : ` failed\n${telling(output)}\n`);
  return code === 0;
}

const packages = (path) => JSON.parse(readFileSync(join(root, path), 'utf8')).packages;

/** Whether what is installed is what the lock file says; packages for other systems do not count. */
function installed() {
  try {
    const have = packages('node_modules/.package-lock.json');
    return Object.entries(packages('package-lock.json')).every(
      ([path, { version, optional }]) => !path || (!have[path] && optional) || have[path]?.version === version,
    );
  } catch {
    return false;
  }
}

const newEnough = (version) => {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18);
};

/** The Node to run on: the pinned one, else this one where it runs TypeScript as it is. */
function findNode() {
  const pinned = join(bin, 'node');
  if (existsSync(pinned) && spawnSync(pinned, ['--version']).status === 0) return pinned;
  if (newEnough(process.version)) return process.execPath;
  throw new Trouble(
    `Deskcall brings its own Node on Linux with glibc (x64, arm64) only, and here it needs 22.18 or newer, not ${process.version}: install one from https://nodejs.org and run this again.`,
  );
}

/**
 * Installs the dependencies where they are absent or not those of the lock file.
 * @returns the Node to run on, and an environment in which it comes first
 */
export async function prepare() {
  if (!installed()) {
    // npm itself runs on the machine's own Node: `npm ci` deletes the pinned one first.
    const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !/node_modules[\\/]\.bin$/.test(folder));
    const done = await step('Installing dependencies (npm ci, about half a minute) ', 'npm', ['ci'], {
      env: { ...process.env, PATH: path.join(delimiter) },
      shell: windows,
    });
    if (!done)
      throw new Trouble(
        'The dependencies could not be installed: see what npm says above, and check that it reaches its registry (npm ping).',
      );
  }
  const node = findNode();
  return { node, env: { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) } };
}

/** {@link prepare}, then runs a TypeScript file of the project with this command's arguments, and ends as it ends. */
export async function run(script) {
  try {
    const { node, env } = await prepare();
    const child = spawn(node, [join(root, script), ...process.argv.slice(2)], { cwd: root, env, stdio: 'inherit' });
    // Ctrl-C reaches the child by itself; this process stays to pass on how it ended.
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
    child.on('close', (code) => process.exit(code ?? 1));
  } catch (error) {
    fail(error);
  }
}

/** The full path of a command, or undefined. */
export function which(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    if (folder && existsSync(path)) return path;
  }
  return undefined;
}

const home = process.env.HOME ?? '';
const local = process.env.LOCALAPPDATA ?? '';
const programs = process.env.PROGRAMFILES ?? '';
const chromiums = [
  'chromium',
  'chromium-browser',
  '/usr/lib/chromium/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  `${home}/Applications/Chromium.app/Contents/MacOS/Chromium`,
  `${local}\\Chromium\\Application\\chrome.exe`,
];
const chromes = [
  'google-chrome-stable',
  'google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  `${programs}\\Google\\Chrome\\Application\\chrome.exe`,
  `${local}\\Google\\Chrome\\Application\\chrome.exe`,
];

/** Snap's Chromium sees neither hidden folders nor another HOME, so it can load no build from here. */
const snap = (path) =>
  /\/snap\//.test(realpathSync(path)) ||
  /snap run|\/snap\/bin/.test(readFileSync(path).subarray(0, 4096).toString('latin1'));

function firstOf(names) {
  for (const name of names) {
    const path = /[\\/]/.test(name) ? existsSync(name) && name : which(name);
    if (path && !snap(path)) return path;
  }
  return undefined;
}

/** Branded Chrome ignores `--load-extension` from version 137 on, so whoever starts it must load through CDP. */
const browser = (executablePath) => ({
  executablePath,
  branded: /google.?chrome|microsoft.?edge|msedge/i.test(realpathSync(executablePath)),
});

async function playwrights() {
  const { chromium } = await import('@playwright/test');
  const path = chromium.executablePath();
  return existsSync(path) ? path : undefined;
}

/**
 * A browser that can load the extension: the one that the variable CHROMIUM names, an installed Chromium, an installed
 * Chrome, else one is installed. Dependencies must be there.
 * @returns {Promise<{ executablePath: string, branded: boolean }>}
 */
export async function findBrowser() {
  const named = process.env.CHROMIUM;
  if (named) {
    if (existsSync(named)) return browser(named);
    throw new Trouble(
      `CHROMIUM names ${named}, and there is no such file: name a Chromium, or unset it to let one be found.`,
    );
  }
  const there = firstOf(chromiums) ?? (await playwrights()) ?? firstOf(chromes);
  if (there) return browser(there);
  // Ubuntu's chromium package only fetches the snap.
  if (debian() === 'debian' && (await ensurePackages(['chromium'])).ok) {
    const path = firstOf(chromiums);
    if (path) return browser(path);
  }
  const deps = debian() && process.getuid?.() === 0 ? ['--with-deps'] : [];
  const cli = join(root, 'node_modules', '@playwright', 'test', 'cli.js');
  await step("Installing Chromium (Playwright's own) ", process.execPath, [cli, 'install', ...deps, 'chromium']);
  const own = await playwrights();
  if (own) return browser(own);
  throw new Trouble(
    'There is no Chromium here and none could be installed: install Chromium or Chrome, or set CHROMIUM to the path of one.',
  );
}

/** What the extension's manifest asks for. */
const oldestFirefox = 142;

/**
 * A Firefox for the tests: the one that the variable FIREFOX names, an installed one, else Debian's is installed.
 * @returns {Promise<{ executablePath: string } | { skipped: string }>} or why there is none, in plain words
 */
export async function findFirefox() {
  if (process.platform !== 'linux')
    return { skipped: 'needs Linux, where a protocol handler can be registered for one browser' };
  const firefoxes = ['firefox-esr', 'firefox'];
  const named = process.env.FIREFOX;
  if (named && !existsSync(named)) return { skipped: `FIREFOX names ${named}, and there is no such file` };
  let path = named ?? firstOf(firefoxes);
  if (!path) {
    const done = await ensurePackages(['firefox-esr']);
    if (!done.ok) return { skipped: `there is no Firefox here and none could be installed: ${done.reason}` };
    path = firstOf(firefoxes);
  }
  const version = path && spawnSync(path, ['--version']).stdout?.toString();
  const [, major] = /Firefox (\d+)/.exec(version ?? '') ?? [];
  if (!path || !major) return { skipped: 'the Firefox that is here does not say its version' };
  if (Number(major) < oldestFirefox) return { skipped: `Firefox ${major} is too old: ${oldestFirefox} is the oldest` };
  return { executablePath: path };
}

/** `debian`, `ubuntu`, or '' elsewhere. */
function debian() {
  try {
    const release = readFileSync('/etc/os-release', 'utf8');
    return (
      /^ID="?(debian|ubuntu)"?$/m.exec(release)?.[1] ?? (/^ID_LIKE=.*(debian|ubuntu)/m.exec(release) ? 'debian' : '')
    );
  } catch {
    return '';
  }
}

const missing = (names) =>
  names.filter(
    (name) => spawnSync('dpkg-query', ['-W', '-f=${db:Status-Status}', name]).stdout?.toString() !== 'installed',
  );

let apt = Promise.resolve();
let updated = false;

/**
 * Installs Debian packages that are absent. Calls wait for each other: apt locks its lists without waiting.
 * @param {string[]} names
 * @returns {Promise<{ ok: true } | { ok: false, reason: string }>}
 */
export function ensurePackages(names) {
  const result = apt.then(async () => {
    if (!debian()) return { ok: false, reason: 'not Debian or Ubuntu' };
    const absent = missing(names);
    if (!absent.length) return { ok: true };
    if (process.getuid?.() !== 0)
      return { ok: false, reason: `not root, and these packages are absent: ${absent.join(' ')}` };
    const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    updated ||= await step('Updating the package lists (apt-get update) ', 'apt-get', ['update', '-qq'], options);
    const done = await step(
      `Installing ${absent.join(' ')} (apt-get) `,
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=900', ...absent],
      options,
    );
    return done ? { ok: true } : { ok: false, reason: `apt-get could not install ${absent.join(' ')}` };
  });
  apt = result.catch(() => undefined);
  return result;
}
