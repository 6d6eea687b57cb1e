/**
 * Pops, from an intent to a request: worked out from the settings, sent once, and remembered by ids. Whatever ends the
 * worker between the click and the answer, what was sent is known to have been sent.
 */
import { get, set } from 'idb-keyval';
import { stateOf } from '../awaken.ts';
import type { Case } from '../model.ts';
import { intentOf, planOf, type Fault, type How, type News, type Plan, type Pop, type PopLine } from '../plan.ts';
import type { Settings } from '../schema.ts';
import { loadSettings } from './loaded.ts';
import { stopCredentials } from './vault.ts';
import { faultsOf, mayBeSent, wayOf, type End, type Known } from './way.ts';

/** After a pop that may have arrived, so long nobody gets the same record, in ms: Awaken's own check can be raced. */
const coolDown = 30_000;
/** The history of pops: so many in all, for so long, in ms. */
const mostRecords = 500;
const longest = 30 * 24 * 3_600_000;
/** Of these one case's panel shows the newest. */
const shownRecords = 5;

/** One attempt, by ids. */
type Attempt = News & {
  /** A name for this click. */
  key: string;
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
/** What an attempt is now: one that nobody waits for any more has no answer. */
const current = (attempt: Attempt): Attempt =>
  attempt.state === 'sending' && attempt.life !== life ? { ...attempt, state: 'unknown' } : attempt;

const attempts = async (): Promise<Attempt[]> => ((await get<Attempt[]>('pops')) ?? []).map(current);

/** Writes one attempt, in place of itself or as a new one; one page or worker at a time. */
const write = (attempt: Attempt): Promise<void> =>
  navigator.locks.request('deskcall-pops', async () => {
    const all = ((await get<Attempt[]>('pops')) ?? []).filter(
      ({ when, key }) => attempt.when - when < longest && key !== attempt.key,
    );
    await set('pops', [...all, attempt].slice(-mostRecords));
  });

const caseOf = ({ desk, kind, id }: Case): string => `${desk}:${kind}:${id}`;

async function recordOf(settings: Settings, { campaign, reference }: Plan): Promise<string> {
  const text = JSON.stringify([settings.awaken.systemId, campaign, reference]);
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes).slice(0, 12), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const newsOf = ({ when, by, state, outcome, said, trouble, told, launch }: Attempt): News => ({
  when,
  state,
  ...(by ? { by } : {}),
  ...(outcome ? { outcome } : {}),
  ...(said ? { said } : {}),
  ...(trouble ? { trouble } : {}),
  ...(told ? { told } : {}),
  ...(launch ? { launch } : {}),
});

/** From when on a record may be popped again; undefined: now. */
function fromOf(all: Attempt[], record: string, now: number): number | undefined {
  const last = all.findLast((each) => each.record === record);
  // Of one that got as far as Awaken without a clear answer nobody knows.
  const open = last?.state === 'unknown' || (last?.outcome === 'unavailable' && last.said?.at === 'pop');
  const arrived = last && (last.state === 'sent' || last.state === 'opened' || open);
  const from = last?.from ?? (arrived ? last.when + coolDown : 0);
  return from > now ? from : undefined;
}

async function lineOf(settings: Settings, pop: Pop, record: Case, launch?: string): Promise<PopLine> {
  const plan = planOf(settings, pop, record, launch);
  const [all, faults, name] = await Promise.all([attempts(), faultsOf(settings), recordOf(settings, plan)]);
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
  await settle(settings, record);
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
  const way = await wayOf(settings);
  if (!way) return line;
  const intent = intentOf(pop.id, line.plan, record);
  if (how === 'dry') {
    const end = await way.check(intent);
    await judge(settings, end);
    return { ...line, history: [newsFrom(settings, end, Date.now()), ...line.history] };
  }
  if (line.from !== undefined) return line;
  if (line.plan.to === 'other' && !sure) return { ...line, ask: true };
  const sent: Attempt = {
    ...base(settings, Date.now()),
    state: 'sending',
    key: crypto.randomUUID(),
    case: caseOf(record),
    pop: pop.id,
    record: name,
    life,
    ...(launch ? { launch } : {}),
  };
  await write(sent);
  const end = await way.pop(intent, sent.key);
  await judge(settings, end);
  const { said: { message, ...said } = {}, told, ...news } = newsFrom(settings, end, sent.when);
  const { retryAfter } = end;
  // The server's words may be about a person: they are shown once and not kept.
  await write({
    ...sent,
    ...news,
    ...('at' in said ? { said } : {}),
    ...(retryAfter === undefined ? {} : { from: Date.now() + retryAfter }),
  });
  const after = await lineOf(settings, pop, record, launch);
  const [first, ...others] = after.history;
  if (!first || first.state === 'sent') return after;
  const shown: News = {
    ...first,
    ...(first.said && message ? { said: { ...first.said, message } } : {}),
    ...(told ? { told } : {}),
  };
  return { ...after, history: [shown, ...others] };
}

const base = ({ awaken: { mode } }: Settings, when: number): Pick<News, 'when' | 'by'> => ({
  when,
  ...(mode === 'bridge' ? { by: mode } : {}),
});

/** A password that was refused is not tried again by itself, lest the user be locked out. The bridge sees to its own. */
async function judge({ awaken }: Settings, end: End | null): Promise<void> {
  const refused = end !== null && 'outcome' in end && end.outcome === 'auth-rejected';
  if (awaken.mode === 'direct' && refused) await stopCredentials(awaken, true);
}

function newsFrom(settings: Settings, end: End | null, when: number): News {
  const news = base(settings, when);
  if (!end) return { ...news, state: 'checked' };
  if ('trouble' in end) {
    const { trouble, told } = end;
    return { ...news, state: 'failed', trouble, ...(told ? { told } : {}) };
  }
  const { outcome, retryAfter: _, version: _version, ...said } = end;
  return { ...news, state: stateOf(end), outcome, said };
}

/** After that long a request that broke off does not reach the bridge any more, in ms. */
const travels = 20_000;

/** Whether the bridge may know more of it than we do. */
const unsettled = ({ by, state, trouble, when }: Attempt, now: number): boolean =>
  by === 'bridge' &&
  now - when < 24 * 3_600_000 &&
  (state === 'sent' || state === 'unknown' || (trouble !== undefined && mayBeSent(trouble)));

/** What the bridge has come to know of this case's pops: only it hears that one is open. */
async function settle(settings: Settings, record: Case): Promise<void> {
  const now = Date.now();
  const here = caseOf(record);
  const mine = (await attempts()).filter((each) => each.case === here && unsettled(each, now));
  const known = mine.length ? await (await wayOf(settings))?.known?.(record) : null;
  if (!known) return;
  // oxlint-disable-next-line no-await-in-loop -- each under the lock
  for (const attempt of mine) {
    const news = learnt(attempt, known.get(attempt.key), now);
    if (news) await write(news);
  }
}

/** An attempt as the bridge knows it; null where that is nothing new. */
function learnt(attempt: Attempt, entry: Known | undefined, now: number): Attempt | null {
  const { trouble, outcome: _, said: _said, ...rest } = attempt;
  if (entry?.state === 'sending' || (entry?.state === attempt.state && !trouble)) return null;
  if (entry) return { ...rest, state: entry.state, ...(entry.outcome ? { outcome: entry.outcome } : {}) };
  // It never got there, so that nothing was sent.
  return attempt.state === 'unknown' && trouble === undefined && now - attempt.when > travels
    ? { ...rest, state: 'failed', trouble: 'network' }
    : null;
}

/** Signs in, with the credentials as they are now, and pops nothing. @returns how that went, or why it was not tried */
export async function testConnection(): Promise<News | Fault> {
  const { settings } = await loadSettings();
  const [fault] = (await faultsOf(settings)).filter((each) => each !== 'stopped');
  const way = fault ? null : await wayOf(settings);
  if (!way) return fault ?? 'service';
  const { awaken, myUser } = settings;
  if (awaken.mode === 'bridge' && myUser === null) return 'me';
  const [campaign = '-'] = awaken.pops.map((pop) => pop.campaign);
  const test = { case: 'deskcall:test:test', popId: 'test', username: myUser ?? '', campaign, reference: '', data: {} };
  const end = await way.check(test);
  if (awaken.mode === 'direct')
    await stopCredentials(awaken, end !== null && 'outcome' in end && end.outcome === 'auth-rejected');
  return newsFrom(settings, end, Date.now());
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
