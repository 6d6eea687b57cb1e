/** Rules: for cases like this, offer these targets; read from top to bottom. */
import { useEffect, useRef, useState } from 'react';
import type { Settings } from '../../lib/schema.ts';
import type { Flaw } from '../../lib/flaws.ts';
import { Icon } from '../icons.tsx';
import { useSay, type Say } from '../text.ts';
import { factsOf } from './calls.ts';
import { flawWords } from './flaws.tsx';
import { Sign } from './icons.tsx';
import { ByOrganisation, Empty, Head, Status, Ways } from './parts.tsx';
import { RuleForm } from './rule-form.tsx';
import type { Desktop } from './state.ts';
import { conditionsOf, counted, moved } from './words.ts';

type Rule = Settings['rules'][number];

/** @param desktop what is set and how to change it */
export function Rules({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const { settings, locked } = desktop.loaded;
  const [editing, setEditing] = useState<string | null>(null);
  const mayEdit = !locked.includes('rules');
  const add = (
    <button type="button" className="btn main m" onClick={() => setEditing('')}>
      <Sign name="plus" />
      {say('o_rules_add')}
    </button>
  );
  return (
    <>
      <Head title={say('o_rules_title')} purpose={say(`o_rules_purpose_${settings.match}`)}>
        <Match desktop={desktop} />
        {mayEdit ? editing === null && settings.rules.length > 0 && add : <ByOrganisation />}
      </Head>
      {editing === '' && <RuleForm desktop={desktop} rule={null} close={() => setEditing(null)} />}
      {settings.rules.length > 0 ? (
        <RuleList desktop={desktop} mayEdit={mayEdit} editing={editing} edit={setEditing} />
      ) : (
        editing === null && (
          <Empty fact={say('o_rules_none')} reason={say('o_rules_none_why')}>
            {mayEdit && add}
          </Empty>
        )
      )}
    </>
  );
}

function Match({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const { settings, locked } = desktop.loaded;
  const name = (id: Settings['match']) => say(`o_match_${id}`);
  if (locked.includes('match'))
    return (
      <span className="meta locked">
        <Sign name="lock" /> {name(settings.match)}
      </span>
    );
  return (
    <Ways
      label={say('o_match')}
      value={settings.match}
      set={(match) => match !== settings.match && desktop.change(say('o_match_now', name(match)), { match })}
      options={(['first', 'all'] as const).map((id) => ({ id, name: name(id) }))}
    />
  );
}

type ListProps = {
  desktop: Desktop;
  mayEdit: boolean;
  editing: string | null;
  edit: (id: string | null) => void;
};

function RuleList({ desktop, mayEdit, editing, edit }: ListProps) {
  const say = useSay();
  const { host, loaded, change } = desktop;
  const { rules } = loaded.settings;
  const flaws = host.calls.flaws(loaded.settings, factsOf(loaded));
  const list = useRef<HTMLOListElement>(null);
  const follow = useRef<{ id: string; way: string } | null>(null);

  // A row that moves loses the focus; it goes back to the button that was pressed, or at an end to its counterpart.
  useEffect(() => {
    if (!follow.current) return;
    const { id, way } = follow.current;
    follow.current = null;
    const row = [...(list.current?.children ?? [])].find((li) => (li as HTMLElement).dataset.rule === id);
    (row?.querySelector<HTMLElement>(`[data-way="${way}"]`) ?? row?.querySelector<HTMLElement>('[data-way]'))?.focus();
  });

  const move = (from: number, way: 'up' | 'down', to = way === 'up' ? from - 1 : from + 1) => {
    follow.current = { id: rules[from]?.id ?? '', way };
    change(say('o_rule_moved', String(from + 1), String(to + 1)), { rules: moved(rules, from, to) });
  };

  return (
    <>
      <ol className="card rules" ref={list}>
        {rules.map((rule, n) =>
          rule.id === editing && mayEdit ? (
            <li key={rule.id} className="open">
              <RuleForm desktop={desktop} rule={rule} close={() => edit(null)} />
            </li>
          ) : (
            <li key={rule.id} data-rule={rule.id}>
              <span className="meta num">{n + 1}</span>
              <RuleText
                desktop={desktop}
                rule={rule}
                flaws={flaws.filter((flaw) => flaw.rule === n)}
                move={mayEdit ? (to) => move(n, 'up', to) : null}
              />
              {mayEdit && (
                <div className="row-acts">
                  {(['up', 'down'] as const).map((way) =>
                    (way === 'up' ? n > 0 : n < rules.length - 1) ? (
                      <button
                        key={way}
                        type="button"
                        className="btn quiet bare"
                        data-way={way}
                        aria-label={say(`o_rule_${way}`, String(n + 1))}
                        onClick={() => move(n, way)}
                      >
                        <Icon name={way} />
                      </button>
                    ) : (
                      <span key={way} className="btn-room" />
                    ),
                  )}
                  <button
                    type="button"
                    className="btn quiet bare"
                    aria-label={say('o_rule_edit', String(n + 1))}
                    onClick={() => edit(rule.id)}
                  >
                    <Sign name="right" />
                  </button>
                </div>
              )}
            </li>
          ),
        )}
      </ol>
      <Others desktop={desktop} n={flaws.filter(({ rule }) => rule === undefined).length} />
    </>
  );
}

/** What else is wrong with the set stands where a case can be tried. */
function Others({ desktop, n }: { desktop: Desktop; n: number }) {
  const say = useSay();
  const { rules } = desktop.loaded.settings;
  if (!rules.length || !n) return null;
  return (
    <p className="st warn">
      <Icon name="warn" />
      <a href="#simulator">{counted(say, 'o_flaws_more', n)}</a>
    </p>
  );
}

type TextProps = {
  desktop: Desktop;
  rule: Rule;
  flaws: Flaw[];
  /** Moves it to a place, counted from 0. */
  move: ((to: number) => void) | null;
};

function RuleText({ desktop, rule, flaws, move }: TextProps) {
  const say = useSay();
  const conditions = conditionsOf(rule.when);
  return (
    <div>
      <div className="flow">
        {conditions.map(({ field, own, value }) => (
          <span className="cond" key={`${own}${field}`}>
            <i>{own ? field : say(`o_field_${field}`)}</i> <bdi>{value}</bdi>
          </span>
        ))}
        {!conditions.length && <span className="meta">{say('o_rule_always')}</span>}
      </div>
      <p className="meta">{offered(rule, desktop, say)}</p>
      {flaws.map((flaw) => (
        <div className="flow" key={`${flaw.code} ${flaw.with.join(' ')}`}>
          <Status mood="warn">
            <bdi>{flawWords(flaw, desktop, say)}</bdi>
          </Status>
          {move && flaw.code === 'shadowed' && (
            <button type="button" className="btn" onClick={() => move(Number(flaw.with[0]) - 1)}>
              {say('o_rule_move_above', flaw.with[0] ?? '')}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}

/** What a rule offers, by the names that people know. */
function offered(rule: Rule, { loaded }: Desktop, say: Say): string {
  const { contacts, catalogs, tables, awaken } = loaded.settings;
  if (!Array.isArray(rule.offer)) {
    const { table, field } = rule.offer;
    return say('o_rule_row', tables.find((t) => t.id === table)?.name ?? table, field);
  }
  if (!rule.offer.length) return say('o_rule_nothing');
  const all = [...contacts, ...catalogs, ...awaken.pops];
  const name = (id: string) => all.find((t) => t.id === id)?.name ?? id;
  return rule.offer.map(name).join(', ');
}
