/** What is wrong with the rules and targets as a whole, in words. */
import type { Flaw } from '../../lib/flaws.ts';
import { useSay, type Say } from '../text.ts';
import { Status } from './parts.tsx';
import type { Desktop } from './state.ts';
import { count, counted } from './words.ts';

/** One flaw as a sentence, without saying where it is. */
export function flawWords({ code, with: values }: Flaw, { loaded }: Desktop, say: Say): string {
  const { tables } = loaded.settings;
  const [first = '', ...rest] = values;
  if (code === 'no_catalog')
    return say(
      'o_flaw_no_catalog',
      tables.find(({ id }) => id === first)?.name ?? first,
      ...rest.slice(0, 2).map((n) => count(Number(n))),
      rest[2] ?? '',
    );
  if (code === 'field_like') return say('o_flaw_field_like', first, say(`o_field_${rest[0] ?? ''}`));
  return say(`o_flaw_${code}`, ...values);
}

/** Flaws of more than this many things are only counted. */
const most = 50;

/** Each flaw with what has it, and the way there. */
export function FlawList({ desktop, flaws }: { desktop: Desktop; flaws: Flaw[] }) {
  const say = useSay();
  if (!flaws.length) return <Status mood="ok">{say('o_flaws_none')}</Status>;
  return (
    <ul className="flaw-list">
      {flaws.slice(0, most).map((flaw) => (
        <li key={`${flaw.code} ${flaw.rule ?? flaw.target ?? ''} ${flaw.with.join(' ')}`}>
          <Status mood="warn">
            <span>
              <Where desktop={desktop} flaw={flaw} /> <bdi>{flawWords(flaw, desktop, say)}</bdi>
            </span>
          </Status>
        </li>
      ))}
      {flaws.length > most && <li className="meta">{counted(say, 'o_more', flaws.length - most)}</li>}
    </ul>
  );
}

function Where({ desktop, flaw: { code, rule, target } }: { desktop: Desktop; flaw: Flaw }) {
  const say = useSay();
  const { contacts, catalogs, awaken } = desktop.loaded.settings;
  if (rule !== undefined) return <a href="#rules">{say('o_flaw_rule', count(rule + 1))}</a>;
  const found = [...contacts, ...catalogs].find(({ id }) => id === target);
  if (found)
    return (
      <a href="#contacts">
        <bdi>{found.name}</bdi>
      </a>
    );
  const pop = awaken.pops.find(({ id }) => id === target);
  if (pop)
    return (
      <a href="#awaken">
        <bdi>{pop.name}</bdi>
      </a>
    );
  if (target !== undefined) return <a href="#licences">{say('o_me_link')}</a>;
  return code === 'field_like' ? (
    <a href="#external">{say('o_external_nav')}</a>
  ) : (
    <a href="#tables">{say('o_tables_nav')}</a>
  );
}
