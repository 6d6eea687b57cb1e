/** The bridge: where it is, the person's token for it, and whether the two work. */
import { useEffect, useId, useState, type FormEvent } from 'react';
import type { TokenInfo, Trouble, Wrapup } from '../../lib/api.ts';
import { own, Said } from '../bar.tsx';
import { drawn } from '../drawn.ts';
import { Icon } from '../icons.tsx';
import { useSay } from '../text.ts';
import { troubleWord } from '../trouble.ts';
import { download } from './download.ts';
import { ByOrganisation, Card, Field, Head, Status, Why } from './parts.tsx';
import type { Desktop } from './state.ts';
import { count } from './words.ts';

/** What this view needs of the browser. The token never comes back through it. */
export type BridgeHost = {
  held: (url: string | undefined) => Promise<'none' | 'session' | 'remembered'>;
  /** @throws if there is no address */
  keep: (url: string | undefined, token: string, remember: boolean) => Promise<void>;
  forget: () => Promise<void>;
  /** Asks the bridge who is asking. */
  test: () => Promise<{ value: TokenInfo } | { trouble: Trouble }>;
  /** What was said of calls and no bridge has. */
  kept: () => Promise<Wrapup[]>;
  drop: (all: readonly Wrapup[]) => Promise<void>;
};

type Result = Awaited<ReturnType<BridgeHost['test']>>;
type ViewProps = { desktop: Desktop };

/** @param desktop what is set and how to change it */
export function BridgeView({ desktop }: ViewProps) {
  const say = useSay();
  const { settings, locked } = desktop.loaded;
  const mayEdit = !locked.includes('bridge');
  return (
    <>
      <Head title={say('o_bridge_title')} purpose={say('o_bridge_purpose')}>
        {!mayEdit && <ByOrganisation />}
      </Head>
      <Address key={settings.bridge.url} desktop={desktop} mayEdit={mayEdit} />
      <Mine key={`mine ${settings.bridge.url}`} desktop={desktop} />
      <After desktop={desktop} mayEdit={mayEdit} />
    </>
  );
}

/** Where it is, and whether the browser lets us go there. */
function Address({ desktop, mayEdit }: ViewProps & { mayEdit: boolean }) {
  const say = useSay();
  const { host, loaded, change, act } = desktop;
  const { bridge } = loaded.settings;
  const [url, setUrl] = useState(bridge.url ?? '');
  const [why, setWhy] = useState<string | null>(null);
  const origin = bridge.url && new URL(bridge.url).origin;
  const granted = origin !== undefined && loaded.granted(origin);

  const save = (event: FormEvent) => {
    event.preventDefault();
    const { url: _url, ...rest } = bridge;
    const typed = url.trim();
    setWhy(
      change(say(typed ? 'o_bridge_saved' : 'o_bridge_removed'), { bridge: { ...rest, ...(typed && { url: typed }) } }),
    );
  };
  // Asked within the click, as the browser wants it.
  const allow = async (at: string) => {
    const asked = host.allow([at]);
    await Promise.allSettled([asked]);
    await act(async () => {
      if (!(await asked)) return { words: say('o_bridge_refused') };
      const back = async () => {
        await host.giveBack([at]);
        return { words: say('o_undone') };
      };
      return { words: say('o_bridge_allowed_now'), undo: () => void act(back) };
    });
  };
  return (
    <Card title={say('o_bridge_where')} why={say('o_bridge_where_why')}>
      <form className="form" onSubmit={save}>
        <div className="wide">
          <Field
            mono
            label={say('o_bridge_url')}
            value={url}
            set={(text) => {
              setUrl(text);
              setWhy(null);
            }}
            why={why}
            hint={say('o_bridge_url_hint')}
          />
        </div>
        <div className="acts wide">
          {mayEdit && (
            <button type="submit" className="btn m">
              {say('o_bridge_save')}
            </button>
          )}
          {origin && !granted && (
            <button type="button" className="btn m" onClick={() => void allow(origin)}>
              {say('o_bridge_allow')}
            </button>
          )}
          {origin && (
            <Status mood={granted ? 'ok' : 'warn'}>
              {granted ? say('o_awaken_allowed') : say('o_awaken_not_allowed', origin)}
            </Status>
          )}
        </div>
      </form>
    </Card>
  );
}

/** The token: what is typed goes into the vault and never comes back. */
function Mine({ desktop }: ViewProps) {
  const say = useSay();
  const { host, loaded, act } = desktop;
  const { url } = loaded.settings.bridge;
  const [held, setHeld] = useState<Awaited<ReturnType<BridgeHost['held']>> | null>(null);
  const [why, setWhy] = useState<string | null>(null);
  const [testing, setTesting] = useState(false);
  const [remember, setRemember] = useState(false);
  const [result, setResult] = useState<Result | null>(null);
  const ids = { token: useId(), why: useId(), remember: useId() };
  const ready = url !== undefined;
  useEffect(() => {
    let still = true;
    void host.bridge.held(url).then((now) => still && setHeld(now));
    return () => {
      still = false;
    };
  }, [host, url]);

  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const typed = new FormData(form).get('token');
    const token = typeof typed === 'string' ? typed.trim() : '';
    if (!token) return setWhy(say('o_bridge_no_token'));
    if (/[^\x21-\x7e]/.test(token)) return setWhy(say('o_bridge_odd_token'));
    setWhy(null);
    // Out of the page at once, whatever becomes of it.
    form.reset();
    void act(async () => {
      await host.bridge.keep(url, token, remember);
      setHeld(await host.bridge.held(url));
      setResult(null);
      return { words: say('o_bridge_kept') };
    });
  };
  const forget = () =>
    act(async () => {
      await host.bridge.forget();
      setHeld('none');
      setResult(null);
      return { words: say('o_bridge_forgotten') };
    });
  const test = async () => {
    setTesting(true);
    setResult(await host.bridge.test());
    setTesting(false);
  };
  return (
    <>
      <Card title={say('o_bridge_mine')} why={say('o_bridge_mine_why')}>
        <form className="form" autoComplete="off" onSubmit={save}>
          <div className="field wide">
            <label htmlFor={ids.token}>{say('o_bridge_token')}</label>
            <input
              id={ids.token}
              name="token"
              type="password"
              className="input mono"
              autoComplete="new-password"
              disabled={!ready}
              aria-invalid={why ? true : undefined}
              aria-describedby={why ? ids.why : undefined}
            />
            {why && <Why id={ids.why}>{why}</Why>}
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
              {say('o_bridge_keep')}
            </button>
            <button
              type="button"
              className="btn m"
              aria-disabled={testing || undefined}
              onClick={() => void (testing || test())}
            >
              {say(testing ? 'o_awaken_testing' : 'o_awaken_test')}
            </button>
            {held !== null && held !== 'none' && (
              <button type="button" className="btn quiet m" onClick={() => void forget()}>
                {say('o_awaken_forget')}
              </button>
            )}
            {held && (
              <Status mood={held === 'none' ? 'off' : 'ok'}>
                {say(
                  !ready ? 'o_bridge_held_address' : held === 'none' ? 'o_bridge_held_none' : `o_awaken_held_${held}`,
                )}
              </Status>
            )}
          </div>
        </form>
      </Card>
      {result && <Shown result={result} />}
    </>
  );
}

const columns = ['at', 'desk', 'kind', 'id', 'launch_id', 'outcome', 'trip_avoided'];

/** A row of the file; ids may hold colons, desk and kind never do. */
function rowOf({ at, case: named, launchId = '', outcome, tripAvoided }: Wrapup): string[] {
  const [desk = '', kind = '', ...id] = named.split(':');
  return [at, desk, kind, id.join(':'), launchId, outcome, String(tripAvoided)];
}

/** Whether people are asked how a call ended, and what is kept of it where there is no bridge. */
function After({ desktop, mayEdit }: ViewProps & { mayEdit: boolean }) {
  const say = useSay();
  const { host, loaded, change, act } = desktop;
  const { bridge } = loaded.settings;
  const [kept, setKept] = useState<Wrapup[]>([]);
  useEffect(() => {
    let still = true;
    void host.bridge.kept().then((all) => still && setKept(all));
    return () => {
      still = false;
    };
  }, [host]);
  const drop = () =>
    act(async () => {
      await host.bridge.drop(kept);
      setKept(await host.bridge.kept());
      return { words: say('o_wrap_dropped') };
    });
  const save = () => download('deskcall-wrap-ups.csv', host.lists.asCsv([columns, ...kept.map(rowOf)]));
  return (
    <Card title={say('o_wrap')} why={say('o_wrap_why')}>
      <div className="form">
        <div className="field wide">
          <label className="check">
            <input
              className="switch"
              type="checkbox"
              role="switch"
              aria-checked={bridge.wrapUp}
              checked={bridge.wrapUp}
              disabled={!mayEdit}
              onChange={(event) => {
                const wrapUp = event.currentTarget.checked;
                change(say(wrapUp ? 'o_wrap_on' : 'o_wrap_off'), { bridge: { ...bridge, wrapUp } });
              }}
            />
            {say('o_wrap_ask')}
          </label>
        </div>
        {kept.length > 0 && (
          <div className="acts wide">
            <Status mood="off">{say('o_wrap_kept', count(kept.length))}</Status>
            <button type="button" className="btn m" onClick={save}>
              {say('o_wrap_save')}
            </button>
            <button type="button" className="btn quiet m" onClick={() => void drop()}>
              {say('o_wrap_drop')}
            </button>
          </div>
        )}
      </div>
    </Card>
  );
}

/** How a test came out: what works and what does not, with the next step. */
function Shown({ result }: { result: Result }) {
  const say = useSay();
  if ('trouble' in result) {
    const { code, said } = result.trouble;
    const word = troubleWord(code);
    return (
      <div className="band bad" role="alert">
        <div className="say">
          <Icon d={drawn.bad} />
          <b>{say('o_bridge_not_connected')}</b>
          <p>
            {say(`bridge_${word}`)} {say(`bridge_${word}_do`)}
          </p>
          {said && (
            <p className="meta">
              <Said>{say('bridge_says', own(said))}</Said>
            </p>
          )}
        </div>
      </div>
    );
  }
  const { name, scopes } = result.value;
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an output belongs to a form's calculation
    <div className="card pad connected" role="status">
      <Status mood="ok">
        <span>
          <Said>{say('o_bridge_connected', own(name))}</Said>
        </span>
      </Status>
      {(['launch', 'read'] as const).map((scope) => {
        const may = scopes.includes(scope);
        return (
          <Status key={scope} mood={may ? 'ok' : 'warn'}>
            {say(may ? `o_bridge_may_${scope}` : `o_bridge_may_not_${scope}`)}
          </Status>
        );
      })}
    </div>
  );
}
