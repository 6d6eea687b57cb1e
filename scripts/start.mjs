/** `npm start`: the demo desk in a browser that has the extension. */
import { run } from './bootstrap.mjs';

await run('sandbox/start.ts');
