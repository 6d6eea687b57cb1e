/** The bridge for browser tests: the token as a person enters it, and a worker that ends. */
import { expect, type Page } from '@playwright/test';
import type { World } from '../../sandbox/launch.ts';

/** Types a token into the options and saves it. @returns the page, still open */
export async function enterToken(world: World, token: string, remember = false): Promise<Page> {
  const page = await world.context.newPage();
  await page.goto(`chrome-extension://${world.extensionId}/options.html#bridge`);
  await page.getByText(/^(None is set|Set )/).waitFor();
  if (remember) await page.getByRole('switch').check();
  await page.getByLabel('Token', { exact: true }).fill(token);
  await page.getByRole('button', { name: 'Save token' }).click();
  await page.getByText(remember ? 'Set and remembered' : 'Set for this session').waitFor();
  return page;
}

/** Ends the extension's worker, as browsers do with one that has had nothing to do for a while. */
export async function stopWorker(world: World): Promise<void> {
  const browser = await world.context.browser()?.newBrowserCDPSession();
  const running = async () => {
    const { targetInfos = [] } = (await browser?.send('Target.getTargets')) ?? {};
    return targetInfos.flatMap(({ type, targetId }) => (type === 'service_worker' ? targetId : []));
  };
  const [worker] = await running();
  const page = await world.context.newPage();
  await page.goto(`chrome-extension://${world.extensionId}/popup.html`);
  const session = await world.context.newCDPSession(page);
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.stopAllWorkers');
  await expect.poll(running).not.toContain(worker);
  await page.close();
}
