/** A workflow that was opened tells of itself: `{ reference, agent }`, sent by the script's own first step. */
import { remoteOf } from '../door.ts';
import { store } from '../inbox.ts';
import { own, parseJson, textOf } from '../json.ts';
import { markOpened } from '../pops.ts';
import { headersOf, type Hooks } from './hooks.ts';

export function awaken({ app, parts: { config, db }, counted, taken }: Hooks): void {
  app.post('/hooks/awaken/:token', async (c) => {
    const got = await taken(c, 'awaken');
    if ('answer' in got) return got.answer;
    const parsed = parseJson(got.body);
    const value = 'value' in parsed ? parsed.value : undefined;
    const reference = textOf(own(value, 'reference'), 256);
    const agent = textOf(own(value, 'agent'), 256);
    const state = await db.transaction().execute(async (trx) => {
      // A repetition of one that is stored may be of a later pop.
      const found = !reference ? 'parked' : (await markOpened(trx, reference, agent)) ? 'taken' : 'ignored';
      await store(
        trx,
        {
          source: 'awaken',
          via: got.via,
          remote: remoteOf(c),
          headers: headersOf(c.env.incoming),
          body: got.body,
          same: [reference ?? '', agent ?? '', reference ? '' : got.body],
          ...(reference && { subject: reference, verb: 'opened' }),
          state: found,
          ...(found === 'parked' && { reason: 'It names no reference.' }),
          ...(found === 'ignored' && { reason: 'No pop of that reference to that agent is known.' }),
        },
        config.waits.repetition,
      );
      return found;
    });
    counted({ source: 'awaken', outcome: state });
    return c.body(null, 200);
  });
}
