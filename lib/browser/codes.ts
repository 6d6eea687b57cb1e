/** The two codes of a target's link for a case: for the worker, which draws for pages, and for the popup. */
import { densest, type Case, type Code, type Codes, type LinkOptions, type Target } from '../model.ts';
import { qrOf } from '../qr.ts';
import { refusal } from '../view.ts';
import { linkOf } from '../worklink.ts';

/** @returns the codes, or the name of a sentence that says why there is no link */
export function codesOf(target: Target, record: Case, links: LinkOptions, launchId: string): Codes {
  const whole = linkOf(target, record, links, launchId);
  if ('refused' in whole) return { error: refusal(whole.refused) };
  const short = linkOf(target, record, links, launchId, ['case_id']);
  return {
    app: draw(whole.app, 'refused' in short ? null : short.app),
    phone: draw(whole.phone, 'refused' in short ? null : short.phone),
  };
}

/** Above the version that headsets read, `case_id` goes; `launch_id` never does: it finds the session again. */
function draw(whole: string | null, short: string | null): Code | null {
  if (!whole) return null;
  const code = qrOf(whole);
  if (code && code.version <= densest) return { ...code, link: whole };
  const smaller = short ? qrOf(short) : null;
  if (smaller && short) return { ...smaller, link: short, without: 'case_id' };
  return code && { ...code, link: whole };
}
