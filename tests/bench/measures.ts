/** What is measured, each as one function from the running browser to figures. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { inWorldOf, type Bench } from './browser.ts';
import { rowCounts } from './extensions.ts';
import { medianOf, single, type Figure } from './report.ts';
import { differences, inTurns, median, quantile } from './stats.ts';
import { evaluation, scriptTime, traced } from './trace.ts';

/** The page's own functions, see desk.ts. */
declare const window: {
  seen: Promise<number>;
  churn(count: number): Promise<void>;
  rerender(): Promise<{ back: number; frames: number[] }>;
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export function bytes(store: string): Figure[] {
  const load = ['core.js'];
  const figures = (what: string, names: string[]) => {
    const files = names.map((name) => readFileSync(join(store, name)));
    const sum = (size: (file: Buffer) => number) => files.reduce((total, file) => total + size(file), 0);
    return [
      single(
        `bytes ${what}, minified`,
        sum((file) => file.length),
        'B',
      ),
      single(
        `bytes ${what}, gzip -9`,
        sum((file) => gzipSync(file, { level: 9 }).length),
        'B',
      ),
    ];
  };
  return [...figures('at load', load), ...figures('after first use', [...load, 'later.js'])];
}

/** A tab of its own for each sample: in a renderer that has seen the script before, compiling costs nothing. */
export async function evaluating(bench: Bench, rounds: number): Promise<Figure[]> {
  const whole: Record<string, number[]> = {};
  const layout: Record<string, number[]> = {};
  const cpu = await inTurns(['empty', 'plain', 'deskcall', 'react'], rounds, async (variant) => {
    const page = await bench.context.newPage();
    const events = await traced(bench.browser, async () => {
      await page.goto(bench.desk.url(variant, `nodes=5000${variant === 'empty' ? '' : '&seen'}`));
      if (variant !== 'empty') await page.evaluate(() => window.seen);
      await pause(200);
    });
    await page.close();
    const spent = scriptTime(events, bench.desk.origin(variant));
    (whole[variant] ??= []).push(spent.script);
    (layout[variant] ??= []).push(spent.layout);
    return evaluation(events);
  });
  const standing = (variant: string) => differences(whole[variant] ?? [], whole.empty ?? []);
  const share = (ours: number[], theirs: number[]) => median(ours) / median(theirs);
  return [
    medianOf('CPU to evaluate: empty script', cpu.empty, 'ms'),
    medianOf('CPU to evaluate: plain-DOM button', cpu.plain, 'ms'),
    medianOf('CPU to evaluate: Deskcall', cpu.deskcall, 'ms', 6),
    medianOf('CPU to evaluate: the same panel on React', cpu.react, 'ms'),
    single('CPU to evaluate: Deskcall / React', share(cpu.deskcall, cpu.react), '', 0.1),
    medianOf('CPU until it stands: plain-DOM button', standing('plain'), 'ms'),
    medianOf('CPU until it stands: Deskcall', standing('deskcall'), 'ms'),
    medianOf('CPU until it stands: Deskcall, of it layout', layout.deskcall ?? [], 'ms'),
    medianOf('CPU until it stands: the same panel on React', standing('react'), 'ms'),
    medianOf('CPU until it stands: React, of it layout', layout.react ?? [], 'ms'),
    single('CPU until it stands: Deskcall / React', share(standing('deskcall'), standing('react')), ''),
  ];
}

export async function visible(bench: Bench, rounds: number): Promise<Figure[]> {
  const times = await inTurns(['plain', 'deskcall', 'react'], rounds, async (variant) => {
    const page = await bench.open(variant, 'nodes=5000&seen');
    const time = await page.evaluate(() => window.seen);
    await page.close();
    return time;
  });
  return [
    medianOf('navigation to visible: plain-DOM button', times.plain, 'ms'),
    medianOf('navigation to visible: Deskcall', times.deskcall, 'ms'),
    medianOf('navigation to visible: the same panel on React', times.react, 'ms'),
    single('navigation to visible: Deskcall / plain', median(times.deskcall) / median(times.plain), '', 1.1),
  ];
}

async function mutatingAt(bench: Bench, nodes: number, rounds: number, count: number): Promise<Figure[]> {
  const variants = ['none', 'deskcall', 'naive'] as const;
  const pages = new Map<string, Awaited<ReturnType<Bench['open']>>>();
  // Hidden, or laying it out would leave no time for 200 mutations a second.
  for (const variant of variants) pages.set(variant, await bench.open(variant, `nodes=${nodes}&hidden`));
  const sample = async (variant: string): Promise<number> => {
    const page = pages.get(variant);
    await page?.bringToFront();
    const events = await traced(bench.browser, async () => page?.evaluate((n) => window.churn(n), count));
    return scriptTime(events, bench.desk.origin(variant)).script / count;
  };
  // Once without counting: the first second of a page is not like the rest.
  await inTurns(variants, 1, sample);
  const times = await inTurns(variants, rounds, sample);
  for (const page of pages.values()) await page.close();
  const size = `${nodes / 1000}k nodes`;
  return [
    medianOf(`per mutation, ${size}: the page's own script`, times.none, 'ms'),
    medianOf(`per mutation, ${size}: Deskcall adds`, differences(times.deskcall, times.none), 'ms', 0.02),
    medianOf(`per mutation, ${size}: naive observer adds`, differences(times.naive, times.none), 'ms'),
  ];
}

export async function mutating(bench: Bench, rounds: number, count: number): Promise<Figure[]> {
  return [...(await mutatingAt(bench, 5000, rounds, count)), ...(await mutatingAt(bench, 50_000, rounds, count))];
}

/** The panel gives up a place that is disputed more than 40 times in 10 s, so each load is used for fewer. */
const perLoad = 35;

export async function rerendering(bench: Bench, loads: number): Promise<Figure[]> {
  const backs: number[] = [];
  let wrong = 0;
  for (let load = 0; load < loads; load++) {
    const page = await bench.open('deskcall', 'nodes=5000&seen');
    await page.evaluate(() => window.seen);
    for (let n = 0; n < perLoad; n++) {
      const { back, frames } = await page.evaluate(() => window.rerender());
      backs.push(back);
      if (frames.some((count) => count !== 1)) wrong++;
    }
    await page.close();
  }
  return [
    medianOf('re-render to panel back: median', backs, 'ms', 16),
    single('re-render to panel back: 95th percentile', quantile(backs, 0.95), 'ms', 50),
    single('re-render: samples without exactly one panel', wrong, '', 0),
  ];
}

export async function lookingUp(bench: Bench, rounds: number): Promise<Figure[]> {
  const page = await bench.open('rows', 'nodes=100');
  const names = rowCounts.map((count) => `bench-rows-${count}`);
  const worlds = new Map<string, <T>(code: string) => Promise<T>>();
  for (const name of names) worlds.set(name, await inWorldOf(bench.context, page, name));
  const sample = async (name: string) =>
    (await worlds.get(name)?.<number>(`lookupTime(${name.split('-')[2]})`)) ?? Number.NaN;
  await inTurns(names, 3, sample);
  const times = await inTurns(names, rounds, sample);
  await page.close();
  const of = (count: number) => times[`bench-rows-${count}`] ?? [];
  return [
    ...rowCounts.map((count) => medianOf(`one lookup among ${count.toLocaleString('en')} rows`, of(count), 'ms')),
    single('one lookup: 50,000 rows / 10 rows', median(of(50_000)) / median(of(10)), '', 1.5),
  ];
}

export async function reading(bench: Bench, rounds: number): Promise<Figure[]> {
  const sizes = ['50000', '5000000'] as const;
  const worlds = new Map<string, <T>(code: string) => Promise<T>>();
  for (const size of sizes) {
    const page = await bench.open('read', `bytes=${size}`);
    worlds.set(size, await inWorldOf(bench.context, page, 'bench-read'));
  }
  const sample = async (size: string) => (await worlds.get(size)?.<number>('readingTime()')) ?? Number.NaN;
  await inTurns(sizes, 5, sample);
  const times = await inTurns(sizes, rounds, sample);
  for (const page of bench.context.pages().slice(1)) await page.close();
  return [
    medianOf('reading a page of 50 kB', times['50000'], 'ms'),
    medianOf('reading a page of 5 MB', times['5000000'], 'ms'),
    single('reading: 5 MB / 50 kB', median(times['5000000']) / median(times['50000']), '', 5),
  ];
}

const ask = `(async () => {
  const start = performance.now();
  const answer = await chrome.runtime.sendMessage({
    type: 'qr', url: location.href, target: 'dana', chosen: false, launchId: 'ABCDEFGHIJKL',
    record: { kind: 'case', id: 'INC0010001', number: 'INC0010001', fields: {} },
  });
  if (!answer?.app?.path) throw new Error(JSON.stringify(answer) ?? 'no answer');
  return performance.now() - start;
})()`;

/** Ends the extension's worker, as the browser does after half a minute of rest. */
async function stopWorker(bench: Bench, origin: string): Promise<void> {
  const running = async () => {
    const { targetInfos } = await bench.browser.send('Target.getTargets');
    return targetInfos.find(({ type, url }) => type === 'service_worker' && url.startsWith(origin));
  };
  const target = await running();
  if (target) await bench.browser.send('Target.closeTarget', { targetId: target.targetId });
  while (await running()) await pause(20);
  await pause(100);
}

export async function drawingCodes(bench: Bench, rounds: number): Promise<Figure[]> {
  const page = await bench.open('deskcall', 'nodes=100');
  const here = await inWorldOf(bench.context, page, 'Deskcall');
  const origin = await here<string>('chrome.runtime.getURL("")');
  await here(ask);
  const times = await inTurns(['warm', 'cold'], rounds, async (kind) => {
    if (kind === 'cold') await stopWorker(bench, origin);
    else await here(ask);
    return here<number>(ask);
  });
  await page.close();
  return [
    medianOf('QR by the worker: running', times.warm, 'ms'),
    medianOf('QR by the worker: stopped before', times.cold, 'ms'),
  ];
}
