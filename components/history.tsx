/** What became of this case's calls, as far as the bridge knows: launched, seen, matched, written back, or why not. */
import { useEffect, useState } from 'react';
import type { Entry, TroubleCode } from '../lib/api.ts';
import { own, Said } from './bar.tsx';
import { drawn } from './drawn.ts';
import { Icon } from './icons.tsx';
import { figure, type Say, useSay } from './text.ts';
import { troubleWord } from './trouble.ts';
import { lengthOf, timeOf } from './when.ts';

/**
 * `off`: there is no bridge, or nothing to ask it. `untold`: uses of links on this case that it has not been told of.
 * `error`: the name of a sentence in _locales.
 */
export type CaseHistory =
  | { off: true }
  | { entries: Entry[]; untold: number }
  | { trouble: TroubleCode; untold: number }
  | { error: string };

type Launch = Extract<Entry, { what: 'launch' }>;
type Session = Extract<Entry, { what: 'session' }>;
type Job = Extract<Entry, { what: 'job' }>;
type Pop = Extract<Entry, { what: 'pop' }>;
/** A launch with what came of it, or a session that nobody here launched. */
type Call = { at: string; launch: Launch | undefined; session: Session | undefined };

export type HistoryProps = {
  /** The case; another one has a history of its own. */
  of: string;
  /** Changes when a link was used: then there is more to know. */
  used: string | undefined;
  history: () => Promise<CaseHistory>;
};

/** Of so many calls more than a line is of no use here. */
const shown = 4;

/** A reason is a sentence; more of it is for the bridge's log. */
const longest = 300;

/** Asked when it is opened, when the tab is come back to, and when a link was used: never by the clock. */
export function History({ of, used, history }: HistoryProps) {
  const say = useSay();
  const [known, setKnown] = useState<CaseHistory | null>(null);
  const [asked, setAsked] = useState(0);
  const again = () => setAsked((n) => n + 1);
  useEffect(() => {
    let still = true;
    void history().then((answer) => still && setKnown(answer));
    return () => {
      still = false;
    };
    // oxlint-disable-next-line react/exhaustive-deps, react/exhaustive-effect-dependencies -- asked anew for these and nothing else
  }, [of, used, asked]);
  useEffect(() => {
    const over = new AbortController();
    const look = () => document.visibilityState === 'visible' && again();
    document.addEventListener('visibilitychange', look, { signal: over.signal });
    return () => over.abort();
  }, []);
  if (!known || 'off' in known) return null;
  return (
    <>
      {'entries' in known && <Calls entries={known.entries} />}
      {'trouble' in known && <Trouble code={known.trouble} again={again} />}
      {'error' in known && (
        <p className="p-part st warn">
          <Icon name="warn" />
          <span>{say(known.error)}</span>
        </p>
      )}
      {'untold' in known && known.untold > 0 && (
        <p className="p-part meta">
          {known.untold === 1 ? say('history_untold_one') : say('history_untold_many', figure(known.untold, say))}
        </p>
      )}
    </>
  );
}

/** It can't be asked: what that means, and the next step. Calling goes on as always, so it is no alarm. */
function Trouble({ code, again }: { code: TroubleCode; again: () => void }) {
  const say = useSay();
  const word = troubleWord(code);
  return (
    <div className="p-part" role="status">
      <h3>{say('part_history')}</h3>
      <p className="st warn why">
        <Icon name="warn" />
        <span>
          {say(`bridge_${word}`)} {say(`bridge_${word}_do`)}
        </span>
      </p>
      <div className="acts">
        <button type="button" className="btn quiet" onClick={again}>
          <Icon d={drawn.again} />
          {say('history_again')}
        </button>
      </div>
    </div>
  );
}

/** The newest call, job or pop first. */
function callsOf(entries: readonly Entry[]): (Call | Job | Pop)[] {
  const sessions = entries.filter((entry) => entry.what === 'session');
  const launches = new Map(entries.flatMap((entry) => (entry.what === 'launch' ? [[entry.launchId, entry]] : [])));
  const used = new Set(sessions.map(({ launchId }) => launchId));
  const calls: (Call | Job | Pop)[] = [
    ...sessions.map((session) => ({ at: session.at, launch: launches.get(session.launchId ?? ''), session })),
    ...[...launches.values()].flatMap((launch) =>
      used.has(launch.launchId) ? [] : [{ at: launch.at, launch, session: undefined }],
    ),
    ...entries.filter((entry) => entry.what === 'job' || entry.what === 'pop'),
  ];
  return calls.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

function Calls({ entries }: { entries: readonly Entry[] }) {
  const say = useSay();
  const all = callsOf(entries);
  if (!all.length) return null;
  // What stands open is the newest call. A code that was looked at, or a job of another system, does not push it away.
  const calls = all.filter((each): each is Call => !('what' in each));
  const open = calls.find(({ launch, session }) => session || launch?.surface === 'button') ?? calls[0];
  const rest = all.filter((each) => each !== open);
  return (
    <div className="p-part calls" role="status">
      <h3>{say('part_history')}</h3>
      {open && <Newest call={open} />}
      {rest.length > 0 && (
        <ol className="before">
          {rest.slice(0, shown).map((each, n) => (
            // oxlint-disable-next-line react/no-array-index-key -- two may be of one moment
            <li key={n}>
              <span className="grow">
                <Said>{lineOf(each, say)}</Said>
              </span>
              <Time at={each.at} />
            </li>
          ))}
          {rest.length > shown && <li>{say('history_more', figure(rest.length - shown, say))}</li>}
        </ol>
      )}
    </div>
  );
}

const Time = ({ at }: { at: string }) => {
  const say = useSay();
  return <time dateTime={at}>{timeOf(Date.parse(at), say)}</time>;
};

/** Whom or what it was about, and how long it took: `Dana Reyes · 12 min`. */
function nameOf({ launch, session }: Call, say: Say): string {
  const sort = say(/scenario/i.test(session?.type ?? '') ? 'history_scenario' : 'history_call');
  const name = launch?.target ? own(launch.target) : sort;
  return session?.milliseconds === undefined ? name : `${name} · ${lengthOf(session.milliseconds, say)}`;
}

/** One that is not the newest, in a line. */
function lineOf(each: Call | Job | Pop, say: Say): string {
  if (!('what' in each)) return [nameOf(each, say), stateOf(each, say)].join(' · ');
  return each.what === 'job' ? jobOf(each, say) : popOf(each, say);
}

/** Also another agent's: on whose desktop, and how far it came. */
const popOf = ({ campaign, username, state }: Pop, say: Say): string =>
  [own(campaign), own(username), say(`pop_was_${state}`)].join(' · ');

function jobOf({ verb, status, stage }: Job, say: Say): string {
  const what = say('history_job', own(verb));
  if (!status) return what;
  return `${what} · ${stage ? `${own(stage)} (${own(status)})` : own(status)}`;
}

/** How far an earlier one came, in a word. */
function stateOf({ launch, session }: Call, say: Say): string {
  if (session) return say(session.note === 'written' ? 'step_written' : 'step_not_written');
  if (launch?.surface === 'code') return say('history_code');
  if (launch?.surface === 'copy') return say('history_copy');
  return say(launch?.state === 'expired' ? 'step_not_seen' : 'step_launched');
}

/** What else there is to say of the newest. */
function remarkOf({ launch, session }: Call, say: Say): string | null {
  if (!session) {
    const used =
      launch?.surface === 'code' || launch?.surface === 'copy' ? `${say(`history_${launch.surface}`)}. ` : '';
    return used + say(launch?.state === 'expired' ? 'history_expired' : 'history_open');
  }
  const { note, reason, endedAt, match } = session;
  const why = own(reason?.slice(0, longest) ?? '');
  const about =
    note === 'parked'
      ? say('history_parked', why)
      : note === 'waiting'
        ? reason
          ? say('history_held', why)
          : say('history_waiting')
        : note === 'written'
          ? reason && say('history_fields', why)
          : say(endedAt ? 'history_no_note' : 'history_going');
  return [match === 'case' && say('history_unlaunched'), about].filter(Boolean).join(' ') || null;
}

function Newest({ call }: { call: Call }) {
  const say = useSay();
  const { launch, session } = call;
  const lost = !session && launch?.state === 'expired';
  const parked = session?.note === 'parked';
  const steps: { word: string; is: 'on' | 'miss' | 'off'; at?: string | undefined }[] = [
    { word: 'step_launched', is: launch ? 'on' : 'off', at: launch?.at },
    { word: lost ? 'step_not_seen' : 'step_seen', is: session ? 'on' : lost ? 'miss' : 'off', at: session?.at },
    { word: 'step_matched', is: session ? 'on' : 'off' },
    {
      word: parked ? 'step_not_written' : 'step_written',
      is: session?.note === 'written' ? 'on' : parked ? 'miss' : 'off',
      at: session?.writtenAt,
    },
  ];
  const remark = remarkOf(call, say);
  return (
    <>
      <p className="newest">
        <b className="cut grow">
          <Said>{nameOf(call, say)}</Said>
        </b>
        <Time at={call.at} />
      </p>
      <ol className="steps">
        {steps.map(({ word, is, at }) => (
          <li key={word} className={is}>
            {say(word)} {is === 'off' && <span className="sr">{say('step_not_yet')}</span>}
            {at && <Time at={at} />}
          </li>
        ))}
      </ol>
      {remark && (
        <p className={parked || lost ? 'st warn why' : 'meta'}>
          {(parked || lost) && <Icon name="warn" />}
          <span>
            <Said>{remark}</Said>
          </span>
        </p>
      )}
    </>
  );
}
