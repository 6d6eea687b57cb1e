/** The options page: navigation at the side, one view at a time, named by the address so that it can be sent around. */
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Icon, Mark } from '../icons.tsx';
import { useSay } from '../text.ts';
import { AwakenView } from './awaken.tsx';
import { Backup } from './backup.tsx';
import { BridgeView } from './bridge.tsx';
import { Deploy } from './deploy.tsx';
import { Desks } from './desks.tsx';
import { External } from './external.tsx';
import { wayOf, type Way } from './grid-moves.ts';
import { Sign } from './icons.tsx';
import { Inspect } from './inspect.tsx';
import { Licences } from './licences.tsx';
import { Toast } from './parts.tsx';
import { problemWords } from './problems.ts';
import { Rules } from './rules.tsx';
import { Simulator } from './simulator.tsx';
import { Start, stepsLeft } from './start.tsx';
import { useOptions, type Desktop, type Host, type Loaded } from './state.ts';
import { Tables, tableIds } from './tables.tsx';
import { Targets } from './targets.tsx';
import { count, counted } from './words.ts';

const views = {
  start: Start,
  desks: Desks,
  contacts: Targets,
  licences: Licences,
  rules: Rules,
  tables: Tables,
  simulator: Simulator,
  external: External,
  awaken: AwakenView,
  bridge: BridgeView,
  backup: Backup,
  deploy: Deploy,
  inspect: Inspect,
};
type View = keyof typeof views;

const onHash = (listener: () => void) => {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
};

/**
 * `#rules`; a view may have more behind its name, `#inspect/…`. Without a name it is the first steps, as long as one of
 * them is missing when the page is opened: taking the last one does not turn the page over.
 * @returns `view` null until that is known
 */
function useView(loaded: Loaded | undefined): { view: View | null; detail: string | undefined } {
  const hash = useSyncExternalStore(onHash, () => location.hash.slice(1));
  const [landing, setLanding] = useState<View | null>(null);
  if (!landing && loaded) setLanding(stepsLeft(loaded).length ? 'start' : 'desks');
  const [name = '', detail] = hash.split('/');
  return { view: Object.hasOwn(views, name) ? (name as View) : landing, detail };
}

/** Ctrl+Z and Ctrl+Shift+Z, wherever no text is being typed and nothing else hears them. */
function useWays(ways: Record<Way, () => void>): void {
  const latest = useRef(ways);
  useEffect(() => {
    latest.current = ways;
  });
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      const way = event.defaultPrevented || isTyping(event.target) ? null : wayOf(event);
      if (!way) return;
      event.preventDefault();
      latest.current[way]();
    };
    document.addEventListener('keydown', hear);
    return () => document.removeEventListener('keydown', hear);
  }, []);
}

/** A field has a way back of its own. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.matches('textarea, input:not([type=checkbox], [type=radio], [type=file])');

/** The whole page. */
export function Options({ host }: { host: Host }) {
  const say = useSay();
  const { desktop, note, ways, failed, reload, dismiss } = useOptions(host, say);
  useWays(ways);
  const { view, detail } = useView(desktop?.loaded);
  const title = view && say(`o_${view}_title`);
  useEffect(() => {
    document.title = title ? `${title} · Deskcall` : 'Deskcall';
  }, [title]);
  const Shown = view && views[view];
  return (
    <div className="app">
      <Side view={view} loaded={desktop?.loaded} />
      <main>
        {failed !== null && <Failed why={failed} again={reload} />}
        {desktop && <Problems desktop={desktop} />}
        <section className="view" key={view}>
          {desktop && Shown ? (
            <Shown desktop={desktop} detail={detail} views={Object.keys(views)} />
          ) : (
            failed === null && <Loading />
          )}
        </section>
      </main>
      <Toast note={note} dismiss={dismiss} />
    </div>
  );
}

function Side({ view, loaded }: { view: View | null; loaded: Loaded | undefined }) {
  const say = useSay();
  const left = loaded ? stepsLeft(loaded).length : 0;
  const link = (id: View, n?: number) => (
    <a href={`#${id}`} aria-current={id === view ? 'page' : undefined}>
      {say(`o_${id}_nav`)} {n !== undefined && <span>{id === 'start' ? say('o_start_left', count(n)) : count(n)}</span>}
    </a>
  );
  const settings = loaded?.settings;
  return (
    <aside className="side">
      <p className="brand">
        <Mark />
        Deskcall
      </p>
      <nav aria-label={say('o_nav')}>
        {left > 0 && link('start', left)}
        <p>{say('o_nav_calling')}</p>
        {link('desks', settings?.desks.length)}
        {link('contacts', settings && settings.contacts.length + settings.catalogs.length)}
        {link('licences')}
        {link('rules', settings?.rules.length)}
        {link('tables', loaded && tableIds(loaded).length)}
        {link('simulator')}
        {link('external', settings && Object.keys(settings.links.external).length)}
        {link('awaken', settings?.awaken.pops.length)}
        {link('bridge')}
        <p>{say('o_nav_care')}</p>
        {!left && link('start')}
        {link('inspect')}
        {link('backup')}
        {link('deploy')}
      </nav>
      {loaded && loaded.locked.length > 0 && (
        <p className="org">
          <Sign name="lock" />
          <span>{counted(say, 'o_locked', loaded.locked.length)}</span>
        </p>
      )}
    </aside>
  );
}

/** Grey bars of the result's size; the stylesheet keeps them away for the first 300 ms. */
function Loading() {
  const say = useSay();
  return (
    <div className="loading">
      <span className="sr">{say('o_loading')}</span>
      <i />
      <i />
      <i />
    </div>
  );
}

function Problems({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const { problems } = desktop.loaded;
  if (!problems.length) return null;
  return (
    <div className="band warn">
      <div className="say">
        <Icon name="warn" />
        <b>{counted(say, 'o_problems', problems.length)}</b>
        <ul>
          {problems.slice(0, 20).map((problem, n) => (
            // oxlint-disable-next-line react/no-array-index-key -- two sentences may be the same
            <li key={n}>
              <code>{problem.path}</code> {problemWords(problem, say)}
            </li>
          ))}
        </ul>
        {problems.length > 20 && <p>{counted(say, 'o_more', problems.length - 20)}</p>}
      </div>
    </div>
  );
}

function Failed({ why, again }: { why: string; again: () => void }) {
  const say = useSay();
  return (
    <div className="band bad" role="alert">
      <div className="say">
        <Icon name="warn" />
        <b>{say('o_failed')}</b>
        <p>{why}</p>
        <div className="acts">
          <button type="button" className="btn" onClick={again}>
            {say('o_again')}
          </button>
        </div>
      </div>
    </div>
  );
}
