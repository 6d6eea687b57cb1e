/**
 * Uses of links, for the bridge: written down first, then told, in order and as often as it takes. Calling never waits
 * for any of it. What is written down are ids, in extension-origin IndexedDB; where no bridge is set it is nothing.
 */
import { get, set } from 'idb-keyval';
import { browser } from 'wxt/browser';
import type { WrapUpSaid } from '../../components/wrap-up.tsx';
import { launchesAnswerShape, launchShape, type Launch, type Trouble } from '../api.ts';
import type { Case } from '../model.ts';
import { ask, hasBridge } from './bridge.ts';
import { targetById } from './loaded.ts';
import { noteCalled, takeWrapUp, tellWrapUps } from './wrapups.ts';

/** One use that the bridge has not confirmed. `target` is an id: what it is called is looked up when it is told. */
type Waiting = Omit<Launch, 'target'> & { target: string };
/** How a link was used. */
export type Used = { launchId: string; target: string; surface: NonNullable<Launch['surface']> };

/** More than a week without a bridge, for somebody who does nothing but call; the oldest are worth least. */
const most = 500;
/** The bridge takes so many at a time. */
const atOnce = 100;
/** How long until the next attempt, in ms: as long as the oldest has been waiting, within these. */
const soonest = 60_000;
const latest = 3_600_000;

/** The alarm that wakes the worker for another attempt. */
export const launchAlarm = 'launches';

const waiting = async (): Promise<Waiting[]> => (await get<Waiting[]>('launches')) ?? [];

/** One page or worker at a time. */
const alone = <T>(job: () => Promise<T>): Promise<T> => navigator.locks.request('deskcall-launches', job);

/** Changes what is written down. */
const change = (how: (before: Waiting[]) => Waiting[]): Promise<void> =>
  alone(async () => set('launches', how(await waiting())));

/** How many uses of links on this case the bridge has not been told of; one that is being written down is among them. */
export const untoldOf = ({ desk, kind, id }: Case): Promise<number> =>
  alone(
    async () => (await waiting()).filter((each) => each.desk === desk && each.kind === kind && each.id === id).length,
  );

/**
 * Writes down that a link was used.
 * @returns whether there is something to tell
 */
export async function noteLaunch(record: Case, used: Used): Promise<boolean> {
  const toTell = await write(record, used);
  await noteCalled(record, used);
  return toTell;
}

async function write({ desk, kind, id, number }: Case, used: Used): Promise<boolean> {
  // Of a number alone nobody knows which record it is; the bridge finds it by what the link says.
  if (!id || !(await hasBridge())) return false;
  const launch = { ...used, desk, kind, id, ...(number ? { number } : {}), at: new Date().toISOString() };
  // What the bridge would never take is not kept to be refused again and again.
  if (!launchShape.safeParse(launch).success) return false;
  await change((before) =>
    before.some(({ launchId }) => launchId === used.launchId) ? before : [...before, launch].slice(-most),
  );
  return true;
}

/** Tells the bridge what is written down, wrap-ups too, and strikes off what it has taken; what it has not is tried again later. */
export async function tellLaunches(): Promise<void> {
  await navigator.locks.request('deskcall-launches-told', async () => {
    let size = atOnce;
    // oxlint-disable no-await-in-loop -- in order, and others may come meanwhile
    for (let left = await waiting(); left.length; left = await waiting()) {
      const part = left.slice(0, size);
      const trouble = await tell(part);
      // One that is never taken, by whatever version the bridge is, would hold up all others.
      const refused = trouble?.code === 'invalid' || trouble?.code === 'too-large';
      if (refused && size > 1) size = 1;
      else if (trouble?.code === 'unset') await change(() => []);
      else if (trouble && !refused) return again(part[0]?.at, trouble);
      else {
        const gone = new Set(part.map(({ launchId }) => launchId));
        await change((before) => before.filter(({ launchId }) => !gone.has(launchId)));
      }
    }
    // oxlint-enable no-await-in-loop
    // After the launches that they speak of.
    const late = await tellWrapUps();
    if (late) return again(late.since, late.trouble);
    await browser.alarms.clear(launchAlarm);
  });
}

/** @returns null if the bridge has them */
async function tell(part: Waiting[]): Promise<Trouble | null> {
  const launches = await Promise.all(
    part.map(async ({ target, ...rest }): Promise<Launch> => {
      const name = (await targetById(target))?.name;
      return name ? { ...rest, target: name } : rest;
    }),
  );
  const answer = await ask('POST', '/api/launches', { launches }, launchesAnswerShape);
  return 'trouble' in answer ? answer.trouble : null;
}

/** @param since when the oldest was used, ISO 8601 */
async function again(since: string | undefined, { retryAfter = 0 }: Trouble): Promise<void> {
  const age = Date.now() - Date.parse(since ?? '');
  const wait = Math.min(latest, Math.max(soonest, retryAfter, age || 0));
  await browser.alarms.create(launchAlarm, { delayInMinutes: wait / 60_000 });
}

/** As {@link noteLaunch}, in a page of ours that may close at once: the worker tells. */
export async function usedHere(record: Case, used: Used): Promise<void> {
  if (await noteLaunch(record, used)) await browser.runtime.sendMessage({ type: 'tell' });
}

/** As takeWrapUp, in such a page. */
export async function wrapUpHere(record: Case, said: WrapUpSaid): Promise<void> {
  if (await takeWrapUp(record, said)) await browser.runtime.sendMessage({ type: 'tell' });
}
