/**
 * `npm test`: checks, unit tests, the demo desk's browser tests and those on real desks, side by side where one does
 * not need the other. `-- --full` runs the long versions. The last line is `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackages, fail, findBrowser, findFirefox, root } from './bootstrap.mjs';
import { fossilPackages, startFossil } from './desks/fossil.ts';
import { redminePackages, startRedmine } from './desks/redmine.ts';
import { rtPackages, startRt } from './desks/rt.ts';
import { startTryton, trytonPackages } from './desks/tryton.ts';

type Count = { passed: number; failed: number };
/** Runs a command line with its output in the lane's log. @returns whether it exited with 0 */
type Run = (line: string, env?: Record<string, string>) => Promise<boolean>;

const folder = join(root, '.data', 'test');
const full = process.argv.includes('--full') ? { DESKCALL_FULL: '1' } : undefined;
const ci = /^(1|true)$/.test(process.env.CI ?? '');
const seconds: string[] = [];
const one = (passed: boolean): Count => ({ passed: Number(passed), failed: Number(!passed) });

/** Runs one lane. What goes wrong in it costs that lane, never the others. */
async function lane(name: string, work: (run: Run) => Promise<Count>): Promise<Count> {
  const log = join(folder, `${name}.log`);
  const out = openSync(log, 'w');
  const run: Run = (line, env) =>
    new Promise((resolve) => {
      const child = spawn(line, {
        cwd: root,
        shell: true,
        stdio: ['ignore', out, out],
        env: { ...process.env, FORCE_COLOR: '0', ...full, ...env },
      });
      child.on('error', () => resolve(false));
      child.on('close', (code) => resolve(code === 0));
    });
  const start = Date.now();
  console.log(`${name}: started`);
  let trouble = '';
  const count = await work(run).catch((error: unknown) => {
    trouble = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { passed: 0, failed: 1 };
  });
  closeSync(out);
  const took = `${((Date.now() - start) / 1000).toFixed(0)} s`;
  seconds.push(`${name} ${took}`);
  if (count.failed)
    console.log(`\n----- ${name} -----\n${readFileSync(log, 'utf8')}${trouble}\n----- end of ${name} -----\n`);
  console.log(`${name}: ${count.passed} passed, ${count.failed} failed, ${took}`);
  return count;
}

/** The numbers of a JSON report; a run that failed without a failed test is one failure. */
function counted(ok: boolean, file: string, read: (report: never) => Count): Count {
  let count: Count = { passed: 0, failed: 0 };
  try {
    count = read(JSON.parse(readFileSync(file, 'utf8')) as never);
  } catch {
    // no report: it did not get that far
  }
  return ok || count.failed ? count : { ...count, failed: 1 };
}

const check = () =>
  lane('check', async (run) => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { check: string } };
    const results: boolean[] = [];
    for (const line of scripts.check.split(' && ')) results.push(await run(line));
    return { passed: results.filter(Boolean).length, failed: results.filter((ok) => !ok).length };
  });

async function vitest(run: Run, name: string, options = '', env?: Record<string, string>): Promise<Count> {
  const file = join(folder, `${name}.json`);
  const ok = await run(`vitest run ${options} --reporter=default --reporter=json --outputFile.json="${file}"`, env);
  return counted(ok, file, (report: { numPassedTests: number; numFailedTests: number }) => ({
    passed: report.numPassedTests,
    failed: report.numFailedTests,
  }));
}

const unit = () => lane('unit', (run) => vitest(run, 'unit', '--project unit --project build'));
/** The bridge on a real PostgreSQL of its own. Its tests mostly wait, so there are more of them than cores. */
const bridge = () => lane('bridge', (run) => vitest(run, 'bridge', '--project bridge --maxWorkers=3'));

/** R computes the report's statistics again, where it can be had: CI must have it. */
const rPackages = ['r-base-core', 'r-cran-survival'];
async function withR(chromium: Promise<string>): Promise<Count[]> {
  // After the browser, which more lanes need.
  await chromium;
  const there = await ensurePackages(rPackages);
  if (!there.ok) console.log(`skipped: report: what R says today: ${there.reason}`);
  const tests = lane('report', (run) =>
    vitest(run, 'report', '--project report', there.ok ? { DESKCALL_R: '1' } : undefined),
  );
  return [await tests, ...(there.ok || !ci ? [] : [one(false)])];
}

async function playwright(run: Run, project: string, env: Record<string, string>, more = ''): Promise<Count> {
  const file = join(folder, `${project}.json`);
  const output = join(folder, `${project}-results`);
  const ok = await run(`playwright test --project=${project} --reporter=list,json --output="${output}" ${more}`, {
    ...env,
    PLAYWRIGHT_JSON_OUTPUT_FILE: file,
  });
  return counted(ok, file, (report: { stats: { expected: number; unexpected: number; flaky: number } }) => ({
    passed: report.stats.expected,
    failed: report.stats.unexpected + report.stats.flaky,
  }));
}

/** The same extension on Firefox. It is found or installed while the other lanes run; its tests wait for them. */
async function firefox(chromium: Promise<string>, before: Promise<unknown>): Promise<Count[]> {
  // After the other browser, which more lanes need.
  await chromium;
  const found = await findFirefox();
  if ('skipped' in found) {
    console.log(`skipped: firefox: ${found.skipped}`);
    return ci ? [{ passed: 0, failed: 1 }] : [];
  }
  await before;
  const tests = lane('firefox', async (run) =>
    (await run('wxt build -b firefox --mode test'))
      ? vitest(run, 'firefox', '--config vitest.firefox.config.ts', { FIREFOX: found.executablePath })
      : one(false),
  );
  return [await tests];
}

/** The real desks. `id` is the tag of a desk's tests, and names it in their environment. */
const realDesks = [
  { id: 'rt5', name: 'Request Tracker 5', packages: rtPackages(5), start: () => startRt(5) },
  { id: 'rt4', name: 'Request Tracker 4', packages: rtPackages(4), start: () => startRt(4) },
  { id: 'redmine', name: 'Redmine', packages: redminePackages, start: () => startRedmine() },
  { id: 'tryton', name: 'Tryton', packages: trytonPackages, start: () => startTryton() },
  { id: 'fossil', name: 'Fossil', packages: fossilPackages, start: () => startFossil() },
];

type Running = {
  /** The desks that run, as their tests find them. */
  env: Record<string, string>;
  /** The tags of those that don't. */
  absent: string[];
  failed: Count[];
  stop: () => Promise<unknown>;
};

/** They are installed and started while the other lanes run. */
async function startDesks(chromium: Promise<string>): Promise<Running> {
  const failed: Count[] = [];
  const stops: (() => Promise<void>)[] = [];
  const absent: string[] = [];
  // After the browser: it may come by the same package manager, and more lanes need it.
  const env: Record<string, string> = { CHROMIUM: await chromium };
  // All in one call; where that fails, each desk tries for itself and says why not.
  await ensurePackages(realDesks.flatMap(({ packages }) => packages));
  // One after the other: two cores are busy with the other lanes, which must not be slowed down to their time limits.
  for (const { id, name, start } of realDesks) {
    const began = Date.now();
    try {
      const started = await start();
      if ('skipped' in started) {
        console.log(`skipped: desks: ${name}: ${started.skipped}`);
        if (ci) failed.push(one(false));
        absent.push(`@${id}`);
        continue;
      }
      stops.push(() => started.stop());
      env[`DESKCALL_${id.toUpperCase()}`] = JSON.stringify(started.desk);
      console.log(`${name}: up after ${((Date.now() - began) / 1000).toFixed(0)} s`);
    } catch (error) {
      console.log(error instanceof Error ? error.message : error);
      failed.push(one(false));
      absent.push(`@${id}`);
    }
  }
  return { env, absent, failed, stop: () => Promise.all(stops.map((stop) => stop())) };
}

/** The extension on the real desks. */
async function onDesks(running: Promise<Running>, built: Promise<Count>, before: Promise<unknown>): Promise<Count[]> {
  const { env, absent } = await running;
  await before;
  if (absent.length === realDesks.length || (await built).failed) return [];
  const rest = absent.length ? `--grep-invert "${absent.join('|')}"` : '';
  return [await lane('desks', (run) => playwright(run, 'desks', env, rest))];
}

/** The bridge's notes on the real desks. */
async function notes(running: Promise<Running>, before: Promise<unknown>): Promise<Count[]> {
  const { env } = await running;
  await before;
  if (!env.DESKCALL_RT5 && !env.DESKCALL_REDMINE) return [];
  return [await lane('bridge-desks', (run) => vitest(run, 'bridge-desks', '--project bridge-desks', env))];
}

async function main(): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const chromium = findBrowser().then(({ executablePath }) => executablePath);
  const built = lane('build', async (run) => one(await run('wxt build --mode test')));
  const browser = (async (): Promise<Count[]> => {
    const CHROMIUM = await chromium;
    // The check of types reads what the build writes; and a browser without a build has nothing to test.
    return (await built).failed ? [] : [await lane('browser', (run) => playwright(run, 'demo', { CHROMIUM }))];
  })();
  const units = unit();
  // After the quick tests: two cores are busy with these.
  const onBridge = units.then(bridge);
  const onReport = onBridge.then(() => withR(chromium));
  const checks = built.then(check);
  const running = startDesks(chromium);
  // One after the other: more browsers at a time are too many for two cores, and all builds write the same types.
  const inBrowser = onDesks(running, built, browser);
  const onFirefox = firefox(chromium, Promise.all([inBrowser, units, onReport, checks]));
  const results = await Promise.all([
    built,
    units,
    onBridge,
    onReport,
    checks,
    browser,
    inBrowser,
    onFirefox,
    // They mostly wait: beside Firefox, which does so too.
    notes(running, Promise.all([inBrowser, onReport])),
    running.then(({ failed }) => failed),
  ]);
  await (await running).stop();
  const all = results.flat();
  const sum = (key: keyof Count) => all.reduce((total, count) => total + count[key], 0);
  console.log(`\n${seconds.join(', ')}`);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  process.exit(sum('failed') || !sum('passed') ? 1 : 0);
}

// An exit of its own, so that the desks' servers are ended with it.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

main().catch(fail);
