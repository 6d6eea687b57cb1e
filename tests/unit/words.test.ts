import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { barWords, sayWith } from '../../lib/browser/words.ts';

test('all that the bar and the tab say is at hand', () => {
  const bar = readFileSync('components/bar.tsx', 'utf8');
  const said = [...bar.matchAll(/\bsay\('(\w+)'|'(\w+_name)'|\? '(check)' : '(call)'/g)].flatMap((found) =>
    found.slice(1).filter(Boolean),
  );
  expect([...new Set(said)].toSorted()).toEqual([...barWords].toSorted());
});

test('values stand where a sentence leaves them a place, whatever they hold', () => {
  const say = sayWith({ moved: 'From $1 to $2.', call: 'Call' });
  expect(say('moved', '$2', 'INC $1')).toBe('From $2 to INC $1.');
  expect(say('moved', 'a')).toBe('From a to .');
  expect(say('call', 'x')).toBe('Call');
});
