/**
 * Who may see the report: somebody with a token of the scope `report`, typed into a form and answered with a cookie, or
 * somebody whom the organisation's proxy names. A token never stands in an address.
 */
import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Config } from '../config.ts';
import type { Db } from '../db.ts';
import { findToken } from '../keys.ts';

const cookieName = 'deskcall_report';
const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/** What the browser is told to keep: `HttpOnly`, and never sent with a request that another site began. */
function cookie(config: Config, value: string, seconds: number): string {
  const secure = config.publicUrl?.startsWith('https:') ? '; Secure' : '';
  return `${cookieName}=${value}; Path=/report; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}

const held = (header: string | undefined): string | undefined =>
  new RegExp(`(?:^|;\\s*)${cookieName}=([\\w-]{43})(?:;|$)`).exec(header ?? '')?.[1];

/** Begins a visit. @returns the cookie, or null where the token may not see the report */
export async function beginVisit(config: Config, db: Db, token: string): Promise<string | null> {
  const found = await findToken(db, token);
  if (!found?.scopes.includes('report')) return null;
  const value = randomBytes(32).toString('base64url');
  const seconds = config.report.visit;
  await db.deleteFrom('report_visit').where('ends_at', '<', sql<Date>`now()`).execute();
  await db
    .insertInto('report_visit')
    .values({ hash: hash(value), token_id: found.id, ends_at: sql<Date>`now() + make_interval(secs => ${seconds})` })
    .execute();
  return cookie(config, value, seconds);
}

/** Ends the visit of that cookie. @returns the cookie that takes it away */
export async function endVisit(config: Config, db: Db, header: string | undefined): Promise<string> {
  const value = held(header);
  if (value) await db.deleteFrom('report_visit').where('hash', '=', hash(value)).execute();
  return cookie(config, '', 0);
}

type Asked = { remote: string; header(name: string): string | undefined };

/** How somebody is known; undefined for nobody. A revoked token ends its visits. */
export async function visitor(config: Config, db: Db, asked: Asked): Promise<'token' | 'proxy' | undefined> {
  const { proxy } = config.report;
  const remote = asked.remote.replace(/^::ffff:/, '');
  if (proxy && proxy.from.includes(remote) && asked.header(proxy.header)?.trim()) return 'proxy';
  const value = held(asked.header('cookie'));
  if (!value) return undefined;
  const found = await db
    .selectFrom('report_visit')
    .innerJoin('token', 'token.id', 'report_visit.token_id')
    .select('token.id')
    .where('report_visit.hash', '=', hash(value))
    .where('report_visit.ends_at', '>', sql<Date>`now()`)
    .where('token.revoked_at', 'is', null)
    .where(sql<boolean>`'report' = any(token.scopes)`)
    .executeTakeFirst();
  return found && 'token';
}

/** Whether a POST comes from our own page. A browser always names the origin of one; without it there is no telling. */
export function fromOurselves(config: Config, origin: string | undefined, host: string | undefined): boolean {
  if (!origin || !URL.canParse(origin)) return false;
  if (config.publicUrl) return new URL(config.publicUrl).origin === new URL(origin).origin;
  return new URL(origin).host === host;
}
