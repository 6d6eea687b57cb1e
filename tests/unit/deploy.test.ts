import { readFileSync } from 'node:fs';
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import {
  bytesOf,
  chosenParts,
  firefoxId,
  firstChoice,
  fitsPlace,
  makePack,
  unknownPlaces,
  zipOf,
  type Choice,
  type Places,
} from '../../lib/deploy.ts';
import { mergePolicy, parts, personal, readPolicy } from '../../lib/policy.ts';
import { parseRows, parseSettings } from '../../lib/settings.ts';
import { demoSettings } from '../../sandbox/desk/desk.ts';

const odd = 'Größe "A\\B" <&> \u2028 😀\n';
const demo = demoSettings('https://desk.example');
const file = {
  ...demo,
  desks: [
    ...demo.desks,
    { key: 'rt', product: 'request-tracker', origins: ['http://rt.example:8080', 'https://desk2.example'] },
    { key: 'off', product: 'marked', origins: ['https://off.example'], on: false },
  ],
  contacts: [...demo.contacts, { id: 'odd', name: odd, kind: 'user', value: '7' }],
};
const { settings } = parseSettings(file);
const { rows } = parseRows(file.rows);
const origins = ['http://rt.example:8080', 'https://desk.example', 'https://desk2.example'];

const all: Choice = Object.fromEntries(chosenParts.map((part) => [part, 'mandated']));
const places: Places = {
  chrome: { id: 'abcdefghijklmnopabcdefghijklmnop', url: 'https://clients2.google.com/service/update2/crx' },
  edge: { id: 'ponmlkjihgfedcbaponmlkjihgfedcba', url: 'https://edge.microsoft.com/extensionwebstorebase/v1/crx' },
  firefox: { id: firefoxId, url: 'https://addons.example/deskcall.xpi' },
};
const pack = (choice: Choice = all, at: Places = places) => makePack(settings, rows, choice, at, '1.2.3');
const textOf = (name: string, made = pack()) => made.files.find((each) => each.name === name)?.text ?? '';
const json = (name: string, made = pack()) => JSON.parse(textOf(name, made)) as Record<string, never>;
/** What Deskcall reads of a policy, as settings and rows. */
const understood = (policy: unknown) => {
  const read = readPolicy([policy]);
  return { settings: parseSettings(mergePolicy({}, read.organisation).merged).settings, rows: read.rows };
};
const launch = [{ protocol: 'worklink', allowed_origins: origins }];

/** The values of a registry file by key and name, as regedit reads them. */
function registry(text: string): Record<string, Record<string, string>> {
  const found: Record<string, Record<string, string>> = {};
  let key = '';
  expect(text.startsWith('Windows Registry Editor Version 5.00\r\n')).toBe(true);
  for (const line of text.split('\r\n').slice(1)) {
    const [, path] = /^\[(.*)\]$/.exec(line) ?? [];
    const [, name, value] = /^"((?:[^"\\]|\\.)*)"="((?:[^"\\]|\\.)*)"$/.exec(line) ?? [];
    if (path) found[(key = path)] = {};
    else if (name !== undefined && value !== undefined) (found[key] ??= {})[name] = value.replace(/\\([\\"])/g, '$1');
    else expect(line).toMatch(/^(;.*)?$/);
  }
  return found;
}

/** A property list, read by the browser's own XML parser. */
function plist(text: string): unknown {
  const document = new DOMParser().parseFromString(text.replace(/<!DOCTYPE[^>]*>/, ''), 'text/xml');
  const read = (node: Element): unknown => {
    const children = [...node.children];
    if (node.tagName === 'dict')
      return Object.fromEntries(
        children.flatMap((child, n) => (n % 2 ? [[children[n - 1]?.textContent, read(child)]] : [])),
      );
    if (node.tagName === 'array') return children.map(read);
    return node.tagName === 'integer' ? Number(node.textContent) : node.textContent;
  };
  const root = document.querySelector('plist > dict');
  if (!root) throw new Error('no property list');
  return read(root);
}

describe('what each system reads brings the same settings, rows and origins', () => {
  test.each(['chrome', 'edge'] as const)('%s on Linux', (browser) => {
    const { id, url } = places[browser];
    const policy = json(`${browser}-linux.json`);
    expect(Object.keys(policy)).toEqual(['ExtensionInstallForcelist', 'AutoLaunchProtocolsFromOrigins', '3rdparty']);
    expect(policy.ExtensionInstallForcelist).toEqual([`${id};${url}`]);
    expect(policy.AutoLaunchProtocolsFromOrigins).toEqual(launch);
    expect(
      understood((policy['3rdparty'] as unknown as { extensions: Record<string, unknown> }).extensions[id]),
    ).toEqual({
      settings,
      rows,
    });
  });

  test.each([
    ['chrome', 'Google\\Chrome'],
    ['edge', 'Microsoft\\Edge'],
  ] as const)('%s on Windows', (browser, root) => {
    const { id, url } = places[browser];
    const name = `${browser}-windows.reg`;
    const keys = registry(textOf(name));
    const policies = `HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\${root}`;
    expect(keys[`${policies}\\ExtensionInstallForcelist`]).toEqual({ 1: `${id};${url}` });
    expect(JSON.parse(keys[policies]?.AutoLaunchProtocolsFromOrigins ?? '')).toEqual(launch);
    expect(understood(keys[`${policies}\\3rdparty\\extensions\\${id}\\policy`])).toEqual({ settings, rows });
    const made = pack().files.find((each) => each.name === name);
    const bytes = made && bytesOf(made);
    expect([...(bytes?.slice(0, 4) ?? [])]).toEqual([0xff, 0xfe, 0x57, 0]);
    expect(new TextDecoder('utf-16le').decode(bytes)).toBe(made?.text);
  });

  test.each([
    ['chrome', 'com.google.Chrome'],
    ['edge', 'com.microsoft.Edge'],
  ] as const)('%s on macOS', (browser, domain) => {
    const { id, url } = places[browser];
    const profile = plist(textOf(`${browser}-macos.mobileconfig`)) as Record<string, Record<string, unknown>[]>;
    expect(profile).toMatchObject({ PayloadType: 'Configuration', PayloadVersion: 1, PayloadScope: 'System' });
    const [policy, own] = profile.PayloadContent ?? [];
    expect(policy).toMatchObject({
      PayloadType: domain,
      ExtensionInstallForcelist: [`${id};${url}`],
      AutoLaunchProtocolsFromOrigins: launch,
    });
    expect(own?.PayloadType).toBe(`${domain}.extensions.${id}`);
    expect(understood({ settings: own?.settings })).toEqual({ settings, rows });
  });

  test('Firefox', () => {
    const { policies } = json('firefox-policies.json') as unknown as { policies: Record<string, unknown> };
    expect(policies.ExtensionSettings).toEqual({
      [firefoxId]: { installation_mode: 'force_installed', install_url: places.firefox.url },
    });
    expect(policies.AutoLaunchProtocolsFromOrigins).toEqual(launch);
    expect(understood((policies['3rdparty'] as { Extensions: Record<string, unknown> }).Extensions[firefoxId])).toEqual(
      {
        settings,
        rows,
      },
    );
  });
});

test('exactly the origins of desks that are on, and no pattern', () => {
  expect(json('auto-launch.json')).toEqual({ AutoLaunchProtocolsFromOrigins: launch });
  const none = makePack(parseSettings({}).settings, [], {}, places, '1');
  expect(json('chrome-linux.json', none)).toEqual({
    ExtensionInstallForcelist: [`${places.chrome.id};${places.chrome.url}`],
  });
  expect(textOf('README.md', none)).toContain('bring no settings');
});

test('parts are mandated, defaults or left out, as was chosen; rows go with their tables', () => {
  const made = pack({ contacts: 'mandated', tables: 'default', rules: 'none' });
  const policy = (json('chrome-linux.json', made)['3rdparty'] as unknown as { extensions: Record<string, object> })
    .extensions[places.chrome.id];
  const read = readPolicy([policy]);
  expect(Object.keys(read.organisation.mandated)).toEqual(['contacts']);
  expect(Object.keys(read.organisation.defaults)).toEqual(['tables']);
  expect(read.organisation.rows).toBe('default');
  expect(read.rows).toEqual(rows);
  expect(made.problems).toEqual([]);
});

test('first, what was set is mandated, but for what is one person’s own', () => {
  const set = parseSettings({ ...file, me: { licence: 'expert' } }).settings;
  expect(firstChoice(set)).toMatchObject({ contacts: 'mandated', desks: 'mandated', match: 'none', me: 'none' });
  // No other part is called after the person.
  expect(parts.filter((part) => /^m[ey]/.test(part))).toEqual([...personal]);
});

test('what Deskcall itself would refuse is told before it is handed out', () => {
  const external = parseSettings({ links: { external: { sessionToken: 'Token' } } }).settings;
  expect(makePack(external, [], { links: 'mandated' }, places, '1').problems).toMatchObject([
    { path: 'policy.settings.links.external.sessionToken' },
  ]);
});

describe('ids and addresses that nobody knows yet', () => {
  test('are placeholders, and the README says which', () => {
    const made = pack(all, unknownPlaces);
    expect(made.missing).toEqual(['chrome.id', 'edge.id', 'firefox.url']);
    expect(textOf('chrome-linux.json', made)).toContain('PUT-CHROME-EXTENSION-ID-HERE;https://clients2');
    const readme = textOf('README.md', made);
    for (const word of [
      'PUT-CHROME-EXTENSION-ID-HERE',
      'PUT-EDGE-EXTENSION-ID-HERE',
      'PUT-FIREFOX-INSTALL-ADDRESS-HERE',
    ])
      expect(readme).toContain(`\`${word}\``);
    expect(pack().missing).toEqual([]);
    expect(
      pack()
        .files.map((each) => each.text)
        .join(''),
    ).not.toMatch(/PUT-[A-Z]/);
  });

  test.each([
    ['chrome', 'id', 'abcdefghijklmnopabcdefghijklmnoq'],
    ['edge', 'id', 'abc'],
    ['firefox', 'id', 'deskcall'],
    ['chrome', 'url', 'clients2.google.com'],
    ['edge', 'url', 'javascript:alert(1)'],
    ['firefox', 'url', 'https://x.example/a b'],
    ['firefox', 'url', ''],
  ] as const)('%s %s: %j does not fit and becomes one', (browser, key, text) => {
    expect(fitsPlace(browser, key, text)).toBe(false);
    const at = { ...places, [browser]: { ...places[browser], [key]: text } };
    expect(pack(all, at).missing).toEqual([`${browser}.${key}`]);
  });

  test('Firefox’s id is the one that our builds have', () =>
    expect(readFileSync('wxt.config.ts', 'utf8')).toContain(`'${firefoxId}'`));
});

test('the README names every file, three steps with a check each, and what was not tried', () => {
  const readme = textOf('README.md');
  for (const { name } of pack().files)
    if (name !== 'README.md' && name !== 'settings.json') expect(readme).toContain(name);
  expect(readme.match(/^## Step \d/gm)).toEqual(['## Step 1', '## Step 2', '## Step 3']);
  expect(readme.match(/^Check: /gm)).toHaveLength(3);
  for (const origin of origins) expect(readme).toContain(`- ${origin}`);
  expect(readme).toMatch(/Not tried.*Google Chrome and Microsoft Edge themselves, Windows.*macOS/s);
  expect(readme).not.toMatch(/undefined|\[object|\$\{/);
});

test('the zip holds every file as it is, and the same files make the same bytes', () => {
  const { files } = pack();
  const zip = zipOf(files);
  expect(Object.keys(unzipSync(zip))).toEqual(files.map((each) => each.name));
  expect(strFromU8(unzipSync(zip)['settings.json'] ?? new Uint8Array())).toBe(textOf('settings.json'));
  const handedOut = Object.fromEntries(Object.entries(settings).filter(([part]) => !personal.has(part)));
  expect(JSON.parse(textOf('settings.json'))).toEqual({ ...handedOut, rows });
  expect(zipOf(pack().files)).toEqual(zip);
});

test('no file but the settings has a character that a registry or a property list could garble', () => {
  const made = pack().files.filter(({ name }) => /\.(reg|mobileconfig)$/.test(name));
  expect(made.map(({ text }) => text.replace(/[\r\n\x20-\x7e]/g, ''))).toEqual(['', '', '', '']);
});

test('every part has its words', () => {
  const messages = JSON.parse(readFileSync('public/_locales/en/messages.json', 'utf8')) as Record<string, unknown>;
  for (const part of [...chosenParts, 'rows']) expect(messages).toHaveProperty([`o_parts_${part}`]);
  for (const { name } of pack().files)
    expect(messages).toHaveProperty([
      `o_deploy_file_${name
        .replace(/\.\w+$/, '')
        .toLowerCase()
        .replaceAll('-', '_')}`,
    ]);
});
