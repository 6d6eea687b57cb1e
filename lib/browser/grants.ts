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

/** The scripts of a granted page: the desk's own first, then the core. */
const scripts: ['/desk-custom.js', '/core.js'] = ['/desk-custom.js', '/core.js'];

/**
 * Makes the registered scripts agree with the grants, and brings them to tabs that are already open.
 * Registering without the permission succeeds and does nothing, so permissions are asked, never assumed.
 */
export async function reconcile(origins: string[]): Promise<void> {
  const granted = await grantedOrigins();
  const matches = [...new Set(origins.filter(granted).map(patternOf))].sort();
  const [registered] = await browser.scripting.getRegisteredContentScripts({ ids: ['desk'] });
  if (!matches.length) {
    if (registered) await browser.scripting.unregisterContentScripts({ ids: ['desk'] });
    return;
  }
  const script: Browser.scripting.RegisteredContentScript = {
    id: 'desk',
    matches,
    js: scripts,
    runAt: 'document_idle',
    persistAcrossSessions: true,
  };
  if (registered) await browser.scripting.updateContentScripts([script]);
  else await browser.scripting.registerContentScripts([script]);
  const known = new Set(registered?.matches);
  const added = matches.filter((pattern) => !known.has(pattern));
  if (added.length) await injectInto(added);
}

/** Brings a new version to the tabs that still have the old one. */
export async function takeOver(): Promise<void> {
  const [registered] = await browser.scripting.getRegisteredContentScripts({ ids: ['desk'] });
  if (registered?.matches) await injectInto(registered.matches);
}

/** Brings the scripts to open tabs. A tab that refuses (a crashed one, the store) is left alone. */
async function injectInto(patterns: string[]): Promise<void> {
  const tabs = await browser.tabs.query({ url: patterns });
  await Promise.allSettled(
    tabs.map((tab) => browser.scripting.executeScript({ target: { tabId: tab.id ?? -1 }, files: scripts })),
  );
}
