/** The recorded pages of all desks, each with what must be read on it, and the addresses of each. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ref, Told } from '../../lib/model.ts';
import type { Answer } from '../../lib/which.ts';

export type Fixture = {
  /** `request-tracker/case-5.html` */
  name: string;
  /** The desk's id: the folder's name. */
  of: string;
  html: string;
  url: string;
  /** What an admin says for a host that nobody knows; else the page itself is recognised. */
  desk?: string;
  /** What the page was made after, and how sure that is. */
  modelled: string;
  /** A selector of the one element by which the panel must stand; without it, it stands in the dock. */
  anchor?: string;
  read: Answer;
};

/** An address with the record that it names. `desk` is what an admin says for a host that nobody knows. */
export type Address = { of: string; url: string; desk: string | undefined; ref: Ref | null };

/** An answer of a desk's own API, and what it says of a record. */
export type Answered = { of: string; url: string; ref: Ref; asks: string[]; answer: unknown; told: Told | null };

const folder = join('tests', 'desks');
const json = (...path: string[]): unknown => JSON.parse(readFileSync(join(folder, ...path), 'utf8'));
const has = (...path: string[]): boolean => existsSync(join(folder, ...path));

/** The folders: a desk's id each. */
export const recorded: string[] = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && has(entry.name, 'expect.json'))
  .map(({ name }) => name);

export const fixtures: Fixture[] = recorded.flatMap((name) => {
  const expected = json(name, 'expect.json') as Record<string, Fixture>;
  const pages = readdirSync(join(folder, name)).filter((file) => file.endsWith('.html'));
  const missing = [...pages, ...Object.keys(expected)].filter((file) => !expected[file] || !pages.includes(file));
  if (missing.length) throw new Error(`${name}: a page without its reading, or the other way round: ${missing.join()}`);
  return Object.entries(expected).map(([file, fixture]) => ({
    ...fixture,
    name: `${name}/${file}`,
    of: name,
    html: readFileSync(join(folder, name, file), 'utf8'),
  }));
});

/** In urls.json, `desk <url>` is an address on a host that nobody knows. */
export const addresses: Address[] = recorded
  .filter((name) => has(name, 'urls.json'))
  .flatMap((name) =>
    Object.entries(json(name, 'urls.json') as Record<string, Ref | null>).map(([key, ref]) => {
      const [, asked, url = ''] = /^(desk )?(.*)$/s.exec(key) ?? [];
      return { of: name, url, desk: asked ? name : undefined, ref };
    }),
  );

export const answers: Answered[] = recorded
  .filter((name) => has(name, 'rest.json'))
  .flatMap((name) => (json(name, 'rest.json') as Answered[]).map((answer) => ({ ...answer, of: name })));
