import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { customDesk, plain } from '../../lib/desks/custom.ts';
import { prepare } from '../../lib/desks/pattern.ts';
import type { DeskData, Read } from '../../lib/model.ts';
import { readCase } from '../../lib/read.ts';

const url = 'https://desk.example/case/7';
const parse = (html: string) => new DOMParser().parseFromString(`<body>${html}</body>`, 'text/html');
const deskOf = (data: Partial<DeskData>) =>
  customDesk('custom', 'Desk', prepare({ addresses: ['/case/{id}'], ...data }));
const read = (data: Partial<DeskData>, html: string, at = url): Read =>
  readCase(deskOf(data), { url: at, document: parse(html) });

test('an address alone is a case; without one there is none', () => {
  expect(read({}, '')).toEqual({
    desk: 'custom',
    case: { desk: 'custom', kind: 'case', id: '7', number: '7', fields: {} },
    sources: { id: 'url', kind: 'url', number: 'url' },
    problems: [],
    confirmed: false,
  });
  const none = read({ read: { title: [{ css: 'h1' }] } }, '<h1>x</h1>', 'https://desk.example/');
  expect(none).toMatchObject({ case: null, sources: {}, problems: [{ code: 'no-case' }] });
});

describe('one value', () => {
  const title = (html: string, ...readings: NonNullable<DeskData['read']>['title'] & object) =>
    read({ read: { title: readings } }, html);
  const value = (html: string, ...readings: NonNullable<DeskData['read']>['title'] & object) =>
    title(html, ...readings).case?.title;

  test('the first reading that has a value wins, and says which it was', () => {
    const found = title('<h1> </h1><h2>Two</h2><h3>Three</h3>', { css: 'h1' }, { css: 'h2' }, { css: 'h3' });
    expect(found.case?.title).toBe('Two');
    expect(found.sources.title).toBe('css#2');
  });

  test('the first element that has a value wins', () => {
    expect(value('<p></p><p> </p><p>c</p><p>d</p>', { css: 'p' })).toBe('c');
  });

  test.each<[string, string, string | undefined]>([
    ['an input, as it is and not as it was', '<input value="a">', 'a'],
    ['a text area', '<textarea>a\n b</textarea>', 'a b'],
    ['a list', '<select><option>a<option selected> b </select>', 'b'],
    ['text inside', '<p>a <b>b</b>\n<i>c</i></p>', 'a b c'],
    ['nothing', '<p></p>', undefined],
  ])('%s', (_, html, expected) => expect(value(html, { css: 'body > *' })).toBe(expected));

  test('an input that has been typed into', () => {
    const document = parse('<input value="a">');
    (document.querySelector('input') as HTMLInputElement).value = 'b';
    expect(readCase(deskOf({ read: { title: [{ css: 'input' }] } }), { url, document }).case?.title).toBe('b');
  });

  test('an attribute', () => {
    const found = title('<p data-x=" a  b ">c</p>', { css: 'p', attr: 'data-x' });
    expect([found.case?.title, found.sources.title]).toEqual(['a b', 'attr']);
    expect(value('<p>c</p>', { css: 'p', attr: 'data-x' })).toBeUndefined();
  });

  test('a part of a text', () => {
    expect(value('<p>#1: a: b</p>', { css: 'p', after: ': ' })).toBe('a: b');
    expect(value('<p>#1: a: b</p>', { css: 'p', after: '#', before: ':' })).toBe('1');
    expect(value('<p>none</p>', { css: 'p', after: '#' })).toBeUndefined();
    expect(value('<p>none</p>', { css: 'p', before: '/' })).toBeUndefined();
    expect(value('<p>none</p><p>#2</p>', { css: 'p', after: '#' })).toBe('2');
  });

  test('control characters and white space are one space, marks of direction stay', () => {
    expect(plain(' a\u0000\u0007\tb\u00a0\u0085c\u2028 ')).toBe('a b c');
    expect(plain('\u202ea\u200f')).toBe('\u202ea\u200f');
    expect(plain(null)).toBe('');
    expect(plain('x'.repeat(50_000))).toHaveLength(16_384);
  });

  test('a bad selector finds nothing and costs nothing else', () => {
    const bad = 'p[[';
    const found = read(
      {
        single: bad,
        shows: { id: [{ css: bad }] },
        rows: [
          { row: bad, label: bad, value: bad },
          { row: 'p', label: bad, value: bad },
        ],
        read: { title: [{ css: bad }, { css: 'p' }], asset: [{ css: bad }] },
        anchors: [{ css: bad }],
      },
      '<p>a</p>',
    );
    expect(found.case).toEqual({ desk: 'custom', kind: 'case', id: '7', number: '7', title: 'a', fields: {} });
    expect(deskOf({ owns: [bad] }).owns({ url, document: parse('') })).toBe(false);
    expect(read({ scope: [bad] }, '<p>a</p>').case?.id).toBe('7');
  });
});

test.each([
  ['2026-11-21T22:30:11Z', '2026-11-21T22:30:11.000Z'],
  ['2026-11-21T22:30:11+02:00', '2026-11-21T20:30:11.000Z'],
  ['2026-11-21T22:30:11', '2026-11-21T22:30:11'],
  ['Sat Nov 21 22:30:11 2026', 'Sat Nov 21 22:30:11 2026'],
  ['21.11.2026, 22:30', '21.11.2026, 22:30'],
  ['T yesterday Z', 'T yesterday Z'],
])('opened %s is %s', (text, opened) => {
  expect(read({ read: { opened: [{ css: 'p' }] } }, `<p>${text}</p>`).case?.opened).toBe(opened);
});

describe('labelled rows', () => {
  const rows = [{ row: 'tr', label: 'th', value: 'td' }];
  const table = (...pairs: [string, string][]) =>
    `<table>${pairs.map(([label, value]) => `<tr><th>${label}</th><td>${value}</td></tr>`).join('')}</table>`;

  test('each label with a value is a field, by its text and without its colon; the first of a name stands', () => {
    const found = read(
      { rows },
      table(['Site: *', 'Plant 7'], ['Empty', ''], ['', 'x'], ['SITE', 'Plant 8'], ['B', '2']),
    );
    expect(found.case?.fields).toEqual({ Site: 'Plant 7', B: '2' });
    expect(found.sources).toMatchObject({ 'fields.Site': 'label#1', 'fields.B': 'label#1' });
  });

  test('a named field may be read by its label, ignoring case and colon', () => {
    const found = read(
      { rows, read: { asset: [{ label: 'none' }, { label: 'asset id:' }] } },
      table(['Asset ID:', 'A-1']),
    );
    expect([found.case?.asset, found.sources.asset]).toEqual(['A-1', 'label#2']);
  });

  test('a label may be called like a part of every object', () => {
    const found = read({ rows }, table(['__proto__', 'x'], ['constructor', 'y'], ['toString', 'z']));
    const fields = found.case?.fields ?? {};
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
    expect(Object.entries(fields)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['toString', 'z'],
    ]);
  });

  test('values of a form', () => {
    expect(
      read({ rows: [{ row: 'p', label: 'b', value: 'input' }] }, '<p><b>A</b><input value="1"></p>').case?.fields,
    ).toEqual({ A: '1' });
  });

  test('no page makes it read for ever', () => {
    const many = table(...Array.from({ length: 400 }, (_, n): [string, string] => [`f${n}`, 'x']));
    expect(Object.keys(read({ rows }, many).case?.fields ?? {})).toHaveLength(300);
  });
});

describe('the element of the open record', () => {
  const data = { scope: ['[data-id="{id}"]'], read: { title: [{ css: 'h1' }] }, anchors: [{ css: 'h1' }] };
  const two = '<section data-id="8"><h1>Eight</h1></section><section data-id="7"><h1>Seven</h1></section>';

  test('only what stands in it is read', () => {
    expect(read(data, two).case?.title).toBe('Seven');
    expect(read(data, two, 'https://desk.example/case/9').case).toEqual({
      desk: 'custom',
      kind: 'case',
      id: '9',
      number: '9',
      fields: {},
    });
  });

  test.each([['a"b'], ["a'b"], ['a]b'], ['a\\b'], ['"],h1,[x="'], ['1 2'], ['🛠'], ['é'], ['7']])(
    'an id of any letters is only a value in the selector: %s',
    (id) => {
      const document = parse('<section><h1>mine</h1></section><section data-id="x"><h1>other</h1></section>');
      const section = document.querySelector('section');
      section?.setAttribute('data-id', id);
      section?.setAttribute('id', id);
      const at = `https://desk.example/case/${encodeURIComponent(id)}`;
      for (const scope of ['[data-id="{id}"]', "[data-id='{id}']"])
        expect(readCase(deskOf({ ...data, scope: [scope] }), { url: at, document }).case?.title).toBe('mine');
    },
  );

  // Browsers take each half of a pair for a character of its own; happy-dom puts them together again.
  test('a letter beyond the first plane is escaped as one', () => {
    const document = parse('');
    const asked = vi.spyOn(document, 'querySelector');
    const at = `https://desk.example/case/${encodeURIComponent('🛠')}`;
    readCase(deskOf({ scope: ['[data-id="{id}"]'] }), { url: at, document });
    expect(asked).toHaveBeenCalledWith('[data-id="\\1f6e0 "]');
  });

  test('an id stands in a name after letters, too', () => {
    expect(
      read({ ...data, scope: ['#row-{id}'] }, '<p id="row-7"><h1>no</h1></p><div id="row-7"></div>').case?.id,
    ).toBe('7');
    expect(read({ ...data, scope: ['#row-{id}'] }, '<div id="row-7"><h1>Seven</h1></div>').case?.title).toBe('Seven');
  });

  test('the panel stands in it, too', () => {
    const document = parse(two);
    const anchor = deskOf(data).anchorOf({ url, document }, { kind: 'case', id: '7' });
    expect(anchor?.element.textContent).toBe('Seven');
    expect(anchor?.place).toBe('inside');
    expect(deskOf(data).anchorOf({ url, document }, { kind: 'case', id: '9' })).toBeNull();
  });

  test('places are tried in their order', () => {
    const desk = deskOf({ anchors: [{ css: 'h3' }, { css: 'h2', place: 'after' }, { css: 'h1' }] });
    expect(desk.anchorOf({ url, document: parse('<h1></h1><h2></h2>') }, { kind: 'case', id: '7' })).toMatchObject({
      place: 'after',
    });
    expect(desk.anchorOf({ url, document: parse('') }, { kind: 'case', id: '7' })).toBeNull();
  });
});

describe('what the page itself shows', () => {
  const byId = {
    shows: { id: [{ css: 'h1', after: '#', before: ':' }] },
    read: { title: [{ css: 'h1', after: ': ' }] },
  };
  const byNumber = { shows: { number: [{ css: 'b' }] }, read: { title: [{ css: 'h1' }] } };

  test('agrees', () => {
    expect(read(byId, '<h1>#7: a</h1>')).toMatchObject({
      confirmed: true,
      problems: [],
      case: { id: '7', title: 'a' },
    });
  });

  test('disagrees: its fields are another record’s, and it is said which', () => {
    const found = read(
      { ...byId, rows: [{ row: 'p', label: 'b', value: 'i' }] },
      '<h1>#8: a</h1><p><b>A</b><i>1</i></p>',
    );
    expect(found).toEqual({
      desk: 'custom',
      case: { desk: 'custom', kind: 'case', id: '7', number: '7', fields: {} },
      sources: { id: 'url', kind: 'url', number: 'url' },
      problems: [{ code: 'disagree' }],
      confirmed: false,
      shown: { text: '8', id: '8' },
    });
  });

  test('says nothing: the address is believed, unconfirmed', () => {
    expect(read(byId, '<h1>Loading</h1>')).toMatchObject({ confirmed: false, problems: [], case: { id: '7' } });
  });

  test('gives the number that the address has not', () => {
    const found = read(byNumber, '<b>INC0010042</b>');
    expect(found.case).toMatchObject({ id: '7', number: 'INC0010042' });
    expect(found.sources.number).toBe('css#1');
    expect(read(byNumber, '').case).not.toHaveProperty('number');
  });

  test('is compared with a number in the address', () => {
    const data = { ...byNumber, addresses: ['/case/{number}'] };
    expect(read(data, '<b>7</b>')).toMatchObject({ confirmed: true, case: { id: '7', number: '7' } });
    expect(read(data, '<b>8</b>')).toMatchObject({ shown: { text: '8' }, case: { number: '7', fields: {} } });
  });
});

describe('rows that are a label with its value beside it', () => {
  const fields = (html: string, value: string) =>
    read({ rows: [{ row: 'th', value }] }, `<table>${html}</table>`).case?.fields;

  test('each label of a row of several has the value behind it', () => {
    const html = '<tr><th>Status:<td>Open<th>Type<td>Incident</tr><tr><th>Title:<td colspan=3>Pump</tr>';
    expect(fields(html, '+')).toEqual({ Status: 'Open', Type: 'Incident', Title: 'Pump' });
  });

  test('the value may stand inside the element behind it', () => {
    const html = '<tr><th>Name<td><i>icon</i><input value="Pump"><th>State<td><select><option selected>Draft</select>';
    expect(fields(html, '+ input, select')).toEqual({ Name: 'Pump', State: 'Draft' });
    expect(fields(html, '+input')).toEqual({ Name: 'Pump' });
  });

  test('a label with nothing behind it is left out', () => {
    expect(fields('<tr><th>Comments:</tr><tr><th>Title<td>Pump</tr>', '+')).toEqual({ Title: 'Pump' });
  });

  test('they are found by their label', () => {
    const data = { rows: [{ row: 'th', value: '+' }], read: { queue: [{ label: 'Subsystem' }] } };
    const found = read(data, '<table><tr><th>Type<td>Incident<th>Subsystem:<td>Pumps</table>');
    expect([found.case?.queue, found.sources.queue]).toEqual(['Pumps', 'label#1']);
  });
});

test('a box counts only if it is ticked', () => {
  const data = { rows: [{ row: 'label', label: 'b', value: 'input' }] };
  const html =
    '<label><b>A</b><input type=checkbox></label><label><b>B</b><input type=checkbox value=yes checked></label>';
  expect(read(data, html).case?.fields).toEqual({ B: 'yes' });
});

describe('identity that only the page has', () => {
  const data: Partial<DeskData> = {
    identity: 'page',
    addresses: [],
    single: '[data-id]',
    shows: { id: [{ css: '[data-id]', attr: 'data-id' }], kind: [{ css: '[data-id]', attr: 'data-kind' }] },
    read: { title: [{ css: '[data-id]' }] },
  };

  test('one such element is the case', () => {
    expect(read(data, '<p data-id="9" data-kind="job">x</p>')).toMatchObject({
      case: { id: '9', kind: 'job', title: 'x' },
      sources: { id: 'attr', kind: 'attr' },
      confirmed: true,
      problems: [],
    });
  });

  test('addresses, where there are any, say on which pages', () => {
    const some = { ...data, addresses: ['/tktview/{id:hex}'] };
    const at = (path: string) => read(some, '<p data-id="abcdef12">x</p>', `https://desk.example${path}`).case?.id;
    expect(at('/tktview/abcd')).toBe('abcdef12');
    expect(at('/wiki/abcd')).toBeUndefined();
  });

  test('an address alone is never the case, whatever is missing on the page', () => {
    const some = { ...data, addresses: ['/info/{id:hex}'], scope: ['main'] };
    const at = (html: string) => read(some, html, 'https://desk.example/info/abcd');
    // A page of something else at such an address, one without the record's element, one with two records.
    for (const html of ['<main>x</main>', 'x', '<main><p data-id="1"></p><p data-id="2"></p></main>'])
      expect(at(html).case).toBeNull();
    expect(at('<main><p data-id="abcdef12">x</p></main>').case?.id).toBe('abcdef12');
  });

  test('none or an empty one is no case, two are none either and say so', () => {
    for (const html of ['', '<p data-id=" ">x</p>'])
      expect(read(data, html)).toMatchObject({ case: null, problems: [{ code: 'no-case' }] });
    expect(read(data, '<p data-id="9"></p><p data-id="9"></p>')).toMatchObject({
      case: null,
      problems: [{ code: 'several' }],
    });
  });
});

test('no page and no description throws', () => {
  const css = fc.constantFrom('*', 'p', '[', ':x', '{id}', '#{id}', '', ' ', 'p:not(');
  const reading = fc.record(
    { css, attr: fc.constantFrom('id', '<', ''), after: fc.constantFrom('#', 'x') },
    { requiredKeys: ['css'] },
  );
  fc.assert(
    fc.property(
      fc.record({
        scope: fc.array(css),
        single: css,
        owns: fc.array(css),
        shows: fc.record({ id: fc.array(reading), number: fc.array(reading) }),
        rows: fc.array(
          fc.record(
            { row: css, label: css, value: fc.oneof(css, fc.constantFrom('+', '+ p', '+[', '++')) },
            { requiredKeys: ['row', 'value'] },
          ),
          { maxLength: 2 },
        ),
        read: fc.record({ title: fc.array(reading), opened: fc.array(reading) }),
        anchors: fc.array(fc.record({ css })),
        identity: fc.constantFrom('address' as const, 'page' as const),
      }),
      fc.constantFrom('', '<p id=x>#1</p>', '<p><p><p>', '<svg><p>', '<template><p>'),
      (data, html) => {
        const page = { url, document: parse(html) };
        const desk = deskOf(data);
        readCase(desk, page);
        desk.owns(page);
        desk.anchorOf(page, { kind: 'case', id: '7' });
      },
    ),
  );
});
