/** PostgreSQL servers that are installed here, as Debian does it: /usr/lib/postgresql/<version>/bin. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = '/usr/lib/postgresql';

/** Of version 15 or newer, oldest first. */
export const installedPostgres = (): { name: string; bin: string }[] =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((version) => Number(version) >= 15)
    .toSorted((one, other) => Number(one) - Number(other))
    .map((version) => ({ name: `PostgreSQL ${version} of this system`, bin: join(folder, version, 'bin') }))
    .filter(({ bin }) => existsSync(join(bin, 'initdb')));
