/** `npm test`: every check and every test. */
import { run } from './bootstrap.mjs';

await run('scripts/lanes.ts');
