import type { Later } from './lib/browser/page.ts';
import type { Configured } from './lib/glance.ts';
import type { Sight } from './lib/inspect.ts';
import type { Desk, PageEntry, Read, Say } from './lib/model.ts';

declare global {
  /** The desk of this page by its script's name, set by that script, which comes before the core. */
  var deskcallDesks: Record<string, (entry: PageEntry) => Desk> | undefined;
  /** Looks once at the page; set by the popup's own script. */
  var deskcallGlance: ((configured: Configured | null) => Read | null) | undefined;
  /** Looks at the page for whoever inspects it. */
  var deskcallInspect: ((configured: Configured | null) => Promise<Sight>) | undefined;
  /** Draws what is open into a slot, or empties it for null; comes with the first opened panel. */
  var deskcallLater: ((slot: HTMLElement, say: Say, props: Later | null) => void) | undefined;
}
