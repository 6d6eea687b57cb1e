/** How a desk's own script hands its reader to the core, which comes after it. */
import { customDesk } from '../desks/custom.ts';
import type { DeskCode } from '../model.ts';

/**
 * @param script the file's name, as the page's entry says it
 * @param code what the description in the page's entry cannot say
 */
export function provide(script: string, code?: DeskCode): void {
  globalThis.deskcallDesks = {
    ...globalThis.deskcallDesks,
    [script]: ({ product, name, desk }) => customDesk(product, name, desk, code),
  };
}
