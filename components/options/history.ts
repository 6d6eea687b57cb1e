/** Changes of the settings, one after the other, and the ways back and there again. */
import { useCallback, useRef } from 'react';
import type { Settings } from '../../lib/schema.ts';
import type { Say } from '../text.ts';
import type { Way } from './grid-moves.ts';
import type { Note } from './state.ts';

type Parts = Partial<Settings>;
/** Some parts, as they were before a change and after it. */
type Step = { words: string; from: Parts; to: Parts };

/** Older ones are forgotten: each may hold twenty thousand contacts. */
const longest = 50;

/**
 * @param now what is set
 * @param write sets it
 * @param tell shows what was done
 */
export function useHistory(
  now: () => Settings | undefined,
  write: (settings: Settings) => void,
  tell: (note: Note) => void,
  say: Say,
) {
  const steps = useRef<Record<Way, Step[]>>({ undo: [], redo: [] });

  const go = useCallback(
    (first: Way): void => {
      const take = (way: Way): void => {
        const step = steps.current[way].pop();
        const settings = now();
        if (!step || !settings) return;
        const [begin, end] = way === 'undo' ? [step.to, step.from] : [step.from, step.to];
        // Only if it is as that step left it: else somebody's later change would be lost.
        if (!Object.entries(begin).every(([part, value]) => alike(settings[part as keyof Settings], value)))
          return tell({ words: say('o_undo_gone') });
        write({ ...settings, ...end });
        steps.current[way === 'undo' ? 'redo' : 'undo'].push(step);
        if (way === 'undo') tell({ words: say('o_undone'), redo: () => take('redo') });
        else tell({ words: step.words, undo: () => take('undo') });
      };
      take(first);
    },
    [now, write, tell, say],
  );
  const undo = useCallback(() => go('undo'), [go]);
  const redo = useCallback(() => go('redo'), [go]);
  /** @returns what is said of a change that was just made */
  const add = useCallback(
    (words: string, before: Settings, to: Parts): Note => {
      const from = Object.fromEntries(Object.keys(to).map((part) => [part, before[part as keyof Settings]]));
      steps.current = { undo: [...steps.current.undo, { words, from, to }].slice(-longest), redo: [] };
      return { words, undo };
    },
    [undo],
  );
  return { undo, redo, add };
}

const isObject = (it: unknown): it is Record<string, unknown> => typeof it === 'object' && it !== null;

/** The same but for the order of names, the space around texts, and names without a value: storing changes these. */
function alike(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a.trim() === b.trim();
  if (!isObject(a) || !isObject(b)) return a === b;
  if (a === b) return true;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => alike(a[name], b[name]));
}
