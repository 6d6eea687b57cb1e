/**
 * The case on a page, followed as the page changes: read, routed, linked. It decides what the panel shows; where the
 * panel stands is mount.ts, how it looks is components/.
 */
import type { Case, Desk, LaunchEvent, Offer, Page, PageEntry, Read, Shown, Target, View } from '../model.ts';
import { readCase } from '../read.ts';
import { possible, route } from '../route.ts';
import { blank, keyOf, standIn, viewOf as viewFor } from '../view.ts';
import { linkOf, newLaunchId } from '../worklink.ts';
import { rowsOf } from './keys.ts';
import { alive, ask } from './messages.ts';

/** A page that says nothing itself about its record is believed once it has been quiet for this long, in ms. */
const quiet = 120;
/** … and without any quiet after this long. */
const patience = 600;
/** Address and page may differ while a single-page app changes over; after this long it is a disagreement. */
const doubtAfter = 1500;
/** A page may still be building itself for this long after its address changed, in ms. */
const fresh = 3000;
/** Reading shows nothing for this long: most changes of page are over by then. */
const showReading = 300;
/** The desk's own API is waited for this long before its page alone is shown. */
const forAnswer = 1200;
/** A click takes at most this long; a page that changes within it has changed under the hand. */
const pressing = 1000;
/** "Opening WorkLink" and "Not called" stand for this long. */
const showNews = 10_000;

/** Where a link is used; each surface has a launch id of its own. */
export type Surface = 'button' | 'code' | 'copy';

type Press = { key: string; number: string; at: number };
type Known = { record: Case; targets: Target[] | null; shown?: Shown | undefined };

/** The number that the page itself shows. */
const ownNumber = ({ case: record, sources }: Read): string | undefined =>
  sources.number === 'url' ? undefined : record?.number;

/** All that the page says of its record, other than what the address says. */
const saidBy = (found: Read): string =>
  JSON.stringify({ ...found.case, desk: '', kind: '', id: '', number: ownNumber(found) });

export type FollowedCase = {
  /** The page may show something else: `true` if it is known to matter now. */
  changed: (now: boolean) => void;
  /** A pointer went down on a launch link. */
  press: () => void;
  launch: (event: LaunchEvent, offer: Offer) => void;
  /** The person says which record is right, where address and page disagree. */
  choose: (pick: 'address' | 'page') => void;
  /** The case on show, for places. */
  ref: () => { kind: string; id: string } | null;
  here: Here;
};

/** The case for what opens later (opened.ts). */
export type Here = {
  entry: PageEntry;
  /** The address of what is read. */
  address: () => string;
  read: () => Read;
  /** The case as it is at this moment, or null if it is not the one on show. */
  still: () => Case | null;
  targets: () => Target[];
  /** Whether the person said that the page names the record rightly, and that it is this one. */
  chose: (id: string) => boolean;
  launchId: (target: string, surface: Surface) => string;
  /** A target's link for the case as it is now. */
  linkNow: (offer: Offer, surface: Surface) => string | null;
  /** This launch id will not be used again. */
  used: (target: string, surface: Surface) => void;
};

/**
 * Follows the case of a page.
 * @param draw told what to show; null: there is no case, so no panel
 * @param onRead told after each reading: frames and shadow roots may be others now
 */
export function followCase(
  desk: Desk,
  entry: PageEntry,
  document: Document,
  draw: (view: View | null) => void,
  onRead: () => void,
  signal: AbortSignal,
): FollowedCase {
  const window = document.defaultView as Window & typeof globalThis;
  let known: Known | null = null;
  let view: View | null = null;
  let url = '';
  let urlSince = 0;
  let lastChange = 0;
  let cost = 0;
  let turn = 0;
  let timer = 0;
  let turning = 0;
  /** What the person said where address and page disagreed. */
  let chosen: { address: string; shown: string; pick: 'address' | 'page' } | null = null;
  /** The last click that was refused, and the case it was meant for. */
  let refused: Press | null = null;
  /** The last launch link that a pointer went down on. */
  let pressed: Press | null = null;
  /** The case that was on show before this one. */
  let gone: Press | null = null;
  /** When address and page began to disagree; 0: they agree. */
  let doubtSince = 0;
  /** There is no case on this page. */
  let idle = false;
  /** What the page last said of which record. */
  let last = { key: '', said: '' };
  /** What it said of the record before this one; until it says something else, it is still that one's. */
  let stale = '';
  let frame = 0;
  const ids = new Map<string, string>();

  const page = (): Page => ({ url: window.location.href, document });

  const read = (): Read => {
    let result = readCase(desk, page());
    const { shown } = result;
    // A choice holds for these two records only.
    if (chosen && shown && result.case && chosen.address === result.case.id && chosen.shown === shown.text) {
      const { kind, id, number } = result.case;
      const picked = chosen.pick === 'page' && shown.id;
      if (picked) result = readCase(desk, page(), { kind, id: picked, ...(number === id ? { number: picked } : {}) });
      else delete result.shown;
    }
    if (result.case) result.case.desk = entry.key;
    return result;
  };

  /** The address of what is read: the page's, or that of the frame that holds the record. */
  const address = (): string => desk.inner(page()).url;

  const show = (next: View | null): void => {
    // "Opening WorkLink" outlives the page's entry, whose next one has a bar of its own.
    if (signal.aborted) return;
    // Somebody's hours begin or end with this very case open.
    window.clearTimeout(turning);
    if (next?.change) turning = window.setTimeout(look, next.change - Date.now());
    if (JSON.stringify(next) === JSON.stringify(view)) return;
    view = next;
    draw(next);
  };

  const launchId = (target: string, surface: Surface): string => {
    const name = `${target} ${surface}`;
    const id = ids.get(name) ?? newLaunchId();
    ids.set(name, id);
    return id;
  };

  /** At the next frame, while a case is waited for; a hidden tab has no frames and nobody who waits. */
  const soon = (): void => {
    frame ||= window.requestAnimationFrame(() => {
      frame = 0;
      look();
    });
  };

  const later = (ms: number): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(look, ms);
  };

  /** Reads, and shows what is known. The only place that decides between showing, waiting and doubting. */
  function look(): void {
    window.clearTimeout(timer);
    timer = 0;
    if (signal.aborted || !alive()) return;
    const now = performance.now();
    const here = address();
    if (here !== url) {
      url = here;
      urlSince = now;
      lastChange = now;
    }
    const found = read();
    onRead();
    cost = performance.now() - now;
    if (!found.case) {
      known = null;
      idle = true;
      show(null);
      return;
    }
    idle = false;
    const key = keyOf(found.case);
    if (!known || keyOf(known.record) !== key) {
      // Another case: what was on show goes at once, before anything is known of the new one.
      if (pressed && pressed.key !== key && now - pressed.at < pressing) refused = pressed;
      if (view && view.key !== key) {
        gone = { key: view.key, number: view.number, at: now };
        show(null);
      }
      if (known) ids.clear();
      known = null;
    }
    // A page that names no record itself may change its address first and its values when the server has answered.
    const said = saidBy(found);
    if (key !== last.key) stale = found.confirmed ? '' : last.said;
    last = { key, said };
    if (stale && said !== stale) {
      stale = '';
      urlSince = now;
      lastChange = now;
    }
    const waited = now - urlSince;
    // Two records may look alike; but no two have one number.
    const late = stale !== '' && (ownNumber(found) !== undefined || waited < doubtAfter);
    doubtSince = found.shown === undefined ? 0 : doubtSince || now;
    // In a frame, a document is seen from its first word on.
    const loading = desk.inner(page()).document.readyState === 'loading';
    // A page that is to hold the record and does not is still building itself, for as long as that may take.
    const patient = found.problems.some(({ code }) => code === 'no-pane') ? fresh : 0;
    const asked = entry.rest && desk.ask?.(desk.inner(page()), found.case, look) && waited < forAnswer;
    const settled =
      found.shown !== undefined
        ? now - doubtSince >= doubtAfter
        : !asked &&
          !loading &&
          (found.confirmed ||
            (!late && waited >= patient && (known !== null || now - lastChange >= quiet || waited >= patience)));
    if (!settled) {
      // What the page says may still be the record's before: then only what the address says is shown.
      const { kind, id, number } = found.case;
      const bare: Case = { desk: entry.key, kind, id, fields: {} };
      if (number !== undefined && !ownNumber(found)) bare.number = number;
      const sure = late ? bare : found.case;
      if (waited >= showReading) show({ ...blank(sure), state: 'reading' });
      later(waited < showReading ? Math.min(quiet, showReading - waited) : quiet);
      return;
    }
    void arrive(found.case, found);
  }

  async function arrive(record: Case, { shown, problems }: Read): Promise<void> {
    const mine = ++turn;
    const covered = shown ? null : await route(entry, record, rowsOf(entry));
    // Where the person chose the address, the page's fields are another record's and no rule can be sure.
    const unread = !shown && problems.some(({ code }) => code === 'disagree');
    const targets = covered ?? (unread ? possible(entry) : null);
    if (mine !== turn || signal.aborted) return;
    // While a table was asked, the page may have moved on.
    if (address() !== url) return look();
    const same = known && keyOf(known.record) === keyOf(record);
    known = { record, targets, shown };
    const next = viewOf(known);
    if (same && view?.launched) next.launched = view.launched;
    if (refused && performance.now() - refused.at < showNews && refused.key !== next.key) {
      next.moved = [refused.number, next.number];
      window.setTimeout(() => {
        refused = null;
        look();
      }, showNews);
    }
    show(next);
    if (shown === undefined) return;
    // A disagreement can end without a trace in the DOM that is watched, so it is looked at again.
    later(doubtAfter);
  }

  const viewOf = ({ record, targets, shown }: Known): View =>
    viewFor(record, targets, shown, entry, (target) => launchId(target, 'button'), Date.now());

  /** The case as it is at this moment, or null if it is not the one on show. */
  function still(): Case | null {
    const found = read();
    return found.case && found.shown === undefined && known && keyOf(found.case) === keyOf(known.record)
      ? found.case
      : null;
  }

  /** Whom an offer means, if it is still one: hours end under a hand, too. */
  const targetOf = ({ id }: Offer): Target | undefined => {
    const now = known?.targets?.map((target) => standIn(target, Date.now()));
    return [...(now ?? []), ...(entry.mine ? [entry.mine] : [])].find((target) => target.id === id);
  };

  function linkNow(offer: Offer, surface: Surface): string | null {
    const target = targetOf(offer);
    const record = still();
    if (!target || !record) return null;
    const link = linkOf(target, record, entry.links, launchId(target.id, surface));
    return 'refused' in link ? null : (link.app ?? link.phone);
  }

  function launch(event: LaunchEvent, offer: Offer): void {
    pressed = null;
    if (!event.isTrusted) return event.preventDefault();
    const before = view;
    const href = before?.state === 'ready' ? linkNow(offer, 'button') : null;
    if (href === null) {
      event.preventDefault();
      refuse(before);
      return;
    }
    // The anchor itself starts the launch; it carries the link as it is at this very click.
    event.currentTarget.href = href;
    void ask({ type: 'launch', url, link: href, target: offer.id });
    // Past the click the id is used up. Not before: the browser follows the anchor after all handlers have run.
    window.setTimeout(() => {
      ids.delete(`${offer.id} button`);
      if (!known || !view || view.key !== before?.key) return;
      show({ ...viewOf(known), launched: offer.id });
      window.setTimeout(() => {
        if (view?.launched === offer.id && known) show(viewOf(known));
      }, showNews);
    });
  }

  /** The page moved on between looking and clicking: nothing is called, and the case that is there now says so. */
  function refuse(before: View | null): void {
    refused = before && { key: before.key, number: before.number, at: performance.now() };
    known = null;
    ids.clear();
    show(null);
    look();
  }

  signal.addEventListener('abort', () => {
    window.clearTimeout(timer);
    window.clearTimeout(turning);
  });

  return {
    changed(now) {
      lastChange = performance.now();
      if (now || address() !== url) look();
      else if (!known && !idle) soon();
      // Re-reading takes at most a third of a percent of the page's time, whatever a reading costs there.
      else if (!timer) later(idle && lastChange - urlSince < fresh ? quiet : Math.max(500, 300 * cost));
    },
    press() {
      const now = performance.now();
      if (view) pressed = { key: view.key, number: view.number, at: now };
      // The page's own listener came first, and the case went while the pointer was going down.
      else if (gone && now - gone.at < pressing) refused = gone;
    },
    launch,
    choose(pick) {
      if (known?.shown) chosen = { address: known.record.id, shown: known.shown.text, pick };
      look();
    },
    ref: () => known?.record ?? null,
    here: {
      entry,
      address,
      read,
      still,
      targets: () => known?.targets ?? [],
      chose: (id) => chosen?.pick === 'page' && chosen.shown === id,
      launchId,
      linkNow,
      used: (target, surface) => ids.delete(`${target} ${surface}`),
    },
  };
}
