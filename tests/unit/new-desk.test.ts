// @vitest-environment node
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import type { DeskFile } from '../../lib/model.ts';
import { readPage, readerOf } from '../../lib/which.ts';
import { parsePage } from '../../scripts/page.ts';
import { scaffold } from '../../scripts/new-desk.ts';
import type { Fixture } from '../desks/fixtures.ts';

const files = scaffold(
  'field-book',
  'Field Book',
  { index: readFileSync('lib/desks/index.ts', 'utf8'), readme: readFileSync('README.md', 'utf8') },
  '2026-11',
);
const text = (path: string): string => files[path] ?? '';

test('a new desk stands in the list, before the marked pages, and in the README', () => {
  expect(text('lib/desks/index.ts')).toContain("import fieldBook from './field-book.ts';");
  expect(text('lib/desks/index.ts')).toMatch(/fieldBook,\s*marked,?\s*\]/);
  expect(
    text('README.md')
      .split('\n')
      .filter((line) => line.includes('`field-book`')),
  ).toEqual(['| `field-book` | Field Book | not run yet |']);
});

test('its file reads its pages and addresses as they say', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'deskcall-new-desk-'));
  writeFileSync(join(folder, 'desk.ts'), text('lib/desks/field-book.ts'));
  const { default: desk } = (await import(/* @vite-ignore */ pathToFileURL(join(folder, 'desk.ts')).href)) as {
    default: DeskFile;
  };
  rmSync(folder, { recursive: true });
  const reader = readerOf([desk]);
  const expected = JSON.parse(text('tests/desks/field-book/expect.json')) as Record<string, Fixture>;
  expect(Object.keys(expected)).toHaveLength(3);
  for (const [file, { url, read }] of Object.entries(expected)) {
    const { document } = parsePage(url, text(`tests/desks/field-book/${file}`));
    expect(document.querySelectorAll('*').length).toBeGreaterThanOrEqual(150);
    expect(readPage({ url, document }, undefined, reader)).toEqual(read);
  }
  const urls = JSON.parse(text('tests/desks/field-book/urls.json')) as Record<string, object | null>;
  for (const [key, ref] of Object.entries(urls)) {
    const asked = key.startsWith('desk ') ? 'field-book' : undefined;
    const url = key.replace(/^desk /, '');
    const { case: record } = readPage({ url, document: parsePage(url, '').document }, asked, reader);
    expect(record).toEqual(ref && { desk: 'field-book', ...ref, fields: {} });
  }
});
