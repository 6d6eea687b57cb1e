/** One pop, open for editing: which campaign, on whose desktop, and what the workflow gets. */
import { useState } from 'react';
import { useSay } from '../text.ts';
import type { Pop } from './awaken.tsx';
import { Choice, Field } from './parts.tsx';
import type { Desktop } from './state.ts';
import { freeId, valuesIn, valuesText } from './words.ts';

type To = 'me' | 'field' | 'username';
const toOf = (to: Pop['to']): To => (to === 'me' ? 'me' : 'field' in to ? 'field' : 'username');

/** @param pop the pop to change; null for a new one */
export function PopForm({ desktop, pop, close }: { desktop: Desktop; pop: Pop | null; close: () => void }) {
  const say = useSay();
  const { loaded, change } = desktop;
  const { awaken, contacts, catalogs } = loaded.settings;
  const [name, setName] = useState(pop?.name ?? '');
  const [campaign, setCampaign] = useState(pop?.campaign ?? '');
  const [to, setTo] = useState<To>(toOf(pop?.to ?? 'me'));
  const [whom, setWhom] = useState(!pop || pop.to === 'me' ? '' : 'field' in pop.to ? pop.to.field : pop.to.username);
  const [reference, setReference] = useState(pop?.reference ?? '{desk}:{number}');
  const [data, setData] = useState(valuesText(pop?.data ?? []));
  const [why, setWhy] = useState<{ at: 'name' | 'campaign' | 'whom' | 'data'; words: string } | null>(null);
  const reason = (at: string) => (why?.at === at ? why.words : null);

  const save = () => {
    if (!name.trim()) return setWhy({ at: 'name', words: say('o_awaken_needs_name') });
    if (!campaign.trim()) return setWhy({ at: 'campaign', words: say('o_awaken_needs_campaign') });
    if (to !== 'me' && !whom.trim()) return setWhy({ at: 'whom', words: say('o_awaken_needs_whom') });
    const read = valuesIn(data);
    if ('wrong' in read) return setWhy({ at: 'data', words: say('o_awaken_data_wrong', String(read.wrong)) });
    if ('twice' in read) return setWhy({ at: 'data', words: say('o_awaken_data_twice', read.twice) });
    const taken = [...contacts, ...catalogs, ...awaken.pops].map(({ id }) => id);
    const next: Pop = {
      id: pop?.id ?? freeId(name, taken, 'pop'),
      name: name.trim(),
      campaign: campaign.trim(),
      to: to === 'me' ? 'me' : to === 'field' ? { field: whom.trim() } : { username: whom.trim() },
      reference: reference.trim(),
      data: read.values,
    };
    const pops = pop ? awaken.pops.map((each) => (each.id === pop.id ? next : each)) : [...awaken.pops, next];
    const problem = change(say(pop ? 'o_changed' : 'o_added', next.name), { awaken: { ...awaken, pops } });
    if (problem === null) close();
    else setWhy({ at: 'data', words: problem });
  };
  return (
    <form
      className="card form"
      aria-label={say(pop ? 'o_awaken_pop_edit' : 'o_awaken_pop_add')}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Field focus label={say('o_awaken_pop_name')} value={name} set={setName} why={reason('name')} />
      <Field
        label={say('o_awaken_campaign')}
        value={campaign}
        set={setCampaign}
        why={reason('campaign')}
        hint={say('o_awaken_campaign_hint')}
      />
      <Choice
        label={say('o_awaken_to')}
        value={to}
        set={(next) => setTo(next as To)}
        options={(['me', 'field', 'username'] as const).map((id) => ({ id, name: say(`o_awaken_to_${id}`) }))}
      />
      {to === 'me' ? (
        <span />
      ) : (
        <Field label={say(`o_awaken_whom_${to}`)} value={whom} set={setWhom} why={reason('whom')} />
      )}
      <Field
        mono
        label={say('o_awaken_reference')}
        value={reference}
        set={setReference}
        hint={say('o_awaken_reference_hint')}
      />
      <div className="wide">
        <Field
          mono
          lines={5}
          label={say('o_awaken_data')}
          value={data}
          set={setData}
          why={reason('data')}
          hint={say('o_awaken_data_hint')}
        />
      </div>
      <div className="acts wide">
        <button type="submit" className="btn main m">
          {say(pop ? 'o_awaken_pop_save' : 'o_awaken_pop_add')}
        </button>
        <button type="button" className="btn m" onClick={close}>
          {say('o_cancel')}
        </button>
      </div>
    </form>
  );
}
