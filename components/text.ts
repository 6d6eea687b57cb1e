import { createContext, useContext } from 'react';
import type { Say } from '../lib/model.ts';

export type { Say };

export const Text = createContext<Say>((key) => key);

export const useSay = (): Say => useContext(Text);

/** A number as the sentence's language writes it, `1,886` or `8.5`; `digits` behind the point, always as many. */
export const figure = (n: number, say: Say, digits = 0): string =>
  n.toLocaleString(say('locale'), { minimumFractionDigits: digits, maximumFractionDigits: digits });
