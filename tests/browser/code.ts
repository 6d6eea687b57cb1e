/** Reads QR codes from screenshots with a decoder that shares no code with the one that draws them. */
import jsQR from 'jsqr';
import { PNG } from 'pngjs';

/** @returns the text of the one code in a PNG, or null */
export function decode(png: Buffer): string | null {
  const { data, width, height } = PNG.sync.read(png);
  return jsQR(new Uint8ClampedArray(data), width, height)?.data ?? null;
}
