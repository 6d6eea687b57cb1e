/**
 * `npm run bench`: what Deskcall costs a page, beside the least and the most it could cost. Store build, one browser,
 * rounds in turns; medians and ratios. `--full` takes more rounds, `--json FILE` says where the figures go,
 * `--only visible,reading` takes some of the measures. Aims are printed, never enforced: machines differ.
 */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fail, root } from '../../scripts/bootstrap.mjs';
import { openBench, type Bench } from './browser.ts';
import { serveBench } from './desk.ts';
import { makeExtensions } from './extensions.ts';
import * as measure from './measures.ts';
import { table, writeJson, type Figure } from './report.ts';

const { values: options } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    json: { type: 'string', default: join(root, '.data', 'bench.json') },
    only: { type: 'string' },
  },
});
const rounds = (quick: number, full: number): number => (options.full ? full : quick);

const measures: Record<string, (bench: Bench, store: string) => Figure[] | Promise<Figure[]>> = {
  bytes: (_, store) => measure.bytes(store),
  evaluating: (bench) => measure.evaluating(bench, rounds(9, 25)),
  mutating: (bench) => measure.mutating(bench, rounds(7, 21), 200),
  visible: (bench) => measure.visible(bench, rounds(20, 40)),
  rerendering: (bench) => measure.rerendering(bench, rounds(3, 10)),
  lookingUp: (bench) => measure.lookingUp(bench, rounds(40, 150)),
  reading: (bench) => measure.reading(bench, rounds(25, 75)),
  drawingCodes: (bench) => measure.drawingCodes(bench, rounds(12, 40)),
};

async function main(): Promise<void> {
  const only = options.only?.split(',') ?? Object.keys(measures);
  const start = performance.now();
  const desk = await serveBench();
  const extensions = await makeExtensions();
  const bench = await openBench(extensions.folders, desk);
  const figures: Figure[] = [];
  try {
    for (const name of only) {
      const began = performance.now();
      // oxlint-disable-next-line no-await-in-loop -- one at a time is the point
      figures.push(...((await measures[name]?.(bench, extensions.store)) ?? []));
      console.error(`${name}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
    }
  } finally {
    await bench.close();
    desk.close();
    extensions.remove();
  }
  const run = {
    date: new Date().toISOString().slice(0, 10),
    processor: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`,
    browser: `Chromium ${bench.version}`,
    seconds: Math.round((performance.now() - start) / 1000),
  };
  console.log(`\n${run.date} · ${run.processor} · ${run.browser} · ${run.seconds} s\n\n${table(figures)}`);
  writeJson(options.json, run, figures);
}

main().catch(fail);
