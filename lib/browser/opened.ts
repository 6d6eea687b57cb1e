/** What an opened panel can do beside showing: codes, copies, and the report for an admin. No page at rest pays for it. */
import type { CaseHistory } from '../../components/history.tsx';
import type { PopActions } from '../../components/pops.tsx';
import type { WrapUpActions, WrapUpAsk } from '../../components/wrap-up.tsx';
import type { Case, Codes, Offer } from '../model.ts';
import { worded } from '../problem-words.ts';
import type { Here } from './case.ts';
import { ask, type MessageCase } from './messages.ts';
import { popAsks } from './pop-asks.ts';

export type Actions = PopActions &
  WrapUpActions & {
    codes: (offer: Offer) => Promise<Codes>;
    /** Copies the target's link of the case as it is now. @returns whether the clipboard took it */
    copy: (offer: Offer) => Promise<boolean>;
    /** What became of this case's calls. */
    history: () => Promise<CaseHistory>;
    /** Copies what an admin needs to see why nothing was offered: names and values of this case, as text. */
    onCopyForAdmin: () => void;
  };

/**
 * Copies text, also on desks without https, where there is no clipboard API.
 * @param by the text stands beside it meanwhile: in our own shadow root, where the page's scripts cannot read it
 */
async function copyText(by: HTMLElement, text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = by.ownerDocument.createElement('textarea');
    area.value = text;
    area.style.cssText = 'position:fixed;opacity:0';
    by.after(area);
    area.select();
    const done = by.ownerDocument.execCommand('copy');
    area.remove();
    return done;
  }
}

/** Only what a link could carry: the rest of the case stays on the page. */
function fieldsOf(here: Here, record: Case): Record<string, string> {
  const { desk: _desk, kind: _kind, id: _id, number: _number, fields, ...named } = record;
  const wanted = new Set(Object.values(here.entry.links.external).map((name) => name.toLowerCase()));
  wanted.add('asset');
  for (const { field } of here.targets().flatMap((target) => [target, ...(target.fallback ?? [])]))
    if (field) wanted.add(field.toLowerCase());
  return Object.fromEntries(
    Object.entries({ ...fields, ...named }).filter(
      (pair): pair is [string, string] => wanted.has(pair[0].toLowerCase()) && pair[1] !== undefined,
    ),
  );
}

/** Which case it is, as it is now, and nothing of what it says. Null: another case. */
function bare(here: Here): { url: string; chosen: boolean; record: MessageCase } | null {
  const record = here.still();
  if (!record) return null;
  const { kind, id, number } = record;
  return { url: here.address(), chosen: here.chose(id), record: { kind, id, number, fields: {} } };
}

/** @param slot where what is open is drawn */
export function actionsOf(here: Here, slot: HTMLElement): Actions {
  return {
    ...popAsks(
      () => {
        const record = here.still();
        return record && { url: here.address(), chosen: here.chose(record.id), record };
      },
      // Its launch id is used up once this click is over, and is the one that the call has.
      (call) => here.launchId(call.id, 'button'),
      (text) => void copyText(slot, text),
    ),
    async history() {
      const record = bare(here);
      return record ? ask<CaseHistory>({ type: 'history', ...record }) : { off: true };
    },
    async wrapUp() {
      const record = bare(here);
      const answer = record && (await ask<{ ask: WrapUpAsk | null }>({ type: 'wrapup', ...record }));
      return answer && 'ask' in answer ? answer.ask : null;
    },
    onWrapUp(event, said) {
      const record = bare(here);
      if (event.isTrusted && record) void ask({ type: 'wrapup', ...record, said });
    },
    async codes(offer) {
      const record = here.still();
      if (!record) return { error: 'page_changed' };
      const { kind, id, number } = record;
      return ask<Codes>({
        type: 'qr',
        url: here.address(),
        target: offer.id,
        chosen: here.chose(id),
        launchId: here.launchId(offer.id, 'code'),
        record: { kind, id, number, fields: fieldsOf(here, record) },
      });
    },
    async copy(offer) {
      const link = here.linkNow(offer, 'copy');
      here.used(offer.id, 'copy');
      if (link === null || !(await copyText(slot, link))) return false;
      void ask({ type: 'launch', url: here.address(), link, target: offer.id, surface: 'copy' });
      return true;
    },
    onCopyForAdmin() {
      const { entry } = here;
      const read = here.read();
      const report = {
        configured: entry.key,
        product: entry.product,
        read: { ...read, problems: worded(read) },
        rules: entry.rules,
      };
      void copyText(slot, JSON.stringify(report, null, 2));
    },
  };
}
