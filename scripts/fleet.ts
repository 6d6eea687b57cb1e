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
import { patternOf } from '../lib/browser/grants.ts';
import { fitsPlace } from '../lib/deploy.ts';
import { mergePolicy, readPolicy } from '../lib/policy.ts';
import type { Row, Settings } from '../lib/schema.ts';
import { parseSettings, warnings, type SettingsProblem } from '../lib/settings.ts';
import { root } from './bootstrap.mjs';

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

type Checked = { problems: SettingsProblem[]; settings: Settings; rows: Row[] };

/** @returns what a settings file holds, as an organisation's policy would be read, and all that does not hold */
export function checked(text: string): Checked {
  const { organisation, rows } = readPolicy([{ settings: text }]);
  const parsed = parseSettings(mergePolicy({}, organisation).merged);
  const problems = [...organisation.problems, ...parsed.problems].map(({ path, message }) => ({
    path: path.replace(/^policy\.settings\.?/, '') || 'settings',
    message,
  }));
  return { problems, settings: parsed.settings, rows };
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

function refuse(lines: string[]): never {
  for (const line of lines) say(line);
  process.exit(2);
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      defaults: { type: 'boolean', default: false },
      'firefox-id': { type: 'string' },
      browser: { type: 'string' },
      // As in WXT: the tests build so.
      mode: { type: 'string' },
    },
  });
  const [file] = positionals;
  if (!file || positionals.length > 1) refuse(['npm run build:fleet -- settings.json: one settings file is needed.']);
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    refuse([`"${file}" cannot be read: ${(error as NodeJS.ErrnoException).code}.`]);
  }
  try {
    JSON.parse(text);
  } catch (error) {
    refuse([`"${file}" is no JSON: ${error instanceof Error ? error.message : String(error)}`]);
  }
  const { problems, settings } = checked(text);
  if (problems.length) refuse(problems.map(({ path, message }) => `${path}: ${message}`));
  const hosts = [...new Set(settings.desks.flatMap((desk) => desk.origins.map(patternOf)))].toSorted();
  if (!hosts.length) refuse(['desks: no desk has an address, so there is no page that this build could read']);
  const firefoxId = values['firefox-id'];
  if (firefoxId !== undefined && !fitsPlace('firefox', 'id', firefoxId))
    refuse([`--firefox-id: "${firefoxId}" is no id of a Firefox add-on, such as name@company.example`]);
  const browsers = values.browser === undefined ? ['chrome', 'firefox'] : [values.browser];
  for (const browser of browsers)
    if (browser !== 'chrome' && browser !== 'firefox')
      refuse([`--browser: "${browser}" is neither chrome nor firefox`]);
  for (const { path, message } of warnings(settings)) say(`${path}: ${message} (a warning)`);

  const how = values.defaults ? 'defaults' : 'settings';
  const build: FleetBuild = {
    hosts,
    closed: !values.defaults,
    ...(firefoxId ? { firefoxId } : {}),
    policy: { [how]: text },
  };
  const failed = buildAll(build, browsers, values.mode);
  if (failed) process.exit(failed);
  say(`Settings ${values.defaults ? 'as defaults' : 'mandated'}; may read ${hosts.join(', ')}.`);
}

/** @returns the exit code of the first build that failed; 0 if none did */
function buildAll(build: FleetBuild, browsers: string[], mode = 'production'): number {
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

if (import.meta.main) main();
