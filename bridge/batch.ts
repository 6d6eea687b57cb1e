/**
 * What comes while a batch is worked on is the next batch: under load many share one transaction, and what comes alone
 * waits for nobody.
 */

/** Most in one batch, so that none takes long. */
const most = 200;

/**
 * @param work does a whole batch and answers each in turn; a batch that fails as a whole is done again one by one, so
 * that what can't be done costs the others nothing
 */
export function makeBatch<In, Out>(work: (items: In[]) => Promise<Out[]>): (item: In) => Promise<Out> {
  type Waiting = { item: In; resolve(out: Out): void; reject(error: unknown): void };
  let waiting: Waiting[] = [];
  let busy = false;

  async function perform(batch: Waiting[]): Promise<void> {
    try {
      const outs = await work(batch.map(({ item }) => item));
      for (const [n, out] of outs.entries()) batch[n]?.resolve(out);
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      // oxlint-disable-next-line no-await-in-loop -- one by one is the point
      else for (const each of batch) await perform([each]);
    }
  }
  async function run(): Promise<void> {
    busy = true;
    while (waiting.length) {
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
      // oxlint-disable-next-line no-await-in-loop -- what comes meanwhile is the next
      await perform(batch);
    }
    busy = false;
  }
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!busy) void run();
    });
}
