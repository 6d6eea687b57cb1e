/** Looks at open tabs for the options page, and through `activeTab` for the popup, which hands its look over. */
import { browser } from 'wxt/browser';
import type { Configured } from '../glance.ts';
import { prepare } from '../desks/pattern.ts';
import type { Look, OpenTab } from '../inspect.ts';
import type { DeskData } from '../model.ts';
import { compile } from '../settings.ts';
import { grantedOrigins } from './grants.ts';
import { loadSettings } from './loaded.ts';

const originOf = (url: string | undefined): string | null =>
  url && /^https?:/.test(url) && URL.canParse(url) ? new URL(url).origin : null;

/** Tabs that were closed while somebody watched: browsers tell of it before they take the tab off their list. */
const closed = new Set<number>();

/** Tabs of the origins that Deskcall may read, the one that was last in front first. */
export async function openTabs(): Promise<OpenTab[]> {
  // Without the permission `tabs`, the browser tells addresses of granted hosts alone.
  const [tabs, granted] = await Promise.all([browser.tabs.query({}), grantedOrigins()]);
  return tabs
    .toSorted((a, b) => (b.lastAccessed ?? 0) - (a.lastAccessed ?? 0))
    .flatMap(({ id, url, title = '' }) => {
      const origin = originOf(url);
      return id !== undefined && !closed.has(id) && origin !== null && granted(origin) ? [{ id, origin, title }] : [];
    });
}

/** Tells when a tab came, went, or shows something else. @returns a function that ends it */
export function watchTabs(changed: () => void): () => void {
  const gone = (id: number): void => {
    closed.add(id);
    changed();
  };
  const seen = (): void => void (document.visibilityState === 'visible' && changed());
  browser.tabs.onUpdated.addListener(changed);
  browser.tabs.onRemoved.addListener(gone);
  browser.permissions.onAdded.addListener(changed);
  browser.permissions.onRemoved.addListener(changed);
  document.addEventListener('visibilitychange', seen);
  window.addEventListener('focus', seen);
  return () => {
    browser.tabs.onUpdated.removeListener(changed);
    browser.tabs.onRemoved.removeListener(gone);
    browser.permissions.onAdded.removeListener(changed);
    browser.permissions.onRemoved.removeListener(changed);
    document.removeEventListener('visibilitychange', seen);
    window.removeEventListener('focus', seen);
  };
}

/**
 * Looks at a tab once.
 * @param draft a description to read it by, in place of the configured desk
 * @returns null where the browser keeps extensions out, or the tab is gone. Never rejects.
 */
export async function look(tabId: number, draft?: DeskData): Promise<Look | null> {
  try {
    const origin = originOf((await browser.tabs.get(tabId)).url);
    if (origin === null) return null;
    const entry = compile((await loadSettings()).settings, origin, true);
    const configured: Configured | null = draft ? { product: 'custom', name: '', desk: prepare(draft) } : entry;
    const target = { tabId };
    await browser.scripting.executeScript({ target, files: ['/inspect.js'] });
    const [found] = await browser.scripting.executeScript({
      target,
      func: (by) => globalThis.deskcallInspect?.(by) ?? null,
      args: [
        configured && {
          product: configured.product,
          name: configured.name,
          desk: configured.desk,
          ...(configured.rest ? { rest: configured.rest } : {}),
        },
      ],
    });
    const sight = found?.result;
    const owner = entry && { key: entry.key, name: entry.name, product: entry.product };
    return sight ? { origin, owner, sight } : null;
  } catch {
    return null;
  }
}

/** In `storage.session`, which no page can read and no disk keeps. */
const keyOf = (key: string): string => `look:${key}`;

/** Keeps a look for the options page. @returns the name it is taken by, which nobody can guess */
export async function hand(found: Look | null): Promise<string> {
  const key = crypto.randomUUID();
  await browser.storage.session.set({ [keyOf(key)]: found && { ...found, once: true } });
  return key;
}

/** What was taken stays with this page: coming back to its view finds it, a reload does not. */
const taken = new Map<string, Look | null>();

/** Takes a look that was handed over, and leaves none behind. @returns undefined if there is none of that name */
export async function take(key: string): Promise<Look | null | undefined> {
  const name = keyOf(key);
  if (!taken.has(key)) {
    const stored = await browser.storage.session.get<Record<string, Look | null>>(name);
    if (!Object.hasOwn(stored, name)) return undefined;
    taken.set(key, stored[name] ?? null);
    await browser.storage.session.remove(name);
  }
  return taken.get(key);
}
