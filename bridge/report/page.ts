/** The report as HTML. It needs no script: filters are a form, tables fold by themselves. */
import { html, raw } from 'hono/html';
import { bars, curves, axisOf, pairs, tickOf } from './chart.ts';
import { medianOf, type Comparison, type Group, type Side } from './figures.ts';
import { starts, traitNames, traits, writeFilter, type Filter, type Trait } from './filter.ts';
import type { Found, Report } from './report.ts';
import { along, shareOf, type Quantile } from './survival.ts';
import { between, chanceOf, count, dayOf, lasting, momentOf, percent } from './words.ts';

type Html = ReturnType<typeof html>;

const bell = raw(
  '<span class="mark"><svg class="i" viewBox="0 0 16 16" aria-hidden="true"><path d="M3 11a5 5 0 0 1 10 0z" fill="currentColor"/><path d="M2 13.5h12M8 6V3.5M6.5 3.5h3"/></svg></span>',
);
const info = raw(
  '<svg class="i" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="5.7"/><path d="M8 7.5V11M8 5.1v.1"/></svg>',
);

const title = 'Remote assistance and time to resolution';

const whole = (body: Html): Html => html`<!doctype html>
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

/** What to type a token into. @param wrong why the last one did not do */
export function signInPage(next: string, wrong?: string): Html {
  return whole(html`<main class="sign card sec">
<h1>${bell} ${title}</h1>
${wrong ? html`<p class="st bad" role="alert" id="wrong">${wrong}</p>` : ''}
<form method="post" action="/report/sign-in">
<input type="hidden" name="next" value="${next}">
<label class="field">Token<input class="input" type="password" name="token" required autofocus autocomplete="off" spellcheck="false" ${wrong ? raw('aria-describedby="wrong" aria-invalid="true"') : ''}></label>
<p class="meta">Whoever runs the bridge makes one with the scope “report”.</p>
<button class="btn main m">Sign in</button>
</form>
</main>`);
}

const select = (name: string, label: string, options: readonly (readonly [string, string])[], value: string): Html =>
  html`<label class="field">${label}<select class="input" name="${name}">${options.map(
    ([of, text]) => html`<option value="${of}"${of === value ? raw(' selected') : ''}>${text}</option>`,
  )}</select></label>`;

const startWords = (hours: number): string => (hours ? `${hours} h after opening` : 'Opening');

function filters({ filter, choices }: Report): Html {
  const { is, within, start } = filter;
  return html`<form class="filters" method="get" action="/report">
<label class="field">Opened from<input class="input" type="date" name="from" value="${filter.from ?? ''}"></label>
<label class="field">to<input class="input" type="date" name="to" value="${filter.to ?? ''}"></label>
${traits.map((trait) => {
  const known = choices[trait];
  const value = is[trait];
  const all = value === undefined || known.includes(value) ? known : [...known, value];
  return select(trait, traitNames[trait], [['', 'All'], ...all.map((each) => [each, each] as const)], value ?? '');
})}
${select(
  'start',
  'Compare from',
  starts.map((hours) => [hours ? String(hours) : '', startWords(hours)] as const),
  start ? String(start) : '',
)}
<fieldset class="within"><legend>Compare cases alike in</legend>${traits.map(
    (trait) =>
      html`<label><input type="checkbox" name="within" value="${trait}"${within.includes(trait) ? raw(' checked') : ''}> ${traitNames[trait]}</label>`,
  )}</fieldset>
<span class="acts"><button class="btn main m">Show</button><a class="btn m" href="/report">Show all</a></span>
</form>`;
}

const key = (side: 1 | 2) =>
  raw(`<svg class="key" viewBox="0 0 22 8" aria-hidden="true"><path class="l${side}" d="M0 4h22"/></svg>`);

const figure = (label: Html | string, value: string, ...lines: string[]): Html =>
  html`<div><dt>${label}</dt><dd><b>${value}</b>${lines.map((line) => html`<span>${line}</span>`)}</dd></div>`;

const withInterval = (time: Quantile): string =>
  time.low === null ? 'No interval: too few ended' : `95 % interval ${between(time)}`;

const halfFigure = (side: 1 | 2, { half, cases, over }: Side): Html =>
  figure(
    html`${key(side)}Half resolved, ${side === 1 ? 'with a call' : 'without'}`,
    lasting(half.at),
    withInterval(half),
    `${count(cases)} cases, ${count(cases - over)} still open`,
  );

/** Counts that are too small to be shown are not. */
const atLeast = (n: number, show: number): string => (n > 0 && n < show ? `fewer than ${show}` : count(n));

function fewWords(few: Extract<Comparison, { few: true }>, { compare, show }: Report['limits']): string {
  const [a, b] = [atLeast(few.withCall, show), atLeast(few.without, show)];
  return few.withCall < compare
    ? `Too few to compare: ${a} cases with a call, ${compare} are needed.`
    : `Too few to compare: ${b} cases without a call, ${compare} are needed.`;
}

const table = (caption: string, heads: readonly Html[], rows: readonly Html[]): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption class="sr">${caption}</caption><thead><tr>${heads}</tr></thead><tbody>${rows}</tbody></table></div>`;
const head = (text: string): Html => html`<th scope="col">${text}</th>`;
const end = (text: string): Html => html`<th scope="col" class="end">${text}</th>`;
const cell = (text: string): Html => html`<td class="end">${text}</td>`;

/** A chart, which a narrow window moves sideways rather than make it too small to read. */
const chart = (name: string, svg: string): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${name}">${raw(svg)}</div>`;

const folded = (name: string, body: Html): Html => html`<details><summary>Table: ${name}</summary>${body}</details>`;

function curveSection(withCall: Side, without: Side, start: number): Html {
  const ticks = axisOf([withCall, without]);
  const tick = tickOf(ticks);
  const [one, other] = [along(withCall.steps, ticks), along(without.steps, ticks)];
  const since = start ? `${start} h after opening` : 'opening';
  const said = {
    title: 'Share of cases still open over time, with and without a call',
    text: `Half of the cases with a call are resolved after ${lasting(withCall.half.at)}, half of those without after ${lasting(without.half.at)}.`,
  };
  const share = (point: (typeof one)[number] | undefined): Html =>
    point
      ? html`<td class="end">${count(point.risk)}</td><td class="end">${percent(point.open)} <span class="iv">${
          point.low === null || point.high === null ? '' : `${percent(point.low)} to ${percent(point.high)}`
        }</span></td>`
      : html``;
  return html`<section class="card sec" id="curve">
<h2>Cases still open, by time since ${since}</h2>
<p class="meta">Kaplan–Meier estimate with 95 % bands. Cases that are still open count up to when they were last read.</p>
${chart('Cases still open, chart', curves(withCall, without, said))}
${folded(
  'cases still open',
  table(
    'Cases still open over time',
    [head(`Since ${since}`), end('Open, with'), end('Share, interval'), end('Open, without'), end('Share, interval')],
    ticks.map((time, n) => html`<tr><th scope="row">${tick(time)}</th>${share(one[n])}${share(other[n])}</tr>`),
  ),
)}
</section>`;
}

/** The two sides of a comparison as cells, or why there are none. */
const sides = (comparison: Comparison, limits: Report['limits']): Html =>
  'few' in comparison
    ? html`<td colspan="4" class="few">${fewWords(comparison, limits)}</td>`
    : html`${[comparison.withCall, comparison.without].map(
        ({ cases, half }) =>
          html`<td class="end">${count(cases)}</td><td class="end">${lasting(half.at)} <span class="iv">${between(half)}</span></td>`,
      )}`;
const sideHeads = [
  end('Cases with'),
  end('Half resolved, interval'),
  end('Cases without'),
  end('Half resolved, interval'),
];

function laterSection(report: Found): Html {
  return html`<section class="card sec" id="later">
<h2>From the same moment on</h2>
<p class="meta">A case that stays open for long has more time to get a call, so the curves above are not quite fair. Here only cases count that were still open some hours after opening, and “with a call” means called by then. Times count from that moment.</p>
${table(
  'Comparisons from some hours after opening',
  [head('Still open after'), ...sideHeads, end('By chance alone')],
  report.later.map(
    ({ start, comparison }) =>
      html`<tr><th scope="row">${start} h</th>${sides(comparison, report.limits)}<td class="end">${
        'few' in comparison || comparison.test.p === null ? '' : chanceOf(comparison.test.p)
      }</td></tr>`,
  ),
)}
</section>`;
}

/** A group's name: its values, or what stands for one that the desk did not say. */
const nameOf = (of: Group['of'], within: readonly Trait[]): string =>
  within.map((trait) => of[trait] ?? `no ${traitNames[trait].toLowerCase()}`).join(', ');

/** So many groups fit into one chart; the table has all. */
const mostInChart = 12;

function groupSection(report: Found): Html {
  const { within } = report.filter;
  const { shown, hidden } = report.groups;
  const alike = within.map((trait) => traitNames[trait].toLowerCase()).join(' and ');
  const drawn = shown
    .flatMap(({ of, comparison }) =>
      'few' in comparison
        ? []
        : [{ name: nameOf(of, within), withCall: comparison.withCall.half, without: comparison.without.half }],
    )
    .slice(0, mostInChart);
  const test = 'few' in report.comparison ? undefined : report.comparison.test;
  const more = test && test.observed > test.expected;
  return html`<section class="card sec" id="groups">
<h2>Like with like</h2>
<p class="meta">Time until half are resolved, with 95 % intervals, among cases of the same ${alike}. Dot: with a call. Square: without.</p>
${
  test?.p === undefined || test.p === null
    ? ''
    : html`<p id="test">Among cases alike in desk, queue, priority and asset class, ${count(test.observed)} with a call were resolved, where ${count(
        Math.round(test.expected),
      )} would have been at the pace of all: ${more ? 'more' : 'fewer'}. A difference as large comes by chance alone in ${chanceOf(test.p)} (stratified log-rank test).</p>`
}
${
  drawn.length
    ? chart(
        'Like with like, chart',
        pairs(drawn, {
          title: 'Time until half are resolved, by group',
          text: 'The same numbers stand in the table below.',
        }),
      )
    : ''
}
${table(
  'Like with like',
  [...within.map((trait) => head(traitNames[trait])), ...sideHeads],
  shown.map(
    ({ of, comparison }) =>
      html`<tr>${within.map((trait, n) =>
        n ? html`<td>${of[trait] ?? 'not said'}</td>` : html`<th scope="row">${of[trait] ?? 'not said'}</th>`,
      )}${sides(comparison, report.limits)}</tr>`,
  ),
)}
${hidden ? html`<p class="meta">${count(hidden)} groups of fewer than ${report.limits.show} cases are not shown.</p>` : ''}
</section>`;
}

/** Counts values between edges; the last place is for all beyond. */
function binned(values: Float64Array, edges: readonly number[], unit: number, name: string) {
  const places = edges.map((from, n) => {
    const to = edges[n + 1];
    const label = to === undefined ? `${from} ${name} and more` : `${from} to ${to} ${name}`;
    return { name: label, n: 0, from: from * unit };
  });
  for (const value of values) {
    const place = places.findLast(({ from }) => value >= from);
    if (place) place.n += 1;
  }
  return places.map(({ name: label, n }) => ({ name: label, n }));
}

function distribution(id: string, name: string, what: string, rows: { name: string; n: number }[], line: string): Html {
  const all = rows.reduce((sum, { n }) => sum + n, 0);
  return html`<section class="card sec" id="${id}">
<h2>${name}</h2>
<p class="meta">${line}</p>
${chart(`${name}, chart`, bars(id, rows, { title: name, text: line }))}
${folded(
  name.toLowerCase(),
  table(
    name,
    [head(name), end(what), end('Share')],
    rows.map(
      (row) =>
        html`<tr><th scope="row">${row.name}</th>${cell(count(row.n))}${cell(all ? percent(row.n / all) : '')}</tr>`,
    ),
  ),
)}
</section>`;
}

const medianLine = (values: Float64Array, what: string): string => {
  const median = medianOf(values);
  return values.length
    ? `Median ${lasting(median.at)}, 95 % interval ${between(median)}, ${count(values.length)} ${what}.`
    : `No ${what} yet.`;
};

function pathSection({ path, filter }: Found): Html {
  const rows = [
    ['Launched', path.launches, null],
    ['Seen as a call', path.seen, path.launches - path.seen],
    ['Matched to its case', path.matched, path.seen - path.matched],
    ['Written back', path.written, path.matched - path.written],
  ] as const;
  const reasons = (name: string, list: readonly { why: string; n: number }[]): Html | string =>
    list.length
      ? html`<h3>${name}</h3>${table(
          name,
          [head('Why'), end('Sessions')],
          list.map(({ why, n }) => html`<tr><th scope="row">${why}</th>${cell(count(n))}</tr>`),
        )}`
      : '';
  const ofCases = traits.some((trait) => filter.is[trait] !== undefined);
  return html`<section class="card sec" id="path">
<h2>From click to note</h2>
<p class="meta">By the time of the launch.${ofCases ? ' Calls without a case are only counted in the view of all cases: nobody knows their desk.' : ''}</p>
${table(
  'From click to note',
  [head('Step'), end('Launches'), end('Lost here')],
  rows.map(
    ([name, n, lost]) =>
      html`<tr><th scope="row">${name}</th>${cell(count(n))}${cell(lost === null ? '' : count(lost))}</tr>`,
  ),
)}
${reasons('Calls without a case', path.unmatched)}
${reasons('Notes not written', path.unwritten)}
</section>`;
}

function saidSection({ path: { said, matched } }: Found): Html {
  const all = said.solved + said.visit + said.noAnswer;
  const rows = [
    ['Solved remotely', said.solved],
    ['Needs a visit', said.visit],
    ['No answer', said.noAnswer],
    ['Not said', Math.max(0, matched - all)],
  ] as const;
  const sum = rows.reduce((total, [, n]) => total + n, 0);
  return html`<section class="card sec" id="said">
<h2>How calls ended</h2>
<p class="meta">As technicians said on coming back to the case; the last word on each launch counts.</p>
${table(
  'How calls ended',
  [head('Said by the technician'), end('Launches'), end('Share')],
  rows.map(
    ([name, n]) => html`<tr><th scope="row">${name}</th>${cell(count(n))}${cell(sum ? percent(n / sum) : '')}</tr>`,
  ),
)}
</section>`;
}

/** Trips that technicians said were avoided. Of so few that one could tell who said it, nothing is shown. */
function tripFigure({ path: { said }, limits }: Found): Html {
  const name = 'Trips avoided, as told by technicians';
  const part = shareOf(said.avoided, said.cases);
  if (!part || said.cases < limits.show)
    return figure(name, 'Not shown', `Fewer than ${limits.show} cases have an answer`);
  return figure(
    name,
    `${count(said.avoided)} of ${count(said.cases)}`,
    `${percent(part.share)}, 95 % interval ${percent(part.low)} to ${percent(part.high)}`,
    `${count(said.cases)} cases have an answer`,
  );
}

function found(report: Found): Html {
  const { comparison, limits, path, filter } = report;
  const wait = medianOf(path.waits);
  const called = shareOf(report.called, report.cases);
  const halves =
    'few' in comparison
      ? [figure('With a call and without', 'Not compared', fewWords(comparison, limits))]
      : [halfFigure(1, comparison.withCall), halfFigure(2, comparison.without)];
  return html`<dl class="card figs">${halves}
${figure('From launch to call, median', path.waits.length ? lasting(wait.at) : 'No calls', ...(path.waits.length ? [withInterval(wait)] : []), `${count(path.waits.length)} launches with a call`)}
${figure(
  'Cases with a call',
  called ? percent(called.share) : '',
  called ? `95 % interval ${percent(called.low)} to ${percent(called.high)}` : '',
  `${count(report.called)} of ${count(report.cases)} cases`,
)}
${tripFigure(report)}
</dl>
${
  'few' in comparison
    ? html`<section class="card empty"><h2>Too few cases to compare</h2><p>${fewWords(comparison, limits)}</p></section>`
    : curveSection(comparison.withCall, comparison.without, filter.start)
}
${laterSection(report)}
${groupSection(report)}
<div class="pair">
${distribution('waits', 'From launch to call', 'Launches', binned(path.waits, [0, 15, 30, 45, 60, 90, 120, 300], 1, 's'), medianLine(path.waits, 'launches with a call'))}
${distribution('lengths', 'Length of a call', 'Calls', binned(path.lengths, [0, 1, 2, 5, 10, 15, 20, 30, 60], 60, 'min'), medianLine(path.lengths, 'calls'))}
${distribution(
  'per-case',
  'Calls per case',
  'Cases',
  report.perCase
    .slice(1)
    .map((n, place) => ({ name: place === 4 ? '5 calls and more' : place ? `${place + 1} calls` : '1 call', n })),
  `${count(report.called)} cases had a call before they were resolved, ${count(report.perCase[0] ?? 0)} had none.`,
)}
${saidSection(report)}
${pathSection(report)}
</div>`;
}

const spanOf = ({ from, to }: Filter): string => {
  const say = (text: string): string => dayOf(new Date(`${text}T00:00Z`));
  if (from && to) return `opened ${say(from)} to ${say(to)}`;
  if (from) return `opened from ${say(from)} on`;
  return to ? `opened up to ${say(to)}` : 'of all times';
};

/** @param who signed in by a token, who can sign out; people whom the proxy names can't */
export function reportPage(report: Report, who: 'token' | 'proxy'): Html {
  const { filter, fresh, took, limits } = report;
  const trouble = fresh.filter((each) => each.trouble);
  const csv = `/report/cases.csv${writeFilter(filter)}`;
  const none = (name: string, why: string): Html =>
    html`<section class="card empty"><h2>${name}</h2><p>${why}</p></section>`;
  return whole(html`<main class="page">
<header class="top">${bell}<h1>${title}</h1>${
    report.empty ? '' : html`<a class="btn m" href="${csv}" download>Cases as CSV</a>`
  }${who === 'token' ? html`<form method="post" action="/report/sign-out"><button class="btn m">Sign out</button></form>` : ''}</header>
${filters(report)}
${trouble.map(
  ({ desk, trouble: why, read_to }) =>
    html`<p class="say bad" role="alert">${info}<b>Cases of ${desk} are not up to date${read_to ? `: known until ${momentOf(read_to)}` : ''}.</b><span>${why}</span></p>`,
)}
<div class="say">${info}<b>These figures show what happened together, not what caused what.</b><p>Cases with a call may differ from the others in ways this page cannot see. Compare cases that are alike, and from the same moment on, below.</p></div>
${
  report.empty === null
    ? found(report)
    : report.empty === 'none'
      ? none(
          'No cases yet',
          'Figures appear once the bridge has read cases from a desk, or a file of cases was imported.',
        )
      : none('Too few cases to show', `Fewer than ${limits.show} cases are in this view. Widen the filters.`)
}
<footer class="meta"><p id="facts">${report.empty ? '' : html`${count(report.cases)} cases, ${spanOf(filter)}. `}Read and counted in <span id="took">${took().toFixed(2)}</span> s.</p>
<p>Times are by the clock, nights and weekends included; days are in UTC. Groups of fewer than ${limits.show} cases are not shown, and fewer than ${limits.compare} on a side are not compared.</p>
${fresh.filter(({ read_to }) => read_to).map(({ desk, read_to }) => html`<p>Cases of ${desk} are known until ${read_to ? momentOf(read_to) : ''}.</p>`)}
</footer>
</main>`);
}
