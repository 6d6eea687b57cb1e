/** The bridge as the options page knows it where nothing of it is set, for tests of other views. */
import type { BridgeHost } from '../../components/options/bridge.tsx';

export const bridge: BridgeHost = {
  held: async () => 'none',
  keep: async () => {},
  forget: async () => {},
  kept: async () => [],
  drop: async () => {},
  test: async () => ({ trouble: { code: 'unset' } }),
};
