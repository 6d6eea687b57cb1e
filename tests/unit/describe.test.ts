import { describe, expect, test } from 'vitest';
import { problemWords } from '../../components/options/problems.ts';
import { say } from '../states/say.ts';
import { demoDesk } from '../../sandbox/desk/desk.ts';
import { describeDesk, fitsOf } from '../../lib/describe.ts';
import { declared } from '../../lib/desks/index.ts';

/** As the options page asks its browser. */
function selects(selector: string): boolean {
  try {
    document.createDocumentFragment().querySelector(selector);
    return true;
  } catch {
    return false;
  }
}
const flaws = (value: unknown): string[] =>
  describeDesk(typeof value === 'string' ? value : JSON.stringify(value), selects).flaws.map((flaw) =>
    `${flaw.path} ${problemWords(flaw, say)}`.trim(),
  );
const sound = { addresses: ['/case/{id}'] };

describe('what is wrong with a description, in plain words and with its place', () => {
  test.each([
    ['', ['is empty']],
    ['{ "addresses": [', ['ends in the middle: a bracket or a quote is still open']],
    ['{', ['ends in the middle: a bracket or a quote is still open']],
    ['{\n  "kind": "a\n}', ['is no JSON from line 2 on']],
    ['{ "kind": "a', ['ends in the middle: a bracket or a quote is still open']],
    ['{ "kind": "a",\n', ['ends in the middle: a bracket or a quote is still open']],
    ['{}}', ['is no JSON from line 1 on']],
    ['{\n  "addresses": ["/a"],\n  oops\n}', ['is no JSON from line 3 on']],
    ['7', ['must be an object in {braces}']],
    ['[]', ['must be an object in {braces}']],
    ['{}', ['addresses is missing']],
    [{ addresses: '/case/{id}' }, ['addresses must be a list in [brackets]']],
    [{ addresses: [7] }, ['addresses[0] must be a text in "quotes"']],
    [{ addresses: ['case'] }, ['addresses[0] must start with "/" or "**"']],
    [{ addresses: ['/{id}{number}'] }, ['addresses[0] has two wildcards side by side in "{id}{number}"']],
    [{ addresses: [{ is: '/case/{id}' }] }, ['addresses[0].kind is missing']],
    [{ addresses: [{ is: 'case', kind: 'case' }] }, ['addresses[0].is must start with "/" or "**"']],
    [{ ...sound, adresses: [] }, ['adresses is not known here; did you mean "addresses"']],
    [{ ...sound, read: { titel: [] } }, ['read.titel is not known here; did you mean "title"']],
    [{ ...sound, zzz: 1 }, ['zzz is not known here']],
    [{ ...sound, identity: 'both' }, ['identity must be one of: address, page']],
    [{ ...sound, deep: 'yes' }, ['deep must be true or false']],
    [{ ...sound, kind: '' }, ['kind is empty']],
    [{ ...sound, kind: 'k'.repeat(61) }, ['kind is longer than 60']],
    [{ ...sound, read: { title: [{ css: 'h1', label: 'Title' }] } }, ['read.title[0] must have either css or label']],
    [
      { ...sound, read: { title: [{ css: 'h1', seen: 'May' }] } },
      ['read.title[0].seen must be a month, such as "2026-11"'],
    ],
    [{ ...sound, read: { title: [{ css: 'h1[' }] } }, ['read.title[0].css is no selector that browsers know']],
  ])('%j', (value, expected) => expect(flaws(value)).toEqual(expected));

  test('every selector is asked about, with its place', () => {
    const bad = 'p[';
    const all = {
      ...sound,
      owns: [bad],
      frames: [bad],
      scope: [bad],
      drop: [bad],
      single: bad,
      shows: { id: [{ css: bad }] },
      rows: [{ row: bad, label: bad, value: `+ ${bad}` }],
      anchors: [{ css: bad }],
    };
    const places =
      'owns[0] frames[0] scope[0] drop[0] single shows.id[0].css rows[0].row rows[0].label rows[0].value anchors[0].css';
    expect(flaws(all)).toEqual(places.split(' ').map((place) => `${place} is no selector that browsers know`));
  });

  test('placeholders of a record and the sign of the next element are no flaw', () => {
    const rows = [
      { row: 'td', value: '+' },
      { row: 'td', value: '+ input' },
    ]; // prettier-ignore
    expect(flaws({ ...sound, scope: ['article[data-id="{id}"]', '#x-{id}', '.{kind}'], rows })).toEqual([]);
  });

  test.each(Object.values(declared).filter(({ code }) => !code))('$id, which is data alone, holds', ({ data }) => {
    const described = describeDesk(JSON.stringify(data), selects);
    expect(described.flaws).toEqual([]);
    expect(described.data).toEqual(data);
  });
});

test('each pattern at an address: the groups it finds there, or null', () => {
  const { data } = describeDesk(
    JSON.stringify({
      ...demoDesk,
      addresses: ['/list/{id}', '/case/{id:word}', { is: '/job/{id}', kind: 'job' }],
      pages: ['/portal'],
      never: ['/case/new'],
    }),
    selects,
  );
  if (!data) throw new Error('not sound');
  expect(fitsOf(data, 'https://desk.example/case/new')).toEqual([
    { list: 'addresses', pattern: '/list/{id}', groups: null },
    { list: 'addresses', pattern: '/case/{id:word}', groups: { id: 'new' } },
    { list: 'addresses', pattern: '/job/{id}', groups: null },
    { list: 'pages', pattern: '/portal', groups: null },
    { list: 'never', pattern: '/case/new', groups: {} },
  ]);
  expect(fitsOf(data, 'https://desk.example/job/7')[2]?.groups).toEqual({ kind: 'job', id: '7' });
});
