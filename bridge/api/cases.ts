import { historyOf } from '../history.ts';
import type { Api } from './api.ts';

export function cases({ app, parts: { db }, allowed, answer }: Api): void {
  app.get('/api/cases/:desk/:kind/:id', async (c) => {
    const who = await allowed(c, 'read');
    if ('answer' in who) return who.answer;
    const { desk, kind, id } = c.req.param();
    return answer(c, { entries: await historyOf(db, { desk, kind, id, number: c.req.query('number') }) });
  });
}
