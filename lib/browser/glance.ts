/**
 * The ways that need no host permission: a look at the tab in front, or a typed number. One path for the popup, the
 * context menu, the shortcut and the address bar: they all end in the popup's page.
 */
import { browser } from 'wxt/browser';
import type { CaseHistory } from '../../components/history.tsx';
import type { WrapUpAsk, WrapUpSaid } from '../../components/wrap-up.tsx';
import { declared } from '../desks/index.ts';
import type { Case, Codes, DeskName, Offer, PageEntry, Shown, Target, View } from '../model.ts';
import { possible, route } from '../route.ts';
import type { Settings } from '../schema.ts';
import { compile } from '../settings.ts';
import { keyOf, standIn, viewOf } from '../view.ts';
import { linkOf, newLaunchId } from '../worklink.ts';
import { grantedOrigins } from './grants.ts';
import { historyOf } from './history.ts';
import { rowsOf } from './keys.ts';
import { usedHere, wrapUpHere } from './launches.ts';
import { loadSettings } from './loaded.ts';
import { codesOf } from './codes.ts';
import type { About } from './pop-asks.ts';
import { wrapUpOf } from './wrapups.ts';

/** A case outside its page, ready to be called about. */
export type Call = {
  /** The desk that the link names. */
  desk: DeskName;
  view: View;
  /** The same once hours have begun or ended. */
  viewNow: () => View;
  /** The link for a click, new at each, which is thereby used; null if there is none. */
  link: (offer: Offer, surface: 'button' | 'copy') => string | null;
  codes: (offer: Offer) => Codes;
  history: () => Promise<CaseHistory>;
  /** The call whose end nobody has said. */
  wrapUp: () => Promise<WrapUpAsk | null>;
  onWrapUp: (said: WrapUpSaid) => Promise<void>;
  /** What the worker is asked about pops with; absent for a number that was typed: nobody knows its record. */
  about?: About;
};

/** What the tab in front is. */
export type Glance =
  | { state: 'first' } //                      nothing is set up yet
  | { state: 'forbidden'; desks: DeskName[] } // the browser keeps extensions out
  | { state: 'none'; desks: DeskName[]; desk?: DeskName } // no case on this page
  | { state: 'unknown'; desks: DeskName[]; product: string; origin: string } // looks like a desk that is not set up
  | {
      state: 'case';
      call: Call;
      allowed: boolean;
      origin: string;
      choose?: (pick: Pick) => Promise<Call>;
    };
export type Pick = 'address' | 'page';

const namesOf = (settings: Settings): DeskName[] =>
  settings.desks.map(({ key, name, product }) => ({ key, name: name ?? declared[product]?.name ?? key }));

/** Looks at a tab once, through `activeTab`. Never rejects: what cannot be read is `forbidden`. */
export async function glance(tabId: number): Promise<Glance> {
  const { settings } = await loadSettings();
  if (!settings.desks.length && !settings.contacts.length) return { state: 'first' };
  const desks = namesOf(settings);
  const url = await addressOf(tabId);
  if (!url || !/^https?:/.test(url)) return { state: 'forbidden', desks };
  const { origin } = new URL(url);
  const entry = compile(settings, origin, true);
  const target = { tabId };
  try {
    await browser.scripting.executeScript({ target, files: ['/glance.js'] });
    const [found] = await browser.scripting.executeScript({
      target,
      func: (configured) => globalThis.deskcallGlance?.(configured) ?? null,
      args: [entry && { product: entry.product, name: entry.name, desk: entry.desk }],
    });
    const read = found?.result;
    const desk = entry ? { key: entry.key, name: entry.name } : undefined;
    if (!read?.case) return desk ? { state: 'none', desks, desk } : { state: 'none', desks };
    if (!entry) return { state: 'unknown', desks, product: declared[read.desk ?? '']?.name ?? '', origin };
    const record = { ...read.case, desk: entry.key };
    const allowed = (await grantedOrigins())(origin);
    const { shown } = read;
    const call = await callFor(entry, record, shown);
    const glanced: Glance = {
      state: 'case',
      call: shown ? call : { ...call, about: { url, chosen: false, record } },
      allowed,
      origin,
    };
    if (shown)
      glanced.choose = async (pick) => {
        const chosen = pick === 'page' ? named(record, shown) : record;
        const about = { url, chosen: true, record: chosen };
        return { ...(await callFor(entry, chosen, undefined, true)), ...(chosen.id && { about }) };
      };
    return glanced;
  } catch {
    return { state: 'forbidden', desks };
  }
}

/** Null where the browser does not tell: its own pages, or a tab that is gone. */
async function addressOf(tabId: number): Promise<string | null> {
  try {
    return (await browser.tabs.get(tabId)).url ?? null;
  } catch {
    return null;
  }
}

/** The record that the page names, as far as it is known: its fields were not read. */
const named = (record: Case, shown: Shown): Case => ({
  ...record,
  id: shown.id ?? '',
  number: record.number === record.id || !shown.id ? shown.text : undefined,
});

/** A case of which only the number is known, because a person typed it. */
export async function typed(number: string, deskKey: string): Promise<Call | null> {
  const { settings } = await loadSettings();
  const desk = settings.desks.find(({ key }) => key === deskKey);
  const entry = desk?.origins[0] ? compile(settings, desk.origins[0], true) : null;
  return entry && callFor(entry, { desk: entry.key, kind: '', id: '', number, fields: {} }, undefined, true);
}

/** @param unread the case's fields are not known, so that no rule can be sure */
async function callFor(entry: PageEntry, record: Case, shown: Shown | undefined, unread = false): Promise<Call> {
  const targets = shown ? null : ((await route(entry, record, rowsOf(entry))) ?? (unread ? possible(entry) : null));
  const ids = new Map<string, string>();
  const shownCodes = new Set<string>();
  const idOf = (name: string): string => {
    const id = ids.get(name) ?? newLaunchId();
    ids.set(name, id);
    return id;
  };
  const targetOf = (offer: Offer): Target | undefined => {
    const now = targets?.map((target) => standIn(target, Date.now())) ?? [];
    return [...now, ...(entry.mine ? [entry.mine] : [])].find(({ id }) => id === offer.id);
  };
  const viewNow = (): View => {
    const view = viewOf(record, targets, shown, entry, (target) => idOf(`${target} button`), Date.now());
    return record.id ? view : { ...view, key: `typed:${keyOf(record)}${record.number ?? ''}` };
  };
  return {
    desk: { key: entry.key, name: entry.name },
    view: viewNow(),
    viewNow,
    link(offer, surface) {
      const target = targetOf(offer);
      const launchId = newLaunchId();
      const link = target && linkOf(target, record, entry.links, launchId);
      if (!link || 'refused' in link) return null;
      void usedHere(record, { launchId, target: offer.id, surface });
      return link.app ?? link.phone;
    },
    codes(offer) {
      const target = targetOf(offer);
      const id = idOf(`${offer.id} code`);
      const drawn = target ? codesOf(target, record, entry.links, id) : { error: 'err_no_target' };
      // Drawn anew at every turn of the popup, it is one use.
      if (!('error' in drawn) && !shownCodes.has(id))
        void usedHere(record, { launchId: id, target: offer.id, surface: 'code' });
      shownCodes.add(id);
      return drawn;
    },
    history: () => historyOf(record),
    wrapUp: () => wrapUpOf(record),
    onWrapUp: (said) => wrapUpHere(record, said),
  };
}
