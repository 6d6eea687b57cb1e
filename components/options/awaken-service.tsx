/** How pops get to Awaken: the way, the addresses, and the API user, of whom nothing ever comes back to this page. */
import { useEffect, useId, useState } from 'react';
import { useSay } from '../text.ts';
import type { Awaken, Held, Result } from './awaken.tsx';
import { Card, Choice, Field, Status, submitted } from './parts.tsx';
import type { Desktop } from './state.ts';

/** Who signs in to Awaken and pops: this browser, or the bridge. */
export function Mode({ desktop, mayEdit }: { desktop: Desktop; mayEdit: boolean }) {
  const say = useSay();
  const { loaded, change } = desktop;
  const { awaken } = loaded.settings;
  const set = (mode: string) =>
    change(say('o_awaken_saved'), { awaken: { ...awaken, mode: mode === 'bridge' ? 'bridge' : 'direct' } });
  return (
    <Card title={say('o_awaken_mode')} why={say('o_awaken_mode_why')}>
      <div className="form">
        {mayEdit ? (
          <Choice
            label={say('o_awaken_mode_label')}
            value={awaken.mode}
            set={set}
            options={(['direct', 'bridge'] as const).map((id) => ({ id, name: say(`o_awaken_mode_${id}`) }))}
          />
        ) : (
          <p>{say(`o_awaken_mode_${awaken.mode}`)}</p>
        )}
      </div>
    </Card>
  );
}

/** What the bridge has in place of an API user here. */
export function ByBridge({ desktop, setResult }: { desktop: Desktop; setResult: (result: Result | null) => void }) {
  const say = useSay();
  const { url } = desktop.loaded.settings.bridge;
  return (
    <Card title={say('o_awaken_bridge')} why={say('o_awaken_bridge_why')}>
      <div className="form">
        <div className="acts wide">
          <Test host={desktop.host} setResult={setResult} />
          {url ? (
            <span className="meta mono" dir="ltr">
              {url}
            </span>
          ) : (
            <Status mood="off">{say('bridge_unset')}</Status>
          )}
        </div>
      </div>
    </Card>
  );
}

/** Signs in and pops nothing. */
function Test({ host, setResult }: { host: Desktop['host']; setResult: (result: Result | null) => void }) {
  const say = useSay();
  const [testing, setTesting] = useState(false);
  const test = async () => {
    setTesting(true);
    const told = await host.awaken.test();
    setResult(typeof told === 'string' ? { fault: told } : { news: told });
    setTesting(false);
  };
  return (
    <button
      type="button"
      className="btn m"
      aria-disabled={testing || undefined}
      onClick={() => void (testing || test())}
    >
      {say(testing ? 'o_awaken_testing' : 'o_awaken_test')}
    </button>
  );
}

/** The two addresses, the system, and whether the browser lets us go there. */
export function Service({ desktop, mayEdit }: { desktop: Desktop; mayEdit: boolean }) {
  const say = useSay();
  const { host, loaded, change, act } = desktop;
  const { awaken } = loaded.settings;
  const [authUrl, setAuth] = useState(awaken.authUrl ?? '');
  const [popUrl, setPop] = useState(awaken.popUrl ?? '');
  const [systemId, setSystem] = useState(awaken.systemId ?? '');
  const [why, setWhy] = useState<string | null>(null);
  const faultOf = (text: string) => (text.trim() ? host.awaken.addressFault(text.trim()) : null);
  const origins = [awaken.authUrl, awaken.popUrl].flatMap((address) => (address ? [new URL(address).origin] : []));
  const missing = [...new Set(origins)].filter((origin) => !loaded.granted(origin));

  const save = () => {
    const { authUrl: _auth, popUrl: _pop, systemId: _system, ...rest } = awaken;
    const next: Awaken = {
      ...rest,
      ...(authUrl.trim() ? { authUrl: authUrl.trim() } : {}),
      ...(popUrl.trim() ? { popUrl: popUrl.trim() } : {}),
      ...(systemId.trim() ? { systemId: systemId.trim() } : {}),
    };
    setWhy(change(say('o_awaken_saved'), { awaken: next }));
  };
  // Asked within the click, as the browser wants it.
  const allow = async () => {
    const asked = host.allow(missing);
    await Promise.allSettled([asked]);
    await act(async () => {
      if (!(await asked)) return { words: say('o_awaken_refused') };
      const back = async () => {
        await host.giveBack(missing);
        return { words: say('o_undone') };
      };
      return { words: say('o_awaken_allowed_now'), undo: () => void act(back) };
    });
  };
  const fault = (text: string) => {
    const found = faultOf(text);
    return found && say('o_awaken_address_wrong', found);
  };
  return (
    <Card title={say('o_awaken_service')} why={say('o_awaken_service_why')}>
      <form className="form" onSubmit={submitted(save)}>
        <div className="wide">
          <Field mono label={say('o_awaken_auth')} value={authUrl} set={setAuth} why={fault(authUrl)} />
        </div>
        <div className="wide">
          <Field mono label={say('o_awaken_pop_url')} value={popUrl} set={setPop} why={fault(popUrl)} />
        </div>
        <div className="wide">
          <Field
            mono
            label={say('o_awaken_system')}
            value={systemId}
            set={setSystem}
            why={why}
            hint={say('o_awaken_system_hint')}
          />
        </div>
        <div className="acts wide">
          {mayEdit && (
            <button type="submit" className="btn m">
              {say('o_awaken_save')}
            </button>
          )}
          {missing.length > 0 && (
            <button type="button" className="btn m" onClick={() => void allow()}>
              {say('o_awaken_allow')}
            </button>
          )}
          {origins.length > 0 && (
            <Status mood={missing.length ? 'warn' : 'ok'}>
              {missing.length ? say('o_awaken_not_allowed', missing.join(', ')) : say('o_awaken_allowed')}
            </Status>
          )}
        </div>
      </form>
    </Card>
  );
}

/** The API user: what is typed goes into the vault and never comes back. */
export function User({ desktop, setResult }: { desktop: Desktop; setResult: (result: Result | null) => void }) {
  const say = useSay();
  const { host, loaded, act } = desktop;
  const { awaken } = loaded.settings;
  const [held, setHeld] = useState<Held | null>(null);
  const [why, setWhy] = useState<string | null>(null);
  const [remember, setRemember] = useState(false);
  const ids = { user: useId(), password: useId(), why: useId(), remember: useId() };
  const ready = awaken.authUrl !== undefined && awaken.popUrl !== undefined;
  useEffect(() => {
    let still = true;
    void host.awaken.held(awaken).then((now) => still && setHeld(now));
    return () => {
      still = false;
    };
  }, [host, awaken]);

  const save = (form: HTMLFormElement) => {
    const data = new FormData(form);
    const [user, password] = ['user', 'password'].map((name) => {
      const typed = data.get(name);
      return typeof typed === 'string' ? typed : '';
    });
    if (!user || !password) return setWhy(say('o_awaken_both'));
    setWhy(null);
    // Out of the page at once, whatever becomes of it.
    form.reset();
    void act(async () => {
      await host.awaken.keep(awaken, { user, password }, remember);
      setHeld(await host.awaken.held(awaken));
      setResult(null);
      return { words: say('o_awaken_kept') };
    });
  };
  const forget = () =>
    act(async () => {
      await host.awaken.forget();
      setHeld('none');
      setResult(null);
      return { words: say('o_awaken_forgotten') };
    });
  return (
    <Card title={say('o_awaken_user')} why={say('o_awaken_user_why')}>
      <form className="form" autoComplete="off" onSubmit={submitted(save)}>
        <div className="field">
          <label htmlFor={ids.user}>{say('o_awaken_user_name')}</label>
          <input
            id={ids.user}
            name="user"
            className="input mono"
            autoComplete="off"
            spellCheck={false}
            disabled={!ready}
          />
        </div>
        <div className="field">
          <label htmlFor={ids.password}>{say('o_awaken_password')}</label>
          <input
            id={ids.password}
            name="password"
            type="password"
            className="input mono"
            autoComplete="new-password"
            disabled={!ready}
            aria-invalid={why ? true : undefined}
            aria-describedby={why ? ids.why : undefined}
          />
          {why && (
            <span className="why" id={ids.why} role="alert">
              {why}
            </span>
          )}
        </div>
        <div className="field wide">
          <label className="check">
            <input
              className="switch"
              type="checkbox"
              role="switch"
              aria-checked={remember}
              aria-describedby={ids.remember}
              checked={remember}
              onChange={(event) => setRemember(event.currentTarget.checked)}
            />
            {say('o_awaken_remember')}
          </label>
          <span id={ids.remember}>{say('o_awaken_remember_hint')}</span>
        </div>
        <div className="acts wide">
          <button type="submit" className="btn m" disabled={!ready}>
            {say('o_awaken_keep')}
          </button>
          <Test host={host} setResult={setResult} />
          {held !== null && held !== 'none' && (
            <button type="button" className="btn quiet m" onClick={() => void forget()}>
              {say('o_awaken_forget')}
            </button>
          )}
          {held && (
            <Status mood={held === 'none' ? 'off' : 'ok'}>
              {say(ready ? `o_awaken_held_${held}` : 'o_awaken_held_addresses')}
            </Status>
          )}
        </div>
      </form>
    </Card>
  );
}
