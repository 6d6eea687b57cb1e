// @vitest-environment node
/** `npm run build:fleet` refuses what does not hold, with its place, before anything is built. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { demoSettings } from '../../sandbox/desk/desk.ts';
import { checked, plan } from '../../scripts/fleet.ts';

const dir = mkdtempSync(join(tmpdir(), 'deskcall-'));
afterAll(() => rmSync(dir, { recursive: true }));

const demo = () => demoSettings('https://desk.example');
const [dana, ...others] = demo().contacts;

/** What would be built for a file of this content. */
function planFor(content: string | null, ...more: string[]) {
  const file = join(dir, 'settings.json');
  if (content !== null) writeFileSync(file, content);
  return plan([...(content === null ? [] : [file]), ...more]);
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
    ['an option that is none', JSON.stringify(demo()), ['--mandate'], "Unknown option '--mandate'"],
    ['no desk', JSON.stringify({ ...demo(), desks: [] }), [], 'desks: no desk has an address'],
    ['a browser that is none', JSON.stringify(demo()), ['--browser', 'opera'], '--browser: "opera" is neither'],
    ['an id that is none', JSON.stringify(demo()), ['--firefox-id', 'x y'], '--firefox-id: "x y" is no id'],
  ];
  test.each(cases)('%s', (_, content, more, said) => {
    expect(planFor(content, ...more)).toEqual({ refused: [expect.stringContaining(said)] });
  });

  test('with every reason, and without a build', () => {
    const file = join(dir, 'settings.json');
    writeFileSync(file, JSON.stringify({ ...demo(), apiKey: 'x', match: 'best' }));
    const { status, stderr } = spawnSync(process.execPath, ['scripts/fleet.ts', file], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^apiKey: looks like a secret.*\nmatch: must be one of: first, all; what was set before stays\n$/,
    );
  });
});

test('the build has exactly the hosts of the desks, and the settings mandated or as defaults', () => {
  const content = JSON.stringify({
    ...demo(),
    desks: [...demo().desks, { key: 'rt', product: 'request-tracker', origins: ['http://rt:8080', 'http://rt:81'] }],
    rules: [...demo().rules, { id: 'x', offer: ['gone'] }],
  });
  const hosts = ['http://rt/*', 'https://desk.example/*'];
  expect(planFor(content)).toEqual({
    browsers: ['chrome', 'firefox'],
    mode: 'production',
    warnings: ['rules[3].offer: no contact or catalog is called "gone"'],
    build: { hosts, closed: true, policy: { settings: content } },
  });
  expect(planFor(content, '--defaults', '--browser', 'firefox', '--firefox-id', 'a@b.example')).toMatchObject({
    browsers: ['firefox'],
    build: { hosts, closed: false, firefoxId: 'a@b.example', policy: { defaults: content } },
  });
});

test('good settings are taken with their rows, and a file for editors is, too', () => {
  const { settings, rows, problems } = checked(JSON.stringify({ $schema: 'x', ...demo() }));
  expect(problems).toEqual([]);
  expect(settings.desks[0]?.origins).toEqual(['https://desk.example']);
  expect(rows).toEqual(demo().rows);
});

test('what is one person’s own is not handed out', () => {
  const { own, text, settings } = checked(
    JSON.stringify({ ...demo(), me: { licence: 'expert' }, myLink: 'worklink://x' }),
  );
  expect(own).toEqual(['me', 'myLink']);
  expect(text).not.toContain('myLink');
  expect(settings.contacts).toHaveLength(5);
});
