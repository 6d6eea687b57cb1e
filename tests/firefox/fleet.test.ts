/** A build for one organisation on Firefox, and the deployment pack's policies.json: nobody allows or imports anything. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePack, unknownPlaces } from '../../lib/deploy.ts';
import { parseRows, parseSettings } from '../../lib/settings.ts';
import { readLink } from '../../lib/worklink.ts';
import { demoSettings } from '../../sandbox/desk/desk.ts';
import { serveDesk } from '../../sandbox/desk/server.ts';
import { root } from '../../scripts/bootstrap.mjs';
import { policiesFor } from '../policies.ts';
import { executable, find, openWorld } from './world.ts';

const folder = join(root, '.output', 'fleet-firefox-mv3-test');
let desk: Awaited<ReturnType<typeof serveDesk>>;
let dir: string;

beforeAll(async () => {
  desk = await serveDesk();
  dir = mkdtempSync(join(tmpdir(), 'deskcall-'));
  const file = join(dir, 'settings.json');
  writeFileSync(file, JSON.stringify(demoSettings(desk.origin)));
  // What vitest sets for its own run would make it another build.
  const { VITEST: _, NODE_ENV: __, TEST: ___, MODE: ____, DEV: _____, PROD: ______, ...env } = process.env;
  const script = join(root, 'scripts', 'fleet.ts');
  execFileSync(process.execPath, [script, file, '--browser', 'firefox', '--mode', 'test', '--defaults'], { env });
});
afterAll(async () => {
  await desk?.close();
  if (dir) rmSync(dir, { recursive: true });
});

const name = async (page: Parameters<typeof find>[0]): Promise<string | null> =>
  (await find(page, 'deskcall-panel >>> .bar a.main')).evaluate((link) => link.textContent);

test('it has exactly these hosts, and the panel is there without a click', async () => {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, unknown>;
  expect(manifest.host_permissions).toEqual(['http://127.0.0.1/*']);
  const world = await openWorld({ fleet: folder });
  try {
    const page = await world.open(`${desk.origin}/case/INC0010001`);
    expect(await name(page)).toBe('Call Dana Reyes');
    await (await find(page, 'deskcall-panel >>> .bar a.main')).click();
    expect(readLink(await world.nextLaunch())?.number).toBe('INC0010001');
    expect(await world.scriptedHosts()).toEqual(['http://127.0.0.1/*']);
    expect(world.errors()).toEqual([]);
  } finally {
    await world.close();
  }
});

test('the pack’s policies.json alone installs it by force, has the settings, and opens WorkLink without a question', async () => {
  const xpi = join(dir, 'deskcall.xpi');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  const contents = files.map((each): [string, Uint8Array] => {
    const path = join(each.parentPath, each.name);
    return [path.slice(folder.length + 1).replaceAll('\\', '/'), readFileSync(path)];
  });
  writeFileSync(xpi, zipSync(Object.fromEntries(contents)));
  const demo = demoSettings(desk.origin);
  // So that it can be told whose they are.
  demo.contacts = demo.contacts.map((c) => (c.id === 'dana' ? { ...c, name: 'Dana by policy' } : c));
  const pack = makePack(
    parseSettings(demo).settings,
    parseRows(demo.rows).rows,
    { desks: 'mandated', contacts: 'mandated', rules: 'mandated', tables: 'mandated' },
    { ...unknownPlaces, firefox: { ...unknownPlaces.firefox, url: pathToFileURL(xpi).href } },
    '0',
  );
  const policies = policiesFor(executable());
  policies.firefox(pack.files.find((each) => each.name === 'firefox-policies.json')?.text ?? '');
  // The build is not signed; an ESR may be told not to mind.
  const world = await openWorld({
    installing: policies.executablePath,
    prefs: { 'xpinstall.signatures.required': false },
  });
  try {
    const page = await world.open(`${desk.origin}/case/INC0010001`);
    await find(page, 'deskcall-panel >>> ::-p-text(Call Dana by policy)');
    // No browser setting allows it here, only the policy does.
    await (await find(page, 'deskcall-panel >>> .bar a.main')).click();
    expect(readLink(await world.nextLaunch())?.number).toBe('INC0010001');
    // Offered by a row of a table.
    const other = await world.open(`${desk.origin}/case/INC0010006`);
    expect(await name(other)).toBe('Call Liu Wei');
    const options = await world.open('options.html#contacts');
    await find(options, '::-p-xpath(//*[contains(., "set by your organisation")])');
    expect(world.errors()).toEqual([]);
  } finally {
    await world.close();
    policies.remove();
  }
});
