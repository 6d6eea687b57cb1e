/** From the panel on a real Request Tracker to the workflow on a desktop of the sandbox's Awaken. */
import { serveAwaken } from '../../sandbox/awaken.ts';
import { createTicket } from '../../scripts/desks/rt.ts';
import { enterUser, withPops } from '../../sandbox/pops.ts';
import { expect, test } from './world.ts';

test('Request Tracker 5: a click opens the workflow with the ticket’s data', { tag: '@rt5' }, async ({
  page,
  world,
  rt,
  settings,
}) => {
  const { url, user, password } = rt(5);
  const server = await serveAwaken();
  try {
    await world.importSettings(withPops(settings, server, 'field-service'));
    await (await enterUser(world, server)).close();
    const fields = { 'Asset ID': 'ASSET-204', Site: 'Plant 7' };
    const ticket = String(
      await createTicket(rt(5), { queue: 'Field Service', subject: 'Pump P-204 leaking & hot', fields }),
    );
    await page.goto(url);
    await page.locator('input[name=user]').fill(user);
    await page.locator('input[name=pass]').fill(password);
    await page.locator('input[name=pass]').press('Enter');
    await page.locator('input[name=pass]').waitFor({ state: 'detached' });
    await page.goto(`${url}/Ticket/Display.html?id=${ticket}`);

    const desktop = await world.context.newPage();
    await desktop.goto(server.desktop('James.Collins'));
    const panel = page.locator('deskcall-panel');
    await panel.getByRole('button', { name: 'Show all' }).click();
    await panel.getByRole('button', { name: 'Pop Pump intake' }).click();
    await expect(panel.locator('.row.pop').first()).toContainText('Awaken accepted it. Not known to be open yet.');
    const main = desktop.locator('main');
    await expect(main).toContainText(`Reference rt5:${ticket}`);
    const data = await main
      .locator('dt')
      .evaluateAll((all) => all.map((dt) => [dt.textContent, dt.nextSibling?.textContent]));
    expect(Object.fromEntries(data)).toEqual({
      Case: ticket,
      Title: 'Pump P-204 leaking & hot',
      AssetId: 'ASSET-204',
      var_Reason: 'Expert call',
    });
  } finally {
    await world.importSettings({ ...settings, awaken: {}, myUser: null });
    await server.close();
  }
});
