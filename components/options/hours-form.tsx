/** When a contact can be called, and who stands in: a part of its form. */
import { useId } from 'react';
import type { Hours } from '../../lib/model.ts';
import { useSay, type Say } from '../text.ts';
import { Sign } from './icons.tsx';
import { OfferList } from './offer-list.tsx';
import { Field, Ways } from './parts.tsx';

/** As it is typed: a row may have no days yet, and a closing at midnight is the `00:00` that time fields can hold. */
export type HoursDraft = { zone: string; week: { days: number[]; from: string; to: string; key: number }[] };

export const draftOf = (hours: Hours | undefined): HoursDraft | null =>
  hours
    ? {
        zone: hours.zone,
        week: hours.week.map((row, key) => ({ ...row, to: row.to === '24:00' ? '00:00' : row.to, key })),
      }
    : null;

export const hoursOf = ({ zone, week }: HoursDraft): Hours => ({
  zone: zone.trim(),
  week: week.map(({ days, from, to }) => ({ days, from, to: to === '00:00' ? '24:00' : to })),
});

/** @returns null if they can be kept, else why not */
export function hoursProblem({ zone, week }: HoursDraft, say: Say): string | null {
  if (!isZone(zone.trim())) return say('o_hours_no_zone');
  if (!week.length) return say('o_hours_no_rows');
  if (week.some(({ days }) => !days.length)) return say('o_hours_no_days');
  if (week.some(({ from, to }) => !from || !to)) return say('o_hours_no_time');
  if (week.some(({ from, to }) => from === to && from !== '00:00')) return say('o_hours_no_length');
  return null;
}

const zones = (): string[] => Intl.supportedValuesOf('timeZone');
const here = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

function isZone(zone: string): boolean {
  try {
    return /^[A-Za-z]/.test(zone) && Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
}

const workdays = [1, 2, 3, 4, 5];
const days = [...workdays, 6, 7];

/** `Mon` or `Monday`. The first of January 2024 was a Monday. */
const dayName = (day: number, weekday: 'short' | 'long', say: Say): string =>
  new Intl.DateTimeFormat(say('locale'), { weekday, timeZone: 'UTC' }).format(Date.UTC(2024, 0, day));

type FormProps = {
  draft: HoursDraft | null;
  set: (draft: HoursDraft | null) => void;
  /** Who stands in. */
  fallback: string[];
  setFallback: (ids: string[]) => void;
  others: readonly { id: string; name: string }[];
};

export function HoursForm({ draft, set, fallback, setFallback, others }: FormProps) {
  const say = useSay();
  const first = () => ({ zone: here(), week: [{ days: workdays, from: '08:00', to: '17:00', key: 0 }] });
  return (
    <fieldset className="wide">
      <legend>{say('o_hours')}</legend>
      <Ways
        label={say('o_hours')}
        value={draft ? 'some' : 'always'}
        set={(way) => (way === 'always') === Boolean(draft) && set(draft ? null : first())}
        options={[
          { id: 'always', name: say('o_hours_always') },
          { id: 'some', name: say('o_hours_some') },
        ]}
      />
      {draft && (
        <>
          <Zone draft={draft} set={set} />
          {draft.week.map((row, n) => (
            <Row key={row.key} draft={draft} set={set} at={n} />
          ))}
          <div className="bar">
            <button
              type="button"
              className="btn"
              onClick={() => {
                const key = Math.max(-1, ...draft.week.map((row) => row.key)) + 1;
                set({ ...draft, week: [...draft.week, { days: [], from: '08:00', to: '17:00', key }] });
              }}
            >
              <Sign name="plus" />
              {say('o_hours_add')}
            </button>
            <span className="meta">{say('o_hours_hint')}</span>
          </div>
          <fieldset>
            <legend>{say('o_fallback')}</legend>
            <p className="meta">{say('o_fallback_why')}</p>
            <OfferList
              all={others}
              list={fallback}
              set={setFallback}
              add={say('o_fallback_add')}
              none={say('o_fallback_none')}
            />
          </fieldset>
        </>
      )}
    </fieldset>
  );
}

function Zone({ draft, set }: { draft: HoursDraft; set: (draft: HoursDraft) => void }) {
  const say = useSay();
  const list = useId();
  return (
    <div className="zone">
      <Field
        label={say('o_hours_zone')}
        value={draft.zone}
        set={(zone) => set({ ...draft, zone })}
        hint={say('o_hours_zone_hint')}
        list={list}
      />
      <datalist id={list}>
        {zones().map((zone) => (
          <option key={zone}>{zone}</option>
        ))}
      </datalist>
    </div>
  );
}

type RowProps = { draft: HoursDraft; set: (draft: HoursDraft) => void; at: number };

function Row({ draft, set, at }: RowProps) {
  const say = useSay();
  const row = draft.week[at];
  if (!row) return null;
  const replace = (next: Partial<typeof row>) =>
    set({ ...draft, week: draft.week.map((each, n) => (n === at ? { ...each, ...next } : each)) });
  const turn = (day: number) =>
    row.days.includes(day) ? row.days.filter((each) => each !== day) : [...row.days, day].toSorted((a, b) => a - b);
  return (
    <div className="hours" role="group" aria-label={say('o_hours_row', String(at + 1))}>
      <div className="days">
        {days.map((day) => (
          <label key={day} className="day">
            <input type="checkbox" checked={row.days.includes(day)} onChange={() => replace({ days: turn(day) })} />
            <span aria-hidden="true">{dayName(day, 'short', say)}</span>
            <span className="sr">{dayName(day, 'long', say)}</span>
          </label>
        ))}
      </div>
      <Time label={say('o_hours_from')} value={row.from} set={(from) => replace({ from })} />
      <Time label={say('o_hours_to')} value={row.to} set={(to) => replace({ to })} />
      <span className="meta grow">
        {row.to <= row.from && say(row.to === '00:00' ? 'o_hours_midnight' : 'o_hours_next_day')}
      </span>
      <button
        type="button"
        className="btn quiet m"
        aria-label={say('o_hours_remove', String(at + 1))}
        onClick={() => set({ ...draft, week: draft.week.filter((_, n) => n !== at) })}
      >
        {say('o_remove')}
      </button>
    </div>
  );
}

function Time({ label, value, set }: { label: string; value: string; set: (value: string) => void }) {
  const id = useId();
  return (
    <div className="field time">
      <label htmlFor={id}>{label}</label>
      <input id={id} type="time" className="input" value={value} onChange={(e) => set(e.currentTarget.value)} />
    </div>
  );
}
