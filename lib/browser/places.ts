/** Where each browser gets Deskcall, as far as the admin has said it. */
import { get, set } from 'idb-keyval';
import { unknownPlaces, type Places } from '../deploy.ts';

export const places = async (): Promise<Places> => ({ ...unknownPlaces, ...(await get<Partial<Places>>('places')) });

export const keepPlaces = (next: Places): Promise<void> => set('places', next);
