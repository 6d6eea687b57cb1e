/** What an admin says of a desk, checked. */
import { z } from 'zod';
import { address } from '../address.ts';
import { noteNames } from '../note.ts';
import { namesIn } from './template.ts';

/** Every template in a value, texts in lists and objects included. */
const templatesIn = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(templatesIn)
      : [];

/** A value whose placeholders are among these. */
export const filled = <T extends z.ZodType>(shape: T, ...names: string[]) =>
  shape.superRefine((value, context) => {
    for (const name of templatesIn(value).flatMap(namesIn))
      if (!names.includes(name))
        context.addIssue({
          code: 'custom',
          message: `{{${name}}} is not known here; known are ${names.map((each) => `{{${each}}}`).join(', ') || 'none'}`,
        });
  });

const path = (...names: string[]) =>
  filled(z.string().regex(/^\/(?!\/)[^#\s]*$/, 'a path begins with one / and has neither spaces nor #'), ...names);
const header = z.string().regex(/^[\w-]+$/);
/** Line breaks would end a header. */
const headerValue = z.string().regex(/^[\u0020-\u007e]*$/, 'a header holds ASCII in one line');
/** RFC 6901, such as `/data/number`; empty for the whole. */
const pointer = z.string().regex(/^(\/[^/]*)*$/, 'a place is written as /data/number');
const isAt = z.strictObject({ at: pointer, is: z.union([z.string(), z.number(), z.boolean(), z.null()]) });

const writing = ['id', 'kind', 'marker', 'key'];

/** How a note is written by hand-made requests, for desks that have no file here. */
const httpShape = z
  .strictObject({
    /** Kinds of records, as the extension names them. */
    kinds: z.array(z.string().min(1)).min(1),
    /** For each request; `{{secret}}` is DESK_<KEY>_TOKEN. */
    headers: z.record(header, filled(headerValue, 'secret')).default({}),
    /** How a record is asked for, and where the answer has its number. Without it, only launches decide. */
    record: z.strictObject({ path: path('id', 'kind'), number: pointer }).optional(),
    note: z
      .strictObject({
        method: z.enum(['POST', 'PUT', 'PATCH']).default('POST'),
        path: path(...writing),
        headers: z.record(header, filled(headerValue, 'key')).default({}),
        body: filled(z.json(), 'note', 'noteHtml', ...writing).optional(),
        /** A form instead of JSON; what is no text in it is sent as JSON. */
        form: z.record(z.string(), filled(z.json(), 'note', 'noteHtml', ...writing)).optional(),
        /** What a body says besides a good status. */
        success: isAt.optional(),
        /** The desk takes the same `{{key}}` once. */
        keyed: z.boolean().default(false),
      })
      .refine(({ body, form }) => (body === undefined) !== (form === undefined), 'set either body or form')
      .refine(
        (note) =>
          !note.keyed ||
          templatesIn([note.path, note.headers, note.body, note.form]).some((each) => namesIn(each).includes('key')),
        'keyed needs {{key}} somewhere in the request',
      ),
    /** How the notes of a record are listed. Without it a note may be written more than once. */
    notes: z
      .strictObject({
        path: path('id', 'kind', 'marker', 'key', 'page', 'offset'),
        list: pointer,
        /** Within a note. */
        text: pointer,
        /** What an internal note has. Left out only where the desk has no public ones. */
        internal: isAt.optional(),
        /** Notes on a page: a page with as many has another after it. */
        size: z.number().int().min(1).optional(),
      })
      .refine(
        (notes) =>
          namesIn(notes.path).some((name) => name === 'page' || name === 'offset') === (notes.size !== undefined),
        'size and {{page}} or {{offset}} belong together',
      )
      .optional(),
    /** How field values are set; `{{fields}}`, alone in its text, is all of them. */
    set: z
      .strictObject({
        method: z.enum(['POST', 'PUT', 'PATCH']).default('PUT'),
        path: path('id', 'kind'),
        body: filled(z.json(), 'id', 'kind', 'fields'),
      })
      .optional(),
  })
  .refine(
    ({ note }) =>
      templatesIn([note.body, note.form]).some((each) => namesIn(each).some((name) => /^note(Html)?$/.test(name))),
    'note: nowhere in the request stands {{note}} or {{noteHtml}}',
  );

export type HttpConfig = z.infer<typeof httpShape>;

const common = {
  url: address,
  /** `staged`: a note when a call has begun, too; completed at its end where the desk lets notes be edited. */
  write: z.enum(['once', 'staged']).default('once'),
  /** The note's lines, other than the standard ones; and those of the note at the start. */
  note: filled(z.string().min(1), ...noteNames).optional(),
  begun: filled(z.string().min(1), ...noteNames).optional(),
  /** Fields that are set at the end, by the desk's names. */
  fields: z.record(z.string().min(1), filled(z.string(), ...noteNames)).default({}),
};

/** Signs in by this name, with the secret as its password or token. */
const user = z.string().regex(/^[^:\p{Cc}]+$/u, 'a user holds neither : nor a control character');

/** Signs in as a client of its own (RFC 6749, 4.4); the secret is the client's. */
const oauth = z.strictObject({ url: address, clientId: z.string().min(1), scope: z.string().min(1).optional() });

const oneOf = ({ user: name, oauth: client }: { user?: string | undefined; oauth?: unknown }): boolean =>
  name === undefined || client === undefined;
const either = 'set user or oauth, not both';

/** Whether and how the times of a desk's cases are read, for the report. */
const timesOf = z.strictObject({
  over: z.array(z.string().min(1)).min(1).optional(),
  assetClass: z.string().min(1).optional(),
});
const times = timesOf.optional();

export const deskShape = z.discriminatedUnion('type', [
  z.strictObject({ ...common, times, type: z.literal('request-tracker') }),
  z.strictObject({ ...common, times, type: z.literal('redmine') }),
  z
    .strictObject({
      ...common,
      times,
      type: z.literal('servicenow'),
      user: user.optional(),
      oauth: oauth.optional(),
    })
    .refine(oneOf, either),
  z
    .strictObject({
      ...common,
      times,
      type: z.enum(['zendesk', 'salesforce']),
      user: user.optional(),
      oauth: oauth.optional(),
    })
    .refine(oneOf, either),
  z
    .strictObject({
      ...common,
      times,
      type: z.enum(['jira', 'jira-data-center']),
      user: user.optional(),
      oauth: oauth.optional(),
      /** Only this role of the project sees the notes; else all who see the issue, but for customers. */
      role: z.string().min(1).optional(),
    })
    .refine(oneOf, either),
  z.strictObject({ ...common, times, type: z.literal('freshdesk') }),
  z.strictObject({
    ...common,
    times: timesOf.extend({ workspace: z.number().int().min(0).optional() }).optional(),
    type: z.literal('freshservice'),
  }),
  z.strictObject({ ...common, times, type: z.literal('dynamics'), oauth }),
  z
    .strictObject({
      ...common,
      type: z.literal('http'),
      user: user.optional(),
      oauth: oauth.optional(),
      http: httpShape,
    })
    .refine(oneOf, either)
    .refine(({ fields, http }) => http.set || !Object.keys(fields).length, 'fields need http.set'),
]);

export type OAuth = z.infer<typeof oauth>;

/** Whether DESK_<KEY>_TOKEN is needed. */
export const needsSecret = (desk: z.infer<typeof deskShape>): boolean =>
  desk.type !== 'http' ||
  desk.user !== undefined ||
  desk.oauth !== undefined ||
  templatesIn(desk.http.headers).some((each) => namesIn(each).includes('secret'));

export type DeskConfig = z.infer<typeof deskShape> & { secret: string };
