import type { OpenedProps } from './components/opened.tsx';
import type { Desk, DeskData, PageEntry, Read, Say } from './lib/model.ts';

declare global {
  /** The desk of this page, set by its own script, which comes before the core. */
  var deskcallDesk: ((entry: PageEntry) => Desk) | undefined;
  /** Looks once at the page; set by the popup's own script. */
  var deskcallGlance: ((desks: { id: string; data: DeskData }[]) => Read | null) | undefined;
  /** Draws what is open into a slot, or empties it for null; comes with the first opened panel. */
  var deskcallLater: ((slot: HTMLElement, say: Say, props: OpenedProps | null) => void) | undefined;
}
