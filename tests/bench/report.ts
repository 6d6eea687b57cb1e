/** The figures of a run: printed as a table, written as JSON. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { median, quantile } from './stats.ts';

type Unit = 'ms' | 's' | 'B' | 'MB' | '/s' | '';
/** A figure on it has met it. */
type Aim = ({ most: number } | { least: number }) & { unit: Unit };

export type Figure = {
  what: string;
  value: number;
  unit: Unit;
  samples?: number[];
  aim?: Aim;
};

/** The median of samples as a figure. */
export const medianOf = (what: string, samples: number[], unit: Unit, most?: number): Figure => ({
  what,
  value: median(samples),
  unit,
  samples,
  ...(most === undefined ? {} : { aim: { most, unit } }),
});

/** A figure without rounds, or made of medians. */
export const single = (what: string, value: number, unit: Unit, most?: number): Figure => ({
  what,
  value,
  unit,
  ...(most === undefined ? {} : { aim: { most, unit } }),
});

const rounded = (value: number): string =>
  Number.isInteger(value)
    ? String(value)
    : Math.abs(value) >= 100
      ? value.toFixed(0)
      : Math.abs(value) >= 1
        ? value.toFixed(2)
        : value.toFixed(4);

const say = (value: number, unit: Unit): string => {
  const text = unit === 'B' ? value.toLocaleString('en') : rounded(value);
  return unit ? `${text} ${unit}` : text;
};

const spread = (samples: number[] | undefined): string =>
  samples ? `${rounded(quantile(samples, 0.25))} to ${rounded(quantile(samples, 0.75))} (${samples.length})` : '';

export const met = ({ value, aim }: Figure): boolean =>
  !aim || ('most' in aim ? value <= aim.most : value >= aim.least);

const aimed = (aim: Aim): string =>
  `at ${'most' in aim ? `most ${aim.most}` : `least ${aim.least}`}${aim.unit ? ` ${aim.unit}` : ''}`;

const cells = (figure: Figure): string[] => [
  figure.what,
  say(figure.value, figure.unit),
  spread(figure.samples),
  figure.aim ? aimed(figure.aim) : '',
  figure.aim ? (met(figure) ? 'met' : '**missed**') : '',
];

/** The table, in Markdown, so that documentation can hold exactly what was printed. */
export function table(figures: Figure[]): string {
  const rows = [['what', 'figure', 'middle half (samples)', 'aim', ''], ...figures.map(cells)];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]) => `| ${row.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

export function writeJson(file: string, run: Record<string, unknown>, figures: Figure[]): void {
  mkdirSync(dirname(file), { recursive: true });
  const all = figures.map((figure) => ({ ...figure, ...(figure.aim ? { met: met(figure) } : {}) }));
  writeFileSync(file, `${JSON.stringify({ ...run, figures: all }, null, 2)}\n`);
}
