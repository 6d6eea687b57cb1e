/** What the options page knows and what it can do. The page itself reaches the browser only through {@link Host}. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Choice, Pack, PackFile, Places, firstChoice, fitsPlace } from '../../lib/deploy.ts';
import type { Described, Fit } from '../../lib/describe.ts';
import type { Preview, Unreadable } from '../../lib/import.ts';
import type { Look, OpenTab } from '../../lib/inspect.ts';
import type { DeskData } from '../../lib/model.ts';
import type { Part } from '../../lib/policy.ts';
import type { Row, Settings } from '../../lib/schema.ts';
import type { SettingsProblem, Wrong } from '../../lib/problems.ts';
import type { Round } from '../../lib/visit.ts';
import type { Say } from '../text.ts';
import type { AwakenHost } from './awaken.tsx';
import type { BridgeHost } from './bridge.tsx';
import type { Calls } from './calls.ts';
import { useHistory } from './history.ts';
import type { Lists } from './lists.ts';
import { placedWords } from './problems.ts';

/** What was set before something replaced it, as it is listed; the same as in lib/browser/snapshots.ts. */
export type Snapshot = {
  id: string;
  /** Milliseconds since 1970. */
  at: number;
  reason: 'update' | 'import' | 'restore' | 'default' | 'remove';
  counts: { desks: number; contacts: number; catalogs: number; rules: number; rows: number };
};

/** What is set now. */
export type Loaded = {
  settings: Settings;
  problems: SettingsProblem[];
  /** Parts that the organisation sets for good. */
  locked: string[];
  /** Parts for which the organisation has a default, and those of them that were changed here. */
  defaults: string[];
  changed: string[];
  snapshots: Snapshot[];
  /** Where each browser gets Deskcall, as far as the admin has said it. */
  places: Places;
  granted: (origin: string) => boolean;
  /** Rows in each lookup table. */
  rows: Record<string, number>;
  /** Ids of the targets that rows name. */
  rowTargets: string[];
};

/** Looks at open tabs. */
export type Looks = {
  /** Tabs that may be looked at, the one that was last in front first. */
  tabs: () => Promise<OpenTab[]>;
  /** Tells when a tab came, went, or shows something else. @returns a function that ends it */
  watch: (changed: () => void) => () => void;
  /** @param draft a description to read the tab by, in place of its desk. @returns null if the tab refuses */
  look: (tab: number, draft?: DeskData) => Promise<Look | null>;
  /** A look that the popup handed over; undefined if it is gone. */
  take: (key: string) => Promise<Look | null | undefined>;
  /** Checks a description that is being typed. */
  describe: (text: string) => Described;
  fits: (data: DeskData, url: string) => Fit[];
  /** A short look at all open tabs, also of desks that are not set up. Never rejects. */
  round: () => Promise<Round>;
};

/** The browser, as far as this page needs it. */
export type Host = {
  looks: Looks;
  lists: Lists;
  calls: Calls;
  awaken: AwakenHost;
  bridge: BridgeHost;
  copy: (text: string) => Promise<void>;
  /** This very copy: the browser it runs in, and the id it has there. */
  self: { browser: 'chrome' | 'firefox'; id: string };
  /** `rest`: it has an API of its own that may be asked. */
  products: { id: string; name: string; rest?: boolean }[];
  load: () => Promise<Loaded>;
  save: (settings: Settings, locked: string[]) => Promise<void>;
  readRows: () => Promise<Row[]>;
  /** @returns false if `stop` ended it: then the old rows still count */
  replaceRows: (
    next: Row[] | ((now: Row[]) => Row[]),
    progress?: (share: number) => void,
    stop?: AbortSignal,
  ) => Promise<boolean>;
  /**
   * Replaces settings and, unless they are null, rows by one switch. Before it a snapshot is taken, as it is by
   * `restore` and `takeDefaults`. @returns the id of the snapshot, for the way back
   */
  importAll: (settings: Settings, rows: Row[] | null, progress: (share: number) => void) => Promise<string>;
  restore: (snapshot: string, progress?: (share: number) => void) => Promise<string>;
  /**
   * Removes all that was set here, after a snapshot, and gives back the permissions that nobody needs any more.
   * @returns the snapshot, and the origins that may not be read any more: both for the way back
   */
  removeAll: () => Promise<{ snapshot: string; gone: string[] }>;
  /** The organisation's default counts again for these parts. */
  takeDefaults: (parts: Part[]) => Promise<string>;
  /** The text of a snapshot, a settings file; null if it is gone. */
  readSnapshot: (id: string) => Promise<string | null>;
  keepPlaces: (places: Places) => Promise<void>;
  fitsPlace: typeof fitsPlace;
  firstChoice: typeof firstChoice;
  pack: (settings: Settings, rows: Row[], choice: Choice, places: Places) => Pack;
  bytesOf: (file: PackFile) => Uint8Array;
  zipOf: (files: PackFile[]) => Uint8Array;
  /** Asks the person at once, so it has to be the first thing that a click does. */
  allow: (origins: string[]) => Promise<boolean>;
  giveBack: (origins: string[]) => Promise<void>;
  /** Tells when something changed outside this page. @returns a function that ends it */
  watch: (changed: () => void) => () => void;
  /** The first value that does not hold; null if all do. */
  problem: (settings: Settings) => SettingsProblem | null;
  /** Why a link may not be offered; null if it may. */
  linkProblem: (link: string, hosts: string[]) => Wrong | null;
  warnings: (settings: Settings, tables: Set<string>) => SettingsProblem[];
  preview: (text: string, now: Settings, rows: Row[], locked: string[]) => Preview | Unreadable;
};

/** A past-tense sentence with the way back or, once it was taken back, the way there again. */
export type Note = { words: string; undo?: () => void; redo?: () => void };

/** Given to each view: what is set, and how to change it. */
export type Desktop = {
  host: Host;
  loaded: Loaded;
  /**
   * Saves some parts of the settings and says so.
   * @param words empty: the caller says it, and has a way back of its own
   * @returns null if saved, else why not; then nothing changed
   */
  change: (words: string, next: Partial<Settings>) => string | null;
  /** Does something else, in order with all other changes; `words` and the way back are shown once it is done. */
  act: (job: () => Promise<Note | null>) => Promise<void>;
  /** Takes the last change back that was not taken back yet, unless it was changed elsewhere since. */
  undo: () => void;
  /** Does again what was taken back last. */
  redo: () => void;
};

/** @returns the page's state; `desktop` is null until the settings are loaded */
export function useOptions(host: Host, say: Say) {
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [note, setNote] = useState<Note | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const latest = useRef<Loaded | null>(null);
  const queue = useRef<Promise<void>>(Promise.resolve());
  const waiting = useRef(0);

  const show = useCallback((next: Loaded) => {
    latest.current = next;
    setLoaded(next);
  }, []);

  /** One thing after another; what is set is read anew once nothing waits, so that no half-way state is shown. */
  const enqueue = useCallback(
    (job: () => Promise<void>): Promise<void> => {
      waiting.current += 1;
      const fail = (error: unknown) => setFailed(error instanceof Error ? error.message : String(error));
      const before = queue.current;
      const run = async () => {
        await before;
        await job().catch(fail);
        waiting.current -= 1;
        if (!waiting.current) show(await host.load());
      };
      const done = run().catch(fail);
      queue.current = done;
      return done;
    },
    [host, show],
  );

  const reload = useCallback(() => {
    void enqueue(async () => setFailed(null));
  }, [enqueue]);

  useEffect(() => {
    reload();
    // What went wrong here stays on show, whatever others do.
    return host.watch(() => void enqueue(async () => {}));
  }, [enqueue, host, reload]);

  const write = useCallback(
    (settings: Settings) => {
      const now = latest.current;
      if (!now) return;
      show({ ...now, settings });
      void enqueue(() => host.save(settings, now.locked));
    },
    [enqueue, host, show],
  );

  const now = useCallback(() => latest.current?.settings, []);
  const { undo, redo, add } = useHistory(now, write, setNote, say);
  const change = useCallback(
    (words: string, next: Partial<Settings>): string | null => {
      const before = latest.current?.settings;
      if (!before) return null;
      const settings = { ...before, ...next };
      const problem = host.problem(settings);
      if (problem) return placedWords(problem, say);
      write(settings);
      if (words) setNote(add(words, before, next));
      return null;
    },
    [add, host, say, write],
  );

  const act = useCallback(
    (job: () => Promise<Note | null>) => {
      // The way back from an earlier change is closed as soon as another one is under way.
      setNote(null);
      return enqueue(async () => setNote(await job()));
    },
    [enqueue],
  );

  const desktop: Desktop | null = loaded && { host, loaded, change, act, undo, redo };
  // What the note offers is the latest; behind it stands what was changed before.
  const ways = { undo: note?.undo ?? undo, redo: note?.redo ?? redo };
  return { desktop, note, ways, failed, reload, dismiss: () => setNote(null) };
}
