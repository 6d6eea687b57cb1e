/** How a grid's rows are changed, and what clearing and pasting come to. */
import type { Box } from './grid-moves.ts';

export type Column = {
  id: string;
  name: string;
  /** At least so many pixels; what is left over is shared out by `grow`, of which 0 takes nothing. */
  width: number;
  grow: number;
  look?: 'mono' | 'strong' | 'meta';
  /** Nothing can be typed into it. */
  fixed?: boolean;
};

/** A cell's new text. A row behind the last one makes a new one. */
export type CellEdit = { row: number; column: string; text: string };
/** Where an edit was refused and why, as a sentence. */
export type Refusal = { row: number; column: string; words: string };

/** How a grid's rows are changed: at once, or not at all. */
export type Editing = {
  /** What the empty row at the end says; null: there is none. */
  blank: string | null;
  write: (edits: CellEdit[]) => Refusal | null;
  remove: (rows: number[]) => void;
  undo: () => void;
  redo: () => void;
  /** Texts that complete what is typed. */
  suggest?: (column: string, text: string) => string[];
  /** What Enter and a double click open in place of a field, where a cell has something of its own. */
  open?: (row: number, column: string) => (() => void) | null;
  /** Cells as they lie on the clipboard. */
  cells: { read: (text: string) => string[][]; write: (rows: string[][]) => string };
};

/**
 * What clearing all that is chosen comes to: rows of which all is chosen that can be typed into go.
 * @param rows those that are there, the empty one not counted
 * @returns null where there is nothing to clear
 */
export function clearedIn(
  box: Box,
  columns: Column[],
  rows: number,
): { rows: number[] } | { edits: CellEdit[] } | null {
  const chosen = Array.from({ length: Math.min(box.bottom, rows - 1) - box.top + 1 }, (_, n) => box.top + n);
  const cleared = columns.slice(box.left, box.right + 1).filter((column) => !column.fixed);
  if (!chosen.length || !cleared.length) return null;
  if (cleared.length === columns.filter((column) => !column.fixed).length) return { rows: chosen };
  return { edits: chosen.flatMap((row) => cleared.map((column) => ({ row, column: column.id, text: '' }))) };
}

type Pasted = { edits: CellEdit[]; width: number; height: number } | { wide: number } | { long: number };

/**
 * One copied cell fills all that is chosen; a block goes where the choice begins, and may reach behind the last row.
 * @param rows as above
 */
export function pastedInto(box: Box, block: string[][], columns: Column[], rows: number, mayAdd: boolean): Pasted {
  const [[only = ''] = []] = block;
  const one = block.length === 1 && block[0]?.length === 1;
  const height = one ? box.bottom - box.top + 1 : block.length;
  const width = one ? box.right - box.left + 1 : Math.max(...block.map((row) => row.length));
  if (box.left + width > columns.length) return { wide: width };
  if (!mayAdd && box.top + height > rows) return { long: height };
  const edits: CellEdit[] = [];
  for (let row = 0; row < height; row++)
    for (const [n, column] of columns.slice(box.left, box.left + width).entries()) {
      const text = one ? only : block[row]?.[n];
      if (text !== undefined && !column.fixed) edits.push({ row: box.top + row, column: column.id, text });
    }
  return { edits, width, height };
}
