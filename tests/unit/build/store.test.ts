import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { declared } from '../../../lib/desks/index.ts';

type Manifest = Record<string, unknown> & { permissions: string[] };
const folder = (browser: string) => join('.output', `${browser}-mv3`);
const read = (name: string) => readFileSync(join(folder('chrome'), name), 'utf8');

const scripts = readdirSync(folder('chrome'), { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.js'),
);

/** What a page gets at load. */
const atLoad = ['core.js'];
/** What a page gets at all: every script that is neither the worker nor of our own pages, which have their chunks. */
const inPage = scripts.filter((name) => /^[\w-]+\.js$/.test(name) && name !== 'background.js');
const elsewhere = scripts.filter((name) => !inPage.includes(name));
const holding = (names: string[], word: string) => names.filter((name) => read(name).includes(word));

describe.each(['chrome', 'firefox'])('the manifest for %s', (browser) => {
  const manifest = JSON.parse(readFileSync(join(folder(browser), 'manifest.json'), 'utf8')) as Manifest;

  test.each(['host_permissions', 'content_scripts', 'web_accessible_resources', 'externally_connectable', 'key'])(
    'has no %s',
    (key) => expect(Object.keys(manifest)).not.toContain(key),
  );

  test('asks for nothing at install but what it needs', () => {
    expect(manifest.manifest_version).toBe(3);
    expect(manifest.permissions.toSorted()).toEqual([
      'activeTab',
      'alarms',
      'contextMenus',
      'scripting',
      'storage',
      'unlimitedStorage',
    ]);
    expect(manifest.optional_host_permissions).toEqual(['https://*/*', 'http://*/*']);
  });
});

test('Firefox’s manifest names its id, the oldest Firefox, and that no data is collected', () => {
  const manifest = JSON.parse(readFileSync(join(folder('firefox'), 'manifest.json'), 'utf8')) as Manifest;
  expect(manifest.background).toEqual({ scripts: ['background.js'] });
  // Earlier ones know no data_collection_permissions; scripts/bootstrap.mjs takes no older one for the tests.
  expect(manifest.browser_specific_settings).toEqual({
    gecko: {
      id: 'deskcall@deskcall.example',
      strict_min_version: '142.0',
      data_collection_permissions: { required: ['none'] },
    },
  });
});

const desks = scripts.filter((name) => /^desk-[\w-]+\.js$/.test(name));
const withCode = Object.values(declared).filter(({ code }) => code);

test('a desk that is more than data has scripts of its own, and no other has', () => {
  expect(desks.toSorted()).toEqual(withCode.map(({ id }) => `desk-${id}.js`).toSorted());
  const asking = scripts.filter((name) => /^rest-[\w-]+\.js$/.test(name));
  const withRest = Object.values(declared).filter(({ rest }) => rest);
  expect(asking.toSorted()).toEqual(withRest.map(({ id }) => `rest-${id}.js`).toSorted());
});

// A page gets the core, and the script of its own desk where there is one.
test.each(['core.js', ...desks])('%s: a page gets at most 40 kB minified and 15 kB gzipped at load', (name) => {
  const files = [...new Set(['core.js', name])].map((file) => Buffer.from(read(file)));
  const minified = files.reduce((sum, script) => sum + script.length, 0);
  const zipped = files.reduce((sum, script) => sum + gzipSync(script, { level: 9 }).length, 0);
  expect(minified).toBeLessThanOrEqual(40_000);
  expect(zipped).toBeLessThanOrEqual(15_000);
});

test('the styles come with the core: a build that has lost them would be small, too', () => {
  expect(holding(['core.js'], ':host')).toEqual(['core.js']);
});

test('no script carries the description of a desk: a page has its own desk’s in its entry', () => {
  const selectors = Object.values(declared).flatMap(({ data }) => data.read?.title?.[0]?.css ?? []);
  expect(selectors.length).toBeGreaterThan(10);
  const carried = ['core.js', ...desks].filter((name) => selectors.some((css) => read(name).includes(css)));
  expect(carried).toEqual([]);
});

// Each word stands elsewhere in the build: else its absence from the page would say nothing.
test.each([
  ['React DOM', 'lostpointercapture'],
  ['React', 'react.transitional.element'],
  ['zod', 'unrecognized_keys'],
  ['the QR encoder', 'too big to be stored in a QR'],
])('a page gets no %s', (_, word) => {
  expect(holding(elsewhere, word)).not.toEqual([]);
  expect(inPage).toEqual(expect.arrayContaining(atLoad));
  expect(holding(inPage, word)).toEqual([]);
});

test('the panel is closed to the page', () => expect(holding(['core.js'], 'closed')).toEqual(['core.js']));
