/** The server half of a desk: how a note gets onto a record and is read back, described as requests. */
import type { Answer, Fault } from '../../lib/http.ts';

/** A record on a desk, as external data names it. */
export type Ref = { kind: string; id: string };

/** A request as data: the runner adds address, credential and time limit. */
export type DeskRequest = { method: 'GET' | 'POST' | 'PUT'; path: string; body?: unknown };

/** A note as the desk has it. `internal`: those who reported the case do not see it. */
export type Note = { text: string; internal: boolean };

export type DeskServer = {
  /** Kinds of records it can write to. */
  kinds: readonly string[];
  headers(secret: string): Record<string, string>;
  record(ref: Ref): DeskRequest;
  /** The number of the record that an answer to `record` holds; undefined if it is another one, or none. */
  numberOf(answer: Answer, ref: Ref): string | undefined;
  note(ref: Ref, text: string): DeskRequest;
  notes(ref: Ref): DeskRequest;
  /** Undefined for an answer that lists no notes. */
  notesOf(answer: Answer): Note[] | undefined;
  /**
   * Why a note would not become an internal one, where the desk would not say so itself.
   * @param record the answer to `record`
   */
  unfit?(
    ask: (request: DeskRequest) => Promise<Answer | Fault>,
    record: Answer,
  ): Promise<{ unfit: string } | { unknown: true } | null>;
};

/** The value at a path of keys; undefined where there is none. */
export function at(value: unknown, ...path: string[]): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Record<string, unknown>)[key];
  }
  return here;
}

/** Text at a path; empty where there is none. */
export const textAt = (value: unknown, ...path: string[]): string => {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
};

/** A list at a path; empty where there is none. */
export const listAt = (value: unknown, ...path: string[]): unknown[] => {
  const found = at(value, ...path);
  return Array.isArray(found) ? (found as unknown[]) : [];
};
