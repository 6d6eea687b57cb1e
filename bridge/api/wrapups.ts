import { wrapupShape } from '../../lib/api.ts';
import type { Api } from './api.ts';

export function wrapups({ app, parts: { db }, allowed, answer, bodyOf }: Api): void {
  app.post('/api/wrapups', async (c) => {
    const who = await allowed(c, 'launch');
    if ('answer' in who) return who.answer;
    const got = await bodyOf(c, wrapupShape, 'Send one at a time.');
    if ('answer' in got) return got.answer;
    const { case: key, launchId, outcome, tripAvoided, at } = got.data;
    const [desk = '', kind = '', ...id] = key.split(':');
    const row = await db
      .insertInto('wrapup')
      .values({
        desk,
        kind,
        case_id: id.join(':'),
        launch_id: launchId ?? null,
        outcome,
        trip_avoided: tripAvoided,
        at: new Date(at),
      })
      .onConflict((it) => it.columns(['desk', 'kind', 'case_id', 'launch_id', 'at']).doNothing())
      .returning('id')
      .executeTakeFirst();
    return answer(c, { stored: row ? 1 : 0 });
  });
}
