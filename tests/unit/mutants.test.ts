// @vitest-environment node
/** Each part of each desk's description is taken out in turn; some page, address or answer must then come out otherwise. */
import { expect, test } from 'vitest';
import { declared } from '../../lib/desks/index.ts';
import type { DeskFile } from '../../lib/model.ts';
import { differences } from '../desks/check.ts';

type Mutant = { without: string; file: DeskFile };

/** A copy without what stands at `path`; functions are kept as they are. */
function without(file: DeskFile, path: (string | number)[]): DeskFile {
  const copy = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(copy)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)]))
        : value;
  const whole = copy(file) as Record<string | number, unknown>;
  let at = whole;
  for (const step of path.slice(0, -1)) at = at[step] as typeof at;
  const last = path.at(-1) ?? '';
  if (Array.isArray(at)) at.splice(Number(last), 1);
  else delete at[last];
  return whole as unknown as DeskFile;
}

function mutantsOf(file: DeskFile): Mutant[] {
  const made: Mutant[] = [];
  const take = (...path: (string | number)[]): void => {
    made.push({ without: path.join('.'), file: without(file, path) });
  };
  const each = (list: unknown[] | undefined, ...path: string[]): void => list?.forEach((_, n) => take(...path, n));
  const { data, code, rest } = file;
  each(file.hosts, 'hosts');
  for (const key of [
    'owns',
    'addresses',
    'never',
    'pages',
    'frames',
    'scope',
    'ignore',
    'drop',
    'blank',
    'rows',
    'anchors',
  ] as const)
    each(data[key], 'data', key);
  for (const key of ['identity', 'kind', 'deep', 'single'] as const) if (data[key] !== undefined) take('data', key);
  for (const group of ['shows', 'read'] as const)
    for (const [name, readings] of Object.entries(data[group] ?? {})) each(readings, 'data', group, name);
  for (const key of Object.keys(code ?? {})) take('code', key);
  if (rest) take('rest');
  return made;
}

/** What no page of a file can need: a frame's document comes by the network, so a browser's test needs it. */
const elsewhere = /^data\.frames\./;

test.each(Object.values(declared))('$id: nothing can be taken out unnoticed', { timeout: 120_000 }, (file) => {
  expect([...differences(file)]).toEqual([]);
  const mutants = mutantsOf(file).filter((mutant) => !elsewhere.test(mutant.without));
  // A desk that is known by its addresses alone says little more than its host, its addresses and what they name.
  expect(mutants.length).toBeGreaterThan(2);
  const unnoticed = mutants.filter((mutant) => differences(mutant.file).next().done);
  expect(unnoticed.map((mutant) => mutant.without)).toEqual([]);
});
