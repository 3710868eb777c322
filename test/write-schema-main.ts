/** Writes config/mailroom.schema.json from the schemas of the config room. */
import { writeFile } from 'node:fs/promises';
import { jsonSchema } from '../src/config/json-schema.ts';

const file = new URL('../config/mailroom.schema.json', import.meta.url);
await writeFile(file, `${JSON.stringify(jsonSchema(), null, 2)}\n`);
