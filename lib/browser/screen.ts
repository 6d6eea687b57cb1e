/** What this computer keeps for QR cards. */
import { browser } from 'wxt/browser';

export type Screen = {
  /** A grey card for cameras that overexpose screens. */
  dim: boolean;
  /** CSS px to a centimetre of this screen; 96 / 2.54 until it was measured with a bank card. */
  pxPerCm: number;
};

export const screenIn = (stored: Record<string, unknown>): Screen =>
  (stored.screen as Screen | undefined) ?? { dim: false, pxPerCm: 96 / 2.54 };

export const screenOf = async (): Promise<Screen> => screenIn(await browser.storage.local.get('screen'));

export const keepScreen = (screen: Screen): Promise<void> => browser.storage.local.set({ screen });
