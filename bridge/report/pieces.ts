/** What the report's page is made of. */
import { html, raw } from 'hono/html';
import type { Side } from './figures.ts';
import type { Quantile } from './survival.ts';
import { between, count, lasting } from './words.ts';

export type Html = ReturnType<typeof html>;

export const bell = raw(
  '<span class="mark"><svg class="i" viewBox="0 0 16 16" aria-hidden="true"><path d="M3 11a5 5 0 0 1 10 0z" fill="currentColor"/><path d="M2 13.5h12M8 6V3.5M6.5 3.5h3"/></svg></span>',
);
export const info = raw(
  '<svg class="i" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="5.7"/><path d="M8 7.5V11M8 5.1v.1"/></svg>',
);

export const title = 'Remote assistance and time to resolution';

export const whole = (body: Html): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="same-origin">
<title>${title}</title>
<link rel="stylesheet" href="/report/style.css">
<link rel="icon" href="data:,">
</head>
<body>${body}</body>
</html>`;

export const select = (
  name: string,
  label: string,
  options: readonly (readonly [string, string])[],
  value: string,
): Html =>
  html`<label class="field">${label}<select class="input" name="${name}">${options.map(
    ([of, text]) => html`<option value="${of}"${of === value ? raw(' selected') : ''}>${text}</option>`,
  )}</select></label>`;

export const key = (side: 1 | 2) =>
  raw(`<svg class="key" viewBox="0 0 22 8" aria-hidden="true"><path class="l${side}" d="M0 4h22"/></svg>`);

export const figure = (label: Html | string, value: string, ...lines: string[]): Html =>
  html`<div><dt>${label}</dt><dd><b>${value}</b>${lines.map((line) => html`<span>${line}</span>`)}</dd></div>`;

export const withInterval = (time: Quantile): string =>
  time.low === null ? 'No interval: too few ended' : `95 % interval ${between(time)}`;

export const halfFigure = (side: 1 | 2, { half, cases, over }: Side): Html =>
  figure(
    html`${key(side)}Half resolved, ${side === 1 ? 'with a call' : 'without'}`,
    lasting(half.at),
    withInterval(half),
    `${count(cases)} cases, ${count(cases - over)} still open`,
  );

export const table = (caption: string, heads: readonly Html[], rows: readonly Html[]): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption class="sr">${caption}</caption><thead><tr>${heads}</tr></thead><tbody>${rows}</tbody></table></div>`;
export const head = (text: string): Html => html`<th scope="col">${text}</th>`;
export const end = (text: string): Html => html`<th scope="col" class="end">${text}</th>`;
export const cell = (text: string): Html => html`<td class="end">${text}</td>`;

/** A chart, which a narrow window moves sideways rather than make it too small to read. */
export const chart = (name: string, svg: string): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${name}">${raw(svg)}</div>`;

export const folded = (name: string, body: Html): Html =>
  html`<details><summary>Table: ${name}</summary>${body}</details>`;
