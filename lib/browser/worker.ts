/** The worker's side of lib/browser/messages.ts: who asks, whether they may, and the answer. */
import * as z from 'zod';
import { browser, type Browser } from 'wxt/browser';
import { deskOf } from '../desks/index.ts';
import { matchAddress } from '../desks/match.ts';
import { fieldNames, type Case, type Codes, type FieldName, type PageEntry } from '../model.ts';
import { possible, route } from '../route.ts';
import { compile } from '../settings.ts';
import { readLink } from '../worklink.ts';
import { codesOf } from './codes.ts';
import { historyOf } from './history.ts';
import { rowsOf } from './keys.ts';
import { noteLaunch, tellLaunches, type Used } from './launches.ts';
import { linesOf, popNow } from './pops.ts';
import { entryFor, loadSettings, targetById } from './loaded.ts';
import { takeWrapUp, wrapUpOf } from './wrapups.ts';

z.config({ jitless: true });

const text = z.string().max(20_000);
const launchName = z.string().regex(/^[A-Z2-7]{12}$/);
/** What every message about a case says of it. */
const about = {
  url: z.string().max(4096),
  chosen: z.boolean(),
  record: z.strictObject({
    kind: z.string().max(60),
    id: z.string().min(1).max(300),
    number: z.string().max(300).optional(),
    fields: z.record(z.string().max(300), text),
  }),
};
const message = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('open') }),
  z.strictObject({ type: z.literal('qr'), ...about, target: z.string().max(64), launchId: launchName }),
  z.strictObject({
    type: z.literal('launch'),
    url: about.url,
    link: text,
    target: z.string().max(64),
    surface: z.literal('copy').optional(),
  }),
  z.strictObject({ type: z.literal('tell') }),
  z.strictObject({ type: z.literal('pops'), ...about }),
  z.strictObject({ type: z.literal('history'), ...about }),
  z.strictObject({
    type: z.literal('wrapup'),
    ...about,
    said: z
      .strictObject({
        launchId: launchName,
        outcome: z.enum(['solved', 'visit', 'no-answer', 'skip']),
        trip: z.boolean(),
      })
      .optional(),
  }),
  z.strictObject({
    type: z.literal('pop'),
    ...about,
    pop: z.string().max(64),
    how: z.enum(['send', 'dry']),
    sure: z.boolean(),
    launch: launchName.optional(),
  }),
]);
type Ask = z.infer<typeof message>;

const originOf = (url: string | undefined): string | null => (url && URL.canParse(url) ? new URL(url).origin : null);

/**
 * Answers a message of a page or of one of our own pages.
 * @returns the answer, or `{ error }` in plain words; never rejects
 */
export async function answer(raw: unknown, sender: Browser.runtime.MessageSender): Promise<unknown> {
  if (sender.id !== browser.runtime.id) return { error: 'not from Deskcall' };
  const parsed = message.safeParse(raw);
  if (!parsed.success) return { error: 'not a message of Deskcall' };
  try {
    return await reply(parsed.data, sender);
  } catch (error) {
    // For whoever looks at the worker; the page is told only that it failed.
    console.error(error);
    return { error: 'err_no_answer' };
  }
}

async function reply(ask: Ask, sender: Browser.runtime.MessageSender): Promise<unknown> {
  if (ask.type === 'tell') {
    await tellLaunches();
    return {};
  }
  const from = sender.origin ?? originOf(sender.url);
  // The popup looks at a tab whose desk may not be allowed: its pages have no entry, and it is asked for pops alone.
  const popup = from === originOf(browser.runtime.getURL('/')) && (ask.type === 'pops' || ask.type === 'pop');
  const origin = popup ? originOf(ask.url) : from;
  const entry = origin && (popup ? compile((await loadSettings()).settings, origin, true) : await entryFor(origin));
  if (!entry) return { error: 'err_no_desk' };
  if (ask.type === 'open') {
    const target = { tabId: sender.tab?.id ?? -1, frameIds: [sender.frameId ?? 0] };
    await browser.scripting.executeScript({ target, files: ['/later.js'] });
    return {};
  }
  if (originOf(ask.url) !== origin) return { error: 'the address is not that of the page that asks' };
  if (ask.type === 'launch') return used(ask, entry);
  const record = recordOf(ask, entry);
  if (!record) return { error: 'page_changed' };
  if (ask.type === 'history') return historyOf(record);
  if (ask.type === 'wrapup') return wrapUp(ask, record);
  return ask.type === 'qr' ? codes(ask, record, entry) : pops(ask, record, entry);
}

type About = Pick<Extract<Ask, { record: object }>, 'url' | 'chosen' | 'record'>;

/** The case that is asked about; null: it is not the one of that address. */
function recordOf(ask: About, entry: PageEntry): Case | null {
  // Where the address names the case, the address decides, whatever the page says.
  const located = deskOf(entry).locate(ask.url);
  const byPage =
    entry.desk.identity === 'page' ||
    (!located?.number && entry.desk.pages?.some((pattern) => matchAddress(pattern, ask.url)));
  // … but where it names nothing but the number, the page knows the id.
  const { shows } = entry.desk;
  const byNumber = shows?.id && shows.number && located?.id === located?.number && located?.id === ask.record.number;
  const ref = byPage || ((ask.chosen || byNumber) && located?.kind === ask.record.kind) ? ask.record : located;
  if (!ref || ref.id !== ask.record.id || ref.kind !== ask.record.kind) return null;
  const named: Partial<Record<FieldName, string>> = {};
  for (const name of fieldNames) {
    const value = ask.record.fields[name];
    if (value) named[name] = value;
  }
  const number = ('number' in ref && ref.number) || ask.record.number;
  return {
    desk: entry.key,
    kind: ref.kind,
    id: ref.id,
    ...named,
    ...(number ? { number } : {}),
    fields: ask.record.fields,
  };
}

async function codes(ask: Extract<Ask, { type: 'qr' }>, record: Case, entry: PageEntry): Promise<Codes> {
  const target = Object.hasOwn(entry.targets, ask.target) ? entry.targets[ask.target] : await targetById(ask.target);
  if (!target) return { error: 'err_no_target' };
  const drawn = codesOf(target, record, entry.links, ask.launchId);
  if (!('error' in drawn)) await note(record, { launchId: ask.launchId, target: ask.target, surface: 'code' });
  return drawn;
}

/** The bridge is told of it, some time; nobody waits for that. */
async function note(record: Case, how: Used): Promise<void> {
  if (await noteLaunch(record, how)) void tellLaunches();
}

async function wrapUp({ said }: Extract<Ask, { type: 'wrapup' }>, record: Case): Promise<object> {
  if (!said) return { ask: await wrapUpOf(record) };
  if (await takeWrapUp(record, said)) void tellLaunches();
  return {};
}

/** A link was used on a page: whose case it is is read from the link, and checked like any other word of a page. */
async function used(ask: Extract<Ask, { type: 'launch' }>, entry: PageEntry): Promise<object> {
  const { desk, kind, id, number, launchId } = readLink(ask.link) ?? {};
  if (desk !== entry.key || !kind || !id || !launchId) return {};
  const record = recordOf({ url: ask.url, chosen: true, record: { kind, id, number, fields: {} } }, entry);
  if (record) await note(record, { launchId, target: ask.target, surface: ask.surface ?? 'button' });
  return {};
}

/** Pops are sent only for cases for which a rule offers them, whatever a page asks for. */
async function pops(ask: Extract<Ask, { type: 'pops' | 'pop' }>, record: Case, entry: PageEntry): Promise<unknown> {
  const offered = (await route(entry, record, rowsOf(entry))) ?? possible(entry) ?? [];
  const ids = offered.filter(({ group }) => group === 'pop').map(({ id }) => id);
  if (ask.type === 'pops') return { pops: await linesOf(record, ids) };
  const { pop: id, how, sure, launch } = ask;
  const line = ids.includes(id) ? await popNow({ id, record, how, sure, launch }) : null;
  return line ? { pops: [line] } : { error: 'err_no_target' };
}
