/** What DESIGN's rooms may import, and that every desk is listed, documented, dated and tested. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { declared } from '../../lib/desks/index.ts';
import { desksDocument } from '../../scripts/desks.ts';

const files = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .map((name) => join(folder, name).replaceAll('\\', '/'))
        .filter((name) => /\.tsx?$/.test(name))
    : [];

type Import = { file: string; to: string; type: boolean };

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const found = text.matchAll(
    /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm,
  );
  return [...found].map(([, type, from, later]) => {
    const to = from ?? later ?? '';
    return {
      file,
      to: to.startsWith('.') ? normalize(join(dirname(file), to)).replaceAll('\\', '/') : to,
      type: Boolean(type),
    };
  });
}

type Room = { name: string; has(file: string): boolean; may(to: string): boolean; mayType?(to: string): boolean };

const under =
  (...folders: string[]) =>
  (path: string) =>
    folders.some((folder) => path.startsWith(`${folder}/`));
const isDesk = (path: string) =>
  under('lib/desks')(path) && !/\/(index|desk|custom|pattern|match|lightning)\.ts$/.test(path);
const react = (to: string) => /^(react|react-dom|preact|@tanstack\/react-virtual)(\/|$)/.test(to);
const extension = (to: string) => /^(wxt|idb-keyval)(\/|$)/.test(to);
const ours = (to: string) => under('entrypoints', 'components', 'lib', 'bridge', 'sandbox', 'scripts', 'tests')(to);

/** The first room that has a file decides. `mayType`: what only its types are wanted of costs and couples nothing. */
const rooms: Room[] = [
  {
    name: 'entrypoints',
    has: under('entrypoints'),
    may: (to) => !ours(to) || under('entrypoints', 'components', 'lib')(to),
  },
  {
    name: 'components',
    has: under('components'),
    may: (to) => react(to) || under('components')(to) || to === 'lib/model.ts',
    mayType: (to) => under('lib')(to) && !under('lib/browser', 'lib/desks')(to),
  },
  {
    name: 'lib/browser',
    has: under('lib/browser'),
    may: (to) => !react(to) && (!ours(to) || under('lib')(to)),
    // The page's side hands the components their props.
    mayType: under('components'),
  },
  {
    name: 'a desk',
    has: isDesk,
    may: (to) => /^lib\/(desks\/(desk|custom|lightning)|model)\.ts$/.test(to),
  },
  {
    name: 'lib',
    has: under('lib'),
    may: (to) => !react(to) && !extension(to) && (!ours(to) || (under('lib')(to) && !under('lib/browser')(to))),
  },
  {
    name: 'bridge',
    has: under('bridge'),
    may: (to) => !ours(to) || under('bridge')(to) || (under('lib')(to) && !under('lib/browser')(to)),
  },
];

const against = (room: Room, { to, type }: Import) => !room.may(to) && !(type && room.mayType?.(to));

describe('arrows between rooms point down', () => {
  const all = ['entrypoints', 'components', 'lib', 'bridge'].flatMap(files);

  test('imports are found, of every kind', () => {
    expect(all.length).toBeGreaterThan(30);
    expect(importsOf('lib/desks/custom.ts')).toContainEqual({
      file: 'lib/desks/custom.ts',
      to: 'lib/desks/match.ts',
      type: false,
    });
    expect(importsOf('components/bar.tsx').some(({ to, type }) => to === 'lib/model.ts' && type)).toBe(true);
    expect(importsOf('entrypoints/background.ts').some(({ to }) => to === 'lib/browser/worker.ts')).toBe(true);
  });

  test.each(rooms)('$name', (room) => {
    const wrong = all
      .filter((file) => rooms.find((each) => each.has(file)) === room)
      .flatMap(importsOf)
      .filter((each) => against(room, each));
    expect(wrong.map(({ file, to }) => `${file} imports ${to}`)).toEqual([]);
  });

  test.each([
    ['components', 'lib/settings.ts', false],
    ['components', 'lib/schema.ts', false],
    ['components', 'wxt/browser', false],
    ['components', 'lib/desks/index.ts', true],
    ['lib', 'lib/browser/store.ts', false],
    ['lib', 'wxt/browser', true],
    ['a desk', 'lib/desks/marked.ts', false],
    ['lib/browser', 'components/bar.tsx', false],
    ['entrypoints', 'sandbox/launch.ts', false],
    ['bridge', 'lib/browser/keys.ts', true],
  ])('%s may not import %s', (name, to, type) => {
    const room = rooms.find((each) => each.name === name);
    expect(room && against(room, { file: '', to, type })).toBe(true);
  });
});

const desks = files('lib/desks').filter(isDesk);

test('docs/desks.md is current: npm run desks writes it', () => {
  expect(readFileSync('docs/desks.md', 'utf8')).toBe(desksDocument());
});

test('the list of desks and the files of desks are the same', () => {
  expect(Object.keys(declared).toSorted()).toEqual(desks.map((file) => file.slice('lib/desks/'.length, -3)).toSorted());
});

describe.each(desks)('%s', (file) => {
  const id = file.slice('lib/desks/'.length, -3);
  const text = readFileSync(file, 'utf8');
  const desk = declared[id];

  test('is called like its file and has a name', () => {
    expect(desk?.id).toBe(id);
    expect(desk?.name).toBeTruthy();
  });

  test('says at its head what it knows, from where, and when that was checked', () => {
    const head = /^\/\*\*.*?\*\//s.exec(text)?.[0] ?? '';
    expect(head).toContain('Source:');
    expect(head).toMatch(/Checked \d{4}-(0[1-9]|1[0-2])/);
  });

  test('is short', () => expect(text.split('\n').length).toBeLessThanOrEqual(200));

  test('has its row in the README’s table of desks', () => {
    const readme = existsSync('README.md') ? readFileSync('README.md', 'utf8') : '';
    const rows = readme.split('\n').filter((line) => line.startsWith('|') && line.includes(`\`${id}\``));
    expect(rows, `README.md has one row of a table that names \`${id}\``).toHaveLength(1);
  });

  test('has pages to be tested on', () => {
    const folder = join('tests', 'desks', id);
    expect(existsSync(join(folder, 'expect.json')), `${folder}/expect.json`).toBe(true);
    expect(readdirSync(folder).filter((name) => name.endsWith('.html')).length).toBeGreaterThanOrEqual(3);
  });
});
