/** Thread time of scripts, from the browser's own trace: time that others had the processor does not count. */
import type { CDPSession } from '@playwright/test';

type Event = {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  /** CPU time, in µs. */
  tdur?: number;
  args?: { data?: { url?: string } };
};

/** Traces what happens on renderers while `work` runs. */
export async function traced(browser: CDPSession, work: () => Promise<unknown>): Promise<Event[]> {
  const events: Event[] = [];
  const collect = ({ value }: { value: object[] }) => void events.push(...(value as Event[]));
  browser.on('Tracing.dataCollected', collect);
  const done = new Promise((resolve) => {
    browser.once('Tracing.tracingComplete', resolve);
  });
  await browser.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['devtools.timeline', 'v8'], excludedCategories: ['*'] },
  });
  await work();
  await browser.send('Tracing.end');
  await done;
  browser.off('Tracing.dataCollected', collect);
  return events;
}

/** What runs script on a page's main thread. */
const scripts = new Set(['EvaluateScript', 'FunctionCall', 'RunMicrotasks', 'v8.callFunction', 'v8.run', 'v8.compile']);

const ms = (events: Event[]): number => events.reduce((sum, { tdur = 0 }) => sum + tdur, 0) / 1000;

const from = (events: Event[], start: string): Event[] =>
  events.filter(({ ph, name, args }) => ph === 'X' && scripts.has(name) && args?.data?.url?.startsWith(start));

/** CPU ms of compiling and evaluating the content scripts, each time they were. */
export const evaluation = (events: Event[]): number =>
  ms(from(events, 'chrome-extension://').filter(({ name }) => name === 'EvaluateScript'));

/** What styles and lays out a page and prepares its paint; within a script that asks for sizes, else in the frame after it. */
const layouts = new Set(['Layout', 'UpdateLayoutTree', 'PrePaint']);

/** Those that lie within no other of them. */
function outermost(events: Event[]): Event[] {
  let end = 0;
  return events
    .toSorted((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0))
    .filter(({ ts, dur = 0 }) => {
      if (ts < end) return false;
      end = ts + dur;
      return true;
    });
}

/**
 * CPU ms of all script on the main thread of a page, whoever's it is; nested events count once.
 * @returns `script` with, and `layout` of it what was spent on styles and layout that a script asked for
 */
export function scriptTime(events: Event[], page: string): { script: number; layout: number } {
  const [first] = from(events, page);
  if (!first) throw new Error(`The trace has no script of ${page}.`);
  const here = events.filter(({ ph, pid, tid }) => ph === 'X' && pid === first.pid && tid === first.tid);
  const outer = outermost(here.filter(({ name }) => scripts.has(name)));
  const asked = here.filter(
    ({ name, ts }) =>
      layouts.has(name) && outer.some((script) => script.ts <= ts && ts < script.ts + (script.dur ?? 0)),
  );
  return { script: ms(outer), layout: ms(outermost(asked)) };
}
