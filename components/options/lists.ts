/** Tables, contacts and catalogs, as far as the views that edit and import them need the browser. */
import type { Item, ListPreview, TargetsNow, Unread } from '../../lib/lists.ts';
import type { Names, Reason } from '../../lib/offer.ts';
import type { Row } from '../../lib/schema.ts';
import type { RowChange, Sheet } from '../../lib/sheet.ts';
import type { Say } from '../text.ts';
import { placedWords } from './problems.ts';

/** How something that takes a while is watched and ended. */
export type Watch = { progress: (share: number) => void; stop: AbortSignal };

export type Lists = {
  namesOf: (targets: readonly { id: string; name: string }[]) => Names;
  /** Cells as they lie on the clipboard. */
  cells: { read: (text: string) => string[][]; write: (rows: string[][]) => string };
  /** One table in memory that follows what is stored until `end`; `refresh` takes what is stored in place of it. */
  openTable: (table: string, names: Names) => Promise<{ sheet: Sheet; refresh: () => Promise<void>; end: () => void }>;
  /** @returns null if it is done; else nothing was, and the row of this change was changed elsewhere meanwhile */
  editRows: (changes: RowChange[]) => Promise<RowChange | null>;
  /** @returns the snapshot that was taken before, for the way back; null if it was stopped */
  importRows: (next: (now: Row[]) => Row[], watch: Watch) => Promise<string | null>;
  previewRows: (
    file: File,
    table: string,
    now: readonly Row[],
    names: Names,
    watch: Watch,
  ) => Promise<ListPreview<Row> | Unread>;
  previewTargets: (file: File, now: Omit<TargetsNow, 'slug'>, watch: Watch) => Promise<ListPreview<Item> | Unread>;
  rowsAsCsv: (rows: readonly Row[], names: Names) => string;
  rowsAsJson: (rows: readonly Row[]) => string;
  targetsAsCsv: (part: TargetsNow['part'], items: readonly Item[]) => string;
  /** A file of these lines, for those that were rejected. */
  asCsv: (rows: string[][]) => string;
};

/** A reason as a sentence. */
export const reasonOf = (say: Say, reason: Reason): string =>
  reason.problem ? placedWords(reason.problem, say) : say(`o_why_${reason.why}`, ...reason.with);
