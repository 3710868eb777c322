// Budgets by name and number, two back ends with affinity, groups and lists, the descriptions (reference 1, 10, 51-55).
import { afterEach, describe, expect, it } from 'vitest';
import { codesOf, idOf, itemsOf, messagesOf, soap, startStandIn, textAt } from './check/client.ts';
import { documentAt } from './wsdl.ts';
import { child, childrenOf } from './xml/element.ts';
import { readXml } from './xml/read.ts';

const { call, exchange, server } = await startStandIn();
const INBOX =
  '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>';
const SUBSCRIBE =
  '<m:Subscribe><m:StreamingSubscriptionRequest><t:FolderIds><t:DistinguishedFolderId Id="inbox"/></t:FolderIds><t:EventTypes><t:EventType>NewMailEvent</t:EventType></t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>';
const stream = (ids: readonly string[]) =>
  `<m:GetStreamingEvents><m:SubscriptionIds>${ids.map((id) => `<t:SubscriptionId>${id}</t:SubscriptionId>`).join('')}</m:SubscriptionIds><m:ConnectionTimeout>1</m:ConnectionTimeout></m:GetStreamingEvents>`;
const headers = {
  Authorization: `Basic ${Buffer.from('alice@example.com:alicepw').toString('base64')}`,
  'Content-Type': 'text/xml',
};
const usage = () => exchange.budget.usageOf('alice@example.com');

async function subscription(): Promise<string> {
  return textAt(messagesOf(await call(SUBSCRIBE))[0], 'SubscriptionId') ?? '';
}

/** A stream that is open; what closes it. */
async function hang(id: string): Promise<() => void> {
  const leave = new AbortController();
  const response = await fetch(server.url, { method: 'POST', headers, body: soap(stream([id])), signal: leave.signal });
  await response.body!.getReader().read();
  return () => leave.abort();
}

afterEach(() => {
  exchange.faults.clear();
  exchange.switches.twoBackEnds = false;
});

describe('budgets', () => {
  it('27 requests at the same time, the next is refused and counted', async () => {
    const taken = Array.from({ length: 27 }, () => exchange.budget.take('alice@example.com', 'GetItem'));
    expect(taken.every((one) => typeof one === 'function')).toBe(true);
    const before = usage().refused;
    expect(codesOf(await call(INBOX))).toEqual(['ErrorExceededConnectionCount']);
    expect([usage().refused - before, usage().mostRunning]).toEqual([1, 27]);
    expect(codesOf(await call(INBOX, { user: 'bob@example.com' }))).toEqual(['NoError']);
    for (const give of taken) if (typeof give === 'function') give();
    expect(codesOf(await call(INBOX))).toEqual(['NoError']);
  });

  it('really serves 27 at once over the wire, charged to the mailbox that is acted on', async () => {
    const replies = await Promise.all(
      Array.from({ length: 27 }, () => call(INBOX, { user: 'svc@example.com', impersonate: 'carol@example.com' })),
    );
    expect(new Set(replies.flatMap(codesOf))).toEqual(new Set(['NoError']));
    expect(exchange.budget.usageOf('carol@example.com').requests).toBe(27);
    expect(exchange.budget.usageOf('svc@example.com').requests).toBe(0);
  });

  it.each([
    ['10 streams', 10],
    ['3 streams, as Exchange 2013 allows', 3],
  ])('%s, the next is refused in the form of a stream', async (_, most) => {
    exchange.budget.limits.streams = most;
    const id = await subscription();
    const leave = await Promise.all(Array.from({ length: most }, () => hang(id)));
    const refused = await call(stream([id]));
    expect([codesOf(refused), textAt(messagesOf(refused)[0], 'ConnectionStatus')]).toEqual([
      ['ErrorExceededConnectionCount'],
      'Closed',
    ]);
    for (const one of leave) one();
    await expect.poll(() => usage().streams).toBe(0);
    (await hang(id))();
    await expect.poll(() => usage().streams).toBe(0);
    exchange.budget.limits.streams = 10;
  });

  it('5 Sync calls at the same time, the sixth waits for its back-off', async () => {
    const taken = Array.from({ length: 5 }, () => exchange.budget.take('alice@example.com', 'SyncFolderItems'));
    const sync =
      '<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape></m:SyncFolderHierarchy>';
    expect(codesOf(await call(sync))).toEqual(['ErrorServerBusy']);
    for (const give of taken) if (typeof give === 'function') give();
    expect(codesOf(await call(sync))).toEqual(['ErrorServerBusy']);
    exchange.faults.clear();
    expect(codesOf(await call(sync))).toEqual(['NoError']);
  });

  it('200 subscriptions in one stream, and as many of one mailbox as the limit says', async () => {
    const id = await subscription();
    const many = await call(stream(Array.from({ length: 201 }, () => id)));
    expect([codesOf(many), textAt(messagesOf(many)[0], 'ConnectionStatus')]).toEqual([['ErrorInvalidSubscription'], 'Closed']);
    (await hang(id))();
    exchange.budget.limits.subscriptions = exchange.subscriptions.size;
    expect(codesOf(await call(SUBSCRIBE))).toEqual(['ErrorExceededSubscriptionCount']);
    exchange.budget.limits.subscriptions = 5000;
  });
});

describe('two back ends', () => {
  it('need the cookie: without it a subscription is found every other time', async () => {
    exchange.switches.twoBackEnds = true;
    const made = await fetch(server.url, {
      method: 'POST',
      headers: { ...headers, 'X-AnchorMailbox': 'alice@example.com', 'X-PreferServerAffinity': 'true' },
      body: soap(SUBSCRIBE.replaceAll('Streaming', 'Pull').replace('</t:EventTypes>', '</t:EventTypes><t:Timeout>9</t:Timeout>')),
    });
    const cookies = made.headers.getSetCookie().map((one) => one.split(';')[0]!);
    expect(cookies.map((one) => one.split('=')[0])).toEqual(['exchangecookie', 'X-BackEndOverrideCookie', 'X-BackEndCookie']);
    const answer = child(readXml(await made.text()), 'Body', 'SubscribeResponse', 'ResponseMessages')!.children[0];
    const events = `<m:GetEvents><m:SubscriptionId>${textAt(answer, 'SubscriptionId')}</m:SubscriptionId><m:Watermark>${textAt(answer, 'Watermark')}</m:Watermark></m:GetEvents>`;
    const ask = async (extra: Record<string, string> = {}) => codesOf(await call(events, { headers: extra }))[0];
    const withCookie = { Cookie: cookies.join('; ') };
    expect([await ask(withCookie), await ask(withCookie), await ask(withCookie)]).toEqual(Array(3).fill('NoError'));
    expect([await ask(), await ask()].sort()).toEqual(['ErrorSubscriptionNotFound', 'NoError']);
  });
});

describe('groups and lists', () => {
  const expand = (address: string) =>
    call(`<m:ExpandDL><m:Mailbox><t:EmailAddress>${address}</t:EmailAddress></m:Mailbox></m:ExpandDL>`);

  it('ExpandDL gives the members, a group within it as a group', async () => {
    exchange.groups.set('team@example.com', {
      address: 'team@example.com',
      name: 'team',
      members: ['bob@example.com', 'all@example.com'],
    });
    exchange.groups.set('all@example.com', { address: 'all@example.com', name: 'all', members: ['carol@example.com'] });
    const [answer] = messagesOf(await expand('team@example.com'));
    const members = childrenOf(child(answer, 'DLExpansion'), 'Mailbox');
    expect(members.map((one) => [textAt(one, 'EmailAddress'), textAt(one, 'MailboxType')])).toEqual([
      ['bob@example.com', 'Mailbox'],
      ['all@example.com', 'PublicDL'],
    ]);
    expect(codesOf(await expand('nobody@example.com'))).toEqual(['ErrorNameResolutionNoResults']);
  });

  it('mail to a group reaches everybody once', async () => {
    await call(
      '<m:CreateItem MessageDisposition="SendOnly"><m:Items><t:Message><t:Subject>to the team</t:Subject><t:ToRecipients><t:Mailbox><t:EmailAddress>team@example.com</t:EmailAddress></t:Mailbox><t:Mailbox><t:EmailAddress>bob@example.com</t:EmailAddress></t:Mailbox></t:ToRecipients></t:Message></m:Items></m:CreateItem>',
    );
    const got = (address: string) => {
      const mailbox = exchange.mailboxOf(address)!;
      return mailbox.itemsIn(mailbox.folderNamed('inbox').key).filter((one) => one.fields.Subject?.text === 'to the team').length;
    };
    expect([got('bob@example.com'), got('carol@example.com')]).toEqual([1, 1]);
  });

  it('a distribution list of a mailbox keeps its members', async () => {
    const member = (address: string) =>
      `<t:Member><t:Mailbox><t:Name>${address}</t:Name><t:EmailAddress>${address}</t:EmailAddress></t:Mailbox></t:Member>`;
    const made = itemsOf(
      await call(
        `<m:CreateItem><m:Items><t:DistributionList><t:DisplayName>friends</t:DisplayName><t:Members>${member('a@example.net')}${member('b@example.net')}</t:Members></t:DistributionList></m:Items></m:CreateItem>`,
      ),
    )[0];
    const read = await call(
      `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${idOf(made).id}"/></m:ItemIds></m:GetItem>`,
    );
    const members = childrenOf(child(itemsOf(read)[0], 'Members'), 'Member');
    expect(members.map((one) => textAt(one, 'Mailbox', 'EmailAddress'))).toEqual(['a@example.net', 'b@example.net']);
    expect(new Set(members.map((one) => one.attributes.Key)).size).toBe(2);
  });
});

describe('the descriptions', () => {
  it('are served to who signs in, in any case of the path', async () => {
    const at = (path: string, with_ = headers as Record<string, string>) => fetch(new URL(path, server.url), { headers: with_ });
    expect((await at('/EWS/Services.wsdl', {})).status).toBe(401);
    for (const path of ['/EWS/Services.wsdl', '/ews/messages.xsd', '/ews/TYPES.xsd']) {
      const response = await at(path);
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/xml; charset=utf-8']);
      expect(['definitions', 'schema']).toContain(readXml(await response.text()).name);
    }
    expect((await at('/EWS/Others.wsdl')).status).toBe(404);
  });

  it('are ours where Microsoft’s are not installed, and name every operation', () => {
    const before = process.env.MAILROOM_EWS_REFERENCE;
    process.env.MAILROOM_EWS_REFERENCE = '/nowhere';
    const wsdl = readXml(documentAt('/ews/services.wsdl', 'https://example.com/EWS/Exchange.asmx')!);
    const operations = childrenOf(child(wsdl, 'portType'), 'operation').map((one) => one.attributes.name);
    expect(operations).toEqual(
      expect.arrayContaining(['GetFolder', 'SyncFolderItems', 'GetUserAvailability', 'GetStreamingEvents']),
    );
    expect(child(wsdl, 'service', 'port', 'address')?.attributes.location).toBe('https://example.com/EWS/Exchange.asmx');
    expect(readXml(documentAt('/ews/messages.xsd', '')!).children.map((one) => one.attributes.name)).toContain('SyncFolderItems');
    if (before === undefined) delete process.env.MAILROOM_EWS_REFERENCE;
    else process.env.MAILROOM_EWS_REFERENCE = before;
  });
});
