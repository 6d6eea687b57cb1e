import { expect, test } from 'vitest';
import { makeBatch } from '../../bridge/batch.ts';

test('what comes while one is worked on is the next; each gets its own answer', async () => {
  const batches: number[][] = [];
  const double = makeBatch(async (items: number[]) => {
    batches.push(items);
    await Promise.resolve();
    return items.map((item) => item * 2);
  });
  expect(await Promise.all([1, 2, 3].map(double))).toEqual([2, 4, 6]);
  expect(batches).toEqual([[1], [2, 3]]);
  expect(await double(4)).toBe(8);
});

test('one that can not be done costs the others of its batch nothing', async () => {
  const done: number[] = [];
  const work = makeBatch(async (items: number[]) => {
    if (items.includes(3)) throw new Error('three');
    done.push(...items);
    return items;
  });
  const results = await Promise.allSettled([1, 2, 3, 4].map(work));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(done).toEqual([1, 2, 4]);
});

test('a storm is worked on in batches that end', async () => {
  const sizes: number[] = [];
  const work = makeBatch(async (items: number[]) => {
    sizes.push(items.length);
    return items;
  });
  await Promise.all(Array.from({ length: 1001 }, (_, n) => work(n)));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(200);
  expect(sizes.reduce((all, size) => all + size, 0)).toBe(1001);
});
