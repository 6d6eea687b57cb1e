/** What the views about calls can ask for: who is offered for a case, by which link, and what is wrong with the rules. */
import type { Case } from '../../lib/model.ts';
import type { Settings } from '../../lib/schema.ts';
import type { Facts, Flaw } from '../../lib/flaws.ts';
import type { Outcome, Simulated, Typed } from '../../lib/simulate.ts';
import type { Loaded } from './state.ts';
import { tableIds } from './tables.tsx';

export type Calls = {
  /** @returns null if the desk is not known */
  simulate: (settings: Settings, desk: string, record: Omit<Case, 'desk'>) => Promise<Outcome | null>;
  /** Reads a case that was pasted; null if it is none. */
  readTyped: (text: string) => Typed | null;
  flaws: (settings: Settings, facts: Facts) => Flaw[];
  /** Those that only all rows of the lookup tables show. */
  rowFlaws: (settings: Settings) => Promise<Flaw[]>;
  /** The link of a target as these settings write it; the first contact's, or a sample's. */
  sample: (settings: Settings, record: Case) => Simulated;
  /** Why an external parameter cannot be called so; null if it can. */
  nameProblem: (name: string) => 'reserved' | 'letters' | null;
  /** Names that no external parameter can have. */
  reserved: readonly string[];
  /** What the vendor says of licences, before anybody has corrected it. */
  licencesByHelp: Settings['licences'];
};

/** @returns all that {@link Calls.flaws} asks for */
export const factsOf = (loaded: Loaded): Facts => ({
  tables: new Set(tableIds(loaded)),
  rowTargets: loaded.rowTargets,
});
