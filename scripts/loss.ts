/**
 * `npm run test:loss`: nothing is lost and nothing is written twice, whatever is killed. `-- --full` takes the long
 * sizes, on the embedded PostgreSQL and on each that is installed (Debian's is installed where that is possible);
 * `-- --seed N` repeats a run.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { ensurePackages, fail, root } from './bootstrap.mjs';

const { values } = parseArgs({ options: { full: { type: 'boolean', default: false }, seed: { type: 'string' } } });

async function main(): Promise<void> {
  const done = values.full ? await ensurePackages(['postgresql']) : { ok: true as const };
  if (!done.ok) console.log(`PostgreSQL could not be installed: ${done.reason}`);
  const { status } = spawnSync('vitest run --project bridge tests/bridge/loss.test.ts', {
    cwd: root,
    shell: true,
    stdio: 'inherit',
    env: {
      ...process.env,
      ...(values.full && { DESKCALL_FULL: '1' }),
      ...(values.seed && { DESKCALL_SEED: values.seed }),
    },
  });
  process.exit(status ?? 1);
}

main().catch(fail);
