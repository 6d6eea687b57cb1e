import { assignShape } from '../../lib/api.ts';
import { assign, unmatched, type Refusal } from '../assign.ts';
import { desksOf } from '../work.ts';
import type { Api } from './api.ts';

const page = 100;

const refusals: Record<
  Refusal,
  [status: 400 | 404 | 409 | 503, code: 'invalid' | 'not-found' | 'unavailable', message: string, next: string]
> = {
  session: [404, 'not-found', 'There is no such session.', 'Read the list of unmatched sessions again.'],
  desk: [
    400,
    'invalid',
    'No such desk or kind of record is configured.',
    'Add the desk to the configuration of the bridge.',
  ],
  record: [
    404,
    'not-found',
    'The desk has no such record.',
    'Take the id that the desk has in its address, not the number.',
  ],
  silent: [503, 'unavailable', 'The desk did not answer.', 'Try again later.'],
  busy: [409, 'unavailable', 'The note of this session is being written.', 'Try again in a minute.'],
};

/** What nobody could be found for is given to a case by hand, and what was given wrongly to another. */
export function sessions({ app, parts, allowed, answer, bodyOf, fail }: Api): void {
  const desks = desksOf(parts.config);

  app.get('/api/unmatched', async (c) => {
    const who = await allowed(c, 'admin');
    if ('answer' in who) return who.answer;
    const cursor = c.req.query('cursor') ?? '0';
    if (!/^\d{1,18}$/.test(cursor)) return fail(c, 400, 'invalid', 'No such cursor.', 'Begin without one.');
    const found = await unmatched(parts.db, cursor, page + 1);
    const shown = found.slice(0, page);
    return answer(c, { sessions: shown, cursor: shown.at(-1)?.id ?? cursor, more: found.length > page });
  });

  app.post('/api/sessions/:id/assign', async (c) => {
    const who = await allowed(c, 'admin');
    if ('answer' in who) return who.answer;
    const got = await bodyOf(c, assignShape, 'Send desk, kind and id.');
    if ('answer' in got) return got.answer;
    const id = c.req.param('id');
    const done = /^\d{1,18}$/.test(id) ? await assign(parts, desks, id, got.data) : { refused: 'session' as const };
    if ('refused' in done) return fail(c, ...refusals[done.refused]);
    parts.log.info('session assigned by hand', { session: id, desk: got.data.desk, by: who.name });
    return answer(c, done);
  });
}
