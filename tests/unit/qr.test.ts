import fc from 'fast-check';
import jsqr from 'jsqr';
import QRCode from 'qrcode';
import { describe, expect, test } from 'vitest';
import type { Case } from '../../lib/model.ts';
import { qrOf, quiet, type Qr } from '../../lib/qr.ts';
import { parseSettings } from '../../lib/settings.ts';
import { linkOf, readLink } from '../../lib/worklink.ts';

/** Draws the path as a browser would fill it: one pixel a module, or more. */
function pixels({ path, size }: Qr, scale = 3): { data: Uint8ClampedArray; side: number } {
  const side = size * scale;
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const [, x = '', y = '', width = ''] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g))
    for (let row = 0; row < scale; row++)
      for (let column = 0; column < Number(width) * scale; column++) {
        const at = ((Number(y) * scale + row) * side + Number(x) * scale + column) * 4;
        data.fill(0, at, at + 3);
      }
  return { data, side };
}

function decode(code: Qr): string | undefined {
  const { data, side } = pixels(code);
  const found = jsqr(data, side, side, { inversionAttempts: 'dontInvert' });
  // The bytes, since a decoder may guess at the alphabet of the text.
  return found ? new TextDecoder().decode(Uint8Array.from(found.binaryData)) : undefined;
}

function drawn(text: string): Qr {
  const code = qrOf(text);
  if (!code) throw new Error('too long');
  return code;
}

test.each([
  'worklink://resource?action=fetch_user&user=497',
  'https://getworklink.com/deferred?deep_link=worklink%3A%2F%2Fresource%3Faction%3Dfetch_user%26user%3D497',
  '1234567890',
  'ALL CAPITALS 42',
  'Köln 🛠️ 東京',
  'x'.repeat(500),
])('an independent decoder reads %s', (text) => expect(decode(drawn(text))).toBe(text));

test('a case comes back from the code of its link', () => {
  const { links } = parseSettings({}).settings;
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(text, text, fc.boolean(), (id, number, phone) => {
      const record: Case = { desk: 'rt5', kind: 'ticket', id, number, fields: {} };
      const link = linkOf(
        { id: 't', name: 'T', group: 'contact', kind: 'user', value: '497' },
        record,
        links,
        'ABCDEFGH2345',
      );
      if ('refused' in link) throw new Error(link.refused);
      const read = readLink(decode(drawn((phone ? link.phone : link.app) ?? '')) ?? '');
      expect(read).toMatchObject({ number, desk: 'rt5', kind: 'ticket', id, launchId: 'ABCDEFGH2345' });
    }),
    { numRuns: 25 },
  );
});

describe('error correction', () => {
  const order = ['L', 'M', 'Q', 'H'] as const;
  test('is the highest that needs no larger version than L', () => {
    const levels = new Set<string>();
    for (let length = 1; length < 400; length += 7) {
      const text = `a${'b'.repeat(length)}`;
      const { version, level, size } = drawn(text);
      // What the encoder chooses by itself for each level.
      const least = Object.fromEntries(
        order.map((each) => [each, QRCode.create(text, { errorCorrectionLevel: each }).version]),
      );
      expect(version).toBe(least.L);
      expect(size).toBe(17 + 4 * version + 2 * quiet);
      const fits = order.filter((each) => (least[each] ?? 99) <= version);
      expect(level).toBe(fits.at(-1));
      levels.add(level);
    }
    expect(levels.size).toBeGreaterThan(2);
  });
});

test('four modules of white stand on each side', () => {
  const code = drawn('worklink://resource');
  expect(quiet).toBe(4);
  const runs = [...code.path.matchAll(/M(\d+) (\d+)h(\d+)/g)].map(([, x, y, w]) => [Number(x), Number(y), Number(w)]);
  expect(Math.min(...runs.map(([x = 0]) => x))).toBe(quiet);
  expect(Math.min(...runs.map(([, y = 0]) => y))).toBe(quiet);
  expect(Math.max(...runs.map(([x = 0, , w = 0]) => x + w))).toBe(code.size - quiet);
  expect(Math.max(...runs.map(([, y = 0]) => y + 1))).toBe(code.size - quiet);
});

test('a text that is too long for any code has none', () => {
  expect(qrOf('a'.repeat(2953))?.version).toBe(40);
  expect(qrOf('a'.repeat(2954))).toBeNull();
  expect(qrOf('')).toBeNull();
});
