/**
 * First steps: what is needed until somebody can be called from a case, and what else there is. Each step's state is read
 * from what is set, so nothing has to be remembered, and whoever leaves finds it as it is.
 */
import type { ReactNode } from 'react';
import type { Round } from '../../lib/visit.ts';
import { drawn } from '../drawn.ts';
import { Icon } from '../icons.tsx';
import { useSay, type Say } from '../text.ts';
import { ByOrganisation, Head } from './parts.tsx';
import { standOf, useAllowAll, useProducts, useRound } from './round.ts';
import { hostOf } from './sight.tsx';
import type { Desktop, Loaded } from './state.ts';
import { count, counted } from './words.ts';

type Required = 'desk' | 'allow' | 'contact' | 'rule';
const required: Required[] = ['desk', 'allow', 'contact', 'rule'];
const optional = ['tables', 'external', 'awaken', 'bridge', 'backup'] as const;
type Optional = (typeof optional)[number];

/** Rules that offer somebody who is there, or look into a table that has rows. */
function offering({ settings, rows }: Loaded): number {
  const known = new Set([...settings.contacts, ...settings.catalogs].map(({ id }) => id));
  return settings.rules.filter(({ offer }) =>
    Array.isArray(offer) ? offer.some((id) => known.has(id)) : (rows[offer.table] ?? 0) > 0,
  ).length;
}

const done: { [step in Required]: (loaded: Loaded) => boolean } = {
  desk: ({ settings }) => settings.desks.some(({ on, origins }) => on && origins.length > 0),
  allow: ({ settings, granted }) => settings.desks.some(({ on, origins }) => on && origins.some(granted)),
  contact: ({ settings }) => settings.contacts.length + settings.catalogs.length > 0,
  rule: (loaded) => offering(loaded) > 0,
};

/** The required steps that are still to be taken, in their order. */
export const stepsLeft = (loaded: Loaded): Required[] => required.filter((step) => !done[step](loaded));

type Props = { desktop: Desktop; views: readonly string[] };

/** @param views the views that this page has: a step without one is left out */
export function Start({ desktop, views }: Props) {
  const say = useSay();
  const round = useRound(desktop);
  const left = stepsLeft(desktop.loaded);
  const shown = optional.filter((step) => views.includes(step));
  return (
    <>
      <Head title={say('o_start_title')} purpose={say('o_start_purpose')} />
      <section className="card" aria-labelledby="start-required">
        <div className="pad">
          <h2 id="start-required">{say('o_start_required')}</h2>
        </div>
        <ol className="first-steps">
          {required.map((step, n) => (
            <RequiredStep key={step} desktop={desktop} step={step} n={n + 1} next={left[0] === step} />
          ))}
        </ol>
        <Works desktop={desktop} round={round} left={left.length} />
      </section>
      <section className="card" aria-labelledby="start-optional">
        <div className="pad">
          <h2 id="start-optional">{say('o_start_optional')}</h2>
        </div>
        <ul className="first-steps">
          {shown.map((step) => (
            <OptionalStep key={step} desktop={desktop} step={step} />
          ))}
        </ul>
      </section>
    </>
  );
}

type StepProps = { mark: ReactNode; name: string; about: string; children?: ReactNode };

function Step({ mark, name, about, children }: StepProps) {
  return (
    <li>
      <span className="meta num mark-of">{mark}</span>
      <div>
        <b>{name}</b>
        <p className="meta">{about}</p>
      </div>
      {children}
    </li>
  );
}

function Check() {
  const say = useSay();
  return (
    <span className="st ok">
      <Icon name="check" />
      <span className="sr">{say('o_start_done')}</span>
    </span>
  );
}

/** The view that a step is taken in, and the part of the settings that it changes. */
const places = {
  desk: { view: 'desks', part: 'desks' },
  allow: { view: 'desks', part: null },
  contact: { view: 'contacts', part: 'contacts' },
  rule: { view: 'rules', part: 'rules' },
} as const;

type RequiredProps = { desktop: Desktop; step: Required; n: number; next: boolean };

/** @param next whether it is the first that is missing: one button of a view is filled */
function RequiredStep({ desktop, step, n, next }: RequiredProps) {
  const say = useSay();
  const { loaded } = desktop;
  const { missing, allow } = useAllowAll(desktop);
  const isDone = done[step](loaded);
  const { view, part } = places[step];
  const look = next ? 'btn main m' : 'btn m';
  return (
    <Step
      mark={isDone ? <Check /> : n}
      name={say(`o_start_${step}`)}
      about={isDone ? stateOf[step](desktop, say) : say(`o_start_${step}_why`)}
    >
      {step === 'allow' && missing.length > 0 && (
        <button type="button" className={look} onClick={() => void allow()}>
          {say(missing.length === 1 ? 'o_start_allow_do' : 'o_desks_allow_all')}
        </button>
      )}
      {step !== 'allow' && isDone && (
        <a className="btn quiet m" href={`#${view}`}>
          {say(`o_start_${step}_see`)}
        </a>
      )}
      {step !== 'allow' &&
        !isDone &&
        (part !== null && loaded.locked.includes(part) ? (
          <ByOrganisation />
        ) : (
          <a className={look} href={step === 'desk' ? '#desks/add' : `#${view}`}>
            {say(`o_start_${step}_do`)}
          </a>
        ))}
    </Step>
  );
}

/** More names than these are only counted. */
const mostNames = 3;

function namesOf(names: string[], say: Say): string {
  const rest = names.length - mostNames;
  return [...names.slice(0, mostNames), ...(rest > 0 ? [counted(say, 'o_more', rest)] : [])].join(', ');
}

const amount = (n: number, what: string, say: Say): string => counted(say, `o_start_${what}`, n);

const stateOf: { [step in Required]: (desktop: Desktop, say: Say) => string } = {
  desk: ({ host, loaded }, say) =>
    namesOf(
      loaded.settings.desks.map(({ name, product }) =>
        name !== undefined ? name : (host.products.find(({ id }) => id === product)?.name ?? say('o_desk_custom')),
      ),
      say,
    ),
  allow: ({ loaded: { settings, granted } }, say) => {
    const all = settings.desks.flatMap(({ on, origins }) => (on ? origins : []));
    const allowed = all.filter(granted);
    return allowed.length === all.length
      ? namesOf(allowed.map(hostOf), say)
      : say('o_desk_some_allowed', count(allowed.length), count(all.length));
  },
  contact: ({ loaded: { settings } }, say) =>
    [
      ...(settings.contacts.length ? [amount(settings.contacts.length, 'contacts', say)] : []),
      ...(settings.catalogs.length ? [amount(settings.catalogs.length, 'catalogs', say)] : []),
    ].join(', '),
  rule: ({ loaded }, say) => amount(offering(loaded), 'rules', say),
};

/** What is set of an optional step, in words; null: nothing. */
const setOf: { [step in Optional]: (loaded: Loaded, say: Say) => string | null } = {
  tables: ({ rows }, say) => {
    const n = Object.values(rows).reduce((sum, each) => sum + each, 0);
    return n ? amount(n, 'rows', say) : null;
  },
  external: ({ settings }, say) => {
    const names = Object.keys(settings.links.external);
    return names.length ? namesOf(names, say) : null;
  },
  awaken: ({ settings: { awaken } }, say) => {
    const ready = awaken.authUrl && awaken.popUrl && awaken.systemId;
    return ready ? amount(awaken.pops.length, 'pops', say) : null;
  },
  bridge: ({ settings: { bridge } }) => bridge.url ?? null,
  backup: ({ snapshots }, say) => (snapshots.length ? amount(snapshots.length, 'snapshots', say) : null),
};

function OptionalStep({ desktop, step }: { desktop: Desktop; step: Optional }) {
  const say = useSay();
  const state = setOf[step](desktop.loaded, say);
  return (
    <Step
      mark={state === null ? '' : <Check />}
      name={say(`o_${step}_nav`)}
      about={state ?? say(`o_start_${step}_why`)}
    >
      <a className="btn quiet m" href={`#${step}`}>
        {say('o_start_open', say(`o_${step}_nav`))}
      </a>
    </Step>
  );
}

type WorksProps = { desktop: Desktop; round: Round | null; left: number };

/** The last step is taken on a desk's page; what happens there is seen from here. */
function Works({ desktop, round, left }: WorksProps) {
  const say = useSay();
  const name = useProducts(desktop);
  const { settings, granted } = desktop.loaded;
  const mine = round?.visits.filter((v) => v.granted && v.desk !== null) ?? [];
  const reads = mine.filter((v) => v.number !== null && v.right !== false);
  const works = reads.find((v) => v.offered.length > 0);
  const [read] = reads;
  const hosts = settings.desks.flatMap(({ on, origins }) => (on ? origins.filter(granted) : [])).map(hostOf);
  const stands = settings.desks.map((desk) => ({ desk, stand: standOf(desk, desktop.loaded, round) }));
  const refusing = stands.find(({ stand }) => stand.is === 'blocked' || stand.is === 'wrong' || stand.is === 'doubt');
  const [mood, words, why] = ((): ['ok' | 'warn' | 'off', string, string] => {
    if (left) return ['off', say('o_start_works_not_yet'), say('o_start_works_left')];
    if (works)
      return ['ok', say('o_start_works', works.number ?? ''), say('o_start_works_offers', namesOf(works.offered, say))];
    if (read) return ['warn', say('o_start_nobody', read.number ?? ''), say('o_start_nobody_why')];
    if (refusing)
      return [
        'warn',
        say('o_start_refused', refusing.desk.name ?? name(refusing.desk.product)),
        say('o_start_refused_why'),
      ];
    return ['off', say('o_start_works_not_yet'), say('o_start_works_open', namesOf(hosts, say))];
  })();
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an output belongs to a form's calculation
    <div className={`works ${mood}`} role="status">
      {mood === 'ok' ? <Icon name="check" /> : mood === 'warn' ? <Icon name="warn" /> : <Icon d={drawn.clock} />}
      <div>
        <b>
          <bdi>{words}</bdi>
        </b>
        <p>
          <bdi>{why}</bdi>
        </p>
      </div>
      {mood === 'warn' && (
        <a className="btn m" href={read ? '#rules' : '#desks'}>
          {say('o_start_open', say(read ? 'o_rules_nav' : 'o_desks_nav'))}
        </a>
      )}
    </div>
  );
}
