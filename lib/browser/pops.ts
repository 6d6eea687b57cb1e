/**
 * Pops, from an intent to a request: worked out from the settings, sent once, and remembered by ids. Whatever ends the
 * worker between the click and the answer, what was sent is known to have been sent.
 */
import { get, set } from 'idb-keyval';
import { direct, type Carrier, type Service, type Verdict } from '../awaken.ts';
import { perform } from '../http.ts';
import type { Case } from '../model.ts';
import { intentOf, planOf, type Fault, type How, type News, type Plan, type Pop, type PopLine } from '../plan.ts';
import type { Settings } from '../schema.ts';
import { grantedOrigins } from './grants.ts';
import { loadSettings } from './store.ts';
import { isStopped, keptToken, readCredentials, stopCredentials } from './vault.ts';

/** After a pop that may have arrived, so long nobody gets the same record, in ms: Awaken's own check can be raced. */
const coolDown = 30_000;
/** The history of pops: so many in all, for so long, in ms. */
const mostRecords = 500;
const longest = 30 * 24 * 3_600_000;
/** Of these one case's panel shows the newest. */
const shownRecords = 5;

/** One attempt, by ids. */
type Attempt = News & {
  /** `desk:kind:id`. */
  case: string;
  pop: string;
  /** SystemId, campaign and Reference, as a name that says none of them. */
  record: string;
  /** Which life of a worker or page sent it: if that has ended without an answer, there is none. */
  life: string;
  /** What the server asked for, in ms since 1970. */
  from?: number;
};

const life = crypto.randomUUID();
const carriers = direct({
  perform,
  now: Date.now,
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: Math.random,
  kept: keptToken,
});

/** What an attempt is now: one that nobody waits for any more has no answer. */
const current = (attempt: Attempt): Attempt =>
  attempt.state === 'sending' && attempt.life !== life ? { ...attempt, state: 'unknown' } : attempt;

const attempts = async (): Promise<Attempt[]> => ((await get<Attempt[]>('pops')) ?? []).map(current);

/** Writes one attempt, in place of itself or as a new one; one page or worker at a time. */
const write = (attempt: Attempt): Promise<void> =>
  navigator.locks.request('deskcall-pops', async () => {
    const all = ((await get<Attempt[]>('pops')) ?? []).filter(
      ({ when, record, life: by }) =>
        attempt.when - when < longest && !(when === attempt.when && record === attempt.record && by === attempt.life),
    );
    await set('pops', [...all, attempt].slice(-mostRecords));
  });

const caseOf = ({ desk, kind, id }: Case): string => `${desk}:${kind}:${id}`;

async function recordOf(settings: Settings, { campaign, reference }: Plan): Promise<string> {
  const text = JSON.stringify([settings.awaken.systemId, campaign, reference]);
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes).slice(0, 12), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const newsOf = ({ when, state, outcome, said, launch }: Attempt): News => ({
  when,
  state,
  ...(outcome ? { outcome } : {}),
  ...(said ? { said } : {}),
  ...(launch ? { launch } : {}),
});

/** What keeps a pop from being tried besides what the case and the table say. */
async function standing({ awaken }: Settings): Promise<Plan['faults']> {
  const { authUrl, popUrl } = awaken;
  if (!authUrl || !popUrl) return [];
  const [granted, credentials, stopped] = await Promise.all([
    grantedOrigins(),
    readCredentials(awaken),
    isStopped(awaken),
  ]);
  if (![authUrl, popUrl].every((address) => granted(new URL(address).origin))) return ['permission'];
  if (!credentials) return ['credentials'];
  return stopped ? ['stopped'] : [];
}

/** The way to Awaken, or null where settings or credentials are missing. */
async function carrierOf({ awaken }: Settings): Promise<Carrier | null> {
  const { authUrl, popUrl, systemId } = awaken;
  const credentials = await readCredentials(awaken);
  if (!authUrl || !popUrl || !systemId || !credentials) return null;
  const service: Service = { authUrl, popUrl, systemId };
  return carriers(service, credentials);
}

/** From when on a record may be popped again; undefined: now. */
function fromOf(all: Attempt[], record: string, now: number): number | undefined {
  const last = all.findLast((each) => each.record === record);
  // Of one that got as far as Awaken without a clear answer nobody knows.
  const open = last?.state === 'unknown' || (last?.outcome === 'unavailable' && last.said?.at === 'pop');
  const arrived = last && (last.state === 'sent' || open);
  const from = last?.from ?? (arrived ? last.when + coolDown : 0);
  return from > now ? from : undefined;
}

async function lineOf(settings: Settings, pop: Pop, record: Case, launch?: string): Promise<PopLine> {
  const plan = planOf(settings, pop, record, launch);
  const [all, faults, name] = await Promise.all([attempts(), standing(settings), recordOf(settings, plan)]);
  const here = caseOf(record);
  const history = all.filter((each) => each.case === here && each.pop === pop.id).slice(-shownRecords);
  const from = fromOf(all, name, Date.now());
  return {
    id: pop.id,
    plan: { ...plan, faults: [...plan.faults, ...faults] },
    history: history.toReversed().map(newsOf),
    ...(from === undefined ? {} : { from }),
  };
}

/** @param ids pops that are offered for this case */
export async function linesOf(record: Case, ids: readonly string[]): Promise<PopLine[]> {
  const { settings } = await loadSettings();
  const wanted = settings.awaken.pops.filter(({ id }) => ids.includes(id));
  return Promise.all(wanted.map((pop) => lineOf(settings, pop, record)));
}

export type PopAsk = {
  id: string;
  record: Case;
  how: How;
  /** The person has said that somebody else's record may be suspended. */
  sure: boolean;
  launch?: string | undefined;
};

/** Which record is being sent right now; a second click gets the answer of the first. */
const running = new Map<string, Promise<PopLine>>();

/**
 * Sends a pop, or does all but that.
 * @returns how it came out with the pop's line; null if there is no such pop. Rejects only if the browser's storage fails
 */
export async function popNow(ask: PopAsk): Promise<PopLine | null> {
  const { settings } = await loadSettings();
  const pop = settings.awaken.pops.find(({ id }) => id === ask.id);
  if (!pop) return null;
  const name = await recordOf(settings, planOf(settings, pop, ask.record));
  // From here to the last line nothing is awaited: two clicks cannot both find nothing running.
  const key = `${ask.how} ${name}`;
  const mine = running.get(key);
  if (mine) return mine;
  const begun = tried(settings, pop, ask, name).finally(() => running.delete(key));
  running.set(key, begun);
  return begun;
}

async function tried(settings: Settings, pop: Pop, ask: PopAsk, name: string): Promise<PopLine> {
  const { record, how, sure, launch } = ask;
  const line = await lineOf(settings, pop, record, launch);
  if (line.plan.faults.length) return line;
  const carrier = await carrierOf(settings);
  if (!carrier) return line;
  if (how === 'dry') {
    const verdict = await carrier.check();
    await judge(settings, verdict);
    return { ...line, history: [newsFrom(verdict, Date.now()), ...line.history] };
  }
  if (line.from !== undefined) return line;
  if (line.plan.to === 'other' && !sure) return { ...line, ask: true };
  const sent: Attempt = {
    when: Date.now(),
    state: 'sending',
    case: caseOf(record),
    pop: pop.id,
    record: name,
    life,
    ...(launch ? { launch } : {}),
  };
  await write(sent);
  const verdict = await carrier.pop(intentOf(pop.id, line.plan, record));
  await judge(settings, verdict);
  const { outcome, retryAfter, message, version: _, ...said } = verdict;
  const news = newsFrom(verdict, sent.when);
  // The server's words may be about a person: they are shown once and not kept.
  await write({
    ...sent,
    ...news,
    said,
    ...(launch ? { launch } : {}),
    ...(retryAfter === undefined ? {} : { from: Date.now() + retryAfter }),
  });
  const after = await lineOf(settings, pop, record, launch);
  const [first, ...others] = after.history;
  return first && message && outcome !== 'accepted'
    ? { ...after, history: [{ ...first, said: { ...said, message } }, ...others] }
    : after;
}

/** A password that was refused is not tried again by itself, lest the user be locked out. */
async function judge({ awaken }: Settings, verdict: Verdict | null): Promise<void> {
  if (verdict?.outcome === 'auth-rejected') await stopCredentials(awaken, true);
}

function newsFrom(verdict: Verdict | null, when: number): News {
  if (!verdict) return { when, state: 'checked' };
  const { outcome, retryAfter: _, version: _version, ...said } = verdict;
  const state = outcome === 'accepted' ? 'sent' : outcome === 'unknown' && said.at === 'pop' ? 'unknown' : 'failed';
  return { when, state, outcome, said };
}

/** Signs in, with the credentials as they are now, and pops nothing. @returns how that went, or why it was not tried */
export async function testConnection(): Promise<News | Fault> {
  const { settings } = await loadSettings();
  const [fault] = (await standing(settings)).filter((each) => each !== 'stopped');
  const carrier = fault ? null : await carrierOf(settings);
  if (!carrier) return fault ?? 'service';
  const verdict = await carrier.check();
  await stopCredentials(settings.awaken, verdict?.outcome === 'auth-rejected');
  return newsFrom(verdict, Date.now());
}

/** Pops to the person themselves, for a case that is none. @returns null if there is no such pop */
export async function popMe(id: string): Promise<PopLine | null> {
  const { settings } = await loadSettings();
  const found = settings.awaken.pops.find((pop) => pop.id === id);
  if (!found) return null;
  const number = `test-${Date.now().toString(36)}`;
  const record: Case = { desk: 'deskcall', kind: 'test', id: number, number, fields: {} };
  const pop: Pop = { ...found, to: 'me' };
  const name = await recordOf(settings, planOf(settings, pop, record));
  return tried(settings, pop, { id, record, how: 'send', sure: true }, name);
}
