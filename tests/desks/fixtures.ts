/** The recorded pages of all desks, each with what must be read on it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from '../../lib/which.ts';

export type Fixture = {
  /** `request-tracker/case-5.html` */
  name: string;
  html: string;
  url: string;
  /** What an admin says for a host that nobody knows; else the page itself is recognised. */
  desk?: string;
  read: Answer;
};

const folder = join('tests', 'desks');

export const fixtures: Fixture[] = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => {
    const expected = JSON.parse(readFileSync(join(folder, name, 'expect.json'), 'utf8')) as Record<string, Fixture>;
    const pages = readdirSync(join(folder, name)).filter((file) => file.endsWith('.html'));
    const missing = [...pages, ...Object.keys(expected)].filter((file) => !expected[file] || !pages.includes(file));
    if (missing.length)
      throw new Error(`${name}: a page without its reading, or the other way round: ${missing.join()}`);
    return Object.entries(expected).map(([file, fixture]) => ({
      ...fixture,
      name: `${name}/${file}`,
      html: readFileSync(join(folder, name, file), 'utf8'),
    }));
  });
