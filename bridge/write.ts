/**
 * One try to write a note: look where somebody may have written already, write, read back. What a desk's answers mean is
 * said here, once for all desks.
 */
import { createHash } from 'node:crypto';
import type { Answer, Fault } from '../lib/http.ts';
import type { DeskRequest, Note, Ref, Values, Writing } from './desks/desk.ts';
import type { Desk } from './desks/index.ts';
import { secondsIn } from './desks/wait.ts';

/**
 * What became of one try. `unknown`: the desk may have written it. `unseen`: it says that it has, and does not show it.
 * `lost`: another process has taken the row.
 */
export type Outcome =
  | { done: true }
  | { parked: string }
  | { later: string; after?: number }
  | { stopped: string }
  | { unknown: string; after?: number }
  | { unseen: true }
  | { lost: true };

/** Pages of notes that are looked through at most: a marker is looked for on all of them. */
const mostPages = 200;

/** What an answer other than success says; undefined for success. */
function refusal(desk: Desk, answer: Answer | Fault): Outcome | undefined {
  if ('fault' in answer) {
    switch (answer.fault) {
      case 'address':
        return { parked: 'The address of the record on the desk may not be called.' };
      case 'redirect':
        // Where one is sent to sign in, each further note would be, too.
        return { stopped: 'The desk answers with another address: set that one, if it is right; else the credential.' };
      case 'too-long':
        return { parked: 'The desk lists more than can be read, so it is not known whether the note is there. Look.' };
      default:
        return { unknown: `The desk does not answer (${answer.fault}).` };
    }
  }
  const { status } = answer;
  const after = secondsIn(answer);
  if (status === 401) return { stopped: 'The desk refuses the credential (401).' };
  if (status === 429 || desk.busy?.(answer))
    return { later: `The desk asks to wait (${status}).`, ...(after && { after }) };
  if (status === 409) return { later: 'Somebody else was changing the record (409).' };
  // A server between that lost patience says 408, and nothing of what the desk did.
  if (status >= 500 || status === 408) return { unknown: `The desk answers ${status}.`, ...(after && { after }) };
  if (status >= 400) return { parked: `The desk refuses the note (${status}). Look at the rights of its API user.` };
  return undefined;
}

/** Nothing has been written so far: what is not known then is only late. */
const harmless = (outcome: Outcome): Outcome =>
  'unknown' in outcome ? { later: outcome.unknown, ...(outcome.after && { after: outcome.after }) } : outcome;

/** The same UUID for the same marker: by its shape one of version 8 (RFC 9562), whose bits are the maker's. */
export function keyOf(marker: string): string {
  const hex = createHash('sha256').update(marker).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${'89ab'[Number.parseInt(hex[16] ?? '0', 16) % 4]}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** The first note that somebody wants, on whichever page; an outcome where that can't be told. */
async function find(
  desk: Desk,
  ref: Ref,
  writing: Writing,
  wanted: (note: Note) => boolean,
): Promise<Note | undefined | { outcome: Outcome }> {
  if (!desk.notes) return undefined;
  for (let page = 1, empty = 0; page <= mostPages; page += 1) {
    // oxlint-disable-next-line no-await-in-loop -- the next page only if it is not on this one
    const answer = await desk.ask(desk.notes(ref, writing, page));
    const why = refusal(desk, answer);
    if (why) return { outcome: why };
    const notes = 'fault' in answer ? undefined : desk.notesOf(answer, writing);
    // A page to sign in is a 200 as well.
    if ('fault' in answer || !notes) return { outcome: { unknown: 'The desk did not list the notes.' } };
    const found = notes.find(wanted);
    if (found) return found;
    empty = notes.length ? 0 : empty + 1;
    if (!desk.more?.(answer, page, empty)) return undefined;
  }
  return { outcome: { parked: 'The record has more notes than are looked through. Look whether this one is there.' } };
}

/** Whether those who reported the case see a note; an outcome where that can't be told. */
async function seen(desk: Desk, ref: Ref, note: Note): Promise<boolean | { outcome: Outcome }> {
  if (note.internal) return false;
  if (!desk.shared || !desk.record) return true;
  const record = await desk.ask(desk.record(ref));
  const why = refusal(desk, record);
  if (why) return { outcome: why };
  if ('fault' in record || desk.numberOf(record, ref) === undefined)
    return { outcome: { unknown: 'The desk did not show the record.' } };
  return desk.shared(record);
}

/** Whether the note is there; an outcome where that can't be told. */
async function there(desk: Desk, ref: Ref, writing: Writing): Promise<boolean | { outcome: Outcome }> {
  const found = await find(desk, ref, writing, ({ text }) => text.includes(writing.marker));
  if (!found) return false;
  if ('outcome' in found) return found;
  const open = await seen(desk, ref, found);
  if (typeof open === 'object') return open;
  return open ? { outcome: { parked: 'The note is there, and is public. Make it private by hand.' } } : true;
}

/** What the row knows of earlier tries, and whom it tells of this one. */
export type Try = {
  ref: Ref;
  writing: Writing;
  /** The first of all: nobody can have written yet. */
  first: boolean;
  /** The desk has said that it wrote it. From then on it is only looked for. */
  accepted: boolean;
  /** The note that this one completes, where there is one. */
  begun?: Writing;
  /** Whether the row is still ours, for as long as a request may take. */
  hold(): Promise<boolean>;
  /** The desk has said yes. */
  accept(): Promise<void>;
};

/** Whether a note would become an internal one; undefined if so. */
async function unfit(desk: Desk, ref: Ref): Promise<Outcome | undefined> {
  if (!desk.unfit || !desk.record) return undefined;
  const record = await desk.ask(desk.record(ref));
  const why = refusal(desk, record);
  if (why) return harmless(why);
  // A page to sign in is a 200 as well; and whatever else is not this record says nothing of rights on it.
  if ('fault' in record || desk.numberOf(record, ref) === undefined)
    return { later: 'The desk did not show the record.' };
  const reason = await desk.unfit((request) => desk.ask(request), record);
  if (!reason) return undefined;
  return 'unfit' in reason ? { parked: reason.unfit } : { later: 'The rights of the user could not be read.' };
}

/** Sends what may be sent once, and says what the desk made of it; undefined if it says yes. */
async function send(
  desk: Desk,
  request: DeskRequest,
  { hold, accept }: Pick<Try, 'hold' | 'accept'>,
): Promise<Outcome | undefined> {
  // Looking may have taken long, and somebody else may have begun since.
  if (!(await hold())) return { lost: true };
  const answer = await desk.ask(request);
  const why = refusal(desk, answer);
  if (why) return why;
  if ('fault' in answer || answer.html) return { unknown: 'The desk answers with a page, as it does to strangers.' };
  const no = desk.refused?.(answer);
  if (no) return { parked: `The desk refuses the note. ${no}` };
  await accept();
  return undefined;
}

const squashed = (text: string): string => text.replaceAll(/\s+/g, '');

/** The request that completes the note at the start; undefined where there is none, or where people have changed it. */
async function editing(
  desk: Desk,
  { ref, writing, begun }: Try,
): Promise<DeskRequest | undefined | { outcome: Outcome }> {
  if (!desk.edit || !begun) return undefined;
  const found = await find(desk, ref, begun, ({ text }) => text.includes(begun.marker));
  if (!found || 'outcome' in found) return found;
  // What somebody added would be lost.
  if (!found.id || squashed(found.text) !== squashed(begun.text)) return undefined;
  const open = await seen(desk, ref, found);
  if (typeof open === 'object') return open;
  // What somebody published would say more than they read.
  return open ? undefined : desk.edit(ref, found.id, writing);
}

/** Writes a note, or completes the one at the start. */
export async function writeNote(desk: Desk, one: Try): Promise<Outcome> {
  const { ref, writing, first, accepted } = one;
  if (desk.notes && (!first || accepted)) {
    const before = await there(desk, ref, writing);
    if (typeof before === 'object') return before.outcome;
    if (before) return { done: true };
  }
  if (accepted) return desk.notes ? { unseen: true } : { done: true };
  const edit = await editing(desk, one);
  if (edit && 'outcome' in edit) return harmless(edit.outcome);
  let why = await unfit(desk, ref);
  if (why) return why;
  why = edit && (await send(desk, edit, one));
  // Who may not edit gets a second note.
  if (!edit || (why && 'parked' in why)) why = await send(desk, desk.note(ref, writing), one);
  if (why) return why;
  if (!desk.notes) return { done: true };
  const after = await there(desk, ref, writing);
  // Whatever kept it from being read, it is not to be written again before it was looked for.
  if (typeof after === 'object')
    return 'parked' in after.outcome ? after.outcome : { unknown: 'The note could not be read back.' };
  return after ? { done: true } : { unseen: true };
}

/** Sets field values, which may be done twice, and reads them back where the desk shows them. */
export async function setFields(desk: Desk, one: Try): Promise<Outcome> {
  const { ref, writing } = one;
  const values = JSON.parse(writing.text) as Values;
  if (!desk.set) return { parked: 'This desk has no fields to set.' };
  const why = await send(desk, desk.set(ref, values), one);
  if (why) return why;
  if (!desk.unlike || !desk.record) return { done: true };
  const record = await desk.ask(desk.record(ref));
  const unlike = 'fault' in record ? undefined : desk.unlike(record, ref, values);
  if (!unlike) return { unknown: 'The fields could not be read back.' };
  return unlike.length
    ? { parked: `The desk does not show what was set: ${unlike.join(', ')}. Look at the names and at the rights.` }
    : { done: true };
}
