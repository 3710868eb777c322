// What lasts longer than one answer: back-off after throttling, failover, a mailbox on the move (reference 10, 55, 59).
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { codesOf, messagesOf, send, soap, startStandIn, textAt } from './check/client.ts';
import { Exchange } from './exchange.ts';
import { readFaultRules } from './faults.ts';
import { moveTo } from './move.ts';
import { serve } from './server.ts';

const { call, exchange, clock, server } = await startStandIn();
const mailbox = exchange.mailboxOf('alice@example.com')!;
const INBOX =
  '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>';
const SUBSCRIBE =
  '<m:Subscribe><m:PullSubscriptionRequest><t:FolderIds><t:DistinguishedFolderId Id="inbox"/></t:FolderIds><t:EventTypes><t:EventType>NewMailEvent</t:EventType></t:EventTypes><t:Timeout>30</t:Timeout></m:PullSubscriptionRequest></m:Subscribe>';
const sync = (state = '') =>
  `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId><t:DistinguishedFolderId Id="inbox"/></m:SyncFolderId>${state}<m:MaxChangesReturned>9</m:MaxChangesReturned></m:SyncFolderItems>`;
const codes = async (body = INBOX) => codesOf(await call(body));

afterEach(() => {
  exchange.faults.clear();
  exchange.conditions.end(mailbox);
});

describe('a client that was told to wait', () => {
  it('is counted and refused when it comes early, told what is left, and served when it is over', async () => {
    exchange.faults.add({ fault: 'server-busy', times: 1, backOffMilliseconds: 10_000 });
    expect(await codes()).toEqual(['ErrorServerBusy']);
    clock.advance(4000);
    const early = await call(INBOX);
    expect([codesOf(early), textAt(early.body, 'detail', 'MessageXml', 'Value')]).toEqual([['ErrorServerBusy'], '6000']);
    expect(exchange.budget.usageOf('alice@example.com').early).toBe(1);
    expect(codesOf(await call(INBOX, { user: 'bob@example.com' }))).toEqual(['NoError']);
    clock.advance(6000);
    expect(await codes()).toEqual(['NoError']);
    expect(exchange.budget.usageOf('alice@example.com').early).toBe(1);
  });
});

describe('a failover', () => {
  it('refuses for a while; then the other back end answers, and subscriptions are gone', async () => {
    exchange.switches.twoBackEnds = true;
    const headers = { Cookie: 'X-BackEndOverrideCookie=EX01~x' };
    const ask = (body: string) => call(body, { headers });
    const [made] = messagesOf(await ask(SUBSCRIBE));
    const events = `<m:GetEvents><m:SubscriptionId>${textAt(made, 'SubscriptionId')}</m:SubscriptionId><m:Watermark>${textAt(made, 'Watermark')}</m:Watermark></m:GetEvents>`;
    expect(codesOf(await ask(events))).toEqual(['NoError']);
    exchange.faults.add({ fault: 'failover', milliseconds: 20_000, times: 1 });
    expect(codesOf(await ask(events))).toEqual(['ErrorMailboxFailover']);
    expect(codesOf(await ask(INBOX))).toEqual(['ErrorMailboxFailover']);
    clock.advance(20_000);
    const after = await fetch(server.url, { method: 'POST', headers: { ...headers, ...BASIC }, body: soap(INBOX) });
    expect(after.headers.getSetCookie().join()).toContain('X-BackEndOverrideCookie=EX02');
    expect(codesOf(await ask(events))).toEqual(['ErrorSubscriptionNotFound']);
    exchange.switches.twoBackEnds = false;
  });
});

const BASIC = {
  Authorization: `Basic ${Buffer.from('alice@example.com:alicepw').toString('base64')}`,
  'Content-Type': 'text/xml',
};

describe('a mailbox on the move', () => {
  it('says so, then is unknown here', async () => {
    exchange.faults.add(
      ...readFaultRules('[{"fault": "moving", "mailbox": "alice@example.com", "milliseconds": 5000, "times": 1}]'),
    );
    expect(await codes()).toEqual(['ErrorMailboxMoveInProgress']);
    expect(codesOf(await call(INBOX, { user: 'bob@example.com' }))).toEqual(['NoError']);
    clock.advance(4999);
    expect(await codes()).toEqual(['ErrorMailboxMoveInProgress']);
    clock.advance(1);
    expect(await codes()).toEqual(['ErrorNonExistentMailbox']);
  });

  it.each([false, true])('or answers at another URL, with its ids; SyncStates are lost there: %s', async (loses) => {
    const state = textAt(messagesOf(await call(sync()))[0], 'SyncState');
    const there = new Exchange({ seed: 2, clock, switches: { moveLosesSyncStates: loses } });
    moveTo(exchange, 'alice@example.com', there);
    const other = await serve(there);
    afterAll(() => other.close());
    exchange.conditions.begin(mailbox, { kind: 'moving', milliseconds: 0, location: other.url });
    const sent = await fetch(server.url, { method: 'POST', headers: BASIC, body: soap(INBOX), redirect: 'manual' });
    expect([sent.status, sent.headers.get('location')]).toEqual([302, other.url]);
    const byId = INBOX.replace(
      '<t:DistinguishedFolderId Id="inbox"/>',
      `<t:FolderId Id="${mailbox.folderId(mailbox.folderNamed('inbox'))}"/>`,
    );
    expect(codesOf(await send(other.url, byId))).toEqual(['NoError']);
    const synced = await send(other.url, sync(`<m:SyncState>${state}</m:SyncState>`));
    expect(codesOf(synced)).toEqual([loses ? 'ErrorInvalidSyncStateData' : 'NoError']);
  });
});
