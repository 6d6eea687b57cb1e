/** What a pop would send, and what stands in its way: worked out from settings and a case, before anything is sent. */
import type { TroubleCode } from './api.ts';
import type { Outcome, PopIntent, Verdict } from './awaken.ts';
import type { Case } from './model.ts';
import { normalise } from './route.ts';
import type { Settings } from './schema.ts';
import { fieldOf } from './worklink.ts';

export type Pop = Settings['awaken']['pops'][number];

/** What stands in a pop's way; the sentence is `pop_no_<fault>` in _locales. */
export type Fault =
  | 'service' //     an address or the SystemId is not set
  | 'bridge' //      pops go through the bridge, and it is not set up in this browser
  | 'permission' //  the browser does not let us call these addresses
  | 'credentials' // nobody has entered them
  | 'stopped' //     Awaken refused them, and trying again could lock the user out
  | 'me' //          the person's own username in Scripting is not set
  | 'person' //      the field that names whose desktop it is has no value
  | 'user'; //       nobody in the user table is called what the field says

/** A pop as it would be sent. */
export type Plan = {
  to: 'me' | 'other';
  /** What the desk calls the person; empty where it says nothing. */
  who: string;
  /** Empty where it is not known. */
  username: string;
  campaign: string;
  reference: string;
  /** null: the field has no value on this case, so that the workflow does not get it. */
  data: { name: string; value: string | null }[];
  faults: Fault[];
};

/** `cooling`: somebody has just popped the same record. */
export type PopTrouble = TroubleCode | 'cooling';

/** How a pop came out, as far as it is known. Nothing in it but ids, codes and the server's own cleaned words. */
export type News = {
  /** ms since 1970. */
  when: number;
  /** Sent through the bridge, which may come to know more of it. */
  by?: 'bridge';
  /**
   * `checked`: signed in, nothing sent. `sent`: accepted by the API, not known to be open. `opened`: acknowledged, which
   * only the bridge can hear. `unknown`: sent, and whatever came back was never read.
   */
  state: 'checked' | 'sending' | 'sent' | 'opened' | 'failed' | 'unknown';
  outcome?: Outcome;
  said?: Pick<Verdict, 'at' | 'status' | 'message' | 'requestId' | 'mustSet'>;
  /** Why the bridge did not even ask Awaken, as far as we know, and its own words. */
  trouble?: PopTrouble;
  told?: string;
  /** The launch id of the call that was made by the same click. */
  launch?: string;
};

/** One pop of a case, for the panel. */
export type PopLine = {
  id: string;
  plan: Plan;
  /** Newest first. */
  history: News[];
  /** It goes to somebody else, whose open record it suspends: sent only when the person has said so. */
  ask?: true;
  /** Not before this time, in ms since 1970. */
  from?: number;
};

/** What the panel asks for: an attempt, or all but the attempt. */
export type How = 'send' | 'dry';

const identity = (record: Case, name: string): string | undefined =>
  ({ desk: record.desk, kind: record.kind, id: record.id, number: record.number ?? record.id })[name];

/** A case's value by the name of a field, a label, or a part of its identity. */
const valueOf = (record: Case, name: string): string | undefined =>
  fieldOf(record, name) ?? identity(record, name.toLowerCase()) ?? undefined;

/** The record that a pop belongs to in Awaken: the same for a case however often it is asked for. */
export const referenceOf = (template: string, record: Case): string =>
  template.replace(/\{(desk|kind|id|number)\}/g, (_, name: string) => identity(record, name) ?? '');

/** Whoever a desk calls by a name, in Scripting. Entries of that very desk come first. */
function usernameOf(users: Settings['awaken']['users'], desk: string, name: string): string | undefined {
  const found = users.filter((each) => normalise(each.user) === normalise(name) && (each.desk ?? desk) === desk);
  return (found.find((each) => each.desk !== undefined) ?? found[0])?.username;
}

function aimOf(settings: Settings, pop: Pop, record: Case): Pick<Plan, 'who' | 'username'> & { fault?: Fault } {
  const mine = settings.myUser ?? '';
  if (pop.to === 'me') return mine ? { who: '', username: mine } : { who: '', username: '', fault: 'me' };
  if ('username' in pop.to) return { who: '', username: pop.to.username };
  const who = valueOf(record, pop.to.field)?.trim() ?? '';
  if (!who) return { who, username: '', fault: 'person' };
  const username = usernameOf(settings.awaken.users, record.desk, who);
  return username === undefined ? { who, username: '', fault: 'user' } : { who, username };
}

/**
 * @param launch the launch id of the call that goes with it
 * @returns the pop as it would be sent; never throws
 */
export function planOf(settings: Settings, pop: Pop, record: Case, launch?: string): Plan {
  const { mode, authUrl, popUrl, systemId } = settings.awaken;
  const { who, username, fault } = aimOf(settings, pop, record);
  const mine = settings.myUser;
  return {
    to: mine !== null && normalise(username) === normalise(mine) ? 'me' : pop.to === 'me' ? 'me' : 'other',
    who,
    username,
    campaign: pop.campaign,
    reference: referenceOf(pop.reference, record),
    data: pop.data.map(({ name, field, text }) => ({
      name,
      value: text ?? (field?.toLowerCase() === 'launch_id' ? launch : field && valueOf(record, field)) ?? null,
    })),
    faults: [
      ...(mode === 'bridge' || (authUrl && popUrl && systemId) ? [] : ['service' as const]),
      ...(fault ? [fault] : []),
    ],
  };
}

/** What is handed to whoever carries it out: strings only, and no value that the case has not. */
export const intentOf = (popId: string, plan: Plan, record: Case): PopIntent => ({
  case: `${record.desk}:${record.kind}:${record.id}`,
  popId,
  username: plan.username,
  campaign: plan.campaign,
  reference: plan.reference,
  data: Object.fromEntries(
    plan.data.flatMap(({ name, value }): [string, string][] => (value === null ? [] : [[name, value]])),
  ),
});
