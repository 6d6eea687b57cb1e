/** One link with all that it is made of. */
import { useState } from 'react';
import { densest } from '../../lib/model.ts';
import type { Param, Simulated } from '../../lib/simulate.ts';
import { useSay } from '../text.ts';
import { drawn } from '../drawn.ts';
import { Icon } from '../icons.tsx';
import { Status, Ways } from './parts.tsx';
import type { Desktop } from './state.ts';
import { count, counted } from './words.ts';

type Props = { desktop: Desktop; offer: Simulated; open?: boolean };

/**
 * The link for this computer or for phones, its length and code, and its parameters with where each comes from.
 * @param open whether the parameters stand there without being asked for
 */
export function LinkParts({ desktop, offer, open = true }: Props) {
  const say = useSay();
  const [chosen, setChosen] = useState<'app' | 'phone'>('app');
  const app = offer.href && !offer.href.startsWith('https:') ? offer.href : null;
  const kind = app && (chosen === 'app' || !offer.phone) ? 'app' : 'phone';
  const link = kind === 'app' ? app : offer.phone;
  if (!link) return null;
  const version = offer.versions[kind];
  const copy = () => {
    const done = desktop.host.copy(link);
    void Promise.allSettled([done]);
    void desktop.act(async () => {
      await done;
      return { words: say('o_link_copied') };
    });
  };
  return (
    <div className="link-parts">
      {app && offer.phone && (
        <Ways
          label={say('o_link_which')}
          value={kind}
          set={setChosen}
          options={[
            { id: 'app', name: say('o_link_app') },
            { id: 'phone', name: say('o_link_phone') },
          ]}
        />
      )}
      <p className="link" dir="ltr">
        {link.split(/(?=[&?])|(?<=deep_link=)/).map((part, n) => (
          // oxlint-disable-next-line react/no-array-index-key -- parts of a link have no other name
          <span key={n}>
            {n > 0 && <wbr />}
            {part}
          </span>
        ))}
      </p>
      <div className="bar">
        <button type="button" className="btn" aria-label={say('o_link_copy_of', offer.name)} onClick={copy}>
          <Icon d={drawn.copy} />
          {say('copy_link')}
        </button>
        {version === null ? (
          <Status mood="warn">{counted(say, 'o_link_no_code', link.length)}</Status>
        ) : version !== undefined && version > densest ? (
          <Status mood="warn">
            {counted(say, 'o_link_dense', link.length, count(link.length), count(version), count(densest))}
          </Status>
        ) : (
          <span className="meta">
            {version === undefined
              ? counted(say, 'o_link_length', link.length)
              : counted(say, 'o_link_code', link.length, count(link.length), count(version))}
          </span>
        )}
      </div>
      <details open={open}>
        <summary>{say('o_link_params')}</summary>
        <table className="params">
          <caption className="sr">{say('o_link_params_of', offer.name)}</caption>
          <thead>
            <tr>
              <th>{say('o_param')}</th>
              <th>{say('o_sight_value')}</th>
              <th>{say('o_param_from')}</th>
            </tr>
          </thead>
          <tbody>
            {offer.params.map((param) => (
              <tr key={param.name}>
                <th scope="row" className="mono">
                  {param.name}
                </th>
                <td className="mono break">
                  <bdi>{param.value}</bdi>
                </td>
                <td className="meta">
                  <From param={param} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  );
}

function From({ param: { from, field } }: { param: Param }) {
  const say = useSay();
  return from === 'external' ? say('o_param_external', field ?? '') : say(`o_param_${from}`);
}
