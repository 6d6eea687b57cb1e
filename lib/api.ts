/**
 * What the extension and the bridge say to each other: schemas that both sides check with. The worker imports them, so
 * nothing of Node's is in here.
 */
import { z } from 'zod';
import { outcomes } from './awaken.ts';

/** The key of a configured desk, the same in the extension and in the bridge. */
const desk = z.string().regex(/^[a-z0-9-]{1,24}$/);
const text = (longest: number) => z.string().min(1).max(longest);
/** What the bridge stores: PostgreSQL's text holds no NUL. */
const storable = (longest: number) => text(longest).refine((it) => !it.includes('\0'), 'holds a NUL');
/** `desk:kind:id` */
const caseKey = z.string().regex(/^[a-z0-9-]{1,24}:[^:\0]{1,64}:[^\0]{1,256}$/, 'has to be desk:kind:id');
const launchId = z.string().regex(/^[A-Z2-7]{12}$/);
/** ISO 8601 with a zone. */
const time = z.iso.datetime({ offset: true });

/** One use of a link. The worker keeps these while it is offline, so many may come at once. */
export const launchShape = z.object({
  launchId,
  desk,
  kind: storable(64).refine((kind) => !kind.includes(':'), 'a kind has no colon'),
  id: storable(256),
  number: storable(256).optional(),
  /** The target's name, as the person saw it. */
  target: storable(256).optional(),
  surface: z.enum(['button', 'code', 'copy']).optional(),
  /** By the clock of the person's computer. */
  at: time,
});
export type Launch = z.infer<typeof launchShape>;

/** `POST /api/launches` */
export const launchesShape = z.object({ launches: z.array(launchShape).min(1).max(100) });
/** Its answer: how many were new. Those that were known are no error: they were sent twice. */
export const launchesAnswerShape = z.object({ stored: z.number().int().min(0) });

/** `POST /api/wrapups`: what a technician said of a call on coming back to its case. */
export const wrapupShape = z.object({
  case: caseKey,
  launchId: launchId.optional(),
  /** `visit`: somebody has to go there all the same. `no-answer`: there was no call. */
  outcome: z.enum(['solved', 'visit', 'no-answer']),
  tripAvoided: z.boolean(),
  /** By the clock of the person's computer; the same word sent again has the same time. */
  at: time,
});
export type Wrapup = z.infer<typeof wrapupShape>;
/** Its answer: 0 for one that was known. */
export const wrapupAnswerShape = z.object({ stored: z.union([z.literal(0), z.literal(1)]) });

const orNull = z.string().nullable();

/** `GET /api/unmatched?cursor=`: sessions whose case nobody knows. `why` says so; `said` is what the link claimed. */
const unmatchedSessionShape = z.object({
  id: z.string(),
  resourceId: z.string(),
  type: orNull,
  why: z.string(),
  /** False: WorkLink did not show it. */
  read: z.boolean(),
  firstAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  milliseconds: z.number().nullable(),
  people: z.array(z.string()),
  launchId: orNull,
  said: z.object({ desk: orNull, kind: orNull, id: orNull, number: orNull }),
});
export type UnmatchedSession = z.infer<typeof unmatchedSessionShape>;
export const unmatchedShape = z.object({
  sessions: z.array(unmatchedSessionShape),
  cursor: z.string(),
  more: z.boolean(),
});

/** `POST /api/sessions/{id}/assign`: whose it is, by hand; again, if that was wrong. */
export const assignShape = z.object({
  desk,
  kind: storable(64).refine((kind) => !kind.includes(':'), 'a kind has no colon'),
  id: storable(256),
});
/** Its answer: whether a note is to be written now; else the call has not ended, or could not be read. */
export const assignAnswerShape = z.object({ note: z.boolean() });

/** `GET /api/export/{kind}?cursor=&format=json|csv&limit=` */
export const exportKinds = ['sessions', 'launches', 'cases', 'notes', 'wrapups', 'jobs'] as const;
export type ExportKind = (typeof exportKinds)[number];
/**
 * Its answer as JSON. Each row has an `id` that stays; a row that changed comes again, as it is then. `cursor` is what to
 * ask with next, be there `more` now or not. As CSV both stand in the headers X-Deskcall-Cursor and X-Deskcall-More.
 */
export const exportShape = z.object({
  rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))),
  cursor: z.string(),
  more: z.boolean(),
});

/** How far the write-back of one session is. */
export const noteStateShape = z.enum(['waiting', 'written', 'parked']);

/**
 * `POST /api/pops`, with the header Idempotency-Key: one pop, all of it resolved but for what the bridge holds itself.
 * It is the `PopIntent` of lib/awaken.ts.
 */
export const popShape = z.object({
  case: caseKey,
  popId: storable(64),
  username: storable(256),
  campaign: storable(256),
  /** Without one Awaken makes a record at each pop, so that nothing is tried a second time. */
  reference: storable(256).or(z.literal('')),
  data: z
    .record(text(256), z.string().max(20_000))
    // Awaken finds its fields ignoring case, so that one of the two would win and nobody knows which.
    .refine(
      (data) => new Set(Object.keys(data).map((name) => name.toLowerCase())).size === Object.keys(data).length,
      'two names differ in case only',
    ),
  /** Everything but the sending: whether it may be sent, and whether Awaken takes the bridge's user. */
  dry: z.literal(true).optional(),
});

/** The header: a name for one click, the same however often it is sent. */
export const popKeyShape = z.string().regex(/^[\w-]{8,64}$/);

/** What Awaken said of a pop: the `Verdict` of lib/awaken.ts. */
export const verdictShape = z.object({
  outcome: z.enum(outcomes),
  at: z.enum(['auth', 'pop']),
  status: z.number().optional(),
  message: z.string().optional(),
  requestId: z.string().optional(),
  version: z.string().optional(),
  mustSet: z.literal(true).optional(),
  retryAfter: z.number().optional(),
});

/**
 * The answer to a pop that was accepted, or, as null, to a dry one that could have been sent. Of all others it is an
 * error, with the verdict in it if Awaken was asked.
 */
export const popAnswerShape = z.object({ verdict: verdictShape.nullable() });

/** One line of a case's history, oldest first. */
export const entryShape = z.discriminatedUnion('what', [
  z.object({
    what: z.literal('launch'),
    at: time,
    launchId: z.string(),
    target: z.string().optional(),
    surface: z.string().optional(),
    /** `open`: no session was seen yet. `expired`: none was seen in time. */
    state: z.enum(['open', 'seen', 'expired']),
  }),
  z.object({
    what: z.literal('session'),
    at: time,
    id: z.string(),
    type: z.string().optional(),
    startedAt: time.optional(),
    endedAt: time.optional(),
    milliseconds: z.number().optional(),
    launchId: z.string().optional(),
    /** How the case was found: by our launch, by what the link said, or by hand. */
    match: z.enum(['launch', 'case', 'hand']),
    note: noteStateShape.optional(),
    /** Why it was not written back; of one that is written, why its fields are not set. */
    reason: z.string().optional(),
    writtenAt: time.optional(),
  }),
  z.object({
    what: z.literal('job'),
    at: time,
    instance: z.string(),
    /** `create`, `rebook` …, or `unknown:4`. */
    verb: z.string(),
    /** As it was sent, and what the bridge's configuration calls it. */
    status: z.string().optional(),
    stage: z.string().optional(),
  }),
  z.object({
    what: z.literal('pop'),
    at: time,
    /** The Idempotency-Key that it was sent with. */
    key: z.string(),
    popId: z.string(),
    username: z.string(),
    campaign: z.string(),
    reference: z.string(),
    /** `sent`: accepted, not known to be open. `opened`: the workflow said so. `unknown`: nobody read the answer. */
    state: z.enum(['sending', 'sent', 'opened', 'failed', 'unknown']),
    outcome: z.enum(outcomes).optional(),
    openedAt: time.optional(),
  }),
]);
export type Entry = z.infer<typeof entryShape>;

/** `GET /api/cases/{desk}/{kind}/{id}?number=` */
export const historyShape = z.object({ entries: z.array(entryShape) });

/** Every answer that is not 2xx. `next` says what to do; `code` is for programs. */
export const errorShape = z.object({
  error: z.object({
    code: z.enum([
      'unauthorized',
      'forbidden',
      'not-found',
      'invalid',
      'too-large',
      'too-many',
      'unavailable',
      'internal',
    ]),
    message: z.string(),
    next: z.string(),
  }),
});
export type ApiError = z.infer<typeof errorShape>['error'];

/** The errors of `POST /api/pops` besides those. */
export const popErrorShape = z.object({
  error: z.object({
    /**
     * `in-hand`: a request with the same key is still being worked on. `cooling`: the record has just been popped.
     * `reused`: the key was another pop's. Else how Awaken answered.
     */
    code: z.enum(['in-hand', 'cooling', 'reused', ...outcomes]),
    message: z.string(),
    next: z.string(),
    /** What Awaken said; absent where it was not asked. */
    verdict: verdictShape.optional(),
    /** How long to wait before it is tried again, in ms. */
    retryAfter: z.number().optional(),
  }),
});
export type PopError = z.infer<typeof popErrorShape>['error'];

/** What a token may do. `pop:others`: besides `pop`, pops to others than the token's own Awaken username. */
export const scopes = ['launch', 'pop', 'pop:others', 'read', 'report', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** `GET /api/token`: what the token that asks is called, and what it may. A newer bridge may know more scopes. */
export const tokenShape = z.object({ name: z.string(), scopes: z.array(z.string()) });
export type TokenInfo = z.infer<typeof tokenShape>;

/**
 * Why the extension has no answer. Not asked: `unset`, there is no address; `permission`, the browser was not allowed to
 * go there; `token`, there is none. Asked in vain: how the network failed, `strange` for an answer that no bridge of this
 * version gives, or the bridge's own {@link ApiError}.
 */
export type TroubleCode =
  | 'unset'
  | 'permission'
  | 'token'
  | 'address'
  | 'network'
  | 'timeout'
  | 'redirect'
  | 'too-long'
  | 'strange'
  | ApiError['code'];
/** `said`: the bridge's own words. `retryAfter`: in ms, as it asked for. */
export type Trouble = { code: TroubleCode; said?: string; retryAfter?: number };
