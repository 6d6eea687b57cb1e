/**
 * Files that bring Deskcall and these settings to many computers: managed policy for each browser and system, and how to
 * check each. Made from settings alone; nothing here knows a browser.
 *
 * Outside facts and where they stand: managed storage of Chrome by system, chromium.org "Configuring Apps and Extensions
 * by Policy"; ExtensionInstallForcelist and AutoLaunchProtocolsFromOrigins, the policy lists of Chrome and of Microsoft
 * Edge (learn.microsoft.com/deployedge), whose entry for the latter names Windows and macOS only; `policies.json`,
 * 3rdparty and ExtensionSettings, Mozilla's administrator reference, which asks for whole origins. What was tried, and on
 * which browser, is said in {@link PackFile.tried} and in docs/deploy.md.
 */
import { strToU8, zipSync } from 'fflate';
import { parts, personal, readPolicy, type Part } from './policy.ts';
import type { Row, Settings } from './schema.ts';
import type { SettingsProblem } from './problems.ts';
import { parseSettings } from './settings.ts';

/** As in wxt.config.ts; a build for one organisation may carry another. */
export const firefoxId = 'deskcall@deskcall.example';

export type Browser = 'chrome' | 'edge' | 'firefox';
/** Where a browser gets Deskcall: its id there, and the address it is installed and updated from. */
export type Place = { id: string; url: string };
export type Places = Record<Browser, Place>;

/** What is known before anybody has said anything: the stores' own addresses, and no id but Firefox's. */
export const unknownPlaces: Places = {
  chrome: { id: '', url: 'https://clients2.google.com/service/update2/crx' },
  edge: { id: '', url: 'https://edge.microsoft.com/extensionwebstorebase/v1/crx' },
  firefox: { id: firefoxId, url: '' },
};

/** How a part is handed out; lookup tables and their rows go together. */
export type How = 'mandated' | 'default' | 'none';
export type Choice = Partial<Record<Exclude<Part, 'rows'>, How>>;

/** The parts that are chosen one by one. */
export const chosenParts = parts.filter((part): part is Exclude<Part, 'rows'> => part !== 'rows');

/** Whatever was set is mandated until the admin says otherwise; what is one person's own is not handed out. */
export function firstChoice(settings: Settings): Choice {
  const unset = parseSettings({}).settings;
  const how = (part: (typeof chosenParts)[number]): How =>
    personal.has(part) || JSON.stringify(settings[part]) === JSON.stringify(unset[part]) ? 'none' : 'mandated';
  return Object.fromEntries(chosenParts.map((part) => [part, how(part)]));
}

export type PackFile = {
  name: string;
  text: string;
  /** Registry files are written so, as regedit itself does. */
  utf16?: boolean;
  /** Some browser reads this very file; the others are for people, and for what they have already. */
  policy?: true;
  /** Where this very kind of file was tried; none: nowhere yet. */
  tried?: 'chromium-linux' | 'firefox-linux';
};

export type Pack = {
  files: PackFile[];
  /** What still stands as a placeholder, as `chrome.id`. */
  missing: `${Browser}.${keyof Place}`[];
  /** What Deskcall itself would refuse of this policy. */
  problems: SettingsProblem[];
};

const browsers: Browser[] = ['chrome', 'edge', 'firefox'];
const names: Record<Browser, string> = { chrome: 'Google Chrome', edge: 'Microsoft Edge', firefox: 'Firefox' };

const shapes: Record<`${Browser}.${keyof Place}`, (text: string) => boolean> = {
  'chrome.id': (text) => /^[a-p]{32}$/.test(text),
  'edge.id': (text) => /^[a-p]{32}$/.test(text),
  'firefox.id': (text) => /^([\w.+-]*@[\w.-]+|\{[0-9a-f-]{36}\})$/i.test(text),
  'chrome.url': (text) => /^https?:\/\/\S+$/.test(text) && URL.canParse(text),
  'edge.url': (text) => /^https?:\/\/\S+$/.test(text) && URL.canParse(text),
  'firefox.url': (text) => /^(https?:\/\/|file:\/\/\/)\S+$/.test(text) && URL.canParse(text),
};

/** Does a value have the shape that its place needs? */
export const fitsPlace = (browser: Browser, key: keyof Place, text: string): boolean =>
  shapes[`${browser}.${key}`](text);

const placeholder = (browser: Browser, key: keyof Place): string =>
  `PUT-${browser}-${key === 'id' ? 'extension-id' : 'install-address'}-HERE`.toUpperCase();

/** JSON of ASCII alone, on one line: it passes through registry files and property lists unharmed. */
const line = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** What `storage.managed` is to hold: the texts of two settings files, each only if it has a part. */
function policyOf(settings: Settings, rows: Row[], choice: Choice): { settings?: string; defaults?: string } {
  const textOf = (how: How): string | null => {
    const chosen = chosenParts.filter((part) => choice[part] === how);
    if (!chosen.length) return null;
    const file: Record<string, unknown> = { version: settings.version };
    for (const part of chosen) file[part] = settings[part];
    if (chosen.includes('tables')) file.rows = rows;
    return line(file);
  };
  const [mandated, defaults] = [textOf('mandated'), textOf('default')];
  return { ...(mandated && { settings: mandated }), ...(defaults && { defaults }) };
}

type Policy = ReturnType<typeof policyOf>;
type Launch = { protocol: 'worklink'; allowed_origins: string[] }[];

/** A Windows registry file. A text in it knows only two escapes. */
function registry(keys: { path: string; note?: string; values: Record<string, string> }[]): string {
  const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;
  const blocks = keys.flatMap(({ path, note, values }) => {
    const lines = Object.entries(values).map(([name, value]) => `${quoted(name)}=${quoted(value)}`);
    return lines.length
      ? [[...(note ? [`; ${note}`] : []), `[HKEY_LOCAL_MACHINE\\${path}]`, ...lines].join('\r\n')]
      : [];
  });
  return ['Windows Registry Editor Version 5.00', ...blocks, ''].join('\r\n\r\n');
}

/** A property list. */
function plist(value: unknown, indent = ''): string {
  const inner = `${indent}  `;
  const escaped = (text: string) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;' })[c] ?? '&gt;');
  if (Array.isArray(value))
    return `${indent}<array>\n${value.map((item) => plist(item, inner)).join('')}${indent}</array>\n`;
  if (typeof value === 'number') return `${indent}<integer>${value}</integer>\n`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([key, item]) => `${inner}<key>${escaped(key)}</key>\n${plist(item, inner)}`,
    );
    return `${indent}<dict>\n${entries.join('')}${indent}</dict>\n`;
  }
  return `${indent}<string>${escaped(String(value))}</string>\n`;
}

/** Fixed, so that a profile that is installed again replaces the one before. Any will do that nobody else has. */
const uuids = {
  chrome: [
    '5B0C1F0E-6E0C-4B6B-9B54-0C1B7B0A4D01',
    'A9D3F7C2-16B5-4E0B-8E6C-6D5E21C7F302',
    '0E7A4B51-92C4-4C39-A3F1-7B9D0E5C8A03',
  ],
  edge: [
    'C4F6D2A8-3B1E-4D7A-8F95-2E6C9B0D1A04',
    '71E8B3C5-0D2F-4A96-B7E4-5C3A1F8D6B05',
    'D85A0C17-4E6B-4F23-9C08-1B7E3D9A5F06',
  ],
} as const;

const domains = { chrome: 'com.google.Chrome', edge: 'com.microsoft.Edge' } as const;
const roots = { chrome: 'SOFTWARE\\Policies\\Google\\Chrome', edge: 'SOFTWARE\\Policies\\Microsoft\\Edge' } as const;

/** A configuration profile for macOS: the browser's policies, and the extension's in a domain of its own. */
function profile(browser: 'chrome' | 'edge', { id, url }: Place, policy: Policy, launch: Launch): string {
  const [whole, first, second] = uuids[browser];
  const payload = (type: string, uuid: string, content: object) => ({
    PayloadType: type,
    PayloadVersion: 1,
    PayloadIdentifier: `deskcall.${browser}.${uuid}`,
    PayloadUUID: uuid,
    ...content,
  });
  const root = payload('Configuration', whole, {
    PayloadDisplayName: `Deskcall for ${names[browser]}`,
    PayloadScope: 'System',
    PayloadContent: [
      payload(domains[browser], first, {
        ExtensionInstallForcelist: [`${id};${url}`],
        ...(launch.length && { AutoLaunchProtocolsFromOrigins: launch }),
      }),
      ...(Object.keys(policy).length ? [payload(`${domains[browser]}.extensions.${id}`, second, policy)] : []),
    ],
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0">\n${plist(root)}</plist>\n`;
}

function chromiumFiles(browser: 'chrome' | 'edge', place: Place, policy: Policy, launch: Launch): PackFile[] {
  const { id, url } = place;
  const entry = `${id};${url}`;
  const has = Object.keys(policy).length > 0;
  return [
    {
      name: `${browser}-linux.json`,
      policy: true,
      text: pretty({
        ExtensionInstallForcelist: [entry],
        ...(launch.length && { AutoLaunchProtocolsFromOrigins: launch }),
        ...(has && { '3rdparty': { extensions: { [id]: policy } } }),
      }),
      ...(browser === 'chrome' ? { tried: 'chromium-linux' as const } : {}),
    },
    {
      name: `${browser}-windows.reg`,
      policy: true,
      utf16: true,
      text: registry([
        {
          path: `${roots[browser]}\\ExtensionInstallForcelist`,
          note: 'If this key has entries already, give this one the next free number instead of 1.',
          values: { '1': entry },
        },
        {
          path: roots[browser],
          note: 'If this value is there already, add the origins to it instead.',
          values: launch.length ? { AutoLaunchProtocolsFromOrigins: line(launch) } : {},
        },
        { path: `${roots[browser]}\\3rdparty\\extensions\\${id}\\policy`, values: policy },
      ]),
    },
    { name: `${browser}-macos.mobileconfig`, policy: true, text: profile(browser, place, policy, launch) },
  ];
}

/**
 * Makes the pack.
 * @param settings what is set now, and `rows` all rows of its tables
 * @param choice how each part is handed out; a part that is not named is not
 * @param places where each browser gets Deskcall; what is empty or has a wrong shape becomes a placeholder
 * @param version Deskcall's own
 */
export function makePack(settings: Settings, rows: Row[], choice: Choice, places: Places, version: string): Pack {
  const missing: Pack['missing'] = [];
  const sound = (browser: Browser, key: keyof Place): string => {
    const text = places[browser][key].trim();
    if (fitsPlace(browser, key, text)) return text;
    missing.push(`${browser}.${key}`);
    return placeholder(browser, key);
  };
  const at = Object.fromEntries(browsers.map((b) => [b, { id: sound(b, 'id'), url: sound(b, 'url') }])) as Places;
  const policy = policyOf(settings, rows, choice);
  const origins = [...new Set(settings.desks.flatMap((desk) => (desk.on ? desk.origins : [])))].toSorted();
  const launch: Launch = origins.length ? [{ protocol: 'worklink', allowed_origins: origins }] : [];
  const forced = (place: Place, name: 'update_url' | 'install_url') => ({
    [place.id]: { installation_mode: 'force_installed', [name]: place.url },
  });
  const files: PackFile[] = [
    ...chromiumFiles('chrome', at.chrome, policy, launch),
    ...chromiumFiles('edge', at.edge, policy, launch),
    {
      name: 'firefox-policies.json',
      policy: true,
      text: pretty({
        policies: {
          ExtensionSettings: forced(at.firefox, 'install_url'),
          ...(launch.length && { AutoLaunchProtocolsFromOrigins: launch }),
          ...(Object.keys(policy).length && { '3rdparty': { Extensions: { [at.firefox.id]: policy } } }),
        },
      }),
      tried: 'firefox-linux',
    },
    {
      name: 'force-install.json',
      text: pretty({
        chrome: {
          ExtensionInstallForcelist: [`${at.chrome.id};${at.chrome.url}`],
          ExtensionSettings: forced(at.chrome, 'update_url'),
        },
        edge: {
          ExtensionInstallForcelist: [`${at.edge.id};${at.edge.url}`],
          ExtensionSettings: forced(at.edge, 'update_url'),
        },
        firefox: { ExtensionSettings: forced(at.firefox, 'install_url') },
      }),
    },
    { name: 'auto-launch.json', text: pretty({ AutoLaunchProtocolsFromOrigins: launch }) },
    { name: 'settings.json', text: pretty(withoutPersonal({ ...settings, rows })) },
  ];
  const readme: PackFile = { name: 'README.md', text: readmeOf({ at, policy, origins, missing, version }) };
  return { files: [readme, ...files], missing, problems: readPolicy([policy]).organisation.problems };
}

const withoutPersonal = (file: object): object =>
  Object.fromEntries(Object.entries(file).filter(([part]) => !personal.has(part)));

type About = { at: Places; policy: Policy; origins: string[]; missing: Pack['missing']; version: string };

function readmeOf({ at, policy, origins, missing, version }: About): string {
  const has = Object.keys(policy).length > 0;
  const list = (items: string[]) => items.map((item) => `- ${item}`).join('\n');
  const keys = [policy.settings && '`settings` (mandated)', policy.defaults && '`defaults`']
    .filter(Boolean)
    .join(' and ');
  return `# Deskcall on many computers

Made by Deskcall ${version}. Three steps; the file of a browser and system holds all three, so it is put in place once.

${
  missing.length
    ? `**These files still hold placeholders** (\`PUT-…-HERE\`), because nobody has said yet what belongs there:\n\n${list(
        missing.map((place) => {
          const [browser, key] = place.split('.') as [Browser, keyof Place];
          return `${names[browser]}: ${key === 'id' ? 'the extension’s id' : 'the address it is installed from'} (\`${placeholder(browser, key)}\`)`;
        }),
      )}\n`
    : 'Ids and addresses in these files are those that were typed in; nobody has checked that Deskcall is there.\n'
}
Before you put a file in place, look at what your organisation has set already. Where one of these policies is there, do
not set it a second time: add the entry from \`force-install.json\` or \`auto-launch.json\` to what you have instead.

| browser and system | file | where it goes |
|---|---|---|
| Chrome, Linux | \`chrome-linux.json\` | \`/etc/opt/chrome/policies/managed/deskcall.json\` (Chromium of Debian: \`/etc/chromium/policies/managed/\`) |
| Chrome, Windows | \`chrome-windows.reg\` | import it as administrator, or take its values into a group policy |
| Chrome, macOS | \`chrome-macos.mobileconfig\` | hand it out by your device management |
| Edge, Linux | \`edge-linux.json\` | \`/etc/opt/edge/policies/managed/deskcall.json\`, as others report; not from Microsoft’s documentation |
| Edge, Windows | \`edge-windows.reg\` | as for Chrome |
| Edge, macOS | \`edge-macos.mobileconfig\` | as for Chrome |
| Firefox, Linux | \`firefox-policies.json\` | \`/etc/firefox/policies/policies.json\` |
| Firefox, Windows | \`firefox-policies.json\` | \`distribution\\policies.json\` in Firefox’s folder |
| Firefox, macOS | \`firefox-policies.json\` | \`Firefox.app/Contents/Resources/distribution/policies.json\` |

## Step 1: Deskcall is installed

Chrome and Edge: \`ExtensionInstallForcelist\` has \`${at.chrome.id};${at.chrome.url}\` and \`${at.edge.id};${at.edge.url}\`.
Firefox: \`ExtensionSettings\` has \`${at.firefox.id}\` from \`${at.firefox.url}\`. If you already use \`ExtensionSettings\` in
Chrome or Edge, it supersedes the list: take the entry of \`force-install.json\`. On Windows, Chrome’s and Edge’s own
documentation allows addresses outside their stores only on computers that are joined to a domain. Release versions of
Firefox install only what Mozilla has signed.

Check: open \`chrome://policy\`, \`edge://policy\` or \`about:policies\`; the policy is there, without an error. Deskcall is on
\`chrome://extensions\`, \`edge://extensions\` or \`about:addons\` and cannot be removed.

## Step 2: it has these settings

${
  has
    ? `Deskcall’s own policy holds ${keys}: on Linux and in Firefox under \`3rdparty\`, on Windows in the registry under
\`3rdparty\\extensions\\<id>\\policy\`, on macOS in a domain of its own, \`com.google.Chrome.extensions.<id>\`. A mandated part
cannot be changed; a default counts until somebody changes it and can be taken up again. No secret belongs into a policy,
and Deskcall refuses what looks like one.`
    : 'No part was chosen, so these files bring no settings: people start with an empty Deskcall.'
}

Check: \`chrome://policy\` and \`edge://policy\` list Deskcall with its values. In Deskcall’s options, *Backup* shows under
*Your organisation* what is mandated and what is a default.

## Step 3: WorkLink opens without a question

\`AutoLaunchProtocolsFromOrigins\` lets \`worklink:\` links open from exactly these pages${origins.length ? `:\n\n${list(origins)}` : ': none, because no desk has an address.'}

Deskcall’s own popup is not among them, so a link that is pressed there may ask. Microsoft’s documentation of this policy
names Windows and macOS, not Linux.

Check: open a case on one of these desks and press *Call*. WorkLink opens, and the browser asks nothing.

## What is left to each person

*Allow* in Deskcall’s options: being installed by policy gives an extension no access to a page (tried in Chromium). A
build of your own needs no click at all: \`npm run build:fleet -- settings.json\` in Deskcall’s sources.

## What was tried and what was not

Tried by Deskcall’s own tests, on Linux: \`chrome-linux.json\` in Chromium, \`firefox-policies.json\` in Firefox ESR.
Not tried, because these were not at hand: Google Chrome and Microsoft Edge themselves, Windows with its registry, macOS
with its profiles, and any store. Their files follow the vendors’ documentation; for settings in Edge on macOS, the domain
\`com.microsoft.Edge.extensions.<id>\` is as other projects use it.
`;
}

/** The content of a file as it is saved. */
export function bytesOf({ text, utf16 }: PackFile): Uint8Array {
  if (!utf16) return strToU8(text);
  const bytes = new Uint8Array(2 + text.length * 2);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, true);
  for (let n = 0; n < text.length; n++) view.setUint16(2 + n * 2, text.charCodeAt(n), true);
  return bytes;
}

/** All files as one zip; the same files make the same bytes. */
export const zipOf = (files: PackFile[]): Uint8Array =>
  zipSync(Object.fromEntries(files.map((file) => [file.name, bytesOf(file)])), {
    mtime: new Date(1980, 0, 1),
    level: 9,
  });
