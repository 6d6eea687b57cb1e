/** What happened to a case, and what is kept of it. */
import { expect, test } from 'vitest';
import { fold, timeIn, type Happened, type ToldCase } from '../../bridge/times/told.ts';

const at = (day: number): Date => new Date(Date.UTC(2026, 0, day));
const told = (...happened: [number, Happened['what']][]): ToldCase => ({
  id: '7',
  number: '7',
  queue: null,
  priority: null,
  assetClass: null,
  status: 'open',
  happened: happened.map(([day, what]) => ({ at: at(day), what })),
  whole: false,
});
const kept = (...parts: ToldCase[]) => {
  let row = fold('rt', 'ticket', told(), undefined, at(30));
  for (const part of parts) row = fold('rt', 'ticket', part, row ?? undefined, at(30));
  return row;
};

test('opened, assigned, resolved; the first of each', () => {
  const row = kept(told([1, 'opened'], [2, 'assigned'], [3, 'assigned'], [4, 'over'], [5, 'over']));
  expect(row).toMatchObject({ openedAt: at(1), assignedAt: at(2), resolvedAt: at(4), reopened: 0, reopenedAt: null });
});

test('opened again it is open, and counts until its last end', () => {
  const happened: [number, Happened['what']][] = [
    [1, 'opened'],
    [2, 'over'],
    [3, 'again'],
    [4, 'over'],
    [5, 'again'],
  ];
  expect(kept(told(...happened))).toMatchObject({ resolvedAt: null, reopened: 2, reopenedAt: at(5) });
  expect(kept(told(...happened, [6, 'over']))).toMatchObject({ resolvedAt: at(6), reopened: 2 });
  // Told in parts, it is the same.
  for (let cut = 1; cut < happened.length; cut += 1)
    expect(kept(told(...happened.slice(0, cut)), told(...happened.slice(cut)))).toEqual(kept(told(...happened)));
});

test('a desk that tells all replaces what was known', () => {
  const all = { ...told([1, 'opened'], [2, 'over']), whole: true };
  expect(kept(told([1, 'opened'], [2, 'over'], [3, 'again'], [4, 'over']), all)).toMatchObject({
    resolvedAt: at(2),
    reopened: 0,
  });
});

test('without a beginning it is not kept; an end before the beginning is none', () => {
  expect(kept(told([2, 'over']))).toBeNull();
  expect(kept(told([5, 'opened'], [2, 'over']))?.resolvedAt).toEqual(at(5));
});

test('how often it was opened again: as the desk counts it, or not known', () => {
  const happened: [number, Happened['what']][] = [
    [1, 'opened'],
    [2, 'over'],
    [3, 'again'],
    [4, 'over'],
  ];
  expect(kept({ ...told(...happened), reopened: 3, reopenedAt: at(5) })).toMatchObject({
    reopened: 3,
    reopenedAt: at(5),
  });
  expect(kept({ ...told([1, 'opened'], [2, 'over']), reopened: null })).toMatchObject({ reopened: null });
  // What is not known does not become known by one more.
  expect(kept({ ...told([1, 'opened'], [2, 'over']), reopened: null }, told([3, 'again']))).toMatchObject({
    reopened: null,
    reopenedAt: at(3),
  });
});

test('1970 is no time', () => {
  expect(timeIn('1970-01-01T00:00:00Z')).toBeUndefined();
  expect(timeIn('2026-01-01T00:00:00Z')).toEqual(at(1));
  expect(timeIn('soon')).toBeUndefined();
  expect(timeIn(null)).toBeUndefined();
});
