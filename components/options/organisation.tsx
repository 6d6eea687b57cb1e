/** What the organisation has set for this person, part by part, and the way back to its defaults. */
import { useSay } from '../text.ts';
import { ByOrganisation } from './parts.tsx';
import type { Desktop, Loaded } from './state.ts';

type Part = Parameters<Desktop['host']['takeDefaults']>[0][number];

const stateOf = (loaded: Loaded, part: Part): string => {
  if (loaded.locked.includes(part)) return 'o_org_mandated';
  return loaded.changed.includes(part) ? 'o_org_changed' : 'o_org_default';
};

/** Nothing, where no organisation has set anything. */
export function Organisation({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const { host, loaded, act } = desktop;
  const parts = [...loaded.locked, ...loaded.defaults] as Part[];
  if (!parts.length) return null;

  const goBack = (some: Part[]) =>
    void act(async () => {
      const before = await host.takeDefaults(some);
      const undo = async () => {
        await host.restore(before);
        return { words: say('o_undone') };
      };
      return { words: say('o_org_back_done'), undo: () => void act(undo) };
    });
  const changed = loaded.changed as Part[];

  return (
    <div className="card tbl">
      <div className="v-head pad">
        <div>
          <h2>{say('o_org')}</h2>
          <p className="meta">{say('o_org_why')}</p>
        </div>
        {changed.length > 1 && (
          <button type="button" className="btn" onClick={() => goBack(changed)}>
            {say('o_org_back_all')}
          </button>
        )}
      </div>
      <table>
        <thead>
          <tr>
            <th>{say('o_import_part')}</th>
            <th>
              <span className="sr">{say('o_actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {parts.map((part) => (
            <tr key={part}>
              <td>
                <b>{say(`o_parts_${part}`)}</b>
                <p className="meta">{say(stateOf(loaded, part))}</p>
              </td>
              <td className="end">
                {loaded.locked.includes(part) && <ByOrganisation />}
                {changed.includes(part) && (
                  <button
                    type="button"
                    className="btn quiet"
                    aria-label={say('o_org_back_part', say(`o_parts_${part}`))}
                    onClick={() => goBack([part])}
                  >
                    {say('o_org_back')}
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
