// @vitest-environment node
/** What every desk keeps to, whatever its product. */
import { describe, expect, test } from 'vitest';
import { customDesk } from '../../lib/desks/custom.ts';
import { declared, formOf } from '../../lib/desks/index.ts';
import type { Case, Desk, DeskFile } from '../../lib/model.ts';
import { readCase } from '../../lib/read.ts';
import { parseSettings } from '../../lib/settings.ts';
import { readPage } from '../../lib/which.ts';
import { parsePage } from '../../scripts/page.ts';
import { differences, documentOf } from '../desks/check.ts';
import { addresses, answers, fixtures, recorded, type Fixture } from '../desks/fixtures.ts';

const deskOf = (file: DeskFile): Desk => customDesk(file.id, file.name, formOf(file), file.code);
const parse = (html: string): Document => parsePage('https://desk.example/', html).document;
const fresh = ({ html, url }: Fixture): Document => parsePage(url, html).document;

/** Their addresses look alike, and only what an admin configured tells them apart. */
const alike: Record<string, string[]> = { freshdesk: ['freshservice'], freshservice: ['freshdesk'] };

/** Another record's id of the same shape. */
const another = (id: string): string => id.replace(/\d/g, (digit) => String((Number(digit) + 1) % 10));

/** What was read beside the identity. */
function saidBy(record: Case): string[] {
  const { desk: _desk, kind: _kind, id: _id, number: _number, fields, ...named } = record;
  return [...Object.keys(named), ...Object.keys(fields)];
}

// All pages are parsed before the first test, whose time it would be else.
for (const page of fixtures) documentOf(page);

test('each desk has its pages and addresses', () => {
  expect(recorded.toSorted()).toEqual(Object.keys(declared).toSorted());
});

describe.each(Object.values(declared))('$id', (file) => {
  const desk = deskOf(file);
  const own = fixtures.filter(({ of }) => of === file.id);
  const shapes = addresses.filter(({ of }) => of === file.id);

  test('every page, address and answer comes out as pinned', () => expect([...differences(file)]).toEqual([]));

  test('has three pages or more of real size, one of them without a case, and says what each was made after', () => {
    expect(own.length).toBeGreaterThanOrEqual(3);
    expect(own.some(({ read }) => read.case === null)).toBe(true);
    for (const page of own) {
      expect(page.modelled, `on ${page.name}`).toBeTruthy();
      expect(documentOf(page).querySelectorAll('*').length, `on ${page.name}`).toBeGreaterThanOrEqual(150);
    }
  });

  test('has eight shapes of address or more, some of them no case', () => {
    expect(shapes.length).toBeGreaterThanOrEqual(8);
    expect(shapes.filter(({ ref }) => ref === null).length).toBeGreaterThanOrEqual(3);
  });

  test('another desk’s page is no case', () => {
    const others = fixtures.filter(({ of }) => of !== file.id && !alike[file.id]?.includes(of));
    expect(others.length).toBeGreaterThan(0);
    for (const page of others) {
      const { desk: asked, case: record } = readPage({ url: page.url, document: documentOf(page) }, file.id);
      expect({ page: page.name, asked, record }).toEqual({ page: page.name, asked: file.id, record: null });
    }
  });

  test('an address without an id is no case, whatever the page holds', () => {
    const byPage = file.data.identity === 'page' && !file.data.addresses.length;
    for (const page of own) {
      const { origin } = new URL(page.url);
      for (const url of [`${origin}/`, `${origin}/?id=`, `${origin}/#`])
        expect(
          byPage ? null : readCase(desk, { url, document: documentOf(page) }).case,
          `${page.name} at ${url}`,
        ).toBeNull();
    }
  });

  test('a pane of another record is refused', () => {
    const cases = own.filter(({ read }) => read.case && read.sources.id === 'url' && !read.problems.length);
    for (const page of cases) {
      const id = page.read.case?.id ?? '';
      const inAddress =
        [id, id.toUpperCase(), page.read.case?.number ?? id].find((text) => page.url.includes(text)) ?? id;
      const url = page.url.replaceAll(inAddress, another(inAddress));
      const ref = desk.locate(url);
      if (!ref || ref.id === id) continue;
      const { case: record } = readCase(desk, { url, document: documentOf(page) });
      expect(record && saidBy(record), `${page.name} at ${url}`).toEqual([]);
    }
  });

  test('a host that only looks like this desk’s is no desk', () => {
    const empty = parse('');
    for (const { url } of shapes.filter(({ ref, desk: asked }) => ref && !asked)) {
      const { host, protocol, pathname, search, hash } = new URL(url);
      for (const other of [
        `${protocol}//${host}.evil.example${pathname}${search}${hash}`,
        `${protocol}//evil-${host.replaceAll('.', '-')}${pathname}${search}${hash}`,
        `https://evil.example/${host}${pathname}${search}${hash}`,
        `https://evil.example/?u=${url}`,
        `https://evil.example/#${url}`,
      ])
        expect({ other, ...readPage({ url: other, document: empty }) }).toMatchObject({
          other,
          desk: null,
          case: null,
        });
    }
  });

  test('a broken page is read as far as it goes: never an exception', { timeout: 60_000 }, () => {
    for (const page of own) {
      const { url } = page;
      for (const document of [
        parse(''),
        parse('<frameset></frameset>'),
        parse(page.html.slice(0, page.html.length / 2)),
      ])
        expect(() => readCase(desk, { url, document })).not.toThrow();
      const document = fresh(page);
      // The page goes away, bit by bit, while it is read again and again.
      const elements = [...(document.body?.querySelectorAll('*') ?? [])];
      const bit = Math.ceil(elements.length / 12);
      for (let at = 0; at < elements.length; at += bit) {
        for (const element of elements.slice(at, at + bit).filter((_, n) => n % 5 === 0)) element.remove();
        expect(() => readCase(desk, { url, document })).not.toThrow();
      }
      document.documentElement?.remove();
      expect(() => readCase(desk, { url, document })).not.toThrow();
    }
  });

  test('what its own API may be asked, on its own origin, has its answers recorded', () => {
    const told = answers.filter(({ of }) => of === file.id);
    expect(told.length > 0).toBe(Boolean(file.rest));
    if (!file.rest) return;
    expect(told.some((answer) => answer.told === null || answer.told.id !== answer.ref.id)).toBe(true);
    for (const { asks } of told) for (const path of asks) expect(path).toMatch(/^\/(?!\/)/);
  });
});

test.each(['maximo', 'connectwise', 'autotask', 'ivanti', 'servicetitan'])(
  '%s is no more than what an admin could write',
  (id) => {
    const { data: custom, code, hosts } = declared[id] ?? {};
    expect(code).toBeUndefined();
    expect(hosts).not.toEqual([]);
    const described = { key: 'own', product: 'custom', origins: ['https://desk.example'], custom };
    const { settings, problems } = parseSettings({ desks: [described] });
    expect(problems).toEqual([]);
    expect(settings.desks[0]?.custom).toEqual(custom);
  },
);

test.each(fixtures.filter(({ desk }) => desk === undefined))('$name is known for its own', (page) => {
  expect(readPage({ url: page.url, document: documentOf(page) }).desk).toBe(page.read.desk);
});
