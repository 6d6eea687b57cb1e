/** `npm run bridge`: the companion server. */
import { run } from './bootstrap.mjs';

await run('bridge/main.ts');
