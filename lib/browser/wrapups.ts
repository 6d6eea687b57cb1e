/**
 * How calls ended, in the words of whoever called. Asked once for the newest launch of a case, for a day; kept in
 * extension-origin IndexedDB until the bridge has it, or until it is saved as a file where there is no bridge.
 */
import { get, set } from 'idb-keyval';
import type { WrapUpAsk, WrapUpSaid } from '../../components/wrap-up.tsx';
import { wrapupAnswerShape, wrapupShape, type Trouble, type Wrapup } from '../api.ts';
import type { Case } from '../model.ts';
import { ask } from './bridge.ts';
import { loadSettings, targetById } from './loaded.ts';

/** A launch that nobody has said the end of; ids alone. */
type Called = { launchId: string; desk: string; kind: string; id: string; target: string; at: number };

/** In ms: later than that nobody remembers. */
const longest = 24 * 3_600_000;
const mostCalled = 200;
/** Some years of somebody who does nothing but call. */
const mostKept = 20_000;

const called = async (): Promise<Called[]> => (await get<Called[]>('called')) ?? [];

/** What was said and no bridge has, oldest first. */
export const keptWrapUps = async (): Promise<Wrapup[]> => (await get<Wrapup[]>('wrapups')) ?? [];

/** One page or worker at a time. */
const alone = <T>(job: () => Promise<T>): Promise<T> => navigator.locks.request('deskcall-wrapups', job);

const isOf =
  ({ desk, kind, id }: Pick<Case, 'desk' | 'kind' | 'id'>) =>
  (each: Called): boolean =>
    each.desk === desk && each.kind === kind && each.id === id;

/** Remembers a launch, in place of an earlier one of the same case. */
export async function noteCalled(record: Case, { launchId, target }: { launchId: string; target: string }) {
  const { desk, kind, id } = record;
  if (!id || !(await loadSettings()).settings.bridge.wrapUp) return;
  await alone(async () => {
    const at = Date.now();
    const others = (await called()).filter((each) => !isOf(record)(each) && at - each.at < longest);
    await set('called', [...others, { launchId, desk, kind, id, target, at }].slice(-mostCalled));
  });
}

/** Whether there is a call on this case whose end nobody has said; null: nothing to ask. */
export async function wrapUpOf(record: Case): Promise<WrapUpAsk | null> {
  const { bridge } = (await loadSettings()).settings;
  const found = bridge.wrapUp ? (await called()).find(isOf(record)) : undefined;
  if (!found || Date.now() - found.at > longest) return null;
  const name = (await targetById(found.target))?.name ?? '';
  return { launchId: found.launchId, name, to: bridge.url === undefined ? 'here' : 'bridge' };
}

/**
 * Takes what was said, once.
 * @returns whether there is something to tell
 */
export const takeWrapUp = (record: Case, { launchId, outcome, trip }: WrapUpSaid): Promise<boolean> =>
  alone(async () => {
    const all = await called();
    const found = all.find((each) => isOf(record)(each) && each.launchId === launchId);
    if (!found) return false;
    const { desk, kind, id } = found;
    const at = new Date().toISOString();
    if (outcome !== 'skip') {
      const said = { case: `${desk}:${kind}:${id}`, launchId, outcome, tripAvoided: trip, at };
      const checked = wrapupShape.safeParse(said);
      if (checked.success) await set('wrapups', [...(await keptWrapUps()), checked.data].slice(-mostKept));
    }
    // Last, so that a worker that ends before it asks once more rather than losing the answer.
    await set(
      'called',
      all.filter((each) => each !== found),
    );
    return outcome !== 'skip';
  });

const strike = (gone: Wrapup): Promise<void> =>
  alone(async () => {
    const same = (each: Wrapup) => each.at === gone.at && each.case === gone.case;
    await set(
      'wrapups',
      (await keptWrapUps()).filter((each) => !same(each)),
    );
  });

/** Forgets what is kept. @param all what was seen of it: what came since stays */
export async function dropWrapUps(all: readonly Wrapup[]): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop -- each is a change of one list
  for (const each of all) await strike(each);
}

/**
 * Tells the bridge what is kept, oldest first.
 * @returns why it could not all be told, and since when it waits; null if nothing is left to tell now
 */
export async function tellWrapUps(): Promise<{ trouble: Trouble; since: string } | null> {
  // oxlint-disable no-await-in-loop -- in order
  for (const each of await keptWrapUps()) {
    const answer = await ask('POST', '/api/wrapups', each, wrapupAnswerShape);
    if ('trouble' in answer) {
      const { trouble } = answer;
      // Where there is no bridge, it is kept for a file.
      if (trouble.code === 'unset') return null;
      if (trouble.code !== 'invalid') return { trouble, since: each.at };
    }
    await strike(each);
  }
  // oxlint-enable no-await-in-loop
  return null;
}
