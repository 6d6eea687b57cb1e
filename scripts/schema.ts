/** `npm run schema`: writes the JSON Schema of a settings file to docs/, for editors and other tools. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { jsonSchema } from '../lib/schema.ts';
import { root } from './bootstrap.mjs';
import { join } from 'node:path';

mkdirSync(join(root, 'docs'), { recursive: true });
writeFileSync(join(root, 'docs', 'settings.schema.json'), `${JSON.stringify(jsonSchema(), null, 2)}\n`);
