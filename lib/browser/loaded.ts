/** What has been set, by a person and by their organisation, and what counts of it. store.ts changes it. */
import { get } from 'idb-keyval';
import { browser } from 'wxt/browser';
import type { PageEntry, Target } from '../model.ts';
import { firstOwn, mergePolicy, readPolicy, type Organisation, type Part } from '../policy.ts';
import type { SettingsProblem } from '../problems.ts';
import type { Settings } from '../schema.ts';
import { compile, mineId, mineOf, parseSettings, targetsOf } from '../settings.ts';
import type { Generation } from './keys.ts';
import type { RowState } from './rows.ts';

export type Raw = Record<string, unknown>;

/** All that a person has set, by one `set`, so that settings and rows change together or not at all. */
export type Kept = {
  /** The parts that were set, raw; what is not there is the organisation's default or ours. */
  own: Raw;
  /** Who has set the rows that count; null: there are none. */
  rowsBy: 'own' | 'mandated' | 'default' | null;
  /** Rows that are written and are to count, which store.ts sees to, now or at the next start. */
  pending?: RowState;
  /** The version of Deskcall that was last started with it. */
  app: string;
};

/** What the organisation sets, and what it was read from. */
export type Theirs = { organisation: Organisation; digest: string; rowsDigest: string };

/** Settings as they count now, and who has set what. */
export type Loaded = {
  settings: Settings;
  problems: SettingsProblem[];
  /** Parts that the organisation has set for good. */
  locked: Part[];
  /** Parts for which the organisation has a default. */
  defaults: Part[];
  /** Those of them that were changed here. */
  changed: Part[];
};

export async function kept(): Promise<Kept> {
  const state = await get<Kept>('state');
  if (state) return state;
  // Version 0.1 kept all parts, set or not, under a name of their own.
  const [settings, { generation }] = await Promise.all([
    get<unknown>('settings'),
    browser.storage.local.get<{ generation?: Generation }>('generation'),
  ]);
  const rows = Object.keys(generation?.tables ?? {}).length > 0;
  return { own: firstOwn(settings), rowsBy: rows ? 'own' : null, app: '' };
}

export async function theirs(): Promise<Theirs> {
  const known = await get<Theirs>('organisation');
  if (known) return known;
  // As version 0.1 kept it, until the policy has been read again.
  const { organisation } = readPolicy([await get<unknown>('policy')]);
  return { organisation, digest: '', rowsDigest: '' };
}

let checked: { text: string; result: ReturnType<typeof parseSettings> } | undefined;

/** Checking twenty thousand contacts takes longer than seeing that they are the same as before. */
function parseOnce(merged: unknown): ReturnType<typeof parseSettings> {
  const text = JSON.stringify(merged);
  if (checked?.text !== text) checked = { text, result: parseSettings(merged) };
  return checked.result;
}

/** @returns checked settings, the same object until something else is set; never rejects for bad data, only if the browser's storage fails */
export async function loadSettings(): Promise<Loaded> {
  const [{ own, rowsBy }, { organisation }] = await Promise.all([kept(), theirs()]);
  const { merged, locked, defaults } = mergePolicy(own, organisation);
  const changed = defaults.filter((part) => (part === 'rows' ? rowsBy === 'own' : Object.hasOwn(own, part)));
  const { settings, problems } = parseOnce(merged);
  const from = (path: string): string => {
    const part = path.split(/[.[]/, 1)[0] as Part;
    if (locked.includes(part)) return `policy.settings.${path}`;
    return defaults.includes(part) && !changed.includes(part) ? `policy.defaults.${path}` : path;
  };
  return {
    settings,
    problems: [...organisation.problems, ...problems.map((problem) => ({ ...problem, path: from(problem.path) }))],
    locked,
    defaults,
    changed,
  };
}

/** The entry for one origin, made from the settings themselves and not from what pages could have written. */
export async function entryFor(origin: string): Promise<PageEntry | null> {
  return compile((await loadSettings()).settings, origin);
}

/** One target by id, for rules that look into tables. */
export async function targetById(id: string): Promise<Target | null> {
  const { settings } = await loadSettings();
  return (id === mineId ? mineOf(settings) : targetsOf(settings, Date.now()).get(id)) ?? null;
}
