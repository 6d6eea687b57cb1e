/** Secrets that are typed here and never come back, and trying what they open. */
import { useEffect, useId, useState, type ReactNode } from 'react';
import { useSay } from '../text.ts';
import { Switch } from '../switch.tsx';
import { Card, Status, submitted, Why } from './parts.tsx';
import type { Desktop } from './state.ts';

/** Whether there is a secret, and how long it stays. */
export type Held = 'none' | 'session' | 'remembered';

type SecretProps = {
  desktop: Desktop;
  title: string;
  why: string;
  /** What is typed, in this order; `shown`: it may be read while it is typed. */
  fields: { name: string; label: string; shown?: boolean }[];
  /** False: there is no address yet that it could be for. */
  ready: boolean;
  /** How it is kept now. The same function as long as the addresses are the same. */
  ask: () => Promise<Held>;
  /** What keeps the typed, in the order of the fields; a sentence where it can't be right. */
  keep: (typed: string[], remember: boolean) => string | (() => Promise<void>);
  forget: () => Promise<void>;
  /** Whatever was tried with the one before says nothing any more. */
  changed: () => void;
  words: { keep: string; kept: string; forgotten: string; none: string; unready: string };
  /** More actions beside it. */
  children: ReactNode;
};

/** What is typed goes into the vault; of it, this page only learns whether it is there. */
export function Secret(props: SecretProps) {
  const { desktop, title, fields, ready, ask, keep, forget, changed, words, children } = props;
  const say = useSay();
  const [held, setHeld] = useState<Held | null>(null);
  const [why, setWhy] = useState<string | null>(null);
  const [remember, setRemember] = useState(false);
  const id = useId();
  useEffect(() => {
    let still = true;
    void ask().then((now) => still && setHeld(now));
    return () => {
      still = false;
    };
  }, [ask]);

  const save = (form: HTMLFormElement) => {
    const data = new FormData(form);
    const job = keep(
      fields.map(({ name }) => {
        const typed = data.get(name);
        return typeof typed === 'string' ? typed : '';
      }),
      remember,
    );
    if (typeof job === 'string') return setWhy(job);
    setWhy(null);
    // Out of the page at once, whatever becomes of it.
    form.reset();
    void desktop.act(async () => {
      await job();
      setHeld(await ask());
      changed();
      return { words: words.kept };
    });
  };
  const drop = () =>
    desktop.act(async () => {
      await forget();
      setHeld('none');
      changed();
      return { words: words.forgotten };
    });
  return (
    <Card title={title} why={props.why}>
      <form className="form" autoComplete="off" onSubmit={submitted(save)}>
        {fields.map(({ name, label, shown }, n) => {
          const last = n === fields.length - 1;
          return (
            <div key={name} className={fields.length === 1 ? 'field wide' : 'field'}>
              <label htmlFor={`${id}-${name}`}>{label}</label>
              <input
                id={`${id}-${name}`}
                name={name}
                type={shown ? 'text' : 'password'}
                className="input mono"
                autoComplete={shown ? 'off' : 'new-password'}
                spellCheck={false}
                disabled={!ready}
                aria-invalid={last && why ? true : undefined}
                aria-describedby={last && why ? `${id}-why` : undefined}
              />
              {last && why && <Why id={`${id}-why`}>{why}</Why>}
            </div>
          );
        })}
        <div className="field wide">
          <label className="check">
            <Switch on={remember} set={setRemember} aria-describedby={`${id}-remember`} />
            {say('o_secret_remember')}
          </label>
          <span id={`${id}-remember`}>{say('o_secret_remember_hint')}</span>
        </div>
        <div className="acts wide">
          <button type="submit" className="btn m" disabled={!ready}>
            {words.keep}
          </button>
          {children}
          {held !== null && held !== 'none' && (
            <button type="button" className="btn quiet m" onClick={() => void drop()}>
              {say('o_secret_forget')}
            </button>
          )}
          {held && (
            <Status mood={held === 'none' ? 'off' : 'ok'}>
              {!ready ? words.unready : held === 'none' ? words.none : say(`o_secret_${held}`)}
            </Status>
          )}
        </div>
      </form>
    </Card>
  );
}

/** Tries the connection; once at a time. */
export function TestConnection({ test }: { test: () => Promise<void> }) {
  const say = useSay();
  const [testing, setTesting] = useState(false);
  const run = async () => {
    setTesting(true);
    await test();
    setTesting(false);
  };
  return (
    <button
      type="button"
      className="btn m"
      aria-disabled={testing || undefined}
      onClick={() => void (testing || run())}
    >
      {say(testing ? 'o_testing' : 'o_test')}
    </button>
  );
}
