/** Offers as people read and type them: the targets' names, or their ids. */
import type { SettingsProblem } from './problems.ts';
import { normalise } from './route.ts';
import { mostOffers } from './schema.ts';

/** Why something that was typed, pasted or imported is refused; the page has the sentence, or words for the problem. */
export type Reason = { why: string; with: string[]; problem?: SettingsProblem };

export type Names = {
  /** `Dana Reyes; Pump experts`: what {@link read} takes for these very targets, whatever they are called. */
  text: (offer: readonly string[]) => string;
  /**
   * Takes names and ids, parted by semicolons or line breaks, or by commas where no name has one.
   * @param known ids that are taken though no target has them any more
   */
  read: (text: string, known?: readonly string[]) => { offer: string[] } | Reason;
  /** Texts that complete what is typed. */
  complete: (text: string, most: number) => string[];
};

/** @param targets what rows may offer */
export function namesOf(targets: readonly { id: string; name: string }[]): Names {
  const ids = new Map(targets.map(({ id }) => [id.toLowerCase(), id]));
  const named = new Map<string, string[]>();
  for (const { id, name } of targets) named.set(normalise(name), [...(named.get(normalise(name)) ?? []), id]);

  const one = (text: string): string[] => {
    const id = ids.get(text.toLowerCase());
    return id === undefined ? (named.get(normalise(text)) ?? []) : [id];
  };
  const split = (text: string, by: RegExp): string[] => text.split(by).flatMap((part) => part.trim() || []);
  const words = new Map(
    targets.map(({ id, name }) => [id, !/[;\r\n]/.test(name) && one(name).join('\n') === id ? name : id]),
  );

  const read: Names['read'] = (text, known = []) => {
    const offer = new Set<string>();
    for (const part of split(text, /[;\r\n]/)) {
      const found = (piece: string) => (known.includes(piece) ? [piece] : one(piece));
      const whole = found(part);
      const parts = whole.length ? [part] : split(part, /,/);
      for (const piece of parts) {
        const [id, ...others] = found(piece);
        if (id === undefined) return { why: 'unknown', with: [piece] };
        if (others.length) return { why: 'several', with: [piece, [id, ...others].slice(0, 5).join(', ')] };
        offer.add(id);
      }
    }
    if (offer.size > mostOffers) return { why: 'too_many', with: [String(mostOffers)] };
    return { offer: [...offer] };
  };

  return {
    text: (offer) => offer.map((id) => words.get(id) ?? id).join('; '),
    read,
    complete(text, limit) {
      const at = text.lastIndexOf(';') + 1;
      const wanted = normalise(text.slice(at));
      const start = at ? `${text.slice(0, at)} ` : '';
      const found: string[] = [];
      for (const word of words.values()) {
        if (found.length === limit) break;
        if (wanted && normalise(word).includes(wanted)) found.push(start + word);
      }
      return found;
    },
  };
}
