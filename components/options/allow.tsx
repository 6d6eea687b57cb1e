/** Asking for origins, with the way back. */
import { useSay, type Say } from '../text.ts';
import { Status } from './parts.tsx';
import type { Desktop } from './state.ts';

/**
 * Asks the person whether these origins may be reached, and says how that came out; giving them back is the way back.
 * The browser shows its question only within a click, so this has to be the first thing that a click does; and a question
 * may stay open for long, so other changes do not wait for the answer.
 * @param given what is said where the answer was yes
 * @param refused … and where it was no
 */
export async function askFor(
  { host, act }: Desktop,
  say: Say,
  origins: string[],
  given: string,
  refused: string,
): Promise<void> {
  const asked = host.allow(origins);
  await Promise.allSettled([asked]);
  await act(async () => {
    if (!(await asked)) return { words: refused };
    const back = async () => {
      await host.giveBack(origins);
      return { words: say('o_undone') };
    };
    return { words: given, undo: () => void act(back) };
  });
}

type ReachProps = { desktop: Desktop; origins: string[]; allow: string; given: string; refused: string };

/** Whether a service's addresses may be reached, and the question where not. Nothing where there is no address. */
export function Reach({ desktop, origins, allow, given, refused }: ReachProps) {
  const say = useSay();
  const missing = [...new Set(origins)].filter((origin) => !desktop.loaded.granted(origin));
  return (
    <>
      {missing.length > 0 && (
        <button type="button" className="btn m" onClick={() => void askFor(desktop, say, missing, given, refused)}>
          {allow}
        </button>
      )}
      {origins.length > 0 && (
        <Status mood={missing.length ? 'warn' : 'ok'}>
          {missing.length ? say('o_not_allowed', missing.join(', ')) : say('o_allowed')}
        </Status>
      )}
    </>
  );
}
