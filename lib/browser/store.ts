/**
 * Changing what is set, so that it is whole whenever it ends. Where everything lies:
 *
 * What the admin and the organisation have set lies in extension-origin IndexedDB, out of reach of content scripts.
 * `storage.local` holds only what pages may know: `page:<origin>`, one compiled entry for each granted origin;
 * the rows of lookup tables (rows.ts) with `generation`, which of them count; `target:<id>` for targets that only rows
 * name; `dock:<origin>`, where people put the dock.
 */
import { del, get, set, setMany } from 'idb-keyval';
import { browser } from 'wxt/browser';
import { ownParts, readPolicy, type Part } from '../policy.ts';
import type { Row, Settings } from '../schema.ts';
import { parseRows } from '../settings.ts';
import { kept, theirs, type Kept, type Raw, type Theirs } from './loaded.ts';
import { publish } from './publish.ts';
import { alone, dropRows, readRows, writeRows } from './rows.ts';
import { keep, readSnapshot, type Reason, type Snapshot } from './snapshots.ts';

let opened: BroadcastChannel | undefined;
/** Between this extension's own pages and its worker; nobody hears what they say themselves. */
const channel = (): BroadcastChannel => (opened ??= new BroadcastChannel('deskcall'));

function tell(): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin and takes none
  channel().postMessage('changed');
}

/** Listens to what is changed elsewhere: in another page of ours, or by policy. @returns a function that ends it */
export function onChanged(listener: () => void): () => void {
  channel().addEventListener('message', listener);
  return () => channel().removeEventListener('message', listener);
}

/** One change at a time, in whichever page or worker it is made; what it changed is brought to the desks' pages. */
const change = <T>(job: () => Promise<T>): Promise<T> =>
  alone(async () => {
    const result = await job();
    await complete();
    tell();
    return result;
  });

/** Brings what is set to the desks' pages, rows that are to count included. */
async function complete(): Promise<void> {
  const { pending, ...state } = await kept();
  await publish(pending);
  if (!pending) return;
  await set('state', state);
  await dropRows();
}

/** Completes what a page that was ended had begun; the worker does so at its start. */
export async function resume(): Promise<void> {
  if ((await kept()).pending) await change(async () => {});
}

/**
 * The one switch from what was set to what is set: before it the old stands whole, after it the new, whoever is ended.
 * @param rows undefined: they stay
 * @param more what else is kept by the same switch
 */
async function switchTo(
  state: Omit<Kept, 'pending'>,
  rows?: Row[],
  progress?: (share: number) => void,
  more: [string, unknown][] = [],
): Promise<void> {
  const pending = rows && (await writeRows(rows, progress));
  await setMany([['state', { ...state, ...(pending ? { pending } : {}) } satisfies Kept], ...more]);
}

/** Keeps settings. What the organisation locks stays what was last set under it; what is not changed stays unset. */
export const saveSettings = (next: Settings): Promise<void> =>
  change(async () => {
    const [before, { organisation }] = await Promise.all([kept(), theirs()]);
    await set('state', { ...before, own: ownParts(next, before.own, organisation) });
  });

const refused = 'The rows are set by your organisation.';

/**
 * Lets a person change rows: those that came as a default are their own from then on.
 * @param renamed whether rows name other targets than before; where they do not, pages have all that they need
 * @throws if the organisation has set the rows for good
 */
export async function changeRows<T>(job: () => Promise<T>, renamed: (result: T) => boolean = () => true): Promise<T> {
  await alone(async () => {
    const [before, { organisation }] = await Promise.all([kept(), theirs()]);
    if (organisation.rows === 'mandated') throw new Error(refused);
    if (before.rowsBy !== 'own') await set('state', { ...before, rowsBy: 'own' });
  });
  const result = await job();
  if (!renamed(result)) return result;
  // Targets that only rows name.
  await publish();
  tell();
  return result;
}

/**
 * Replaces settings and rows by one switch, after a snapshot of what was set.
 * @param rows null: they stay
 * @param progress told the share of rows that is written, 0 to 1
 * @returns the snapshot, for the way back
 */
export const importAll = (
  settings: Settings,
  rows: Row[] | null,
  progress?: (share: number) => void,
): Promise<Snapshot> =>
  change(async () => {
    const [before, { organisation }] = await Promise.all([kept(), theirs()]);
    if (rows && organisation.rows === 'mandated') throw new Error(refused);
    const snapshot = await takeSnapshot('import', before);
    const own = ownParts(settings, before.own, organisation);
    await switchTo({ ...before, own, rowsBy: rows ? 'own' : before.rowsBy }, rows ?? undefined, progress);
    return snapshot;
  });

/**
 * Replaces rows by one switch, after a snapshot of what was set.
 * @param next what makes them of the rows that count once it is this page's turn
 * @param progress told the share that is written, 0 to 1
 * @param stop ends it while the old rows still count
 * @returns the snapshot, for the way back; null if it was stopped, and then nothing has changed
 */
export const importRows = (
  next: (now: Row[]) => Row[],
  progress: (share: number) => void,
  stop: AbortSignal,
): Promise<Snapshot | null> =>
  change(async () => {
    const [before, { organisation }] = await Promise.all([kept(), theirs()]);
    if (organisation.rows === 'mandated') throw new Error(refused);
    const pending = await writeRows(next, progress, stop);
    if (!pending) {
      await dropRows();
      return null;
    }
    const snapshot = await takeSnapshot('import', before);
    await set('state', { ...before, rowsBy: 'own', pending } satisfies Kept);
    return snapshot;
  });

/** Rows that are kept as a text: the organisation's, and a person's own while the organisation's count for good. */
const textRows = async (name: 'policy-rows' | 'own-rows'): Promise<Row[] | null> => {
  const text = await get<string | null>(name);
  return text ? (JSON.parse(text) as Row[]) : null;
};

async function takeSnapshot(reason: Reason, { own, rowsBy }: Kept): Promise<Snapshot> {
  const rows = rowsBy === 'own' ? await readRows() : await textRows('own-rows');
  return keep(reason, { version: 1, ...own, ...(rows ? { rows } : {}) });
}

/**
 * Sets everything back to a snapshot, after a snapshot of what was set.
 * @returns the latter, for the way back
 * @throws if the snapshot is gone
 */
export const restore = (id: string, progress?: (share: number) => void): Promise<Snapshot> =>
  change(async () => {
    const [text, before, { organisation }] = await Promise.all([readSnapshot(id), kept(), theirs()]);
    if (text === null) throw new Error('This snapshot is no longer there.');
    const { rows: stored, ...own } = JSON.parse(text) as Raw;
    const rows = stored ? parseRows(stored).rows : null;
    const snapshot = await takeSnapshot('restore', before);
    if (organisation.rows === 'mandated')
      await switchTo({ ...before, own }, undefined, progress, [['own-rows', rows && JSON.stringify(rows)]]);
    else {
      const next = rows ?? (await textRows('policy-rows')) ?? [];
      await switchTo({ ...before, own, rowsBy: rows ? 'own' : organisation.rows }, next, progress);
    }
    return snapshot;
  });

/**
 * Forgets all that was set here: what is left is the organisation's, or nothing.
 * @returns a snapshot of what was set, for the way back
 */
export const removeAll = (): Promise<Snapshot> =>
  change(async () => {
    const [before, { organisation }] = await Promise.all([kept(), theirs()]);
    const snapshot = await takeSnapshot('remove', before);
    const state = { ...before, own: {}, rowsBy: organisation.rows };
    // A person's own rows lie aside while the organisation's count for good.
    if (organisation.rows === 'mandated') await switchTo(state, undefined, undefined, [['own-rows', null]]);
    else await switchTo(state, (await textRows('policy-rows')) ?? []);
    return snapshot;
  });

/**
 * Forgets what was set here for some parts, so that the organisation's default counts again.
 * @returns a snapshot of what was set, for the way back
 */
export const takeDefaults = (parts: Part[]): Promise<Snapshot> =>
  change(async () => {
    const before = await kept();
    const snapshot = await takeSnapshot('default', before);
    const own = Object.fromEntries(Object.entries(before.own).filter(([part]) => !parts.includes(part as Part)));
    const rows = parts.includes('rows') ? ((await textRows('policy-rows')) ?? undefined) : undefined;
    await switchTo({ ...before, own, rowsBy: rows ? 'default' : before.rowsBy }, rows);
    return snapshot;
  });

/** What a build for one organisation carries (scripts/fleet.ts). */
async function builtIn(): Promise<unknown> {
  if (!import.meta.env.WXT_FLEET) return {};
  const file = '/fleet.json' as Parameters<typeof browser.runtime.getURL>[0];
  return (await fetch(browser.runtime.getURL(file))).json();
}

/** Reads the organisation's policy anew. Slow in Chromium (seconds after start), so never awaited before drawing. */
export async function refreshPolicy(): Promise<void> {
  // Firefox rejects where there is no policy at all.
  await takePolicy([await builtIn(), await browser.storage.managed.get().catch(() => ({}))]);
}

async function digestOf(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param layers as for readPolicy */
async function takePolicy(layers: unknown[]): Promise<void> {
  // Another version of ours may read the same policy in another way.
  const digest = await digestOf(JSON.stringify([browser.runtime.getManifest().version, layers]));
  if ((await theirs()).digest === digest) return;
  const { organisation, rows } = readPolicy(layers);
  const text = JSON.stringify(rows);
  const rowsDigest = organisation.rows ? await digestOf(text) : '';
  await change(async () => {
    const [state, before] = await Promise.all([kept(), theirs()]);
    const aside = await textRows('own-rows');
    const mine = state.rowsBy === 'own' || aside !== null;
    const rowsBy = organisation.rows === 'mandated' ? 'mandated' : mine ? 'own' : organisation.rows;
    // What is already there is not written again.
    const stays =
      rowsBy === 'own' ? state.rowsBy === 'own' : state.rowsBy !== 'own' && before.rowsDigest === rowsDigest;
    const next = rowsBy === 'own' ? (aside ?? []) : rowsBy ? rows : [];
    const goesAside = rowsBy === 'mandated' && state.rowsBy === 'own';
    await switchTo({ ...state, rowsBy }, stays ? undefined : next, undefined, [
      ['organisation', { organisation, digest, rowsDigest } satisfies Theirs],
      ['policy-rows', organisation.rows && text],
      ...(goesAside ? [['own-rows', JSON.stringify(await readRows())] satisfies [string, string]] : []),
      ...(rowsBy === 'own' ? [['own-rows', null] satisfies [string, null]] : []),
    ]);
  });
}

/**
 * Once at every start of the worker: completes what a page that was ended had begun, keeps a snapshot after an update,
 * and reads the organisation's policy.
 */
export async function start(): Promise<void> {
  await change(async () => {
    const { version } = browser.runtime.getManifest();
    const now = await kept();
    if (now.app === version) return;
    // A fresh install has nothing to lose.
    if (now.rowsBy === 'own' || Object.keys(now.own).length) await takeSnapshot('update', now);
    await set('state', { ...now, app: version });
    await del('settings');
  });
  // In a build for one organisation the first start needs no word from the browser, which takes its time.
  if (import.meta.env.WXT_FLEET && !(await theirs()).digest) await takePolicy([await builtIn(), {}]);
  await refreshPolicy();
}
