/** Licences: the person's own, their own link, and which calls WorkLink refuses, as an admin can correct it. */
import { useId, useState } from 'react';
import type { Licence } from '../../lib/model.ts';
import type { Settings } from '../../lib/schema.ts';
import { useSay } from '../text.ts';
import { ByOrganisation, Choice, Field, Head, Status } from './parts.tsx';
import { problemWords } from './problems.ts';
import type { Desktop } from './state.ts';
import { licenceName, licences } from './target-form.tsx';

type Refusals = Settings['licences'];
type Refusal = Refusals[number];
type Evidence = Refusal['evidence'];

const evidences: Evidence[] = ['help', 'tried', 'assumed'];
const known = licences.filter((id): id is Licence => id !== '');

/** @param desktop what is set and how to change it */
export function Licences({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  return (
    <>
      <Head title={say('o_licences_title')} purpose={say('o_licences_purpose')} />
      <Me desktop={desktop} />
      <Matrix desktop={desktop} />
    </>
  );
}

function Me({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const { host, loaded, change } = desktop;
  const { me, myLink, links } = loaded.settings;
  const { locked } = loaded;
  const [link, setLink] = useState(myLink ?? '');
  const [why, setWhy] = useState<string | null>(null);
  // What was set elsewhere, by Undo for one, replaces what was typed.
  const [set, setSet] = useState(myLink);
  if (set !== myLink) {
    setSet(myLink);
    setLink(myLink ?? '');
    setWhy(null);
  }
  const save = () => {
    const text = link.trim();
    const problem = text ? host.linkProblem(text, links.linkHosts) : null;
    if (problem) return setWhy(problemWords(problem, say));
    if (text !== (myLink ?? '')) setWhy(change(say('o_me_link_changed'), { myLink: text || null }));
  };
  const keep = (licence: string) =>
    change(say('o_me_changed', licenceName(licence, say)), { me: licence ? { licence: licence as Licence } : {} });
  return (
    <section className="card" aria-label={say('o_me')}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <h2 className="wide">{say('o_me')}</h2>
        {locked.includes('me') ? (
          <div>
            <p>
              {say('o_me_licence')}: <b>{licenceName(me.licence ?? '', say)}</b>
            </p>
            <ByOrganisation />
          </div>
        ) : (
          <Choice
            label={say('o_me_licence')}
            value={me.licence ?? ''}
            set={keep}
            options={licences.map((id) => ({ id, name: licenceName(id, say) }))}
          />
        )}
        <p className="meta">{say('o_me_licence_why')}</p>
        <div className="wide">
          {locked.includes('myLink') ? (
            <>
              <p className="break">
                {say('o_me_link')}: <bdi>{myLink}</bdi>
              </p>
              <ByOrganisation />
            </>
          ) : (
            <Field
              mono
              label={say('o_me_link')}
              value={link}
              set={(text) => {
                setLink(text);
                setWhy(null);
              }}
              why={why}
              hint={say('o_me_link_hint')}
            />
          )}
        </div>
        {!locked.includes('myLink') && (
          <div className="acts wide">
            <button type="submit" className="btn m" disabled={link.trim() === (myLink ?? '')}>
              {say('o_me_link_save')}
            </button>
          </div>
        )}
      </form>
    </section>
  );
}

function Matrix({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const { host, loaded, change } = desktop;
  const { licences: refusals } = loaded.settings;
  const mayEdit = !loaded.locked.includes('licences');
  const name = (licence: string) => licenceName(licence, say);
  const keep = (next: Refusals, words: string) => change(words, { licences: next });
  const same = JSON.stringify(refusals) === JSON.stringify(host.calls.licencesByHelp);
  return (
    <section className="card tbl" aria-label={say('o_refusals')}>
      <div className="pad">
        <div className="v-head">
          <div>
            <h2>{say('o_refusals')}</h2>
            <p className="meta">{say('o_refusals_why')}</p>
          </div>
          {mayEdit ? (
            !same && (
              <button
                type="button"
                className="btn"
                onClick={() => keep([...host.calls.licencesByHelp], say('o_refusals_reset_done'))}
              >
                {say('o_refusals_reset')}
              </button>
            )
          ) : (
            <ByOrganisation />
          )}
        </div>
      </div>
      <table className="refusals">
        <thead>
          <tr>
            <th>{say('o_refusal_from')}</th>
            <th>{say('o_refusal_to')}</th>
            <th>{say('o_refusal_evidence')}</th>
            <th>{say('o_refusal_what')}</th>
            {mayEdit && (
              <th>
                <span className="sr">{say('o_actions')}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {refusals.map((refusal) => {
            const pair = say('o_refusal_pair', name(refusal.from), name(refusal.to));
            const replace = (next: Partial<Refusal>) =>
              keep(
                refusals.map((each) => (each === refusal ? { ...refusal, ...next } : each)),
                say('o_changed', pair),
              );
            return (
              <tr key={`${refusal.from} ${refusal.to}`}>
                <td>{name(refusal.from)}</td>
                <td>{name(refusal.to)}</td>
                <td className={mayEdit ? 'edit' : undefined}>
                  {mayEdit ? (
                    <Choice
                      bare
                      label={say('o_refusal_evidence_of', pair)}
                      value={refusal.evidence}
                      set={(evidence) => replace({ evidence: evidence as Evidence })}
                      options={evidences.map((id) => ({ id, name: say(`o_evidence_${id}`) }))}
                    />
                  ) : (
                    say(`o_evidence_${refusal.evidence}`)
                  )}
                </td>
                <td className={mayEdit ? 'edit' : undefined}>
                  {mayEdit ? (
                    <What refusal={refusal} label={say('o_refusal_what_of', pair)} replace={replace} />
                  ) : (
                    (refusal.why ?? say('warn_what'))
                  )}
                </td>
                {mayEdit && (
                  <td className="end">
                    <button
                      type="button"
                      className="btn quiet"
                      aria-label={say('o_remove_name', pair)}
                      onClick={() =>
                        keep(
                          refusals.filter((each) => each !== refusal),
                          say('o_removed', pair),
                        )
                      }
                    >
                      {say('o_remove')}
                    </button>
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
      {!refusals.length && (
        <div className="pad">
          <Status mood="off">{say('o_refusals_none')}</Status>
        </div>
      )}
      {mayEdit && <Add desktop={desktop} />}
    </section>
  );
}

type WhatProps = { refusal: Refusal; label: string; replace: (next: Partial<Refusal>) => string | null };

/** The admin's own words, kept on Enter and when the field is left, put back on Escape. */
function What({ refusal, label, replace }: WhatProps) {
  const say = useSay();
  const [text, setText] = useState(refusal.why ?? '');
  const [set, setSet] = useState(refusal.why);
  if (set !== refusal.why) {
    setSet(refusal.why);
    setText(refusal.why ?? '');
  }
  const keep = () => {
    const why = text.trim();
    if (why !== (refusal.why ?? '')) replace({ why: why || undefined });
  };
  return (
    <input
      className="input"
      aria-label={label}
      value={text}
      maxLength={200}
      placeholder={say('warn_what')}
      autoComplete="off"
      onChange={(e) => setText(e.currentTarget.value)}
      onBlur={keep}
      onKeyDown={(e) => {
        if (e.key === 'Enter') keep();
        if (e.key === 'Escape') setText(refusal.why ?? '');
      }}
    />
  );
}

/** One more pair, of those that are not there. */
function Add({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const id = useId();
  const { loaded, change } = desktop;
  const { licences: refusals } = loaded.settings;
  const left = known.flatMap((from) =>
    known.flatMap((to) => (refusals.some((each) => each.from === from && each.to === to) ? [] : [{ from, to }])),
  );
  const name = ({ from, to }: Pick<Refusal, 'from' | 'to'>) =>
    say('o_refusal_pair', licenceName(from, say), licenceName(to, say));
  const add = (text: string) => {
    const pair = left.find(({ from, to }) => `${from} ${to}` === text);
    if (pair) change(say('o_added', name(pair)), { licences: [...refusals, { ...pair, evidence: 'tried' }] });
  };
  if (!left.length) return null;
  return (
    <div className="pad add" id={id}>
      <Choice
        label={say('o_refusal_add')}
        value=""
        set={add}
        options={[
          { id: '', name: say('o_refusal_choose') },
          ...left.map((pair) => ({ id: `${pair.from} ${pair.to}`, name: name(pair) })),
        ]}
      />
    </div>
  );
}
