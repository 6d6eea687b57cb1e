/** Awaken: where it is, who the API user is, who is who, what can be popped, and what to look at where it does not work. */
import { useEffect, useId, useState, type FormEvent, type ReactNode } from 'react';
import type { Check, Credentials, Outcome } from '../../lib/awaken.ts';
import type { Fault, News, PopLine } from '../../lib/plan.ts';
import type { Settings } from '../../lib/schema.ts';
import { own, Said } from '../bar.tsx';
import { detail, reasonOf } from '../pops.tsx';
import { useSay } from '../text.ts';
import { Sign } from './icons.tsx';
import { PopForm } from './pop-form.tsx';
import { ByOrganisation, Empty, Field, Head, Status } from './parts.tsx';
import type { Desktop } from './state.ts';
import { usersIn, usersText } from './words.ts';

/** Whether there are credentials, and how long they stay. */
export type Held = 'none' | 'session' | 'remembered';
type Awaken = Settings['awaken'];
export type Pop = Awaken['pops'][number];

/** What this view needs of the browser. No secret ever comes back through it. */
export type AwakenHost = {
  checks: readonly Check[];
  likely: { [outcome in Outcome]: readonly Check[] };
  addressFault: (address: string) => string | null;
  held: (at: Awaken) => Promise<Held>;
  /** @throws if both addresses are not set */
  keep: (at: Awaken, credentials: Credentials, remember: boolean) => Promise<void>;
  forget: () => Promise<void>;
  /** Signs in and pops nothing; or says why that cannot be tried. */
  test: () => Promise<News | Fault>;
  /** Null: there is no such pop. */
  popMe: (id: string) => Promise<PopLine | null>;
};

/** How a test came out, and where to look if it came out badly. */
type Result = { news?: News; fault?: Fault };

/** Where to look for what stands in the way. */
const byFault: { [fault in Fault]?: Check } = {
  service: 'addresses',
  permission: 'addresses',
  credentials: 'credentials',
  stopped: 'credentials',
};

type ViewProps = { desktop: Desktop };

/** @param desktop what is set and how to change it */
export function AwakenView({ desktop }: ViewProps) {
  const say = useSay();
  const { settings, locked } = desktop.loaded;
  const mayEdit = !locked.includes('awaken');
  const [result, setResult] = useState<Result | null>(null);
  const { likely } = desktop.host.awaken;
  const first = result?.fault && byFault[result.fault];
  const pointed = result?.news ? (likely[result.news.outcome ?? 'unknown'] ?? []) : first ? [first] : [];
  return (
    <>
      <Head title={say('o_awaken_title')} purpose={say('o_awaken_purpose')}>
        {!mayEdit && <ByOrganisation />}
      </Head>
      <Service key={JSON.stringify(settings.awaken)} desktop={desktop} mayEdit={mayEdit} />
      <User desktop={desktop} setResult={setResult} />
      {result && <Shown result={result} />}
      <Me key={settings.myUser} desktop={desktop} />
      <People key={JSON.stringify(settings.awaken.users)} desktop={desktop} mayEdit={mayEdit} />
      <Pops desktop={desktop} mayEdit={mayEdit} setResult={setResult} />
      <Checklist checks={desktop.host.awaken.checks} pointed={result?.news?.state === 'checked' ? [] : pointed} />
    </>
  );
}

function Card({ title, why, children }: { title: string; why: string; children: ReactNode }) {
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

const onSubmit = (save: (form: HTMLFormElement) => void) => (event: FormEvent<HTMLFormElement>) => {
  event.preventDefault();
  save(event.currentTarget);
};

/** The two addresses, the system, and whether the browser lets us go there. */
function Service({ desktop, mayEdit }: ViewProps & { mayEdit: boolean }) {
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
      <form className="form" onSubmit={onSubmit(save)}>
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
function User({ desktop, setResult }: ViewProps & { setResult: (result: Result | null) => void }) {
  const say = useSay();
  const { host, loaded, act } = desktop;
  const { awaken } = loaded.settings;
  const [held, setHeld] = useState<Held | null>(null);
  const [why, setWhy] = useState<string | null>(null);
  const [testing, setTesting] = useState(false);
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
  const test = async () => {
    setTesting(true);
    const told = await host.awaken.test();
    setResult(typeof told === 'string' ? { fault: told } : { news: told });
    setTesting(false);
  };
  return (
    <Card title={say('o_awaken_user')} why={say('o_awaken_user_why')}>
      <form className="form" autoComplete="off" onSubmit={onSubmit(save)}>
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
              {say(ready ? `o_awaken_held_${held}` : 'o_awaken_held_addresses')}
            </Status>
          )}
        </div>
      </form>
    </Card>
  );
}

/** How a test came out, with the next step. */
function Shown({ result: { news, fault } }: { result: Result }) {
  const say = useSay();
  if (fault)
    return (
      <div className="band warn" role="alert">
        <div className="say">
          <b>{say('o_awaken_cannot')}</b>
          <p>
            <Said>{say(`pop_no_${fault}`, own(''))}</Said>
          </p>
        </div>
      </div>
    );
  if (!news) return null;
  if (news.state !== 'failed')
    return (
      <div className="card pad" role="status">
        <Status mood={news.state === 'unknown' ? 'warn' : 'ok'}>{say(`pop_${news.state}`)}</Status>
        {news.state === 'sent' && <p className="meta">{say('o_awaken_look')}</p>}
      </div>
    );
  const reason = reasonOf(news);
  return (
    <div className="band bad" role="alert">
      <div className="say">
        <b>{say('o_awaken_failed', say(`pop_bad_${reason}`))}</b>
        <p>{say(`pop_how_${reason}`)}</p>
        {detail(news, say).map((sentence) => (
          <p key={sentence} className="meta">
            <Said>{sentence}</Said>
          </p>
        ))}
      </div>
    </div>
  );
}

/** The person's own username: each person sets it for themselves. */
function Me({ desktop }: ViewProps) {
  const say = useSay();
  const { loaded, change } = desktop;
  const [name, setName] = useState(loaded.settings.myUser ?? '');
  const [why, setWhy] = useState<string | null>(null);
  const save = () => setWhy(change(say('o_awaken_saved'), { myUser: name.trim() || null }));
  return (
    <Card title={say('o_awaken_me')} why={say('o_awaken_me_why')}>
      <form className="form" onSubmit={onSubmit(save)}>
        <Field mono label={say('o_awaken_me_name')} value={name} set={setName} why={why} />
        <div className="acts wide">
          {loaded.locked.includes('myUser') ? (
            <ByOrganisation />
          ) : (
            <button type="submit" className="btn m">
              {say('o_awaken_me_save')}
            </button>
          )}
        </div>
      </form>
    </Card>
  );
}

/** Who is who: one line for each, so that a list can be pasted. */
function People({ desktop, mayEdit }: ViewProps & { mayEdit: boolean }) {
  const say = useSay();
  const { loaded, change } = desktop;
  const { awaken, desks } = loaded.settings;
  const keys = desks.map(({ key }) => key);
  const [text, setText] = useState(usersText(awaken.users));
  const [why, setWhy] = useState<string | null>(null);
  const save = () => {
    const read = usersIn(text, keys);
    if ('wrong' in read) return setWhy(say('o_awaken_people_wrong', String(read.wrong)));
    setWhy(change(say('o_awaken_saved'), { awaken: { ...awaken, users: read.users } }));
  };
  return (
    <Card title={say('o_awaken_people')} why={say('o_awaken_people_why')}>
      <form className="form" onSubmit={onSubmit(save)}>
        <div className="wide">
          <Field
            mono
            lines={6}
            label={say('o_awaken_people_label')}
            value={text}
            set={setText}
            why={why}
            hint={say('o_awaken_people_hint')}
          />
        </div>
        <div className="acts wide">
          {mayEdit && (
            <button type="submit" className="btn m">
              {say('o_awaken_people_save')}
            </button>
          )}
        </div>
      </form>
    </Card>
  );
}

/** What can be popped. */
function Pops({
  desktop,
  mayEdit,
  setResult,
}: ViewProps & { mayEdit: boolean; setResult: (result: Result | null) => void }) {
  const say = useSay();
  const { host, loaded, change } = desktop;
  const { awaken } = loaded.settings;
  const [editing, setEditing] = useState<Pop | 'new' | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const popMe = async (id: string) => {
    setBusy(id);
    const line = await host.awaken.popMe(id);
    const [fault] = line?.plan.faults ?? [];
    const [news] = line?.history ?? [];
    setResult(fault ? { fault } : news ? { news } : null);
    setBusy(null);
  };
  const add = mayEdit && !editing && (
    <button type="button" className="btn m" onClick={() => setEditing('new')}>
      <Sign name="plus" />
      {say('o_awaken_pop_add')}
    </button>
  );
  return (
    <>
      <div className="v-head">
        <div>
          <h2>{say('o_awaken_pops')}</h2>
          <p className="meta">{say('o_awaken_pops_why')}</p>
        </div>
        {awaken.pops.length > 0 && add}
      </div>
      {editing && (
        <PopForm
          key={editing === 'new' ? '' : editing.id}
          desktop={desktop}
          pop={editing === 'new' ? null : editing}
          close={() => setEditing(null)}
        />
      )}
      {awaken.pops.length > 0 ? (
        <div className="card tbl">
          <table>
            <thead>
              <tr>
                <th>{say('o_awaken_pop')}</th>
                <th>{say('o_awaken_campaign')}</th>
                <th>{say('o_awaken_to')}</th>
                <th>
                  <span className="sr">{say('o_actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {awaken.pops.map((pop) => (
                <tr key={pop.id}>
                  <td>
                    <b>{pop.name}</b>
                    <p className="meta mono">{pop.id}</p>
                  </td>
                  <td>{pop.campaign}</td>
                  <td>
                    {pop.to === 'me'
                      ? say('o_awaken_to_me')
                      : 'field' in pop.to
                        ? say('o_awaken_to_field_is', pop.to.field)
                        : pop.to.username}
                  </td>
                  <td className="end">
                    <div className="row-acts">
                      <button
                        type="button"
                        className="btn"
                        aria-label={say('o_awaken_pop_me_name', pop.name)}
                        aria-disabled={busy !== null || undefined}
                        onClick={() => void (busy ?? popMe(pop.id))}
                      >
                        {say(busy === pop.id ? 'pop_sending' : 'o_awaken_pop_me')}
                      </button>
                      {mayEdit && (
                        <>
                          <button
                            type="button"
                            className="btn quiet"
                            aria-label={say('o_edit_name', pop.name)}
                            onClick={() => setEditing(pop)}
                          >
                            {say('o_edit')}
                          </button>
                          <button
                            type="button"
                            className="btn quiet"
                            aria-label={say('o_remove_name', pop.name)}
                            onClick={() =>
                              change(say('o_removed', pop.name), {
                                awaken: { ...awaken, pops: awaken.pops.filter((each) => each !== pop) },
                              })
                            }
                          >
                            {say('o_remove')}
                          </button>
                        </>
                      )}
                    </div>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        !editing && (
          <Empty fact={say('o_awaken_pops_none')} reason={say('o_awaken_pops_none_why')}>
            {add}
          </Empty>
        )
      )}
    </>
  );
}

/** What has to be right in Awaken; the lines that the last test points to are marked. */
function Checklist({ checks, pointed }: { checks: readonly Check[]; pointed: readonly Check[] }) {
  const say = useSay();
  return (
    <Card title={say('o_awaken_checks')} why={say('o_awaken_checks_why')}>
      <ol className="checks">
        {checks.map((check) => (
          <li key={check} aria-current={pointed.includes(check) ? 'step' : undefined}>
            <b>{say(`o_awaken_check_${check}`)}</b>
            <p className="meta">{say(`o_awaken_check_${check}_how`)}</p>
            {pointed.includes(check) && <Status mood="warn">{say('o_awaken_check_likely')}</Status>}
          </li>
        ))}
      </ol>
    </Card>
  );
}
