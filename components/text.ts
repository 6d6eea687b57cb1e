import { createContext, useContext } from 'react';

/** One sentence or word in the person's language; `values` fill `$1`, `$2` … */
export type Say = (key: string, ...values: string[]) => string;

export const Text = createContext<Say>((key) => key);

export const useSay = (): Say => useContext(Text);
