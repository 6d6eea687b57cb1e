/** Awaken for the demo and for browser tests: settings with pops in them, and the API user as a person enters it. */
import type { Page } from '@playwright/test';
import type { AwakenServer } from './awaken.ts';
import type { SettingsFile } from './desk/desk.ts';
import type { World } from './launch.ts';

/** @param rule the rule that offers the pops besides its own targets */
export function withPops(settings: SettingsFile, server: AwakenServer, rule: string) {
  return {
    ...settings,
    rules: settings.rules.map((each) =>
      each.id === rule && Array.isArray(each.offer) ? { ...each, offer: [...each.offer, 'intake', 'wrap'] } : each,
    ),
    awaken: {
      authUrl: server.authUrl,
      popUrl: server.popUrl,
      systemId: server.systemId,
      users: [{ user: 'Sam Okoro', username: 'Sam.Okoro' }],
      pops: [
        {
          id: 'intake',
          name: 'Pump intake',
          campaign: 'Pump intake',
          data: [
            { name: 'Case', field: 'number' },
            { name: 'Title', field: 'title' },
            { name: 'AssetId', field: 'asset' },
            { name: 'var_Reason', text: 'Expert call' },
            { name: 'var_Launch', field: 'launch_id' },
          ],
        },
        { id: 'wrap', name: 'Wrap-up', campaign: 'Wrap-up', to: { username: 'Sam.Okoro' } },
      ],
    },
    myUser: 'James.Collins',
  };
}

/** The same through a bridge, which has all that is left out here. */
export function withBridgedPops(settings: SettingsFile, server: AwakenServer, rule: string, url: string) {
  const { awaken, ...rest } = withPops(settings, server, rule);
  const { pops, users } = awaken;
  return { ...rest, awaken: { mode: 'bridge', pops, users }, bridge: { url } };
}

/** Forgets how earlier pops came out: else a record that another test has popped would wait. */
const forgetPops = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('keyval-store');
        opening.addEventListener('error', () => reject(new Error('no database')));
        opening.addEventListener('success', () => {
          const done = opening.result.transaction('keyval', 'readwrite');
          done.objectStore('keyval').delete('pops');
          done.addEventListener('complete', () => {
            opening.result.close();
            resolve();
          });
        });
      }),
  );

/** Types the API user into the options and saves it. @returns the page, still open */
export async function enterUser(
  world: World,
  { user, password, remember = false }: { user: string; password: string; remember?: boolean },
): Promise<Page> {
  const page = await world.context.newPage();
  await page.goto(`chrome-extension://${world.extensionId}/options.html#awaken`);
  await page
    .getByText(/^(None is set|Set )/)
    .first()
    .waitFor();
  await forgetPops(page);
  if (remember) await page.getByRole('switch').check();
  await page.getByLabel('User', { exact: true }).fill(user);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Save user', exact: true }).click();
  await page.getByText(remember ? 'Set and remembered' : 'Set for this session').waitFor();
  return page;
}
