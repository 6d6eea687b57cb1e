import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { declared, deskOf, formOf } from '../../lib/desks/index.ts';
import { matchAddress as matchReady } from '../../lib/desks/match.ts';
import { problemWords } from '../../components/options/problems.ts';
import { compileAddress, patternProblem } from '../../lib/desks/pattern.ts';
import { codes } from '../../lib/problems.ts';
import { say } from '../states/say.ts';

const host = 'https://desk.example';
/** As a page does it; a pattern that is refused never gets there. */
const matchAddress = (pattern: string, url: string) =>
  patternProblem(pattern) ? null : matchReady(compileAddress(pattern), url);
const match = (pattern: string, path: string) => {
  expect(patternProblem(pattern)).toBeNull();
  return matchAddress(pattern, host + path);
};

describe('addresses of Request Tracker', () => {
  const rt = declared['request-tracker'];
  if (!rt) throw new Error('no Request Tracker');
  const { locate } = deskOf({ product: rt.id, name: rt.name, desk: formOf(rt) });

  test.each([
    '/Ticket/Display.html?id=12',
    '/Ticket/Display.html?id=12#txn-45',
    '/Ticket/Display.html?Action=Untake;id=12',
    '/Ticket/Update.html?Action=Respond;id=12',
    '/Ticket/Update.html?Action=Comment&DefaultStatus=resolved&id=12',
    '/Ticket/Modify.html?id=12#ticket-info-cfs',
    '/Ticket/ModifyAll.html?id=12',
    '/Ticket/ModifyPeople.html?id=12',
    '/Ticket/History.html?id=12',
    '/Ticket/Reminders.html?id=12',
    '/rt/Ticket/Display.html?id=12',
    '/a/b/Ticket/Display.html?id=12',
    '//Ticket/Display.html?id=12',
    '/Ticket/Display.html?%69d=1%32',
    '/Ticket/Display.html?id=12&id=13',
    '/m/ticket/show?id=12',
    '/rt/m/ticket/show?id=12',
  ])('%s is ticket 12', (path) => expect(locate(host + path)).toEqual({ kind: 'ticket', id: '12', number: '12' }));

  test.each([
    '/',
    '/Ticket/Display.html',
    '/Ticket/Display.html?id=',
    '/Ticket/Display.html?id=abc',
    '/Ticket/Display.html?id=12a',
    '/Ticket/Display.html?id=-1',
    '/Ticket/Display.html?xid=12',
    '/Ticket/Create.html?Queue=1',
    '/Ticket/DisplayXhtml?id=12',
    '/SelfService/Display.html?id=12',
    '/rt/SelfService/Display.html?id=12',
    '/SelfService/Ticket/Display.html?id=12',
    '/Search/Results.html?Query=id=12',
    '/NoAuth/Login.html?next=12',
    '/Asset/Display.html?id=12',
    '/#/Ticket/Display.html?id=12',
    `/Ticket/Display.html?id=12&x=${'x'.repeat(5000)}`,
  ])('%s is no case', (path) => expect(locate(host + path)).toBeNull());

  test('what is no address is no case', () => expect(locate('Ticket/Display.html?id=12')).toBeNull());
});

test.each<[string, string, Record<string, string> | null]>([
  ['/case/{id}', '/case/12', { id: '12' }],
  ['/case/{id}', '/case/12/', { id: '12' }],
  ['/case/{id}', '/case/12/edit', null],
  ['/case/{id}', '/Case/12', null],
  ['/case/{id}', '/case/a%2Fb%20%C3%A9', { id: 'a/b é' }],
  ['/case/{id}', '/case/100%', { id: '100%' }],
  ['/case/{id}', '/case/12;tab=1', { id: '12' }],
  ['/case/{id}-*', '/case/12-a-title-12', { id: '12' }],
  ['/{kind:incident|task}/{id:hex}', '/incident/0aF9', { kind: 'incident', id: '0aF9' }],
  ['/{kind:incident|task}/{id:hex}', '/problem/0aF9', null],
  ['/{kind:incident|task}/{id:hex}', '/task/xyz', null],
  ['/{kind:a.b}/{id}', '/axb/1', null],
  ['/app#{db}/model/{kind}/{id:digits}', '/app#demo/model/party/7', { db: 'demo', kind: 'party', id: '7' }],
  ['/app#/case/{id}?tab=*', '/app?x=1#/case/7?tab=notes', { id: '7' }],
  ['/app#/case/{id}', '/app', null],
  ['/{:Display|Modify}.html?id={id:digits}', '/Modify.html?a=b&id=7', { id: '7' }],
  ['/x?id={id}&kind={kind:word}', '/x?kind=a-b_c&id=%26%3D', { id: '&=', kind: 'a-b_c' }],
  ['/x?id={id}', '/x?id=a+b', { id: 'a+b' }],
  ['/**', '/any/thing', {}],
  ['**', '/', {}],
  ['**/case/{id}', '/case/7', { id: '7' }],
  ['**/case/{id}', '/a/b/case/7', { id: '7' }],
  ['**/case/{id}', '/case/7/x', null],
  ['/case/{id}/**', '/case/7', { id: '7' }],
  ['/case/{id}/**', '/case/7/notes/1', { id: '7' }],
  ['/a/**/case/{id}', '/a/case/7', { id: '7' }],
  ['/a/**/case/{id}', '/a/b/c/case/7', { id: '7' }],
  ['/a/**/case/{id}', '/b/c/case/7', null],
  ['/a/**/case/{id}', '/a/case/7/x', null],
  ['/a/**/{id}', '/a', null],
  ['/#/a/**/{id}', '/#/a/b/c/7', { id: '7' }],
  ['/a+(b)[c]^$|d/{id}', '/a+(b)%5Bc%5D%5E$%7Cd/7', { id: '7' }],
  ['/case/{id}', '/case/7%0A8', null],
])('%s on %s: %j', (pattern, path, groups) => expect(match(pattern, path)).toEqual(groups));

test.each([
  ['case/{id}', 'must start with "/" or "**"'],
  ['https://desk.example/{id}', 'must start with "/" or "**"'],
  ['/{id}{number}', 'has two wildcards side by side in "{id}{number}"'],
  ['/**x', 'has two wildcards side by side in "**x"'],
  ['/{id}-*-{number}', 'has more than two wildcards in "{id}-*-{number}"'],
  ['/case/{id', 'has a brace without its other half in "{id"'],
  ['/case/id}', 'has a brace without its other half in "id}"'],
  ['/{id}/{id}', 'names the group "id" twice'],
  ['/{id}#{id}', 'names the group "id" twice'],
  ['/a/**/b/**/{id}', 'has "**" more than once in a path'],
  ['**/{id}/**', 'has "**" more than once in a path'],
  ['/{Id}', 'calls a group "Id", which is no name for one'],
  ['/{__proto__}', 'calls a group "__proto__", which is no name for one'],
  ['/{id:[0-9]+}', 'has "[0-9]+" where a list of words or one of these is needed: digits, hex, word, guid, key'],
  ['/{id:}', 'has "" where a list of words or one of these is needed: digits, hex, word, guid, key'],
  [
    '/{id:constructor.*}',
    'has "constructor.*" where a list of words or one of these is needed: digits, hex, word, guid, key',
  ],
])('%s: %s', (pattern, problem) => {
  const found = patternProblem(pattern);
  expect(found && problemWords(found, say)).toBe(problem);
  if (pattern.startsWith('/')) expect(matchAddress(pattern, `${host}/case/7`)).toBeNull();
});

test('a name that every object has is a word like any other', () => {
  expect(match('/{kind:constructor}/{id}', '/constructor/1')).toEqual({ kind: 'constructor', id: '1' });
});

test('an address made to run away comes back', () => {
  for (const pattern of ['/*-{id}', '/{id}-{number}-x', '/*a*a', '**/{id:word}-{kind:word}!'])
    for (const text of ['a-'.repeat(2000), 'a'.repeat(4000), '-'.repeat(3990)])
      expect(() => matchAddress(pattern, `${host}/${text}`)).not.toThrow();
});

test('no pattern and no address throws', () => {
  const piece = fc.constantFrom(
    '/',
    '*',
    '**',
    '{id}',
    '{',
    '}',
    ':',
    '|',
    '?',
    '=',
    '&',
    '#',
    '%',
    '%41',
    'a',
    '(',
    '\\',
    '.',
  );
  const text = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, (pattern, path) => {
      const problem = patternProblem(pattern);
      expect(problem === null || codes.includes(problem.code)).toBe(true);
      matchAddress(pattern, `${host}/${path}`);
      matchAddress(pattern, path);
    }),
  );
});
