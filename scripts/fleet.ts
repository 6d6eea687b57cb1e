/**
 * `npm run build:fleet -- settings.json [--defaults] [--firefox-id <id>] [--browser chrome|firefox]`: builds for one
 * organisation, in .output/fleet-chrome-mv3 and .output/fleet-firefox-mv3. They may read exactly the desks of that
 * settings file, without a click of anybody, and have the settings in them: mandated, or with `--defaults` as defaults.
 * What does not hold in the file is told with its place, and nothing is built (exit 2).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { placedWords } from '../components/options/problems.ts';
import { patternOf } from '../lib/browser/grants.ts';
import { fitsPlace } from '../lib/deploy.ts';
import { mergePolicy, personal, readPolicy } from '../lib/policy.ts';
import type { SettingsProblem } from '../lib/problems.ts';
import type { Row, Settings } from '../lib/schema.ts';
import { parseSettings, warnings } from '../lib/settings.ts';
import { root } from './bootstrap.mjs';
import { say } from './say.ts';

/** What wxt.config.ts is told about such a build. */
export type FleetBuild = {
  /** The only pages it may read, as match patterns. */
  hosts: string[];
  /** The desks cannot be changed, so no other page is ever asked for. */
  closed: boolean;
  firefoxId?: string;
  /** What it carries, in the shape of `storage.managed`. */
  policy: { settings?: string; defaults?: string };
};

type Checked = {
  problems: SettingsProblem[];
  settings: Settings;
  rows: Row[];
  /** The file without what is one person's own, and what that was. */
  text: string;
  own: string[];
};

/**
 * @returns what a settings file holds, as an organisation's policy would be read, and all that does not hold
 * @throws if it is no JSON
 */
export function checked(content: string): Checked {
  const file: unknown = JSON.parse(content);
  const all = typeof file === 'object' && file !== null && !Array.isArray(file) ? Object.entries(file) : null;
  const text = all ? JSON.stringify(Object.fromEntries(all.filter(([part]) => !personal.has(part)))) : content;
  const { organisation, rows } = readPolicy([{ settings: text }]);
  const parsed = parseSettings(mergePolicy({}, organisation).merged);
  const problems = [...organisation.problems, ...parsed.problems].map((problem) => ({
    ...problem,
    path: problem.path.replace(/^policy\.settings\.?/, '') || 'settings',
  }));
  const own = (all ?? []).flatMap(([part]) => (personal.has(part) ? [part] : []));
  return { problems, settings: parsed.settings, rows, text, own };
}

/** What is to be built, and what is said of it; or why nothing is, as sentences. */
type Plan = { build: FleetBuild; browsers: string[]; mode: string; warnings: string[] } | { refused: string[] };

class Refusal extends Error {}
const refuse = (sentence: string): never => {
  throw new Refusal(sentence);
};
const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** @param argv what stands behind `npm run build:fleet --` */
export function plan(argv: string[]): Plan {
  try {
    return planned(argv);
  } catch (error) {
    if (error instanceof Refusal || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS'))
      return { refused: sentence(error).split('\n') };
    throw error;
  }
}

function read(file: string): Checked {
  let content = '';
  try {
    content = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    refuse(`"${file}" cannot be read: ${(error as NodeJS.ErrnoException).code}.`);
  }
  try {
    return checked(content);
  } catch (error) {
    return refuse(`"${file}" is no JSON: ${sentence(error)}`);
  }
}

function planned(args: string[]): Plan {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      defaults: { type: 'boolean', default: false },
      'firefox-id': { type: 'string' },
      browser: { type: 'string' },
      // As in WXT: the tests build so.
      mode: { type: 'string', default: 'production' },
    },
  });
  const [file, ...more] = positionals;
  if (!file || more.length) return refuse('npm run build:fleet -- settings.json: one settings file is needed.');
  const { problems, settings, text, own } = read(file);
  if (problems.length) refuse(problems.map((problem) => placedWords(problem, say)).join('\n'));
  const desks = settings.desks.flatMap((desk) => desk.origins);
  if (!desks.length) refuse('desks: no desk has an address, so there is no page that this build could read');
  // A closed build can be granted nothing later, so what the worker asks is granted with the desks.
  const asked = [settings.awaken.authUrl, settings.awaken.popUrl, settings.bridge.url].flatMap((url) =>
    url ? [new URL(url).origin] : [],
  );
  const hosts = [...new Set([...desks, ...asked].map(patternOf))].toSorted();
  const { browser, mode, defaults, 'firefox-id': firefoxId } = values;
  if (firefoxId !== undefined && !fitsPlace('firefox', 'id', firefoxId))
    refuse(`--firefox-id: "${firefoxId}" is no id of a Firefox add-on, such as name@company.example`);
  if (browser !== undefined && browser !== 'chrome' && browser !== 'firefox')
    refuse(`--browser: "${browser}" is neither chrome nor firefox`);
  return {
    browsers: browser === undefined ? ['chrome', 'firefox'] : [browser],
    mode,
    warnings: [
      ...own.map((part) => `${part}: is one person's own and is left out`),
      ...warnings(settings).map((problem) => placedWords(problem, say)),
    ],
    build: {
      hosts,
      closed: !defaults,
      ...(firefoxId ? { firefoxId } : {}),
      policy: { [defaults ? 'defaults' : 'settings']: text },
    },
  };
}

function main(): number {
  const print = (line: string) => void process.stderr.write(`${line}\n`);
  const now = plan(process.argv.slice(2));
  if ('refused' in now) {
    for (const line of now.refused) print(line);
    return 2;
  }
  for (const line of now.warnings) print(`Warning: ${line}`);
  const failed = buildAll(now.build, now.browsers, now.mode);
  if (!failed)
    print(`Settings ${now.build.closed ? 'mandated' : 'as defaults'}; may read ${now.build.hosts.join(', ')}.`);
  return failed;
}

/** @returns the exit code of the first build that failed; 0 if none did */
function buildAll(build: FleetBuild, browsers: string[], mode: string): number {
  const dir = mkdtempSync(join(tmpdir(), 'deskcall-fleet-'));
  try {
    const description = join(dir, 'fleet.json');
    writeFileSync(description, JSON.stringify(build));
    for (const browser of browsers) {
      const { status } = spawnSync(
        join(root, 'node_modules', '.bin', 'wxt'),
        ['build', '-b', browser, '--mode', mode],
        {
          cwd: root,
          stdio: 'inherit',
          shell: process.platform === 'win32',
          env: { ...process.env, DESKCALL_FLEET: description, WXT_FLEET: '1' },
        },
      );
      if (status !== 0) return status ?? 1;
    }
    return 0;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

if (import.meta.main) process.exit(main());
