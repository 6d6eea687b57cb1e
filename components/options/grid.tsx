/**
 * A grid that is moved in, edited, copied from and pasted into like a spreadsheet, and that draws only what is in view.
 * The row with the focus is always drawn, so that scrolling loses neither the focus nor what is being typed.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  type ClipboardEvent,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
} from 'react';
import { flushSync } from 'react-dom';
import { useSay } from '../text.ts';
import { clearedIn, pastedInto, type Column, type Editing } from './grid-edits.ts';
import { boxOf, clamp, moveOf, rangeOf, wayOf, type Place, type Range } from './grid-moves.ts';
import { Why } from './parts.tsx';
import { count } from './words.ts';
import { type Draft, Field } from './grid-field.tsx';

export type GridProps = {
  label: string;
  /** What the numbers at the head of rows are. */
  head: string;
  columns: Column[];
  /** Rows to show, the empty one not counted. */
  count: number;
  /** The same for one row wherever it stands, and the other way round; -1 if there is no such row any more. */
  keyOf: (row: number) => string;
  rowOf: (key: string) => number;
  /** The number that stands at its head, if it has one. */
  numberOf: (row: number) => number | null;
  /** What is edited and copied; also of the empty row, where what was typed into it is not complete yet. */
  textOf: (row: number, column: string) => string;
  /** What is shown, where it is more than the text. */
  renderCell?: (row: number, column: string) => ReactNode;
  /** Null: nothing can be changed. */
  editing: Editing | null;
  /** Told which rows are chosen, from and to, whenever that changes. */
  onChosen?: (top: number, bottom: number) => void;
  /** Lines are as high as what they say, for what is read and not edited. */
  wrap?: boolean;
};

const rowHeight = 32;
const headHeight = 33;
const numberWidth = 56;

export function Grid(props: GridProps) {
  const { label, columns, editing } = props;
  const say = useSay();
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const active = useRef<HTMLDivElement>(null);
  const takeFocus = useRef(false);
  const focused = useRef(false);
  /** The column in which a run of Tabs began: Enter goes back to it. */
  const began = useRef<number | null>(null);
  const [range, setRange] = useState<Range>({ cursor: { row: 0, column: 0 }, anchor: { row: 0, column: 0 } });
  const [draft, setDraft] = useState<Draft | null>(null);
  const [told, setTold] = useState<string | null>(null);
  /** The row of the cursor; null: whatever row stands there next. */
  const [pin, setPin] = useState<{ row: number; key: string } | null>(null);

  const blank = editing?.blank ?? null;
  const rows = props.count + (blank === null ? 0 : 1);
  const size = { rows, columns: columns.length };
  const { cursor, anchor, whole } = clamp(range, size);
  const box = boxOf({ cursor, anchor, whole }, size);
  const isBlank = (row: number) => row >= props.count;
  const keyAt = (row: number): string => (isBlank(row) ? '' : props.keyOf(row));

  // Rows come and go by other pages, too: the cursor stays with its row, so that nothing is typed into another one.
  if (pin?.row !== cursor.row) setPin({ row: cursor.row, key: keyAt(cursor.row) });
  else if (pin.key !== keyAt(cursor.row)) {
    const row = pin.key === '' && blank !== null ? props.count : props.rowOf(pin.key);
    if (row >= 0) {
      const by = row - cursor.row;
      setRange({ cursor: { ...cursor, row }, anchor: { ...anchor, row: Math.max(0, anchor.row + by) }, whole });
      setPin({ row, key: pin.key });
    } else {
      setPin({ row: cursor.row, key: keyAt(cursor.row) });
      if (draft) {
        setDraft(null);
        setTold(say('o_grid_gone', draft.text));
      }
    }
  }
  const column = columns[cursor.column];
  const numbered = (row: number): string => {
    const number = props.numberOf(row);
    return number === null ? '' : count(number);
  };

  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoised by a compiler
  const virtual = useVirtualizer({
    count: rows,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 5,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    rangeExtractor: ({ startIndex, endIndex, overscan }) => rangeOf(startIndex, endIndex, overscan, rows, cursor.row),
  });

  useLayoutEffect(() => {
    // A row that goes takes the focus with it, whoever removed it.
    const lost = focused.current && !scroller.current?.contains(document.activeElement);
    if (!takeFocus.current && !lost) return;
    takeFocus.current = false;
    virtual.scrollToIndex(cursor.row, { align: 'auto' });
    active.current?.focus({ preventScroll: true });
  });

  const { onChosen } = props;
  const { top, bottom } = box;
  useEffect(() => onChosen?.(top, bottom), [onChosen, top, bottom]);

  const go = (next: Range) => {
    takeFocus.current = true;
    setTold(null);
    setPin(null);
    setRange(next);
  };
  const goTo = (place: Place) => go({ cursor: place, anchor: place });

  /** @param text what replaces the cell's; without it the caret goes behind what is there */
  const begin = (text?: string) => {
    if (!editing || !column || column.fixed) return;
    setTold(null);
    setDraft({ text: text ?? props.textOf(cursor.row, column.id), why: null });
    virtual.scrollToIndex(cursor.row, { align: 'auto' });
  };
  /** @returns whether nothing is left to be typed */
  const commit = (): boolean => {
    if (!draft || !editing || !column) return true;
    const same = draft.text.trim() === props.textOf(cursor.row, column.id).trim();
    const refusal = same ? null : editing.write([{ row: cursor.row, column: column.id, text: draft.text.trim() }]);
    if (!refusal) setPin(null);
    setDraft(refusal && { ...draft, why: refusal.words });
    return !refusal;
  };

  const openOrBegin = () => {
    const own = column && !isBlank(cursor.row) ? editing?.open?.(cursor.row, column.id) : null;
    if (own) own();
    else begin();
  };

  const whileTyping = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      takeFocus.current = true;
      setDraft(null);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (!commit()) return;
      const back = event.shiftKey ? cursor.column : (began.current ?? cursor.column);
      if (!event.shiftKey) began.current = null;
      goTo({ row: cursor.row + (event.shiftKey ? -1 : 1), column: back });
    } else if (event.key === 'Tab') {
      const to = cursor.column + (event.shiftKey ? -1 : 1);
      const wraps = to < 0 || to >= columns.length;
      const row = cursor.row + (to < 0 ? -1 : wraps ? 1 : 0);
      event.preventDefault();
      if (!commit()) return;
      began.current ??= cursor.column;
      goTo({ row, column: to < 0 ? columns.length - 1 : wraps ? 0 : to });
    }
  };

  const clear = () => {
    const cleared = editing && clearedIn(box, columns, props.count);
    if (!cleared) return;
    takeFocus.current = true;
    if ('rows' in cleared) return editing.remove(cleared.rows);
    setTold(editing.write(cleared.edits)?.words ?? null);
  };

  const whileMoving = (event: KeyboardEvent) => {
    // AltGr, which writes letters, looks like Ctrl and Alt.
    const graph = event.getModifierState('AltGraph');
    const command = (event.ctrlKey || event.metaKey) && !graph;
    const right = scroller.current && getComputedStyle(scroller.current).direction === 'rtl' ? -1 : 1;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
    const move = moveOf(event, { cursor, anchor, whole }, size, page, right);
    if (move) {
      event.preventDefault();
      began.current = null;
      return go(move);
    }
    if (command) {
      const way = wayOf(event);
      if (!way || !editing) return;
      event.preventDefault();
      takeFocus.current = true;
      return editing[way]();
    }
    if (event.altKey && !graph) return;
    if (event.key === 'Tab') {
      const to = cursor.column + (event.shiftKey ? -1 : 1);
      // At the row's end the next Tab leaves the grid, as it leaves every control.
      if (to < 0 || to >= columns.length) return;
      event.preventDefault();
      return goTo({ row: cursor.row, column: to });
    }
    if (event.key === 'Escape') return go({ cursor, anchor: cursor });
    if (!editing) return;
    if (event.key === 'Enter' || event.key === 'F2') {
      event.preventDefault();
      return openOrBegin();
    }
    if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      return clear();
    }
    // The key itself then goes into the field, also where it only begins a letter.
    if ((event.key.length === 1 && event.key !== ' ') || event.key === 'Process' || event.key === 'Dead')
      flushSync(() => begin(''));
  };

  const placeOf = (event: { target: EventTarget }): Place | null => {
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-column]') : null;
    const row = cell?.closest<HTMLElement>('[data-row]');
    return cell && row ? { row: Number(row.dataset.row), column: Number(cell.dataset.column) } : null;
  };
  const press = (event: MouseEvent) => {
    const place = placeOf(event);
    if (!place || event.button !== 0) return;
    if (draft && place.row === cursor.row && place.column === cursor.column) return;
    event.preventDefault();
    if (!commit()) return;
    began.current = null;
    const head = place.column < 0;
    const at = { row: place.row, column: Math.max(0, place.column) };
    go({ cursor: at, anchor: event.shiftKey ? anchor : at, whole: head });
  };
  const drag = (event: MouseEvent) => {
    const place = event.buttons === 1 && !draft ? placeOf(event) : null;
    if (!place || (place.row === cursor.row && place.column === cursor.column)) return;
    go({ cursor: { row: place.row, column: Math.max(0, place.column) }, anchor, whole });
  };

  const copied = (): string[][] =>
    Array.from({ length: Math.min(box.bottom, props.count - 1) - box.top + 1 }, (_, n) =>
      columns.slice(box.left, box.right + 1).map((c) => props.textOf(box.top + n, c.id)),
    );
  const copy = (event: ClipboardEvent) => {
    if (draft || !editing) return;
    event.preventDefault();
    event.clipboardData.setData('text/plain', editing.cells.write(copied()));
    if (event.type === 'cut') clear();
  };
  const paste = (event: ClipboardEvent) => {
    if (draft || !editing) return;
    event.preventDefault();
    const block = editing.cells.read(event.clipboardData.getData('text/plain'));
    const pasted = pastedInto(box, block, columns, props.count, blank !== null);
    if ('wide' in pasted) return setTold(say('o_grid_wide', count(pasted.wide), count(columns.length - box.left)));
    if ('long' in pasted) return setTold(say('o_grid_long', count(pasted.long), count(props.count - box.top)));
    const refusal = editing.write(pasted.edits);
    if (refusal) {
      const line = count(refusal.row - box.top + 1);
      const { words } = refusal;
      return setTold(block.length > 1 ? say('o_grid_not_pasted_line', line, words) : say('o_grid_not_pasted', words));
    }
    const last = { row: box.top + pasted.height - 1, column: box.left + pasted.width - 1 };
    go({ cursor: { row: box.top, column: box.left }, anchor: last });
  };

  const message = draft?.why ?? told;
  const several = box.top < box.bottom || box.left < box.right;
  /** What stands below a row is not seen at the lower edge. */
  const isLow = (start: number) => {
    const seen = start - (virtual.scrollOffset ?? 0);
    return seen > headHeight + 2 * rowHeight && seen + 3 * rowHeight > (virtual.scrollRect?.height ?? 0);
  };
  const track = `${numberWidth}px ${columns.map((c) => (c.grow ? `minmax(${c.width}px, ${c.grow}fr)` : `${c.width}px`)).join(' ')}`;
  const narrowest = columns.reduce((sum, c) => sum + c.width, numberWidth);
  return (
    // The keys that are heard here are those of the cells, which have the focus.
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- one of its cells always can have it
    <div
      ref={scroller}
      className={['card grid', props.wrap && 'wrap', several && 'several'].filter(Boolean).join(' ')}
      role="grid"
      aria-label={label}
      aria-rowcount={rows + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable
      aria-readonly={!editing || undefined}
      onKeyDown={draft ? whileTyping : whileMoving}
      onMouseDown={press}
      onMouseMove={drag}
      onDoubleClick={(event) => placeOf(event) && !draft && openOrBegin()}
      // React says nothing of what loses the focus because it is taken out: the effect above sees to that.
      onFocus={() => (focused.current = true)}
      onBlur={(event) => (focused.current = event.currentTarget.contains(event.relatedTarget))}
      onCopy={copy}
      onCut={copy}
      onPaste={paste}
    >
      <div role="rowgroup" className="grid-head" style={{ minInlineSize: narrowest }}>
        <div role="row" aria-rowindex={1} style={{ gridTemplateColumns: track }}>
          <div role="columnheader" aria-colindex={1}>
            {props.head}
          </div>
          {columns.map((c, n) => (
            <div key={c.id} role="columnheader" aria-colindex={n + 2}>
              {c.name}
            </div>
          ))}
        </div>
      </div>
      <div
        role="rowgroup"
        className="grid-rows"
        style={{ blockSize: virtual.getTotalSize(), minInlineSize: narrowest }}
      >
        {virtual.getVirtualItems().map(({ index, start }) => (
          <div
            key={isBlank(index) ? '' : props.keyOf(index)}
            role="row"
            aria-rowindex={index + 2}
            data-row={index}
            data-index={index}
            ref={props.wrap ? virtual.measureElement : undefined}
            className={index === cursor.row ? 'on' : undefined}
            style={{ gridTemplateColumns: track, insetBlockStart: start - headHeight }}
          >
            <div role="rowheader" aria-colindex={1} data-column={-1} className="meta num">
              {isBlank(index) ? <span className="sr">{say('o_grid_new')}</span> : numbered(index)}
            </div>
            {columns.map((c, n) => {
              const here = index === cursor.row && n === cursor.column;
              const chosen = index >= box.top && index <= box.bottom && n >= box.left && n <= box.right;
              const text = props.textOf(index, c.id);
              return (
                <div
                  key={c.id}
                  ref={here ? active : undefined}
                  role="gridcell"
                  aria-colindex={n + 2}
                  aria-selected={chosen}
                  // oxlint-disable-next-line jsx-a11y/role-supports-aria-props -- ARIA 1.2, gridcell: supported
                  aria-readonly={editing && c.fixed ? true : undefined}
                  aria-describedby={here && message ? `${id}-why` : undefined}
                  tabIndex={here && !draft ? 0 : -1}
                  data-column={n}
                  className={[c.look, here && draft && 'typing'].filter(Boolean).join(' ') || undefined}
                >
                  {here && draft ? (
                    <Field
                      id={id}
                      label={
                        isBlank(index) ? say('o_grid_new_cell', c.name) : say('o_grid_cell', c.name, numbered(index))
                      }
                      draft={draft}
                      change={(next) => setDraft({ text: next, why: null })}
                      leave={commit}
                      suggestions={editing?.suggest?.(c.id, draft.text) ?? []}
                    />
                  ) : isBlank(index) ? (
                    n === 0 && <span className="cut hint">{blank}</span>
                  ) : (
                    (props.renderCell?.(index, c.id) ?? <bdi className="cut">{text}</bdi>)
                  )}
                  {here && message && (
                    <span className={isLow(start) ? 'grid-why above' : 'grid-why'}>
                      <Why id={`${id}-why`}>{message}</Why>
                    </span>
                  )}
                </div>
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}
