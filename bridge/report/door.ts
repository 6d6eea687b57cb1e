/** The doors of the report: the page, its style, its data, and signing in and out. */
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { readBody } from '../body.ts';
import { remoteOf, type App, type C } from '../door.ts';
import { makeLimit } from '../limit.ts';
import { said } from '../log.ts';
import type { Parts } from '../server.ts';
import { csvOf } from './csv.ts';
import { readFilter, writeFilter } from './filter.ts';
import { reportPage, signInPage } from './page.ts';
import { makeReport } from './report.ts';
import { beginVisit, endVisit, fromOurselves, visitor } from './visit.ts';

/** The look's values and controls are the extension's; only the files are shared. */
const sheets = [
  '../../components/tokens.css',
  '../../components/tokens-more.css',
  '../../components/controls.css',
  '../../components/controls-more.css',
  './style.css',
];

const headers = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Bytes of a form. */
const longest = 4096;

export function report(app: App, { config, db, log, metrics }: Parts): void {
  const style = sheets.map((sheet) => readFileSync(new URL(sheet, import.meta.url), 'utf8')).join('\n');
  const tries = makeLimit(config.limits.token);
  const took = metrics.duration('deskcall_report_seconds', 'From asking for the report to its answer.');

  const who = (c: C) => visitor(config, db, { remote: remoteOf(c), header: (name) => c.req.header(name) });
  /** Only what leads back to a view of the report: never another site. */
  const backTo = (text: string): string => `/report${writeFilter(readFilter(new URLSearchParams(text)))}`;
  const queryOf = (c: C): string => new URL(c.req.url).search.slice(1);

  async function formOf(c: C): Promise<URLSearchParams | Response> {
    if (!fromOurselves(config, c.req.header('origin'), c.req.header('host')))
      return c.text('This form was not sent from the report’s own page. Open the report and try again.\n', 403);
    const body = await readBody(c.env.incoming, longest);
    if (!body) return c.text('The form is too long.\n', 413, { connection: 'close' });
    return new URLSearchParams(body.toString('utf8'));
  }

  app.get('/report/style.css', (c) =>
    c.body(style, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'max-age=300' }),
  );

  app.get('/report', async (c) => {
    const query = queryOf(c);
    const known = await who(c);
    if (!known) return c.html(signInPage(query), 200, headers);
    const filter = readFilter(new URLSearchParams(query));
    // Empty fields of the form go, so that the address that people send on is short.
    const short = backTo(query);
    if (short !== `/report${query && `?${query}`}`) return c.redirect(short, 302);
    const start = performance.now();
    const made = await makeReport(db, config.report, filter);
    const page = reportPage(made, known);
    took((performance.now() - start) / 1000);
    return c.html(page, 200, headers);
  });

  app.get('/report/cases.csv', async (c) => {
    if (!(await who(c))) return c.redirect(backTo(queryOf(c)), 302);
    const lines = Readable.from(csvOf(db, readFilter(new URLSearchParams(queryOf(c)))));
    lines.on('error', (error) => log.error('report: the CSV broke off', { error: said(error) }));
    return c.body(Readable.toWeb(lines) as ReadableStream, 200, {
      ...headers,
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="cases.csv"',
    });
  });

  app.post('/report/sign-in', async (c) => {
    const form = await formOf(c);
    if (form instanceof Response) return form;
    const next = form.get('next') ?? '';
    const wait = tries(remoteOf(c));
    if (wait) return c.html(signInPage(next, `Too many tries. Try again in ${wait} s.`), 429, headers);
    const cookie = await beginVisit(config, db, form.get('token')?.trim() ?? '');
    if (!cookie) {
      log.warn('report: sign-in refused', { remote: remoteOf(c) });
      const wrong = 'This token does not open the report. Ask whoever runs the bridge for one with the scope “report”.';
      return c.html(signInPage(next, wrong), 403, headers);
    }
    c.header('set-cookie', cookie);
    return c.redirect(backTo(next), 303);
  });

  app.post('/report/sign-out', async (c) => {
    const form = await formOf(c);
    if (form instanceof Response) return form;
    c.header('set-cookie', await endVisit(config, db, c.req.header('cookie')));
    return c.redirect('/report', 303);
  });
}
