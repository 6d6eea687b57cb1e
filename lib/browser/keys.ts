/** The names in `storage.local`, shared by the worker that writes and the page that reads, and the reading of rows. */
import { browser } from 'wxt/browser';
import type { PageEntry, Target } from '../model.ts';
import { normalise, type Lookup } from '../route.ts';

/** Which rows count: written last, by one `set`, so that an import is whole or has not happened. */
export type Generation = {
  n: number;
  /** Rows in each table. */
  tables: Record<string, number>;
};

export const pageKey = (origin: string): string => `page:${origin}`;
export const rowKey = (generation: number, table: string, key: string): string =>
  `row:${generation}:${table}:${normalise(key)}`;
export const targetKey = (id: string): string => `target:${id}`;
export const dockKey = (origin: string): string => `dock:${origin}`;
/** All that a page needs to show its panel, for one reading. */
export const storedFor = (origin: string): string[] => [pageKey(origin), dockKey(origin), 'screen', 'words'];

/** Finds one row of a lookup table by its key, at the same cost among ten rows or fifty thousand. */
export const rowsOf =
  (entry: PageEntry): Lookup =>
  async (table, key) => {
    const { local } = browser.storage;
    const { generation } = await local.get<{ generation?: Generation }>('generation');
    if (!generation) return null;
    const name = rowKey(generation.n, table, key);
    const row = (await local.get<Record<string, { offer: string[] } | null>>(name))[name];
    // A row that offers nobody is one to be filled in: until then it hides no rule.
    if (!row?.offer.length) return null;
    const missing = row.offer.filter((id) => !Object.hasOwn(entry.targets, id)).map(targetKey);
    const extra = missing.length ? await local.get<Record<string, Target>>(missing) : {};
    return row.offer.flatMap(
      (id) => (Object.hasOwn(entry.targets, id) ? entry.targets[id] : extra[targetKey(id)]) ?? [],
    );
  };
