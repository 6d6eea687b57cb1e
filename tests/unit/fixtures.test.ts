// @vitest-environment node
import { expect, test } from 'vitest';
import { readPage } from '../../lib/which.ts';
import { parsePage } from '../../scripts/page.ts';
import { fixtures } from '../desks/fixtures.ts';

const parse = (html: string): Document => parsePage('https://desk.example/', html).document;

test.each(fixtures)('$name', ({ url, html, desk, read }) => {
  expect(readPage({ url, document: parse(html) }, desk)).toEqual(read);
});

test('a page of nobody has no desk', () => {
  expect(readPage({ url: 'https://rt.example/Ticket/Display.html?id=1', document: parse('<h1>#1: x</h1>') })).toEqual({
    desk: null,
    case: null,
    sources: {},
    problems: [{ code: 'no-desk', message: expect.stringMatching(/--desk\.$/) as string }],
  });
});

test('shadow roots are attached as a browser does: the first of a host, nested ones, none where there can be none', () => {
  const document = parse(
    '<div id="a"><template shadowrootmode="open"><p>in<b id="b"></b></p><div id="c"><template shadowrootmode="open">deep</template></div></template>' +
      '<template shadowrootmode="open">second</template></div><input id="d"><p id="e"><template shadowrootmode="other">x</template></p>' +
      '<p id="f"><template>plain</template></p>',
  );
  const root = document.querySelector('#a')?.shadowRoot;
  expect(root?.querySelector('p')?.textContent).toBe('in');
  expect(root?.querySelector('#c')?.shadowRoot?.textContent).toBe('deep');
  expect(document.querySelector('p b')).toBeNull();
  expect(document.querySelectorAll('template')).toHaveLength(3);
  expect(document.querySelector('#e')?.shadowRoot).toBeNull();
});

test('what a page says is chosen is chosen, whichever option it is, in shadow roots too', () => {
  const list = '<select><option>a<option>b<option>c<option selected>d<option>e</select>';
  const document = parse(
    `${list}<select><option>a<option>b</select><p>${list}</p><div><template shadowrootmode="open">${list}</template></div>`,
  );
  const chosen = (root: ParentNode) =>
    [...root.querySelectorAll('select')].map((select) => [...select.selectedOptions].map((option) => option.text));
  expect(chosen(document)).toEqual([['d'], ['a'], ['d']]);
  expect(chosen(document.querySelector('div')?.shadowRoot as ShadowRoot)).toEqual([['d']]);
});
