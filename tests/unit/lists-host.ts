/** What the options page's lists need of the browser, on the real code over a browser in memory. */
import { locks } from 'node:worker_threads';
import type { Host } from '../../components/options/state.ts';
import { slug } from '../../components/options/words.ts';
import { editRows, openTable, replaceRows } from '../../lib/browser/rows.ts';
import { readCells, writeCells, writeCsv } from '../../lib/csv.ts';
import { previewRows, previewTargets, rowsAsCsv, rowsAsJson, targetsAsCsv } from '../../lib/lists.ts';
import { namesOf } from '../../lib/offer.ts';

// happy-dom has none.
Object.defineProperty(navigator, 'locks', { value: locks, configurable: true });

// Nor does it lay anything out: a grid draws what is in view, here 20 rows.
Object.defineProperties(HTMLElement.prototype, {
  offsetHeight: { configurable: true, get: () => 640 },
  offsetWidth: { configurable: true, get: () => 1000 },
  clientHeight: { configurable: true, get: () => 640 },
});

export const lists: Host['lists'] = {
  namesOf,
  cells: { read: readCells, write: writeCells },
  openTable,
  editRows: async (changes) => (await editRows(changes)).clash,
  importRows: async (next, { progress, stop }) => ((await replaceRows(next, progress, stop)) ? 'snapshot' : null),
  previewRows,
  previewTargets: (file, now, watch) => previewTargets(file, { ...now, slug }, watch),
  rowsAsCsv,
  rowsAsJson,
  targetsAsCsv,
  asCsv: writeCsv,
};
