/** Deployment: files that bring these settings, and Deskcall itself, to many computers. */
import { useMemo, useRef, useState } from 'react';
import type { Choice, How, Pack, PackFile, Place, Places } from '../../lib/deploy.ts';
import { useSay, type Say } from '../text.ts';
import { download } from './download.ts';
import { Sign } from './icons.tsx';
import { Choice as Select, Field, Head, Status } from './parts.tsx';
import { problemWords } from './problems.ts';
import type { Desktop } from './state.ts';

type Browser = keyof Places;
const browsers: Browser[] = ['chrome', 'edge', 'firefox'];
const hows: How[] = ['mandated', 'default', 'none'];

/** @param desktop what is set and how to change it */
export function Deploy({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const { host, loaded, act } = desktop;
  const [choice, setChoice] = useState<Choice>(() => host.firstChoice(loaded.settings));
  const [places, setPlaces] = useState<Places>(loaded.places);
  // Rows are long and change nothing about which files there are; they come in when a file is made.
  const outline = useMemo(
    () => host.pack(loaded.settings, [], choice, places),
    [host, loaded.settings, choice, places],
  );
  /** What a change is taken back to: it is kept letter by letter, and told once the field is left. */
  const before = useRef(places);
  const tell = () => {
    const old = before.current;
    if (old === places) return;
    before.current = places;
    const undo = () => {
      before.current = old;
      setPlaces(old);
      void act(async () => {
        await host.keepPlaces(old);
        return { words: say('o_undone') };
      });
    };
    void act(async () => ({ words: say('o_deploy_places_kept'), undo }));
  };
  const make = async () => host.pack(loaded.settings, await host.readRows(), choice, places);
  const saveAll = async () => download('deskcall-deployment.zip', host.zipOf((await make()).files));
  const save = async (name: string) => {
    const file = (await make()).files.find((each) => each.name === name);
    if (file) download(name, host.bytesOf(file));
  };

  return (
    <>
      <Head title={say('o_deploy_title')} purpose={say('o_deploy_purpose')}>
        <button type="button" className="btn main m" onClick={() => void saveAll()}>
          <Sign name="out" />
          {say('o_deploy_all')}
        </button>
      </Head>
      <HandedOut choice={choice} set={setChoice} />
      <Origins
        desktop={desktop}
        places={places}
        set={(next) => {
          setPlaces(next);
          void host.keepPlaces(next);
        }}
        left={tell}
      />
      <Trouble pack={outline} />
      <Files files={outline.files} save={(name) => void save(name)} />
      <Fleet />
    </>
  );
}

function HandedOut({ choice, set }: { choice: Choice; set: (next: Choice) => void }) {
  const say = useSay();
  const parts = Object.keys(choice) as (keyof Choice)[];
  return (
    <div className="card tbl">
      <div className="pad">
        <div>
          <h2>{say('o_deploy_what')}</h2>
          <p className="meta">{say('o_deploy_what_why')}</p>
        </div>
      </div>
      <table className="choices">
        <thead>
          <tr>
            <th>{say('o_import_part')}</th>
            <th>{say('o_deploy_how')}</th>
          </tr>
        </thead>
        <tbody>
          {parts.map((part) => (
            <tr key={part}>
              <td>
                <b>{say(part === 'tables' ? 'o_deploy_tables' : `o_parts_${part}`)}</b>
              </td>
              <td className="edit">
                <Select
                  bare
                  label={say('o_deploy_how_of', say(`o_parts_${part}`))}
                  value={choice[part] ?? 'none'}
                  set={(how) => set({ ...choice, [part]: how as How })}
                  options={hows.map((id) => ({ id, name: say(`o_deploy_${id}`) }))}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type OriginsProps = { desktop: Desktop; places: Places; set: (next: Places) => void; left: () => void };

/** @param left told whenever a field is left */
function Origins({ desktop, places, set, left }: OriginsProps) {
  const say = useSay();
  const { self, fitsPlace } = desktop.host;
  const field = (browser: Browser, key: keyof Place) => {
    const value = places[browser][key];
    const wrong = value.trim() !== '' && !fitsPlace(browser, key, value.trim());
    return (
      <Field
        mono
        label={say(`o_deploy_${key}`, say(`o_deploy_${browser}`))}
        value={value}
        set={(text) => set({ ...places, [browser]: { ...places[browser], [key]: text } })}
        why={wrong ? say(`o_deploy_${key}_wrong_${browser === 'firefox' ? 'firefox' : 'chromium'}`) : null}
        hint={value.trim() ? undefined : say('o_deploy_unknown')}
      />
    );
  };
  return (
    <div className="card">
      <div className="pad">
        <div>
          <h2>{say('o_deploy_where')}</h2>
          <p className="meta">{say('o_deploy_where_why')}</p>
          <p className="meta">
            {say('o_deploy_self')} <code className="mono break">{self.id}</code>
          </p>
        </div>
      </div>
      <div className="form" onBlur={left}>
        {browsers.map((browser) => (
          <div className="pair wide" key={browser}>
            {field(browser, 'id')}
            {field(browser, 'url')}
          </div>
        ))}
      </div>
    </div>
  );
}

function Trouble({ pack: { missing, problems } }: { pack: Pack }) {
  const say = useSay();
  if (!missing.length && !problems.length) return null;
  return (
    <div className="card pad">
      {missing.length > 0 && (
        <div>
          <Status mood="warn">{say('o_deploy_placeholders')}</Status>
          <ul className="meta">
            {missing.map((place) => (
              <li key={place}>{placeName(place, say)}</li>
            ))}
          </ul>
        </div>
      )}
      {problems.length > 0 && (
        <div>
          <Status mood="bad">{say('o_deploy_refused')}</Status>
          <ul className="meta">
            {problems.map((problem) => (
              <li key={problem.path}>
                <code className="mono">{problem.path}</code> {problemWords(problem, say)}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

function placeName(place: Pack['missing'][number], say: Say): string {
  const [browser = '', key = ''] = place.split('.');
  return say(`o_deploy_${key}`, say(`o_deploy_${browser}`));
}

/** `chrome-linux.json` is described by `o_deploy_file_chrome_linux`. */
const wordsOf = (name: string): string =>
  `o_deploy_file_${name
    .replace(/\.\w+$/, '')
    .toLowerCase()
    .replaceAll('-', '_')}`;

function Files({ files, save }: { files: PackFile[]; save: (name: string) => void }) {
  const say = useSay();
  return (
    <div className="card tbl">
      <div className="pad">
        <div>
          <h2>{say('o_deploy_files')}</h2>
          <p className="meta">{say('o_deploy_files_why')}</p>
        </div>
      </div>
      <table className="files">
        <thead>
          <tr>
            <th>{say('o_deploy_file')}</th>
            <th>{say('o_deploy_tried')}</th>
            <th>
              <span className="sr">{say('o_actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {files.map((file) => (
            <tr key={file.name}>
              <td>
                <b>{say(wordsOf(file.name))}</b>
                <p className="meta mono break">{file.name}</p>
              </td>
              <td>
                <Tried file={file} />
              </td>
              <td className="end">
                <button
                  type="button"
                  className="btn quiet"
                  aria-label={say('o_deploy_save_name', file.name)}
                  onClick={() => save(file.name)}
                >
                  {say('o_deploy_save')}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Tried({ file }: { file: PackFile }) {
  const say = useSay();
  if (file.tried) return <Status mood="ok">{say(`o_deploy_tried_${file.tried.replace('-', '_')}`)}</Status>;
  return file.policy ? <Status mood="off">{say('o_deploy_untried')}</Status> : null;
}

function Fleet() {
  const say = useSay();
  return (
    <div className="card backup">
      <h2>{say('o_deploy_fleet')}</h2>
      <p className="meta">{say('o_deploy_fleet_why')}</p>
      <code className="mono">npm run build:fleet -- settings.json</code>
    </div>
  );
}
