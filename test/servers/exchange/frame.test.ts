// HTTP and SOAP frame, impersonation, the bad moments, budgets, notifications (reference 2.1, 2.8, 2.9).
import { describe, expect, it } from 'vitest';
import { codesOf, idOf, itemsOf, messagesOf, send, soap, startStandIn, textAt } from './check/client.ts';
import { child, childText } from './xml/element.ts';
import { readXml } from './xml/read.ts';

const { call, exchange, server, clock } = await startStandIn();
const inbox =
  '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>';
const draft =
  '<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:Subject>x</t:Subject></t:Message></m:Items></m:CreateItem>';
const faultOf = (reply: Awaited<ReturnType<typeof call>>) => [
  reply.status,
  childText(reply.body, 'faultcode'),
  childText(reply.body, 'detail', 'ResponseCode'),
];

describe('the frame', () => {
  it('answers strangers with 401, an empty body and one header per scheme', async () => {
    for (const method of ['GET', 'POST']) {
      const response = await fetch(server.url, { method });
      expect([response.status, await response.text(), response.headers.get('www-authenticate')]).toEqual([
        401,
        '',
        'Basic realm="exchange"',
      ]);
    }
  });

  it('takes its path in any case, and says its version on answers only', async () => {
    const good = await send(server.url.toLowerCase(), inbox);
    expect(child(good.envelope, 'Header', 'ServerVersionInfo')?.attributes).toMatchObject({
      MajorVersion: '15',
      MinorVersion: '2',
      MajorBuildNumber: '2562',
      Version: 'V2017_07_11',
    });
    const bad = await call(inbox, { version: 'Exchange2019' });
    expect(faultOf(bad)).toEqual([500, 'a:ErrorInvalidRequest', 'ErrorInvalidRequest']);
    expect(child(bad.envelope, 'Header', 'ServerVersionInfo')).toBeUndefined();
  });

  it('refuses what the schema forbids, with line and position', async () => {
    const reply = await call(inbox.replace('"inbox"', '"inbox1"'));
    expect(faultOf(reply)).toEqual([500, 'a:ErrorSchemaValidation', 'ErrorSchemaValidation']);
    expect(Number(textAt(reply.body, 'detail', 'MessageXml', 'LineNumber'))).toBeGreaterThan(0);
    expect(textAt(reply.body, 'detail', 'MessageXml', 'Violation')).toContain('DistinguishedFolderIdNameType');
  });

  it('answers a malformed id as an error of that item only', async () => {
    const reply = await call(
      inbox.replace('<t:DistinguishedFolderId Id="inbox"/>', '<t:FolderId Id="DUMMY"/><t:DistinguishedFolderId Id="inbox"/>'),
    );
    expect(codesOf(reply)).toEqual(['ErrorInvalidIdMalformed', 'NoError']);
  });

  it('refuses a document type', async () => {
    expect((await call(`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>${soap(inbox)}`)).status).toBe(500);
  });

  it('sends characters that XML forbids only when switched on', async () => {
    await call(
      '<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:Body BodyType="Text">x</t:Body></t:Message></m:Items></m:CreateItem>',
    );
    const mailbox = exchange.mailboxOf('alice@example.com')!;
    const item = mailbox.itemsIn(mailbox.folderNamed('drafts').key).at(-1)!;
    item.fields.Subject = { name: 'Subject', attributes: {}, children: [], text: 'a\u001ab' };
    const body = `<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${mailbox.itemId(item)}"/></m:ItemIds></m:GetItem>`;
    expect((await call(body)).text).toContain('<t:Subject>ab</t:Subject>');
  });
});

describe('impersonation', () => {
  it('acts for others only with the right, and names what is wrong', async () => {
    const service = { user: 'svc@example.com' };
    const made = await call(draft, { ...service, impersonate: 'bob@example.com' });
    expect(codesOf(made)).toEqual(['NoError']);
    const bob = exchange.mailboxOf('bob@example.com')!;
    expect(bob.itemsIn(bob.folderNamed('drafts').key)).toHaveLength(1);
    expect(codesOf(await call(inbox, { impersonate: 'bob@example.com' }))).toEqual(['ErrorImpersonateUserDenied']);
    expect(codesOf(await call(inbox, { ...service, impersonate: 'nobody@example.com' }))).toEqual(['ErrorNonExistentMailbox']);
  });

  it('keeps mailboxes apart', async () => {
    const bob = exchange.mailboxOf('bob@example.com')!;
    const reply = await call(
      inbox.replace('<t:DistinguishedFolderId Id="inbox"/>', `<t:FolderId Id="${bob.folderId(bob.folderNamed('inbox'))}"/>`),
    );
    expect(codesOf(reply)).toEqual(['ErrorAccessDenied']);
  });
});

describe('bad moments', () => {
  const count = () =>
    exchange.mailboxOf('alice@example.com')!.itemsIn(exchange.mailboxOf('alice@example.com')!.folderNamed('drafts').key).length;

  it.each([
    ['unavailable', 503],
    ['unauthorized', 401],
    ['login-page', 302],
    ['empty-500', 500],
    ['html', 200],
  ] as const)('%s comes once and changes nothing', async (fault, status) => {
    const before = count();
    exchange.faults.add({ fault, operation: 'CreateItem', times: 1 });
    expect((await call(draft)).status).toBe(status);
    expect(count()).toBe(before);
    expect(codesOf(await call(draft))).toEqual(['NoError']);
  });

  it('loses the answer after the work was done, or the request before', async () => {
    const before = count();
    exchange.faults.add({ fault: 'lost-answer', times: 1 });
    await expect(call(draft)).rejects.toThrow();
    expect(count()).toBe(before + 1);
    exchange.faults.add({ fault: 'reset-before', times: 1 });
    await expect(call(draft)).rejects.toThrow();
    expect(count()).toBe(before + 1);
  });

  it('is busy in three ways, and cuts answers', async () => {
    exchange.faults.add({ fault: 'server-busy', times: 1, backOffMilliseconds: 1234 });
    const busy = await call(draft);
    expect(faultOf(busy)[2]).toBe('ErrorServerBusy');
    expect(textAt(busy.body, 'detail', 'MessageXml', 'Value')).toBe('1234');
    clock.advance(1234);
    exchange.faults.add({ fault: 'item-busy', times: 1 });
    expect(codesOf(await call(draft))).toEqual(['ErrorServerBusy']);
    exchange.faults.add({ fault: 'truncated-500', times: 1 });
    expect((await call(draft)).text).not.toContain('</s:Envelope>');
    exchange.faults.add({ fault: 'slow-body', times: 1 });
    expect(codesOf(await call(draft))).toEqual(['NoError']);
  });

  it('counts what one identity does, and refuses too much', async () => {
    exchange.budget.limits.syncCalls = 0;
    const reply = await call(
      '<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape></m:SyncFolderHierarchy>',
    );
    expect(faultOf(reply)[2]).toBe('ErrorServerBusy');
    expect(exchange.budget.usageOf('alice@example.com').refused).toBe(1);
    exchange.budget.limits.syncCalls = 5;
    exchange.faults.clear();
  });
});

describe('notifications', () => {
  const subscribe = (kind: string, more = '') =>
    `<m:Subscribe><m:${kind}SubscriptionRequest><t:FolderIds><t:DistinguishedFolderId Id="drafts"/></t:FolderIds><t:EventTypes><t:EventType>CreatedEvent</t:EventType><t:EventType>DeletedEvent</t:EventType><t:EventType>MovedEvent</t:EventType></t:EventTypes>${more}</m:${kind}SubscriptionRequest></m:Subscribe>`;

  it('tells events from a watermark on, and nothing twice', async () => {
    const [made] = messagesOf(await call(subscribe('Pull', '<t:Timeout>10</t:Timeout>')));
    const [id, watermark] = [textAt(made, 'SubscriptionId') ?? '', textAt(made, 'Watermark') ?? ''];
    const ask = (mark: string, who = {}) =>
      call(`<m:GetEvents><m:SubscriptionId>${id}</m:SubscriptionId><m:Watermark>${mark}</m:Watermark></m:GetEvents>`, who);
    const item = itemsOf(await call(draft))[0];
    const notification = child(messagesOf(await ask(watermark))[0], 'Notification');
    const created = child(notification, 'CreatedEvent');
    expect(idOf(created).id).toBe(idOf(item).id);
    const quiet = child(messagesOf(await ask(textAt(created, 'Watermark') ?? ''))[0], 'Notification');
    expect(child(quiet, 'StatusEvent')).toBeDefined();
    expect(codesOf(await ask(watermark, { user: 'bob@example.com' }))).toEqual(['ErrorSubscriptionAccessDenied']);
    expect(codesOf(await ask('garbage'))).toEqual(['ErrorInvalidWatermark']);
    clock.advance(11 * 60_000);
    expect(codesOf(await ask(watermark))).toEqual(['ErrorExpiredSubscription']);
  });

  it('streams envelopes in the form of real servers', async () => {
    const id = textAt(messagesOf(await call(subscribe('Streaming')))[0], 'SubscriptionId') ?? '';
    const controller = new AbortController();
    const stream = await fetch(server.url, {
      method: 'POST',
      signal: controller.signal,
      headers: {
        'Content-Type': 'text/xml',
        Authorization: `Basic ${Buffer.from('alice@example.com:alicepw').toString('base64')}`,
      },
      body: soap(
        `<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>${id}</t:SubscriptionId></m:SubscriptionIds><m:ConnectionTimeout>1</m:ConnectionTimeout></m:GetStreamingEvents>`,
      ),
    });
    expect(stream.headers.get('x-nobuffering')).toBe('1');
    const item = itemsOf(await call(draft))[0];
    let text = '';
    for await (const part of stream.body!) {
      text += Buffer.from(part).toString();
      if (text.includes('CreatedEvent')) break;
    }
    controller.abort();
    const envelopes = text.match(/<Envelope xmlns="[^"]*">[\s\S]*?<\/Envelope>/g) ?? [];
    expect(envelopes.length).toBeGreaterThanOrEqual(2);
    expect(envelopes[0]).toContain('<m:ConnectionStatus>OK</m:ConnectionStatus>');
    const last = readXml(envelopes.at(-1)!);
    const message = child(last, 'Body', 'GetStreamingEventsResponse', 'ResponseMessages', 'GetStreamingEventsResponseMessage');
    expect(idOf(child(message, 'Notifications', 'Notification', 'CreatedEvent')).id).toBe(idOf(item).id);
  });

  it('closes a stream of unknown subscriptions', async () => {
    const reply = await call(
      '<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>none</t:SubscriptionId></m:SubscriptionIds><m:ConnectionTimeout>1</m:ConnectionTimeout></m:GetStreamingEvents>',
    );
    expect(codesOf(reply)).toEqual(['ErrorSubscriptionNotFound']);
    expect(textAt(messagesOf(reply)[0], 'ConnectionStatus')).toBe('Closed');
  });
});

describe('one seed, one server', () => {
  it('gives the same answers in two runs', async () => {
    const run = async () => {
      const { StillClock } = await import('./clock.ts');
      const { Exchange } = await import('./exchange.ts');
      const { serve } = await import('./server.ts');
      const company = new Exchange({ seed: 7, clock: new StillClock('2026-11-02T08:00:00Z') });
      company.addMailbox('alice@example.com', 'alicepw');
      const running = await serve(company);
      const texts: string[] = [];
      const event =
        '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Subject>x</t:Subject></t:CalendarItem></m:Items></m:CreateItem>';
      const view =
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>';
      for (const body of [inbox, draft, event, view]) texts.push((await send(running.url, body)).text);
      await running.close();
      return texts;
    };
    expect(await run()).toEqual(await run());
  });
});
