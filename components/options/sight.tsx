/** What was seen on an open page, shown field by field: for inspecting a desk, and for trying a description. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Look, OpenTab, Sight } from '../../lib/inspect.ts';
import { fieldNames, type DeskData, type ProblemCode, type Ref } from '../../lib/model.ts';
import { Icon } from '../icons.tsx';
import { useSay, type Say } from '../text.ts';
import { Choice, Status } from './parts.tsx';
import type { Looks } from './state.ts';
import { count, counted } from './words.ts';

/**
 * The tabs that can be looked at, followed as they come, go and change.
 * @returns `tabs` null until they are known; `turn` grows whenever one may show something else, and by `again`
 */
export function useTabs(looks: Looks) {
  const [tabs, setTabs] = useState<OpenTab[] | null>(null);
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => setTurn((n) => n + 1), []);
  useEffect(() => looks.watch(again), [looks, again]);
  useEffect(() => {
    let latest = turn;
    void looks.tabs().then((found) => latest === turn && setTabs(found));
    return () => {
      latest = -1;
    };
  }, [looks, turn]);
  return { tabs, turn, again };
}

/** What a look was asked for, and what came of it: null where the tab refused. */
type Answer = { tab: number; turn: number; found: Look | null };

/**
 * Looks at a tab, and again with each turn and each other draft; one look after another, the last wish counts.
 * @param draft a description to read it by; null: nothing to look with
 * @returns undefined until the first answer of this tab
 */
export function useLook(looks: Looks, tab: number | undefined, turn: number, draft?: DeskData | null) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const wish = useRef<(() => Promise<Answer>) | null>(null);
  const busy = useRef(false);
  useEffect(() => {
    wish.current =
      tab === undefined || draft === null ? null : async () => ({ tab, turn, found: await looks.look(tab, draft) });
    const work = async () => {
      busy.current = true;
      while (wish.current) {
        const mine = wish.current;
        // oxlint-disable-next-line no-await-in-loop -- the page is asked once at a time
        const next = await mine();
        if (wish.current === mine) {
          wish.current = null;
          setAnswer(next);
        }
      }
      busy.current = false;
    };
    if (!busy.current) void work();
    return () => {
      wish.current = null;
    };
  }, [looks, tab, turn, draft]);
  return answer && answer.tab === tab ? answer.found : undefined;
}

type TabsProps = { tabs: OpenTab[]; value: number | undefined; set: (tab: number) => void };

/** Which tab is looked at. Titles are the pages' own words; the address says whose they are. */
export function TabChoice({ tabs, value, set }: TabsProps) {
  const say = useSay();
  return (
    <Choice
      label={say('o_inspect_tab')}
      value={String(value ?? '')}
      set={(id) => set(Number(id))}
      options={tabs.map(({ id, title, origin }) => ({
        id: String(id),
        name: title ? `${title} · ${hostOf(origin)}` : hostOf(origin),
      }))}
    />
  );
}

export const hostOf = (origin: string): string => origin.replace(/^https?:\/\//, '');

/** Whether address and page name one record, in a few words. */
export function Agreement({ sight }: { sight: Sight }) {
  const say = useSay();
  const { case: record, shown, confirmed } = sight.read;
  if (shown) return <Status mood="bad">{say('o_sight_disagree')}</Status>;
  if (!record) return <Status mood="off">{say('o_sight_no_case')}</Status>;
  if (!sight.address) return <Status mood="ok">{say('o_sight_by_page')}</Status>;
  return <Status mood="ok">{say(confirmed ? 'o_sight_agree' : 'o_sight_by_address')}</Status>;
}

const problemWords: { [code in ProblemCode]: string } = {
  'no-desk': 'o_problem_no_desk',
  'no-case': 'o_problem_no_case',
  several: 'o_problem_several',
  disagree: 'o_problem_disagree',
  'no-pane': 'o_problem_no_pane',
  rest: 'o_problem_rest',
};

/** What kept something from being read: what it is in bold, what it means below. */
export function Troubles({ sight }: { sight: Sight }) {
  const say = useSay();
  const { address, read } = sight;
  return read.problems.map(({ code }) => (
    <div className="band warn" key={code}>
      <div className="say">
        <Icon name="warn" />
        <b>{say(problemWords[code], address?.number ?? address?.id ?? '', read.shown?.text ?? '')}</b>
        <p>{say(`${problemWords[code]}_why`)}</p>
      </div>
    </div>
  ));
}

const spoken = ({ kind, id, number }: Ref): string => `${kind} ${id}${number && number !== id ? `, ${number}` : ''}`;

/** The record, by its address and by its page; then each field with its value and where that came from. */
export function Fields({ sight }: { sight: Sight }) {
  const say = useSay();
  const { address, read } = sight;
  const { case: record, shown, confirmed, sources } = read;
  // Where the page shows another record, its values are there and are not taken.
  const none = say(shown ? 'o_sight_left_out' : 'o_sight_not_found');
  const byPage = shown ? shown.text : record && !address ? spoken(record) : confirmed ? say('o_sight_the_same') : null;
  return (
    <table className="sight">
      <thead>
        <tr>
          <th>{say('o_sight_field')}</th>
          <th>{say('o_sight_value')}</th>
          <th>{say('o_sight_from')}</th>
        </tr>
      </thead>
      <tbody>
        <Line name={say('o_sight_record_address')} value={address && spoken(address)} none={say('o_sight_names_none')}>
          {say(sight.framed ? 'o_source_frame' : 'o_source_url')}
        </Line>
        <Line name={say('o_sight_record_page')} value={byPage} none={say('o_sight_names_none')}>
          <Shows sight={sight} found={byPage !== null} />
        </Line>
        {record && (
          <>
            <Line name={say('o_field_number')} value={record.number ?? null} none={none}>
              <From sight={sight} name="number" source={sources.number} />
            </Line>
            {fieldNames.map((name) => (
              <Line key={name} name={say(`o_field_${name}`)} value={record[name] ?? null} none={none}>
                <From sight={sight} name={name} source={sources[name]} />
              </Line>
            ))}
            {others(sight).map(([label, value]) => (
              <Line key={`label ${label}`} name={label} value={value}>
                {say(sources[`fields.${label}`] === 'rest' ? 'o_source_rest' : 'o_source_row')}
              </Line>
            ))}
            <Line name={say('o_sight_bar')} value={say(sight.placed ? 'o_sight_bar_case' : 'o_sight_bar_edge')}>
              {sight.placed ? '' : say('o_sight_bar_edge_why')}
            </Line>
          </>
        )}
      </tbody>
    </table>
  );
}

/** Labelled values besides those that a named field was read from. */
function others({ read: { case: record, sources }, readings }: Sight): [string, string][] {
  const named = new Set(
    fieldNames.map((name) => {
      const [kind, n] = (sources[name] ?? '').split('#');
      return kind === 'label' ? readings[name]?.[Number(n) - 1]?.toLowerCase() : undefined;
    }),
  );
  return Object.entries(record?.fields ?? {}).filter(([label]) => !named.has(`"${label.toLowerCase()}"`));
}

/** Where the page itself names its record. */
function Shows({ sight, found }: { sight: Sight; found: boolean }) {
  const say = useSay();
  const { id, number } = sight.readings;
  const source = sight.read.sources.id ?? '';
  if (!found || source === 'url' || !source) {
    const [only, more] = id ?? number ?? [];
    if (!found || more !== undefined) return <From sight={sight} name={id ? 'id' : 'number'} source={undefined} />;
    return (
      <>
        {say('o_source_page')}
        {only !== undefined && <code>{only}</code>}
      </>
    );
  }
  return <From sight={sight} name="id" source={source} />;
}

type LineProps = { name: string; value: string | null; none?: string; children: React.ReactNode };

function Line({ name, value, none, children }: LineProps) {
  return (
    <tr>
      <th scope="row">
        <bdi>{name}</bdi>
      </th>
      <td>{value === null ? <span className="meta">{none}</span> : <bdi>{value}</bdi>}</td>
      <td className="meta">{children}</td>
    </tr>
  );
}

/** `Page, reading 2` with the reading itself; where nothing was found, all that were tried. */
function From({ sight, name, source }: { sight: Sight; name: string; source: string | undefined }) {
  const say = useSay();
  const tried = sight.readings[name] ?? [];
  if (source) {
    const n = Number(source.split('#')[1] ?? 0);
    return (
      <>
        {sourceWords(source, say)}
        {n > 0 && tried[n - 1] !== undefined && <code>{tried[n - 1]}</code>}
      </>
    );
  }
  if (!tried.length) return say('o_source_no_reading');
  return (
    <details>
      <summary>{counted(say, 'o_source_readings', tried.length)}</summary>
      {tried.map((reading) => (
        <code key={reading}>{reading}</code>
      ))}
    </details>
  );
}

function sourceWords(source: string, say: Say): string {
  const [kind = '', n] = source.split('#');
  return n === undefined ? say(`o_source_${kind}`) : say('o_source_reading', count(Number(n)));
}
