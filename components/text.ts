import { createContext, useContext } from 'react';
import type { Say } from '../lib/model.ts';

export type { Say };

export const Text = createContext<Say>((key) => key);

export const useSay = (): Say => useContext(Text);
