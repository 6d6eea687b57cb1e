import { launchesShape } from '../../lib/api.ts';
import { storeLaunches } from '../launches.ts';
import type { Api } from './api.ts';

export function launches({ app, parts: { db, jobs }, allowed, answer, bodyOf }: Api): void {
  app.post('/api/launches', async (c) => {
    const who = await allowed(c, 'launch');
    if ('answer' in who) return who.answer;
    const got = await bodyOf(c, launchesShape, 'Send at most 100 launches at a time.');
    if ('answer' in got) return got.answer;
    return answer(c, { stored: await storeLaunches(db, jobs, got.data.launches) });
  });
}
