import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { asking } from '../lib/browser/rest.ts';

/** Between a desk's script and the core, only where an admin lets the desk's own API be asked. */
export default defineUnlistedScript(() => {
  const desks = Object.entries(globalThis.deskcallDesks ?? {});
  globalThis.deskcallDesks = Object.fromEntries(
    desks.map(([script, make]): [string, typeof make] => [
      script,
      (entry) => {
        const desk = make(entry);
        return entry.rest && desk.rest ? asking(desk, desk.rest) : desk;
      },
    ]),
  );
});
