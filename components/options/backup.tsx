/**
 * Backup: everything as one file, and back, and what was set before. Nothing is imported before the person has seen what
 * would change.
 */
import { useId, useState } from 'react';
import type { Change, Preview } from '../../lib/import.ts';
import { useSay, type Say } from '../text.ts';
import { download } from './download.ts';
import { Sign } from './icons.tsx';
import { Organisation } from './organisation.tsx';
import { Head, Status, Ways, Why } from './parts.tsx';
import { problemWords } from './problems.ts';
import type { Desktop, Snapshot } from './state.ts';
import { count, counted } from './words.ts';

/** Bytes. 50,000 rows are about 4 MB. */
const largest = 64_000_000;

type Chosen = { file: string; preview: Preview };

/** @param desktop what is set and how to change it */
export function Backup({ desktop }: { desktop: Desktop }) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  if (chosen) return <Import desktop={desktop} chosen={chosen} close={() => setChosen(null)} />;
  return <Start desktop={desktop} choose={setChosen} />;
}

function Start({ desktop, choose }: { desktop: Desktop; choose: (chosen: Chosen) => void }) {
  const say = useSay();
  const { host, loaded } = desktop;
  const [why, setWhy] = useState<string | null>(null);
  const id = useId();

  const save = async () => {
    const content = JSON.stringify({ ...loaded.settings, rows: await host.readRows() }, null, 2);
    download(`deskcall-settings-${new Date().toISOString().slice(0, 10)}.json`, content);
  };
  const open = async (file: File | undefined) => {
    setWhy(null);
    if (!file) return;
    // Before it is read: a hundred megabytes would stop the browser for a while.
    if (file.size > largest) return setWhy(say('o_file_large', file.name, count(largest / 1e6)));
    const text = await file.text().catch(() => null);
    if (text === null) return setWhy(say('o_file_gone', file.name));
    const preview = host.preview(text, loaded.settings, await host.readRows(), loaded.locked);
    if ('unreadable' in preview)
      setWhy(say(`o_file_${preview.unreadable.replace('-', '_')}`, file.name, count(preview.ends)));
    else choose({ file: file.name, preview });
  };

  return (
    <>
      <Head title={say('o_backup_title')} purpose={say('o_backup_purpose')} />
      <Organisation desktop={desktop} />
      <div className="card backup">
        <h2>{say('o_export')}</h2>
        <p className="meta">{say('o_export_why')}</p>
        <button type="button" className="btn m" onClick={() => void save()}>
          <Sign name="out" />
          {say('o_export_do')}
        </button>
      </div>
      <div className="card backup">
        <h2>{say('o_import')}</h2>
        <p className="meta">{say('o_import_why')}</p>
        <div className="field">
          <label htmlFor={id}>{say('o_import_file')}</label>
          <input
            id={id}
            className="file"
            type="file"
            accept=".json,application/json"
            aria-invalid={why ? true : undefined}
            aria-describedby={why ? `${id}-why` : undefined}
            onChange={(e) => void open(e.currentTarget.files?.[0])}
          />
          {why && <Why id={`${id}-why`}>{why}</Why>}
        </div>
      </div>
      <Snapshots desktop={desktop} />
      <Wipe desktop={desktop} />
    </>
  );
}

const lists = ['desks', 'contacts', 'catalogs', 'rules', 'tables'] as const;

/** Nothing, where nothing was set here. */
function Wipe({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const { host, loaded, act } = desktop;
  const theirs = new Set([...loaded.locked, ...loaded.defaults.filter((part) => !loaded.changed.includes(part))]);
  if (!lists.some((part) => loaded.settings[part].length > 0 && !theirs.has(part))) return null;

  const wipe = () =>
    act(async () => {
      const { snapshot, gone } = await host.removeAll();
      const undo = async () => {
        // Asked first: the browser forgets the click while the settings are restored.
        const asked = gone.length ? host.allow(gone) : null;
        await Promise.allSettled([asked]);
        await act(async () => {
          await host.restore(snapshot);
          await asked;
          return { words: say('o_undone') };
        });
      };
      return { words: say('o_wiped'), undo: () => void undo() };
    });
  return (
    <div className="card backup">
      <h2>{say('o_wipe')}</h2>
      <p className="meta">{say('o_wipe_why')}</p>
      <button type="button" className="btn m danger" onClick={() => void wipe()}>
        {say('o_wipe_do')}
      </button>
    </div>
  );
}

/** What was set before something replaced it as a whole. */
function Snapshots({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const { host, loaded, act } = desktop;
  const [share, setShare] = useState<number | null>(null);

  const restore = async (snapshot: Snapshot) => {
    setShare(0);
    await act(async () => {
      const before = await host.restore(snapshot.id, setShare);
      const undo = async () => {
        await host.restore(before);
        return { words: say('o_undone') };
      };
      return { words: say('o_restored', moment(snapshot.at)), undo: () => void act(undo) };
    });
    setShare(null);
  };
  const save = async (snapshot: Snapshot) => {
    const text = await host.readSnapshot(snapshot.id);
    if (text !== null)
      download(`deskcall-${new Date(snapshot.at).toISOString().slice(0, 16).replace(':', '')}.json`, text);
  };

  return (
    <div className="card tbl">
      <div className="pad">
        <div>
          <h2>{say('o_snapshots')}</h2>
          <p className="meta">{say('o_snapshots_why')}</p>
        </div>
        {share !== null && <progress aria-label={say('o_restoring')} value={share} max={1} />}
      </div>
      {loaded.snapshots.length > 0 ? (
        <table>
          <thead>
            <tr>
              <th>{say('o_snapshot_when')}</th>
              <th>{say('o_snapshot_before')}</th>
              <th>{say('o_snapshot_holds')}</th>
              <th>
                <span className="sr">{say('o_actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {loaded.snapshots.map((snapshot) => (
              <tr key={snapshot.id}>
                <td className="num">
                  <b>{moment(snapshot.at)}</b>
                </td>
                <td className="meta">{say(`o_snapshot_${snapshot.reason}`)}</td>
                <td className="meta">{holds(snapshot, say)}</td>
                <td className="end">
                  <div className="row-acts">
                    <button
                      type="button"
                      className="btn quiet"
                      aria-label={say('o_snapshot_save_name', moment(snapshot.at))}
                      onClick={() => void save(snapshot)}
                    >
                      {say('o_snapshot_save')}
                    </button>
                    <button
                      type="button"
                      className="btn"
                      disabled={share !== null}
                      aria-label={say('o_restore_name', moment(snapshot.at))}
                      onClick={() => void restore(snapshot)}
                    >
                      {say('o_restore')}
                    </button>
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p className="meta pad">{say('o_snapshots_none')}</p>
      )}
    </div>
  );
}

const moment = (at: number): string =>
  new Intl.DateTimeFormat(document.documentElement.lang || 'en', { dateStyle: 'medium', timeStyle: 'short' }).format(
    at,
  );

function holds({ counts }: Snapshot, say: Say): string {
  const some = Object.entries(counts).filter(([, n]) => n > 0);
  if (!some.length) return say('o_snapshot_nothing');
  return some.map(([part, n]) => `${say(`o_parts_${part}`)} ${count(n)}`).join(', ');
}

const kinds = ['rejected', 'changed', 'removed', 'added'] as const;
type Kind = (typeof kinds)[number];

function Import({ desktop, chosen, close }: { desktop: Desktop; chosen: Chosen; close: () => void }) {
  const say = useSay();
  const { host, act } = desktop;
  const { changes, rejected, settings, rows } = chosen.preview;
  const [written, setWritten] = useState<number | null>(null);
  const total = changes.length;

  const run = async () => {
    setWritten(0);
    await act(async () => {
      const before = await host.importAll(settings, rows, setWritten);
      const back = async () => {
        await host.restore(before);
        return { words: say('o_undone') };
      };
      return { words: counted(say, 'o_imported', total), undo: () => void act(back) };
    });
    close();
  };

  return (
    <>
      <Head title={say('o_import_title', chosen.file)} purpose={say('o_import_purpose')}>
        {written === null && (
          <>
            <button type="button" className="btn m" onClick={close}>
              {say('o_cancel')}
            </button>
            {total > 0 && (
              <button type="button" className="btn main m" onClick={() => void run()}>
                {counted(say, 'o_import', total)}
              </button>
            )}
          </>
        )}
      </Head>
      {written !== null && <Progress share={written} rows={rows?.length ?? 0} />}
      {total === 0 && <p>{say('o_import_nothing')}</p>}
      <Sum preview={chosen.preview} />
      {total + rejected.length > 0 && <Details preview={chosen.preview} />}
    </>
  );
}

const numbers = ({ changes, rejected }: Preview): Record<Kind, number> => ({
  added: changes.filter((c) => c.how === 'added').length,
  changed: changes.filter((c) => c.how === 'changed').length,
  removed: changes.filter((c) => c.how === 'removed').length,
  rejected: rejected.length,
});

function Sum({ preview }: { preview: Preview }) {
  const say = useSay();
  const n = numbers(preview);
  return (
    <div className="card sum">
      {(['added', 'changed', 'removed', 'rejected'] as const).map((kind) => (
        <div key={kind}>
          <b>{count(n[kind])}</b>
          {kind === 'rejected' && n.rejected > 0 ? (
            <Status mood="bad">{say('o_sum_rejected')}</Status>
          ) : (
            <span className="meta">{say(`o_sum_${kind}`)}</span>
          )}
        </div>
      ))}
    </div>
  );
}

/** Lines drawn at once; the counts above say how many there are. */
const longest = 200;

function Details({ preview }: { preview: Preview }) {
  const say = useSay();
  const n = numbers(preview);
  const present = kinds.filter((kind) => n[kind] > 0);
  const [kind, setKind] = useState<Kind>(present[0] ?? 'added');
  const lines = preview.changes.filter((change) => change.how === kind);
  return (
    <>
      <Ways
        label={say('o_import_show')}
        value={kind}
        set={setKind}
        options={present.map((id) => ({ id, name: say(`o_list_${id}`, count(n[id])) }))}
      />
      <div className="card tbl">
        {kind === 'rejected' ? <Rejected problems={preview.rejected} /> : <Changes lines={lines.slice(0, longest)} />}
      </div>
      {n[kind] > longest && <p className="meta">{say('o_of', count(longest), count(n[kind]))}</p>}
    </>
  );
}

function Rejected({ problems }: { problems: Preview['rejected'] }) {
  const say = useSay();
  return (
    <table>
      <thead>
        <tr>
          <th>{say('o_import_where')}</th>
          <th>{say('o_import_reason')}</th>
        </tr>
      </thead>
      <tbody>
        {problems.slice(0, longest).map((problem, n) => (
          // oxlint-disable-next-line react/no-array-index-key -- two sentences may be the same
          <tr key={n}>
            <td className="break">
              <span className="mono">{problem.path}</span>
              {problem.line !== undefined && (
                <span className="meta num"> {say('o_import_at_line', count(problem.line))}</span>
              )}
            </td>
            <td>{problemWords(problem, say)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Changes({ lines }: { lines: Change[] }) {
  const say = useSay();
  return (
    <table>
      <thead>
        <tr>
          <th className="narrow">{say('o_import_part')}</th>
          <th>{say('o_name')}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={`${line.part}:${line.name}`}>
            <td className="meta">{say(`o_part_${line.part}`)}</td>
            <td>{line.part === line.name ? say(`o_part_${line.part}`) : line.name}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Progress({ share, rows }: { share: number; rows: number }) {
  const say = useSay();
  return (
    <div className="card pad">
      <div className="bar">
        <b>{say('o_importing')}</b>
        {rows > 0 && (
          <span className="meta num">
            {counted(say, 'o_import_rows', rows, count(Math.round(share * rows)), count(rows))}
          </span>
        )}
      </div>
      <progress aria-label={say('o_importing')} value={share} max={1} />
    </div>
  );
}
