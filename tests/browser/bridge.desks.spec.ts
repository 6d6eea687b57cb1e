/**
 * The whole way on real desks: a call from the panel, taken by the sandbox's WorkLink with that very link, heard of and
 * read by the bridge, noted on the record where only those who work on it read it, and told in the panel.
 */
import type { Page } from '@playwright/test';
import { openBridge } from '../../sandbox/bridge.ts';
import { enterToken } from '../../sandbox/launch.ts';
import { serveCms } from '../../sandbox/worklink.ts';
import { createIssue, type Redmine } from '../../scripts/desks/redmine.ts';
import { createTicket, type Rt } from '../../scripts/desks/rt.ts';
import { expect, test } from './world.ts';

const subject = 'Pump P-204 leaking at seal';
const length = { milliseconds: 725_000, note: 'Length: 12 min 5 s', panel: '12 min' };

/** A desk as this test needs it. */
type Way = {
  key: 'rt5' | 'redmine';
  type: 'request-tracker' | 'redmine';
  url: string;
  secret: string;
  kind: string;
  create: () => Promise<number>;
  login: (page: Page) => Promise<void>;
  address: (id: string) => string;
  /** The internal notes on the record's page. */
  notes: (page: Page) => ReturnType<Page['locator']>;
};

const onRt = (rt: Rt): Way => ({
  key: 'rt5',
  type: 'request-tracker',
  url: rt.url,
  secret: rt.token ?? '',
  kind: 'ticket',
  create: () => createTicket(rt, { queue: 'Field Service', subject }),
  async login(page) {
    await page.goto(rt.url);
    if (!(await page.locator('input[name=user]').count())) return;
    await page.locator('input[name=user]').fill(rt.user);
    await page.locator('input[name=pass]').fill(rt.password);
    await page.locator('input[name=pass]').press('Enter');
    await page.locator('input[name=pass]').waitFor({ state: 'detached' });
  },
  address: (id) => `${rt.url}/Ticket/Display.html?id=${id}`,
  // A reply, which the requester gets by mail, would be "Correspondence added".
  notes: (page) => page.locator('.transaction').filter({ hasText: 'Comments added' }),
});

const onRedmine = (redmine: Redmine): Way => ({
  key: 'redmine',
  type: 'redmine',
  url: redmine.url,
  secret: redmine.seeded.key,
  kind: 'issue',
  create: () => createIssue(redmine, { project: 'field-service', subject }),
  async login(page) {
    await page.goto(`${redmine.url}/login`);
    if (await page.locator('#loggedas').count()) return;
    await page.locator('#username').fill(redmine.user);
    await page.locator('#password').fill(redmine.password);
    await page.locator('#password').press('Enter');
    await page.locator('#loggedas').waitFor();
  },
  address: (id) => `${redmine.url}/issues/${id}`,
  notes: (page) => page.locator('.journal.private-notes'),
});

for (const name of ['rt5', 'redmine'] as const)
  test(`${name}: a call from the panel ends as an internal note on the record`, { tag: `@${name}` }, async ({
    page,
    world,
    settings,
    rt,
    redmine,
  }) => {
    const way = name === 'rt5' ? onRt(rt(5)) : onRedmine(redmine);
    const cms = await serveCms();
    const bridge = await openBridge(
      cms,
      { desks: { [way.key]: { type: way.type, url: way.url } }, waits: { settle: 0, retry: 0.1, poll: 0.5 } },
      { [`DESK_${way.key.toUpperCase()}_TOKEN`]: way.secret },
    );
    try {
      await world.importSettings({ ...settings, bridge: { url: bridge.url } });
      await (await enterToken(world, await bridge.token('Alex', 'launch', 'read'))).close();
      const id = String(await way.create());
      await way.login(page);
      await page.goto(way.address(id));
      const panel = page.locator('deskcall-panel');
      await panel.locator('.bar a.main').click();
      const talk = await bridge.take(await world.nextLaunch());
      expect(talk.session.externalData).toMatchObject({ desk: way.key, case_id: `${way.kind}:${id}` });
      await expect(way.notes(page)).toHaveCount(0);
      await talk.end(length.milliseconds);

      const calls = panel.locator('.calls');
      const steps = () => calls.locator('.steps li').evaluateAll((items) => items.map((item) => item.className));
      await panel.getByRole('button', { name: 'Nothing opened?' }).click();
      await expect(calls).toBeVisible();
      await expect
        .poll(async () => {
          // As for somebody who comes back to the tab.
          await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
          return steps();
        })
        .toEqual(['on', 'on', 'on', 'on']);
      await expect(calls).toContainText(`Dana Reyes · ${length.panel}`);
      await expect(calls.locator('.steps li').last()).toContainText('Written back');

      await page.reload();
      const note = way.notes(page);
      await expect(note).toHaveCount(1);
      await expect(note).toContainText('WorkLink call');
      await expect(note).toContainText(length.note);
      await expect(note).toContainText('Alex Agent, Pat Expert');
    } finally {
      await world.importSettings({ ...settings, bridge: {} });
      await bridge.close();
      await cms.close();
    }
  });
