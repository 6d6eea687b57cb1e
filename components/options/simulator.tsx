/** The simulator: a case, every rule in order with what became of it, what is offered, and the exact links. */
import { useEffect, useState } from 'react';
import type { Say } from '../../lib/model.ts';
import type { Flaw } from '../../lib/flaws.ts';
import type { Outcome, Simulated, Step, Typed } from '../../lib/simulate.ts';
import { drawn } from '../drawn.ts';
import { Icon } from '../icons.tsx';
import { useSay } from '../text.ts';
import { whenWords } from '../when.ts';
import { factsOf } from './calls.ts';
import { FlawList } from './flaws.tsx';
import { LinkParts } from './link-parts.tsx';
import { Empty, Head, Status, Ways } from './parts.tsx';
import type { Desktop, Host } from './state.ts';
import { count } from './words.ts';
import { type Draft, draftOf, fields, Form, FromTab, isEmpty, Paste, recordOf } from './simulator-form.tsx';

/** What was typed stays while the person goes to the rules and comes back; it is gone with the page. */
const kept = new WeakMap<Host, Draft>();

/** @param desktop what is set */
export function Simulator({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const { host, loaded } = desktop;
  const { desks } = loaded.settings;
  const [way, setWay] = useState<'type' | 'paste' | 'tab'>('type');
  const [draft, setDraft] = useState<Draft>(
    () => kept.get(host) ?? { desk: desks[0]?.key ?? '', named: {}, labels: [] },
  );
  const outcome = useOutcome(desktop, draft);
  const keep = (next: Draft) => {
    kept.set(host, next);
    setDraft(next);
  };
  const take = (typed: Typed, desk?: string) => {
    const wanted = desk ?? typed.desk ?? '';
    keep(draftOf(desks.some(({ key }) => key === wanted) ? wanted : draft.desk, typed));
    setWay('type');
  };
  if (!desks.length)
    return (
      <>
        <Head title={say('o_simulator_title')} purpose={say('o_simulator_purpose')} />
        <Empty fact={say('o_desks_none')} reason={say('o_simulator_no_desk')}>
          <a className="btn m" href="#desks">
            {say('o_inspect_go_desks')}
          </a>
        </Empty>
      </>
    );
  return (
    <>
      <Head title={say('o_simulator_title')} purpose={say('o_simulator_purpose')} />
      <div className="two">
        <section className="card" aria-label={say('o_simulator_case')}>
          <div className="pad">
            <h2>{say('o_simulator_case')}</h2>
            <Ways
              label={say('o_simulator_case_from')}
              value={way}
              set={setWay}
              options={(['type', 'paste', 'tab'] as const).map((id) => ({ id, name: say(`o_simulator_${id}`) }))}
            />
            {way === 'type' && <Form desktop={desktop} draft={draft} set={keep} />}
            {way === 'paste' && <Paste desktop={desktop} take={take} />}
            {way === 'tab' && <FromTab desktop={desktop} take={take} />}
          </div>
        </section>
        <div className="found" aria-live="polite">
          {isEmpty(draft) ? (
            <Empty fact={say('o_simulator_empty')} reason={say('o_simulator_empty_why')} />
          ) : (
            outcome && <Found desktop={desktop} outcome={outcome} />
          )}
        </div>
      </div>
      <Flaws desktop={desktop} />
    </>
  );
}

/** The rules are read for each letter that is typed; the last answer counts. */
function useOutcome({ host, loaded: { settings } }: Desktop, draft: Draft): Outcome | null {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  useEffect(() => {
    let still = true;
    const run = async () => {
      const next = await host.calls.simulate(settings, draft.desk, recordOf(draft));
      if (still) setOutcome(next);
    };
    void run();
    return () => {
      still = false;
    };
  }, [host, settings, draft]);
  return outcome;
}

function Found({ desktop, outcome }: { desktop: Desktop; outcome: Outcome }) {
  const say = useSay();
  const { steps, offers, closed, missing } = outcome;
  return (
    <>
      <section className="card" aria-label={say('o_simulator_rules')}>
        <div className="pad">
          <h2>{say('o_simulator_rules')}</h2>
          {steps.length ? (
            <ol className="steps">
              {grouped(steps).map(({ from, to, step }) => (
                <li key={step.rule.id}>
                  <StepLine desktop={desktop} step={step} from={from} to={to} />
                </li>
              ))}
            </ol>
          ) : (
            <p className="meta">{say('o_rules_none')}</p>
          )}
        </div>
      </section>
      <section className="card" aria-label={say('o_simulator_offers')}>
        <div className="pad">
          <h2>{say('o_simulator_offers')}</h2>
          {closed.map(({ name, ...until }) => (
            <p className="st" key={name}>
              <Icon d={drawn.clock} />
              <span>{say('closed_until', name, whenWords(until, say))}</span>
            </p>
          ))}
          {!offers && <Status mood="warn">{say('uncovered')}</Status>}
          {offers && !offers.length && <Status mood="warn">{say('o_rule_nothing')}</Status>}
        </div>
        {offers?.map((offer, n) => (
          <div className="pad offer" key={offer.id}>
            <OfferLine desktop={desktop} offer={offer} open={!n} />
          </div>
        ))}
        {offers && missing.length > 0 && (
          <div className="pad offer">
            <p className="meta">
              {say('o_simulator_missing', missing.map(({ name, field }) => `${name} (${field})`).join(', '))}
            </p>
          </div>
        )}
      </section>
    </>
  );
}

/** Rules that are not read stand in one line: the first of them speaks for all. */
function grouped(steps: Step[]): { from: number; to: number; step: Step }[] {
  const lines: { from: number; to: number; step: Step }[] = [];
  for (const [n, step] of steps.entries()) {
    const last = lines.at(-1);
    if (last && step.state === 'unread' && last.step.state === 'unread') last.to = n + 1;
    else lines.push({ from: n + 1, to: n + 1, step });
  }
  return lines;
}

function StepLine({ desktop, step, from, to }: { desktop: Desktop; step: Step; from: number; to: number }) {
  const say = useSay();
  const { state, failed, key, rule, targets } = step;
  const { tables } = desktop.loaded.settings;
  if (state === 'unread')
    return (
      <span className="meta">
        {from === to ? say('o_step_unread', count(from)) : say('o_steps_unread', count(from), count(to))}
      </span>
    );
  const lookup = Array.isArray(rule.offer) ? null : rule.offer;
  const table = lookup && (tables.find(({ id }) => id === lookup.table)?.name ?? lookup.table);
  return (
    <div className="flow">
      {state === 'matched' ? (
        <Status mood="ok">{say('o_step_matched', count(from))}</Status>
      ) : (
        <span className="st">
          <Icon d={drawn.x} />
          {say('o_step_failed', count(from))}
        </span>
      )}
      {failed.map(({ field, wanted, got }) => (
        <span className="cond" key={field}>
          <i>{fieldWord(field, say)}</i>{' '}
          <bdi>{got === undefined ? say('o_step_missing', wanted) : say('o_step_other', got, wanted)}</bdi>
        </span>
      ))}
      {lookup && state !== 'failed' && (
        <span className="cond">
          <i>{table}</i>{' '}
          <bdi>
            {state === 'empty'
              ? say('o_step_empty', fieldWord(lookup.field, say))
              : say(state === 'matched' ? 'o_step_row' : 'o_step_no_row', key ?? '')}
          </bdi>
        </span>
      )}
      {state === 'matched' && (
        <span className="meta">
          {targets.length ? targets.map(({ name }) => name).join(', ') : say('o_rule_nothing')}
        </span>
      )}
    </div>
  );
}

const known = new Set<string>([...fields, 'desk']);
/** Our fields by the words that people know, labels as they are. */
const fieldWord = (field: string, say: Say): string => (known.has(field) ? say(`o_field_${field}`) : field);

function OfferLine({ desktop, offer, open }: { desktop: Desktop; offer: Simulated; open: boolean }) {
  const say = useSay();
  const { stand, warn, licence, refused, group, instead } = offer;
  const word = (each: string) => say(`licence_${each.replace('-', '_')}`);
  const about = [
    say(group === 'contact' ? 'contact' : group === 'catalog' ? 'catalog' : 'o_simulator_pop'),
    instead && say('instead_of', instead),
    licence && word(licence),
    stand?.open && say('until', whenWords(stand, say)),
  ].filter(Boolean);
  return (
    <>
      <p>
        <b>
          <bdi>{offer.name}</bdi>
        </b>{' '}
        <span className="meta">{about.join(' · ')}</span>
      </p>
      {stand?.open === false && (
        <p className="st">
          <Icon d={drawn.clock} />
          <span>{say('closed_opens', whenWords(stand, say))}</span>
        </p>
      )}
      {warn && licence && (
        <Status mood="warn">
          <span>
            {say(`warn_${warn.evidence}`, word(warn.me), word(licence))} {warn.why ?? say('warn_what')}
          </span>
        </Status>
      )}
      {group !== 'pop' && refused && <Status mood="bad">{say(refused)}</Status>}
      <LinkParts desktop={desktop} offer={offer} open={open} />
    </>
  );
}

/** What is wrong with the whole set. Rows are many, so they are read once the view stands. */
function Flaws({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const { host, loaded } = desktop;
  const { settings } = loaded;
  const [ofRows, setOfRows] = useState<Flaw[]>([]);
  useEffect(() => {
    let still = true;
    const read = async () => {
      const found = Object.keys(loaded.rows).length ? await host.calls.rowFlaws(settings) : [];
      if (still) setOfRows(found);
    };
    void read();
    return () => {
      still = false;
    };
  }, [host, settings, loaded.rows]);
  const flaws = [...host.calls.flaws(settings, factsOf(loaded)), ...ofRows];
  return (
    <section className="card" aria-label={say('o_flaws')}>
      <div className="pad">
        <h2>{say('o_flaws')}</h2>
        <p className="meta">{say('o_flaws_why')}</p>
        <FlawList desktop={desktop} flaws={flaws} />
      </div>
    </section>
  );
}
