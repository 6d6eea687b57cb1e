/** What the form of a desk can say beside addresses, selectors and labels. */
import { describe, expect, test } from 'vitest';
import { customDesk } from '../../lib/desks/custom.ts';
import { prepare } from '../../lib/desks/pattern.ts';
import type { DeskCode, DeskData, Told } from '../../lib/model.ts';
import { readCase } from '../../lib/read.ts';
import { withTold } from '../../lib/rest.ts';
import { attachShadowRoots } from '../../scripts/page.ts';

const url = 'https://desk.example/case/7';
function parse(html: string): Document {
  const document = new DOMParser().parseFromString(`<body>${html}</body>`, 'text/html');
  attachShadowRoots(document);
  return document;
}
const deskOf = (data: Partial<DeskData>, code?: DeskCode) =>
  customDesk('custom', 'Desk', prepare({ addresses: ['/case/{id}'], ...data }), code);
const read = (data: Partial<DeskData>, html: string, at = url, code?: DeskCode) =>
  readCase(deskOf(data, code), { url: at, document: parse(html) });
const title = (html: string, data: Partial<DeskData> = {}, code?: DeskCode) =>
  read({ read: { title: [{ css: 'h1' }] }, ...data }, html, url, code).case?.title;

describe('what is no part of a value', () => {
  test('a piece that only repeats the one before it is there for screen readers', () => {
    expect(title('<h1><span>Alex Kim</span> <span class="sr">Alex Kim</span></h1>')).toBe('Alex Kim');
    expect(title('<h1><i><b>Alex </b></i>\n<span> Alex</span> Kim</h1>')).toBe('Alex Kim');
    // In one piece it is a name.
    expect(title('<h1>Duran Duran</h1>')).toBe('Duran Duran');
    expect(title('<h1><b>Baden</b>-<b>Baden</b></h1>')).toBe('Baden-Baden');
  });

  test('elements that the desk names, scripts and styles', () => {
    const data = { drop: ['button', '.sr'] };
    expect(title('<h1>Alex<button>Assign to me</button><span class="sr">opens a menu</span></h1>', data)).toBe('Alex');
    expect(title('<h1>a<script>b</script><style>c</style></h1>')).toBe('a');
    expect(title('<h1>a<button>b</button></h1>', { drop: ['[['] })).toBe('ab');
  });

  test.each(['--', '-', '—', '–', '-- None --', '--None--', '— none —'])('%s is no value', (text) => {
    expect(title(`<h1>${text}</h1>`)).toBeUndefined();
    expect(title(`<h1>${text}</h1><h1>second</h1>`)).toBe('second');
    expect(
      read({ rows: [{ row: 'p', label: 'b', value: 'i' }] }, `<p><b>A</b><i>${text}</i></p>`).case?.fields,
    ).toEqual({});
  });

  test('words that stand for none are said by the desk', () => {
    expect(title('<h1>None</h1>')).toBe('None');
    expect(title('<h1>None</h1>', { blank: ['None'] })).toBeUndefined();
    expect(title('<h1>None of it works</h1>', { blank: ['None'] })).toBe('None of it works');
    expect(title('<h1>-5 bar</h1>')).toBe('-5 bar');
  });

  test('code may take something from each value', () => {
    const code = { tidy: (value: string) => value.replace(/^(.+)Open \1 Preview$/, '$1') };
    expect(title('<h1>Acme<i>Open Acme Preview</i></h1>', {}, code)).toBe('Acme');
  });
});

describe('shadow roots', () => {
  const inside = (html: string) => `<x-a><template shadowrootmode="open">${html}</template></x-a>`;
  const nested = inside(inside('<h1>deep</h1>'));

  test('are searched, nested ones too, only where the desk says so', () => {
    expect(title(nested)).toBeUndefined();
    expect(title(nested, { deep: true })).toBe('deep');
    expect(title(`${nested}<h1>light</h1>`, { deep: true })).toBe('light');
    expect(
      title('<x-a><template shadowrootmode="closed"><h1>no</h1></template></x-a>', { deep: true }),
    ).toBeUndefined();
  });

  test('the container of the record may be in one, and have some', () => {
    const pane = (id: number) => inside(`<section data-id="${id}">${inside(`<h1>${id}</h1>`)}</section>`);
    const data = { deep: true, scope: ['[data-id="{id}"]'] };
    expect(title(pane(8) + pane(7), data)).toBe('7');
    expect(title(pane(8), data)).toBeUndefined();
  });

  test('a host’s own text is read where nothing stands in it', () => {
    expect(title('<h1><template shadowrootmode="open"><b>In</b> it</template></h1>')).toBe('In it');
  });

  test('an element without text of its own has that of its shadow root, however deep it stands', () => {
    const root = (text: string) => `<template shadowrootmode="open">${text}</template>`;
    // Only custom elements and a few others can have one.
    expect(title(`<h1><x-a>${root('<i>Pump</i>')}</x-a> <x-a>17${root('label')}</x-a></h1>`)).toBe('Pump 17');
  });

  test('a component’s value is what people type into in it', () => {
    const typed = inside('<input type="hidden" value="1"><input value="Pump">');
    const field = inside(`<label>Title</label>${typed}`).replace('<x-a>', '<x-a name="title">');
    const data = { deep: true, read: { title: [{ css: '[name="title"]' }] } };
    expect(read(data, field).case?.title).toBe('Pump');
    // An attribute is that of the component itself.
    expect(read({ deep: true, read: { title: [{ css: 'x-a', attr: 'name' }] } }, field).case?.title).toBe('title');
  });

  test('the container’s own, and a row’s own, are searched', () => {
    const row = `<x-r><template shadowrootmode="open"><label>Site</label>${inside('<input value="Plant 7">')}</template></x-r>`;
    const data = { deep: true, scope: ['[data-id="{id}"]'], rows: [{ row: 'x-r', label: 'label', value: 'input' }] };
    const pane = `<x-p data-id="7"><template shadowrootmode="open">${row}</template></x-p>`;
    expect(read(data, pane).case?.fields).toEqual({ Site: 'Plant 7' });
    expect(read({ ...data, rows: [{ row: 'x-r', label: 'label', value: '' }] }, pane).case?.fields).toEqual({
      Site: 'Plant 7',
    });
  });

  test('they are named for watching', () => {
    const page = { url, document: parse(nested) };
    expect(deskOf({ deep: true }).roots(page)).toHaveLength(2);
    expect(deskOf({}).roots(page)).toEqual([]);
  });
});

test('several records on show: the address still names one, but nothing is read', () => {
  const html = '<h1>a</h1><h1>b</h1><i>A<u>x</u></i>';
  const data = { single: 'h1', rows: [{ row: 'i', value: 'u' }], read: { title: [{ css: 'h1' }] } };
  expect(read(data, html)).toMatchObject({
    case: { id: '7', fields: {} },
    sources: { id: 'url' },
    problems: [{ code: 'several' }],
  });
  expect(read(data, html).case).not.toHaveProperty('title');
  expect(read(data, html.slice(10)).case?.title).toBe('b');
  // What stands outside of the record's own container is no second one.
  expect(read({ ...data, scope: ['main'] }, `<h1>c</h1><main>${html.slice(10)}</main>`).case?.title).toBe('b');
  expect(read({ ...data, scope: ['main'] }, `<main>${html}</main>`).problems).toMatchObject([{ code: 'several' }]);
});

describe('what is left alone', () => {
  const data: Partial<DeskData> = { ignore: ['.tab:not(.active)', '[role="dialog"]'], deep: true };
  const tabs = '<div class="tab"><h1>other</h1></div><div role="dialog"><h1>new</h1></div>';

  test('nothing in it is read: no value, no row, no identity, no container, no place, no shadow root', () => {
    const other = `<div class="tab"><section data-id="7"><h1>other</h1><b>8</b><i>A<u>x</u></i>
      <p><template shadowrootmode="open"><h2>other</h2></template></p></section></div>`;
    const page = { url, document: parse(other) };
    const all: Partial<DeskData> = {
      ...data,
      shows: { id: [{ css: 'b' }] },
      rows: [{ row: 'i', value: 'u' }],
      read: { title: [{ css: 'h1, h2' }] },
      anchors: [{ css: 'h1' }],
    };
    expect(readCase(deskOf(all), page).case).toEqual(readCase(deskOf({}), page).case);
    expect(deskOf(all).anchorOf(page, { kind: 'case', id: '7' })).toBeNull();
    expect(deskOf(all).roots(page)).toEqual([]);
    expect(readCase(deskOf({ ...all, scope: ['[data-id="{id}"]'] }), page).problems).toMatchObject([
      { code: 'no-pane' },
    ]);
    expect(readCase(deskOf({ ...data, single: 'h1' }), { url, document: parse(`${tabs}<h1>x</h1>`) }).problems).toEqual(
      [],
    );
  });

  test('what stands beside it is', () => {
    expect(title(`${tabs}<div class="tab active"><h1>mine</h1></div>`, data)).toBe('mine');
  });

  test('a selector that cannot be understood leaves all alone', () => {
    expect(title('<h1>a</h1>', { ignore: ['.tab', '[['] })).toBeUndefined();
  });
});

describe('frames', () => {
  const data: Partial<DeskData> = {
    frames: ['iframe.record'],
    read: { title: [{ css: 'h1' }] },
    anchors: [{ css: 'h1' }],
  };
  function page(inner: { url: string; html: string } | null, html = '<h1>outer</h1>') {
    const document = parse(`${html}<iframe class="record"></iframe>`);
    const frame = document.querySelector('iframe');
    const contentDocument = inner && parse(inner.html);
    Object.defineProperties(frame, {
      contentDocument: { value: contentDocument },
      contentWindow: {
        value: inner && {
          get location() {
            if (!inner.url) throw new DOMException('another origin', 'SecurityError');
            return { href: inner.url };
          },
        },
      },
    });
    return { page: { url, document }, frame, contentDocument };
  }

  test('the frame’s own address and document are read', () => {
    const made = page({ url: 'https://desk.example/case/8', html: '<h1>inner</h1>' });
    const desk = deskOf(data);
    expect(readCase(desk, made.page).case).toMatchObject({ id: '8', title: 'inner' });
    expect(desk.roots(made.page)).toEqual([made.frame, made.contentDocument]);
    // There the panel would live by another window's rules.
    expect(desk.anchorOf(made.page, { kind: 'case', id: '8' })).toBeNull();
  });

  test('a frame that shows no case is no case, whatever the page’s own address says', () => {
    expect(readCase(deskOf(data), page({ url: 'https://desk.example/list', html: '' }).page).case).toBeNull();
  });

  test('one that is still empty is no case yet: the page’s own address may be of the record before', () => {
    const made = page({ url: 'about:blank', html: '' });
    const desk = deskOf(data);
    expect(readCase(desk, made.page).case).toBeNull();
    // Its load is waited for.
    expect(desk.roots(made.page)).toContain(made.frame);
  });

  test('one that cannot be read is no case either', () => {
    const made = page({ url: '', html: '' });
    expect(readCase(deskOf(data), made.page).case).toBeNull();
  });

  test('on a saved page it has no window: the page’s own address is all there is', () => {
    expect(readCase(deskOf(data), page(null).page).case).toMatchObject({ id: '7', title: 'outer' });
  });

  test('one that is written out in the page is a part of it', () => {
    const made = page({ url: 'about:srcdoc', html: '<h1>inner</h1>' });
    expect(readCase(deskOf(data), made.page).case).toMatchObject({ id: '7', title: 'inner' });
  });

  test('code may say on which pages there is none to look for', () => {
    const made = page({ url: 'https://desk.example/case/8', html: '<h1>inner</h1>' });
    const desk = deskOf(data, { framed: (at) => !at.endsWith('/7') });
    expect(readCase(desk, made.page).case).toMatchObject({ id: '7', title: 'outer' });
    expect(readCase(desk, { ...made.page, url: 'https://desk.example/' }).case).toMatchObject({ id: '8' });
  });

  test('a frame in it that is still empty is none of a record', () => {
    const made = page({ url: 'https://desk.example/case/8', html: '<h1>inner</h1><iframe class="record"></iframe>' });
    const frame = made.contentDocument?.querySelector('iframe') as HTMLIFrameElement;
    Object.defineProperties(frame, {
      contentDocument: { value: parse('') },
      contentWindow: { value: { location: { href: 'about:blank' } } },
    });
    expect(readCase(deskOf(data), made.page).case).toMatchObject({ id: '8', title: 'inner' });
  });
});

test('code may find the container where another element says which it is', () => {
  const code: DeskCode = {
    pane: (find, { id }) => (find(`a.selected[href$="/${id}"]`) ? find('section:not([hidden])') : null),
  };
  const html = '<section hidden><h1>other</h1></section><section><h1>mine</h1></section>';
  const data = { scope: ['#none'], read: { title: [{ css: 'h1' }] } };
  expect(read(data, `<a class="selected" href="/case/7">7</a>${html}`, url, code).case?.title).toBe('mine');
  expect(read(data, `<a class="selected" href="/case/8">8</a>${html}`, url, code).problems).toMatchObject([
    { code: 'no-pane' },
  ]);
});

describe('addresses', () => {
  test('may have a kind of their own', () => {
    const data = { addresses: ['/case/{id}', { is: '/changes/{id}', kind: 'change' }] };
    expect(read(data, '').case?.kind).toBe('case');
    expect(read(data, '', 'https://desk.example/changes/7').case?.kind).toBe('change');
  });

  test('some may name no record where the page does', () => {
    const data: Partial<DeskData> = { pages: ['/forms/**'], kind: 'incident', shows: { number: [{ css: 'b' }] } };
    const at = (path: string, html: string) => read(data, html, `https://desk.example${path}`).case;
    expect(at('/forms/x', '<b>INC1</b>')).toMatchObject({ kind: 'incident', id: 'INC1', number: 'INC1' });
    expect(at('/forms/x', '')).toBeNull();
    expect(at('/else', '<b>INC1</b>')).toBeNull();
    expect(read({ ...data, never: ['/forms/x'] }, '<b>INC1</b>', 'https://desk.example/forms/x').case).toBeNull();
    expect(at('/case/9', '<b>INC1</b>')).toMatchObject({ id: '9', number: 'INC1' });
  });

  test('some name it by a key that the page does not show: there the page decides, if it says anything', () => {
    const data: Partial<DeskData> = {
      pages: ['/case/*'],
      shows: { number: [{ css: 'b' }] },
      read: { title: [{ css: 'h1' }] },
    };
    expect(read(data, '<b>INC1</b><h1>x</h1>')).toMatchObject({
      case: { id: 'INC1', number: 'INC1', title: 'x' },
      sources: { id: 'css#1', number: 'css#1' },
      confirmed: true,
    });
    expect(read(data, '<h1>x</h1>')).toMatchObject({
      case: { id: '7', fields: {} },
      sources: { id: 'url', kind: 'url' },
      confirmed: false,
    });
    expect(read(data, '<h1>x</h1>').case).not.toHaveProperty('title');
    // What can be compared is compared.
    const numbers = { ...data, addresses: ['/case/{number}'] };
    expect(read(numbers, '<b>8</b>')).toMatchObject({ case: { id: '7' }, problems: [{ code: 'disagree' }] });
    const ids = { ...data, shows: { id: [{ css: 'b' }], number: [] } };
    expect(read(ids, '<b>8</b>')).toMatchObject({ case: { id: '7' }, problems: [{ code: 'disagree' }] });
  });

  test('one that names nothing but the number has its id from the page that shows that number', () => {
    const data: Partial<DeskData> = {
      addresses: ['/case?number={number}'],
      shows: { id: [{ css: 'i' }], number: [{ css: 'b' }] },
    };
    const at = (html: string) => read(data, html, 'https://desk.example/case?number=INC1');
    expect(at('<i>abc</i><b>INC1</b>')).toMatchObject({
      case: { id: 'abc', number: 'INC1' },
      sources: { id: 'css#1', number: 'url' },
      confirmed: true,
      problems: [],
    });
    expect(at('')).toMatchObject({ case: { id: 'INC1', number: 'INC1' }, confirmed: false });
    expect(at('<i>abc</i><b>INC2</b>')).toMatchObject({ case: { fields: {} }, problems: [{ code: 'disagree' }] });
    expect(at('<i>abc</i>')).toMatchObject({ problems: [{ code: 'disagree' }] });
  });

  test('a page that names two records names none', () => {
    const data: Partial<DeskData> = { addresses: [], pages: ['/case/*'], shows: { number: [{ css: 'b' }] } };
    expect(read(data, '<b></b><b>INC1</b><b>INC2</b>')).toMatchObject({ case: null, problems: [{ code: 'several' }] });
    expect(read(data, '<b>INC1</b><b></b><b>INC1</b>')).toMatchObject({ case: { id: 'INC1' }, problems: [] });
    // Where the address names it, the first is compared, as ever.
    expect(read({ ...data, addresses: ['/case/{number}'] }, '<b>7</b><b>8</b>').problems).toEqual([]);
  });

  test('a page may name its record by a label', () => {
    const data: Partial<DeskData> = {
      pages: ['/case/*'],
      addresses: [],
      rows: [{ row: 'label', value: '+' }],
      shows: { number: [{ label: 'Work Order' }] },
    };
    const html =
      '<label for="b">Work Order:</label><label>Site <input value="P7"></label><i><input id="b" value="10"></i>';
    expect(read(data, html)).toMatchObject({
      case: { id: '10', fields: { 'Work Order': '10', Site: 'P7' } },
      sources: { id: 'label#1', 'fields.Site': 'label#1' },
    });
    expect(read(data, '<label for="c">Work Order:</label><input>').case).toBeNull();
  });

  test('one id in several spellings is one', () => {
    const code = { sameId: (id: string) => id.toLowerCase() };
    const data = { shows: { id: [{ css: 'b' }] } };
    expect(read(data, '<b>AB</b>', 'https://desk.example/case/aB', code)).toMatchObject({
      confirmed: true,
      case: { id: 'ab' },
    });
  });

  test('selectors may hold the record’s id and kind', () => {
    const data = { read: { title: [{ css: '[id="{kind}.title.{id}"]' }] }, kind: 'incident' };
    expect(read(data, '<p id="incident.title.8">no</p><p id="incident.title.7">yes</p>').case?.title).toBe('yes');
  });
});

test('a desk without its container on the page says so', () => {
  expect(read({ scope: ['main'] }, '')).toMatchObject({
    case: { id: '7' },
    sources: { id: 'url', kind: 'url', number: 'url' },
    problems: [{ code: 'no-pane' }],
  });
});

describe('what a desk’s own API says', () => {
  const found = () =>
    deskOf({ read: { title: [{ css: 'h1' }], queue: [{ css: 'i' }] } }).read(
      { url, document: parse('<h1>page</h1><i>Pumps</i>') },
      { kind: 'case', id: '7' },
    );

  test('lies over what the page says, with its source', () => {
    const told: Told = {
      id: '7',
      number: 'INC7',
      values: { title: ' API\u0000 ', priority: 2, assignee: null, opened: '2026-11-21T22:30:11.000+0200' },
      fields: { Site: 'Plant 7', __proto__x: {} },
    };
    const both = withTold(found(), told);
    expect(both.ref).toEqual({ kind: 'case', id: '7', number: 'INC7' });
    expect(both.values).toEqual({
      title: 'API',
      queue: 'Pumps',
      priority: '2',
      opened: '2026-11-21T20:30:11.000Z',
    });
    expect(both.fields).toEqual({ Site: 'Plant 7' });
    expect(both.sources).toMatchObject({
      title: 'rest',
      priority: 'rest',
      queue: 'css#1',
      number: 'rest',
      'fields.Site': 'rest',
    });
    expect(both.confirmed).toBe(true);
  });

  test('of another record, or nothing, leaves the page’s values and is named', () => {
    for (const told of [null, { id: '8', values: { title: 'other' } }]) {
      const both = withTold(found(), told);
      expect(both.values).toEqual({ title: 'page', queue: 'Pumps' });
      expect(both.problems).toMatchObject([{ code: 'rest' }]);
    }
  });

  test('waits for the person where address and page disagree', () => {
    const unsure = { ...found(), shown: { text: '8' } };
    expect(withTold(unsure, { id: '7', values: { title: 'x' } })).toBe(unsure);
  });

  test('a field named like a part of every object is only a field', () => {
    const fields = JSON.parse('{"__proto__":"x","constructor":"y"}') as Record<string, unknown>;
    const both = withTold(found(), { id: '7', values: {}, fields });
    expect(Object.keys(both.fields)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(both.fields)).toBe(Object.prototype);
  });
});
