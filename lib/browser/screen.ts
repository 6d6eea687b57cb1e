/** What this computer keeps for QR cards. */
import { browser } from 'wxt/browser';

export type Screen = {
  /** A grey card for cameras that overexpose screens. */
  dim: boolean;
  /** CSS px to a centimetre of this screen; 96 / 2.54 until it was measured with a bank card. */
  pxPerCm: number;
};

export async function screenOf(): Promise<Screen> {
  const { screen } = await browser.storage.local.get<{ screen?: Screen }>('screen');
  return screen ?? { dim: false, pxPerCm: 96 / 2.54 };
}

export const keepScreen = (screen: Screen): Promise<void> => browser.storage.local.set({ screen });
