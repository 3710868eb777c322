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

/** What deletes comes last: the examples of a page take what another of it made. */
const inOrder = (requests: { name: string; text: string }[]) => {
  const deletes = (one: { name: string }) => Number(one.name.startsWith('Delete'));
  return requests.sort((one, other) => deletes(one) - deletes(other));
};

/** Operation of a request that passes the schema; undefined for what is no valid EWS request. */
function operationOf(text: string): string | undefined {
  try {
    const body = child(readXml(text), 'Body')?.children[0];
    return body === undefined || checkRequest(body) !== undefined ? undefined : body.name;
  } catch {
    return undefined;
  }
}

interface ErrorGroup {
  code: string;
  why: string;
  requests: string;
}

/** Which requests printed in the documentation get an error, and why a real server could not answer them otherwise. */
const DOCUMENTED_ERRORS: readonly ErrorGroup[] = [
  {
    code: 'ErrorInvalidIdMalformed',
    why: 'Ids are shortened for print ("AAAlAFVzZ", "AS4AUn="): no id of any server',
    requests: `
      ConvertId__convertid-operation_0 CreateItem__createitem-acceptsharinginvitation_0 CopyFolder__copyfolder-operation_0 CopyItem__copyitem-operation_0
      CreateAttachment__createattachment-operation_0 CreateAttachment__createattachment-operation_2
      CreateAttachment__createattachment_1 CreateItem__createitem-operation-meeting-request_0
      DeleteAttachment__deleteattachment-operation_0 DeleteFolder__deletefolder-operation_0 DeleteItem__deleteitem-operation_0
      EmptyFolder__emptyfolder-operation_0 GetAttachment__bodytype_1 GetAttachment__getattachment-operation_0
      GetAttachment__includemimecontent_1 GetItem__additionalproperties_1 GetItem__getitem-operation-calendar-item_0
      GetItem__getitem-operation-contact_0 GetItem__getitem-operation-contact_2 GetItem__getitem-operation-email-message_0
      GetItem__getitem-operation-task_0 GetItem__how-to-propose-a-new-meeting-time-by-using-ews-in-exchange_0
      MarkAllItemsAsRead__markallitemsasread-operation_0 MarkAllItemsAsRead__markallitemsasread-operation_2
      MarkAsJunk__markasjunk-operation_0 MarkAsJunk__markasjunk-operation_2 MoveFolder__movefolder-operation_0
      MoveItem__moveitem-operation_0 SendItem__senditem-operation_0 SendItem__senditem-operation_2
      UpdateFolder__updatefolder-operation_0 UpdateItem__updateitem-operation-contact_0 UpdateItem__updateitem-operation_0
      UpdateItem__updateitem-operation_1 UpdateItem__updateitem-operation_2`,
  },
  {
    code: 'ErrorInvalidSyncStateData',
    why: 'SyncStates are shortened for print',
    requests: 'SyncFolderHierarchy__syncfolderhierarchy-operation_0 SyncFolderItems__syncfolderitems-operation_0',
  },
  {
    code: 'ErrorSubscriptionNotFound',
    why: 'Subscriptions were made on another server',
    requests: 'GetEvents__getevents-operation_0 Unsubscribe__unsubscribe-operation_0',
  },
  {
    code: 'ErrorNameResolutionNoResults',
    why: 'The names are of another directory',
    requests: 'ExpandDL__expanddl-operation_0 ResolveNames__resolvenames-operation_0',
  },
  {
    code: 'ErrorCannotCreateContactInNonContactFolder',
    why: 'Printed as the request that gets this very error: a contact into the search folders',
    requests: 'CreateItem__createitem-operation-contact_2',
  },
  {
    code: 'ErrorMessageDispositionRequired',
    why: 'The response object lacks MessageDisposition, which the page of CreateItem demands for it',
    requests: 'CreateItem__how-to-propose-a-new-meeting-time-by-using-ews-in-exchange_2',
  },
  {
    code: 'ErrorInvalidRequest',
    why: 'The element Subscribe is printed without its namespace: no operation of that name',
    requests: 'Subscribe__subscribe-operation_3',
  },
];

const expectedErrors = () =>
  Object.fromEntries(
    DOCUMENTED_ERRORS.flatMap(({ code, requests }) =>
      requests
        .trim()
        .split(/\s+/)
        .map((name) => [name, code]),
    ),
  );

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

  it('answers every valid request of the documentation; errors only where its own example has to get one', async () => {
    const answers: Record<string, string> = {};
    for (const { name, text } of inOrder(requestsOf('samples/docs-requests'))) {
      const operation = operationOf(text);
      if (operation === undefined || !(operation in OPERATIONS)) continue;
      const reply = await call(text.trim());
      expect(child(reply.envelope, 'Body'), name).toBeDefined();
      const codes = [...new Set(codesOf(reply))].filter((code) => code !== 'NoError' && code !== '');
      answers[name.replace('.xml', '')] = codes.join();
    }
    expect(Object.keys(answers).length).toBeGreaterThan(60);
    const failed = Object.fromEntries(Object.entries(answers).filter(([, codes]) => codes !== ''));
    expect(failed).toEqual(expectedErrors());
  });
});
