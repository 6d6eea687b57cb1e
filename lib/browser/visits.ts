/**
 * Looks at all open tabs for the options page: which desks are read there now, which refuse, and which are not what they
 * are set up as. It asks for no permission and leaves nothing in the pages.
 */
import { get, update } from 'idb-keyval';
import { browser, type Browser } from 'wxt/browser';
import type { Configured } from '../glance.ts';
import type { PageEntry } from '../model.ts';
import { route } from '../route.ts';
import { compile } from '../settings.ts';
import type { Glimpse, LastRead, Round, Visit } from '../visit.ts';
import { linkOf, newLaunchId } from '../worklink.ts';
import { grantedOrigins } from './grants.ts';
import { rowsOf } from './keys.ts';
import { loadSettings } from './loaded.ts';

type Tab = Browser.tabs.Tab;
/** `shut`: an organisation's policy keeps all extensions out. */
type Answer = Glimpse | 'shut' | 'refused' | 'waits';

/**
 * What a browser says of a page that extensions may not read: Chromium ("Cannot access contents of the page"), Firefox
 * ("Missing host permission for the tab", also of its own page that says why an address did not load). All else that can
 * go wrong is a tab that has gone or is on its way.
 */
const refusing = /cannot access|cannot be scripted|missing host permission/i;
/** Chromium, where the policy `runtime_blocked_hosts` has the host. */
const shutting = /ExtensionsSettings policy/;

async function answerOf(tabId: number, configured: Configured | null): Promise<Answer> {
  const target = { tabId };
  try {
    await browser.scripting.executeScript({ target, files: ['/inspect.js'] });
    const [found] = await browser.scripting.executeScript({
      target,
      func: (by) => globalThis.deskcallVisit?.(by) ?? null,
      args: [configured],
    });
    return found?.result ?? 'waits';
  } catch (error) {
    const why = String(error);
    return shutting.test(why) ? 'shut' : refusing.test(why) ? 'refused' : 'waits';
  }
}

/** @returns the names that rules offer for the record that was seen, of those that have a link */
async function offeredFor(entry: PageEntry, { case: record, doubt }: Glimpse): Promise<string[]> {
  if (!record || doubt) return [];
  const mine = { ...record, desk: entry.key };
  const targets = (await route(entry, mine, rowsOf(entry))) ?? [];
  return targets.flatMap((target) =>
    'refused' in linkOf(target, mine, entry.links, newLaunchId()) ? [] : [target.name],
  );
}

async function visit(
  { id = -1, title = '', status }: Tab,
  origin: string,
  entry: PageEntry | null,
): Promise<Omit<Visit, 'granted'>> {
  const configured = entry && { product: entry.product, name: entry.name, desk: entry.desk };
  // A page that is still loading would be waited for, and with it all others.
  const answer = status === 'complete' ? await answerOf(id, configured) : 'waits';
  const seen = typeof answer === 'string' ? null : answer;
  const record = seen && !seen.doubt ? seen.case : null;
  return {
    tab: id,
    origin,
    title,
    desk: entry?.key ?? null,
    state: seen ? 'seen' : answer === 'waits' ? 'waits' : 'refused',
    number: record && (record.number ?? record.id),
    offered: entry && seen ? await offeredFor(entry, seen) : [],
    doubt: seen?.doubt ?? false,
    right: seen?.right ?? null,
    like: seen?.like ?? null,
  };
}

/** The origin of a tab that shows a web page whose address the browser tells. */
const originOf = ({ url }: Tab): string | null => (url && /^https?:/.test(url) ? new URL(url).origin : null);

/** Keeps what was read, and forgets desks that are there no more or have moved. */
async function remember(read: Visit[], still: (key: string, origin: string) => boolean): Promise<Round['last']> {
  const at = Date.now();
  // The last of a name counts, which is to be the tab that was last in front.
  const now = read
    .toReversed()
    .flatMap(({ desk, origin, number }): [string, LastRead][] =>
      desk !== null && number !== null ? [[desk, { origin, number, at }]] : [],
    );
  const next = (before: Round['last'] = {}): Round['last'] =>
    Object.fromEntries([...Object.entries(before), ...now].filter(([key, { origin }]) => still(key, origin)));
  const before = (await get<Round['last']>('last-read')) ?? {};
  const after = next(before);
  // The same again within a minute is not written.
  const told = (last: Round['last']): string =>
    JSON.stringify(Object.entries(last).map(([key, each]) => [key, each.number, Math.floor(each.at / 60_000)]));
  if (told(before) !== told(after)) await update<Round['last']>('last-read', next);
  return after;
}

/** Looks once at all open tabs. Never waits for a page, never asks for a permission. */
export async function lookAround(): Promise<Round> {
  const [tabs, granted, { settings }] = await Promise.all([
    browser.tabs.query({ discarded: false }),
    grantedOrigins(),
    loadSettings(),
  ]);
  const inOrder = tabs.toSorted((a, b) => (b.lastAccessed ?? 0) - (a.lastAccessed ?? 0));
  const visits = await Promise.all(
    inOrder.flatMap((tab) => {
      const origin = originOf(tab);
      return origin === null
        ? []
        : [visit(tab, origin, compile(settings, origin)).then((seen) => ({ ...seen, granted: granted(origin) }))];
    }),
  );
  // Of a page that a policy keeps extensions out of, not even the address is told: only trying says that it is one.
  const hidden = settings.desks.some(
    ({ on, origins }) => on && origins.some((origin) => granted(origin) && !visits.some((v) => v.origin === origin)),
  );
  const silent = hidden ? inOrder.filter(({ url, status }) => url === undefined && status === 'complete') : [];
  const answers = await Promise.all(silent.map(({ id = -1 }) => answerOf(id, null)));
  const read = visits.filter((v) => v.granted && v.number !== null && v.right !== false);
  const last = await remember(read, (key, origin) =>
    settings.desks.some((desk) => desk.key === key && desk.origins.includes(origin)),
  );
  return { visits, shut: answers.filter((answer) => answer === 'shut').length, last };
}
