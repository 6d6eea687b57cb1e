/** External data: which field of a case travels under which name, and how links are written. */
import { useId, useState } from 'react';
import { fieldNames, targetKinds, type Case, type Say, type TargetKind } from '../../lib/model.ts';
import type { Settings } from '../../lib/schema.ts';
import { useSay } from '../text.ts';
import { Switch } from '../switch.tsx';
import { LinkParts } from './link-parts.tsx';
import { ByOrganisation, Field, Head, Status } from './parts.tsx';
import { problemWords } from './problems.ts';
import type { Desktop } from './state.ts';

type External = Settings['links']['external'];
type Preset = { name: string; field: string };

/** Names that integrations use. `equipment_id` and an assignee are the vendor's own examples; the others read alike. */
const presets: Preset[] = [
  { name: 'equipment_id', field: 'asset' },
  { name: 'priority', field: 'priority' },
  { name: 'queue', field: 'queue' },
  { name: 'status', field: 'status' },
  { name: 'opened_at', field: 'opened' },
  { name: 'subject', field: 'title' },
  { name: 'assigned_to', field: 'assignee' },
  { name: 'requested_by', field: 'requester' },
];

/** Words of a field or a name behind which people stand. */
const people = new Set(
  'requester requestor assignee assigned caller customer client user username owner agent contact person people employee reporter creator author mail email phone tel telephone mobile fax firstname lastname surname'.split(
    ' ',
  ),
);

/** Does it hold people's names, mails or numbers, as far as its words tell? */
const isPersonal = ({ name, field }: Preset): boolean =>
  [name, field].some((text) =>
    text
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .some((word) => people.has(word)),
  );

/** What people write freely may hold anything. */
const isFree = ({ field }: Preset): boolean => /^(title|subject|description|notes?|comments?)$/i.test(field);

/** @param desktop what is set and how to change it */
export function External({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const mayEdit = !desktop.loaded.locked.includes('links');
  return (
    <>
      <Head title={say('o_external_title')} purpose={say('o_external_purpose')}>
        {!mayEdit && <ByOrganisation />}
      </Head>
      <Parameters desktop={desktop} mayEdit={mayEdit} />
      <Preview desktop={desktop} />
      <Links key={JSON.stringify(desktop.loaded.settings.links)} desktop={desktop} mayEdit={mayEdit} />
    </>
  );
}

type ViewProps = { desktop: Desktop; mayEdit: boolean };

const fieldWord = (field: string, say: Say): string =>
  fieldNames.some((name) => name === field) ? say(`o_field_${field}`) : field;

function Parameters({ desktop, mayEdit }: ViewProps) {
  const say = useSay();
  const { loaded, change, host } = desktop;
  const { links } = loaded.settings;
  const { external } = links;
  const keep = (words: string, next: External) => change(words, { links: { ...links, external: next } });
  const isPreset = (name: string) => presets.some((each) => each.name === name && external[name] === each.field);
  const own = Object.entries(external).flatMap(([name, field]) => (isPreset(name) ? [] : [{ name, field }]));
  // A name that is taken for another field is none of the presets any more.
  const offered = presets.filter(({ name }) => isPreset(name) || !Object.hasOwn(external, name));
  const without = (name: string): External =>
    Object.fromEntries(Object.entries(external).filter(([key]) => key !== name));
  return (
    <section className="card tbl" aria-label={say('o_params')}>
      <div className="pad">
        <h2>{say('o_params')}</h2>
        <p className="meta">{say('o_params_why')}</p>
      </div>
      <table className="externals">
        <thead>
          <tr>
            <th>{say('o_param')}</th>
            <th>{say('o_case_field')}</th>
            <th>
              <span className="sr">{say('o_actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {(['work_order_id', 'case_id', 'desk', 'launch_id'] as const).map((name) => (
            <tr key={name}>
              <th scope="row" className="mono">
                {name}
              </th>
              <td>{say(`o_always_${name}`)}</td>
              <td className="end meta">{say('o_param_always')}</td>
            </tr>
          ))}
          {offered.map((preset) => (
            <tr key={preset.name}>
              <th scope="row" className="mono">
                {preset.name}
              </th>
              <td>
                {fieldWord(preset.field, say)} <About of={preset} />
              </td>
              <td className="end">
                {mayEdit ? (
                  <Switch
                    aria-label={say('o_param_send', preset.name)}
                    on={isPreset(preset.name)}
                    set={(on) =>
                      on
                        ? keep(say('o_added', preset.name), { ...external, [preset.name]: preset.field })
                        : keep(say('o_removed', preset.name), without(preset.name))
                    }
                  />
                ) : (
                  say(isPreset(preset.name) ? 'o_param_on' : 'o_param_off')
                )}
              </td>
            </tr>
          ))}
          {own.map((each) => (
            <tr key={each.name}>
              <th scope="row" className="mono">
                {each.name}
              </th>
              <td>
                <bdi>{fieldWord(each.field, say)}</bdi> <About of={each} />
              </td>
              <td className="end">
                {mayEdit && (
                  <button
                    type="button"
                    className="btn quiet"
                    aria-label={say('o_remove_name', each.name)}
                    onClick={() => keep(say('o_removed', each.name), without(each.name))}
                  >
                    {say('o_remove')}
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="pad">
        <p className="meta">{say('o_personal_why')}</p>
        {mayEdit && <Add desktop={desktop} />}
        <details>
          <summary>{say('o_reserved')}</summary>
          <p className="meta">{say('o_reserved_why')}</p>
          <p className="mono">{host.calls.reserved.join(', ')}</p>
        </details>
      </div>
    </section>
  );
}

function About({ of }: { of: Preset }) {
  const say = useSay();
  if (isPersonal(of)) return <Status mood="warn">{say('o_personal')}</Status>;
  return isFree(of) ? <Status mood="warn">{say('o_free_text')}</Status> : null;
}

function Add({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const list = useId();
  const { host, loaded, change } = desktop;
  const { links } = loaded.settings;
  const [name, setName] = useState('');
  const [field, setField] = useState('');
  const [why, setWhy] = useState<{ at: 'name' | 'field'; words: string } | null>(null);
  const add = () => {
    const wanted = name.trim();
    const problem = host.calls.nameProblem(wanted);
    if (problem) return setWhy({ at: 'name', words: say(`o_param_${problem}`, wanted) });
    const taken = Object.keys(links.external).find((each) => each.toLowerCase() === wanted.toLowerCase());
    if (taken) return setWhy({ at: 'name', words: say('o_param_taken', taken) });
    if (!field.trim()) return setWhy({ at: 'field', words: say('o_field_missing') });
    const refused = change(say('o_added', wanted), {
      links: { ...links, external: { ...links.external, [wanted]: field.trim() } },
    });
    if (refused) return setWhy({ at: 'name', words: refused });
    setName('');
    setField('');
  };
  const typed = (set: (text: string) => void) => (text: string) => {
    set(text);
    setWhy(null);
  };
  return (
    <form
      className="condition"
      aria-label={say('o_param_add')}
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <Field
        mono
        label={say('o_param')}
        value={name}
        set={typed(setName)}
        why={why?.at === 'name' ? why.words : null}
        hint={say('o_param_hint')}
      />
      <Field
        label={say('o_case_field')}
        value={field}
        set={typed(setField)}
        why={why?.at === 'field' ? why.words : null}
        hint={say('o_case_field_hint')}
        list={list}
      />
      <datalist id={list}>
        {fieldNames.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </datalist>
      <button type="submit" className="btn m">
        {say('o_param_add')}
      </button>
    </form>
  );
}

/** A case whose every field has a value of the usual length. */
function sampleCase(external: External, desk: string): Case {
  const named = {
    number: '10042',
    title: 'Pump P-204 leaking at seal',
    requester: 'Amelia Marsh',
    assignee: 'James Collins',
    queue: 'Field Service',
    asset: 'ASSET-204',
    priority: 'High',
    status: 'open',
    opened: '2026-11-03 14:02',
  };
  const labels = Object.values(external).filter((field) => !Object.hasOwn(named, field.toLowerCase()));
  const fields = Object.fromEntries(labels.map((label) => [label, `${label} 7`]));
  return { desk, kind: 'ticket', id: '10042', ...named, fields };
}

function Preview({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const { host, loaded } = desktop;
  const { settings } = loaded;
  const offer = host.calls.sample(settings, sampleCase(settings.links.external, settings.desks[0]?.key ?? 'desk'));
  return (
    <section className="card" aria-label={say('o_preview')}>
      <div className="pad">
        <h2>{say('o_preview')}</h2>
        <p className="meta">{offer.name ? say('o_preview_of', offer.name) : say('o_preview_sample')}</p>
        {offer.refused ? (
          <Status mood="bad">{say(offer.refused)}</Status>
        ) : (
          <LinkParts desktop={desktop} offer={offer} />
        )}
      </div>
    </section>
  );
}

/** How links are written: a template for each kind of target, the wrapper for phones, and the hosts that are let through. */
function Links({ desktop, mayEdit }: ViewProps) {
  const say = useSay();
  const { host, loaded, change } = desktop;
  const { links } = loaded.settings;
  const [templates, setTemplates] = useState(links.templates);
  const [deferred, setDeferred] = useState(links.deferred ?? '');
  const [hosts, setHosts] = useState(links.linkHosts.join('\n'));
  const [why, setWhy] = useState<{ at: TargetKind | 'deferred' | 'hosts'; words: string } | null>(null);
  const reason = (at: TargetKind | 'deferred' | 'hosts') => (why?.at === at ? why.words : null);
  const save = () => {
    const linkHosts = hosts.split(/\s+/).filter(Boolean);
    const odd = linkHosts.find((each) => !/^[a-z0-9.-]{1,253}$/.test(each));
    if (odd !== undefined) return setWhy({ at: 'hosts', words: say('o_hosts_odd', odd) });
    for (const kind of targetKinds) {
      const problem = host.linkProblem(templates[kind].replaceAll('{id}', '1'), linkHosts);
      if (problem) return setWhy({ at: kind, words: problemWords(problem, say) });
    }
    const wrapper = deferred.trim();
    if (wrapper && !wrapper.includes('{link}')) return setWhy({ at: 'deferred', words: say('o_deferred_no_link') });
    const problem = wrapper && host.linkProblem(wrapper.replaceAll('{link}', 'worklink%3A%2F%2Fresource'), linkHosts);
    if (problem) return setWhy({ at: 'deferred', words: problemWords(problem, say) });
    const refused = change(say('o_links_changed'), {
      links: { ...links, templates, deferred: wrapper || null, linkHosts },
    });
    if (refused) setWhy({ at: 'hosts', words: refused });
  };
  if (!mayEdit) return <LinksRead links={links} />;
  return (
    <section className="card" aria-label={say('o_links')}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <div className="wide">
          <h2>{say('o_links')}</h2>
          <p className="meta">{say('o_links_why')}</p>
        </div>
        {targetKinds.map((kind) => (
          <div className="wide" key={kind}>
            <Field
              mono
              label={say(`o_aim_${kind}`)}
              value={templates[kind]}
              set={(text) => {
                setTemplates({ ...templates, [kind]: text.trim() });
                setWhy(null);
              }}
              why={reason(kind)}
              hint={say(kind === 'catalog' ? 'o_template_documented' : 'o_undocumented')}
            />
          </div>
        ))}
        <div className="wide">
          <Field
            mono
            label={say('o_deferred')}
            value={deferred}
            set={(text) => {
              setDeferred(text);
              setWhy(null);
            }}
            why={reason('deferred')}
            hint={say('o_deferred_hint')}
          />
        </div>
        <div className="wide">
          <Field
            mono
            lines={2}
            label={say('o_hosts')}
            value={hosts}
            set={(text) => {
              setHosts(text);
              setWhy(null);
            }}
            why={reason('hosts')}
            hint={say('o_hosts_hint')}
          />
        </div>
        <div className="acts wide">
          <button type="submit" className="btn m">
            {say('o_links_save')}
          </button>
        </div>
      </form>
    </section>
  );
}

function LinksRead({ links }: { links: Settings['links'] }) {
  const say = useSay();
  return (
    <section className="card tbl" aria-label={say('o_links')}>
      <table className="externals">
        <tbody>
          {targetKinds.map((kind) => (
            <tr key={kind}>
              <th scope="row">{say(`o_aim_${kind}`)}</th>
              <td className="mono break">{links.templates[kind]}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">{say('o_deferred')}</th>
            <td className="mono break">{links.deferred ?? say('o_param_off')}</td>
          </tr>
          <tr>
            <th scope="row">{say('o_hosts')}</th>
            <td className="mono break">{links.linkHosts.join(', ')}</td>
          </tr>
        </tbody>
      </table>
    </section>
  );
}
