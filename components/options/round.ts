/** What the open tabs tell about the desks that are set up: which is read now, which refuses, which is another product. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Settings } from '../../lib/schema.ts';
import type { LastRead, Round, Visit } from '../../lib/visit.ts';
import { useSay } from '../text.ts';
import { askFor } from './allow.tsx';
import type { Desktop, Loaded } from './state.ts';
import { counted, originOf } from './words.ts';

type Desk = Settings['desks'][number];

/** Milliseconds until the next look, where a tab of a desk shows no case yet: each time twice as long. */
const soonest = 1000;
const latest = 16_000;

/**
 * Looks at the open tabs, and again whenever one of them or what is set changes; one look after another.
 * @returns null until the first is done
 */
export function useRound({ host: { looks }, loaded }: Desktop): Round | null {
  const [round, setRound] = useState<Round | null>(null);
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => setTurn((n) => n + 1), []);
  const pause = useRef(soonest);
  useEffect(
    () =>
      looks.watch(() => {
        pause.current = soonest;
        again();
      }),
    [looks, again],
  );
  // Many desks draw a case long after their page has loaded, and no event of a tab tells of that.
  useEffect(() => {
    const unread = round?.visits.some(
      (v) => v.granted && v.desk !== null && v.state !== 'refused' && v.number === null,
    );
    if (!unread) return;
    const timer = setTimeout(() => {
      pause.current = Math.min(pause.current * 2, latest);
      // Whoever comes back to this page looks anew in any case.
      if (document.visibilityState === 'visible') again();
    }, pause.current);
    return () => clearTimeout(timer);
  }, [round, again]);
  /** What the next look is for; null: nothing has changed since the last. */
  const wanted = useRef<readonly unknown[] | null>(null);
  const busy = useRef(false);
  useEffect(() => {
    wanted.current = [turn, loaded];
    const work = async () => {
      busy.current = true;
      try {
        while (wanted.current) {
          wanted.current = null;
          // oxlint-disable-next-line no-await-in-loop -- the tabs are asked once at a time
          setRound(await looks.round());
        }
      } finally {
        busy.current = false;
      }
    };
    if (!busy.current) void work();
    return () => {
      wanted.current = null;
    };
  }, [looks, turn, loaded]);
  return round;
}

/** How a desk stands. Only what is known: without an open tab of it that is what the browser allows, and no more. */
export type Stand =
  | { is: 'off' | 'forbidden' | 'allowed' | 'doubt' | 'blocked' | 'perhaps-blocked' }
  | { is: 'some'; allowed: number }
  /** `like`: the product that an open tab looks like; null: none that is known. */
  | { is: 'wrong'; like: string | null }
  | { is: 'reads'; number: string };

export function standOf(desk: Desk, { granted }: Pick<Loaded, 'granted'>, round: Round | null): Stand {
  if (!desk.on) return { is: 'off' };
  const allowed = desk.origins.filter(granted).length;
  if (!allowed) return { is: 'forbidden' };
  const visits = round?.visits.filter((v) => v.desk === desk.key && v.granted) ?? [];
  // What an open tab shows is known better than what was clicked.
  const reads = visits.find((v) => v.number !== null && v.right !== false);
  if (reads && allowed === desk.origins.length) return { is: 'reads', number: reads.number ?? '' };
  const wrong = visits.find((v) => v.right === false);
  if (wrong && !reads) return { is: 'wrong', like: wrong.like };
  if (!reads && visits.some((v) => v.state === 'refused') && !visits.some((v) => v.state === 'seen'))
    return { is: 'blocked' };
  if (allowed < desk.origins.length) return { is: 'some', allowed };
  if (visits.some((v) => v.doubt)) return { is: 'doubt' };
  if (round?.shut && !visits.length) return { is: 'perhaps-blocked' };
  return { is: 'allowed' };
}

/** The record that was last read there, as far as this browser remembers. */
export const lastRead = (desk: Desk, round: Round | null): LastRead | undefined =>
  round && Object.hasOwn(round.last, desk.key) ? round.last[desk.key] : undefined;

/** Tabs that no desk is set up for, one of each origin; those of a known product first. */
export function strangers({ desks }: Settings, round: Round | null): Visit[] {
  const known = new Set(desks.flatMap(({ origins }) => origins));
  const found = new Map<string, Visit>();
  for (const visit of round?.visits ?? [])
    if (!known.has(visit.origin) && (!found.get(visit.origin)?.like || visit.like)) found.set(visit.origin, visit);
  return [...found.values()].toSorted((a, b) => Number(b.like !== null) - Number(a.like !== null));
}

/** All addresses that are not allowed yet, of desks that are on, the bridge, and Awaken; and one question for them all. */
export function useAllowAll(desktop: Desktop): { missing: string[]; allow: () => Promise<void> } {
  const say = useSay();
  const { loaded } = desktop;
  const { desks, awaken, bridge } = loaded.settings;
  // Where the bridge pops, this browser never goes to Awaken.
  const direct = awaken.mode === 'direct' ? [awaken.authUrl, awaken.popUrl] : [];
  const services = [...direct, bridge.url].flatMap((address) => (address && originOf(address)) || []);
  const wanted = new Set([...desks.flatMap(({ on, origins }) => (on ? origins : [])), ...services]);
  const missing = [...wanted].filter((origin) => !loaded.granted(origin));
  const allow = () =>
    askFor(desktop, say, missing, counted(say, 'o_desks_allowed', missing.length), say('o_desks_all_refused'));
  return { missing, allow };
}

/** A desk's product by its name. */
export function useProducts({ host }: Desktop): (id: string) => string {
  const say = useSay();
  return (id) => (id === 'custom' ? say('o_desk_custom') : (host.products.find((each) => each.id === id)?.name ?? id));
}

/** Date and time as people write them here. */
export const moment = (at: number): string =>
  new Intl.DateTimeFormat(document.documentElement.lang || 'en', { dateStyle: 'medium', timeStyle: 'short' }).format(
    at,
  );
