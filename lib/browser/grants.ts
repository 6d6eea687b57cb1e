/**
 * Where Deskcall may run: no host at install, each origin by one click of the person.
 * Grants are per host, because permissions know no ports; the compiled entry of the exact origin decides the rest.
 */
import { browser, type Browser } from 'wxt/browser';

/** The permission pattern of an origin: `https://desk.example/*`. */
export function patternOf(origin: string): string {
  const { protocol, hostname } = new URL(origin);
  return `${protocol}//${hostname}/*`;
}

/** @returns a test for "is this origin granted?", from one reading of the browser's permissions */
export async function grantedOrigins(): Promise<(origin: string) => boolean> {
  const { origins = [] } = await browser.permissions.getAll();
  return (origin) => {
    const { protocol, hostname } = new URL(origin);
    return origins.some((pattern) => {
      const [, scheme, host] =
        /^(\*|[a-z-]+):\/\/([^/]*)\//.exec(pattern) ?? (pattern === '<all_urls>' ? ['', '*', '*'] : []);
      if (scheme === undefined || host === undefined) return false;
      const bare = host.replace(/:(\d+|\*)$/, '');
      return (
        (scheme === '*' || `${scheme}:` === protocol) &&
        (bare === '*' || bare === hostname || (bare.startsWith('*.') && `.${hostname}`.endsWith(bare.slice(1))))
      );
    });
  };
}

/** Asks the person for one or more origins; must be called from a click. @returns whether they were granted */
export const askFor = (origins: string[]): Promise<boolean> =>
  browser.permissions.request({ origins: [...new Set(origins.map(patternOf))] });

/** Gives an origin's permission back. */
export const giveBack = (origin: string): Promise<boolean> =>
  browser.permissions.remove({ origins: [patternOf(origin)] });

/**
 * An origin, and what its pages get: `core` where the desk's description says all, else `desk-jira`, or `desk-jira+rest-jira`
 * where its own API is asked as well; the core comes last in any case.
 */
export type Place = { origin: string; scripts: string };

/** The scripts of a granted page: its own desk's first, then the core. */
const filesOf = (scripts: string): '/core.js'[] =>
  [...scripts.split('+').filter((name) => name !== 'core'), 'core'].map((name) => `/${name}.js` as '/core.js');

/**
 * Makes the registered scripts agree with the grants, and brings them to tabs that are already open.
 * Registering without the permission succeeds and does nothing, so permissions are asked, never assumed.
 */
export async function reconcile(places: Place[]): Promise<void> {
  const granted = await grantedOrigins();
  const wanted = new Map<string, Set<string>>();
  for (const { origin, scripts } of places)
    if (granted(origin)) wanted.set(scripts, (wanted.get(scripts) ?? new Set()).add(patternOf(origin)));
  const registered = new Map(
    (await browser.scripting.getRegisteredContentScripts()).map(({ id, matches }) => [id, matches ?? []]),
  );
  const gone = [...registered.keys()].filter((id) => !wanted.has(id));
  if (gone.length) await browser.scripting.unregisterContentScripts({ ids: gone });
  for (const [id, patterns] of wanted) {
    const matches = [...patterns].toSorted();
    const known = registered.get(id);
    const added = matches.filter((pattern) => !known?.includes(pattern));
    if (known?.length === matches.length && !added.length) continue;
    const script: Browser.scripting.RegisteredContentScript = {
      id,
      matches,
      js: filesOf(id),
      runAt: 'document_idle',
      persistAcrossSessions: true,
    };
    // oxlint-disable-next-line no-await-in-loop -- a handful of scripts, and each is whole before the next
    await (known
      ? browser.scripting.updateContentScripts([script])
      : browser.scripting.registerContentScripts([script]));
    // oxlint-disable-next-line no-await-in-loop -- as above
    if (added.length) await injectInto(id, added);
  }
}

/** Brings a new version to the tabs that still have the old one. */
export async function takeOver(): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop -- as above
  for (const { id, matches } of await browser.scripting.getRegisteredContentScripts())
    if (matches) await injectInto(id, matches);
}

/** Brings the scripts to open tabs. A tab that refuses (a crashed one, the store) is left alone. */
async function injectInto(id: string, patterns: string[]): Promise<void> {
  const tabs = await browser.tabs.query({ url: patterns });
  const files = filesOf(id);
  await Promise.allSettled(
    tabs.map((tab) => browser.scripting.executeScript({ target: { tabId: tab.id ?? -1 }, files })),
  );
}
