// How fast the Exchange stand-in is: start-up, 10,000 calendar items, a SyncFolderItems page of 512.
// Run: node bin/run.js bench/exchange-stand-in.ts
import { Exchange } from '../test/servers/exchange/exchange.ts';
import { serve } from '../test/servers/exchange/server.ts';

const started = performance.now();
const exchange = new Exchange({ seed: 1 });
exchange.addMailbox('alice@example.com', 'alicepw');
const server = await serve(exchange);
const startUp = performance.now() - started;

const HEAD =
  'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"';

async function call(body: string): Promise<string> {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: {
      'Content-Type': 'text/xml',
      Authorization: `Basic ${Buffer.from('alice@example.com:alicepw').toString('base64')}`,
    },
    body: `<s:Envelope ${HEAD}><s:Header><t:RequestServerVersion Version="Exchange2013_SP1"/></s:Header><s:Body>${body}</s:Body></s:Envelope>`,
  });
  return response.text();
}

const ITEMS = 10_000;
const BATCH = 100;
const creating = performance.now();
for (let at = 0; at < ITEMS; at += BATCH) {
  const items = Array.from({ length: BATCH }, (_, index) => {
    const start = new Date(Date.UTC(2026, 0, 1) + (at + index) * 1_800_000).toISOString();
    return `<t:CalendarItem><t:Subject>item ${at + index}</t:Subject><t:Start>${start}</t:Start></t:CalendarItem>`;
  });
  await call(`<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items>${items.join('')}</m:Items></m:CreateItem>`);
}
const created = performance.now() - creating;

async function page(state: string, properties: string): Promise<{ milliseconds: number; state: string; bytes: number }> {
  const from = performance.now();
  const text = await call(
    `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>${properties}</m:ItemShape><m:SyncFolderId><t:DistinguishedFolderId Id="calendar"/></m:SyncFolderId>${state}<m:MaxChangesReturned>512</m:MaxChangesReturned></m:SyncFolderItems>`,
  );
  const next = /<m:SyncState>([^<]*)</.exec(text)?.[1] ?? '';
  return { milliseconds: performance.now() - from, state: `<m:SyncState>${next}</m:SyncState>`, bytes: text.length };
}

async function pages(properties: string): Promise<number[]> {
  const times: number[] = [];
  let state = '';
  for (let count = 0; count < 10; count++) {
    const one = await page(state, properties);
    times.push(one.milliseconds);
    state = one.state;
  }
  return times.sort((left, right) => left - right);
}

const ids = await pages('');
const more = await pages(
  '<t:AdditionalProperties><t:FieldURI FieldURI="item:Subject"/><t:FieldURI FieldURI="calendar:Start"/><t:FieldURI FieldURI="calendar:End"/></t:AdditionalProperties>',
);
const median = (times: number[]) => times[Math.floor(times.length / 2)]!.toFixed(1);
console.log(`start-up in the process: ${startUp.toFixed(1)} ms`);
console.log(
  `creating ${ITEMS} calendar items, ${BATCH} a request: ${(created / 1000).toFixed(1)} s (${((ITEMS / created) * 1000).toFixed(0)} a second)`,
);
console.log(`SyncFolderItems page of 512, ids: median ${median(ids)} ms; ids and three properties: median ${median(more)} ms`);
await server.close();
