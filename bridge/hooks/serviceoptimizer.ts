/**
 * ServiceOptimizer's push notifications: a poke that a job changed, with its id and little else.
 *
 * Outside facts: ServicePower, "Job Create" … "Job Cancel" notifications, SCH 11 to 14, in the contract's §2; Rebook is
 * "9" from ServiceScheduling 13.0 and was "2" before. `Code` is a string in the samples and an integer in the tables.
 */
import { own, parseJson, textOf } from '../json.ts';
import { sameSecret } from '../keys.ts';

const types: Record<string, string> = {
  '-1': 'cancel',
  '0': 'create',
  '2': 'rebook',
  '5': 'status',
  '6': 'reminder',
  '7': 'confirm',
  '8': 'change',
  '9': 'rebook',
};

/** `status` as it was sent: its codes are not documented. */
export type Push = { type: string; verb: string; workItemType: string; id: string; status: string | null };

/** Deals with the samples of the vendor's documents, which lack the comma after the id. */
const repaired = (body: Buffer): Buffer =>
  Buffer.from(body.toString('utf8').replaceAll(/("Id"\s*:\s*"(?:[^"\\]|\\.){0,200}")(\s*"WorkStatus")/gi, '$1,$2'));

/** What was pushed, one or several at a time; `fault` says why it can't be told. */
export function readPush(body: Buffer): { pushes: Push[] } | { fault: string } {
  let parsed = parseJson(body);
  if ('fault' in parsed) parsed = parseJson(repaired(body));
  if ('fault' in parsed)
    return { fault: parsed.fault === 'too-deep' ? 'The body is nested too deeply.' : 'The body is not JSON.' };
  const items = Array.isArray(parsed.value) ? (parsed.value as unknown[]) : [parsed.value];
  const pushes: Push[] = [];
  for (const item of items) {
    const type = textOf(own(item, 'Type'), 16);
    const work = own(item, 'WorkItem');
    const id = textOf(own(work, 'Id'), 256);
    if (type === undefined || id === undefined) return { fault: 'It names no type or no work item.' };
    pushes.push({
      type,
      verb: (Object.hasOwn(types, type) && types[type]) || `unknown:${type}`,
      workItemType: textOf(own(item, 'WorkItemType'), 16) ?? '',
      id,
      status: textOf(own(work, 'WorkStatus'), 256) ?? null,
    });
  }
  return pushes.length ? { pushes } : { fault: 'It holds no notification.' };
}

/** §2.4's codes. */
export const codes = { ok: 0, unauthorized: 1, malformed: 2, storage: 3, tooLarge: 4, internal: 5 } as const;

/** The exact answer that the sender waits for. */
export const envelope = (code: keyof typeof codes, message: string, form: 'string' | 'integer') => ({
  Success: code === 'ok',
  Code: form === 'string' ? String(codes[code]) : codes[code],
  Message: message,
});

const bare = (text: string): string => text.replace(/^Bearer /i, '');

/** Whether the raw header is one of the secrets, in constant time; `Bearer ` may stand before either. */
export function authorized(header: string | undefined, secrets: readonly string[]): boolean {
  let right = false;
  for (const secret of secrets) right = sameSecret(bare(header ?? ''), bare(secret)) || right;
  return right && header !== undefined;
}
