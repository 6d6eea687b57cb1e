/** Where the keys lead in a grid. */

export type Place = { row: number; column: number };
/** What is chosen: from the anchor, which stays, to the cursor, which has the focus. `whole`: whole rows. */
export type Range = { cursor: Place; anchor: Place; whole?: boolean | undefined };
export type Size = { rows: number; columns: number };
/** All that is chosen, its edges included. */
export type Box = { top: number; bottom: number; left: number; right: number };

const within = (n: number, length: number): number => Math.max(0, Math.min(n, length - 1));

/** The same inside of a grid that may have become smaller. */
export function clamp({ cursor, anchor, whole }: Range, size: Size): Range {
  const inside = ({ row, column }: Place) => ({ row: within(row, size.rows), column: within(column, size.columns) });
  return { cursor: inside(cursor), anchor: inside(anchor), whole };
}

export function boxOf({ cursor, anchor, whole }: Range, size: Size): Box {
  return {
    top: Math.min(cursor.row, anchor.row),
    bottom: Math.max(cursor.row, anchor.row),
    left: whole ? 0 : Math.min(cursor.column, anchor.column),
    right: whole ? size.columns - 1 : Math.max(cursor.column, anchor.column),
  };
}

export type Key = { key: string; ctrlKey: boolean; metaKey: boolean; shiftKey: boolean; altKey: boolean };

/**
 * What is chosen after a key, as in every spreadsheet: arrows, Home, End, Page Up and Down, with Ctrl to the edge, with
 * Shift further from where the choice began; Ctrl+A all, Shift+Space whole rows.
 * @param page rows that are in view
 * @param right 1, or -1 where text runs from right to left
 * @returns null if the key leads nowhere
 */
export function moveOf(event: Key, range: Range, size: Size, page: number, right: 1 | -1): Range | null {
  const { key, shiftKey, altKey } = event;
  const command = event.ctrlKey || event.metaKey;
  const { cursor, anchor, whole } = range;
  const last = { row: size.rows - 1, column: size.columns - 1 };
  if (altKey) return null;
  if (command && key.toLowerCase() === 'a') return { cursor: { row: 0, column: 0 }, anchor: last, whole: true };
  if (key === ' ' && shiftKey) return { cursor, anchor, whole: true };
  const by = (rows: number, columns: number): Place => ({ row: cursor.row + rows, column: cursor.column + columns });
  const side = (step: number): Place =>
    command ? { row: cursor.row, column: step > 0 ? last.column : 0 } : by(0, step);
  const to: Record<string, () => Place> = {
    ArrowUp: () => (command ? { row: 0, column: cursor.column } : by(-1, 0)),
    ArrowDown: () => (command ? { row: last.row, column: cursor.column } : by(1, 0)),
    ArrowLeft: () => side(-right),
    ArrowRight: () => side(right),
    PageUp: () => by(-page, 0),
    PageDown: () => by(page, 0),
    Home: () => ({ row: command ? 0 : cursor.row, column: 0 }),
    End: () => ({ row: command ? last.row : cursor.row, column: last.column }),
  };
  const place = Object.hasOwn(to, key) ? to[key]?.() : undefined;
  if (!place) return null;
  const next = { row: within(place.row, size.rows), column: within(place.column, size.columns) };
  return { cursor: next, anchor: shiftKey ? anchor : next, whole: shiftKey && whole };
}

export type Way = 'undo' | 'redo';

/** Ctrl+Z, and Ctrl+Shift+Z or Ctrl+Y; on a Mac with Cmd. @returns null for any other key */
export function wayOf({ key, ctrlKey, metaKey, shiftKey, altKey }: Key): Way | null {
  const letter = key.toLowerCase();
  if ((!ctrlKey && !metaKey) || altKey) return null;
  if (letter === 'z') return shiftKey ? 'redo' : 'undo';
  return letter === 'y' && !shiftKey ? 'redo' : null;
}

/** The rows to draw: those in view, some around them, and always the one with the focus. */
export function rangeOf(start: number, end: number, around: number, rows: number, kept: number): number[] {
  const first = Math.max(0, start - around);
  const last = Math.min(rows - 1, end + around);
  const drawn = Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => first + n);
  if (kept < 0 || kept >= rows) return drawn;
  return kept < first ? [kept, ...drawn] : kept > last ? [...drawn, kept] : drawn;
}
