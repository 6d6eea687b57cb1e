/**
 * A table, the contacts or the catalogs from a file: what would change is shown first, and nothing is saved until the
 * person says so.
 */
import { useEffect, useId, useRef, useState } from 'react';
import type { ListLine, ListPreview, RejectedLine, Unread } from '../../lib/lists.ts';
import { Icon } from '../icons.tsx';
import { useSay } from '../text.ts';
import { Switch } from '../switch.tsx';
import { download } from './download.ts';
import type { Column } from './grid-edits.ts';
import { Grid } from './grid.tsx';
import { Sign } from './icons.tsx';
import { reasonOf, type Watch } from './lists.ts';
import { Head, Status, Ways } from './parts.tsx';
import { count, counted } from './words.ts';

/** A button that lets the person choose a file. */
export function FileButton({ label, choose }: { label: string; choose: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className="btn m" onClick={() => input.current?.click()}>
        <Sign name="in" />
        {label}
      </button>
      <input
        ref={input}
        hidden
        type="file"
        aria-label={label}
        accept=".csv,.tsv,.txt,.json,text/csv,application/json"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file) choose(file);
          // The same file again is a choice, too.
          event.currentTarget.value = '';
        }}
      />
    </>
  );
}

type Props<T> = {
  file: File;
  /** The list that it goes into, as people call it. */
  into: string;
  read: (watch: Watch) => Promise<ListPreview<T> | Unread>;
  /** Saves it and says so. @returns why not, as a sentence; null if it was saved or stopped */
  save: (preview: ListPreview<T>, replace: boolean, changes: number, watch: Watch) => Promise<string | null>;
  /** Writes lines as a file, for those that were rejected. */
  asCsv: (rows: string[][]) => string;
  close: () => void;
};

type Step<T> =
  | { at: 'reading' | 'writing'; share: number; preview: ListPreview<T> | null }
  | { at: 'refused'; why: string }
  | { at: 'shown'; preview: ListPreview<T> };

export function ListImport<T>({ file, into, read, save, asCsv, close }: Props<T>) {
  const say = useSay();
  const [step, setStep] = useState<Step<T>>({ at: 'reading', share: 0, preview: null });
  const [replace, setReplace] = useState(false);
  const stop = useRef(new AbortController());
  const [why, setWhy] = useState<string | null>(null);

  // Once for each file: what is set meanwhile is taken into account when it is saved.
  const [reading] = useState(() => read);
  useEffect(() => {
    const ending = new AbortController();
    stop.current = ending;
    const progress = (share: number) => setStep({ at: 'reading', share, preview: null });
    const run = async () => {
      const preview = await reading({ progress, stop: ending.signal });
      if (ending.signal.aborted) return;
      if (!('unread' in preview)) setStep({ at: 'shown', preview });
      else if (preview.unread) setStep({ at: 'refused', why: reasonOf(say, preview.unread) });
    };
    void run().catch((error: unknown) => setStep({ at: 'refused', why: String(error) }));
    return () => ending.abort();
  }, [reading, say]);

  const cancel = () => {
    stop.current.abort();
    close();
  };
  const title = say('o_import_title', file.name);
  if (step.at === 'refused')
    return (
      <>
        <Head title={title} purpose={say('o_import_into', into)}>
          <button type="button" className="btn m" onClick={close}>
            {say('o_back')}
          </button>
        </Head>
        <div className="say bad" role="alert">
          <Icon name="warn" />
          <b>{say('o_import_refused')}</b>
          <p>{step.why}</p>
        </div>
      </>
    );
  if (step.at !== 'shown')
    return (
      <>
        <Head title={title} purpose={say('o_import_into', into)} />
        <Running
          words={say(step.at === 'reading' ? 'o_import_reading' : 'o_importing')}
          share={step.share}
          cancel={step.at === 'reading' ? cancel : () => stop.current.abort()}
          cancelWords={say(step.at === 'reading' ? 'o_cancel' : 'o_import_keep_old')}
        />
      </>
    );

  const { preview } = step;
  const total = preview.added.length + preview.changed.length + (replace ? preview.missing.length : 0);
  const saveRejected = () => {
    const rows = preview.rejected.map((line) => [...line.cells, reasonOf(say, line)]);
    download(`${file.name.replace(/\.[^.]*$/, '')}-rejected.csv`, asCsv([[...preview.columns, 'reason'], ...rows]));
  };
  const run = async () => {
    const ending = new AbortController();
    stop.current = ending;
    setWhy(null);
    setStep({ at: 'writing', share: 0, preview });
    const progress = (share: number) => setStep({ at: 'writing', share, preview });
    const refused = await save(preview, replace, total, { progress, stop: ending.signal });
    if (refused === null && !ending.signal.aborted) return close();
    setWhy(refused);
    setStep({ at: 'shown', preview });
  };
  return (
    <>
      <Head title={title} purpose={say('o_import_into', into)}>
        <button type="button" className="btn m" onClick={close}>
          {say('o_cancel')}
        </button>
        {total > 0 && (
          <button type="button" className="btn main m" onClick={() => void run()}>
            {counted(say, 'o_import', total)}
          </button>
        )}
      </Head>
      {why !== null && (
        <div className="say bad" role="alert">
          <Icon name="warn" />
          <b>{say('o_import_not_saved')}</b>
          <p>{why}</p>
        </div>
      )}
      {total === 0 && <p>{say(preview.rejected.length > 0 ? 'o_import_none_left' : 'o_import_nothing')}</p>}
      <Sum preview={preview} replace={replace} />
      <Details preview={preview} replace={replace} setReplace={setReplace} saveRejected={saveRejected} />
    </>
  );
}

type RunningProps = { words: string; share: number; cancel: () => void; cancelWords: string };

function Running({ words, share, cancel, cancelWords }: RunningProps) {
  return (
    <div className="card pad">
      <div className="bar">
        <b>{words}</b>
        <span className="meta num">{Math.floor(share * 100)} %</span>
        <span className="grow" />
        <button type="button" className="btn" onClick={cancel}>
          {cancelWords}
        </button>
      </div>
      <progress aria-label={words} value={share} max={1} />
    </div>
  );
}

type Shown = Pick<ListPreview<never>, 'added' | 'changed' | 'missing' | 'rejected' | 'columns'>;

function Sum({ preview, replace }: { preview: Shown; replace: boolean }) {
  const say = useSay();
  const { added, changed, missing, rejected } = preview;
  return (
    <div className="card sum">
      <div>
        <b>{count(added.length)}</b>
        <span className="meta">{say('o_sum_added')}</span>
      </div>
      <div>
        <b>{count(changed.length)}</b>
        <span className="meta">{say('o_sum_changed')}</span>
      </div>
      <div>
        <b>{count(replace ? missing.length : 0)}</b>
        <span className="meta">{say('o_sum_removed')}</span>
      </div>
      <div>
        <b>{count(rejected.length)}</b>
        {rejected.length > 0 ? (
          <Status mood="bad">{say('o_sum_rejected')}</Status>
        ) : (
          <span className="meta">{say('o_sum_rejected')}</span>
        )}
      </div>
    </div>
  );
}

const kinds = ['rejected', 'changed', 'missing', 'added'] as const;
type Kind = (typeof kinds)[number];

type DetailsProps = {
  preview: Shown;
  replace: boolean;
  setReplace: (replace: boolean) => void;
  saveRejected: () => void;
};

function Details({ preview, replace, setReplace, saveRejected }: DetailsProps) {
  const say = useSay();
  const id = useId();
  const shown = kinds.filter((kind) => preview[kind].length > 0 && (kind !== 'missing' || replace));
  const [wanted, setWanted] = useState<Kind | null>(null);
  const kind = wanted && shown.includes(wanted) ? wanted : shown[0];
  return (
    <>
      <div className="bar">
        {kind && (
          <Ways
            label={say('o_import_show')}
            value={kind}
            set={setWanted}
            options={shown.map((each) => ({
              id: each,
              name: say(`o_list_${each === 'missing' ? 'removed' : each}`, count(preview[each].length)),
            }))}
          />
        )}
        {kind === 'rejected' && (
          <button type="button" className="btn" onClick={saveRejected}>
            <Sign name="out" />
            {say('o_import_save_rejected')}
          </button>
        )}
        <span className="grow" />
        <label className="bar" htmlFor={id}>
          {say('o_import_replace')}
          <Switch id={id} on={replace} set={setReplace} />
        </label>
      </div>
      {kind === 'rejected' && <RejectedLines lines={preview.rejected} />}
      {kind && kind !== 'rejected' && <Lines key={kind} kind={kind} lines={preview[kind]} />}
    </>
  );
}

function RejectedLines({ lines }: { lines: RejectedLine[] }) {
  const say = useSay();
  const columns: Column[] = [
    { id: 'name', name: say('o_import_line'), width: 120, grow: 1, look: 'mono' },
    { id: 'why', name: say('o_import_reason'), width: 240, grow: 2 },
  ];
  return (
    <Grid
      label={say('o_sum_rejected')}
      head={say('o_import_line_number')}
      columns={columns}
      count={lines.length}
      keyOf={String}
      rowOf={Number}
      numberOf={(row) => lines[row]?.line ?? null}
      textOf={(row, column) => {
        const line = lines[row];
        if (!line) return '';
        return column === 'why' ? reasonOf(say, line) : line.name || line.cells.join(', ');
      }}
      editing={null}
      wrap
    />
  );
}

function Lines({ kind, lines }: { kind: Exclude<Kind, 'rejected'>; lines: ListLine[] }) {
  const say = useSay();
  const columns: Column[] = [
    { id: 'name', name: say('o_name'), width: 120, grow: 1, look: 'strong' },
    ...(kind === 'added' ? [] : [{ id: 'before' as const, name: say('o_import_before'), width: 160, grow: 2 }]),
    ...(kind === 'missing' ? [] : [{ id: 'after' as const, name: say('o_import_after'), width: 160, grow: 2 }]),
  ];
  return (
    <Grid
      label={say(`o_sum_${kind === 'missing' ? 'removed' : kind}`)}
      head={say('o_import_line_number')}
      columns={columns}
      count={lines.length}
      keyOf={String}
      rowOf={Number}
      numberOf={(row) => lines[row]?.line ?? null}
      textOf={(row, column) => lines[row]?.[column as Told] ?? ''}
      renderCell={(row, column) => <ToldCell column={column as Told} text={lines[row]?.[column as Told] ?? ''} />}
      editing={null}
      wrap
    />
  );
}

type Told = 'name' | 'before' | 'after';

function ToldCell({ column, text }: { column: Told; text: string }) {
  const words = <bdi className="cut">{text}</bdi>;
  return column === 'before' ? <del>{words}</del> : column === 'after' ? <ins>{words}</ins> : words;
}
