/**
 * The two ways to Awaken: this browser signs in and pops by itself, or the bridge does, which has the addresses and the
 * credentials, sees to it that two agents do not pop one record at a time, and hears when a workflow is open.
 */
import { popAnswerShape, popErrorShape, type Entry } from '../api.ts';
import { direct, type PopIntent, type Service, type Verdict } from '../awaken.ts';
import { perform } from '../http.ts';
import type { Case } from '../model.ts';
import type { Fault, PopTrouble } from '../plan.ts';
import type { Settings } from '../schema.ts';
import { ask, askHistory, type Asked } from './bridge.ts';
import { grantedOrigins } from './grants.ts';
import { bridgeToken, isStopped, keptToken, readCredentials } from './vault.ts';

/** What Awaken said, or why the bridge did not ask it. */
export type End = Verdict | { trouble: PopTrouble; told?: string; retryAfter?: number };
export type Known = Extract<Entry, { what: 'pop' }>;

export type Way = {
  /** Whether it could be popped now, without popping: null if so. */
  check: (intent: PopIntent) => Promise<End | null>;
  /** @param key a name for this click */
  pop: (intent: PopIntent, key: string) => Promise<End>;
  /** A case's pops by their keys, where somebody else knows of them; null: nobody could be asked. */
  known?: (record: Case) => Promise<Map<string, Known> | null>;
};

const wait = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

// Shared by all ways, so that two pops at a time ask for one token.
const carriers = direct({ perform, now: Date.now, wait, random: Math.random, kept: keptToken });

async function directWay({ awaken }: Settings): Promise<Way | null> {
  const { authUrl, popUrl, systemId } = awaken;
  const credentials = await readCredentials(awaken);
  if (!authUrl || !popUrl || !systemId || !credentials) return null;
  const service: Service = { authUrl, popUrl, systemId };
  return carriers(service, credentials);
}

async function directFaults({ awaken }: Settings): Promise<Fault[]> {
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

/** Troubles after which nobody knows whether the bridge got the request. */
const open = new Set<PopTrouble>(['network', 'timeout', 'unavailable', 'internal', 'too-long', 'strange']);
export const mayBeSent = (trouble: PopTrouble): boolean => open.has(trouble);

/** So long the bridge may work on one pop, in ms, and so often it is asked after a broken connection. */
const longest = 60_000;
const tries = 2;

/** How the bridge ended it; a number: it is still at it, ask again after so many ms. */
function endOf(asked: Asked<{ verdict: Verdict | null }>): End | number | null {
  if ('value' in asked) return asked.value.verdict;
  const refusal = popErrorShape.safeParse(asked.body);
  if (!refusal.success) {
    const { code, said, retryAfter } = asked.trouble;
    return { trouble: code, ...(said && { told: said }), ...(retryAfter !== undefined && { retryAfter }) };
  }
  const { code, message, verdict, retryAfter } = refusal.data.error;
  if (code === 'in-hand') return retryAfter ?? 1000;
  if (verdict) return verdict;
  return {
    trouble: code === 'cooling' ? code : 'strange',
    told: message,
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

/** Asks until it is known how the pop ended: with one key that sends nothing twice. */
async function throughBridge(intent: PopIntent & { dry?: true }, key: string): Promise<End | null> {
  const start = Date.now();
  for (let broken = 0; ; ) {
    // oxlint-disable-next-line no-await-in-loop -- each depends on how the one before ended
    const end = endOf(await ask('POST', '/api/pops', intent, popAnswerShape, { 'Idempotency-Key': key }));
    let pause = 2000;
    if (typeof end === 'number') pause = end;
    else if (end && 'trouble' in end && mayBeSent(end.trouble) && broken + 1 < tries) broken += 1;
    else return end;
    if (Date.now() - start > longest) return { outcome: 'unknown', at: 'pop' };
    // oxlint-disable-next-line no-await-in-loop -- as above
    await wait(pause);
  }
}

const bridgeWay: Way = {
  check: (intent) => throughBridge({ ...intent, dry: true }, crypto.randomUUID()),
  // Null is the answer to a dry one alone.
  pop: async (intent, key) => (await throughBridge(intent, key)) ?? { trouble: 'strange' },
  async known(record) {
    const asked = await askHistory(record);
    if (!('value' in asked)) return null;
    const pops = asked.value.entries.filter((entry) => entry.what === 'pop');
    return new Map(pops.map((entry) => [entry.key, entry]));
  },
};

async function bridgeFaults({ bridge: { url } }: Settings): Promise<Fault[]> {
  const [granted, token] = await Promise.all([grantedOrigins(), bridgeToken.read(url)]);
  return url !== undefined && granted(new URL(url).origin) && token !== null ? [] : ['bridge'];
}

/** The way that the settings say; null where it is not set up. */
export const wayOf = async (settings: Settings): Promise<Way | null> =>
  settings.awaken.mode === 'bridge' ? bridgeWay : directWay(settings);

/** What keeps a pop from being tried besides what the case and the table say. */
export const faultsOf = (settings: Settings): Promise<Fault[]> =>
  settings.awaken.mode === 'bridge' ? bridgeFaults(settings) : directFaults(settings);
