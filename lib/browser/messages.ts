/**
 * What a page may ask of the worker. Messages are intents: the page's address, a target's id and fields, never an
 * address to call, a user or a header. The worker looks up the rest itself and checks who is asking (worker.ts).
 */
import { browser } from 'wxt/browser';
import type { WrapUpSaid } from '../../components/wrap-up.tsx';

export type Message =
  /** Bring the part of the panel that only an opened panel needs. */
  | { type: 'open' }
  /** Draw the codes of one target's links. `record` is hostile text: desk, kind and id are derived again from `url`,
   * but for an id that the person chose where address and page disagreed. */
  | { type: 'qr'; url: string; target: string; launchId: string; chosen: boolean; record: MessageCase }
  /** A link was used: opened or, where it says so, copied. The link says for which case, and is hostile text. */
  | { type: 'launch'; url: string; link: string; target: string; surface?: 'copy' }
  /** From a page of ours: tell the bridge what is written down. */
  | { type: 'tell' }
  /** What the pops that are offered for this case would send, and how they came out before. */
  | { type: 'pops'; url: string; chosen: boolean; record: MessageCase }
  /** What the bridge knows of this case. */
  | { type: 'history'; url: string; chosen: boolean; record: MessageCase }
  /** Whether to ask how the newest call of this case ended; or (`said`) how it did. */
  | { type: 'wrapup'; url: string; chosen: boolean; record: MessageCase; said?: WrapUpSaid }
  /** Pop one, or (`dry`) do all but that. `sure`: the person knows that somebody else's record is suspended. */
  | {
      type: 'pop';
      url: string;
      chosen: boolean;
      record: MessageCase;
      pop: string;
      how: 'send' | 'dry';
      sure: boolean;
      launch?: string;
    };

export type MessageCase = { kind: string; id: string; number?: string | undefined; fields: Record<string, string> };

/** Whether this script still belongs to a running extension: after an update or removal the old one does not. */
export const alive = (): boolean => browser.runtime?.id !== undefined;

/** Sends a message to the worker. After an update of the extension the old script gets an answer too: an error. */
export async function ask<T>(message: Message): Promise<T | { error: string }> {
  try {
    return (await browser.runtime.sendMessage(message)) ?? { error: 'err_no_answer' };
  } catch {
    return { error: 'err_no_answer' };
  }
}
