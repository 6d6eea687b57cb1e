/**
 * Charts as SVG, drawn on the server, so that the page needs no script. Colours come from the style sheet by classes;
 * lines differ in their dashes and points in their shape, so that they can be told apart without colour.
 */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { along, type Quantile } from './survival.ts';
import type { Side } from './figures.ts';
import { count } from './words.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** What it is called and what it shows, for those who do not see it. */
type Said = { title: string; text: string };

/** Draws; ids are made of `name`, which is unique on the page. */
function draw(name: string, { title, text }: Said, options: Plot.PlotOptions): string {
  const svg = Plot.plot({ ...options, document, className: 'chart', style: {} });
  // Its style element would be inline, which the page's policy forbids; style.css says the same.
  for (const style of svg.querySelectorAll('style')) style.remove();
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-labelledby', `${name}-title ${name}-text`);
  // A picture as a whole: what Plot calls its parts would be read out one by one.
  for (const part of svg.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  for (const [tag, words] of [
    ['desc', text],
    ['title', title],
  ] as const) {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    element.id = `${name}-${tag === 'desc' ? 'text' : tag}`;
    element.textContent = words;
    svg.prepend(element);
  }
  return svg.outerHTML;
}

const hour = 3600;
const stepsOfAxis = [1 / 60, 1 / 12, 1 / 4, 1, 2, 3, 6, 12, 24, 48, 72, 168, 336, 720, 2160].map(
  (hours) => hours * hour,
);

/** Where the axis of time is cut: about where nine in ten have ended on the slower side; in seconds. */
export function axisOf(sides: readonly Side[]): number[] {
  const ends = sides.map(
    ({ curve: { time, open } }) => time[open.findIndex((share) => share <= 0.1)] ?? time.at(-1) ?? hour,
  );
  const end = Math.max(...ends, 60);
  const step = stepsOfAxis.find((each) => end / each <= 8) ?? end / 8;
  return Array.from({ length: Math.ceil(end / step) + 1 }, (_, n) => n * step);
}

/** `12 h`, `3 d`: one unit for the whole axis. */
export function tickOf(ticks: readonly number[]): (seconds: number) => string {
  const step = (ticks[1] ?? hour) - (ticks[0] ?? 0);
  if (step < hour) return (seconds) => `${Math.round(seconds / 60)} min`;
  if (step < 48 * hour) return (seconds) => `${Math.round(seconds / hour)} h`;
  return (seconds) => `${Math.round(seconds / 86_400)} d`;
}

/** Share of cases still open over time, with bands, and how many are still open below the axis. */
export function curves(withCall: Side, without: Side, said: Said): string {
  const ticks = axisOf([withCall, without]);
  const tick = tickOf(ticks);
  const end = ticks.at(-1) ?? hour;
  const fine = Array.from({ length: 301 }, (_, n) => (n * end) / 300);
  const [one, other] = [along(withCall.curve, fine), along(without.curve, fine)];
  const [atOne, atOther] = [along(withCall.curve, ticks), along(without.curve, ticks)];
  const band = (points: typeof one, className: string) =>
    Plot.areaY(
      points.map(({ time, open, low, high }) => ({ time, low: low ?? open, high: high ?? open })),
      { x: 'time', y1: 'low', y2: 'high', curve: 'step-after', className },
    );
  const line = (points: typeof one, className: string) =>
    Plot.lineY(points, { x: 'time', y: 'open', curve: 'step-after', className });
  const name = (points: typeof one, text: string, className: string, dy: number) =>
    Plot.text(points.slice(-1), { x: 'time', y: 'open', text: () => text, textAnchor: 'start', dx: 10, dy, className });
  const below = (points: typeof atOne, row: number) =>
    Plot.text(points, { x: 'time', text: ({ risk }: { risk: number }) => count(risk), frameAnchor: 'bottom', dy: row });
  const [last, otherLast] = [one.at(-1)?.open ?? 0, other.at(-1)?.open ?? 0];
  // The two names lie apart, however close the lines end.
  const apart = Math.abs(last - otherLast) < 0.08 ? 9 : 0;
  return draw('curve', said, {
    width: 1040,
    height: 350,
    marginLeft: 132,
    marginRight: 124,
    marginBottom: 76,
    marginTop: 12,
    x: { domain: [0, end] },
    y: { domain: [0, 1] },
    marks: [
      Plot.gridY([0, 0.25, 0.75, 1], { className: 'grid' }),
      Plot.ruleY([0.5], { className: 'half' }),
      Plot.axisY([0, 0.25, 0.5, 0.75, 1], {
        tickFormat: (share: number) => `${share * 100} %`,
        label: null,
        tickSize: 0,
      }),
      Plot.axisX(ticks, { tickFormat: tick, label: null, tickSize: 4, className: 'axis' }),
      band(other, 'b2'),
      band(one, 'b1'),
      line(other, 'l2'),
      line(one, 'l1'),
      name(one, 'With a call', 'n1', last < otherLast ? apart : -apart),
      name(other, 'Without a call', 'n2', last < otherLast ? -apart : apart),
      below(atOne, 44),
      below(atOther, 64),
      ...(
        [
          ['Still open, with', 44],
          ['Still open, without', 64],
        ] as const
      ).map(([text, dy]) => Plot.text([text], { frameAnchor: 'bottom-left', dx: -132, dy, textAnchor: 'start' })),
    ],
  });
}

/** One group of cases that are alike: its median times, with a call and without. */
export type Pair = { name: string; withCall: Quantile; without: Quantile };

/** Medians with their intervals: a dot with a call, a square without. */
export function pairs(rows: readonly Pair[], said: Said): string {
  const flat = rows.flatMap(({ name, withCall, without }) => [
    { name, side: 1, ...withCall },
    { name, side: 2, ...without },
  ]);
  const known = flat.flatMap(({ at, low, high }) => [at, low, high]).filter((each) => each !== null);
  const end = Math.max(hour, ...known);
  const step = stepsOfAxis.find((each) => end / each <= 8) ?? end / 8;
  const ticks = Array.from({ length: Math.ceil(end / step) + 1 }, (_, n) => n * step);
  const marks = [1, 2].flatMap((side) => {
    const own = flat.filter((row) => row.side === side);
    const dy = side === 1 ? -6 : 6;
    return [
      Plot.ruleY(own, {
        y: 'name',
        x1: (d: Quantile) => d.low ?? d.at,
        x2: (d: Quantile) => d.high ?? end,
        className: `l${side}`,
        dy,
      }),
      Plot.dot(
        own.filter(({ at }) => at !== null),
        { y: 'name', x: 'at', symbol: side === 1 ? 'circle' : 'square', r: 4, className: `d${side}`, dy },
      ),
    ];
  });
  return draw('pairs', said, {
    width: 1040,
    height: rows.length * 34 + 36,
    marginLeft: 300,
    marginRight: 24,
    marginBottom: 32,
    marginTop: 4,
    x: { domain: [0, ticks.at(-1) ?? end] },
    y: { domain: rows.map(({ name }) => name), padding: 0.3 },
    marks: [
      Plot.gridX(ticks, { className: 'grid' }),
      Plot.axisX(ticks, { tickFormat: tickOf(ticks), label: null, tickSize: 4, className: 'axis' }),
      Plot.axisY({ label: null, tickSize: 0, lineWidth: 24, textOverflow: 'ellipsis' }),
      ...marks,
    ],
  });
}

/** How many of each sort: bars with their counts. @param isWide where names are an admin's, of any length */
export function bars(id: string, rows: readonly { name: string; n: number }[], said: Said, isWide = false): string {
  const marginLeft = isWide ? 240 : 124;
  return draw(id, said, {
    width: isWide ? 1040 : 480,
    height: rows.length * 24 + 8,
    marginLeft,
    marginRight: 64,
    marginTop: 4,
    marginBottom: 4,
    x: { domain: [0, Math.max(1, ...rows.map(({ n }) => n))], axis: null },
    y: { domain: rows.map(({ name }) => name), padding: 0.25 },
    marks: [
      // The table has the whole name.
      Plot.axisY({ label: null, tickSize: 0, lineWidth: marginLeft / 12 - 1, textOverflow: 'ellipsis' }),
      Plot.barX(rows, { y: 'name', x: 'n', className: 'bar' }),
      Plot.text(rows, { y: 'name', x: 'n', text: ({ n }: { n: number }) => count(n), textAnchor: 'start', dx: 6 }),
    ],
  });
}
