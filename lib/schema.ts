/**
 * The shape of what an admin sets, as zod schemas: checked by settings.ts, written out as JSON Schema for editors.
 */
import * as z from 'zod';
import { patternProblem } from './desks/pattern.ts';
import { addressFault } from './http.ts';
import { isZone } from './hours.ts';
import { evidences, licences, refusalsByHelp } from './licence.ts';
import { targetKinds } from './model.ts';
import { code, issue } from './problems.ts';
import { reservedParams } from './worklink.ts';

// zod's compiler probes `new Function`, which an extension's CSP refuses and reports.
z.config({ jitless: true });

const text = (max: number) => z.string().trim().min(1).max(max);

/** Names that every object has by birth: kept out, so that no careless look-up ever finds them. */
export const inherited = (name: string): boolean => name in Object.prototype || name === 'prototype';
const notInherited = { check: (name: string) => !inherited(name), message: code('name') };

const id = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, code('id'))
  .refine(notInherited.check, notInherited.message);

const reading = z
  .strictObject({
    css: text(300).optional(),
    label: text(200).optional(),
    attr: text(100).optional(),
    after: z.string().min(1).max(50).optional(),
    before: z.string().min(1).max(50).optional(),
    seen: z
      .string()
      .regex(/^\d{4}-\d\d$/, code('month'))
      .optional(),
  })
  .refine((r) => (r.css === undefined) !== (r.label === undefined), code('reading_one'));

const pattern = text(500).superRefine((value, ctx) => {
  const problem = patternProblem(value);
  if (problem) ctx.addIssue(issue(problem));
});

/** Texts of a pattern, or one whose records are of a kind of their own. */
const address = z.union([pattern, z.strictObject({ is: pattern, kind: text(60) })]);
const addresses = z.array(address).max(30);
const selectors = z.array(text(300)).max(20);
const readings = z.array(reading).max(20);

/** A desk described as data. */
export const deskData = z.strictObject({
  owns: selectors.optional(),
  identity: z.enum(['address', 'page']).optional(),
  addresses,
  never: addresses.optional(),
  pages: addresses.optional(),
  kind: text(60).optional(),
  frames: selectors.optional(),
  deep: z.boolean().optional(),
  scope: selectors.optional(),
  ignore: selectors.optional(),
  single: text(300).optional(),
  drop: selectors.optional(),
  blank: z.array(text(100)).max(50).optional(),
  shows: z.strictObject({ id: readings.optional(), number: readings.optional(), kind: readings.optional() }).optional(),
  rows: z
    .array(z.strictObject({ row: text(300), label: text(300).optional(), value: text(300) }))
    .max(20)
    .optional(),
  read: z
    .strictObject({
      title: readings,
      requester: readings,
      assignee: readings,
      queue: readings,
      asset: readings,
      priority: readings,
      status: readings,
      opened: readings,
    })
    .partial()
    .optional(),
  anchors: z
    .array(z.strictObject({ css: text(300), place: z.enum(['inside', 'after']).optional() }))
    .max(20)
    .optional(),
});

/** `https://desk.example` or `http://127.0.0.1:8081`: scheme, host and port, nothing more. */
const origin = z.string().superRefine((value, ctx) => {
  try {
    const url = new URL(value);
    if (url.origin === value && /^https?:$/.test(url.protocol)) return;
  } catch {
    // said below
  }
  ctx.addIssue(issue({ code: 'origin' }));
});

const desk = z
  .strictObject({
    key: z.string().regex(/^[a-z0-9-]{1,24}$/, code('key')),
    product: id,
    name: text(80).optional(),
    origins: z.array(origin).max(50),
    /** How to read it, for the product `custom`. */
    custom: deskData.optional(),
    /** Whether the desk's own API may be asked with the person's session, where the product has one. */
    rest: z.boolean().optional(),
    /** Off: nothing is shown on this desk, its settings are kept. */
    on: z.boolean().default(true),
  })
  .refine((d) => d.product !== 'custom' || d.custom !== undefined, {
    message: code('custom_desk'),
    path: ['custom'],
  });

const targetShape = {
  id,
  name: text(120),
  link: text(2000).optional(),
  kind: z.enum(targetKinds).optional(),
  value: text(300).optional(),
  field: text(100).optional(),
};
const needsAim = {
  check: (t: { link?: string; kind?: string; value?: string; field?: string }) =>
    t.link !== undefined || t.kind === 'contact_list' || (t.kind !== undefined && (t.value ?? t.field) !== undefined),
  message: code('aim'),
};
const licence = z.enum(licences);

/** `00:00` to `24:00`. */
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, code('time'));
const hours = z.strictObject({
  zone: z.string().max(60).refine(isZone, code('zone')),
  /** Days are 1 (Monday) to 7. One that closes before it opens closes on the next day. */
  week: z
    .array(
      z
        .strictObject({ days: z.array(z.int().min(1).max(7)).min(1).max(7), from: time, to: time })
        .refine((row) => row.from !== row.to, code('hours_same'))
        .refine((row) => row.from !== '24:00', code('hours_midnight')),
    )
    .min(1)
    .max(30),
});
const contact = z
  .strictObject({
    ...targetShape,
    licence: licence.optional(),
    hours: hours.optional(),
    /** Who is offered outside the hours: the first of these that can be called then. */
    fallback: z.array(id).max(20).optional(),
  })
  .refine(needsAim.check, needsAim.message);
const catalog = z.strictObject(targetShape).refine(needsAim.check, needsAim.message);

const value = text(300);
const rule = z.strictObject({
  id,
  when: z
    .strictObject({
      desk: value,
      kind: value,
      queue: value,
      asset: value,
      priority: value,
      requester: value,
      assignee: value,
      fields: z.record(text(200), value),
    })
    .partial()
    .default({}),
  offer: z.union([z.array(id).max(50), z.strictObject({ table: id, field: text(100) })]),
});

const externalName = /^[A-Za-z][A-Za-z0-9_]{0,39}$/;

/** Why an external parameter cannot be called so; null if it can. */
export function nameProblem(name: string): 'reserved' | 'letters' | null {
  if (reservedParams.has(name.toLowerCase())) return 'reserved';
  return externalName.test(name) ? null : 'letters';
}

const template = z.string().max(500);
const links = z.strictObject({
  /** Only `catalog` is documented literally by the vendor; the others are presets to check against the CMS. */
  templates: z
    .strictObject({
      catalog: template.default('worklink://resource?action=fetch_catalog&catalog={id}'),
      asset: template.default('worklink://resource?action=fetch_catalog&asset={id}'),
      scenario: template.default('worklink://resource?action=fetch_scenario&scenario={id}'),
      user: template.default('worklink://resource?action=fetch_user&user={id}'),
      contact_list: template.default('worklink://resource?action=fetch_contact_list'),
      contact_group: template.default('worklink://resource?action=fetch_contact_group&group={id}'),
    })
    .prefault({}),
  /** The https wrapper for phones; null turns it off. */
  deferred: z
    .string()
    .max(500)
    .refine((s) => s.includes('{link}'), code('link_place'))
    .nullable()
    .default('https://getworklink.com/deferred?deep_link={link}'),
  linkHosts: z
    .array(z.string().regex(/^[a-z0-9.-]{1,253}$/, code('host_name')))
    .max(20)
    .default(['getworklink.com']),
  /** Extra external data: parameter name -> case field. Nothing personal by default. */
  external: z
    .record(
      z
        .string()
        .regex(externalName, code('param_letters'))
        .refine((name) => !reservedParams.has(name.toLowerCase()), code('param_reserved')),
      text(100),
    )
    .default({}),
});

/** An address that this person's browser will send secrets to: https, or this computer itself. */
const endpoint = z
  .string()
  .trim()
  .max(500)
  .superRefine((typed, ctx) => {
    const fault = addressFault(typed);
    if (fault) ctx.addIssue(issue({ code: `address_${fault}` }));
  });

/** One value that a workflow gets: of a field of the case, or always the same. */
const scriptValue = z
  .strictObject({ name: text(100), field: text(200).optional(), text: text(2000).optional() })
  .refine((v) => (v.field === undefined) !== (v.text === undefined), code('value_one'));

const pop = z.strictObject({
  id,
  name: text(120),
  /** The campaign's exact name in Awaken. */
  campaign: text(200),
  /** On whose desktop: the person's own, that of whoever a field of the case names, or always the same user's. */
  to: z
    .union([z.literal('me'), z.strictObject({ field: text(200) }), z.strictObject({ username: text(200) })])
    .default('me'),
  /** Of the case alone, so that it is the same however often it is sent. */
  reference: text(200)
    .refine((t) => /\{(id|number)\}/.test(t), code('reference_needs'))
    .refine((t) => !/[{}]/.test(t.replace(/\{(desk|kind|id|number)\}/g, '')), code('reference_holds'))
    .default('{desk}:{number}'),
  data: z
    .array(scriptValue)
    .max(100)
    .superRefine((values, ctx) => {
      // Awaken finds its fields ignoring case, so that one of the two would win and nobody knows which.
      const seen = new Set<string>();
      values.forEach(({ name }, n) => {
        const key = name.toLowerCase();
        if (seen.has(key)) ctx.addIssue({ ...issue({ code: 'param_twice', with: [name] }), path: [n, 'name'] });
        seen.add(key);
      });
    })
    .default([]),
});

/** Awaken Scripting: where it is, who is who there, and what can be popped. No secret is a setting. */
const awaken = z.strictObject({
  /** `direct`: this browser signs in and pops. `bridge`: the bridge does, which has addresses and credentials itself. */
  mode: z.enum(['direct', 'bridge']).default('direct'),
  /** Both are handed out by the vendor, and neither follows from the other. */
  authUrl: endpoint.optional(),
  popUrl: endpoint.optional(),
  systemId: z.guid(code('system_id')).optional(),
  /** What a desk calls a person, and that person's username in Scripting. */
  users: z
    .array(z.strictObject({ desk: text(24).optional(), user: text(200), username: text(200) }))
    .max(20_000)
    .default([]),
  pops: z.array(pop).max(500).default([]),
});

/** The bridge: where it is. The person's token for it is no setting. */
const bridge = z.strictObject({
  url: endpoint.refine((typed) => !typed.includes('?'), 'holds a ?, behind which no path can stand').optional(),
  /** Whoever launched a call is asked how it ended, with a bridge or without. */
  wrapUp: z.boolean().default(true),
});

export const schema = z.strictObject({
  version: z.literal(1).default(1),
  desks: z.array(desk).max(200).default([]),
  contacts: z.array(contact).max(20_000).default([]),
  catalogs: z.array(catalog).max(20_000).default([]),
  rules: z.array(rule).max(2_000).default([]),
  /** The tables' names; their rows are stored one by one (lib/browser/rows.ts). */
  tables: z
    .array(z.strictObject({ id, name: text(120).optional() }))
    .max(100)
    .default([]),
  /** `first`: the first rule that matches decides. `all`: what all matching rules offer, in order. */
  match: z.enum(['first', 'all']).default('first'),
  links: links.prefault({}),
  /** The person who calls. */
  me: z.strictObject({ licence: licence.optional() }).prefault({}),
  /** The person's own link, copied from the WorkLink CMS: whoever opens it calls them. */
  myLink: text(2000).nullable().default(null),
  /** Calls that WorkLink refuses, by the licences of both sides, and how that is known. */
  licences: z
    .array(z.strictObject({ from: licence, to: licence, evidence: z.enum(evidences), why: text(200).optional() }))
    .max(50)
    .default([...refusalsByHelp]),
  awaken: awaken.prefault({}),
  /** The person's own username in Scripting, for pops to "me". */
  myUser: text(200).nullable().default(null),
  bridge: bridge.prefault({}),
});

export type Settings = z.infer<typeof schema>;

export const longestKey = 300;
export const mostOffers = 50;

/** One row of a lookup table: "this asset is served by these targets". One that offers nobody yet counts for no rule. */
export const rowSchema = z.strictObject({
  table: id,
  key: text(longestKey).refine(notInherited.check, notInherited.message),
  offer: z.array(id).max(mostOffers),
});
export type Row = z.infer<typeof rowSchema>;

/** The JSON Schema of a settings file, for editors and other tools; `npm run schema` writes it to docs/. */
export const jsonSchema = (): unknown =>
  z.toJSONSchema(
    z.strictObject({ ...schema.shape, rows: z.array(rowSchema).optional() }).meta({ title: 'Deskcall settings' }),
    { io: 'input', unrepresentable: 'any' },
  );
