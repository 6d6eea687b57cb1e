// @vitest-environment node
/** `npm run build:fleet` refuses what does not hold, with its place, before anything is built. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { demoSettings } from '../../sandbox/desk/desk.ts';
import { checked } from '../../scripts/fleet.ts';

const dir = mkdtempSync(join(tmpdir(), 'deskcall-'));
afterAll(() => rmSync(dir, { recursive: true }));

const demo = () => demoSettings('https://desk.example');
const [dana, ...others] = demo().contacts;

/** @returns the exit code and what was said */
function run(content: string | null, ...more: string[]): { code: number; said: string } {
  const file = join(dir, 'settings.json');
  if (content !== null) writeFileSync(file, content);
  try {
    execFileSync(process.execPath, ['scripts/fleet.ts', ...(content === null ? [] : [file]), ...more], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    return { code: 0, said: '' };
  } catch (error) {
    const { status, stderr } = error as { status: number; stderr: string };
    return { code: status, said: stderr };
  }
}

describe('refused with exit code 2', () => {
  const cases: [name: string, content: string | null, more: string[], said: string][] = [
    ['no file', null, [], 'one settings file is needed'],
    ['a file that is not there', null, [join(dir, 'none.json')], 'cannot be read: ENOENT'],
    ['a file that is cut', '{"desks": [', [], 'is no JSON'],
    ['a file of something else', '[]', [], 'settings: is not a settings object'],
    [
      'a link that runs',
      JSON.stringify({ ...demo(), contacts: [{ ...dana, link: 'javascript:alert(1)' }, ...others] }),
      [],
      'contacts[0].link: A link starts with',
    ],
    ['a secret', JSON.stringify({ ...demo(), apiKey: 'x' }), [], 'apiKey: looks like a secret'],
    ['a row that is none', JSON.stringify({ ...demo(), rows: [{ table: 'experts' }] }), [], 'rows[0].key: '],
    ['no desk', JSON.stringify({ ...demo(), desks: [] }), [], 'desks: no desk has an address'],
    ['a browser that is none', JSON.stringify(demo()), ['--browser', 'opera'], '--browser: "opera" is neither'],
    ['an id that is none', JSON.stringify(demo()), ['--firefox-id', 'x y'], '--firefox-id: "x y" is no id'],
  ];
  test.each(cases)('%s', (_, content, more, said) => {
    const result = run(content, ...more);
    expect(result).toEqual({ code: 2, said: expect.stringContaining(said) as string });
  });
});

test('good settings are taken with their rows, and a file for editors is, too', () => {
  const { settings, rows, problems } = checked(JSON.stringify({ $schema: 'x', ...demo() }));
  expect(problems).toEqual([]);
  expect(settings.desks[0]?.origins).toEqual(['https://desk.example']);
  expect(rows).toEqual(demo().rows);
});
