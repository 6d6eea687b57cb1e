/**
 * Secrets: Awaken's API user and password with the token that they buy, and the person's token for the bridge. For this
 * session they lie in `storage.session`, which is memory and which no page's script can read; remembered, they lie in
 * extension-origin IndexedDB, encrypted under a key that the browser never gives out. That stops pages and whoever looks
 * through files, not somebody who has the whole profile.
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
/** As it lies in memory. */
type Kept<T> = { of: string; secret: T };
type Session = { 'awaken-token'?: { of: string; token: Token }; 'awaken-stopped'?: string | undefined };

const { session } = browser.storage;

/** Both origins in one name; null until both addresses are set. */
function originsOf({ authUrl, popUrl }: Addresses): string | null {
  if (!authUrl || !popUrl || !URL.canParse(authUrl) || !URL.canParse(popUrl)) return null;
  return `${new URL(authUrl).origin} ${new URL(popUrl).origin}`;
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

const read = (): Promise<Session> => session.get<Session>(['awaken-token', 'awaken-stopped']);

/** No page's script may ever read the session's secrets. It is so by default; said here, a test can see it. */
export const guardVault = async (): Promise<void> => session.setAccessLevel?.({ accessLevel: 'TRUSTED_CONTEXTS' });

/**
 * The place of one secret.
 * @param memory its name in the session's memory
 * @param box its name on disk
 * @param key the name of the key that it is encrypted under
 * @param more what goes with it when it is forgotten: what it has bought, in memory
 */
function drawer<T>(memory: string, box: string, key: string, more: string[] = []) {
  const known = async (): Promise<[Kept<T> | undefined, Box | undefined]> =>
    Promise.all([session.get<Record<string, Kept<T>>>(memory).then((all) => all[memory]), get<Box>(box)]);

  async function unseal({ of, iv, sealed }: Box): Promise<T | null> {
    const held = await get<CryptoKey>(key);
    if (!held) return null;
    try {
      const how = { name: 'AES-GCM', iv, additionalData: bytesOf(of) };
      return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, held, sealed))) as T;
    } catch {
      // Somebody has been at it, or the key is another one: then there is none.
      return null;
    }
  }

  /** Forgets it, in memory and on disk, and the key that it was encrypted under. */
  const forget = async (): Promise<void> => {
    await Promise.all([session.remove([memory, ...more]), delMany([box, key])]);
  };

  return {
    forget,
    any: async (): Promise<boolean> => (await known()).some(Boolean),

    /** Keeps a secret in place of the one before. @param remember also when the browser has been closed */
    async keep(of: string, secret: T, remember: boolean): Promise<void> {
      await forget();
      if (!remember) return session.set({ [memory]: { of, secret } satisfies Kept<T> });
      const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const how = { name: 'AES-GCM', iv, additionalData: bytesOf(of) };
      const sealed = await crypto.subtle.encrypt(how, made, bytesOf(JSON.stringify(secret)));
      await setMany([
        [key, made],
        [box, { of, iv, sealed } satisfies Box],
      ]);
    },

    /** @returns the secret of these very addresses; null if there is none */
    async read(of: string | null): Promise<T | null> {
      if (of === null) return null;
      const [kept, sealed] = await known();
      if (kept) return kept.of === of ? kept.secret : null;
      return sealed?.of === of ? unseal(sealed) : null;
    },

    async held(of: string | null): Promise<Held> {
      const [kept, sealed] = await known();
      if (of !== null && kept?.of === of) return 'session';
      return of !== null && sealed?.of === of ? 'remembered' : 'none';
    },

    /** Forgets what was entered for others. */
    async bind(of: string | null): Promise<void> {
      const [kept, sealed] = await known();
      const mine = kept?.of ?? sealed?.of;
      if (mine !== undefined && mine !== of) await forget();
    },
  };
}

const awaken = drawer<Credentials>('awaken-user', 'vault', 'vault-key', ['awaken-token', 'awaken-stopped']);

/** Forgets Awaken's secrets at once, in memory and on disk. */
export const forgetSecrets = awaken.forget;

/**
 * Keeps credentials in place of those before, for these addresses only.
 * @param remember also when the browser has been closed
 * @throws if both addresses are not set
 */
export async function keepCredentials(at: Addresses, credentials: Credentials, remember: boolean): Promise<void> {
  const of = originsOf(at);
  if (of === null) throw new Error('Set both addresses first.');
  await awaken.keep(of, credentials, remember);
}

/** @returns the credentials of these very addresses; null if there are none */
export const readCredentials = (at: Addresses): Promise<Credentials | null> => awaken.read(originsOf(at));

export const heldFor = (at: Addresses): Promise<Held> => awaken.held(originsOf(at));

const bridge = drawer<string>('bridge-token', 'bridge-vault', 'bridge-key');
const originOf = (url: string | undefined): string | null => (url && URL.canParse(url) ? new URL(url).origin : null);

/** The person's token for the bridge, which goes to that bridge's origin and nowhere else. */
export const bridgeToken = {
  /** @throws if there is no address */
  keep: async (url: string | undefined, token: string, remember: boolean): Promise<void> => {
    const of = originOf(url);
    if (of === null) throw new Error('Set the address first.');
    await bridge.keep(of, token, remember);
  },
  read: (url: string | undefined): Promise<string | null> => bridge.read(originOf(url)),
  held: (url: string | undefined): Promise<Held> => bridge.held(originOf(url)),
  forget: bridge.forget,
};

/** Forgets what was entered for other addresses than these; asked whenever settings have changed, by whomever. */
export async function bindSecrets(at: { awaken: Addresses; bridge: { url?: string | undefined } }): Promise<void> {
  await Promise.all([awaken.bind(originsOf(at.awaken)), bridge.bind(originOf(at.bridge.url))]);
}

/** The token in memory, for {@link World} of awaken.ts. */
export const keptToken = {
  async read(of: string): Promise<Token | null> {
    const { 'awaken-token': kept } = await read();
    return kept?.of === of ? kept.token : null;
  },
  async keep(of: string, token: Token | null): Promise<void> {
    // Forgotten meanwhile, nothing of it comes back.
    if (token && (await awaken.any())) await session.set({ 'awaken-token': { of, token } } satisfies Session);
    else await session.remove('awaken-token');
  },
};

/** Whether Awaken refused these credentials: then they are not tried again until something is changed. */
export const isStopped = async ({ authUrl }: Addresses): Promise<boolean> =>
  authUrl !== undefined && (await read())['awaken-stopped'] === authUrl;

/** @param stop false: they were taken */
export const stopCredentials = ({ authUrl }: Addresses, stop: boolean): Promise<void> =>
  stop ? session.set({ 'awaken-stopped': authUrl } satisfies Session) : session.remove('awaken-stopped');
