/** The server half of a desk: how a note gets onto a record and is read back, described as requests. */
import type { Answer, Fault } from '../../lib/http.ts';
import type { DeskFile } from '../../lib/model.ts';

/** A record on a desk, as external data names it. */
export type Ref = { kind: string; id: string };

/** A request as data: the runner adds address, credential and time limit. `form`: sent as a form, not as JSON. */
export type DeskRequest = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
  form?: Record<string, string>;
};

/**
 * A note as the desk has it. `internal`: those who reported the case do not see it. `id` where it can be edited by it.
 */
export type Note = { text: string; internal: boolean; id?: string };

/**
 * What is to be written. `key` is a UUID, the same at each try; `begun` that of the note at the start, which may have
 * become this one.
 */
export type Writing = { text: string; marker: string; key: string; begun?: string };

/** Field values by the desk's names. */
export type Values = Record<string, string | number>;

export type DeskServer = {
  /** Kinds of records it can write to. */
  kinds: { includes(kind: string): boolean };
  /** How a user, a key or a token that does not run out signs in. @param user absent where none is configured */
  headers(secret: string, user?: string): Record<string, string>;
  /** Absent where the desk can't be asked for a record. */
  record?(ref: Ref): DeskRequest;
  /** The number of the record that an answer to `record` holds; undefined if it is another one, or none. */
  numberOf(answer: Answer, ref: Ref): string | undefined;
  note(ref: Ref, writing: Writing): DeskRequest;
  /** Why an answer to `note` is no success all the same. */
  refused?(answer: Answer): string | undefined;
  /** True where the desk takes the same `key` once, however often it is sent. */
  keyed?: boolean;
  /**
   * Absent where notes can't be listed: then a note may be written more than once.
   * @param page from 1
   */
  notes?(ref: Ref, writing: Writing, page: number): DeskRequest;
  /** Undefined for an answer that lists no notes. */
  notesOf(answer: Answer, writing: Writing): Note[] | undefined;
  /**
   * Whether a further page of notes follows; absent where there is only one.
   * @param empty how many pages up to this one had none
   */
  more?(answer: Answer, page: number, empty: number): boolean;
  /** Absent where a note stays as it was written. @param id of a {@link Note} */
  edit?(ref: Ref, id: string, writing: Writing): DeskRequest;
  /** Sets fields. Absent where the desk has none. */
  set?(ref: Ref, values: Values): DeskRequest;
  /** The names of `values` that the record in an answer to `record` holds otherwise; undefined if it is no such answer. */
  unlike?(answer: Answer, ref: Ref, values: Values): string[] | undefined;
  /** Whether an answer to `record` is of a case that those who reported it can see; absent where any may be. */
  shared?(record: Answer): boolean;
  /** Whether an answer other than 429 asks to wait. */
  busy?(answer: Answer): boolean;
  /**
   * Why a note would not become an internal one, where the desk would not say so itself.
   * @param record the answer to `record`
   */
  unfit?(
    ask: (request: DeskRequest) => Promise<Answer | Fault>,
    record: Answer,
  ): Promise<{ unfit: string } | { unknown: true } | null>;
};

/** What the extension calls the records of a desk whose addresses are data. */
export const kindsOf = ({ data }: DeskFile): string[] => [
  ...(data.kind ? [data.kind] : []),
  ...data.addresses.flatMap((address) => (typeof address === 'string' ? [] : [address.kind])),
];

/** RFC 7617. */
export const basic = (user: string, password: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

/** RFC 6750. */
export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** Text as one part of a path or a query. What is no Unicode could not be encoded, and would be an exception. */
export const part = (text: string | number): string => encodeURIComponent(String(text).toWellFormed());

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

/** A list at a path; undefined where there is none. */
export const maybeListAt = (value: unknown, ...path: string[]): unknown[] | undefined => {
  const found = at(value, ...path);
  return Array.isArray(found) ? (found as unknown[]) : undefined;
};

/** A list at a path; empty where there is none. */
export const listAt = (value: unknown, ...path: string[]): unknown[] => maybeListAt(value, ...path) ?? [];

/** An id at a path, which desks write as text or as a number; empty where there is none. */
export const idAt = (value: unknown, ...path: string[]): string => {
  const found = at(value, ...path);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : '';
};
