import Papa from 'papaparse';
import { exportKinds } from '../../lib/api.ts';
import { columnsOf, exportRows } from '../exports.ts';
import type { Api } from './api.ts';

/** Rows of one answer, if nobody says how many; and at most. */
const usual = 500;
const most = 5000;

export function exports({ app, parts: { db }, allowed, answer, fail }: Api): void {
  app.get('/api/export/:kind', async (c) => {
    const who = await allowed(c, 'report');
    if ('answer' in who) return who.answer;
    const kind = exportKinds.find((each) => each === c.req.param('kind'));
    if (!kind)
      return fail(c, 404, 'not-found', 'There is no such export.', `Ask for one of ${exportKinds.join(', ')}.`);
    const { cursor = '0', format = 'json', limit = String(usual) } = c.req.query();
    const wrong = !/^\d{1,18}$/.test(cursor)
      ? 'cursor'
      : !['json', 'csv'].includes(format)
        ? 'format'
        : !/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > most
          ? 'limit'
          : undefined;
    if (wrong)
      return fail(
        c,
        400,
        'invalid',
        `${wrong} is none that this export takes.`,
        `cursor is what the answer before said, format is json or csv, limit is 1 to ${most}.`,
      );
    const rows = await exportRows(db, kind, cursor, Number(limit));
    if (format === 'json') return answer(c, rows);
    // A cell that a spreadsheet would compute is marked as text.
    const text = Papa.unparse({ fields: columnsOf(kind), data: rows.rows }, { escapeFormulae: true, newline: '\r\n' });
    return answer(
      c,
      c.body(`${text.replace(/(\r\n)+$/, '')}\r\n`, 200, {
        'content-type': 'text/csv; charset=utf-8; header=present',
        'x-deskcall-cursor': rows.cursor,
        'x-deskcall-more': String(rows.more),
      }),
    );
  });
}
