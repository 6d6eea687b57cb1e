/** The simulator, licences, external data, and a contact's hours: in the options, and on a page while they change. */
import type { Locator, Page } from '@playwright/test';
import { refusalsByHelp } from '../../lib/licence.ts';
import type { PageEntry } from '../../lib/model.ts';
import { readLink } from '../../lib/worklink.ts';
import { looksRight, optionsAt } from './looks.ts';
import { expect, test } from './world.ts';

/** The part of chrome that runs in the worker of the browser under test. */
declare const chrome: {
  storage: { local: { get(key: string): Promise<Record<string, PageEntry>>; set(items: object): Promise<void> } };
};

// Axe looks at each view twice.
test.describe.configure({ timeout: 90_000 });

const region = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });
const bar = (page: Page): Locator => page.locator('deskcall-panel .bar');
const panel = (page: Page): Locator => page.locator('deskcall-panel .panel');

test('a case from an open tab: each rule, and the very link that the page offers', async ({ page, desk, world }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  const call = bar(page).getByRole('link', { name: 'Call Dana Reyes' });
  await expect(call).toBeVisible();
  const shown = readLink((await call.getAttribute('href')) ?? '');

  const options = await optionsAt(world, 'simulator');
  await expect(options.getByText('No case yet')).toBeVisible();
  await looksRight(options, 'nothing yet');
  await options.getByRole('button', { name: 'From an open tab' }).click();
  await options.getByLabel('Tab').selectOption({ label: `${await page.title()} · ${new URL(desk.origin).host}` });
  await options.getByRole('button', { name: 'Take this case' }).click();
  await expect(options.getByRole('textbox', { name: 'Queue', exact: true })).toHaveValue('Pumps');

  const rules = region(options, 'Rules');
  await expect(rules.getByText('Rule 1 matches')).toBeVisible();
  await expect(rules.getByText(/^Rules 2 to \d+ are not read$/)).toBeVisible();
  const offers = region(options, 'Offered');
  const first = offers.locator('.offer').first();
  await expect(first).toContainText('Dana Reyes');
  const link = readLink((await first.locator('.link').textContent()) ?? '');
  // Only the name of this use differs.
  expect({ ...link?.data, launch_id: [] }).toEqual({ ...shown?.data, launch_id: [] });
  await expect(first.getByRole('row', { name: /^work_order_id/ })).toContainText(shown?.number ?? '?');
  await expect(first.getByRole('row', { name: /^user 497/ })).toContainText('Contact or catalog');
  await first.getByRole('button', { name: 'Phone' }).click();
  await expect(first.locator('.link')).toContainText('https://getworklink.com/deferred?deep_link=worklink%3A');
  await looksRight(options, 'a case');

  // Another value, another rule; and what failed, with what was wanted.
  await options.getByRole('textbox', { name: 'Queue', exact: true }).fill('Compressors');
  await expect(rules.getByText('is Compressors, not Pumps')).toBeVisible();
  await expect(rules).toContainText('Who knows which machine has no row for');
  await options.getByRole('textbox', { name: 'Asset', exact: true }).fill('asset-530');
  await expect(rules).toContainText('has the row asset-530');
  await expect(offers.locator('.offer').first()).toContainText('Liu Wei');

  // The case stays while the rules are looked at.
  await options
    .getByRole('navigation')
    .getByRole('link', { name: /^Rules/ })
    .click();
  await expect(options.getByRole('heading', { level: 1 })).toHaveText('Rules');
  await options.getByRole('navigation').getByRole('link', { name: 'Simulator' }).click();
  await expect(options.getByRole('textbox', { name: 'Asset', exact: true })).toHaveValue('asset-530');
});

test('a pasted case, by the keyboard alone', async ({ desk, world }) => {
  const options = await optionsAt(world, 'simulator');
  await options.getByRole('button', { name: 'Paste' }).focus();
  await options.keyboard.press('Enter');
  await expect(options.getByRole('textbox', { name: 'Case' })).toBeFocused();
  await options.keyboard.type('no case at all');
  await options.keyboard.press('Tab');
  await options.keyboard.press('Enter');
  await expect(options.getByRole('alert')).toContainText('No case is in this text');
  await options.keyboard.press('Shift+Tab');
  await options.keyboard.press('Control+A');
  await options.keyboard.insertText('Desk: demo\nNumber: INC7\nID: INC7\nKind: case\nQueue: Valves\nSite: Plant 7');
  await options.keyboard.press('Tab');
  await options.keyboard.press('Enter');
  await expect(options.getByRole('textbox', { name: 'Queue', exact: true })).toHaveValue('Valves');
  await expect(options.getByLabel('Label on the case page')).toHaveValue('Site');
  await expect(region(options, 'Rules').getByText('Rule 2 matches')).toBeVisible();
  await expect(region(options, 'Rules').getByText('is Valves, not Pumps')).toBeVisible();
  await expect(region(options, 'Offered')).toContainText('Manuals of this asset');
  await expect(region(options, 'Offered')).toContainText('The field this link needs is empty on this case.');
  expect(desk.origin).toBeTruthy();
});

test('licences: a warning beside the call, corrected, and the link for the expert', async ({
  page,
  desk,
  world,
  settings,
}) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  const options = await optionsAt(world, 'licences');
  await options.getByLabel('Your licence').selectOption('Tech');
  await options.getByLabel('Your own link').fill('javascript:alert(1)');
  await options.getByRole('button', { name: 'Save your link' }).click();
  await expect(options.getByRole('alert')).toContainText('A link starts with');
  await options.getByLabel('Your own link').fill('worklink://resource?action=fetch_user&user=7');
  await options.getByRole('button', { name: 'Save your link' }).click();
  await expect(options.getByRole('status').getByText('Your link changed')).toBeVisible();
  await looksRight(options, 'licences');

  // The page hears of it without a load.
  const showAll = bar(page).getByRole('button', { name: /^Show all/ });
  await showAll.click();
  await expect(panel(page)).toContainText('WorkLink’s help names no call from Tech to Tech.');
  const onCall = panel(page).getByRole('link', { name: 'Call On-call engineer' });
  await expect(onCall).toHaveAttribute('href', /user=600/);
  await expect(panel(page)).toContainText('Send Dana Reyes this link.');
  await panel(page).getByRole('button', { name: 'QR: Call you' }).click();
  await expect(page.locator('deskcall-panel svg[role=img]')).toBeVisible();
  await page.keyboard.press('Escape');

  // What is warned of is not blocked.
  await showAll.click();
  await onCall.click();
  expect(readLink(await world.nextLaunch())?.data.user).toEqual(['600']);

  await options.getByLabel('How it is known: Tech to Tech', { exact: true }).selectOption('Tried on our WorkLink');
  await options.getByLabel('What to do: Tech to Tech', { exact: true }).fill('Use the radio.');
  await options.keyboard.press('Enter');
  // With other settings the page begins anew, and its panel is closed.
  await expect(panel(page)).toHaveCount(0);
  const ofOnCall = () =>
    world.worker.evaluate(async (key) => {
      const stored = await chrome.storage.local.get(key);
      return stored[key]?.targets['on-call']?.warn?.why ?? null;
    }, `page:${desk.origin}`);
  await expect.poll(ofOnCall).toBe('Use the radio.');
  await showAll.click();
  await expect(panel(page)).toContainText('WorkLink refuses calls from Tech to Tech. Use the radio.');
  await options.getByRole('button', { name: 'Remove Tech to Tech', exact: true }).click();
  await expect.poll(ofOnCall).toBeNull();
  await expect(panel(page)).toHaveCount(0);
  await showAll.click();
  await expect(panel(page)).toContainText('On-call engineer');
  await expect(panel(page)).not.toContainText('Tech to Tech.');
  await world.importSettings({ ...settings, me: {}, myLink: null, licences: refusalsByHelp });
});

test('external data: presets, personal data off and marked, reserved names, and the preview', async ({
  world,
  settings,
}) => {
  const options = await optionsAt(world, 'external');
  const parameters = region(options, 'Parameters');
  for (const name of ['equipment_id', 'priority', 'assigned_to', 'requested_by'])
    await expect(options.getByRole('switch', { name: `Send ${name}` })).not.toBeChecked();
  for (const name of ['assigned_to', 'requested_by'])
    await expect(parameters.getByRole('row', { name: new RegExp(`^${name}`) })).toContainText('Personal');
  await expect(options.getByText('What is personal is off until you turn it on')).toBeVisible();
  await options.getByRole('switch', { name: 'Send equipment_id' }).check();
  const preview = region(options, 'Preview');
  await expect(preview.locator('.link')).toContainText('equipment_id=ASSET-204');
  await expect(preview.getByRole('row', { name: /^equipment_id/ })).toContainText('External data: asset');

  const add = options.getByRole('form', { name: 'Add parameter' });
  for (const [name, why] of [
    ['Token', 'means something to WorkLink or to Deskcall'],
    ['1st', 'Begin with a letter'],
    ['EQUIPMENT_ID', 'equipment_id is there already'],
  ]) {
    await add.getByLabel('Parameter').fill(name ?? '');
    await add.getByLabel('Field of the case').fill('Site');
    await options.keyboard.press('Enter');
    await expect(add.getByRole('alert')).toContainText(why ?? '');
  }
  await add.getByLabel('Parameter').fill('contact_mail');
  await add.getByLabel('Field of the case').fill('Customer e-mail');
  await options.keyboard.press('Enter');
  await expect(parameters.getByRole('row', { name: /^contact_mail/ })).toContainText('Personal');
  await expect(preview.locator('.link')).toContainText('contact_mail=Customer%20e-mail%207');
  await looksRight(options, 'external data');

  await options.getByLabel('Link for phones').fill('https://evil.example/?{link}');
  await options.getByRole('button', { name: 'Save how links are written' }).click();
  await expect(options.getByRole('alert')).toContainText('evil.example is not one of the hosts');
  await options.getByLabel('Link for phones').fill('');
  await options.getByRole('button', { name: 'Save how links are written' }).click();
  await expect(preview.getByRole('button', { name: 'Phone' })).toHaveCount(0);
  await world.importSettings({
    ...settings,
    links: { external: {}, deferred: 'https://getworklink.com/deferred?deep_link={link}' },
  });
});

test('hours: the form, then who stands in, and back when they begin again with the case open', async ({
  page,
  desk,
  world,
  settings,
}) => {
  const options = await optionsAt(world, 'contacts');
  await options.getByRole('gridcell', { name: 'Dana Reyes' }).click();
  await options.getByRole('button', { name: 'Edit Dana Reyes' }).click();
  const form = options.getByRole('form', { name: 'Edit Dana Reyes' });
  await form.getByRole('button', { name: 'At these hours' }).click();
  await form.getByLabel('Time zone').fill('Europe/Atlantis');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form.getByRole('alert')).toContainText('Name a time zone');
  await form.getByLabel('Time zone').fill('Pacific/Kiritimati');
  await form.getByRole('checkbox', { name: 'Sunday' }).press('Space');
  await expect(form.getByRole('checkbox', { name: 'Sunday' })).toBeChecked();
  await form.getByLabel('From').fill('22:00');
  await form.getByLabel('To').fill('06:00');
  await expect(form.getByText('of the next day')).toBeVisible();
  await form.getByLabel('Add somebody').selectOption('On-call engineer');
  await looksRight(options, 'hours');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(options.getByRole('status').getByText('Dana Reyes changed')).toBeVisible();

  await page.goto(`${desk.origin}/case/INC0010001`);
  await expect(bar(page).getByRole('link').first()).toBeVisible();
  /** The instants that the worker made, put in the place of which the page looks. */
  const turnsAt = (...seconds: number[]) =>
    world.worker.evaluate(
      async ([origin, list]) => {
        const key = `page:${origin}`;
        const entry = (await chrome.storage.local.get(key))[key];
        const dana = entry?.targets.dana;
        if (!entry || !dana?.open?.at.length || !dana.fallback?.length) throw new Error('no hours were compiled');
        dana.open.at = list.map((each) => (Date.now() + each * 1000) / 60_000);
        await chrome.storage.local.set({ [key]: entry });
      },
      [desk.origin, seconds] as const,
    );
  await turnsAt(-120, -60, 100_000, 200_000);
  await expect(bar(page).getByRole('link', { name: 'Call On-call engineer' })).toBeVisible();
  await expect(bar(page).getByRole('status')).toHaveText('Dana Reyes: closed');
  await bar(page)
    .getByRole('button', { name: /^Show all/ })
    .click();
  await expect(panel(page)).toContainText(/Dana Reyes: closed until .*\(Kiritimati\)/);
  await expect(panel(page)).toContainText('Instead of Dana Reyes');

  // They begin in some seconds, and end: with the case open, the bar changes by itself.
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(globalThis, { seen });
    const look = () => {
      const now = document.querySelector('deskcall-panel')?.shadowRoot?.querySelector('.bar a')?.textContent;
      if (now && now !== seen.at(-1)) seen.push(now);
      requestAnimationFrame(look);
    };
    look();
  });
  const seen = () => page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
  await turnsAt(-120, -60, 3, 100_000);
  await expect.poll(seen).toEqual(['Call On-call engineer', 'Call Dana Reyes']);
  await turnsAt(-60, 3, 100_000);
  await expect.poll(seen).toEqual(['Call On-call engineer', 'Call Dana Reyes', 'Call On-call engineer']);
  await bar(page).getByRole('link', { name: 'Call On-call engineer' }).click();
  expect(readLink(await world.nextLaunch())?.data.user).toEqual(['600']);

  // The list ran out: nobody knows, so nothing is said and the contact is offered.
  await turnsAt(-120, -60);
  await expect(bar(page).getByRole('link', { name: 'Call Dana Reyes' })).toBeVisible();
  await expect(bar(page).getByRole('status')).toHaveCount(0);
  await world.importSettings(settings);
});
