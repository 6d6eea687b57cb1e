/** Desks: which addresses Deskcall reads, and whether the browser lets it. */
import { useState } from 'react';
import type { Round } from '../../lib/visit.ts';
import { useSay } from '../text.ts';
import { Sign } from './icons.tsx';
import { ByOrganisation, Empty, Head, Status } from './parts.tsx';
import { problemWords } from './problems.ts';
import { lastRead, moment, standOf, strangers, useAllowAll, useProducts, useRound, type Stand } from './round.ts';
import type { Desktop } from './state.ts';
import { count, ownOrigins, sentence } from './words.ts';
import { type Desk, DeskForm } from './desk-form.tsx';

/** @param detail what stands behind the view's name in the address: `add` opens the form for a new desk */
export function Desks({ desktop, detail }: { desktop: Desktop; detail?: string | undefined }) {
  const say = useSay();
  const { settings, locked } = desktop.loaded;
  const mayEdit = !locked.includes('desks');
  const [editing, setEditing] = useState<Desk | 'new' | null>(detail === 'add' && mayEdit ? 'new' : null);
  const round = useRound(desktop);
  const { missing, allow } = useAllowAll(desktop);
  const add = (
    <button type="button" className="btn main m" onClick={() => setEditing('new')}>
      <Sign name="plus" />
      {say('o_desks_add')}
    </button>
  );
  return (
    <>
      <Head title={say('o_desks_title')} purpose={say('o_desks_purpose')}>
        {missing.length > 1 && (
          <button type="button" className="btn m" onClick={() => void allow()}>
            {say('o_desks_allow_all')}
          </button>
        )}
        {mayEdit ? !editing && settings.desks.length > 0 && add : <ByOrganisation />}
      </Head>
      {editing && (
        <DeskForm
          key={editing === 'new' ? '' : editing.key}
          desktop={desktop}
          desk={editing === 'new' ? null : editing}
          tabs={editing === 'new' ? strangers(settings, round) : []}
          close={() => setEditing(null)}
        />
      )}
      {settings.desks.length > 0 ? (
        <div className="card tbl desks">
          <table>
            <thead>
              <tr>
                <th>{say('o_desk')}</th>
                <th>{say('o_desk_address')}</th>
                <th>{say('o_desk_state')}</th>
                <th>
                  <span className="sr">{say('o_actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {settings.desks.map((desk) => (
                <DeskRow
                  key={desk.key}
                  desktop={desktop}
                  round={round}
                  desk={desk}
                  mayEdit={mayEdit}
                  edit={() => setEditing(desk)}
                />
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        !editing && (
          <Empty fact={say('o_desks_none')} reason={say('o_desks_none_why')}>
            {mayEdit && add}
          </Empty>
        )
      )}
    </>
  );
}

type RowProps = { desktop: Desktop; desk: Desk; mayEdit: boolean; edit: () => void };

function DeskRow({ desktop, round, desk, mayEdit, edit }: RowProps & { round: Round | null }) {
  const product = useProducts(desktop)(desk.product);
  const name = desk.name ?? product;
  return (
    <tr>
      <td>
        <b>{name}</b>
        <p className="meta">
          {name === product ? '' : `${product}, `}
          <span className="mono">{desk.key}</span>
        </p>
      </td>
      <td className="mono">
        {desk.origins.map((origin) => (
          <div key={origin}>
            <bdi>{origin}</bdi>
          </div>
        ))}
      </td>
      <td>
        <DeskState desktop={desktop} round={round} desk={desk} />
      </td>
      <td className="end">
        <DeskActions desktop={desktop} desk={desk} name={name} mayEdit={mayEdit} edit={edit} />
      </td>
    </tr>
  );
}

type StateProps = { desktop: Desktop; round: Round | null; desk: Desk };

/** Each with its mood, the sentence about it and, where that does not say it all, another one below. */
const standing: { [is in Stand['is']]: ['ok' | 'warn' | 'bad' | 'off', string, string?] } = {
  off: ['off', 'o_desk_off'],
  forbidden: ['warn', 'o_desk_not_allowed'],
  some: ['warn', 'o_desk_some_allowed'],
  allowed: ['ok', 'o_desk_allowed'],
  reads: ['ok', 'o_desk_reads_now'],
  doubt: ['warn', 'o_desk_doubt', 'o_desk_doubt_why'],
  blocked: ['bad', 'o_desk_blocked', 'o_desk_blocked_why'],
  'perhaps-blocked': ['warn', 'o_desk_perhaps_blocked', 'o_desk_perhaps_blocked_why'],
  wrong: ['bad', 'o_desk_wrong', 'o_desk_wrong_like'],
};

function DeskState({ desktop, round, desk }: StateProps) {
  const say = useSay();
  const name = useProducts(desktop);
  const { host, loaded } = desktop;
  const at = loaded.settings.desks.indexOf(desk);
  const warning = host.warnings(loaded.settings, new Set()).find((w) => w.path.startsWith(`desks[${at}]`));
  if (warning) return <Status mood="bad">{sentence(problemWords(warning, say))}</Status>;
  const stand = standOf(desk, loaded, round);
  const [mood, words, why] = standing[stand.is];
  const last = stand.is === 'reads' ? undefined : lastRead(desk, round);
  // A page that is of no known product may be the log-in page: that is no error yet.
  const unlike = stand.is === 'wrong' && stand.like === null;
  return (
    <>
      <Status mood={unlike ? 'warn' : mood}>
        {stand.is === 'some' ? (
          say(words, count(stand.allowed), count(desk.origins.length))
        ) : stand.is === 'reads' ? (
          <bdi>{say(words, stand.number)}</bdi>
        ) : (
          say(unlike ? 'o_desk_unlike' : words, name(desk.product))
        )}
      </Status>
      {why !== undefined && (
        <p className="meta">
          {stand.is === 'wrong'
            ? unlike
              ? say('o_desk_unlike_why')
              : say(why, name(stand.like ?? ''), name(desk.product))
            : say(why)}
        </p>
      )}
      {last && (
        <p className="meta">
          <bdi>{say('o_desk_last_read', last.number, moment(last.at))}</bdi>
        </p>
      )}
    </>
  );
}

function DeskActions({ desktop, desk, name, mayEdit, edit }: RowProps & { name: string }) {
  const say = useSay();
  const { host, loaded, change, act } = desktop;
  const { desks } = loaded.settings;
  const replace = (next: Desk) => desks.map((d) => (d === desk ? next : d));

  // The browser shows its question only if it is asked within the click, so nothing may be awaited before;
  // and a question may stay open for long, so other changes do not wait for the answer.
  const allow = async () => {
    const asked = host.allow(desk.origins);
    await Promise.allSettled([asked]);
    await act(async () =>
      (await asked)
        ? { words: say('o_desk_now_allowed', name), undo: () => void revoke() }
        : { words: say('o_desk_refused', name) },
    );
  };
  const revoke = () =>
    act(async () => {
      await host.giveBack(ownOrigins(desk, desks));
      return { words: say('o_desk_revoked', name), undo: () => void allow() };
    });
  const remove = () => {
    const granted = desk.origins.filter(loaded.granted);
    const problem = change('', { desks: desks.filter((d) => d !== desk) });
    if (problem !== null) return;
    void act(async () => {
      await host.giveBack(ownOrigins(desk, desks).filter(loaded.granted));
      return {
        words: say('o_removed', name),
        undo: () => {
          // Asked first: the browser forgets the click while the settings are saved.
          if (granted.length) void allow();
          change('', { desks });
          if (!granted.length) void act(async () => ({ words: say('o_undone') }));
        },
      };
    });
  };
  const turn = () =>
    change(say(desk.on ? 'o_desk_turned_off' : 'o_desk_turned_on', name), {
      desks: replace({ ...desk, on: !desk.on }),
    });

  const someMissing = desk.origins.some((origin) => !loaded.granted(origin));
  return (
    <div className="row-acts">
      {desk.on && someMissing && (
        <button type="button" className="btn" aria-label={say('o_desk_allow_name', name)} onClick={() => void allow()}>
          {say('o_desk_allow')}
        </button>
      )}
      {desk.origins.some(loaded.granted) && (
        <button
          type="button"
          className="btn quiet"
          aria-label={say('o_desk_revoke_name', name)}
          onClick={() => void revoke()}
        >
          {say('o_desk_revoke')}
        </button>
      )}
      {mayEdit && (
        <>
          <button
            type="button"
            className="btn quiet"
            aria-label={say(desk.on ? 'o_desk_turn_off_name' : 'o_desk_turn_on_name', name)}
            onClick={turn}
          >
            {say(desk.on ? 'o_desk_turn_off' : 'o_desk_turn_on')}
          </button>
          <button type="button" className="btn quiet" aria-label={say('o_edit_name', name)} onClick={edit}>
            {say('o_edit')}
          </button>
          <button type="button" className="btn quiet" aria-label={say('o_remove_name', name)} onClick={remove}>
            {say('o_remove')}
          </button>
        </>
      )}
    </div>
  );
}
