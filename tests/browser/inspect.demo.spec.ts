/** Inspect, the report of a page, and trying a description on an open tab. */
import type { Locator, Page } from '@playwright/test';
import { demoDesk } from '../../sandbox/desk/desk.ts';
import { looksRight, optionsAt } from './looks.ts';
import { expect, test } from './world.ts';

/** The part of chrome that runs in the worker of the browser under test. */
declare const chrome: {
  tabs: { query(query: object): Promise<{ id: number; url?: string }[]> };
  storage: { session: { get(key: null): Promise<Record<string, unknown>> } };
};

// Axe looks at each view twice.
test.describe.configure({ timeout: 90_000 });

const line = (page: Page, field: string): Locator =>
  page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: field, exact: true }) });
const report = (page: Page): Locator => page.getByRole('region', { name: 'Report' });

test('what is read on an open tab, from where, and again when the tab changes', async ({ page, desk, world }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  await expect(page.getByRole('heading', { name: /Pump P-204/ })).toBeVisible();
  const options = await optionsAt(world, 'inspect');
  await expect(options.getByRole('heading', { level: 2 }).first()).toContainText('Fieldbook Custom desk, demo');
  await expect(line(options, 'Record by the address')).toContainText('case INC0010001');
  await expect(line(options, 'Record by the page')).toContainText('The same');
  await expect(line(options, 'Title')).toHaveText(/Pump P-204 leaking at seal\s*Page, reading 1\s*\.record-title h1/);
  await expect(line(options, 'Queue')).toHaveText(/Pumps\s*Page, reading 1\s*"Queue"/);
  await expect(line(options, 'Site')).toHaveText(/Plant 7\s*Page, labelled row/);
  await expect(line(options, 'Place of the bar')).toContainText('At the case');
  await looksRight(options, 'a case');

  // Within the page, without a load.
  await page
    .getByRole('link', { name: 'All records' })
    .or(page.getByRole('tab', { name: 'All records' }))
    .first()
    .click();
  await expect(options.getByText('No case is open on this page')).toBeVisible();
  await page.getByRole('link', { name: 'INC0010002' }).first().click();
  await expect(line(options, 'Record by the address')).toContainText('case INC0010002');
  // Nothing tells of a change within the document: that is what the button is for.
  await page.evaluate(() => {
    for (const number of document.querySelectorAll('.record-number')) number.textContent = 'INC0010017';
  });
  await options.getByRole('button', { name: 'Read again' }).click();
  await expect(options.getByText('The address says INC0010002, the page shows INC0010017')).toBeVisible();
  await expect(options.getByText('Address and page disagree')).toBeVisible();
  await expect(line(options, 'Record by the page')).toContainText('INC0010017');
  await expect(line(options, 'Title')).toContainText('Left out');
  await line(options, 'Title').getByText('1 reading').click();
  await expect(line(options, 'Title').getByText('.record-title h1')).toBeVisible();
  await looksRight(options, 'a disagreement');

  await page.goto(`${desk.origin}/`);
  await expect(options.getByText('No case is open on this page')).toBeVisible();
  await page.close();
  await expect(options.getByText('No tab of your desks is open')).toBeVisible();
  await expect(options.getByText(new RegExp(`Open a case on .*${new URL(desk.origin).host}`))).toBeVisible();
  await looksRight(options, 'no tab');
});

test('one click copies the page’s structure, frames and shadow roots with it, and nothing it says', async ({
  page,
  desk,
  world,
}) => {
  await world.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`${desk.origin}/case/INC0010001?secret=zenobia%40quark.example`);
  await expect(page.locator('deskcall-panel')).toHaveCount(1);
  await page.evaluate(() => {
    // Node by node: this page, like many desks, lets no script write markup.
    const make = (tag: string, attributes: Record<string, string>, text = ''): HTMLElement => {
      const element = document.createElement(tag);
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      element.append(text);
      return element;
    };
    const frame = document.createElement('iframe');
    frame.id = 'main-frame';
    const host = document.createElement('x-panel');
    host
      .attachShadow({ mode: 'open' })
      .append(make('input', { 'data-test-id': 'omni-header-subject', value: 'Quarkwright' }));
    const other = document.createElement('iframe');
    other.src = 'data:text/html,<p>Quarkwright';
    document.body.append(frame, host, other);
    frame.contentDocument?.body.append(
      make('main', { 'data-testid': 'ticket-pane-subject', title: 'Zenobia Quarkwright' }, 'Zenobia 5550199'),
    );
  });
  const options = await optionsAt(world, 'inspect');
  await options.getByText('Show the report').click();
  await expect(report(options)).toContainText('open shadow roots 1, frames read 1');
  await looksRight(options, 'an open report');
  await options.getByRole('button', { name: 'Copy report' }).click();
  await expect(options.getByRole('status').filter({ hasText: 'Report copied' })).toBeVisible();
  const copied = await options.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/^Deskcall: a page reduced to its structure\n/);
  expect(copied).toContain('address   http://‹host›/case/‹mixed10›?~=‹text›\ndesk      custom\ncase      read\n');
  expect(copied).toMatch(
    /iframe#main-frame\n +#frame about:blank\n[\s\S]*? +body > main \[data-testid=ticket-pane-subject\]/,
  );
  expect(copied).toMatch(/~-panel\n +#shadow\n +input \[data-test-id=omni-header-subject\] \{value\}\n/);
  expect(copied).toMatch(/iframe \{src\}\n +#frame not readable\n/);
  expect(copied).not.toMatch(/zenobia|quark|5550199|pump|P-204|INC0010001|ASSET-|Moreau|Okafor|Plant 7|127\.0\.0\.1/i);
});

test('the popup hands over what it read, for pages that were never allowed', async ({ page, desk, world }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  const tab = await world.worker.evaluate(
    async (url) => (await chrome.tabs.query({})).find((one) => one.url === url)?.id ?? -1,
    page.url(),
  );
  const popup = await world.context.newPage();
  await popup.goto(`chrome-extension://${world.extensionId}/popup.html?tab=${tab}`);
  const opened = world.context.waitForEvent('page', (one) => one.url().includes('options.html'));
  await popup.getByRole('button', { name: 'Inspect this page' }).click();
  const options = await opened;
  await expect(line(options, 'Title')).toContainText('Pump P-204 leaking at seal');
  await expect(options.getByRole('button', { name: 'Read again' })).toHaveCount(0);
  // What was read lies nowhere any more.
  expect(await world.worker.evaluate(async () => Object.keys(await chrome.storage.session.get(null)))).toEqual([]);
  await looksRight(options, 'a handed look');
  await options.getByRole('link', { name: 'Backup' }).click();
  await options.goBack();
  await expect(line(options, 'Title')).toContainText('Pump P-204 leaking at seal');
  await options.reload();
  await expect(options.getByText('This look is over')).toBeVisible();
  await options.getByRole('link', { name: 'Show open tabs' }).click();
  await expect(line(options, 'Record by the address')).toContainText('case INC0010001');
});

test('a description is checked and tried while it is typed', async ({ page, desk, world }) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  await expect(page.getByRole('heading', { name: /Pump P-204/ })).toBeVisible();
  const options = await optionsAt(world, 'desks');
  await options.getByRole('button', { name: 'Edit Fieldbook' }).click();
  await expect(options.getByText('The description holds')).toBeVisible();
  await expect(options.getByText('kind = case, id = INC0010001')).toBeVisible();
  await expect(line(options, 'Title')).toContainText('Pump P-204 leaking at seal');
  await looksRight(options, 'a description that holds');

  const description = options.getByLabel('Description (JSON)');
  const status = options.getByRole('status').filter({ hasText: /description|wrong/ });
  await description.fill('{ "addresses": [');
  await expect(status).toHaveText(/One thing is wrong\s*The description ends in the middle/);
  await expect(options.getByRole('rowheader')).toHaveCount(0);
  await expect(options.getByText('What it reads shows here once nothing is wrong with it.')).toBeVisible();
  const wrong = { ...demoDesk, adresses: [], addresses: ['case/{id}'], read: { title: [{ css: 'h1[' }] } };
  await description.fill(JSON.stringify(wrong));
  await expect(status).toContainText('adresses is not known here; did you mean "addresses"');
  await expect(status).toContainText('addresses[0] must start with "/" or "**"');
  await looksRight(options, 'a description with flaws');
  await options.getByRole('button', { name: 'Save desk' }).click();
  await expect(options.getByRole('alert')).toContainText('addresses[0] must start with');

  const other = {
    ...demoDesk,
    addresses: ['/list/{id}', '/case/{id:word}'],
    read: { title: [{ css: '.nothing' }, { css: '.record-title h1', before: ' leaking' }], asset: [{ css: '.no' }] },
  };
  await description.fill(JSON.stringify({ ...other, read: { title: [{ css: 'h1[' }] } }));
  await expect(status).toContainText('read.title[0].css is no selector that browsers know');
  await description.fill(JSON.stringify(other));
  await expect(line(options, 'Title')).toHaveText(/Pump P-204\s*Page, reading 2\s*\.record-title h1/);
  await expect(line(options, 'Asset').first()).toContainText('Not found');
  await expect(options.getByRole('listitem').filter({ hasText: '/list/{id}' })).toContainText('Does not fit');
  await expect(options.getByRole('listitem').filter({ hasText: '/case/{id:word}' })).toContainText(
    'Address fits/case/{id:word}id = INC0010001',
  );
  // Nothing of it was saved.
  await expect(page.locator('deskcall-panel .bar')).toContainText('Dana Reyes');

  await options.getByRole('button', { name: 'Save desk' }).click();
  await expect(options.getByRole('status').filter({ hasText: 'Fieldbook changed' })).toBeVisible();
  await options.getByRole('button', { name: 'Undo' }).click();
  await options.getByRole('button', { name: 'Edit Fieldbook' }).click();
  await expect(description).toHaveValue(/"label": "Queue"/);
});

test('the keyboard alone reaches the tab, the buttons, the report and what was tried', async ({
  page,
  desk,
  world,
}) => {
  await page.goto(`${desk.origin}/case/INC0010001`);
  const options = await optionsAt(world, 'inspect');
  await expect(line(options, 'Title')).toContainText('Pump');
  const reached: string[] = [];
  await options.getByRole('link', { name: 'Inspect' }).focus();
  for (let n = 0; n < 12; n += 1) {
    await options.keyboard.press('Tab');
    reached.push(
      await options.evaluate(() => {
        const at = document.activeElement;
        if (at === document.body) return 'end';
        const ring = at && getComputedStyle(at).outlineStyle !== 'none';
        return `${ring ? '' : 'no ring: '}${at?.getAttribute('aria-label') ?? at?.textContent?.slice(0, 20) ?? ''}`;
      }),
    );
    if (reached.at(-1) === 'Show the report') await options.keyboard.press('Enter');
  }
  expect(reached).toEqual(expect.arrayContaining(['Copy report', 'Read again', 'Show the report', 'Report']));
  expect(reached.filter((each) => each.startsWith('no ring'))).toEqual([]);
});
