/** Awaken: where it is, who the API user is, who is who, what can be popped, and what to look at where it does not work. */
import { useState } from 'react';
import type { Check, Credentials, Outcome } from '../../lib/awaken.ts';
import type { Fault, News, PopLine } from '../../lib/plan.ts';
import type { Settings } from '../../lib/schema.ts';
import { own, Said } from '../bar.tsx';
import { detail, wordsOf } from '../pop-words.ts';
import { useSay } from '../text.ts';
import { Pops } from './awaken-pops.tsx';
import { ByBridge, Mode, Service, User } from './awaken-service.tsx';
import { ByOrganisation, Card, Field, Head, Status, submitted } from './parts.tsx';
import type { Held } from './secret.tsx';
import type { Desktop } from './state.ts';
import { usersIn, usersText } from './words.ts';

export type Awaken = Settings['awaken'];
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
export type Result = { news?: News; fault?: Fault };

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
  // Where the bridge was in the way, nothing of Awaken's is to be looked at.
  const { outcome } = result?.news ?? {};
  const pointed = outcome ? likely[outcome] : first ? [first] : [];
  return (
    <>
      <Head title={say('o_awaken_title')} purpose={say('o_awaken_purpose')}>
        {!mayEdit && <ByOrganisation />}
      </Head>
      <Mode desktop={desktop} mayEdit={mayEdit} />
      {settings.awaken.mode === 'bridge' ? (
        <ByBridge desktop={desktop} setResult={setResult} />
      ) : (
        <>
          <Service key={JSON.stringify(settings.awaken)} desktop={desktop} mayEdit={mayEdit} />
          <User desktop={desktop} setResult={setResult} />
        </>
      )}
      {result && <Shown result={result} />}
      <Me key={settings.myUser} desktop={desktop} />
      <People key={JSON.stringify(settings.awaken.users)} desktop={desktop} mayEdit={mayEdit} />
      <Pops desktop={desktop} mayEdit={mayEdit} setResult={setResult} />
      <Checklist checks={desktop.host.awaken.checks} pointed={pointed} />
    </>
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
  const { bad, how } = wordsOf(news, say);
  return (
    <div className="band bad" role="alert">
      <div className="say">
        <b>{say('o_awaken_failed', bad)}</b>
        <p>{how}</p>
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
      <form className="form" onSubmit={submitted(save)}>
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
      <form className="form" onSubmit={submitted(save)}>
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
