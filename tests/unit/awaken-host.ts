/** Awaken as the options page knows it where nothing of it is set, for tests of other views. */
import type { AwakenHost } from '../../components/options/awaken.tsx';
import { checks, likely } from '../../lib/awaken.ts';
import { addressFault } from '../../lib/http.ts';
import { say } from '../states/say.ts';

export const awaken: AwakenHost = {
  checks,
  likely,
  addressFault(address) {
    const fault = addressFault(address);
    return fault && say(`o_wrong_address_${fault}`);
  },
  held: async () => 'none',
  keep: async () => {},
  forget: async () => {},
  test: async () => 'service',
  popMe: async () => null,
};
