/** A desk's description while it is typed: what is wrong with it, and what it reads on an open tab of that desk. */
import { useState } from 'react';
import type { Described, Fit } from '../../lib/describe.ts';
import { useSay } from '../text.ts';
import { Status } from './parts.tsx';
import { problemWords } from './problems.ts';
import { Agreement, Fields, hostOf, TabChoice, Troubles, useLook, useTabs } from './sight.tsx';
import type { Desktop } from './state.ts';
import { counted } from './words.ts';

/** More flaws than this are only counted. */
const mostFlaws = 5;

type TryProps = { desktop: Desktop; described: Described; origins: string[] };

/** @param origins the desk's addresses as they stand in their field */
export function Try({ desktop, described, origins }: TryProps) {
  const say = useSay();
  const { looks } = desktop.host;
  const { tabs, turn } = useTabs(looks);
  const [chosen, setChosen] = useState<number>();
  const own = (tabs ?? []).filter(({ origin }) => origins.includes(origin));
  const tab = own.find(({ id }) => id === chosen)?.id ?? own[0]?.id;
  const found = useLook(looks, tab, turn, described.data);
  const missing = origins.filter((origin) => !desktop.loaded.granted(origin));
  return (
    <section className="try" aria-label={say('o_try')}>
      <h2>{say('o_try')}</h2>
      {!origins.length || !tabs ? (
        <p className="meta">{say('o_try_no_address')}</p>
      ) : tab === undefined ? (
        <p className="meta">
          {missing.length
            ? say('o_try_not_allowed', missing.map(hostOf).join(', '))
            : say('o_try_no_tab', origins.map(hostOf).join(', '))}
        </p>
      ) : (
        <TabChoice tabs={own} value={tab} set={setChosen} />
      )}
      {tab !== undefined && !described.data && <p className="meta">{say('o_try_waits')}</p>}
      {tab !== undefined && found === null && (
        <p>
          <Status mood="bad">{say('o_inspect_refused')}</Status>
        </p>
      )}
      {tab !== undefined && found && described.data && (
        <div className="tried">
          <p className="flow">
            <Agreement sight={found.sight} />
            <span className="meta break">
              <bdi>{found.sight.url}</bdi>
            </span>
          </p>
          <Fits fits={looks.fits(described.data, found.sight.url)} />
          <Troubles sight={found.sight} />
          <Fields sight={found.sight} />
        </div>
      )}
    </section>
  );
}

/** What is wrong with a description. The region is always there, so that screen readers hear what comes into it. */
export function Flaws({ described: { flaws }, empty }: { described: Described; empty: boolean }) {
  const say = useSay();
  if (empty) return <div className="sr" role="status" />;
  if (!flaws.length)
    return (
      <div role="status">
        <Status mood="ok">{say('o_try_sound')}</Status>
      </div>
    );
  return (
    <div role="status">
      <Status mood="bad">{counted(say, 'o_try_flaws', flaws.length)}</Status>
      <ul className="flaws">
        {flaws.slice(0, mostFlaws).map((flaw) => (
          <li key={`${flaw.path} ${flaw.code}`}>
            {flaw.path ? <code>{flaw.path}</code> : say('o_try_whole')} {problemWords(flaw, say)}
          </li>
        ))}
        {flaws.length > mostFlaws && <li>{counted(say, 'o_more', flaws.length - mostFlaws)}</li>}
      </ul>
    </div>
  );
}

/** Each pattern with whether the address has it, and what it found there. */
function Fits({ fits }: { fits: Fit[] }) {
  const say = useSay();
  // The first of a list that fits is the one that counts; a `never` that fits outdoes them all.
  return (
    <ul className="fits">
      {fits.map(({ list, pattern, groups }) => (
        <li key={`${list} ${pattern}`}>
          <Status mood={groups ? (list === 'never' ? 'warn' : 'ok') : 'off'}>
            {say(groups ? (list === 'never' ? 'o_try_never' : 'o_try_matches') : 'o_try_matches_not')}
          </Status>
          <code>{pattern}</code>
          {groups && Object.keys(groups).length > 0 && (
            <span className="meta break">
              <bdi>
                {Object.entries(groups)
                  .map((pair) => pair.join(' = '))
                  .join(', ')}
              </bdi>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
