/** How pops get to Awaken: the way, the addresses, and the API user, of whom nothing ever comes back to this page. */
import { useCallback, useState } from 'react';
import { useSay } from '../text.ts';
import { Reach } from './allow.tsx';
import type { Awaken, Result } from './awaken.tsx';
import { Card, Choice, Field, Status, submitted } from './parts.tsx';
import { Secret, TestConnection } from './secret.tsx';
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
  const test = async () => {
    const told = await host.awaken.test();
    setResult(typeof told === 'string' ? { fault: told } : { news: told });
  };
  return <TestConnection test={test} />;
}

/** The two addresses, the system, and whether the browser lets us go there. */
export function Service({ desktop, mayEdit }: { desktop: Desktop; mayEdit: boolean }) {
  const say = useSay();
  const { host, loaded, change } = desktop;
  const { awaken } = loaded.settings;
  const [authUrl, setAuth] = useState(awaken.authUrl ?? '');
  const [popUrl, setPop] = useState(awaken.popUrl ?? '');
  const [systemId, setSystem] = useState(awaken.systemId ?? '');
  const [why, setWhy] = useState<string | null>(null);
  const faultOf = (text: string) => (text.trim() ? host.awaken.addressFault(text.trim()) : null);
  const origins = [awaken.authUrl, awaken.popUrl].flatMap((address) => (address ? [new URL(address).origin] : []));

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
          <Reach
            desktop={desktop}
            origins={origins}
            allow={say('o_awaken_allow')}
            given={say('o_awaken_allowed_now')}
            refused={say('o_awaken_refused')}
          />
        </div>
      </form>
    </Card>
  );
}

/** The API user, who signs in from this browser. */
export function User({ desktop, setResult }: { desktop: Desktop; setResult: (result: Result | null) => void }) {
  const say = useSay();
  const { host, loaded } = desktop;
  const { awaken } = loaded.settings;
  const ask = useCallback(() => host.awaken.held(awaken), [host, awaken]);
  return (
    <Secret
      desktop={desktop}
      title={say('o_awaken_user')}
      why={say('o_awaken_user_why')}
      fields={[
        { name: 'user', label: say('o_awaken_user_name'), shown: true },
        { name: 'password', label: say('o_awaken_password') },
      ]}
      ready={awaken.authUrl !== undefined && awaken.popUrl !== undefined}
      ask={ask}
      keep={([user, password], remember) =>
        user && password ? () => host.awaken.keep(awaken, { user, password }, remember) : say('o_awaken_both')
      }
      forget={host.awaken.forget}
      changed={() => setResult(null)}
      words={{
        keep: say('o_awaken_keep'),
        kept: say('o_awaken_kept'),
        forgotten: say('o_awaken_forgotten'),
        none: say('o_awaken_held_none'),
        unready: say('o_awaken_held_addresses'),
      }}
    >
      <Test host={host} setResult={setResult} />
    </Secret>
  );
}
