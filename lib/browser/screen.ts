/** What this computer keeps for QR cards. */
import { browser } from 'wxt/browser';
import type { Screen } from '../model.ts';

export const screenIn = (stored: Record<string, unknown>): Screen =>
  (stored.screen as Screen | undefined) ?? { dim: false, pxPerCm: 96 / 2.54 };

export const screenOf = async (): Promise<Screen> => screenIn(await browser.storage.local.get('screen'));

export const keepScreen = (screen: Screen): Promise<void> => browser.storage.local.set({ screen });
