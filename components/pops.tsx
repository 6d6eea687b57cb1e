/** The panel's pops: who gets what, and what is known of each attempt, never more. */
import { type ReactNode, useEffect, useState } from 'react';
import type { Offer, View } from '../lib/model.ts';
import type { How, News, Plan, PopLine } from '../lib/plan.ts';
import { type BarProps, own, Said } from './bar.tsx';
import { drawn } from './drawn.ts';
import { Icon } from './icons.tsx';
import { Preview } from './pop-plan.tsx';
import { detail, wordsOf } from './pop-words.ts';
import { useSay } from './text.ts';

/** A click, as far as the page's side asks about it: a synthetic one pops nothing. */
export type Click = { isTrusted: boolean };
/** `error`: the name of a sentence in _locales. */
export type PopLines = { pops: PopLine[] } | { error: string };

export type PopActions = {
  /** What this case's pops would send, and how they came out before. */
  pops: () => Promise<PopLines>;
  /** @param call the target that the same click calls; null of a click that is none */
  pop: (event: Click, id: string, how: How, sure: boolean, call?: Offer) => Promise<PopLines> | null;
  /** Copies what an admin and Awaken's support need of an attempt. */
  onCopyPop: (line: PopLine) => void;
};

type PopsProps = PopActions & { view: View; onLaunch: BarProps['onLaunch'] };

/** The bridge is asked so often, and for so long, whether a workflow has said that it is open, in ms. */
const glance = 3000;
const patience = 60_000;
const hopeful = ({ history: [last], ask }: PopLine, now: number): boolean =>
  !ask && last?.by === 'bridge' && (last.state === 'sent' || last.state === 'unknown') && now - last.when < patience;

/** What happened this long ago, in ms, is history and not news. */
const fresh = 10 * 60_000;
const icons = {
  pop: 'M9 2.5h4.5V7M13.5 2.5 8 8M6.5 3.5h-3a1 1 0 0 0-1 1v8a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1v-3',
  eye: 'M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6z',
};

/** A part of the panel for the pops that are offered; nothing where there are none. */
export function Pops(props: PopsProps) {
  const offers = props.view.offers.filter(({ group }) => group === 'pop');
  // Another case has lines of its own; what was open or asked for the one before goes with it.
  return offers.length ? <Part key={props.view.key} {...props} offers={offers} /> : null;
}

function Part({ offers, pops, ...props }: PopsProps & { offers: Offer[] }) {
  const say = useSay();
  const [lines, setLines] = useState<Record<string, PopLine>>({});
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const [seen, setSeen] = useState<string | null>(null);
  const [now, setNow] = useState(Date.now);
  useSeconds(
    setNow,
    Object.values(lines).some(({ from = 0 }) => from > now),
  );

  const take = (answer: PopLines): void => {
    if ('error' in answer) return setError(answer.error);
    setError(null);
    setNow(Date.now());
    setLines((before) => ({ ...before, ...Object.fromEntries(answer.pops.map((line) => [line.id, line])) }));
  };
  useEffect(() => {
    let still = true;
    void pops().then((answer) => still && take(answer));
    return () => {
      still = false;
    };
    // oxlint-disable-next-line react/exhaustive-deps, react/exhaustive-effect-dependencies -- asked once for each case; an attempt brings its own answer
  }, []);
  const waiting = Object.values(lines).some((line) => hopeful(line, now));
  useEffect(() => {
    if (!waiting) return;
    const look = async (): Promise<void> => {
      const answer = await pops();
      setNow(Date.now());
      // Only what was waited for: a question that is open, or words that were shown once, stay.
      if (!('error' in answer))
        setLines((before) => {
          const known = answer.pops.filter(({ id }) => before[id] && hopeful(before[id], Date.now()));
          return { ...before, ...Object.fromEntries(known.map((line) => [line.id, line])) };
        });
    };
    const timer = setInterval(() => void look(), glance);
    return () => clearInterval(timer);
    // oxlint-disable-next-line react/exhaustive-deps, react/exhaustive-effect-dependencies -- begun and ended by waiting alone
  }, [waiting]);

  const act = async (event: Click, id: string, how: How, sure = false, call?: Offer): Promise<void> => {
    const asked = props.pop(event, id, how, sure, call);
    if (!asked) return;
    setBusy(id);
    const answer = await asked;
    // No answer: the worker was ended. What it had sent is known to the next one.
    take('error' in answer && answer.error === 'err_no_answer' ? await pops() : answer);
    setBusy(null);
  };
  const shared = { ...props, now, act };
  return (
    <>
      <div className="p-part">
        <h3>{say('part_pop')}</h3>
        {error && (
          <p className="st warn" role="alert">
            <Icon name="warn" />
            <span>{say(error)}</span>
          </p>
        )}
        {offers.map((offer) => (
          <Row
            key={offer.id}
            {...shared}
            offer={offer}
            line={lines[offer.id]}
            busy={busy === offer.id}
            seen={seen === offer.id}
            onSee={() => setSeen(seen === offer.id ? null : offer.id)}
          />
        ))}
      </div>
      {offers.map((offer) => {
        const line = lines[offer.id];
        if (!line || busy === offer.id) return null;
        const drop = () => setLines((before) => ({ ...before, [offer.id]: unasked(line) }));
        if (line.ask) return <Ask key={offer.id} {...shared} offer={offer} line={line} onDrop={drop} />;
        return news(line, now)?.state === 'failed' ? (
          <Failed key={offer.id} {...shared} offer={offer} line={line} />
        ) : null;
      })}
    </>
  );
}

const unasked = ({ ask: _ask, ...line }: PopLine): PopLine => line;

/** Tells the time once a second, while something counts down. */
function useSeconds(tell: (now: number) => void, running: boolean): void {
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => tell(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [tell, running]);
}

/** The last attempt, while it is news. */
const news = ({ history: [last] }: PopLine, now: number): News | undefined =>
  last && now - last.when < fresh ? last : undefined;

/** Whose desktop it is, as people would say it. */
const person = ({ who, username }: Plan): string => who || username;

export type Shared = Omit<PopsProps, 'pops'> & {
  now: number;
  act: (event: Click, id: string, how: How, sure?: boolean, call?: Offer) => Promise<void>;
};
type RowProps = Shared & {
  offer: Offer;
  line: PopLine | undefined;
  busy: boolean;
  seen: boolean;
  onSee: () => void;
};

function Row({ offer, line, busy, seen, onSee, ...shared }: RowProps) {
  const say = useSay();
  const { now, act } = shared;
  const wait = line?.from === undefined ? 0 : Math.ceil((line.from - now) / 1000);
  return (
    <>
      <div className="row pop">
        <div className="who">
          <b className="cut">
            <bdi>{offer.name}</bdi>
          </b>
          <p className="meta" role="status">
            <State line={line} busy={busy} now={now} />
          </p>
        </div>
        {line && (
          <div className="do">
            <button
              type="button"
              className="btn quiet"
              aria-expanded={seen}
              aria-label={say('pop_preview_name', offer.name)}
              onClick={onSee}
            >
              <Icon d={icons.eye} />
              {say('pop_preview')}
            </button>
            {line.plan.faults.length === 0 &&
              (wait > 0 && !busy ? (
                <button type="button" className="btn" aria-disabled="true">
                  {say('pop_again', String(wait))}
                </button>
              ) : (
                <button
                  type="button"
                  className="btn call"
                  aria-label={say('pop_name', offer.name)}
                  aria-disabled={busy || undefined}
                  onClick={(event) => void (busy || act(event, offer.id, 'send'))}
                >
                  <Icon d={icons.pop} />
                  {say('pop')}
                </button>
              ))}
          </div>
        )}
      </div>
      {line && seen && <Preview {...shared} offer={offer} line={line} idle={!busy && wait <= 0} />}
    </>
  );
}

/** What there is to say beside the name: what stands in its way, what became of it, or for whom it is. */
function State({ line, busy, now }: { line: PopLine | undefined; busy: boolean; now: number }) {
  const say = useSay();
  if (busy) return say('pop_sending');
  if (!line) return say('pop_checking');
  const { plan } = line;
  const [fault] = plan.faults;
  if (fault)
    return (
      <Sign icon={<Icon name="warn" />} mood="warn">
        {say(`pop_no_${fault}`, own(plan.who))}
      </Sign>
    );
  const last = news(line, now);
  if (last && last.state !== 'failed') {
    const calm = last.state !== 'unknown' && last.state !== 'sending';
    return (
      <Sign icon={<Icon name={calm ? 'check' : 'warn'} />} mood={calm ? '' : 'warn'}>
        {say(`pop_${last.state}`)}
      </Sign>
    );
  }
  return (
    <Sign icon={<Icon name="check" />} mood="">
      {say(plan.to === 'me' ? 'pop_for_me' : 'pop_for_other', own(person(plan)))}
    </Sign>
  );
}

const Sign = ({ icon, mood, children }: { icon: ReactNode; mood: string; children: string }) => (
  <span className={`st ${mood}`}>
    {icon}
    <span>
      <Said>{children}</Said>
    </span>
  </span>
);

/** Said before it is done: what it costs the other. */
function Ask({ offer, line, act, onDrop }: Shared & { offer: Offer; line: PopLine; onDrop: () => void }) {
  const say = useSay();
  const name = own(person(line.plan));
  return (
    <div className="p-part band warn" role="alert">
      <div className="say">
        <Icon name="warn" />
        <b>
          <Said>{say('pop_ask', name)}</Said>
        </b>
        <p>
          <Said>{say('pop_ask_why', name)}</Said>
        </p>
        <div className="acts">
          <button type="button" className="btn" onClick={(event) => void act(event, offer.id, 'send', true)}>
            <Icon d={icons.pop} />
            <span className="cut">
              <Said>{say('pop_to', name)}</Said>
            </span>
          </button>
          <button type="button" className="btn quiet" onClick={onDrop}>
            {say('pop_not_now')}
          </button>
        </div>
      </div>
    </div>
  );
}

/** What nobody can mend by trying again. */
const final = new Set<string>([
  'auth-rejected',
  'endpoint-wrong',
  'token-rejected',
  'unset',
  'permission',
  'token',
  'address',
  'redirect',
  'unauthorized',
  'forbidden',
]);

/** The reason first, then the next step. */
function Failed({ offer, line, act, now, onCopyPop }: Shared & { offer: Offer; line: PopLine }) {
  const say = useSay();
  const last = news(line, now);
  if (!last) return null;
  const { bad, how } = wordsOf(last, say);
  const again =
    !final.has(last.trouble ?? last.outcome ?? '') && (line.from ?? 0) <= now && line.plan.faults.length === 0;
  return (
    <div className="p-part band bad" role="alert">
      <div className="say">
        <Icon d={drawn.bad} />
        <b>
          <Said>{say('pop_not', own(offer.name), bad)}</Said>
        </b>
        <p>{how}</p>
        {detail(last, say).map((sentence) => (
          <p key={sentence} className="meta">
            <Said>{sentence}</Said>
          </p>
        ))}
        <div className="acts">
          {again && (
            <button type="button" className="btn" onClick={(event) => void act(event, offer.id, 'send')}>
              <Icon d={drawn.again} />
              {say('try_again')}
            </button>
          )}
          <button type="button" className="btn quiet" onClick={() => onCopyPop(line)}>
            <Icon d={drawn.copy} />
            {say('copy_for_admin')}
          </button>
        </div>
      </div>
    </div>
  );
}
