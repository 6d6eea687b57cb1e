/** Pops on Firefox: the API user is typed in, kept out of pages' reach, and a click opens the workflow. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { serveAwaken, type AwakenServer } from '../../sandbox/awaken.ts';
import { demoSettings } from '../../sandbox/desk/desk.ts';
import { serveDesk } from '../../sandbox/desk/server.ts';
import { withPops } from '../../sandbox/pops.ts';
import { button, find, openWorld, type World } from './world.ts';

let desk: Awaited<ReturnType<typeof serveDesk>>;
let awaken: AwakenServer;
let world: World;

beforeAll(async () => {
  [desk, awaken] = await Promise.all([serveDesk(), serveAwaken()]);
  world = await openWorld();
  await world.importSettings(withPops(demoSettings(desk.origin), awaken, 'pumps'));
  await world.allow('Fieldbook');
});
afterAll(async () => {
  await world?.close();
  await Promise.all([desk?.close(), awaken?.close()]);
});

const state = 'deskcall-panel >>> .row.pop [role=status]';

test.each([
  ['for this session', false],
  ['and remembered', true],
])('a user that is set %s pops from the panel', async (kept, remember) => {
  const options = await world.open('options.html#awaken');
  if (remember) await (await find(options, 'input[role=switch]')).click();
  await (await find(options, 'input[name=user]')).type(awaken.user);
  await (await find(options, 'input[name=password]')).type(awaken.password);
  await (await button(options, 'Save user')).click();
  await find(options, `::-p-xpath(//*[contains(text(), "Set ${kept}")])`);
  await (await button(options, 'Test connection')).click();
  await find(options, '::-p-xpath(//*[contains(text(), "Checked: Awaken takes the user.")])');
  await options.close();

  // Each on a case of its own: a record that was popped is left alone for a while.
  const number = remember ? 'WO0020001' : 'INC0010001';
  const page = await world.open(`${desk.origin}/${remember ? 'workorder' : 'case'}/${number}`);
  await (await find(page, 'deskcall-panel >>> .bar button[aria-label^="Show all"]')).click();
  await (await find(page, 'deskcall-panel >>> button[aria-label="Pop Pump intake"]')).click();
  await vi.waitFor(
    async () =>
      expect(await (await find(page, state)).evaluate((element) => element.textContent)).toContain(
        'Awaken accepted it. Not known to be open yet.',
      ),
    { timeout: 10_000 },
  );
  expect(awaken.agents.get('James.Collins')?.open).toMatchObject({
    reference: `demo:${number}`,
    data: { Case: number },
  });
  expect(await world.blocked(page)).toEqual([]);
});

test('no script has failed', () => expect(world.errors()).toEqual([]));
