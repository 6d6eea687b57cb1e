/** What pages may know of the settings: brought to `storage.local`, with the scripts that run on them. */
import { browser } from 'wxt/browser';
import { mayAsk, scriptOf } from '../desks/index.ts';
import { compile, targetsOf } from '../settings.ts';
import { grantedOrigins, reconcile } from './grants.ts';
import { pageKey, targetKey } from './keys.ts';
import { loadSettings } from './loaded.ts';
import { rowCounts, type RowState } from './rows.ts';
import { bindSecrets } from './vault.ts';
import { wordsNow } from './words.ts';

/**
 * Brings the settings to `storage.local`: one entry for each granted origin of a desk that is on, and nothing else;
 * and makes the registered scripts agree. Writes only what changed. May be called from the worker and from extension pages; one at a time.
 * @param pending rows that count from now on, by the same `set`: no page sees new rows with old rules
 */
export async function publish(pending?: RowState): Promise<void> {
  await navigator.locks.request('deskcall-publish', async () => {
    const [{ settings }, granted, { targets: named }] = await Promise.all([
      loadSettings(),
      grantedOrigins(),
      rowCounts(),
    ]);
    // Also where another organisation's policy, or a file, has brought other addresses.
    await bindSecrets(settings);
    const wanted = new Map<string, unknown>([['words', wordsNow()]]);
    for (const desk of settings.desks)
      for (const origin of desk.origins) {
        const entry = granted(origin) ? compile(settings, origin) : null;
        if (entry) wanted.set(pageKey(origin), entry);
      }
    const all = targetsOf(settings, Date.now());
    for (const id of pending ? Object.keys(pending.named) : named) {
      const target = all.get(id);
      if (target) wanted.set(targetKey(id), target);
    }
    const { published = [] } = await browser.storage.local.get<{ published?: string[] }>('published');
    const stale = published.filter((key) => !wanted.has(key));
    const stored = await browser.storage.local.get([...wanted.keys()]);
    const changed = [...wanted].filter(([key, value]) => JSON.stringify(stored[key]) !== JSON.stringify(value));
    if (changed.length || stale.length || pending)
      await browser.storage.local.set({ ...Object.fromEntries(changed), published: [...wanted.keys()], ...pending });
    if (stale.length) await browser.storage.local.remove(stale);
    await reconcile(
      settings.desks.flatMap(({ on, origins, product, rest }) => {
        const script = scriptOf(product);
        const asking = rest && mayAsk(product) ? `rest-${product}` : null;
        const scripts = [script, asking].filter((name) => name !== null).join('+') || 'core';
        return on ? origins.map((origin) => ({ origin, scripts })) : [];
      }),
    );
  });
}
