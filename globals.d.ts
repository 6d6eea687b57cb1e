import type { Later } from './lib/browser/page.ts';
import type { Configured } from './lib/glance.ts';
import type { Sight } from './lib/inspect.ts';
import type { Desk, DeskCode, Read, Say } from './lib/model.ts';
import type { Glimpse } from './lib/visit.ts';

declare global {
  /** What descriptions cannot say of desks, by their scripts' names; set by those, which come before the core. */
  var deskcallCode: Record<string, DeskCode> | undefined;
  /** What makes a product's desk ask its own API; set by the script that a page has only where that is allowed. */
  var deskcallAsking: Record<string, (desk: Desk) => Desk> | undefined;
  /** Looks once at the page; set by the popup's own script. */
  var deskcallGlance: ((configured: Configured | null) => Read | null) | undefined;
  /** Looks at the page for whoever inspects it. */
  var deskcallInspect: ((configured: Configured | null) => Promise<Sight>) | undefined;
  /** A shorter look, for whoever asks which desks are open. */
  var deskcallVisit: ((configured: Configured | null) => Glimpse) | undefined;
  /** Draws what is open into a slot, or empties it for null; comes with the first opened panel. */
  var deskcallLater: ((slot: HTMLElement, say: Say, props: Later | null) => void) | undefined;
}
