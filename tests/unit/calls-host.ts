/** What the options page's views about calls need, on the real code; rows of lookup tables are found in a list. */
import type { Calls } from '../../components/options/calls.ts';
import { refusalsByHelp } from '../../lib/licence.ts';
import { normalise, type Lookup } from '../../lib/route.ts';
import { nameProblem, type Row, type Settings } from '../../lib/schema.ts';
import { targetsOf } from '../../lib/settings.ts';
import { flawsOf, rowFlaws } from '../../lib/flaws.ts';
import { readTyped, sampleOf, simulate } from '../../lib/simulate.ts';
import { reservedParams } from '../../lib/worklink.ts';

const lookupIn = (settings: Settings, rows: Row[]) => (): Lookup => async (table, key) => {
  const row = rows.find((each) => each.table === table && normalise(each.key) === normalise(key));
  const all = targetsOf(settings, Date.now());
  return row?.offer.length ? row.offer.flatMap((id) => all.get(id) ?? []) : null;
};

/** @param rows all rows, as they are when they are asked for */
export const callsOn = (rows: () => Row[]): Calls => ({
  simulate: (settings, desk, record) => simulate(settings, desk, record, lookupIn(settings, rows()), Date.now()),
  readTyped,
  flaws: flawsOf,
  rowFlaws: async (settings) => rowFlaws(settings, rows()),
  sample: sampleOf,
  nameProblem,
  reserved: [...reservedParams],
  licencesByHelp: [...refusalsByHelp],
});
