/** R computes survival.json once more. Only where R is: CI installs it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Digits beyond the twelfth depend on the machine. */
const read = (text: string): unknown =>
  JSON.parse(text, (_, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(12)) : value));

test('R says today what it said', () => {
  const now = read(execFileSync('Rscript', ['tests/report/survival.R'], { encoding: 'utf8' }));
  expect(now).toHaveLength(14);
  expect(now).toEqual(read(readFileSync('tests/report/survival.json', 'utf8')));
});
