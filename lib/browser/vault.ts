/**
 * Secrets: Awaken's API user and password, and the token that they buy. For this session they lie in `storage.session`,
 * which is memory and which no page's script can read; remembered, they lie in extension-origin IndexedDB, encrypted
 * under a key that the browser never gives out. That stops pages and whoever looks through files, not somebody who has
 * the whole profile.
 *
 * A secret belongs to the addresses that it was entered for: with other origins it is forgotten.
 */
import { delMany, get, setMany } from 'idb-keyval';
import { browser } from 'wxt/browser';
import type { Credentials, Token } from '../awaken.ts';

/** Where a secret may be sent. */
export type Addresses = { authUrl?: string | undefined; popUrl?: string | undefined };

/** Whether there are credentials, and how long they stay. */
export type Held = 'none' | 'session' | 'remembered';

/** As it lies in IndexedDB. */
type Box = { of: string; iv: Uint8Array<ArrayBuffer>; sealed: ArrayBuffer };
type Session = {
  'awaken-user'?: { of: string; credentials: Credentials };
  'awaken-token'?: { of: string; token: Token };
  'awaken-stopped'?: string | undefined;
};

const { session } = browser.storage;
const inSession = ['awaken-user', 'awaken-token', 'awaken-stopped'] as const;
const stored = ['vault', 'vault-key'] as const;

/** Both origins in one name; null until both addresses are set. */
function originsOf({ authUrl, popUrl }: Addresses): string | null {
  if (!authUrl || !popUrl || !URL.canParse(authUrl) || !URL.canParse(popUrl)) return null;
  return `${new URL(authUrl).origin} ${new URL(popUrl).origin}`;
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

const read = (): Promise<Session> => session.get<Session>([...inSession]);

/** No page's script may ever read the session's secrets. It is so by default; said here, a test can see it. */
export const guardVault = async (): Promise<void> => session.setAccessLevel?.({ accessLevel: 'TRUSTED_CONTEXTS' });

/** Forgets all secrets at once, in memory and on disk, and the key that they were encrypted under. */
export async function forgetSecrets(): Promise<void> {
  await Promise.all([session.remove([...inSession]), delMany([...stored])]);
}

/**
 * Keeps credentials in place of those before, for these addresses only.
 * @param remember also when the browser has been closed
 * @throws if both addresses are not set
 */
export async function keepCredentials(at: Addresses, credentials: Credentials, remember: boolean): Promise<void> {
  const of = originsOf(at);
  if (of === null) throw new Error('Set both addresses first.');
  await forgetSecrets();
  if (!remember) return session.set({ 'awaken-user': { of, credentials } } satisfies Session);
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const how = { name: 'AES-GCM', iv, additionalData: bytesOf(of) };
  const sealed = await crypto.subtle.encrypt(how, key, bytesOf(JSON.stringify(credentials)));
  await setMany([
    ['vault-key', key],
    ['vault', { of, iv, sealed } satisfies Box],
  ]);
}

async function unseal({ of, iv, sealed }: Box): Promise<Credentials | null> {
  const key = await get<CryptoKey>('vault-key');
  if (!key) return null;
  try {
    const how = { name: 'AES-GCM', iv, additionalData: bytesOf(of) };
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, key, sealed))) as Credentials;
  } catch {
    // Somebody has been at it, or the key is another one: then there are none.
    return null;
  }
}

/** @returns the credentials of these very addresses; null if there are none */
export async function readCredentials(at: Addresses): Promise<Credentials | null> {
  const of = originsOf(at);
  if (of === null) return null;
  const { 'awaken-user': kept } = await read();
  if (kept) return kept.of === of ? kept.credentials : null;
  const box = await get<Box>('vault');
  return box?.of === of ? unseal(box) : null;
}

export async function heldFor(at: Addresses): Promise<Held> {
  const of = originsOf(at);
  const [{ 'awaken-user': kept }, box] = await Promise.all([read(), get<Box>('vault')]);
  if (of !== null && kept?.of === of) return 'session';
  return of !== null && box?.of === of ? 'remembered' : 'none';
}

/** Forgets what was entered for other addresses than these; asked whenever settings have changed, by whomever. */
export async function bindSecrets(at: Addresses): Promise<void> {
  const of = originsOf(at);
  const [{ 'awaken-user': kept }, box] = await Promise.all([read(), get<Box>('vault')]);
  const known = kept?.of ?? box?.of;
  if (known !== undefined && known !== of) await forgetSecrets();
}

/** The token in memory, for {@link World} of awaken.ts. */
export const keptToken = {
  async read(of: string): Promise<Token | null> {
    const { 'awaken-token': kept } = await read();
    return kept?.of === of ? kept.token : null;
  },
  async keep(of: string, token: Token | null): Promise<void> {
    // Forgotten meanwhile, nothing of it comes back.
    const [{ 'awaken-user': user }, box] = await Promise.all([read(), get<Box>('vault')]);
    if (token && (user || box)) await session.set({ 'awaken-token': { of, token } } satisfies Session);
    else await session.remove('awaken-token');
  },
};

/** Whether Awaken refused these credentials: then they are not tried again until something is changed. */
export const isStopped = async ({ authUrl }: Addresses): Promise<boolean> =>
  authUrl !== undefined && (await read())['awaken-stopped'] === authUrl;

/** @param stop false: they were taken */
export const stopCredentials = ({ authUrl }: Addresses, stop: boolean): Promise<void> =>
  stop ? session.set({ 'awaken-stopped': authUrl } satisfies Session) : session.remove('awaken-stopped');
