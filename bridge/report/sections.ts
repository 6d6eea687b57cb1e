/** The report's sections, each with its chart and its table. */
import { html } from 'hono/html';
import { axisOf, bars, curves, pairs, tickOf } from './chart.ts';
import { medianOf, type Comparison, type Group, type Side } from './figures.ts';
import { traitNames, traits, type Trait } from './filter.ts';
import { cell, chart, end, folded, head, table, type Html } from './pieces.ts';
import type { Found, Report } from './report.ts';
import { along } from './survival.ts';
import { between, chanceOf, count, lasting, percent } from './words.ts';

/** Counts that are too small to be shown are not. */
export const atLeast = (n: number, show: number): string => (n > 0 && n < show ? `fewer than ${show}` : count(n));
export const fewer = (show: number): string => `Fewer than ${show}`;
/** What stands instead of numbers of so few. */
const notShown = (what: string, show: number): Html =>
  html`<p class="meta">${fewer(show)} ${what}, so they are not shown.</p>`;

export function fewWords(few: Extract<Comparison, { few: true }>, { compare, show }: Report['limits']): string {
  const [a, b] = [atLeast(few.withCall, show), atLeast(few.without, show)];
  return few.withCall < compare
    ? `Too few to compare: ${a} cases with a call, ${compare} are needed.`
    : `Too few to compare: ${b} cases without a call, ${compare} are needed.`;
}

export function curveSection(withCall: Side, without: Side, start: number): Html {
  const ticks = axisOf([withCall, without]);
  const tick = tickOf(ticks);
  const [one, other] = [along(withCall.curve, ticks), along(without.curve, ticks)];
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

export function laterSection(report: Found): Html {
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

export function groupSection(report: Found): Html {
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
export function binned(values: Float64Array, edges: readonly number[], unit: number, name: string) {
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

export function distribution(
  id: string,
  name: string,
  what: string,
  rows: { name: string; n: number }[],
  line: string,
  of: string,
  show: number,
): Html {
  const all = rows.reduce((sum, { n }) => sum + n, 0);
  if (all < show)
    return html`<section class="card sec" id="${id}">
<h2>${name}</h2>
${notShown(of, show)}
</section>`;
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

export const medianLine = (values: Float64Array, what: string): string => {
  const median = medianOf(values);
  return values.length
    ? `Median ${lasting(median.at)}, 95 % interval ${between(median)}, ${count(values.length)} ${what}.`
    : `No ${what} yet.`;
};

export function pathSection({ path, filter }: Found): Html {
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

export function saidSection({ path: { said, matched }, limits: { show } }: Found): Html {
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
${
  all < show
    ? notShown('answers', show)
    : table(
        'How calls ended',
        [head('Said by the technician'), end('Launches'), end('Share')],
        rows.map(
          ([name, n]) =>
            html`<tr><th scope="row">${name}</th>${cell(count(n))}${cell(sum ? percent(n / sum) : '')}</tr>`,
        ),
      )
}
</section>`;
}

/** So many statuses that no stage is named for are enough to begin with. */
const mostUnnamed = 50;

export function jobsSection({ jobs, limits: { show }, filter }: Report): Html | string {
  if (!jobs) return '';
  const whole = (body: Html): Html => html`<section class="card sec" id="jobs">
<h2>ServiceOptimizer’s jobs</h2>
${body}
</section>`;
  if (jobs === 'apart')
    return whole(
      html`<p class="meta">Jobs have no desk, queue, priority or asset class. Set these filters to “All” to see them.</p>`,
    );
  if (jobs.jobs < show) return whole(html`<p class="meta">Fewer than ${show} jobs are in this view.</p>`);
  const { hidden } = jobs;
  const left = (n: number, what: string): Html | string =>
    n ? html`<p class="meta">${what} of fewer than ${show} jobs are not shown: ${count(n)}.</p>` : '';
  const some = filter.from ?? filter.to;
  return whole(html`<p class="meta">${count(jobs.jobs)} jobs${some ? ', by the day of their first push' : ''}. Times are those at which ServiceOptimizer’s pushes came, not those at which something happened on site.</p>
${
  jobs.stages.length
    ? html`${chart(
        'Jobs by stage, chart',
        bars(
          'stages',
          jobs.stages.map(({ name, jobs: n }) => ({ name, n })),
          { title: 'Jobs that came to each stage', text: 'The same numbers stand in the table below.' },
          true,
        ),
      )}${table(
        'Jobs by stage',
        [head('Stage'), end('Jobs that came to it'), end('Jobs last pushed with it')],
        jobs.stages.map(
          ({ name, jobs: n, now }) =>
            html`<tr><th scope="row">${name}</th>${cell(count(n))}${cell(atLeast(now, show))}</tr>`,
        ),
      )}`
    : ''
}
${left(hidden.stages, 'Stages')}
${
  jobs.moves.length
    ? html`<h3>From one stage to the next</h3>
<p class="meta">Only jobs that came to a next stage count, so those that are stuck don’t make these times longer. A way that a job went twice counts twice in the time. Statuses without a stage are passed over.</p>
${table(
  'From one stage to the next',
  [head('From'), head('To'), end('Jobs'), end('Median, interval')],
  jobs.moves.map(({ from, to, jobs: n, seconds }) => {
    const median = medianOf(seconds);
    return html`<tr><th scope="row">${from}</th><td>${to}</td>${cell(count(n))}<td class="end">${lasting(median.at)} <span class="iv">${between(median)}</span></td></tr>`;
  }),
)}`
    : ''
}
${left(hidden.moves, 'Ways from one stage to the next')}
${
  jobs.unnamed.length
    ? html`<h3>Statuses without a stage</h3>
<p class="meta">Whoever runs the bridge can name a stage for each, in its configuration: serviceoptimizer, the system, stages. That counts for what was pushed before, too.</p>
${table(
  'Statuses without a stage',
  [head('Status, as it was pushed'), head('System'), end('Jobs')],
  jobs.unnamed
    .slice(0, mostUnnamed)
    .map(
      ({ raw, instance, jobs: n }) => html`<tr><th scope="row">${raw}</th><td>${instance}</td>${cell(count(n))}</tr>`,
    ),
)}${
  jobs.unnamed.length > mostUnnamed
    ? html`<p class="meta">And ${count(jobs.unnamed.length - mostUnnamed)} more.</p>`
    : ''
}`
    : ''
}
${left(hidden.unnamed, 'Statuses without a stage')}`);
}
