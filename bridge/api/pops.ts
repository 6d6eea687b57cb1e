import { popKeyShape, popShape, type ApiError, type PopError } from '../../lib/api.ts';
import type { Verdict } from '../../lib/awaken.ts';
import { makePops, type Refusal } from '../pops.ts';
import type { Api } from './api.ts';

/** In whole seconds, for the header. */
const later = (ms: number | undefined): Record<string, string> =>
  ms === undefined ? {} : { 'retry-after': String(Math.ceil(ms / 1000)) };

/** What happened, and what to do, by outcome. */
const words: { [outcome in Verdict['outcome']]: [message: string, next: string] } = {
  accepted: ['Awaken accepted the pop.', 'Nothing.'],
  'auth-rejected': [
    "Awaken refuses the bridge's user.",
    'Whoever runs the bridge sets AWAKEN_USER and AWAKEN_PASSWORD and starts it again. Until then it is not tried again.',
  ],
  'token-rejected': [
    'Awaken signs the bridge in and refuses its pops.',
    'Whoever runs the bridge asks whether the plugin "Integration - Cloud API" is active and its user may pop.',
  ],
  'endpoint-wrong': [
    'What answers at that address is not the Cloud API.',
    'Whoever runs the bridge compares awaken.authUrl and awaken.popUrl with those that the vendor handed out.',
  ],
  'bad-request': ['Awaken does not take the pop.', "Compare SystemId, the campaign's exact name and the username."],
  throttled: ['Awaken wants fewer requests.', 'Wait, then try again.'],
  unavailable: ['Awaken does not answer.', "It may have arrived: look at the agent's desktop before you try again."],
  unknown: [
    'It was sent, and no clear answer came: nobody knows whether it arrived.',
    "Look at the agent's desktop before you try again.",
  ],
};

const refusals: {
  [why in Refusal['refused']]: [
    status: 409 | 422 | 503,
    code: ApiError['code'] | PopError['code'],
    message: string,
    next: string,
  ];
} = {
  off: [503, 'unavailable', 'This bridge does not know where Awaken is.', 'Whoever runs it sets awaken in its file.'],
  'in-hand': [409, 'in-hand', 'A pop with this key is being sent.', 'Ask again with the same key.'],
  cooling: [409, 'cooling', 'The same record has just been popped', 'Wait, so that it is not opened twice.'],
  reused: [422, 'reused', 'This Idempotency-Key was that of another pop.', 'Take a new one for each click.'],
};

export function pops({ app, parts, allowed, answer, bodyOf, fail }: Api): void {
  const pop = makePops(parts);
  app.post('/api/pops', async (c) => {
    const who = await allowed(c, 'pop');
    if ('answer' in who) return who.answer;
    const key = popKeyShape.safeParse(c.req.header('idempotency-key'));
    if (!key.success)
      return fail(
        c,
        400,
        'invalid',
        'The header Idempotency-Key is missing, or not 8 to 64 letters, digits, - and _.',
        'Send a new one for each click, and the same one when the same click is sent again.',
      );
    const got = await bodyOf(c, popShape, 'Give the workflow fewer values.');
    if ('answer' in got) return got.answer;
    const { dry, ...intent } = got.data;
    if (intent.username !== who.username && !who.scopes.includes('pop:others'))
      return fail(
        c,
        403,
        'forbidden',
        who.username ? `This token pops to ${who.username} alone.` : 'This token has no Awaken username.',
        'Ask whoever runs the bridge for a token with that username, or with the scope pop:others.',
      );
    const end = await pop(who.id, key.data, intent, dry);
    if ('refused' in end) {
      const [status, code, message, next] = refusals[end.refused];
      const retryAfter = 'retryAfter' in end ? end.retryAfter : undefined;
      const whole = end.refused === 'cooling' ? `${message}, to ${end.username}.` : message;
      return fail(c, status, code, whole, next, later(retryAfter), retryAfter === undefined ? {} : { retryAfter });
    }
    const { verdict } = end;
    if (verdict === null || verdict.outcome === 'accepted') return answer(c, { verdict });
    const { outcome, retryAfter } = verdict;
    return fail(c, 424, outcome, ...words[outcome], later(retryAfter), {
      verdict,
      ...(retryAfter !== undefined && { retryAfter }),
    });
  });
}
