/**
 * The bar's words in the person's language. A page's first question for a message makes the browser fetch all of them
 * while the page waits; so the worker asks, and the bar's own few lie beside what the page reads anyway.
 */
import { browser } from 'wxt/browser';
import type { Say } from '../model.ts';

/** What the bar and the dock's tab say; any other word is asked for when it is needed. */
export const barWords = [
  'call',
  'call_name',
  'check',
  'closed',
  'dock',
  'doubt',
  'is_closed',
  'locale',
  'may_refuse',
  'moved',
  'n_more',
  'no_link',
  'nothing_opened',
  'open_name',
  'opening',
  'qr',
  'reading',
  'region',
  'show_all',
  'uncovered',
] as const;

const ask = (key: string, values: string[]): string => browser.i18n.getMessage(key as 'call', values) || key;

/**
 * Says on a page of ours which language its sentences are in: as this browser names it, `de-AT`, for its numbers and
 * dates; English, where the browser's own language is not among ours.
 */
export function nameLanguage(root: HTMLElement): void {
  const ours = ask('locale', []);
  const its = browser.i18n.getUILanguage();
  const spoken = new Intl.Locale(its).language === new Intl.Locale(ours).language;
  root.lang = spoken ? its : ours;
  // The browser's direction is that of its own language.
  root.dir = spoken ? browser.i18n.getMessage('@@bidi_dir') : 'ltr';
}

/** The bar's words with their places left open, `$1`. */
export const wordsNow = (): Record<string, string> =>
  Object.fromEntries(barWords.map((key) => [key, ask(key, ['$1', '$2'])]));

/** Says with the words that are at hand. */
export const sayWith =
  (words: Record<string, string> = {}): Say =>
  (key, ...values) =>
    Object.hasOwn(words, key)
      ? (words[key] ?? '').replace(/\$(\d)/g, (_, n: string) => values[Number(n) - 1] ?? '')
      : ask(key, values);
