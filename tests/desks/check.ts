/** What must hold of one desk on its own pages and addresses: for the tests, and for those that break it on purpose. */
import { isDeepStrictEqual } from 'node:util';
import { declared } from '../../lib/desks/index.ts';
import type { Case, DeskFile } from '../../lib/model.ts';
import { readPage, readerOf } from '../../lib/which.ts';
import { parsePage } from '../../scripts/page.ts';
import { addresses, answers, fixtures, type Fixture } from './fixtures.ts';

const parsed = new Map<string, Document>();
/** A page's document; readings change nothing in it, so one serves all. */
export function documentOf({ name, html, url }: Pick<Fixture, 'name' | 'html' | 'url'>): Document {
  const document = parsed.get(name) ?? parsePage(url, html).document;
  parsed.set(name, document);
  return document;
}
const empty = parsePage('https://desk.example/', '').document;

const refOf = (record: Case | null) =>
  record && { kind: record.kind, id: record.id, ...(record.number === undefined ? {} : { number: record.number }) };

/** All desks, with this one in place of the one of its id. */
const readerWith = (file: DeskFile) =>
  readerOf(Object.values(declared).map((each) => (each.id === file.id ? file : each)));

/**
 * @param file a desk, as it is or with something taken out
 * @returns a sentence for each page, address or answer that comes out otherwise
 */
export function* differences(file: DeskFile): Generator<string> {
  const reader = readerWith(file);
  const desk = reader.desk(file.id);
  if (!desk) return;
  for (const { of, url, desk: asked, ref } of addresses) {
    if (of !== file.id) continue;
    const answer = readPage({ url, document: empty }, asked, reader);
    if (!isDeepStrictEqual(refOf(answer.case), ref) || (ref && answer.desk !== of)) yield `address ${url}`;
  }
  for (const fixture of fixtures) {
    if (fixture.of !== file.id) continue;
    const { name, url, desk: asked, read, anchor } = fixture;
    const document = documentOf(fixture);
    const page = { url, document };
    const answer = readPage(page, asked, reader);
    if (!isDeepStrictEqual(answer, read)) yield `page ${name}`;
    if (!answer.case) continue;
    const place = desk.anchorOf(page, answer.case)?.element ?? null;
    if (place !== (anchor === undefined ? null : document.querySelector(anchor))) yield `anchor ${name}`;
  }
  for (const { of, url, ref, asks, answer, told } of answers) {
    if (of !== file.id) continue;
    let said: unknown = null;
    try {
      said = file.rest?.parse(answer, ref) ?? null;
    } catch {
      // as the runner takes it: no answer
    }
    const page = { url, document: empty };
    if (
      !isDeepStrictEqual(JSON.parse(JSON.stringify(said)), told) ||
      !isDeepStrictEqual(file.rest?.paths(ref, page), asks)
    )
      yield `answer for ${url}`;
  }
}
