/** Asking the worker for a case's pops: the same for the panel on a page and for the popup. */
import type { PopActions, PopLines } from '../../components/pops.tsx';
import type { Case, Offer } from '../model.ts';
import { ask, type MessageCase } from './messages.ts';

/** A longer text is no field that a workflow could show. */
const longest = 20_000;

/** A case at its address. `chosen`: a person said that it is this one, where address and page disagreed. */
export type About = { url: string; chosen: boolean; record: Case };

/** The whole case, for the worker alone: only settings say which of it a workflow gets. */
function messageOf({ url, chosen, record }: About): { url: string; chosen: boolean; record: MessageCase } {
  const { desk: _desk, kind, id, number, fields, ...named } = record;
  const all = Object.entries({ ...fields, ...named }).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && pair[0].length <= 300,
  );
  const texts = all.map(([name, value]) => [name, value.slice(0, longest)]);
  return { url, chosen, record: { kind, id, number, fields: Object.fromEntries(texts) as Record<string, string> } };
}

/**
 * @param about the case as it is now; null: it is another one by now
 * @param launchOf the launch id that a call by the same click has
 * @param copy takes text to the clipboard
 */
export function popAsks(
  about: () => About | null,
  launchOf: (call: Offer) => string | undefined,
  copy: (text: string) => void,
): PopActions {
  return {
    async pops() {
      const now = about();
      return now ? ask<PopLines>({ type: 'pops', ...messageOf(now) }) : { error: 'page_changed' };
    },
    pop(event, id, how, sure, call) {
      if (!event.isTrusted) return null;
      const now = about();
      if (!now) return Promise.resolve({ error: 'page_changed' });
      const launch = call && launchOf(call);
      return ask<PopLines>({ type: 'pop', ...messageOf(now), pop: id, how, sure, ...(launch ? { launch } : {}) });
    },
    onCopyPop({ id, plan: { campaign, reference }, history }) {
      copy(JSON.stringify({ pop: id, campaign, reference, history }, null, 2));
    },
  };
}
