/** What a short look at a page says of the desk that is set up for it, on recorded pages. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { declared } from '../../lib/desks/index.ts';
import { prepare } from '../../lib/desks/pattern.ts';
import type { DeskData } from '../../lib/model.ts';
import { glimpseOf } from '../../lib/visit.ts';
import { readerOf } from '../../lib/which.ts';
import { parsePage } from '../../scripts/page.ts';

const reader = readerOf(Object.values(declared));
const pageOf = (url: string, html: string) => ({ url, document: parsePage(url, html).document });
const as = (product: string, data?: DeskData) => ({
  product,
  name: product,
  desk: prepare(data ?? declared[product]?.data ?? { addresses: [] }),
});
const issue = pageOf('https://desk.example/issues/204', readFileSync('tests/desks/redmine/case.html', 'utf8'));
const blank = pageOf('https://desk.example/issues/12', '<title>Log in</title><form><input name="user"></form>');
const plain: DeskData = { addresses: ['/issues/{id:digits}'] };

test('a page of its own product is right, and its record is read', () => {
  const glimpse = glimpseOf(as('redmine'), issue, reader);
  expect(glimpse).toMatchObject({ right: true, like: 'redmine', doubt: false });
  expect(glimpse.case?.id).toBe('204');
});

test('a page of another product is not, and is named', () => {
  expect(glimpseOf(as('request-tracker'), issue, reader)).toMatchObject({ right: false, like: 'redmine', case: null });
});

test('a page of no known product is not recognised where the product can be told by its pages', () => {
  expect(glimpseOf(as('redmine'), blank, reader)).toMatchObject({ right: false, like: null });
  // A list, a dashboard: many products can be told by the pages of their records alone.
  expect(glimpseOf(as('redmine'), { ...blank, url: 'https://desk.example/' }, reader).right).toBeNull();
  // Nothing but its host tells this one.
  expect(glimpseOf(as('servicetitan'), blank, reader).right).toBeNull();
});

test('the vendor’s own host says what a page is', () => {
  const cloud = { ...blank, url: 'https://a.zendesk.com/agent/tickets/3' };
  expect(glimpseOf(as('zendesk'), cloud, reader)).toMatchObject({ right: true, like: 'zendesk' });
  expect(glimpseOf(as('redmine'), cloud, reader)).toMatchObject({ right: false, like: 'zendesk' });
});

test('an admin’s own description of a known product is not doubted', () => {
  expect(glimpseOf(as('custom', plain), issue, reader)).toMatchObject({ right: null, like: 'redmine' });
  expect(glimpseOf(as('custom', { ...plain, owns: ['#nothing'] }), issue, reader).right).toBe(false);
  expect(glimpseOf(as('custom', { ...plain, owns: ['body'] }), issue, reader).right).toBe(true);
});

test('address and page that disagree are in doubt', () => {
  const other = { ...issue, url: 'https://desk.example/issues/9999' };
  expect(glimpseOf(as('redmine'), other, reader)).toMatchObject({ doubt: true });
});

test('without a desk only the product is told', () => {
  expect(glimpseOf(null, issue, reader)).toEqual({ case: null, doubt: false, right: null, like: 'redmine' });
});
