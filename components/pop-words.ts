/** What there is to say of a pop that failed: for the panel, and for whoever tries one in the options. */
import type { News } from '../lib/plan.ts';
import { ltr, own } from './bar.tsx';
import type { Say } from './text.ts';
import { troubleWord } from './trouble.ts';

/** The name of an outcome in _locales: `pop_bad_endpoint_wrong_auth`, `pop_bad_throttled`. */
export const reasonOf = ({ outcome = 'unknown', said }: News): string =>
  said?.mustSet
    ? 'must_set'
    : `${outcome.replace('-', '_')}${outcome === 'endpoint-wrong' ? `_${said?.at ?? 'pop'}` : ''}`;

/** What went wrong, and the next step. */
export function wordsOf(last: News, say: Say): { bad: string; how: string } {
  const { trouble, by } = last;
  if (trouble === 'cooling') return { bad: say('pop_bad_cooling'), how: say('pop_how_cooling') };
  if (trouble) {
    const word = troubleWord(trouble);
    return { bad: say(`bridge_${word}`), how: say(`bridge_${word}_do`) };
  }
  const reason = reasonOf(last);
  const theirs = by && (reason === 'auth_rejected' || reason === 'must_set');
  return { bad: say(`pop_bad_${reason}`), how: say(theirs ? `pop_how_${reason}_bridge` : `pop_how_${reason}`) };
}

/** What the server itself said, and the number that its support asks for. */
export function detail({ said, told }: News, say: Say): string[] {
  return [
    ...(told ? [say('bridge_says', own(told))] : []),
    ...(said?.message ? [say('pop_says', own(said.message))] : []),
    ...(said?.requestId ? [say('pop_request_id', ltr(said.requestId))] : []),
  ];
}
