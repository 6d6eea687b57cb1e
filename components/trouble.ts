/** What stands in the way of the bridge's answers, as the names of sentences: `bridge_…` says it, `bridge_…_do` what to do. */
import type { TroubleCode } from '../lib/api.ts';

const words = {
  unset: 'unset',
  permission: 'permission',
  token: 'token',
  address: 'address',
  network: 'network',
  timeout: 'timeout',
  redirect: 'redirect',
  'too-long': 'strange',
  strange: 'strange',
  unauthorized: 'unauthorized',
  forbidden: 'forbidden',
  // The two sides do not fit each other.
  'not-found': 'strange',
  invalid: 'strange',
  'too-large': 'strange',
  'too-many': 'too_many',
  unavailable: 'internal',
  internal: 'internal',
} as const satisfies { [code in TroubleCode]: string };

/** @returns the middle of the names of its sentences */
export const troubleWord = (code: TroubleCode) => words[code];
