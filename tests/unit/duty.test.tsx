/** Who is offered by their hours, and what the panel and the bar say of hours and licences. */
import { cleanup, render, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, test } from 'vitest';
import { Bar, firstOf } from '../../components/bar.tsx';
import { Panel } from '../../components/panel.tsx';
import { Text } from '../../components/text.ts';
import { whenWords } from '../../components/when.ts';
import type { Case, Offer, Opening, Target, View } from '../../lib/model.ts';
import { parseSettings } from '../../lib/settings.ts';
import { standIn, viewOf } from '../../lib/view.ts';
import { readLink } from '../../lib/worklink.ts';
import { say } from '../states/say.ts';

afterEach(cleanup);

const { links } = parseSettings({}).settings;
const now = Date.parse('2026-01-14T12:00Z');
const hour = 3_600_000;
/** Open and closed in turn from so many hours before or after now; minutes since 1970. */
const opening = (...hours: number[]): Opening => ({
  zone: 'UTC',
  at: hours.map((each) => (now + each * hour) / 60_000),
});
const open = opening(-2, 5, 20, 30);
const closed = opening(-10, -2, 20, 30);
const target = (id: string, more: Partial<Target> = {}): Target => ({
  id,
  name: id.toUpperCase(),
  group: 'contact',
  link: `worklink://resource?action=fetch_user&user=${id}`,
  ...more,
});
const record: Case = { desk: 'rt', kind: 'ticket', id: '1', number: '1', fields: {} };
const view = (targets: Target[], mine?: Target | null, at = now): View =>
  viewOf(record, targets, undefined, { links, ...(mine === undefined ? {} : { mine }) }, () => 'ABCDEFGH2345', at);
const ids = (of: View): string[] => of.offers.map(({ id }) => id);

describe('who is offered', () => {
  test.each<[string, Target, string]>([
    ['somebody without hours', target('a', { fallback: [target('b')] }), 'a'],
    ['somebody who is there', target('a', { open, fallback: [target('b')] }), 'a'],
    ['the first who can stand in', target('a', { open: closed, fallback: [target('b'), target('c')] }), 'b'],
    [
      'the first who is there to stand in',
      target('a', { open: closed, fallback: [target('b', { open: closed }), target('c', { open })] }),
      'c',
    ],
    [
      'somebody who is closed, where all others are',
      target('a', { open: closed, fallback: [target('b', { open: closed })] }),
      'a',
    ],
    ['somebody whose hours have run out', target('a', { open: opening(-9, -8), fallback: [target('b')] }), 'a'],
  ])('%s', (_, of, wanted) => {
    expect(standIn(of, now).id).toBe(wanted);
    expect(ids(view([of]))).toEqual([wanted]);
  });

  test('the view says who is closed and until when, and who stands in', () => {
    const { offers, closed: said, change } = view([target('a', { open: closed, fallback: [target('b', { open })] })]);
    expect(offers).toMatchObject([{ id: 'b', instead: 'A', stand: { open: true, until: now + 5 * hour } }]);
    expect(said).toEqual([{ name: 'A', open: false, until: now + 20 * hour, zone: 'UTC' }]);
    expect(change).toBe(now + 5 * hour);
  });

  test('who stands in for two is there once', () => {
    const b = target('b');
    const of = view([target('a', { open: closed, fallback: [b] }), b, target('c', { open: closed, fallback: [b] })]);
    expect(ids(of)).toEqual(['b']);
    expect(of.offers[0]?.instead).toBe('A');
    expect(of.closed?.map(({ name }) => name)).toEqual(['A', 'C']);
  });

  test('the next change is the first of all that matter, and once they have run out there is none', () => {
    const a = target('a', { open: closed, fallback: [target('b', { open: opening(-1, 3) })] });
    expect(view([a, target('c', { open })]).change).toBe(now + 3 * hour);
    expect(view([a], undefined, now + 3 * hour).change).toBe(now + 20 * hour);
    expect(view([a], undefined, now + 31 * hour).change).toBeUndefined();
    expect(view([target('a')]).change).toBeUndefined();
  });

  test('at the very change it is another view', () => {
    const a = target('a', { open: opening(-1, 1, 2), fallback: [target('b')] });
    expect(ids(view([a], undefined, now + hour - 1))).toEqual(['a']);
    expect(ids(view([a], undefined, now + hour))).toEqual(['b']);
    expect(ids(view([a], undefined, now + 2 * hour))).toEqual(['a']);
  });

  test('hours are none of a link', () =>
    expect(view([target('a', { open })]).offers[0]?.href).toBe(view([target('a')]).offers[0]?.href));
});

describe('one click away', () => {
  const first = (...offers: Partial<Offer>[]) =>
    firstOf({
      ...view([]),
      offers: offers.map((each, n) => ({ id: String(n), name: '', group: 'contact', href: 'worklink://x', ...each })),
    })?.id;
  const warn = { me: 'tech', evidence: 'help' } as const;
  const shut = { open: false, until: 0, zone: 'UTC' };
  test.each<[string, Partial<Offer>[], string | undefined]>([
    ['the first', [{}, {}], '0'],
    ['the first with a link', [{ href: undefined }, {}], '1'],
    ['one that nothing speaks against', [{ warn }, { stand: shut }, {}], '2'],
    ['the first, where something speaks against all', [{ stand: shut }, { warn }], '0'],
    ['no catalog in place of a contact', [{ stand: shut }, { group: 'catalog' }], '0'],
    ['nothing', [], undefined],
  ])('%s', (_, offers, wanted) => expect(first(...offers)).toBe(wanted));
});

describe('when', () => {
  const said = (iso: string, zone: string) => whenWords({ until: Date.parse(iso), zone }, say, now);
  const here = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  test.each([
    ['today', '2026-01-14T17:00Z', 'Europe/Berlin', '18:00 (Berlin)'],
    ['tomorrow there, though today here', '2026-01-14T16:30Z', 'Asia/Tokyo', 'Thu 01:30 (Tokyo)'],
    ['this week', '2026-01-19T07:00Z', 'Europe/Berlin', 'Mon 08:00 (Berlin)'],
    ['later', '2026-01-21T08:00Z', 'America/Argentina/Buenos_Aires', 'Wed Jan 21 05:00 (Buenos Aires)'],
    ['midnight', '2026-01-15T00:00Z', 'Etc/GMT', 'Thu 00:00 (GMT)'],
  ])('%s', (_, iso, zone, words) => expect(said(iso, zone)).toBe(words));

  test('at home no place is named', () => expect(said('2026-01-19T07:00Z', here)).not.toContain('('));
});

const show = (of: View, launch = () => {}) =>
  render(
    <Text.Provider value={say}>
      <Bar
        say={say}
        view={of}
        docked={false}
        expanded
        onLaunch={launch}
        onQr={() => {}}
        onToggle={() => {}}
        onNothing={() => {}}
        onNear={() => {}}
      />
      <Panel
        view={of}
        onLaunch={launch}
        onQr={() => {}}
        onCopy={() => {}}
        copied={null}
        onReadAgain={() => {}}
        onCopyForAdmin={() => {}}
        onChoose={() => {}}
        onCollapse={null}
      />
    </Text.Provider>,
  );
const plain = (element: Element | null): string => (element?.textContent ?? '').replaceAll(/\s+/g, ' ');
const panel = () => document.querySelector<HTMLElement>('.panel') ?? document.body;
const bar = () => document.querySelector<HTMLElement>('.bar') ?? document.body;

describe('what is said', () => {
  test('somebody stands in: who is closed until when, and instead of whom', () => {
    const a = target('a', { name: 'Pump experts', open: closed, fallback: [target('b', { name: 'On-call' })] });
    show(view([a]));
    expect(plain(panel())).toContain(
      `Pump experts: closed until ${whenWords({ until: now + 20 * hour, zone: 'UTC' }, say)}`,
    );
    expect(plain(panel())).toContain('Instead of Pump experts');
    expect(within(bar()).getByRole('status').textContent).toBe('Pump experts: closed');
    expect(within(bar()).getByRole('link').textContent).toBe('Call On-call');
    expect(screen.queryByText(/anyway/)).toBeNull();
  });

  test('nobody stands in: it may be tried all the same', () => {
    show(view([target('a', { name: 'Pump experts', open: closed })]));
    expect(plain(panel())).toMatch(/Closed, opens /);
    const call = within(panel()).getByRole('link', { name: 'Call anyway: Pump experts' });
    expect(call.textContent).toBe('Call anyway');
    expect(readLink(call.getAttribute('href') ?? '')?.number).toBe('1');
    expect(within(bar()).getByRole('status').textContent).toBe('Closed');
  });

  test.each([
    ['help', undefined, 'WorkLink’s help names no call from Tech to Guest. If it does not connect, call an expert'],
    ['tried', undefined, 'WorkLink refuses calls from Tech to Guest. If it does not connect, call an expert'],
    ['assumed', undefined, 'WorkLink may refuse calls from Tech to Guest. If it does not connect, call an expert'],
    ['tried', 'Use the hotline.', 'WorkLink refuses calls from Tech to Guest. Use the hotline.'],
  ] as const)('a refusal by %s is a warning beside the call, and blocks nothing', (evidence, why, words) => {
    show(view([target('a', { name: 'Partner', licence: 'guest', warn: { me: 'tech', evidence, why } })]));
    expect(plain(panel())).toContain(words);
    expect(within(panel()).getByRole('link', { name: 'Call Partner' }).getAttribute('href')).toContain('user=a');
    expect(within(bar()).getByRole('alert').textContent).toBe('May be refused');
    expect(within(bar()).getByRole('link').getAttribute('href')).toContain('user=a');
  });

  test('an expert is offered a link by which they call', () => {
    const expert = target('dana', { name: 'Dana Reyes', licence: 'expert' });
    const mine = target('~mine', { link: 'worklink://resource?action=fetch_user&user=7' });
    const of = view([expert], mine);
    show(of);
    expect(plain(panel())).toContain('Need a recording?');
    expect(plain(panel())).toContain('Send Dana Reyes this link. It is meant to call you about #1.');
    within(panel()).getByRole('button', { name: 'Copy link for Dana Reyes' });
    expect(readLink(of.mine?.href ?? '')).toMatchObject({ number: '1', desk: 'rt', data: { user: ['7'] } });
  });

  test.each<[string, Target[], Target | null | undefined, boolean]>([
    ['no expert is offered', [target('a', { licence: 'tech' })], null, false],
    ['the person is an expert, or nothing is known', [target('a', { licence: 'expert' })], undefined, false],
    ['no link of theirs is known', [target('a', { licence: 'expert' })], null, true],
  ])('%s', (_, targets, mine, asked) => {
    show(view(targets, mine));
    expect(plain(panel()).includes('Need a recording?')).toBe(asked);
    expect(screen.queryByRole('button', { name: /^Copy link for/ })).toBeNull();
  });
});
