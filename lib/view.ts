/** What a surface shows of a case: pure, shared by the panel on a page and the popup. */
import type { Case, LinkOptions, Offer, Shown, Target, View } from './model.ts';
import { linkOf } from './worklink.ts';

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
 * @param targets what the rules offer; null: no rule covers the case
 * @param shown the record that the page names where the address names another: then nothing is offered
 * @param launchId the launch id of a target's button
 */
export function viewOf(
  record: Case,
  targets: Target[] | null,
  shown: Shown | undefined,
  links: LinkOptions,
  launchId: (target: string) => string,
): View {
  const next = blank(record);
  if (shown) return { ...next, state: 'doubt', shown: spoken(shown.text), choice: shown.id !== undefined };
  if (!targets?.length) {
    if (record.queue) next.queue = record.queue;
    if (record.asset) next.asset = record.asset;
    return { ...next, state: 'uncovered' };
  }
  return { ...next, offers: targets.map((target) => offerOf(target, record, links, launchId(target.id))) };
}

/** Why there is no link, as the name of a sentence in _locales. */
export const refusal = {
  'no-id': 'refused_no_id',
  'empty-field': 'refused_empty_field',
  'not-allowed': 'refused_not_allowed',
} as const;

function offerOf(target: Target, record: Case, links: LinkOptions, launchId: string): Offer {
  const offer: Offer = { id: target.id, name: target.name, group: target.group };
  if (target.licence) offer.licence = target.licence;
  if (target.field && record.asset) offer.detail = record.asset;
  const link = linkOf(target, record, links, launchId);
  if ('refused' in link) return { ...offer, refused: refusal[link.refused] };
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
