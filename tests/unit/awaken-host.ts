/** Awaken as the options page knows it where nothing of it is set, for tests of other views. */
import type { AwakenHost } from '../../components/options/awaken.tsx';
import { checks, likely } from '../../lib/awaken.ts';
import { addressFault } from '../../lib/http.ts';

export const awaken: AwakenHost = {
  checks,
  likely,
  addressFault,
  held: async () => 'none',
  keep: async () => {},
  forget: async () => {},
  test: async () => 'service',
  popMe: async () => null,
};
