/** The extension's sentences in English, for what is told in a terminal. */
import messages from '../public/_locales/en/messages.json' with { type: 'json' };

/** @returns the key itself where there is no sentence */
export const say = (key: string, ...values: string[]): string =>
  ((messages as Record<string, { message: string }>)[key]?.message ?? key).replace(
    /\$(\d)/g,
    (_, n: string) => values[Number(n) - 1] ?? '',
  );
