/**
 * Tokens and hooks: what a person is shown once, and the bridge knows by its hash alone. They are 256 random bits, so a
 * plain hash can't be turned back and no look-up by it tells anything by its time.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { sql } from 'kysely';
import { scopes, type Scope } from '../lib/api.ts';
import type { Db, HookKind, Send } from './db.ts';

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether two secrets are the same, in a time that says nothing of them. */
export const sameSecret = (one: string, other: string): boolean => timingSafeEqual(hash(one), hash(other));

const mint = (): string => randomBytes(32).toString('base64url');

/** Two may be active, while one replaces the other. */
const mostHooks = 2;

/**
 * Makes a hook.
 * @returns its secret part, shown once, or why not
 */
export async function createHook(db: Db, kind: HookKind): Promise<{ token: string; id: string } | { refused: string }> {
  const token = mint();
  return db.transaction().execute(async (trx) => {
    await sql`lock table hook in share row exclusive mode`.execute(trx);
    const active = await trx
      .selectFrom('hook')
      .select('id')
      .where('kind', '=', kind)
      .where('revoked_at', 'is', null)
      .execute();
    if (active.length >= mostHooks)
      return {
        refused: `Two ${kind} hooks are active already (${active.map(({ id }) => id).join(', ')}). Revoke one: npm run bridge -- hook revoke ID`,
      };
    const { id } = await trx
      .insertInto('hook')
      .values({ kind, hash: hash(token), revoked_at: null })
      .returning('id')
      .executeTakeFirstOrThrow();
    return { token, id };
  });
}

/** @returns of each the hook's id, or undefined for a secret that no active hook of that kind has */
export async function findHooks(
  send: Send,
  asked: readonly { kind: HookKind; token: string }[],
): Promise<(string | undefined)[]> {
  const hashes = asked.map(({ token }) => hash(token));
  const { rows } = await send<{ id: string; kind: HookKind; hash: Buffer }>(
    sql`select id, kind, hash from hook where hash = any(${hashes}::bytea[]) and revoked_at is null`,
  );
  return asked.map(({ kind }, n) => rows.find((hook) => hook.kind === kind && hashes[n]?.equals(hook.hash))?.id);
}

/** The scopes of a list such as `launch,read`. @returns what of it is none, if anything */
export function readScopes(list: string): Scope[] | { wrong: string[] } {
  const names = list
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const wrong = names.filter((name) => !scopes.some((scope) => scope === name));
  return wrong.length || !names.length ? { wrong } : scopes.filter((scope) => names.includes(scope));
}

/** @param username who that is in Awaken, for pops. @returns the token, shown once */
export async function createToken(
  db: Db,
  name: string,
  may: readonly Scope[],
  username: string | null = null,
): Promise<{ token: string; id: string }> {
  const token = mint();
  const { id } = await db
    .insertInto('token')
    .values({ name, scopes: [...may], hash: hash(token), revoked_at: null, username })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { token, id };
}

/** Who a token is; undefined for one that is unknown or revoked. */
export async function findToken(
  db: Db,
  token: string,
): Promise<{ id: string; name: string; scopes: string[]; username: string | null } | undefined> {
  return db
    .selectFrom('token')
    .select(['id', 'name', 'scopes', 'username'])
    .where('hash', '=', hash(token))
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
}

/** Ends a hook or a token. @returns whether there was an active one of that id */
export async function revoke(db: Db, what: 'hook' | 'token', id: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable(what)
    .set({ revoked_at: new Date() })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
