/** What a surface shows of a case: pure, shared by the panel on a page and the popup. */
import { standAt } from './hours.ts';
import type { Case, LinkOptions, Offer, PageEntry, Shown, Target, View } from './model.ts';
import { linkOf, type NoLink } from './worklink.ts';

/** `#1` where the number is only digits; all else as it is. */
export const spoken = (number: string): string => (/^\d+$/.test(number) ? `#${number}` : number);

/** Two readings with the same key are of one case. */
export const keyOf = (record: Case): string => `${record.kind}:${record.id}`;

/** A case without anything offered for it yet. */
export const blank = (record: Case): View => ({
  state: 'ready',
  key: keyOf(record),
  number: spoken(record.number ?? record.id),
  title: record.title ?? '',
  unnumbered: record.number === undefined,
  offers: [],
});

/**
 * Who is offered for a target now: the target, or the first who can stand in while it is closed.
 * @param now ms since 1970
 */
export function standIn(target: Target, now: number): Target {
  const closed = ({ open }: Target) => standAt(open, now)?.open === false;
  return (closed(target) && target.fallback?.find((other) => !closed(other))) || target;
}

/**
 * @param targets what the rules offer; null: no rule covers the case
 * @param shown the record that the page names where the address names another: then nothing is offered
 * @param launchId the launch id of a target's button
 * @param now ms since 1970
 */
export function viewOf(
  record: Case,
  targets: Target[] | null,
  shown: Shown | undefined,
  { links, mine }: Pick<PageEntry, 'links' | 'mine'>,
  launchId: (target: string) => string,
  now: number,
): View {
  const next = blank(record);
  if (shown) return { ...next, state: 'doubt', shown: spoken(shown.text), choice: shown.id !== undefined };
  if (!targets?.length) {
    if (record.queue) next.queue = record.queue;
    if (record.asset) next.asset = record.asset;
    return { ...next, state: 'uncovered' };
  }
  const offer = (target: Target) => offerOf(target, record, links, launchId(target.id), now);
  const changes: number[] = [];
  for (const target of targets) {
    for (const { open } of [target, ...(target.fallback ?? [])]) changes.push(standAt(open, now)?.until ?? Infinity);
    const on = standIn(target, now);
    const stand = on !== target && standAt(target.open, now);
    if (stand) (next.closed ??= []).push({ name: target.name, ...stand });
    if (!next.offers.some(({ id }) => id === on.id))
      next.offers.push(stand ? { ...offer(on), instead: target.name } : offer(on));
  }
  const change = Math.min(...changes);
  if (change < Infinity) next.change = change;
  if (mine !== undefined) next.mine = mine && offer(mine);
  return next;
}

/** Why there is no link, as the name of a sentence in _locales: `refused_no_id`, `refused_empty_field` … */
export const refusal = (why: NoLink['refused']): string => `refused_${why.replace('-', '_')}`;

function offerOf(target: Target, record: Case, links: LinkOptions, launchId: string, now: number): Offer {
  const { id, name, group, licence, warn } = target;
  const offer: Offer = { id, name, group, licence, warn, stand: standAt(target.open, now) ?? undefined };
  if (target.field && record.asset) offer.detail = record.asset;
  const link = linkOf(target, record, links, launchId);
  if ('refused' in link) return { ...offer, refused: refusal(link.refused) };
  const href = link.app ?? link.phone;
  if (href) offer.href = href;
  if (link.phone) offer.phone = link.phone;
  return offer;
}

/** A case number in a text that somebody selected or typed: all of it if it is one word, else its first number-like word. */
export function numberIn(text: string): string | null {
  const words = text.trim().slice(0, 1000).split(/\s+/);
  const found = words.length === 1 ? words[0] : words.find((word) => /^#?[A-Z]{0,10}-?\d{1,20}[:,.]?$/i.test(word));
  const number = found?.replace(/^#|[:,.;]+$/g, '');
  return number && number.length <= 100 ? number : null;
}
