/**
 * What the bridge is told: by the environment, by a file, and by secrets that stand in neither. All of it is checked at
 * the start, and every mistake is named, not only the first.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { secretsOf, type Credentials, type Service } from '../lib/awaken.ts';
import { address } from './address.ts';
import { deskShape, filled, needsSecret, type DeskConfig } from './desks/shape.ts';
import { handoverShape } from './handover.ts';
import { keepShape } from './keep.ts';
import { reportShape } from './report/config.ts';

const key = z.string().regex(/^[a-z0-9-]{1,24}$/, 'a key is 1 to 24 of a-z, 0-9 and -');
/** All waits are in seconds. */
const seconds = (standard: number) => z.number().min(0).max(31_536_000).default(standard);

const fileShape = z.strictObject({
  /** What WorkLink and others call the bridge by, for the addresses that it prints. */
  publicUrl: address.optional(),
  worklink: z
    .strictObject({
      /** The GraphQL endpoint. */
      url: address.default('https://cms.scopear.com/api/v3/graphql'),
      /** The company, for a super admin's token. */
      permalink: z.string().min(1).optional(),
      /** Extra headers: each name with the NAME of the secret that is its value. */
      headers: z.record(z.string().regex(/^[\w-]+$/), z.string().regex(/^[A-Z][A-Z0-9_]*$/)).default({}),
      requestsPerSecond: z.number().positive().max(100).default(2),
      /** Sessions that began since that day, in UTC, are filled in when the bridge is connected first. */
      since: z.iso.date().optional(),
      /** Where a session is seen, for `{{link}}` in notes; with `{{id}}` or `{{databaseId}}`. */
      sessionUrl: filled(address, 'id', 'databaseId').optional(),
    })
    .optional(),
  /** Web pages of these origins may ask the API. The extension needs no entry. */
  origins: z
    .array(
      z.string().regex(/^[a-z][a-z-]*:\/\/[^/?#@]+$/i, 'an origin is scheme and host, such as https://host.example'),
    )
    .default([]),
  desks: z.record(key, deskShape).default({}),
  /** Where pops go; all three are handed out by the vendor, and neither address follows from the other. */
  awaken: z
    .strictObject({
      authUrl: address,
      popUrl: address,
      systemId: z.guid('is not a SystemId; it stands at the top of the About screen in Scripting'),
    })
    .optional(),
  serviceoptimizer: z
    .record(
      key,
      z.strictObject({
        /** How `Code` is written in answers: the vendor's documents have both. */
        code: z.enum(['string', 'integer']).default('string'),
        /** A body that can't be read: acknowledged and parked, or refused, which lets the sender send it for days. */
        onMalformed: z.enum(['ack', 'reject']).default('ack'),
        /** Only where `notification_jwt` is blank and the network alone keeps others away. */
        allowUnauthenticated: z.boolean().default(false),
        /** What a `WorkStatus` is called here; another one is told as it was sent. */
        stages: z.record(z.string().min(1).max(256), z.string().trim().min(1).max(64)).default({}),
      }),
    )
    .default({}),
  /** A record of WorkLink's that can't be seen is looked for this often, some hours with the standard waits; then it is parked. */
  tries: z.number().int().min(1).max(1000).default(12),
  /** Requests a second, each counted in each bridge process. */
  limits: z
    .strictObject({ token: z.number().positive().default(20), hook: z.number().positive().default(2000) })
    .prefault({}),
  report: reportShape.prefault({}),
  keep: keepShape.prefault({}),
  handover: handoverShape.prefault({}),
  waits: z
    .strictObject({
      /** A resource is read this long after its first webhook, so that a storm costs one reading. */
      settle: seconds(5),
      /** The same delivery within this time is a repetition. */
      repetition: seconds(600),
      /** Raw deliveries are kept this long. */
      keep: seconds(30 * 86_400),
      /** The first retry of a reading, and of a write; each further one waits twice as long. */
      retry: seconds(15),
      /** Longest wait between two tries. */
      longestRetry: seconds(3600),
      /** A request to WorkLink or a desk is given up after this time. */
      request: seconds(30),
      /** Open launches are looked for in WorkLink this often. */
      sweep: seconds(300),
      /** A launch of which no session was seen by then expires. */
      launch: seconds(86_400),
      /** After a pop that may have arrived nobody gets the same record for so long: Awaken's own check can be raced. */
      coolDown: seconds(30),
      /** A bridge that has given no sign of life of a pop for so long has died. */
      lease: z.number().min(0.1).max(3600).default(15),
      /** The queue is looked at this often. */
      poll: z.number().min(0.5).max(60).default(1),
      /** Work in hand at a shutdown gets this long to end. */
      shutdown: seconds(20),
    })
    .prefault({}),
});

type File = z.infer<typeof fileShape>;

export type Config = Omit<File, 'desks' | 'worklink' | 'serviceoptimizer' | 'awaken'> & {
  port: number;
  host: string;
  /** Absent: an embedded PostgreSQL in {@link Config.dataDir}. */
  databaseUrl?: string;
  dataDir: string;
  desks: Record<string, DeskConfig>;
  worklink?: Omit<NonNullable<File['worklink']>, 'headers'> & { token: string; headers: Record<string, string> };
  awaken?: { service: Service; credentials: Credentials };
  serviceoptimizer: Record<string, File['serviceoptimizer'][string] & { secrets: string[] }>;
  /** Keys of WorkLink's signatures; empty: deliveries need none. Two while one replaces the other. */
  worklinkSecrets: string[];
  /** What `handover.url` is sent with; empty without one. */
  handoverToken: string;
  /** Every secret that was read, so that the log can refuse to say them. */
  secrets: string[];
};

/** The variable that holds a desk's or an instance's secret: `DESK_RT_MAIN_TOKEN` for `rt-main`. */
const variable = (before: string, name: string, after: string): string =>
  `${before}_${name.replaceAll('-', '_').toUpperCase()}_${after}`;

/** Where in the file, as people write it: `desks.rt.url`. */
const where = (path: PropertyKey[]): string => path.map(String).join('.') || 'the file';

/**
 * Reads and checks everything.
 * @param env PORT, HOST, DATABASE_URL, DATA_DIR, BRIDGE_CONFIG and the secrets, each also as NAME_FILE
 * @returns the configuration, or every mistake as a sentence; none of them quotes a secret
 */
export function readConfig(env: NodeJS.ProcessEnv): Config | { mistakes: string[] } {
  const mistakes: string[] = [];
  const secrets: string[] = [];

  const secret = (name: string): string | undefined => {
    const file = env[`${name}_FILE`];
    if (env[name] && file) mistakes.push(`${name} and ${name}_FILE are both set: keep one.`);
    let value = env[name];
    if (!value && file)
      try {
        value = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
      } catch (error) {
        mistakes.push(`${name}_FILE names ${file}, which can't be read (${(error as NodeJS.ErrnoException).code}).`);
        return undefined;
      }
    if (!value) return undefined;
    // oxlint-disable-next-line no-control-regex -- no header can carry these
    if (/[\u0000-\u001f\u007f]/.test(value)) mistakes.push(`${name} holds a control character, such as a line break.`);
    secrets.push(value);
    return value;
  };
  const needed = (name: string, why: string): string => {
    const value = secret(name);
    if (!value && !mistakes.some((each) => each.startsWith(name)))
      mistakes.push(`${name} is not set, and ${why}. Set it, or ${name}_FILE to a file that holds it.`);
    return value ?? '';
  };
  /** Two may be active, while one replaces the other. */
  const pair = (name: string): string[] =>
    [secret(name), secret(`${name}_2`)].filter((each): each is string => each !== undefined);

  const port = Number(env.PORT || 8787);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    mistakes.push(`PORT is ${JSON.stringify(env.PORT)}; it has to be a whole number from 0 to 65535.`);

  const databaseUrl = secret('DATABASE_URL');
  if (databaseUrl && !(/^postgres(ql)?:\/\//.test(databaseUrl) && URL.canParse(databaseUrl)))
    mistakes.push('DATABASE_URL is no address such as postgres://user:password@host:5432/name.');

  const worklinkSecrets = pair('WORKLINK_SECRET');

  const path = env.BRIDGE_CONFIG || 'bridge.config.json';
  let raw: unknown = {};
  try {
    raw = JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch (error) {
    // Without a file there are no desks yet, which is how everybody starts; a file that was named has to be there.
    if (error instanceof SyntaxError) mistakes.push(`${path} is not JSON: ${error.message.replaceAll(/\s+/g, ' ')}`);
    else if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || env.BRIDGE_CONFIG)
      mistakes.push(`BRIDGE_CONFIG names ${path}, which can't be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  const parsed = fileShape.safeParse(raw);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) mistakes.push(`${path}: ${where(issue.path)}: ${issue.message}.`);
    return { mistakes };
  }
  const { desks, worklink, serviceoptimizer, awaken, ...file } = parsed.data;

  const credentials = awaken && {
    user: needed('AWAKEN_USER', 'pops are sent by that user'),
    password: needed('AWAKEN_PASSWORD', 'pops are sent by its user'),
  };
  // Also as they are sent, and as a server may quote them.
  if (credentials) secrets.push(...secretsOf(credentials));

  const config: Config = {
    ...file,
    port,
    host: env.HOST || '127.0.0.1',
    ...(databaseUrl && { databaseUrl }),
    dataDir: resolve(env.DATA_DIR || '.data'),
    desks: Object.fromEntries(
      Object.entries(desks).map(([name, desk]) => [
        name,
        {
          ...desk,
          secret: needsSecret(desk) ? needed(variable('DESK', name, 'TOKEN'), `desks.${name} writes with it`) : '',
        },
      ]),
    ),
    ...(worklink && {
      worklink: {
        ...worklink,
        token: needed('WORKLINK_TOKEN', 'sessions are read with it'),
        headers: Object.fromEntries(
          Object.entries(worklink.headers).map(([header, name]) => [
            header,
            needed(name, `worklink.headers.${header} names it`),
          ]),
        ),
      },
    }),
    serviceoptimizer: Object.fromEntries(
      Object.entries(serviceoptimizer).map(([name, instance]) => {
        const variableName = variable('SERVICEOPTIMIZER', name, 'SECRET');
        const known = pair(variableName);
        if (!known.length && !instance.allowUnauthenticated)
          mistakes.push(
            `${variableName} is not set: set it to notification_jwt, or set serviceoptimizer.${name}.allowUnauthenticated where that is blank.`,
          );
        return [name, { ...instance, secrets: known }];
      }),
    ),
    ...(awaken && credentials && { awaken: { service: awaken, credentials } }),
    handoverToken: file.handover.url ? needed('EXPORT_TOKEN', 'handover.url gets it') : '',
    worklinkSecrets,
    secrets,
  };
  return mistakes.length ? { mistakes } : config;
}
