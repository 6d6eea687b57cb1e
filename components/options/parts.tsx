/** The pieces that all views of the options page are made of. */
import { useId, type FormEvent, type ReactNode } from 'react';
import { drawn } from '../drawn.ts';
import { Icon } from '../icons.tsx';
import { useSay } from '../text.ts';
import { Sign } from './icons.tsx';
import type { Note } from './state.ts';

/** A view's title with its purpose in one line, and its actions at the end. */
export function Head({ title, purpose, children }: { title: string; purpose: string; children?: ReactNode }) {
  return (
    <div className="v-head">
      <div>
        <h1>{title}</h1>
        <p>{purpose}</p>
      </div>
      {children}
    </div>
  );
}

/** What is missing, why, and one way on. */
export function Empty({ fact, reason, children }: { fact: string; reason: string; children?: ReactNode }) {
  return (
    <div className="card empty">
      <b>{fact}</b>
      <p className="meta">{reason}</p>
      {children}
    </div>
  );
}

/** Stands where an action would be. */
export function ByOrganisation() {
  const say = useSay();
  return (
    <span className="meta locked">
      <Sign name="lock" /> {say('o_locked')}
    </span>
  );
}

/** Icon and words about how something is. */
export function Status({ mood, children }: { mood: 'ok' | 'warn' | 'bad' | 'off'; children: ReactNode }) {
  return (
    <span className={`st ${mood}`}>
      {mood === 'ok' && <Icon name="check" />}
      {mood === 'warn' && <Icon name="warn" />}
      {mood === 'bad' && <Icon d={drawn.bad} />}
      {children}
    </span>
  );
}

/** A sentence beside a field whose value was not saved. */
export function Why({ id, children }: { id: string; children: ReactNode }) {
  return (
    <span className="why" id={id} role="alert">
      {children}
    </span>
  );
}

type FieldProps = {
  label: string;
  value: string;
  set: (value: string) => void;
  why?: string | null | undefined;
  hint?: string | undefined;
  mono?: boolean;
  focus?: boolean;
  lines?: number;
  list?: string;
};

/** A labelled text field of a form, with its hint or the reason why it was refused. */
export function Field({ label, value, set, why, hint, mono, focus, lines, list }: FieldProps) {
  const id = useId();
  const shared = {
    id,
    value,
    className: `input${mono ? ' mono' : ''}${lines ? ' lines' : ''}`,
    'aria-invalid': why ? true : undefined,
    'aria-describedby': why || hint ? `${id}-more` : undefined,
    autoComplete: 'off',
    spellCheck: false,
  };
  // A form opens because its button was pressed: the first field is where the person goes on.
  const focused = (element: HTMLElement | null) => {
    if (focus && element && !element.dataset.met) {
      element.dataset.met = 'yes';
      element.focus();
    }
  };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {lines ? (
        <textarea {...shared} rows={lines} ref={focused} onChange={(e) => set(e.currentTarget.value)} />
      ) : (
        <input {...shared} list={list} ref={focused} onChange={(e) => set(e.currentTarget.value)} />
      )}
      {why ? <Why id={`${id}-more`}>{why}</Why> : hint && <span id={`${id}-more`}>{hint}</span>}
    </div>
  );
}

type Option = { id: string; name: string };
type ChoiceProps = { label: string; value: string; set: (value: string) => void; options: Option[]; bare?: boolean };

/** One of a list. `bare`: the label is for screen readers only, as in a table's cell. */
export function Choice({ label, value, set, options, bare }: ChoiceProps) {
  const id = useId();
  const select = (
    <select
      className="input"
      id={id}
      value={value}
      aria-label={bare ? label : undefined}
      onChange={(e) => set(e.currentTarget.value)}
    >
      {options.map((option) => (
        <option key={option.id} value={option.id}>
          {option.name}
        </option>
      ))}
    </select>
  );
  if (bare) return select;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {select}
    </div>
  );
}

/** A few views or ways, one of which is taken. */
export function Ways<T extends string>(props: {
  label: string;
  value: T;
  set: (value: T) => void;
  options: { id: T; name: string }[];
}) {
  return (
    <fieldset className="seg" aria-label={props.label}>
      {props.options.map((option) => (
        <button
          key={option.id}
          type="button"
          aria-pressed={option.id === props.value}
          onClick={() => props.set(option.id)}
        >
          {option.name}
        </button>
      ))}
    </fieldset>
  );
}

/** Narrows a list down while it is typed. */
export function Search({ label, value, set }: { label: string; value: string; set: (value: string) => void }) {
  const say = useSay();
  return (
    <div className="find">
      <Sign name="find" />
      <input
        className="input s"
        type="search"
        placeholder={say('o_search')}
        aria-label={label}
        value={value}
        onChange={(e) => set(e.currentTarget.value)}
      />
    </div>
  );
}

/** What just happened, with the way back. The region is always there, so that screen readers hear what comes into it. */
export function Toast({ note, dismiss }: { note: Note | null; dismiss: () => void }) {
  const say = useSay();
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an output belongs to a form's calculation
    <div className={note ? 'toast' : 'sr'} role="status">
      {note && (
        <>
          <span>{note.words}</span>
          {note.undo && (
            <button type="button" className="btn quiet" onClick={note.undo}>
              <Sign name="undo" />
              {say('o_undo')}
            </button>
          )}
          {note.redo && (
            <button type="button" className="btn quiet" onClick={note.redo}>
              <Sign name="redo" />
              {say('o_redo')}
            </button>
          )}
          <button type="button" className="btn quiet bare" aria-label={say('o_close')} onClick={dismiss}>
            <Icon d={drawn.x} />
          </button>
        </>
      )}
    </div>
  );
}

/** A part of a view: what it is, and what for. */
export function Card({ title, why, children }: { title: string; why: string; children: ReactNode }) {
  return (
    <section className="card" aria-label={title}>
      <div className="pad">
        <div>
          <h2>{title}</h2>
          <p className="meta">{why}</p>
        </div>
      </div>
      {children}
    </section>
  );
}

/** What a form's submission does instead of sending the form. */
export const submitted = (save: (form: HTMLFormElement) => void) => (event: FormEvent<HTMLFormElement>) => {
  event.preventDefault();
  save(event.currentTarget);
};
