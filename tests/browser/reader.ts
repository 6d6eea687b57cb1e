/** What fixtures.demo.spec.ts runs in each recorded page. */
import { mount } from '../../lib/browser/mount.ts';
import { declared } from '../../lib/desks/index.ts';
import { readerOf, readPage } from '../../lib/which.ts';

export { readPage };

/** Mounts as the panel does, again and again, and counts what stands after each. */
export function standing(anchor: string | null, wanted?: string): Record<string, unknown> {
  const page = { url: location.href, document };
  const reader = readerOf(Object.values(declared));
  const desk = wanted === undefined ? reader.deskAt(page) : reader.desk(wanted);
  const { case: record } = readPage(page, wanted);
  if (!desk || !record) throw new Error('The page has no case.');
  const before = document.querySelectorAll('*').length;
  const hosts = (): number => document.querySelectorAll('deskcall-panel').length;
  const end = new AbortController();
  const place = mount({
    document,
    css: '',
    mode: 'open',
    find: () => desk.anchorOf(page, record),
    onMoved: () => {},
    onKey: () => {},
    share: undefined,
    signal: end.signal,
  });
  place.show(true);
  const shown = hosts();
  place.show(true);
  place.keep();
  const again = hosts();
  const host = document.querySelector('deskcall-panel');
  const by = anchor === null ? null : document.querySelector(anchor);
  const byAnchor = by !== null && (host?.parentElement === by || host?.previousElementSibling === by);
  host?.remove();
  place.keep();
  const back = hosts();
  end.abort();
  return { shown, again, back, byAnchor, gone: hosts(), pages: document.querySelectorAll('*').length - before };
}
