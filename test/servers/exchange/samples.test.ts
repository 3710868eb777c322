// Requests that others wrote: those recorded from DavMail, and the valid ones printed in Microsoft's documentation. Each gets a
// schema-valid answer; which of them get an error is listed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codesOf, startStandIn } from './check/client.ts';
import { referenceFolder } from './check/reference.ts';
import { OPERATIONS } from './operation/operations.ts';
import { checkRequest } from './schema/check.ts';
import { child } from './xml/element.ts';
import { readXml } from './xml/read.ts';

const folder = referenceFolder();
const { call } = await startStandIn();

function requestsOf(path: string): { name: string; text: string }[] {
  if (folder === undefined || !existsSync(join(folder, path))) return [];
  return readdirSync(join(folder, path))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(folder, path, name), 'utf8') }));
}

/** Operation of a request that passes the schema; undefined for what is no valid EWS request. */
function operationOf(text: string): string | undefined {
  try {
    const body = child(readXml(text), 'Body')?.children[0];
    return body === undefined || checkRequest(body) !== undefined ? undefined : body.name;
  } catch {
    return undefined;
  }
}

describe.skipIf(folder === undefined)('requests of others (skipped where the reference material is not installed)', () => {
  it('answers every request recorded from DavMail; errors only for ids of another server', async () => {
    const unexpected: string[] = [];
    for (const { name, text } of requestsOf('client-requests/davmail-6.0.1')) {
      const reply = await call(text.trim());
      expect([200, 500], name).toContain(reply.status);
      const codes = codesOf(reply).filter((code) => code !== 'NoError');
      const foreign = /Id="AAMk/.test(text);
      if (codes.length > 0 && !foreign && name !== '047-GetUserPhoto.xml') unexpected.push(`${name} ${codes.join()}`);
    }
    expect(unexpected).toEqual([]);
  });

  it('answers every valid request of the documentation for the operations it serves', async () => {
    const answers: Record<string, string> = {};
    for (const { name, text } of requestsOf('samples/docs-requests')) {
      const operation = operationOf(text);
      if (operation === undefined || !(operation in OPERATIONS)) continue;
      const reply = await call(text.trim());
      answers[name] = `${reply.status} ${codesOf(reply).join()}`;
      expect(child(reply.envelope, 'Body'), name).toBeDefined();
    }
    expect(Object.keys(answers).length).toBeGreaterThan(60);
    if (process.env.SHOW) console.log(answers);
  });
});
