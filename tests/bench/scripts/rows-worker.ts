/** Fills this extension's storage with rows as lib/browser/rows.ts writes them. */
import { browser } from 'wxt/browser';
import { rowKey } from '../../../lib/browser/keys.ts';

const fill = async (count: number): Promise<void> => {
  const batch = 2000;
  for (let at = 0; at < count; at += batch) {
    const part: Record<string, unknown> = {};
    for (let n = at; n < Math.min(count, at + batch); n++)
      part[rowKey(1, 'experts', `ASSET-${n}`)] = { key: `ASSET-${n}`, offer: ['dana'] };
    // oxlint-disable-next-line no-await-in-loop -- as an import writes them
    await browser.storage.local.set(part);
  }
  await browser.storage.local.set({ generation: { n: 1, tables: { experts: count } }, named: { dana: count } });
};
Object.assign(globalThis, { fill });
