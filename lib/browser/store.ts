/**
 * Where everything lies.
 *
 * The admin's settings and the last known policy lie in extension-origin IndexedDB, out of reach of content scripts.
 * `storage.local` holds only what pages may know: `page:<origin>`, one compiled entry for each granted origin;
 * the rows of lookup tables (rows.ts) with `generation`, which of them count; `target:<id>` for targets that only rows
 * name; `dock:<origin>`, where people put the dock.
 */
import { get, set } from 'idb-keyval';
import { browser } from 'wxt/browser';
import { scriptOf } from '../desks/index.ts';
import type { PageEntry, Target } from '../model.ts';
import type { Settings } from '../schema.ts';
import { compile, mergePolicy, parseSettings, targetsOf, type SettingsProblem } from '../settings.ts';
import { pageKey, targetKey } from './keys.ts';
import { grantedOrigins, reconcile } from './grants.ts';
import { rowCounts } from './rows.ts';

/** Settings as they count now: the admin's own with the organisation's policy over them. */
export type Loaded = { settings: Settings; problems: SettingsProblem[]; locked: string[] };

/** @returns checked settings; never rejects for bad data, only if the browser's storage fails */
export async function loadSettings(): Promise<Loaded> {
  const [local, policy] = await Promise.all([get<unknown>('settings'), get<unknown>('policy')]);
  const { merged, locked, problems } = mergePolicy(local, policy);
  const parsed = parseSettings(merged);
  return { settings: parsed.settings, problems: [...problems, ...parsed.problems], locked };
}

/** Keeps settings and brings them to the pages. What policy locks stays what the admin last had under it. */
export async function saveSettings(next: Settings, locked: string[]): Promise<void> {
  const before = parseSettings(await get<unknown>('settings')).settings;
  const own = Object.fromEntries(
    Object.entries(next).map(([key, value]) => [key, locked.includes(key) ? before[key as keyof Settings] : value]),
  );
  await set('settings', own);
  await publish();
}

/** Reads the organisation's policy anew. Slow in Chromium (seconds after start), so never awaited before drawing. */
export async function refreshPolicy(): Promise<void> {
  // Firefox rejects where there is no policy at all.
  const policy = await browser.storage.managed.get().catch(() => ({}));
  if (JSON.stringify(policy) === JSON.stringify(await get<unknown>('policy'))) return;
  await set('policy', policy);
  await publish();
}

/**
 * Brings the settings to `storage.local`: one entry for each granted origin of a desk that is on, and nothing else;
 * and makes the registered scripts agree. Writes only what changed. May be called from the worker and from extension pages; one at a time.
 */
export async function publish(): Promise<void> {
  await navigator.locks.request('deskcall-publish', async () => {
    const [{ settings }, granted, { targets: named }] = await Promise.all([
      loadSettings(),
      grantedOrigins(),
      rowCounts(),
    ]);
    const wanted = new Map<string, unknown>();
    for (const desk of settings.desks)
      for (const origin of desk.origins) {
        const entry = granted(origin) ? compile(settings, origin) : null;
        if (entry) wanted.set(pageKey(origin), entry);
      }
    const all = targetsOf(settings);
    for (const id of named) {
      const target = all.get(id);
      if (target) wanted.set(targetKey(id), target);
    }
    const { published = [] } = await browser.storage.local.get<{ published?: string[] }>('published');
    const stale = published.filter((key) => !wanted.has(key));
    const stored = await browser.storage.local.get([...wanted.keys()]);
    const changed = [...wanted].filter(([key, value]) => JSON.stringify(stored[key]) !== JSON.stringify(value));
    if (changed.length || stale.length)
      await browser.storage.local.set({ ...Object.fromEntries(changed), published: [...wanted.keys()] });
    if (stale.length) await browser.storage.local.remove(stale);
    await reconcile(
      settings.desks.flatMap(({ on, origins, product, rest }) => {
        const script = scriptOf(product);
        const scripts = script && rest ? `${script}+rest` : (script ?? 'desk-custom');
        return on ? origins.map((origin) => ({ origin, scripts })) : [];
      }),
    );
  });
}

/** The entry for one origin, made from the settings themselves and not from what pages could have written. */
export async function entryFor(origin: string): Promise<PageEntry | null> {
  return compile((await loadSettings()).settings, origin);
}

/** One target by id, for rules that look into tables. */
export async function targetById(id: string): Promise<Target | null> {
  return targetsOf((await loadSettings()).settings).get(id) ?? null;
}
