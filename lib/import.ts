/** What a settings file would change: read, compared with what is set now, and put together, but saved by nobody here. */
import { linesOf } from './json.ts';
import type { SettingsProblem } from './problems.ts';
import { normalise } from './route.ts';
import type { Row, Settings } from './schema.ts';
import { parseRows, parseSettings } from './settings.ts';

const parts = [
  'desks',
  'contacts',
  'catalogs',
  'rules',
  'tables',
  'match',
  'links',
  'me',
  'myLink',
  'licences',
  'awaken',
  'myUser',
  'bridge',
  'rows',
] as const;
type Part = (typeof parts)[number];

/** One thing that the file adds, changes or removes. */
export type Change = { part: Part; name: string; how: 'added' | 'changed' | 'removed' };

/** `line`: where it stands in the file, if it stands there. */
export type Rejected = SettingsProblem & { line?: number };

export type Preview = {
  changes: Change[];
  /** Values of the file that do not hold, or that the organisation sets; they are not imported. */
  rejected: Rejected[];
  /** What would be saved. */
  settings: Settings;
  /** What the rows would be; null where they stay as they are. */
  rows: Row[] | null;
};

/** Why a file cannot be read at all. `cut`: it ends in the middle, on the line `ends`. */
export type Unreadable = { unreadable: 'empty' | 'cut' | 'not-json' | 'not-settings'; ends: number };

const lists = {
  desks: (s: Settings) => s.desks.map((d) => ({ id: d.key, name: d.name ?? d.key, value: d })),
  contacts: (s: Settings) => s.contacts.map((t) => ({ id: t.id, name: t.name, value: t })),
  catalogs: (s: Settings) => s.catalogs.map((t) => ({ id: t.id, name: t.name, value: t })),
  rules: (s: Settings) => s.rules.map((r) => ({ id: r.id, name: r.id, value: r })),
  tables: (s: Settings) => s.tables.map((t) => ({ id: t.id, name: t.name ?? t.id, value: t })),
};
const isList = (part: Part): part is keyof typeof lists => Object.hasOwn(lists, part);

/**
 * Compares a settings file with what is set now. A part that the file names replaces that part whole; a part that the
 * file does not name, or that is no list where a list belongs, stays.
 * @param text the file
 * @param locked parts that the organisation sets
 */
export function preview(text: string, now: Settings, rowsNow: Row[], locked: string[]): Preview | Unreadable {
  const file = read(text);
  if (typeof file === 'string') return { unreadable: file, ends: text.trimEnd().split('\n').length };
  const found = compared(file.value, now, rowsNow, locked);
  return { ...found, rejected: withLines(found.rejected, text) };
}

/** Each problem with the line of its value or, where there is none, of what it should stand in. */
function withLines(problems: SettingsProblem[], text: string): Rejected[] {
  if (!problems.length) return [];
  const around = (path: string): string[] => {
    const steps = path.match(/[^.[\]]+|\[\d+\]/g) ?? [];
    return steps
      .map((_, n) =>
        steps
          .slice(0, n + 1)
          .join('.')
          .replaceAll('.[', '['),
      )
      .toReversed();
  };
  const wanted = new Set(problems.flatMap(({ path }) => around(path)));
  const lines = linesOf(text, (path) => wanted.has(path));
  return problems.map((problem) => {
    const at = around(problem.path).find((path) => lines.has(path));
    const line = at === undefined ? undefined : lines.get(at);
    return { ...problem, ...(line === undefined ? {} : { line }) };
  });
}

function compared(file: Record<string, unknown>, now: Settings, rowsNow: Row[], locked: string[]): Preview {
  const parsed = parseSettings(file);
  const rejected = [...parsed.problems];
  const settings = { ...now };
  const changes: Change[] = [];
  for (const part of parts) {
    if (part === 'rows' || !Object.hasOwn(file, part) || rejected.some((p) => p.path === part)) continue;
    if (locked.includes(part)) {
      rejected.push({ path: part, code: 'locked' });
      continue;
    }
    Object.assign(settings, { [part]: parsed.settings[part] });
    if (isList(part)) changes.push(...compare(part, lists[part](now), lists[part](settings)));
    else if (!same(now[part], settings[part])) changes.push({ part, name: part, how: 'changed' });
  }
  if (!Object.hasOwn(file, 'rows')) return { changes, rejected, settings, rows: null };
  if (locked.includes('rows')) {
    rejected.push({ path: 'rows', code: 'locked' });
    return { changes, rejected, settings, rows: null };
  }
  const { rows, problems } = parseRows(file.rows);
  rejected.push(...problems);
  if (!Array.isArray(file.rows)) return { changes, rejected, settings, rows: null };
  const rowChanges = compare('rows', rowsNow.map(named), rows.map(named), false);
  return { changes: [...changes, ...rowChanges], rejected, settings, rows: rowChanges.length ? rows : null };
}

function read(text: string): { value: Record<string, unknown> } | Unreadable['unreadable'] {
  const body = text.replace(/^\uFEFF/, '').trim();
  if (!body) return 'empty';
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return /^[[{]/.test(body) && !/[\]}]$/.test(body) ? 'cut' : 'not-json';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not-settings';
  return { value: value as Record<string, unknown> };
}

type Named = { id: string; name: string; value: unknown };

const named = (row: Row): Named => ({
  id: `${row.table}:${normalise(row.key)}`,
  name: `${row.table}: ${row.key}`,
  value: [row.key, row.offer],
});

/** Both sides went through the schema, which writes keys in one order, so their JSON can be compared. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** @param ordered whether an item that only moved counts as changed */
function compare(part: Part, before: Named[], after: Named[], ordered = true): Change[] {
  const old = new Map(before.map((item) => [item.id, item]));
  const ids = new Set(after.map((item) => item.id));
  const stayed = before.filter((item) => ids.has(item.id));
  let place = 0;
  const now = after.flatMap((item): Change[] => {
    const was = old.get(item.id);
    if (!was) return [{ part, name: item.name, how: 'added' }];
    const moved = ordered && stayed[place]?.id !== item.id;
    place += 1;
    return moved || !same(was.value, item.value) ? [{ part, name: item.name, how: 'changed' }] : [];
  });
  const gone = before.filter((item) => !ids.has(item.id));
  return [...now, ...gone.map((item): Change => ({ part, name: item.name, how: 'removed' }))];
}

/** The first value that does not hold; null if all do. What would become of it is not said: nothing is saved. */
export function firstProblem(settings: Settings): SettingsProblem | null {
  const [problem] = parseSettings(settings).problems;
  if (!problem) return null;
  const { outcome: _, ...wrong } = problem;
  return wrong;
}
