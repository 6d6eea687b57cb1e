/**
 * What a person had set, kept before anything replaces it as a whole: in a database of its own of this extension, each
 * as the text of a settings file.
 */
import { createStore, delMany, get, keys, setMany, type UseStore } from 'idb-keyval';

/**
 * Before what it was taken. `default`: before the person went back to the organisation's default; `remove`: before they
 * removed all that was set.
 */
export type Reason = 'update' | 'import' | 'restore' | 'default' | 'remove';

/** A snapshot as it is listed. */
export type Snapshot = {
  id: string;
  /** Milliseconds since 1970. */
  at: number;
  reason: Reason;
  counts: { desks: number; contacts: number; catalogs: number; rules: number; rows: number };
};

/** So many are kept; the oldest goes. */
export const most = 10;

let opened: UseStore | undefined;
/** Opened by whoever keeps or reads one: most of the worker's lives do neither. */
const store = (): UseStore => (opened ??= createStore('deskcall-snapshots', 'snapshots'));

/** Newest first. */
export const snapshots = async (): Promise<Snapshot[]> => (await get<Snapshot[]>('list', store())) ?? [];

const length = (it: unknown): number => (Array.isArray(it) ? it.length : 0);

/**
 * Keeps a snapshot, and lets the oldest go.
 * @param file what a settings file of it holds: parts that were set, raw, and `rows` if they were
 */
export async function keep(reason: Reason, file: Record<string, unknown>): Promise<Snapshot> {
  const snapshot: Snapshot = {
    id: crypto.randomUUID(),
    at: Date.now(),
    reason,
    counts: {
      desks: length(file.desks),
      contacts: length(file.contacts),
      catalogs: length(file.catalogs),
      rules: length(file.rules),
      rows: length(file.rows),
    },
  };
  await navigator.locks.request('deskcall-snapshots', async () => {
    const list = [snapshot, ...(await snapshots())].slice(0, most);
    // In one transaction: the list names no snapshot that is not there.
    await setMany(
      [
        ['list', list],
        [snapshot.id, JSON.stringify(file)],
      ],
      store(),
    );
    const known = new Set<IDBValidKey>(['list', ...list.map(({ id }) => id)]);
    await delMany(
      (await keys(store())).filter((key) => !known.has(key)),
      store(),
    );
  });
  return snapshot;
}

/** The text of a snapshot, a settings file; null if there is none of this id. */
export const readSnapshot = async (id: string): Promise<string | null> => (await get<string>(id, store())) ?? null;
