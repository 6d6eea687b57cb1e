/**
 * `npm run test:loss` (nothing is lost and nothing is written twice, whatever is killed) and `npm run test:report` (the
 * report, and what R says of its statistics). `-- --full` takes the long sizes, the loss then also on each PostgreSQL
 * that is installed; `-- --seed N` repeats a loss. Debian's packages are installed where that is possible.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { ensurePackages, fail, root } from './bootstrap.mjs';

const { values, positionals } = parseArgs({
  options: { full: { type: 'boolean', default: false }, seed: { type: 'string' } },
  allowPositionals: true,
});

const { full, seed } = values;
const tests: Record<string, { line: string; packages: string[]; there?: Record<string, string> }> = {
  loss: { line: '--project bridge tests/bridge/loss.test.ts', packages: full ? ['postgresql'] : [] },
  report: { line: '--project report', packages: ['r-base-core', 'r-cran-survival'], there: { DESKCALL_R: '1' } },
};

async function main(): Promise<void> {
  const test = tests[positionals[0] ?? ''];
  if (!test) throw new Error(`Which? ${Object.keys(tests).join(' or ')}`);
  const done = test.packages.length ? await ensurePackages(test.packages) : { ok: true as const };
  if (!done.ok) console.log(`skipped, for want of ${test.packages.join(' and ')}: ${done.reason}`);
  const { status } = spawnSync(`vitest run ${test.line}`, {
    cwd: root,
    shell: true,
    stdio: 'inherit',
    env: {
      ...process.env,
      ...(done.ok && test.there),
      ...(full && { DESKCALL_FULL: '1' }),
      ...(seed && { DESKCALL_SEED: seed }),
    },
  });
  process.exit(status ?? 1);
}

main().catch(fail);
