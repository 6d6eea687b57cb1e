/**
 * Every state of the bar, the dock's tab, the panel and the QR card, by name. The tests of looks and accessibility go
 * through all of them; a state that is not here is not looked after.
 */
import type { CaseHistory } from '../../components/history.tsx';
import type { WrapUpAsk } from '../../components/wrap-up.tsx';
import type { Entry } from '../../lib/api.ts';
import type { Code, Codes, Offer, Open, View } from '../../lib/model.ts';
import type { News, Plan, PopLine } from '../../lib/plan.ts';
import { qrOf } from '../../lib/qr.ts';

export type State = {
  view: View;
  /** Beside the title of the case unless at the page's edge. */
  at?: 'dock';
  /** In the dock: the tab has been opened to the bar. */
  out?: boolean;
  open?: Open;
  /** What the worker draws; undefined: it has not answered yet. */
  codes?: Codes;
  /** What the worker knows of the pops; undefined: it has not answered yet. */
  pops?: PopLine[];
  /** What is known of the case's calls; undefined: there is no bridge. */
  history?: CaseHistory;
  /** The call whose end is asked about. */
  wrapUp?: WrapUpAsk;
  dim?: boolean;
  /** The buttons that lead to it from what is drawn first, by the key of their text. */
  press?: string[];
  /** The window's width, where the state is about that. */
  width?: number;
  rtl?: boolean;
};

/** What the codes of the demo hold: links as they are written for a contact with a number of the usual length. */
export const appLink =
  'worklink://resource?action=fetch_user&user=497&work_order_id=1&case_id=ticket%3A1&desk=rt&launch_id=K7M2QX4TB3DA';
export const phoneLink = `https://getworklink.com/deferred?deep_link=${encodeURIComponent(appLink)}`;

export function codeOf(link: string, without?: 'case_id'): Code {
  const drawn = qrOf(link);
  if (!drawn) throw new Error('too long for any code');
  const { path, size, version } = drawn;
  return { link, path, size, version, ...(without ? { without } : {}) };
}

export const bothCodes: Codes = { app: codeOf(appLink), phone: codeOf(phoneLink) };

const dana: Offer = {
  id: 'dana',
  name: 'Dana Reyes',
  group: 'contact',
  licence: 'expert',
  href: appLink,
  phone: phoneLink,
};
const like = (id: string, name: string, more: Partial<Offer> = {}): Offer => ({ ...dana, id, name, ...more });
const catalog = (id: string, name: string, detail: string): Offer => {
  const { licence: _, ...rest } = like(id, name, { group: 'catalog', detail });
  return rest;
};
const seals = catalog('seals', 'Seal replacement, P-200 series', 'ASSET-204');

export const ready: View = {
  state: 'ready',
  key: 'ticket:1',
  number: '#1',
  title: 'Pump P-204 leaking at seal',
  unnumbered: false,
  offers: [dana, like('pumps', 'Pump experts'), like('liu', 'Liu Wei', { licence: 'tech-plus' }), seals],
};
const bare = (view: Partial<View>): View => ({ ...ready, offers: [], ...view });
const reading = bare({ state: 'reading', title: '' });
const doubt = bare({ state: 'doubt', shown: '#17' });
const uncovered = bare({
  state: 'uncovered',
  key: 'ticket:88',
  number: '#88',
  title: 'Door closer, gate 3',
  queue: 'Facilities',
});
const moved: View = {
  ...ready,
  key: 'ticket:2',
  number: '#2',
  title: 'Valve V-11 stuck',
  offers: [like('valves', 'Valve desk')],
  moved: ['#1', '#2'],
};
const launched: View = { ...ready, launched: 'dana' };
const unnumbered: View = { ...ready, number: '7f31c9d2e0', unnumbered: true };
const guest = like('partner', 'Sealing partner', { licence: 'guest' });
const { href: _href, phone: _phone, ...unlinked } = dana;
const refused: View = {
  ...ready,
  offers: [
    {
      ...unlinked,
      id: 'old',
      name: 'Plant 7 rotating',
      refused: 'refused_not_allowed',
    },
    ...ready.offers,
  ],
};

const inHours = (hours: number): number => Date.now() + hours * 3_600_000;
const stand = (open: boolean, hours: number) => ({
  open,
  until: inHours(hours),
  zone: 'America/Argentina/Buenos_Aires',
});
const standsIn: View = {
  ...ready,
  offers: [
    like('oncall', 'On-call engineer', { instead: 'Pump experts', stand: stand(true, 3) }),
    like('liu', 'Liu Wei', { licence: 'tech-plus' }),
    seals,
  ],
  closed: [{ name: 'Pump experts', ...stand(false, 60) }],
};
const closed: View = { ...ready, offers: [like('pumps', 'Pump experts', { stand: stand(false, 400) }), seals] };
const warned: View = {
  ...ready,
  offers: [
    like('ana', 'Ana Sá', { licence: 'tech', warn: { me: 'guest', evidence: 'help' } }),
    like('partner', 'Sealing partner', { licence: 'guest', warn: { me: 'guest', evidence: 'assumed' } }),
    like('liu', 'Liu Wei', {
      licence: 'tech-plus',
      warn: { me: 'guest', evidence: 'tried', why: 'Plant 7 has no licence for this. Call the hotline.' },
    }),
  ],
};
const mine = like('~mine', '');
const recording: View = { ...ready, mine };

const word = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft';
const long: View = {
  ...ready,
  number: 'FIELD-SERVICE-EMEA-2026-000000012345678',
  title: `${word} reports that the seal of pump P-204 leaks again after the third replacement in as many weeks`,
  offers: [
    like('long', 'Dr. Maria-Magdalena Hohenzollern-Sigmaringen, rotating equipment, night shift'),
    like('word', word),
    catalog('long-seals', `${word}, series P-200 to P-900`, `ASSET-${'204-'.repeat(30)}1`),
  ],
};
const hostileText = '<img src=x onerror=alert(1)>\u202e&user=evil%00 \u{1f525}\u0301\u0301\u0301';
const hostile: View = {
  ...ready,
  number: `#1\u202e${hostileText}`,
  title: hostileText.repeat(200),
  offers: [
    like('evil', hostileText),
    like('wide', 'W'.repeat(3000)),
    catalog('seals', '\u2067\u200f', '\ufdfd'.repeat(40)),
  ],
};
const rtl: View = {
  ...ready,
  // Its letters alone would turn it round.
  number: 'ع-1042',
  title: 'تسرب في مضخة P-204',
  offers: [
    like('dana', 'دانا ريس'),
    like('liu', 'Liu Wei (Plant 7)', { licence: 'tech-plus' }),
    catalog('seals', 'استبدال الختم، سلسلة P-200', 'ASSET-204'),
  ],
};

const popOffer = (name: string): Offer => ({ id: 'intake', name, group: 'pop', refused: 'refused_not_allowed' });
const popping: View = { ...ready, offers: [dana, popOffer('Pump intake')] };
const plan: Plan = {
  to: 'me',
  who: '',
  username: 'James.Collins',
  campaign: 'Pump intake',
  reference: 'rt:1',
  data: [
    { name: 'Contact Name', value: 'Amelia Marsh' },
    { name: 'AssetId', value: 'ASSET-204' },
    { name: 'Site', value: null },
  ],
  faults: [],
};
const lineOf = (more: Partial<Plan> = {}, last: Partial<News>[] = [], rest: Partial<PopLine> = {}): PopLine[] => [
  {
    id: 'intake',
    plan: { ...plan, ...more },
    history: last.map((each, n): News => ({ when: Date.now() - n * 86_400_000, state: 'failed', ...each })),
    ...rest,
  },
];
const toSam: Partial<Plan> = { to: 'other', who: 'Sam Okoro', username: 'Sam.Okoro' };
const said = { at: 'pop', status: 400, message: 'Campaign is required.', requestId: '7d1f-22' } as const;

const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
const told = (...entries: Entry[]): CaseHistory => ({ entries, untold: 0 });
const launchOf = (more: Partial<Extract<Entry, { what: 'launch' }>> = {}): Entry => ({
  what: 'launch',
  at: ago(20),
  launchId: 'K7M2QX4TB3DA',
  target: 'Dana Reyes',
  surface: 'button',
  state: 'open',
  ...more,
});
const sessionOf = (more: Partial<Extract<Entry, { what: 'session' }>> = {}): Entry => ({
  what: 'session',
  at: ago(19),
  id: '7',
  type: 'Call',
  startedAt: ago(19),
  launchId: 'K7M2QX4TB3DA',
  match: 'launch',
  ...more,
});
const over = { endedAt: ago(7), milliseconds: 12 * 60_000 };

const wrapUp: WrapUpAsk = { launchId: 'K7M2QX4TB3DA', name: 'Dana Reyes', to: 'bridge' };

const code: Open = { code: 'dana' };
const both = bothCodes;
const dense = `${appLink}&site_notes=${'Seal%20face%20scored.'.repeat(14)}`;

export const states = {
  // the bar
  collapsed: { view: ready },
  'collapsed, one target': { view: { ...ready, offers: [dana] } },
  'collapsed, narrow': { view: ready, width: 400 },
  'just launched': { view: launched },
  reading: { view: reading },
  'not called': { view: moved },
  'in doubt': { view: doubt },
  'not covered': { view: uncovered },
  'only a refused target': { view: { ...refused, offers: refused.offers.slice(0, 1) } },
  'somebody stands in': { view: standsIn },
  'somebody stands in, narrow': { view: standsIn, width: 400 },
  closed: { view: closed },
  'may be refused': { view: warned },
  'may be refused, narrow': { view: warned, width: 400 },
  'long name': { view: long },
  'long name, narrow': { view: long, width: 400 },
  'hostile text': { view: hostile },
  'right-to-left': { view: rtl, rtl: true },
  'right-to-left, just launched': { view: { ...rtl, launched: 'dana' }, rtl: true },
  // the dock
  'dock tab': { view: ready, at: 'dock' },
  'dock tab, in doubt': { view: doubt, at: 'dock' },
  'dock tab, right-to-left': { view: rtl, at: 'dock', rtl: true },
  'docked bar': { view: ready, at: 'dock', out: true },
  'docked bar, long number': { view: long, at: 'dock', out: true },
  'docked bar, 232 px': { view: ready, at: 'dock', out: true, width: 232 },
  // the panel
  'full panel': { view: ready, open: 'panel' },
  'several contacts with licences': {
    view: {
      ...ready,
      offers: [
        dana,
        like('liu', 'Liu Wei', { licence: 'tech-plus' }),
        like('ana', 'Ana Sá', { licence: 'tech' }),
        guest,
      ],
    },
    open: 'panel',
  },
  'many contacts': {
    view: { ...ready, offers: Array.from({ length: 30 }, (_, n) => like(`c${n}`, `Contact ${n + 1}`)) },
    open: 'panel',
  },
  'no number': { view: unnumbered, open: 'panel' },
  'refused target': { view: refused, open: 'panel' },
  'somebody stands in, panel': { view: standsIn, open: 'panel' },
  'closed, panel': { view: closed, open: 'panel' },
  'may be refused, panel': { view: warned, open: 'panel' },
  'may be refused, panel, 232 px': { view: warned, open: 'panel', width: 232 },
  'panel with a link for the expert': { view: recording, open: 'panel' },
  'panel without a link for the expert': { view: { ...recording, mine: null }, open: 'panel' },
  'panel with a link for the expert, 232 px': {
    view: { ...standsIn, offers: [...standsIn.offers, ...long.offers], mine },
    open: 'panel',
    width: 232,
  },
  'panel reading': { view: reading, open: 'panel' },
  'panel launched': { view: launched, open: 'panel' },
  'panel launched, copied': { view: launched, open: 'panel', press: ['copy_link'] },
  'panel in doubt': { view: doubt, open: 'panel' },
  'panel in doubt, with a choice': { view: { ...doubt, choice: true }, open: 'panel' },
  'panel in doubt, long numbers': {
    view: { ...doubt, choice: true, number: long.number, shown: word.repeat(2) },
    open: 'panel',
  },
  'panel not covered': { view: uncovered, open: 'panel' },
  'panel not called': { view: moved, open: 'panel' },
  'panel with long names': { view: long, open: 'panel' },
  'panel with hostile text': { view: hostile, open: 'panel' },
  'panel not covered, hostile text': { view: { ...uncovered, queue: hostileText, asset: word }, open: 'panel' },
  'panel right-to-left': { view: rtl, open: 'panel', rtl: true },
  'panel right-to-left, in doubt': {
    view: { ...doubt, number: rtl.number, title: rtl.title },
    open: 'panel',
    rtl: true,
  },
  'panel in the dock': { view: ready, at: 'dock', out: true, open: 'panel' },
  'panel, 232 px': { view: ready, open: 'panel', width: 232 },
  'panel with long names, 232 px': { view: long, open: 'panel', width: 232 },
  // pops
  'only a pop': { view: { ...ready, offers: [popOffer('Pump intake')] } },
  'only a pop, open': { view: { ...ready, offers: [popOffer('Pump intake')] }, open: 'panel', pops: lineOf() },
  'pops asked for': { view: popping, open: 'panel' },
  'pop for me': { view: popping, open: 'panel', pops: lineOf() },
  'pop for somebody': { view: popping, open: 'panel', pops: lineOf(toSam) },
  'pop previewed': {
    view: popping,
    open: 'panel',
    pops: lineOf({}, [{ state: 'sent' }, { state: 'failed' }, { state: 'unknown' }]),
    press: ['pop_preview'],
  },
  'pop asks': { view: popping, open: 'panel', pops: lineOf(toSam, [], { ask: true }) },
  'pop sent': {
    view: popping,
    open: 'panel',
    pops: lineOf({}, [{ state: 'sent' }], { from: Date.now() + 3_600_000 }),
  },
  'pop opened': { view: popping, open: 'panel', pops: lineOf({}, [{ state: 'opened' }]) },
  'pop checked': { view: popping, open: 'panel', pops: lineOf({}, [{ state: 'checked' }]) },
  'pop unknown': { view: popping, open: 'panel', pops: lineOf({}, [{ state: 'unknown' }]) },
  'pop failed': { view: popping, open: 'panel', pops: lineOf({}, [{ outcome: 'bad-request', said }]) },
  'pop failed for good': { view: popping, open: 'panel', pops: lineOf({}, [{ outcome: 'endpoint-wrong', said }]) },
  'pop refused by the bridge': {
    view: popping,
    open: 'panel',
    pops: lineOf(toSam, [{ by: 'bridge', trouble: 'forbidden', told: 'This token pops to James.Collins alone.' }]),
  },
  'pop of a record just popped': {
    view: popping,
    open: 'panel',
    pops: lineOf(
      {},
      [{ by: 'bridge', trouble: 'cooling', told: 'The same record has just been popped, to Sam.Okoro.' }],
      {
        from: Date.now() + 3_600_000,
      },
    ),
  },
  'pop held back': { view: popping, open: 'panel', pops: lineOf({ faults: ['me'] }) },
  'pop, hostile text': {
    view: { ...popping, offers: [dana, popOffer(hostileText)] },
    open: 'panel',
    pops: lineOf(
      { who: hostileText, username: 'W'.repeat(300), data: [{ name: word, value: hostileText.repeat(50) }] },
      [{ outcome: 'bad-request', said: { ...said, message: hostileText.repeat(10) } }],
    ),
    press: ['pop_preview'],
  },
  'pops right-to-left': {
    view: { ...rtl, offers: [...rtl.offers.slice(0, 1), popOffer('فتح')] },
    open: 'panel',
    pops: lineOf({ ...toSam }, [{ outcome: 'bad-request', said }]),
    press: ['pop_preview'],
    rtl: true,
  },
  'pops, 232 px': { view: popping, open: 'panel', pops: lineOf(), press: ['pop_preview'], width: 232 },
  // calls so far
  'call launched': { view: ready, open: 'panel', history: told(launchOf()) },
  'call seen': { view: ready, open: 'panel', history: told(launchOf({ state: 'seen' }), sessionOf()) },
  'call written back': {
    view: ready,
    open: 'panel',
    history: told(
      launchOf({ state: 'seen' }),
      sessionOf({ ...over, note: 'written', writtenAt: ago(1) }),
      sessionOf({ ...over, at: ago(2000), type: 'ScenarioSession', launchId: 'x', match: 'case', note: 'written' }),
      { what: 'job', at: ago(3000), instance: 'main', verb: 'update', status: 'OS', stage: 'On site' },
      ...[4000, 5000, 6000].map((n) => launchOf({ at: ago(n), launchId: `L${n}`, surface: 'code' })),
    ),
  },
  'call not written back': {
    view: ready,
    open: 'panel',
    history: told(
      launchOf({ state: 'seen' }),
      sessionOf({ ...over, note: 'parked', reason: 'Request Tracker refused it: no permission to comment.' }),
    ),
  },
  'call not seen': { view: ready, open: 'panel', history: told(launchOf({ state: 'expired', at: ago(1500) })) },
  'call by nobody here': {
    view: uncovered,
    open: 'panel',
    history: told(sessionOf({ ...over, launchId: undefined, match: 'case', note: 'waiting' })),
  },
  'popped by somebody else': {
    view: ready,
    open: 'panel',
    history: told({
      what: 'pop',
      at: ago(900),
      key: 'k',
      popId: 'intake',
      username: 'Sam.Okoro',
      campaign: 'Pump intake',
      reference: 'rt:1',
      state: 'opened',
    }),
  },
  'bridge away': { view: ready, open: 'panel', history: { trouble: 'network', untold: 2 } },
  'calls, hostile text': {
    view: ready,
    open: 'panel',
    history: told(
      launchOf({ state: 'seen', target: hostileText.repeat(20) }),
      sessionOf({ ...over, note: 'parked', reason: hostileText.repeat(20) + word }),
      { what: 'job', at: ago(3000), instance: 'main', verb: word, status: hostileText },
      {
        what: 'pop',
        at: ago(3500),
        key: 'k',
        popId: 'intake',
        username: word,
        campaign: hostileText,
        reference: 'rt:1',
        state: 'opened',
      },
    ),
  },
  'calls, right-to-left': {
    view: rtl,
    open: 'panel',
    history: told(launchOf({ state: 'seen', target: 'دانا ريس' }), sessionOf({ ...over, note: 'written' })),
    rtl: true,
  },
  'calls, 232 px': {
    view: ready,
    open: 'panel',
    history: told(launchOf({ state: 'seen' }), sessionOf({ ...over, note: 'written', writtenAt: ago(1) })),
    width: 232,
  },
  // how a call ended
  'wrap-up asked': { view: ready, open: 'panel', wrapUp },
  'wrap-up, a trip': { view: ready, open: 'panel', wrapUp: { ...wrapUp, to: 'here' }, press: ['wrap_solved'] },
  'wrap-up, noted': { view: ready, open: 'panel', wrapUp, press: ['wrap_visit'] },
  'wrap-up, long name, 232 px': { view: ready, open: 'panel', wrapUp: { ...wrapUp, name: word }, width: 232 },
  // the QR card
  'card drawing': { view: ready, open: code },
  'card for a headset': { view: ready, open: code, codes: both },
  'card for a phone': { view: ready, open: code, codes: both, press: ['phone'] },
  'card dimmed': { view: ready, open: code, codes: both, dim: true },
  'card copied': { view: ready, open: code, codes: both, press: ['copy_link'] },
  'card without case id': {
    view: ready,
    open: code,
    codes: { app: codeOf(appLink, 'case_id'), phone: codeOf(phoneLink, 'case_id') },
  },
  'card without phone code': { view: ready, open: code, codes: { ...both, phone: null }, press: ['phone'] },
  'card without headset code': { view: ready, open: code, codes: { ...both, app: null } },
  'card too dense': { view: ready, open: code, codes: { ...both, app: codeOf(dense) } },
  'card too dense, shown': { view: ready, open: code, codes: { ...both, app: codeOf(dense) }, press: ['show_anyway'] },
  'card failed': { view: ready, open: code, codes: { error: 'err_no_answer' } },
  'card removed': { view: moved, open: { code: 'dana', was: '#1' } },
  'card removed, nothing offered': { view: uncovered, open: { code: 'dana', was: '#1' } },
  'card with long names': { view: long, open: { code: 'long' }, codes: both },
  'card with hostile text': { view: hostile, open: { code: 'wide' }, codes: both },
  'card right-to-left': { view: rtl, open: code, codes: both, rtl: true },
  'card of the link for the expert': { view: recording, open: { code: '~mine' }, codes: both },
  'card, 232 px': { view: ready, open: code, codes: both, width: 232 },
  'full screen': { view: ready, open: code, codes: both, press: ['full_screen'] },
  'full screen, dimmed': { view: ready, open: code, codes: both, dim: true, press: ['full_screen'] },
  'full screen, long names': { view: long, open: { code: 'long' }, codes: both, press: ['full_screen'] },
  'full screen, right-to-left': { view: rtl, open: code, codes: both, rtl: true, press: ['full_screen'] },
} satisfies Record<string, State>;

export type Name = keyof typeof states;
export const names = Object.keys(states) as Name[];
export const stateOf = (name: Name): State => states[name];

/** What can draw them: `plain` is what ships, `preact` and `react` draw the bar, too. */
export const engines = ['plain', 'preact', 'react'] as const;
export const schemes = ['light', 'dark'] as const;
export const languages = ['en', 'de'] as const;
export type Look = {
  scheme?: (typeof schemes)[number] | undefined;
  engine?: (typeof engines)[number] | undefined;
  /** A right-to-left state has its own. */
  language?: (typeof languages)[number] | undefined;
};
