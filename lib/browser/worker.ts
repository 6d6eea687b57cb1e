/** The worker's side of lib/browser/messages.ts: who asks, whether they may, and the answer. */
import * as z from 'zod';
import { browser, type Browser } from 'wxt/browser';
import { deskOf } from '../desks/index.ts';
import { matchAddress } from '../desks/match.ts';
import { fieldNames, type Case, type Codes, type FieldName, type PageEntry } from '../model.ts';
import { codesOf } from './codes.ts';
import { entryFor, targetById } from './store.ts';

z.config({ jitless: true });

const text = z.string().max(20_000);
const message = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('open') }),
  z.strictObject({
    type: z.literal('qr'),
    url: z.string().max(4096),
    target: z.string().max(64),
    chosen: z.boolean(),
    launchId: z.string().regex(/^[A-Z2-7]{12}$/),
    record: z.strictObject({
      kind: z.string().max(60),
      id: z.string().min(1).max(300),
      number: z.string().max(300).optional(),
      fields: z.record(z.string().max(300), text),
    }),
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
  const origin = sender.origin ?? originOf(sender.url);
  const entry = origin ? await entryFor(origin) : null;
  if (!entry) return { error: 'err_no_desk' };
  if (ask.type === 'open') {
    const target = { tabId: sender.tab?.id ?? -1, frameIds: [sender.frameId ?? 0] };
    await browser.scripting.executeScript({ target, files: ['/later.js'] });
    return {};
  }
  if (originOf(ask.url) !== origin) return { error: 'the address is not that of the page that asks' };
  return codes(ask, entry);
}

async function codes(ask: Extract<Ask, { type: 'qr' }>, entry: PageEntry): Promise<Codes> {
  // Where the address names the case, the address decides, whatever the page says.
  const located = deskOf(entry).locate(ask.url);
  const byPage =
    entry.desk.identity === 'page' ||
    (!located?.number && entry.desk.pages?.some((pattern) => matchAddress(pattern, ask.url)));
  // … but where it names nothing but the number, the page knows the id.
  const { shows } = entry.desk;
  const byNumber = shows?.id && shows.number && located?.id === located?.number && located?.id === ask.record.number;
  const ref = byPage || ((ask.chosen || byNumber) && located?.kind === ask.record.kind) ? ask.record : located;
  if (!ref || ref.id !== ask.record.id || ref.kind !== ask.record.kind) return { error: 'page_changed' };
  const target = Object.hasOwn(entry.targets, ask.target) ? entry.targets[ask.target] : await targetById(ask.target);
  if (!target) return { error: 'err_no_target' };
  const named: Partial<Record<FieldName, string>> = {};
  for (const name of fieldNames) {
    const value = ask.record.fields[name];
    if (value) named[name] = value;
  }
  const number = ('number' in ref && ref.number) || ask.record.number;
  const record: Case = {
    desk: entry.key,
    kind: ref.kind,
    id: ref.id,
    ...named,
    ...(number ? { number } : {}),
    fields: ask.record.fields,
  };
  return codesOf(target, record, entry.links, ask.launchId);
}
