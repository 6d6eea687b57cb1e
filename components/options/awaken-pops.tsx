/** What can be popped, and a try of each. */
import { useState } from 'react';
import { useSay } from '../text.ts';
import type { Pop, Result } from './awaken.tsx';
import { Sign } from './icons.tsx';
import { Empty } from './parts.tsx';
import { PopForm } from './pop-form.tsx';
import type { Desktop } from './state.ts';

/** What can be popped. */
export function Pops({
  desktop,
  mayEdit,
  setResult,
}: {
  desktop: Desktop;
  mayEdit: boolean;
  setResult: (result: Result | null) => void;
}) {
  const say = useSay();
  const { host, loaded, change } = desktop;
  const { awaken } = loaded.settings;
  const [editing, setEditing] = useState<Pop | 'new' | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const popMe = async (id: string) => {
    setBusy(id);
    const line = await host.awaken.popMe(id);
    const [fault] = line?.plan.faults ?? [];
    const [news] = line?.history ?? [];
    setResult(fault ? { fault } : news ? { news } : null);
    setBusy(null);
  };
  const add = mayEdit && !editing && (
    <button type="button" className="btn m" onClick={() => setEditing('new')}>
      <Sign name="plus" />
      {say('o_awaken_pop_add')}
    </button>
  );
  return (
    <>
      <div className="v-head">
        <div>
          <h2>{say('o_awaken_pops')}</h2>
          <p className="meta">{say('o_awaken_pops_why')}</p>
        </div>
        {awaken.pops.length > 0 && add}
      </div>
      {editing && (
        <PopForm
          key={editing === 'new' ? '' : editing.id}
          desktop={desktop}
          pop={editing === 'new' ? null : editing}
          close={() => setEditing(null)}
        />
      )}
      {awaken.pops.length > 0 ? (
        <div className="card tbl">
          <table>
            <thead>
              <tr>
                <th>{say('o_awaken_pop')}</th>
                <th>{say('o_awaken_campaign')}</th>
                <th>{say('o_awaken_to')}</th>
                <th>
                  <span className="sr">{say('o_actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {awaken.pops.map((pop) => (
                <tr key={pop.id}>
                  <td>
                    <b>{pop.name}</b>
                    <p className="meta mono">{pop.id}</p>
                  </td>
                  <td>{pop.campaign}</td>
                  <td>
                    {pop.to === 'me'
                      ? say('o_awaken_to_me')
                      : 'field' in pop.to
                        ? say('o_awaken_to_field_is', pop.to.field)
                        : pop.to.username}
                  </td>
                  <td className="end">
                    <div className="row-acts">
                      <button
                        type="button"
                        className="btn"
                        aria-label={say('o_awaken_pop_me_name', pop.name)}
                        aria-disabled={busy !== null || undefined}
                        onClick={() => void (busy ?? popMe(pop.id))}
                      >
                        {say(busy === pop.id ? 'pop_sending' : 'o_awaken_pop_me')}
                      </button>
                      {mayEdit && (
                        <>
                          <button
                            type="button"
                            className="btn quiet"
                            aria-label={say('o_edit_name', pop.name)}
                            onClick={() => setEditing(pop)}
                          >
                            {say('o_edit')}
                          </button>
                          <button
                            type="button"
                            className="btn quiet"
                            aria-label={say('o_remove_name', pop.name)}
                            onClick={() =>
                              change(say('o_removed', pop.name), {
                                awaken: { ...awaken, pops: awaken.pops.filter((each) => each !== pop) },
                              })
                            }
                          >
                            {say('o_remove')}
                          </button>
                        </>
                      )}
                    </div>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        !editing && (
          <Empty fact={say('o_awaken_pops_none')} reason={say('o_awaken_pops_none_why')}>
            {add}
          </Empty>
        )
      )}
    </>
  );
}
