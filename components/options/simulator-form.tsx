/** The simulator's case: pasted, typed, or taken from an open tab. */
import { useId, useState } from 'react';
import type { Case } from '../../lib/model.ts';
import type { Typed } from '../../lib/simulate.ts';
import { useSay } from '../text.ts';
import { Choice, Field, Why } from './parts.tsx';
import { Sign } from './icons.tsx';
import { hostOf, TabChoice, useLook, useTabs } from './sight.tsx';
import type { Desktop } from './state.ts';

/** Fields of the form, in the order in which cases show them. */
export const fields = [
  'number',
  'kind',
  'id',
  'queue',
  'asset',
  'priority',
  'status',
  'title',
  'requester',
  'assignee',
  'opened',
] as const;
type Named = (typeof fields)[number];

/** A case as it is typed. */
export type Draft = {
  desk: string;
  named: { [name in Named]?: string };
  labels: { name: string; value: string; key: number }[];
};

export const draftOf = (desk: string, { record }: Typed): Draft => {
  const { fields: labels, ...named } = record;
  return { desk, named, labels: Object.entries(labels).map(([name, value], key) => ({ name, value, key })) };
};

export function recordOf({ named, labels }: Draft): Omit<Case, 'desk'> {
  const typed = Object.entries(named).flatMap(([name, value]) => (value.trim() ? [[name, value.trim()]] : []));
  const others = labels.flatMap(({ name, value }) =>
    name.trim() && value.trim() ? [[name.trim(), value.trim()]] : [],
  );
  const { kind = '', id = '', ...rest } = Object.fromEntries(typed) as Draft['named'];
  // What a desk calls its records is not known to everybody; a link needs some word for it.
  return { ...rest, kind: kind || (id ? 'case' : ''), id, fields: Object.fromEntries(others) as Case['fields'] };
}

export const isEmpty = ({ named, labels }: Draft): boolean =>
  !Object.values(named).some((value) => value.trim()) && !labels.some(({ value }) => value.trim());

type FormProps = { desktop: Desktop; draft: Draft; set: (draft: Draft) => void };

export function Form({ desktop, draft, set }: FormProps) {
  const say = useSay();
  const { desks } = desktop.loaded.settings;
  const name = (id: string) => desktop.host.products.find((product) => product.id === id)?.name ?? id;
  const label = (at: number, next: Partial<Draft['labels'][number]>) =>
    set({ ...draft, labels: draft.labels.map((each, n) => (n === at ? { ...each, ...next } : each)) });
  return (
    <form className="sim-form" onSubmit={(event) => event.preventDefault()}>
      <Choice
        label={say('o_desk')}
        value={draft.desk}
        set={(desk) => set({ ...draft, desk })}
        options={desks.map((desk) => ({ id: desk.key, name: `${desk.name ?? name(desk.product)} (${desk.key})` }))}
      />
      {fields.map((field) => (
        <Field
          key={field}
          label={say(`o_field_${field}`)}
          value={draft.named[field] ?? ''}
          set={(value) => set({ ...draft, named: { ...draft.named, [field]: value } })}
        />
      ))}
      {draft.labels.map((each, n) => (
        <div className="condition wide" key={each.key}>
          <Field label={say('o_condition_label')} value={each.name} set={(text) => label(n, { name: text })} />
          <Field label={say('o_sight_value')} value={each.value} set={(value) => label(n, { value })} />
          <button
            type="button"
            className="btn quiet m"
            aria-label={say('o_remove_name', each.name || say('o_condition_label'))}
            onClick={() => set({ ...draft, labels: draft.labels.filter((_, at) => at !== n) })}
          >
            {say('o_remove')}
          </button>
        </div>
      ))}
      <div className="bar wide">
        <button
          type="button"
          className="btn"
          onClick={() => {
            const key = Math.max(-1, ...draft.labels.map((each) => each.key)) + 1;
            set({ ...draft, labels: [...draft.labels, { name: '', value: '', key }] });
          }}
        >
          <Sign name="plus" />
          {say('o_field_other')}
        </button>
        {!isEmpty(draft) && (
          <button type="button" className="btn quiet" onClick={() => set({ ...draft, named: {}, labels: [] })}>
            {say('o_simulator_clear')}
          </button>
        )}
      </div>
    </form>
  );
}

type TakeProps = { desktop: Desktop; take: (typed: Typed, desk?: string) => void };

export function Paste({ desktop, take }: TakeProps) {
  const say = useSay();
  const [text, setText] = useState('');
  const [why, setWhy] = useState<string | null>(null);
  const read = () => {
    const typed = desktop.host.calls.readTyped(text);
    if (typed) take(typed);
    else setWhy(say('o_simulator_unreadable'));
  };
  return (
    <form
      className="sim-paste"
      onSubmit={(event) => {
        event.preventDefault();
        read();
      }}
    >
      <Field
        mono
        focus
        lines={10}
        label={say('o_simulator_pasted')}
        value={text}
        set={(next) => {
          setText(next);
          setWhy(null);
        }}
        why={why}
        hint={say('o_simulator_pasted_hint')}
      />
      <button type="submit" className="btn m">
        {say('o_simulator_read')}
      </button>
    </form>
  );
}

/** A case of an open tab, as its desk reads it there. */
export function FromTab({ desktop, take }: TakeProps) {
  const say = useSay();
  const whyId = useId();
  const { looks } = desktop.host;
  const { tabs, turn } = useTabs(looks);
  const [chosen, setChosen] = useState<number>();
  const { desks } = desktop.loaded.settings;
  // Another desk's case would be read, and then tried on the rules of this one.
  const own = (tabs ?? []).filter(({ origin }) => desks.some(({ origins }) => origins.includes(origin)));
  const tab = own.find(({ id }) => id === chosen)?.id ?? own[0]?.id;
  const found = useLook(looks, tab, turn);
  if (!tabs) return null;
  if (tab === undefined)
    return (
      <p className="meta">
        {say('o_simulator_no_tab', desks.flatMap(({ origins }) => origins.map(hostOf)).join(', '))}
      </p>
    );
  const record = found?.sight.read.case;
  const inDoubt = found?.sight.read.shown !== undefined;
  return (
    <div className="sim-paste">
      <TabChoice tabs={own} value={tab} set={setChosen} />
      {record && !inDoubt ? (
        <p>
          <b className="num" dir="ltr">
            <bdi>{record.number ?? record.id}</bdi>
          </b>{' '}
          <bdi>{record.title}</bdi>
        </p>
      ) : (
        found !== undefined && (
          <Why id={whyId}>
            {say(found === null ? 'o_inspect_refused' : inDoubt ? 'o_sight_disagree' : 'o_sight_no_case')}
          </Why>
        )
      )}
      <button
        type="button"
        className="btn m"
        disabled={!record || inDoubt}
        onClick={() => {
          if (!record) return;
          const { desk: _product, ...rest } = record;
          take({ record: rest }, found?.owner?.key);
        }}
      >
        {say('o_simulator_take')}
      </button>
    </div>
  );
}
