// Each small mail of our own in test/fixtures/mail and what the reader makes of it. UPDATE_GOLDEN=1 writes what it makes now.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readEmail } from './read-email.ts';

const folder = new URL('../../test/fixtures/mail/', import.meta.url);
const update = process.env.UPDATE_GOLDEN === '1';

for (const name of readdirSync(folder).filter((each) => each.endsWith('.eml')))
  test(name.replace('.eml', '').replaceAll('-', ' '), () => {
    const read = readEmail(readFileSync(new URL(name, folder)));
    const golden = new URL(name.replace('.eml', '.json'), folder);
    if (update) writeFileSync(golden, `${JSON.stringify(read, null, 2)}\n`);
    expect(read).toEqual(JSON.parse(readFileSync(golden, 'utf8')));
  });
