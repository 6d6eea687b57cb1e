/**
 * Asks a desk's own API from the page, with the session of the person who is logged in. Only where an admin turned it
 * on for that desk, only on the page's own origin, only by GET.
 */
import type { Desk, Page, Ref, Rest, Told } from '../model.ts';
import { withTold } from '../rest.ts';

/** A desk that has not answered within so many ms is read from its page alone. */
const timeout = 5000;
/** A record is asked for again when its page has changed, but not within so many ms. */
const fresh = 10_000;
/** A longer answer is no single record. In characters. */
const longest = 2_000_000;

/** @returns what the first path that answers says; null if none does. Never rejects. */
async function ask(rest: Rest, ref: Ref, page: Page): Promise<Told | null> {
  const { origin } = new URL(page.url);
  for (const path of rest.paths(ref, page)) {
    const url = new URL(path, origin);
    // A description speaks of its own desk only, also where an id holds slashes.
    if (url.origin !== origin) continue;
    try {
      // oxlint-disable-next-line no-await-in-loop -- the next path is asked only where this one gave nothing
      const answer = await fetch(url, {
        headers: { Accept: 'application/json', ...rest.headers },
        credentials: 'same-origin',
        cache: 'no-store',
        redirect: 'error',
        signal: AbortSignal.timeout(timeout),
      });
      // Logged out, Jira answers 200 with a page of HTML.
      if (!answer.ok || !/^application\/(?:[\w.+-]+\+)?json\b/i.test(answer.headers.get('content-type') ?? ''))
        continue;
      // oxlint-disable-next-line no-await-in-loop -- as above
      const text = await answer.text();
      const told = text.length > longest ? null : rest.parse(JSON.parse(text), ref);
      if (told) return told;
    } catch {
      // Timed out, refused, no JSON, or of another shape: the page is read without it.
    }
  }
  return null;
}

/** The same desk, which lays what its API said over what its page says. */
export function asking(desk: Desk, rest: Rest): Desk {
  let last: { key: string; said: string; at: number; told?: Told | null } | null = null;
  const keyOf = ({ kind, id }: Ref): string => `${kind}:${id}`;
  return {
    ...desk,
    read(page, from) {
      const found = desk.read(page, from);
      const { ref } = found;
      return ref && last?.told !== undefined && last.key === keyOf(ref) ? withTold(found, last.told) : found;
    },
    ask(page, ref, answered) {
      const key = keyOf(ref);
      const said = JSON.stringify(desk.read(page, ref).values);
      const now = performance.now();
      if (last?.key !== key || (last.told !== undefined && last.said !== said && now - last.at > fresh)) {
        const mine = { key, said, at: now, ...(last?.key === key && last.told ? { told: last.told } : {}) };
        last = mine;
        const take = (told: Told | null): void => {
          if (last !== mine) return;
          last = { ...mine, told };
          answered();
        };
        void ask(rest, ref, page).then(take);
      }
      return last.told === undefined;
    },
  };
}
