/**
 * The scheduled export: what is new or changed since the last time, as files in a folder or posted to an address. At
 * least once: after a crash between handing over and writing that down, the same rows come again, with the same ids.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Papa from 'papaparse';
import { z } from 'zod';
import { exportKinds, type ExportKind } from '../lib/api.ts';
import { perform } from '../lib/http.ts';
import { address } from './address.ts';
import type { Config } from './config.ts';
import { columnsOf, exportRows, type Rows } from './exports.ts';
import { said } from './log.ts';
import type { Parts } from './server.ts';

export const handoverShape = z.strictObject({
  /** A folder that the bridge may write to. */
  folder: z.string().min(1).optional(),
  /** Gets `{ kind, rows, cursor, more }` with `Authorization: Bearer` and the secret EXPORT_TOKEN. */
  url: address.optional(),
});

/** Rows of one file or request. */
const most = 5000;

type Target = { name: string; give(kind: ExportKind, from: string, rows: Rows): Promise<string | undefined> };

/** Writes beside and renames, so that whoever looks into the folder finds whole files only. */
const toFolder = (folder: string): Target => ({
  name: 'folder',
  async give(kind, from, { rows, cursor }) {
    const text = Papa.unparse({ fields: columnsOf(kind), data: rows }, { escapeFormulae: true, newline: '\r\n' });
    const path = join(folder, `${kind}-${from}-${cursor}.csv`);
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(`${path}.part`, `${text.replace(/(\r\n)+$/, '')}\r\n`);
      await rename(`${path}.part`, path);
      return undefined;
    } catch (error) {
      return said(error);
    }
  },
});

const toUrl = (url: string, token: string, timeout: number): Target => ({
  name: 'url',
  async give(kind, from, { rows, cursor, more }) {
    const answer = await perform({
      method: 'POST',
      url,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': `${kind}-${from}-${cursor}`,
      },
      body: JSON.stringify({ kind, rows, cursor, more }),
      timeout,
    });
    if ('fault' in answer) return `It does not answer (${answer.fault}).`;
    return answer.status >= 200 && answer.status < 300 ? undefined : `It answers ${answer.status}.`;
  },
});

const targetsOf = ({ handover, handoverToken, waits }: Config): Target[] => [
  ...(handover.folder ? [toFolder(handover.folder)] : []),
  ...(handover.url ? [toUrl(handover.url, handoverToken, waits.request * 1000)] : []),
];

/** @returns what hands over all that is new; whatever fails is tried again at the next sweep */
export function makeHandover({ config, db, log }: Parts): () => Promise<void> {
  const targets = targetsOf(config);

  /** One page, if there is something new and no other bridge is at it. @returns whether there may be more */
  const page = (target: Target, kind: ExportKind): Promise<boolean> =>
    db.transaction().execute(async (trx) => {
      const key = { target: target.name, kind };
      await trx
        .insertInto('handover')
        .values(key)
        .onConflict((it) => it.doNothing())
        .execute();
      const row = await trx
        .selectFrom('handover')
        .select('cursor')
        .where('target', '=', key.target)
        .where('kind', '=', key.kind)
        .forUpdate()
        .skipLocked()
        .executeTakeFirst();
      if (!row) return false;
      const rows = await exportRows(db, kind, row.cursor, most);
      if (!rows.rows.length) return false;
      const trouble = await target.give(kind, row.cursor, rows);
      if (trouble) {
        log.warn('not handed over', { target: target.name, kind, why: trouble });
        return false;
      }
      await trx
        .updateTable('handover')
        .set({ cursor: rows.cursor })
        .where('target', '=', key.target)
        .where('kind', '=', key.kind)
        .execute();
      return rows.more;
    });

  return async () => {
    // oxlint-disable-next-line no-await-in-loop -- one page after the other
    for (const target of targets) for (const kind of exportKinds) while (await page(target, kind));
  };
}
