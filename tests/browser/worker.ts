/** A worker that ends, for browser tests. */
import { expect } from '@playwright/test';
import type { World } from '../../sandbox/launch.ts';

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
