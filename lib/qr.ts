/** From a link to the modules of a QR code, as one SVG path. */
import QRCode from 'qrcode';

/** Modules of white on each side, inside the drawing: ISO/IEC 18004 asks for four. */
export const quiet = 4;

/** A code to draw: `path` fills the black modules of a square of `size` modules, quiet zone included. */
export type Qr = { path: string; size: number; version: number; level: 'L' | 'M' | 'Q' | 'H' };

/** The version of the code of a text, by which one knows how dense it is; null if it is too long for any. */
export function versionOf(text: string): number | null {
  try {
    return QRCode.create(text, { errorCorrectionLevel: 'L' }).version;
  } catch {
    return null;
  }
}

/**
 * Encodes a text with the highest error correction that needs no larger version than level L needs: fewer modules read
 * from farther away, and what room is left in that version costs nothing.
 * @param text at most 2,953 bytes of UTF-8
 * @returns null if the text is too long for any code
 */
export function qrOf(text: string): Qr | null {
  const version = versionOf(text);
  if (version === null) return null;
  for (const level of ['H', 'Q', 'M', 'L'] as const) {
    try {
      const { modules } = QRCode.create(text, { version, errorCorrectionLevel: level });
      return {
        path: pathOf(modules.size, (x, y) => modules.get(y, x) !== 0),
        size: modules.size + 2 * quiet,
        version,
        level,
      };
    } catch {
      // This level does not fit; the next asks for less.
    }
  }
  return null;
}

/** One rectangle for each run of black modules in a row: a small path with no seams inside a row. */
function pathOf(size: number, black: (x: number, y: number) => boolean): string {
  let path = '';
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      if (!black(x, y)) continue;
      const start = x;
      while (x < size && black(x, y)) x++;
      path += `M${start + quiet} ${y + quiet}h${x - start}v1h-${x - start}z`;
    }
  return path;
}
