/** The report as HTML. It needs no script: filters are a form, tables fold by themselves. */
import { html, raw } from 'hono/html';
import { medianOf } from './figures.ts';
import { starts, traitNames, traits, writeFilter, type Filter } from './filter.ts';
import { bell, figure, halfFigure, info, select, title, whole, withInterval, type Html } from './pieces.ts';
import type { Found, Report } from './report.ts';
import {
  atLeast,
  binned,
  curveSection,
  distribution,
  fewer,
  fewWords,
  groupSection,
  jobsSection,
  laterSection,
  medianLine,
  pathSection,
  saidSection,
} from './sections.ts';
import { shareOf } from './survival.ts';
import { count, dayOf, lasting, momentOf, percent } from './words.ts';

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
${
  path.waits.length >= limits.show
    ? figure(
        'From launch to call, median',
        lasting(wait.at),
        withInterval(wait),
        `${count(path.waits.length)} launches with a call`,
      )
    : figure('From launch to call, median', 'Not shown', `${fewer(limits.show)} launches with a call`)
}
${
  called && (report.called === 0 || report.called >= limits.show)
    ? figure(
        'Cases with a call',
        percent(called.share),
        `95 % interval ${percent(called.low)} to ${percent(called.high)}`,
        `${count(report.called)} of ${count(report.cases)} cases`,
      )
    : figure('Cases with a call', atLeast(report.called, limits.show))
}
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
${distribution('waits', 'From launch to call', 'Launches', binned(path.waits, [0, 15, 30, 45, 60, 90, 120, 300], 1, 's'), medianLine(path.waits, 'launches with a call'), 'launches with a call', limits.show)}
${distribution('lengths', 'Length of a call', 'Calls', binned(path.lengths, [0, 1, 2, 5, 10, 15, 20, 30, 60], 60, 'min'), medianLine(path.lengths, 'calls'), 'calls', limits.show)}
${distribution(
  'per-case',
  'Calls per case',
  'Cases',
  report.perCase
    .slice(1)
    .map((n, place) => ({ name: place === 4 ? '5 calls and more' : place ? `${place + 1} calls` : '1 call', n })),
  `${count(report.called)} cases had a call before they were resolved, ${count(report.perCase[0] ?? 0)} had none.`,
  'cases with a call',
  limits.show,
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
${jobsSection(report)}
<footer class="meta"><p id="facts">${report.empty ? '' : html`${count(report.cases)} cases, ${spanOf(filter)}. `}Read and counted in <span id="took">${took().toFixed(2)}</span> s.</p>
<p>Times are by the clock, nights and weekends included; days are in UTC. Groups of fewer than ${limits.show} cases are not shown, and fewer than ${limits.compare} on a side are not compared.</p>
${fresh.filter(({ read_to }) => read_to).map(({ desk, read_to }) => html`<p>Cases of ${desk} are known until ${read_to ? momentOf(read_to) : ''}.</p>`)}
</footer>
</main>`);
}
