/** The bridge: where it is, the person's token for it, and whether the two work. */
import { useCallback, useEffect, useState } from 'react';
import type { TokenInfo, Trouble, Wrapup } from '../../lib/api.ts';
import { own, Said } from '../bar.tsx';
import { drawn } from '../drawn.ts';
import { Icon } from '../icons.tsx';
import { useSay } from '../text.ts';
import { Switch } from '../switch.tsx';
import { troubleWord } from '../trouble.ts';
import { Reach } from './allow.tsx';
import { download } from './download.ts';
import { ByOrganisation, Card, Field, Head, Status, submitted } from './parts.tsx';
import { Secret, TestConnection, type Held } from './secret.tsx';
import type { Desktop } from './state.ts';
import { count } from './words.ts';

/** What this view needs of the browser. The token never comes back through it. */
export type BridgeHost = {
  held: (url: string | undefined) => Promise<Held>;
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
  const { loaded, change } = desktop;
  const { bridge } = loaded.settings;
  const [url, setUrl] = useState(bridge.url ?? '');
  const [why, setWhy] = useState<string | null>(null);

  const save = () => {
    const { url: _url, ...rest } = bridge;
    const typed = url.trim();
    setWhy(
      change(say(typed ? 'o_bridge_saved' : 'o_bridge_removed'), { bridge: { ...rest, ...(typed && { url: typed }) } }),
    );
  };
  return (
    <Card title={say('o_bridge_where')} why={say('o_bridge_where_why')}>
      <form className="form" onSubmit={submitted(save)}>
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
          <Reach
            desktop={desktop}
            origins={bridge.url ? [new URL(bridge.url).origin] : []}
            allow={say('o_bridge_allow')}
            given={say('o_bridge_allowed_now')}
            refused={say('o_bridge_refused')}
          />
        </div>
      </form>
    </Card>
  );
}

/** The person's own token, and whether the bridge knows it. */
function Mine({ desktop }: ViewProps) {
  const say = useSay();
  const { host, loaded } = desktop;
  const { url } = loaded.settings.bridge;
  const [result, setResult] = useState<Result | null>(null);
  const ask = useCallback(() => host.bridge.held(url), [host, url]);
  const keep = ([typed = '']: string[], remember: boolean) => {
    const token = typed.trim();
    if (!token) return say('o_bridge_no_token');
    if (/[^\x21-\x7e]/.test(token)) return say('o_bridge_odd_token');
    return () => host.bridge.keep(url, token, remember);
  };
  return (
    <>
      <Secret
        desktop={desktop}
        title={say('o_bridge_mine')}
        why={say('o_bridge_mine_why')}
        fields={[{ name: 'token', label: say('o_bridge_token') }]}
        ready={url !== undefined}
        ask={ask}
        keep={keep}
        forget={host.bridge.forget}
        changed={() => setResult(null)}
        words={{
          keep: say('o_bridge_keep'),
          kept: say('o_bridge_kept'),
          forgotten: say('o_bridge_forgotten'),
          none: say('o_bridge_held_none'),
          unready: say('o_bridge_held_address'),
        }}
      >
        <TestConnection test={async () => setResult(await host.bridge.test())} />
      </Secret>
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
            <Switch
              on={bridge.wrapUp}
              set={(wrapUp) => change(say(wrapUp ? 'o_wrap_on' : 'o_wrap_off'), { bridge: { ...bridge, wrapUp } })}
              disabled={!mayEdit}
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
