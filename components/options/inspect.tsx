/** Inspect: which desk owns the page of an open tab, what is read there and from where, and what is not. */
import { useEffect, useState } from 'react';
import type { Look } from '../../lib/inspect.ts';
import { useSay } from '../text.ts';
import { drawn } from '../drawn.ts';
import { Icon } from '../icons.tsx';
import { Empty, Head } from './parts.tsx';
import { Agreement, Fields, hostOf, TabChoice, Troubles, useLook, useTabs } from './sight.tsx';
import type { Desktop } from './state.ts';

/** @param detail what stands behind the view's name in the address: the key of a look that the popup handed over */
export function Inspect({ desktop, detail }: { desktop: Desktop; detail?: string | undefined }) {
  return detail ? <Handed key={detail} desktop={desktop} name={detail} /> : <Live desktop={desktop} />;
}

/** Tabs that may be looked at whenever they change. */
function Live({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const { looks } = desktop.host;
  const { tabs, turn, again } = useTabs(looks);
  const [chosen, setChosen] = useState<number>();
  const tab = tabs?.find(({ id }) => id === chosen)?.id ?? tabs?.[0]?.id;
  const found = useLook(looks, tab, turn);
  const origins = desktop.loaded.settings.desks.flatMap((desk) => desk.origins).filter(desktop.loaded.granted);
  return (
    <>
      <Head title={say('o_inspect_title')} purpose={say('o_inspect_purpose')}>
        {found && <CopyReport desktop={desktop} found={found} />}
        {tab !== undefined && <Again again={again} />}
      </Head>
      {tabs && tab !== undefined && <TabChoice tabs={tabs} value={tab} set={setChosen} />}
      {tabs && tab === undefined && <NoTab origins={origins} />}
      {tab !== undefined && <Found desktop={desktop} found={found} />}
    </>
  );
}

/** A page that was looked at once, through the popup. */
function Handed({ desktop, name }: { desktop: Desktop; name: string }) {
  const say = useSay();
  const { looks } = desktop.host;
  const [found, setFound] = useState<Look | null>();
  const [gone, setGone] = useState(false);
  useEffect(() => {
    void looks.take(name).then((look) => (look === undefined ? setGone(true) : setFound(look)));
  }, [looks, name]);
  return (
    <>
      <Head title={say('o_inspect_title')} purpose={say(gone ? 'o_inspect_purpose' : 'o_inspect_once')}>
        {found && <CopyReport desktop={desktop} found={found} />}
      </Head>
      {gone ? (
        <Empty fact={say('o_inspect_gone')} reason={say('o_inspect_gone_why')}>
          <a className="btn m" href="#inspect">
            {say('o_inspect_open_tabs')}
          </a>
        </Empty>
      ) : (
        <Found desktop={desktop} found={found} />
      )}
    </>
  );
}

function NoTab({ origins }: { origins: string[] }) {
  const say = useSay();
  if (origins.length)
    return <Empty fact={say('o_inspect_none')} reason={say('o_inspect_none_why', origins.map(hostOf).join(', '))} />;
  return (
    <Empty fact={say('o_inspect_no_desk')} reason={say('o_inspect_no_desk_why')}>
      <a className="btn m" href="#desks">
        {say('o_inspect_go_desks')}
      </a>
    </Empty>
  );
}

/** @param found undefined: not yet known; null: the tab refused */
function Found({ desktop, found }: { desktop: Desktop; found: Look | null | undefined }) {
  const say = useSay();
  if (found === null) return <Empty fact={say('o_inspect_refused')} reason={say('o_inspect_refused_why')} />;
  if (!found)
    return (
      <div className="loading">
        <span className="sr">{say('o_loading')}</span>
        <i />
        <i />
      </div>
    );
  const { sight } = found;
  return (
    <>
      <div className="card tbl">
        <h2>
          <span>
            <Whose desktop={desktop} found={found} />{' '}
            <span className="meta break">
              <bdi>{sight.url}</bdi>
            </span>
          </span>
          <Agreement sight={sight} />
        </h2>
        <Troubles sight={sight} />
        <Fields sight={sight} />
      </div>
      <div className="card pad">
        <h2>{say('o_inspect_report')}</h2>
        <p className="meta">{say('o_inspect_report_why')}</p>
        <details>
          <summary>{say('o_inspect_show')}</summary>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and the keyboard must reach it */}
          <pre className="mono" tabIndex={0} role="region" aria-label={say('o_inspect_report')}>
            {sight.report}
          </pre>
        </details>
      </div>
    </>
  );
}

/** The desk that is set up for this page, or the product that it looks like. */
function Whose({ desktop, found: { owner, sight } }: { desktop: Desktop; found: Look }) {
  const say = useSay();
  const name = (id: string) =>
    id === 'custom' ? say('o_desk_custom') : (desktop.host.products.find((each) => each.id === id)?.name ?? id);
  if (owner)
    return (
      <>
        {owner.name}{' '}
        <span className="meta">
          {owner.name === name(owner.product) ? '' : `${name(owner.product)}, `}
          <span className="mono">{owner.key}</span>
        </span>
      </>
    );
  return sight.product === null ? say('o_inspect_nobody') : say('o_inspect_not_set_up', name(sight.product));
}

function Again({ again }: { again: () => void }) {
  const say = useSay();
  return (
    <button type="button" className="btn m" onClick={again}>
      <Icon d={drawn.again} />
      {say('o_inspect_again')}
    </button>
  );
}

function CopyReport({ desktop, found }: { desktop: Desktop; found: Look }) {
  const say = useSay();
  const copy = () => {
    // Within the click, which is what browsers want to see.
    const done = desktop.host.copy(found.sight.report);
    void Promise.allSettled([done]);
    void desktop.act(async () => {
      await done;
      return { words: say('o_inspect_copied') };
    });
  };
  return (
    <button type="button" className="btn m" onClick={copy}>
      <Icon d={drawn.copy} />
      {say('o_inspect_copy')}
    </button>
  );
}
