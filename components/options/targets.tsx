/** Contacts and catalogs: who can be called and what can be opened, edited like a spreadsheet and imported from one. */
import { useState } from 'react';
import type { Settings } from '../../lib/schema.ts';
import { useSay } from '../text.ts';
import { download } from './download.ts';
import { Sign } from './icons.tsx';
import { FileButton, ListImport } from './list-import.tsx';
import { ByOrganisation, Empty, Head, Search, Ways } from './parts.tsx';
import { placedWords } from './problems.ts';
import type { Desktop } from './state.ts';
import { TargetForm, type Item, type List } from './target-form.tsx';
import { count, counted } from './words.ts';
import { TargetGrid } from './target-grid.tsx';

/** @param desktop what is set and how to change it */
export function Targets({ desktop }: { desktop: Desktop }) {
  const say = useSay();
  const { settings, locked } = desktop.loaded;
  const [list, setList] = useState<List>('contacts');
  const [letters, setLetters] = useState('');
  const [form, setForm] = useState<{ item?: Item } | null>(null);
  const [file, setFile] = useState<File | null>(null);
  const mayEdit = !locked.includes(list);
  const items: readonly Item[] = settings[list];
  if (file) return <TargetImport desktop={desktop} list={list} file={file} close={() => setFile(null)} />;
  const add = (
    <button type="button" className="btn main m" onClick={() => setForm({})}>
      <Sign name="plus" />
      {say(`o_${list}_add`)}
    </button>
  );
  return (
    <>
      <Head title={say('o_contacts_title')} purpose={say('o_contacts_purpose')}>
        {mayEdit && <FileButton label={say(`o_${list}_import`)} choose={setFile} />}
        {mayEdit ? !form && items.length > 0 && add : <ByOrganisation />}
      </Head>
      <div className="bar">
        <Ways
          label={say('o_contacts_which')}
          value={list}
          set={(next) => {
            setList(next);
            setForm(null);
            setLetters('');
          }}
          options={(['contacts', 'catalogs'] as const).map((id) => ({
            id,
            name: say(`o_list_${id}`, count(settings[id].length)),
          }))}
        />
        {items.length > 0 && <Search label={say(`o_${list}_search`)} value={letters} set={setLetters} />}
      </div>
      {form && mayEdit && (
        <TargetForm
          key={`${list} ${form.item?.id ?? ''}`}
          desktop={desktop}
          list={list}
          {...form}
          close={() => setForm(null)}
        />
      )}
      {!items.length && !form && (
        <Empty fact={say(`o_${list}_none`)} reason={say(`o_${list}_none_why`)}>
          {mayEdit && add}
        </Empty>
      )}
      <TargetGrid
        key={list}
        desktop={desktop}
        list={list}
        letters={letters}
        edit={mayEdit ? (item) => setForm({ item }) : null}
      />
      {items.length > 0 && <Exports desktop={desktop} list={list} />}
    </>
  );
}

function Exports({ desktop, list }: { desktop: Desktop; list: List }) {
  const say = useSay();
  const { host, loaded } = desktop;
  const items: readonly Item[] = loaded.settings[list];
  return (
    <div className="bar">
      <span className="grow" />
      <button
        type="button"
        className="btn"
        onClick={() => download(`${list}.csv`, host.lists.targetsAsCsv(list, items))}
      >
        <Sign name="out" />
        {say('o_export_csv')}
      </button>
      <button type="button" className="btn" onClick={() => download(`${list}.json`, JSON.stringify(items, null, 2))}>
        <Sign name="out" />
        {say('o_export_json')}
      </button>
    </div>
  );
}

type ImportProps = { desktop: Desktop; list: List; file: File; close: () => void };

function TargetImport({ desktop, list, file, close }: ImportProps) {
  const say = useSay();
  const { host, loaded, act } = desktop;
  const { settings } = loaded;
  return (
    <ListImport<Item>
      file={file}
      into={say(`o_part_${list}_all`)}
      read={(watch) => host.lists.previewTargets(file, { part: list, settings }, watch)}
      save={async (preview, replace, changes, { progress }) => {
        const next = { ...settings, [list]: preview.next(settings[list], replace) } as Settings;
        const problem = host.problem(next);
        if (problem) return placedWords(problem, say);
        await act(async () => {
          const before = await host.importAll(next, null, progress);
          const back = async () => {
            await host.restore(before);
            return { words: say('o_undone') };
          };
          const words = counted(say, 'o_imported', changes);
          return { words, undo: () => void act(back) };
        });
        return null;
      }}
      asCsv={host.lists.asCsv}
      close={close}
    />
  );
}
