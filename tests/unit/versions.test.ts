/**
 * Settings files of every version load for ever: each release leaves one, tests/unit/fixtures/settings-<n>.json, which is
 * never changed. Where a later version says something in other words, settings-<n>.now.json has what it becomes.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { preview } from '../../lib/import.ts';
import { firstOwn, mergePolicy, nobody, ownParts, readPolicy } from '../../lib/policy.ts';
import { parseRows, parseSettings } from '../../lib/settings.ts';

const folder = 'tests/unit/fixtures';
const files = readdirSync(folder).filter(
  (name) => /^settings-[\w.-]+\.json$/.test(name) && !name.endsWith('.now.json'),
);
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>;

test('they are there', () => expect(files).toEqual(expect.arrayContaining(['settings-1.json'])));

test.each(files)('%s loads whole, as a file, as what is stored, and as a policy', (name) => {
  const { rows, ...file } = read(name);
  const now = name.replace(/json$/, 'now.json');
  const expected = existsSync(join(folder, now)) ? read(now) : file;
  const { settings, problems } = parseSettings(file);
  expect(problems).toEqual([]);
  expect(settings).toMatchObject(expected);
  // Nothing of a value is lost, either: an object that holds less would not be equal.
  for (const [part, value] of Object.entries(expected)) expect(settings).toHaveProperty([part], value);
  expect(parseRows(rows)).toEqual({ rows: rows ?? [], problems: [] });

  const shown = preview(JSON.stringify({ ...file, rows }), parseSettings({}).settings, [], []);
  expect(shown).toMatchObject({ rejected: [] });

  // As version 0.1 stored it, and once more after a change of nothing.
  const own = firstOwn(settings);
  expect(parseSettings(mergePolicy(own, nobody).merged).settings).toEqual(settings);
  expect(parseSettings(mergePolicy(ownParts(settings, own, nobody), nobody).merged).settings).toEqual(settings);

  const policy = readPolicy([{ settings: JSON.stringify({ ...file, rows }) }]);
  expect(policy.organisation.problems).toEqual([]);
  expect(parseSettings(mergePolicy({}, policy.organisation).merged).settings).toEqual(settings);
  expect(policy.rows).toEqual(rows ?? []);
});
