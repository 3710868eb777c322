// Push subscriptions (reference 51) and sharing invitations: what only servers that call back, or share, have to show.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { codesOf, idOf, itemsOf, messagesOf, startStandIn, textAt } from './check/client.ts';
import { child, childrenOf, type Element } from './xml/element.ts';
import { readXml } from './xml/read.ts';

const { call, exchange } = await startStandIn();
const mailbox = exchange.mailboxOf('alice@example.com')!;

/** A client that is called: what it was told, and what it says. */
async function listener(answers: string[] = []) {
  const told: Element[] = [];
  const actions: (string | undefined)[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    actions.push(request.headers.soapaction as string);
    told.push(readXml(Buffer.concat(parts).toString()));
    const status = answers.shift() ?? 'OK';
    response
      .writeHead(200, { 'Content-Type': 'text/xml; charset=utf-8' })
      .end(
        `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><SendNotificationResult xmlns="http://schemas.microsoft.com/exchange/services/2006/messages"><SubscriptionStatus>${status}</SubscriptionStatus></SendNotificationResult></s:Body></s:Envelope>`,
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const notifications = () =>
    told.map((one) =>
      child(one, 'Body', 'SendNotification', 'ResponseMessages', 'SendNotificationResponseMessage', 'Notification'),
    );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/listen`, notifications, actions };
}

const subscribe = (url: string) =>
  call(
    `<m:Subscribe><m:PushSubscriptionRequest><t:FolderIds><t:DistinguishedFolderId Id="drafts"/></t:FolderIds><t:EventTypes><t:EventType>CreatedEvent</t:EventType></t:EventTypes><t:StatusFrequency>1</t:StatusFrequency><t:URL>${url}</t:URL></m:PushSubscriptionRequest></m:Subscribe>`,
  );
const draft = async () =>
  itemsOf(
    await call(
      '<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:Subject>pushed</t:Subject></t:Message></m:Items></m:CreateItem>',
    ),
  )[0];

describe('a push subscription', () => {
  it('says first that the server is there, then what happened, from the watermark on', async () => {
    const client = await listener();
    const [made] = messagesOf(await subscribe(client.url));
    expect(textAt(made, 'Watermark')).toBeTruthy();
    await expect.poll(() => client.notifications().length).toBe(1);
    const [first] = client.notifications();
    expect(child(first, 'StatusEvent')).toBeDefined();
    expect([textAt(first, 'SubscriptionId'), textAt(first, 'PreviousWatermark')]).toEqual([
      textAt(made, 'SubscriptionId'),
      textAt(made, 'Watermark'),
    ]);
    expect(client.actions[0]).toContain('messages/SendNotification');
    const one = await draft();
    await expect.poll(() => client.notifications().length).toBe(2);
    const events = childrenOf(client.notifications()[1], 'CreatedEvent');
    expect(events.map((event) => idOf(event).id)).toEqual([idOf(one).id]);
  });

  it('ends when the client answers Unsubscribe, and by nothing else that the client may call', async () => {
    const client = await listener(['OK', 'Unsubscribe']);
    const id = textAt(messagesOf(await subscribe(client.url))[0], 'SubscriptionId') ?? '';
    const end = () => call(`<m:Unsubscribe><m:SubscriptionId>${id}</m:SubscriptionId></m:Unsubscribe>`);
    expect(codesOf(await end())).toEqual(['ErrorInvalidPullSubscriptionId']);
    await expect.poll(() => client.notifications().length).toBe(1);
    await draft();
    await expect.poll(() => exchange.subscriptions.has(id)).toBe(false);
    await draft();
    expect(codesOf(await end())).toEqual(['ErrorSubscriptionNotFound']);
    expect(client.notifications()).toHaveLength(2);
  });

  it('takes any URL of http, but calls only this machine', async () => {
    expect(codesOf(await subscribe('ftp://127.0.0.1/x'))).toEqual(['ErrorInvalidPushSubscriptionUrl']);
    expect(codesOf(await subscribe('no url'))).toEqual(['ErrorInvalidPushSubscriptionUrl']);
    expect(codesOf(await subscribe('http://clientWebService/Service.asmx'))).toEqual(['NoError']);
  });
});

describe('a sharing invitation', () => {
  const accept = (id: string) =>
    call(
      `<m:CreateItem><m:Items><t:AcceptSharingInvitation><t:ReferenceItemId Id="${id}"/></t:AcceptSharingInvitation></m:Items></m:CreateItem>`,
    );

  it('brings a calendar folder when it is accepted; another message is none', async () => {
    const made = await call(
      '<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:ItemClass>IPM.Sharing</t:ItemClass><t:Subject>share</t:Subject><t:From><t:Mailbox><t:EmailAddress>bob@example.com</t:EmailAddress></t:Mailbox></t:From></t:Message></m:Items></m:CreateItem>',
    );
    expect(codesOf(await accept(idOf(itemsOf(made)[0]).id))).toEqual(['NoError']);
    expect(mailbox.children(mailbox.folderNamed('calendar')).map((folder) => folder.name)).toEqual(['Bob - Calendar']);
    expect(codesOf(await accept(idOf(await draft()).id))).toEqual(['ErrorInvalidSharingMessage']);
  });
});
