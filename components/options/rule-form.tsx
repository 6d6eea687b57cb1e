/** One rule, open for editing: its conditions, and what it offers in which order. */
import { useId, useState } from 'react';
import { fieldNames } from '../../lib/model.ts';
import type { Settings } from '../../lib/schema.ts';
import { useSay } from '../text.ts';
import { Sign } from './icons.tsx';
import { OfferList } from './offer-list.tsx';
import { Choice, Field, Ways, Why } from './parts.tsx';
import type { Desktop } from './state.ts';
import { tableIds } from './tables.tsx';
import { conditionFields, conditionsOf, freeId, whenOf, type Condition } from './words.ts';

type Rule = Settings['rules'][number];
type Draft = Condition & { key: number };

type FormProps = { desktop: Desktop; rule: Rule | null; close: () => void };

/** @param rule the rule to change; null for a new one, which goes to the end */
export function RuleForm({ desktop, rule, close }: FormProps) {
  const say = useSay();
  const { loaded, change } = desktop;
  const { rules } = loaded.settings;
  const [conditions, setConditions] = useState<Draft[]>(() =>
    (rule ? conditionsOf(rule.when) : [{ field: 'queue', own: false, value: '' }]).map((c, key) => ({ ...c, key })),
  );
  const [way, setWay] = useState<'list' | 'table'>(rule && !Array.isArray(rule.offer) ? 'table' : 'list');
  const [list, setList] = useState<string[]>(rule && Array.isArray(rule.offer) ? rule.offer : []);
  const [row, setRow] = useState(
    rule && !Array.isArray(rule.offer) ? rule.offer : { table: tableIds(loaded)[0] ?? '', field: 'asset' },
  );
  const [why, setWhy] = useState<string | null>(null);
  const whyId = useId();

  const save = () => {
    const names = conditions.map((c) => `${c.own}${c.field.trim().toLowerCase()}`);
    if (conditions.some((c) => !c.field.trim() || !c.value.trim())) return setWhy(say('o_rule_half'));
    if (new Set(names).size < names.length) return setWhy(say('o_rule_twice'));
    if (way === 'list' && !list.length) return setWhy(say('o_rule_offers_none'));
    if (way === 'table' && (!row.table || !row.field.trim())) return setWhy(say('o_rule_no_table'));
    const id =
      rule?.id ??
      freeId(
        'rule',
        rules.map((r) => r.id),
        'rule',
      );
    const next: Rule = {
      id,
      when: whenOf(conditions),
      offer: way === 'list' ? list : { table: row.table, field: row.field.trim() },
    };
    const problem = rule
      ? change(say('o_rule_changed', String(rules.indexOf(rule) + 1)), {
          rules: rules.map((r) => (r.id === id ? next : r)),
        })
      : change(say('o_rule_added', String(rules.length + 1)), { rules: [...rules, next] });
    if (problem === null) close();
    else setWhy(problem);
  };
  const remove = (gone: Rule) => {
    change(say('o_rule_removed', String(rules.indexOf(gone) + 1)), { rules: rules.filter((r) => r.id !== gone.id) });
    close();
  };

  return (
    <form
      className={rule ? 'form' : 'card form'}
      aria-label={rule ? say('o_rule_edit', String(rules.indexOf(rule) + 1)) : say('o_rules_add')}
      aria-describedby={why ? whyId : undefined}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Conditions desktop={desktop} list={conditions} set={setConditions} />
      <fieldset className="wide">
        <legend>{say('o_rule_offer')}</legend>
        <Ways
          label={say('o_rule_offer')}
          value={way}
          set={setWay}
          options={[
            { id: 'list', name: say('o_rule_by_list') },
            { id: 'table', name: say('o_rule_by_table') },
          ]}
        />
        {way === 'list' ? (
          <OfferList
            all={[...loaded.settings.contacts, ...loaded.settings.catalogs, ...loaded.settings.awaken.pops]}
            list={list}
            set={setList}
            add={say('o_offer_add')}
            none={say('o_offer_none')}
          />
        ) : (
          <TableRow desktop={desktop} row={row} set={setRow} />
        )}
      </fieldset>
      {why && (
        <div className="wide">
          <Why id={whyId}>{why}</Why>
        </div>
      )}
      <div className="acts wide">
        <button type="submit" className="btn main m">
          {say(rule ? 'o_rule_save' : 'o_rules_add')}
        </button>
        <button type="button" className="btn m" onClick={close}>
          {say('o_cancel')}
        </button>
        <span className="grow" />
        {rule && (
          <button type="button" className="btn m danger" onClick={() => remove(rule)}>
            {say('o_rule_remove')}
          </button>
        )}
      </div>
    </form>
  );
}

type ConditionsProps = { desktop: Desktop; list: Draft[]; set: (list: Draft[]) => void };

function Conditions({ desktop, list, set }: ConditionsProps) {
  const say = useSay();
  const known = useId();
  const replace = (key: number, next: Partial<Condition>) =>
    set(list.map((c) => (c.key === key ? { ...c, ...next } : c)));
  const add = () => {
    const used = new Set(list.map((c) => c.field));
    const field = conditionFields.find((name) => !used.has(name)) ?? 'queue';
    set([...list, { field, own: false, value: '', key: Math.max(-1, ...list.map((c) => c.key)) + 1 }]);
  };
  return (
    <fieldset className="wide">
      <legend>{say('o_rule_when')}</legend>
      {!list.length && <p className="meta">{say('o_rule_always_why')}</p>}
      {list.map((c, n) => (
        <div className="condition" key={c.key}>
          <Choice
            label={say('o_condition_field')}
            value={c.own ? '' : c.field}
            set={(field) => replace(c.key, { field, own: !field })}
            options={[
              ...conditionFields.map((id) => ({ id, name: say(`o_field_${id}`) })),
              { id: '', name: say('o_field_other') },
            ]}
          />
          {c.own && (
            <Field label={say('o_condition_label')} value={c.field} set={(field) => replace(c.key, { field })} />
          )}
          <Field
            focus={n === 0}
            label={say('o_condition_value')}
            value={c.value}
            set={(value) => replace(c.key, { value })}
            {...(c.field === 'desk' && !c.own ? { list: known } : {})}
          />
          <button
            type="button"
            className="btn quiet m"
            aria-label={say('o_condition_remove', String(n + 1))}
            onClick={() => set(list.filter((other) => other.key !== c.key))}
          >
            {say('o_remove')}
          </button>
        </div>
      ))}
      <div className="bar">
        <button type="button" className="btn" onClick={add}>
          <Sign name="plus" />
          {say('o_condition_add')}
        </button>
        <span className="meta">{say('o_condition_hint')}</span>
      </div>
      <datalist id={known}>
        {desktop.loaded.settings.desks.map((desk) => (
          <option key={desk.key}>{desk.key}</option>
        ))}
      </datalist>
    </fieldset>
  );
}

type Lookup = { table: string; field: string };

function TableRow({ desktop, row, set }: { desktop: Desktop; row: Lookup; set: (row: Lookup) => void }) {
  const say = useSay();
  const fields = useId();
  const { loaded } = desktop;
  const ids = tableIds(loaded);
  if (!ids.length) return <p className="meta">{say('o_rule_no_tables')}</p>;
  const options = (ids.includes(row.table) || !row.table ? ids : [...ids, row.table]).map((id) => ({
    id,
    name: loaded.settings.tables.find((t) => t.id === id)?.name ?? id,
  }));
  return (
    <div className="condition">
      <Choice label={say('o_table')} value={row.table} set={(table) => set({ ...row, table })} options={options} />
      <Field
        label={say('o_case_field')}
        value={row.field}
        set={(field) => set({ ...row, field })}
        hint={say('o_case_field_hint')}
        list={fields}
      />
      <datalist id={fields}>
        {fieldNames.map((field) => (
          <option key={field}>{field}</option>
        ))}
      </datalist>
    </div>
  );
}
